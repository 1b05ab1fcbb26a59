"""Intervals and effect sizes: pure functions over numbers, each with its formula, unit and source.

All intervals are for 95 % confidence. Nothing here imports scipy.stats, which alone takes a second: Wilson's formula is
one line, and the bootstrap needs no more than the normal distribution of the standard library. The tests hold both to
what statsmodels and scipy give.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from functools import partial
from math import exp, lgamma, log, log1p, sqrt
from statistics import NormalDist
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

    Numbers = NDArray[np.float64]
    Statistic = Callable[..., Numbers]

CONFIDENCE = 0.95
RESAMPLES = 2_000
SEED = 20_260_101
MIN_N = 10
"""An estimate over fewer units than this has no interval."""

NORMAL = NormalDist()
Z = NORMAL.inv_cdf(0.5 + CONFIDENCE / 2)


@dataclass(frozen=True)
class Estimate:
    """A value and its interval in one unit; None where it cannot be estimated, with the reason in `note`."""

    value: float | None
    low: float | None = None
    high: float | None = None
    note: str = ""


def wilson(successes: float, trials: float) -> tuple[float, float]:
    """The interval of a proportion, in percent (0-100); trials > 0.

    (p + z²/2n ± z √(p(1-p)/n + z²/4n²)) / (1 + z²/n), without continuity correction. Wilson 1927; Newcombe 1998.
    """
    share = successes / trials
    centre = share + Z**2 / (2 * trials)
    reach = Z * sqrt(share * (1 - share) / trials + Z**2 / (4 * trials**2))
    scale = 100 / (1 + Z**2 / trials)
    # the formula gives exactly 0 and 100 there, its rounding does not
    low = 0.0 if successes == 0 else (centre - reach) * scale
    high = 100.0 if successes == trials else (centre + reach) * scale
    return low, high


def control_limits(rate_pct: float, trials: int, coverage_pct: float) -> tuple[float, float]:
    """Between what shares, in percent (0-100), so many units of one rate lie by chance, with a probability.

    With r the least whole number for which P(R <= r) >= p, R being binomial, a limit is (r - a) / n, where
    a = (P(R <= r) - p) / P(R = r) goes back from r towards r - 1. The lower limit has as p half of what `coverage_pct`
    leaves, the upper one the rest.
    For a funnel plot: Spiegelhalter, Statistics in Medicine 24, 2005, 1185-1202, appendix A.1.1. trials > 0.
    """
    share = rate_pct / 100
    if share in (0, 1):
        return rate_pct, rate_pct
    tail = (1 - coverage_pct / 100) / 2
    # what lies further from the mean adds nothing that a float could hold
    reach = 10 * sqrt(trials * share * (1 - share)) + 10
    found: list[float] = []
    below = 0.0
    for count in range(max(0, int(trials * share - reach)), trials + 1):
        log_ways = lgamma(trials + 1) - lgamma(count + 1) - lgamma(trials - count + 1)
        chance = exp(log_ways + count * log(share) + (trials - count) * log1p(-share))
        below += chance
        while len(found) < 2 and below >= (tail, 1 - tail)[len(found)]:
            back = (below - (tail, 1 - tail)[len(found)]) / chance
            found.append(100 * (count - back) / trials)
        if len(found) == 2:
            break
    low, high = [*found, *[100.0] * (2 - len(found))]
    return max(0.0, low), min(100.0, max(0.0, high))


def mean(values: Numbers, people: NDArray[Any] | None = None) -> Estimate:
    """The mean in the unit of the values, with a BCa bootstrap interval from 10 people on. Efron 1987.

    `people` says whose each value is, by any number; without, each is somebody else's.
    """
    if values.size == 0:
        return Estimate(None, note="no_data")
    return _over_people(_sums(people, values), _mean)


def median(values: Numbers) -> Estimate:
    """The median in the unit of the values, with a BCa bootstrap interval from 10 values on. Efron 1987."""
    import numpy as np

    if values.size == 0:
        return Estimate(None, note="no_data")
    ordered = np.sort(values)
    if np.ptp(ordered) == 0:
        return Estimate(float(ordered[0]), note="no_variance" if values.size >= MIN_N else "")
    return _with_interval(
        float(np.median(ordered)),
        values.size,
        lambda drawn: np.median(ordered[drawn], axis=-1),
        lambda: _medians_left_out(ordered),
    )


def ratio_of_means_pct(numerators: Numbers, denominators: Numbers, people: NDArray[Any] | None = None) -> Estimate:
    """100 x mean(numerators) / mean(denominators), in percent, with a BCa bootstrap interval from 10 people on.

    Efron 1987; `people` as for `mean`. No value (note `no_gain`) unless the denominators' mean is above 0 beyond doubt:
    where its interval holds 0, no interval of the ratio would have both its ends (Fieller 1954).
    """
    if denominators.size == 0:
        return Estimate(None, note="no_data")
    whole = mean(denominators, people)
    if (whole.value if whole.low is None else whole.low) <= 0:  # type: ignore[operator]
        return Estimate(None, note="no_gain")
    return _over_people(_sums(people, numerators, denominators), _ratio_pct)


def coefficient_of_variation_pct(counts: Numbers) -> Estimate:
    """100 x sd(counts) / mean(counts), in percent, sd with n-1; no interval. Lower is steadier.

    No value for fewer than 4 counts (note `too_few`), nor when all are 0 (note `no_data`).
    """
    if counts.size < 4:
        return Estimate(None, note="too_few")
    if counts.mean() == 0:
        return Estimate(None, note="no_data")
    return Estimate(float(100 * counts.std(ddof=1) / counts.mean()))


def hedges_g_av(pre: Numbers, post: Numbers, people: NDArray[Any] | None = None) -> Estimate:
    """Hedges' g_av of paired scores in standard deviations, with a BCa bootstrap interval from 10 people on.

    g_av = J (mean(post) - mean(pre)) / ((sd(pre) + sd(post)) / 2), J = 1 - 3 / (4 (n-1) - 1), sd over pairs with their
    number less 1, n the number of `people` (as for `mean`). Lakens 2013; Efron 1987. Without any spread there is no
    value (note `no_variance`), nor for fewer than 3 people, where J is not above 0 (note `too_few`).
    """
    import numpy as np

    middles = [float(np.sort(each).mean()) if each.size else 0.0 for each in (pre, post)]
    centred = [each - middle for each, middle in zip((pre, post), middles, strict=True)]
    sums = _sums(people, *centred, *(each**2 for each in centred))
    if sums.shape[1] < 3:
        return Estimate(None, note="too_few")
    return _over_people(sums, partial(_g_av, middles[1] - middles[0]))


def _sums(people: NDArray[Any] | None, *values: Numbers) -> Numbers:
    """A column a person: 1, the number of their values, and the sum of each of these.

    In one order, whatever the people are called and however the values are stored.
    """
    import numpy as np

    order = np.lexsort(values[::-1])
    owners = order if people is None else np.unique(people, return_inverse=True)[1][order]
    counts = np.bincount(owners).astype(float)
    sums = [np.bincount(owners, each[order]) for each in values]
    found = np.stack([np.ones_like(counts), counts, *sums])
    return found[:, np.lexsort((counts, *sums[::-1]))]


def _over_people(sums: Numbers, statistic: Statistic) -> Estimate:
    """What a statistic of the totals says, with the interval of drawing people, each with all their values."""
    import numpy as np

    totals = sums.sum(axis=1)
    with np.errstate(divide="ignore", invalid="ignore"):
        value = float(statistic(totals))
        if not np.isfinite(value):
            return Estimate(None, note="no_variance")
        without = statistic(totals[:, np.newaxis] - sums)
        if sums.shape[1] >= MIN_N and np.ptp(without) <= 1e-9 * max(1.0, abs(value)):
            return Estimate(value, note="no_variance")
        return _with_interval(
            value,
            sums.shape[1],
            lambda drawn: statistic(np.stack([each[drawn].sum(axis=-1) for each in sums])),
            lambda: without,
        )


def _with_interval(
    value: float, units: int, statistic: Callable[[NDArray[np.int64]], Numbers], left_out: Callable[[], Numbers]
) -> Estimate:
    """The value with its BCa interval: the `statistic` of units drawn again and again, `left_out` without each of them.

    No interval (note `unstable`) where more than 2.5 % of the resamples have none: its end would lie there.
    """
    import numpy as np

    if units < MIN_N:
        return Estimate(value)
    drawn, without = _resampled(units, statistic), left_out()
    # a resample may consist of one unit again and again, and then has no spread to divide by
    possible = np.isfinite(drawn)
    if possible.mean() < 0.5 + CONFIDENCE / 2:
        return Estimate(value, note="unstable")
    interval = _bca(value, drawn[possible], without[np.isfinite(without)])
    return Estimate(value, *interval) if interval else Estimate(value, note="no_variance")


def _resampled(units: int, statistic: Callable[[NDArray[np.int64]], Numbers]) -> Numbers:
    """The statistic of 2,000 resamples of the units, the same each time; never more than some 80 MB at once."""
    import numpy as np

    generator = np.random.default_rng(SEED)
    at_once = max(1, 2_500_000 // units)
    parts = []
    for start in range(0, RESAMPLES, at_once):
        parts.append(statistic(generator.integers(0, units, (min(at_once, RESAMPLES - start), units))))
    return np.concatenate(parts)


def _bca(value: float, drawn: Numbers, without: Numbers) -> tuple[float, float] | None:
    """Bias-corrected and accelerated percentiles of the resampled statistics; None where they do not vary."""
    import numpy as np

    below = ((drawn < value).mean() + (drawn <= value).mean()) / 2
    deviations = without.mean() - without
    spread = (deviations**2).sum()
    if not 0 < below < 1:
        return None
    bias = NORMAL.inv_cdf(float(below))
    # leaving one unit out may change nothing, as with a median among equal values: then nothing accelerates
    is_steady = spread <= 1e-24 * max(1.0, value**2)
    acceleration = 0.0 if is_steady else float((deviations**3).sum() / (6 * spread**1.5))
    levels = []
    for z in (-Z, Z):
        shifted = bias + z
        levels.append(NORMAL.cdf(bias + shifted / (1 - acceleration * shifted)))
    low, high = np.quantile(drawn, levels)
    return float(low), float(high)


def _medians_left_out(values: Numbers) -> Numbers:
    """The median without each value in turn: only the middle of the sorted values can move."""
    import numpy as np

    left_out = np.arange(values.size)
    # what stands at a rank without one value is what stood there, or one further for ranks at or after its own
    lower, upper = (rank + (rank >= left_out) for rank in ((values.size - 2) // 2, (values.size - 1) // 2))
    return (values[lower] + values[upper]) / 2


def _mean(totals: Numbers) -> Numbers:
    return totals[2] / totals[1]


def _ratio_pct(totals: Numbers) -> Numbers:
    import numpy as np

    return np.where(totals[3] > 0, 100 * totals[2] / totals[3], np.nan)


def _g_av(gain: float, totals: Numbers) -> Numbers:
    """g_av from sums of centred scores and their squares; `gain` is the difference of what they were centred on."""
    import numpy as np

    people, pairs = totals[:2]
    means, squares = totals[2:4] / pairs, totals[4:6]
    deviations = squares - pairs * means**2
    # of equal scores rounding may leave a little
    spread = np.sqrt(np.where(deviations > 1e-12 * squares, deviations, 0) / (pairs - 1)).mean(axis=0)
    correction = 1 - 3 / (4 * (people - 1) - 1)
    return np.where(spread > 1e-9, correction * (gain + means[1] - means[0]) / spread, np.nan)


ESTIMATORS: dict[str, Callable[..., Estimate]] = {
    "mean": mean,
    "median": median,
    "ratio_of_means_pct": ratio_of_means_pct,
    "coefficient_of_variation_pct": coefficient_of_variation_pct,
    "hedges_g_av": hedges_g_av,
}
"""What a metric may name as its estimator, apart from counts, rates and ratios, which are SQL."""
