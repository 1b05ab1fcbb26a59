"""Which further cells must be withheld so that nobody can work out those that are: complementary suppression.

What is searched is the set of cells of which the loss weighs least. The attack itself says what is lacking: where a
withheld number follows from those shown, one of these must go, too. Each such demand is kept; the cheapest cells that
meet all of them are found by integer programming, and attacked again until nothing can be worked out (Fischetti &
Salazar 2001, with demands found one by one). So what comes out is both safe and the least that is. With many cells the
cheapest is taken demand by demand, and what turns out to be superfluous is shown again: safe by the same attack.
"""

from __future__ import annotations

import hashlib
from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace

from ppp_metrics.metrics.attack import MARGIN, Cell, Finding, Place, Quantity, Sum, components, findings, in_order

MOST_CELLS_EXACT = 250
"""With more cells that may be withheld than this, the search is no longer exact."""
MOST_TRIED = 10
"""Of so many cells, the dearest, it is tried whether they were superfluous: each try is an attack of everything."""
MOST_AT_ONCE = 50
"""So many demands are found before cells are chosen anew: what meets these meets most others."""
GAP = 0.05
"""How much dearer than the cheapest the cells may be that are chosen."""
MOST_ROUNDS_EXACT = 40

Name = tuple[str, Place]


def withheld_names(
    cells: Iterable[Cell], sums: Iterable[Sum], fixed: Iterable[Name] = (), secret: bytes = b""
) -> frozenset[Name]:
    """The names of all cells to withhold: those that are already, and the ones that would give these away.

    `fixed` cells stay as they are: they have been published before. Where a number follows from those alone, nothing
    can be done about it here. What nothing connects is searched apart, so that other numbers in the same release make
    no difference; what tables far from each other give away together is mended when each is safe by itself. Of cells of
    about the same weight those go that the `secret` says, so that the choice tells nobody what they hold.

    Raises ContradictionError where what is shown cannot all be true.
    """
    cells, sums, stay = [_weighed(cell, secret) for cell in cells], list(sums), frozenset(fixed)
    near: frozenset[Name] = frozenset()
    for part, related in _connected(cells, [each for each in sums if not each.is_far]):
        if any(cell.is_withheld for cell in part):
            search = _Search({cell.name: cell for cell in part}, tuple(related), stay)
            exact = search.exact()
            near |= search.greedy(search.unsafe) if exact is None else exact
    found = near
    for part, related in _connected(cells, sums):
        names = near.intersection(cell.name for cell in part)
        if names and any(each.is_far for each in related):
            found |= _Search({cell.name: cell for cell in part}, tuple(related), stay).greedy(names)
    return found


def _weighed(cell: Cell, secret: bytes) -> Cell:
    """The cell, up to a hundredth heavier by what only the holder of the secret can find."""
    if not secret:
        return cell
    what, place = in_order(*cell.name)
    drawn = hashlib.blake2b("\0".join([what, *place]).encode(), key=hashlib.sha256(secret).digest(), digest_size=4)
    return replace(cell, weight=cell.weight * (1 + int.from_bytes(drawn.digest()) / 2**32 / 100))


def _connected(cells: Iterable[Cell], sums: Iterable[Sum]) -> list[tuple[list[Cell], list[Sum]]]:
    """The cells in sets that no sum and no quantity connects, each with its sums."""
    cells, sums = list(cells), list(sums)
    number = components(
        [
            *([cell.name, *cell.numbers, *([cell.beside] if cell.beside else [])] for cell in cells),
            *([each.whole, *each.parts] for each in sums),
        ]
    )
    found: dict[int, tuple[list[Cell], list[Sum]]] = {}
    for cell in cells:
        found.setdefault(number[cell.name], ([], []))[0].append(cell)
    for each in sums:
        found.setdefault(number[each.whole], ([], []))[1].append(each)
    return list(found.values())


@dataclass(frozen=True)
class _Demand:
    """If `quantity` is withheld, one of `one_of` must be, too."""

    quantity: Quantity
    one_of: frozenset[Quantity]


