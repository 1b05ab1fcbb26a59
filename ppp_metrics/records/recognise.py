"""Names become tables and columns: in Dutch or English, whatever the case and spacing."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field

from ppp_metrics.errors import DataError
from ppp_metrics.language import Label, Message, msg, nearest
from ppp_metrics.records.model import BY_NAME, TABLES, Column, Table, folded
from ppp_metrics.records.reader import Source

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


def find_table(name: str) -> Table | None:
    return _TABLE_NAMES.get(folded(name))


def recognise(sources: list[Source]) -> tuple[list[TableSource], list[Message]]:
    """The sources that are tables, and a notice for each that is not.

    Raises DataError when none is, or when a table lacks a required column.
    """
    sheets = {source.path: sum(other.path == source.path for other in sources) for source in sources}
    found, strangers = [], []
    for source in sources:
        table = find_table(source.sheet or source.path.stem)
        if table is None and source.sheet and sheets[source.path] == 1:
            table = find_table(source.path.stem)
        if table is None:
            strangers.append(_stranger(source))
        else:
            found.append(_recognise_columns(source, table))
    if not found and strangers:
        raise DataError(strangers[0])
    return found, strangers


def _stranger(source: Source) -> Message:
    name = source.sheet or source.path.stem
    guess = nearest(name, (word for table in TABLES for word in _names(table)))
    if guess:
        return msg(
            "{place} was not loaded: '{name}' is not the name of a table. Did you mean '{guess}'?",
            place=source.place,
            name=name,
            guess=guess,
        )
    return msg(
        "{place} was not loaded: '{name}' is not the name of a table. The tables are: {tables}.",
        place=source.place,
        name=name,
        tables=", ".join(BY_NAME),
    )


def _recognise_columns(source: Source, table: Table) -> TableSource:
    words = {folded(word): column.name for column in table.columns for word in _column_names(column)}
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
    return recognised


def _missing(source: Source, table: Table, column: Column, strangers: list[str]) -> Message:
    for word in _column_names(column):
        if guess := nearest(word, strangers):
            return msg(
                "{place} lacks the required column {column} of {table}. Did you mean it by '{guess}'?",
                place=source.place,
                column=column.name,
                table=table.name,
                guess=guess,
            )
    return msg(
        "{place} lacks the required column {column} ({label}) of {table}. Its columns are: {headers}.",
        place=source.place,
        column=column.name,
        label=column.label,
        table=table.name,
        headers=", ".join(source.headers[:20]),
    )


def _unknown_columns(recognised: TableSource, strangers: list[str]) -> list[Message]:
    """A notice for each column that looks like one of the table's, and one for all the others."""
    place, table = recognised.source.place, recognised.table
    free = [
        word for column in table.columns if column.name not in recognised.positions for word in _column_names(column)
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


def _names(table: Table) -> Iterable[str]:
    return (table.name, table.label.en, table.label.nl, *table.aliases)


def _column_names(column: Column) -> Iterable[str]:
    return (column.name, column.label.en, column.label.nl, *column.aliases)


_TABLE_NAMES = {folded(word): table for table in TABLES for word in _names(table)}
