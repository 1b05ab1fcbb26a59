"""Files of another shape: a folder with one `<table>.sql` each, a SELECT over the source files.

Each source is a relation named after its file (and sheet), and `source` is all of them: text columns named by their
headers, without white space around the text and null where nothing is left, and `source_row`. A mapping passes
`source_row` on, or a list of them where it makes one record of many rows. It sees these relations and nothing else.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import TYPE_CHECKING

from ppp_metrics.errors import DataError, UsageError
from ppp_metrics.language import Message, msg, nearest
from ppp_metrics.records.enclosure import RESULT, Enclosure, enclosure
from ppp_metrics.records.model import BY_NAME, TABLES, Table
from ppp_metrics.records.reader import ROW_BITS, Source, quoted_name, text_of, unique_headers

if TYPE_CHECKING:
    from duckdb import DuckDBPyConnection

SOURCE_CELLS = "cells_to_map"
MOST_COLUMNS = 40
"""So many columns of a file are named where one is not there."""


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
    mapped = mapping_files(folder)
    with enclosure() as own:
        names = _create_relations(con, own, sources)
        return [
            (table, _map_table(con, own, table, mapped[table.name], names)) for table in TABLES if table.name in mapped
        ]


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


def _create_relations(con: DuckDBPyConnection, own: Enclosure, sources: list[Source]) -> dict[str, list[str]]:
    """The names of the relations, with their columns; files of one name in two folders are one relation."""
    parts: dict[str, list[str]] = {}
    columns: dict[str, dict[str, None]] = {}
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
        own.lend(con, cells)
        relation = _relation_name(source, sources)
        parts.setdefault(relation, []).append(cells)
        for each in (relation, "source"):
            columns.setdefault(each, {}).update(dict.fromkeys(names))
    every = [cells for each in parts.values() for cells in each]
    con.execute(
        f"create or replace temp view {SOURCE_CELLS} as "
        + " union all by name ".join(f"select * from {cells}" for cells in every)
    )
    for name, tables in (parts | {"source": every}).items():
        own.name(name, tables)
    return {name: list(each) for name, each in columns.items()}


def _relation_name(source: Source, sources: list[Source]) -> str:
    alone = sum(other.path == source.path for other in sources) == 1
    words = source.path.stem if alone or not source.sheet else f"{source.path.stem} {source.sheet}"
    return re.sub(r"\W+", "_", words).strip("_").lower()


def _map_table(
    con: DuckDBPyConnection, own: Enclosure, table: Table, path: Path, relations: Mapping[str, list[str]]
) -> str:
    with own.closed_off() as alone:
        described = _run(alone, table, path, relations)
    own.hand_over(con, f"mapped_{table.name}")
    _refuse_rows_without_source(con, table, path)
    missing = "".join(f", null::varchar as {name}" for name in table.by_name if name not in described)
    return f"select *{missing} from mapped_{table.name}"


def _run(con: DuckDBPyConnection, table: Table, path: Path, relations: Mapping[str, list[str]]) -> dict[str, str]:
    """The columns of a mapping with their types, once its rows stand in `RESULT`."""
    import duckdb

    sql = _sql_of(path)
    try:
        statements = duckdb.extract_statements(sql)
        if len(statements) != 1 or statements[0].type != duckdb.StatementType.SELECT:
            raise DataError(msg("The mapping {file} must be one SELECT.", file=path.name))
        query = re.sub(r";(\s|--[^\n]*(\n|$)|/\*.*?\*/)*$", "", sql, flags=re.DOTALL)
        described = {name: str(kind) for name, kind, *_ in con.execute(f"describe {query}").fetchall()}
    except duckdb.Error as error:
        raise DataError(_explained(path, sql, error, relations)) from None
    _refuse_wrong_columns(table, path, described)
    names = [name for name in described if name in table.by_name]
    cells = ", ".join(f"{text_of(name, described[name])} as {name}" for name in names)
    rows = "source_row" if described["source_row"].endswith("[]") else "[source_row]"
    try:
        con.execute(
            f"create table {RESULT} as "
            f"select row_number() over (order by {', '.join(['origins', *names])}) as origin, * from "
            f"(select list_sort({rows}::bigint[]) as origins, {cells} from ({query}\n))"
        )
    except duckdb.Error as error:
        raise DataError(_explained(path, sql, error, relations)) from None
    return described


def _sql_of(path: Path) -> str:
    try:
        return path.read_text(encoding="utf-8-sig")
    except UnicodeDecodeError:
        raise DataError(msg("The mapping {file} is not UTF-8. Save it as that.", file=path.name)) from None
    except OSError as error:
        raise DataError(
            msg("{file} cannot be read: {reason}.", file=path.name, reason=error.strerror or error)
        ) from None


def _explained(path: Path, sql: str, error: Exception, relations: Mapping[str, list[str]]) -> Message:
    """Why a mapping does not run, in the words of its files: the line, and what there is in place of what there is not.

    Never a cell's value, which may be somebody's.
    """
    import duckdb

    told = str(error).removesuffix("\n").partition("\n\nLINE ")
    # what DuckDB was given begins with a word on the line that the file begins with
    line = re.match(r"\d+", told[2])
    problem: Message | str = told[0].splitlines()[0].partition("Error: ")[2] or told[0].splitlines()[0]
    if isinstance(error, (duckdb.ConversionException, duckdb.InvalidInputException, duckdb.OutOfRangeException)):
        problem = msg("a cell is not what is expected there; try_cast leaves such a cell empty.")
    elif found := re.search(r'column "(.+)" not found|not have a column named "(.+)"', told[0]):
        named = {name: own for name, own in relations.items() if re.search(rf"(?i)\b{re.escape(name)}\b", sql)}
        problem = _no_such_column(found[1] or found[2], relations if "source" in named else named or relations)
    elif found := re.search(r"Table with name (.+) does not exist", told[0]):
        problem = _no_such(found[1], ", ".join(relations), relations)
    if line:
        return msg("The mapping {file} does not run. Line {line}: {error}", file=path.name, line=line[0], error=problem)
    return msg("The mapping {file} does not run: {error}", file=path.name, error=problem)


def _no_such_column(name: str, relations: Mapping[str, list[str]]) -> Message:
    """That a column is not there, and which ones are: of each file, where there are several."""
    columns = {relation: own for relation, own in relations.items() if relation != "source"} or relations
    shown = [
        ", ".join([f'"{each}"' for each in own[:MOST_COLUMNS]] + ["…"] * (len(own) > MOST_COLUMNS))
        for own in columns.values()
    ]
    if len(columns) > 1:
        shown = [f"{relation} ({own})" for relation, own in zip(columns, shown, strict=True)]
    return _no_such(name, "; ".join(shown), [each for own in columns.values() for each in own])


def _no_such(name: str, there: str, names: Iterable[str]) -> Message:
    guess = nearest(name, names) or next((each for each in names if name.casefold() in each.casefold()), None)
    if guess:
        return msg(
            "There is no '{name}' in the files. Did you mean \"{guess}\"? There are: {there}.",
            name=name,
            guess=guess,
            there=there,
        )
    return msg("There is no '{name}' in the files. There are: {there}.", name=name, there=there)


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
