"""Of a workbook every cell is seen: errors, merged cells, formulas without a result, and cells in far corners."""

from __future__ import annotations

import zipfile
from pathlib import Path

import openpyxl
import pytest
from odf.opendocument import OpenDocumentSpreadsheet
from odf.table import CoveredTableCell, Table, TableCell, TableRow
from odf.text import P

from ppp_metrics.errors import DataError
from ppp_metrics.records.sheets import Range
from ppp_metrics.records.spreadsheets import read_workbook

CALC = "urn:org:documentfoundation:names:experimental:calc:xmlns:calcext:1.0"


def book(path: Path, cells: dict[str, object]) -> Path:
    made = openpyxl.Workbook()
    sheet = made.worksheets[0]
    sheet.title = "partners"
    for place, value in cells.items():
        sheet[place].value = value  # type: ignore[assignment]
        if isinstance(value, str) and value.startswith("#"):
            sheet[place].data_type = "e"
    made.save(path)
    return path


def rows(path: Path, kind: str = "xlsx") -> list[tuple[int, list[str]]]:
    (sheet,) = read_workbook(path, kind)
    return [(row.number, row.cells) for row in sheet.rows]


def test_an_error_is_the_text_that_stands_in_its_cell(tmp_path: Path) -> None:
    path = book(tmp_path / "partners.xlsx", {"A1": "id", "B1": "name", "A2": "p1", "B2": "#REF!", "B3": "#N/A"})
    assert rows(path) == [(1, ["id", "name"]), (2, ["p1", "#REF!"]), (3, ["", "#N/A"])]


def test_a_cell_in_the_far_corner_costs_no_memory(tmp_path: Path) -> None:
    near = {"A1": "id", "B1": "day", "A2": 1.5, "B2": True, "A4": "#REF!", "B4": 1.234}
    plain = rows(book(tmp_path / "near.xlsx", near))
    far = rows(book(tmp_path / "far.xlsx", near | {"XFD1048576": "x"}))
    assert (
        [(number, cells[:2]) for number, cells in far[:-1]]
        == plain
        == [
            (1, ["id", "day"]),
            (2, ["1.5", "true"]),
            (4, ["#REF!", "1.2340"]),
        ]
    )
    assert (far[-1][0], len(far[-1][1]), far[-1][1][-1]) == (1048576, 16384, "x")


def test_merged_cells_and_formulas_without_a_result_are_named(tmp_path: Path) -> None:
    path = book(tmp_path / "partners.xlsx", {"A1": "id", "B1": "sum", "A2": "p1", "B2": "=1+1"})
    made = openpyxl.load_workbook(path)
    made.worksheets[0].merge_cells("A2:A3")
    made.save(path)
    (sheet,) = read_workbook(path, "xlsx")
    assert (sheet.merged, sheet.formulas) == ([Range(2, 1, 3, 1)], [(2, 2)])


def test_a_formula_that_gives_no_text_has_its_result(tmp_path: Path) -> None:
    path = book(tmp_path / "partners.xlsx", {"A1": "id", "A2": "=x"})
    with zipfile.ZipFile(path) as archive:
        parts = {name: archive.read(name) for name in archive.namelist()}
    with zipfile.ZipFile(path, "w") as archive:
        for name, part in parts.items():
            # as Excel saves =IF(1, "", "")
            archive.writestr(
                name, part.replace(b'<c r="A2"><f>x</f><v></v></c>', b'<c r="A2" t="str"><f>x</f><v></v></c>')
            )
    (sheet,) = read_workbook(path, "xlsx")
    assert sheet.formulas == []


def ods(path: Path, far: bool = False) -> Path:
    document = OpenDocumentSpreadsheet()
    table = Table(name="partners")
    for texts in (["id", "name"], ["p1", "#REF!"]):
        row = TableRow()
        for text in texts:
            cell = TableCell(valuetype="string", **({"formula": "error"} if text.startswith("#") else {}))
            cell.addElement(P(text=text))
            row.addElement(cell)
        table.addElement(row)
    row = TableRow()
    merged = TableCell(valuetype="string", numbercolumnsspanned=2)
    merged.addElement(P(text="total"))
    row.addElement(merged)
    row.addElement(CoveredTableCell())
    table.addElement(row)
    if far:
        table.addElement(TableRow(numberrowsrepeated=1_000_000))
        row = TableRow()
        row.addElement(TableCell(numbercolumnsrepeated=16_000))
        cell = TableCell(valuetype="string")
        cell.addElement(P(text="x"))
        row.addElement(cell)
        table.addElement(row)
    document.spreadsheet.addElement(table)
    document.save(path)
    with zipfile.ZipFile(path) as archive:
        parts = {name: archive.read(name) for name in archive.namelist()}
    with zipfile.ZipFile(path, "w") as archive:
        for name, part in parts.items():
            # as LibreOffice marks an error
            marked = b'office:string-value="" calcext:value-type="error" xmlns:calcext="%s"' % CALC.encode()
            archive.writestr(name, part.replace(b'table:formula="error"', marked))
    return path


def test_an_opendocument_sheet_tells_the_same(tmp_path: Path) -> None:
    (sheet,) = read_workbook(ods(tmp_path / "partners.ods"), "ods")
    assert [(row.number, row.cells) for row in sheet.rows] == [
        (1, ["id", "name"]),
        (2, ["p1", "#REF!"]),
        (3, ["total", ""]),
    ]
    assert sheet.merged == [Range(3, 1, 3, 2)]


def test_a_far_corner_of_an_opendocument_sheet_is_refused_with_its_row(tmp_path: Path) -> None:
    with pytest.raises(DataError, match="filled, in row 1000004"):
        read_workbook(ods(tmp_path / "partners.ods", far=True), "ods")


def test_a_part_that_is_larger_than_it_says_is_not_unpacked(tmp_path: Path) -> None:
    path = book(tmp_path / "partners.xlsx", {"A1": "id"})
    content = bytearray(path.read_bytes())
    # the size of the sheet in the archive's list of contents
    name = content.rindex(b"xl/worksheets/sheet1.xml")
    content[name - 22 : name - 18] = (10).to_bytes(4, "little")
    path.write_bytes(content)
    with pytest.raises(DataError, match="damaged"):
        read_workbook(path, "xlsx")
