"""Standardised risks, against tables worked out by hand and a logistic regression fitted in another way."""

from __future__ import annotations

import time

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy.special import expit, logit
from scipy.stats import norm
from statsmodels.discrete.discrete_model import Logit

from ppp_metrics.metrics.estimators import Estimate
from ppp_metrics.metrics.standardisation import standardised_risks

Cells = list[tuple]


def risks_of(cells: Cells) -> dict[str, Estimate]:
    """Of cells (exposure, covariates..., successes, trials)."""
    return standardised_risks(
        np.array([cell[0] for cell in cells], dtype=object),
        np.array([cell[1:-2] for cell in cells], dtype=object).reshape(len(cells), -1),
        [cell[-2] for cell in cells],
        [cell[-1] for cell in cells],
    )


# The odds of success of `a` are twice those of `b` in easy issues (4 and 2) and in hard ones (1 and 1/2), so that the
# model without interaction gives each cell's own share.
SIMPSON: Cells = [("a", "easy", 8, 10), ("a", "hard", 30, 60), ("b", "easy", 40, 60), ("b", "hard", 5, 15)]


# --- by hand ----------------------------------------------------------------------------------------------------------


def test_simpsons_paradox_by_hand() -> None:
    # as they are: a 38/70 = 54.3 %, b 45/75 = 60 %. Over the 70 easy and 75 hard issues of all:
    # a (70 * 8/10 + 75 * 1/2) / 145 = 93.5/145 = 64.5 %, b (70 * 2/3 + 75 * 1/3) / 145 = 71.67/145 = 49.4 %
    risks = risks_of(SIMPSON)
    assert risks["a"].value == pytest.approx(100 * 93.5 / 145, abs=1e-9)
    assert risks["b"].value == pytest.approx(100 * (70 * 2 / 3 + 25) / 145, abs=1e-9)


def test_without_covariates_it_is_the_share_itself_by_hand() -> None:
    # 30 of 40: logit ln 3, standard error 1/sqrt(40 * 3/4 * 1/4) = 0.365148: expit(1.098612 ± 1.959964 * 0.365148)
    risk = risks_of([("a", 30, 40), ("b", 5, 20)])["a"]
    reach = norm.ppf(0.975) / np.sqrt(7.5)
    assert risk.value == pytest.approx(75, abs=1e-9)
    assert (risk.low, risk.high) == pytest.approx(tuple(100 * expit(np.log(3) + np.array([-reach, reach]))), abs=1e-9)


def test_one_level_alone_has_its_share_whatever_the_covariates() -> None:
    assert risks_of([("a", "easy", 8, 10), ("a", "hard", 30, 60)])["a"].value == pytest.approx(100 * 38 / 70, abs=1e-9)


# --- an independent implementation ------------------------------------------------------------------------------------


def by_rows(cells: Cells) -> dict[str, Estimate]:
    """The same from a row a trial: reference coding, Newton's method, and the delta method by finite differences."""
    rows = [(*cell[:-2], outcome) for cell in cells for outcome in [1] * cell[-2] + [0] * (cell[-1] - cell[-2])]
    columns = [np.array([str(row[index]) for row in rows]) for index in range(len(rows[0]) - 1)]
    dummies = [np.stack([column == level for level in np.unique(column)[1:]], axis=1) for column in columns]
    design = np.column_stack([np.ones(len(rows)), *dummies]).astype(float)
    fitted = Logit(np.array([row[-1] for row in rows]), design).fit(disp=0, tol=1e-14, maxiter=100)
    found = {}
    for level in np.unique(columns[0]):
        as_if = design.copy()
        as_if[:, 1 : 1 + dummies[0].shape[1]] = np.unique(columns[0])[1:] == level
        steps = 1e-5 * np.eye(fitted.params.size)
        slope = [
            (logit(expit(as_if @ (fitted.params + step)).mean()) - logit(expit(as_if @ (fitted.params - step)).mean()))
            / 2e-5
            for step in steps
        ]
        reach = norm.ppf(0.975) * np.sqrt(slope @ fitted.cov_params() @ slope)
        risk = expit(as_if @ fitted.params).mean()
        low, high = expit(logit(risk) + np.array([-reach, reach]))
        found[str(level)] = Estimate(100 * risk, 100 * low, 100 * high)
    return found


def draw_cells(seed: int) -> Cells:
    drawn = np.random.default_rng(seed)
    cells: Cells = []
    for theme in "abcd":
        for size in ("small", "large", None):
            for region in ("NL1", "NL2", "NL3"):
                trials = int(drawn.integers(0, 30))
                cells.append(
                    (theme, size, region, int(drawn.binomial(trials, 0.2 + 0.15 * "abcd".index(theme))), trials)
                )
    return cells


@pytest.mark.parametrize("seed", [1, 2, 3])
def test_risks_and_intervals_are_those_of_a_fit_row_by_row(seed: int) -> None:
    ours, theirs = risks_of(draw_cells(seed)), by_rows(draw_cells(seed))
    assert list(ours) == list(theirs)
    for level, expected in theirs.items():
        assert ours[level].value == pytest.approx(expected.value, abs=1e-9)
        # the finite differences of the other fit are good to some eight digits
        assert (ours[level].low, ours[level].high) == pytest.approx((expected.low, expected.high), abs=1e-6)


def test_a_missing_covariate_is_a_level_of_its_own() -> None:
    named = [(theme, size or "unknown", *rest) for theme, size, *rest in draw_cells(1)]
    missing = [(theme, size or float("nan"), *rest) for theme, size, *rest in draw_cells(1)]
    for level, risk in risks_of(draw_cells(1)).items():
        assert risk.value == pytest.approx(risks_of(named)[level].value, abs=1e-9)
        assert risk.value == pytest.approx(risks_of(missing)[level].value, abs=1e-9)


