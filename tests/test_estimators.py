"""Each estimator against an independent implementation or a value worked out by hand."""

from __future__ import annotations

import random
from collections.abc import Callable

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy.stats import binom, bootstrap, norm
from statsmodels.stats.proportion import proportion_confint

from ppp_metrics.metrics.estimators import (
    RESAMPLES,
    SEED,
    Estimate,
    coefficient_of_variation_pct,
    control_limits,
    hedges_g_av,
    mean,
    median,
    ratio_of_means_pct,
    wilson,
)

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


def test_control_limits_of_four_coins_by_hand() -> None:
    """Of 4 coins 0 to 4 show heads with 1, 4, 6, 4 and 1 sixteenths; the limits of 80 % lie at 0.1 and 0.9.

    0.1 is passed at 1, where 5/16 are reached: back by (5/16 - 0.1) / (4/16) = 0.85 to 0.15 heads, 3.75 % of 4.
    0.9 is passed at 3, where 15/16 are: back by (15/16 - 0.9) / (4/16) = 0.15 to 2.85 heads, 71.25 %.
    """
    assert control_limits(50, 4, 80) == pytest.approx((3.75, 71.25))


@given(
    st.floats(0.1, 99.9),
    st.one_of(st.integers(1, 50), st.integers(1, 20_000)),
    st.sampled_from([95.0, 99.8]),
)
def test_control_limits_are_those_of_the_binomial_distribution(rate: float, trials: int, coverage: float) -> None:
    expected = []
    for p in (0.5 - coverage / 200, 0.5 + coverage / 200):
        r = binom.ppf(p, trials, rate / 100)
        back = (binom.cdf(r, trials, rate / 100) - p) / binom.pmf(r, trials, rate / 100)
        expected.append(min(100, max(0, 100 * (r - back) / trials)))
    assert control_limits(rate, trials, coverage) == pytest.approx(expected, abs=1e-4)


@pytest.mark.parametrize("rate", [0, 100])
def test_what_never_or_always_happens_has_limits_without_room(rate: float) -> None:
    assert control_limits(rate, 20, 95) == (rate, rate)


def test_more_units_leave_chance_less_room() -> None:
    widths = [high - low for low, high in (control_limits(35, trials, 95) for trials in (10, 40, 160, 640))]
    assert widths == sorted(widths, reverse=True)


def test_the_interval_of_a_mean_is_that_of_scipy() -> None:
    estimate = mean(SKEWED)
    expected = bootstrap(
        (np.sort(SKEWED),), np.mean, n_resamples=RESAMPLES, method="BCa", rng=np.random.default_rng(SEED)
    ).confidence_interval
    assert estimate.value == pytest.approx(SKEWED.mean())
    assert (estimate.low, estimate.high) == pytest.approx((expected.low, expected.high), abs=1e-9)


@pytest.mark.parametrize("count", [10, 11, 40])
def test_a_median_and_its_interval_are_those_of_scipy(count: int) -> None:
    values = np.sort(np.random.default_rng(count).exponential(10, count).round(1))
    expected = bootstrap(
        (values,), np.median, n_resamples=RESAMPLES, method="BCa", rng=np.random.default_rng(SEED)
    ).confidence_interval
    estimate = median(values[::-1])
    assert estimate.value == np.median(values)
    assert (estimate.low, estimate.high) == pytest.approx((expected.low, expected.high), abs=1e-9)


def ratio_pct(numerators: np.ndarray, denominators: np.ndarray) -> float:
    return 100 * numerators.mean() / denominators.mean()


def test_a_ratio_of_means_and_its_interval_are_those_of_scipy() -> None:
    kept, gained = POST[10:] - PRE[10:] + 3, POST[:20] - PRE[:20] + 6
    order = np.lexsort((gained, kept))
    expected = bootstrap(
        (kept[order], gained[order]),
        ratio_pct,
        paired=True,
        vectorized=False,
        n_resamples=RESAMPLES,
        method="BCa",
        rng=np.random.default_rng(SEED),
    ).confidence_interval
    estimate = ratio_of_means_pct(kept, gained)
    assert estimate.value == pytest.approx(ratio_pct(kept, gained), abs=1e-12)
    assert (estimate.low, estimate.high) == pytest.approx((expected.low, expected.high), abs=1e-9)


