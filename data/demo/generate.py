"""Writes the demo files: a synthetic network in the shapes in which six partners would send their administration.

    python data/demo/generate.py [TARGET_DIR]

Each subfolder is one supplier. The cells are the same every time, and so are the bytes of CSV and TSV files. A few rows
are spoilt on purpose: README.md explains them and expected_quarantine.json lists them.
"""

from __future__ import annotations

import csv
import json
import shutil
import sys
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import date
from pathlib import Path
from typing import Any

import issues
import learning
import organisations
from scenario import PARTNERSHIPS
from supplier import Row, Supplier, Tables

from ppp_metrics.records.model import BY_NAME, SQL_TYPES, TABLES, Column, Table

PEOPLE = ("participants", "participations", "assessments", "interactions", "value_stories")
Sheet = list[list[Any]]


def network() -> dict[str, Tables]:
    """All valid rows by supplier and table. Keys are a supplier's own, and repeat between suppliers."""
    companies, old_codes = organisations.all_companies(), organisations.codes_of_2021()
    world: dict[str, Tables] = {}
    for stream, partnership in enumerate(PARTNERSHIPS, start=1):
        supplier = Supplier(partnership, companies[partnership.supplier], old_codes, stream)
        organisations.register(supplier)
        organisations.agree(supplier)
        issues.propose(supplier)
        learning.measure(supplier)
        learning.measure_again(supplier)
        learning.measure_yearly(supplier)
        learning.interact(supplier)
        learning.tell(supplier)
        organisations.plan(supplier)
        world[partnership.supplier] = supplier.tables
    return world


@dataclass
class Spoiler:
    """Puts faults into one supplier's tables and remembers where: table, row of the file, column, reason."""

    tables: Tables
    marks: list[tuple[str, int, str | None, str, bool]] = field(default_factory=list)

    def append(self, table: str, like: int, column: str | None, reason: str, **changes: Any) -> None:
        """One more row: a copy of row `like` with `changes`."""
        self.tables[table].append(self.tables[table][like] | changes)
        self.marks.append((table, len(self.tables[table]) + 1, column, reason, False))

    def blot(self, table: str, filled: str, column: str, reason: str, text: str) -> None:
        """Another text in one optional cell, in the first row that has a value in column `filled`."""
        index = next(i for i, row in enumerate(self.tables[table]) if row[filled] is not None)
        self.tables[table][index][column] = text
        self.marks.append((table, index + 2, column, reason, True))


def spoil_wadkant(s: Spoiler) -> None:
    s.append("issues", 10, "status", "unknown_code", issue_id="v9001", status="parked")
    s.append("outcomes", 10, "issue_id", "broken_reference", outcome_id="o9001", issue_id="v8888")
    s.append("partners", 20, "partner_id", "duplicate_key", partner_id="p901")
    s.append(
        "partners", 20, "partner_id", "duplicate_key", partner_id="p901", size_class="large", name="Twijfel (fictief)"
    )
    s.append("issues", 11, "partner_id", "reference_put_aside", issue_id="v9002", partner_id="p901", agreement_id=None)


def spoil_deltazoom(s: Spoiler) -> None:
    s.append("issues", 12, "proposed_date", "unreadable_date", issue_id="v9001", proposed_date="31-11-2025")
    s.blot("outcomes", "value_eur", "value_eur", "unreadable_number", "ca. 1.300")


def spoil_heuvelbrink(s: Spoiler) -> None:
    s.append("participants", 0, "role", "unknown_code", participant_id="d9001", role="stagiair")
    s.append("participations", 0, "participant_id", "reference_put_aside", participant_id="d9001")
    s.append("assessments", 0, "score", "missing_required", assessed_date=date(2026, 3, 2), score=None)


def spoil_middenveld(s: Spoiler) -> None:
    s.append("assessments", 0, "assessed_date", "unreadable_date", assessed_date="spring 2025")


