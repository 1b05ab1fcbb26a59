"""Rates of many groups, each drawn towards that of all as far as chance may have made it differ.

Beta-binomial empirical Bayes: a group's own rate p comes from Beta(alpha, beta), its successes from Binomial(n, p).
Efron & Morris 1975; Casella 1985; Gelman et al., Bayesian Data Analysis, 2013, chapter 5. Neither scipy nor
statsmodels fits it: the likelihood is written out here, and scipy maximises it.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from ppp_metrics.metrics.estimators import CONFIDENCE

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import ArrayLike, NDArray

    Numbers = NDArray[np.float64]

PRECISIONS = (0.3, 3.0, 30.0, 300.0, 3_000.0)
"""Where the search for the prior's precision alpha + beta starts."""


@dataclass(frozen=True)
class Shrunken:
    """Each group's rate in percent (0-100), the posterior mean, with its equal-tailed 95 % interval; and the prior.

    The interval takes the prior for known (Casella 1985). It is widened to the value in the rare case that a very
    skewed posterior has its mean outside. `alpha` and `beta` are None, with a note, where the groups give no prior:

    - `no_data`: no trials. All is nan.
    - `one_theme`: one group with trials has nothing to be drawn to. All is nan.
    - `no_overdispersion`: the groups differ no more than by chance, and the likelihood rises for ever with the prior's
      precision. All get the rate of all trials together, with Jeffreys' interval for one rate (Brown, Cai & DasGupta
      2001): a prior of infinite precision would have no width, though that rate itself is not known exactly.
    - `all_or_nothing`: each group has only successes or none, and the likelihood rises as the precision falls to 0. The
      prior then has the precision of one trial and the rate of all trials as its mean.
    """

    value: Numbers
    low: Numbers
    high: Numbers
    alpha: float | None
    beta: float | None
    note: str
    posterior: tuple[Numbers, Numbers]
    """Each group's alpha and beta."""

    def chance_above_pct(self, rate_pct: float) -> Numbers:
        """Each group's posterior chance, in percent, that its rate lies above another, in percent."""
        from scipy.special import betaincc

        return 100 * betaincc(*self.posterior, min(max(rate_pct / 100, 0.0), 1.0))


def shrink(successes: ArrayLike, trials: ArrayLike) -> Shrunken:
    """The shrunken rates of groups, in percent: (alpha + successes) / (alpha + beta + trials), and their intervals.

    alpha and beta maximise the likelihood of all groups. A group without trials has the prior's mean and interval.
    Raises ValueError when successes are not between 0 and trials.
    """
    import numpy as np

    won, tried = np.asarray(successes, dtype=float), np.asarray(trials, dtype=float)
    if (won < 0).any() or (won > tried).any():
        raise ValueError("successes must lie between 0 and trials")
    all_won, all_tried = won.sum(), tried.sum()
    if (tried > 0).sum() < 2:
        nothing = np.full(won.size, np.nan)
        note = "one_theme" if all_tried else "no_data"
        return Shrunken(nothing, nothing, nothing, None, None, note, (nothing, nothing))

    overall = all_won / all_tried
    if 0 < overall < 1 and ((won == 0) | (won == tried)).all() and (tried > 1).any():
        prior: tuple[float, float] | None = (overall, 1 - overall)
        note = "all_or_nothing"
    else:
        prior = _most_likely(won, tried)
        note = "" if prior else "no_overdispersion"
    if prior is None:
        posterior = np.full(won.size, all_won + 0.5), np.full(won.size, all_tried - all_won + 0.5)
        value = np.full(won.size, overall)
    else:
        posterior = prior[0] + won, prior[1] + tried - won
        value = posterior[0] / (posterior[0] + posterior[1])
    low, high = _interval(value, posterior)
    alpha, beta = prior if prior and not note else (None, None)
    return Shrunken(100 * value, 100 * low, 100 * high, alpha, beta, note, posterior)


def _interval(value: Numbers, posterior: tuple[Numbers, Numbers]) -> tuple[Numbers, Numbers]:
    import numpy as np
    from scipy.special import betaincinv

    tail = (1 - CONFIDENCE) / 2
    return np.minimum(betaincinv(*posterior, tail), value), np.maximum(betaincinv(*posterior, 1 - tail), value)


def _most_likely(won: Numbers, tried: Numbers) -> tuple[float, float] | None:
    """The alpha and beta of greatest likelihood; None where it rises up to infinite precision."""
    import numpy as np
    from scipy.optimize import minimize, root
    from scipy.special import expit, logit, psi

    overall = won.sum() / tried.sum()
    if not 0 < overall < 1:
        return None
    lost = tried - won

    def shape(point: Numbers) -> tuple[float, float]:
        precision = np.exp(point[1])
        return float(expit(point[0]) * precision), float(expit(-point[0]) * precision)

    def slope(point: Numbers) -> Numbers:
        """By logit mean and log precision."""
        alpha, beta = shape(point)
        common = psi(alpha + beta + tried) - psi(alpha + beta)
        by_alpha = float((psi(alpha + won) - psi(alpha) - common).sum())
        by_beta = float((psi(beta + lost) - psi(beta) - common).sum())
        step = alpha * beta / (alpha + beta)
        return np.array([step * (by_alpha - by_beta), alpha * by_alpha + beta * by_beta])

    def cost(point: Numbers) -> float:
        return -_log_likelihood(*shape(point), won, tried)

    centre = logit(overall)
    bounds = [(min(centre, 0) - 7, max(centre, 0) + 7), (-7.0, 16.0)]
    starts = [np.array([centre, np.log(precision)]) for precision in PRECISIONS]
    found = [
        minimize(
            cost, start, jac=lambda point: -slope(point), bounds=bounds, method="L-BFGS-B", options={"ftol": 1e-14}
        )
        for start in starts
    ]
    best = min(found, key=lambda each: each.fun)
    chance_alone = float((won * np.log(overall) + lost * np.log1p(-overall)).sum())
    precision = float(np.exp(best.x[1]))
    rounding = 1e-9 + 1e-13 * float(tried.sum()) + 1e-14 * tried.size * precision * float(np.log1p(precision))
    if -best.fun <= chance_alone + rounding:
        return None
    # the search stops where the likelihood is flat to within its rounding; where its slope is 0 is known better
    with np.errstate(over="ignore", invalid="ignore"):
        polished = root(slope, best.x, tol=1e-13).x
    return shape(polished if np.allclose(polished, best.x, rtol=0, atol=0.1) else best.x)


def _log_likelihood(alpha: float, beta: float, won: Numbers, tried: Numbers) -> float:
    """Without the binomial coefficients, which alpha and beta do not change."""
    from scipy.special import gammaln

    own = gammaln(alpha + won) - gammaln(alpha) + gammaln(beta + tried - won) - gammaln(beta)
    return float((own - gammaln(alpha + beta + tried) + gammaln(alpha + beta)).sum())
