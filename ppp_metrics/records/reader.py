"""Any file becomes text cells: a DuckDB relation of text columns with the number of each row in its file.

The relation of a source has `origin` (the source's number and the row's, packed) and one text column a header. A
regular UTF-8 CSV is read by DuckDB as it stands; every other file is read once, cell by cell, into a temporary table.
"""

from __future__ import annotations

import hashlib
import json
from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING

from ppp_metrics.errors import DataError
from ppp_metrics.language import Message, msg
from ppp_metrics.records.delimited import TextTable, read_head
from ppp_metrics.records.encodings import find_encoding, not_text
from ppp_metrics.records.headers import HEADER_WITHIN, find_header
from ppp_metrics.records.kinds import LABELS, SUFFIXES, find_kind, named_kind
from ppp_metrics.records.lines import line_ends
from ppp_metrics.records.quotation import RAGGED, Aside, Row
from ppp_metrics.records.sheets import Range, Sheet
from ppp_metrics.records.spreadsheets import read_workbook
from ppp_metrics.records.webpages import read_webpage

if TYPE_CHECKING:
    from duckdb import DuckDBPyConnection

ROW_BITS = 40
HEAD_BYTES = 1 << 20


@dataclass
class Source:
    """One table of cells: a file, or one sheet of a workbook.

    Each of its `lines` (the lines of a text as an editor counts them, or the rows of a sheet or parquet file) is a row
    of the relation, in `aside`, or counted in `left_out` by why it is no row. `is_as_written`: its cells are as people
    write dates and numbers, while a workbook has them as a program writes them.
    """

    source_id: int
    path: Path
    sheet: str | None
    headers: list[str]
    sql: str
    sha256: str
    lines: int
    header_row: int = 1
    left_out: Counter[str] = field(default_factory=Counter)
    aside: list[Aside] = field(default_factory=list)
    notices: list[Message] = field(default_factory=list)
    merged: dict[Range, list[int]] = field(default_factory=dict)
    formulas: list[tuple[int, int]] = field(default_factory=list)
    is_as_written: bool = False

    @property
    def place(self) -> str:
        return f"{self.path.name} ({self.sheet})" if self.sheet else self.path.name

    def put_aside(self, rows: dict[int, Aside]) -> None:
        """Takes rows out of the relation, to be put aside by their number."""
        if rows:
            origins = ", ".join(str((self.source_id << ROW_BITS) + row) for row in rows)
            self.sql = f"select * from ({self.sql}) where origin not in ({origins})"
            self.aside += rows.values()


def read_file(con: DuckDBPyConnection, path: Path, first_id: int, encoding: str | None = None) -> list[Source]:
    """The sources of one file, numbered from `first_id`; sheets without a filled cell are left out.

    A file is read as what it is, whatever its ending says. `encoding` is that of a text file, where it is known.
    Raises DataError for a file that is missing, empty or unreadable.
    """
    if path.suffix.lower() not in SUFFIXES:
        raise DataError(
            msg(
                "{file} is not a kind of file that can be loaded. These are: {suffixes}.",
                file=path.name,
                suffixes=", ".join(SUFFIXES),
            )
        )
    if str(path) != (name := str(path).encode(errors="replace").decode()):
        raise DataError(
            msg("The name of {file} holds characters that are no text. Give it another name.", file=Path(name).name)
        )
    try:
        with path.open("rb") as stream:
            head = stream.read(HEAD_BYTES)
            stream.seek(0)
            digest = hashlib.file_digest(stream, "sha256").hexdigest()
        if not head:
            raise DataError(msg("{file} is empty. Export it again, or leave it out.", file=path.name))
        kind = find_kind(path, head)
        if kind == "text":
            sources = [_read_text(con, path, first_id, digest, head, encoding)]
        elif kind == "parquet":
            sources = [_read_parquet(con, path, first_id, digest)]
        else:
            sheets, notices = read_webpage(path, head, encoding) if kind == "html" else (read_workbook(path, kind), [])
            sources = [
                _read_sheet(con, path, sheet, source_id, digest) for source_id, sheet in enumerate(sheets, first_id)
            ]
            for source in sources[:1]:
                source.notices += notices
    except OSError as error:
        raise DataError(
            msg("{file} cannot be read: {reason}.", file=path.name, reason=error.strerror or error)
        ) from None
    if not sources:
        raise DataError(msg("{file} is empty. Export it again, or leave it out.", file=path.name))
    for source in sources:
        source.is_as_written = kind in ("text", "html")
    if kind != named_kind(path):
        sources[0].notices.append(
            msg("{file} is {kind}, whatever its name says, and was read as that.", file=path.name, kind=LABELS[kind])
        )
    return sources


