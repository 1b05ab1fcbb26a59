"""The report on the data themselves: what it tells who chases the records, and what it never tells.

On 2025-09-30 `south` sent 2 companies in Zeeland, of which one proposed an issue. On 2026-01-05 `north` sent the
network of `tests.networks`, with 2 solutions of no known kind, and with what cannot be read: 2 issues, 1 solution's yes
or no, and 3 participants. The report is on the fourth quarter of 2025.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from datetime import UTC, datetime
from pathlib import Path

import pytest

from ppp_metrics.metrics.relations import prepare
from ppp_metrics.periods import Period
from ppp_metrics.records.checks import run_checks
from ppp_metrics.records.quality import Filled
from ppp_metrics.reporting import dashboard
from ppp_metrics.reporting.asking import Asking
from ppp_metrics.reporting.dashboard import Report
from ppp_metrics.reporting.plan import Job, plan_reports
from ppp_metrics.reporting.release import planned_questions, withheld_in
from ppp_metrics.workspace import find_workspace
from tests.deliveries import deliver, store
from tests.networks import PERIOD, make_network, network_files
from tests.test_dashboard import rows, text

SECRET = "SECRET-31-31"
SOUTH = {
    "partners.csv": "partner_id,name,partner_type,region_code\ns1,Ess,company,NL341\ns2,Tee,company,NL341\n",
    "issues.csv": "issue_id,partner_id,theme_code,status,proposed_date\nz1,s1,water,proposed,2025-05-01\n",
}
SECTIONS = ("put_aside", "completeness", "check_results", "deliveries", "overdue")


def on(patch: pytest.MonkeyPatch, day: str) -> None:
    """Stop the clock."""
    patch.setenv("SOURCE_DATE_EPOCH", str(int(datetime.fromisoformat(day).replace(tzinfo=UTC).timestamp())))


@pytest.fixture(scope="module")
def network(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Path]:
    folder = tmp_path_factory.mktemp("quality")
    sent = network_files()
    with pytest.MonkeyPatch.context() as patch:
        on(patch, "2026-01-05")
        make_network(
            folder,
            issues=sent["issues"]
            + f"bad1,c1,water,process,result,proposed,{SECRET},\nbad2,c1,water,process,result,flying,2025-11-01,\n",
            outcomes=sent["outcomes"]
            .replace("2024-09-01,yes,product", "2024-09-01,perhaps,product", 1)
            .replace("2024-09-01,yes,product", "2024-09-01,yes,", 2),
            participants=sent["participants"] + "".join(f"odd{at},acrobat,c1\n" for at in (1, 2, 3)),
        )
        with (folder / "ppp.toml").open("a", encoding="utf-8") as settings:
            settings.write("[retention]\nnorth = 2025-12-31\n")
        on(patch, "2025-09-30")
        deliver(folder, SOUTH, "south")
        on(patch, "2026-01-05")
        run_checks(store(folder), folder / "expectations")
        yield folder


@pytest.fixture(scope="module")
def report(network: Path) -> Callable[..., Report]:
    def opened(**changed: str) -> Report:
        asked = {"period": PERIOD, "region": "NL", "lang": "en", "edition": "coordinator"} | changed
        return dashboard.open_report(network, "data_quality", **asked)

    return opened


def page(opened: Report) -> str:
    """Everything that a report shows."""
    with opened.session():
        parts = [opened.header(), opened.headline(), *(getattr(opened, name)() for name in SECTIONS), opened.foot()]
    return "".join(part.html for part in parts)


# --- what it tells ----------------------------------------------------------------------------------------------------


def test_the_first_screen_counts_what_is_wrong_and_names_who_is_late(report: Callable[..., Report]) -> None:
    told = text(report().headline())
    assert "The newest deliveries of 2 suppliers gave" in told
    assert "Put aside, apart from what is about people: 2 rows and 1 cell. They break no critical rule." in told
    assert "Overdue: south." in told
    assert "Rows put aside 2 rows from suppliers 1 about people withheld" in told
    assert "Suppliers overdue 1 supplier suppliers 2 sent before the end 0" in told


def test_what_was_put_aside_stands_by_supplier_table_reason_and_file(report: Callable[..., Report]) -> None:
    assert rows(report().put_aside()) == [
        ["supplier", "rows", "cells", "rows about people", "cells about people"],
        ["north", "2", "1", "withheld", "0"],
        ["south", "0", "0", "0", "0"],
        ["supplier", "count", "what", "table", "reason", "files"],
        ["north", "1", "rows", "Issues", "not a date", "issues.csv"],
        ["north", "1", "rows", "Issues", "not one of the codes", "issues.csv"],
        ["north", "1", "cells", "Outcomes", "neither yes nor no", "outcomes.csv"],
        ["north", "withheld", "rows", "Participants", "not one of the codes", "participants.csv"],
    ]


def test_a_command_is_broken_between_its_words_only(report: Callable[..., Report]) -> None:
    words = " ".join(f"<span>{word}</span>" for word in ("ppp-metrics", "quarantine", "--xlsx", "FILE"))
    assert f"The command <code>{words}</code> gives the rows back" in report().put_aside().html


def test_shares_filled_in_stand_beside_each_other_in_chart_and_table(report: Callable[..., Report]) -> None:
    """Of 21 solutions 1 does not say whether the company accepted it: 95.2 %. South sent no solutions."""
    made = report().completeness()
    by_column = {row[0]: row[1:] for row in rows(made)}
    assert by_column["column"] == ["north", "south", "together"]
    assert by_column["Accepted by company (Outcomes)"] == ["95% of 21", "–", "95% of 21"]
    assert by_column["Size class (Partners)"] == ["100% of 10", "never sent", "83% of 12"]
    assert made.html.count(">95</text>") == 2
    assert "the stronger the colour, the less" in text(made)


def test_all_is_only_said_of_all(report: Callable[..., Report]) -> None:
    def share(filled: int) -> int | None:
        return report()._share([Filled("north", "issues", "theme_code", 1000, filled, is_sent=True)])

    assert [share(filled) for filled in (1000, 999, 1, 0)] == [100, 99, 1, 0]


def test_a_rule_that_is_broken_stands_with_its_rows_and_suppliers(report: Callable[..., Report]) -> None:
    made = report().check_results()
    kind = "A solution says whether it is a product, a process or a service"
    # and one date of few could not be read
    read = "At most 5 % of the filled cells of a column that numbers need were put aside"
    assert f"Broken, as a warning: {kind}; {read}." in text(made)
    assert rows(made) == [
        ["rule", "severity", "rows"],
        [kind, "warning", "2"],
        [read, "warning", "1"],
        ["rule", "supplier", "rows"],
        [kind, "north", "2"],
        [read, "north", "1"],
    ]


def test_a_rule_that_others_break_is_none_of_a_regions(report: Callable[..., Report]) -> None:
    assert text(report(region="NL34").check_results()).endswith("rules is broken by these suppliers.")


def test_who_is_late_is_told_with_the_day(report: Callable[..., Report]) -> None:
    made = report().deliveries()
    assert "Overdue, because nothing was sent since 1 October 2025, when the quarter began: south." in text(made)
    assert [[row[0], row[1], row[2], row[-1]] for row in rows(made)[1:]] == [
        ["north", "5 January 2026", "1 November 2025", "sent after the quarter"],
        ["south", "30 September 2025", "1 May 2025", "overdue"],
    ]
    before = report(period="2025-Q3").deliveries()
    assert "Sent before the quarter was over, so that the rest of it is missing: south." in text(before)


def test_what_is_open_or_kept_for_too_long_is_told(report: Callable[..., Report]) -> None:
    """19 issues on energy are open since March 2024; north's people were to be kept until the end of 2025."""
    made = report().overdue()
    assert "No issue is known that was accepted more than 2 years ago" in text(made)
    assert "has passed for north" in text(made)
    assert rows(made)[1:] == [["north", "0", "0", "31 December 2025, passed"], ["south", "0", "0", "none"]]


