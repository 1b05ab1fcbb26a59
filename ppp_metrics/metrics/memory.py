"""What a reader knows who kept everything: what is published now and what ever was, as one system.

What two releases show alike is one number. Where they show another, the records have changed: each release is then held
to what it said itself, and whatever does not contradict is presumed to be still true.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date
from itertools import combinations

from ppp_metrics.metrics.attack import ROUNDED, WIDTH_SHARE, Cell, Place, Quantity, Sum
from ppp_metrics.metrics.metric import Metric
from ppp_metrics.metrics.populations import populations
from ppp_metrics.metrics.protection import Name
from ppp_metrics.metrics.publication import DAY, Release
from ppp_metrics.metrics.registry import METRICS

VERSION = "version"
"""In a place: the release of which a number is, where a later one shows another."""

MEAN_ROUNDED = 0.05
"""By how much a mean of people's scores may miss what is printed of it."""
MOST_SCORED = 100.0
"""The most by which somebody's two scores can differ."""

Least = Callable[[Metric], int]
"""The least number of people, or companies, that a cell of a metric must count; 0 where any may be shown."""


@dataclass(frozen=True)
class Memory:
    """The cells and sums of all releases; `fixed` are the cells that were published before, and stay as they were."""

    cells: Mapping[Name, Cell]
    sums: Sequence[Sum]
    fixed: frozenset[Name]


def remember(own: Release, before: Sequence[Release], least: Least) -> Memory:
    """What is to be published now, with its numbers, beside what was, the latest last, as far as it was shown.

    What was withheld before stays so. A change from one release to the next, or from one window to one that overlaps
    it, is a cell under the same rules: where it counts a few people, one of the two is not shown.
    """
    releases = [*before, own]
    newest = _newest(releases)
    renamed = [_renamed(release, at, newest) for at, release in enumerate(releases)]
    cells: dict[Name, Cell] = {}
    sums: dict[Sum, None] = {}
    for release, (names, quantities) in zip(releases, renamed, strict=True):
        for cell in release.cells.values():
            _keep(cells, _called(cell, names, quantities))
        sums |= dict.fromkeys(_summed(each, quantities) for each in release.sums())
        sums |= dict.fromkeys(_presumed_the_same(release, quantities))
    fixed = frozenset(
        names.get(name, name) for release, (names, _) in zip(before, renamed, strict=False) for name in release.cells
    )
    if before:
        joint = Release.of(cells, releases)
        certain = {(each.whole, each.parts) for each in sums}
        sums |= {
            replace(each, is_presumed=True, is_far=True): None
            for each in joint.sums()
            if (each.whole, each.parts) not in certain
        }
    for name in _held(cells, fixed, least):
        cells[name] = replace(cells[name], is_withheld=True)
    for cell, sum_ in list(_newcomers(cells, least)):
        _keep(cells, cell)
        sums[sum_] = None
    return Memory(cells, list(sums), fixed)


def _newest(releases: Sequence[Release]) -> dict[Quantity, float]:
    """Each quantity as the latest release shows it that does."""
    found: dict[Quantity, float] = {}
    for release in releases:
        for cell in release.cells.values():
            found |= {quantity: number for quantity, number in cell.numbers.items() if number is not None}
    return found


def _renamed(
    release: Release, at: int, newest: Mapping[Quantity, float]
) -> tuple[dict[Name, Name], dict[Quantity, Quantity]]:
    """The cells and quantities of a release of which a later one says something else, as they are told apart."""
    mark = frozenset({(VERSION, at)})
    told = [pair for cell in release.cells.values() for pair in cell.numbers.items()]
    # one cell may show what another withholds
    numbers = dict(told) | {each: number for each, number in told if number is not None}
    changed = {
        each
        for each, number in numbers.items()
        if number is not None and abs(number - newest[each]) > (ROUNDED if each.is_amount else 1e-6)
    }
    # where something has changed, what is withheld may have, too
    apart = changed | {each for each, number in numbers.items() if changed and number is None}
    names = {
        name: (name[0], name[1] | mark) for name, cell in release.cells.items() if not changed.isdisjoint(cell.numbers)
    }
    return names, {each: Quantity(each.measure, each.place | mark) for each in apart}


def _presumed_the_same(release: Release, quantities: Mapping[Quantity, Quantity]) -> Iterator[Sum]:
    """What a release withholds was then what it is now, as far as readers know."""
    for cell in release.cells.values():
        for each, number in cell.numbers.items():
            if number is None and each in quantities:
                yield Sum(each, (quantities[each],), is_presumed=True, is_far=True)


def _called(cell: Cell, names: Mapping[Name, Name], quantities: Mapping[Quantity, Quantity]) -> Cell:
    return replace(
        cell,
        name=names.get(cell.name, cell.name),
        numbers={quantities.get(each, each): number for each, number in cell.numbers.items()},
        stands_for=frozenset(quantities.get(each, each) for each in cell.stands_for),
        beside=names.get(cell.beside, cell.beside) if cell.beside else None,
    )


