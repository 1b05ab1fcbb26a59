"""What a load tells of how it read cells: words for nothing, dates and numbers that others settled, regions' names."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING

from ppp_metrics.language import Message, msg
from ppp_metrics.records.cells import NOTHING, UNKNOWN, filled
from ppp_metrics.records.model import Table
from ppp_metrics.records.reader import ROW_BITS, quoted_text
from ppp_metrics.records.staging import AMBIGUOUS, AMBIGUOUS_DATE

if TYPE_CHECKING:
    from duckdb import DuckDBPyConnection

Places = Mapping[int, str]
"""Source -> the file and sheet, in words."""
MOST_NAMES = 10


def readings(con: DuckDBPyConnection, table: Table, texts: str, place: str, places: Places) -> list[Message]:
    """A message for each column of a source that was read otherwise than cell by cell, without the text of a cell.

    `texts` is SQL for the cells, `place` for a row's origin.
    """
    told = _nothing(con, table, texts, place, places)
    habits = con.execute(
        f"select column_name, source_id, habit from habits_{table.name} order by source_id, column_name"
    ).fetchall()
    for source_id in dict.fromkeys(source_id for _, source_id, habit in habits if habit == "mdy"):
        told.append(
            msg(
                "{place}: dates such as 9/7/2026 are read with the month first (7 September), as other dates of the "
                "file show.",
                place=places[source_id],
            )
        )
    for name, source_id, habit in habits:
        if habit in (",", "."):
            told += _settled_numbers(con, name, source_id, habit, texts, place, places)
    for name in dict.fromkeys(
        name for (name,) in con.execute(f"select column_name from named_{table.name}").fetchall()
    ):
        told.append(_named(con, table, name, texts))
    return told


def unsettled(con: DuckDBPyConnection, load_id: int, places: Places) -> list[Message]:
    """A message for each column of a source with cells put aside that could be read in two ways, with the way out."""
    rows = con.execute(
        "select source_id, table_name, column_name, reason, count(*) from quarantine "
        "where load_id = ? and reason in (?, ?) group by all order by all",
        [load_id, AMBIGUOUS, AMBIGUOUS_DATE],
    ).fetchall()
    told = []
    for source_id, table, column, reason, count in rows:
        values = {"place": places[source_id], "column": column, "count": count}
        if reason == AMBIGUOUS:
            told.append(
                msg(
                    "{place}: numbers of {column} that can be read in two ways, such as 1.300, are put aside: {count}. "
                    "The other cells do not show which is meant. Leave out the separator of thousands: 1300, or "
                    "1300.50.",
                    **values,
                )
            )
            continue
        habit = con.execute(
            f"select habit from habits_{table} where column_name = ? and source_id = ?", [column, source_id]
        ).fetchall()
        if habit:
            told.append(
                msg(
                    "{place}: dates of {column} that can be read in two ways, such as 9/7/2026, are put aside: "
                    "{count}. Of the other dates some have the day first, some the month. Write all as 2026-09-30.",
                    **values,
                )
            )
        else:
            told.append(
                msg(
                    "{place}: dates of {column} that can be read in two ways, such as 9/7/2026, are put aside: "
                    "{count}. No date in the file shows whether the day or the month comes first. Write them as "
                    "2026-09-30.",
                    **values,
                )
            )
    return told


def _nothing(con: DuckDBPyConnection, table: Table, texts: str, place: str, places: Places) -> list[Message]:
    sent, staged = (
        con.execute(f"select {', '.join(f'count({name})' for name in table.by_name)} from {relation}").fetchall()[0]
        for relation in (f"({texts})", f"staged_{table.name}")
    )
    told = []
    for column, *counts in zip(table.columns, sent, staged, strict=True):
        if column.form == "name" or (counts[0] == counts[1] and not column.default):
            continue  # whatever was sent has a value
        text = f"cleaned({column.name})"
        codes = ", ".join(quoted_text(code.value) for code in column.codes) or "''"
        rows = con.execute(
            f"select source_id, sum(n)::bigint, list(word order by n desc, word) from ("
            f"select {place} >> {ROW_BITS} as source_id, {text} as word, count(*) as n "
            f"from (select * from ({texts}) where {column.name} not in ({codes})) "
            f"where {text} is not null and {filled(column, column.name, every_word=True)} is null group by all) "
            "group by source_id order by source_id"
        ).fetchall()
        for source_id, count, words in rows:
            known = [word for word in words if word.lower() in {*NOTHING, *UNKNOWN} or word.isdigit()]
            told.append(
                msg(
                    "{place}: cells of {column} that hold a word for nothing ({words}) are read as empty: {count}.",
                    place=places[source_id],
                    column=column.name,
                    words=", ".join((known or ["…"])[:MOST_NAMES]),
                    count=count,
                )
            )
    return told


def _settled_numbers(
    con: DuckDBPyConnection, name: str, source_id: int, habit: str, texts: str, place: str, places: Places
) -> list[Message]:
    [(count,)] = con.execute(
        f"select count(*) from ({texts}) where {place} >> {ROW_BITS} = {source_id} "
        f"and is_ambiguous_number(without_money_marks(cleaned({name})))"
    ).fetchall()
    if not count:
        return []
    return [
        msg(
            "{place}: numbers of {column} such as {example} are read as {value}, as other cells of the column show: "
            "{count}.",
            place=places[source_id],
            column=name,
            example="1.300 / 1,300",
            value="1300 / 1.3" if habit == "," else "1.3 / 1300",
            count=count,
        )
    ]


def _named(con: DuckDBPyConnection, table: Table, name: str, texts: str) -> Message:
    rows = con.execute(
        f"select any_value(cleaned(t.{name})), code from ({texts}) as t join named_{table.name} as named "
        f"on upper(cleaned(t.{name})) = word where column_name = {quoted_text(name)} group by word, code order by 1"
    ).fetchall()
    shown = [f"{word} = {code}" for word, code in rows[:MOST_NAMES]] + ["…"] * (len(rows) > MOST_NAMES)
    return msg(
        "{table}: names in {column} are read as the codes of regions: {names}.",
        table=table.label,
        column=name,
        names=", ".join(shown),
    )
