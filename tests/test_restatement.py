"""Which numbers have changed since: by how much, and through which load.

Nearly everything is asked over 2025-Q4, so the implementation rate is of the issues accepted in 2024: those in use
within 365 days, of all. A rate needs 5 issues.
"""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Iterator
from dataclasses import replace
from datetime import date
from pathlib import Path
from typing import Any

import pandas as pd
import pytest

from ppp_metrics import cli
from ppp_metrics.api import OpenWorkspace, open_workspace
from ppp_metrics.errors import DataError, UsageError
from ppp_metrics.metrics.restatement import COLUMNS, MetricQuestion, restated
from ppp_metrics.reporting import dashboard
from ppp_metrics.reporting.manifest import read_manifest, write_manifest
from tests.deliveries import deliver, store
from tests.networks import make_network, network_files

RATE = MetricQuestion("implementation_rate_pct", "2025-Q4")
RATE_BY_THEME = MetricQuestion("implementation_rate_pct", "2025-Q4", "theme")
ACCEPTED_BY_THEME = MetricQuestion("issues_accepted_count", "2024", "theme")
PEOPLE_BY_ROLE = MetricQuestion("participants_count", "2025-Q4", "role")

TWO_OF_FIVE = """
    issue | theme | implemented
    i1    | water | 2024-09-01
    i2    | water | 2024-09-01
    i3    | water | 2025-09-01
    i4    | water |
    i5    | water |
"""
CORRECTED = TWO_OF_FIVE.replace("2025-09-01", "2024-09-01")
"""i3 was in use in its first year after all."""
NONE_OF_FIVE = re.sub(r"\d{4}-\d\d-\d\d", "", TWO_OF_FIVE)

Send = Callable[..., None]


