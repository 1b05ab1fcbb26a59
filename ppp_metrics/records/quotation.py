"""Lines become rows: which quotation marks hold cells together, and which were left open and would swallow rows.

A line is a row, unless a quoted cell is still open where it ends. Such a cell goes on to the next line only if it can:
a line that is a row of its own is never text of another row's cell, whatever quotation marks stand around it.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterator, Sequence
from typing import NamedTuple

from ppp_metrics.language import msg
from ppp_metrics.records.lines import Line

QUOTE = msg(
    "This line has a quotation mark that is not closed, or is followed by text where it is: which cells it has is not "
    "clear. Close it; within quoted text, write it twice."
).text
IN_QUOTES = msg(
    "This line is a row, or text that belongs to the quotation mark on line {line}: which of them is not clear. "
    "Mend that line."
).text
RAGGED = msg("This row has more cells than the header. Is a separator in the text not quoted?").text
SHORT = msg("This row ends before its required cells. Is a line break in a text not quoted?").text
ENDS_IN_MARK = re.compile(r'"\s*$')
MEASURE = re.compile(r'(?:^|[\s(/x×])[\d.,/½¼¾-]+\s*"\s*$')
INSIDE = re.compile(r'(?:[^"]|"")*+')


class Aside(NamedTuple):
    """A row that is put aside by its number alone: whose cells are whose is not known, so none of them is kept."""

    row: int
    reason: str
    values: dict[str, int | str]


class Row(NamedTuple):
    """A row with the number of its first line."""

    number: int
    cells: list[str]


class Scan:
    """A row as it is read, line by line. `texts` are its cells with line breaks, each as its parts by line."""

    def __init__(self, delimiter: str):
        self.delimiter = delimiter
        self.cells: list[str] = []
        self.texts: list[list[str]] = []
        self.is_open = self.is_broken = self.has_stray_quote = self.closes_text_before = False
        self.parts: list[str] = []
        self._spaces = re.compile(" *" if delimiter == "\t" else "[ \t]*")

    def read(self, line: Line) -> None:
        """Reads on; then the row is complete, open, or broken: text follows where a quotation mark is closed."""
        text, at, size = line.text, 0, len(line.text)
        while at <= size:
            if not self.is_open:
                mark = self._after_spaces(text, at)
                if text.startswith('"', mark):
                    self.is_open, self.parts, at = True, [], mark + 1
                    continue
                end = text.find(self.delimiter, at)
                end = size if end < 0 else end
                cell = text[at:end]
                self.has_stray_quote |= '"' in cell
                if _closes_only(cell):
                    self.is_broken = True
                    self.closes_text_before |= not self.cells
                self.cells.append(cell)
                at = end + 1
                continue
            inside = INSIDE.match(text, at)
            assert inside is not None
            if inside.end() == size:
                self.parts.append(inside[0] + line.end)
                return
            self.parts.append(inside[0])
            at = self._after_spaces(text, inside.end() + 1)
            self.is_open = False
            if at < size and not text.startswith(self.delimiter, at):
                self.is_broken = True
                return
            if len(self.parts) > 1:
                self.texts.append(self.parts)
            self.cells.append("".join(self.parts).replace('""', '"'))
            at += 1

    def _after_spaces(self, text: str, at: int) -> int:
        spaces = self._spaces.match(text, at)
        return spaces.end() if spaces else at


def _closes_only(cell: str) -> bool:
    """Whether a quotation mark is closed that was never opened; 5" is a measure."""
    return bool(cell.count('"') % 2 and ENDS_IN_MARK.search(cell) and not MEASURE.search(cell))


