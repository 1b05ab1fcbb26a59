"""The interval of a rate whose units are alike: by hand, as statsmodels has its variance, and by how often it holds."""

from __future__ import annotations

from collections.abc import Sequence
from itertools import combinations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy.stats import t as student
from statsmodels.genmod.families import Binomial
from statsmodels.genmod.generalized_linear_model import GLM
from statsmodels.regression.linear_model import OLS

from ppp_metrics.metrics.clusters import clustered
from ppp_metrics.metrics.estimators import wilson
from tests.worlds import add_rows, answer, world

Clusters = Sequence[tuple[int, int]]
"""Hits and units of each."""

CLUSTERS = st.lists(
    st.integers(1, 12).flatmap(lambda units: st.tuples(st.integers(0, units), st.just(units))), min_size=1, max_size=15
)


def interval(clusters: Clusters) -> tuple[float, float, float]:
    hits, units = np.array(clusters).T
    sums = ((units * units).sum(), (units * hits).sum(), (hits * hits).sum())
    found = clustered(int(hits.sum()), int(units.sum()), *map(int, sums))
    return found.low, found.high, found.design_effect


def of_few(clusters: float, units: float) -> float:
    """How much wider an interval is, squared, whose variance is known from so few clusters."""
    return float((student.ppf(0.975, clusters - 1) / student.ppf(0.975, units - 1)) ** 2)


# --- by hand ----------------------------------------------------------------------------------------------------------


def test_twelve_companies_of_all_or_nothing_count_as_twelve_issues() -> None:
    # each with 4 issues that all went the same way: variance (47/48²) x 12/11 x 12 x 4² x 1/4 / (1/4) = 4.27 times that
    # of 48, but no company counts for less than one issue
    low, high, effect = interval([(4, 4)] * 6 + [(0, 4)] * 6)
    assert (low, high) == pytest.approx(wilson(6, 12))
    assert effect == 4


def test_companies_that_differ_no_more_than_chance_have_wilsons_interval() -> None:
    # sixteen with 2 of 4: nothing is alike
    assert interval([(2, 4)] * 16) == (*wilson(32, 64), 1)


def test_none_of_forty_issues_of_four_companies_leave_more_open_than_of_forty_companies() -> None:
    # the ratio of variances is not seen and taken for 1: (t of 3 / t of 39)² = 2.48, so 40 / 2.48 = 16.2 issues: up to
    # z² / (16.2 + z²) = 19 %, where forty companies have 9 %
    low, high, effect = interval([(0, 10)] * 4)
    assert (low, high, effect) == pytest.approx((0, 19.2, 2.48), abs=0.1)
    assert interval([(0, 1)] * 40)[1] == pytest.approx(8.8, abs=0.1)


def test_one_company_has_wilsons_interval_of_its_issues() -> None:
    assert interval([(7, 20)]) == (*wilson(7, 20), 1)


def test_a_design_effect_is_told_from_one_and_a_tenth_on() -> None:
    assert clustered(24, 48, 192, 96, 96).note == "design effect 4.0"
    assert clustered(32, 64, 256, 128, 64).note == ""


# --- as others have it ------------------------------------------------------------------------------------------------


@given(
    st.integers(2, 6).flatmap(
        lambda units: st.lists(st.tuples(st.integers(0, units), st.just(units)), min_size=3, max_size=12)
    )
)
def test_the_variance_is_the_clustered_one_of_statsmodels(clusters: Clusters) -> None:
    hits, units = np.array(clusters).T
    n, share = units.sum(), hits.sum() / units.sum()
    if not 0 < share < 1:
        return
    outcomes = np.concatenate([[1] * won + [0] * (each - won) for won, each in clusters])
    groups = np.repeat(np.arange(units.size), units)
    fitted = OLS(outcomes, np.ones(n)).fit(
        cov_type="cluster", cov_kwds={"groups": groups, "use_correction": False}, use_t=False
    )
    variance = fitted.bse[0] ** 2 * units.size / (units.size - 1)
    effect = variance / (share * (1 - share) / (n - 1)) * of_few(units.size, n)
    assert interval(clusters)[2] == pytest.approx(min(max(1, effect), units[0]))
    logits = GLM(outcomes, np.ones(n), family=Binomial()).fit(
        cov_type="cluster", cov_kwds={"groups": groups, "use_correction": False}
    )
    # by the delta method, p (1 - p) times the standard error of the logit
    assert logits.bse[0] * share * (1 - share) == pytest.approx(fitted.bse[0], rel=1e-5)


def test_resampling_whole_companies_estimates_the_same_variance() -> None:
    drawn = np.random.default_rng(4)
    units = drawn.integers(1, 12, 40)
    hits = drawn.binomial(units, drawn.beta(1, 1.5, 40))
    chosen = drawn.integers(0, 40, (20_000, 40))
    resampled = (hits[chosen].sum(axis=1) / units[chosen].sum(axis=1)).var()
    n, share = units.sum(), hits.sum() / units.sum()
    count = n**2 / (units**2).sum()
    effect = resampled * count / (count - 1) / (share * (1 - share) / (n - 1)) * of_few(count, n)
    assert interval(list(zip(hits, units, strict=True)))[2] == pytest.approx(effect, rel=0.05)


