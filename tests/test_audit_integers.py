"""The second attacker's arithmetic: what whole numbers an unknown can be, held to trying every table."""

from __future__ import annotations

import itertools
import math

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from ppp_metrics.reporting.integers import CANDIDATES, Program, Range, Row

MOST = 6


def program(lows: list[float], highs: list[float], rows: list[Row], *, is_count: bool = True) -> Program:
    return Program(lows, highs, [is_count] * len(lows), rows)


def test_what_remains_of_a_sum_is_computed() -> None:
    # 49 people, of whom 46 are told: the other is 3
    found = program([0], [math.inf], [Row({0: 1.0}, 3, 3)]).ranges([0])
    assert found == {0: Range(3, 3, 1)}


def test_two_that_make_up_a_small_number_have_few_values_each() -> None:
    # both are there, and together are 4: 1 + 3, 2 + 2, 3 + 1
    found = program([1, 1], [math.inf] * 2, [Row({0: 1.0, 1: 1.0}, 4, 4)]).ranges([0, 1])
    assert found == {0: Range(1, 3, 3), 1: Range(1, 3, 3)}


def test_gaps_between_whole_numbers_are_no_candidates() -> None:
    # x + 3 y = 10: of 0 to 10, x can only be 1, 4, 7 or 10
    found = program([0, 0], [math.inf] * 2, [Row({0: 1.0, 1: 3.0}, 10, 10)]).ranges([0])
    assert found == {0: Range(1, 10, 4)}


def test_nothing_but_nobody_gives_nobody_away() -> None:
    assert program([0], [math.inf], [Row({0: 1.0}, 0, 0)]).ranges([0]) == {}


def test_an_amount_needs_a_tenth_of_its_greatest_value() -> None:
    assert program([0], [math.inf], [Row({0: 1.0}, 95, 100)], is_count=False).ranges([0]) == {0: Range(95, 100)}
    assert program([0], [math.inf], [Row({0: 1.0}, 80, 100)], is_count=False).ranges([0]) == {}


def test_a_program_that_contradicts_itself_has_no_solution() -> None:
    assert not program([0], [2], [Row({0: 1.0}, 3, 3)]).is_feasible()


@settings(max_examples=60, deadline=None)
@given(
    st.lists(st.lists(st.integers(0, MOST), min_size=3, max_size=3), min_size=2, max_size=2),
    st.sets(st.tuples(st.integers(0, 1), st.integers(0, 2)), min_size=2),
)
def test_the_attacker_finds_what_trying_every_table_finds(
    table: list[list[int]], withheld: set[tuple[int, int]]
) -> None:
    # a table of 2 x 3 with all its totals; what is withheld can be any number from 0 to 6
    cells = sorted(withheld)
    rows = [
        Row(dict.fromkeys(own, 1.0), total, total)
        for line in [
            *({(at, column) for column in range(3)} for at in range(2)),
            *({(at, c) for at in range(2)} for c in range(3)),
        ]
        if (own := [cells.index(cell) for cell in sorted(line & withheld)])
        for total in [sum(table[row][column] for row, column in line & withheld)]
    ]
    possible = (
        [
            values
            for values in itertools.product(range(MOST + 1), repeat=len(cells))
            if all(row.low <= sum(values[column] for column in row.terms) <= row.high for row in rows)
        ]
        if len(cells) < 6
        else None
    )
    if possible is None:
        return
    found = program([0.0] * len(cells), [float(MOST)] * len(cells), rows).ranges(range(len(cells)))
    for at in range(len(cells)):
        numbers = {values[at] for values in possible}
        expected = (
            None if len(numbers) >= CANDIDATES or max(numbers) == 0 else Range(min(numbers), max(numbers), len(numbers))
        )
        assert found.get(at) == expected


@pytest.mark.parametrize("gives", [1, 2])
def test_as_few_as_can_be_give(gives: int) -> None:
    # 5 + over = 7 takes one that gives; a second that is free need not
    rows = (
        [Row({0: 1.0, 1: 1.0}, 2, 2), Row({2: 1.0}, 0, 0)] if gives == 1 else [Row({0: 1.0}, 2, 2), Row({1: 1.0}, 1, 1)]
    )
    values = program([0.0] * 3, [math.inf] * 3, rows).fewest([0, 1])
    assert values is not None
    assert sum(value > 0.5 for value in values[:2]) == gives
