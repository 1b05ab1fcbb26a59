"""The comparison of themes in words: what it claims, and what it leaves open."""

from __future__ import annotations

import html
import re
from pathlib import Path

import pytest

from ppp_metrics.errors import UsageError
from ppp_metrics.reporting import dashboard, interactive
from ppp_metrics.reporting.html import render_page
from tests.networks import PERIOD, make_network, run_notebook

COMPANIES = 10


def opened(folder: Path, **changed: str) -> dashboard.Report:
    asked = {"period": PERIOD, "region": "NL", "lang": "en", "edition": "coordinator"} | changed
    return dashboard.open_report(folder, "theme_explorer", **asked)


def text(section: dashboard.Section) -> str:
    """The words of a section as they are read."""
    plain = re.sub(r"<(svg|style|script).*?</\1>|<[^>]+>", " ", section.html, flags=re.DOTALL)
    return " ".join(html.unescape(plain).split())


def rows(section: dashboard.Section) -> list[list[str]]:
    """The cells of each table, with its head."""
    found = re.findall(r"<tr>(.*?)</tr>", section.html, flags=re.DOTALL)
    cells = [re.findall(r"<t[hd][^>]*>(.*?)</t[hd]>", row, flags=re.DOTALL) for row in found]
    return [[html.unescape(cell) for cell in row] for row in cells if row]


def issues(**groups: tuple[int, int]) -> dict[str, str]:
    """Issues accepted in 2024 as `theme_obligation=(number, of which implemented within a year)`."""
    issue_rows, outcome_rows = [], []
    for name, (number, implemented) in groups.items():
        theme, obligation = name.split("_")
        for at in range(number):
            key, status = f"{name}{at}", "implemented" if at < implemented else "in_progress"
            issue_rows.append(f"{key},c{at % COMPANIES + 1},{theme},{obligation},{status},2024-02-01,2024-03-01")
            outcome_rows += [f"{key},{key},2024-06-01,2024-09-01"] if at < implemented else []
    heads = (
        "issue_id,partner_id,theme_code,obligation,status,proposed_date,accepted_date",
        ("outcome_id,issue_id,delivered_date,implemented_date"),
    )
    return {
        name: "\n".join([head, *lines]) + "\n"
        for name, head, lines in zip(("issues", "outcomes"), heads, (issue_rows, outcome_rows), strict=True)
    }


