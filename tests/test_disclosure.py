"""What is withheld: from whom, and with what else."""

from __future__ import annotations

from typing import Any

import pytest
from duckdb import DuckDBPyConnection

from ppp_metrics.errors import UsageError
from ppp_metrics.metrics.disclosure import SHOWN, is_dominated, is_unsafe, published, published_rows
from ppp_metrics.metrics.registry import METRICS
from tests.worlds import add_rows, answer, issue_rows, world

OF_PEOPLE, OF_COMPANIES = METRICS["participants_count"], METRICS["issues_proposed_count"]
NOTHING = (None,) * len(SHOWN)


def cell_of(subjects: int | None, hit: int | None, rest: int | None) -> dict[str, Any]:
    """A cell with these subjects behind all, the numerator and the complement."""
    shown = {"value": 50.0, "low": 40.0, "high": 60.0, "n": 9, "numerator": 4, "denominator": 9}
    return shown | {"note": "mix: result 4", "subjects": subjects, "subjects_in": hit, "subjects_out": rest}


@pytest.mark.parametrize(
    ("cell", "person", "edition", "is_withheld"),
    [
        ((5, None, None), True, "coordinator", False),
        ((4, None, None), True, "coordinator", True),
        ((1, None, None), True, "coordinator", True),
        ((0, None, None), True, "coordinator", False),
        ((9, 4, 5), True, "coordinator", True),
        ((9, 5, 4), True, "coordinator", True),
        ((10, 5, 5), True, "coordinator", False),
        ((9, 0, 9), True, "coordinator", False),
        ((4, None, None), True, "none", False),
        ((1, None, None), False, "coordinator", False),
        ((2, None, None), False, "funder", True),
        ((3, None, None), False, "funder", False),
        ((9, 2, 7), False, "funder", True),
        ((4, None, None), True, "funder", True),
        ((None, None, None), False, "funder", False),
    ],
)
def test_a_cell_is_withheld_when_few_stand_behind_any_of_its_counts(
    cell: tuple[int | None, int | None, int | None], person: bool, edition: str, is_withheld: bool
) -> None:
    counted = cell_of(*cell)
    shown = published(counted, is_unsafe(counted, OF_PEOPLE if person else OF_COMPANIES, edition))
    assert shown["suppressed"] == is_withheld
    assert shown["note"] == ("suppressed" if is_withheld else "mix: result 4")
    assert all((shown[name] is None) == is_withheld for name in SHOWN)


def people(**roles: int) -> DuckDBPyConnection:
    con = world("partners\npartner_id\nc1")
    add_rows(con, "issues", [{"issue_id": "i1", "proposed_date": "2025-01-01"}])
    for role, count in roles.items():
        rows = [{"participant_id": f"{role}{k}", "role": role} for k in range(count)]
        add_rows(con, "participants", rows)
        add_rows(con, "participations", [{"participant_id": row["participant_id"], "issue_id": "i1"} for row in rows])
    return con


@pytest.mark.parametrize(
    ("subjects", "hit", "is_withheld"), [(9, 0, True), (9, 9, True), (10, 0, False), (10, 10, False)]
)
def test_a_share_of_all_or_none_of_a_few_people_tells_of_each(subjects: int, hit: int, is_withheld: bool) -> None:
    cell = cell_of(subjects, hit, subjects - hit)
    assert is_unsafe(cell, METRICS["improved_share_pct"], "coordinator") == is_withheld
    assert not is_unsafe(cell, METRICS["improved_share_pct"], "none")


