"""The demo files are what the generator writes, say that they are synthetic, and hold only the faults they list."""

import json
import os
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import duckdb
import pytest
from python_calamine import CalamineWorkbook

from ppp_metrics.records import ingest
from ppp_metrics.records.deliveries import deliveries
from ppp_metrics.records.store import Store

ROOT = Path(__file__).parents[1]
DEMO = ROOT / "data" / "demo"
TABLE_FILES = {".csv", ".tsv", ".xlsx", ".ods", ".parquet"}


def table_files(folder: Path) -> dict[str, Path]:
    return {str(file.relative_to(folder)): file for file in sorted(folder.rglob("*")) if file.suffix in TABLE_FILES}


def cells(file: Path) -> object:
    """What a file says: bytes of a text file, else its cells."""
    if file.suffix == ".parquet":
        relation = duckdb.read_parquet(str(file))
        return relation.columns, [str(kind) for kind in relation.types], relation.fetchall()
    if file.suffix in (".xlsx", ".ods"):
        book = CalamineWorkbook.from_path(file)
        return {name: book.get_sheet_by_name(name).to_python() for name in book.sheet_names}
    return file.read_bytes()


@pytest.fixture(scope="module")
def regenerated(tmp_path_factory: pytest.TempPathFactory) -> Path:
    target = tmp_path_factory.mktemp("demo")
    environment = os.environ | {"PYTHONPATH": str(ROOT), "PYTHONDONTWRITEBYTECODE": "1"}
    subprocess.run([sys.executable, DEMO / "generate.py", target], check=True, env=environment)
    return target


@pytest.fixture(scope="module")
def records(tmp_path_factory: pytest.TempPathFactory) -> Iterator[duckdb.DuckDBPyConnection]:
    store = Store(tmp_path_factory.mktemp("workspace") / "demo.duckdb")
    ingest.load(store, deliveries([DEMO], None), key=b"a key for this test only")
    with store.reading() as con:
        yield con


def test_committed_files_are_what_the_generator_writes(regenerated: Path) -> None:
    committed, fresh = table_files(DEMO), table_files(regenerated)
    assert committed.keys() == fresh.keys()
    assert [name for name in committed if cells(committed[name]) != cells(fresh[name])] == []
    assert (DEMO / "expected_quarantine.json").read_bytes() == (regenerated / "expected_quarantine.json").read_bytes()


def test_six_suppliers_send_table_files_only_and_together_stay_small() -> None:
    folders = [folder for folder in DEMO.iterdir() if folder.is_dir() and not folder.name.startswith(("_", "."))]
    files = [file for folder in folders for file in folder.rglob("*") if file.is_file()]
    assert len(folders) == 6
    assert {file.suffix for file in files} == TABLE_FILES
    assert sum(file.stat().st_size for file in files) < 2_500_000


def test_it_says_that_it_is_synthetic(records: duckdb.DuckDBPyConnection) -> None:
    assert "Everything in this folder is synthetic" in (DEMO / "README.md").read_text(encoding="utf-8")
    for table in ("partnerships", "partners", "workplaces"):
        assert records.execute(f"select name from {table} where not contains(name, '(fictief)')").fetchall() == []


def test_all_rows_become_records_but_the_listed_ones(records: duckdb.DuckDBPyConnection) -> None:
    listed = json.loads((DEMO / "expected_quarantine.json").read_text(encoding="utf-8"))
    aside = records.execute(
        """select l.supplier, s.file, s.sheet, q.source_row, q.table_name, q.column_name, q.row_kept
           from quarantine q join sources s using (load_id, source_id) join loads l using (load_id)"""
    ).fetchall()
    keys = ("supplier", "file", "sheet", "row", "table", "column", "row_kept")
    faults = [tuple(fault[key] for key in keys) for fault in listed if fault["reason_kind"] != "repeat"]
    assert sorted(map(str, aside)) == sorted(map(str, faults))
    repeats = records.execute("select table_name, source_row from repeats").fetchall()
    assert repeats == [(fault["table"], fault["row"]) for fault in listed if fault["reason_kind"] == "repeat"]


