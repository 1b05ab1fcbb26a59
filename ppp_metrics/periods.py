"""Quarters and years: parse, first and last day, previous, a year earlier. And the one clock."""

from __future__ import annotations

import os
import re
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta

from ppp_metrics.errors import UsageError
from ppp_metrics.language import msg

DAY = timedelta(days=1)


@dataclass(frozen=True, order=True)
class Period:
    """A calendar quarter (`2026-Q3`) or a calendar year (`2026`, quarter is None)."""

    year: int
    quarter: int | None = None

    @classmethod
    def parse(cls, text: str) -> Period:
        """Raises UsageError when the text is neither a quarter nor a year."""
        match = re.fullmatch(r"(\d{4})(?:-?[QqKk]([1-4]))?", text.strip())
        if not match or not 1 < int(match[1]) < 9998:
            raise UsageError(msg("'{text}' is not a period. Write a quarter as 2026-Q3 or a year as 2026.", text=text))
        return cls(int(match[1]), int(match[2]) if match[2] else None)

    def short(self, lang: str) -> str:
        """`Q3 2026`, `K3 2026`, `2026`."""
        letter = "K" if lang == "nl" else "Q"
        return f"{letter}{self.quarter} {self.year}" if self.quarter else str(self.year)

    @classmethod
    def quarter_of(cls, day: date) -> Period:
        return cls(day.year, (day.month + 2) // 3)

    @property
    def first_day(self) -> date:
        return date(self.year, 3 * (self.quarter or 1) - 2, 1)

    @property
    def last_day(self) -> date:
        month = 3 * (self.quarter or 4)
        return date(self.year + month // 12, month % 12 + 1, 1) - DAY

    @property
    def last_quarter(self) -> Period:
        """The quarter itself, or the fourth quarter of the year."""
        return Period(self.year, self.quarter or 4)

    def shifted(self, steps: int) -> Period:
        """The period `steps` quarters (or years) later; negative is earlier."""
        if self.quarter is None:
            return Period(self.year + steps)
        index = self.year * 4 + self.quarter - 1 + steps
        return Period(index // 4, index % 4 + 1)

    @property
    def previous(self) -> Period:
        return self.shifted(-1)

    @property
    def year_earlier(self) -> Period:
        return Period(self.year - 1, self.quarter)

    def as_of(self, today: date) -> date:
        """The last day of the period, or today if that is earlier."""
        return min(self.last_day, today)

    def __str__(self) -> str:
        return str(self.year) if self.quarter is None else f"{self.year}-Q{self.quarter}"


def quarters_ended(count: int, day: date) -> tuple[date, date]:
    """First and last day of the latest calendar quarters, so many, that had all ended on `day`."""
    quarter = Period.quarter_of(day)
    last = quarter if quarter.last_day <= day else quarter.previous
    return last.shifted(1 - count).first_day, last.last_day


def latest_full_quarter(today: date) -> Period:
    """The last quarter that was over before `today` began."""
    return Period.quarter_of(today).previous


def now() -> datetime:
    """The moment, in UTC without a zone; SOURCE_DATE_EPOCH stops the clock, so that output can be made again."""
    if epoch := os.environ.get("SOURCE_DATE_EPOCH"):
        return datetime.fromtimestamp(int(epoch), UTC).replace(tzinfo=None)
    return datetime.now(UTC).replace(tzinfo=None, microsecond=0)


def today() -> date:
    return now().date()
