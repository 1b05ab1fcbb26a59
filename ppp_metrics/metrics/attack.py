"""What a reader can work out about withheld numbers from everything that is published.

Every number published is a count, or an amount, of what lies in some place: the value that it has in each dimension.
Places add up to others, so a withheld number can be computed, or narrowed down, from those that are shown. How far is
the answer of two linear programs: its least and its greatest value under all that is known (Fischetti & Salazar 2001;
Hundepool et al., Statistical Disclosure Control, 2012, chapter 4).
"""

from __future__ import annotations

import math
from collections import defaultdict
from collections.abc import Hashable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Any

CANDIDATES = 5
"""A withheld count must be able to have at least so many values."""
WIDTH_SHARE = 0.10
"""A withheld amount must be able to differ by at least this share of its greatest value."""
EPSILON = 1e-6
LARGEST = 1e9
"""Larger amounts are reckoned in a larger unit: HiGHS takes a number from 1e20 on for infinite."""

Place = frozenset[tuple[str, Any]]
"""The values of dimensions that a number is of: `{("role", "student"), ("region", "NL11")}`; a tuple is any of its."""


def in_order(what: str, place: Place) -> tuple[str, list[str]]:
    """A sort key of what is in a place: the same in every process, as the order of a set is not."""
    return what, sorted(map(str, place))


@dataclass(frozen=True)
class Quantity:
    """What is counted, or summed, in a place."""

    measure: str
    place: Place

    @property
    def order(self) -> tuple[str, list[str]]:
        return in_order(self.measure, self.place)

    @property
    def is_amount(self) -> bool:
        return self.measure.startswith("sum ")


@dataclass(frozen=True)
class Cell:
    """A published cell: the quantities it shows, each with its number; where it is withheld, with what they are.

    A reader of published files does not know what is withheld: there these numbers are None. `weight` is what the loss
    of the cell costs.
    """

    name: tuple[str, Place]
    numbers: Mapping[Quantity, float | None]
    is_withheld: bool = False
    weight: float = 1.0


@dataclass(frozen=True)
class Sum:
    """How a whole relates to its parts.

    `exactly`: it is their sum. `presumably`: readers will take it for their sum, unless what is shown contradicts that.
    `overlapping`: none of the parts is more than the whole, which is no more than all of them. `some`: there are parts
    that are not published, so readers will take the sum for no more than the whole, unless what is shown contradicts.
    """

    whole: Quantity
    parts: tuple[Quantity, ...]
    how: str = "exactly"


@dataclass(frozen=True)
class Finding:
    """A withheld quantity that lies between `low` and `high`, and the shown ones from which this follows."""

    quantity: Quantity
    low: float
    high: float
    because: frozenset[Quantity] = field(default=frozenset(), compare=False)


def findings(cells: Iterable[Cell], sums: Iterable[Sum]) -> list[Finding]:
    """The quantities that are withheld and nowhere shown, but can be computed, or narrowed down too far.

    A count must keep `CANDIDATES` values, an amount a range of `WIDTH_SHARE` of its greatest value; what can only be 0
    gives nobody away.
    """
    view = _View.of(cells, sums)
    return [found for part in view.parts() for found in part.findings()]


@dataclass(frozen=True)
class _Row:
    """A linear relation: sum of coefficient x quantity, = 0 or <= 0."""

    terms: Mapping[Quantity, float]
    is_equal: bool


