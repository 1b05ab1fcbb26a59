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
MARGIN = 2.0
"""Of people, what is decided on keeps so many times the room that it must: the rule is public, so a pattern says
something, too."""
AMOUNT, PAIRS, PEOPLE = "sum", "pairs", "people"
"""How a measure begins that is an amount, that counts pairs, and that is about people."""
ROUNDED = 0.5
"""By how much an amount may miss what is printed of it."""
EPSILON = 1e-6
PRIMAL = 4
"""HiGHS's number for the primal simplex method."""
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
        return self.measure.startswith(AMOUNT)

    @property
    def is_of_pairs(self) -> bool:
        return self.measure.startswith(PAIRS)

    @property
    def is_about_people(self) -> bool:
        return PEOPLE in self.measure.partition(" ; ")[0]


@dataclass(frozen=True)
class Cell:
    """A published cell: the quantities it shows, each with its number; where it is withheld, with what they are.

    A reader of published files does not know what is withheld: there these numbers are None. `weight` is what the loss
    of the cell costs. `stands_for` are those of its quantities that are at least 1, as its row would not be there else.
    `beside` is the cell in whose note these numbers stand: they go with it.
    """

    name: tuple[str, Place]
    numbers: Mapping[Quantity, float | None]
    is_withheld: bool = False
    weight: float = 1.0
    stands_for: frozenset[Quantity] = frozenset()
    beside: tuple[str, Place] | None = None


@dataclass(frozen=True)
class Sum:
    """How a whole relates to its parts.

    `exactly`: it is their sum. `presumably`: readers will take it for their sum, unless what is shown contradicts that.
    `at most`: its parts are no more than it. With `is_presumed` all of this holds unless what is shown contradicts.
    `overlapping`: none of the parts is more than the whole, which is no more than all of them. `some`: there are parts
    that are not published, so readers will take the sum for no more than the whole, unless what is shown contradicts.
    """

    whole: Quantity
    parts: tuple[Quantity, ...]
    how: str = "exactly"
    is_presumed: bool = False
    is_far: bool = field(default=False, compare=False)


@dataclass(frozen=True)
class Finding:
    """A withheld quantity that lies between `low` and `high`, and the shown ones from which this follows."""

    quantity: Quantity
    low: float
    high: float
    because: frozenset[Quantity] = field(default=frozenset(), compare=False)


class ContradictionError(Exception):
    """Numbers that cannot all be true, so that nobody can say what follows from them."""

    def __init__(self, quantities: Iterable[Quantity]):
        self.quantities = sorted(quantities, key=lambda each: each.order)
        super().__init__("; ".join(map(str, self.quantities)))


def findings(cells: Iterable[Cell], sums: Iterable[Sum], margin: float = 1.0, most: int | None = None) -> list[Finding]:
    """The quantities that are withheld and nowhere shown, but can be computed, or narrowed down too far.

    A count must keep `CANDIDATES` values, an amount a range of `WIDTH_SHARE` of its greatest value, of people both
    times the `margin`; what can only be 0 gives nobody away. Readers presume what contradicts nothing that is shown.
    With `most`, no more than so many of those that hang together.

    Raises ContradictionError where what is shown cannot all be true.
    """
    view = _View.of(cells, sums)
    return [found for part in view.parts() for found in part.findings(margin, most)]


@dataclass(frozen=True)
class _Row:
    """A linear relation: sum of coefficient x quantity, = 0 or <= 0."""

    terms: Mapping[Quantity, float]
    is_equal: bool


