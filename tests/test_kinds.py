"""What a file is, is told by its first bytes."""

from __future__ import annotations

import zipfile
from pathlib import Path

import pytest

from ppp_metrics.errors import DataError
from ppp_metrics.records import kinds
from ppp_metrics.records.kinds import find_kind


@pytest.mark.parametrize(
    ("head", "kind"),
    [
        (b"a,b\n1,2\n", "text"),
        (b"\xff\xfea\0,\0", "text"),
        (b"\xef\xbb\xbf\r\n<!DOCTYPE HTML>", "html"),
        (b"\xff\xfe<\0t\0a\0b\0l\0e\0>\0", "html"),
        (b'<?xml version="1.0"?><html xmlns="http://www.w3.org/1999/xhtml">', "html"),
        (b"<b>bold</b>;text", "text"),
        (b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1", "xls"),
        (b"PAR1", "parquet"),
    ],
)
def test_the_kind_is_known_by_the_first_bytes(tmp_path: Path, head: bytes, kind: str) -> None:
    assert find_kind(tmp_path / "x.csv", head) == kind


@pytest.mark.parametrize(
    ("head", "words"),
    [
        (b"%PDF-1.7", "is a PDF"),
        (b"\x1f\x8b\x08", "packed with gzip"),
        (b'<?xml version="1.0"?><Workbook xmlns="urn:schemas-microsoft-com:office:spreadsheet">', "an XML file"),
    ],
)
def test_what_cannot_be_read_is_told_with_the_way_out(tmp_path: Path, head: bytes, words: str) -> None:
    with pytest.raises(DataError, match=words):
        find_kind(tmp_path / "x.xls", head)


def zipped(path: Path, parts: dict[str, bytes]) -> Path:
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, part in parts.items():
            archive.writestr(name, part)
    return path


@pytest.mark.parametrize(
    ("parts", "words"),
    [
        ({"a.csv": b"x"}, "packed with zip"),
        ({"xl/workbook.bin": b"x"}, "xlsb"),
        ({"mimetype": b"text"}, "packed with zip"),
    ],
)
def test_an_archive_is_not_always_a_workbook(tmp_path: Path, parts: dict[str, bytes], words: str) -> None:
    path = zipped(tmp_path / "x.xlsx", parts)
    with pytest.raises(DataError, match=words):
        find_kind(path, path.read_bytes())


def test_an_archive_that_unpacks_to_gigabytes_is_refused(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(kinds, "MAX_UNPACKED", 1 << 20)
    path = zipped(tmp_path / "x.xlsx", {"xl/workbook.xml": b"x", "xl/worksheets/sheet1.xml": b"\0" * (2 << 20)})
    with pytest.raises(DataError, match="once unpacked"):
        find_kind(path, path.read_bytes())
