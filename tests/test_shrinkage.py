"""Shrunken rates, against posteriors by hand, a published fit, and scipy's own beta-binomial distribution."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy.optimize import minimize
from scipy.stats import beta, betabinom
from statsmodels.stats.proportion import proportion_confint

from ppp_metrics.metrics.shrinkage import shrink

# Tarone 1982, in Gelman et al., Bayesian Data Analysis, table 5.1: rats with a tumour / rats, in 70 groups.
RATS = """
0/20 0/20 0/20 0/20 0/20 0/20 0/20 0/19 0/19 0/19 0/19 0/18 0/18 0/17 1/20 1/20 1/20 1/20 1/19 1/19 1/18 1/18 2/25 2/24
2/23 2/20 2/20 2/20 2/20 2/20 2/20 1/10 5/49 2/19 5/46 3/27 2/17 7/49 7/47 3/20 3/20 2/13 9/48 10/50 4/20 4/20 4/20 4/20
4/20 4/20 4/20 10/48 4/19 4/19 4/19 5/22 11/46 12/49 5/20 5/20 6/23 5/19 6/22 6/20 6/20 6/20 16/52 15/47 15/46 9/24
"""
SICK, RATS_IN_GROUP = np.array([[int(number) for number in group.split("/")] for group in RATS.split()]).T

GROUPS = st.lists(
    st.integers(0, 60).flatmap(lambda trials: st.tuples(st.integers(0, trials), st.just(trials))),
    min_size=2,
    max_size=12,
)


def slope(prior: tuple[float, float], successes: np.ndarray, trials: np.ndarray) -> tuple[float, float]:
    """The log-likelihood's derivatives, from its form as a product: a(a+1).. b(b+1).. / (a+b)(a+b+1).."""
    one, other = prior
    common = sum((1 / (one + other + np.arange(each))).sum() for each in trials)
    by_one = sum((1 / (one + np.arange(each))).sum() for each in successes)
    by_other = sum((1 / (other + np.arange(each))).sum() for each in trials - successes)
    return by_one - common, by_other - common


# --- the prior --------------------------------------------------------------------------------------------------------


def test_the_prior_of_the_rat_tumours_is_the_published_one() -> None:
    # Beta(2.30, 14.08) by maximum likelihood: the vignette of R's BayesGOF. The book's 1.4 and 8.6 are by moments.
    fitted = shrink(SICK, RATS_IN_GROUP)
    assert (fitted.alpha, fitted.beta) == pytest.approx((2.304768, 14.079707), abs=2e-4)


def test_the_prior_is_where_scipys_likelihood_is_greatest() -> None:
    fitted = shrink(SICK, RATS_IN_GROUP)

    def likelihood(one: np.ndarray, other: np.ndarray) -> np.ndarray:
        return betabinom.logpmf(SICK, RATS_IN_GROUP, one[..., np.newaxis], other[..., np.newaxis]).sum(axis=-1)

    greatest = likelihood(np.array(fitted.alpha), np.array(fitted.beta))
    grid = np.meshgrid(np.geomspace(0.05, 500, 60), np.geomspace(0.05, 500, 60))
    assert greatest > likelihood(*grid).max()
    another = minimize(lambda logs: -likelihood(*np.exp(logs)), [0.0, 0.0], method="Nelder-Mead", tol=1e-10)
    assert np.exp(another.x) == pytest.approx([fitted.alpha, fitted.beta], rel=1e-5)
    assert slope((fitted.alpha, fitted.beta), SICK, RATS_IN_GROUP) == pytest.approx((0, 0), abs=1e-9)  # type: ignore[arg-type]