# --- which suppliers --------------------------------------------------------------------------------------------------


def test_a_region_is_about_the_suppliers_with_issues_there_and_all_that_they_sent(
    report: Callable[..., Report],
) -> None:
    assert [row[0] for row in rows(report(region="NL34").put_aside())] == []
    assert [row[0] for row in rows(report(region="NL34").deliveries())[1:]] == ["south"]
    assert [row[0] for row in rows(report(region="NL11").deliveries())[1:]] == ["north"]
    nowhere = report(region="NL42")
    assert text(nowhere.deliveries()) == "Deliveries No supplier sent issues of this region."
    assert "No supplier sent issues of this region." in text(nowhere.headline())


def test_a_supplier_of_whom_every_issue_was_put_aside_is_seen_everywhere(tmp_path: Path) -> None:
    folder = make_network(tmp_path)
    issues = SOUTH["issues.csv"].replace("2025-05-01", "some day")
    deliver(folder, {**SOUTH, "issues.csv": issues}, "south")
    opened = dashboard.open_report(folder, "data_quality", period=PERIOD, region="NL11", lang="en")
    assert [row[0] for row in rows(opened.deliveries())[1:]] == ["north", "south"]
    assert "These data have not been checked yet." in text(opened.check_results())


# --- what it never tells ----------------------------------------------------------------------------------------------


