"""Each estimator against an independent implementation or a value worked out by hand."""

from __future__ import annotations

import warnings

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy.stats import bootstrap
from statsmodels.stats.proportion import proportion_confint

from ppp_metrics.metrics.estimators import RESAMPLES, SEED, hedges_g_av, mean, wilson

SKEWED = np.random.default_rng(7).exponential(10, 40).round(1)
PRE = np.random.default_rng(8).normal(50, 10, 30).round(1)
POST = PRE + np.random.default_rng(9).normal(8, 6, 30).round(1)


@given(st.integers(1, 5_000).flatmap(lambda n: st.tuples(st.integers(0, n), st.just(n))))
def test_wilson_is_that_of_statsmodels(case: tuple[int, int]) -> None:
    successes, trials = case
    low, high = wilson(successes, trials)
    expected = proportion_confint(successes, trials, method="wilson")
    assert (low / 100, high / 100) == pytest.approx(expected, abs=1e-9)
    assert 0 <= low <= 100 * successes / trials <= high <= 100


def test_the_interval_of_a_mean_is_that_of_scipy() -> None:
    estimate = mean(SKEWED)
    expected = bootstrap(
        (np.sort(SKEWED),), np.mean, n_resamples=RESAMPLES, method="BCa", rng=np.random.default_rng(SEED)
    ).confidence_interval
    assert estimate.value == pytest.approx(SKEWED.mean())
    assert (estimate.low, estimate.high) == pytest.approx((expected.low, expected.high), abs=1e-9)


def g_av(pre: np.ndarray, post: np.ndarray) -> float:
    """Lakens 2013, formula 10, with the correction of formula 4."""
    return (1 - 3 / (4 * (len(pre) - 1) - 1)) * (post.mean() - pre.mean()) / ((pre.std(ddof=1) + post.std(ddof=1)) / 2)


def test_g_av_and_its_interval_are_those_of_scipy() -> None:
    order = np.lexsort((POST, PRE))
    expected = bootstrap(
        (PRE[order], POST[order]),
        g_av,
        paired=True,
        vectorized=False,
        n_resamples=RESAMPLES,
        method="BCa",
        rng=np.random.default_rng(SEED),
    ).confidence_interval
    estimate = hedges_g_av(PRE, POST)
    assert estimate.value == pytest.approx(g_av(PRE, POST), abs=1e-12)
    assert (estimate.low, estimate.high) == pytest.approx((expected.low, expected.high), abs=1e-9)


def test_g_av_by_hand() -> None:
    # pre 1 2 3 (sd 1), post 3 5 7 (sd 2): difference 3, average sd 1.5, J = 1 - 3/(4*2 - 1) = 4/7: g = 4/7 * 2
    assert hedges_g_av(np.array([1.0, 2, 3]), np.array([3.0, 5, 7])).value == pytest.approx(8 / 7)


def test_the_order_of_the_units_changes_nothing() -> None:
    order = np.random.default_rng(1).permutation(30)
    assert mean(PRE[order]) == mean(PRE)
    assert hedges_g_av(PRE[order], POST[order]) == hedges_g_av(PRE, POST)


def test_fewer_than_ten_units_have_no_interval() -> None:
    assert mean(np.array([1.0, 2, 3])).low is None
    assert hedges_g_av(PRE[:9], POST[:9]).low is None
    assert hedges_g_av(PRE[:2], POST[:2]).note == "too_few"
    assert mean(np.array([])).note == "no_data"


def test_values_without_spread_are_said_to_have_none_and_warn_nobody() -> None:
    same = np.full(20, 5.0)
    one_apart = np.array([5.0] * 19 + [6.0])
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        assert (mean(same).value, mean(same).low, mean(same).note) == (5, None, "no_variance")
        assert (hedges_g_av(same, same + 1).value, hedges_g_av(same, same + 1).note) == (None, "no_variance")
        # some resamples leave the one that differs out, and have no spread to divide by
        estimate = hedges_g_av(one_apart, one_apart + 1)
        assert estimate.value is not None