def test_the_readme_names_each_listed_fault() -> None:
    lines = (DEMO / "README.md").read_text(encoding="utf-8").splitlines()
    for fault in json.loads((DEMO / "expected_quarantine.json").read_text(encoding="utf-8")):
        place = f"| {fault['supplier']} | {fault['file']}"
        assert any(line.startswith(place) and str(fault["row"]) in line for line in lines), fault


@pytest.mark.parametrize(
    ("table", "rows"),
    [
        ("partnerships", 6),
        ("partners", 314),
        ("issues", 2000),
        ("outcomes", 1396),
        ("participants", 2871),
        ("participations", 7276),
        ("assessments", 7588),
        ("interactions", 4047),
        ("targets", 2145),
    ],
)
def test_size_of_the_network(records: duckdb.DuckDBPyConnection, table: str, rows: int) -> None:
    assert records.execute(f"select count(*) from {table}").fetchall() == [(rows,)]


def test_people_come_back_and_are_measured_again(records: duckdb.DuckDBPyConnection) -> None:
    rounds = """select count(*) from (select supplier, participant_id, competence_code from assessments
                where moment = 'post' {} group by all having count(distinct assessed_date) > 1)"""
    [(again,)] = records.execute(rounds.format("")).fetchall()
    [(yearly,)] = records.execute(rounds.format("and issue_id is null")).fetchall()
    assert again > 200
    assert yearly > 20


def test_companies_of_two_partnerships_share_a_registration_number(records: duckdb.DuckDBPyConnection) -> None:
    # 4 + 3 + 3 + 2 companies of SHARED_COMPANIES in scenario.py
    shared = """select registration_number from partners where registration_number is not null
                group by all having count(distinct supplier) = 2 and count(distinct name) = 1"""
    assert len(records.execute(shared).fetchall()) == 12


def test_nothing_happened_after_the_last_working_day(records: duckdb.DuckDBPyConnection) -> None:
    dates = records.execute(
        """select table_name, column_name from information_schema.columns
           where data_type = 'DATE' and table_name in ('issues', 'outcomes', 'participations', 'assessments',
                 'interactions', 'value_stories', 'agreements', 'memberships', 'workplaces')"""
    ).fetchall()
    assert len({table for table, _ in dates}) == 9
    for table, column in dates:
        assert records.execute(f"select 1 from {table} where {column} > date '2026-11-20' limit 1").fetchall() == [], (
            table
        )


def test_issues_follow_the_school_year(records: duckdb.DuckDBPyConnection) -> None:
    months = records.execute("select month(proposed_date) from issues group by 1 order by count(*) desc").fetchall()
    ordered = [month for (month,) in months]
    assert ordered[:2] == [9, 2]
    assert ordered[-2:] == [8, 7]


def test_the_network_grows_with_a_dip_in_2024(records: duckdb.DuckDBPyConnection) -> None:
    years = dict(records.execute("select year(proposed_date), count(*) from issues group by 1").fetchall())
    assert years[2022] < years[2023] > years[2024] < years[2025]


@pytest.mark.parametrize(
    ("dimension", "often", "seldom"),
    [("theme_code", "making-robotics", "living-care"), ("obligation", "result", "effort")],
)
def test_some_solutions_are_used_within_a_year_more_often(
    records: duckdb.DuckDBPyConnection, dimension: str, often: str, seldom: str
) -> None:
    used = f"""select {dimension}, 100 * avg((exists (from outcomes o where o.supplier = i.supplier
                      and o.issue_id = i.issue_id and o.implemented_date <= i.accepted_date + 365))::int)
               from issues i where accepted_date <= date '2025-11-20' group by 1"""
    rates = dict(records.execute(used).fetchall())
    assert rates[often] > rates[seldom] + 10
