"""The errors of an old workbook, written here record by record."""

from __future__ import annotations

import struct
from pathlib import Path

import pytest

from ppp_metrics.errors import DataError
from ppp_metrics.records.binary_workbooks import xls_errors
from ppp_metrics.records.spreadsheets import read_workbook

END, FREE, TABLE = 0xFFFFFFFE, 0xFFFFFFFF, 0xFFFFFFFD


def record(kind: int, data: bytes = b"") -> bytes:
    return struct.pack("<HH", kind, len(data)) + data


def label(row: int, column: int, text: str) -> bytes:
    return record(0x0204, struct.pack("<HHHHB", row, column, 0, len(text), 0) + text.encode("latin-1"))


def workbook(path: Path, cells: bytes) -> Path:
    """A compound file with one stream: the globals, then one sheet named partners."""
    begin = record(0x0809, struct.pack("<HHHHII", 0x0600, 5, 0, 0, 0, 6))
    sheet = record(0x0809, struct.pack("<HHHHII", 0x0600, 0x10, 0, 0, 0, 6)) + cells + record(0x000A)
    name = b"partners"
    start = len(begin) + 4 + 8 + len(name) + 4
    bound = record(0x0085, struct.pack("<IBBBB", start, 0, 0, len(name), 0) + name)
    stream = (begin + bound + record(0x000A) + sheet).ljust(4096, b"\0")
    sectors = len(stream) // 512
    links = [TABLE, END, *range(3, 2 + sectors), END]
    links += [FREE] * (128 - len(links))

    def entry(name: str, kind: int, start: int, size: int, child: int) -> bytes:
        text = name.encode("utf-16-le") + b"\0\0"
        return (
            text.ljust(64, b"\0")
            + struct.pack("<HBBIII", len(text), kind, 1, FREE, FREE, child)
            + b"\0" * 36
            + struct.pack("<IQ", start, size)
        )

    header = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + b"\0" * 16 + struct.pack("<HHHHH", 0x3E, 3, 0xFFFE, 9, 6) + b"\0" * 6
    header += struct.pack("<9I", 0, 1, 1, 0, 4096, END, 0, END, 0) + struct.pack("<109I", 0, *[FREE] * 108)
    directory = entry("Root Entry", 5, END, 0, 1) + entry("Workbook", 2, 2, len(stream), FREE)
    path.write_bytes(header + struct.pack("<128I", *links) + directory.ljust(512, b"\0") + stream)
    return path


ERROR = record(0x0205, struct.pack("<HHHBB", 1, 1, 0, 0x17, 1))
TRUE = record(0x0205, struct.pack("<HHHBB", 1, 2, 0, 1, 0))
FORMULA = record(0x0006, struct.pack("<HHH", 2, 0, 0) + b"\x02\0\x2a\0\0\0\xff\xff" + b"\0" * 8)


def test_an_error_is_told_by_its_cell(tmp_path: Path) -> None:
    path = workbook(tmp_path / "partners.xls", label(0, 0, "id") + label(0, 1, "name") + ERROR + TRUE + FORMULA)
    assert xls_errors(path) == {"partners": {2: {2: "#REF!"}, 3: {1: "#N/A"}}}


def test_the_sheet_is_read_with_its_errors(tmp_path: Path) -> None:
    path = workbook(
        tmp_path / "partners.xls", label(0, 0, "id") + label(0, 1, "name") + label(1, 0, "p1") + ERROR + TRUE
    )
    (sheet,) = read_workbook(path, "xls")
    assert [(row.number, row.cells) for row in sheet.rows] == [(1, ["id", "name", ""]), (2, ["p1", "#REF!", "true"])]


def test_a_workbook_that_is_cut_short_is_told(tmp_path: Path) -> None:
    path = tmp_path / "partners.xls"
    for size in (8, 40, 300, 700, 1100):
        path.write_bytes(workbook(tmp_path / "whole.xls", ERROR).read_bytes()[:size])
        with pytest.raises(DataError, match="not a readable workbook"):
            read_workbook(path, "xls")