@dataclass(frozen=True)
class _Search:
    cells: Mapping[Name, Cell]
    sums: tuple[Sum, ...]
    fixed: frozenset[Name]

    @property
    def unsafe(self) -> frozenset[Name]:
        return frozenset(name for name, cell in self.cells.items() if cell.is_withheld)

    def attacked(self, withheld: frozenset[Name], most: int | None = None) -> list[Finding]:
        return findings(
            [
                replace(cell, is_withheld=cell.name in withheld or cell.beside in withheld)
                for cell in self.cells.values()
            ],
            self.sums,
            MARGIN,
            most,
        )

    def shown_by(self) -> Mapping[Quantity, list[Name]]:
        found: dict[Quantity, list[Name]] = defaultdict(list)
        for name, cell in self.cells.items():
            for quantity in cell.numbers:
                found[quantity].append(name)
        return found

    def exact(self) -> frozenset[Name] | None:
        """The cheapest cells to withhold; None where that would take too long to find."""
        demands: list[_Demand] = []
        withheld = self.unsafe
        for _ in range(MOST_ROUNDS_EXACT):
            new = self._demands(self.attacked(withheld, MOST_AT_ONCE), withheld)
            if not new:
                return withheld
            demands += new
            concerned = {each for demand in demands for each in demand.one_of}
            if len(concerned) > MOST_CELLS_EXACT:
                return None
            chosen = self._cheapest(demands)
            if chosen is None:
                return None
            withheld = chosen
        return None

    def greedy(self, withheld: frozenset[Name]) -> frozenset[Name]:
        """These and more cells, the cheapest for each demand in turn, less those that were superfluous in the end."""
        shown_by, added = self.shown_by(), list[frozenset[Name]]()
        while demands := self._demands(self.attacked(withheld), withheld):
            met: set[Quantity] = set()
            for demand in demands:
                if demand.one_of & met:
                    continue
                costs = {each: self._cost(shown_by[each], withheld) for each in demand.one_of}
                cheapest = min(costs, key=lambda each: (costs[each], each.order))
                met.add(cheapest)
                more = frozenset(shown_by[cheapest]) - withheld
                withheld |= more
                added.append(more)
        return self._without_superfluous(withheld, added)

    def _without_superfluous(self, withheld: frozenset[Name], added: Sequence[frozenset[Name]]) -> frozenset[Name]:
        stuck = {found.quantity for found in self.attacked(withheld)}
        for more in sorted(added, key=lambda names: -self._cost(names, frozenset()))[:MOST_TRIED]:
            fewer = withheld - more
            if {found.quantity for found in self.attacked(fewer, len(stuck) + 1)} <= stuck:
                withheld = fewer
        return withheld

    def _cost(self, names: Iterable[Name], withheld: frozenset[Name]) -> float:
        return sum(self.cells[name].weight for name in names if name not in withheld)

    def _demands(self, found: Iterable[Finding], withheld: frozenset[Name]) -> list[_Demand]:
        """What the findings ask for, as far as there is a cell that may be withheld."""
        shown_by = self.shown_by()
        demands = []
        for each in found:
            one_of = {one for one in each.because if self.fixed.isdisjoint({*shown_by[one]} - withheld)}
            if one_of:
                demands.append(_Demand(each.quantity, frozenset(one_of)))
        return demands

    def _cheapest(self, demands: Sequence[_Demand]) -> frozenset[Name] | None:
        """The cells of least weight that meet all demands, by mixed-integer programming."""
        import numpy as np
        from scipy.optimize import Bounds, LinearConstraint, milp

        shown_by = self.shown_by()
        quantities = sorted(
            {each for demand in demands for each in (demand.quantity, *demand.one_of)}, key=lambda each: each.order
        )
        names = sorted(
            {name for quantity in quantities for name in shown_by[quantity]}, key=lambda name: in_order(*name)
        )
        everything: list[Name | Quantity] = [*names, *quantities]
        at = {each: column for column, each in enumerate(everything)}
        unsafe = self.unsafe
        rows: list[np.ndarray] = []
        least: list[float] = []

        def require(terms: Mapping[Name | Quantity, float], bound: float) -> None:
            row = np.zeros(len(at))
            for each, number in terms.items():
                row[at[each]] += number
            rows.append(row)
            least.append(bound)

        for quantity in quantities:
            # a quantity is withheld when all cells that show it are
            showing = shown_by[quantity]
            for name in showing:
                require({name: 1, quantity: -1}, 0)
            require({quantity: 1, **dict.fromkeys(showing, -1)}, 1 - len(showing))
        for demand in demands:
            require({**dict.fromkeys(demand.one_of, 1), demand.quantity: -1}, 0)
        must = np.array([float(each in unsafe) for each in at])
        may = np.array([float(each not in self.fixed or each in unsafe) for each in at])
        weights = np.array([self.cells[name].weight for name in names] + [0.0] * len(quantities))
        solved = milp(
            weights,
            constraints=LinearConstraint(np.array(rows), lb=np.array(least)),
            integrality=np.ones(len(at)),
            bounds=Bounds(must, may),
            options={"mip_rel_gap": GAP},
        )
        if solved.x is None:
            return None
        return unsafe | {name for name in names if solved.x[at[name]] > 0.5}
