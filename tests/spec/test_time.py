"""How long it takes until a solution is implemented or delivered, whatever was stopped or is still running."""

from __future__ import annotations

import pytest

from tests.worlds import add_rows, answer, issue_rows, world

# Ten issues: i1 done on day 0, i2 and i3 on day 100, i6 on day 365, i10 on day 366; i4 was stopped on day 100 and i5 on
# day 200; i7 was delivered on day 50, never implemented; i8 could be followed for 183 days, i9 and i7 for 730.
TEN = """
partners
partner_id
c1

issues
issue_id | proposed_date | accepted_date | closed_date
i1       | 2023-12-01    | 2024-01-01    | -
i2       | 2023-12-01    | 2024-01-01    | -
i3       | 2023-12-01    | 2024-01-01    | -
i4       | 2023-12-01    | 2024-01-01    | 2024-04-10
i5       | 2023-12-01    | 2024-01-01    | 2024-07-19
i6       | 2023-12-01    | 2024-01-01    | 2024-01-31
i7       | 2023-12-01    | 2024-01-01    | -
i8       | 2023-12-01    | 2025-07-01    | 2026-01-01
i9       | 2023-12-01    | 2024-01-01    | -
i10      | 2023-12-01    | 2024-01-01    | -
later    | 2023-12-01    | 2026-01-01    | -
never    | 2023-12-01    | -             | -

outcomes
outcome_id | issue_id | delivered_date | implemented_date
o1         | i1       | 2024-01-01     | 2024-01-01
o2         | i2       | 2024-04-10     | 2024-04-10
o3         | i3       | 2024-04-10     | 2024-04-10
o6         | i6       | 2024-12-31     | 2024-12-31
o7         | i7       | 2024-02-20     | 2026-01-01
o10        | i10      | 2025-01-01     | 2025-01-01
"""


# i11 was implemented on day 700 and followed for two years, so that ten were
ELEVENTH = """
issues
issue_id | proposed_date | accepted_date
i11      | 2023-12-01    | 2024-01-01

outcomes
outcome_id | issue_id | delivered_date | implemented_date
o11        | i11      | 2025-12-01     | 2025-12-01
"""


def test_cumulative_incidence_by_hand() -> None:
    con = world(TEN + ELEVENTH)
    # day   at risk  implemented  stopped  still open after it     incidence
    #   0        11            1        0  10/11                    1/11
    # 100        10            2        1  10/11 x 7/10 = 7/11      3/11
    # 183         7            0        0  (i8 is not followed any longer)
    # 200         6            0        1  7/11 x 5/6 = 35/66       3/11
    # 365         5            1        0  35/66 x 4/5 = 28/66      18/66 + 35/66 x 1/5 = 25/66
    # 366         4            1        0  28/66 x 3/4 = 21/66      25/66 + 28/66 x 1/4 = 32/66
    # 700         3            1        0                           32/66 + 21/66 x 1/3 = 39/66
    # i6 was closed before it was implemented after all: what is in use was not stopped
    year = answer(con, "implementation_12m_pct", "2025-Q4", "value n numerator unit note")
    assert year == [(pytest.approx(100 * 25 / 66), 11, None, "pct", "")]
    assert answer(con, "implementation_24m_pct", "2025-Q4") == [(pytest.approx(100 * 39 / 66),)]
    assert answer(con, "median_days_to_implementation", "2025-Q4", "value n unit") == [(700, 11, "days")]


def test_a_horizon_to_which_fewer_than_ten_were_followed_has_no_incidence() -> None:
    con = world(TEN)
    # ten issues, of which i8 was followed for 183 days: nine for a year, and the median as the curve has it
    assert answer(con, "implementation_12m_pct", "2025-Q4", "value low high n note") == [
        (None, None, None, 10, "not_followed")
    ]
    assert answer(con, "median_days_to_implementation", "2025-Q4", "value n unit") == [(366, 10, "days")]
    # newer issues do not help, however many and however soon they are done
    add_rows(con, "issues", issue_rows(50, "new", proposed_date="2025-06-01", accepted_date="2025-06-02"))
    assert answer(con, "implementation_12m_pct", "2025-Q4", "value n note") == [(None, 60, "not_followed")]


def test_those_who_are_done_were_followed_too() -> None:
    con = world("partners\npartner_id\nc1")
    add_rows(con, "issues", issue_rows(20, proposed_date="2023-12-01", accepted_date="2024-01-10"))
    done = {"delivered_date": "2024-03-05", "implemented_date": "2024-03-05"}
    add_rows(con, "outcomes", [{"outcome_id": f"o{at}", "issue_id": f"i{at}", **done} for at in range(1, 18)])
    # three are left at risk at day 365, but of all twenty it is known what happened in their first year
    assert answer(con, "implementation_12m_pct", "2025-Q4") == [(85,)]


def test_time_to_delivery_by_hand() -> None:
    # day 0: 1/10; day 50, i7: 0.1 + 0.9/9 = 0.2; day 100: 0.2 + 0.8 x 2/8 = 0.4, still open 0.8 x 5/8 = 0.5;
    # i8 leaves; day 200: still open 0.5 x 3/4 = 0.375; day 365: 0.4 + 0.375 x 1/3 = 0.525
    assert answer(world(TEN), "median_days_to_delivery", "2025-Q4") == [(365,)]


def test_what_happens_after_the_period_has_not_happened_yet() -> None:
    con = world(TEN)
    # as of 2024-03-31, 90 days in: i1 implemented, the other eight accepted ones still open
    assert answer(con, "implementation_12m_pct", "2024-Q1", "value n note") == [(None, 9, "too_few")]
    add_rows(con, "issues", issue_rows(3, "more", proposed_date="2023-12-01", accepted_date="2024-01-01"))
    assert answer(con, "implementation_12m_pct", "2024-Q1", "value note") == [(None, "not_followed")]
    assert answer(con, "median_days_to_implementation", "2024-Q1", "value low high note") == [
        (None, None, None, "not_reached")
    ]


def test_an_event_before_acceptance_counts_as_of_that_day() -> None:
    con = world("partners\npartner_id\nc1")
    add_rows(con, "issues", issue_rows(10, proposed_date="2023-12-01", accepted_date="2024-01-10"))
    done = {"delivered_date": "2024-01-05", "implemented_date": "2024-01-05"}
    add_rows(con, "outcomes", [{"outcome_id": f"o{at}", "issue_id": f"i{at}", **done} for at in range(1, 6)])
    assert answer(con, "implementation_12m_pct", "2025-Q4") == [(50,)]
    assert answer(con, "median_days_to_implementation", "2025-Q4") == [(0,)]


def test_a_total_over_result_and_effort_obligations_says_its_mix() -> None:
    con = world(TEN)
    add_rows(
        con, "issues", issue_rows(4, "r", proposed_date="2024-01-01", accepted_date="2024-01-01", obligation="result")
    )
    assert answer(con, "implementation_12m_pct", "2025-Q4", "note") == [("mix: result 4, unknown 10",)]
    add_rows(
        con, "issues", issue_rows(2, "e", proposed_date="2024-01-01", accepted_date="2024-01-01", obligation="effort")
    )
    assert answer(con, "implementation_12m_pct", "2025-Q4", "note") == [("mix: result 4, effort 2, unknown 10",)]
