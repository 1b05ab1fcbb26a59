"""Excel files for people: the template to fill in, and the rows put aside with their cells marked."""

from __future__ import annotations

import io
from datetime import date, datetime, time
from pathlib import Path
from typing import TYPE_CHECKING, Any
from zipfile import ZIP_DEFLATED, ZipFile, ZipInfo

from ppp_metrics.files import replacing
from ppp_metrics.language import Label, msg
from ppp_metrics.records.model import TABLES, Column, Table

if TYPE_CHECKING:
    from openpyxl import Workbook
    from openpyxl.worksheet.worksheet import Worksheet

ROWS_WITH_CHOICES = 5000
NOT_IN_A_FILES_NAME = '<>:"/\\|?*'
"""Of Windows."""
KINDS = {
    "text": Label("text", "tekst"),
    "code": Label("one of the list", "een uit de lijst"),
    "date": Label("date", "datum"),
    "boolean": Label("yes or no", "ja of nee"),
    "integer": Label("whole number", "geheel getal"),
    "number": Label("number", "getal"),
}


def write_template(path: Path, lang: str) -> None:
    """Writes the workbook to fill in: a sheet a table, drop-downs for codes, a note on every header."""
    from openpyxl import Workbook

    workbook = Workbook()
    workbook.remove(workbook["Sheet"])
    lists = workbook.create_sheet("Codes")
    for table in TABLES:
        if table.name != "regions":
            _add_table(workbook, lists, table, lang)
    workbook.move_sheet(lists, offset=len(TABLES))
    lists.sheet_state = "veryHidden"
    workbook.active = 0
    save(workbook, path)


def write_quarantines(path: Path, entries: list[dict[str, Any]], lang: str) -> list[Path]:
    """The workbooks with the rows put aside, one a supplier: each goes back to who sent it, and holds nobody else's.

    Of several suppliers, the name of each stands behind the file's own.
    """
    suppliers = list(dict.fromkeys(entry["supplier"] for entry in entries))
    if len(suppliers) < 2:
        write_quarantine(path, entries, lang)
        return [path]
    paths = []
    for supplier in suppliers:
        plain = "".join("-" if each in NOT_IN_A_FILES_NAME else each for each in supplier)
        paths.append(path.with_name(f"{path.stem} {plain}{path.suffix}"))
        write_quarantine(paths[-1], [entry for entry in entries if entry["supplier"] == supplier], lang)
    return paths


def write_quarantine(path: Path, entries: list[dict[str, Any]], lang: str) -> None:
    """Writes the rows put aside back as a workbook: a sheet a file, the wrong cells marked, with their reasons."""
    from openpyxl import Workbook

    workbook = Workbook()
    workbook.remove(workbook["Sheet"])
    groups: dict[tuple[str, ...], list[dict[str, Any]]] = {}
    for entry in entries:
        groups.setdefault((entry["supplier"], entry["file"], entry["sheet"] or "", entry["table"] or ""), []).append(
            entry
        )
    for (_, file, sheet, table), own in groups.items():
        _add_quarantine(workbook, " ".join(filter(None, (Path(file).stem, sheet, table))), own, lang)
    if not groups:
        workbook.create_sheet(msg("Nothing put aside").render(lang))
    save(workbook, path, is_private=True)


def _add_table(workbook: Workbook, lists: Worksheet, table: Table, lang: str) -> None:
    from openpyxl.comments import Comment
    from openpyxl.styles import Font, PatternFill
    from openpyxl.utils import get_column_letter

    sheet = workbook.create_sheet(table.label.render(lang)[:31])
    for index, column in enumerate(table.columns, start=1):
        cell = sheet.cell(1, index, column.label.render(lang) + (" *" if column.required else ""))
        cell.font = Font(bold=True, color="FFFFFF" if column.required else "1B2A41")
        cell.fill = PatternFill("solid", fgColor="1B4F72" if column.required else "D6E4F0")
        cell.comment = Comment(_note(column, lang), "ppp_metrics", width=320, height=140)
        letter = get_column_letter(index)
        sheet.column_dimensions[letter].width = max(14, len(str(cell.value)) + 4)
        if column.kind == "date":
            for row in range(2, 202):
                sheet.cell(row, index).number_format = "yyyy-mm-dd"
        if choices := _choices(column, lang):
            _add_choices(sheet, lists, letter, choices, f"{table.name}.{column.name}")
    sheet.freeze_panes = "A2"