def test_without_a_gain_nothing_can_be_kept_of_it() -> None:
    # 20 gained in all by four people, 12 of it left: 60 %; a mean gain of 0 or less has no share
    kept, gained = np.array([3.0, 1, 6, 2]), np.array([5.0, 5, 8, 2])
    assert ratio_of_means_pct(kept, gained).value == pytest.approx(60)
    assert (ratio_of_means_pct(kept, kept - 3).value, ratio_of_means_pct(kept, kept - 3).note) == (None, "no_gain")
    assert ratio_of_means_pct(kept, -gained).note == "no_gain"
    assert ratio_of_means_pct(np.array([]), np.array([])).note == "no_data"


def test_of_a_gain_that_may_be_none_nothing_is_said_to_be_kept() -> None:
    # mean gain 1, standard error 10 / sqrt(20) = 2.2: its interval holds 0, and -77 of it would be -7,700 %
    gained = np.array([11.0, -9] * 10)
    assert ratio_of_means_pct(gained - 78, gained) == Estimate(None, note="no_gain")
    # nine people have no interval, and a gain: too few to say more is what `min_n` says
    assert ratio_of_means_pct(gained[:9] / 2, gained[:9]).value == pytest.approx(50)


OF_PEOPLE = np.array(
    [7, 7, 7, 3, 3, 12, 1, 2, 4, 5, 6, 8, 9, 10, 11, 11, 13, 13, 13, 13, 14, 15, 16, 17, 18, 18, 19, 20, 0, 0]
)
"""Whose each of the 30 pairs is: 21 people with one to four."""


def drawn_by_hand(statistic: Callable[[list[int]], float]) -> tuple[float, float]:
    """The BCa interval of a statistic of pairs, where people are drawn with all their pairs: Efron 1987, in loops."""
    persons: dict[int, list[int]] = {}
    for pair, person in enumerate(OF_PEOPLE):
        persons.setdefault(int(person), []).append(pair)
    own = list(persons.values())
    chance = random.Random(1)
    drawn = sorted(
        statistic([pair for pairs in chance.choices(own, k=len(own)) for pair in pairs]) for _ in range(4_000)
    )
    value = statistic(list(range(OF_PEOPLE.size)))
    without = [statistic([pair for other in own if other is not left for pair in other]) for left in own]
    deviations = [sum(without) / len(without) - each for each in without]
    acceleration = sum(each**3 for each in deviations) / (6 * sum(each**2 for each in deviations) ** 1.5)
    bias = norm.ppf(sum(each < value for each in drawn) / len(drawn))
    ends = [bias + (bias + z) / (1 - acceleration * (bias + z)) for z in norm.ppf([0.025, 0.975])]
    low, high = (drawn[int(norm.cdf(end) * len(drawn))] for end in ends)
    return low, high


@pytest.mark.parametrize(
    ("estimator", "statistic"),
    [
        (lambda people: mean(POST - PRE, people), lambda pairs: float((POST - PRE)[pairs].mean())),
        (
            lambda people: ratio_of_means_pct(POST - 20, PRE - 20, people),
            lambda pairs: ratio_pct((POST - 20)[pairs], (PRE - 20)[pairs]),
        ),
        (
            lambda people: hedges_g_av(PRE, POST, people),
            # J is of the 21 people, whatever the number of their pairs
            lambda pairs: g_av(PRE[pairs], POST[pairs]) * (1 - 3 / 79) / (1 - 3 / (4 * (len(pairs) - 1) - 1)),
        ),
    ],
    ids=["mean", "ratio", "g_av"],
)
def test_an_interval_over_people_draws_them_with_all_their_pairs(
    estimator: Callable[[np.ndarray], Estimate], statistic: Callable[[list[int]], float]
) -> None:
    estimate = estimator(OF_PEOPLE)
    low, high = drawn_by_hand(statistic)
    assert estimate.value == pytest.approx(statistic(list(range(OF_PEOPLE.size))))
    # two draws of some thousand resamples differ by a little of the width
    assert (estimate.low, estimate.high) == pytest.approx((low, high), abs=0.06 * (high - low))


def test_four_answers_of_one_person_are_less_sure_than_those_of_four() -> None:
    values, people = np.repeat(SKEWED[:12], 4), np.repeat(np.arange(12), 4)
    apart, together = mean(values), mean(values, people)
    assert apart.value == pytest.approx(together.value)
    # equal answers add nothing: 12 people are as unsure as their 12 answers
    assert (together.low, together.high) == pytest.approx((mean(SKEWED[:12]).low, mean(SKEWED[:12]).high))
    assert apart.high - apart.low < 0.6 * (together.high - together.low)  # type: ignore[operator]


