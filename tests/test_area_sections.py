"""Provinces side by side: what is said of them, what is not, and that nobody is ranked."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from ppp_metrics.reporting import dashboard
from ppp_metrics.reporting.dashboard import Report
from tests.deliveries import deliver
from tests.networks import PERIOD
from tests.test_dashboard import rows, text

PROVINCES = {"NL11": "NL114", "NL12": "NL127", "NL32": "NL321", "NL34": "NL341", "NL41": "NL411"}
"""Groningen, Friesland, Noord-Holland, Zeeland, Noord-Brabant; each with an area where companies are."""


def make(folder: Path, **provinces: tuple[int, int]) -> Path:
    """A network with so many issues accepted in 2024 in each province, and of those used within a year; 5 companies."""
    partners = ["partner_id,name,partner_type,region_code"]
    issues = ["issue_id,partner_id,theme_code,obligation,status,proposed_date,accepted_date"]
    outcomes = ["outcome_id,issue_id,delivered_date,implemented_date"]
    for province, (number, used) in provinces.items():
        partners += [f"{province}c{at},Company {at},company,{PROVINCES[province]}" for at in range(5)]
        for at in range(number):
            key, status = f"{province}i{at}", "implemented" if at < used else "in_progress"
            obligation = "result" if at % 2 else "effort"
            issues.append(f"{key},{province}c{at % 5},water,{obligation},{status},2024-02-01,2024-03-01")
            outcomes += [f"{key},{key},2024-06-01,2024-09-01"] if at < used else []
    files = {"partners": partners, "issues": issues, "outcomes": outcomes}
    (folder / "ppp.toml").write_text('name = "Net"\n', encoding="utf-8")
    deliver(folder, {f"{name}.csv": "\n".join(lines) + "\n" for name, lines in files.items()})
    return folder


def opened(folder: Path, **changed: str) -> Report:
    asked = {"period": PERIOD, "region": "NL", "lang": "en", "edition": "coordinator"} | changed
    return dashboard.open_report(folder, "regional_innovation", **asked)


@pytest.fixture(scope="module")
def network(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Together 80 of 200, 40 %.

    Of 100 issues at 40 %, chance gives 30.0 to 49.2 % in 95 of 100 cases and 24.7 to 54.9 % in 998 of 1000: Groningen's
    20 % lies outside both. Of 60 it gives 26.9 to 51.7 % and 20.2 to 59.1 %: Friesland's 56.7 % lies between. Of 37 it
    gives at most 64.1 %: Noord-Holland's 64.9 % lies outside.
    """
    folder = tmp_path_factory.mktemp("provinces")
    return make(folder, NL11=(100, 20), NL12=(60, 34), NL32=(37, 24), NL34=(3, 2))


def test_of_one_province_with_enough_issues_nothing_is_compared(tmp_path: Path) -> None:
    made = text(opened(make(tmp_path, NL11=(20, 5), NL12=(3, 1))).area_rates())
    assert "The share that was implemented can be shown for one: Groningen." in made
    assert "interval of" not in made


def test_provinces_stand_in_the_order_of_their_names_with_interval_and_n(network: Path) -> None:
    made = opened(network).area_rates()
    assert [row[:4] for row in rows(made)[1:]] == [
        ["Friesland", "34", "60", "56.7%"],
        ["Groningen", "20", "100", "20.0%"],
        ["Noord-Holland", "24", "37", "64.9%"],
        ["Zeeland", "2", "3", "too few"],
    ]
    assert "On average, 40.0% led to a solution in use within a year." in text(made)
    assert "They stand in the order of their names: an order by rate would partly be chance." in text(made)
    assert "Not drawn, for too few issues: Zeeland." in text(made)
    assert "<td" in made.html
    assert 'data-part="value"' in made.html


def test_an_area_stands_out_by_its_difference_from_all_others(network: Path) -> None:
    # against the others: 20 of 100 with 60 of 100, 34 of 60 with 46 of 140, 24 of 37 with 56 of 163
    told = text(opened(network).area_funnel())
    assert "Clearly above average (40.0%): Friesland (56.7%) and Noord-Holland (64.9%)." in told
    assert "Clearly below: Groningen (20.0%)." in told
    # 5 % of 3 areas
    assert "Outside the dashed lines: Friesland (56.7%), Groningen (20.0%) and Noord-Holland (64.9%)." in told
    assert "Of 3 areas 0.2 lie there on average by chance alone." in told
    assert "Made up of: result obligation 99, effort obligation 101." in told


def test_together_areas_may_differ_where_none_does_by_itself(tmp_path: Path) -> None:
    """9, 10, 17 and 18 of 30, 13.5 on average: chi-square is (2 x 4.5² + 2 x 3.5²) / (30 x 0.45 x 0.55) = 8.75.

    With 3 degrees of freedom that is p = 0.033, while 18 of 30 against 36 of 90 is 0.06 even by itself.
    """
    place = make(tmp_path, NL11=(30, 9), NL12=(30, 10), NL32=(30, 17), NL41=(30, 18))
    told = text(opened(place).area_funnel())
    assert (
        "No single one clearly differs from the average (45.0%), but together they differ by more than chance" in told
    )
    dutch = text(opened(place, lang="nl").area_rates())
    assert (
        "Geen enkele wijkt op zichzelf duidelijk af van het gemiddelde (45,0%), maar samen verschillen ze meer" in dutch
    )


def test_the_table_says_where_each_lies_and_no_rank(network: Path) -> None:
    made = opened(network).area_funnel()
    lies = {row[0]: row[-1] for row in rows(made)[1:]}
    assert lies["Groningen"] == "outside the outer lines"
    assert lies["Friesland"] == "between inner and outer lines"
    assert lies["Zeeland"] == "–"
    assert not re.search(r"\b(best|worst|first|last|rank|top|highest|lowest)\b", text(made))


def test_what_chance_explains_is_not_told_apart(tmp_path: Path) -> None:
    made = opened(make(tmp_path, NL11=(30, 12), NL12=(20, 9), NL41=(50, 19))).area_funnel()
    assert "No single one clearly differs from the average (40.0%): the differences could be chance." in text(made)
    assert not re.search(">(Groningen|Friesland)</text>", made.html)


def test_what_is_withheld_is_named_as_that_and_drawn_nowhere(network: Path) -> None:
    """Zeeland's issues implemented are those of 2 companies; another province protects it."""
    opening = opened(network, edition="funder")
    rates, funnel = opening.area_rates(), opening.area_funnel()
    withheld = [row[0] for row in rows(rates)[1:] if "withheld" in row]
    assert "Zeeland" in withheld
    for made in (rates, funnel):
        assert re.search(r"Not drawn, because withheld: .*Zeeland", text(made))
        for name in withheld:
            assert f">{name}</text>" not in made.html


def test_with_one_province_there_is_nothing_to_compare(tmp_path: Path) -> None:
    folder = make(tmp_path, NL11=(30, 12), NL34=(3, 1))
    assert "There are too few areas whose share can be shown to compare them." in text(opened(folder).area_funnel())
    assert "<svg" not in opened(folder).area_funnel().html


def test_a_province_and_a_country_without_issues_have_none_of_it(network: Path) -> None:
    province = opened(network, region="NL11")
    assert (province.area_rates().html, province.area_funnel().html) == ("", "")
    elsewhere = opened(network, region="BE")
    assert "Of no issue that could be followed for a year it is known" in text(elsewhere.area_rates())
    assert "<svg" not in elsewhere.area_rates().html + elsewhere.area_funnel().html
