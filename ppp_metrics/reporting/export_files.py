"""An export as a file: an Excel workbook, or a folder of CSV files with a `datapackage.json`; written, and read back.

The folder is a Frictionless Data Package (datapackage.org, version 2; the tools of version 1 read it, too).
"""

from __future__ import annotations

import csv
import hashlib
import io
import json
import re
from collections.abc import Iterator, Mapping
from datetime import date
from pathlib import Path
from typing import TYPE_CHECKING, Any

from ppp_metrics.errors import DataError
from ppp_metrics.language import msg
from ppp_metrics.records.workbook import save, write_text
from ppp_metrics.reporting.export_sheets import MEASURES, NUMBERS, SHEETS, Field, Rows, Sheet, Value
from ppp_metrics.reporting.words import DECIMALS

if TYPE_CHECKING:
    from openpyxl import Workbook

WORKBOOK = ".xlsx"
DESCRIPTOR = "datapackage.json"
FILES = (DESCRIPTOR, *(f"{sheet.name}.csv" for sheet in SHEETS))
PROFILE = "https://datapackage.org/profiles/2.0/datapackage.json"
FORMULA_SIGNS = ("=", "+", "-", "@", "\t", "\r")
"""A spreadsheet takes a text that begins with one of these for a formula."""


# --- written ----------------------------------------------------------------------------------------------------------


def write_workbook(path: Path, sheets: Mapping[str, Rows], lang: str, day: date) -> None:
    """Write a sheet each; the bytes depend on nothing but what is written."""
    from openpyxl import Workbook

    workbook = Workbook()
    workbook.remove(workbook["Sheet"])
    for sheet in SHEETS:
        _add_sheet(workbook, sheet, sheets[sheet.name], lang)
    save(workbook, path, day)


