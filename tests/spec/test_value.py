"""What solutions are worth, how far they brought a technology, and how steadily questions come in."""

from __future__ import annotations

from datetime import date, timedelta

import pytest

from tests.worlds import add_rows, answer, issue_rows, world

PARTNERS = """
partners
partner_id
c1
c2
c3
"""


def test_value_is_summed_over_what_was_implemented_in_the_year_and_says_what_it_rests_on() -> None:
    con = world(
        PARTNERS
        + """
        issues
        issue_id | partner_id | proposed_date
        i1       | c1         | 2024-01-01
        i2       | c2         | 2024-01-01
        i3       | c3         | 2024-01-01

        outcomes
        outcome_id | issue_id | delivered_date | implemented_date | value_eur | value_evidence
        o1         | i1       | 2024-06-01     | 2025-01-01       | 1000.50   | verified
        o2         | i2       | 2024-06-01     | 2025-12-31       | 800       | self_reported
        o3         | i3       | 2024-06-01     | 2025-06-01       | 900       | -
        o4         | i3       | 2024-06-01     | 2025-06-01       | -         | none
        o5         | i1       | 2024-06-01     | 2024-12-31       | 5000      | verified
        o6         | i1       | 2024-06-01     | 2026-01-01       | 5000      | verified
        o7         | i1       | 2024-06-01     | -                | 5000      | verified
        """
    )
    columns = "value low high n numerator unit note"
    assert answer(con, "value_created_eur", "2025-Q4", columns, edition="none") == [
        (2700.5, None, None, 3, None, "eur", "evidence: self_reported 1, verified 1, unknown 1")
    ]
    # each kind of evidence is one company's: that it is there may be said, how much of it may not
    assert answer(con, "value_created_eur", "2025-Q4", "value note") == [
        (2700.5, "evidence: self_reported, verified, unknown")
    ]
    alone = {"by": ["value_evidence"], "edition": "none"}
    assert answer(con, "value_created_eur", "2025-Q4", "value_evidence value note", **alone) == [
        ("self_reported", 800, ""),
        ("unknown", 900, ""),
        ("verified", 1000.5, ""),
    ]
    assert answer(con, "value_created_eur", "2023", "value n note") == [(None, 0, "no_data")]


def test_readiness_gained_is_the_mean_over_solutions_of_which_both_levels_are_known() -> None:
    con = world(PARTNERS)
    add_rows(con, "issues", issue_rows(10, proposed_date="2024-01-01", trl_start="3"))
    add_rows(con, "issues", [{"issue_id": "no_start", "proposed_date": "2024-01-01"}])
    # five solutions gain 1 level, five gain 4: mean 2.5
    outcomes = [
        {
            "outcome_id": f"o{at}",
            "issue_id": f"i{at}",
            "delivered_date": "2025-05-01",
            "trl_end": "4" if at <= 5 else "7",
        }
        for at in range(1, 11)
    ]
    outcomes += [
        {"outcome_id": "no_end", "issue_id": "i1", "delivered_date": "2025-05-01"},
        {"outcome_id": "no_start", "issue_id": "no_start", "delivered_date": "2025-05-01", "trl_end": "9"},
        {"outcome_id": "earlier", "issue_id": "i1", "delivered_date": "2024-12-31", "trl_end": "9"},
    ]
    add_rows(con, "outcomes", outcomes)
    ((value, low, high, n, unit),) = answer(con, "trl_gain_mean", "2025-Q4", "value low high n unit")
    assert (value, n, unit) == (2.5, 10, "trl")
    assert 1 <= low < 2.5 < high <= 4


def test_questions_are_answered_in_the_median_number_of_days() -> None:
    con = world(PARTNERS)
    add_rows(con, "issues", issue_rows(11, proposed_date="2025-03-01", issue_type="technical_question"))
    add_rows(con, "issues", [{"issue_id": "assignment", "proposed_date": "2025-03-01"}])
    # answered after 1, 2 ... 11 days; a second answer and an assignment's solution change nothing
    days = [*range(1, 12)]
    outcomes = [
        {"outcome_id": f"o{at}", "issue_id": f"i{at}", "delivered_date": str(date(2025, 3, 1) + timedelta(at))}
        for at in days
    ]
    outcomes += [
        {"outcome_id": "second", "issue_id": "i1", "delivered_date": "2025-09-01"},
        {"outcome_id": "other", "issue_id": "assignment", "delivered_date": "2025-09-01"},
    ]
    add_rows(con, "outcomes", outcomes)
    ((value, low, high, n),) = answer(con, "technical_question_median_days", "2025-Q4", "value low high n")
    assert (value, n) == (6, 11)
    assert 1 <= low <= 6 <= high <= 11


