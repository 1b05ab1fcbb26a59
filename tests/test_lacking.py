"""What was sent and could not be read is in the note of every number that needs it, and of no other."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from ppp_metrics.metrics.compute import compute, compute_areas
from ppp_metrics.metrics.metric import Metric
from ppp_metrics.metrics.registry import METRICS
from ppp_metrics.periods import Period
from ppp_metrics.records.model import BY_NAME
from tests.worlds import TODAY, add_rows, answer, world

if TYPE_CHECKING:
    from duckdb import DuckDBPyConnection


def put_aside(con: DuckDBPyConnection, table: str, column: str, *keys: str, row_kept: bool = True) -> None:
    """Say that the cells of these records (by the first column of the key) could not be read."""
    con.execute(
        "insert into put_aside select supplier, load_id, source_id, source_row, ?, ?, ? "
        f"from {table} where list_contains(?, {BY_NAME[table].key[0]})",
        [table, column, row_kept, keys],
    )


def lose_rows(con: DuckDBPyConnection, table: str, count: int, supplier: str = "a") -> None:
    for number in range(count):
        con.execute("insert into put_aside values (?, 1, 1, ?, ?, null, false)", [supplier, 1000 + number, table])


def note(con: DuckDBPyConnection, metric_id: str, period: str = "2025", **options: object) -> str:
    [(found,)] = answer(con, metric_id, period, "note", **options)  # type: ignore[arg-type]
    return found or ""


SOLUTIONS = """
partners
partner_id | region_code
c1         | NL350
c2         | NL113
c3         | NL113
c4         | NL113

issues
issue_id | partner_id | theme_code | proposed_date | accepted_date
i1       | c1         | water      | 2025-01-10    | 2025-02-01
i2       | c2         | water      | 2025-01-10    | 2025-02-01
i3       | c3         | soil       | 2025-01-10    | 2025-02-01
i4       | c4         | soil       | 2025-01-10    | 2025-02-01

