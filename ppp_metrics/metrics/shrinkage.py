"""Rates of many groups, each drawn towards that of all as far as chance may have made it differ.

A group's own rate comes from Beta(alpha, beta), its successes from Binomial(n, rate), and alpha and beta are not known:
Gelman et al., Bayesian Data Analysis, 2013, chapter 5. Taking them for known, as empirical Bayes does, gives intervals
that miss one rate in five (docs/decisions/0023). The likelihood and the mixture are written out here, as neither scipy
nor statsmodels has them.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property
from typing import TYPE_CHECKING

from ppp_metrics.metrics.estimators import CONFIDENCE

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import ArrayLike, NDArray

    Numbers = NDArray[np.float64]

FEWEST = 5
"""Fewer groups than this do not tell how far groups differ: they are not drawn to each other."""
STEPS = 12
"""How many between-group standard deviations stand for all."""
ROUNDS = 3
"""How often these are chosen anew, each time where the likelihood of those before lay."""
REACH = 3
"""How many standard errors around its centre the mean of all groups is looked for, one step each."""
NEGLIGIBLE = 1e-4
"""A prior this much less likely than the likeliest is left out."""
ACCURACY = 1e-6


@dataclass(frozen=True)
class Shrunken:
    """Each group's rate in percent (0-100), the posterior mean, with its equal-tailed 95 % interval.

    The interval is widened to the value in the rare case that a very skewed posterior has its mean outside. All is nan,
    with a note, where fewer than five groups have trials: `few_themes`, `one_theme` or `no_data`.
    """

    value: Numbers
    low: Numbers
    high: Numbers
    note: str
    posterior: tuple[Numbers, Numbers, Numbers]
    """Each group's posterior: groups x priors, the alpha and the beta of each prior, and how likely it is."""

    def chance_above_pct(self, rate_pct: float) -> Numbers:
        """Each group's posterior chance, in percent, that its rate lies above another, in percent."""
        from scipy.special import betaincc

        if self.note:
            return self.value
        alphas, betas, weights = self.posterior
        return 100 * (betaincc(alphas, betas, min(max(rate_pct / 100, 0.0), 1.0)) @ weights)


def shrink(successes: ArrayLike, trials: ArrayLike) -> Shrunken:
    """The shrunken rates of groups, in percent, and their intervals: means and quantiles of mixtures of Betas.

    A mixture has one Beta(alpha + successes, beta + trials - successes) for each prior Beta(alpha, beta), weighted by
    the likelihood that all groups give that prior. Before them the prior's mean m is as likely anywhere between 0 and
    1, and so is the correlation within groups r = 1 / (alpha + beta + 1): the variance between groups as a share of
    m (1 - m), the most it could be (uniform shrinkage: Daniels 1999; Christiansen & Morris 1997). A group without
    trials has the mixture of the priors.

    Raises ValueError when successes are not between 0 and trials.
    """
    import numpy as np

    won, tried = np.asarray(successes, dtype=float), np.asarray(trials, dtype=float)
    if (won < 0).any() or (won > tried).any():
        raise ValueError("successes must lie between 0 and trials")
    if (tried > 0).sum() < FEWEST:
        nothing = np.full(won.size, np.nan)
        note = ("no_data", "one_theme", "few_themes")[min(int((tried > 0).sum()), 2)]
        return Shrunken(nothing, nothing, nothing, note, (nothing, nothing, nothing))
    # groups with the same counts have the same posterior
    groups, of_group = np.unique(np.stack([won, tried], axis=1), axis=0, return_inverse=True)
    won, tried = groups.T
    alphas, betas, weights = _priors(won, tried, np.bincount(of_group.ravel()).astype(float))
    mixtures = _Mixtures(alphas + won[:, np.newaxis], betas + (tried - won)[:, np.newaxis], weights)
    value, tail = mixtures.means, (1 - CONFIDENCE) / 2
    low, high = np.minimum(mixtures.quantile(tail), value), np.maximum(mixtures.quantile(1 - tail), value)
    each = of_group.ravel()
    posterior = mixtures.alphas[each], mixtures.betas[each], weights
    return Shrunken(100 * value[each], 100 * low[each], 100 * high[each], "", posterior)