def _choices(column: Column, lang: str) -> list[str]:
    if column.kind == "boolean":
        return ["ja", "nee"] if lang == "nl" else ["yes", "no"]
    if column.name == "sector_code":
        return [code.value for code in column.codes]
    return [code.label.render(lang) for code in column.codes]


def _add_choices(sheet: Worksheet, lists: Worksheet, letter: str, choices: list[str], title: str) -> None:
    from openpyxl.utils import get_column_letter
    from openpyxl.worksheet.datavalidation import DataValidation

    place = get_column_letter((lists.max_column or 0) + (1 if lists["A1"].value else 0))
    for row, text in enumerate([title, *choices], start=1):
        lists[f"{place}{row}"] = text
    rule = DataValidation("list", formula1=f"Codes!${place}$2:${place}${len(choices) + 1}", allow_blank=True)
    rule.add(f"{letter}2:{letter}{ROWS_WITH_CHOICES}")
    sheet.add_data_validation(rule)


def _note(column: Column, lang: str) -> str:
    lines = [f"{column.name} ({KINDS[column.kind].render(lang)})"]
    if column.required:
        lines.append(msg("required").render(lang))
    if column.references:
        lines.append(msg("refers to {table}", table=column.references).render(lang))
    if column.personal:
        lines.append(msg("is pseudonymised on load: no names here").render(lang))
    if column.note:
        lines.append(column.note.render(lang))
    return "\n".join(lines)


def _add_quarantine(workbook: Workbook, title: str, entries: list[dict[str, Any]], lang: str) -> None:
    from openpyxl.comments import Comment
    from openpyxl.styles import Font, PatternFill

    sheet = workbook.create_sheet("".join(c for c in title if c not in "[]:*?/\\")[:31] or "-")
    names = sorted(
        {name for entry in entries for name in entry["cells"] or {entry["column"]: None} if name},
        key=_model_order(entries[0]["table"]),
    )
    headers = [msg("row").render(lang), *names, msg("reason").render(lang)]
    for index, header in enumerate(headers, start=1):
        sheet.cell(1, index, header).font = Font(bold=True)
    by_row: dict[int, list[dict[str, Any]]] = {}
    for entry in entries:
        by_row.setdefault(entry["row"], []).append(entry)
    for line, (number, own) in enumerate(by_row.items(), start=2):
        sheet.cell(line, 1, number)
        cells = {name: text for entry in own for name, text in (entry["cells"] or {}).items()}
        cells |= {entry["column"]: entry["value"] for entry in own if entry["column"]}
        for index, name in enumerate(names, start=2):
            if cells.get(name) is not None:
                write_text(sheet, line, index, cells[name])
        for entry in own:
            if entry["column"]:
                marked = sheet.cell(line, names.index(entry["column"]) + 2)
                marked.fill = PatternFill("solid", fgColor="F5C6CB")
                marked.comment = Comment(entry[f"reason_{lang}"], "ppp_metrics")
        write_text(sheet, line, len(headers), " ".join(dict.fromkeys(entry[f"reason_{lang}"] for entry in own)))
    sheet.freeze_panes = "B2"


def _model_order(table: str | None) -> Any:
    order = [column.name for each in TABLES if each.name == table for column in each.columns]
    return lambda name: order.index(name) if name in order else len(order)


def write_text(sheet: Worksheet, row: int, column: int, text: str) -> None:
    """A cell that stays text, whatever it begins with: nothing from a file becomes a formula."""
    from openpyxl.cell.cell import ILLEGAL_CHARACTERS_RE

    cell = sheet.cell(row, column)
    cell.value = ILLEGAL_CHARACTERS_RE.sub("", text)
    cell.data_type = "s"
    cell.quotePrefix = text.startswith(("=", "+", "-", "@"))


def save(workbook: Workbook, path: Path, day: date | None = None, *, is_private: bool = False) -> None:
    """Write the file so that nobody ever reads half of it, nor anybody but its owner where it `is_private`.

    With a `day`, as if on that: always the same bytes.
    """
    from openpyxl.writer.excel import ExcelWriter

    with replacing(path, is_private=is_private) as beside:
        if day is None:
            workbook.save(beside)
            return
        workbook.properties.created = workbook.properties.modified = datetime.combine(day, time())
        with io.BytesIO() as buffer, ZipFile(beside, "w", ZIP_DEFLATED) as archive:
            with ZipFile(buffer, "w") as made:
                ExcelWriter(workbook, made).save()
            with ZipFile(buffer) as made:
                for entry in made.infolist():
                    still = ZipInfo(entry.filename)
                    still.compress_type, still.create_system = ZIP_DEFLATED, 0
                    archive.writestr(still, made.read(entry))
