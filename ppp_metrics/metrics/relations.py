"""The relations of views/*.sql as a session sees them; the columns of each, known without any data."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Collection, Iterator, Mapping
from contextlib import contextmanager
from datetime import date
from functools import cache
from importlib.resources import files
from itertools import pairwise
from typing import TYPE_CHECKING, Any
from weakref import WeakKeyDictionary

from ppp_metrics.records import codes
from ppp_metrics.records.model import SQL_TYPES, TABLES
from ppp_metrics.records.store import create_session_views

if TYPE_CHECKING:
    from duckdb import DuckDBPyConnection

SETTINGS = (
    "region_paths",
    "organisations",
    "partnership_settings",
    "shared_partnerships",
    "workplace_settings",
    "theme_settings",
    "lacking_cells",
)
"""Relations that no date changes and that every view joins: read once a session, into temporary tables."""

VIEWS = (
    "person_settings",
    "issue_dates",
    "issue_settings",
    "issue_facts",
    "company_issues",
    "technical_questions",
    "outcome_facts",
    "agreement_facts",
    "agreement_flow",
    "membership_facts",
    "partnership_capabilities",
    "participation_facts",
    "issue_teams",
    "learning_pairs",
    "measurements",
    "issue_learning",
    "interaction_facts",
    "dyads",
    "story_reach",
)
"""In the order in which they build on each other."""

PREPARED: WeakKeyDictionary[DuckDBPyConnection, frozenset[tuple[str, str | None]]] = WeakKeyDictionary()
"""The sessions that have these relations, each with what its records lack: see `lacking_columns`."""

WORD = re.compile(r"\w+")
SUBQUERY = re.compile(r"^(?:with )?(\w+) as( not materialized)? \(\n(.*?)^\)", re.MULTILINE | re.DOTALL)
JOIN = re.compile(r" +(?:left join \w+|join \w+_settings) as (\w+) using \([\w, ]+\)")
COLUMN = re.compile(r" +(?:[^()]|\((?:[^()]|\([^()]*\))*\))*?\b(?P<name>\w+),")
ALIAS = re.compile(r"\b(\w+)\.")
QUALIFIED = re.compile(r"\b(\w+)\.(\w+|\*)")
EVERYTHING = re.compile(r"(?:select|,)\s+\*")
KEYS = re.compile(r"\busing \(([\w, ]+)\)")


def prepare(con: DuckDBPyConnection) -> None:
    """Create the relations on a reading session, once; they are then read for any period by setting its variables."""
    if con in PREPARED:
        return
    for name, values in {
        "education_roles": codes.EDUCATION_ROLES,
        "capabilities": [code.value for code in codes.CAPABILITIES],
        "cycles": [code.value for code in codes.CYCLES],
    }.items():
        con.execute(f"set variable {name} = ?", [list(values)])
    # what reads them takes their types from these, before a question sets them
    for name in ("as_of", "window_start", "window_end"):
        con.execute(f"set variable {name} = ?", [date.min])
    con.execute("set variable window_days = 1")
    con.execute("set variable by_quarter = true")
    for name in SETTINGS:
        con.execute(f"create or replace temp table {name} as {_sql(name)}")
    con.execute("drop table if exists supplier_places; drop view if exists anywhere")
    PREPARED[con] = frozenset(con.execute("select distinct table_name, column_name from lacking_cells").fetchall())


def locate_suppliers(con: DuckDBPyConnection) -> None:
    """Create `supplier_places`, the regions and partnerships in which a supplier has issues, where they are not there.

    And `anywhere`: the suppliers of whom something is lacking and no issue lies in a region. Few questions ask for
    these, and finding them reads every issue.
    """
    places = relation("issue_settings", "supplier, region_code, partnership")
    con.execute(
        "create temp table if not exists supplier_places as "
        f"select distinct supplier, region_code, partnership from {places}"
    )
    con.execute(
        "create temp view if not exists anywhere as select distinct supplier from lacking_cells where supplier not in "
        "(select supplier from supplier_places join region_paths using (region_code))"
    )


def lacking_columns(con: DuckDBPyConnection) -> frozenset[tuple[str, str | None]]:
    """The tables and columns of which a record of a prepared session lacks a cell; no column: of which rows do."""
    return PREPARED[con]


def bound_in(sql: str, values: Mapping[str, Any]) -> dict[str, Any]:
    """The values that a query names: DuckDB refuses any other."""
    return {name: value for name, value in values.items() if re.search(rf"\${name}\b", sql)}


def create_views(con: DuckDBPyConnection) -> None:
    """Every relation as a view of a prepared session, for who reads all its columns; a question reads `relation`."""
    for name in VIEWS:
        con.execute(f"create or replace temp view {name} as {_sql(name)}")


@contextmanager
def looking_back(con: DuckDBPyConnection, loads: Collection[int]) -> Iterator[None]:
    """While it lasts, a reading session sees the records of these loads; afterwards what it saw before."""
    now = [load_id for (load_id,) in con.execute("select load_id from known_loads").fetchall()]
    try:
        _see(con, loads)
        yield
    finally:
        _see(con, now)


def _see(con: DuckDBPyConnection, loads: Collection[int]) -> None:
    create_session_views(con, None, loads)
    PREPARED.pop(con, None)
    prepare(con)


def create_empty_records(con: DuckDBPyConnection) -> None:
    """Every table of the model with no rows, in the shape that `Store.reading` gives."""
    for table in TABLES:
        columns = ", ".join(f"{column.name} {SQL_TYPES[column.kind]}" for column in table.columns)
        extra = ", current_code varchar" if table.name == "regions" else ""
        con.execute(
            f"create table {table.name} ({columns}{extra}, supplier varchar, load_id integer, source_id integer, "
            "source_row bigint)"
        )

    con.execute("create table delivered_columns (supplier varchar, table_name varchar, column_name varchar)")
    con.execute(
        "create table put_aside (supplier varchar, load_id integer, source_id integer, source_row bigint, "
        "table_name varchar, column_name varchar, row_kept boolean)"
    )


@cache
def view_columns() -> dict[str, tuple[str, ...]]:
    """The column names of each relation."""
    import duckdb

    # with one thread there is no other that a fork of this process would lack
    with duckdb.connect(config={"threads": 1}) as con:
        create_empty_records(con)
        prepare(con)
        create_views(con)
        found = con.execute(
            "select table_name, list(column_name order by column_index) from duckdb_columns() "
            "where list_contains(?, table_name) group by all",
            [list(SETTINGS + VIEWS)],
        ).fetchall()
    return {name: tuple(columns) for name, columns in found}


@cache
def relation(view: str, used: str) -> str:
    """A view as a subquery that reads no more than what is named in `used`, which is SQL.

    In views/*.sql a left join on one line finds one row at most, and a join with settings exactly one, since references
    are checked on load: so the rows stay what they are without the columns, joins and subqueries that nothing asks for.
    DuckDB cannot know that, and would join ten million issues in vain.
    """
    wanted: dict[str, set[str]] = {view: set(WORD.findall(used))}
    views = []
    for name in reversed(VIEWS):
        if name not in wanted:
            continue
        parts = {part: (how, body) for part, how, body in SUBQUERY.findall(_sql(name))}
        inside = {"final": wanted[name]}
        subqueries = []
        for part in reversed(parts):
            if part not in inside:
                continue
            how, body = parts[part]
            kept = _without_unused(body, inside[part])
            for source in set(WORD.findall(kept)) & {*parts, *VIEWS}:
                known = inside if source in parts else wanted
                known.setdefault(source, set()).update(_asked_of(source, kept, inside[part]))
            subqueries.append(f"{part} as{how} (\n{kept}\n)")
        views.append(f"{name} as (with {', '.join(reversed(subqueries))} select * from final)")
    return f"(with {', '.join(reversed(views))} select * from {view})"


def _asked_of(source: str, body: str, names: set[str]) -> set[str]:
    """The names that a query asks of a source: those behind its aliases, or all where it has none.

    An asterisk passes on whatever is asked of the query.
    """
    aliases = set(re.findall(rf"\b{source} as (\w+)", body))
    if not aliases:
        return {*WORD.findall(body), *(names if "*" in body else ())}
    asked = {name for keys in KEYS.findall(body) for name in WORD.findall(keys)}
    for alias, name in QUALIFIED.findall(body):
        if alias in aliases:
            asked.update(names if name == "*" else [name])
    return asked | names if EVERYTHING.search(body) else asked


def _without_unused(body: str, names: set[str]) -> str:
    """The query without the one-line columns that are not among `names`, and without the joins that only they read."""
    lines = [line for line in body.splitlines() if not line.lstrip().startswith("--")]
    while (kept := _once_without_unused(lines, names)) != lines:
        lines = kept
    return "\n".join(kept)


def _once_without_unused(lines: list[str], names: set[str]) -> list[str]:
    """What is unused for what is left out here is found the next time."""
    begins = {line for before, line in pairwise(lines) if before.endswith((",", "select"))}
    joined = {found[1] for line in lines if (found := JOIN.fullmatch(line))}
    written = Counter(word for line in lines for word in set(WORD.findall(line)))

    def is_unused(line: str) -> bool:
        if line not in begins or not (column := COLUMN.fullmatch(line)) or column["name"] in names:
            return False
        # the subquery may need its own columns itself; what a join gives it only passes on
        return written[column["name"]] == 1 or not joined.isdisjoint(ALIAS.findall(line))

    kept = [line for line in lines if not is_unused(line)]
    read = {alias for line in kept for alias in ALIAS.findall(line)}
    return [line for line in kept if not (found := JOIN.fullmatch(line)) or found[1] in read]


@cache
def _sql(name: str) -> str:
    return (files("ppp_metrics.metrics") / "views" / f"{name}.sql").read_text(encoding="utf-8")
