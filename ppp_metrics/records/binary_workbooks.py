"""Errors in the cells of an old workbook (xls), which Calamine leaves empty: records of BIFF in a compound file.

After [MS-CFB] and [MS-XLS], as far as that takes.
"""

from __future__ import annotations

import struct
from collections.abc import Iterator
from pathlib import Path

from ppp_metrics.records.kinds import damaged

FORMULA, BOUNDSHEET, BOF, EOF, FILEPASS, BOOLERR = 0x0006, 0x0085, 0x0809, 0x000A, 0x002F, 0x0205
ERRORS = {0x00: "#NULL!", 0x07: "#DIV/0!", 0x0F: "#VALUE!", 0x17: "#REF!", 0x1D: "#NAME?", 0x24: "#NUM!", 0x2A: "#N/A"}
EXCEL_97 = 0x0600
LAST_SECTOR = 0xFFFFFFFA


def xls_errors(path: Path) -> dict[str, dict[int, dict[int, str]]]:
    """Sheet name -> row -> column -> the text of an error, counted from 1.

    Of a workbook that is locked it is empty. Raises DataError for a file that is cut short.
    """
    try:
        stream = _workbook_stream(path.read_bytes())
        sheets, version = {}, 0
        for kind, data in _records(stream, 0):
            if kind == BOF:
                (version,) = struct.unpack_from("<H", data)
            if kind == FILEPASS:
                return {}
            if kind == BOUNDSHEET:
                (start,) = struct.unpack_from("<I", data)
                sheets[_sheet_name(data[6:], version)] = start
        return {name: found for name, start in sheets.items() if (found := _errors(stream, start))}
    except (struct.error, IndexError, UnicodeDecodeError):
        raise damaged(path) from None


def _errors(stream: bytes, start: int) -> dict[int, dict[int, str]]:
    found: dict[int, dict[int, str]] = {}
    for kind, data in _records(stream, start):
        if kind not in (BOOLERR, FORMULA):
            continue
        row, column = struct.unpack_from("<HH", data)
        # the result of a formula is a number, unless its last two bytes say that it is none
        is_error = data[7] == 1 if kind == BOOLERR else data[12:14] == b"\xff\xff" and data[6] == 2
        if is_error:
            code = data[6] if kind == BOOLERR else data[8]
            found.setdefault(row + 1, {})[column + 1] = ERRORS.get(code, "#N/A")
    return found


def _records(stream: bytes, at: int) -> Iterator[tuple[int, bytes]]:
    """The records from a BOF to its EOF; those of a chart within a sheet are among them."""
    depth = 0
    while at + 4 <= len(stream):
        kind, size = struct.unpack_from("<HH", stream, at)
        yield kind, stream[at + 4 : at + 4 + size]
        depth += (kind == BOF) - (kind == EOF)
        if depth == 0:
            return
        at += 4 + size


def _sheet_name(data: bytes, version: int) -> str:
    length, flags = data[0], data[1]
    if version < EXCEL_97:
        return data[1 : 1 + length].decode("cp1252")
    return data[2 : 2 + 2 * length].decode("utf-16-le") if flags & 1 else data[2 : 2 + length].decode("latin-1")


def _workbook_stream(content: bytes) -> bytes:
    """The stream of the compound file that holds the workbook; empty where there is none."""
    shift, mini_shift = struct.unpack_from("<HH", content, 30)
    directory, _, cutoff, mini_table, _, more_tables = struct.unpack_from("<6I", content, 48)
    size = 1 << shift
    tables = list(struct.unpack_from("<109I", content, 76))
    while more_tables < LAST_SECTOR and len(tables) * size <= len(content):
        *some, more_tables = struct.unpack(f"<{size // 4}I", _sector(content, more_tables, size))
        tables += some
    links = b"".join(_sector(content, table, size) for table in tables if table < LAST_SECTOR)
    entries = _chain(content, links, directory, size)
    root = mini = b""
    for at in range(0, len(entries), 128):
        entry = entries[at : at + 128]
        name = entry[: max(struct.unpack_from("<H", entry, 64)[0] - 2, 0)].decode("utf-16-le")
        start, length = struct.unpack_from("<II", entry, 116)
        if name == "Root Entry":
            root = _chain(content, links, start, size)
            mini = _chain(content, links, mini_table, size)
        elif name in ("Workbook", "Book"):
            if length >= cutoff:
                return _chain(content, links, start, size)[:length]
            return _chain(b"\0" * (1 << mini_shift) + root, mini, start, 1 << mini_shift)[:length]
    return b""


def _chain(content: bytes, links: bytes, sector: int, size: int) -> bytes:
    """The sectors that follow each other, from the first one on."""
    parts: list[bytes] = []
    while sector < LAST_SECTOR and len(parts) * size <= len(content):
        parts.append(_sector(content, sector, size))
        (sector,) = struct.unpack_from("<I", links, 4 * sector)
    return b"".join(parts)


def _sector(content: bytes, number: int, size: int) -> bytes:
    return content[(number + 1) * size : (number + 2) * size]
