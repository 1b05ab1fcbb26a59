"""Differences between estimates and groups: by hand, after published examples, and against statsmodels and scipy."""

from __future__ import annotations

from math import sqrt
from statistics import NormalDist

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy import stats
from statsmodels.stats.multitest import multipletests
from statsmodels.stats.proportion import confint_proportions_2indep

from ppp_metrics.metrics.contrasts import (
    WEIGHTED,
    chance_of,
    difference,
    effective_trials,
    exactly,
    holm,
    homogeneity,
    resampled_difference,
)
from ppp_metrics.metrics.estimators import ESTIMATORS, Estimate, wilson

counts = st.integers(1, 300).flatmap(lambda trials: st.tuples(st.integers(0, trials), st.just(trials)))
Units = list[tuple[list, list]]
chances = st.lists(st.floats(0, 1), min_size=1, max_size=12)


def share(hits: int, trials: int) -> Estimate:
    return Estimate(100 * hits / trials, *wilson(hits, trials))


def apart(values: list[float], others: list[float]) -> Units:
    """Two samples of different people."""
    return [([(value,)], []) for value in values] + [([], [(value,)]) for value in others]


def limits(found: Estimate) -> tuple[float, float, float]:
    """Value, low and high of an estimate that has them."""
    assert found.value is not None
    assert found.low is not None
    assert found.high is not None
    return found.value, found.low, found.high


# --- two estimates ----------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("one", "other", "low", "high"),
    [
        # Newcombe 1998, table II, method 10, examples a to h
        ((56, 70), (48, 80), 0.0524, 0.3339),
        ((9, 10), (3, 10), 0.1705, 0.8090),
        ((6, 7), (2, 7), 0.0582, 0.8062),
        ((5, 56), (0, 29), -0.0381, 0.1926),
        ((0, 10), (0, 20), -0.1611, 0.2775),
        ((0, 10), (0, 10), -0.2775, 0.2775),
        ((10, 10), (0, 20), 0.6791, 1.0000),
        ((10, 10), (0, 10), 0.6075, 1.0000),
    ],
)
def test_two_shares_have_newcombes_interval(one: tuple, other: tuple, low: float, high: float) -> None:
    found = difference(share(*one), share(*other))
    assert (found.low, found.high) == (pytest.approx(100 * low, abs=0.006), pytest.approx(100 * high, abs=0.006))


@given(counts, counts)
def test_two_shares_have_the_interval_that_statsmodels_gives(one: tuple[int, int], other: tuple[int, int]) -> None:
    found = difference(share(*one), share(*other))
    low, high = confint_proportions_2indep(*one, *other, method="newcomb", compare="diff")
    assert (found.low, found.high) == (pytest.approx(100 * low, abs=1e-9), pytest.approx(100 * high, abs=1e-9))


@given(counts, counts)
def test_the_interval_holds_the_difference_and_swaps_with_its_sides(one: tuple, other: tuple) -> None:
    there, back = difference(share(*one), share(*other)), difference(share(*other), share(*one))
    value, low, high = limits(there)
    assert low <= value <= high
    assert limits(back) == pytest.approx((-value, -high, -low))
    assert chance_of(there) == pytest.approx(chance_of(back))


@given(counts, counts)
def test_chance_is_below_five_per_cent_where_and_only_where_0_lies_outside(one: tuple, other: tuple) -> None:
    found = difference(share(*one), share(*other))
    _, low, high = limits(found)
    chance = chance_of(found)
    assert chance is not None
    assert (chance < 0.05) == (low > 0 or high < 0)


def test_from_a_target_the_interval_is_that_of_the_number_itself() -> None:
    assert difference(Estimate(40, 34, 46), exactly(50)) == Estimate(-10, -16, -4)


def test_without_an_interval_on_either_side_the_difference_has_none() -> None:
    assert difference(Estimate(12), Estimate(9)) == Estimate(3)
    assert difference(Estimate(12, 10, 14), Estimate(9)) == Estimate(3)
    assert difference(Estimate(12, 10, 14), Estimate(None)) == Estimate(None)
    assert chance_of(Estimate(3)) is None


def test_the_chance_of_a_normal_difference_is_that_of_its_z() -> None:
    # 3 ± 1.96 x 1.5: z = 2
    found = chance_of(Estimate(3, 3 - 1.959963985 * 1.5, 3 + 1.959963985 * 1.5))
    assert found == pytest.approx(2 * NormalDist().cdf(-2))
    assert chance_of(Estimate(0, -1, 1)) == 1


# --- many groups ------------------------------------------------------------------------------------------------------


def test_holm_by_hand() -> None:
    # the smallest times 3, the next times 2, the last no less than that; what is unknown is no comparison
    assert holm([0.01, 0.04, None, 0.03]) == pytest.approx([0.03, 0.06, None, 0.06])
    assert holm([0.02, 0.02], comparisons=1) == [0.02, 0.02]


@given(chances)
def test_holm_is_that_of_statsmodels(found: list[float]) -> None:
    assert holm(found) == pytest.approx(multipletests(found, method="holm")[1].tolist())