@dataclass(frozen=True)
class _View:
    """What a reader knows: the numbers shown, the quantities withheld, and how they relate."""

    shown: Mapping[Quantity, float]
    withheld: tuple[Quantity, ...]
    rows: tuple[_Row, ...]
    presumed: tuple[_Row, ...]

    @classmethod
    def of(cls, cells: Iterable[Cell], sums: Iterable[Sum]) -> _View:
        cells = list(cells)
        shown = {
            quantity: float(number)
            for cell in cells
            if not cell.is_withheld
            for quantity, number in cell.numbers.items()
            if number is not None
        }
        hidden = dict.fromkeys(quantity for cell in cells if cell.is_withheld for quantity in cell.numbers)
        withheld = tuple(quantity for quantity in hidden if quantity not in shown)
        rows: list[_Row] = []
        presumed: list[_Row] = []
        for each in sums:
            exact = _Row({each.whole: -1.0, **dict.fromkeys(each.parts, 1.0)}, True)
            if each.how == "exactly":
                rows.append(exact)
                continue
            rows += [_Row({part: 1.0, each.whole: -1.0}, False) for part in each.parts]
            if each.how == "some":
                at_most = _Row(exact.terms, False)
                presumed += [] if _exceeds(each, shown) else [at_most]
                continue
            rows.append(_Row({each.whole: 1.0, **dict.fromkeys(each.parts, -1.0)}, False))
            if each.how == "presumably" and not (_exceeds(each, shown) or _falls_short(each, shown)):
                presumed.append(exact)
        return cls(shown, withheld, tuple(rows), tuple(presumed))

    def parts(self) -> Iterator[_View]:
        """The view in parts that no unknown quantity connects; those where nothing is withheld are left out."""
        everything = [*self.rows, *self.presumed]
        unknown = [[quantity for quantity in row.terms if quantity not in self.shown] for row in everything]
        number = components([*unknown, *([quantity] for quantity in self.withheld)])
        grouped: dict[int, list[int]] = defaultdict(list)
        for at, connected in enumerate(unknown):
            if connected:
                grouped[number[connected[0]]].append(at)
        members: dict[int, list[Quantity]] = defaultdict(list)
        for quantity in self.withheld:
            members[number[quantity]].append(quantity)
        for component, withheld in members.items():
            of_rows = grouped.get(component, [])
            yield replace(
                self,
                withheld=tuple(withheld),
                rows=tuple(self.rows[at] for at in of_rows if at < len(self.rows)),
                presumed=tuple(self.presumed[at - len(self.rows)] for at in of_rows if at >= len(self.rows)),
            )

    def findings(self) -> list[Finding]:
        program = _Program(self.shown, (*self.rows, *self.presumed))
        if self.presumed and not program.is_feasible():
            program = _Program(self.shown, self.rows)
        if not program.is_feasible():
            return []
        found = []
        for quantity in sorted(self.withheld, key=lambda each: each.order):
            if program.is_seen_wide(quantity):
                continue
            (low, why_low), (high, why_high) = program.least(quantity), program.greatest(quantity)
            if is_too_narrow(quantity, low, high):
                found.append(Finding(quantity, low, high, why_low | why_high))
        return found


def components(groups: Iterable[Sequence[Hashable]]) -> dict[Any, int]:
    """Each member of the groups with the number of its component: groups that share a member are of one."""
    from scipy.sparse import coo_array
    from scipy.sparse.csgraph import connected_components

    groups = [group for group in groups if group]
    at = {member: row for row, member in enumerate(dict.fromkeys(member for group in groups for member in group))}
    edges = [(at[group[0]], at[member]) for group in groups for member in group]
    first, second = zip(*edges, strict=True) if edges else ((), ())
    numbers = connected_components(coo_array(([1] * len(edges), (first, second)), shape=(len(at), len(at))))[1]
    return {member: int(numbers[row]) for member, row in at.items()}


def is_too_narrow(quantity: Quantity, low: float, high: float) -> bool:
    """Whether a withheld quantity that lies between these says too much."""
    if high <= EPSILON or math.isinf(high):
        return False
    if quantity.is_amount:
        return high - low < WIDTH_SHARE * high
    return math.floor(high + EPSILON) - math.ceil(low - EPSILON) + 1 < CANDIDATES


def is_wide(quantity: Quantity, low: float, high: float) -> bool:
    """Whether a quantity that can have these two values, and maybe more, says little enough."""
    if quantity.is_amount:
        return high > EPSILON and low <= (1 - WIDTH_SHARE) * high
    return math.floor(high + EPSILON) - math.ceil(low - EPSILON) + 1 >= CANDIDATES


