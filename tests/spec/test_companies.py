"""Companies and the agreements with them."""

from __future__ import annotations

import pytest

from tests.worlds import add_rows, answer, issue_rows, world


def test_a_company_is_active_when_an_issue_of_it_was_accepted_open_or_delivered_in_the_year() -> None:
    con = world("""
        partners
        partner_id | partner_type
        accepted   | company
        open       | company
        delivered  | company
        proposed   | company
        closed     | company
        finished   | company
        resumed    | company
        council    | public_body

        issues
        issue_id | partner_id | proposed_date | accepted_date | closed_date
        i1       | accepted   | 2025-11-01    | 2025-12-31    | -
        i2       | open       | 2022-01-01    | 2022-02-01    | 2026-02-01
        i3       | delivered  | 2022-01-01    | 2022-02-01    | -
        i4       | proposed   | 2025-02-01    | -             | -
        i5       | closed     | 2023-01-01    | 2023-02-01    | 2024-12-31
        i6       | finished   | 2023-01-01    | 2023-02-01    | -
        i7       | council    | 2025-02-01    | 2025-02-01    | -
        i8       | resumed    | 2023-01-01    | 2025-01-01    | 2024-12-31

        outcomes
        outcome_id | issue_id | delivered_date
        o1         | i3       | 2025-01-01
        o2         | i6       | 2024-12-31
        """)
    # i8 was accepted in the year, though a date of closing came before
    assert answer(con, "companies_active_count", "2025-Q4", "value n") == [(4, 4)]


def test_a_company_that_two_suppliers_know_by_one_registration_number_counts_once() -> None:
    con = world("""
        partners
        partner_id | registration_number | size_class
        c1         | 12345678            | -
        c2         | -                   | small

        issues
        issue_id | partner_id | proposed_date | accepted_date
        i1       | c1         | 2025-02-01    | 2025-03-01
        i2       | c2         | 2025-02-01    | 2025-03-01

        supplier b

        partners
        partner_id | registration_number | size_class
        c1         | 99999999            | large
        c9         | 1234 5678           | micro

        issues
        issue_id | partner_id | proposed_date | accepted_date
        i1       | c1         | 2025-02-01    | 2025-03-01
        i2       | c9         | 2025-02-01    | 2025-03-01
        """)
    # a:c1 is b:c9; a:c2 and b:c1 are others, though b uses a's key c1 for another company
    assert answer(con, "issues_proposed_count", "2025") == [(4,)]
    assert answer(con, "companies_active_count", "2025") == [(3,)]
    # the size that one of them knows holds for both records
    assert answer(con, "companies_active_count", "2025", "size_class value", by=["size_class"]) == [
        ("large", 1),
        ("micro", 1),
        ("small", 1),
    ]


def test_a_company_is_new_once_and_returns_when_it_came_before_these_four_quarters() -> None:
    con = world("""
        partners
        partner_id
        again
        twice
        old
        fresh
        fresh2

        issues
        issue_id | partner_id | proposed_date
        i1       | again      | 2025-02-01
        i2       | again      | 2025-04-01
        i3       | twice      | 2025-04-01
        i4       | twice      | 2025-06-30
        i5       | old        | 2019-01-01
        i6       | old        | 2025-10-01
        i7       | fresh      | 2025-12-31
        i8       | fresh2     | 2025-10-01
        """)
    # the first issue of again lies in the same four quarters as its second: it is not from before
    assert answer(con, "companies_new_count", "2025-Q2") == [(1,)]
    assert answer(con, "companies_new_count", "2025") == [(4,)]
    # old, of five
    assert answer(con, "companies_returning_pct", "2025", "value numerator n") == [(20, 1, 5)]


def test_the_share_of_smes_leaves_out_companies_of_unknown_size() -> None:
    con = world("""
        partners
        partner_id | size_class
        c1         | micro
        c2         | small
        c3         | medium
        c4         | large
        c5         | large
        c6         | -

        issues
        issue_id | partner_id | proposed_date
        i1       | c1         | 2025-02-01
        i2       | c1         | 2025-03-01
        i3       | c2         | 2025-02-01
        i4       | c3         | 2025-02-01
        i5       | c4         | 2025-02-01
        i6       | c5         | 2025-02-01
        i7       | c6         | 2025-02-01
        """)
    assert answer(con, "sme_share_pct", "2025", "value numerator n") == [(60, 3, 5)]
    assert answer(con, "issues_proposed_count", "2025", "sme value", by=["sme"]) == [
        ("no", 2),
        ("unknown", 1),
        ("yes", 4),
    ]


AGREEMENTS = """
    partners
    partner_id
    c1

    partnerships
    partnership_id
    p1
"""


def test_the_flow_of_assignments_is_held_to_the_days_that_agreements_were_in_force() -> None:
    con = world(
        AGREEMENTS
        + """
        agreements
        agreement_id | signed_date | end_date   | assignments_per_year
        whole        | 2023-01-01  | -          | 6
        half         | 2025-07-02  | -          | 4
        over         | 2020-01-01  | 2024-12-31 | 100
        open         | 2024-01-01  | -          | -

        issues
        issue_id | agreement_id | proposed_date
        i1       | whole        | 2025-01-01
        i2       | whole        | 2025-12-31
        i3       | half         | 2025-12-31
        i4       | open         | 2025-12-31
        i5       | whole        | 2024-12-31
        """
    )
    # half is in force on 183 of 365 days: 6 + 4 x 183/365 = 8.00548 committed, 3 proposed under the two
    assert answer(con, "assignment_flow_pct", "2025-Q4", "value numerator denominator n low high") == [
        (pytest.approx(100 * 3 / (6 + 4 * 183 / 365)), 3, pytest.approx(6 + 4 * 183 / 365), 2, None, None)
    ]


