"""Small worlds for specifications: ASCII tables in, a session like `Store.reading` gives out.

    con = world('''
    issues
    issue_id | partner_id | theme_code | proposed_date | accepted_date
    i1       | c1         | water      | 2025-01-10    | 2025-02-01
    ''')

An empty cell or `-` is missing. What a table leaves out and the model requires gets a plain default (`DEFAULTS`). Each
block belongs to the supplier that the last `supplier NAME` line named (`a` before any). The Dutch areas of NUTS are
always there.
"""

from __future__ import annotations

import csv
from datetime import date
from functools import cache
from importlib.resources import files
from typing import TYPE_CHECKING, Any

import pandas as pd

from ppp_metrics.metrics.compute import compute
from ppp_metrics.metrics.relations import create_empty_records
from ppp_metrics.periods import Period
from ppp_metrics.records.model import BY_NAME

if TYPE_CHECKING:
    from duckdb import DuckDBPyConnection

DEFAULTS = {
    "partners": {"partner_type": "company", "region_code": "NL350"},
    "partnerships": {"region_code": "NL350"},
    "issues": {"partner_id": "c1", "theme_code": "water", "status": "proposed", "issue_type": "assignment"},
    "agreements": {"partnership_id": "p1", "partner_id": "c1", "obligation": "result"},
    "workplaces": {"partnership_id": "p1", "workplace_type": "lab", "opened_date": "2020-01-01"},
    "memberships": {"member_role": "member", "joined_date": "2020-01-01"},
    "capabilities": {"start_date": "2020-01-01"},
    "participants": {"role": "student"},
    "participations": {"start_date": "2025-01-01"},
    "assessments": {"competence_code": "research", "design": "pre_post", "scale_min": "0", "scale_max": "100"},
    "value_stories": {"partnership_id": "p1"},
}


def world(text: str = "") -> DuckDBPyConnection:
    """An in-memory session with the records of the tables in `text`."""
    import duckdb

    con = duckdb.connect()
    create_empty_records(con)
    areas = _dutch_regions()
    con.execute(
        "insert into regions (region_code, name, parent_code, level, current_code) values "
        + ", ".join(["(?, ?, ?, ?, ?)"] * len(areas)),
        [value for area in areas for value in area],
    )
    supplier, load_id = "a", 1
    deliver_columns(con, supplier)
    for block in _blocks(text):
        first = block[0].split()
        if first[0] == "supplier":
            supplier, load_id = first[1], load_id + 1
            block = block[1:]
            deliver_columns(con, supplier)
        if block:
            _insert(con, supplier, load_id, block)
    return con


def deliver_columns(con: DuckDBPyConnection, supplier: str, *missing: str) -> None:
    """Say that a supplier sent every column of the model but the `missing` ones (`table.column`)."""
    con.execute("delete from delivered_columns where supplier = ?", [supplier])
    sent = [
        [supplier, table.name, name]
        for table in BY_NAME.values()
        for name in table.by_name
        if f"{table.name}.{name}" not in missing
    ]
    rows = ", ".join(["(?, ?, ?)"] * len(sent))
    con.execute(f"insert into delivered_columns values {rows}", [value for row in sent for value in row])


def add_rows(con: DuckDBPyConnection, table: str, rows: list[dict], supplier: str = "a", load_id: int = 1) -> None:
    """Insert records given as dicts of text, with the defaults filled in."""
    columns = BY_NAME[table].by_name
    named = [name for name in ("name", "name_en") if name in columns]
    records = []
    for number, row in enumerate(rows, start=2):
        given = {name: value for name, value in row.items() if value not in ("", "-", None)}
        unknown = set(given) - set(columns)
        assert not unknown, f"{table} has no column {unknown}"
        record = dict.fromkeys(columns) | dict.fromkeys(named, given.get(BY_NAME[table].key[0]))
        record |= DEFAULTS.get(table, {}) | given
        if table == "regions":
            record["current_code"] = record["region_code"]
        records.append(record | {"supplier": supplier, "load_id": load_id, "source_id": 1, "source_row": number})
    if records:
        places = ", ".join(f"({', '.join('?' * len(record))})" for record in records)
        values = [value for record in records for value in record.values()]
        con.execute(f"insert into {table} ({', '.join(records[0])}) values {places}", values)


def _insert(con: DuckDBPyConnection, supplier: str, load_id: int, block: list[str]) -> None:
    table, header, *lines = block
    names = [name.strip() for name in header.split("|")]
    rows = [dict(zip(names, (cell.strip() for cell in line.split("|")), strict=True)) for line in lines]
    add_rows(con, table, rows, supplier, load_id)


def _blocks(text: str) -> list[list[str]]:
    blocks: list[list[str]] = [[]]
    for line in text.splitlines():
        if line.strip():
            blocks[-1].append(line.strip())
        elif blocks[-1]:
            blocks.append([])
    return [block for block in blocks if block]


@cache
def _dutch_regions() -> list[tuple[str, ...]]:
    """Code, name, parent, level and newest code of each."""
    with (files("ppp_metrics") / "records" / "regions.csv").open(encoding="utf-8") as stream:
        return [
            (row["region_code"], row["name"], row["parent_code"], row["level"], row["current_code"])
            for row in csv.DictReader(stream)
            if row["region_code"].startswith("NL")
        ]


TODAY = date(2026, 11, 23)


def answer(con: DuckDBPyConnection, metric_id: str, period: str, columns: str = "value", **options: Any) -> list[tuple]:
    """The named columns of a computed metric as rows of plain values, null as None."""
    options.setdefault("today", TODAY)
    frame = compute(con, metric_id, Period.parse(period), **options)[columns.split()]
    return [tuple(None if pd.isna(value) else value for value in row) for row in frame.astype(object).to_numpy()]


def issue_rows(count: int, prefix: str = "i", **fields: str) -> list[dict]:
    """`count` issues that differ in nothing but their key."""
    return [{"issue_id": f"{prefix}{number}", **fields} for number in range(1, count + 1)]
