"""How all that is known of finished files hangs together: parts and wholes, areas, days, what is part of what.

Adds the relations to a `Knowledge`. A relation holds for every version of the records, unless it says of which.
"""

from __future__ import annotations

import math
from collections import defaultdict
from collections.abc import Iterable, Iterator, Sequence
from datetime import date, timedelta
from itertools import pairwise
from typing import Any

from ppp_metrics.reporting.knowledge import Knowledge, Quantity
from ppp_metrics.reporting.populations import Population

DAY = timedelta(days=1)
Group = tuple[Population, str, frozenset[tuple[str, Any]]]


def connect(known: Knowledge) -> None:
    """Relate everything that is known."""
    _by_dimension(known)
    _values_together(known)
    _by_region(known)
    windows = _by_days(known)
    _divided_by_days(known, windows)
    _part_of(known)


def _by_dimension(known: Knowledge) -> None:
    for whole, parts, name, version in dict.fromkeys(known.divisions):
        _divide(known, whole, parts, name, version=version)


def _divide(known: Knowledge, whole: int, parts: Sequence[int], name: str, **more: Any) -> None:
    population = known.quantities[whole].population
    together = [(whole, -1.0), *((part, 1.0) for part in parts)]
    if population.adds_up_by(name):
        known.relate(together, 0, 0, **more)
        return
    if not population.is_covered:
        return
    known.relate(together, 0, math.inf, **more)
    for part in parts:
        known.relate([(whole, 1.0), (part, -1.0)], 0, math.inf, **more)


def _values_together(known: Knowledge) -> None:
    """Several values of a dimension taken together, where a table tells each of them."""
    told: dict[tuple[int, str], tuple[int, ...]] = {}
    for one, members, name, _ in known.divisions:
        told[one, name] = members
    for number, quantity in enumerate(list(known.quantities)):
        for name, values in quantity.dims:
            if not isinstance(values, tuple):
                continue
            whole = known.numbers.get(quantity._replace(dims=quantity.dims - {(name, values)}))
            parts = told.get((whole, name)) if whole is not None else None
            if parts is not None:
                own = [part for part in parts if dict(known.quantities[part].dims).get(name) in values]
                _divide(known, number, own, name)


def _by_region(known: Knowledge) -> None:
    """A region and the nearest areas in it that anything is told of."""
    alike: dict[Quantity, dict[str, int]] = defaultdict(dict)
    for number, quantity in enumerate(list(known.quantities)):
        alike[quantity._replace(region="")][quantity.region] = number
    for place, regions in alike.items():
        for whole, inside in _nested(regions).items():
            population = place.population
            parts = [regions[code] for code in inside]
            wanted = known.areas.get(whole, ())
            is_complete = bool(wanted) and all(
                code in regions or known.is_absent(place._replace(region=code)) for code in wanted
            )
            together = [(regions[whole], -1.0), *((part, 1.0) for part in parts)]
            if population.summed or not population.unit:
                known.relate(together, -math.inf, 0)
            elif population.is_covered:
                for part in parts:
                    known.relate([(regions[whole], 1.0), (part, -1.0)], 0, math.inf)
            else:
                continue
            if is_complete:
                known.relate(together, 0, 0, is_presumed=True)


def _nested(codes: Iterable[str]) -> dict[str, list[str]]:
    """Each region with those that lie in it and in no other of them that does."""
    codes, found = set(codes), defaultdict(list)
    for code in sorted(codes):
        above = next((each for each in _path(code) if each in codes), None)
        if above is not None:
            found[above].append(code)
    return found


def _path(code: str) -> Iterator[str]:
    if "/" in code:
        region = code.rpartition("/")[0]
        yield region
        yield from _path(region)
        return
    if code:
        yield from (code[:length] for length in range(len(code) - 1, 1, -1))
        yield ""


class Windows:
    """The windows that anything is told of, by what is counted in them, and where these are cut."""

    def __init__(self, known: Knowledge):
        self.known = known
        self.of: dict[Group, dict[tuple[date, date], int]] = defaultdict(dict)
        for number, quantity in enumerate(known.quantities):
            if not quantity.tie:
                self.of[group_of(quantity)][quantity.first, quantity.last] = number
        self.cuts = {
            group: sorted({day for first, last in windows for day in (first, _next(last))})
            for group, windows in self.of.items()
        }

    def parts(self, group: Group, first: date, last: date) -> list[int]:
        """The smallest spans that make up some days; those in which nobody is are left out."""
        cuts = [day for day in self.cuts[group] if first <= day <= _next(last)]
        spans = [(begin, end - DAY if end < date.max else end) for begin, end in pairwise(cuts)]
        return [
            self.known.number(quantity)
            for quantity in (Quantity(group[0], *span, group[1], group[2], "") for span in spans)
            if not self.known.is_absent(quantity)
        ]


def group_of(quantity: Quantity) -> Group:
    return quantity.population, quantity.region, quantity.dims