@dataclass(frozen=True)
class _Mixtures:
    """A mixture of Beta distributions for each group: `alphas` and `betas` are groups x parts, all weighted alike."""

    alphas: Numbers
    betas: Numbers
    weights: Numbers

    @cached_property
    def means(self) -> Numbers:
        return self.alphas / (self.alphas + self.betas) @ self.weights

    def quantile(self, share: float) -> Numbers:
        """By Newton's steps from that of one Beta with the same mean and variance, halving where one would leave it."""
        import numpy as np
        from scipy.special import betainc, betaincinv, betaln, xlog1py, xlogy

        mean, precision = self.means, self.alphas + self.betas
        own = self.alphas / precision
        variance = (own**2 + own * (1 - own) / (precision + 1)) @ self.weights - mean**2
        like = np.maximum(mean * (1 - mean) / variance - 1, ACCURACY)
        point = np.clip(betaincinv(mean * like, (1 - mean) * like, share), 1e-300, 1 - 1e-16)
        low, high = np.zeros(mean.size), np.ones(mean.size)
        scale = betaln(self.alphas, self.betas)
        left = np.arange(mean.size)
        while left.size:
            at, alphas, betas = point[left, np.newaxis], self.alphas[left], self.betas[left]
            excess = betainc(alphas, betas, at) @ self.weights - share
            density = np.exp(xlogy(alphas - 1, at) + xlog1py(betas - 1, -at) - scale[left]) @ self.weights
            is_above = excess >= 0
            high[left] = np.where(is_above, point[left], high[left])
            low[left] = np.where(is_above, low[left], point[left])
            with np.errstate(divide="ignore", invalid="ignore", over="ignore"):
                stepped = point[left] - excess / density
            is_inside = (stepped > low[left]) & (stepped < high[left])
            following = np.where(is_inside, stepped, (low[left] + high[left]) / 2)
            moved = np.abs(following - point[left])
            point[left] = following
            left = left[moved > ACCURACY]
        return point


def _priors(won: Numbers, tried: Numbers, count: Numbers) -> tuple[Numbers, Numbers, Numbers]:
    """The alphas and betas of priors that stand for all, and how likely each is by `count` groups of each kind.

    By standard deviation between groups, as a share of the most it could be, and mean: a grid that follows the
    likelihood, so that a few points do, however many the groups and their trials.
    """
    import numpy as np
    from scipy.special import expit, logit

    some = np.maximum(tried, 1)
    steps = np.arange(-REACH, REACH + 1.0)
    nodes, shares = np.polynomial.legendre.leggauss(STEPS)
    ends = 1e-3, 1 - 1e-3
    spreads = np.geomspace(*ends, 4 * STEPS)
    widths = np.gradient(spreads)
    for remaining in reversed(range(ROUNDS)):
        precision = 1 / spreads**2 - 1
        # where the mean is for each spread, and its standard error, on the logit scale: of a weighted mean of all rates
        information = count * tried / (1 + (some - 1) * spreads[:, np.newaxis] ** 2)
        total = information.sum(axis=1)
        centre = ((information * won / some).sum(axis=1) + 0.5) / (total + 1)
        error = 1 / np.sqrt(centre * (1 - centre) * (total + 1))
        means = expit(logit(centre)[:, np.newaxis] + steps * error[:, np.newaxis])
        alphas, betas = means * precision[:, np.newaxis], (1 - means) * precision[:, np.newaxis]
        # even steps on the logit scale, which is narrower where the mean is near 0 or 1; r is the square of the spread
        measure = np.log(means * (1 - means)) + np.log(error * spreads * widths)[:, np.newaxis]
        log_weights = _log_likelihood(alphas, betas, won, tried, count) + measure
        if remaining:
            likely = np.flatnonzero(log_weights.max(axis=1) > log_weights.max() + np.log(NEGLIGIBLE))
            bounds = np.concatenate([ends[:1], spreads, ends[1:]])
            ends = bounds[likely[0]], bounds[likely[-1] + 2]
            spreads = ends[0] + (ends[1] - ends[0]) * (nodes + 1) / 2
            widths = (ends[1] - ends[0]) * shares / 2
    weights = np.exp(log_weights - log_weights.max())
    kept = weights > NEGLIGIBLE
    return alphas[kept], betas[kept], weights[kept] / weights[kept].sum()


def _log_likelihood(alphas: Numbers, betas: Numbers, won: Numbers, tried: Numbers, count: Numbers) -> Numbers:
    """Of each prior, without the binomial coefficients, which alpha and beta do not change."""
    from scipy.special import gammaln

    def rising(start: Numbers, steps: Numbers) -> Numbers:
        return gammaln(start[..., None] + steps) - gammaln(start)[..., None]

    return (rising(alphas, won) + rising(betas, tried - won) - rising(alphas + betas, tried)) @ count
