"""Intervals and effect sizes: pure functions over numbers, each with its formula, unit and source.

All intervals are for 95 % confidence. Nothing here imports scipy.stats, which alone takes a second: Wilson's formula is
one line, and the bootstrap needs no more than the normal distribution of the standard library. The tests hold both to
what statsmodels and scipy give.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from math import exp, lgamma, log, log1p, sqrt
from statistics import NormalDist
from typing import TYPE_CHECKING

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


def wilson(successes: int, trials: int) -> tuple[float, float]:
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


def mean(values: Numbers) -> Estimate:
    """The mean in the unit of the values, with a BCa bootstrap interval from 10 values on. Efron 1987."""
    import numpy as np

    if values.size == 0:
        return Estimate(None, note="no_data")
    sample = np.sort(values)[np.newaxis, :]
    return _with_interval(sample, lambda drawn: drawn.mean(axis=-1)[0], _means_left_out)


def median(values: Numbers) -> Estimate:
    """The median in the unit of the values, with a BCa bootstrap interval from 10 values on. Efron 1987."""
    import numpy as np

    if values.size == 0:
        return Estimate(None, note="no_data")
    sample = np.sort(values)[np.newaxis, :]
    return _with_interval(sample, lambda drawn: np.median(drawn, axis=-1)[0], _medians_left_out)


def ratio_of_means_pct(numerators: Numbers, denominators: Numbers) -> Estimate:
    """100 x mean(numerators) / mean(denominators), in percent, with a BCa bootstrap interval over pairs from 10 on.

    Efron 1987. No value (note `no_gain`) unless the denominators' mean is above 0; no interval (note `unstable`) where
    that is not beyond doubt, as no interval of the ratio would have both its ends then (Fieller 1954).
    """
    import numpy as np

    if denominators.size == 0:
        return Estimate(None, note="no_data")
    if denominators.mean() <= 0:
        return Estimate(None, note="no_gain")
    # pairs in one order, so that the order of the records changes nothing
    order = np.lexsort((denominators, numerators))
    return _with_interval(np.stack([numerators[order], denominators[order]]), _ratio_pct, _ratios_pct_left_out)


def coefficient_of_variation_pct(counts: Numbers) -> Estimate:
    """100 x sd(counts) / mean(counts), in percent, sd with n-1; no interval. Lower is steadier.

    No value for fewer than 4 counts (note `too_few`), nor when all are 0 (note `no_data`).
    """
    if counts.size < 4:
        return Estimate(None, note="too_few")
    if counts.mean() == 0:
        return Estimate(None, note="no_data")
    return Estimate(float(100 * counts.std(ddof=1) / counts.mean()))


def hedges_g_av(pre: Numbers, post: Numbers) -> Estimate:
    """Hedges' g_av of paired scores in standard deviations, with a BCa bootstrap interval over pairs from 10 pairs on.

    g_av = J (mean(post) - mean(pre)) / ((sd(pre) + sd(post)) / 2), J = 1 - 3 / (4 (n-1) - 1), sd with n-1.
    Lakens 2013; Efron 1987. Without any spread there is no value (note `no_variance`), nor for fewer than 3 pairs,
    where J is not above 0 (note `too_few`).
    """
    import numpy as np

    if pre.size < 3:
        return Estimate(None, note="too_few")

    # pairs in one order, so that the order of the records changes nothing
    order = np.lexsort((post, pre))
    return _with_interval(np.stack([pre[order], post[order]]), _g_av, _g_av_left_out)


def _with_interval(sample: Numbers, statistic: Statistic, left_out: Statistic) -> Estimate:
    """The statistic of a sample (variables x units) with its BCa interval; `left_out` gives it without each unit.

    No interval (note `unstable`) where more than 2.5 % of the resamples have none: its end would lie there.
    """
    import numpy as np

    count = sample.shape[1]
    with np.errstate(divide="ignore", invalid="ignore"):
        value = float(statistic(sample))
        if not np.isfinite(value):
            return Estimate(None, note="no_variance")
        if count < MIN_N:
            return Estimate(value)
        if np.ptp(sample, axis=1).max() == 0:
            return Estimate(value, note="no_variance")
        drawn = _resampled(sample, statistic)
        without = left_out(sample)
    # a resample may consist of one unit again and again, and then has no spread to divide by
    possible = np.isfinite(drawn)
    if possible.mean() < 0.5 + CONFIDENCE / 2:
        return Estimate(value, note="unstable")
    interval = _bca(value, drawn[possible], without[np.isfinite(without)])
    return Estimate(value, *interval) if interval else Estimate(value, note="no_variance")


def _resampled(sample: Numbers, statistic: Statistic) -> Numbers:
    """The statistic of 2,000 resamples of the units, the same each time; never more than some 80 MB at once."""
    import numpy as np

    generator = np.random.default_rng(SEED)
    count = sample.shape[1]
    at_once = max(1, 2_500_000 // count)
    parts = []
    for start in range(0, RESAMPLES, at_once):
        chosen = generator.integers(0, count, (min(at_once, RESAMPLES - start), count))
        parts.append(statistic(sample[:, chosen]))
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


def _means_left_out(sample: Numbers) -> Numbers:
    values = sample[0]
    return (values.sum() - values) / (values.size - 1)


def _medians_left_out(sample: Numbers) -> Numbers:
    """The median without each value in turn: only the middle of the sorted values can move."""
    import numpy as np

    values = sample[0]
    left_out = np.arange(values.size)
    # what stands at a rank without one value is what stood there, or one further for ranks at or after its own
    lower, upper = (rank + (rank >= left_out) for rank in ((values.size - 2) // 2, (values.size - 1) // 2))
    return (values[lower] + values[upper]) / 2


def _ratio_pct(drawn: Numbers) -> Numbers:
    numerator, denominator = drawn.mean(axis=-1)
    return _quotient_pct(numerator, denominator)


def _ratios_pct_left_out(sample: Numbers) -> Numbers:
    numerator, denominator = sample.sum(axis=1, keepdims=True) - sample
    return _quotient_pct(numerator, denominator)


def _quotient_pct(numerator: Numbers, denominator: Numbers) -> Numbers:
    import numpy as np

    return np.where(denominator > 0, 100 * numerator / denominator, np.nan)


def _g_av(drawn: Numbers) -> Numbers:
    import numpy as np

    pre, post = drawn
    count = drawn.shape[-1]
    spread = (pre.std(axis=-1, ddof=1) + post.std(axis=-1, ddof=1)) / 2
    return np.where(spread > 1e-9, _correction(count) * (post.mean(axis=-1) - pre.mean(axis=-1)) / spread, np.nan)


def _g_av_left_out(sample: Numbers) -> Numbers:
    """g_av without each pair in turn, from the moments: leaving out n times would cost n² steps."""
    import numpy as np

    count = sample.shape[1]
    centred = sample - sample.mean(axis=1, keepdims=True)
    means = -centred / (count - 1)
    squares = (centred**2).sum(axis=1, keepdims=True) - centred**2 - (count - 1) * means**2
    deviations = np.sqrt(np.maximum(squares, 0) / (count - 2))
    spread = deviations.mean(axis=0)
    difference = (sample.mean(axis=1, keepdims=True) + means)[1] - (sample.mean(axis=1, keepdims=True) + means)[0]
    return np.where(spread > 1e-9, _correction(count - 1) * difference / spread, np.nan)


def _correction(count: int) -> float:
    """Hedges' correction for small samples, J."""
    return 1 - 3 / (4 * (count - 1) - 1)


ESTIMATORS: dict[str, Callable[..., Estimate]] = {
    "mean": mean,
    "median": median,
    "ratio_of_means_pct": ratio_of_means_pct,
    "coefficient_of_variation_pct": coefficient_of_variation_pct,
    "hedges_g_av": hedges_g_av,
}
"""What a metric may name as its estimator, apart from counts, rates and ratios, which are SQL."""