def spoil_ijsselkamp(s: Spoiler) -> None:
    s.append("memberships", 0, "partner_id", "broken_reference", partner_id="p777", member_role="member")
    s.append("interactions", 0, None, "repeat")


SPOILERS: dict[str, Callable[[Spoiler], None]] = {
    "wadkant": spoil_wadkant,
    "deltazoom": spoil_deltazoom,
    "heuvelbrink": spoil_heuvelbrink,
    "middenveld": spoil_middenveld,
    "ijsselkamp": spoil_ijsselkamp,
}


@dataclass(frozen=True)
class Shape:
    """How a supplier names and writes things; `lang` None is the model's own names and code values.

    `dates` is a strftime format, or None for real dates; `comma` writes decimals the Dutch way.
    """

    lang: str | None = None
    dates: str | None = "%Y-%m-%d"
    comma: bool = False
    aliases: bool = False

    def name(self, table: Table) -> str:
        return table.label.render(self.lang) if self.lang else table.name

    def header(self, column: Column) -> str:
        if self.aliases and column.aliases:
            return column.aliases[0].capitalize()
        return column.label.render(self.lang) if self.lang else column.name

    def cell(self, column: Column, value: Any) -> Any:
        if column.kind == "code" and self.lang:
            labels = {code.value: code.label.render(self.lang) for code in column.codes}
            return labels.get(value, value)
        if isinstance(value, bool):
            return {"nl": ("nee", "ja"), "en": ("no", "yes")}.get(self.lang or "", ("false", "true"))[value]
        if isinstance(value, date) and self.dates:
            return value.strftime(self.dates)
        if self.comma and column.name.endswith("_eur") and isinstance(value, (int, float)):
            return f"{value:,.2f}".translate(str.maketrans(",.", ".,"))
        return str(value).replace(".", ",") if self.comma and isinstance(value, float) else value

    def sheet(self, table: Table, rows: list[Row]) -> Sheet:
        """Header and rows; columns that nobody filled in are left out."""
        columns = [column for column in table.columns if any(row.get(column.name) is not None for row in rows)]
        body = [[self.cell(column, row.get(column.name)) for column in columns] for row in rows]
        return [[self.header(column) for column in columns], *body]


def write_delimited(path: Path, sheet: Sheet, delimiter: str = ",", encoding: str = "utf-8") -> None:
    with path.open("w", encoding=encoding, newline="") as stream:
        csv.writer(stream, delimiter=delimiter, lineterminator="\r\n").writerows(sheet)


def write_xlsx(path: Path, sheets: dict[str, Sheet]) -> None:
    from openpyxl import Workbook

    book = Workbook(write_only=True)
    for name, sheet in sheets.items():
        page = book.create_sheet(name)
        for row in sheet:
            page.append(row)
    book.save(path)


def write_ods(path: Path, sheets: dict[str, Sheet]) -> None:
    from odf.opendocument import OpenDocumentSpreadsheet
    from odf.table import Table as Page
    from odf.table import TableCell, TableRow
    from odf.text import P

    book = OpenDocumentSpreadsheet()
    for name, sheet in sheets.items():
        page = Page(name=name)
        for row in sheet:
            line = TableRow()
            for value in row:
                match value:
                    case None:
                        cell = TableCell()
                    case date():
                        cell = TableCell(valuetype="date", datevalue=value.isoformat())
                    case int() | float():
                        cell = TableCell(valuetype="float", value=value)
                    case _:
                        cell = TableCell(valuetype="string")
                        cell.addElement(P(text=value))
                line.addElement(cell)
            page.addElement(line)
        book.spreadsheet.addElement(page)
    book.save(path)


def write_parquet(path: Path, table: Table, sheet: Sheet) -> None:
    """Typed columns, as an export from a database would have."""
    import duckdb

    header, *body = sheet
    types = ", ".join(f'"{name}" {SQL_TYPES[table.by_name[name].kind]}' for name in header)
    with duckdb.connect() as con:
        con.execute(f"create table records ({types})")
        unnested = ", ".join("unnest(?)" for _ in header)
        con.execute(f"insert into records select {unnested}", [list(column) for column in zip(*body, strict=True)])
        con.execute("copy records to '{}' (format parquet, compression zstd)".format(str(path).replace("'", "''")))


