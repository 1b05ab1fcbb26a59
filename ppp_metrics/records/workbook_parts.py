"""What stands in the XML of a workbook's sheets that Calamine does not tell: how far they reach, errors, formulas."""

from __future__ import annotations

import posixpath
import re
import zipfile
import zlib
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import IO, Any

from ppp_metrics.records.binary_workbooks import xls_errors
from ppp_metrics.records.kinds import damaged
from ppp_metrics.records.sheets import Range

PIECE = 8 << 20
MAX_ROWS, MAX_COLUMNS = 1 << 20, 1 << 14
MAX_CELLS = 20_000_000
"""Between A1 and the last filled cell: Calamine holds all of these in memory, filled or not."""
COLUMN = re.compile(rb"\sr=[\"']([A-Za-z]+)\d+[\"']")
ROW_NUMBER = re.compile(rb"\sr=[\"'][A-Za-z]*(\d+)[\"']")
ROW = re.compile(rb"<(?:\w+:)?row\b([^>]*?)(?:/>|>(.*?)</(?:\w+:)?row>)", re.DOTALL)
CELL = re.compile(rb"<(?:\w+:)?c\b([^>]*?)(?:/>|>(.*?)</(?:\w+:)?c>)", re.DOTALL)
VALUE = re.compile(rb"<(?:\w+:)?v\b[^>]*?(?:/>|>(.*?)</)", re.DOTALL)
PLACE = re.compile(rb"\br=[\"']([A-Z]*)(\d+)[\"']")
MERGED = re.compile(rb"<(?:\w+:)?mergeCell\b[^>]*\bref=[\"']([A-Z]+)(\d+):([A-Z]+)(\d+)[\"']")
ERROR = re.compile(rb"\bt=[\"']e[\"']")
TEXT = re.compile(rb"\bt=[\"']str[\"']")
FORMULA = re.compile(rb"<(?:\w+:)?f\b")
CALC_TYPE = "{urn:org:documentfoundation:names:experimental:calc:xmlns:calcext:1.0}value-type"


@dataclass
class SheetPart:
    """How many rows and columns a sheet has up to its last cell, and what its cells hold that is no value.

    `errors` has the text of an error by row and column; `formulas` the cells without a saved result.
    """

    rows: int = 0
    columns: int = 0
    errors: dict[int, dict[int, str]] = field(default_factory=dict)
    formulas: list[tuple[int, int]] = field(default_factory=list)
    merged: list[Range] = field(default_factory=list)

    @property
    def is_far(self) -> bool:
        return self.rows * self.columns > MAX_CELLS


def sheet_parts(path: Path, kind: str) -> dict[str, SheetPart]:
    """Sheet name -> what it holds besides values; of an xls its errors only. Raises DataError for a damaged file."""
    if kind == "xls":
        return {name: SheetPart(errors=errors) for name, errors in xls_errors(path).items()}
    from lxml.etree import LxmlError

    try:
        with zipfile.ZipFile(path) as archive:
            # unpacks every part: none may be larger than it says
            if archive.testzip():
                raise damaged(path)
            if kind == "ods":
                return _ods_parts(archive)
            return {name: _xlsx_part(archive, part) for name, part in _xlsx_sheets(archive)}
    except (zipfile.BadZipFile, zlib.error, KeyError, LxmlError, EOFError, NotImplementedError, RuntimeError):
        raise damaged(path) from None


def _xlsx_sheets(archive: zipfile.ZipFile) -> Iterator[tuple[str, str]]:
    """Each sheet's name, and the part of the archive that holds it."""
    targets = {
        str(link.get("Id")): posixpath.normpath(posixpath.join("/xl", str(link.get("Target")))).lstrip("/")
        for link in _parsed(archive, "xl/_rels/workbook.xml.rels").iter("{*}Relationship")
    }
    for sheet in _parsed(archive, "xl/workbook.xml").iter("{*}sheet"):
        part = next((targets[str(value)] for name, value in sheet.attrib.items() if str(name).endswith("}id")), "")
        if "worksheets/" in part:
            yield str(sheet.get("name")), part


