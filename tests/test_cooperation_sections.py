"""Who works together, where, and which capabilities are missing: of a network with two partnerships."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.networks import make_network, network_files
from tests.shown import drawn, opened, rows, text

PARTNERSHIPS = "partnership_id,name,region_code\np1,East,NL11\np2,West,NL11\n"
MEMBERSHIPS = """partnership_id,partner_id,member_role,joined_date,cash_eur,in_kind_eur
p1,school,lead,2020-01-01,500,1000
p1,c1,member,2020-01-01,250,0
p1,c2,member,2020-01-01,0,250
p2,school,lead,2020-01-01,,
"""
CAPABILITIES = """partner_id,capability,fte,start_date,end_date
school,research,2,2020-01-01,
school,project_management,1,2020-01-01,
school,business_development,1,2020-01-01,2025-06-30
"""
WORKPLACES = """workplace_id,partnership_id,name,workplace_type,opened_date
w1,p1,Dock,field_lab,2020-01-01
w2,p1,Circle,community_of_practice,2020-01-01
"""


@pytest.fixture(scope="module")
def network(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The network with partnerships; its issues on water are worked on in a field lab, energy1 to 12 in a community."""
    header, *lines = network_files()["issues"].splitlines()
    placed = [f"{line},{workplace(line.split(',')[0])}" for line in lines]
    return make_network(
        tmp_path_factory.mktemp("network"),
        partnerships=PARTNERSHIPS,
        memberships=MEMBERSHIPS,
        capabilities=CAPABILITIES,
        workplaces=WORKPLACES,
        issues="\n".join([f"{header},workplace_id", *placed]) + "\n",
    )


def workplace(issue: str) -> str:
    if issue.startswith("water"):
        return "w1"
    return "w2" if issue.startswith("energy") and int(issue.removeprefix("energy")) <= 12 else ""


# --- who works together -----------------------------------------------------------------------------------------------


def test_roles_together_need_enough_issues(network: Path) -> None:
    # all people worked on one issue
    made = opened(network).cooperation()
    assert "There are too few issues on which people worked to give shares." in text(made)
    assert "<svg" not in made.html


def test_roles_and_schools_together_are_shares_of_the_issues_people_worked_on(tmp_path: Path) -> None:
    # on each of 6 issues a student and a teacher of a university of applied sciences; on 3 an employee, too; on 2 a
    # student of a vocational institution
    partners = network_files()["partners"] + "mbo,Mbo,vocational_institution,,NL114\n"
    took = [f"{who},energy{at}" for at in range(1, 7) for who in ("s01", "t1")]
    took += [f"m1,energy{at}" for at in (1, 2, 3)] + [f"v1,energy{at}" for at in (1, 2)]
    place = make_network(
        tmp_path,
        partners=partners,
        participants=network_files()["participants"] + "v1,student,mbo\n",
        participations="participant_id,issue_id,start_date,end_date\n"
        + "".join(f"{each},2025-02-01,2025-11-30\n" for each in took),
    )
    made = opened(place).cooperation()
    # 3 of 6: Wilson 18.8 to 81.2 %; 2 of 6: 9.7 to 70.0 %
    assert "On 50.0% of the 6 issues that people worked on from 1 January 2025 to 31 December 2025" in text(made)
    assert "(95% interval 18.8–81.2%)" in text(made)
    assert "On 33.3% of them people of a vocational institution" in text(made)
    assert "Three roles or more" in drawn(made)


def test_what_companies_contribute_is_told_with_the_part_in_cash(network: Path) -> None:
    # 500 of 2,000 euros, of which 250 in cash
    said = text(opened(network).cooperation())
    assert "Companies bring 25.0% of what members of partnerships are known to contribute" in said
    assert "In cash, companies bring 12.5% of that total." in said


def test_without_contributions_the_reader_is_told_where_else_they_may_be(network: Path) -> None:
    said = text(opened(network, region="NL12").cooperation())
    assert "What companies contribute to partnerships in this region is not known." in said
    assert "count in the report of the larger area" in said


def test_funders_do_not_see_what_two_companies_contribute(network: Path) -> None:
    assert "What companies contribute is withheld." in text(opened(network, edition="funder").cooperation())


