"""A mapping that comes by mail sees the rows of its own files, and nothing else."""

from __future__ import annotations

import os
from pathlib import Path

import duckdb
import pytest

from ppp_metrics.errors import DataError
from ppp_metrics.records.enclosure import enclosure
from tests.deliveries import PARTNERS, deliver, rows, store
from tests.test_mappings import EXPORT, ONE_ISSUE_A_ROW, ONE_PARTNER_A_FIRM, write_mapping

SECRET = "Secret Ltd"

ELSEWHERE = [
    "(select string_agg(name) from history.partners)",
    "(select string_agg(name) from main.history.partners)",
    "(select string_agg(name) from ppp.history.partners)",
    "(select string_agg(supplier) from main.loads)",
    "(select string_agg(name) from query_table('history.partners'))",
    "(select string_agg(name) from query('from history.partners'))",
    "(select any_value(a) from query('attach ''{database}'' as other; select 1 as a'))",
    "(select string_agg(content) from read_text('{database}'))",
    "(select string_agg(content::varchar) from read_blob('{folder}/*'))",
    "(select string_agg(file) from glob('{folder}/*'))",
    "(select string_agg(name) from read_csv('{folder}/other/partners.csv'))",
    "(select string_agg(name) from '{folder}/other/partners.csv')",
    "(select any_value(extension_name) from duckdb_extensions())",
    "(select string_agg(name) from read_duckdb('{database}', table_name = 'partners'))",
    "getenv('HOME')",
    "(select string_agg(name) from partners)",
    "cleaned(firm)",
    "pseudonym(firm)",
]
SEES_NOTHING = [
    "getvariable('inner_key')::varchar",
    "getvariable('supplier')",
    "(select string_agg(table_name || sql) from duckdb_tables() where table_name in ('loads', 'partners'))",
    "(select string_agg(table_name) from information_schema.tables where table_name in ('loads', 'partners'))",
    "(select string_agg(tablename) from pg_catalog.pg_tables where tablename in ('loads', 'quarantine'))",
    "(select string_agg(function_name) from duckdb_functions() where function_name = 'pseudonym')",
    "(select string_agg(path) from duckdb_databases() where path like '%ppp.duckdb')",
    "(select string_agg(value) from duckdb_settings() where value like '%ppp.duckdb%')",
    "(select string_agg(name) from duckdb_secrets())",
    "(with partners as (select 'x' as name where false) select string_agg(name) from partners)",
]


def mapped(tmp_path: Path, expression: str) -> Path:
    """A mapping of which a title is what it finds elsewhere; another supplier stands in the database."""
    other = {"partners.csv": PARTNERS.replace("Aa", SECRET)}
    deliver(tmp_path, other, supplier="other")
    words = expression.replace("{folder}", str(tmp_path)).replace("{database}", str(tmp_path / "ppp.duckdb"))
    issues = ONE_ISSUE_A_ROW.format("export").replace("select ", f"select {words} as title, ", 1)
    return write_mapping(tmp_path, issues, partners=ONE_PARTNER_A_FIRM)


@pytest.mark.parametrize("expression", ELSEWHERE)
def test_what_is_elsewhere_does_not_exist(tmp_path: Path, expression: str) -> None:
    mapping = mapped(tmp_path, expression)
    with pytest.raises(DataError, match=r"issues\.sql does not run") as refused:
        deliver(tmp_path, {"export.csv": EXPORT}, mapping=mapping)
    assert SECRET not in str(refused.value)


@pytest.mark.parametrize("expression", SEES_NOTHING)
def test_what_is_asked_of_the_session_says_nothing_of_the_workspace(tmp_path: Path, expression: str) -> None:
    deliver(tmp_path, {"export.csv": EXPORT}, mapping=mapped(tmp_path, expression))
    assert rows(tmp_path, "select distinct title from issues") == [(None,)]


@pytest.mark.parametrize(
    "sql",
    [
        "select 1; attach 'x.duckdb'",
        "pragma database_list",
        "set enable_external_access = true",
        "install httpfs",
        "copy source to 'x.csv'",
        "create table x as from source",
        "call pragma_version()",
        "select 1 /* ; */; -- x\nselect 2",
    ],
)
def test_it_is_one_select(tmp_path: Path, sql: str) -> None:
    with pytest.raises(DataError, match=r"issues\.sql"):
        deliver(tmp_path, {"export.csv": EXPORT}, mapping=write_mapping(tmp_path, sql))
    assert not store(tmp_path).path.exists()


def test_one_mapping_does_not_see_what_another_made(tmp_path: Path) -> None:
    mapping = write_mapping(tmp_path, ONE_ISSUE_A_ROW.format("result_of_the_query"))
    with pytest.raises(DataError, match="There is no 'result_of_the_query'"):
        deliver(tmp_path, {"export.csv": EXPORT}, mapping=mapping)


def test_settings_stay_locked_and_nothing_is_left_on_the_disk(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("tempfile.tempdir", str(tmp_path))
    con = duckdb.connect()
    con.execute("create temp table cells as select 'a' as cell")
    with enclosure() as own:
        [folder] = tmp_path.iterdir()
        assert os.name != "posix" or folder.stat().st_mode & 0o777 == 0o700
        own.lend(con, "cells")
        own.name("source", ["cells"])
        with own.closed_off() as alone:
            assert alone.execute("from source").fetchall() == [("a",)]
            for statement in ("set enable_external_access = true", "reset lock_configuration", "load httpfs"):
                with pytest.raises(duckdb.Error):
                    alone.execute(statement)
    assert list(tmp_path.iterdir()) == []
