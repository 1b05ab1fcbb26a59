"""Any file becomes the same text cells, each with the row it stands in."""

from __future__ import annotations

import csv
import datetime
import os
import shutil
from pathlib import Path

import duckdb
import openpyxl
import pytest
from hypothesis import assume, given
from hypothesis import strategies as st
from openpyxl.utils.datetime import CALENDAR_MAC_1904

from ppp_metrics.errors import DataError
from ppp_metrics.records.delimited import read_head
from ppp_metrics.records.headers import Header
from ppp_metrics.records.reader import ROW_BITS, Source, read_file

TEXT = "naam;bedrag\nCafé;1.300,50\nZuid;12\n"


def read(path: Path) -> tuple[Source, list[tuple]]:
    """The only source of a file, and its rows: the number, then the cells."""
    con = duckdb.connect()
    (source,) = read_file(con, path, first_id=1)
    columns = ", ".join(f"c{i}" for i in range(len(source.headers)))
    rows = con.execute(f"select origin & {(1 << ROW_BITS) - 1}, {columns} from ({source.sql}) order by 1").fetchall()
    return source, [(row, *(cell or "" for cell in rest)) for row, *rest in rows]


def cells(path: Path) -> list[tuple]:
    return read(path)[1]


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "utf-16", "cp1252"])
@pytest.mark.parametrize(("delimiter", "suffix"), [(";", ".csv"), ("\t", ".tsv"), ("|", ".txt")])
def test_encoding_and_delimiter_are_found(tmp_path: Path, encoding: str, delimiter: str, suffix: str) -> None:
    path = tmp_path / f"partners{suffix}"
    path.write_text(TEXT.replace(";", delimiter), encoding=encoding)
    assert cells(path) == [(2, "Café", "1.300,50"), (3, "Zuid", "12")]


def test_a_row_is_counted_as_an_editor_counts_lines(tmp_path: Path) -> None:
    path = tmp_path / "partners.csv"
    # line 2-3 hold one cell with a line break, line 4 is blank, line 6 has no end of line
    path.write_text('naam,stad\n"twee\nregels",Ede\n\nA,Oss\nB,Urk')
    assert [(row, city) for row, _, city in cells(path)] == [(2, "Ede"), (5, "Oss"), (6, "Urk")]


def test_a_row_with_too_many_cells_is_kept_apart_with_its_line(tmp_path: Path) -> None:
    path = tmp_path / "partners.csv"
    path.write_text("naam,stad\nA,Oss\nJansen, Piet,Urk\n")
    assert [each.row for each in read(path)[0].aside] == [3]


@given(
    st.lists(
        st.tuples(*[st.text(st.characters(codec="utf-8", exclude_characters="\0\r\n"), max_size=8)] * 2),
        min_size=1,
        max_size=8,
    )
)
def test_duckdbs_reader_and_the_exact_one_agree(tmp_path_factory: pytest.TempPathFactory, rows: list[tuple]) -> None:
    assume(any(cell.strip() for row in rows for cell in row))
    path = tmp_path_factory.mktemp("csv") / "partners.csv"
    with path.open("w", encoding="utf-8", newline="") as stream:
        csv.writer(stream, quoting=csv.QUOTE_ALL, lineterminator="\n").writerows([("first", "second"), *rows])
    source, found = read(path)
    exact = read_head(path, "utf-8-sig", lambda _: Header(0, 0, 0)).rows()

    def filled(rows: list[tuple]) -> list[tuple]:
        return [row for row in rows if any(cell.strip() for cell in row[1:])]

    assert filled(found) == [(row.number, *row.cells) for row in exact if row.cells != source.headers]


@pytest.mark.parametrize("end", ["\n", "\r\n", "\r", "\r\r\n"])
def test_whatever_ends_a_line_its_number_is_the_editors(tmp_path: Path, end: str) -> None:
    path = tmp_path / "partners.csv"
    path.write_bytes(TEXT.replace("\n", end).encode())
    step = end.count("\r") or 1
    assert cells(path) == [(1 + step, "Café", "1.300,50"), (1 + 2 * step, "Zuid", "12")]


