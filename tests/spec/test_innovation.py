"""The funnel of innovation issues, from proposal to implementation."""

from __future__ import annotations

from datetime import date

import pytest

from tests.worlds import add_rows, answer, issue_rows, world

PARTNERS = """
partners
partner_id
c1
"""


def test_an_event_counts_in_the_period_that_its_day_lies_in_first_and_last_day_included() -> None:
    con = world(
        PARTNERS
        + """
        issues
        issue_id | proposed_date | accepted_date
        i1       | 2024-12-31    | 2025-01-01
        i2       | 2025-01-01    | 2025-03-31
        i3       | 2025-03-31    | 2025-04-01
        i4       | 2025-04-01    | -
        """
    )
    assert answer(con, "issues_proposed_count", "2025-Q1", "value n unit note") == [(2, 2, "count", "")]
    assert answer(con, "issues_accepted_count", "2025-Q1") == [(2,)]
    assert answer(con, "issues_proposed_count", "2025") == [(3,)]


def test_an_issue_is_delivered_and_implemented_once_by_its_first_outcome_of_each() -> None:
    con = world(
        PARTNERS
        + """
        issues
        issue_id | proposed_date
        i1       | 2025-01-01
        i2       | 2025-01-01

        outcomes
        outcome_id | issue_id | delivered_date | implemented_date
        o1         | i1       | 2025-02-01     | -
        o2         | i1       | 2025-05-01     | 2025-05-02
        o3         | i2       | 2025-05-01     | 2025-08-01
        o4         | i2       | 2025-06-01     | 2025-06-01
        """
    )
    assert answer(con, "solutions_delivered_count", "2025", "quarter value", by=["quarter"]) == [
        ("2025-Q1", 1),
        ("2025-Q2", 1),
    ]
    assert answer(con, "solutions_implemented_count", "2025", "quarter value", by=["quarter"]) == [("2025-Q2", 2)]


def test_what_is_open_follows_from_the_dates_and_not_from_the_status_column() -> None:
    con = world(
        PARTNERS
        + """
        issues
        issue_id | status      | proposed_date | accepted_date | closed_date
        never    | in_progress | 2025-01-01    | -             | -
        open     | proposed    | 2025-01-01    | 2025-03-31    | -
        hold     | on_hold     | 2025-01-01    | 2025-01-02    | -
        closed   | stopped     | 2025-01-01    | 2025-01-02    | 2025-03-31
        later    | stopped     | 2025-01-01    | 2025-01-02    | 2025-04-01
        done     | implemented | 2025-01-01    | 2025-01-02    | -

        outcomes
        outcome_id | issue_id | delivered_date
        o1         | done     | 2025-04-01
        """
    )
    # at the end of March: open, hold, later, done; at the end of April only open and hold
    assert answer(con, "issues_open_count", "2025-Q1") == [(4,)]
    assert answer(con, "issues_open_count", "2025-Q2") == [(2,)]


def test_implemented_within_365_days_of_acceptance_counts_and_on_day_366_does_not() -> None:
    con = world(
        PARTNERS
        + """
        issues
        issue_id | proposed_date | accepted_date
        day0     | 2024-01-01    | 2024-01-01
        day365   | 2024-01-01    | 2024-02-29
        day366   | 2024-01-01    | 2024-02-29
        last     | 2024-01-01    | 2024-12-31
        never    | 2024-01-01    | 2024-06-01
        before   | 2023-01-01    | 2023-12-31
        after    | 2024-01-01    | 2025-01-01

        outcomes
        outcome_id | issue_id | delivered_date | implemented_date
        o1         | day0     | 2024-01-01     | 2024-01-01
        o2         | day365   | 2024-03-01     | 2025-02-28
        o3         | day366   | 2024-03-01     | 2025-03-01
        o4         | last     | 2025-12-31     | 2025-12-31
        o5         | before   | 2024-01-01     | 2024-01-01
        o6         | after    | 2025-01-01     | 2025-01-01
        """
    )
    # as of 2025-12-31, 365 days before is 2024-12-31: the four quarters of 2024; day0, day365 and last of five
    (row,) = answer(con, "implementation_rate_pct", "2025-Q4", "value low high n numerator denominator unit")
    assert row[0] == 60
    assert row[1] < 60 < row[2]
    assert row[3:] == (5, 3, 5, "pct")


@pytest.mark.parametrize(("implemented", "value"), [(6, 100), (0, 0)])
def test_when_all_or_none_are_implemented_the_interval_ends_there(implemented: int, value: float) -> None:
    con = world(PARTNERS)
    add_rows(con, "issues", issue_rows(6, proposed_date="2024-01-01", accepted_date="2024-05-01"))
    outcome = {"delivered_date": "2024-06-01", "implemented_date": "2024-06-01"}
    add_rows(
        con, "outcomes", [{"outcome_id": f"o{k}", "issue_id": f"i{k}", **outcome} for k in range(1, implemented + 1)]
    )
    # z = 1.95996, n = 6: the other end lies at z² / (n + z²) = 39.03 %
    low, high = {100: (60.97, 100.0), 0: (0.0, 39.03)}[int(value)]
    assert answer(con, "implementation_rate_pct", "2025", "value low high") == [
        (value, pytest.approx(low, abs=0.01), pytest.approx(high, abs=0.01))
    ]


