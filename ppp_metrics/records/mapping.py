"""Files of another shape: a folder with one `<table>.sql` each, a SELECT over the source files.

Each source is a relation named after its file (and sheet), and `source` is all of them: text columns named by their
headers, and `source_row`. A mapping passes `source_row` on, or a list of them where it makes one record of many rows.
"""

from __future__ import annotations

import re
from pathlib import Path
from typing import TYPE_CHECKING

from ppp_metrics.errors import DataError, UsageError
from ppp_metrics.language import msg, nearest
from ppp_metrics.records.model import BY_NAME, TABLES, Table
from ppp_metrics.records.reader import Source, quoted_name, text_of, unique_headers

if TYPE_CHECKING:
    from duckdb import DuckDBPyConnection


def mapping_files(folder: Path) -> dict[str, Path]:
    """Table name -> SQL file. Raises UsageError for a folder without any, or with a name that is no table."""
    found = {path.stem: path for path in sorted(folder.glob("*.sql"))}
    if not found:
        raise UsageError(msg("{folder} is not a mapping: it holds no <table>.sql.", folder=folder))
    for name in found:
        if name not in BY_NAME:
            guess = nearest(name, BY_NAME) or ", ".join(BY_NAME)
            raise UsageError(msg("{folder}: '{name}.sql' is not named after a table. Did you mean: {guess}?",
                                 folder=folder, name=name, guess=guess))  # fmt: skip
    return found


def map_sources(con: DuckDBPyConnection, folder: Path, sources: list[Source]) -> list[tuple[Table, str]]:
    """Each mapped table with SQL for its texts: origin (a number within the table), origins, and the text columns."""
    _create_relations(con, sources)
    con.execute("set enable_external_access = false")
    mapped = mapping_files(folder)
    return [(table, _map_table(con, table, mapped[table.name])) for table in TABLES if table.name in mapped]


def unused_rows(con: DuckDBPyConnection, tables: list[Table]) -> list[int]:
    """The origins of the source rows that no mapped record stands on."""
    used = " union all ".join(f"select unnest(origins) from mapped_{table.name}" for table in tables)
    rows = con.execute(f"select source_row from source where source_row not in ({used}) order by 1").fetchall()
    return [row for (row,) in rows]


def _create_relations(con: DuckDBPyConnection, sources: list[Source]) -> None:
    names = [_relation_name(source, sources) for source in sources]
    for source, name in zip(sources, names, strict=True):
        headers = ", ".join(
            f"c{i} as {quoted_name(header)}" for i, header in enumerate(unique_headers(source.headers))
        )
        con.execute(
            f"create temp table {quoted_name(name)} as select {headers}, origin as source_row from ({source.sql})"
        )
    everything = " union all by name ".join(f"select * from {quoted_name(name)}" for name in names)
    con.execute(f"create temp view source as {everything}")


def _relation_name(source: Source, sources: list[Source]) -> str:
    alone = sum(other.path == source.path for other in sources) == 1
    words = source.path.stem if alone or not source.sheet else f"{source.path.stem} {source.sheet}"
    return re.sub(r"\W+", "_", words).strip("_").lower()


def _map_table(con: DuckDBPyConnection, table: Table, path: Path) -> str:
    import duckdb

    sql = path.read_text(encoding="utf-8")
    try:
        statements = duckdb.extract_statements(sql)
        if len(statements) != 1 or statements[0].type != duckdb.StatementType.SELECT:
            raise DataError(msg("The mapping {file} must be one SELECT.", file=path.name))
        query = sql.strip().rstrip(";")
        described = {name: str(kind) for name, kind, *_ in con.execute(f"describe {query}").fetchall()}
    except duckdb.Error as error:
        raise DataError(msg("The mapping {file} does not run: {error}",
                            file=path.name, error=str(error).splitlines()[0])) from None  # fmt: skip
    _refuse_wrong_columns(table, path, described)
    cells = ", ".join(
        f"{text_of(name, kind)} as {name}" for name, kind in described.items() if name in table.by_name
    )
    rows = "source_row" if described["source_row"].endswith("[]") else "[source_row]"
    try:
        con.execute(
            f"create temp table mapped_{table.name} as "
            f"select row_number() over () as origin, list_sort({rows}::bigint[]) as origins, {cells} from ({query}\n)"
        )
    except duckdb.Error as error:
        raise DataError(msg("The mapping {file} does not run: {error}",
                            file=path.name, error=str(error).splitlines()[0])) from None  # fmt: skip
    missing = "".join(f", null::varchar as {name}" for name in table.by_name if name not in described)
    return f"select *{missing} from mapped_{table.name}"


def _refuse_wrong_columns(table: Table, path: Path, described: dict[str, str]) -> None:
    if described.get("source_row") not in ("BIGINT", "BIGINT[]"):
        raise DataError(msg("The mapping {file} must pass on source_row (or list(source_row)), so that every record "
                            "points to its rows.", file=path.name))  # fmt: skip
    for name in described:
        if name not in table.by_name and name != "source_row":
            guess = nearest(name, table.by_name) or ", ".join(table.by_name)
            raise DataError(msg("The mapping {file}: {table} has no column '{column}'. Did you mean: {guess}?",
                                file=path.name, table=table.name, column=name, guess=guess))  # fmt: skip
    for column in table.columns:
        if column.required and column.name not in described:
            raise DataError(msg("The mapping {file} lacks the required column {column} of {table}.",
                                file=path.name, column=column.name, table=table.name))  # fmt: skip