def _parsed(archive: zipfile.ZipFile, part: str) -> Any:
    from lxml import etree

    return etree.fromstring(archive.read(part), etree.XMLParser(resolve_entities=False, no_network=True))


def _xlsx_part(archive: zipfile.ZipFile, part: str) -> SheetPart:
    found = SheetPart()
    columns: set[bytes] = set()
    last = 0
    with archive.open(part) as stream:
        for piece in _pieces(stream):
            columns.update(COLUMN.findall(piece))
            last = max(last, *map(int, set(ROW_NUMBER.findall(piece))), 0)
            found.merged += [
                Range(int(top), column_number(left), int(bottom), column_number(right))
                for left, top, right, bottom in MERGED.findall(piece)
            ]
            has_specials = ERROR.search(piece) or FORMULA.search(piece)
            for row in ROW.finditer(piece):
                place = PLACE.search(row[1])
                found.rows = int(place[2]) if place else found.rows + 1
                if has_specials and row[2]:
                    _read_specials(found, row[2])
    found.rows, found.columns = max(found.rows, last), max(map(column_number, columns), default=1)
    if found.rows > MAX_ROWS or found.columns > MAX_COLUMNS:
        raise zipfile.BadZipFile
    return found


def _pieces(stream: IO[bytes]) -> Iterator[bytes]:
    """A part in pieces that cut no row."""
    rest = b""
    while chunk := stream.read(PIECE):
        rest += chunk
        end = rest.rfind(b"row>") + len(b"row>")
        if end >= len(b"row>"):
            yield rest[:end]
            rest = rest[end:]
    yield rest


def _read_specials(found: SheetPart, cells: bytes) -> None:
    """The errors and the formulas without a result of one row."""
    column = 0
    for attributes, content in CELL.findall(cells):
        place = PLACE.search(attributes)
        column = column_number(place[1]) if place else column + 1
        value = VALUE.search(content)
        if ERROR.search(attributes):
            text = (value[1] if value and value[1] else b"#ERROR!").decode("utf-8", errors="replace")
            found.errors.setdefault(found.rows, {})[column] = text
        elif FORMULA.search(content) and not (value and (value[1] or TEXT.search(attributes))):
            found.formulas.append((found.rows, column))


def column_number(name: bytes) -> int:
    """3 for C."""
    number = 0
    for letter in name.upper():
        number = number * 26 + letter - 64
    return number


def _ods_parts(archive: zipfile.ZipFile) -> dict[str, SheetPart]:
    from lxml import etree

    found: dict[str, SheetPart] = {}
    part, row = SheetPart(), 0
    with archive.open("content.xml") as stream:
        parsing = etree.iterparse(
            stream, ("start", "end"), tag=("{*}table", "{*}table-row"), resolve_entities=False, no_network=True
        )
        for event, element in parsing:
            attributes = _local(element)
            if event == "start" and element.tag.endswith("}table"):
                part, row = found.setdefault(attributes.get("name", ""), SheetPart()), 0
            elif event == "end" and element.tag.endswith("}table-row"):
                repeated = int(attributes.get("number-rows-repeated", 1))
                _read_ods_row(part, element, row + 1, repeated)
                row += repeated
                element.clear()
    return found


def _read_ods_row(part: SheetPart, element: Any, row: int, repeated: int) -> None:
    column = 1
    for cell in element:
        attributes = _local(cell)
        width = int(attributes.get("number-columns-repeated", 1))
        text = "\n".join("".join(each.itertext()) for each in cell.iter("{*}p"))
        if text or "value-type" in attributes:
            part.rows, part.columns = max(part.rows, row + repeated - 1), max(part.columns, column + width - 1)
        if cell.get(CALC_TYPE) == "error":
            part.errors.setdefault(row, {})[column] = text or "#ERROR!"
        across, down = (int(attributes.get(f"number-{each}-spanned", 1)) for each in ("columns", "rows"))
        if across > 1 or down > 1:
            part.merged.append(Range(row, column, row + down - 1, column + across - 1))
        column += width


def _local(element: Any) -> dict[str, str]:
    """The attributes of an element without their namespaces."""
    return {str(name).rpartition("}")[2]: str(value) for name, value in element.attrib.items() if name != CALC_TYPE}
