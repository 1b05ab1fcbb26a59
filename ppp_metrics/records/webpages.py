"""Tables of a web page: what portals send under the name of a workbook."""

from __future__ import annotations

import re
from pathlib import Path
from typing import Any

from ppp_metrics.errors import DataError
from ppp_metrics.language import Message, msg
from ppp_metrics.records.encodings import find_encoding
from ppp_metrics.records.quotation import Row
from ppp_metrics.records.sheets import Range, Sheet

CHARSET = re.compile(rb"charset\s*=\s*[\"']?\s*([\w-]+)", re.IGNORECASE)
DECLARATION = re.compile(r"^\s*<\?xml[^>]*\?>")


def read_webpage(path: Path, head: bytes, encoding: str | None) -> tuple[list[Sheet], list[Message]]:
    """Each table with a filled cell, its rows numbered from 1, and a notice where the encoding was not certain.

    A table in another one's cell is part of that. Raises DataError for a page without a table.
    """
    from lxml import html
    from lxml.etree import LxmlError

    named = CHARSET.search(head)
    notices: list[Message] = []
    content = path.read_bytes()
    try:
        text = content.decode(named[1].decode() if named else "utf-8")
    except (LookupError, UnicodeError):
        found = find_encoding(path, head, encoding)
        text, notices = content.decode(found.name, errors="replace"), found.notices
    try:
        page = html.document_fromstring(DECLARATION.sub("", text.lstrip("\ufeff")))
    except (LxmlError, ValueError):
        page = html.Element("html")
    tables = [table for table in page.iter("table") if next(table.iterancestors("table"), None) is None]
    sheets = [_sheet(table, f"table {at}" if len(tables) > 1 else None) for at, table in enumerate(tables, start=1)]
    filled = [sheet for sheet in sheets if sheet.rows]
    if not filled:
        raise DataError(
            msg(
                "{file} is a web page (HTML) without a table, whatever its name says. Export it again as xlsx or CSV.",
                file=path.name,
            )
        )
    return filled, notices


def _sheet(table: Any, name: str | None) -> Sheet:
    sheet = Sheet(name, [])
    covered: dict[int, int] = {}
    rows = [row for row in table.iter("tr") if next(row.iterancestors("table")) is table]
    for number, row in enumerate(rows, start=1):
        cells: list[str] = []
        for cell in row.iterchildren("td", "th"):
            while covered.get(len(cells), 0) >= number:
                cells.append("")
            across, down = (_span(cell.get(each)) for each in ("colspan", "rowspan"))
            if across > 1 or down > 1:
                sheet.merged.append(Range(number, len(cells) + 1, number + down - 1, len(cells) + across))
                covered |= dict.fromkeys(range(len(cells), len(cells) + across), number + down - 1)
            cells += [" ".join(cell.text_content().split()), *[""] * (across - 1)]
        if any(cells):
            sheet.rows.append(Row(number, cells))
    return sheet


def _span(text: str | None) -> int:
    return min(max(int(text), 1), 1000) if text and text.isdigit() else 1
