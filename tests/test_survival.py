"""Cumulative incidence, against tables worked out by hand, laws, and statsmodels and lifelines where they can do it."""

from __future__ import annotations

import time
from fractions import Fraction

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from lifelines import AalenJohansenFitter, KaplanMeierFitter
from lifelines.datasets import load_waltons
from statsmodels.duration.survfunc import CumIncidenceRight

from ppp_metrics.metrics.survival import Incidence, _limits, cumulative_incidence

EVENT, COMPETING, CENSORED = 1, 2, 0


def curve_of(units: list[tuple[int, int]] | np.ndarray) -> Incidence:
    """The curve of units given one by one: (day, what happened)."""
    day, kind = np.array(units).T
    days = np.unique(day)
    return cumulative_incidence(
        days, *([((day == each) & (kind == what)).sum() for each in days] for what in (EVENT, COMPETING, CENSORED))
    )


def draw_units(count: int, last: int, seed: int = 3) -> np.ndarray:
    drawn = np.random.default_rng(seed)
    return np.stack([drawn.integers(0, last, count), drawn.choice([0, 1, 1, 2], count)], axis=1)


UNITS = st.lists(st.tuples(st.integers(0, 12), st.sampled_from([EVENT, COMPETING, CENSORED])), min_size=1, max_size=40)


# --- by hand ----------------------------------------------------------------------------------------------------------


def test_a_table_with_ties_and_an_event_on_day_0_by_hand() -> None:
    # day  at risk  event  competing  censored   S before   I
    #   0       10      1          1         0          1   1/10
    #   5        8      2          1         1       8/10   1/10 + 8/10 * 2/8 = 3/10
    #   9        4      1          0         3   8/10*5/8   3/10 + 1/2 * 1/4 = 17/40
    curve = cumulative_incidence([0, 5, 9], [1, 2, 1], [1, 1, 0], [0, 1, 3])
    assert curve.at_risk.tolist() == [10, 8, 4]
    assert curve.incidence == pytest.approx([1 / 10, 3 / 10, 17 / 40], abs=1e-15)
    # day 0, of the formula's terms only its own: 1² 1*9 / (10² 9)
    # day 5: (2/10)² 2/(9*8) + 1*9/(10² 9) + (8/10)² 2*6/(8² 7) - 2 (2/10) 1/(10*9)
    assert curve.variance[:2] == pytest.approx([1 / 100, 1 / 900 + 1 / 100 + 0.12 / 7 - 0.4 / 90], abs=1e-15)
    # day 9; S before is 1, 8/10, 1/2 and I(9) - I(j) is 13/40, 1/8, 0:
    # (13/40)² 2/(9*8) + (1/8)² 3/(7*5) + 1*9/(10² 9) + (8/10)² 2*6/(8² 7) + (1/2)² 1*3/(4² 3)
    #   - 2 (13/40) 1/(10*9) - 2 (1/8) (8/10) 2/(8*7)
    expected = (13 / 40) ** 2 / 36 + 3 / 64 / 35 + 1 / 100 + 0.12 / 7 + 1 / 64 - 13 / 1800 - 0.2 * 2 / 56
    assert curve.variance[2] == pytest.approx(expected, abs=1e-15)


def test_the_interval_is_on_the_log_log_scale() -> None:
    # 3 of 10, variance 0.3 * 0.7 / 9, se 0.152753: reach = 1.959964 * 0.152753 / (0.3 * 1.203973) = 0.828901
    # low 0.3^exp(0.828901) = 0.3^2.290799 = 0.063416, high 0.3^exp(-0.828901) = 0.3^0.436529 = 0.591217
    estimate = cumulative_incidence([4, 8], [3, 0], [0, 0], [0, 7]).at(4)
    assert estimate.value == pytest.approx(30)
    assert (estimate.low, estimate.high) == pytest.approx((6.3416, 59.1217), abs=1e-3)


def test_all_on_one_day_is_a_share_with_the_variance_of_a_share() -> None:
    # 5 of 10 on one day, in a sample: 0.5 * 0.5 / 9
    assert cumulative_incidence([0, 1], [5, 0], [0, 0], [0, 5]).variance[0] == pytest.approx(0.25 / 9)


def test_one_minus_kaplan_meier_is_something_else() -> None:
    # 2 of 4 declined on day 1, then 1 of the 2 left implemented on day 2: 1/4 of all, and not 1/2
    curve = cumulative_incidence([1, 2, 3], [0, 1, 0], [2, 0, 0], [0, 0, 1])
    kaplan_meier = KaplanMeierFitter().fit([1, 1, 2, 3], [0, 0, 1, 0])
    assert curve.at(2).value == pytest.approx(25)
    assert 100 - 100 * kaplan_meier.predict(2) == pytest.approx(50)


def test_who_is_censored_on_a_day_is_still_at_risk_on_it() -> None:
    assert cumulative_incidence([7], [1], [0], [3]).at(7).value == pytest.approx(25)


# --- the last day, nothing and everything -----------------------------------------------------------------------------


