"""Any file becomes text cells: a DuckDB relation of text columns with the number of each row in its file.

The relation of a source has `origin` (the source's number and the row's, packed) and one text column a header. A
regular UTF-8 CSV is read by DuckDB as it stands; every other file is read once, cell by cell, into a temporary table.
"""

from __future__ import annotations

import csv
import hashlib
import io
from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING

from ppp_metrics.errors import DataError
from ppp_metrics.language import msg
from ppp_metrics.records.delimited import SNIFFED_BYTES, csv_rows, find_delimiter, find_encoding, line_count
from ppp_metrics.records.spreadsheets import filled_sheets

if TYPE_CHECKING:
    from duckdb import DuckDBPyConnection

TEXT_SUFFIXES = (".csv", ".tsv", ".txt")
WORKBOOK_SUFFIXES = (".xlsx", ".xlsm", ".xls", ".ods")
SUFFIXES = (*TEXT_SUFFIXES, *WORKBOOK_SUFFIXES, ".parquet")
ROW_BITS = 40


@dataclass
class Source:
    """One table of cells: a file, or one sheet of a workbook."""

    source_id: int
    path: Path
    sheet: str | None
    headers: list[str]
    sql: str
    sha256: str
    plain_csv: bool = False
    ragged: list[int] = field(default_factory=list)

    @property
    def place(self) -> str:
        return f"{self.path.name} ({self.sheet})" if self.sheet else self.path.name


def read_file(con: DuckDBPyConnection, path: Path, first_id: int) -> list[Source]:
    """The sources of one file, numbered from `first_id`; sheets without any row below the header are left out.

    Raises DataError for a file that is missing, empty, unreadable or not what its name says.
    """
    suffix = path.suffix.lower()
    if suffix not in SUFFIXES:
        raise DataError(
            msg(
                "{file} is not a kind of file that can be loaded. These are: {suffixes}.",
                file=path.name,
                suffixes=", ".join(SUFFIXES),
            )
        )
    try:
        if path.stat().st_size == 0:
            raise DataError(msg("{file} is empty. Export it again, or leave it out.", file=path.name))
        with path.open("rb") as stream:
            digest = hashlib.file_digest(stream, "sha256").hexdigest()
        if suffix in TEXT_SUFFIXES:
            sources = [_read_text(con, path, first_id, digest)]
        elif suffix == ".parquet":
            sources = [_read_parquet(con, path, first_id, digest)]
        else:
            sources = [
                _rows_to_source(con, path, name, source_id, digest, rows)
                for source_id, (name, rows) in enumerate(filled_sheets(path), start=first_id)
            ]
    except OSError as error:
        raise DataError(
            msg("{file} cannot be read: {reason}.", file=path.name, reason=error.strerror or error)
        ) from None
    if not sources:
        raise DataError(msg("{file} has a header and no rows. Fill it, or leave it out.", file=path.name))
    return sources


def reread_cell_by_cell(con: DuckDBPyConnection, source: Source) -> Source:
    """The same CSV source read with exact line numbers, for a file that DuckDB's reader takes for irregular."""
    return _read_text(con, source.path, source.source_id, source.sha256, plain=False)


def read_exactly(con: DuckDBPyConnection, source: Source) -> Source:
    """The source, reread cell by cell unless DuckDB reads one record a line.

    DuckDB skips a line that it cannot read, and joins those of a cell with line breaks: either way it finds fewer
    records than the file has lines, and a record's place would not be its line.
    """
    if not source.plain_csv:
        return source
    count = con.execute(f"select count(*) from ({source.sql})").fetchall()[0][0]
    return source if count + 1 == line_count(source.path) > 1 else reread_cell_by_cell(con, source)


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