# --- from records -----------------------------------------------------------------------------------------------------


def test_the_issues_of_a_company_are_alike_and_the_note_says_how_much() -> None:
    companies = [{"partner_id": f"c{at}"} for at in range(12)]
    dates = {"proposed_date": "2024-01-01", "accepted_date": "2024-05-01"}
    issues = [{"issue_id": f"i{at}", "partner_id": f"c{at // 4}", **dates} for at in range(48)]
    done = {"delivered_date": "2024-06-01", "implemented_date": "2024-06-01"}
    con = world()
    add_rows(con, "partners", companies)
    add_rows(con, "issues", issues)
    add_rows(
        con, "outcomes", [{"outcome_id": row["issue_id"], "issue_id": row["issue_id"], **done} for row in issues[:24]]
    )
    columns = "value low high n note"
    low, high = wilson(6, 12)
    for edition in ("coordinator", "funder", "none"):
        assert answer(con, "implementation_rate_pct", "2025", columns, edition=edition) == [
            (50, pytest.approx(low), pytest.approx(high), 48, "design effect 4.0")
        ]


@pytest.mark.parametrize("people", [6, 9])
def test_pairs_of_people_are_alike_where_they_share_one(people: int) -> None:
    """Everybody with everybody, learning being mutual in every pair of which the first person is one."""
    con = world()
    add_rows(con, "participants", [{"participant_id": f"s{at}", "role": "student"} for at in range(people)])
    pairs = list(combinations(range(people), 2))
    given = [*pairs, *((other, one) for one, other in pairs if one == 0)]
    add_rows(
        con,
        "interactions",
        [
            {"giver_id": f"s{one}", "receiver_id": f"s{other}", "interaction_date": "2025-05-01"}
            for one, other in given
        ],
    )  # fmt: skip
    n, share = len(pairs), (people - 1) / len(pairs)
    residuals = {pair: (0 in pair) - share for pair in pairs}
    shared = [(one, other) for one in pairs for other in pairs if set(one) & set(other)]
    count = n**2 / len(shared)
    variance = count / (count - 1) * sum(residuals[one] * residuals[other] for one, other in shared) / n**2
    effect = min(max(1, variance / (share * (1 - share) / (n - 1)) * of_few(count, n)), n / count)
    low, high = wilson(share * n / effect, n / effect)
    assert answer(con, "mutual_learning_pct", "2025", "low high note", edition="none") == [
        (pytest.approx(low), pytest.approx(high), f"design effect {effect:.1f}")
    ]


# --- laws -------------------------------------------------------------------------------------------------------------


@given(CLUSTERS)
def test_it_is_never_narrower_than_wilsons_nor_wider_than_that_of_as_many_equal_units(clusters: Clusters) -> None:
    hits, units = np.array(clusters).T
    low, high, effect = interval(clusters)
    narrow = wilson(int(hits.sum()), int(units.sum()))
    assert low <= narrow[0] + 1e-9
    assert high >= narrow[1] - 1e-9
    count = units.sum() ** 2 / (units**2).sum()
    wide = wilson(hits.sum() / units.sum() * count, count)
    assert wide[0] - 1e-9 <= low <= high <= wide[1] + 1e-9
    assert 1 <= effect <= units.sum() / count + 1e-9


@given(CLUSTERS)
def test_hits_and_misses_are_mirrored(clusters: Clusters) -> None:
    low, high, effect = interval(clusters)
    mirrored = interval([(units - hits, units) for hits, units in clusters])
    assert (low, high, effect) == pytest.approx((100 - mirrored[1], 100 - mirrored[0], mirrored[2]))


@given(st.lists(st.booleans(), min_size=1, max_size=60))
def test_one_issue_a_company_gives_wilsons_interval_to_the_last_bit(hits: list[bool]) -> None:
    assert interval([(int(hit), 1) for hit in hits]) == (*wilson(sum(hits), len(hits)), 1)


def test_it_holds_the_true_rate_nineteen_times_in_twenty() -> None:
    drawn = np.random.default_rng(24)
    held = {True: 0, False: 0}
    for _ in range(400):
        units = 1 + drawn.exponential(2, 30).astype(int)
        hits = drawn.binomial(units, drawn.beta(1.6, 2.4, 30))
        low, high, _ = interval(list(zip(hits, units, strict=True)))
        plain = wilson(int(hits.sum()), int(units.sum()))
        held[True] += low <= 40 <= high
        held[False] += plain[0] <= 40 <= plain[1]
    # two standard errors of 400 are 2.2 points
    assert 0.93 <= held[True] / 400 <= 0.98
    assert held[False] / 400 < 0.92