@dataclass(frozen=True)
class _View:
    """What a reader knows: the numbers shown, the quantities withheld, the least some are, and how they relate."""

    shown: Mapping[Quantity, float]
    withheld: tuple[Quantity, ...]
    least: Mapping[Quantity, float]
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
        least = {quantity: 1.0 for cell in cells if cell.is_withheld for quantity in cell.stands_for}
        rows: list[_Row] = []
        presumed: list[_Row] = []
        for each in sums:
            certain, likely = _rows(each)
            rows += [] if each.is_presumed else certain
            presumed += [*certain, *likely] if each.is_presumed else likely
        return cls(shown, withheld, least, tuple(rows), tuple(presumed))

    def parts(self) -> Iterator[_View]:
        """The view in parts that no unknown quantity connects; where nothing is withheld nothing can be found."""
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

    def findings(self, of_people: float, most: int | None) -> list[Finding]:
        program = _Program(self, (*self.rows, *self.presumed))
        if not program.is_feasible():
            program = _Program(self, (*self.rows, *self._presumable()))
        found: list[Finding] = []
        for quantity in sorted(self.withheld, key=lambda each: each.order):
            if len(found) == most:
                break
            margin = of_people if quantity.is_about_people else 1.0
            if program.is_seen_wide(quantity, margin):
                continue
            least, greatest = program.least(quantity), program.greatest(quantity)
            if least is None or greatest is None:
                # a solver that gives up has not shown that anything is safe
                found.append(Finding(quantity, 0.0, 0.0, program.everything_shown))
                continue
            (low, why_low), (high, why_high) = least, greatest
            if is_too_narrow(quantity, low, high, margin):
                found.append(Finding(quantity, low, high, why_low | why_high))
        return found

    def _presumable(self) -> list[_Row]:
        """What a reader may presume: all but the least that must be false.

        Raises ContradictionError where something else must be false, too.
        """
        kept = list(self.presumed)
        while kept:
            false = _Program(self, (*self.rows, *kept), may_miss=len(self.rows)).missed()
            if not false:
                return kept
            kept = [row for at, row in enumerate(kept, len(self.rows)) if at not in false]
        missed = _Program(self, self.rows, may_miss=0).missed()
        if missed:
            raise ContradictionError({each for at in missed for each in self.rows[at].terms if each in self.shown})
        return kept


def _rows(each: Sum) -> tuple[list[_Row], list[_Row]]:
    """What a sum says for certain, and what readers will think it says besides."""
    exact = _Row({each.whole: -1.0, **dict.fromkeys(each.parts, 1.0)}, True)
    at_most = _Row(exact.terms, False)
    if each.how in ("exactly", "at most"):
        return [exact if each.how == "exactly" else at_most], []
    apart = [_Row({part: 1.0, each.whole: -1.0}, False) for part in each.parts]
    if each.how == "some":
        return apart, [at_most]
    at_least = _Row({each.whole: 1.0, **dict.fromkeys(each.parts, -1.0)}, False)
    return (apart, [at_least, exact]) if each.how == "presumably" else ([*apart, at_least], [])


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


def is_too_narrow(quantity: Quantity, low: float, high: float, margin: float = 1.0) -> bool:
    """Whether a withheld quantity that lies between these says too much."""
    if high <= EPSILON or math.isinf(high):
        return False
    if quantity.is_amount:
        return high - low < WIDTH_SHARE * margin * high
    return _candidates(quantity, low, high) < CANDIDATES * margin


def is_wide(quantity: Quantity, low: float, high: float, margin: float = 1.0) -> bool:
    """Whether a quantity that can have these two values, and maybe more, says little enough."""
    if quantity.is_amount:
        return high > EPSILON and low <= (1 - WIDTH_SHARE * margin) * high
    return _candidates(quantity, low, high) >= CANDIDATES * margin


def _candidates(quantity: Quantity, low: float, high: float) -> int:
    """How many values a count can have; of pairs, how many numbers of people can make so many."""
    first, last = math.ceil(low - EPSILON), math.floor(high + EPSILON)
    if quantity.is_of_pairs:
        first, last = people_of(first), people_of(last)
    return last - first + 1


def people_of(pairs: int) -> int:
    """The least number of people who make so many pairs: the least k with k (k-1) / 2 >= pairs."""
    return 0 if pairs <= 0 else math.ceil((1 + math.sqrt(1 + 8 * pairs)) / 2)