def _exceeds(each: Sum, shown: Mapping[Quantity, float]) -> bool:
    """Whether the parts shown are more than the whole that is shown."""
    known = sum(shown[part] for part in each.parts if part in shown)
    return each.whole in shown and known > shown[each.whole] + EPSILON


def _falls_short(each: Sum, shown: Mapping[Quantity, float]) -> bool:
    """Whether all parts are shown and are less than the whole."""
    if each.whole not in shown or not all(part in shown for part in each.parts):
        return False
    return sum(shown[part] for part in each.parts) < shown[each.whole] - EPSILON


class _Program:
    """Everything known of some quantities as a linear program, to be solved for the extremes of each."""

    def __init__(self, shown: Mapping[Quantity, float], rows: Sequence[_Row]):
        import highspy
        import numpy as np

        self.quantities = list(dict.fromkeys(quantity for row in rows for quantity in row.terms))
        self.at = {quantity: column for column, quantity in enumerate(self.quantities)}
        known = {each: shown[each] for each in self.quantities if math.isfinite(shown.get(each, math.inf))}
        self.is_shown = [each in known for each in self.quantities]
        self.unit = max([1.0, *(abs(number) / LARGEST for number in known.values())])
        # what solutions have shown to be possible by the way: most quantities need no programs of their own
        self.seen_low = np.full(len(self.quantities), np.inf)
        self.seen_high = np.full(len(self.quantities), -np.inf)
        self.solver = highspy.Highs()
        self.solver.silent()
        for each in self.quantities:
            low, high = (known[each], known[each]) if each in known else (0.0, math.inf)
            self.solver.addVar(low / self.unit, high / self.unit)
        for row in rows:
            columns = [self.at[quantity] for quantity in row.terms]
            least = 0.0 if row.is_equal else -math.inf
            self.solver.addRow(least, 0.0, len(columns), np.array(columns), np.array([*row.terms.values()]))

    def is_feasible(self) -> bool:
        import highspy

        return not self.quantities or self._solve() != highspy.HighsModelStatus.kInfeasible

    def is_seen_wide(self, quantity: Quantity) -> bool:
        """Whether two solutions so far lie far enough apart in a quantity."""
        column = self.at.get(quantity)
        return column is not None and bool(
            self.seen_low[column] <= self.seen_high[column]
            and is_wide(quantity, float(self.seen_low[column]), float(self.seen_high[column]))
        )

    def least(self, quantity: Quantity) -> tuple[float, frozenset[Quantity]]:
        """The least value, and the shown quantities that keep it from being less."""
        return self._extreme(quantity, 1)

    def greatest(self, quantity: Quantity) -> tuple[float, frozenset[Quantity]]:
        """The greatest value, and the shown quantities that keep it from being more."""
        return self._extreme(quantity, -1)

    def _extreme(self, quantity: Quantity, sign: int) -> tuple[float, frozenset[Quantity]]:
        import highspy

        if quantity not in self.at:
            return (0.0 if sign > 0 else math.inf), frozenset()
        column = self.at[quantity]
        self.solver.changeColCost(column, sign)
        status = self._solve()
        self.solver.changeColCost(column, 0)
        if status != highspy.HighsModelStatus.kOptimal:
            return (0.0 if sign > 0 else math.inf), frozenset()
        solution = self.solver.getSolution()
        because = {
            each
            for each, is_shown, price in zip(self.quantities, self.is_shown, solution.col_dual, strict=True)
            if is_shown and abs(price) > EPSILON
        }
        return self.unit * solution.col_value[column], frozenset(because)

    def _solve(self) -> Any:
        """The status of the model for the costs it has; what its solution shows to be possible is kept."""
        import numpy as np

        self.solver.run()
        solution = self.solver.getSolution()
        if solution.value_valid:
            values = self.unit * np.array(solution.col_value)
            np.minimum(self.seen_low, values, out=self.seen_low)
            np.maximum(self.seen_high, values, out=self.seen_high)
        return self.solver.getModelStatus()
