"""What whoever has all finished files knows of what they count: quantities, the numbers shown, and those withheld.

The second formulation of the attack, which shares nothing with the first (`metrics.attack`) but the parser of files:
populations are read from the metrics' declarations, and each is counted in whole numbers.
"""

from __future__ import annotations

import math
from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from typing import Any, NamedTuple

from ppp_metrics.metrics.dimensions import REGION_DIMENSIONS, TIME_DIMENSIONS, UNKNOWN
from ppp_metrics.metrics.metric import WINDOWS, Metric
from ppp_metrics.periods import Period
from ppp_metrics.reporting.finished import Finished, Row
from ppp_metrics.reporting.populations import SCALES, Population, Reading, limited, reading_of
from ppp_metrics.reporting.words import DECIMALS

SLACK = 1e-9
Asked = tuple[frozenset[str], frozenset[tuple[str, Any]]]
"""The dimensions by which a table tells groups apart, and those that its conditions fix."""


class Quantity(NamedTuple):
    """What is counted, or summed, in a place: some days, a region, values of dimensions; `tie` as `Population.tied`."""

    population: Population
    first: date
    last: date
    region: str
    dims: frozenset[tuple[str, Any]]
    tie: str


@dataclass(frozen=True)
class Withheld:
    """A cell that a file withholds, with the quantities it is of by their part's name."""

    metric: Metric
    name: tuple[str, frozenset[tuple[str, Any]]]
    file: str
    version: str
    parts: Mapping[str, int]


@dataclass(frozen=True)
class Shown:
    """A number that a file shows: between what its rounding leaves."""

    low: float
    high: float
    name: tuple[str, frozenset[tuple[str, Any]]]
    file: str


@dataclass(frozen=True)
class Relation:
    """A sum of terms, coefficient x quantity, that lies between `low` and `high`.

    `is_presumed`: readers will take it for true unless something contradicts. `version`: of one version of the records
    alone. `file`: which says so, where one does.
    """

    terms: tuple[tuple[int, float], ...]
    low: float
    high: float
    is_presumed: bool = False
    version: str | None = None


@dataclass
class Knowledge:
    """Everything that files say: `quantities` by their number, what is `shown` of each by version, what is withheld.

    `least` are lower bounds that what stands in a file implies: a row that is there counts somebody.
    """

    areas: Mapping[str, Sequence[str]]
    numbers: dict[Quantity, int] = field(default_factory=dict)
    quantities: list[Quantity] = field(default_factory=list)
    shown: dict[int, dict[str, list[Shown]]] = field(default_factory=lambda: defaultdict(lambda: defaultdict(list)))
    least: dict[tuple[int, str], float] = field(default_factory=dict)
    withheld: list[Withheld] = field(default_factory=list)
    relations: dict[Relation, None] = field(default_factory=dict)
    mentioned: dict[int, set[str]] = field(default_factory=lambda: defaultdict(set))
    standing: set[int | None] = field(default_factory=set)
    """What is one of the groups that a table has, whether it shows these or not."""
    asked: dict[tuple[Any, ...], dict[tuple[date, date], set[Asked]]] = field(
        default_factory=lambda: defaultdict(lambda: defaultdict(set))
    )
    divisions: list[tuple[int, tuple[int, ...], str, str]] = field(default_factory=list)
    """Wholes with the parts into which a table divides them: by which dimension, and in which version."""

    def number(self, quantity: Quantity) -> int:
        found = self.numbers.setdefault(quantity, len(self.quantities))
        if found == len(self.quantities):
            self.quantities.append(quantity)
        return found

    def relate(self, terms: Iterable[tuple[int, float]], low: float, high: float, **more: Any) -> None:
        together: dict[int, float] = defaultdict(float)
        for number, weight in terms:
            together[number] += weight
        kept = tuple(sorted((number, weight) for number, weight in together.items() if weight))
        if kept:
            self.relations[Relation(kept, low, high, **more)] = None

    def is_absent(self, quantity: Quantity) -> bool:
        """Whether a table tells all groups there are, on these days or more, and this is none of them."""
        names = {name for name, _ in quantity.dims}
        for (first, last), tables in self.asked.get(_where(quantity), {}).items():
            if first > quantity.first or quantity.last > last:
                continue
            if self.numbers.get(quantity._replace(first=first, last=last)) in self.standing:
                continue
            if any(fixed <= quantity.dims and names - {name for name, _ in fixed} == by for by, fixed in tables):
                return True
        return False