def test_one_to_four_people_are_withheld_and_five_are_shown() -> None:
    con = people(student=5, teacher=4, expert=4, project_manager=4)
    columns = " ".join(["role", *SHOWN, "suppressed", "note"])
    # of the three together, 12, each can be 1 to 10
    assert answer(con, "participants_count", "2025", columns, by=["role"]) == [
        ("expert", *NOTHING, True, "suppressed"),
        ("project_manager", *NOTHING, True, "suppressed"),
        ("student", 5, None, None, 5, None, None, False, ""),
        ("teacher", *NOTHING, True, "suppressed"),
    ]
    assert answer(con, "participants_count", "2025", "value suppressed", where={"role": "expert"}) == [(None, True)]
    assert answer(con, "participants_count", "2025", "value suppressed", where={"role": "researcher"}) == [(0, False)]
    assert answer(con, "participants_count", "2025", "value", where={"role": "expert"}, edition="none") == [(4,)]


def test_pairs_of_measurements_are_withheld_by_the_people_behind_them() -> None:
    con = people(student=3)
    for competence in ("a", "b", "c", "d"):
        for k in range(3):
            row = {"participant_id": f"student{k}", "competence_code": competence}
            add_rows(con, "assessments", [{"moment": "pre", "assessed_date": "2025-01-01", "score": "10", **row}])
            add_rows(
                con, "assessments", [{"moment": "post", "assessed_date": "2025-01-02", "score": str(20 + k), **row}]
            )
    # twelve pairs, but of three people
    assert answer(con, "learning_gain_mean", "2025", "value n note") == [(None, None, "suppressed")]
    assert answer(con, "learning_gain_mean", "2025", "value n note", edition="none") == [
        (None, 3, "too_few; pre_post only")
    ]


def test_pairs_of_people_are_withheld_by_the_people_in_them() -> None:
    con = people(student=5)
    ring = [{"giver_id": f"student{k}", "receiver_id": f"student{(k + 1) % 5}"} for k in range(5)]
    add_rows(con, "interactions", [{"interaction_date": "2025-01-01", **row} for row in ring])
    assert answer(con, "mutual_learning_pct", "2025", "value n suppressed") == [(0, 5, False)]
    # one pair becomes mutual: two people stand behind the numerator
    add_rows(
        con, "interactions", [{"giver_id": "student1", "receiver_id": "student0", "interaction_date": "2025-01-01"}]
    )
    assert answer(con, "mutual_learning_pct", "2025", "value n suppressed") == [(None, None, True)]


def test_what_two_roles_withhold_is_not_the_rest_of_all_pairs() -> None:
    con = people(student=6, teacher=8, expert=2)
    every = [("student", 6, "student", 6), ("student", 6, "teacher", 8), ("expert", 2, "expert", 2)]
    for giver, givers, receiver, receivers in every:
        rows = [
            {"giver_id": f"{giver}{a}", "receiver_id": f"{receiver}{b}", "interaction_date": "2025-01-01"}
            for a in range(givers)
            for b in range(receivers)
            if giver != receiver or a < b
        ]
        add_rows(con, "interactions", rows)
    # two experts are few; of 15 + 48 + 1 pairs they are the rest, unless another goes, too. With the 15 these would be
    # 1 to 15 pairs of at least 2 to 6 people, with the 48 of 2 to 11
    assert answer(con, "mutual_learning_pct", "2025", "pair_roles n suppressed", by=["pair_roles"]) == [
        ("expert/expert", None, True),
        ("student/student", 15, False),
        ("student/teacher", None, True),
    ]


def companies() -> DuckDBPyConnection:
    con = world()
    add_rows(con, "partners", [{"partner_id": f"c{k}"} for k in range(1, 6)])
    dates = {"proposed_date": "2024-01-01", "accepted_date": "2024-05-01"}
    for k in range(1, 6):
        add_rows(con, "issues", issue_rows(4, f"c{k}i", partner_id=f"c{k}", obligation="result", **dates))
    add_rows(con, "issues", issue_rows(3, "e", partner_id="c1", obligation="effort", **dates))
    add_rows(con, "issues", issue_rows(3, "soil", partner_id="c2", theme_code="soil", obligation="result", **dates))
    return con