def test_after_the_last_follow_up_the_incidence_is_not_known() -> None:
    curve = cumulative_incidence([3, 10], [1, 0], [0, 0], [0, 1])
    assert curve.at(10).value == pytest.approx(50)
    assert (curve.at(11).value, curve.at(11).note) == (None, "not_followed")


def test_it_stays_known_when_everything_had_happened() -> None:
    curve = cumulative_incidence([3, 10], [1, 0], [0, 1], [0, 0])
    assert curve.at(365).value == pytest.approx(50)
    assert curve.at(365).low is not None


def test_no_event_and_nothing_but_events_have_no_interval() -> None:
    none, all_of_them = (
        cumulative_incidence([5], [0], [2], [9]).at(5),
        cumulative_incidence([5, 6], [1, 2], [0, 0], [0, 0]),
    )
    assert (none.value, none.low, none.high) == (0, None, None)
    assert (all_of_them.at(6).value, all_of_them.at(6).low, all_of_them.at(6).high) == (100, None, None)
    assert all_of_them.quantile(1).value == 6


def test_nobody_gives_nothing() -> None:
    curve = cumulative_incidence([], [], [], [])
    assert (curve.at(1).value, curve.at(1).note) == (None, "no_data")
    assert (curve.quantile(0.5).value, curve.quantile(0.5).note) == (None, "no_data")
    assert curve.at_risk_on(0) == 0


def test_a_day_on_which_nobody_left_changes_nothing() -> None:
    with_empty_days = cumulative_incidence([0, 2, 3, 9], [0, 1, 0, 0], [0, 0, 0, 0], [0, 1, 0, 0])
    assert (with_empty_days.at(2).value, with_empty_days.at(3).note) == (pytest.approx(50), "not_followed")


def test_before_the_first_day_nothing_has_happened() -> None:
    assert cumulative_incidence([4], [1], [0], [1]).at(3).value == 0


def test_the_number_at_risk_on_a_day() -> None:
    curve = cumulative_incidence([0, 5, 9], [1, 2, 1], [1, 1, 0], [0, 1, 3])
    assert [curve.at_risk_on(day) for day in (0, 1, 5, 6, 9, 10)] == [10, 8, 8, 4, 4, 0]


def test_five_of_ten_reach_a_half_one_by_one() -> None:
    curve = cumulative_incidence(range(1, 11), [1] * 10, [0] * 10, [0] * 10)
    assert curve.quantile(0.5).value == 5
    assert cumulative_incidence([3, 8], [5, 0], [0, 0], [0, 5]).quantile(0.5).value == 3


def test_the_interval_of_a_median_inverts_those_of_the_curve() -> None:
    curve = curve_of(draw_units(200, 300))
    median = curve.quantile(0.3)
    assert None not in (median.low, median.value, median.high)
    assert (median.low or 0) <= (median.value or 0) <= (median.high or 0)
    for day, limit in ((median.low, curve.high), (median.high, curve.low)):
        index = curve.days.tolist().index(day)
        assert limit[index] >= 0.3
        assert np.nanmax(limit[:index]) < 0.3


def test_a_share_that_is_not_reached_is_said_to_be_so() -> None:
    # 4 of 10, at most 0.67 by its upper limit: the median may be day 7, or never come
    estimate = cumulative_incidence([7, 9], [4, 0], [0, 0], [0, 6]).quantile(0.5)
    assert (estimate.value, estimate.low, estimate.high, estimate.note) == (None, 7, None, "not_reached")


@pytest.mark.parametrize("table", [([2, 1], [1, 1], [0, 0], [0, 0]), ([-1], [1], [0], [0]), ([1], [1], [-1], [0])])
def test_an_event_table_out_of_order_is_refused(table: tuple[list[int], ...]) -> None:
    with pytest.raises(ValueError, match="ascend"):
        cumulative_incidence(*table)


# --- independent implementations --------------------------------------------------------------------------------------


def test_incidence_with_ties_is_that_of_statsmodels() -> None:
    units = np.vstack([draw_units(400, 60), [[60, CENSORED]] * 3])
    theirs = CumIncidenceRight(units[:, 0], units[:, 1])
    ours = curve_of(units)
    assert ours.days == pytest.approx(theirs.times)
    assert ours.incidence == pytest.approx(theirs.cinc[0], abs=1e-9)


def test_incidence_without_ties_is_that_of_lifelines_and_so_are_the_limits_given_the_variance() -> None:
    units = draw_units(120, 10)
    units[:, 0] = np.random.default_rng(5).permutation(np.arange(1, 121))
    units[units[:, 0] == 120, 1] = CENSORED
    theirs = AalenJohansenFitter().fit(units[:, 0], units[:, 1], event_of_interest=EVENT)
    ours = curve_of(units)
    assert ours.incidence == pytest.approx(theirs.cumulative_density_.iloc[1:, 0], abs=1e-9)
    low, high = _limits(ours.incidence, theirs.variance_.iloc[1:].to_numpy())
    inside = ~np.isnan(low)
    limits = theirs.confidence_interval_.iloc[1:][inside]
    assert low[inside] == pytest.approx(limits.min(axis=1), abs=1e-9)
    assert high[inside] == pytest.approx(limits.max(axis=1), abs=1e-9)