def text_of(column: str, sql_type: str) -> str:
    """SQL that turns a typed column into text; a fraction of three digits gets a zero, so that it stays a fraction."""
    quoted = quoted_name(column)
    if sql_type.startswith(("DOUBLE", "FLOAT", "DECIMAL")):
        text = f"({quoted})::varchar"
        return rf"case when regexp_full_match({text}, '-?\d+\.\d{{3}}') then {text} || '0' else {text} end"
    return f"({quoted})::varchar"


def quoted_name(name: str) -> str:
    return '"' + name.replace('"', '""') + '"'


def quoted_text(text: str) -> str:
    return "'" + text.replace("'", "''") + "'"


def _read_text(
    con: DuckDBPyConnection, path: Path, source_id: int, digest: str, head: bytes, encoding: str | None
) -> Source:
    found = find_encoding(path, head, encoding)
    name, notices = found.name, found.notices
    ends = line_ends(path, name)
    if ends.has_nul:
        raise not_text(path)
    table = read_head(path, name, lambda rows: find_header([path.stem], rows))
    source = Source(source_id, path, None, table.headers, "", digest, ends.lines, table.header_row, notices=notices)
    may_be_plain = table.is_plain and ends.are_regular and name == "utf-8-sig"
    if may_be_plain and _read_plain(con, source, table, ends.has_quotes):
        source.left_out["header"] = 1
        return source
    _fill(con, source, table.rows())
    source.aside += table.aside
    source.left_out += table.left_out
    _tell_titles(source)
    return source


def _read_plain(con: DuckDBPyConnection, source: Source, table: TextTable, has_quotes: bool) -> bool:
    """Whether DuckDB reads one record a line, and so each record's place is its line.

    It skips a line that it cannot read, and joins those of a cell with line breaks: either way it finds fewer records
    than the file has lines.
    """
    import duckdb

    options = (
        f"delim = {quoted_text(table.delimiter)}, header = true, all_varchar = true, quote = '\"', escape = '\"', "
        "strict_mode = true, null_padding = false, ignore_errors = true, encoding = 'utf-8', auto_detect = false, "
        "columns = {" + ", ".join(f"{quoted_text(f'c{i}')}: 'varchar'" for i in range(len(table.headers))) + "}"
    )
    lines = f"lines_{source.source_id}"
    try:
        # a table numbers its rows itself, while those of a file would be counted by one thread
        con.execute(
            f"create or replace temp table {lines} as select * from read_csv({_plain_path(source.path)}, {options})"
        )
    except duckdb.InvalidInputException:
        return False
    # until it is committed, from a high number on
    count, first = con.execute(f"select count(*), coalesce(min(rowid), 0) from {lines}").fetchall()[0]
    # files that were joined have the header once more; a mark that closes only is a line's that cannot be told apart
    cells = [f"coalesce(c{i}, '')" for i in range(len(table.headers))]
    is_header = " and ".join(f"{cell} = {quoted_text(name)}" for cell, name in zip(cells, table.headers, strict=True))
    closes = " or ".join(f"ends_with({cell}, '\"')" for cell in cells) if has_quotes else "false"
    if con.execute(f"select 1 from {lines} where ({is_header}) or {closes} limit 1").fetchall():
        return False
    source.sql = f"select {(source.source_id << ROW_BITS) + 2}::bigint + (rowid - {first}) as origin, * from {lines}"
    return bool(count + 1 == source.lines)


def _read_parquet(con: DuckDBPyConnection, path: Path, source_id: int, digest: str) -> Source:
    import duckdb

    scan = f"read_parquet({_plain_path(path)}, file_row_number = true, binary_as_string = true)"
    name, notices = f"cells_{source_id}", []
    try:
        described = [
            (column, kind) for column, kind, *_ in con.execute(f"describe select * from {scan}").fetchall()[:-1]
        ]
        nested = [column for column, kind in described if kind.endswith("]") or kind.startswith(("STRUCT", "MAP"))]
        flat = [(column, kind) for column, kind in described if column not in nested]
        zones = _zones(con, path)
        cells = "".join(
            f", {_moment(column, zones.get(column)) if kind.endswith('TIME ZONE') else text_of(column, kind)} as c{i}"
            for i, (column, kind) in enumerate(flat)
        )
        con.execute(
            f"create or replace temp table {name} as "
            f"select {(source_id << ROW_BITS) + 1}::bigint + file_row_number as origin{cells} from {scan}"
        )
    except duckdb.Error as error:
        reason = str(error).splitlines()[0]
        raise DataError(msg("{file} cannot be read: {reason}.", file=path.name, reason=reason)) from None
    if nested:
        notices.append(
            msg(
                "{file}: the columns {columns} hold lists or records in their cells and were not read.",
                file=path.name,
                columns=", ".join(nested),
            )
        )
    if unzoned := [column for column, kind in flat if kind.endswith("TIME ZONE") and column not in zones]:
        notices.append(
            msg(
                "{file}: the moments in {columns} name no time zone; their days were taken as in UTC.",
                file=path.name,
                columns=", ".join(unzoned),
            )
        )
    count = con.execute(f"select count(*) from {name}").fetchall()[0][0]
    headers = [column for column, _ in flat]
    return Source(source_id, path, None, headers, f"select * from {name}", digest, count, 0, notices=notices)


