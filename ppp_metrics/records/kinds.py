"""What a file is, whatever its name says: portals and people give endings that are not right."""

from __future__ import annotations

import re
import zipfile
import zlib
from pathlib import Path
from typing import Literal

from ppp_metrics.errors import DataError
from ppp_metrics.language import Label, msg

Kind = Literal["text", "xlsx", "xls", "ods", "html", "parquet"]
TEXT_SUFFIXES = (".csv", ".tsv", ".txt")
SUFFIXES = (*TEXT_SUFFIXES, ".xlsx", ".xlsm", ".xls", ".ods", ".parquet")
NAMED = {".xlsm": "xlsx"} | dict.fromkeys(TEXT_SUFFIXES, "text")
LABELS: dict[Kind, Label] = {
    "text": Label("a text file (CSV)", "een tekstbestand (CSV)"),
    "xlsx": Label("an Excel workbook (xlsx)", "een Excelbestand (xlsx)"),
    "xls": Label("an old Excel workbook (xls)", "een oud Excelbestand (xls)"),
    "ods": Label("an OpenDocument spreadsheet (ods)", "een OpenDocument-rekenblad (ods)"),
    "html": Label("a web page with a table (HTML)", "een webpagina met een tabel (HTML)"),
    "parquet": Label("a parquet file", "een parquetbestand"),
}
UNREADABLE = (
    (b"%PDF", Label("a PDF", "een pdf")),
    (b"\x1f\x8b", Label("packed with gzip", "ingepakt met gzip")),
    (b"7z\xbc\xaf", Label("packed with 7-Zip", "ingepakt met 7-Zip")),
    (b"Rar!", Label("packed with RAR", "ingepakt met RAR")),
    (b"BZh", Label("packed with bzip2", "ingepakt met bzip2")),
    (b"{\\rtf", Label("a text of a word processor (RTF)", "een tekst uit een tekstverwerker (RTF)")),
    (b"SQLite format 3", Label("a database (SQLite)", "een database (SQLite)")),
)
MAX_UNPACKED = 2 << 30
"""Bytes: a workbook of a million rows of text stays below that."""


def find_kind(path: Path, head: bytes) -> Kind:
    """The kind by the first bytes. Raises DataError for one that cannot be read, with what it is."""
    if head.startswith(b"PK\x03\x04"):
        return _packed_kind(path)
    if head.startswith(b"\xd0\xcf\x11\xe0") or head[:4] in (b"\x09\x08\x10\x00", b"\x09\x08\x08\x00"):
        return "xls"
    if head.startswith(b"PAR1"):
        return "parquet"
    for begin, label in UNREADABLE:
        if head.startswith(begin):
            raise _refused(path, label)
    begin = head.lstrip(b"\xef\xbb\xbf\xff\xfe \t\r\n").replace(b"\0", b"")[:4000].lower()
    if re.match(rb"<(!doctype html|html|table|head|body|meta|style|div)\b", begin) or (
        begin.startswith(b"<?xml") and b"<html" in begin
    ):
        return "html"
    if begin.startswith(b"<?xml") or begin.startswith(b"<workbook"):
        raise _refused(path, Label("an XML file", "een XML-bestand"))
    return "text"


def named_kind(path: Path) -> str:
    """The kind that a file's ending says."""
    suffix = path.suffix.lower()
    return NAMED.get(suffix, suffix.removeprefix("."))


def _packed_kind(path: Path) -> Kind:
    try:
        with zipfile.ZipFile(path) as archive:
            sizes = {entry.filename: entry.file_size for entry in archive.infolist()}
            mimetype = archive.read("mimetype") if 0 < sizes.get("mimetype", 0) < 200 else b""
    except (zipfile.BadZipFile, zlib.error, RuntimeError, NotImplementedError, EOFError):
        raise damaged(path) from None
    unpacked = sum(sizes.values())
    if unpacked > MAX_UNPACKED:
        raise DataError(
            msg(
                "{file} would take {size} GB once unpacked, which no list of records does. "
                "Copy its rows to a new workbook, or export them as CSV.",
                file=path.name,
                size=f"{unpacked / (1 << 30):.0f}",
            )
        )
    if "xl/workbook.xml" in sizes:
        return "xlsx"
    if "content.xml" in sizes and b"spreadsheet" in mimetype:
        return "ods"
    if "xl/workbook.bin" in sizes:
        raise _refused(path, Label("an Excel workbook (xlsb)", "een Excelbestand (xlsb)"))
    raise _refused(path, Label("packed with zip", "ingepakt met zip"))


def damaged(path: Path) -> DataError:
    return DataError(
        msg(
            "{file} is not a readable workbook: it is damaged or cut short. Open it in Excel and save it again.",
            file=path.name,
        )
    )


def _refused(path: Path, label: Label) -> DataError:
    return DataError(
        msg(
            "{file} is {kind}, whatever its name says. Unpack or open it, and save the table as xlsx or CSV.",
            file=path.name,
            kind=label,
        )
    )
