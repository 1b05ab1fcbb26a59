"""The template to fill in, and the rows put aside given back."""

from __future__ import annotations

from pathlib import Path

import openpyxl
import pytest

from ppp_metrics.records import history
from ppp_metrics.records.deliveries import deliveries
from ppp_metrics.records.ingest import load
from ppp_metrics.records.model import BY_NAME, TABLES
from ppp_metrics.records.recognise import find_table
from ppp_metrics.records.workbook import write_quarantine, write_quarantines, write_template
from tests.deliveries import KEY, PARTNERS, deliver, store


@pytest.mark.parametrize("lang", ["nl", "en"])
def test_a_filled_template_loads_without_a_word(tmp_path: Path, lang: str) -> None:
    path = tmp_path / "filled.xlsx"
    write_template(path, lang)
    book = openpyxl.load_workbook(path)
    values = {"partner_type": {"nl": "bedrijf", "en": "company"}[lang], "region_code": "NL11"}
    sheet = book[BY_NAME["partners"].label.render(lang)]
    for index, column in enumerate(BY_NAME["partners"].columns, start=1):
        sheet.cell(2, index, values.get(column.name, "x") if column.required else None)
    book.save(path)
    (result,) = load(store(tmp_path), deliveries([path], "a"), KEY)
    # the sheets that were not filled in say that there is none
    assert result.tables.pop("partners") == {"rows": 1, "kept": 1, "quarantined": 0, "repeats": 0}
    assert {counts["rows"] for counts in result.tables.values()} == {0}
    assert result.notices == []


def test_the_template_has_a_sheet_a_table_a_note_a_header_and_drop_downs_for_codes(tmp_path: Path) -> None:
    write_template(tmp_path / "t.xlsx", "nl")
    book = openpyxl.load_workbook(tmp_path / "t.xlsx")
    sheets = [sheet for sheet in book if sheet.sheet_state == "visible"]
    assert [find_table(sheet.title) for sheet in sheets] == [table for table in TABLES if table.name != "regions"]
    for sheet in sheets:
        table = find_table(sheet.title)
        assert table is not None
        assert all(cell.comment for cell in sheet[1])
        with_choices = [column for column in table.columns if column.codes or column.kind == "boolean"]
        assert len(sheet.data_validations.dataValidation) == len(with_choices)


def test_rows_put_aside_come_back_with_the_cell_marked_and_never_as_a_formula(tmp_path: Path) -> None:
    deliver(tmp_path, {"partners.csv": PARTNERS + "=1+1,@evil,shop,NL11\n"})
    with store(tmp_path).reading() as con:
        entries = history.quarantined(con)
    write_quarantine(tmp_path / "q.xlsx", entries, "nl")
    sheet = openpyxl.load_workbook(tmp_path / "q.xlsx").worksheets[0]
    header, row = list(sheet.iter_rows())
    cells = {name.value: cell for name, cell in zip(header, row, strict=True)}
    assert (cells["rij"].value, cells["partner_id"].value, cells["name"].value) == (4, "=1+1", "@evil")
    assert cells["partner_id"].data_type == "s"
    assert cells["partner_type"].fill.fgColor.rgb == "00F5C6CB"
    assert "company" in str(cells["partner_type"].comment)


def test_of_several_suppliers_each_gets_its_own_rows_and_no_pseudonym(tmp_path: Path) -> None:
    people = "participant_id,role\nanna,studnt\n"
    for supplier, name in {"noord": "Aa", "zuid: oost": "Bee"}.items():
        files = {"partners.csv": PARTNERS + f"{name}9,{name},shop,NL11\n", "participants.csv": people}
        deliver(tmp_path, files, supplier=supplier)
    with store(tmp_path).reading() as con:
        entries = history.quarantined(con)
    paths = write_quarantines(tmp_path / "back.xlsx", entries, "en")
    assert [path.name for path in paths] == ["back noord.xlsx", "back zuid- oost.xlsx"]
    told = [
        {str(cell.value) for sheet in openpyxl.load_workbook(path) for line in sheet.iter_rows() for cell in line}
        for path in paths
    ]
    assert ["Aa9" in told[0], "Bee9" in told[0], "Aa9" in told[1], "Bee9" in told[1]] == [True, False, False, True]
    # of people the row alone: neither what the supplier wrote, nor the pseudonym that it does not know
    assert [words & {"anna", "studnt"} for words in told] == [set(), set()]
    assert [word for words in told for word in words if len(word) == 32 and word.isalnum()] == []
    # of one supplier the file itself
    assert write_quarantines(tmp_path / "one.xlsx", entries[:1], "en") == [tmp_path / "one.xlsx"]