def test_lines_of_a_file_may_end_differently(tmp_path: Path) -> None:
    path = tmp_path / "partners.csv"
    path.write_bytes(b'naam,stad\r\nA,Oss\n"B\rC",Urk\r\nD,Ede')
    source, found = read(path)
    assert found == [(2, "A", "Oss"), (3, "B\rC", "Urk"), (5, "D", "Ede")]
    assert (source.lines, dict(source.left_out)) == (5, {"header": 1, "text": 1})


def test_joined_files_have_their_header_once(tmp_path: Path) -> None:
    path = tmp_path / "themes.csv"
    part = "\ufefftheme_code,name_en\n{},{}\n"
    path.write_text(part.format("w", "Water") + part.format("s", "Soil"), encoding="utf-8")
    source, found = read(path)
    assert found == [(2, "w", "Water"), (4, "s", "Soil")]
    assert source.left_out["header"] == 2


def test_a_header_is_found_below_titles_and_a_line_for_excel(tmp_path: Path) -> None:
    path = tmp_path / "themes.csv"
    path.write_text("sep=;\nThema's, per 2026\n;;\ntheme_code;name_en\nw;Water\n")
    source, found = read(path)
    assert found == [(5, "w", "Water")]
    assert source.left_out == {"separator": 1, "title": 1, "blank": 1, "header": 1}
    assert "row 4 was taken for the header" in str(source.notices[0])


def test_a_name_with_a_pattern_in_it_is_one_file(tmp_path: Path) -> None:
    for name in ("partners[1].csv", "partners1.csv"):
        (tmp_path / name).write_text(f"naam,stad\n{name},Oss\n")
    assert cells(tmp_path / "partners[1].csv") == [(2, "partners[1].csv", "Oss")]


def workbook(path: Path, rows: list[list[object]], epoch_1904: bool = False, merge: str | None = None) -> Path:
    book = openpyxl.Workbook()
    if epoch_1904:
        book.epoch = CALENDAR_MAC_1904
    sheet = book.create_sheet("partners")
    book.remove(book.worksheets[0])
    for row in rows:
        sheet.append(row)
    if merge:
        sheet.merge_cells(merge)
    book.save(path)
    return path


@pytest.mark.parametrize("epoch_1904", [False, True])
def test_workbook_cells_become_text_that_reads_back_the_same(tmp_path: Path, epoch_1904: bool) -> None:
    path = workbook(
        tmp_path / "partners.xlsx",
        [
            ["day", "moment", "number", "thousandth", "yes"],
            [datetime.date(2026, 9, 30), datetime.datetime(2026, 9, 30, 12, 5), 1300, 1.234, True],
        ],
        epoch_1904=epoch_1904,
    )
    # 1.234 gets a zero: as text it could also be one thousand two hundred and thirty-four
    assert cells(path) == [(2, "2026-09-30", "2026-09-30 12:05:00", "1300", "1.2340", "true")]


def test_parquet_numbers_of_three_decimals_stay_fractions(tmp_path: Path) -> None:
    path = tmp_path / "partners.parquet"
    duckdb.connect().execute(f"copy (select 1.234::double as a, date '2026-09-30' as b) to '{path}' (format parquet)")
    assert cells(path) == [(1, "1.2340", "2026-09-30")]


def test_a_name_that_is_no_text_is_told(tmp_path: Path) -> None:
    path = tmp_path / os.fsdecode(b"partners\xff.csv")
    path.write_text("naam,stad\n")
    with pytest.raises(DataError, match=r"The name of partners\?.csv holds characters that are no text"):
        read(path)


