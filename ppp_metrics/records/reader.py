"""Any file becomes text cells: a DuckDB relation of text columns with the number of each row in its file.

The relation of a source has `origin` (the source's number and the row's, packed) and one text column a header. A regular
UTF-8 CSV is read by DuckDB as it stands; every other file is read once, cell by cell, into a temporary table.
"""

from __future__ import annotations

import codecs
import csv
import hashlib
import io
import sys
import zipfile
from collections import Counter
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from datetime import date, datetime
from pathlib import Path
from typing import TYPE_CHECKING, Any

from ppp_metrics.errors import DataError
from ppp_metrics.language import msg

if TYPE_CHECKING:
    from duckdb import DuckDBPyConnection
    from python_calamine import CalamineWorkbook

TEXT_SUFFIXES = (".csv", ".tsv", ".txt")
WORKBOOK_SUFFIXES = (".xlsx", ".xlsm", ".xls", ".ods")
SUFFIXES = (*TEXT_SUFFIXES, *WORKBOOK_SUFFIXES, ".parquet")
DELIMITERS = ",;\t|"
ROW_BITS = 40
SNIFFED_BYTES = 1 << 20


@dataclass
class Source:
    """One table of cells: a file, or one sheet of a workbook."""

    source_id: int
    path: Path
    sheet: str | None
    headers: list[str]
    sql: str
    header_row: int
    sha256: str
    plain_csv: bool = False
    ragged: list[tuple[int, str]] = field(default_factory=list)

    @property
    def place(self) -> str:
        return f"{self.path.name} ({self.sheet})" if self.sheet else self.path.name

    @property
    def offset(self) -> int:
        return self.source_id << ROW_BITS


def read_file(con: DuckDBPyConnection, path: Path, first_id: int) -> list[Source]:
    """The sources of one file, numbered from `first_id`; sheets without any row below the header are left out.

    Raises DataError for a file that is missing, empty, unreadable or not what its name says.
    """
    suffix = path.suffix.lower()
    if suffix not in SUFFIXES:
        raise DataError(msg("{file} is not a kind of file that can be loaded. These are: {suffixes}.",
                            file=path.name, suffixes=", ".join(SUFFIXES)))  # fmt: skip
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
            sources = _read_workbook(con, path, first_id, digest)
    except OSError as error:
        raise DataError(msg("{file} cannot be read: {reason}.", file=path.name, reason=error.strerror or error)) from None
    if not sources:
        raise DataError(msg("{file} has a header and no rows. Fill it, or leave it out.", file=path.name))
    return sources


def reread_cell_by_cell(con: DuckDBPyConnection, source: Source) -> Source:
    """The same CSV source read with exact line numbers, for a file that DuckDB's reader takes for irregular."""
    return _read_text(con, source.path, source.source_id, source.sha256, plain=False)


def read_exactly(con: DuckDBPyConnection, source: Source) -> Source:
    """The source, reread cell by cell if DuckDB does not read one record a line."""
    import duckdb

    if not source.plain_csv:
        return source
    try:
        count = con.execute(f"select count(*) from ({source.sql})").fetchall()[0][0]
    except (duckdb.InvalidInputException, duckdb.ConversionException):
        count = -1
    return source if count + 1 == line_count(source.path) > 1 else reread_cell_by_cell(con, source)


def line_count(path: Path) -> int:
    """The lines of a file as an editor counts them."""
    count, last = 0, b"\n"
    with path.open("rb") as stream:
        while chunk := stream.read(SNIFFED_BYTES):
            count, last = count + chunk.count(b"\n"), chunk
    return count + (not last.endswith(b"\n"))


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
    encoding = _encoding(path, head, whole_file=not plain)
    sample = head.decode(encoding, errors="replace")
    delimiter = "\t" if path.suffix.lower() == ".tsv" else _delimiter(sample)
    headers = next(csv.reader(io.StringIO(sample), delimiter=delimiter), [])
    if not any(header.strip() for header in headers):
        plain = False
    if plain and encoding == "utf-8-sig" and len(set(headers)) == len(headers):
        options = (
            f"delim = {quoted_text(delimiter)}, header = true, all_varchar = true, quote = '\"', escape = '\"', "
            "strict_mode = true, null_padding = false, encoding = 'utf-8', auto_detect = false, "
            "columns = {" + ", ".join(f"{quoted_text(f'c{i}')}: 'varchar'" for i in range(len(headers))) + "}"
        )
        sql = (
            f"select {source_id << ROW_BITS}::bigint + row_number() over () + 1 as origin, * "
            f"from read_csv({quoted_text(str(path))}, {options})"
        )
        return Source(source_id, path, None, headers, sql, 1, digest, plain_csv=True)
    return _rows_to_source(con, path, None, source_id, digest, _csv_rows(path, encoding, delimiter))


