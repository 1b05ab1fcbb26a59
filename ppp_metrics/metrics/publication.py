"""What a release publishes, as quantities in places and how these add up: what `attack` and `protection` work on.

The same number is the same quantity wherever it stands: in a table by role, in another report, in the release of a
quarter before. So what one table withholds and another gives away comes to light.
"""

from __future__ import annotations

import math
from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import date, timedelta
from itertools import pairwise, permutations
from typing import Any

from ppp_metrics.metrics.attack import Cell, Place, Quantity, Sum, components
from ppp_metrics.metrics.dimensions import REGION_DIMENSIONS, TIME_DIMENSIONS, UNKNOWN
from ppp_metrics.metrics.metric import WINDOWS, Metric
from ppp_metrics.metrics.populations import Part, Population, populations
from ppp_metrics.metrics.protection import Name
from ppp_metrics.periods import Period

OWN_DIMENSIONS = {
    "person_id": ("role", "side"),
    "person_a_id": ("pair_roles",),
    "organisation_id": ("partner", "size_class", "sme", "sector"),
    "partnership": ("partnership", "programme", "phase"),
}
"""Of what a unit has but one value, whatever it takes part in."""

DAY = timedelta(days=1)

Numbers = Mapping[str, float | None]
"""What a cell shows: n, value, numerator, denominator."""


@dataclass(frozen=True, kw_only=True)
class Table:
    """A question as it was published: one metric, by dimensions, of what meets conditions.

    `loads` say which records, where it was asked of earlier ones: supplier -> load.
    """

    metric: Metric
    period: Period
    as_of: date
    region: str = ""
    partnership: str = ""
    by: tuple[str, ...] = ()
    where: Mapping[str, Sequence[str]] = field(default_factory=dict)
    loads: Mapping[str, int] = field(default_factory=dict)

    def place(self, group: Mapping[str, str] | None = None) -> Place:
        """What the cell of a group counts: its days, its region, and a value of each dimension that limits it."""
        at: dict[str, Any] = {}
        if self.metric.one_design and "design" not in self.by:
            at["design"] = "pre_post"
        for name, values in self.where.items():
            wanted = tuple(sorted([values] if isinstance(values, str) else values))
            at[name] = wanted[0] if len(wanted) == 1 else wanted
        if self.metric.only:
            name, only = self.metric.only
            at[name] = at[name] if at.get(name) in only else () if name in at else only
        if self.partnership:
            at["partnership"] = self.partnership
        if self.loads:
            at["loads"] = told_loads(self.loads)
        at |= group or {}
        first, last = WINDOWS[self.metric.window].bounds(self.period, self.as_of)
        last = min(last, self.as_of)
        for name in TIME_DIMENSIONS:
            if isinstance(at.get(name), str) and at[name] != UNKNOWN:
                span = Period.parse(at.pop(name))
                first, last = max(first, span.first_day), min(last, span.last_day)
        region = self.region
        for name in REGION_DIMENSIONS:
            if isinstance(at.get(name), str):
                code = at.pop(name)
                region = f"{region}/{name}" if code == UNKNOWN else code
        return frozenset([*at.items(), ("days", (str(first), str(last))), ("region", region)])

    def name(self, group: Mapping[str, str] | None = None) -> Name:
        """What the cell of a group is known by, wherever it is published."""
        return self.metric.id, self.place(group)

    def quantities(self, group: Mapping[str, str] | None = None) -> dict[Part, Quantity]:
        """What is counted, or summed, in the cell of a group; by what the cell calls it."""
        return {part: Quantity(each.measure, at) for part, (each, at) in self.counted(group).items()}

    def counted(self, group: Mapping[str, str] | None = None) -> dict[Part, tuple[Population, Place]]:
        """The populations in the cell of a group, each with its place; by what the cell calls it.

        Who is asked about each value of a dimension is the same in all of them: a cell by cycle has no n of its own.
        """
        place, found = self.place(group), {}
        for part, each in populations(self.metric).items():
            at = _limited(place, each.limits)
            everywhere = {name for name, _ in at} & {*each.unit} if part in ("n", "denominator") else set()
            unit = tuple(name for name in each.unit if name not in everywhere)
            found[part] = replace(each, unit=unit), frozenset(pair for pair in at if pair[0] not in everywhere)
        return found


