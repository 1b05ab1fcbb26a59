"""One supplier of the fictitious network: its chance, its calendar and the tables that fill up. Synthetic."""

from __future__ import annotations

import math
from bisect import bisect
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from datetime import date, timedelta
from itertools import accumulate
from random import Random
from statistics import NormalDist
from typing import Any, TypeVar

from scenario import HORIZON, SEED, Partnership, Theme

Row = dict[str, Any]
Tables = dict[str, list[Row]]
T = TypeVar("T")


def workday(day: date) -> date:
    """The day itself, or the Monday after; it keeps the order of dates."""
    return day + timedelta(days=max(0, 7 - day.weekday()) if day.weekday() > 4 else 0)


def seen(day: date | None) -> date | None:
    """The day, unless it had not come yet when the files were sent."""
    return day if day and day <= HORIZON else None


class Draw:
    """A stream of chance of its own for each supplier: a change in one leaves the files of the others as they are.

    Made from `random.random()` alone, the one stream that is promised to be the same in every version of Python; numpy
    makes no such promise for its distributions.
    """

    def __init__(self, stream: int):
        self.random = Random(f"{SEED}-{stream}").random

    def chance(self, probability: float) -> bool:
        return self.random() < probability

    def maybe(self, probability: float, value: T) -> T | None:
        return value if self.chance(probability) else None

    def whole(self, low: int, high: int) -> int:
        return low + int(self.random() * (high - low + 1))

    def pick(self, options: Sequence[T], weights: Sequence[float] | None = None) -> T:
        if weights is None:
            return options[self.whole(0, len(options) - 1)]
        heaped = list(accumulate(weights))
        return options[bisect(heaped, self.random() * heaped[-1])]

    def some(self, options: Iterable[T], number: int) -> list[T]:
        """`number` different ones, in any order."""
        left = list(options)
        return [left.pop(self.whole(0, len(left) - 1)) for _ in range(number)]

    def normal(self, mean: float, deviation: float) -> float:
        return NormalDist(mean, deviation).inv_cdf(self.random())

    def around(self, median: float, spread: float = 0.5) -> float:
        """Lognormal: a median, and a long tail to the right as durations and amounts have."""
        return median * math.exp(self.normal(0, spread))

    def later(self, day: date, median: float, spread: float = 0.5) -> date:
        return workday(day + timedelta(days=round(self.around(median, spread))))

    def between(self, first: date, last: date) -> date:
        return workday(first + timedelta(days=self.whole(0, max(0, (last - first).days))))


@dataclass(frozen=True)
class Company:
    """One invented company; `weight` is how often it comes with an issue, from `entry` until `leaves`."""

    name: str
    region_code: str
    size_class: str | None
    sector_code: str
    registration_number: str | None
    weight: float
    theme: Theme
    entry: date
    leaves: date
    partner_id: str = ""


class Supplier:
    """One partnership's administration: `tables` fills up in the order in which the records come about."""

    def __init__(self, partnership: Partnership, companies: list[Company], old_codes: dict[str, str], stream: int):
        self.partnership = partnership
        self.draw = Draw(stream)
        # who comes back is drawn apart, so that all that was there before stays what it was
        self.draw_again = Draw(100 + stream)
        self.tables: Tables = {}
        self.old_codes = old_codes if partnership.nuts == 2021 else {}
        self.companies = [
            replace(company, partner_id=f"p{number:03d}", entry=max(company.entry, partnership.start))
            for number, company in enumerate(companies, start=101)
        ]
        self.institutions: dict[str, list[str]] = {}
        self.circles: dict[tuple[str, str], list[tuple[str, date]]] = {}
        self.teams: list[tuple[Row, dict[str, str], date, date | None]] = []

    def add(self, table: str, **values: Any) -> Row:
        self.tables.setdefault(table, []).append(values)
        return values

    def region(self, code: str) -> str:
        return self.old_codes.get(code, code)
