"""One table of a load is cast: `staged_<table>` has one row a source row, or a mapped record.

Its columns are origin, the typed columns, and `bad`, a bit a column whose cell is missing though required, or cannot be
read.
"""

from __future__ import annotations

from collections.abc import Collection
from typing import TYPE_CHECKING

from ppp_metrics.records.cells import CLOSED_KINDS, Metrics, bad_bit, filled, typed
from ppp_metrics.records.habits import Habits, find_habits, habit_sql
from ppp_metrics.records.model import Table

if TYPE_CHECKING:
    from duckdb import DuckDBPyConnection


def stage(
    con: DuckDBPyConnection,
    table: Table,
    texts: str,
    *,
    mapped: bool,
    as_written: Collection[int] = (),
    metrics: Metrics | None = None,
) -> str:
    """Makes staged_<table> from SQL for its texts, with empty tables beside it; the texts again.

    Where a cell cannot be read by itself, all are read once more by what the others show. `as_written` are the sources
    that `find_habits` asks for, `metrics` those that a target may be for.
    """
    con.execute(f"create or replace temp table aside_{table.name} (origin bigint)")
    con.execute(f"create or replace temp table repeated_{table.name} (origin bigint, first_origin bigint)")
    con.execute(f"create or replace temp table named_{table.name} (column_name varchar, word varchar, code varchar)")
    con.execute(
        f"create or replace temp table habits_{table.name} (source_id bigint, column_name varchar, habit varchar)"
    )
    _cast(con, table, texts, mapped, metrics)
    closed = sum(1 << index for index, column in enumerate(table.columns) if column.kind in CLOSED_KINDS)
    if con.execute(f"select 1 from staged_{table.name} where bad & {closed} != 0 limit 1").fetchall():
        habits = find_habits(con, table, texts, place_of(mapped), as_written)
        _cast(con, table, texts, mapped, metrics, habits)
        if shown := [[source, name, habit] for name, own in habits.items() for source, habit in own.items()]:
            con.executemany(f"insert into habits_{table.name} values (?, ?, ?)", shown)
    return texts


def _cast(
    con: DuckDBPyConnection,
    table: Table,
    texts: str,
    mapped: bool,
    metrics: Metrics | None,
    habits: Habits | None = None,
) -> None:
    names = [column.name for column in table.columns]
    again = habits is not None
    place = place_of(mapped)
    cells = {column.name: filled(column, column.name, every_word=again) for column in table.columns}
    filled_cells = ", ".join(f"{cell} as {name}" for name, cell in cells.items())
    values = ", ".join(
        f"{value} as typed_{column.name}"
        for column in table.columns
        for value in [
            typed(column, habit_sql(habits or {}, column, place), metrics, is_free=column.name in table.free_texts)
        ]
    )
    bad = " + ".join(bad_bit(index, column) for index, column in enumerate(table.columns))
    origins = "origins, " if mapped else ""
    con.execute(
        f"create or replace temp table staged_{table.name} as "
        f"with texts as ({texts}), "
        f"filled as (select origin, {origins}{filled_cells} from texts), "
        f"typed as (select *, {values} from filled) "
        f"select origin, {origins}{', '.join(f'typed_{name} as {name}' for name in names)}, {bad} as bad, "
        f"coalesce({', '.join(names)}) is null as blank from typed"
    )


def place_of(mapped: bool) -> str:
    """SQL for the origin of a staged or mapped row: its first source row."""
    return "origins[1]" if mapped else "origin"
