"""The funder's package, as its reader gets it: the numbers of the reports, no more than they show, and read back."""

from __future__ import annotations

import csv
import hashlib
import json
import re
import shutil
import zipfile
from datetime import date
from pathlib import Path
from typing import Any

import jsonschema
import openpyxl
import pandas as pd
import pytest

import ppp_metrics as ppm
from ppp_metrics import cli
from ppp_metrics.errors import DataError, UsageError
from ppp_metrics.metrics.protection import Name
from ppp_metrics.metrics.registry import METRICS
from ppp_metrics.records.store import Store
from ppp_metrics.reporting import release
from ppp_metrics.reporting.audit import Audit, audit, read_pages
from ppp_metrics.reporting.export_files import find_exports, read_sheets, write_folder, write_workbook
from ppp_metrics.reporting.export_rows import conditions_in, in_order, subset_text
from ppp_metrics.reporting.export_sheets import ABOUT, DEFINITIONS, MEASURES, NUMBERS, SHEETS
from ppp_metrics.reporting.exported import read_export
from ppp_metrics.reporting.finished import Finished
from ppp_metrics.reporting.manifest import read_manifest
from ppp_metrics.workspace import find_workspace
from tests.networks import PERIOD, make_network, people_files

PEOPLE = {"NL11": {"student": 14, "teacher": 6, "expert": 3}, "NL12": {"student": 9, "teacher": 2, "expert": 12}}
"""In Groningen 3 experts and in Friesland 2 teachers may not be shown."""
DAY = date(2025, 12, 31)