@pytest.mark.parametrize("edition", ["coordinator", "funder"])
@pytest.mark.parametrize("lang", ["nl", "en"])
def test_no_cell_of_a_file_stands_in_a_report(report: Callable[..., Report], edition: str, lang: str) -> None:
    shown = page(report(edition=edition, lang=lang))
    for word in (SECRET, "flying", "perhaps", "acrobat", "odd1", "bad1"):
        assert word not in shown


def test_funders_see_no_file_and_no_count_of_rows_about_people(report: Callable[..., Report]) -> None:
    opened = report(edition="funder")
    shown = page(opened)
    assert ".csv" not in shown
    assert "Participants" not in shown
    assert "about people withheld" not in text(opened.headline())
    assert "kept until" not in shown
    assert rows(opened.put_aside())[:3] == [["supplier", "rows", "cells"], ["north", "2", "1"], ["south", "0", "0"]]


def test_a_sum_that_gives_few_rows_about_people_away_is_withheld_in_every_report(network: Path) -> None:
    """North's 5 rows put aside, less the 2 that are shown, would be 3 rows about people."""
    asked = {"period": PERIOD, "region": "NL", "lang": "en", "edition": "funder"}
    for name in dashboard.SUBJECTS:
        foot = dashboard.open_report(network, name, **asked).foot()
        [north] = [row for row in rows(foot) if row[0] == "north"]
        assert north[3] == "withheld"
        assert "Counts of rows withheld in this report: 1." in text(foot)


def test_few_rows_about_people_that_break_a_rule_are_withheld(report: Callable[..., Report]) -> None:
    def shown(suite: str, **suppliers: int) -> str:
        return report().rows_failing({"suite": suite, "suppliers": suppliers})

    assert shown("assessments", north=4) == "withheld"
    assert shown("assessments", north=4, south=20) == "withheld"
    assert shown("assessments", north=5, south=20) == "25"
    assert shown("issues", north=4) == "4"


def test_names_from_the_outside_are_never_markup(tmp_path: Path) -> None:
    folder = make_network(tmp_path)
    deliver(folder, {**SOUTH, "<i>.csv": "partner_id,name\nx,y,z\n"}, "so&uth")
    shown = page(dashboard.open_report(folder, "data_quality", period=PERIOD, region="NL", lang="en"))
    assert "<i>" not in shown
    assert "so&uth" not in shown
    assert "so&amp;uth" in shown


# --- as part of a release ---------------------------------------------------------------------------------------------


def test_it_asks_no_metric_so_a_release_has_nothing_to_withhold_in_it(network: Path) -> None:
    job = Job(network / "notebooks" / "data_quality.ipynb", str(network), PERIOD, "NL", "en", "funder", "", "", "")
    with store(network).reading() as con:
        prepare(con)
        asked = planned_questions(con, [job])
        assert asked == {job: []}
        assert withheld_in(con, asked) == frozenset()


def test_while_a_release_only_asks_no_file_is_looked_at(network: Path) -> None:
    with store(network).reading() as con, Asking(con).current():
        opened = dashboard.open_report(network, "data_quality", period=PERIOD, region="NL", lang="en")
        assert page(opened) == ""
        assert "files" not in vars(opened)


def test_it_is_made_again_when_the_days_of_retention_change(network: Path) -> None:
    def inputs() -> list[str]:
        place = find_workspace(network)
        jobs = plan_reports(place, ["data_quality"], Period.parse(PERIOD), "NL", "en", "funder", True)
        return [job.inputs for job in jobs]

    settings = network / "ppp.toml"
    before, written = inputs(), settings.read_text("utf-8")
    assert inputs() == before
    settings.write_text(written.replace("2025-12-31", "2027-12-31"), encoding="utf-8")
    assert inputs() != before
    settings.write_text(written, encoding="utf-8")