def told_loads(loads: Mapping[str, int]) -> str:
    """How a place says which records it counts."""
    return " ".join(f"{supplier}:{load_id}" for supplier, load_id in sorted(loads.items()))


def how_it_adds_up(unit: Sequence[str], dimension: str) -> str:
    """How the parts by a dimension make up the whole, as `Sum.how`."""
    if not unit or dimension in unit or any(dimension in OWN_DIMENSIONS.get(each, ()) for each in unit[:1]):
        return "exactly"
    return "presumably" if dimension in REGION_DIMENSIONS else "overlapping"


class Release:
    """Everything that is published together, from the same records.

    `areas` are the areas that a region is divided into, as far as any has data; `paths` lead from an area up to its
    country, for those of which the code does not tell.
    """

    def __init__(
        self, areas: Mapping[str, Sequence[str]] | None = None, paths: Mapping[str, Sequence[str]] | None = None
    ):
        self.areas, self.paths = areas or {}, paths or {}
        self.cells: dict[Name, Cell] = {}
        self.clashes: set[Name] = set()
        self._sums: dict[Sum, None] = {}
        self._populations: dict[str, Population] = {}
        self._asked_in: dict[tuple[str, frozenset[str]], set[str]] = defaultdict(set)

    @classmethod
    def of(cls, cells: Mapping[Name, Cell], releases: Iterable[Release]) -> Release:
        """Cells of several releases as if they were published together: `sums` says how they relate."""
        joint = cls()
        joint.cells = dict(cells)
        for each in releases:
            joint.areas, joint.paths = {**joint.areas, **each.areas}, {**joint.paths, **each.paths}
            joint._populations |= each._populations
            joint._sums |= each._sums
            for asked, regions in each._asked_in.items():
                joint._asked_in[asked] |= regions
        return joint

    def add(
        self,
        table: Table,
        rows: Iterable[tuple[Mapping[str, str], Numbers, bool]],
        groups: Sequence[Mapping[str, str]] = (),
    ) -> None:
        """A table with its rows: the group, what it shows, whether that is withheld.

        `groups` are all that there are, where not each has its row.
        """
        rows = list(rows)
        for group, numbers, is_withheld in rows:
            self._add_cell(table, group, numbers, is_withheld)
        for name in table.by:
            if name not in table.where:
                self._add_sums(table, name, groups or [group for group, *_ in rows])
        for counted in (table.counted(), table.counted(dict.fromkeys(table.by, UNKNOWN))):
            self._populations |= {population.measure: population for population, _ in counted.values()}
        for population, place in counted.values():
            self._asked_in[population.measure, _told_apart(place)].add(table.region)

    def _add_cell(self, table: Table, group: Mapping[str, str], numbers: Numbers, is_withheld: bool) -> None:
        quantities = table.quantities(group)
        known = dict(numbers)
        if None not in (known.get("numerator"), known.get("denominator")):
            known["complement"] = known["denominator"] - known["numerator"]  # type: ignore[operator]
        cell = Cell(
            table.name(group),
            {quantity: known.get(part) for part, quantity in quantities.items()},
            is_withheld,
            weight=math.log2(2 + (known.get("n") or 0)),
            # of quarters those with nobody look as those that are withheld
            stands_for=frozenset(
                quantities[part]
                for part in ("n", "denominator")
                if group and part in quantities and not group.keys() & {*TIME_DIMENSIONS}
            ),
        )
        self._join(cell)
        if "complement" in quantities:
            whole, hit, rest = (quantities[part] for part in ("denominator", "numerator", "complement"))
            self._sums[Sum(whole, (hit, rest))] = None

    def _join(self, cell: Cell) -> None:
        before = self.cells.setdefault(cell.name, cell)
        if before.is_withheld != cell.is_withheld:
            # shown in one place and withheld in another: whoever has both reads it; that nobody was there, of nobody
            self.cells[cell.name] = shown = cell if before.is_withheld else before
            if any(shown.numbers.values()):
                self.clashes.add(cell.name)
        elif before is not cell:
            # one file may show more of a cell than another: its n, or of how many it is a share
            joined = {each: cell.numbers[each] if known is None else known for each, known in before.numbers.items()}
            self.cells[cell.name] = replace(before, numbers=joined)

    def add_mix(self, table: Table, group: Mapping[str, str], parts: Mapping[str, int], is_withheld: bool) -> None:
        """The mix that the note of a cell tells: so many of its units by each value of what the metric `tells`."""
        whole = table.quantities(group).get("denominator") or table.quantities(group)["n"]
        numbers = {
            Quantity(whole.measure, _limited(whole.place, [(str(table.metric.tells), value)])): count
            for value, count in parts.items()
        }
        self._join(Cell(mix_of(table.name(group)), dict(numbers), is_withheld, weight=0.5, beside=table.name(group)))
        self._sums[Sum(whole, tuple(numbers))] = None

    def _add_sums(self, table: Table, name: str, groups: Sequence[Mapping[str, str]]) -> None:
        wholes: dict[tuple[tuple[str, str], ...], list[Mapping[str, str]]] = defaultdict(list)
        for group in groups:
            wholes[tuple((key, value) for key, value in group.items() if key != name)].append(group)
        for rest, parts in wholes.items():
            wholes_of = _without(table, name).quantities(dict(rest))
            for part, population in populations(table.metric).items():
                if part in ("n", "denominator") and name in table.metric.per:
                    continue
                members = tuple(dict.fromkeys(table.quantities(group)[part] for group in parts))
                self._sums[Sum(wholes_of[part], members, how_it_adds_up(population.unit, name))] = None

    def sums(self) -> list[Sum]:
        """How everything published adds up: within tables and over values taken together, regions, days and metrics."""
        return [*self._sums, *self._any_of(), *self._regions(), *self._days(), *self._parts_of()]

    def _days(self) -> list[Sum]:
        """Days that overlap others, as the sum of the spans into which all of them are cut; and how each span divides.

        What divides a whole in some days divides it in each of their spans.
        """
        published = self._published_by("days")
        keys = [key for key in published if self._populations[key[0]].adds_up_in_time]
        dividing = []
        for each in self._sums:
            counted, places, days = zip(*map(_undated, (each.whole, *each.parts)), strict=True)
            if len({*days}) == 1 and all(key in published for key in zip(counted, places, strict=True)):
                dividing.append(each)
        number = components(
            [
                *([key] for key in keys),
                *([_undated(quantity)[:2] for quantity in (each.whole, *each.parts)] for each in dividing),
            ]
        )
        bounds: dict[int, set[date]] = defaultdict(set)
        for key in keys:
            bounds[number[key]].update(bound for days in published[key] for bound in _bounds(days))
        cuts = {at: sorted(found) for at, found in bounds.items()}
        found: dict[Sum, None] = {}

        def spans(quantity: Quantity) -> list[Quantity]:
            measure, rest, days = _undated(quantity)
            if not self._populations[measure].adds_up_in_time:
                return []
            first, end = _bounds(days)
            within = [cut for cut in cuts[number[measure, rest]] if first <= cut <= end]
            return [
                Quantity(measure, rest | {("days", (str(start), str(stop - DAY)))}) for start, stop in pairwise(within)
            ]

        for key in keys:
            for quantity in published[key].values():
                if len(parts := spans(quantity)) > 1:
                    how = self._populations[key[0]].adds_up_in_time
                    found[Sum(quantity, tuple(parts), how, is_far=True)] = None
        for each in dividing:
            cut = [spans(quantity) for quantity in (each.whole, *each.parts)]
            if len(cut[0]) > 1 and all(cut):
                for whole, *parts in zip(*cut, strict=False):
                    found[Sum(whole, tuple(parts), each.how, is_far=True)] = None
        return list(found)

    def _parts_of(self) -> list[Sum]:
        """What counts some of those that another number in the same place counts; or all, as far as readers know."""
        at: dict[Place, list[Population]] = defaultdict(list)
        for quantity in dict.fromkeys(quantity for cell in self.cells.values() for quantity in cell.numbers):
            at[quantity.place].append(self._populations[quantity.measure])
        found = []
        related = {(each.whole, part) for each in self._sums for part in each.parts}
        for place, counted in at.items():
            for one, other in permutations(counted, 2):
                whole, part = Quantity(one.measure, place), Quantity(other.measure, place)
                if (whole, part) in related:
                    continue
                if other == replace(one, needs=other.needs) and one.measure < other.measure:
                    found.append(Sum(whole, (part,), "exactly", is_presumed=True, is_far=True))
                elif other.is_part_of(one):
                    found.append(Sum(whole, (part,), "at most", is_far=True))
        return found

    def _published_by(self, name: str) -> Mapping[tuple[str, Place], dict[Any, Quantity]]:
        """Measure and place but for one dimension, with the quantity for each of its values."""
        found: dict[tuple[str, Place], dict[Any, Quantity]] = defaultdict(dict)
        for cell in self.cells.values():
            for quantity in cell.numbers:
                value = dict(quantity.place).get(name)
                if value is not None:
                    found[quantity.measure, quantity.place - {(name, value)}][value] = quantity
        return found

    def _any_of(self) -> list[Sum]:
        """A whole that takes some values of a dimension together, where a table gives each."""
        quantities = dict.fromkeys(quantity for cell in self.cells.values() for quantity in cell.numbers)
        by_whole = {(each.whole, _differing(each)): each for each in self._sums}
        found = []
        for quantity in quantities:
            for name, values in sorted(quantity.place, key=lambda each: each[0]):
                if name == "days" or not isinstance(values, tuple):
                    continue
                whole = Quantity(quantity.measure, quantity.place - {(name, values)})
                if each := by_whole.get((whole, name)):
                    parts = tuple(part for part in each.parts if dict(part.place).get(name) in values)
                    found.append(Sum(quantity, parts, each.how))
        return found

    def _regions(self) -> list[Sum]:
        """A region and the nearest areas in it that are published, too."""
        inside: dict[frozenset[str], dict[str, list[str]]] = {}
        found = []
        for of_region in self._published_by("region").values():
            codes = frozenset(of_region)
            if len(codes) < 2:
                continue
            for whole, parts in inside.setdefault(codes, self._divided(codes)).items():
                # a report without a row for a group says that there is nobody in it
                asked_in = self._asked_in[of_region[whole].measure, _told_apart(of_region[whole].place)]
                is_whole = set(self.areas.get(whole, [""])) <= {*parts, *asked_in}
                sum_ = Sum(
                    of_region[whole], tuple(of_region[each] for each in parts), "presumably" if is_whole else "some"
                )
                found.append(sum_)
        return found

    def _divided(self, codes: Iterable[str]) -> dict[str, list[str]]:
        """Each region with those that lie in it and in no other of them that does."""
        found: dict[str, list[str]] = defaultdict(list)
        codes = set(codes)
        for code in sorted(codes):
            above = next((each for each in self._path(code)[1:] if each in codes), None)
            if above is not None:
                found[above].append(code)
        return found

    def _path(self, code: str) -> Sequence[str]:
        if "/" in code:
            region = code.rpartition("/")[0]
            return [code, *self._path(region)]
        if not code:
            return [""]
        return [*self.paths.get(code, [code[:length] for length in range(len(code), 1, -1)]), ""]


