"""How a file writes what can be read in two ways: the order of day and month, and the mark before decimals.

A column's own cells show it: 27/9/2026 has the day first, 12,5 the decimals behind a comma. The order of dates is also
shown by the other dates of the file, for one program wrote them all. Where cells show both ways nothing is settled.
"""

from __future__ import annotations

from collections.abc import Collection
from typing import TYPE_CHECKING

from ppp_metrics.records.cells import filled
from ppp_metrics.records.model import Column, Table
from ppp_metrics.records.reader import ROW_BITS, quoted_text

if TYPE_CHECKING:
    from duckdb import DuckDBPyConnection

Habits = dict[str, dict[int, str]]
"""Column -> source -> 'dmy', 'mdy' or 'both' for dates, ',' or '.' for numbers; without a source that shows none."""


def find_habits(con: DuckDBPyConnection, table: Table, texts: str, place: str, as_written: Collection[int]) -> Habits:
    """What the cells of a table show. `place` is SQL for a row's origin.

    `as_written` are the sources whose numbers stand in them as people see them: a workbook's have a point, however they
    are shown.
    """
    columns = [column for column in table.columns if column.kind in ("date", "number", "integer")]
    if not columns:
        return {}
    written = f"source_id in ({', '.join(map(str, as_written)) or 'null'})"
    shown = [mark for column in columns for mark in _shown(column, written)]
    rows = con.execute(
        f"select source_id, {', '.join(f'coalesce(bool_or({mark}), false)' for mark in shown)} from ("
        f"select {place} >> {ROW_BITS} as source_id, {', '.join(map(_parts, columns))} from ({texts})) "
        "group by source_id"
    ).fetchall()
    habits: Habits = {column.name: {} for column in columns}
    for source_id, *flags in rows:
        pairs = dict(zip(columns, zip(flags[::2], flags[1::2], strict=True), strict=True))
        dates = [pair for column, pair in pairs.items() if column.kind == "date"]
        of_file = (any(pair[0] for pair in dates), any(pair[1] for pair in dates))
        for column, pair in pairs.items():
            is_date = column.kind == "date"
            first, second = pair if any(pair) or not is_date else of_file
            if first and second:
                habit = "both" if is_date else ""
            else:
                habit = ("dmy" if is_date else ",") if first else ("mdy" if is_date else ".") if second else ""
            if habit:
                habits[column.name][source_id] = habit
    return habits


def habit_sql(habits: Habits, column: Column, place: str) -> str:
    """SQL: the habit of the source in which a row stands; null where it shows none."""
    of_sources = habits.get(column.name, {})
    cases = "".join(f" when {source_id} then {quoted_text(habit)}" for source_id, habit in of_sources.items())
    return f"case {place} >> {ROW_BITS}{cases} end" if cases else "null::varchar"


def _parts(column: Column) -> str:
    """SQL: the part of a cell that can show a habit; what shows none by its shape is passed over quickly."""
    text = filled(column, column.name)
    if column.kind == "date":
        value = f"case when not (length({text}) = 10 and ({text})[5] = '-') then day_and_month({text}) end"
    else:
        value = f"case when not regexp_full_match({text}, '-?\\d+') then without_money_marks({text}) end"
    return f"{value} as {column.name}"


def _shown(column: Column, written: str) -> tuple[str, str]:
    if column.kind == "date":
        return f"shows_day_first({column.name})", f"shows_month_first({column.name})"
    return f"shows_comma({column.name})", f"shows_point({column.name}, {written})"
