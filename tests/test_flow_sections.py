"""The flow of assignments: what came against what was agreed, quarter by quarter."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.networks import make_network, network_files
from tests.shown import drawn, opened, rows, text

AGREEMENTS = """agreement_id,partnership_id,partner_id,signed_date,obligation,quality_guarantee,assignments_per_year
a1,p1,c1,2024-01-01,result,yes,8
a2,p1,c2,2025-10-01,result,no,4
"""
"""In 2025 there were 8 + 4 x 92/365 assignments agreed, 8 x 92/365 + 4 x 92/365 = 3.02 of these in the last quarter."""
PARTNERSHIPS = "partnership_id,name,region_code\np1,Net,NL1\n"


def make(folder: Path, agreements: str) -> Path:
    """The network with agreements; two of the three issues of the last quarter are under the first."""
    header, *lines = network_files()["issues"].splitlines()
    under = [f"{line},{'a1' if line.startswith(('new1', 'new2')) else ''}" for line in lines]
    issues = "\n".join([f"{header},agreement_id", *under]) + "\n"
    return make_network(folder, agreements=agreements, partnerships=PARTNERSHIPS, issues=issues)


@pytest.fixture(scope="module")
def network(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return make(tmp_path_factory.mktemp("network"), AGREEMENTS)


def test_what_came_is_told_beside_what_was_agreed(network: Path) -> None:
    # 8 + 4 x 92/365 = 9.008; 2 of these are 22.2 %
    assert (
        "From 1 January 2025 to 31 December 2025, 2 issues were proposed under agreements that commit to 9.0 "
        "assignments: 22.2%." in text(opened(network).assignment_flow())
    )


def test_each_quarter_of_two_years_has_its_own(network: Path) -> None:
    shown = rows(opened(network).assignment_flow())
    assert shown[:8] == [
        ["Q4 2025", "2", "3.0", "66.1%"],
        ["Q3 2025", "0", "2.0", "0.0%"],
        ["Q2 2025", "0", "2.0", "0.0%"],
        ["Q1 2025", "0", "2.0", "0.0%"],
        ["Q4 2024", "0", "2.0", "0.0%"],
        ["Q3 2024", "0", "2.0", "0.0%"],
        ["Q2 2024", "0", "2.0", "0.0%"],
        ["Q1 2024", "0", "2.0", "0.0%"],
    ]


def test_less_than_one_assignment_a_quarter_has_an_axis_to_be_read_on(tmp_path: Path) -> None:
    # 2 a year are half a one each quarter; of the three issues, none is under the agreement
    network = make(
        tmp_path, AGREEMENTS.replace("a1,p1,c1", "a3,p1,c1").replace("yes,8", "yes,").replace("no,4", "no,2")
    )
    assert {"0", "1"} <= set(drawn(opened(network).assignment_flow()).split())


def test_columns_and_marks_are_drawn_with_what_they_stand_for(network: Path) -> None:
    words = drawn(opened(network).assignment_flow())
    assert "proposed" in words
    assert "agreed" in words
    assert "Q4 2025" in words


def test_how_steady_the_flow_is_stands_beside_it(network: Path) -> None:
    # 40, 0, 0, 0, 0, 0, 0 and 3 issues: mean 5.375, sd 14.0299, so 261.0 %
    said = text(opened(network).assignment_flow())
    assert "Over the last 8 quarters the number of issues proposed varied by 261.0% of its mean" in said


def test_few_agreements_have_no_share_with_a_guarantee(network: Path) -> None:
    assert "quality guarantee" not in text(opened(network).assignment_flow()).partition("The numbers")[0]


def test_funders_do_not_see_what_two_companies_agreed(network: Path) -> None:
    made = opened(network, edition="funder").assignment_flow()
    assert "This cannot be shown: the total is withheld, so it is not broken down." in text(made)
    assert rows(made) == []
    assert "<svg" not in made.html


def test_without_agreements_that_is_said(tmp_path: Path) -> None:
    made = opened(make_network(tmp_path)).assignment_flow()
    assert "How many assignments were agreed, or which issues belong to them, is not recorded." in text(made)
    assert "<svg" not in made.html
    assert "<table" not in made.html


def test_in_dutch(network: Path) -> None:
    said = text(opened(network, lang="nl").assignment_flow())
    assert "zijn 2 vraagstukken ingediend onder afspraken waarin 9,0 opdrachten zijn toegezegd: 22,2%." in said
