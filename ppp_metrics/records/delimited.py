"""Delimited text: its delimiter, its header and its rows, with every line accounted for."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import NamedTuple

from ppp_metrics.errors import DataError
from ppp_metrics.language import msg
from ppp_metrics.records.headers import HEADER_WITHIN, Header
from ppp_metrics.records.lines import Line, lines_of
from ppp_metrics.records.quotation import Aside, Reading, Row, Scan

FindHeader = Callable[[list[list[str]]], Header]
DELIMITERS = ",;\t|"
LINES_OF_A_HEADER = 20
SEPARATOR = re.compile(r'"?sep=(?P<delimiter>[^\w"])"?[,;\t|]*', re.IGNORECASE)


@dataclass
class TextTable:
    """A text file as a table. `left_out` counts the lines that stand before its rows: separator, title, header, blank.

    When `rows` was read to its end, every other line is the first of a row, in `aside`, or counted in `left_out` as
    blank or as text: one of the further lines of a cell that holds line breaks.
    """

    path: Path
    encoding: str
    delimiter: str
    headers: list[str]
    header_row: int
    first_row: int
    needed: int
    left_out: Counter[str]
    aside: list[Aside]

    @property
    def is_plain(self) -> bool:
        """Whether the first line is the whole header, as DuckDB expects it."""
        return self.first_row == 2 and any(header.strip() for header in self.headers)

    def rows(self) -> Iterator[Row]:
        """The filled rows below the header. Raises DataError where the text cannot be read."""
        reading = Reading(self.headers, self.delimiter, self.needed)
        for line in lines_of(self.path, self.encoding):
            if line.number >= self.first_row:
                yield from reading.read(line)
        yield from reading.end()
        self.aside += reading.aside
        self.left_out += reading.left_out


def read_head(path: Path, encoding: str, find_header: FindHeader) -> TextTable:
    """The file with its delimiter and header found; `find_header` says which of the first filled rows that is.

    Raises DataError for a file without any text, and for a header with a quotation mark that is not closed.
    """
    head: list[Line] = []
    filled = 0
    for line in lines_of(path, encoding):
        head.append(line)
        filled += not line.is_blank
        if filled >= 2 * HEADER_WITHIN:
            break
    left_out: Counter[str] = Counter()
    separator = SEPARATOR.fullmatch(head[0].text.strip()) if head else None
    if separator:
        left_out["separator"] = 1
        head = head[1:]
    if not any(not line.is_blank for line in head):
        raise DataError(msg("{file} is empty. Export it again, or leave it out.", file=path.name))
    delimiters = [separator["delimiter"]] if separator else by_evenness([line.text for line in head])
    rows = {delimiter: list(_first_rows(head, delimiter))[:HEADER_WITHIN] for delimiter in delimiters}
    found = {delimiter: find_header([row.cells for row in rows[delimiter]]) for delimiter in delimiters}
    delimiter = max(delimiters, key=lambda each: found[each].named)
    header = rows[delimiter][found[delimiter].place]
    if header.is_broken:
        raise DataError(
            msg(
                "{file}: a quotation mark on line {line}, in the header, is not closed. Close it and load it again.",
                file=path.name,
                line=header.number,
            )
        )
    above = [line for line in head if line.number < header.number]
    left_out["title"] = sum(bool(line.text.replace(delimiter, "").strip()) for line in above)
    left_out["blank"] = len(above) - left_out["title"]
    left_out["header"] = header.last - header.number + 1
    return TextTable(
        path, encoding, delimiter, header.cells, header.number, header.last + 1, found[delimiter].needed, left_out, []
    )


def by_evenness(lines: list[str]) -> list[str]:
    """The delimiters, first the one that cuts the most of the first lines into the same number of cells, and the most.

    A line whose quotation marks are not right by a delimiter speaks against it.
    """

    def evenness(delimiter: str) -> tuple[int, int]:
        widths: Counter[int] = Counter()
        broken = 0
        for line in filter(str.strip, lines):
            scan = Scan(delimiter)
            scan.read(Line(1, line, ""))
            broken += scan.is_broken
            widths[len(scan.cells)] += not (scan.is_open or scan.is_broken)
        return max(((count - broken, width) for width, count in widths.items() if width > 1), default=(-broken, 1))

    return sorted(DELIMITERS, key=evenness, reverse=True)


class _FirstRow(NamedTuple):
    number: int
    last: int
    cells: list[str]
    is_broken: bool


def _first_rows(lines: list[Line], delimiter: str) -> Iterator[_FirstRow]:
    """The first filled rows, as a header is one: a name may hold line breaks, but no delimiter beside them."""
    at = 0
    while at < len(lines):
        first = lines[at]
        at += 1
        if first.is_blank:
            continue
        scan, count = Scan(delimiter), 0
        scan.read(first)
        for line in lines[at : at + LINES_OF_A_HEADER]:
            if not scan.is_open:
                break
            scan.read(line)
            count += 1
        if scan.is_open or scan.is_broken or any(delimiter in part for parts in scan.texts for part in parts):
            yield _FirstRow(first.number, first.number, _split(first.text, delimiter), True)
        else:
            yield _FirstRow(first.number, first.number + count, scan.cells, False)
            at += count


def _split(text: str, delimiter: str) -> list[str]:
    """The cells of a line, as far as they can be told from it alone."""
    scan = Scan(delimiter)
    scan.read(Line(1, text, ""))
    return text.split(delimiter) if scan.is_open or scan.is_broken else scan.cells
