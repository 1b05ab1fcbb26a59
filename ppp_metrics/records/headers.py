"""Which table a name means, and which of the first rows of a file is that table's header."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from functools import cache
from typing import NamedTuple

from ppp_metrics.records.model import TABLES, Column, Table, folded

HEADER_WITHIN = 30
"""Filled rows among which a header is looked for: above it stand a title, a date, a remark."""


class Header(NamedTuple):
    """The place of a header among rows, how many columns it names, and how many cells reach all required ones."""

    place: int
    named: int
    needed: int


def find_table(name: str) -> Table | None:
    return _TABLE_NAMES.get(folded(name))


def table_names(table: Table) -> Iterable[str]:
    return (table.name, table.label.en, table.label.nl, *table.aliases)


def column_names(column: Column) -> Iterable[str]:
    return (column.name, column.label.en, column.label.nl, *column.aliases)


@cache
def column_words(table: Table) -> dict[str, str]:
    """Folded name, in either language -> the table's column."""
    return {folded(word): column.name for column in table.columns for word in column_names(column)}


def columns_in(table: Table, cells: Sequence[str]) -> set[str]:
    """The columns of a table that a row names."""
    words = column_words(table)
    return {words[name] for cell in cells if (name := folded(cell)) in words}


def fits(table: Table, cells: Sequence[str]) -> bool:
    """Whether a row names every required column of a table, and so can be its header."""
    return {column.name for column in table.columns if column.required} <= columns_in(table, cells)


def find_header(names: Iterable[str | None], rows: Sequence[Sequence[str]]) -> Header:
    """The header among the first filled rows; `names` are those of sheet and file.

    It is the first row that names all required columns of the table, else the one that names the most columns: what is
    said to be missing is then said of the row that a person takes for the header. Of an unknown table it is the first.
    """
    table = next((found for name in names if name and (found := find_table(name))), None)
    if table is None or not rows:
        return Header(0, 0, 0)
    named = [len(columns_in(table, cells)) for cells in rows]
    fitting = [at for at, cells in enumerate(rows) if fits(table, cells)]
    # a cell of a record may be a column's name, by accident
    likely = fitting[0] if fitting else max(range(len(rows)), key=lambda at: (named[at] if named[at] > 1 else 0, -at))
    words, required = column_words(table), {column.name for column in table.columns if column.required}
    needed = max((at for at, cell in enumerate(rows[likely], 1) if words.get(folded(cell)) in required), default=0)
    return Header(likely, named[likely], needed)


_TABLE_NAMES = {folded(word): table for table in TABLES for word in table_names(table)}
