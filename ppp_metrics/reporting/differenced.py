"""What two numbers of the same people on other days say of those few in whom they differ: for the audit."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import date
from typing import Any

from ppp_metrics.metrics.disclosure import PEOPLE_THRESHOLD
from ppp_metrics.metrics.metric import WINDOWS, Metric
from ppp_metrics.reporting.finished import Finished
from ppp_metrics.reporting.integers import WIDTH_SHARE
from ppp_metrics.reporting.populations import SCALES
from ppp_metrics.reporting.words import DECIMALS

Name = tuple[str, frozenset[tuple[str, Any]]]


@dataclass(frozen=True)
class _Told:
    """A mean or a share of people, as a file shows it of some days."""

    first: date
    last: date
    n: float
    value: float
    file: str
    name: Name


@dataclass(frozen=True)
class Difference:
    """A few people, of whom two numbers tell what they scored together: between `low` and `high`."""

    name: Name
    file: str
    few: int
    low: float
    high: float


def differences(files: Iterable[tuple[Finished, Iterable[tuple[Any, Any, Any]]]]) -> Iterator[Difference]:
    """What follows from each number of people and the next one in time, or one of which its days are a part.

    Means are compared as days go on: whoever left and came may be more than the few in whom the numbers differ, but a
    reader will take them for these. A share is compared with one of days that hold its own.
    """
    told: dict[tuple[Any, ...], set[_Told]] = defaultdict(set)
    metrics: dict[str, Metric] = {}
    for file, tables in files:
        for table, rows, _ in tables:
            metric = table.metric
            if not metric.person or not (metric.kind == "rate" or metric.estimator == "mean"):
                continue
            metrics[metric.id] = metric
            first, last = WINDOWS[metric.window].bounds(table.period, table.as_of)
            last = min(last, table.as_of)
            for group, numbers, is_withheld in rows:
                n, value = numbers.get("n"), numbers.get("value")
                if is_withheld or n is None or value is None or {"quarter", "year"} & group.keys():
                    continue
                name = table.name(group)
                place = frozenset(item for item in name[1] if item[0] not in ("days", "loads"))
                told[metric.id, place].add(_Told(first, last, n, value, file.file, name))
    for (metric_id, _), of_place in told.items():
        yield from _compared(metrics[metric_id], sorted(of_place, key=lambda each: (each.last, each.first, each.file)))


def _compared(metric: Metric, told: list[_Told]) -> Iterator[Difference]:
    half = 0.5 * 10.0 ** -DECIMALS[metric.unit]
    windows = sorted({(each.last, each.first) for each in told})
    for at, later in enumerate(told):
        for before in told[:at]:
            few = abs(later.n - before.n)
            steps = windows.index((later.last, later.first)) - windows.index((before.last, before.first))
            is_nested = later.first <= before.first and before.last <= later.last
            follows = steps == 1 and later.first <= before.last and metric.kind != "rate"
            if not 0 < few < PEOPLE_THRESHOLD or not (is_nested or follows):
                continue
            more, less = (later, before) if later.n > before.n else (before, later)
            middle, reach = more.n * more.value - less.n * less.value, half * (more.n + less.n)
            most = SCALES.get(metric.unit, 100.0) * few
            if 2 * reach < WIDTH_SHARE * most:
                yield Difference(later.name, later.file, int(few), middle - reach, middle + reach)