def _undated(quantity: Quantity) -> tuple[str, Place, tuple[str, str]]:
    """What a quantity counts, where but for its days, and its days."""
    days = dict(quantity.place)["days"]
    return quantity.measure, quantity.place - {("days", days)}, days


def _bounds(days: tuple[str, str]) -> tuple[date, date]:
    """The first day, and the day after the last."""
    return date.fromisoformat(days[0]), date.fromisoformat(days[1]) + DAY


def mix_of(name: Name) -> Name:
    """What the mix in the note of a cell is known by."""
    return f"{name[0]} mix", name[1]


def _told_apart(place: Place) -> frozenset[str]:
    """The dimensions of which a place has some value, other than where and when."""
    return frozenset(name for name, _ in place) - {"region", "days", *TIME_DIMENSIONS}


def _without(table: Table, name: str) -> Table:
    """The table in which one dimension is not told apart."""
    by = tuple(each for each in table.by if each != name)
    return replace(table, by=by if name != "design" else (*by, name))


def _limited(place: Place, limits: Iterable[tuple[str, str]]) -> Place:
    """The place of those in it that have a value in other dimensions, too."""
    at = dict(place)
    for name, value in limits:
        stands = at.get(name, value)
        at[name] = value if value in ([stands] if isinstance(stands, str) else stands) else ()
    return frozenset(at.items())


def _differing(each: Sum) -> str | None:
    """The dimension by which a sum's parts are told apart."""
    return min((name for name, _ in each.parts[0].place - each.whole.place), default=None) if each.parts else None
