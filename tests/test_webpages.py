"""Tables of web pages are sheets: portals send them under the name of a workbook."""

from __future__ import annotations

from pathlib import Path

from ppp_metrics.records.sheets import Range, Sheet
from ppp_metrics.records.webpages import read_webpage


def read(folder: Path, page: str, encoding: str = "utf-8") -> tuple[list[Sheet], list[str]]:
    path = folder / "partners.xls"
    path.write_bytes(page.encode(encoding))
    sheets, notices = read_webpage(path, path.read_bytes(), None)
    return sheets, [str(notice) for notice in notices]


def test_rows_are_numbered_as_excel_shows_them_and_spans_are_merged_cells(tmp_path: Path) -> None:
    page = "<table><tr><th>id<th>naam<th>stad</tr><tr></tr><tr><td rowspan=2>p1<td>A &amp; B<td>Oss</tr>"
    (sheet,), _ = read(tmp_path, page + "<tr><td>C<td>Urk</tr><tr><td colspan=2>totaal<td>2</tr></table>")
    assert [(row.number, row.cells) for row in sheet.rows] == [
        (1, ["id", "naam", "stad"]),
        (3, ["p1", "A & B", "Oss"]),
        (4, ["", "C", "Urk"]),
        (5, ["totaal", "", "2"]),
    ]
    assert sheet.merged == [Range(3, 1, 4, 1), Range(5, 1, 5, 2)]


def test_a_page_with_several_tables_has_several_sheets(tmp_path: Path) -> None:
    """A table within a cell is that cell's text."""
    page = "<table><tr><td>menu<table><tr><td>home</table></table><table></table><table><tr><td>id</table>"
    sheets, _ = read(tmp_path, page)
    assert [(sheet.name, [row.cells for row in sheet.rows]) for sheet in sheets] == [
        ("table 1", [["menuhome"]]),
        ("table 3", [["id"]]),
    ]


def test_the_page_says_its_encoding_or_it_is_told(tmp_path: Path) -> None:
    table = "<table><tr><td>Łódź<td>Współpraca</table>"
    for head in ("<meta charset=windows-1250>", '<meta http-equiv="Content-Type" content="text/html; charset=cp1250">'):
        (sheet,), notices = read(tmp_path, head + table, "cp1250")
        assert (sheet.rows[0].cells, notices) == (["Łódź", "Współpraca"], [])
    (sheet,), notices = read(tmp_path, table, "cp1250")
    assert sheet.rows[0].cells == ["Łódź", "Współpraca"]
    assert "was read as Windows-1250" in notices[0]
