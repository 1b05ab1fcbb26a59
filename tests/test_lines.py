"""Lines are counted without reading a cell, as Python's own reader of text counts them."""

from __future__ import annotations

from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ppp_metrics.errors import DataError
from ppp_metrics.records.lines import CHUNK, line_ends, lines_of

PIECE = st.sampled_from(["a", "é", '"', ",", "\r", "\n", "\r\n", "\v", "\x85", "\u2028"])
TEXT = st.lists(PIECE, max_size=30).map("".join)


@given(TEXT, st.sampled_from(["utf-8", "utf-8-sig", "utf-16", "utf-32-le"]))
def test_a_line_ends_in_cr_lf_or_both(tmp_path_factory: pytest.TempPathFactory, text: str, encoding: str) -> None:
    path = tmp_path_factory.mktemp("lines") / "x.csv"
    path.write_bytes(text.encode(encoding))
    with path.open(encoding=encoding) as stream:
        expected = list(stream)
    found = list(lines_of(path, encoding))
    assert [line.text for line in found] == [line.removesuffix("\n") for line in expected]
    assert line_ends(path, encoding).lines == len(expected)
    assert "".join(line.text + line.end for line in found) == text


def test_an_end_of_line_may_be_cut_by_the_size_of_a_read(tmp_path: Path) -> None:
    path = tmp_path / "x.csv"
    path.write_bytes(b"a" * (CHUNK - 1) + b"\r\n" + b"b")
    assert line_ends(path, "utf-8") == (2, True, False, False)


@pytest.mark.parametrize(
    ("content", "regular"),
    [
        (b"a\nb\n", True),
        (b"a\r\nb\r\n", True),
        (b"a\r\nb\n", False),
        (b"a\rb\r", False),
        (b"\xef\xbb\xbfa\nb\n", True),
        (b"a\n\xef\xbb\xbfb\n", False),
    ],
)
def test_lines_are_regular_that_end_alike(tmp_path: Path, content: bytes, regular: bool) -> None:
    path = tmp_path / "x.csv"
    path.write_bytes(content)
    assert line_ends(path, "utf-8-sig").are_regular == regular


def test_the_line_that_cannot_be_decoded_is_named(tmp_path: Path) -> None:
    path = tmp_path / "x.csv"
    path.write_bytes(b"a\nb\nCaf\xe9\nc\n")
    with pytest.raises(DataError, match="line 3 is in another encoding"):
        list(lines_of(path, "utf-8"))
