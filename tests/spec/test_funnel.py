"""The cohort that is followed from proposal to use: never wider at a later step."""

from __future__ import annotations

import random
from itertools import pairwise

import pytest
from duckdb import DuckDBPyConnection
from hypothesis import given
from hypothesis import strategies as st

from ppp_metrics.metrics.compute import compute
from ppp_metrics.metrics.innovation import FUNNEL
from ppp_metrics.metrics.registry import dimensions_of
from ppp_metrics.periods import Period
from tests.random_worlds import ON_WORLDS, TODAY, session, worlds
from tests.reference_records import Records
from tests.worlds import answer, deliver_columns, world

PERIOD = "2025-Q4"  # matured window: proposed in 2024; followed up to 2025-12-31


@pytest.fixture(scope="module")
def cohort() -> DuckDBPyConnection:
    return world("""
        partners
        partner_id
        c1

        issues
        issue_id | status      | proposed_date | accepted_date
        used     | embedded    | 2024-01-01    | 2024-02-01
        tried    | implemented | 2024-01-01    | 2024-02-01
        waiting  | accepted    | 2024-12-31    | 2025-01-05
        quick    | embedded    | 2024-06-01    | -
        idea     | proposed    | 2024-06-01    | -
        later    | accepted    | 2024-06-01    | 2026-01-01
        outside  | embedded    | 2025-01-01    | 2025-02-01

        outcomes
        outcome_id | issue_id | delivered_date | implemented_date
        o1         | used     | 2024-08-01     | 2025-12-31
        o4         | tried    | 2024-08-01     | 2025-12-31
        o2         | quick    | 2024-06-08     | 2026-01-01
        o3         | outside  | 2025-03-01     | 2025-04-01
    """)


def test_each_step_counts_the_issues_that_reached_it_by_the_last_day(cohort: DuckDBPyConnection) -> None:
    # proposed: all but `outside`. accepted: used, tried, waiting, and quick, which was answered without being accepted;
    # `later` only after the last day. delivered: used, tried, quick. implemented: used, tried; quick a day too late.
    # embedded: used; quick is called so, too, but on the last day it was not in use.
    assert [answer(cohort, metric.id, PERIOD)[0][0] for metric in FUNNEL] == [6, 4, 3, 2, 1]


def test_a_later_step_is_one_of_all_before_it_whatever_their_dates_say() -> None:
    con = world("""
        partners
        partner_id
        c1

        issues
        issue_id | status      | proposed_date | accepted_date | closed_date
        ahead    | embedded    | 2024-01-01    | -             | -
        backward | implemented | 2024-01-01    | 2026-02-01    | 2024-01-02
        late     | implemented | 2024-01-01    | 2025-11-01    | -

        outcomes
        outcome_id | issue_id | delivered_date | implemented_date
        o1         | ahead    | 2026-06-01     | 2025-06-01
        o2         | backward | 2025-06-01     | 2026-01-01
        o3         | late     | 2025-06-01     | 2025-05-01
    """)
    # on the last day of 2025 `ahead` was in use before it was delivered, and without acceptance; `backward` was
    # delivered before it was accepted; `late` went through all, last things first
    assert [answer(con, metric.id, PERIOD)[0][0] for metric in FUNNEL] == [3, 3, 3, 2, 1]


def test_who_never_sends_a_step_is_left_out_of_those_after_it() -> None:
    con = world("""
        partners
        partner_id
        c1

        issues
        issue_id | proposed_date | accepted_date
        i1       | 2024-01-01    | 2024-02-01

        supplier b

        partners
        partner_id
        c1

        issues
        issue_id | proposed_date
        i1       | 2024-01-01
        i2       | 2024-01-01

        outcomes
        outcome_id | issue_id | delivered_date
        o1         | i1       | 2024-03-01
        o2         | i2       | 2024-03-01
    """)
    deliver_columns(con, "b", "issues.accepted_date")
    assert answer(con, "cohort_accepted_count", PERIOD, "value note") == [(1, "without 1 of 2 suppliers")]
    assert [answer(con, metric.id, PERIOD)[0][0] for metric in FUNNEL[:3]] == [3, 1, 0]


def mixed_up(records: Records, chance: random.Random) -> Records:
    """The records with the dates of issues and outcomes in any order."""
    names = ("accepted_date", "closed_date", "delivered_date", "implemented_date")
    tables = ("issues", "outcomes")
    days = [row[name] for table in tables for row in records.get(table, []) for name in names if name in row]
    return records | {
        table: [
            row | {name: chance.choice(days) or (row[name] if name == "delivered_date" else None)
                   for name in names if name in row}
            for row in records.get(table, [])
        ]
        for table in tables
    }  # fmt: skip


@ON_WORLDS
@given(records=worlds(), chance=st.randoms(use_true_random=False), data=st.data())
def test_no_step_is_wider_than_the_one_before_in_any_slice(
    records: Records, chance: random.Random, data: st.DataObject
) -> None:
    con = session(mixed_up(records, chance))
    silent = data.draw(
        st.sampled_from(["issues.accepted_date", "outcomes.delivered_date", "outcomes.implemented_date"])
    )
    deliver_columns(con, "a", silent)
    by = data.draw(st.sampled_from([(), *((name,) for name in dimensions_of(FUNNEL[0]))]), label="by")
    steps = []
    for metric in FUNNEL:
        found = compute(con, metric.id, Period(2025, 1), today=TODAY, by=by, edition="none")
        steps.append({tuple(row[name] for name in by): row["value"] or 0 for row in found.to_dict("records")})
    for wider, narrower in pairwise(steps):
        assert all(value <= wider.get(group, 0) for group, value in narrower.items()), by