def test_each_quarter_has_the_part_of_what_was_agreed_that_falls_in_it() -> None:
    con = world(
        AGREEMENTS
        + """
        agreements
        agreement_id | signed_date | end_date   | assignments_per_year
        whole        | 2023-01-01  | -          | 6
        spring       | 2025-05-02  | 2025-06-30 | 4
        over         | 2020-01-01  | 2024-12-31 | 100

        issues
        issue_id | agreement_id | proposed_date
        i1       | whole        | 2025-01-01
        i2       | whole        | 2025-12-31
        i3       | spring       | 2025-12-31
        i4       | over         | 2025-12-31
        """
    )
    # the quarters have 90, 91, 92 and 92 days of 365; spring is in force on 60 of them, and its late issue counts
    committed = [6 * 90 / 365, 6 * 91 / 365 + 4 * 60 / 365, 6 * 92 / 365, 6 * 92 / 365]
    assert answer(
        con, "assignment_flow_pct", "2025-Q4", "quarter numerator denominator n", by=["quarter"], region="NL"
    ) == [
        ("2025-Q1", 1, pytest.approx(committed[0]), 1),
        ("2025-Q2", 0, pytest.approx(committed[1]), 2),
        ("2025-Q3", 0, pytest.approx(committed[2]), 1),
        ("2025-Q4", 2, pytest.approx(committed[3]), 2),
    ]
    assert answer(con, "assignment_flow_pct", "2025-Q4", "numerator denominator n") == [
        (3, pytest.approx(sum(committed)), 2)
    ]


def test_a_result_obligation_is_met_by_an_outcome_that_the_company_accepted() -> None:
    con = world(AGREEMENTS)
    dates = {"proposed_date": "2024-01-01", "accepted_date": "2024-05-01"}
    add_rows(con, "issues", issue_rows(5, "r", obligation="result", **dates))
    add_rows(con, "issues", issue_rows(3, "e", obligation="effort", **dates))
    outcome = {"delivered_date": "2024-06-01"}
    add_rows(
        con,
        "outcomes",
        [
            {"outcome_id": "o1", "issue_id": "r1", "accepted_by_company": "false", **outcome},
            {"outcome_id": "o2", "issue_id": "r1", "accepted_by_company": "true", **outcome},
            {"outcome_id": "o3", "issue_id": "r2", "accepted_by_company": "false", **outcome},
            {"outcome_id": "o4", "issue_id": "r3", **outcome},
            {"outcome_id": "o5", "issue_id": "r4", "accepted_by_company": "true", "delivered_date": "2026-01-01"},
            {"outcome_id": "o6", "issue_id": "e1", "accepted_by_company": "true", **outcome},
        ],
    )
    assert answer(con, "result_obligation_met_pct", "2025", "value numerator n note") == [(20, 1, 5, "")]


def test_an_effort_obligation_reaches_learning_when_a_participant_is_measured_before_and_after() -> None:
    con = world(
        AGREEMENTS
        + """
        participants
        participant_id
        named
        unnamed
        elsewhere
        half

        participations
        participant_id | issue_id
        named          | e1
        unnamed        | e2
        elsewhere      | e3
        half           | e4

        assessments
        participant_id | moment | assessed_date | score | issue_id
        named          | pre    | 2024-06-01    | 40    | e1
        named          | post   | 2025-06-01    | 60    | e1
        unnamed        | pre    | 2024-06-01    | 40    | -
        unnamed        | post   | 2025-06-01    | 60    | -
        elsewhere      | pre    | 2024-06-01    | 40    | e1
        elsewhere      | post   | 2025-06-01    | 60    | e1
        half           | pre    | 2024-06-01    | 40    | e4
        """
    )
    add_rows(
        con,
        "issues",
        issue_rows(5, "e", obligation="effort", proposed_date="2024-01-01", accepted_date="2024-05-01"),
    )
    # e1 by name and e2 by the work of the person; elsewhere was measured on e1, and half only once
    assert answer(con, "effort_learning_reached_pct", "2025", "value numerator n") == [(40, 2, 5)]


def test_the_quality_guarantee_is_a_share_of_the_result_agreements_in_force() -> None:
    con = world(
        AGREEMENTS
        + """
        agreements
        agreement_id | signed_date | end_date   | obligation | quality_guarantee
        a1           | 2025-12-31  | -          | result     | true
        a2           | 2024-01-01  | 2025-12-31 | result     | false
        a3           | 2024-01-01  | -          | result     | -
        a4           | 2024-01-01  | -          | result     | false
        a5           | 2024-01-01  | -          | result     | false
        over         | 2024-01-01  | 2025-12-30 | result     | true
        later        | 2026-01-01  | -          | result     | true
        effort       | 2024-01-01  | -          | effort     | true
        """
    )
    assert answer(con, "quality_guarantee_pct", "2025-Q4", "value numerator n") == [(20, 1, 5)]