def test_the_variance_comes_to_that_of_the_delta_method_as_numbers_grow() -> None:
    units = np.vstack([draw_units(20_000, 60), [[60, CENSORED]] * 3_000])
    theirs = CumIncidenceRight(units[:, 0], units[:, 1])
    assert curve_of(units).variance == pytest.approx(theirs.cinc_se[0] ** 2, rel=1e-3)


def test_the_fruit_flies_of_lifelines_without_competing_events() -> None:
    flies = load_waltons()
    units = flies[["T", "E"]].to_numpy(int)
    kaplan_meier = KaplanMeierFitter().fit(units[:, 0], units[:, 1])
    curve = curve_of(units)
    assert curve.incidence == pytest.approx(1 - kaplan_meier.survival_function_at_times(curve.days), abs=1e-9)
    # documented in lifelines: half of the flies were dead on day 56
    assert curve.quantile(0.5).value == kaplan_meier.median_survival_time_ == 56


# --- laws -------------------------------------------------------------------------------------------------------------


@given(UNITS)
def test_event_competing_event_and_survival_add_up_to_one(units: list[tuple[int, int]]) -> None:
    ours = curve_of(units)
    swapped = curve_of([(day, {EVENT: COMPETING, COMPETING: EVENT}.get(kind, kind)) for day, kind in units])
    day, kind = np.array(units).T
    survival = KaplanMeierFitter().fit(day, kind != CENSORED).survival_function_at_times(ours.days)
    assert ours.incidence + swapped.incidence + survival.to_numpy() == pytest.approx(np.ones(ours.days.size), abs=1e-9)


@given(UNITS)
def test_incidence_rises_and_lies_inside_its_interval(units: list[tuple[int, int]]) -> None:
    curve = curve_of(units)
    assert (np.diff(curve.incidence, prepend=0) >= 0).all()
    assert curve.incidence[-1] <= 1
    known = ~np.isnan(curve.low)
    assert (curve.low[known] <= curve.incidence[known]).all()
    assert (curve.incidence[known] <= curve.high[known]).all()
    # without an interval there is no event yet, or all there are had it
    assert np.isin(curve.incidence[~known].round(12), [0, 1]).all()


@given(UNITS, st.integers(1, 20))
def test_the_quantile_is_the_first_day_that_reaches_it(units: list[tuple[int, int]], twentieths: int) -> None:
    curve = curve_of(units)
    found = curve.quantile(twentieths / 20)
    if found.value is None:
        assert curve.incidence[-1] < twentieths / 20
    else:
        assert (curve.at(found.value).value or 0) >= 5 * twentieths - 1e-6
        assert (curve.at(found.value - 1).value or 0) < 5 * twentieths


@given(UNITS.flatmap(lambda units: st.tuples(st.just(units), st.permutations(units))))
def test_the_order_of_the_units_does_not_matter(both: tuple[list[tuple[int, int]], list[tuple[int, int]]]) -> None:
    one, other = (curve_of(units) for units in both)
    assert np.array_equal(one.incidence, other.incidence)
    assert np.array_equal(one.variance, other.variance)


def written_out(units: list[tuple[int, int]], until: int) -> float:
    """Aalen's variance of the incidence by a day, term by term in fractions, as its formula stands in the books."""
    survival, incidence, terms = Fraction(1), Fraction(0), []
    for day in range(until + 1):
        n = sum(each >= day for each, _ in units)
        d = sum((each, kind) == (day, EVENT) for each, kind in units)
        m = d + sum((each, kind) == (day, COMPETING) for each, kind in units)
        if m:
            incidence += survival * Fraction(d, n)
            terms.append((n, d, m, survival, incidence))
            survival *= Fraction(n - m, n)
    total = Fraction(0)
    for n, d, m, before, then in terms:
        gap = incidence - then
        if n > 1:
            total += before**2 * Fraction(d * (n - d), n**2 * (n - 1))
        if n > m:
            total += gap**2 * Fraction(m, (n - 1) * (n - m))
            total -= 2 * gap * before * Fraction(d, n * (n - 1))
    return float(total)


@given(UNITS)
def test_the_variance_is_its_formula_written_out(units: list[tuple[int, int]]) -> None:
    curve = curve_of(units)
    expected = [written_out(units, int(day)) for day in curve.days]
    assert curve.variance == pytest.approx(expected, abs=1e-12)


def test_forty_thousand_days_take_milliseconds() -> None:
    counts = np.random.default_rng(2).integers(0, 200, (3, 40_000))
    began = time.perf_counter()
    curve = cumulative_incidence(np.arange(40_000), *counts)
    assert time.perf_counter() - began < 0.5
    assert 0 < curve.incidence[-1] < 1