def _summed(each: Sum, quantities: Mapping[Quantity, Quantity]) -> Sum:
    if quantities.keys().isdisjoint((each.whole, *each.parts)):
        return each
    parts = tuple(quantities.get(part, part) for part in each.parts)
    return replace(each, whole=quantities.get(each.whole, each.whole), parts=parts)


def _keep(cells: dict[Name, Cell], cell: Cell) -> None:
    """Add a cell; what one release withholds another does not show, and what one knows of it is known."""
    known = cells.get(cell.name)
    if known is None:
        cells[cell.name] = cell
        return
    numbers = {each: number if number is not None else known.numbers.get(each) for each, number in cell.numbers.items()}
    cells[cell.name] = replace(
        cell, numbers={**known.numbers, **numbers}, is_withheld=cell.is_withheld or known.is_withheld
    )


def _windows(cells: Mapping[Name, Cell]) -> Iterator[list[tuple[tuple[date, date], Cell]]]:
    """The cells that count the same in different days, or at different times, with the days; the earliest first."""
    alike: dict[tuple[str, Place], list[tuple[tuple[date, date], Cell]]] = defaultdict(list)
    for (metric_id, place), cell in cells.items():
        days = dict(place).get("days")
        if days and metric_id in METRICS:
            rest = frozenset((name, value) for name, value in place if name not in ("days", VERSION))
            first, last = map(date.fromisoformat, days)
            alike[metric_id, rest].append(((first, last), cell))
    for windows in alike.values():
        if len(windows) > 1:
            yield sorted(windows, key=lambda each: (each[0], str(each[1].name[1])))


def _held(cells: Mapping[Name, Cell], fixed: frozenset[Name], least: Least) -> set[Name]:
    """Means of people that would give away, beside one of overlapping days, what a few people scored."""
    found: set[Name] = set()
    for windows in _windows(cells):
        metric = METRICS[windows[0][1].name[0]]
        if not metric.person or metric.estimator != "mean":
            continue
        for (before, one), (now, other) in combinations(windows, 2):
            is_disjoint = now[0] > before[1] or before[0] > now[1]
            hidden = found | {cell.name for cell in (one, other) if cell.is_withheld}
            if is_disjoint or not hidden.isdisjoint((one.name, other.name)):
                continue
            first, second = _people(one, metric), _people(other, metric)
            change = abs(second - first)
            # what is printed of many is rounded to more than the tenth of what a few may have scored
            is_rounded = 2 * MEAN_ROUNDED * (first + second) >= WIDTH_SHARE * MOST_SCORED * change
            if 0 < change < least(metric) and not is_rounded:
                # what was shown before cannot be taken back; of two new ones the earlier matters less
                found |= {other.name if one.name in fixed else one.name} - fixed
    return found


def _people(cell: Cell, metric: Metric) -> float:
    part = populations(metric).get("n") or populations(metric)["denominator"]
    return next((number or 0 for quantity, number in cell.numbers.items() if quantity.measure == part.measure), 0)


def _newcomers(cells: Mapping[Name, Cell], least: Least) -> Iterator[tuple[Cell, Sum]]:
    """What days add that go on where others of the same beginning ended, where that is little: it is never shown."""
    for windows in _windows(cells):
        metric = METRICS[windows[0][1].name[0]]
        if not least(metric):
            continue
        for (before, one), (now, other) in combinations(windows, 2):
            if before[0] != now[0] or before[1] >= now[1]:
                continue
            for population in populations(metric).values():
                if not population.adds_up_in_time:
                    continue
                whole, part = _of(other, population.measure), _of(one, population.measure)
                if whole is None or part is None or None in (other.numbers[whole], one.numbers[part]):
                    continue
                change = other.numbers[whole] - one.numbers[part]  # type: ignore[operator]
                if not 0 < change < least(metric):
                    continue
                place = frozenset(
                    {
                        *whole.place - {("days", dict(whole.place)["days"])},
                        ("days", (str(before[1] + DAY), str(now[1]))),
                    }
                )
                # who is counted but once is new in the later days, and may have been there in those before
                measure = whole.measure if population.adds_up_in_time == "exactly" else f"{whole.measure} ; new"
                added = Quantity(measure, place)
                name = (f"{metric.id} added", place)
                yield (
                    Cell(name, {added: change}, is_withheld=True, stands_for=frozenset({added})),
                    Sum(whole, (part, added), is_presumed=True, is_far=True),
                )


def _of(cell: Cell, measure: str) -> Quantity | None:
    return next((quantity for quantity in cell.numbers if quantity.measure == measure), None)
