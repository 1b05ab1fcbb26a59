"""Workbooks (xlsx, xls, ods): the sheets with their rows as text, or a sentence on what makes a sheet unreadable."""

from __future__ import annotations

import zipfile
from collections.abc import Iterator
from datetime import date, datetime
from pathlib import Path
from typing import TYPE_CHECKING, Any

from ppp_metrics.errors import DataError
from ppp_metrics.language import msg

if TYPE_CHECKING:
    from python_calamine import CalamineWorkbook


def filled_sheets(path: Path) -> Iterator[tuple[str, list[tuple[int, list[str]]]]]:
    """Each sheet with more than one filled row: its name, and (row number, texts) of the filled rows.

    Raises DataError for a workbook that cannot be read, and for merged cells or formulas whose value is not known.
    """
    from python_calamine import CalamineError, CalamineWorkbook, PasswordError

    try:
        workbook = CalamineWorkbook.from_path(str(path))
    except PasswordError:
        raise DataError(msg("{file} is locked with a password. Save it without one.", file=path.name)) from None
    except CalamineError as error:
        raise DataError(
            msg(
                "{file} is not a readable workbook: {reason}. Open it in Excel and save it again.",
                file=path.name,
                reason=str(error),
            )
        ) from None
    uncalculated = _uncalculated_formulas(path)
    for name in _sheets_of_people(workbook):
        sheet = workbook.get_sheet_by_name(name)
        if not sheet.total_height:
            continue
        _refuse_merged(path, name, sheet)
        if name in uncalculated:
            raise DataError(
                msg(
                    "{file}, sheet {sheet}: cell {cell} holds a formula without a saved result. Open the "
                    "workbook in Excel, save it and load it again.",
                    file=path.name,
                    sheet=name,
                    cell=uncalculated[name],
                )
            )
        cells = (
            (number, [_text(value) for value in row])
            for number, row in enumerate(sheet.to_python(skip_empty_area=False), start=1)
        )
        filled = [(number, row) for number, row in cells if any(cell.strip() for cell in row)]
        if len(filled) > 1:
            yield name, filled


def _sheets_of_people(workbook: CalamineWorkbook) -> list[str]:
    """The sheets that a person can see or unhide: the rest is machinery, such as the template's lists of codes."""
    return [sheet.name for sheet in workbook.sheets_metadata if not str(sheet.visible).endswith("VeryHidden")]


def _refuse_merged(path: Path, name: str, sheet: Any) -> None:
    for (top, left), (bottom, right) in sheet.merged_cell_ranges or []:
        span = f"{_cell_name(top, left)}:{_cell_name(bottom, right)}"
        raise DataError(
            msg(
                "{file}, sheet {sheet}: the cells {cells} are merged, so it is not clear which rows their "
                "value belongs to. Unmerge them, fill every cell and load it again.",
                file=path.name,
                sheet=name,
                cells=span,
            )
        )


def _cell_name(row: int, column: int) -> str:
    from openpyxl.utils import get_column_letter

    return f"{get_column_letter(column + 1)}{row + 1}"


def _uncalculated_formulas(path: Path) -> dict[str, str]:
    """Sheet name -> first cell with a formula that carries no saved result (xlsx only)."""
    if path.suffix.lower() not in (".xlsx", ".xlsm"):
        return {}
    with zipfile.ZipFile(path) as archive:
        sheets = [name for name in archive.namelist() if name.startswith("xl/worksheets/")]
        if not any(b"<f" in archive.read(name) for name in sheets):
            return {}
    from openpyxl import load_workbook

    formulas, values = load_workbook(path), load_workbook(path, data_only=True)
    found: dict[str, str] = {}
    for sheet in formulas.worksheets:
        for row in sheet.iter_rows():
            for cell in row:
                if cell.data_type == "f" and values[sheet.title][cell.coordinate].value is None:
                    found.setdefault(sheet.title, cell.coordinate)
    return found


def _text(value: object) -> str:
    """A workbook cell as text that reads back as the same value; a fraction of three digits gets a zero."""
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, float):
        text = repr(int(value)) if value.is_integer() and abs(value) < 1e15 else repr(value)
        whole, _, fraction = text.partition(".")
        return text + "0" if len(fraction) == 3 and whole.lstrip("-").isdigit() else text
    if isinstance(value, datetime):
        return value.isoformat(sep=" ") if value.time() != datetime.min.time() else value.date().isoformat()
    return value.isoformat() if isinstance(value, date) else str(value)