@pytest.fixture(scope="module")
def network(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Water: 10 of 20 within a year; energy: 1 of 20; together 27.5 %."""
    return make_network(tmp_path_factory.mktemp("network"))


@pytest.fixture(scope="module")
def paradox(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Water is ahead (21 of 40 against 17 of 40), because it has more issues of the obligation that does well.

    Within either obligation energy does better: 80 against 67 %, and 30 against 10 %.
    """
    files = issues(water_result=(30, 20), water_effort=(10, 1), energy_result=(10, 8), energy_effort=(30, 9))
    return make_network(tmp_path_factory.mktemp("paradox"), **files)


def test_themes_that_differ_by_more_than_chance_are_named_on_their_side(network: Path) -> None:
    said = text(opened(network).theme_comparison())
    assert 'Clearly above average (27.5%): Water & <b>"wind"</b> (50.0%). Clearly below: Energy (5.0%).' in said


def test_the_three_rates_stand_side_by_side_with_their_intervals(network: Path) -> None:
    table = rows(opened(network).theme_comparison())
    assert table[0][:5] == ["theme", "n", "As it is", "Shrunken", "Adjusted"]
    # of ten companies with two issues each, of which water's are not more alike than others: Wilson for 10 of 20 is
    # 29.9 to 70.1 %; energy's single solution leaves that open: for 1 of 20 / (t of 9 / t of 19)², 17.1 issues
    crude = {row[0]: row[1:3] for row in table[1:3]}
    assert list(crude.values()) == [["20", "5.0% (0.8–25.7%)"], ["20", "50.0% (29.9–70.1%)"]]


def test_no_one_is_ranked_where_the_difference_could_be_chance(tmp_path: Path) -> None:
    # 10 and 9 of 20
    make_network(tmp_path, **issues(water_result=(20, 10), energy_result=(20, 9)))
    said = text(opened(tmp_path).theme_comparison())
    assert said.count("The difference between the two could be chance.") == 1
    assert "Clearly" not in said


def test_a_theme_that_changes_sides_is_named_with_both(paradox: Path) -> None:
    made = opened(paradox).theme_comparison()
    said = text(made)
    assert "Energy changes sides: as it is its rate lies below the average (42.5% against 47.5%)" in said
    assert said.count("changes sides: ") == 2
    assert [row[-1] for row in rows(made)[1:3]] == ["changes sides"] * 2


def test_within_one_obligation_no_theme_changes_sides(paradox: Path) -> None:
    report = opened(paradox, obligation="result")
    assert "only issues with this obligation: result" in text(report.header())
    said = text(report.theme_comparison())
    # 28 of 40
    assert "70.0%" in said
    assert "changes sides" not in said
    assert "Made up of" not in said


def test_a_rate_that_mixes_obligations_says_so(paradox: Path) -> None:
    assert "Made up of: result obligation 40, effort obligation 40." in text(opened(paradox).theme_comparison())


def test_the_tables_say_how_many_issues_can_still_come_into_use(network: Path) -> None:
    table = rows(opened(network).theme_comparison())
    start = table.index(["theme", "0 months", "6 months", "12 months", "18 months", "24 months"])
    # energy: the 1 that was implemented came into use on day 184; followed for 670 days, until the end of 2025
    assert table[start + 1][1:5] == ["20", "20", "19", "19"]


def test_one_theme_is_compared_with_nothing(tmp_path: Path) -> None:
    make_network(tmp_path, **issues(water_result=(20, 10)))
    assert "too few themes whose share can be shown" in text(opened(tmp_path).theme_comparison())


def test_nothing_followed_for_a_year_is_said(tmp_path: Path) -> None:
    make_network(tmp_path, **issues(water_result=(20, 10)))
    assert "Of no issue that could be followed for a year it is known" in text(
        opened(tmp_path, period="2023-Q4").theme_comparison()
    )


def test_a_withheld_theme_stands_nowhere(tmp_path: Path) -> None:
    """Energy has two companies behind it: funders may not see its numbers, nor those of care, which would tell them."""
    files = issues(water_result=(25, 10), care_result=(20, 9))
    few = [f"few{at},c{at % 2 + 1},energy,result,in_progress,2024-02-01,2024-03-01" for at in range(17)]
    files["issues"] += "\n".join(few) + "\n"
    make_network(tmp_path, **files)
    made = opened(tmp_path, edition="funder").theme_comparison()
    [row] = [row for row in rows(made) if row[0] == "Energy"]
    assert row[1:] == ["–", "withheld", "–", "–", "–", ""]
    assert [row[2] for row in rows(made) if row[0] == "Care"] == ["withheld"]
    charts = "".join(re.findall(r'<svg.*?</svg>|<script type="application/json">.*?</script>', made.html, re.DOTALL))
    assert "Water" in charts
    assert not re.search("Energy|Care", charts)
    assert "or because they would give such a theme away: 2." in text(made)


def test_an_obligation_that_is_none_is_refused(network: Path) -> None:
    with pytest.raises(UsageError, match="result"):
        opened(network, obligation="resultt")


def test_the_notebook_becomes_a_page_with_its_runtime_once_named_in_its_policy(network: Path) -> None:
    notebook = run_notebook("theme_explorer", workspace=str(network), period=PERIOD, region="NL", lang="nl")
    page = render_page(notebook)
    assert page.count(interactive.runtime()) == 1
    assert f"script-src {interactive.policy()}" in page
    rest = page.replace(interactive.script(), "")
    assert re.findall(r"<script[^>]*>", rest) == ['<script type="application/json">']
    assert len(rest.encode()) < 400_000
    assert page == render_page(notebook)
