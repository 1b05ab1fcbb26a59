"""A line is a row, unless a quoted cell goes on; a quotation mark that is left open swallows nothing."""

from __future__ import annotations

import csv
import io
from collections import Counter

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ppp_metrics.records.lines import Line
from ppp_metrics.records.quotation import Reading, Row

HEADERS = ["id", "name", "day", "story"]


def read(
    text: str, headers: list[str] = HEADERS, delimiter: str = ","
) -> tuple[dict[int, list[str]], list[int], Counter]:
    """The rows by the number of their first line, the lines put aside, and the count of the others."""
    reading = Reading(headers, delimiter)
    rows: list[Row] = []
    for number, line in enumerate(text.splitlines(keepends=True), start=2):
        bare = line.rstrip("\r\n")
        rows += reading.read(Line(number, bare, line[len(bare) :]))
    rows += reading.end()
    return {row.number: row.cells for row in rows}, sorted(each.row for each in reading.aside), reading.left_out


def test_text_with_line_breaks_is_one_cell() -> None:
    rows, aside, left_out = read('i1,A,d,"One, or more,\nof 1,5 hours\n\nthree"\n\ni2,B,d,x\n')
    assert rows == {2: ["i1", "A", "d", "One, or more,\nof 1,5 hours\n\nthree"], 7: ["i2", "B", "d", "x"]}
    assert (aside, left_out) == ([], {"text": 3, "blank": 1})


@pytest.mark.parametrize("column", range(4))
def test_a_mark_left_open_in_any_column_puts_aside_its_line_only(column: int) -> None:
    cells = ["i1", "A", "d", "x"]
    cells[column] = '"' + cells[column]
    rows, aside, _ = read(",".join(cells) + "\ni2,B,d,y\ni3,C,d,z\n")
    assert (list(rows), aside) == ([3, 4], [2])


def test_a_mark_left_open_in_the_last_row_puts_that_aside() -> None:
    rows, aside, _ = read('i1,A,d,x\ni2,B,d,"y\n')
    assert (list(rows), aside) == ([2], [3])


@pytest.mark.parametrize("column", range(4))
def test_two_broken_marks_do_not_pair_up(column: int) -> None:
    """The first is never closed, the second never opened: to a parser all between them is one cell."""
    first, last = ["i1", "A", "d", "x"], ["i3", "C", "d", "z"]
    first[column], last[column] = '"' + first[column], last[column] + '"'
    rows, aside, _ = read("\n".join(map(",".join, (first, ["i2", "B", "d", "y"], last, ["i4", "D", "d", "w"]))) + "\n")
    # what closes in a first cell may have been opened in the row before it
    assert (list(rows), aside) == (([3, 5], [2, 4]) if column else ([5], [2, 3, 4]))


@pytest.mark.parametrize("column", range(4))
def test_two_broken_marks_on_neighbouring_lines_do_not_pair_up(column: int) -> None:
    first, last = ["i1", "A", "d", "x"], ["i2", "B", "d", "y"]
    first[column], last[column] = '"' + first[column], last[column] + '"'
    rows, aside, _ = read("\n".join(map(",".join, (first, last, ["i3", "C", "d", "z"]))) + "\n")
    assert (list(rows), aside) == ([4], [2, 3])


def test_of_a_file_with_every_cell_in_quotes_one_mark_less_costs_one_line() -> None:
    rows, aside, _ = read('"i1","A","d","x"\n"i2","B,"d","y"\n"i3","C","d","z"\n')
    assert (list(rows), aside) == ([2, 4], [3])


def test_text_that_cannot_be_told_from_rows_is_put_aside_line_by_line() -> None:
    """Line 2 opens a text that goes on in line 3; line 4 has the cells of a row, but may end that of line 2."""
    rows, aside, left_out = read('"i1\nand on\nrest,A,d,x\n\ni2,B,d,y\n')
    assert (list(rows), aside, +left_out) == ([6], [2, 3, 4], {"blank": 1})