# --- what cannot be estimated -----------------------------------------------------------------------------------------


def test_a_level_with_all_or_no_successes_is_said_to_be_separated_and_the_others_stay() -> None:
    risks = risks_of([*SIMPSON, ("all", "easy", 6, 6), ("none", "hard", 0, 9)])
    assert (risks["all"], risks["none"]) == (Estimate(None, note="separated"), Estimate(None, note="separated"))
    # their issues belong to the mix: 76 easy and 84 hard; a (76 * 8/10 + 84 * 1/2) / 160
    assert risks["a"].value == pytest.approx(100 * (76 * 0.8 + 84 * 0.5) / 160, abs=1e-9)


def test_a_covariate_level_without_success_counts_as_none_under_each_level() -> None:
    # of 165 issues 20 are in a region where nothing is ever implemented, under a or b: 93.5 of 165
    risks = risks_of([*SIMPSON, ("a", "never", 0, 12), ("b", "never", 0, 8)])
    assert risks["a"].value == pytest.approx(100 * 93.5 / 165, abs=1e-9)
    always = risks_of([*SIMPSON, ("a", "always", 12, 12), ("b", "always", 8, 8)])
    assert always["a"].value == pytest.approx(100 * (93.5 + 20) / 165, abs=1e-9)
    # what is certain narrows the interval
    assert risks["a"].high - risks["a"].low < risks_of(SIMPSON)["a"].high - risks_of(SIMPSON)["a"].low  # type: ignore[operator]


def test_a_level_with_covariates_of_its_own_cannot_be_compared() -> None:
    risks = risks_of([*SIMPSON, ("alone", "elsewhere", 5, 12)])
    assert risks["alone"] == Estimate(None, note="not_estimable")
    assert risks["a"].value == pytest.approx(risks_of(SIMPSON)["a"].value, abs=1e-9)
    assert risks["a"].low == pytest.approx(risks_of(SIMPSON)["a"].low, abs=1e-9)


def test_a_covariate_that_says_the_same_as_the_exposure_leaves_nothing_to_compare() -> None:
    # both levels would be extrapolated; the larger keeps its own share, over its own mix
    risks = risks_of([("a", "x", 8, 20), ("b", "y", 9, 15)])
    assert (risks["a"].value, risks["b"].note) == (pytest.approx(40, abs=1e-9), "not_estimable")


def test_issues_whose_covariates_occur_in_a_separated_level_only_are_left_out_of_the_mix() -> None:
    risks = risks_of([*SIMPSON, ("all", "elsewhere", 6, 6)])
    assert risks["all"].note == "separated"
    assert risks["a"].value == pytest.approx(100 * 93.5 / 145, abs=1e-9)


def test_only_successes_anywhere_separate_every_level() -> None:
    assert {risk.note for risk in risks_of([("a", "x", 8, 8), ("b", "x", 9, 9)]).values()} == {"separated"}


def test_constant_and_repeated_covariates_change_nothing() -> None:
    repeated = [(theme, kind, "same", kind, *counts) for theme, kind, *counts in SIMPSON]
    for level, risk in risks_of(SIMPSON).items():
        other = risks_of(repeated)[level]
        assert (other.value, other.low, other.high) == pytest.approx((risk.value, risk.low, risk.high), abs=1e-9)


def test_too_few_trials_and_none() -> None:
    assert risks_of([("a", "x", 3, 5), ("b", "x", 1, 4)])["a"] == Estimate(None, note="too_few")
    assert standardised_risks([], np.empty((0, 2)), [], []) == {}


# --- laws -------------------------------------------------------------------------------------------------------------

CELLS = st.lists(
    st.tuples(
        st.sampled_from("abc"), st.sampled_from("xyz"), st.sampled_from("pq"), st.integers(0, 4), st.integers(0, 4)
    ),
    min_size=1,
    max_size=14,
).map(lambda cells: [(*names, won, won + lost) for *names, won, lost in cells])


@given(CELLS)
def test_a_risk_lies_in_its_interval_however_thin_the_data(cells: Cells) -> None:
    for risk in risks_of(cells).values():
        if risk.value is None:
            assert risk.note in {"separated", "not_estimable", "too_few"}
        else:
            assert 0 <= risk.low < risk.value < risk.high <= 100  # type: ignore[operator]


@given(CELLS)
def test_the_order_of_the_cells_and_how_they_are_split_change_nothing(cells: Cells) -> None:
    split = [(*names, *part) for *names, won, tried in reversed(cells) for part in ((won, won), (0, tried - won))]
    one, other = risks_of(cells), risks_of(split)
    for level in other:
        assert other[level].note == one[level].note
        assert other[level].value == pytest.approx(one[level].value, abs=1e-6)


def test_thousands_of_cells_take_seconds_at_most() -> None:
    drawn = np.random.default_rng(1)
    covariates = np.stack([drawn.integers(0, levels, 5_000).astype(str) for levels in (3, 5, 4, 12)], axis=1)
    trials = drawn.integers(1, 2_000, 5_000)
    began = time.perf_counter()
    risks = standardised_risks(
        drawn.integers(0, 20, 5_000).astype(str), covariates, drawn.binomial(trials, 0.4), trials
    )
    assert time.perf_counter() - began < 20
    assert all(abs((risk.value or 0) - 40) < 1 for risk in risks.values())
