"""What a release publishes, as quantities in places and how these add up: what `attack` and `protection` work on.

The same number is the same quantity wherever it stands: in a table by role, in another report, in the release of a
quarter before. So what one table withholds and another gives away comes to light.
"""

from __future__ import annotations

import math
import re
from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import date
from typing import Any

from ppp_metrics.metrics.attack import Cell, Place, Quantity, Sum
from ppp_metrics.metrics.dimensions import REGION_DIMENSIONS, TIME_DIMENSIONS, UNKNOWN
from ppp_metrics.metrics.metric import WINDOWS, Metric
from ppp_metrics.metrics.protection import Name
from ppp_metrics.periods import Period

OWN_DIMENSIONS = {
    "person_id": ("role", "side"),
    "person_a_id": ("pair_roles",),
    "organisation_id": ("partner", "size_class", "sme", "sector"),
    "partnership": ("partnership", "programme", "phase"),
}
"""Of what a unit has but one value, whatever it takes part in."""

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

    def quantities(self, group: Mapping[str, str] | None = None) -> dict[str, Quantity]:
        """What is counted, or summed, in the cell of a group; by what the cell calls it."""
        place = self.place(group)
        return {part: Quantity(measure, place) for part, (measure, _) in measures(self.metric).items()}


def told_loads(loads: Mapping[str, int]) -> str:
    """How a place says which records it counts."""
    return " ".join(f"{supplier}:{load_id}" for supplier, load_id in sorted(loads.items()))


def measures(metric: Metric) -> dict[str, tuple[str, tuple[str, ...]]]:
    """What a metric's cells count or sum, with what makes one of these; () for a row of the view.

    Two metrics that count the same, one as its n and the other as its numerator, say so in the same words: by the same
    day, for a pair that was completed in a year need not have been followed up in it.
    """
    if metric.kind == "variation":
        # its n is quarters, of which those of the parts do not make up those of the whole
        return {}
    held = tuple(filter(None, [metric.where, metric.known and f"{metric.known} is not null"]))

    def counted(unit: tuple[str, ...], *predicates: str) -> tuple[str, tuple[str, ...]]:
        texts = {re.sub(r"^bool_or\((.*)\)$", r"\1", " ".join(each.split())) for each in predicates}
        texts -= {f"{each} is not null" for each in texts}
        return " ; ".join((metric.view, metric.event or "", ", ".join(unit), *sorted(texts), *metric.needs)), unit

    def summed(expression: str) -> tuple[str, tuple[str, ...]]:
        return f"sum {metric.view} ; {metric.event or ''} ; {expression} ; {' ; '.join(held)}", ()

    n = counted((metric.n_of,) if metric.n_of else metric.per, *held)
    if metric.kind in ("rate", "comparison"):
        hit = str(metric.numerator)
        shares = {
            "denominator": counted(metric.per, *held),
            "numerator": counted(metric.per, *held, hit),
            "complement": counted(metric.per, *held, f"not {hit}"),
        }
        return shares | ({"n": n} if metric.n_of else {})
    if metric.kind == "sum":
        return {"value": summed(str(metric.numerator)), "n": n}
    if metric.kind == "ratio":
        return {"numerator": summed(str(metric.numerator)), "denominator": summed(str(metric.denominator)), "n": n}
    return {"n": n}


def how_it_adds_up(unit: Sequence[str], dimension: str) -> str:
    """How the parts by a dimension make up the whole, as `Sum.how`."""
    if not unit or dimension in unit or any(dimension in OWN_DIMENSIONS.get(each, ()) for each in unit[:1]):
        return "exactly"
    return "presumably" if dimension in REGION_DIMENSIONS else "overlapping"


class Release:
    """Everything that is published together.

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
        self._asked_in: dict[tuple[str, frozenset[str]], set[str]] = defaultdict(set)

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
        place = table.place(dict.fromkeys(table.by, UNKNOWN))
        for measure, _ in measures(table.metric).values():
            self._asked_in[measure, _told_apart(place)].add(table.region)

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
        )
        before = self.cells.setdefault(cell.name, cell)
        if before.is_withheld != cell.is_withheld:
            # shown in one place and withheld in another: whoever has both reads it
            self.clashes.add(cell.name)
            self.cells[cell.name] = cell if before.is_withheld else before
        elif before is not cell:
            # one file may show more of a cell than another: its n, or of how many it is a share
            joined = {each: cell.numbers[each] if known is None else known for each, known in before.numbers.items()}
            self.cells[cell.name] = replace(before, numbers=joined)
        if "complement" in quantities:
            whole, hit, rest = (quantities[part] for part in ("denominator", "numerator", "complement"))
            self._sums[Sum(whole, (hit, rest))] = None

    def _add_sums(self, table: Table, name: str, groups: Sequence[Mapping[str, str]]) -> None:
        wholes: dict[tuple[tuple[str, str], ...], list[Mapping[str, str]]] = defaultdict(list)
        for group in groups:
            wholes[tuple((key, value) for key, value in group.items() if key != name)].append(group)
        for rest, parts in wholes.items():
            for part, (_, unit) in measures(table.metric).items():
                whole = Quantity(measures(table.metric)[part][0], _without(table, name, dict(rest)))
                members = tuple(table.quantities(group)[part] for group in parts)
                self._sums[Sum(whole, members, how_it_adds_up(unit, name))] = None

    def sums(self) -> list[Sum]:
        """How everything published adds up: within tables, over values taken together, and over regions."""
        return [*self._sums, *self._any_of(), *self._regions()]

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
        published: dict[tuple[str, Place], dict[str, Quantity]] = defaultdict(dict)
        for cell in self.cells.values():
            for quantity in cell.numbers:
                region = dict(quantity.place).get("region")
                if region is not None:
                    published[quantity.measure, quantity.place - {("region", region)}][region] = quantity
        inside: dict[frozenset[str], dict[str, list[str]]] = {}
        found = []
        for of_region in published.values():
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


def _told_apart(place: Place) -> frozenset[str]:
    """The dimensions of which a place has some value, other than where and when."""
    return frozenset(name for name, _ in place) - {"region", "days", *TIME_DIMENSIONS}


def _without(table: Table, name: str, rest: Mapping[str, str]) -> Place:
    """The place of a group when one dimension is not told apart."""
    by = tuple(each for each in table.by if each != name)
    return replace(table, by=by if name != "design" else (*by, name)).place(rest)


def _differing(each: Sum) -> str | None:
    """The dimension by which a sum's parts are told apart."""
    return min((name for name, _ in each.parts[0].place - each.whole.place), default=None) if each.parts else None