@given(counts)
def test_an_interval_tells_of_how_many_units_it_is(each: tuple[int, int]) -> None:
    assert effective_trials(share(*each)) == pytest.approx(each[1], rel=1e-6)


def test_shares_of_one_rate_are_tested_by_chi_square() -> None:
    # 20 of 100, 34 of 60, 24 of 40
    shares = [share(20, 100), share(34, 60), share(24, 40)]
    expected = stats.chi2_contingency([[20, 34, 24], [80, 26, 16]], correction=False).pvalue
    assert homogeneity(shares) == pytest.approx(expected)


def test_in_clusters_shares_differ_less_surely() -> None:
    # as wide as of a quarter of the issues: chi-square is a quarter, too
    whole = [share(120, 400), share(160, 400)]
    clustered = [
        Estimate(each.value, *wilson(round(hits / 4), 100)) for each, hits in zip(whole, (120, 160), strict=True)
    ]
    chi_square = stats.chi2_contingency([[120, 160], [280, 240]], correction=False).statistic
    assert homogeneity(whole) == pytest.approx(stats.chi2.sf(chi_square, 1))
    assert homogeneity(clustered) == pytest.approx(stats.chi2.sf(chi_square / 4, 1))


def test_where_few_are_expected_the_hits_are_dealt_out_again() -> None:
    # 5 of 5 and 0 of 5: of the 252 ways to deal 5 hits, 2 differ as much
    assert homogeneity([share(5, 5), share(0, 5)]) == pytest.approx(2 / 252, abs=0.005)
    # as likely as any: 0 or 1 of one
    assert homogeneity([share(1, 6), share(1, 6)]) == 1
    assert homogeneity([share(0, 6), share(0, 9)]) == 1


def test_of_one_share_nothing_is_said_together() -> None:
    assert homogeneity([share(3, 6), Estimate(4), Estimate(None)]) is None


# --- resampled --------------------------------------------------------------------------------------------------------


def test_every_estimator_with_an_interval_can_be_set_against_another() -> None:
    assert WEIGHTED.keys() == ESTIMATORS.keys() - {"coefficient_of_variation_pct"}


@given(st.sampled_from(sorted(WEIGHTED)), st.integers(3, 40), st.integers(0, 2**32 - 1))
def test_counted_once_each_row_gives_what_the_estimator_gives(name: str, size: int, seed: int) -> None:
    rows = np.random.default_rng(seed).normal([50, 60], 10, (size, 2)).T
    rows = rows[:1] if name in ("mean", "median") else rows
    once, thrice = WEIGHTED[name](np.array([[1.0] * size]), rows)[0], np.repeat(rows, 3, axis=1)
    assert once == pytest.approx(ESTIMATORS[name](*rows).value)
    # and three times as if it stood there three times
    assert WEIGHTED[name](np.array([[3.0] * size]), rows)[0] == pytest.approx(ESTIMATORS[name](*thrice).value)


def test_means_of_different_people_have_the_interval_of_two_samples() -> None:
    # 100 x 0 to 9 and 100 x 3 to 12: the standard error is √(2 x 8.25 / 1000)
    one, other = [float(at % 10) for at in range(1000)], [float(at % 10) + 3 for at in range(1000)]
    found = resampled_difference("mean", apart(one, other))
    reach = 1.96 * sqrt(2 * 8.25 / 1000)
    assert (found.value, found.low, found.high) == pytest.approx((-3, -3 - reach, -3 + reach), abs=0.03)


def test_people_on_both_sides_are_drawn_with_both() -> None:
    # everybody scores 2 points less than before, whatever that was: no chance is left
    found = resampled_difference("mean", [([(float(at),)], [(at + 2.0,)]) for at in range(30)])
    assert (found.value, found.low, found.high) == pytest.approx((-2, -2, -2))


def test_a_persons_rows_are_drawn_together() -> None:
    """10 people with the same score 20 times each are 10, not 200: the interval is √20 times as wide."""
    scores = [float(at) for at in range(10)]
    alone = resampled_difference("mean", apart(scores * 20, scores * 20))
    own: Units = [([(score,)] * 20, []) for score in scores] + [([], [(score,)] * 20) for score in scores]
    (_, low, high), (_, lowest, highest) = limits(alone), limits(resampled_difference("mean", own))
    assert highest - lowest == pytest.approx(sqrt(20) * (high - low), rel=0.1)


def test_neither_the_order_nor_the_names_of_people_change_anything() -> None:
    units = apart([1, 5, 2, 8, 4, 4, 9, 3, 7, 6], [2, 2, 9, 6, 1, 8, 8, 5, 3, 4])
    assert resampled_difference("median", units) == resampled_difference("median", units[::-1])


def test_where_resamples_have_no_difference_there_is_no_interval() -> None:
    # of ten pairs one varies: a third of the resamples lack it
    same, varied = (1.0, 1.0), (1.0, 3.0)
    units: Units = (
        [([same], []) for _ in range(9)] + [([varied], [])] + [([], [(float(at), at + 1.0)]) for at in range(10)]
    )
    found = resampled_difference("hedges_g_av", units)
    assert found.value is not None
    assert (found.low, found.high, found.note) == (None, None, "unstable")