outcomes
outcome_id | issue_id | delivered_date | implemented_date | value_eur
o1         | i1       | 2025-03-01     | 2025-04-01       | 100
o2         | i2       | 2025-03-01     | 2025-04-01       | 100
o3         | i3       | 2025-03-01     | 2025-04-01       | 100
o4         | i4       | 2025-03-01     | 2025-04-01       | -
o5         | i4       | 2025-03-01     | -                | 100
"""


def test_an_amount_that_could_not_be_read_is_told_of_beside_the_sum_of_the_others() -> None:
    con = world(SOLUTIONS)
    put_aside(con, "outcomes", "value_eur", "o4")
    # o1, o2 and o3 are read; o5 came into no use, and its amount is known
    assert answer(con, "value_created_eur", "2025", "value note") == [(300, "1 of 4 amounts unread")]
    assert answer(con, "value_created_eur", "2024", "value note") == [(None, "no_data")]


def test_an_empty_cell_is_not_one_that_could_not_be_read() -> None:
    con = world(SOLUTIONS)
    assert note(con, "value_created_eur") == ""
    # a cell of the same row that is filled, as where a mapping makes two records of a row, is none either
    put_aside(con, "outcomes", "value_eur", "o1")
    assert note(con, "value_created_eur") == ""


def test_a_solution_without_its_day_is_told_of_in_any_period() -> None:
    con = world(SOLUTIONS)
    put_aside(con, "outcomes", "implemented_date", "o5")
    assert answer(con, "solutions_implemented_count", "2025-Q2", "value note") == [(4, "1 of 4 dates unread")]
    con.execute("delete from outcomes where outcome_id = 'o4'")
    # i4 has no other solution now, and nobody knows in which quarter the one it has came into use
    for period, value in (("2025-Q2", 3), ("2025-Q3", 0), ("2025", 3)):
        assert answer(con, "solutions_implemented_count", period, "value note") == [(value, "1 without a date")]
    assert answer(con, "value_created_eur", "2025", "value note") == [(300, "1 without a date")]
    assert note(con, "solutions_delivered_count") == ""


@pytest.mark.parametrize("options", [{"region": "NL35"}, {"where": {"theme": "water"}}])
def test_a_note_is_of_the_records_of_its_slice(options: dict) -> None:
    con = world(SOLUTIONS)
    put_aside(con, "outcomes", "implemented_date", "o4", "o5")
    con.execute("update outcomes set implemented_date = null where outcome_id = 'o4'")
    assert note(con, "solutions_implemented_count") == "1 without a date"
    assert note(con, "solutions_implemented_count", **options) == ""
    assert note(con, "solutions_implemented_count", where={"theme": "soil"}) == "1 without a date"


def test_each_group_tells_its_own_and_by_equals_where() -> None:
    con = world(SOLUTIONS)
    put_aside(con, "outcomes", "value_eur", "o4")
    put_aside(con, "outcomes", "implemented_date", "o5")
    themes = answer(con, "value_created_eur", "2025", "theme note", by=["theme"], edition="none")
    assert themes == [("soil", "1 of 2 amounts unread; 1 without a date"), ("water", "")]
    for theme, found in themes:
        assert note(con, "value_created_eur", where={"theme": theme}, edition="none") == found
    quarters = answer(con, "solutions_implemented_count", "2025", "quarter note", by=["quarter"])
    assert quarters == [("2025-Q2", "1 of 4 dates unread")]


def test_an_issue_that_its_status_calls_accepted_has_a_day_of_acceptance_somewhere() -> None:
    con = world("""
    partners
    partner_id
    c1

    issues
    issue_id | proposed_date | accepted_date | status
    i1       | 2025-01-10    | 2025-02-01    | accepted
    i2       | 2025-01-10    | -             | implemented
    i3       | 2025-01-10    | -             | proposed
    i4       | 2025-01-10    | -             | declined
    """)
    assert answer(con, "issues_accepted_count", "2025", "value note") == [(1, "1 without a date")]
    assert note(con, "issues_proposed_count") == ""


def test_rows_put_aside_as_a_whole_are_told_of_where_their_supplier_has_issues() -> None:
    con = world("""
    partners
    partner_id | region_code
    c1         | NL350

    issues
    issue_id | proposed_date
    i1       | 2025-01-10

    supplier b

    partners
    partner_id | region_code
    c1         | NL113

    issues
    issue_id | proposed_date
    i1       | 2025-01-10

    supplier nowhere
    """)
    lose_rows(con, "outcomes", 2)
    assert note(con, "solutions_delivered_count") == "rows put aside: outcomes 2"
    assert note(con, "solutions_delivered_count", region="NL35") == "rows put aside: outcomes 2"
    assert note(con, "solutions_delivered_count", region="NL11") == ""
    assert note(con, "issues_proposed_count") == ""
    # all that a third supplier sent was put aside: it could be of anywhere
    con = world("""
    partners
    partner_id | region_code
    c1         | NL350

    issues
    issue_id | proposed_date
    i1       | 2025-01-10
    """)
    lose_rows(con, "issues", 30, supplier="z")
    assert note(con, "issues_proposed_count", region="NL35") == "rows put aside: issues 30"


def test_a_reference_that_led_nowhere_is_told_of_where_it_is_needed() -> None:
    con = world("""
    partners
    partner_id
    c1

    agreements
    agreement_id | signed_date | assignments_per_year
    a1           | 2024-01-01  | 2

    issues
    issue_id | proposed_date | agreement_id
    i1       | 2025-01-10    | a1
    i2       | 2025-01-10    | -
    """)
    put_aside(con, "issues", "agreement_id", "i2")
    assert answer(con, "assignment_flow_pct", "2025", "numerator note") == [(1, "1 references unread")]
    assert note(con, "issues_proposed_count") == ""


def test_a_member_whose_contribution_could_not_be_read_is_one_of_those_that_count() -> None:
    con = world("""
    partners
    partner_id | partner_type
    c1         | company
    s1         | vocational_institution

    partnerships
    partnership_id
    p1

    memberships
    partnership_id | partner_id | joined_date | cash_eur | in_kind_eur
    p1             | c1         | 2024-01-01  | 10       | -
    p1             | s1         | 2024-01-01  | -        | -
    """)
    put_aside(con, "memberships", "cash_eur", "p1")
    assert answer(con, "cofinancing_pct", "2025", "value n note") == [(100, 1, "1 of 2 amounts unread")]


def test_of_people_and_to_funders_a_note_does_not_say_how_many() -> None:
    con = world("""
    participants
    participant_id
    p0

    partners
    partner_id
    c1

    issues
    issue_id | proposed_date
    i1       | 2025-01-10
    """)
    people = [{"participant_id": f"p{number}"} for number in range(1, 8)]
    add_rows(con, "participants", people)
    add_rows(con, "participations", [{**each, "issue_id": "i1", "hours": "4"} for each in people])
    con.execute("update participations set hours = null where participant_id = 'p7'")
    put_aside(con, "participations", "hours", "p7")
    lose_rows(con, "participations", 3)
    assert note(con, "learning_hours") == "some hours unread; rows put aside: participations"
    assert note(con, "learning_hours", edition="none") == "1 of 7 hours unread; rows put aside: participations 3"
    # six people with known hours; of three nothing at all is said
    con.execute("delete from participations where participant_id in ('p1', 'p2', 'p3')")
    assert note(con, "learning_hours") == "suppressed"

    con = world(SOLUTIONS)
    put_aside(con, "outcomes", "implemented_date", "o5")
    lose_rows(con, "issues", 1)
    wanted = "some dates unread; rows put aside: issues, outcomes"
    lose_rows(con, "outcomes", 1)
    assert note(con, "solutions_implemented_count", edition="funder") == wanted


def test_areas_asked_at_once_tell_what_each_tells_alone() -> None:
    con = world(SOLUTIONS)
    put_aside(con, "outcomes", "implemented_date", "o5", "o2")
    con.execute("update outcomes set implemented_date = null where outcome_id = 'o2'")
    lose_rows(con, "outcomes", 1)
    lose_rows(con, "issues", 1, supplier="z")
    areas = ("NL", "NL1", "NL11", "NL35")
    found = compute_areas(con, "solutions_implemented_count", Period(2025), areas, today=TODAY).set_index("area")
    assert len(set(found["note"])) > 1
    for area, row in found.iterrows():
        alone = compute(con, "solutions_implemented_count", Period(2025), region=str(area), today=TODAY)
        assert row["note"] == alone["note"][0], area


@pytest.mark.parametrize("metric", METRICS.values(), ids=list(METRICS))
def test_whatever_a_metric_reads_can_be_told_of(metric: Metric) -> None:
    for name in (*metric.needs, *metric.reads):
        table, _, column = name.partition(".")
        con = world(SOLUTIONS)
        con.execute("insert into put_aside values ('a', 1, 1, 99, ?, ?, ?)", [table, column, False])
        frame = compute(con, metric.id, Period(2026), today=TODAY, edition="none")
        assert frame["note"].str.contains(f"rows put aside: {table} 1").tolist() in ([True], [True, True]), name
        # a cell of a record of which no row is there any more, so that no number lacks it
        con = world(SOLUTIONS)
        con.execute("insert into put_aside values ('a', 1, 1, 99, ?, ?, ?)", [table, column, True])
        frame = compute(con, metric.id, Period(2026), today=TODAY, edition="none")
        assert not frame["note"].str.contains(r"\d of \d|without|aside").any(), name


def test_nothing_is_asked_where_nothing_is_lacking() -> None:
    from ppp_metrics.metrics.question import ask

    con = world(SOLUTIONS)
    metric = METRICS["value_created_eur"]
    assert ask(con, metric, Period(2025), today=TODAY).lacking is None
    con = world(SOLUTIONS)
    put_aside(con, "outcomes", "novelty", "o1")
    assert ask(con, metric, Period(2025), today=TODAY).lacking is None
