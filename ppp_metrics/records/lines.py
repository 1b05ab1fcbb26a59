"""The lines of a text file as an editor counts them, whatever ends them: CR LF, LF, or CR."""

from __future__ import annotations

import codecs
from collections.abc import Iterator
from pathlib import Path
from typing import NamedTuple

from ppp_metrics.errors import DataError
from ppp_metrics.language import msg

CHUNK = 1 << 20


class Line(NamedTuple):
    """A physical line: its number, its text, and what ends it."""

    number: int
    text: str
    end: str

    @property
    def is_blank(self) -> bool:
        return not self.text.strip()


class LineEnds(NamedTuple):
    """What the bytes of a file say of its lines, counted without reading a cell.

    Regular are lines that all end in LF, or all in CR LF, without a byte order mark among them, as joined files have.
    """

    lines: int
    are_regular: bool
    has_nul: bool
    has_quotes: bool


def line_ends(path: Path, encoding: str) -> LineEnds:
    """How many lines a file has, and of what kind."""
    feeds = returns = both = 0
    has_mark = has_nul = has_quotes = False
    last = b""
    for piece in _in_bytes(path, encoding):
        if not last:
            piece = piece.removeprefix(codecs.BOM_UTF8)
        feeds += piece.count(b"\n")
        both += last.endswith(b"\r") and piece.startswith(b"\n")
        if b"\r" in piece:
            returns, both = returns + piece.count(b"\r"), both + piece.count(b"\r\n")
        if b"\xef" in piece:
            has_mark |= codecs.BOM_UTF8 in piece
        has_nul |= b"\0" in piece
        has_quotes |= b'"' in piece
        last = piece
    count = feeds + returns - both + (bool(last) and not last.endswith((b"\n", b"\r")))
    return LineEnds(count, returns == both and both in (0, feeds) and not has_mark, has_nul, has_quotes)


def lines_of(path: Path, encoding: str) -> Iterator[Line]:
    """The lines of a text file, without marks of byte order. Raises DataError where they cannot be decoded."""
    number = 0
    with path.open(encoding=encoding, newline="", errors="strict") as stream:
        try:
            for number, line in enumerate(stream, start=1):
                text = line.rstrip("\r\n")
                yield Line(number, text.lstrip("\ufeff"), line[len(text) :])
        except UnicodeError:
            with path.open(encoding=encoding, newline="", errors="replace") as again:
                number = next((at for at, line in enumerate(again, start=1) if "\ufffd" in line), number + 1)
            raise DataError(
                msg(
                    "{file} cannot be read as {encoding}: line {line} is in another encoding. Export it again as CSV "
                    "in UTF-8, or name its encoding with --encoding.",
                    file=path.name,
                    encoding=encoding.removesuffix("-sig"),
                    line=number,
                )
            ) from None


def _in_bytes(path: Path, encoding: str) -> Iterator[bytes]:
    """The file in pieces, with a byte for each character of a line's end."""
    if not encoding.startswith(("utf-16", "utf-32")):
        with path.open("rb") as binary:
            while chunk := binary.read(CHUNK):
                yield chunk
    else:
        with path.open(encoding=encoding, newline="", errors="replace") as text:
            while piece := text.read(CHUNK):
                yield piece.encode("utf-8", errors="replace")
