"""How soon something happens when something else may come first: the Aalen-Johansen cumulative incidence.

From an event table, a row a day however many units there are, so that ties stay what they are. lifelines moves tied
events at random, and lifelines and statsmodels have the variance of the delta method, not Aalen's: the incidence is
held to theirs, the variance to its formula written out (tests/test_survival.py).
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from math import inf
from typing import TYPE_CHECKING

from ppp_metrics.metrics.estimators import Estimate, Z

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import ArrayLike, NDArray

    Numbers = NDArray[np.float64]

TOLERANCE = 1e-9
"""By how much a sum of floats may miss a share that it reaches: 5 of 10 one by one are a half."""


@dataclass(frozen=True)
class Incidence:
    """A cumulative incidence curve: on each of `days`, and until the next, shares between 0 and 1.

    `low` and `high` limit each day's share with 95 % confidence on the log(-log) scale: I^exp(±z se / (I |log I|)), z
    1.96 (Kalbfleisch & Prentice 2002). Where I is 0 or 1 that scale has no limits: they are nan.
    """

    days: Numbers
    at_risk: Numbers
    events: Numbers
    incidence: Numbers
    variance: Numbers
    low: Numbers
    high: Numbers
    ends_known: bool
    """Whether the last day's share holds for ever: all who were left had the event or the competing one."""
    followed_days: float = inf
    """The last day of which the curve says anything."""

    def until(self, day: float) -> Incidence:
        """The curve up to a day, which is nan where it says nothing of any: too few were followed for longer."""
        return replace(self, followed_days=day)

    def at(self, day: float) -> Estimate:
        """The share that had the event by the end of a day, in percent (0-100), with its interval.

        None with note `no_data` when there is nobody, `not_followed` for a day after `followed_days`, or after the last
        one on which anybody was followed, unless everything had happened by then. No interval at 0 and 100 (see the
        class).
        """
        import numpy as np

        if not self.days.size:
            return Estimate(None, note="no_data")
        if not day <= self.followed_days or (day > self.days[-1] and not self.ends_known):
            return Estimate(None, note="not_followed")
        index = int(np.searchsorted(self.days, day, side="right")) - 1
        if index < 0:
            return Estimate(0.0)
        low, high = float(self.low[index]), float(self.high[index])
        share = 100 * float(self.incidence[index])
        return Estimate(share) if np.isnan(low) else Estimate(share, 100 * low, 100 * high)

    def at_risk_on(self, day: float) -> int:
        """The number of units that could still have either event on a day: those censored on it, too."""
        import numpy as np

        index = int(np.searchsorted(self.days, day, side="left"))
        return int(self.at_risk[index]) if index < self.days.size else 0

    def quantile(self, share: float) -> Estimate:
        """The first day by which a share (above 0, at most 1) of all units had the event, in days, with its interval.

        `low` is the first day on which the upper limit of the curve reaches the share, `high` the first on which the
        lower limit does: the days that the curve's interval does not rule out (Brookmeyer & Crowley 1982). None where
        it never does. Without value the note is `not_reached` (`low` may still be known), or `no_data` for nobody.
        """
        if not self.days.size:
            return Estimate(None, note="no_data")
        value = self._first_day(self.incidence, share)
        note = "not_reached" if value is None else ""
        return Estimate(value, self._first_day(self.high, share), self._first_day(self.low, share), note)

    def _first_day(self, curve: Numbers, share: float) -> float | None:
        reached = curve >= share - TOLERANCE
        return float(self.days[reached.argmax()]) if reached.any() else None


def cumulative_incidence(days: ArrayLike, events: ArrayLike, competing: ArrayLike, censored: ArrayLike) -> Incidence:
    """The cumulative incidence of an event, as shares 0-1, from the units that left on each day and why.

    Days are counted from 0, where everybody is at risk, and ascend. Who is censored on a day is at risk on it. With d
    events and e competing ones of n at risk: I(t) = sum of S(j-) d/n over days j <= t, S(t) = product of 1 - (d + e)/n.
    Aalen & Johansen 1978.

    The variance is Aalen's, corrected for ties: with all m = d + e events of a day, the sum over days j <= t of
    (I(t) - I(j))² m / ((n-1) (n-m)) + S(j-)² d (n-d) / (n² (n-1)) - 2 (I(t) - I(j)) S(j-) d / (n (n-1)). Aalen 1978;
    Pintilie, Competing Risks, 2006. SAS and R's cmprsk have it too, but take the two kinds of event of one day for
    independent, which can make it negative; here a day's events are a draw without replacement from those at risk. On
    one day without censoring it is that of a share from a sample, p (1-p) / (n-1).

    Raises ValueError when days do not ascend from 0 or a count is negative.
    """
    import numpy as np

    table = np.array([days, events, competing, censored], dtype=float)
    if (table < 0).any() or (np.diff(table[0]) <= 0).any():
        raise ValueError("days must ascend from 0 and counts must not be negative")
    day, event, other, left = table[:, table[1:].any(axis=0)]
    removed = event + other + left
    at_risk = removed[::-1].cumsum()[::-1]
    hazard = event / at_risk
    survival = np.cumprod((at_risk - event - other) / at_risk)
    before = np.concatenate([[1.0], survival[:-1]]) if day.size else survival
    incidence = np.minimum(np.cumsum(before * hazard), 1.0)
    ends_known = bool(day.size and survival[-1] == 0)
    if ends_known and not other.any():
        incidence[-1] = 1.0
    variance = _variance(at_risk, event, event + other, before)
    low, high = _limits(incidence, variance)
    return Incidence(day, at_risk, event, incidence, variance, low, high, ends_known)


def _variance(at_risk: Numbers, events: Numbers, ended: Numbers, before: Numbers) -> Numbers:
    """Aalen's variance day by day: one pass over the sums that the formula has for each day."""
    import numpy as np

    def up_to_yesterday(terms: Numbers) -> Numbers:
        return np.cumsum(terms) - terms

    def share(part: Numbers, whole: Numbers) -> Numbers:
        # after a day on which nobody stays, and of one unit alone, there is nothing that would vary
        return np.divide(part, whole, out=np.zeros_like(part), where=whole > 0)

    stayed, others = at_risk - ended, at_risk - 1
    step = before * events / at_risk
    spread = events * (at_risk - events)
    of_all = up_to_yesterday(share(ended, others * stayed))
    shared = up_to_yesterday(share(before * events, at_risk * others))
    own = share(before**2 * spread, at_risk**2 * others)
    weighted = up_to_yesterday(step * of_all)
    return np.maximum(np.cumsum(2 * step * weighted + step**2 * of_all + own - 2 * step * shared), 0.0)


def _limits(incidence: Numbers, variance: Numbers) -> tuple[Numbers, Numbers]:
    import numpy as np

    low, high = np.full((2, incidence.size), np.nan)
    inside = (incidence > 0) & (incidence < 1 - 1e-12) & (variance > 0)
    share = incidence[inside]
    reach = Z * np.sqrt(variance[inside]) / (share * -np.log(share))
    low[inside], high[inside] = share ** np.exp(reach), share ** np.exp(-reach)
    return low, high