def _add_sheet(workbook: Workbook, sheet: Sheet, rows: Rows, lang: str) -> None:
    from openpyxl.comments import Comment
    from openpyxl.styles import Alignment, Font, PatternFill
    from openpyxl.utils import get_column_letter

    made = workbook.create_sheet(sheet.name)
    withheld = PatternFill("solid", fgColor="E6E6E6")
    for at, field in enumerate(sheet.fields, start=1):
        header = made.cell(1, at, field.name)
        header.font = Font(bold=True, color="FFFFFF")
        header.fill = PatternFill("solid", fgColor="1B4F72")
        note = f"{field.title.render(lang)}\n{field.description.render(lang)}"
        header.comment = Comment(note, "ppp_metrics", width=320, height=60 + 16 * (len(note) // 40))
        made.column_dimensions[get_column_letter(at)].width = field.width
        for line, row in enumerate(rows, start=2):
            value = row.get(field.name)
            if isinstance(value, str):
                write_text(made, line, at, value)
            elif value is not None:
                made.cell(line, at, value).number_format = _number_format(sheet, field, row)
            if field.width > 60:
                made.cell(line, at).alignment = Alignment(wrap_text=True, vertical="top")
            if row.get("suppressed") and field.name in MEASURES:
                made.cell(line, at).fill = withheld
    made.freeze_panes = "C2" if sheet is NUMBERS else "A2"
    made.auto_filter.ref = f"A1:{get_column_letter(len(sheet.fields))}{len(rows) + 1}"


def _number_format(sheet: Sheet, field: Field, row: Mapping[str, Value]) -> str:
    if field.type == "boolean":
        return "General"
    decimals = DECIMALS[str(row["unit"])] if sheet is NUMBERS and field.type == "number" else 0
    return "#,##0" + ("." + "0" * decimals if decimals else "")


def write_folder(folder: Path, sheets: Mapping[str, Rows], lang: str, about: Mapping[str, Any]) -> None:
    """Make the folder, with a CSV file each and the descriptor, which begins with `about`."""
    folder.mkdir()
    resources = []
    for sheet in SHEETS:
        content = _csv_of(sheet, sheets[sheet.name]).encode()
        (folder / f"{sheet.name}.csv").write_bytes(content)
        resources.append(_resource(sheet, content, lang))
    descriptor = {"$schema": PROFILE, "profile": "tabular-data-package", **about, "resources": resources}
    text = json.dumps(descriptor, ensure_ascii=False, indent=2) + "\n"
    (folder / DESCRIPTOR).write_text(text, encoding="utf-8", newline="\n")


def _csv_of(sheet: Sheet, rows: Rows) -> str:
    stream = io.StringIO()
    writer = csv.writer(stream, lineterminator="\n")
    writer.writerow([field.name for field in sheet.fields])
    writer.writerows([_written(row.get(field.name)) for field in sheet.fields] for row in rows)
    return stream.getvalue()


def _written(value: Value) -> str:
    if value is None:
        return ""
    if isinstance(value, bool):
        return str(value).lower()
    if isinstance(value, str):
        return f"'{value}" if value.startswith(FORMULA_SIGNS) else value
    return str(value)


def _resource(sheet: Sheet, content: bytes, lang: str) -> dict[str, Any]:
    schema: dict[str, Any] = {"fields": [_described(field, lang) for field in sheet.fields], "missingValues": [""]}
    if sheet.key:
        schema["primaryKey"] = list(sheet.key)
    if sheet is NUMBERS:
        reference = {"resource": "definitions", "fields": ["metric_id"]}
        schema["foreignKeys"] = [{"fields": ["metric_id"], "reference": reference}]
    return {
        "name": sheet.name,
        "type": "table",
        "profile": "tabular-data-resource",
        "path": f"{sheet.name}.csv",
        "description": sheet.description.render(lang),
        "format": "csv",
        "mediatype": "text/csv",
        "encoding": "utf-8",
        "bytes": len(content),
        "hash": f"sha256:{hashlib.sha256(content).hexdigest()}",
        "dialect": {"delimiter": ",", "lineTerminator": "\n", "quoteChar": '"', "doubleQuote": True, "header": True},
        "schema": schema,
    }


def _described(field: Field, lang: str) -> dict[str, Any]:
    described: dict[str, Any] = {
        "name": field.name,
        "type": field.type,
        "title": field.title.render(lang),
        "description": field.description.render(lang),
    }
    if field.type == "integer":
        described["unit"] = "count"
    elif field.type == "number":
        described["unitField"] = "unit"
    if field.required:
        described["constraints"] = {"required": True}
    return described


# --- read back --------------------------------------------------------------------------------------------------------


def find_exports(out: Path) -> Iterator[Path]:
    """The workbooks and folders below a folder that are exports, by their names."""
    for path in sorted([*out.rglob(f"*{WORKBOOK}"), *out.rglob(DESCRIPTOR)]):
        # what another run is making, and Excel's lock on an open workbook
        if not any(part.startswith((".", "~")) for part in path.relative_to(out).parts):
            found = path.parent if path.name == DESCRIPTOR else path
            if is_export(found):
                yield found


def is_export(path: Path) -> bool:
    """Whether the workbook, or the folder, has the sheets of an export."""
    return {sheet.name for sheet in SHEETS} <= (_sheets_in(path) if path.is_file() else _resources_in(path))


def _sheets_in(path: Path) -> set[str]:
    from zipfile import BadZipFile, ZipFile

    try:
        with ZipFile(path) as archive:
            return set(re.findall(r'<sheet\b[^>]*?\bname="([^"]*)"', archive.read("xl/workbook.xml").decode()))
    except (BadZipFile, KeyError, OSError, UnicodeDecodeError):
        return set()


def _resources_in(folder: Path) -> set[str]:
    try:
        return {each["name"] for each in json.loads((folder / DESCRIPTOR).read_text("utf-8"))["resources"]}
    except (OSError, ValueError, KeyError, TypeError):
        return set()


def read_sheets(path: Path) -> dict[str, list[dict[str, Any]]]:
    """The rows of each sheet as they stand there; an empty cell is None.

    Raises DataError for a file that cannot be read, or lacks a column.
    """
    try:
        sheets = {sheet.name: (_from_csv if path.is_dir() else _from_workbook)(path, sheet) for sheet in SHEETS}
    except Exception as error:  # what a broken zip or XML raises is as varied as what breaks it
        raise DataError(msg("{file} cannot be read: {reason}.", file=path.name, reason=str(error))) from None
    for sheet in SHEETS:
        for row in sheets[sheet.name][:1]:
            for field in sheet.fields:
                if field.name not in row:
                    lacking = msg("it has no column '{column}'", column=f"{sheet.name}.{field.name}")
                    raise DataError(msg("{file} cannot be read: {reason}.", file=path.name, reason=lacking))
    return sheets


def _from_workbook(path: Path, sheet: Sheet) -> list[dict[str, Any]]:
    from openpyxl import load_workbook

    workbook = load_workbook(path, read_only=True)
    try:
        rows = workbook[sheet.name].iter_rows(values_only=True)
        header = [str(cell) for cell in next(rows, ())]
        return [dict(zip(header, row, strict=False)) for row in rows if any(cell is not None for cell in row)]
    finally:
        workbook.close()


def _from_csv(folder: Path, sheet: Sheet) -> list[dict[str, Any]]:
    with (folder / f"{sheet.name}.csv").open(encoding="utf-8-sig", newline="") as stream:
        return [{name: _read(text) for name, text in row.items()} for row in csv.DictReader(stream)]


def _read(text: str | None) -> str | None:
    if text and text.startswith("'") and text[1:].startswith(FORMULA_SIGNS):
        return text[1:]
    return text or None
