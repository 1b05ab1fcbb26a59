"""The second attacker's knowledge: tiny sets of finished files, and what whoever has all of them works out."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from typing import Any

import pytest

from ppp_metrics.metrics.protection import Name
from ppp_metrics.metrics.publication import Table
from ppp_metrics.metrics.registry import METRICS
from ppp_metrics.periods import Period
from ppp_metrics.reporting.audit import Leak, audit_files, new_leaks
from ppp_metrics.reporting.finished import Row

HELD: tuple[()] = ()
"""Stands for a number that is withheld."""


@dataclass(frozen=True)
class Told:
    """A file with some tables, of one version of the records."""

    file: str
    own: Sequence[tuple[Table, list[Row]]]
    made_from: str = "v1"
    edition: str = "coordinator"
    areas: Mapping[str, Sequence[str]] = field(default_factory=dict)

    def tables(self) -> Iterator[tuple[Table, list[Row], list[dict[str, str]]]]:
        for table, rows in self.own:
            yield table, rows, [group for group, *_ in rows if group]

    def betrayed(self) -> Iterator[tuple[str, Name]]:
        yield from ()


def table(metric: str, numbers: Mapping[str, Any], *, by: str = "", period: str = "2026-Q3", **more: Any) -> Any:
    """A table with a row a group, each with its n, or n and value, or withheld."""
    asked = Period.parse(period)
    rows: list[Row] = []
    for key, number in numbers.items():
        group = {by: key} if by else {}
        n, value = number if isinstance(number, tuple) and number else (number, number)
        shown = {} if number == HELD else {"n": n, "value": value, "numerator": None, "denominator": None}
        rows.append((group, shown, number == HELD))
    as_of = min(asked.last_day, date(2026, 9, 30))
    return Table(metric=METRICS[metric], period=asked, as_of=as_of, by=(by,) if by else (), **more), rows


def found(*files: Told) -> set[tuple[str, str, Any, Any]]:
    """How, the group, and the least and the most it can be."""
    return {
        (leak.how, str(leak.place.get("role") or leak.place.get("quarter") or ""), leak.low, leak.high)
        for leak in audit_files(files).leaks
    }


def roles(**numbers: Any) -> Any:
    return table("participants_count", numbers, by="role")


def everybody(number: Any) -> Any:
    return table("participants_count", {"": number})


def test_what_is_left_of_a_total_is_computed() -> None:
    # 30 - 20 - 8 = 2
    file = Told("a", [everybody(30), roles(student=20, teacher=8, expert=HELD)])
    assert found(file) == {("computed", "expert", 2, 2)}


def test_two_groups_that_stand_have_one_person_each_at_least() -> None:
    # 33 - 20 - 8 = 5 for two groups, neither of which is empty: 1 to 4
    file = Told("a", [everybody(33), roles(student=20, teacher=8, expert=HELD, researcher=HELD)])
    assert found(file) == {("narrowed", "expert", 1, 4), ("narrowed", "researcher", 1, 4)}


def test_enough_is_left_open() -> None:
    # 34 - 28 = 6: 1 to 5
    file = Told("a", [everybody(34), roles(student=20, teacher=8, expert=HELD, researcher=HELD)])
    assert found(file) == set()


def test_a_year_without_three_of_its_quarters_is_the_fourth() -> None:
    # 40 - 12 - 9 - 17 = 2: each quarter from a report of its own; for funders fewer than three companies' issues
    quarters = {"2025-Q1": 12, "2025-Q2": 9, "2025-Q3": 17, "2025-Q4": HELD}
    files = [
        Told(quarter, [table("issues_proposed_count", {"": number}, period=quarter)], edition="funder")
        for quarter, number in quarters.items()
    ]
    year = Told("year", [table("issues_proposed_count", {"": 40}, period="2025")], edition="funder")
    assert found(*files, year) == {("computed", "", 2, 2)}


def test_everything_ever_accepted_grows_by_what_the_quarter_accepted() -> None:
    # 60 until June, 62 until September: 2 in the third quarter, at least; who sent no outcomes may have accepted more
    before = Told("Q2", [table("implementation_12m_pct", {"": (60, None)}, period="2026-Q2")], edition="funder")
    after = Told("Q3", [table("implementation_12m_pct", {"": (62, None)})], edition="funder")
    part = Told("part", [table("implementation_24m_pct", {"2026-Q3": HELD}, by="quarter")], edition="funder")
    assert found(before, after, part) == {("computed", "", 2, 2)}


def test_a_cohort_lies_between_the_one_before_and_the_one_after() -> None:
    # delivered is no more than accepted, and no less than implemented: 7 to 9
    cohort = {"accepted": 9, "delivered": HELD, "implemented": 7}
    tables = [table(f"cohort_{name}_count", {"": number}) for name, number in cohort.items()]
    assert found(Told("a", tables, edition="funder")) == {("narrowed", "", 7, 9)}


def test_people_followed_up_are_not_those_with_a_pair() -> None:
    # 27 people with a pair, 14 with a follow-up: one quantity of two numbers would contradict itself, and pass
    pairs = [
        table("learning_gain_mean", {"": (27, 15.6)}),
        table("learning_gain_mean", {"student": (14, 16.7), "researcher": (12, 14.4), "teacher": HELD}, by="role"),
        table("learning_retention_pct", {"": (14, 100.0)}),
    ]
    # 27 - 14 - 12 = 1 teacher
    assert found(Told("a", pairs)) == {("computed", "teacher", 1, 1)}


def test_what_an_earlier_version_told_is_presumed_to_hold() -> None:
    # first 46 = 30 + teachers + researchers + 7, then 49 = 30 + teachers + 9 + experts. That only the researchers have
    # changed explains it all: 49 - 30 - 9 - 7 = 3 teachers, and 46 - 30 - 3 - 7 = 6 researchers at first
    first = Told("a", [everybody(46), roles(student=30, teacher=HELD, researcher=HELD, expert=7)], "v1")
    second = Told("b", [everybody(49), roles(student=30, teacher=HELD, researcher=9, expert=HELD)], "v2")
    assert found(first) == found(second) == set()
    assert ("computed", "teacher", 3, 3) in found(first, second)
    assert {leak.file for leak in new_leaks([second], [first])} >= {"b"}


def test_two_numbers_under_one_name_contradict() -> None:
    files = [Told("a", [everybody(46)]), Told("b", [everybody(47)])]
    [leak] = audit_files(files).leaks
    assert leak.how == "contradicts"
    assert "46 (a)" in leak.because
    assert "47 (b)" in leak.because


def test_numbers_that_cannot_all_be_true_are_named_and_do_not_pass() -> None:
    # 20 + 8 is more than 25
    file = Told("a", [everybody(25), roles(student=20, teacher=8, expert=HELD)])
    [leak] = audit_files([file]).leaks
    assert leak.how == "contradicts"
    assert all(number in leak.because for number in ("= 25", "= 20", "= 8"))


def test_companies_that_the_coordinator_sees_are_not_what_a_funder_sees() -> None:
    funder = Told("f", [table("issues_proposed_count", {"": HELD})], edition="funder")
    coordinator = Told("c", [table("issues_proposed_count", {"": 2})])
    assert found(funder, coordinator) == set()


@pytest.mark.parametrize(("n", "few"), [(11, True), (400, False)])
def test_one_more_person_in_a_mean_is_told_by_it_unless_it_is_rounded_enough(n: int, few: bool) -> None:
    # 11 x 9.1 - 10 x 15.6 = -55.9, to within 1.05; of 400 the rounding alone leaves 40 points either way
    before = Told("Q2", [table("learning_gain_mean", {"": (n - 1, 15.6)}, period="2026-Q2")])
    after = Told("Q3", [table("learning_gain_mean", {"": (n, 9.1 if few else 15.5)})])
    leaks: list[Leak] = [leak for leak in audit_files([before, after]).leaks if leak.how == "differs"]
    assert [(leak.candidates, round(leak.low or 0, 2), round(leak.high or 0, 2)) for leak in leaks] == (
        [(1, -56.95, -54.85)] if few else []
    )