@pytest.mark.parametrize("precision", [2, 40, 3_000])
@pytest.mark.parametrize("size", [20, 1_000_000])
def test_the_likelihood_is_flat_at_the_prior_of_groups_of_any_size(precision: int, size: int) -> None:
    drawn = np.random.default_rng(precision + size)
    trials = drawn.integers(size // 2, size, 25)
    successes = drawn.binomial(trials, drawn.beta(0.3 * precision, 0.7 * precision, 25))
    fitted = shrink(successes, trials)
    if fitted.alpha is None or fitted.beta is None:
        # 25 groups of 20 cannot show so small a difference between them
        assert (fitted.note, size, precision) == ("no_overdispersion", 20, 3_000)
    else:
        by_alpha, by_beta = slope((fitted.alpha, fitted.beta), successes, trials)
        assert (fitted.alpha * by_alpha, fitted.beta * by_beta) == pytest.approx((0, 0), abs=1e-5)


# --- the posterior ----------------------------------------------------------------------------------------------------


def test_a_groups_rate_is_the_mean_of_its_posterior_by_hand() -> None:
    # the last group, 9 of 24 (37.5 %), with the prior Beta(2.3048, 14.0798): (2.3048 + 9) / (16.3846 + 24) = 27.99 %
    fitted = shrink(SICK, RATS_IN_GROUP)
    assert fitted.value[-1] == pytest.approx(27.993, abs=1e-3)
    posterior = beta(2.304783312 + 9, 14.079809032 + 15)
    assert (fitted.low[-1], fitted.high[-1]) == pytest.approx(tuple(100 * posterior.ppf([0.025, 0.975])), abs=1e-6)
    assert fitted.chance_above_pct(20)[-1] == pytest.approx(100 * posterior.sf(0.2), abs=1e-6)


def test_a_group_without_trials_has_the_prior_and_one_trial_moves_it_little() -> None:
    fitted = shrink([*SICK, 0, 1], [*RATS_IN_GROUP, 0, 1])
    assert fitted.alpha is not None
    assert fitted.beta is not None
    precision = fitted.alpha + fitted.beta
    assert fitted.value[-2] == pytest.approx(100 * fitted.alpha / precision)
    assert fitted.value[-1] == pytest.approx(100 * (fitted.alpha + 1) / (precision + 1))


def test_the_chance_of_lying_above_nothing_is_certain() -> None:
    fitted = shrink(SICK, RATS_IN_GROUP)
    assert (fitted.chance_above_pct(0) == 100).all()
    assert (fitted.chance_above_pct(100) == 0).all()


# --- where the groups give no prior -----------------------------------------------------------------------------------


def test_groups_that_differ_by_chance_only_share_one_rate() -> None:
    # 6, 7, 5 and 6 of 20: less apart than chance. 24 of 80, and Jeffreys' interval of that
    fitted = shrink([6, 7, 5, 6], [20, 20, 20, 20])
    low, high = proportion_confint(24, 80, method="jeffreys")
    assert fitted.note == "no_overdispersion"
    assert fitted.value == pytest.approx([30] * 4)
    assert fitted.low == pytest.approx([100 * low] * 4, abs=1e-9)
    assert fitted.high == pytest.approx([100 * high] * 4, abs=1e-9)
    assert fitted.chance_above_pct(30) == pytest.approx([50] * 4, abs=3)


@pytest.mark.parametrize(("successes", "value", "low", "high"), [([0, 0], 0, 0, 14.3), ([9, 7], 100, 85.7, 100)])
def test_none_and_all_share_one_rate_too(successes: list[int], value: float, low: float, high: float) -> None:
    # Jeffreys of 0 of 16: Beta(0.5, 16.5) up to its 97.5 % point, 0.143
    fitted = shrink(successes, [9, 7])
    assert fitted.note == "no_overdispersion"
    assert (fitted.value[0], fitted.low[0], fitted.high[0]) == pytest.approx((value, low, high), abs=0.1)


def test_groups_of_one_trial_cannot_show_that_they_differ() -> None:
    fitted = shrink([1, 0, 0, 1], [1, 1, 1, 1])
    assert (fitted.note, fitted.value.tolist()) == ("no_overdispersion", [50] * 4)


def test_groups_of_all_or_nothing_get_a_prior_worth_one_trial() -> None:
    # 10 of 15 in all: Beta(2/3, 1/3); 5 of 5 becomes (2/3 + 5) / 6
    fitted = shrink([5, 0, 5], [5, 5, 5])
    assert (fitted.note, fitted.alpha) == ("all_or_nothing", None)
    assert fitted.value == pytest.approx([100 * 17 / 18, 100 * 2 / 18, 100 * 17 / 18])


def test_one_group_has_nothing_to_be_drawn_to() -> None:
    fitted = shrink([3, 0], [10, 0])
    assert fitted.note == "one_theme"
    assert np.isnan([fitted.value, fitted.low, fitted.high, fitted.chance_above_pct(20)]).all()
    assert shrink([0], [0]).note == shrink([], []).note == "no_data"


def test_more_successes_than_trials_are_refused() -> None:
    with pytest.raises(ValueError, match="between 0 and trials"):
        shrink([3], [2])


# --- laws -------------------------------------------------------------------------------------------------------------


@given(GROUPS)
def test_a_rate_lies_in_its_interval_and_between_its_own_and_that_of_the_prior(groups: list[tuple[int, int]]) -> None:
    successes, trials = np.array(groups).T
    fitted = shrink(successes, trials)
    if np.isnan(fitted.value).any():
        assert (trials > 0).sum() < 2
        return
    assert (fitted.low >= 0).all()
    assert (fitted.low <= fitted.value).all()
    assert (fitted.value <= fitted.high).all()
    assert (fitted.high <= 100).all()
    if fitted.alpha is not None and fitted.beta is not None:
        centre = 100 * fitted.alpha / (fitted.alpha + fitted.beta)
        own = np.where(trials > 0, 100 * successes / np.maximum(trials, 1), centre)
        assert (np.minimum(own, centre) - 1e-9 <= fitted.value).all()
        assert (fitted.value <= np.maximum(own, centre) + 1e-9).all()


@given(GROUPS)
def test_failures_counted_as_successes_mirror_the_rates(groups: list[tuple[int, int]]) -> None:
    successes, trials = np.array(groups).T
    fitted, mirrored = shrink(successes, trials), shrink(trials - successes, trials)
    assert fitted.note == mirrored.note
    assert fitted.value == pytest.approx(100 - mirrored.value, abs=1e-4, nan_ok=True)
    assert fitted.low == pytest.approx(100 - mirrored.high, abs=1e-4, nan_ok=True)