def test_how_people_are_numbered_and_their_pairs_are_ordered_changes_nothing() -> None:
    order = np.random.default_rng(1).permutation(30)
    for numbered in (OF_PEOPLE, 100 - OF_PEOPLE):
        assert mean(PRE[order], numbered[order]) == mean(PRE, OF_PEOPLE)
        assert hedges_g_av(PRE[order], POST[order], numbered[order]) == hedges_g_av(PRE, POST, OF_PEOPLE)
        assert ratio_of_means_pct(PRE[order], POST[order], numbered[order]) == ratio_of_means_pct(PRE, POST, OF_PEOPLE)
    assert mean(PRE, np.arange(30)) == mean(PRE)


def test_the_variation_of_a_flow_by_hand() -> None:
    # 2 4 4 6: mean 4, squared deviations 4 0 0 4, sd sqrt(8/3) = 1.63299: 40.82 %
    assert coefficient_of_variation_pct(np.array([2.0, 4, 4, 6])).value == pytest.approx(100 * (8 / 3) ** 0.5 / 4)
    assert coefficient_of_variation_pct(np.array([5.0, 5, 5, 5])).value == 0
    assert coefficient_of_variation_pct(np.array([2.0, 4, 4])).note == "too_few"
    assert coefficient_of_variation_pct(np.zeros(8)).note == "no_data"


def test_a_median_of_an_even_number_lies_between_the_middle_two() -> None:
    assert median(np.array([9.0, 1, 3, 4])).value == 3.5
    assert median(np.array([7.0])).value == 7
    assert median(np.array([])).note == "no_data"


@given(st.lists(st.integers(0, 30), min_size=10, max_size=40))
def test_a_median_lies_inside_its_interval(values: list[int]) -> None:
    estimate = median(np.array(values, dtype=float))
    if estimate.low is not None:
        assert estimate.low <= estimate.value <= estimate.high  # type: ignore[operator]


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


def test_g_av_of_equal_spreads_is_pingouins_effect_size_with_the_correction_for_pairs() -> None:
    from pingouin import compute_effsize

    pre = np.array([41.0, 52, 38, 60, 47, 55, 49, 33, 58, 44, 51, 46])
    # the same scores among others, nine points higher: then the average of the deviations is that of the variances
    post = np.roll(pre, 5) + 9
    correction = 1 - 3 / (4 * (pre.size - 1) - 1)
    effect = compute_effsize(post, pre, paired=True, eftype="cohen")
    assert hedges_g_av(pre, post).value == pytest.approx(correction * effect, abs=1e-9)


def test_g_av_by_hand() -> None:
    # pre 1 2 3 (sd 1), post 3 5 7 (sd 2): difference 3, average sd 1.5, J = 1 - 3/(4*2 - 1) = 4/7: g = 4/7 * 2
    assert hedges_g_av(np.array([1.0, 2, 3]), np.array([3.0, 5, 7])).value == pytest.approx(8 / 7)


def test_the_order_of_the_units_changes_nothing() -> None:
    order = np.random.default_rng(1).permutation(30)
    assert mean(PRE[order]) == mean(PRE)
    assert median(PRE[order]) == median(PRE)
    assert hedges_g_av(PRE[order], POST[order]) == hedges_g_av(PRE, POST)
    assert ratio_of_means_pct(PRE[order], POST[order]) == ratio_of_means_pct(PRE, POST)


def test_fewer_than_ten_units_have_no_interval() -> None:
    assert mean(np.array([1.0, 2, 3])).low is None
    assert median(PRE[:9]).low is None
    assert ratio_of_means_pct(PRE[:9], POST[:9]).low is None
    assert hedges_g_av(PRE[:9], POST[:9]).low is None
    assert hedges_g_av(PRE[:2], POST[:2]).note == "too_few"
    assert mean(np.array([])).note == "no_data"


def test_values_without_spread_are_said_to_have_none_and_warn_nobody() -> None:
    same = np.full(20, 5.0)
    one_apart = np.array([5.0] * 19 + [6.0])
    assert (mean(same).value, mean(same).low, mean(same).note) == (5, None, "no_variance")
    assert (median(same).value, median(same).low, median(same).note) == (5, None, "no_variance")
    assert (ratio_of_means_pct(same, same).value, ratio_of_means_pct(same, same).note) == (100, "no_variance")
    assert (hedges_g_av(same, same + 1).value, hedges_g_av(same, same + 1).note) == (None, "no_variance")
    # a third of the resamples leave the one that differs out, and have no spread to divide by
    estimate = hedges_g_av(one_apart, one_apart + 1)
    assert estimate.value is not None
    assert (estimate.low, estimate.note) == (None, "unstable")
