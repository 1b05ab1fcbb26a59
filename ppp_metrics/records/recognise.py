"""Names become tables and columns: in Dutch or English, whatever the case and spacing."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field

from ppp_metrics.errors import DataError
from ppp_metrics.language import Label, Message, msg, nearest
from ppp_metrics.records.headers import (
    column_names,
    column_words,
    columns_in,
    find_table,
    fits,
    table_names,
)
from ppp_metrics.records.model import BY_NAME, TABLES, Column, Table, folded
from ppp_metrics.records.quotation import Aside
from ppp_metrics.records.reader import Source
from ppp_metrics.records.sheets import MERGED, cell_name

REFUSED = {
    Label("contact data", "contactgegevens"): (
        "email",
        "mail",
        "emailadres",
        "emailaddress",
        "telefoon",
        "telefoonnummer",
        "phone",
        "phonenumber",
        "tel",
        "mobiel",
        "mobile",
        "mobielnummer",
    ),
    Label("a national identification number", "een nationaal identificatienummer"): (
        "bsn",
        "burgerservicenummer",
        "sofinummer",
        "ssn",
        "nationalid",
    ),
    Label("a date of birth", "een geboortedatum"): ("geboortedatum", "birthdate", "dateofbirth", "dob"),
    Label("a country of birth", "een geboorteland"): ("geboorteland", "birthcountry", "countryofbirth"),
    Label("ethnicity", "etniciteit"): ("etniciteit", "ethnicity", "afkomst", "ethnicorigin"),
}


@dataclass
class TableSource:
    """A source that was recognised as a table: which of its columns hold which of the model's."""

    source: Source
    table: Table
    positions: dict[str, int]
    notices: list[Message] = field(default_factory=list)

    @property
    def texts(self) -> str:
        """SQL: origin and every column of the model as text, NULL where the source lacks it."""
        cells = ", ".join(
            f"c{self.positions[column.name]} as {column.name}"
            if column.name in self.positions
            else f"null::varchar as {column.name}"
            for column in self.table.columns
        )
        return f"select origin, {cells} from ({self.source.sql})"


def recognise(sources: list[Source]) -> tuple[list[TableSource], list[Message]]:
    """The sources that are tables, and a notice for each that is not.

    A sheet is the table that it is named after, else the one its file is named after, if it has that one's columns.
    Raises DataError when nothing is a table, when a table lacks a required column, or when several sheets could be it.
    """
    tables = {source.source_id: find_table(source.sheet or source.path.stem) for source in sources}
    for path in {source.path: None for source in sources}:
        sheets = [source for source in sources if source.path == path]
        table = find_table(path.stem)
        unnamed = [sheet for sheet in sheets if not tables[sheet.source_id]]
        if not table or not unnamed or table in [tables[sheet.source_id] for sheet in sheets]:
            continue
        if sheet := _sheet_of(table, unnamed, alone=len(unnamed) == len(sheets)):
            tables[sheet.source_id] = table
    found, strangers = [], []
    for source in sources:
        if table := tables[source.source_id]:
            found.append(_recognise_columns(source, table))
        else:
            strangers.append(_stranger(source))
    if not found and strangers:
        raise DataError(strangers[0])
    return found, strangers


def _sheet_of(table: Table, sheets: list[Source], alone: bool) -> Source | None:
    """The sheet that holds the table its file is named after: the only one that can.

    Where none can, and there are no others, it is the one that comes nearest: what it lacks is told then.
    """
    able = [sheet for sheet in sheets if fits(table, sheet.headers)]
    if len(able) > 1:
        raise DataError(
            msg(
                "{file}: the sheets {sheets} all have the columns of {table}. Name the one to load {table}, "
                "or put their rows in one sheet.",
                file=able[0].path.name,
                sheets=", ".join(str(sheet.sheet) for sheet in able),
                table=table.name,
            )
        )
    if alone and not able:
        return max(sheets, key=lambda sheet: len(columns_in(table, sheet.headers)))
    return able[0] if able else None


def _stranger(source: Source) -> Message:
    name = source.sheet or source.path.stem
    guess = nearest(name, (word for table in TABLES for word in table_names(table)))
    if guess:
        return msg(
            "{place} was not loaded: '{name}' is not the name of a table. Did you mean '{guess}'?",
            place=source.place,
            name=name,
            guess=guess,
        )
    alike = [table for table in TABLES if fits(table, source.headers)]
    if like := max(alike, key=lambda table: len(columns_in(table, source.headers)), default=None):
        return msg(
            "{place} was not loaded: '{name}' is not the name of a table. It has the columns of {table}: "
            "if it is that, give it that name.",
            place=source.place,
            name=name,
            table=like.name,
        )
    return msg(
        "{place} was not loaded: '{name}' is not the name of a table. The tables are: {tables}.",
        place=source.place,
        name=name,
        tables=", ".join(BY_NAME),
    )