@pytest.fixture(scope="module")
def network(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return make_network(tmp_path_factory.mktemp("exports"), **people_files(PEOPLE))


@pytest.fixture(scope="module")
def published(network: Path) -> Path:
    """The reports of the country and both provinces on learning, for funders, and their numbers as a workbook."""
    ws = ppm.open_workspace(network)
    ws.report(["learning_effects"], period=PERIOD, region="all", lang="nl", edition="funder")
    ws.export(["learning_effects"], period=PERIOD, region="all", lang="nl", out=network / "reports" / "numbers.xlsx")
    return network / "reports"


@pytest.fixture(scope="module")
def everything(network: Path, published: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The numbers of all notebooks on the country, for coordinators, as a folder."""
    out = tmp_path_factory.mktemp("everything") / "package"
    ppm.open_workspace(network).export(period=PERIOD, lang="en", edition="coordinator", out=out)
    return out


@pytest.fixture
def copied(published: Path, tmp_path: Path) -> Path:
    """The reports and the workbook, to be changed."""
    return Path(shutil.copytree(published, tmp_path / "copied"))


def cells_of(files: list[Finished]) -> dict[Name, tuple[dict[str, float | None], bool]]:
    """What files say of each cell: its numbers, and whether it is withheld."""
    return {
        table.name(group): (numbers, is_withheld)
        for each in files
        for table, rows, _ in each.tables()
        for group, numbers, is_withheld in rows
    }


def numbers_in(folder: Path) -> pd.DataFrame:
    return pd.read_csv(folder / "numbers.csv")


def row_of(
    sheet: list[dict[str, Any]], region: str, role: str | None = None, metric: str = "participants_count"
) -> int:
    """Where a number of this quarter stands among the rows."""
    wanted = (metric, PERIOD, region, "role" if role else "total", role or "total", "all")
    names = ("metric_id", "period", "region_code", "dimension", "group_code", "subset")
    [found] = [at for at, row in enumerate(sheet) if tuple(row[name] for name in names) == wanted]
    return found


def rewritten(workbook: Path, at: int, **changed: Any) -> Audit:
    """What the audit says of the folder when somebody has changed cells of a row of the workbook."""
    book = openpyxl.load_workbook(workbook)
    names = [field.name for field in NUMBERS.fields]
    for name, value in changed.items():
        # the header is the first row
        book["numbers"].cell(at + 2, names.index(name) + 1).value = value
    book.save(workbook)
    return audit(workbook.parent)


def how(found: Audit) -> set[tuple[str, Any, Any]]:
    return {(leak.how, leak.place["region"], leak.place.get("role")) for leak in found.leaks}


# --- what it holds ----------------------------------------------------------------------------------------------------


def test_it_shows_what_the_pages_show_and_withholds_what_they_withhold(published: Path) -> None:
    on_pages = cells_of([*read_pages(published, read_manifest(published).values())])
    exported = cells_of([read_export(published / "numbers.xlsx", "numbers.xlsx")])
    assert len(on_pages) > 50
    assert on_pages.keys() <= exported.keys()
    for name, (numbers, is_withheld) in on_pages.items():
        shown, is_withheld_too = exported[name]
        assert is_withheld_too == is_withheld, name
        assert {part: shown[part] for part, value in numbers.items() if value is not None} == {
            part: value for part, value in numbers.items() if value is not None
        }, name
    assert {True, False} == {is_withheld for _, is_withheld in on_pages.values()}


def test_small_groups_are_withheld_with_those_that_would_give_them_away(published: Path) -> None:
    rows = read_sheets(published / "numbers.xlsx")["numbers"]
    withheld = {
        (row["region_code"], row["group_code"])
        for row in rows
        if (row["metric_id"], row["period"]) == ("participants_count", PERIOD) and row["suppressed"]
    }
    assert {("NL11", "expert"), ("NL12", "teacher")} < withheld
    for row in rows:
        if row["suppressed"]:
            assert [row[name] for name in MEASURES] == [None] * 6
            assert row["note"] == "suppressed"


def test_a_number_stands_in_one_row_with_all_that_it_takes_to_use_it(everything: Path) -> None:
    rows = numbers_in(everything)
    assert not rows.duplicated(list(NUMBERS.key)).any()
    rate = rows[(rows["metric_id"] == "implementation_rate_pct") & (rows["dimension"] == "total")]
    # of 40 issues accepted in 2024, 11 were implemented within a year: 27.5 %; the target for 2025 is 25 %
    wanted = {"period": PERIOD, "subset": "all"}
    [row] = rate[(rate[list(wanted)] == pd.Series(wanted)).all(axis=1)].to_dict("records")
    told = ("unit", "value", "n", "numerator", "denominator", "target", "region_name", "group_label", "suppressed")
    assert [row[name] for name in told] == ["pct", 27.5, 40, 11, 40, 25, "Netherlands", "total", False]
    assert row["low"] < 27.5 < row["high"]


def test_a_quarter_is_a_period_whatever_asked_for_it(everything: Path) -> None:
    rows = numbers_in(everything)
    proposed = rows[(rows["metric_id"] == "issues_proposed_count") & (rows["subset"] == "all")]
    # 40 in the first quarter of 2024, 3 in the last of 2025; a chart asks for 12 quarters of 4 years
    assert set(proposed["dimension"]) == {"total"}
    by_period = dict(zip(proposed["period"], proposed["value"], strict=True))
    assert (by_period["2024-Q1"], by_period[PERIOD]) == (40, 3)
    assert list(proposed["period"]) == sorted(proposed["period"])


def test_themes_compared_have_a_row_for_each_estimate(everything: Path) -> None:
    rows = numbers_in(everything)
    compared = rows[(rows["metric_id"] == "theme_comparison") & (rows["group_code"] == "water")]
    # two themes are not drawn to each other: no row is shrunken
    assert set(compared["estimate"]) == {"observed", "incidence_12m"}
    [observed] = compared[compared["estimate"] == "observed"].to_dict("records")
    assert (observed["value"], observed["note"]) == (50.0, "few_themes; not_estimable")


def test_every_metric_is_defined_in_the_readers_language(published: Path, everything: Path) -> None:
    for path, lang in ((published / "numbers.xlsx", "nl"), (everything, "en")):
        sheets = read_sheets(path)
        definitions = {row["metric_id"]: row["definition"] for row in sheets["definitions"]}
        assert definitions.keys() == {row["metric_id"] for row in sheets["numbers"]}
        assert all(text == METRICS[name].definition.render(lang) for name, text in definitions.items())


def test_it_says_what_it_was_made_from(everything: Path) -> None:
    about = {(row["item"], row["subject"]): row["value"] for row in read_sheets(everything)["about"]}
    assert about["network", None] == "Net & Werk"
    assert about["notice", None] == "Made up <data>."
    assert (about["period", None], about["as_of", None]) == (PERIOD, "2025-12-31")
    assert (about["edition", None], about["region", "NL"]) == ("coordinator", "Netherlands")
    assert about["areas", "NL"] == "NL11, NL12"
    assert (about["load", "north"], about["withheld", None]) == ("1", str(numbers_in(everything)["suppressed"].sum()))
    assert re.fullmatch("[0-9a-f]{16}", about["fingerprint", "north"])
    assert int(about["rules", None]) > 20
    assert about["version", None].startswith("ppp_metrics ")


def test_no_person_and_for_funders_no_company_stands_in_it(network: Path, published: Path, everything: Path) -> None:
    with Store(find_workspace(network).database).reading() as con:
        pseudonyms = [name for (name,) in con.execute("select participant_id from participants").fetchall()]
    ids = [line.partition(",")[0] for line in people_files(PEOPLE)["participants"].splitlines()[1:]]
    with zipfile.ZipFile(published / "numbers.xlsx") as book:
        funder = b"".join(book.read(name) for name in book.namelist()).decode("utf-8", "replace")
    coordinator = "".join(path.read_text("utf-8") for path in everything.iterdir())
    assert [each for each in (*ids, *pseudonyms) if each in funder + coordinator] == []
    assert not re.search(r"Company \d", funder)


# --- what it gives away -----------------------------------------------------------------------------------------------


def test_with_the_reports_it_gives_nothing_away(published: Path) -> None:
    found = audit(published)
    assert (found.leaks, found.files) == ((), 3 + 1)
    assert list(find_exports(published)) == [published / "numbers.xlsx"]


def test_a_withheld_cell_that_is_filled_in_is_found(copied: Path) -> None:
    workbook = copied / "numbers.xlsx"
    teachers = row_of(read_sheets(workbook)["numbers"], "NL12", "teacher")
    assert ("filled", "NL12", "teacher") in how(rewritten(workbook, teachers, value=2))
    # called shown, too: the pages withhold it
    found = how(rewritten(workbook, teachers, value=2, n=2, suppressed=False, note=None))
    assert {each for each in found if each[0] != "computed" and each[0] != "narrowed"} == {("shown", "NL12", "teacher")}


def test_a_total_that_gives_a_cell_away_is_found_without_any_report(copied: Path) -> None:
    alone = copied / "alone"
    alone.mkdir()
    shutil.move(copied / "numbers.xlsx", alone / "numbers.xlsx")
    rows = read_sheets(alone / "numbers.xlsx")["numbers"]
    assert audit(alone).passed
    # Friesland with all its experts and students shown: 23 less 12 and 9 are 2 teachers
    for role, count in (("expert", 12), ("student", 9), (None, 23)):
        found = rewritten(
            alone / "numbers.xlsx", row_of(rows, "NL12", role), value=count, n=count, suppressed=False, note=None
        )
    assert ("computed", "NL12", "teacher") in how(found)
    assert {leak.low for leak in found.leaks if leak.place.get("role") == "teacher" and leak.how == "computed"} >= {2}


def test_csv_is_read_back_too(published: Path, tmp_path: Path) -> None:
    sheets = read_sheets(published / "numbers.xlsx")
    write_folder(tmp_path / "package", sheets, "nl", {"name": "x"})
    found = audit(tmp_path)
    assert (found.leaks, found.files) == ((), 1)
    assert found.withheld == sum(row["suppressed"] for row in sheets["numbers"])
    sheets["numbers"][row_of(sheets["numbers"], "NL12", "teacher")]["n"] = 2
    shutil.rmtree(tmp_path / "package")
    write_folder(tmp_path / "package", sheets, "nl", {"name": "x"})
    assert ("filled", "NL12", "teacher") in how(audit(tmp_path))


def test_what_is_no_export_is_passed_over_and_a_broken_one_is_named(copied: Path) -> None:
    openpyxl.Workbook().save(copied / "budget.xlsx")
    (copied / "notes.xlsx").write_text("no workbook")
    assert audit(copied).files == 3 + 1
    book = openpyxl.load_workbook(copied / "numbers.xlsx")
    book["numbers"]["A2"] = "no_such_metric"
    book.save(copied / "numbers.xlsx")
    with pytest.raises(DataError, match=r"numbers\.xlsx cannot be read: .*no_such_metric"):
        audit(copied)


def test_reports_made_later_reckon_with_an_export_made_before(network: Path, tmp_path: Path) -> None:
    """The country first, as a workbook, and then the provinces, as pages: together they are as safe as at once."""
    place = Path(shutil.copytree(network, tmp_path / "again", ignore=shutil.ignore_patterns("reports")))
    ws = ppm.open_workspace(place)
    ws.export(["learning_effects"], period=PERIOD, region="NL", out=place / "reports" / "numbers.xlsx")
    ws.report(["learning_effects"], period=PERIOD, region="NL11,NL12", lang="en")
    found = audit(place / "reports")
    assert (found.leaks, found.files) == ((), 1 + 2)


def test_nothing_is_written_that_would_give_a_number_away(
    network: Path, published: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    # as if nothing but small numbers were withheld
    monkeypatch.setattr(release, "withheld_in", lambda *_: frozenset())
    with pytest.raises(DataError, match=r"No export was written, because \d+ withheld numbers could be worked out"):
        ppm.open_workspace(network).export(
            ["learning_effects"], period=PERIOD, region="NL,NL12", out=tmp_path / "numbers.xlsx"
        )
    assert list(tmp_path.iterdir()) == []


# --- the workbook -----------------------------------------------------------------------------------------------------

HOSTILE = ("=1+1", "+31 6", "-x", "@SUM(A1)", "\tx", "<b>&", "'s-Hertogenbosch", "bel\x07")


def sheets(labels: tuple[str, ...] = HOSTILE) -> dict[str, list[dict[str, Any]]]:
    """An export by hand: a rate of as many themes as there are labels, of which the last is withheld."""
    row = {
        "metric_id": "implementation_rate_pct",
        "metric_label": "Implementation rate",
        "estimate": "observed",
        "period": PERIOD,
        "region_code": "NL",
        "region_name": "Nederland",
        "dimension": "theme",
        "subset": "all",
        "unit": "pct",
        "value": 27.5,
        "low": 16.1,
        "high": 42.8,
        "n": 1340,
        "numerator": 368,
        "denominator": 1340,
        "suppressed": False,
    }
    numbers = [{**row, "group_code": label, "group_label": label} for label in labels]
    numbers[-1] |= {**dict.fromkeys(MEASURES), "suppressed": True, "note": "suppressed"}
    about = {"edition": "funder", "as_of": "2025-12-31"}
    definition = {field.name: "x" for field in DEFINITIONS.fields} | {"metric_id": row["metric_id"], "min_n": 10}
    return {
        "numbers": numbers,
        "definitions": [definition],
        "about": [{"item": item, "item_label": item, "value": value} for item, value in about.items()],
    }


def test_a_workbook_is_ready_to_work_with(tmp_path: Path) -> None:
    write_workbook(tmp_path / "numbers.xlsx", sheets(), "nl", DAY)
    book = openpyxl.load_workbook(tmp_path / "numbers.xlsx")
    assert book.sheetnames == ["numbers", "definitions", "about"]
    for sheet, declared in zip(book, SHEETS, strict=True):
        assert [cell.value for cell in sheet[1]] == [field.name for field in declared.fields]
        for field, cell in zip(declared.fields, sheet[1], strict=True):
            assert cell.comment is not None
            assert field.description.render("nl") in cell.comment.text
        assert sheet.freeze_panes in ("A2", "C2")
        assert sheet.auto_filter.ref == sheet.dimensions
    first = dict(zip((field.name for field in NUMBERS.fields), book["numbers"][2], strict=True))
    assert (first["value"].value, first["value"].number_format) == (27.5, "#,##0.0")
    assert (first["n"].value, first["n"].number_format) == (1340, "#,##0")
    assert first["suppressed"].value is False


def test_no_text_becomes_a_formula(tmp_path: Path) -> None:
    write_workbook(tmp_path / "numbers.xlsx", sheets(), "en", DAY)
    write_folder(tmp_path / "package", sheets(), "en", {"name": "x"})
    book = openpyxl.load_workbook(tmp_path / "numbers.xlsx")
    assert {cell.data_type for sheet in book for row in sheet.iter_rows() for cell in row} <= {"s", "n", "b"}
    with (tmp_path / "package" / "numbers.csv").open(encoding="utf-8", newline="") as stream:
        labels = [row["group_label"] for row in csv.DictReader(stream)]
    assert labels == ["'=1+1", "'+31 6", "'-x", "'@SUM(A1)", "'\tx", "<b>&", "'s-Hertogenbosch", "bel\x07"]
    # who reads them back gets what was written; a control character, which Excel cannot hold, is left out
    assert [row["group_code"] for row in read_sheets(tmp_path / "package")["numbers"]] == list(HOSTILE)
    assert [row["group_code"] for row in read_sheets(tmp_path / "numbers.xlsx")["numbers"]][-1] == "bel"


def test_the_same_numbers_make_the_same_bytes(tmp_path: Path) -> None:
    made = []
    for name in ("first", "second"):
        write_workbook(tmp_path / f"{name}.xlsx", sheets(), "nl", DAY)
        made.append((tmp_path / f"{name}.xlsx").read_bytes())
    assert made[0] == made[1]
    with zipfile.ZipFile(tmp_path / "first.xlsx") as book:
        assert {entry.date_time for entry in book.infolist()} == {(1980, 1, 1, 0, 0, 0)}
        assert b"2025-12-31T00:00:00Z</dcterms:modified>" in book.read("docProps/core.xml")


# --- the data package -------------------------------------------------------------------------------------------------

DATA_PACKAGE: dict[str, Any] = {
    "type": "object",
    "required": ["resources", "name"],
    "properties": {
        "$schema": {"const": "https://datapackage.org/profiles/2.0/datapackage.json"},
        "profile": {"const": "tabular-data-package"},
        "name": {"pattern": "^[-a-z0-9._/]+$"},
        "created": {"pattern": r"^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\dZ$"},
        "sources": {"type": "array", "minItems": 1, "items": {"required": ["title"]}},
        "resources": {
            "type": "array",
            "minItems": 1,
            "items": {
                "type": "object",
                "required": ["name", "path", "schema"],
                "properties": {
                    "name": {"pattern": "^[-a-z0-9._/]+$"},
                    "type": {"const": "table"},
                    "path": {"pattern": r"^(?=^[^./~])(?!.*\.\.)[^/\\]+$"},
                    "bytes": {"type": "integer"},
                    "hash": {"pattern": "^sha256:[0-9a-f]{64}$"},
                    "encoding": {"const": "utf-8"},
                    "schema": {
                        "type": "object",
                        "required": ["fields"],
                        "properties": {
                            "missingValues": {"type": "array", "items": {"type": "string"}},
                            "primaryKey": {"type": "array", "minItems": 1, "items": {"type": "string"}},
                            "foreignKeys": {"items": {"required": ["fields", "reference"]}},
                            "fields": {
                                "type": "array",
                                "minItems": 1,
                                "items": {
                                    "type": "object",
                                    "required": ["name", "type", "title", "description"],
                                    "properties": {
                                        "type": {"enum": ["string", "number", "integer", "boolean"]},
                                        "constraints": {"properties": {"required": {"type": "boolean"}}},
                                    },
                                },
                            },
                        },
                    },
                },
            },
        },
    },
}
"""What version 2 of the standard demands of a descriptor, as far as ours has it."""
LEXICAL = {"string": ".*", "number": r"-?\d+(\.\d+)?", "integer": r"-?\d+", "boolean": "true|false"}


def test_a_folder_is_a_valid_data_package(everything: Path) -> None:
    descriptor = json.loads((everything / "datapackage.json").read_text("utf-8"))
    jsonschema.validate(descriptor, DATA_PACKAGE)
    assert {path.name for path in everything.iterdir()} == {
        "datapackage.json", *(resource["path"] for resource in descriptor["resources"]),
    }  # fmt: skip
    tables = {}
    for resource in descriptor["resources"]:
        content = (everything / resource["path"]).read_bytes()
        assert resource["bytes"] == len(content)
        assert resource["hash"] == f"sha256:{hashlib.sha256(content).hexdigest()}"
        rows = list(csv.DictReader(content.decode("utf-8").splitlines(keepends=True)))
        tables[resource["name"]] = rows
        fields = resource["schema"]["fields"]
        assert list(rows[0]) == [field["name"] for field in fields]
        for field in fields:
            for text in (row[field["name"]] for row in rows):
                if text in resource["schema"]["missingValues"]:
                    assert not field.get("constraints", {}).get("required"), (resource["name"], field["name"])
                else:
                    assert re.fullmatch(LEXICAL[field["type"]], text, re.DOTALL), (field["name"], text)
        if key := resource["schema"].get("primaryKey"):
            assert len({tuple(row[name] for name in key) for row in rows}) == len(rows)
    assert {row["metric_id"] for row in tables["numbers"]} <= {row["metric_id"] for row in tables["definitions"]}


# --- where it is written ----------------------------------------------------------------------------------------------


def test_the_same_state_makes_the_same_package_in_place_of_the_old(
    network: Path, everything: Path, tmp_path: Path
) -> None:
    again = Path(shutil.copytree(everything, tmp_path / "package"))
    (again / "numbers.csv").write_text("old\n")
    made = ppm.open_workspace(network).export(period=PERIOD, lang="en", edition="coordinator", out=again)
    assert (made.path, made.numbers) == (again, len(numbers_in(everything)))
    for path in everything.iterdir():
        assert (again / path.name).read_bytes() == path.read_bytes(), path.name
    assert [path.name for path in tmp_path.iterdir()] == ["package"]


@pytest.mark.parametrize(
    ("changed", "error", "said"),
    [
        ({"out": "numbers.csv"}, UsageError, r"a workbook, FILE\.xlsx, or a folder .* not 'numbers\.csv'"),
        ({"lang": "all"}, UsageError, "An export is in nl or en, not in 'all'"),
        ({"lang": "nll"}, UsageError, "Did you mean nl"),
        ({"period": "2025-Q5"}, UsageError, "is not a period"),
        ({"region": "NL99"}, UsageError, "There is no region 'NL99'"),
        ({"edition": "funders"}, UsageError, "Did you mean funder"),
        ({"notebooks": ["learning_effect"]}, UsageError, "Did you mean learning_effects"),
        ({"period": "2020-Q1"}, DataError, "there is nothing to report"),
    ],
)
def test_what_cannot_be_is_refused(
    network: Path, tmp_path: Path, changed: dict[str, Any], error: type[Exception], said: str
) -> None:
    asked: dict[str, Any] = {"notebooks": ["learning_effects"], "period": PERIOD, "out": "numbers.xlsx"} | changed
    with pytest.raises(error, match=said):
        ppm.open_workspace(network).export(**(asked | {"out": tmp_path / asked["out"]}))
    assert list(tmp_path.iterdir()) == []


def test_a_folder_of_somebody_else_is_left_alone(network: Path, tmp_path: Path) -> None:
    (tmp_path / "thesis.docx").write_text("mine")
    with pytest.raises(DataError, match=r"holds other files, such as thesis\.docx"):
        ppm.open_workspace(network).export(period=PERIOD, out=tmp_path)
    assert [path.name for path in tmp_path.iterdir()] == ["thesis.docx"]


def test_failed_checks_stop_it(tmp_path: Path) -> None:
    """An issue that was accepted before it was proposed breaks a critical rule."""
    issues = (
        "issue_id,partner_id,theme_code,innovation_type,obligation,status,proposed_date,accepted_date\n"
        "i1,c1,water,product,result,in_progress,2025-05-01,2025-04-01\n"
    )
    place = make_network(tmp_path, issues=issues, outcomes="outcome_id,issue_id,delivered_date\no1,i1,2025-06-01\n")
    with pytest.raises(DataError, match="not fit to publish"):
        ppm.open_workspace(place).export(period=PERIOD, out=tmp_path / "numbers.xlsx")


@pytest.mark.parametrize(
    ("last_cell", "says"),
    [
        ("1 / 0", "broken for NL, 2025-Q4 stopped: ZeroDivisionError"),
        ("import os; os._exit(1)", "The process of one of these notebooks ended: broken. Perhaps the machine has too"),
    ],
)
def test_a_notebook_that_fails_is_named(network: Path, tmp_path: Path, last_cell: str, says: str) -> None:
    source = json.loads((network / "notebooks" / "learning_effects.ipynb").read_text("utf-8"))
    source["cells"][-1] |= {"source": last_cell, "cell_type": "code", "outputs": [], "execution_count": None}
    broken = tmp_path / "broken.ipynb"
    broken.write_text(json.dumps(source), "utf-8")
    with pytest.raises(DataError, match=says):
        ppm.open_workspace(network).export([str(broken)], period=PERIOD, out=tmp_path / "numbers.xlsx")


def test_the_command_says_how_much_it_wrote(
    network: Path, published: Path, tmp_path: Path, capsys: pytest.CaptureFixture, monkeypatch: pytest.MonkeyPatch
) -> None:
    def run(*arguments: str) -> tuple[int, str, str]:
        monkeypatch.setenv("PPP_METRICS_LANG", "en")
        monkeypatch.setattr("sys.argv", ["ppp-metrics", *arguments, "--workspace", str(network)])
        code = 0
        try:
            cli.main()
        except SystemExit as end:
            code = int(end.code or 0)
        printed = capsys.readouterr()
        return code, printed.out, printed.err

    out = tmp_path / "numbers.xlsx"
    code, said, _ = run("export", "learning_effects", "--period", PERIOD, "--region", "NL12", "--out", str(out))
    assert code == 0
    assert re.fullmatch(rf"\d+ numbers, \d+ of them withheld: {out}\n", said)
    assert run("export", "--period", PERIOD, "--out", str(tmp_path / "numbers.xls"))[0] == 2
    assert run("export", "--period", PERIOD, "--out", str(tmp_path), "--region", "NL11")[0] == 1


# --- texts ------------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("where", "text"),
    [
        ({}, "all"),
        ({"obligation": ["result"]}, "obligation=result"),
        ({"theme": ["water", "energy"], "obligation": ["result"]}, "obligation=result; theme=water|energy"),
        ({"theme": ["a=b; c|d%"]}, "theme=a%3Db%3B c%7Cd%25"),
    ],
)
def test_conditions_are_a_text_and_back(where: dict[str, list[str]], text: str) -> None:
    assert subset_text(where) == text
    assert conditions_in(text) == where


def test_rows_stand_by_region_metric_period_and_slice_each_once() -> None:
    def row(metric: str, region: str, group: str = "total") -> dict[str, Any]:
        dimension = "total" if group == "total" else "theme"
        keys = {"estimate": "observed", "period": PERIOD, "subset": "all", "dimension": dimension, "group_code": group}
        return {"metric_id": metric, "region_code": region, **keys}

    rows = [
        row("participants_count", "NL"),
        row("issues_proposed_count", "NL", "water"),
        row("issues_proposed_count", "NL", "energy"),
        row("issues_proposed_count", "NL"),
        row("participants_count", "NL"),
        row("issues_proposed_count", "NL11"),
    ]
    assert [(each["region_code"], each["metric_id"], each["group_code"]) for each in in_order(rows)] == [
        ("NL", "issues_proposed_count", "total"),
        ("NL", "issues_proposed_count", "water"),
        ("NL", "issues_proposed_count", "energy"),
        ("NL", "participants_count", "total"),
        ("NL11", "issues_proposed_count", "total"),
    ]


def test_every_field_is_declared_once_and_described() -> None:
    for sheet in SHEETS:
        names = [field.name for field in sheet.fields]
        assert len(set(names)) == len(names)
        assert set(sheet.key) <= {field.name for field in sheet.fields if field.required}
    assert ABOUT.key == ()