def _csv_rows(path: Path, encoding: str, delimiter: str) -> Iterator[tuple[int, list[str]]]:
    csv.field_size_limit(sys.maxsize)
    with path.open(encoding=encoding, newline="", errors="strict") as stream:
        reader = csv.reader(stream, delimiter=delimiter)
        line = 1
        try:
            for cells in reader:
                if any(cell.strip() for cell in cells):
                    yield line, cells
                line = reader.line_num + 1
        except (csv.Error, UnicodeDecodeError):
            raise DataError(msg("{file} cannot be read as text at line {line}. Export it again as CSV in UTF-8.",
                                file=path.name, line=line)) from None  # fmt: skip


def _encoding(path: Path, head: bytes, whole_file: bool) -> str:
    if head.startswith((b"PK\x03\x04", b"\xd0\xcf\x11\xe0", b"PAR1", b"%PDF", b"\x1f\x8b")):
        raise DataError(msg("{file} is not a text file, whatever its name says: it looks like {kind}. Give it the right "
                            "ending or export it as CSV.", file=path.name, kind=_kind(head)))  # fmt: skip
    if head.startswith((b"\xff\xfe", b"\xfe\xff")):
        return "utf-16"
    if b"\x00" in head:
        for encoding, zeros in (("utf-16-le", head[1::2]), ("utf-16-be", head[::2])):
            if zeros.count(0) > len(head) / 4:
                return encoding
        raise DataError(msg("{file} is not a text file: it holds binary data. Export it again as CSV.", file=path.name))
    for encoding in ("utf-8-sig", "cp1252"):
        if _decodes(path, head, encoding, whole_file):
            if encoding == "cp1252" and sum(byte < 9 or 13 < byte < 32 for byte in head) > len(head) / 100:
                break
            return encoding
    else:
        return "latin-1"
    raise DataError(msg("{file} is not a text file: it holds binary data. Export it again as CSV.", file=path.name))


def _decodes(path: Path, head: bytes, encoding: str, whole_file: bool) -> bool:
    decoder = codecs.getincrementaldecoder(encoding)(errors="strict")
    try:
        decoder.decode(head)
        if whole_file or encoding != "utf-8-sig":
            with path.open(encoding=encoding) as stream:
                while stream.read(SNIFFED_BYTES):
                    pass
    except UnicodeDecodeError:
        return False
    return True


def _kind(head: bytes) -> str:
    if head.startswith(b"PK"):
        return "xlsx, ods (zip)"
    return {b"\xd0": "xls", b"PA": "parquet", b"%P": "pdf", b"\x1f": "gzip"}.get(
        head[:2] if head[:1] in b"P%" else head[:1], "?"
    )


def _delimiter(sample: str) -> str:
    """The delimiter that cuts the first lines into the most columns, evenly."""

    def evenness(delimiter: str) -> tuple[int, int]:
        rows = [row for row in csv.reader(io.StringIO(sample[:20_000]), delimiter=delimiter) if row][:50]
        width = len(rows[0]) if rows else 1
        return (sum(len(row) == width for row in rows) if width > 1 else 0, width)

    return max(DELIMITERS, key=evenness)


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
    return Source(source_id, path, None, [name for name, *_ in described], sql, 0, digest)


def _read_workbook(con: DuckDBPyConnection, path: Path, first_id: int, digest: str) -> list[Source]:
    from python_calamine import CalamineError, CalamineWorkbook, PasswordError

    try:
        workbook = CalamineWorkbook.from_path(str(path))
    except PasswordError:
        raise DataError(msg("{file} is locked with a password. Save it without one.", file=path.name)) from None
    except CalamineError as error:
        raise DataError(msg("{file} is not a readable workbook: {reason}. Open it in Excel and save it again.",
                            file=path.name, reason=str(error))) from None  # fmt: skip
    sources: list[Source] = []
    uncalculated = _uncalculated_formulas(path)
    for name in _sheets_of_people(workbook):
        sheet = workbook.get_sheet_by_name(name)
        if not sheet.total_height:
            continue
        _refuse_merged(path, name, sheet)
        if name in uncalculated:
            raise DataError(msg("{file}, sheet {sheet}: cell {cell} holds a formula without a saved result. Open the "
                                "workbook in Excel, save it and load it again.",
                                file=path.name, sheet=name, cell=uncalculated[name]))  # fmt: skip
        cells = (
            (number, [_text(value) for value in row])
            for number, row in enumerate(sheet.to_python(skip_empty_area=False), start=1)
        )
        filled = [(number, row) for number, row in cells if any(cell.strip() for cell in row)]
        if len(filled) > 1:
            sources.append(_rows_to_source(con, path, name, first_id + len(sources), digest, filled))
    return sources


