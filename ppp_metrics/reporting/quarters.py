"""A metric's count in each of the last quarters, whether anything happened in them or not."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, Any

from ppp_metrics.periods import Period
from ppp_metrics.reporting.words import Number

if TYPE_CHECKING:
    from ppp_metrics.reporting.sections import Desk

HISTORY_QUARTERS = 12


def history(desk: Desk, metric_id: str) -> dict[Period, Number]:
    """The metric's count in each of the last quarters up to the period's, oldest first; 0 where nothing happened.

    Of a year that is withheld as a whole, every quarter is. Only for metrics that count events of the period.
    """
    last = desk.period.last_quarter
    quarters = [last.shifted(at) for at in range(1 - HISTORY_QUARTERS, 1)]
    whole = desk.number(metric_id)
    is_known = "no_data" not in whole.notes
    nothing = replace(whole, value=0 if is_known else None, n=0, notes=() if is_known else ("no_data",), cell="")
    counts: dict[Period, Number] = {}
    for year in dict.fromkeys(quarter.year for quarter in quarters):
        own = [quarter for quarter in quarters if quarter.year == year]
        asked: dict[str, Any] = {"where": {"quarter": tuple(map(str, own))}, "period": Period(year)}
        by_quarter = {number.keys[0]: number for number in desk.numbers(metric_id, "quarter", **asked)}
        if not desk.is_broken_down(metric_id, "quarter", **asked):
            by_quarter = dict.fromkeys(map(str, own), replace(nothing, value=None, n=None, notes=("suppressed",)))
        counts |= {quarter: by_quarter.get(str(quarter), nothing) for quarter in own}
    return counts
