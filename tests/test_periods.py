"""Quarters and years."""

from __future__ import annotations

from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ppp_metrics.errors import UsageError
from ppp_metrics.periods import DAY, Period, latest_full_quarter, now, quarters_ended

PERIODS = st.builds(Period, st.integers(1900, 2199), st.sampled_from([None, 1, 2, 3, 4]))


@pytest.mark.parametrize(
    ("text", "first", "last"),
    [
        ("2026-Q3", date(2026, 7, 1), date(2026, 9, 30)),
        ("2024-q1", date(2024, 1, 1), date(2024, 3, 31)),
        ("2026-K4", date(2026, 10, 1), date(2026, 12, 31)),  # kwartaal
        ("2026", date(2026, 1, 1), date(2026, 12, 31)),
    ],
)
def test_first_and_last_day(text: str, first: date, last: date) -> None:
    assert (Period.parse(text).first_day, Period.parse(text).last_day) == (first, last)


@pytest.mark.parametrize("text", ["2026-Q5", "26-Q1", "Q3", "", "2026-07", "0000"])
def test_what_is_no_period_is_refused(text: str) -> None:
    with pytest.raises(UsageError, match="is not a period"):
        Period.parse(text)


@given(PERIODS)
def test_a_period_reads_back_and_follows_the_one_before(period: Period) -> None:
    assert Period.parse(str(period)) == period
    assert period.previous.last_day + DAY == period.first_day
    assert period.previous.shifted(1) == period
    assert period.year_earlier.first_day.year == period.first_day.year - 1


def test_as_of_is_never_after_today() -> None:
    assert Period.parse("2026-Q4").as_of(date(2026, 11, 23)) == date(2026, 11, 23)
    assert Period.parse("2026-Q3").as_of(date(2026, 11, 23)) == date(2026, 9, 30)


@pytest.mark.parametrize(
    ("day", "first", "last"),
    [
        (date(2025, 9, 30), date(2024, 10, 1), date(2025, 9, 30)),  # the quarter's own last day counts
        (date(2025, 9, 29), date(2024, 7, 1), date(2025, 6, 30)),
        (date(2024, 1, 1), date(2023, 1, 1), date(2023, 12, 31)),
    ],
)
def test_the_four_quarters_that_had_ended(day: date, first: date, last: date) -> None:
    assert quarters_ended(4, day) == (first, last)


def test_the_clock_can_be_stopped(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("SOURCE_DATE_EPOCH", "0")
    assert now().isoformat() == "1970-01-01T00:00:00"
    assert str(latest_full_quarter(now().date())) == "1969-Q4"


def test_a_period_has_a_short_name_in_both_languages() -> None:
    quarter = Period.parse("2026-Q3")
    assert [quarter.short("nl"), quarter.short("en"), Period(2026).short("nl")] == ["K3 2026", "Q3 2026", "2026"]