def _zones(con: DuckDBPyConnection, path: Path) -> dict[str, str]:
    """Column -> time zone, as pandas writes it down in a parquet file: the file itself keeps moments in UTC."""
    found = con.execute(
        f"select decode(value) from parquet_kv_metadata({_plain_path(path)}) where key = 'pandas'::blob"
    ).fetchall()
    try:
        columns = json.loads(found[0][0])["columns"] if found else []
        zones = {str(column["name"]): (column["metadata"] or {}).get("timezone") for column in columns}
        known = {name for (name,) in con.execute("select name from pg_timezone_names()").fetchall()}
    except (ValueError, KeyError, TypeError, AttributeError):
        return {}
    return {column: str(zone) for column, zone in zones.items() if zone in known}


def _moment(column: str, zone: str | None) -> str:
    return f"({quoted_name(column)} at time zone {quoted_text(zone or 'UTC')})::varchar"


def _read_sheet(con: DuckDBPyConnection, path: Path, sheet: Sheet, source_id: int, digest: str) -> Source:
    first_rows = [row.cells for row in sheet.rows[:HEADER_WITHIN]]
    above = find_header([sheet.name, path.stem], first_rows).place
    header = sheet.rows[above]
    source = Source(source_id, path, sheet.name, header.cells, "", digest, sheet.rows[-1].number, header.number)
    source.left_out |= {"title": above, "header": 1, "blank": source.lines - len(sheet.rows)}
    source.formulas = sheet.formulas
    _fill(con, source, sheet.rows[above + 1 :])
    rows = {row.number for row in sheet.rows[above + 1 :]} - {row.row for row in source.aside}
    for cells in sheet.merged:
        touched = range(cells.top, min(cells.bottom, source.lines) + 1)
        source.merged[cells] = [row for row in touched if row in rows]
    _tell_titles(source)
    return source


def _tell_titles(source: Source) -> None:
    if count := source.left_out["title"]:
        source.notices.append(
            msg(
                "{place}: row {row} was taken for the header. Rows with text above it, which were not read: {count}.",
                place=source.place,
                row=source.header_row,
                count=count,
            )
        )


def _fill(con: DuckDBPyConnection, source: Source, rows: Iterable[Row]) -> None:
    """Makes the source's relation of rows; one with more cells than the header is put aside, and the header no row."""
    import pandas as pd

    headers = source.headers
    while headers and not headers[-1].strip():
        headers.pop()
    width, numbers = len(headers), []
    columns: list[list[str]] = [[] for _ in headers]
    for number, cells in rows:
        if any(cell.strip() for cell in cells[width:]):
            source.aside.append(Aside(number, RAGGED, {}))
            continue
        if cells[:width] == headers:
            source.left_out["header"] += 1
            continue
        numbers.append((source.source_id << ROW_BITS) + number)
        for index, column in enumerate(columns):
            column.append(cells[index] if index < len(cells) else "")
    frame = pd.DataFrame(
        {"origin": pd.Series(numbers, dtype="int64")}
        | {f"c{i}": pd.Series(values, dtype=object) for i, values in enumerate(columns)}
    )
    con.register("incoming", frame)
    typed = ", ".join(["origin", *(f"c{i}::varchar as c{i}" for i in range(width))])
    con.execute(f"create or replace temp table cells_{source.source_id} as select {typed} from incoming")
    con.unregister("incoming")
    source.sql = f"select * from cells_{source.source_id}"


def _plain_path(path: Path) -> str:
    """The path as SQL text in which DuckDB sees no pattern."""
    return quoted_text("".join(f"[{each}]" if each in "*?[" else each for each in str(path)))


def unique_headers(headers: Sequence[str]) -> list[str]:
    """The headers with white space folded; an empty or repeated one gets its number."""
    plain = [" ".join(header.split()) or f"column {i}" for i, header in enumerate(headers, start=1)]
    seen: Counter[str] = Counter()
    result = []
    for header in plain:
        seen[header.casefold()] += 1
        result.append(header if seen[header.casefold()] == 1 else f"{header} {seen[header.casefold()]}")
    return result
