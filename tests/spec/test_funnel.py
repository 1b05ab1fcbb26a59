"""The cohort that is followed from proposal to use: never wider at a later step."""

from __future__ import annotations

import pytest
from duckdb import DuckDBPyConnection

from ppp_metrics.metrics.innovation import FUNNEL
from tests.worlds import answer, world

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