class _Program:
    """Everything known of some quantities as a linear program, to be solved for the extremes of each.

    With `may_miss`, the rows from this one on may miss what they say, at a cost: `missed` are the cheapest to.
    """

    def __init__(self, view: _View, rows: Sequence[_Row], may_miss: int | None = None):
        import highspy
        import numpy as np

        shown = view.shown
        self.rows, self.may_miss = rows, may_miss
        self.quantities = list(dict.fromkeys(quantity for row in rows for quantity in row.terms))
        self.at = {quantity: column for column, quantity in enumerate(self.quantities)}
        known = {each: shown[each] for each in self.quantities if math.isfinite(shown.get(each, math.inf))}
        self.is_shown = np.array([each in known for each in self.quantities], dtype=bool)
        self.unit = max([1.0, *(abs(number) / LARGEST for number in known.values())])
        # what solutions have shown to be possible by the way: most quantities need no programs of their own
        self.seen_low = np.full(len(self.quantities), np.inf)
        self.seen_high = np.full(len(self.quantities), -np.inf)
        self.view = view
        self.solver = highspy.Highs()
        self.solver.silent()
        # from one extreme to the next only the costs change: what is possible stays so
        self.solver.setOptionValue("presolve", "off")
        self.solver.setOptionValue("simplex_strategy", PRIMAL)
        for each in self.quantities:
            low, high = view.least.get(each, 0.0), math.inf
            if each in known:
                rounded = ROUNDED if each.is_amount else 0.0
                low, high = known[each] - rounded, known[each] + rounded
            self.solver.addVar(low / self.unit, high / self.unit)
        for at, row in enumerate(rows):
            columns, factors = [self.at[quantity] for quantity in row.terms], [*row.terms.values()]
            if may_miss is not None and at >= may_miss:
                for factor in (1.0, -1.0):
                    self.solver.addVar(0.0, math.inf)
                    columns.append(self.solver.getNumCol() - 1)
                    factors.append(factor)
                    self.solver.changeColCost(columns[-1], 1.0)
            least = 0.0 if row.is_equal else -math.inf
            self.solver.addRow(least, 0.0, len(columns), np.array(columns), np.array(factors))

    def is_feasible(self) -> bool:
        import highspy

        return not self.quantities or self._solve() != highspy.HighsModelStatus.kInfeasible

    def missed(self) -> set[int]:
        """The rows that miss what they say in the cheapest solution; all that may, if there is none."""
        import highspy

        first = self.may_miss or 0
        if self._solve() != highspy.HighsModelStatus.kOptimal:
            return set(range(first, len(self.rows)))
        slack = self.solver.getSolution().col_value[len(self.quantities) :]
        return {first + at // 2 for at, missing in enumerate(slack) if missing > EPSILON}

    def is_seen_wide(self, quantity: Quantity, margin: float) -> bool:
        """Whether two solutions so far lie far enough apart in a quantity."""
        column = self.at.get(quantity)
        return column is not None and bool(
            self.seen_low[column] <= self.seen_high[column]
            and is_wide(quantity, float(self.seen_low[column]), float(self.seen_high[column]), margin)
        )

    @property
    def everything_shown(self) -> frozenset[Quantity]:
        return frozenset(each for each, is_shown in zip(self.quantities, self.is_shown, strict=True) if is_shown)

    def least(self, quantity: Quantity) -> tuple[float, frozenset[Quantity]] | None:
        """The least value, and the shown quantities that keep it from being less; None where nobody can tell."""
        return self._extreme(quantity, 1)

    def greatest(self, quantity: Quantity) -> tuple[float, frozenset[Quantity]] | None:
        """The greatest value, and the shown quantities that keep it from being more; None where nobody can tell."""
        return self._extreme(quantity, -1)

    def _extreme(self, quantity: Quantity, sign: int) -> tuple[float, frozenset[Quantity]] | None:
        import highspy
        import numpy as np

        nothing = self.view.least.get(quantity, 0.0) if sign > 0 else math.inf
        if quantity not in self.at:
            return nothing, frozenset()
        column = self.at[quantity]
        self.solver.changeColCost(column, sign)
        status = self._solve()
        self.solver.changeColCost(column, 0)
        if status in (highspy.HighsModelStatus.kUnbounded, highspy.HighsModelStatus.kUnboundedOrInfeasible):
            return nothing, frozenset()
        if status != highspy.HighsModelStatus.kOptimal:
            return None
        solution = self.solver.getSolution()
        prices = np.abs(np.array(solution.col_dual)) > EPSILON
        because = frozenset(self.quantities[at] for at in np.flatnonzero(prices & self.is_shown))
        return self.unit * solution.col_value[column], because

    def _solve(self) -> Any:
        """The status of the model for the costs it has; what its solution shows to be possible is kept."""
        import numpy as np

        self.solver.run()
        solution = self.solver.getSolution()
        if solution.value_valid and self.may_miss is None:
            values = self.unit * np.array(solution.col_value)
            np.minimum(self.seen_low, values, out=self.seen_low)
            np.maximum(self.seen_high, values, out=self.seen_high)
        return self.solver.getModelStatus()