class Reading:
    """The lines below a header: each begins a row, is put aside, or is counted in `left_out` (blank, text)."""

    def __init__(self, headers: Sequence[str], delimiter: str, needed: int = 0):
        self.delimiter, self.needed = delimiter, needed
        self.width = max((at for at, header in enumerate(headers, start=1) if header.strip()), default=0)
        self.aside: list[Aside] = []
        self.left_out: Counter[str] = Counter()
        # in prose a space follows a comma or a semicolon, between cells seldom: then the header has it, too
        prose = delimiter in ",;" and not any(header.startswith(" ") for header in headers[1:])
        self._between_cells = re.compile(re.escape(delimiter) + (r"(?!\s|$)" if prose else ""))
        self._scan: Scan | None = None
        self._span: list[Line] = []
        self._lost_since = 0
        self._owes_row = False
        self._held: Row | None = None

    def read(self, line: Line) -> Iterator[Row]:
        """The row before the one that ends with this line, if one does: what follows a row may tell that it is cut."""
        if self._scan is None and line.is_blank:
            self.left_out["blank"] += 1
        elif self._scan is None and not self._lost_since and '"' not in line.text:
            yield from self._row(line.number, line.text.split(self.delimiter))
        elif not (self._scan or self._lost_since) or (self._scan and not self._is_row(line)):
            yield from self._read_on(line)
        elif self._scan:
            self._owes_row = not self._holds_whole_row(self._scan)
            self._give_up()
            yield from self.read(line)
        elif not self._is_row(line):
            self._owes_row |= not line.is_blank and self._between(line.text) < self.width - 1
            self._put_aside([line])
        elif self._owes_row:
            # the end of the row whose text went on to other lines has as many cells as a row
            self._owes_row = False
            self._put_aside([line])
        else:
            self._lost_since = 0
            yield from self._read_on(line)

    def end(self) -> Iterator[Row]:
        """The last row; puts aside what is still open."""
        if self._scan is not None:
            self._give_up()
        yield from self._release()

    def _read_on(self, line: Line) -> Iterator[Row]:
        self._scan = scan = self._scan or Scan(self.delimiter)
        self._span.append(line)
        scan.read(line)
        if scan.is_open:
            return
        first, further = self._span[0], len(self._span) - 1
        # of such a row every cell is there, or what belongs to another row is among them
        is_partial = (further or scan.has_stray_quote) and not self._is_full(scan.cells)
        if scan.is_broken or is_partial or any(map(self._holds_rows, scan.texts)):
            if scan.closes_text_before and self._held:
                self._span.insert(0, Line(self._held.number, "-", ""))
                self._held = None
            self._give_up()
            return
        self._scan, self._span = None, []
        self.left_out["text"] += further
        yield from self._row(first.number, scan.cells)

    def _row(self, number: int, cells: list[str]) -> Iterator[Row]:
        if len(cells) < self.needed:
            self.aside.append(Aside(number, SHORT, {}))
        elif any(cell.strip() for cell in cells):
            yield from self._release()
            self._held = Row(number, cells)
        else:
            self.left_out["blank"] += 1

    def _release(self) -> Iterator[Row]:
        if self._held:
            yield self._held
        self._held = None

    def _give_up(self) -> None:
        """Puts aside the lines since the quotation mark was opened, and those after it until one is surely a row."""
        span, self._scan, self._span = self._span, None, []
        self._lost_since = 0
        self._put_aside(span)
        self._lost_since = span[0].number

    def _put_aside(self, lines: list[Line]) -> None:
        for line in lines:
            if line.is_blank:
                self.left_out["blank"] += 1
            elif self._lost_since:
                self.aside.append(Aside(line.number, IN_QUOTES, {"line": self._lost_since}))
            else:
                self._lost_since = line.number
                self.aside.append(Aside(line.number, QUOTE, {}))

    def _holds_whole_row(self, scan: Scan) -> bool:
        """Whether the line on which a quotation mark was opened has as many cells as a row."""
        return len(scan.cells) + 1 + self._between(scan.parts[0]) >= self.width

    def _is_full(self, cells: list[str]) -> bool:
        return len(cells) >= self.width and not any(cell.strip() for cell in cells[self.width :])

    def _is_row(self, line: Line) -> bool:
        """A line that stands on its own: as many cells as the header, every quotation mark where it belongs."""
        if self.width < 2 or self.delimiter not in line.text:
            return False
        scan = Scan(self.delimiter)
        scan.read(line)
        is_whole = not (scan.is_open or scan.is_broken or scan.has_stray_quote) and self._is_full(scan.cells)
        return is_whole and 2 * self._between(line.text) >= self.width - 1

    def _holds_rows(self, parts: list[str]) -> bool:
        """Whether a cell with line breaks holds the end of one row and the begin of another, or a row cut short."""
        if self.width < 2:
            return False
        first, *middle, last = map(self._between, parts)
        return first + last >= self.width - 1 or any(2 * count >= self.width for count in middle)

    def _between(self, text: str) -> int:
        return len(self._between_cells.findall(text))
