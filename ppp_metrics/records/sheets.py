"""A sheet of a workbook, or a table of a web page, as its reader hands it on."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import NamedTuple

from ppp_metrics.language import msg
from ppp_metrics.records.quotation import Row

MERGED = msg(
    "This row has merged cells, {cells}: which rows and columns their value belongs to is not clear. "
    "Unmerge them and fill every cell."
).text


class Range(NamedTuple):
    """Cells that are merged: their rows and columns, counted from 1."""

    top: int
    left: int
    bottom: int
    right: int

    @property
    def name(self) -> str:
        return f"{cell_name(self.top, self.left)}:{cell_name(self.bottom, self.right)}"


@dataclass
class Sheet:
    """The filled rows, with the errors in their cells as text (#REF!), and what of the cells has no value of its own.

    `formulas` are the cells, (row, column) from 1, with a formula whose result was never saved.
    """

    name: str | None
    rows: list[Row]
    merged: list[Range] = field(default_factory=list)
    formulas: list[tuple[int, int]] = field(default_factory=list)


def cell_name(row: int, column: int) -> str:
    """`B2` for the second column of the second row."""
    from openpyxl.utils import get_column_letter

    return f"{get_column_letter(column)}{row}"