def test_too_few_issues_have_no_rate_and_none_have_no_data() -> None:
    con = world(PARTNERS)
    columns = "value low high n note"
    assert answer(con, "implementation_rate_pct", "2025", columns) == [(None, None, None, 0, "no_data")]
    add_rows(con, "issues", issue_rows(4, proposed_date="2024-01-01", accepted_date="2024-05-01"))
    assert answer(con, "implementation_rate_pct", "2025", columns) == [(None, None, None, 4, "too_few")]


def test_result_and_effort_are_reported_apart_and_a_total_says_its_mix() -> None:
    con = world(
        PARTNERS
        + """
        partnerships
        partnership_id
        p1

        agreements
        agreement_id | signed_date | obligation
        a1           | 2024-01-01  | effort
        """
    )
    dates = {"proposed_date": "2024-01-01", "accepted_date": "2024-05-01"}
    add_rows(con, "issues", issue_rows(6, "r", obligation="result", **dates))
    # where the issue names no obligation it has its agreement's
    add_rows(con, "issues", issue_rows(5, "e", agreement_id="a1", **dates))
    add_rows(con, "issues", issue_rows(1, "u", **dates))
    assert answer(con, "implementation_rate_pct", "2025", "n note") == [(12, "mix: result 6, effort 5, unknown 1")]
    assert answer(con, "implementation_rate_pct", "2025", "obligation n note", by=["obligation"]) == [
        ("effort", 5, ""),
        ("result", 6, ""),
        ("unknown", 1, "too_few"),
    ]
    assert answer(con, "implementation_rate_pct", "2025", "n note", where={"obligation": "resultaatverplichting"}) == [
        (6, "")
    ]


def test_acceptance_takes_at_most_90_days_and_only_proposals_that_had_them_are_judged() -> None:
    con = world(
        PARTNERS
        + """
        issues
        issue_id | proposed_date | accepted_date
        day0     | 2025-01-01    | 2025-01-01
        day90    | 2025-01-01    | 2025-04-01
        day91    | 2025-01-01    | 2025-04-02
        never    | 2025-06-30    | -
        other    | 2024-10-01    | 2024-10-02
        young    | 2025-07-01    | 2025-07-01
        """
    )
    # as of 2025-09-30, 90 days before is 2025-07-02: the four quarters up to 2025-06-30; day0, day90 and other of five
    assert answer(con, "acceptance_rate_pct", "2025-Q3", "value n") == [(60, 5)]


def test_a_technical_question_has_ten_working_days_for_its_first_answer() -> None:
    con = world(
        PARTNERS
        + """
        issues
        issue_id | issue_type         | proposed_date
        friday   | technical_question | 2025-01-03
        late     | technical_question | 2025-01-03
        weekend  | technical_question | 2025-01-04
        same_day | technical_question | 2025-01-06
        open     | technical_question | 2025-01-06
        task     | assignment         | 2025-01-06

        outcomes
        outcome_id | issue_id | delivered_date
        o1         | friday   | 2025-01-17
        o2         | late     | 2025-01-20
        o3         | weekend  | 2025-01-17
        o4         | same_day | 2025-01-06
        """
    )
    # from Friday 3 January, Friday 17 is working day 10 and Monday 20 is 11; from Saturday 4 Friday 17 is 10 too
    assert answer(con, "technical_question_10d_pct", "2025-Q4", "value numerator n") == [(60, 3, 5)]


def test_new_to_market_is_a_share_of_the_implemented_outcomes_with_a_known_novelty() -> None:
    con = world(
        PARTNERS
        + """
        issues
        issue_id | proposed_date
        i1       | 2025-01-01

        outcomes
        outcome_id | issue_id | delivered_date | implemented_date | novelty
        o1         | i1       | 2025-02-01     | 2025-02-01       | new_to_market
        o2         | i1       | 2025-02-01     | 2025-02-01       | new_to_firm
        o3         | i1       | 2025-02-01     | 2025-02-01       | new_to_firm
        o4         | i1       | 2025-02-01     | 2025-02-01       | new_to_firm
        o5         | i1       | 2025-02-01     | 2025-12-31       | new_to_firm
        o6         | i1       | 2025-02-01     | 2025-12-31       | -
        o7         | i1       | 2025-02-01     | -                | new_to_market
        """
    )
    assert answer(con, "new_to_market_pct", "2025", "value n") == [(20, 5)]


def test_what_happens_later_does_not_exist_yet() -> None:
    con = world(
        PARTNERS
        + """
        issues
        issue_id | status      | proposed_date | accepted_date
        i1       | implemented | 2025-01-01    | 2025-02-01
        i2       | proposed    | 2025-05-01    | -

        outcomes
        outcome_id | issue_id | delivered_date | implemented_date
        o1         | i1       | 2025-04-01     | 2025-05-01
        """
    )
    assert answer(con, "issues_open_count", "2025-Q1") == [(1,)]
    # today lies within the period: what is planned for the rest of it has not happened
    early = date(2025, 4, 15)
    assert answer(con, "solutions_delivered_count", "2025-Q2", today=early) == [(1,)]
    assert answer(con, "solutions_implemented_count", "2025-Q2", today=early) == [(0,)]
    assert answer(con, "issues_proposed_count", "2025-Q2", today=early) == [(0,)]


def test_a_period_that_has_not_begun_says_so() -> None:
    con = world(PARTNERS)
    assert answer(con, "issues_proposed_count", "2027-Q1", "value n note") == [(0, 0, "period_not_begun")]