def test_where_nobody_worked_and_nothing_was_contributed_there_is_no_table(network: Path) -> None:
    made = opened(network, region="NL42").cooperation()
    assert "No participants were reported" in text(made)
    assert "<table" not in made.html


# --- workplaces and communities ---------------------------------------------------------------------------------------


def test_each_kind_of_workplace_has_its_open_issues_and_its_rate(network: Path) -> None:
    made = opened(network).workplaces()
    # water: 10 of 20 in use within a year; energy1 is in use, 11 of energy2 to 12 are open, as are the 8 without
    assert rows(made)[:3] == [
        ["Field lab", "0", "10", "20", "50.0%", "29.9–70.1%"],
        ["Community of practice", "11", "1", "12", "8.3%", "1.5–35.4%"],
        ["Unknown", "8", "0", "8", "0.0%", "0.0–32.4%"],
    ]
    assert [row[0] for row in rows(made)[3:]] == ["Circle", "Dock", "Unknown"]
    said = text(made)
    assert "in these kinds of workplace or community: field lab 20 and community of practice 12." in said
    assert "The workplace of 8 issues is unknown." in said
    assert "Open now, by kind of workplace or community: community of practice 11." in said


def test_workplaces_whose_intervals_overlap_may_differ_all_the_same(network: Path) -> None:
    # 10 of 20 (29.9 to 70.1 %) and 1 of 12 (1.5 to 35.4 %); each against all others, 1 of 20 and 10 of 28
    said = text(opened(network).workplaces())
    assert "Clearly above average (27.5%): field lab (50.0%). The other differences could be chance." in said
    assert "it does not prove a better way" in said


def test_funders_see_no_workplace_of_two_companies(network: Path) -> None:
    # Friesland: two companies
    made = opened(network, region="NL12", edition="funder").workplaces()
    assert "This cannot be shown: the total is withheld, so it is not broken down." in text(made)
    assert "<svg" not in made.html


def test_where_no_workplace_is_named_that_is_said(tmp_path: Path) -> None:
    made = opened(make_network(tmp_path)).workplaces()
    assert text(made) == "Workplaces and communities No issue in this region names the workplace it was in."


# --- capabilities -----------------------------------------------------------------------------------------------------


def test_what_no_education_partner_brings_is_named_first(network: Path) -> None:
    # the school brings research and project management to both partnerships; business development it brought until June
    made = opened(network).capabilities()
    assert (
        "Education partners bring this to none of the 2 partnerships of which it is known: teacher "
        "professionalisation and business development." in text(made)
    )
    assert "bring 50.0% of the four capabilities to a partnership" in text(made)
    assert rows(made) == [
        ["Research", "2", "2", "100.0%"],
        ["Teacher professionalisation", "0", "2", "0.0%"],
        ["Business development", "0", "2", "0.0%"],
        ["Project management", "2", "2", "100.0%"],
    ]
    assert "2 of 2" in drawn(made)


def test_what_only_some_partnerships_have_is_named_with_how_many(network: Path, tmp_path: Path) -> None:
    place = make_network(
        tmp_path,
        partnerships=PARTNERSHIPS,
        memberships=MEMBERSHIPS.replace("p2,school,lead,2020-01-01,,\n", ""),
        capabilities=CAPABILITIES,
    )
    assert "Not every partnership has these: research (1 of 2) and project management (1 of 2)." in text(
        opened(place).capabilities()
    )


def test_where_all_four_are_there_none_is_missing(tmp_path: Path) -> None:
    four = ("research", "teacher_professionalisation", "business_development", "project_management")
    brought = "".join(f"school,{each},1,2020-01-01\n" for each in four)
    place = make_network(
        tmp_path,
        partnerships=PARTNERSHIPS,
        memberships=MEMBERSHIPS,
        capabilities=f"partner_id,capability,fte,start_date\n{brought}",
    )
    assert "No capability is missing" in text(opened(place).capabilities())


def test_a_region_without_partnerships_says_so(network: Path) -> None:
    made = opened(network, region="NL12").capabilities()
    assert "We do not know which capabilities the partners in this region bring." in text(made)
    assert "<table" not in made.html


def test_in_dutch(network: Path) -> None:
    assert "Dit brengen onderwijspartners in geen van de 2 samenwerkingsverbanden waarvan het bekend is" in text(
        opened(network, lang="nl").capabilities()
    )