@pytest.fixture
def send(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Send:
    """Loads what a supplier sends; the first load is one of 1 January 2026, the second of 1 February ..."""
    months = iter(range(1, 13))

    def sent(supplier: str, issues: str, **people: int) -> None:
        at(monkeypatch, f"2026-{next(months):02}-01")
        deliver(tmp_path, delivery(issues, people), supplier)

    return sent


def at(clock: pytest.MonkeyPatch, day: str) -> None:
    """Stops the clock at nine in the morning of a day."""
    clock.setenv("SOURCE_DATE_EPOCH", str(int(pd.Timestamp(f"{day} 09:00", tz="UTC").timestamp())))


def delivery(issues: str, people: dict[str, int]) -> dict[str, str]:
    """Issues, all accepted on 2024-03-01 and delivered on 2024-06-01, and so many people of each role, all on i1."""
    rows = [[cell.strip() for cell in line.split("|")] for line in issues.strip().splitlines()[1:]]
    keys = [(f"{role}{number}", role) for role, count in people.items() for number in range(count)]
    files = {
        "partners": ["partner_id,name,partner_type,region_code", "c1,Aa,company,NL114"],
        "issues": [
            "issue_id,partner_id,theme_code,status,proposed_date,accepted_date",
            *(f"{issue},c1,{theme},delivered,2024-02-01,2024-03-01" for issue, theme, _ in rows),
        ],
        "outcomes": [
            "outcome_id,issue_id,delivered_date,implemented_date",
            *(f"{issue},{issue},2024-06-01,{implemented}" for issue, _, implemented in rows),
        ],
        "participants": ["participant_id,role", *map(",".join, keys)],
        "participations": [
            "participant_id,issue_id,start_date,end_date",
            *(f"{key},i1,2025-02-01,2025-11-30" for key, _ in keys),
        ],
    }
    return {f"{name}.csv": "\n".join(lines) + "\n" for name, lines in files.items() if len(lines) > 1}


def changes(
    folder: Path, question: MetricQuestion, columns: str, before: dict[str, int], after: dict[str, int], **options: Any
) -> list[tuple]:
    """The named columns of what was restated, as rows of plain values."""
    asked: dict[str, Any] = {"region": "NL", "today": date(2026, 12, 31)} | options
    return plain(restated(store(folder), [question], before, after, **asked), columns)


def plain(frame: pd.DataFrame, columns: str) -> list[tuple]:
    """The named columns as rows of plain values, null as None."""
    rows = frame[columns.split()].astype(object).to_numpy()
    return [tuple(None if pd.isna(value) else value for value in row) for row in rows]


# --- by how much, and through which load ------------------------------------------------------------------------------


def test_a_corrected_date_restates_the_rate_through_the_load_that_brought_it(tmp_path: Path, send: Send) -> None:
    send("north", TWO_OF_FIVE)
    send("north", CORRECTED)
    # 2 of 5 are 40 %, 3 of 5 are 60 %
    columns = "metric period dimension group value_before value_after change n_before n_after unit load_id supplier"
    assert changes(tmp_path, RATE, columns, {"north": 1}, {"north": 2}) == [
        ("implementation_rate_pct", "2025-Q4", None, None, 40, 60, 20, 5, 5, "pct", 2, "north")
    ]
    [(low, high, loaded_at)] = changes(tmp_path, RATE, "low_before high_before loaded_at", {"north": 1}, {"north": 2})
    # Wilson, z = 1.96: (0.4 + 3.8416 / 10 -+ 1.96 * sqrt(0.4 * 0.6 / 5 + 3.8416 / 100)) / (1 + 3.8416 / 5)
    # = (0.78416 -+ 0.57622) / 1.76832
    assert (round(low, 1), round(high, 1)) == (11.8, 76.9)
    assert loaded_at == pd.Timestamp(2026, 2, 1, 9)


def test_a_number_restated_twice_has_a_row_for_each_load_and_their_changes_add_up(tmp_path: Path, send: Send) -> None:
    send("north", TWO_OF_FIVE)
    send("south", NONE_OF_FIVE)
    send("south", NONE_OF_FIVE)
    send("north", CORRECTED)
    # 2 of 5 are 40 %; 2 of 10 are 20 %; the south sent the same again; 3 of 10 are 30 %
    columns = "value_before value_after change n_before n_after load_id supplier"
    assert changes(tmp_path, RATE, columns, {"north": 1}, {"north": 4, "south": 3}) == [
        (40, 20, -20, 5, 10, 2, "south"),
        (20, 30, 10, 10, 10, 4, "north"),
    ]


def test_only_the_loads_between_the_states_count(tmp_path: Path, send: Send) -> None:
    send("north", NONE_OF_FIVE)
    send("north", TWO_OF_FIVE)
    send("north", CORRECTED)
    send("north", NONE_OF_FIVE)
    assert changes(tmp_path, RATE, "change load_id", {"north": 2}, {"north": 3}) == [(20, 3)]


def test_a_number_that_is_again_what_it_was_has_not_been_restated(tmp_path: Path, send: Send) -> None:
    for issues in (TWO_OF_FIVE, CORRECTED, TWO_OF_FIVE):
        send("north", issues)
    assert changes(tmp_path, RATE, "change", {"north": 1}, {"north": 3}) == []


def test_where_nothing_changed_the_columns_are_the_same(tmp_path: Path, send: Send) -> None:
    send("north", TWO_OF_FIVE)
    send("north", CORRECTED)
    asked: dict[str, Any] = {"region": "NL", "today": date(2026, 12, 31)}
    nothing = restated(store(tmp_path), [RATE], {"north": 1}, {"north": 1}, **asked)
    something = restated(store(tmp_path), [RATE], {"north": 1}, {"north": 2}, **asked)
    assert nothing.empty
    assert list(nothing.columns) == list(COLUMNS)
    assert nothing.dtypes.equals(something.dtypes)


def test_rows_stand_in_the_order_of_the_questions_groups_and_loads(tmp_path: Path, send: Send) -> None:
    send("north", TWO_OF_FIVE)
    send("north", CORRECTED.replace("i5    | water", "i5    | energy"))
    send("north", CORRECTED.replace("i5    | water", "i5    | dikes"))
    questions = [ACCEPTED_BY_THEME, RATE]
    frame = restated(store(tmp_path), questions, {"north": 1}, {"north": 3}, region="NL", today=date(2026, 12, 31))
    # energy came and went: it has not been restated
    assert plain(frame, "metric dimension group change load_id") == [
        ("issues_accepted_count", "theme", "dikes", 1, 3),
        ("issues_accepted_count", "theme", "water", -1, 2),
        ("implementation_rate_pct", None, None, 20, 2),
    ]


def test_a_group_of_two_dimensions_is_told_by_both(tmp_path: Path, send: Send) -> None:
    send("north", TWO_OF_FIVE)
    send("north", TWO_OF_FIVE.replace("i5    | water", "i5    | care"))
    by_both = MetricQuestion("issues_accepted_count", "2024", ("theme", "issue_type"), {"theme": "water"})
    columns = "dimension group where value_before value_after"
    assert changes(tmp_path, by_both, columns, {"north": 1}, {"north": 2}) == [
        ("theme/issue_type", "water/assignment", None, 5, 4)
    ]


def test_the_conditions_of_a_question_are_told_but_for_those_that_the_group_tells(tmp_path: Path, send: Send) -> None:
    send("north", TWO_OF_FIVE)
    send("north", CORRECTED)
    where = {"theme": ("water", "unknown"), "issue_type": "assignment"}
    by_theme = MetricQuestion("implementation_rate_pct", "2025-Q4", "theme", where)
    assert changes(tmp_path, by_theme, "group where change", {"north": 1}, {"north": 2}) == [
        ("water", "issue_type=assignment", 20)
    ]
    whole = MetricQuestion("implementation_rate_pct", "2025-Q4", where=where)
    assert changes(tmp_path, whole, "group where", {"north": 1}, {"north": 2}) == [
        (None, "theme=water|unknown, issue_type=assignment")
    ]


# --- what is not there on both sides ----------------------------------------------------------------------------------


def test_a_count_of_a_group_that_appears_or_vanishes_is_a_change_from_or_to_0(tmp_path: Path, send: Send) -> None:
    send("north", TWO_OF_FIVE)
    send("north", TWO_OF_FIVE.replace("water", "energy"))
    columns = "group value_before value_after change n_before n_after"
    assert changes(tmp_path, ACCEPTED_BY_THEME, columns, {"north": 1}, {"north": 2}) == [
        ("energy", 0, 5, 5, 0, 5),
        ("water", 5, 0, -5, 5, 0),
    ]


def test_a_rate_of_a_group_that_appears_has_no_value_to_differ_from(tmp_path: Path, send: Send) -> None:
    send("north", TWO_OF_FIVE)
    send("north", TWO_OF_FIVE.replace("i5    | water", "i5    | energy"))
    columns = "group value_before value_after change n_before n_after note_before note_after"
    # of energy's 1 issue no share can be told, and no longer of water's 4
    assert changes(tmp_path, RATE_BY_THEME, columns, {"north": 1}, {"north": 2}) == [
        ("energy", None, None, None, 0, 1, "no_data", "too_few"),
        ("water", 40, None, None, 5, 4, "", "too_few"),
    ]


def test_what_nobody_had_sent_was_unknown_and_not_0(tmp_path: Path, send: Send) -> None:
    deliver(tmp_path, {"partners.csv": delivery(TWO_OF_FIVE, {})["partners.csv"]}, "north")
    send("north", TWO_OF_FIVE)
    implemented = MetricQuestion("solutions_implemented_count", "2024", "quarter")
    columns = "group value_before value_after change note_before"
    assert changes(tmp_path, implemented, columns, {"north": 1}, {"north": 2}) == [
        ("2024-Q3", None, 2, None, "no_data")
    ]


def test_before_anything_was_known_every_number_was_another(tmp_path: Path, send: Send) -> None:
    send("north", TWO_OF_FIVE)
    assert changes(tmp_path, RATE, "value_before value_after n_before n_after load_id", {}, {"north": 1}) == [
        (None, 40, 0, 5, 1)
    ]


def test_a_state_cannot_be_followed_backwards(tmp_path: Path, send: Send) -> None:
    send("north", TWO_OF_FIVE)
    send("north", CORRECTED)
    with pytest.raises(UsageError, match="a load of north lies between them"):
        changes(tmp_path, RATE, "change", {"north": 2}, {"north": 1})


# --- nobody is recognisable -------------------------------------------------------------------------------------------


def test_a_change_never_shows_what_is_suppressed(tmp_path: Path, send: Send) -> None:
    send("north", TWO_OF_FIVE, student=6, teacher=3, expert=2)
    send("north", TWO_OF_FIVE, student=4, teacher=4, expert=2)
    send("north", TWO_OF_FIVE, student=7, teacher=2, expert=4)
    columns = "group value_before value_after change n_before n_after note_before note_after load_id"
    # teachers and experts are withheld in all three states
    assert changes(tmp_path, PEOPLE_BY_ROLE, columns, {"north": 1}, {"north": 3}) == [
        ("student", 6, None, None, 6, None, "", "suppressed", 2),
        ("student", None, 7, None, None, 7, "suppressed", "", 3),
    ]


def test_nor_what_the_report_withheld_for_the_sake_of_others(tmp_path: Path, send: Send) -> None:
    send("north", TWO_OF_FIVE, student=6, expert=8)
    send("north", TWO_OF_FIVE, student=7, expert=9)
    asked = replace(PEOPLE_BY_ROLE, withheld=["student"])
    assert changes(tmp_path, asked, "group change", {"north": 1}, {"north": 2}) == [("expert", 1)]


def test_the_edition_says_what_is_suppressed(tmp_path: Path, send: Send) -> None:
    send("north", TWO_OF_FIVE)
    send("north", CORRECTED)
    # all issues are those of one company
    states = {"north": 1}, {"north": 2}
    assert changes(tmp_path, RATE, "change", *states, edition="funder") == []
    assert changes(tmp_path, RATE, "change", *states, edition="coordinator") == [(20,)]


# --- of a report ------------------------------------------------------------------------------------------------------

REPORT = "regional_innovation_NL_2025-Q4_nl.html"


@pytest.fixture(scope="module")
def published(tmp_path_factory: pytest.TempPathFactory) -> Iterator[OpenWorkspace]:
    """A network's report of 10 January 2026; on 1 February its supplier corrects a date, on 1 March another joins.

    The report has two sections: issues by quarter, and the funnel with the implementation rate.
    """
    with pytest.MonkeyPatch.context() as clock:
        at(clock, "2026-01-10")
        folder = make_network(tmp_path_factory.mktemp("network"))
        notebook = folder / "notebooks" / "regional_innovation.ipynb"
        cells = json.loads(notebook.read_text("utf-8"))
        kept = ("parameters", "import", "report", "header", "funnel", "by-quarter", "foot")
        cells["cells"] = [cell for cell in cells["cells"] if cell["id"] in kept]
        notebook.write_text(json.dumps(cells), encoding="utf-8")
        ws = open_workspace(folder)
        ws.report(["regional_innovation"], period="2025-Q4", region="NL")
        at(clock, "2026-02-01")
        late = network_files()["outcomes"].replace("water1,water1,2024-06-01,2024-09-01", "water1,water1,2024-06-01,")
        deliver(folder, {f"{name}.csv": text for name, text in {**network_files(), "outcomes": late}.items()}, "north")
        at(clock, "2026-03-01")
        deliver(folder, delivery(CORRECTED, {}), "south")
        at(clock, "2027-02-01")
        yield ws


def rate(frame: pd.DataFrame, columns: str) -> list[tuple]:
    """Of the rate as a whole in the report's own period."""
    whole = (frame["metric"] == RATE.metric) & (frame["period"] == RATE.period) & frame["dimension"].isna()
    return plain(frame[whole], columns)


def test_a_report_tells_which_of_its_numbers_have_changed_since(published: OpenWorkspace) -> None:
    found = published.restated(published.place.reports_of("coordinator") / "2025-Q4" / REPORT)
    # 11 of 40 were in use within a year; then 10 of 40; then, with the south's 3 of 5, 13 of 45
    assert rate(found, "value_before value_after load_id supplier") == [
        (27.5, 25, 2, "north"),
        (25, pytest.approx(100 * 13 / 45), 3, "south"),
    ]
    # by quarter, too: one solution fewer in use in the third quarter of 2024, then the south's 3
    quarters = found[(found["metric"] == "solutions_implemented_count") & (found["dimension"] == "quarter")]
    assert plain(quarters, "period group change load_id") == [("2024", "2024-Q3", -1, 2), ("2024", "2024-Q3", 3, 3)]


def test_a_report_may_be_named_and_other_days_compared(published: OpenWorkspace) -> None:
    until = published.restated(REPORT, until=date(2026, 2, 28))
    assert rate(until, "value_before value_after load_id") == [(27.5, 25, 2)]
    since = published.restated(REPORT, known_at=date(2026, 2, 1))
    assert rate(since, "value_after load_id") == [(pytest.approx(100 * 13 / 45), 3)]
    assert published.restated(REPORT, until=date(2026, 1, 31)).empty


def test_compute_known_at_both_days_gives_the_same_two_values(
    published: OpenWorkspace, capsys: pytest.CaptureFixture, monkeypatch: pytest.MonkeyPatch
) -> None:
    found = published.restated(REPORT, known_at=date(2026, 1, 31), until=date(2026, 2, 1))
    values = []
    for day in ("2026-01-31", "2026-02-01"):
        asked = f"compute {RATE.metric} --period 2025-Q4 --region NL --known-at {day} --format json"
        monkeypatch.setattr("sys.argv", ["ppp-metrics", *asked.split(), "--workspace", str(published.place.root)])
        with pytest.raises(SystemExit, match=r"^0$"):
            cli.main()
        values.append(json.loads(capsys.readouterr().out)[0]["value"])
    assert rate(found, "value_before value_after") == [tuple(values)]


def test_known_at_a_day_within_the_period_is_as_of_that_day(tmp_path: Path, send: Send) -> None:
    (tmp_path / "ppp.toml").write_text('name = "known"\n', encoding="utf-8")
    send("north", TWO_OF_FIVE)
    send("north", TWO_OF_FIVE)
    # on 31 January 2026 the quarter that ended 90 days before is the third of 2025; on 31 March it is the fourth, too
    at_once, in_the_end = (
        open_workspace(tmp_path).compute("participants_count", "2026-Q1", known_at=day)["note"][0]
        for day in (date(2025, 12, 31), None)
    )
    assert (at_once, in_the_end) == ("no_data; period_not_begun", "no_data; without 1 of 1 suppliers")


def test_the_manifest_keeps_what_a_report_asked_and_what_it_was_made_from(published: OpenWorkspace) -> None:
    [report] = read_manifest(published.place.reports_of("coordinator")).values()
    assert (report.loads, report.as_of) == ({"north": 1}, "2025-12-31")
    assert {"metric": "implementation_rate_pct", "period": "2025-Q4"} in report.questions
    quarters = [f"2023-Q{quarter}" for quarter in (1, 2, 3, 4)]
    proposed = {"metric": "issues_proposed_count", "period": "2023", "by": "quarter", "where": {"quarter": quarters}}
    assert proposed in report.questions


def test_reports_that_ask_the_same_keep_their_questions_once(published: OpenWorkspace, tmp_path: Path) -> None:
    [report] = read_manifest(published.place.reports_of("coordinator")).values()
    reports = {file: replace(report, file=file) for file in ("a.html", "b.html")}
    for file in reports:
        (tmp_path / file).touch()
    write_manifest(tmp_path, reports)
    manifest = json.loads((tmp_path / "manifest.json").read_text("utf-8"))
    assert list(manifest["questions"].values()) == [report.questions]
    assert {name: replace(each, is_new=True) for name, each in read_manifest(tmp_path).items()} == {
        name: replace(each, is_new=True) for name, each in reports.items()
    }


def test_a_report_asks_for_no_quarter_that_it_does_not_show(published: OpenWorkspace) -> None:
    report = dashboard.open_report(
        published.place.root, "regional_innovation", period="2025-Q3", region="NL", lang="nl"
    )
    report.by_quarter()
    asked = [question["where"]["quarter"] for question in report.basis()["questions"] if "where" in question]
    # twelve quarters back from 2025-Q3
    assert min(map(min, asked)) == "2022-Q4"
    assert max(map(max, asked)) == "2025-Q3"


def test_a_report_is_asked_again_as_of_its_own_day(published: OpenWorkspace, tmp_path: Path) -> None:
    [report] = read_manifest(published.place.reports_of("coordinator")).values()
    proposed = {"metric": "issues_proposed_count", "period": "2025-Q4"}
    copy = tmp_path / report.file
    copy.parent.mkdir()
    copy.touch()
    changed = {}
    # 3 issues were proposed on 1 November: of a report of the day before they are none of its numbers
    for as_of in ("2025-10-31", "2025-11-01"):
        write_manifest(tmp_path, {report.file: replace(report, as_of=as_of, questions=[proposed])})
        changed[as_of] = plain(published.restated(copy, known_at=date(2025, 12, 31)), "value_before value_after")
    assert changed == {"2025-10-31": [], "2025-11-01": [(0, 3)]}


@pytest.mark.parametrize(
    "name", ["regional_inovation_NL_2025-Q4_nl.html", "2025-Q4/regional_innovation_NL_2025-Q4_en.html"]
)
def test_an_unknown_report_is_told_the_nearest(published: OpenWorkspace, name: str) -> None:
    with pytest.raises(UsageError, match=f"Did you mean {re.escape(REPORT)}"):
        published.restated(name)


def test_a_first_day_after_the_second_is_refused(published: OpenWorkspace) -> None:
    with pytest.raises(UsageError, match="a load of north lies between them"):
        published.restated(REPORT, until=date(2026, 1, 9))


def test_without_what_the_report_asked_the_way_out_is_said(published: OpenWorkspace, tmp_path: Path) -> None:
    with pytest.raises(DataError, match="Make them with `ppp-metrics report`"):
        published.restated(published.place.database)
    manifest = json.loads((published.place.reports_of("coordinator") / "manifest.json").read_text("utf-8"))
    for entry in manifest["reports"]:
        del entry["questions"], entry["loads"], entry["as_of"]
    copy = tmp_path / "2025-Q4" / REPORT
    copy.parent.mkdir()
    copy.touch()
    (tmp_path / "manifest.json").write_text(json.dumps({"reports": manifest["reports"]}), encoding="utf-8")
    with pytest.raises(DataError, match="did not keep what a report asked"):
        published.restated(copy)


def test_a_database_with_other_loads_than_the_report_was_made_from_is_told_apart(
    published: OpenWorkspace, tmp_path: Path
) -> None:
    (tmp_path / "ppp.toml").write_text('name = "Other"\n')
    deliver(tmp_path, delivery(TWO_OF_FIVE, {}), "north")
    report = published.place.reports_of("coordinator") / "2025-Q4" / REPORT
    with pytest.raises(DataError, match=r"ppp\.duckdb is not the database that"):
        open_workspace(tmp_path).restated(report)