def known_from(files: Iterable[tuple[Finished, Iterable[tuple[Any, list[Row], list[dict[str, str]]]]]]) -> Knowledge:
    """What the tables of files say."""
    files = [(each, list(tables)) for each, tables in files]
    known = Knowledge({region: areas for each, _ in files for region, areas in each.areas.items()})
    readings: dict[str, Reading] = {}
    for each, tables in files:
        own = each.made_from
        for table, rows, groups in tables:
            metric = table.metric
            reading = readings.setdefault(metric.id, reading_of(metric))
            version = " ".join(f"{name}:{load}" for name, load in sorted(table.loads.items())) or own
            _add_table(known, reading, table, rows, groups, version, each.file)
    return known


def _add_table(
    known: Knowledge,
    reading: Reading,
    table: Any,
    rows: Sequence[Row],
    groups: Sequence[Mapping[str, str]],
    version: str,
    file: str,
) -> None:
    for group, numbers, is_withheld in rows:
        places = _places(reading, table, group)
        parts = {part: known.number(place) for part, place in places.items() if place}
        for number in parts.values():
            known.mentioned[number].add(version)
        name = table.name(group)
        if is_withheld:
            # everybody with any story stands in each cycle: it is who has one in it that is withheld
            is_of_all = reading.crossed and "cycle" in group
            own = {part: each for part, each in parts.items() if not (is_of_all and part in ("n", "denominator"))}
            known.withheld.append(Withheld(table.metric, name, file, version, own))
        else:
            _show(known, table.metric, parts, numbers, version, name, file)
        _stand(known, parts, version, bool(group) and not group.keys() & {*TIME_DIMENSIONS})
        _relate_parts(known, reading, table.metric, parts, numbers, is_withheld, version)
    _divide(known, reading, table, list(groups) or [group for group, *_ in rows if group], version)


def _stand(known: Knowledge, parts: Mapping[str, int], version: str, is_group: bool) -> None:
    """A group that a table has counts somebody; a whole may be nothing, and a quarter without any looks withheld."""
    known.standing.update(parts.values())
    for part in ("n", "denominator", "values") if is_group else ():
        if part in parts and not known.quantities[parts[part]].population.summed:
            known.least[parts[part], version] = 1


def _places(reading: Reading, table: Any, group: Mapping[str, str]) -> dict[str, Quantity | None]:
    """What each part of a group's cell counts; None where nothing can be in it."""
    first, last = WINDOWS[table.metric.window].bounds(table.period, table.as_of)
    last = min(last, table.as_of)
    window = f"{first}..{last}"
    dims: dict[str, Any] = {}
    if table.metric.one_design and "design" not in group:
        dims["design"] = "pre_post"
    for name, values in table.where.items():
        wanted = tuple(sorted([values] if isinstance(values, str) else values))
        dims[name] = wanted[0] if len(wanted) == 1 else wanted
    if table.metric.only:
        name, only = table.metric.only
        own = dims.get(name, only)
        both = tuple(each for each in ((own,) if isinstance(own, str) else own) if each in only)
        dims[name] = both[0] if len(both) == 1 else tuple(sorted(both))
    if table.partnership:
        dims["partnership"] = table.partnership
    dims |= group
    region = table.region
    for name in TIME_DIMENSIONS:
        if isinstance(dims.get(name), str) and dims[name] != UNKNOWN:
            span = Period.parse(dims.pop(name))
            first, last = max(first, span.first_day), min(last, span.last_day)
    for name in REGION_DIMENSIONS:
        if isinstance(dims.get(name), str):
            code = dims.pop(name)
            region = f"{region}/{name}" if code == UNKNOWN else code
    places: dict[str, Quantity | None] = {}
    for part, each in reading.parts.items():
        at = limited(dims, each.limits)
        tie = {"": "", "window": window, "as_of": str(table.as_of)}[each.population.tied]
        if at is not None and "cycle" in at and each.population.unit == ("person_id",) and reading.crossed:
            del at["cycle"]
        places[part] = (
            None if at is None else Quantity(each.population, first, last, region, frozenset(at.items()), tie)
        )
    return places


def _show(
    known: Knowledge,
    metric: Metric,
    parts: Mapping[str, int],
    numbers: Mapping[str, float | None],
    version: str,
    name: Any,
    file: str,
) -> None:
    half = 0.5 * 10.0 ** -DECIMALS[metric.unit] + SLACK
    for part in ("n", "numerator", "denominator", "value"):
        number = numbers.get(part)
        if number is None or part not in parts or (part == "value" and metric.kind != "sum"):
            continue
        reach = (half if part == "value" else 0.5) if known.quantities[parts[part]].population.summed else 0.0
        found = Shown(number - reach, number + reach, name, file)
        known.shown[parts[part]][version].append(found)
    if "complement" in parts and None not in (numbers.get("numerator"), numbers.get("denominator")):
        rest = numbers["denominator"] - numbers["numerator"]  # type: ignore[operator]
        known.shown[parts["complement"]][version].append(Shown(rest, rest, name, file))