def test_marks_within_unquoted_text_are_text() -> None:
    rows, aside, _ = read('i1,5" pipe,d,the "big" one\ni2,12",d,x\n')
    assert rows == {2: ["i1", '5" pipe', "d", 'the "big" one'], 3: ["i2", '12"', "d", "x"]}
    assert aside == []


@pytest.mark.parametrize("name", ['"say "hi" now"', '"5" pipe"', '"x"y', 'never opened"'])
def test_marks_that_are_not_doubled_put_their_line_aside(name: str) -> None:
    rows, aside, _ = read(f"i1,{name},d,x\ni2,B,d,y\n")
    assert (list(rows), aside) == ([3], [2])


def test_the_row_before_text_that_only_ends_is_not_whole() -> None:
    """Its mark was never opened: line 2 looks like a row and ends in the middle of its story."""
    rows, aside, _ = read('i1,A,d,begin\nof a story"\ni2,B,d,y\n')
    assert (list(rows), aside) == ([4], [2, 3])


def test_a_row_that_ends_before_its_required_cells_is_put_aside_by_number() -> None:
    reading = Reading(HEADERS, ",", needed=3)
    rows = [
        row
        for number, text in ((2, "i1,A,d"), (3, "some text, of a story"))
        for row in reading.read(Line(number, text, "\n"))
    ]
    rows += reading.end()
    assert ([row.number for row in rows], [each.row for each in reading.aside]) == ([2], [3])


CELL = st.sampled_from(["", "x", "12", "1,5", '5" pipe', "a; b", "one, or\ntwo", "one\r\n\r\ntwo", "\r", '"', "NL11 "])
ENDS = st.sampled_from(["\n", "\r\n", "\r"])


def written(rows: list[list[str]], delimiter: str, end: str, quoted: bool = True) -> str:
    stream = io.StringIO()
    csv.writer(
        stream, delimiter=delimiter, lineterminator=end, quoting=csv.QUOTE_ALL if quoted else csv.QUOTE_MINIMAL
    ).writerows(rows)
    return stream.getvalue()


@given(st.lists(st.lists(CELL, min_size=4, max_size=4), max_size=6), st.sampled_from(",;\t|"), ENDS, st.data())
def test_every_line_is_a_row_put_aside_or_left_out_however_broken(
    rows: list[list[str]], delimiter: str, end: str, data: st.DataObject
) -> None:
    text = written([[f"i{at}", *row[1:]] for at, row in enumerate(rows)], delimiter, end)
    for _ in range(data.draw(st.integers(0, 3))):
        at = data.draw(st.integers(0, len(text)))
        text = text[:at] + data.draw(st.sampled_from(['"', "", end])) + text[at + 1 :]
    lines = io.StringIO(text, newline="").readlines()
    reading = Reading(HEADERS, delimiter)
    found: list[Row] = []
    for number, line in enumerate(lines, start=2):
        bare = line.rstrip("\r\n")
        found += reading.read(Line(number, bare, line[len(bare) :]))
    found += reading.end()
    numbers = [row.number for row in found] + [each.row for each in reading.aside]
    assert len(set(numbers)) == len(numbers)
    assert len(numbers) + sum(reading.left_out.values()) == len(lines)


@given(
    st.lists(st.lists(st.sampled_from(["x", "a b", "NL11", "2026-01-01"]), min_size=3, max_size=3), min_size=1),
    st.data(),
)
def test_a_mark_too_many_or_too_few_never_makes_another_row(rows: list[list[str]], data: st.DataObject) -> None:
    """Each row that is read is one that was written, but for the mark itself."""
    sent = [[f"i{at}", *row] for at, row in enumerate(rows)]
    text = written(sent, ",", "\n", data.draw(st.booleans()))
    at = data.draw(st.integers(0, len(text) - 1))
    text = text[:at] + ('"' + text[at] if text[at] != '"' else "") + text[at + 1 :]
    found, aside, _ = read(text)
    assert all([cell.replace('"', "") for cell in cells] in sent for cells in found.values())
    assert len(found) + len(aside) == len(sent)