def proposed(**quarters: int) -> list[dict]:
    """So many issues on the first day of each quarter, as q2024_1=3."""
    return [
        {"issue_id": f"{name}-{at}", "proposed_date": f"{name[1:5]}-{3 * int(name[6]) - 2:02}-01"}
        for name, count in quarters.items()
        for at in range(count)
    ]


def test_a_flow_varies_as_the_standard_deviation_over_the_mean_of_eight_quarters() -> None:
    con = world(PARTNERS)
    add_rows(
        con,
        "issues",
        proposed(q2023_4=9, q2024_1=2, q2024_2=4, q2024_3=4, q2024_4=4, q2025_1=5, q2025_2=5, q2025_3=7, q2025_4=9),
    )
    # 2, 4, 4, 4, 5, 5, 7, 9: mean 5, squares 9 + 1 + 1 + 1 + 0 + 0 + 4 + 16 = 32, sd = sqrt(32 / 7)
    expected = pytest.approx(100 * (32 / 7) ** 0.5 / 5)
    assert answer(con, "assignment_flow_cv_pct", "2025-Q4", "value low n unit") == [(expected, None, 8, "pct")]


def test_quarters_without_any_issue_count_as_nought_but_not_before_the_first_issue() -> None:
    con = world(PARTNERS)
    add_rows(con, "issues", proposed(q2025_1=4, q2025_3=4))
    # 4, 0, 4, 0 from 2025-Q1 on: mean 2, sd = sqrt(16 / 3)
    assert answer(con, "assignment_flow_cv_pct", "2025-Q4", "value n") == [(pytest.approx(50 * (16 / 3) ** 0.5), 4)]
    assert answer(con, "assignment_flow_cv_pct", "2025-Q3", "value n note") == [(None, 3, "too_few")]


def test_the_quarters_of_a_theme_begin_with_its_own_first_issue_by_all_themes_as_by_itself() -> None:
    con = world(PARTNERS)
    add_rows(con, "issues", proposed(q2024_3=4, q2025_2=4, q2025_3=4))
    energy = [
        {"issue_id": f"e{day}", "theme_code": "energy", "proposed_date": day} for day in ("2025-01-01", "2025-12-31")
    ]
    soil = [{"issue_id": "new", "theme_code": "soil", "proposed_date": "2025-12-31"}]
    add_rows(con, "issues", energy + soil)
    # energy from 2025-Q1 on: 1, 0, 0, 1: mean 1/2, sd = sqrt(1/3); water from 2024-Q3 on: 4, 0, 0, 4, 4, 0: mean 2,
    # sd = sqrt(24 / 5); soil has one quarter
    expected = [
        ("energy", pytest.approx(200 * (1 / 3) ** 0.5), 4, ""),
        ("soil", None, 1, "too_few"),
        ("water", pytest.approx(50 * (24 / 5) ** 0.5), 6, ""),
    ]
    assert answer(con, "assignment_flow_cv_pct", "2025-Q4", "theme value n note", by=["theme"]) == expected
    for theme, *rest in expected:
        alone = answer(con, "assignment_flow_cv_pct", "2025-Q4", "value n note", where={"theme": theme})
        assert alone == [tuple(rest)]


def test_a_quarter_that_is_not_over_is_left_out() -> None:
    con = world(PARTNERS)
    add_rows(con, "issues", proposed(q2025_1=2, q2025_2=4, q2025_3=2, q2025_4=4, q2026_1=100))
    # 2, 4, 2, 4: mean 3, sd = sqrt(4 / 3)
    asked = {"today": date(2026, 2, 1)}
    assert answer(con, "assignment_flow_cv_pct", "2026-Q1", "value n", **asked) == [
        (pytest.approx(100 * (4 / 3) ** 0.5 / 3), 4)
    ]