def _relate_parts(
    known: Knowledge,
    reading: Reading,
    metric: Metric,
    parts: Mapping[str, int],
    numbers: Mapping[str, float | None],
    is_withheld: bool,
    version: str,
) -> None:
    """How the numbers of one cell relate to each other, and what its rounded value says of them."""
    if {"denominator", "numerator", "complement"} <= parts.keys():
        terms = [(parts["denominator"], -1.0), (parts["numerator"], 1.0), (parts["complement"], 1.0)]
        known.relate(terms, 0, 0)
    elif "complement" in parts:
        # nothing here can meet the condition
        known.relate([(parts["denominator"], -1.0), (parts["complement"], 1.0)], 0, 0)
    if reading.crossed:
        whole, one, times = reading.crossed
        is_one = "cycle" in dict(known.quantities[parts[whole]].dims)
        known.relate([(parts[whole], -1.0), (parts[one], 1.0 if is_one else float(times))], 0, 0)
    if "amount" in parts:
        most = SCALES[metric.unit]
        known.relate([(parts["amount"], 1.0), (parts["values"], -most)], -math.inf, 0)
        known.relate([(parts["amount"], 1.0), (parts["values"], most)], 0, math.inf)
    value = numbers.get("value")
    if is_withheld or value is None or not reading.mean:
        return
    above, below, per = reading.mean.above, reading.mean.below, reading.mean.per
    if above not in parts or below not in parts:
        return
    half = 0.5 * 10.0 ** -DECIMALS[metric.unit] + SLACK
    known.relate([(parts[above], per), (parts[below], -(value - half))], 0, math.inf, version=version)
    known.relate([(parts[above], per), (parts[below], -(value + half))], -math.inf, 0, version=version)


def _divide(known: Knowledge, reading: Reading, table: Any, groups: Sequence[Mapping[str, str]], version: str) -> None:
    """What a table's groups say of each other: all of them together are the whole."""
    by = table.by
    for group in groups:
        own = {part: known.number(place) for part, place in _places(reading, table, group).items() if place}
        _stand(known, own, version, is_group=not group.keys() & {*TIME_DIMENSIONS})
    for part in reading.parts:
        empty = _places(reading, table, {})[part]
        if empty is None:
            continue
        names = frozenset(name for name in by if name not in (*REGION_DIMENSIONS, *TIME_DIMENSIONS))
        fixed = frozenset(item for item in empty.dims if item[0] not in by)
        places = [place for group in groups if (place := _places(reading, table, group)[part])]
        if by:
            for place in [*places, *(empty._replace(first=first, last=last) for first, last in _spans(table, empty))]:
                known.asked[_where(place)][place.first, place.last].add((names, fixed))
    for name in by:
        wholes: dict[tuple[tuple[str, str], ...], list[Mapping[str, str]]] = defaultdict(list)
        for group in groups:
            wholes[tuple((key, value) for key, value in group.items() if key != name)].append(group)
        for rest, members in wholes.items():
            whole = _places(reading, table, dict(rest) | ({} if name != "design" else {"design": "*"}))
            for part in reading.parts:
                place = whole[part]
                if place is None or name in TIME_DIMENSIONS:
                    continue
                if name == "design":
                    place = place._replace(dims=place.dims - {("design", "*")})
                inside = [known.number(each) for group in members if (each := _places(reading, table, group)[part])]
                known.divisions.append((known.number(place), tuple(inside), name, version))


def _spans(table: Any, empty: Quantity) -> list[tuple[date, date]]:
    """The days of each quarter, or year, that a table tells apart, whether it has a row of it or not; else all."""
    unit = next((name for name in table.by if name in TIME_DIMENSIONS), None)
    if unit is None:
        return [(empty.first, empty.last)]
    wanted = table.where.get(unit)
    if wanted:
        periods = [Period.parse(each) for each in wanted if each != UNKNOWN]
    else:
        if empty.first.year < 1900:
            return []
        periods = [Period.quarter_of(empty.first) if unit == "quarter" else Period(empty.first.year)]
        while periods[-1].last_day < empty.last:
            periods.append(periods[-1].shifted(1))
    days = [(max(each.first_day, empty.first), min(each.last_day, empty.last)) for each in periods]
    return [(first, last) for first, last in days if first <= last]


def _where(quantity: Quantity) -> tuple[Any, ...]:
    return quantity.population, quantity.region, quantity.tie