def test_a_funder_sees_no_cell_of_one_or_two_companies() -> None:
    con = companies()
    columns = "theme value n suppressed"
    assert answer(con, "issues_proposed_count", "2024", columns, by=["theme"]) == [
        ("soil", 3, 3, False),
        ("water", 23, 23, False),
    ]
    # 26 issues in all: without those about water, those about soil would be the rest
    assert answer(con, "issues_proposed_count", "2024", columns, by=["theme"], edition="funder") == [
        ("soil", None, None, True),
        ("water", None, None, True),
    ]


def test_a_funder_is_not_told_a_mix_that_gives_one_company_away() -> None:
    con = companies()
    assert answer(con, "implementation_rate_pct", "2025", "n note") == [
        (26, "design effect 2.0; mix: result 23, effort 3")
    ]
    assert answer(con, "implementation_rate_pct", "2025", "n note", edition="funder") == [(26, "mix: result, effort")]


@pytest.mark.parametrize("question", [{"by": ["partner"]}, {"where": {"partner": "c1"}}])
def test_a_funder_cannot_ask_for_a_company_by_name(question: dict) -> None:
    with pytest.raises(UsageError, match="names no companies"):
        answer(companies(), "issues_proposed_count", "2024", edition="funder", **question)


def test_an_unknown_edition_is_refused_with_the_nearest() -> None:
    with pytest.raises(UsageError, match="Did you mean funder"):
        answer(world(), "issues_proposed_count", "2024", edition="founder")


@pytest.mark.parametrize(
    ("amounts", "expected"),
    [
        # the largest two hold 90 of 100: not more than 90 %; and the rest, 10, is 10 % of no less than 50
        ([50, 40, 10], False),
        ([51, 40, 9], True),
        # the largest two hold 89 %, but the second knows the largest to within 11 of 89
        ([88, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1], False),
        ([80, 10, 7, 3], False),
        ([70, 3, 3, 2], True),
        ([5], True),
        ([0, 0, 0], False),
        ([], False),
    ],
)
def test_an_amount_is_dominated_when_the_largest_two_hold_nearly_all_of_it(amounts: list[int], expected: bool) -> None:
    assert is_dominated(sorted(amounts)[:-3:-1], sum(amounts)) is expected


def money(**amounts: int) -> DuckDBPyConnection:
    """A company each with one implemented solution of that value."""
    con = world()
    add_rows(con, "partners", [{"partner_id": name} for name in amounts])
    issues = [{"issue_id": name, "partner_id": name, "proposed_date": "2025-01-01"} for name in amounts]
    add_rows(con, "issues", issues)
    done = {"delivered_date": "2025-02-01", "implemented_date": "2025-02-01"}
    add_rows(
        con,
        "outcomes",
        [{"outcome_id": name, "issue_id": name, "value_eur": str(held), **done} for name, held in amounts.items()],
    )
    return con


@pytest.mark.parametrize("edition", ["coordinator", "funder"])
def test_money_of_two_companies_or_nearly_all_of_two_is_withheld_in_either_edition(edition: str) -> None:
    asked = {"edition": edition}
    assert answer(money(a=40, b=35, c=25), "value_created_eur", "2025", "value n", **asked) == [(100, 3)]
    assert answer(money(a=60, b=40), "value_created_eur", "2025", "value n suppressed", **asked) == [(None, None, True)]
    columns = "value note"
    assert answer(money(a=60, b=35, c=5), "value_created_eur", "2025", columns, **asked) == [(None, "suppressed")]
    assert answer(money(a=60, b=35, c=5), "value_created_eur", "2025", edition="none") == [(100,)]


@pytest.mark.parametrize(
    ("parts", "is_about_people", "shown"),
    [
        ([], True, 0),
        ([0, 5], True, 5),
        ([4], True, None),
        # 96 would tell that the first counts 1
        ([1, 95], True, None),
        ([1, 95], False, 96),
    ],
)
def test_a_sum_of_rows_is_withheld_with_any_part_that_is(
    parts: list[int], is_about_people: bool, shown: int | None
) -> None:
    assert published_rows(parts, is_about_people) == shown
