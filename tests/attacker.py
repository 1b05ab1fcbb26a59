"""A reader who solves for withheld counts, written apart from the package: over the innermost cells of a table.

Everything shown is the sum of some innermost cells, none of which is below 0. What a withheld cell can be at least and
at most under that is a linear program in these, by scipy.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from itertools import combinations

import numpy as np
from scipy.optimize import linprog

Key = tuple[str | None, ...]
"""A cell: a value of each dimension, or None for all of them."""


def margins(counts: Mapping[tuple[str, ...], int]) -> dict[Key, int]:
    """The cells of a table with all of their totals."""
    found: dict[Key, int] = {}
    for inner, count in counts.items():
        for size in range(len(inner) + 1):
            for kept in combinations(range(len(inner)), size):
                key = tuple(value if at in kept else None for at, value in enumerate(inner))
                found[key] = found.get(key, 0) + count
    return found


def lies_in(inner: tuple[str, ...], key: Key) -> bool:
    return all(own in (None, value) for own, value in zip(key, inner, strict=True))


def ranges(
    shown: Mapping[Key, int],
    withheld: Sequence[Key],
    inner: Sequence[tuple[str, ...]],
    is_counted: Callable[[tuple[str, ...], Key], bool] = lies_in,
) -> dict[Key, range]:
    """The whole numbers that each withheld cell can be; `is_counted`: of which innermost cells a cell is the sum."""

    def members(key: Key) -> np.ndarray:
        return np.array([is_counted(each, key) for each in inner], float)

    given = {}
    if shown:
        given = {"A_eq": np.array([members(key) for key in shown]), "b_eq": np.array(list(shown.values()))}
    found = {}
    for key in withheld:
        least = linprog(members(key), **given)
        most = linprog(-members(key), **given)
        assert least.status == 0
        high = int(np.floor(-most.fun + 1e-6)) if most.status == 0 else 10**9
        found[key] = range(int(np.ceil(least.fun - 1e-6)), high + 1)
    return found


def whole_rows_and_columns(cells: Mapping[Key, int], unsafe: Sequence[Key]) -> int:
    """How many further cells go when every row and column with an unsafe innermost cell goes, in any direction."""
    gone = set()
    for key in unsafe:
        if None in key:
            continue
        for at in range(len(key)):
            gone |= {other for other in cells if None not in other and other[at] == key[at]}
    return len(gone - set(unsafe))
