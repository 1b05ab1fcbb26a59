"""Who works together, with what capabilities, and who pays."""

from __future__ import annotations

import pytest

from tests.worlds import add_rows, answer, world

TEAMS = """
    partners
    partner_id | partner_type
    c1         | company
    mbo        | vocational_institution
    hbo        | university_of_applied_sciences

    participants
    participant_id | role             | partner_id
    s1             | student          | mbo
    s2             | student          | hbo
    t1             | teacher          | hbo
    e1             | company_employee | c1

    issues
    issue_id | proposed_date
    i1       | 2025-01-01
    i2       | 2025-01-01
    i3       | 2025-01-01
    i4       | 2025-01-01
    i5       | 2025-01-01
    alone    | 2025-01-01

    participations
    participant_id | issue_id | start_date | end_date
    s1             | i1       | 2025-01-01 | 2025-12-31
    t1             | i1       | 2025-01-01 | -
    e1             | i1       | 2025-01-01 | -
    s2             | i2       | 2025-01-01 | -
    t1             | i2       | 2025-01-01 | -
    s1             | i3       | 2024-01-01 | 2024-12-31
    s2             | i3       | 2025-01-01 | -
    s1             | i4       | 2025-01-01 | -
    s2             | i4       | 2025-01-01 | -
    s1             | i5       | 2024-01-01 | 2025-01-01
"""


def test_three_roles_on_an_issue_are_a_share_of_the_issues_people_worked_on() -> None:
    # student, teacher and company employee on i1 only; nobody worked on `alone`
    assert answer(world(TEAMS), "cross_role_issues_pct", "2025", "value numerator n") == [(20, 1, 5)]


def test_vocational_and_applied_education_work_together_in_the_window() -> None:
    # i1: vocational student and applied teacher; i4: a student of each; on i3 they missed each other by a day
    assert answer(world(TEAMS), "vocational_applied_cooperation_pct", "2025", "value numerator n") == [(40, 2, 5)]


MEMBERS = """
    partners
    partner_id | partner_type
    c1         | company
    c2         | company
    hbo        | university_of_applied_sciences
    mbo        | vocational_institution

    partnerships
    partnership_id | end_date
    p1             | -
    p2             | -
    over           | 2025-12-30

    memberships
    partnership_id | partner_id | joined_date | left_date  | cash_eur | in_kind_eur
    p1             | c1         | 2024-01-01  | -          | 30       | 10
    p1             | c2         | 2024-01-01  | 2025-12-30 | 999      | 999
    p1             | hbo        | 2024-01-01  | 2025-12-31 | -        | 60
    p2             | mbo        | 2024-01-01  | -          | -        | -
    p2             | c2         | 2026-01-01  | -          | 999      | 999
"""


def test_cofinancing_is_the_companies_share_of_what_the_members_of_that_day_put_in() -> None:
    con = world(MEMBERS)
    # 40 of 100 euros, 30 of them in cash
    assert answer(con, "cofinancing_pct", "2025-Q4", "value numerator denominator n") == [(40, 40, 100, 2)]
    assert answer(con, "cofinancing_cash_pct", "2025-Q4") == [(30,)]
    assert answer(con, "cofinancing_pct", "2020-Q4", "value n note") == [(None, 0, "no_data")]


def test_capabilities_are_averaged_over_the_partnerships_that_run() -> None:
    con = world(
        MEMBERS
        + """
        capabilities
        partner_id | capability         | fte | end_date
        hbo        | research           | 1   | -
        hbo        | project_management | 0.5 | 2025-12-31
        mbo        | research           | 0   | -
        mbo        | project_management | 1   | -
        c1         | business_development | 3 | -
        """
    )
    # p1 has 2 of 4, p2 has 1 of 4: the mean of 50 % and 25 %
    assert answer(con, "capability_coverage_pct", "2025-Q4", "value low high n") == [(37.5, None, None, 2)]
    assert answer(con, "capability_coverage_pct", "2025-Q4", "capability value", by=["capability"]) == [
        ("business_development", 0),
        ("project_management", 100),
        ("research", 50),
        ("teacher_professionalisation", 0),
    ]


def test_without_any_record_of_capabilities_coverage_is_not_nought() -> None:
    con = world(MEMBERS)
    assert answer(con, "capability_coverage_pct", "2025-Q4", "value note") == [(None, "no_data")]
    add_rows(con, "capabilities", [{"partner_id": "hbo", "capability": "research", "fte": "1"}])
    assert answer(con, "capability_coverage_pct", "2025-Q4") == [(pytest.approx(12.5),)]
