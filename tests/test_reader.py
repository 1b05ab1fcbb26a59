"""Any file becomes the same text cells, each with the row it stands in."""

from __future__ import annotations

import csv
import datetime
from pathlib import Path

import duckdb
import openpyxl
import pytest
from hypothesis import assume, given, settings
from hypothesis import strategies as st
from openpyxl.utils.datetime import CALENDAR_MAC_1904

from ppp_metrics.errors import DataError
from ppp_metrics.records.reader import ROW_BITS, read_exactly, read_file, reread_cell_by_cell

TEXT = "naam;bedrag\nCafé;1.300,50\nZuid;12\n"


def cells(path: Path, exactly: bool = True) -> list[tuple]:
    con = duckdb.connect()
    (source,) = read_file(con, path, first_id=1)
    if exactly:
        source = read_exactly(con, source)
    columns = ", ".join(f"c{i}" for i in range(len(source.headers)))
    rows = con.execute(f"select origin & {(1 << ROW_BITS) - 1}, {columns} from ({source.sql}) order by 1").fetchall()
    return [(row, *(cell or "" for cell in rest)) for row, *rest in rows]


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
    con = duckdb.connect()
    source = read_exactly(con, read_file(con, path, first_id=1)[0])
    assert source.ragged == [3]


@settings(max_examples=30, deadline=None)
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
    con = duckdb.connect()
    source = read_exactly(con, read_file(con, path, first_id=1)[0])
    exact = reread_cell_by_cell(con, source)

    def filled(sql: str) -> list[tuple]:
        found = con.execute(f"select origin, coalesce(c0, ''), coalesce(c1, '') from ({sql}) order by 1").fetchall()
        return [row for row in found if any(cell.strip() for cell in row[1:])]

    assert filled(source.sql) == filled(exact.sql)


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


@pytest.mark.parametrize(
    ("name", "content", "sentence"),
    [
        ("partners.csv", b"", "is empty"),
        ("partners.csv", b"naam,stad\n", "has a header and no rows"),
        ("partners.csv", b"PK\x03\x04" + b"x" * 50, "looks like xlsx"),
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


def test_merged_cells_are_named(tmp_path: Path) -> None:
    path = workbook(tmp_path / "partners.xlsx", [["naam", "stad"], ["A", "Oss"], ["B", None]], merge="B2:B3")
    with pytest.raises(DataError, match="B2:B3"):
        cells(path)


def test_a_formula_without_a_saved_result_is_named(tmp_path: Path) -> None:
    path = workbook(tmp_path / "partners.xlsx", [["naam", "stad"], ["A", "=A2&A2"]])
    with pytest.raises(DataError, match="cell B2 holds a formula"):
        cells(path)