@pytest.mark.parametrize(
    ("name", "content", "sentence"),
    [
        ("partners.csv", b"", "is empty"),
        ("partners.csv", b"\xef\xbb\xbf\n\n", "is empty"),
        ("partners.csv", b'naam,"stad\nA,Oss\n', "line 1, in the header"),
        ("partners.csv", b"PK\x03\x04" + b"x" * 50, "not a readable workbook"),
        ("partners.csv", b"\x1f\x8b" + b"x" * 50, "packed with gzip"),
        ("partners.xls", b"%PDF-1.7", "is a PDF"),
        ("partners.xls", b"<html><p>Log in</p></html>", "without a table"),
        ("partners.csv", bytes(range(256)) * 20, "binary data"),
        ("partners.csv", b"naam,stad\nA\x00B,Oss\n", "binary data"),
        ("partners.xlsx", b"PK\x03\x04" + b"x" * 50, "not a readable workbook"),
        ("partners.parquet", b"PAR1 or so", "cannot be read"),
        ("partners.docx", b"x", "not a kind of file"),
    ],
)
def test_a_file_that_is_not_what_it_says_is_refused_in_one_sentence(
    tmp_path: Path, name: str, content: bytes, sentence: str
) -> None:
    path = tmp_path / name
    path.write_bytes(content)
    with pytest.raises(DataError, match=sentence) as error:
        cells(path)
    assert name in str(error.value)
    assert "\n" not in str(error.value)


def test_a_file_is_read_as_what_it_is(tmp_path: Path) -> None:
    book = workbook(tmp_path / "partners.xlsx", [["naam", "stad"], ["A", "Oss"]])
    for name in ("partners.csv", "partners.xls", "partners.ods"):
        shutil.copy(book, tmp_path / name)
    page = "<meta charset=utf-8><table><tr><th>naam<th>stad</tr><tr><td>A<td>Oss</tr></table>"
    (tmp_path / "portal.xls").write_text(page)
    (tmp_path / "export.xlsx").write_text("naam;stad\nA;Oss\n")
    for name in ("partners.csv", "partners.xls", "partners.ods", "portal.xls", "export.xlsx"):
        source, found = read(tmp_path / name)
        assert found == [(2, "A", "Oss")]
        assert "whatever its name says" in str(source.notices[0])


def test_a_table_with_its_header_alone_is_a_table_without_rows(tmp_path: Path) -> None:
    (tmp_path / "partners.csv").write_text("naam,stad\n")
    workbook(tmp_path / "partners.xlsx", [["naam", "stad"]])
    duckdb.connect().execute(
        f"copy (select 'x' as naam, 'y' as stad limit 0) to '{tmp_path}/partners.parquet' (format parquet)"
    )
    for name in ("partners.csv", "partners.xlsx", "partners.parquet"):
        source, found = read(tmp_path / name)
        assert (source.headers, found) == (["naam", "stad"], [])


def test_parquet_cells_of_any_kind_become_text(tmp_path: Path) -> None:
    path = tmp_path / "partners.parquet"
    duckdb.connect().execute(
        "copy (select 12.50::decimal(9, 2) as amount, 'x'::enum('x', 'y') as code, blob 'a' as bytes, "
        "null::int as gone, true as yes, "
        f"timestamptz '2026-07-01 00:30:00+02' as moment, [1, 2] as list) to '{path}' (format parquet)"
    )
    source, found = read(path)
    # half past midnight in Amsterdam is the day before in UTC: the file does not say where, and that is told
    assert found == [(1, "12.50", "x", "a", "", "true", "2026-06-30 22:30:00")]
    assert ["list hold lists" in str(source.notices[0]), "moment name no time zone" in str(source.notices[1])] == [
        True,
        True,
    ]


def test_a_moment_of_parquet_is_of_the_day_it_was_where_it_was_written(tmp_path: Path) -> None:
    path = tmp_path / "partners.parquet"
    written = '{"columns": [{"name": "moment", "metadata": {"timezone": "Europe/Amsterdam"}}]}'
    duckdb.connect().execute(
        f"copy (select timestamptz '2026-06-30 22:00:00+00' as moment) to '{path}' "
        f"(format parquet, kv_metadata {{pandas: '{written}'}})"
    )
    source, found = read(path)
    assert (found, source.notices) == ([(1, "2026-07-01 00:00:00")], [])
