"""Files of another shape: a folder with one `<table>.sql` each, a SELECT over the source files.

Each source is a relation named after its file (and sheet), and `source` is all of them: text columns named by their
headers, without white space around the text and null where nothing is left, and `source_row`. A mapping passes
`source_row` on, or a list of them where it makes one record of many rows.
"""

from __future__ import annotations

import re
from pathlib import Path
from typing import TYPE_CHECKING

from ppp_metrics.errors import DataError, UsageError
from ppp_metrics.language import msg, nearest
from ppp_metrics.records.model import BY_NAME, TABLES, Table
from ppp_metrics.records.reader import ROW_BITS, Source, quoted_name, text_of, unique_headers

if TYPE_CHECKING:
    from duckdb import DuckDBPyConnection

SOURCE_CELLS = "cells_to_map"


def mapping_files(folder: Path) -> dict[str, Path]:
    """Table name -> SQL file. Raises UsageError for a folder without any, or with a name that is no table."""
    found = {path.stem: path for path in sorted(folder.glob("*.sql"))}
    if not found:
        raise UsageError(msg("{folder} is not a mapping: it holds no <table>.sql.", folder=folder))
    for name in found:
        if name not in BY_NAME:
            guess = nearest(name, BY_NAME) or ", ".join(BY_NAME)
            raise UsageError(
                msg(
                    "{folder}: '{name}.sql' is not named after a table. Did you mean: {guess}?",
                    folder=folder,
                    name=name,
                    guess=guess,
                )
            )
    return found


def map_sources(con: DuckDBPyConnection, folder: Path, sources: list[Source]) -> list[tuple[Table, str]]:
    """Each mapped table with SQL for its texts: origin (a number within the table), origins, and the text columns.

    Raises DataError for a SELECT that does not run, or that does not fit the model or its own source rows.
    """
    names = _create_relations(con, sources)
    con.execute("set enable_external_access = false")
    mapped = mapping_files(folder)
    result = [(table, _map_table(con, table, mapped[table.name])) for table in TABLES if table.name in mapped]
    # A file may be called `loads` or `issues`: its relation must not stand before the store's own one any longer.
    for name in names:
        con.execute(f"drop view temp.{quoted_name(name)}")
    return result


def mapped_columns(con: DuckDBPyConnection, table: Table) -> list[str]:
    """The columns of a table that its mapping gives, empty or not."""
    return [name for name, *_ in con.execute(f"describe mapped_{table.name}").fetchall() if name in table.by_name]


def unused_rows(con: DuckDBPyConnection, tables: list[Table]) -> list[int]:
    """The origins of the source rows that the mapping leaves out.

    No record stands on such a row; or it gives a partner and no issue, in a file in which rows give both: else a wrong
    WHERE in issues.sql would not show where partners.sql uses every row.
    """
    used = " union all ".join(
        f"select '{table.name}' as table_name, unnest(origins) as source_row from mapped_{table.name}"
        for table in tables
    )
    rows = con.execute(
        f"with used as ({used}), "
        "gives as (select source_row, count(table_name) as records, "
        "coalesce(bool_or(table_name = 'partners'), false) as partner, "
        "coalesce(bool_or(table_name = 'issues'), false) as issue "
        f"from {SOURCE_CELLS} left join used using (source_row) group by source_row), "
        f"judged as (select *, bool_or(partner and issue) over (partition by source_row >> {ROW_BITS}) as gives_both "
        "from gives) "
        "select source_row from judged where records = 0 or (gives_both and partner and not issue) order by 1"
    ).fetchall()
    return [row for (row,) in rows]


def _create_relations(con: DuckDBPyConnection, sources: list[Source]) -> list[str]:
    """The names of the relations; files of one name in two folders are one relation."""
    parts: dict[str, list[str]] = {}
    for source in sources:
        # A file's own source_row would hide the place of its rows.
        names = [re.sub(r"(?i)^source_row$", "source_row 2", name) for name in unique_headers(source.headers)]
        headers = ", ".join(f"cleaned(c{i}) as {quoted_name(name)}" for i, name in enumerate(names))
        cells = f"{SOURCE_CELLS}_{source.source_id}"
        filled = ", ".join(f"cleaned(c{i})" for i in range(len(names)))
        con.execute(
            f"create or replace temp table {cells} as select {headers}, origin as source_row from ({source.sql}) "
            f"where coalesce({filled}) is not null"
        )
        parts.setdefault(_relation_name(source, sources), []).append(f"select * from {cells}")
    con.execute(
        f"create or replace temp view {SOURCE_CELLS} as "
        + " union all by name ".join(part for own in parts.values() for part in own)
    )
    parts["source"] = [f"select * from {SOURCE_CELLS}"]
    for name, own in parts.items():
        con.execute(f"create or replace temp view {quoted_name(name)} as " + " union all by name ".join(own))
    return list(parts)


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
        raise DataError(
            msg("The mapping {file} does not run: {error}", file=path.name, error=str(error).splitlines()[0])
        ) from None
    _refuse_wrong_columns(table, path, described)
    names = [name for name in described if name in table.by_name]
    cells = ", ".join(f"{text_of(name, described[name])} as {name}" for name in names)
    rows = "source_row" if described["source_row"].endswith("[]") else "[source_row]"
    try:
        con.execute(
            f"create or replace temp table mapped_{table.name} as "
            f"select row_number() over (order by {', '.join(['origins', *names])}) as origin, * from "
            f"(select list_sort({rows}::bigint[]) as origins, {cells} from ({query}\n))"
        )
    except duckdb.Error as error:
        raise DataError(
            msg("The mapping {file} does not run: {error}", file=path.name, error=str(error).splitlines()[0])
        ) from None
    _refuse_rows_without_source(con, table, path)
    missing = "".join(f", null::varchar as {name}" for name in table.by_name if name not in described)
    return f"select *{missing} from mapped_{table.name}"


def _refuse_wrong_columns(table: Table, path: Path, described: dict[str, str]) -> None:
    if described.get("source_row") not in ("BIGINT", "BIGINT[]"):
        raise DataError(
            msg(
                "The mapping {file} must pass on source_row (or list(source_row)), so that every record "
                "points to its rows.",
                file=path.name,
            )
        )
    for name in described:
        if name not in table.by_name and name != "source_row":
            guess = nearest(name, table.by_name) or ", ".join(table.by_name)
            raise DataError(
                msg(
                    "The mapping {file}: {table} has no column '{column}'. Did you mean: {guess}?",
                    file=path.name,
                    table=table.name,
                    column=name,
                    guess=guess,
                )
            )
    for column in table.columns:
        if column.required and column.name not in described:
            raise DataError(
                msg(
                    "The mapping {file} lacks the required column {column} of {table}.",
                    file=path.name,
                    column=column.name,
                    table=table.name,
                )
            )


def _refuse_rows_without_source(con: DuckDBPyConnection, table: Table, path: Path) -> None:
    """A record that stands on no row of the files is made up, and its rows could not be accounted for."""
    strangers = con.execute(
        f"select (select count(*) from mapped_{table.name} where coalesce(len(origins), 0) = 0) + "
        f"(select count(*) from (select unnest(origins) as source_row from mapped_{table.name}) "
        f"anti join {SOURCE_CELLS} using (source_row))"
    ).fetchall()[0][0]
    if strangers:
        raise DataError(
            msg(
                "The mapping {file} makes {count} rows that stand on no row of the files. Pass on source_row as it is.",
                file=path.name,
                count=strangers,
            )
        )