def _recognise_columns(source: Source, table: Table) -> TableSource:
    words = column_words(table)
    recognised = TableSource(source, table, {})
    strangers: list[str] = []
    for position, header in enumerate(source.headers):
        name = words.get(folded(header))
        if name is None:
            refused = next((reason for reason, names in REFUSED.items() if folded(header) in names), None)
            if refused:
                recognised.notices.append(
                    msg(
                        "{place}: column '{column}' is refused and was not read: {reason} has no place here.",
                        place=source.place,
                        column=header,
                        reason=refused,
                    )
                )
            elif header.strip():
                strangers.append(header)
        elif name in recognised.positions:
            first = source.headers[recognised.positions[name]]
            raise DataError(
                msg(
                    "{place}: the columns '{first}' and '{second}' both mean {column}. Keep one of them.",
                    place=source.place,
                    first=first,
                    second=header,
                    column=name,
                )
            )
        else:
            recognised.positions[name] = position
    for column in table.columns:
        if column.required and column.name not in recognised.positions:
            raise DataError(_missing(source, table, column, strangers))
    recognised.notices += _unknown_columns(recognised, strangers)
    settle_cells(source, recognised.positions.values())
    return recognised


def settle_cells(source: Source, columns: Iterable[int]) -> None:
    """Of the columns that are read: puts aside the rows whose cells are merged, and refuses formulas without a result.

    Which rows or columns the value of merged cells is of is not clear; above the header, and in columns that are not
    read, they touch no row. Raises DataError for such a formula, and for merged names of columns.
    """
    read = set(columns)
    for row, column in source.formulas:
        if row > source.header_row and column - 1 in read:
            raise DataError(
                msg(
                    "{file}, sheet {sheet}: cell {cell} holds a formula without a saved result. Open the "
                    "workbook in Excel, save it and load it again.",
                    file=source.path.name,
                    sheet=source.sheet,
                    cell=cell_name(row, column),
                )
            )
    aside: dict[int, Aside] = {}
    for cells, rows in source.merged.items():
        if cells.bottom < source.header_row or read.isdisjoint(range(cells.left - 1, cells.right)):
            continue
        if cells.top <= source.header_row and cells.left < cells.right:
            raise DataError(
                msg(
                    "{place}: the cells {cells} of the header are merged, so it is not clear which column is which. "
                    "Unmerge them, name every column and load it again.",
                    place=source.place,
                    cells=cells.name,
                )
            )
        aside |= {row: Aside(row, MERGED, {"cells": cells.name}) for row in rows}
    source.put_aside(aside)


def _missing(source: Source, table: Table, column: Column, strangers: list[str]) -> Message:
    for word in column_names(column):
        if guess := nearest(word, strangers):
            return msg(
                "{place} lacks the required column {column} of {table}. Did you mean it by '{guess}'?",
                place=source.place,
                column=column.name,
                table=table.name,
                guess=guess,
            )
    if not columns_in(table, source.headers):
        # then it is no header but a record, perhaps a person's
        return msg(
            "{place} has no header with columns of {table}. Put one above its rows: {columns}.",
            place=source.place,
            table=table.name,
            columns=", ".join(table.by_name),
        )
    sentence = (
        msg("{place} lacks the required column {column} ({label}) of {table}. Its columns are: {headers}.")
        if source.header_row <= 1
        else msg("{place} lacks the required column {column} ({label}) of {table}. In row {row} stand: {headers}.")
    )
    return Message(
        sentence.text,
        {
            "place": source.place,
            "column": column.name,
            "label": column.label,
            "table": table.name,
            "row": source.header_row,
            "headers": ", ".join(source.headers[:20]),
        },
    )


def _unknown_columns(recognised: TableSource, strangers: list[str]) -> list[Message]:
    """A notice for each column that looks like one of the table's, and one for all the others."""
    place, table = recognised.source.place, recognised.table
    free = [
        word for column in table.columns if column.name not in recognised.positions for word in column_names(column)
    ]
    guesses = {header: nearest(header, free) for header in strangers}
    notices = [
        msg(
            "{place}: column '{column}' is not part of {table} and was not read. Did you mean '{guess}'?",
            place=place,
            column=header,
            table=table.name,
            guess=guess,
        )
        for header, guess in guesses.items()
        if guess
    ]
    others = [header for header, guess in guesses.items() if not guess]
    if others:
        shown = ", ".join(" ".join(header.split()) for header in others[:10]) + (", …" if len(others) > 10 else "")
        notices.append(
            msg(
                "{place}: {count} columns are not part of {table} and were not read: {columns}.",
                place=place,
                count=len(others),
                table=table.name,
                columns=shown,
            )
        )
    return notices
