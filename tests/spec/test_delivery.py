"""What a supplier never sent is not known: it is not counted as what did not happen."""

from __future__ import annotations

from pathlib import Path

from duckdb import DuckDBPyConnection

from ppp_metrics.metrics.compute import compute_areas
from ppp_metrics.periods import Period
from tests.deliveries import deliver, store
from tests.worlds import TODAY, add_rows, answer, deliver_columns, issue_rows, world

NOBODY = "no_data; without 2 of 2 suppliers"
PERIOD = "2025-Q4"  # matured window: accepted from 2024-01-01 up to 2024-12-31


def two_suppliers() -> DuckDBPyConnection:
    """Supplier a: 6 issues accepted, 3 implemented. Supplier b: 10 accepted, and never a word on implementation."""
    con = world()
    add_rows(con, "partners", [{"partner_id": "c1"}])
    add_rows(con, "issues", issue_rows(6, proposed_date="2024-01-10", accepted_date="2024-02-01"))
    outcomes = [{"outcome_id": f"o{i}", "issue_id": f"i{i}", "delivered_date": "2024-03-01",
                 "implemented_date": "2024-04-01"} for i in (1, 2, 3)]  # fmt: skip
    add_rows(con, "outcomes", outcomes)
    add_rows(con, "partners", [{"partner_id": "c1"}], supplier="b", load_id=2)
    issues = issue_rows(10, proposed_date="2024-01-10", accepted_date="2024-02-01")
    add_rows(con, "issues", issues, supplier="b", load_id=2)
    deliver_columns(con, "b", "outcomes.implemented_date")
    return con


def test_a_rate_leaves_out_the_supplier_who_never_sent_its_column_and_says_so() -> None:
    # 3 of a's 6; with b's 10 it would be 3 of 16, which nobody knows
    rows = answer(two_suppliers(), "implementation_rate_pct", PERIOD, "value n note")
    assert rows == [(50.0, 6, "without 1 of 2 suppliers")]


def test_asked_of_several_areas_at_once_each_is_told_what_it_lacks() -> None:
    # of a, 6 issues are in Groningen and 5 in Friesland; all 10 of b are in Groningen
    con = two_suppliers()
    con.execute("update partners set region_code = 'NL114'")
    add_rows(con, "partners", [{"partner_id": "c2", "region_code": "NL127"}], supplier="a")
    add_rows(con, "issues", issue_rows(5, "f", partner_id="c2", proposed_date="2024-01-10", accepted_date="2024-02-01"))
    rows = compute_areas(con, "implementation_rate_pct", Period.parse(PERIOD), ["NL11", "NL12", "NL13"], today=TODAY)
    assert rows[["area", "value", "n", "note"]].to_numpy().tolist() == [
        ["NL11", 50.0, 6, "without 1 of 2 suppliers"],
        ["NL12", 0.0, 5, ""],
    ]


def test_what_does_not_need_the_column_counts_everyone() -> None:
    assert answer(two_suppliers(), "issues_accepted_count", "2024-Q1", "value note") == [(16, "")]


def test_where_nobody_sent_it_there_is_no_data_rather_than_nought() -> None:
    con = two_suppliers()
    deliver_columns(con, "a", "outcomes.implemented_date")
    assert answer(con, "implementation_rate_pct", PERIOD, "value note") == [(None, NOBODY)]
    assert answer(con, "solutions_implemented_count", "2024-Q2", "value note") == [(None, NOBODY)]


def test_of_a_part_whose_suppliers_never_sent_it_nothing_is_known_either() -> None:
    # all of b is in Groningen, all of a in Utrecht
    con = two_suppliers()
    con.execute("update partners set region_code = 'NL114' where supplier = 'b'")
    for column in ("issues.accepted_date", "outcomes.implemented_date", "participations.participant_id"):
        deliver_columns(con, "b", column)
        metric = {"issues": "issues_accepted_count", "outcomes": "solutions_implemented_count"}.get(
            column.partition(".")[0], "participants_count"
        )
        alone = "no_data; without 1 of 1 suppliers"
        assert answer(con, metric, "2024", "value note", region="NL11") == [(None, alone)]
        [(value, note)] = answer(con, metric, "2024", "value note")
        assert value is not None
        assert note == "without 1 of 2 suppliers"
        areas = compute_areas(con, metric, Period(2024), ["NL11"], today=TODAY)
        assert areas[["value", "note"]].astype(object).where(areas.notna(), None).to_numpy().tolist() in (
            [],
            [[None, alone]],
        )


def test_a_list_that_calls_every_partner_other_does_not_say_that_none_is_a_company() -> None:
    con = world()
    add_rows(con, "partners", [{"partner_id": "c1", "partner_type": "other"}])
    add_rows(con, "issues", issue_rows(6, proposed_date="2024-01-10", accepted_date="2024-02-01"))
    for metric in ("companies_active_count", "companies_new_count"):
        assert answer(con, metric, "2024", "value note") == [(None, "no_data; without 1 of 1 suppliers")]
    # one partner of another kind, and the list knows kinds: none of them is a company
    add_rows(con, "partners", [{"partner_id": "s1", "partner_type": "public_body"}])
    assert answer(con, "companies_active_count", "2024", "value note") == [(0, "")]


def test_an_empty_column_that_was_sent_is_an_answer() -> None:
    con = world()
    add_rows(con, "partners", [{"partner_id": "c1"}])
    add_rows(con, "issues", issue_rows(6, proposed_date="2024-01-10", accepted_date="2024-02-01"))
    assert answer(con, "implementation_rate_pct", PERIOD, "value n") == [(0.0, 6)]


def test_a_theme_partnership_or_workplace_that_only_issues_name_goes_by_its_key() -> None:
    con = world()
    add_rows(con, "partners", [{"partner_id": "c1"}])
    named = {"theme_code": "soil", "partnership_id": "p9", "workplace_id": "w9", "proposed_date": "2025-01-10"}
    add_rows(con, "issues", issue_rows(2, **named))
    for dimension, key in (("theme", "soil"), ("partnership", "p9"), ("workplace", "w9")):
        rows = answer(con, "issues_proposed_count", "2025", f"{dimension} value", by=[dimension])
        assert rows == [(key, 2)]
        assert answer(con, "issues_proposed_count", "2025", where={dimension: key}) == [(2,)]
    assert answer(con, "issues_proposed_count", "2025", partnership="p9") == [(2,)]


def test_who_sent_outcomes_with_a_header_alone_has_none(tmp_path: Path) -> None:
    """Of a 8 of 10 issues were implemented in a year, of b none of 10: 8 of 20, not 8 of 10."""
    partners = "partner_id,name,partner_type,region_code\nc1,{0},company,NL11\n"
    issues = "issue_id,partner_id,theme_code,status,proposed_date,accepted_date\n" + "".join(
        f"i{at},c1,water,accepted,2023-12-01,2024-01-05\n" for at in range(10)
    )
    header = "outcome_id,issue_id,delivered_date,implemented_date\n"
    outcomes = header + "".join(f"o{at},i{at},2024-03-01,2024-04-01\n" for at in range(8))
    for supplier, sent in (("a", outcomes), ("b", header)):
        deliver(
            tmp_path, {"partners.csv": partners.format(supplier), "issues.csv": issues, "outcomes.csv": sent}, supplier
        )
    with store(tmp_path).reading() as con:
        answered = answer(con, "implementation_rate_pct", "2025-Q1", "value n numerator note")
    assert answered == [(40.0, 20, 8, "design effect 10.0")]
