"""lines = kept + quarantined + repeats + left out: for every file, however it is written."""

from __future__ import annotations

import csv
import io
from pathlib import Path
from typing import Any

import openpyxl
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from ppp_metrics.records.deliveries import deliveries
from ppp_metrics.records.ingest import LoadResult, load
from tests.deliveries import ISSUES, KEY, PARTNERS, deliver, rows, store


def balanced(result: LoadResult) -> dict[tuple[str, str | None], dict[str, Any]]:
    """The account of each file and sheet, after it was checked."""
    for entry in result.files:
        left_out = entry["left_out"]
        assert isinstance(left_out, dict)
        total = sum(int(str(entry[name])) for name in ("kept", "quarantined", "repeats")) + sum(left_out.values())
        assert entry["lines"] == total, entry
    return {(str(entry["file"]), entry["sheet"]): entry for entry in result.files}  # type: ignore[misc]


def test_every_line_of_a_text_is_accounted_for(tmp_path: Path) -> None:
    # lines: title, blank, header, kept, repeat, two kept (one over two lines), put aside, ragged, two more, cells empty
    text = "Onze partners\n\n" + PARTNERS + "c1,Aa,company,NL11\n" + 'c3,"C\nE",company,NL11\n'
    text += "c4,,company,NL11\nc5,a,b,c,d\n" + 'c6,"open,company,NL11\nc7,Gee,company,NL11\n,,,\n'
    result = deliver(tmp_path, {"partners.csv": text})
    assert balanced(result)["partners.csv", None] == {
        "file": "partners.csv",
        "sheet": None,
        "table": "partners",
        "lines": 13,
        "kept": 4,
        "quarantined": 3,
        "repeats": 1,
        "left_out": {"title": 1, "blank": 2, "header": 1, "text": 1},
    }


def test_every_row_of_every_sheet_is_accounted_for(tmp_path: Path) -> None:
    book = openpyxl.Workbook()
    sheet = book.worksheets[0]
    sheet.title = "Partners"
    for cells in (["Lijst"], [], *[line.split(",") for line in PARTNERS.splitlines()], [], ["c3", "#REF!", "company"]):
        sheet.append(cells)
    book.create_sheet("Toelichting").append(["lees dit"])
    (tmp_path / "a").mkdir()
    book.save(tmp_path / "a" / "all.xlsx")
    result = load(store(tmp_path), deliveries([tmp_path / "a" / "all.xlsx"], "a"), KEY, review=print)[0]
    entries = balanced(result)
    assert entries["all.xlsx", "Partners"]["left_out"] == {"title": 1, "blank": 2, "header": 1}
    assert entries["all.xlsx", "Toelichting"]["left_out"] == {"not_loaded": 1}


def test_the_rows_that_a_mapping_leaves_out_are_accounted_for(tmp_path: Path) -> None:
    mapping = tmp_path / "mapping"
    mapping.mkdir()
    (mapping / "partners.sql").write_text(
        "select org as partner_id, any_value(org) as name, 'company' as partner_type, 'NL11' as region_code, "
        "list(source_row) as source_row from export where kind = 'x' group by all"
    )
    export = "org;kind\no1;x\no1;x\n;x\no2;draft\n;\n\no3;x;y\n"
    result = deliver(tmp_path, {"export.csv": export}, mapping=mapping)
    entry = balanced(result)["export.csv", None]
    assert {name: entry[name] for name in ("lines", "kept", "quarantined", "left_out")} == {
        "lines": 8,
        "kept": 2,
        "quarantined": 2,  # the row without an organisation, and the one with a cell too many
        "left_out": {"header": 1, "blank": 2, "unused": 1},
    }


CELL = st.sampled_from(["c1", "c2", "Aa", "company", "NL11", "", " ", "two\nlines", "a, b", '5" pipe', "x\r\n\r\ny"])


@settings(suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(
    st.lists(st.lists(CELL, min_size=1, max_size=5), min_size=1, max_size=6),
    st.sampled_from(["\n", "\r\n", "\r", "\r\r\n"]),
    st.sampled_from(["utf-8", "utf-8-sig", "utf-16", "cp1252"]),
    st.sampled_from(["", "sep=,\n", "Title\n\n"]),
    st.data(),
)
def test_every_line_of_any_file_is_accounted_for(
    tmp_path: Path, cells: list[list[str]], end: str, encoding: str, above: str, data: st.DataObject
) -> None:
    stream = io.StringIO()
    csv.writer(stream, lineterminator=end).writerows([["c9", "Zed", "company", "NL11"], *cells])
    text = stream.getvalue()
    for _ in range(data.draw(st.integers(0, 2))):
        at = data.draw(st.integers(0, len(text)))
        text = text[:at] + data.draw(st.sampled_from(['"', end, "é"])) + text[at:]
    text = above.replace("\n", end) + PARTNERS.splitlines()[0] + end + text
    (tmp_path / "a").mkdir(exist_ok=True)
    path = tmp_path / "a" / "partners.csv"
    path.write_bytes(text.encode(encoding))
    (entry,) = balanced(load(store(tmp_path), deliveries([path], "a"), KEY, review=print)[0]).values()
    # the lines as Python's own reader of text counts them
    with path.open(encoding=encoding.replace("-sig", "") if encoding != "utf-8-sig" else encoding) as lines:
        assert entry["lines"] == sum(1 for _ in lines)
    assert entry["left_out"]["header"] >= 1


@pytest.mark.parametrize("marks", ["", '"'])
def test_people_in_the_lines_that_a_mark_would_swallow_are_nowhere(tmp_path: Path, marks: str) -> None:
    story = (
        f'person1,s,immediate,2026-01-05,yes,"told by JanJansen\nperson2,s,immediate,2026-01-05,yes,PietPeters{marks}\n'
    )
    files = {
        "partners.csv": PARTNERS,
        "issues.csv": ISSUES,
        "partnerships.csv": "partnership_id,name,region_code\ns,Es,NL11\n",
        "participants.csv": "participant_id,role\nperson1,student\nperson2,student\nperson3,student\n",
        "value_stories.csv": "participant_id,partnership_id,cycle,story_date,consent,story\n"
        + story
        + "person3,s,immediate,2026-01-05,yes,fine\n",
    }
    result = deliver(tmp_path, files)
    balanced(result)
    assert rows(tmp_path, "select count(*) from value_stories") == [(1 if marks else 2,)]
    stored = (tmp_path / "ppp.duckdb").read_bytes()
    assert not [secret for secret in (b"JanJansen", b"person1", b"person2", b"person3") if secret in stored]