def _next(day: date) -> date:
    return day + DAY if day < date.max else day


def _by_days(known: Knowledge) -> Windows:
    windows = Windows(known)
    for group, of_group in list(windows.of.items()):
        if len(of_group) < 2:
            continue
        population = group[0]
        if population.adds_up_over_days:
            for (first, last), number in of_group.items():
                parts = windows.parts(group, first, last)
                if parts != [number]:
                    known.relate([(number, -1.0), *((part, 1.0) for part in parts)], 0, 0)
            continue
        if not (population.is_union or population.is_judged_whole):
            continue
        for (first, last), number in of_group.items():
            inner = [each for each in of_group if each != (first, last) and first <= each[0] and each[1] <= last]
            for each in inner:
                if not any(other != each and other[0] <= each[0] and each[1] <= other[1] for other in inner):
                    known.relate([(number, 1.0), (of_group[each], -1.0)], 0, math.inf)
            if population.is_union and inner:
                _cover(known, windows, group, (first, last), inner)
    return windows


def _cover(
    known: Knowledge, windows: Windows, group: Group, outer: tuple[date, date], inner: Sequence[tuple[date, date]]
) -> None:
    """Who is in a window is in one of the windows that cover it, where some do."""
    reached, chosen = outer[0], []
    while reached <= outer[1]:
        best = max((each for each in inner if each[0] <= reached <= each[1]), key=lambda each: each[1], default=None)
        if best is None:
            return
        chosen.append(windows.of[group][best])
        reached = _next(best[1])
    known.relate([(windows.of[group][outer], -1.0), *((part, 1.0) for part in chosen)], 0, math.inf)


def _divided_by_days(known: Knowledge, windows: Windows) -> None:
    """A division of a window divides every shorter span of it too, where all its parts are told by such spans."""
    for whole, parts, name, version in dict.fromkeys(known.divisions):
        quantity = known.quantities[whole]
        population = quantity.population
        if quantity.tie or not (population.adds_up_over_days and population.adds_up_by(name)):
            continue
        groups = [group_of(known.quantities[each]) for each in (whole, *parts)]
        if any(group not in windows.cuts for group in groups):
            continue
        shared = set.intersection(*(set(windows.cuts[group]) for group in groups))
        cuts = sorted(day for day in shared if quantity.first <= day <= _next(quantity.last))
        if len(cuts) < 3:
            continue
        for first, end in pairwise(cuts):
            last = end - DAY
            of_whole = [(each, -1.0) for each in windows.parts(groups[0], first, last)]
            of_parts = [(each, 1.0) for group in groups[1:] for each in windows.parts(group, first, last)]
            known.relate([*of_whole, *of_parts], 0, 0, version=version)


def _part_of(known: Knowledge) -> None:
    """What counts nothing but what something else counts is no more than that."""
    alike: dict[tuple[Any, ...], dict[tuple[Any, ...], int]] = defaultdict(dict)
    for number, quantity in enumerate(known.quantities):
        population = quantity.population
        if not population.summed:
            key = (population.view, population.event, quantity.first, quantity.last, quantity.region)
            alike[key][population, quantity.dims, quantity.tie] = number
    wider: dict[Population, list[Population]] = {}
    populations = {quantity.population for quantity in known.quantities}
    for each in populations:
        wider[each] = [other for other in populations if other.holds(each)]
    for of_place in alike.values():
        tuples: dict[str, set[tuple[str, ...]]] = defaultdict(set)
        for _, dims, _ in of_place:
            for name, values in dims:
                if isinstance(values, tuple):
                    tuples[name].add(values)
        for (population, dims, tie), number in of_place.items():
            above = {
                of_place[key]
                for other in wider[population]
                for outer in _outer(dims, tuples)
                for key in {(other, outer, tie), (other, outer, "")}
                if key in of_place and of_place[key] != number
            }
            for outer_number in _least(known, above, wider):
                known.relate([(outer_number, 1.0), (number, -1.0)], 0, math.inf)


def _outer(
    dims: frozenset[tuple[str, Any]], tuples: dict[str, set[tuple[str, ...]]]
) -> Iterator[frozenset[tuple[str, Any]]]:
    """The same dimensions, and with one of them left out or with more of its values."""
    yield dims
    for name, value in dims:
        rest = dims - {(name, value)}
        yield rest
        own = set(value) if isinstance(value, tuple) else {value}
        for values in tuples.get(name, ()):
            if own < set(values):
                yield rest | {(name, values)}


def _least(known: Knowledge, above: set[int], wider: dict[Population, list[Population]]) -> list[int]:
    """Those that hold no other of them at the same dimensions: what follows from these is left out."""
    found = []
    for each in above:
        own = known.quantities[each]
        if not any(
            other != each
            and own.population != known.quantities[other].population
            and own.population in wider[known.quantities[other].population]
            and own.dims <= known.quantities[other].dims
            for other in above
        ):
            found.append(each)
    return found
