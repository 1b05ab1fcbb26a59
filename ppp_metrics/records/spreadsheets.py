"""Workbooks (xlsx, xls, ods): their sheets as text, with what Calamine leaves out: errors, formulas, far corners."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from datetime import date, datetime
from pathlib import Path
from typing import TYPE_CHECKING, TypeVar

from ppp_metrics.errors import DataError
from ppp_metrics.language import msg
from ppp_metrics.records.kinds import damaged
from ppp_metrics.records.quotation import Row
from ppp_metrics.records.sheets import Range, Sheet
from ppp_metrics.records.workbook_parts import SheetPart, sheet_parts

if TYPE_CHECKING:
    from python_calamine import CalamineWorkbook

T = TypeVar("T")


def read_workbook(path: Path, kind: str) -> list[Sheet]:
    """Each sheet with a filled row that a person can see or unhide: the rest is machinery, such as the lists of codes.

    Raises DataError for a workbook that cannot be read.
    """
    from python_calamine import CalamineWorkbook

    parts = sheet_parts(path, kind)
    for name, part in parts.items():
        # of this kind Calamine reads every sheet at once
        if kind == "ods" and part.is_far:
            raise DataError(
                msg(
                    "{file}, sheet {sheet}: a cell far from the table is filled, in row {row}. "
                    "Empty it, or copy the table to a new workbook.",
                    file=path.name,
                    sheet=name,
                    row=part.rows,
                )
            )
    # by its content: from a path it would be taken for what the ending says
    with path.open("rb") as stream:
        workbook = _calling(path, lambda: CalamineWorkbook.from_filelike(stream))
    visible = [sheet.name for sheet in workbook.sheets_metadata if not str(sheet.visible).endswith("VeryHidden")]
    sheets = [_read_sheet(path, workbook, name, parts.get(name, SheetPart())) for name in visible]
    return [sheet for sheet in sheets if sheet.rows]


def _read_sheet(path: Path, workbook: CalamineWorkbook, name: str, part: SheetPart) -> Sheet:
    merged = part.merged
    rows: Iterator[tuple[int, tuple[object, ...]]]
    if part.is_far:
        rows = _far_rows(path, name)
    else:
        sheet = _calling(path, lambda: workbook.get_sheet_by_name(name))
        merged = merged or [
            Range(top + 1, left + 1, bottom + 1, right + 1)
            for (top, left), (bottom, right) in sheet.merged_cell_ranges or []
        ]
        rows = enumerate(map(tuple, sheet.to_python(skip_empty_area=False)), 1) if sheet.start else iter(())
    filled = []
    for number, values in rows:
        cells = [_text(value) for value in values]
        for column, error in part.errors.get(number, {}).items():
            cells += [""] * (column - len(cells))
            cells[column - 1] = error
        if any(cell.strip() for cell in cells):
            filled.append(Row(number, cells))
    return Sheet(name, filled, merged, part.formulas)


def _far_rows(path: Path, name: str) -> Iterator[tuple[int, tuple[object, ...]]]:
    """The rows of a sheet that is too wide and too long to be held in memory as a whole."""
    from openpyxl import load_workbook

    workbook = load_workbook(path, read_only=True, data_only=True)
    try:
        sheet = workbook[name]
        sheet.reset_dimensions()
        for number, values in enumerate(sheet.iter_rows(values_only=True), start=1):
            if any(value is not None for value in values):
                yield number, tuple("" if value is None else value for value in values)
    finally:
        workbook.close()


def _calling(path: Path, call: Callable[[], T]) -> T:
    """What a call of Calamine gives. Raises DataError where it cannot read the file, or panics."""
    from python_calamine import CalamineError, PasswordError

    try:
        return call()
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
    except BaseException as error:
        # a panic in Rust is no Exception, lest anybody catch it by accident
        if type(error).__name__ != "PanicException":
            raise
        raise damaged(path) from None


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
