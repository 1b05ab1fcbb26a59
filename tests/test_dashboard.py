"""Reports of a network that can be counted by hand: what they say, and what they never say."""

from __future__ import annotations

import html
import json
import re
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from ppp_metrics.errors import DataError, UsageError
from ppp_metrics.reporting import dashboard, interactive
from ppp_metrics.reporting.dashboard import Report
from ppp_metrics.reporting.html import render_page
from tests.deliveries import deliver
from tests.networks import PERIOD, THEME, make_network, network_files, run_notebook


@pytest.fixture(scope="module")
def network(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return make_network(tmp_path_factory.mktemp("network"))


@pytest.fixture(scope="module")
def report(network: Path) -> Callable[..., Report]:
    def opened(notebook: str = "regional_innovation", **changed: str) -> Report:
        asked = {"period": PERIOD, "region": "NL", "lang": "en", "edition": "coordinator"} | changed
        return dashboard.open_report(network, notebook, **asked)

    return opened


@pytest.fixture(scope="module")
def executed(network: Path) -> dict[str, Any]:
    """Each notebook with its outputs."""
    asked = {"workspace": str(network), "period": PERIOD, "region": "NL", "lang": "en"}
    return {name: run_notebook(name, **asked) for name in dashboard.SUBJECTS}


def text(section: dashboard.Section) -> str:
    """The words of a section as they are read, drawings left out."""
    plain = re.sub(r"<(svg|style|script).*?</\1>|<[^>]+>", " ", section.html, flags=re.DOTALL)
    return " ".join(html.unescape(plain).split())


def rows(section: dashboard.Section) -> list[list[str]]:
    """The cells of the body of each table."""
    found = re.findall(r"<tr>(.*?)</tr>", section.html, flags=re.DOTALL)
    cells = [re.findall(r"<t[hd][^>]*>(.*?)</t[hd]>", row, flags=re.DOTALL) for row in found]
    return [[html.unescape(cell) for cell in row] for row in cells if row]


# --- what it says -----------------------------------------------------------------------------------------------------


def test_the_header_says_whose_report_about_what_where_and_when(report: Callable[..., Report]) -> None:
    made = report().header()
    assert text(made) == (
        "Net & Werk Regional innovation : Netherlands, fourth quarter of 2025 NL · As of 31 December 2025 "
        "Made up <data>. These data have not been checked yet."
    )
    assert made.about["title"] == "Regional innovation: Netherlands, fourth quarter of 2025"


@pytest.mark.parametrize(("supplier", "is_shown"), [("north", True), ("south", False)])
def test_a_notice_on_a_supplier_stands_only_where_its_records_are(
    network: Path, tmp_path: Path, supplier: str, is_shown: bool
) -> None:
    (tmp_path / "ppp.toml").write_text(
        f'name = "Net"\ndatabase = "{network / "ppp.duckdb"}"\n'
        f'[notice]\nsuppliers = ["{supplier}"]\nnl = "Verzonnen."\nen = "Made up."\n'
    )
    asked = {"period": PERIOD, "region": "NL", "lang": "en", "edition": "coordinator"}
    header = dashboard.open_report(tmp_path, "regional_innovation", **asked).header()
    assert ("Made up." in text(header)) is is_shown
    assert header.about["has_notice"] is is_shown


def test_the_first_screen_gives_the_numbers_in_plain_words(report: Callable[..., Report]) -> None:
    # accepted in 2024: 40, of which 10 + 1 implemented within a year: 27.5 %. Of ten companies with four each, that are
    # no more alike than others: Wilson, z = 1.96: centre (0.275 + 1.92 / 40) / (1 + 3.84 / 40) = 0.2947, half width
    # 0.1338: 16.1 to 42.8 %
    assert (
        "In the fourth quarter of 2025, 3 issues came in. No issue got a first solution. No first solution came "
        "into use. Of the 40 issues accepted from 1 January 2024 to 31 December 2024, 27.5% led to a solution in use "
        "within a year. The interval runs from 16.1% to 42.8%" in text(report().headline())
    )


def test_a_card_compares_with_the_quarter_before_the_year_before_and_the_target(report: Callable[..., Report]) -> None:
    made = text(report().headline())
    assert "Issues proposed 3 issues Q3 2025 0 +3 Q4 2024 0 +3" in made
    # the difference from the target of 25 % runs from -8.9 to +17.8, so whether it was reached is left open
    card = "27.5% 95% interval 16.1–42.8% n = 40 Q3 2025 27.5% ±0; 3 of the 4 quarters are the same Q4 2024 no data"
    assert f"{card} target 25.0% not certain" in made


def test_the_funnel_follows_the_issues_that_had_a_year(report: Callable[..., Report]) -> None:
    # proposed in 2024, followed up to the end of 2025
    assert rows(report().funnel())[1:] == [
        ["Proposed", "40"], ["Accepted", "40"], ["Delivered", "21"], ["Implemented", "11"], ["Embedded", "0"],
    ]  # fmt: skip
    assert "No issues were proposed in this region from 1 January 2023" in text(report(period="2024-Q4").funnel())


def test_every_step_of_the_funnel_is_checked_to_be_no_wider_than_the_one_before(report: Callable[..., Report]) -> None:
    opened = report()
    opened.funnel()
    steps = [number for number in opened.foot().about["numbers"] if number["funnel_order"]]
    assert [(step["funnel_order"], step["value"]) for step in steps] == [(1, 40), (2, 40), (3, 21), (4, 11), (5, 0)]


def test_quarters_run_back_to_the_first_in_which_anything_happened(report: Callable[..., Report]) -> None:
    shown = rows(report(period="2024-Q3").by_quarter())
    assert shown == [
        ["quarter", "Proposed", "Accepted", "Delivered", "Implemented"],
        ["Q3 2024", "0", "0", "0", "11"],
        ["Q2 2024", "0", "0", "21", "0"],
        ["Q1 2024", "40", "40", "0", "0"],
    ]


def test_themes_are_told_apart_only_where_their_difference_is_no_chance(report: Callable[..., Report]) -> None:
    made = report().themes()
    assert [row[:5] for row in rows(made)[1:]] == [
        ["Energy", "1", "20", "5.0%", "0.8–25.7%"],
        [THEME, "10", "20", "50.0%", "29.9–70.1%"],
    ]
    # two themes are not drawn to each other: they stand by their own rates
    assert [row[5] for row in rows(made)[1:]] == ["–", "–"]
    assert "draws a theme towards" not in text(made)
    # 1 of 20 against 10 of 20
    assert f"Clearly above average (27.5%): {THEME} (50.0%). Clearly below: Energy (5.0%)." in text(made)


def test_a_theme_that_stands_alone_is_compared_with_nothing(tmp_path: Path) -> None:
    header, *lines = network_files()["issues"].splitlines()
    kept = [line for at, line in enumerate(lines) if line.startswith("energy") or at < 3]
    place = make_network(tmp_path, issues="\n".join([header, *kept]) + "\n")
    asked = {"period": PERIOD, "region": "NL", "lang": "en", "edition": "coordinator"}
    # 20 issues on energy and 3 on water: three are too few
    made = dashboard.open_report(place, "regional_innovation", **asked).themes()
    assert "The share that was implemented can be shown for one: Energy." in text(made)


def test_result_and_effort_obligations_are_never_one_rate(report: Callable[..., Report]) -> None:
    assert [row[0] for row in rows(report().obligations())[1:]] == [
        "Result obligation: implemented",
        "Result obligation: solution accepted",
        "Effort obligation: implemented",
        "Effort obligation: learning measured",
    ]
    assert "Made up of: result obligation 20, effort obligation 20." in text(report().funnel())


def test_a_country_shows_its_provinces_and_a_province_its_areas(report: Callable[..., Report]) -> None:
    country, province, area = (report(region=code).places() for code in ("NL", "NL11", "NL114"))
    shown = {row[0]: row[1:] for row in rows(country)[1:]}
    assert len(shown) == 12
    assert list(shown) == sorted(shown)
    assert shown["Friesland"][0] == "2"
    assert shown["Groningen"][0] == "8"
    assert shown["Zeeland"] == ["0", "–", "–", "0"]
    assert country.html.count("fill-opacity") == 2 * 12
    assert [row[:2] for row in rows(province)[1:]] == [["Oost-Groningen", "8"]]
    assert "All active companies are in Oost-Groningen: 8." in text(province)
    assert text(area) == "Areas This region has no smaller areas to compare."


def test_learning_is_told_with_its_interval(report: Callable[..., Report]) -> None:
    made = text(report("learning_effects").headline())
    assert "21 people worked on an issue from 1 January 2025 to 31 December 2025." in made
    assert "scores rose by 15.5 points of 100 on average; the interval runs from" in made


def test_a_section_without_its_data_says_so_and_draws_nothing(report: Callable[..., Report]) -> None:
    learning = report("learning_effects")
    assert text(learning.exchange()).endswith("No interactions were delivered for this region and period.")
    assert text(learning.value_cycles()).endswith("No value stories were delivered for this region and period.")
    elsewhere = report("learning_effects", region="NL42")
    assert text(elsewhere.gains_by_role()).endswith(
        "No learning measurements were delivered for this region and period."
    )
    for made in (learning.exchange(), learning.value_cycles(), elsewhere.gains_by_role(), elsewhere.participants()):
        assert "<svg" not in made.html
        assert "<table" not in made.html


def test_too_few_is_said_and_not_estimated(report: Callable[..., Report]) -> None:
    # Friesland: c9 and c10, with 4 issues on each theme, of which water9 and water10 were implemented
    made = report(region="NL12").themes()
    assert rows(made)[1:] == [["Energy", "0", "4", "too few", "–", "–"], [THEME, "2", "4", "too few", "–", "–"]]
    assert "too few issues to say" in text(made)
    assert "<svg" not in made.html


def test_the_foot_defines_every_number_that_was_shown_and_no_other(report: Callable[..., Report]) -> None:
    opened = report("learning_effects")
    opened.participants()
    foot = opened.foot()
    shown = ["participants_count", "lifelong_learners_count", "learning_hours"]
    assert sorted(re.findall(r'id="metric-(\w+)"', foot.html)) == sorted(shown)
    assert {number["metric"] for number in foot.about["numbers"]} == set(shown)
    assert "north" in text(foot)
    assert "period fourth quarter of 2025 (2025-Q4)" in text(foot)


def test_a_year_is_compared_with_the_year_before_once(report: Callable[..., Report]) -> None:
    made = text(report(period="2025").headline())
    assert "In the year 2025, 3 issues came in." in made
    assert "Issues proposed 3 issues 2024 40 −37" in made


def test_dutch_has_its_own_words_numbers_and_names(report: Callable[..., Report]) -> None:
    opened = report(lang="nl")
    assert "Innovatie in de regio : Nederland, vierde kwartaal van 2025" in text(opened.header())
    assert "In het vierde kwartaal van 2025 kwamen 3 vraagstukken binnen." in text(opened.headline())
    assert "27,5%" in text(opened.headline())


def test_a_long_dutch_word_may_break_where_its_parts_meet(report: Callable[..., Report]) -> None:
    assert "Implementatie\N{SOFT HYPHEN}graad" in report(lang="nl").headline().html
    assert "inspannings\N{SOFT HYPHEN}verplichtingen</h2>" in report(lang="nl").obligations().html


# --- what it never says -----------------------------------------------------------------------------------------------


def test_a_small_group_of_people_stands_nowhere_in_a_notebook(executed: dict[str, Any]) -> None:
    # 3 company employees among 21 people: their number is withheld in the table and no bar in the chart
    notebook = executed["learning_effects"]
    [participants] = [
        output.data["text/html"]
        for cell in notebook.cells
        for output in cell.get("outputs", [])
        if 'id="participants-heading"' in output.data["text/html"]
    ]
    assert ["Company employee", "withheld"] in rows(dashboard.Section(participants))
    assert not re.search(r"company employee", "".join(re.findall(r"<svg.*?</svg>", participants)), re.IGNORECASE)
    numbers = [
        number
        for cell in notebook.cells
        for output in cell.get("outputs", [])
        for number in output.metadata["ppp_metrics"].get("numbers", [])
    ]
    hidden = [number for number in numbers if number["suppressed"]]
    assert hidden
    assert {
        number[name] for number in hidden for name in ("value", "low", "high", "n", "numerator", "denominator")
    } == {None}


def test_the_funders_edition_hides_what_one_or_two_companies_did(report: Callable[..., Report]) -> None:
    # Friesland has 2 of the 10 active companies; with those of Groningen shown, it would be the rest
    shown = {row[0]: row[1] for row in rows(report(edition="funder").places())[1:]}
    assert {name for name, companies in shown.items() if companies != "0"} == {"Friesland", "Groningen"}
    assert {shown["Friesland"], shown["Groningen"]} == {"withheld"}


def test_no_company_is_named_to_funders(network: Path) -> None:
    asked = {"workspace": str(network), "period": PERIOD, "region": "NL", "lang": "en", "edition": "funder"}
    for name in dashboard.SUBJECTS:
        written = json.dumps(run_notebook(name, **asked))
        assert [at for at in range(1, 11) if f"Company {at}" in written] == []
        assert "School" not in written


def test_words_from_the_data_are_never_markup(executed: dict[str, Any]) -> None:
    page = render_page(executed["regional_innovation"])
    assert "<b>" not in page
    assert "<data>" not in page
    assert page.count("&lt;b&gt;") > 2


def test_no_id_stands_twice_in_a_page_and_every_reference_is_to_one(executed: dict[str, Any]) -> None:
    for notebook in executed.values():
        page = render_page(notebook).replace(interactive.script(), "")
        ids = re.findall(r' id="([^"]+)"', page)
        assert len(ids) == len(set(ids))
        referred = {each for found in re.findall(r'aria-labelledby="([^"]+)"', page) for each in found.split()}
        assert referred <= set(ids)
        assert len(page.encode()) < 400_000


def test_a_section_asked_twice_keeps_its_ids_apart(report: Callable[..., Report]) -> None:
    opened = report()
    assert 'id="funnel-heading"' in opened.funnel().html
    assert 'id="funnel-2-heading"' in opened.funnel().html


# --- what it refuses --------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("changed", "says"),
    [
        ({"notebook": "regional_inovation"}, "Did you mean regional_innovation?"),
        ({"lang": "fr"}, "lang takes nl, en, not 'fr'"),
        ({"edition": "none"}, "edition takes coordinator, funder"),
        ({"period": "2025-Q5"}, "is not a period"),
        ({"region": "NL99"}, "There is no region 'NL99'"),
    ],
)
def test_a_wrong_parameter_is_refused_by_name(report: Callable[..., Report], changed: dict, says: str) -> None:
    with pytest.raises(UsageError, match=re.escape(says)):
        report(**changed)


def test_a_report_does_not_go_on_with_other_data_than_it_began_with(tmp_path: Path) -> None:
    opened = dashboard.open_report(make_network(tmp_path), "regional_innovation", period=PERIOD, region="NL", lang="en")
    opened.funnel()
    files = network_files()
    deliver(tmp_path, {"partners.csv": files["partners"], "issues.csv": files["issues"]}, "south")
    with pytest.raises(DataError, match="The data has changed"):
        opened.funnel()