def _read_text(con: DuckDBPyConnection, path: Path, source_id: int, digest: str, plain: bool = True) -> Source:
    with path.open("rb") as stream:
        head = stream.read(SNIFFED_BYTES)
    encoding = find_encoding(path, head, whole_file=not plain)
    sample = head.decode(encoding, errors="replace")
    delimiter = "\t" if path.suffix.lower() == ".tsv" else find_delimiter(sample)
    headers = next(csv.reader(io.StringIO(sample), delimiter=delimiter), [])
    globbing = any(character in str(path) for character in "*?[")
    if plain and encoding == "utf-8-sig" and any(header.strip() for header in headers) and not globbing:
        options = (
            f"delim = {quoted_text(delimiter)}, header = true, all_varchar = true, quote = '\"', escape = '\"', "
            "strict_mode = true, null_padding = false, ignore_errors = true, encoding = 'utf-8', auto_detect = false, "
            "columns = {" + ", ".join(f"{quoted_text(f'c{i}')}: 'varchar'" for i in range(len(headers))) + "}"
        )
        # a table numbers its rows itself, while those of a file would be counted by one thread
        con.execute(
            f"create or replace temp table lines_{source_id} as "
            f"select * from read_csv({quoted_text(str(path))}, {options})"
        )
        # until it is committed, from a high number on
        first = con.execute(f"select coalesce(min(rowid), 0) from lines_{source_id}").fetchall()[0][0]
        sql = f"select {(source_id << ROW_BITS) + 2}::bigint + (rowid - {first}) as origin, * from lines_{source_id}"
        return Source(source_id, path, None, headers, sql, digest, plain_csv=True)
    return _rows_to_source(con, path, None, source_id, digest, csv_rows(path, encoding, delimiter))


def _read_parquet(con: DuckDBPyConnection, path: Path, source_id: int, digest: str) -> Source:
    import duckdb

    scan = f"read_parquet({quoted_text(str(path))})"
    try:
        described = con.execute(f"describe select * from {scan}").fetchall()
        count = con.execute(f"select count(*) from {scan}").fetchall()[0][0]
    except duckdb.Error as error:
        reason = str(error).splitlines()[0]
        raise DataError(msg("{file} cannot be read: {reason}.", file=path.name, reason=reason)) from None
    if count == 0:
        raise DataError(msg("{file} has a header and no rows. Fill it, or leave it out.", file=path.name))
    cells = ", ".join(f"{text_of(name, kind)} as c{i}" for i, (name, kind, *_) in enumerate(described))
    sql = f"select {source_id << ROW_BITS}::bigint + row_number() over () as origin, {cells} from {scan}"
    return Source(source_id, path, None, [name for name, *_ in described], sql, digest)


def _rows_to_source(
    con: DuckDBPyConnection,
    path: Path,
    sheet: str | None,
    source_id: int,
    digest: str,
    rows: Iterable[tuple[int, list[str]]],
) -> Source:
    """A temporary table of the rows below the first one, which is the header."""
    import pandas as pd

    iterator = iter(rows)
    _, headers = next(iterator, (1, []))
    while headers and not headers[-1].strip():
        headers.pop()
    width, numbers, ragged = len(headers), [], []
    columns: list[list[str]] = [[] for _ in headers]
    for number, cells in iterator:
        if any(cell.strip() for cell in cells[width:]):
            ragged.append(number)
            continue
        numbers.append((source_id << ROW_BITS) + number)
        for index, column in enumerate(columns):
            column.append(cells[index] if index < len(cells) else "")
    if not numbers and not ragged:
        raise DataError(msg("{file} has a header and no rows. Fill it, or leave it out.", file=path.name))
    name = f"cells_{source_id}"
    frame = pd.DataFrame(
        {"origin": pd.Series(numbers, dtype="int64")}
        | {f"c{i}": pd.Series(values, dtype=object) for i, values in enumerate(columns)}
    )
    con.register("incoming", frame)
    typed = ", ".join(["origin", *(f"c{i}::varchar as c{i}" for i in range(width))])
    con.execute(f"create or replace temp table {name} as select {typed} from incoming")
    con.unregister("incoming")
    return Source(source_id, path, sheet, headers, f"select * from {name}", digest, ragged=ragged)


def unique_headers(headers: list[str]) -> list[str]:
    """The headers with white space folded; an empty or repeated one gets its number."""
    plain = [" ".join(header.split()) or f"column {i}" for i, header in enumerate(headers, start=1)]
    seen: Counter[str] = Counter()
    result = []
    for header in plain:
        seen[header.casefold()] += 1
        result.append(header if seen[header.casefold()] == 1 else f"{header} {seen[header.casefold()]}")
    return result
