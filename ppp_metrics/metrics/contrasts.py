"""Differences between two estimates, and whether groups differ at all: pure functions, with formula and source.

All intervals are for 95 % confidence, all chances between 0 and 1. Two intervals that overlap say nothing: a difference
has an interval of its own. The tests hold these to what statsmodels and scipy give.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from math import sqrt
from typing import TYPE_CHECKING

from ppp_metrics.metrics.estimators import CONFIDENCE, NORMAL, RESAMPLES, SEED, Estimate, Z

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

    Numbers = NDArray[np.float64]
    Weighted = Callable[[Numbers, Numbers], Numbers]
    """A statistic for each of several sets of weights (sets x rows) of rows (variables x rows)."""

SIGNIFICANT = 1 - CONFIDENCE
LEAST_EXPECTED = 5
"""Where fewer than this are expected in a cell, the chi-square distribution does not hold (Cochran 1954)."""

Row = Sequence[float]


def difference(one: Estimate, other: Estimate) -> Estimate:
    """One minus the other, in their unit, with its interval if both have one; no value if either has none.

    low = d - √((one - low_one)² + (high_other - other)²), high = d + √((high_one - one)² + (other - low_other)²).
    Of two shares with Wilson's intervals it is Newcombe's method 10 (Statistics in Medicine 17, 1998, 873-890). It
    holds for any two independent estimates with intervals (MOVER: Zou & Donner, Statistics in Medicine 27, 2008,
    1693-1702). Where the two rise and fall together, as with windows that share quarters, the true one is narrower.
    """
    if one.value is None or other.value is None:
        return Estimate(None)
    value = one.value - other.value
    if one.low is None or one.high is None or other.low is None or other.high is None:
        return Estimate(value)
    return Estimate(
        value,
        value - sqrt((one.value - one.low) ** 2 + (other.high - other.value) ** 2),
        value + sqrt((one.high - one.value) ** 2 + (other.value - other.low) ** 2),
    )


def exactly(value: float) -> Estimate:
    """A value without error, such as a target."""
    return Estimate(value, value, value)


def chance_of(found: Estimate) -> float | None:
    """The chance of a difference at least as far from 0 where there is none; None without an interval.

    2 Φ(-z |d| / r), with r the distance from d to the limit on the side of 0: below 0.05 where, and only where, 0 lies
    outside the interval (Altman & Bland, BMJ 343, 2011, d2304, with the half of the interval that reaches to 0).
    """
    if found.value is None or found.low is None or found.high is None:
        return None
    if found.value == 0:
        return 1.0
    reach = found.value - found.low if found.value > 0 else found.high - found.value
    return 2 * NORMAL.cdf(-Z * abs(found.value) / reach) if reach > 0 else 0.0


def holm(chances: Sequence[float | None], comparisons: int | None = None) -> list[float | None]:
    """The chances adjusted for how many there are (or `comparisons`), so that in 95 of 100 tables none is a fluke.

    The i-th smallest of m times m - i + 1, never less than the one before. Holm, Scand. J. Statistics 6, 1979, 65-70.
    """
    known = sorted((chance, at) for at, chance in enumerate(chances) if chance is not None)
    total = len(known) if comparisons is None else comparisons
    adjusted: list[float | None] = [None] * len(chances)
    so_far = 0.0
    for rank, (chance, at) in enumerate(known):
        so_far = max(so_far, min(1.0, max(1, total - rank) * chance))
        adjusted[at] = so_far
    return adjusted


def effective_trials(share: Estimate) -> float:
    """Of how many independent units Wilson's interval of this share would be as wide; in percent (0-100), with limits.

    The interval of units that come in clusters is Wilson's for fewer of them. With half width w and u = 1/n it solves
    u² (w² z² - z²/4) + u (2 w² - p (1-p)) + w²/z² = 0.
    """
    rate, half = (share.value or 0) / 100, ((share.high or 0) - (share.low or 0)) / 200
    a, b, c = half**2 * Z**2 - Z**2 / 4, 2 * half**2 - rate * (1 - rate), half**2 / Z**2
    return 2 * a / (-b - sqrt(b**2 - 4 * a * c))


def homogeneity(shares: Sequence[Estimate]) -> float | None:
    """The chance that shares of one rate differ together as much as these, or more; None for fewer than two.

    Pearson's chi-square with k - 1 degrees of freedom, of as many units as each interval tells (`effective_trials`).
    Where fewer than 5 are expected somewhere, its permutation: the hits are dealt out again 2,000 times, with a fixed
    seed. Only shares with an interval count.
    """
    import numpy as np

    known = [share for share in shares if share.value is not None and (share.low or 0) < (share.high or 0)]
    if len(known) < 2:
        return None
    trials = np.array([effective_trials(share) for share in known])
    hits = trials * np.array([share.value for share in known]) / 100
    rate = hits.sum() / trials.sum()
    if trials.min() * min(rate, 1 - rate) < LEAST_EXPECTED:
        return _permuted(hits.round().astype(int), trials.round().astype(int))
    from scipy.special import gammaincc

    return float(gammaincc((len(known) - 1) / 2, _chi_square(hits, trials) / 2))


def _permuted(hits: NDArray[np.int64], trials: NDArray[np.int64]) -> float:
    import numpy as np

    if not 0 < hits.sum() < trials.sum():
        return 1.0
    # in one order, so that the order of the groups changes nothing
    order = np.lexsort((hits, trials))
    generator = np.random.default_rng(SEED)
    dealt = generator.multivariate_hypergeometric(trials[order], int(hits.sum()), RESAMPLES, method="marginals")
    found = _chi_square(hits, trials)
    return float((1 + (_chi_square(dealt, trials[order]) >= found * (1 - 1e-9)).sum()) / (1 + RESAMPLES))


def _chi_square(hits: NDArray, trials: NDArray) -> NDArray:
    rate = hits.sum(axis=-1, keepdims=True) / trials.sum()
    return ((hits - trials * rate) ** 2 / (trials * rate * (1 - rate))).sum(axis=-1)


def resampled_difference(estimator: str, units: Iterable[tuple[Sequence[Row], Sequence[Row]]]) -> Estimate:
    """An estimator's difference between two sides, with its percentile bootstrap interval over units.

    Each unit, such as a person, brings its rows to one side, or to both: it is drawn with all of them, so that whoever
    is measured on both sides counts as one. Efron & Tibshirani, An Introduction to the Bootstrap, 1993, chapter 13. No
    interval (note `unstable`) where more than 2.5 % of the resamples have no difference.
    """
    import numpy as np

    statistic = WEIGHTED[estimator]
    # in the order of what they hold, so that neither the order of the records nor the names of people change anything
    ordered = sorted((sorted(map(tuple, one)), sorted(map(tuple, other))) for one, other in units)
    sides = [_side([unit[side] for unit in ordered]) for side in (0, 1)]

    def differ(weights: Numbers) -> Numbers:
        with np.errstate(divide="ignore", invalid="ignore"):
            first, second = (statistic(weights[:, owners], values) for values, owners in sides)
        return first - second

    value = float(differ(np.ones((1, len(ordered))))[0])
    generator = np.random.default_rng(SEED)
    at_once = max(1, 2_500_000 // max(1, *(owners.size for _, owners in sides)))
    parts = []
    for start in range(0, RESAMPLES, at_once):
        size = (min(at_once, RESAMPLES - start), len(ordered))
        drawn = generator.integers(0, len(ordered), size) + len(ordered) * np.arange(size[0])[:, np.newaxis]
        parts.append(differ(np.bincount(drawn.ravel(), minlength=size[0] * size[1]).reshape(size).astype(float)))
    found = np.concatenate(parts)
    possible = np.isfinite(found)
    if not np.isfinite(value):
        return Estimate(None)
    if possible.mean() < 0.5 + CONFIDENCE / 2:
        return Estimate(value, note="unstable")
    low, high = np.quantile(found[possible], [SIGNIFICANT / 2, 1 - SIGNIFICANT / 2])
    return Estimate(value, min(float(low), value), max(float(high), value))


def _side(rows: Sequence[Sequence[Row]]) -> tuple[Numbers, NDArray[np.int64]]:
    """The rows of all units (variables x rows), and of which unit each is."""
    import numpy as np

    owners = np.array([at for at, own in enumerate(rows) for _ in own], dtype=int)
    return np.array([row for own in rows for row in own], dtype=float).T, owners


def _mean(weights: Numbers, values: Numbers) -> Numbers:
    return (weights @ values.T)[:, 0] / weights.sum(axis=1)


def _median(weights: Numbers, values: Numbers) -> Numbers:
    import numpy as np

    order = values[0].argsort(kind="stable")
    upto = weights[:, order].cumsum(axis=1)
    count = upto[:, -1:]
    # what stands at a rank is the first value up to which more than so many are counted
    ranks = [(upto <= rank).sum(axis=1) for rank in ((count - 1) // 2, count // 2)]
    ordered = np.append(values[0][order], np.nan)
    return (ordered[ranks[0]] + ordered[ranks[1]]) / 2


def _ratio_of_means_pct(weights: Numbers, values: Numbers) -> Numbers:
    import numpy as np

    numerator, denominator = (weights @ values.T).T
    return np.where(denominator > 0, 100 * numerator / denominator, np.nan)


def _hedges_g_av(weights: Numbers, values: Numbers) -> Numbers:
    import numpy as np

    count = weights.sum(axis=1)
    centred = values - values.mean(axis=1, keepdims=True)
    means = (weights @ centred.T).T / count
    squares = (weights @ (centred**2).T).T - count * means**2
    spread = np.sqrt(np.maximum(squares, 0) / (count - 1)).mean(axis=0)
    gain = (weights @ (values[1] - values[0])) / count
    return np.where(spread > 1e-9, (1 - 3 / (4 * (count - 1) - 1)) * gain / spread, np.nan)


WEIGHTED: dict[str, Weighted] = {
    "mean": _mean,
    "median": _median,
    "ratio_of_means_pct": _ratio_of_means_pct,
    "hedges_g_av": _hedges_g_av,
}
"""The estimators of `estimators.ESTIMATORS` that have an interval, each row counted so many times."""
