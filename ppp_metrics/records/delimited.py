"""Delimited text files: their encoding, delimiter, lines and rows, found by themselves."""

from __future__ import annotations

import codecs
import csv
import io
import sys
from collections.abc import Iterator
from pathlib import Path

from ppp_metrics.errors import DataError
from ppp_metrics.language import msg

DELIMITERS = ",;\t|"
SNIFFED_BYTES = 1 << 20


def line_count(path: Path) -> int:
    """The lines of a file as an editor counts them."""
    count, last = 0, b"\n"
    with path.open("rb") as stream:
        while chunk := stream.read(SNIFFED_BYTES):
            count, last = count + chunk.count(b"\n"), chunk
    return count + (not last.endswith(b"\n"))


def csv_rows(path: Path, encoding: str, delimiter: str) -> Iterator[tuple[int, list[str]]]:
    """The filled rows, each with the line it begins at. Raises DataError where the text cannot be read."""
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
            raise DataError(
                msg(
                    "{file} cannot be read as text at line {line}. Export it again as CSV in UTF-8.",
                    file=path.name,
                    line=line,
                )
            ) from None


def find_encoding(path: Path, head: bytes, whole_file: bool) -> str:
    """UTF-8 (with or without mark), UTF-16, Windows-1252 or Latin-1. Raises DataError for a file that is no text."""
    if head.startswith((b"PK\x03\x04", b"\xd0\xcf\x11\xe0", b"PAR1", b"%PDF", b"\x1f\x8b")):
        raise DataError(
            msg(
                "{file} is not a text file, whatever its name says: it looks like {kind}. Give it the right "
                "ending or export it as CSV.",
                file=path.name,
                kind=_kind(head),
            )
        )
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


def find_delimiter(sample: str) -> str:
    """The delimiter that cuts the first lines into the most columns, evenly."""

    def evenness(delimiter: str) -> tuple[int, int]:
        rows = [row for row in csv.reader(io.StringIO(sample[:20_000]), delimiter=delimiter) if row][:50]
        width = len(rows[0]) if rows else 1
        return (sum(len(row) == width for row in rows) if width > 1 else 0, width)

    return max(DELIMITERS, key=evenness)
