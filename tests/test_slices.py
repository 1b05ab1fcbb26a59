"""What a region's numbers depend on: of equal hashes they are equal, and what lies elsewhere changes none."""

from __future__ import annotations

from datetime import date

import pytest

from ppp_metrics.metrics.slices import slice_digests
from tests.worlds import add_rows, deliver_columns, world

RECORDS = """
    themes
    theme_code | name_en
    water      | Water

    partnerships
    partnership_id | region_code | start_date
    p1             | NL114       | 2020-01-01

    partners
    partner_id | region_code | registration_number
    c1         | NL114       | 11

    issues
    issue_id | partner_id | proposed_date
    i1       | c1         | 2025-02-01

    supplier b

    partners
    partner_id | region_code | registration_number
    d1         | NL411       | 22

    issues
    issue_id | partner_id | proposed_date
    j1       | d1         | 2025-01-15
"""
NORTH, SOUTH = ("NL11", "NL114"), ("NL4", "NL41", "NL411")


def digests(*changes: str, text: str = RECORDS) -> dict[str, str]:
    con = world(text)
    for change in changes:
        con.execute(change)
    return slice_digests(con, date(2025, 12, 31))


def changed(*changes: str, text: str = RECORDS) -> set[str]:
    """The regions whose hash a change changes."""
    before, after = digests(), digests(*changes, text=text)
    return {region for region in {*before, *after} if before.get(region) != after.get(region)}


def test_each_region_with_records_has_a_hash_and_so_have_those_around_it() -> None:
    assert set(digests()) == {"NL", "NL1", *NORTH, *SOUTH}


@pytest.mark.parametrize(
    ("change", "regions"),
    [
        # an issue in the south
        ("update issues set proposed_date = '2025-03-02' where issue_id = 'j1'", {"NL", *SOUTH}),
        # one that is not known by the day
        ("update issues set proposed_date = '2026-03-02' where issue_id = 'j1'", {"NL", *SOUTH}),
        # a company of the south that turns out to be the north's: no issue of the north is its first any more
        ("update partners set registration_number = '11' where partner_id = 'd1'", {"NL", *SOUTH, "NL1", *NORTH}),
        # what the north's supplier sends, as columns
        ("delete from delivered_columns where supplier = 'a' and table_name = 'outcomes'", {"NL", "NL1", *NORTH}),
        # the name of a partnership of the north
        ("update partnerships set name = 'North'", {"NL", "NL1", *NORTH}),
        # a theme's name stands in every report
        ("update themes set name_en = 'Blue'", {"NL", "NL1", *NORTH, *SOUTH}),
    ],
)
def test_what_changes_is_seen_where_it_is_read(change: str, regions: set[str]) -> None:
    assert changed(change) == regions


def test_the_same_records_in_another_load_and_order_are_the_same() -> None:
    again = [f"update {table} set load_id = 9, source_row = 100 - source_row" for table in ("issues", "partners")]
    assert changed(*again) == set()


def test_a_supplier_without_records_in_a_region_does_not_matter_there() -> None:
    con = world(RECORDS)
    deliver_columns(con, "c")
    add_rows(con, "partners", [{"partner_id": "e1", "region_code": "NL230"}], supplier="c", load_id=3)
    found = slice_digests(con, date(2025, 12, 31))
    assert {region for region, digest in digests().items() if found[region] != digest} <= {"NL"}


def test_a_pair_of_people_is_looked_at_whole_wherever_it_stands() -> None:
    pair = """
    participants
    participant_id | partner_id
    s1             | c1
    s2             | -

    interactions
    giver_id | receiver_id | interaction_date | issue_id
    s1       | s2          | 2025-02-01       | i1
    s2       | s1          | 2025-03-01       | -
    """
    text = RECORDS.replace("    supplier b\n", pair + "\n    supplier b\n")
    before = digests(text=text)
    after = digests("update interactions set giver_id = 's1', receiver_id = 's2' where issue_id is null", text=text)
    # the way back names no issue, and was given by somebody of no region: still the pair of the north is one-way now
    assert {region for region in before if before[region] != after[region]} == {"NL", "NL1", *NORTH}