def _sheets_of_people(workbook: CalamineWorkbook) -> list[str]:
    """The sheets that a person can see or unhide: the rest is machinery, such as the template's lists of codes."""
    return [sheet.name for sheet in workbook.sheets_metadata if not str(sheet.visible).endswith("VeryHidden")]


def _refuse_merged(path: Path, name: str, sheet: Any) -> None:
    for (top, left), (bottom, right) in sheet.merged_cell_ranges or []:
        span = f"{_cell_name(top, left)}:{_cell_name(bottom, right)}"
        raise DataError(msg("{file}, sheet {sheet}: the cells {cells} are merged, so it is not clear which rows their "
                            "value belongs to. Unmerge them, fill every cell and load it again.",
                            file=path.name, sheet=name, cells=span))  # fmt: skip


def _cell_name(row: int, column: int) -> str:
    from openpyxl.utils import get_column_letter

    return f"{get_column_letter(column + 1)}{row + 1}"


def _uncalculated_formulas(path: Path) -> dict[str, str]:
    """Sheet name -> first cell with a formula that carries no saved result (xlsx only)."""
    if path.suffix.lower() not in (".xlsx", ".xlsm"):
        return {}
    with zipfile.ZipFile(path) as archive:
        sheets = [name for name in archive.namelist() if name.startswith("xl/worksheets/")]
        if not any(b"<f" in archive.read(name) for name in sheets):
            return {}
    from openpyxl import load_workbook

    formulas, values = load_workbook(path), load_workbook(path, data_only=True)
    found: dict[str, str] = {}
    for sheet in formulas.worksheets:
        for row in sheet.iter_rows():
            for cell in row:
                if cell.data_type == "f" and values[sheet.title][cell.coordinate].value is None:
                    found.setdefault(sheet.title, cell.coordinate)
    return found


def _text(value: object) -> str:
    """A workbook cell as text that reads back as the same value; a fraction of three digits gets a zero."""
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, float):
        text = repr(int(value)) if value.is_integer() and abs(value) < 1e15 else repr(value)
        whole, _, fraction = text.partition(".")
        return text + "0" if len(fraction) == 3 and whole.lstrip("-").isdigit() else text
    if isinstance(value, datetime):
        return value.isoformat(sep=" ") if value.time() != datetime.min.time() else value.date().isoformat()
    return value.isoformat() if isinstance(value, date) else str(value)


def _rows_to_source(con: DuckDBPyConnection, path: Path, sheet: str | None, source_id: int, digest: str,
                    rows: Iterable[tuple[int, list[str]]]) -> Source:  # fmt: skip
    """A temporary table of the rows below the first one, which is the header."""
    import pandas as pd

    iterator = iter(rows)
    header_row, headers = next(iterator, (1, []))
    while headers and not headers[-1].strip():
        headers.pop()
    width, numbers, ragged = len(headers), [], []
    columns: list[list[str]] = [[] for _ in headers]
    for number, cells in iterator:
        if any(cell.strip() for cell in cells[width:]):
            ragged.append((number, " | ".join(cells)))
            continue
        numbers.append((source_id << ROW_BITS) + number)
        for index, column in enumerate(columns):
            column.append(cells[index] if index < len(cells) else "")
    if not numbers and not ragged:
        raise DataError(msg("{file} has a header and no rows. Fill it, or leave it out.", file=path.name))
    name = f"cells_{source_id}"
    frame = pd.DataFrame({"origin": pd.Series(numbers, dtype="int64")} | {f"c{i}": pd.Series(values, dtype=object) for i, values in enumerate(columns)})  # fmt: skip
    con.register("incoming", frame)
    typed = ", ".join(["origin", *(f"c{i}::varchar as c{i}" for i in range(width))])
    con.execute(f"create or replace temp table {name} as select {typed} from incoming")
    con.unregister("incoming")
    return Source(source_id, path, sheet, headers, f"select * from {name}", header_row, digest, ragged=ragged)


def unique_headers(headers: list[str]) -> list[str]:
    """The headers with white space folded; an empty or repeated one gets its number."""
    plain = [" ".join(header.split()) or f"column {i}" for i, header in enumerate(headers, start=1)]
    seen: Counter[str] = Counter()
    result = []
    for header in plain:
        seen[header.casefold()] += 1
        result.append(header if seen[header.casefold()] == 1 else f"{header} {seen[header.casefold()]}")
    return result