@dataclass
class Folder:
    """One supplier's folder: writes each table in the supplier's shape and tells in which file and sheet it stands."""

    path: Path
    tables: Tables
    places: dict[str, tuple[str, str | None]] = field(default_factory=dict)

    def sheets(self, shape: Shape, file: str, skip: tuple[str, ...] = ()) -> dict[str, Sheet]:
        """All tables but those of `skip` as sheets, or as files where `file` is only an ending."""
        written: dict[str, Sheet] = {}
        for table in TABLES:
            if table.name in self.tables and table.name not in skip:
                name = shape.name(table)
                written[name] = shape.sheet(table, self.tables[table.name])
                self.places[table.name] = (name + file, None) if file.startswith(".") else (file, name)
        return written

    def delimited(self, shape: Shape, suffix: str, skip: tuple[str, ...] = (), **options: str) -> None:
        for name, sheet in self.sheets(shape, suffix, skip).items():
            write_delimited(self.path / (name + suffix), sheet, **options)


def write_supplier(supplier: str, folder: Folder) -> None:
    """Each supplier's own habits: what partners of such networks send in practice."""
    match supplier:
        case "wadkant":
            folder.delimited(Shape(), ".csv")
        case "deltazoom":
            shape = Shape("nl", dates="%d-%m-%Y", comma=True, aliases=True)
            folder.delimited(shape, ".csv", delimiter=";", encoding="cp1252")
        case "heuvelbrink":
            file = "Heuvelbrink registratie.xlsx"
            write_xlsx(folder.path / file, folder.sheets(Shape("nl", dates=None), file))
        case "middenveld":
            file = "middenveld_export.xlsx"
            write_xlsx(folder.path / file, folder.sheets(Shape("en", dates=None), file))
        case "ijsselkamp":
            folder.delimited(Shape("nl", dates="%d/%m/%Y"), ".tsv", tuple(BY_NAME.keys() - set(PEOPLE)), delimiter="\t")
            file = "ijsselkamp.ods"
            write_ods(folder.path / file, folder.sheets(Shape("nl", dates=None), file, PEOPLE))
        case "zaankade":
            large = ("issues", "outcomes", *PEOPLE)
            folder.delimited(Shape(), ".csv", large)
            for name, sheet in folder.sheets(Shape(dates=None), ".parquet", tuple(BY_NAME.keys() - set(large))).items():
                write_parquet(folder.path / f"{name}.parquet", BY_NAME[name], sheet)


def generate(target: Path) -> None:
    """Writes a folder for each supplier and the list of spoilt cells into `target`; folders of before are replaced."""
    world = network()
    ledger: list[str] = []
    for partnership in PARTNERSHIPS:
        supplier = partnership.supplier
        folder = Folder(target / supplier, world[supplier])
        shutil.rmtree(folder.path, ignore_errors=True)
        folder.path.mkdir(parents=True)
        spoiler = Spoiler(folder.tables)
        SPOILERS.get(supplier, lambda _: None)(spoiler)
        write_supplier(supplier, folder)
        for table, row, column, reason, kept in spoiler.marks:
            file, sheet = folder.places[table]
            fault = {"supplier": supplier, "file": file, "sheet": sheet, "row": row, "table": table, "column": column,
                     "reason_kind": reason, "row_kept": kept}  # fmt: skip
            ledger.append(json.dumps(fault, ensure_ascii=False))
    # Not a CSV file: a folder of suppliers' folders may hold no loose table.
    (target / "expected_quarantine.json").write_text(
        "[\n" + ",\n".join(ledger) + "\n]\n", encoding="utf-8", newline="\n"
    )


if __name__ == "__main__":
    generate(Path(sys.argv[1]) if len(sys.argv) > 1 else Path(__file__).parent)
