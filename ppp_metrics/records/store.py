"""The DuckDB file: the only module that connects.

`history` holds every record of every load, `main` the loads themselves with their sources, quarantine and checks,
`ledger` what was ever published. A reading session sees, under the plain table names, the records as they were known on
a day.
"""

from __future__ import annotations

import errno
import os
import re
import time
from collections.abc import Callable, Collection, Iterable, Iterator
from contextlib import contextmanager
from datetime import date
from importlib.resources import files
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import TYPE_CHECKING

from ppp_metrics.errors import DataError, InUseError
from ppp_metrics.files import narrow, owners_only
from ppp_metrics.language import Message, msg
from ppp_metrics.records.model import SHARED_TABLES, SQL_TYPES, TABLES

if TYPE_CHECKING:
    from duckdb import DuckDBPyConnection

LOCK_SECONDS = 10.0
FORMAT = 2
"""Of the tables below; a change of them is a new format, so that an older database is told apart."""

LINEAGE = "load_id integer, source_id integer, source_row bigint"
DDL = """
create schema history;
create table format (version integer);
create table loads (load_id integer primary key, supplier varchar, loaded_at timestamp, fingerprint varchar,
                    mapping varchar);
create table sources (load_id integer, source_id integer, file varchar, sheet varchar, sha256 varchar);
create table quarantine (load_id integer, source_id integer, source_row bigint, table_name varchar, column_name varchar,
                         value varchar, reason varchar, reason_values varchar, row_kept boolean, cells varchar);
create table repeats (load_id integer, source_id integer, source_row bigint, table_name varchar,
                      first_source_id integer, first_source_row bigint);
create table delivered (load_id integer, table_name varchar, column_name varchar);
create table unused (load_id integer, source_id integer, source_row bigint);
create table checks (check_id integer primary key, checked_at timestamp, fingerprint varchar, passed boolean,
                     result varchar);
create table reference_regions (region_code varchar, name varchar, parent_code varchar, level bigint,
                                nuts_version bigint, tile_x bigint, tile_y bigint, current_code varchar);
"""

LEDGER_DDL = """
create schema ledger;
create table ledger.owner (mark varchar);
create table ledger.releases (release_id integer primary key, published_at timestamp, kind varchar, file varchar,
                              period varchar, edition varchar, made_from varchar, fingerprint varchar, sha256 varchar,
                              areas varchar, content varchar, withdrawn_at timestamp, reason varchar);
create table ledger.tables (table_id integer primary key, metric varchar, period varchar, as_of date, region varchar,
                            partnership varchar, dimensions varchar, conditions varchar, loads varchar);
create table ledger.cells (content varchar, table_id integer, group_codes varchar, has_row boolean, withheld boolean,
                           n double, value double, numerator double, denominator double);
"""
"""What was ever published. `cells` have what a reader saw, null where a number was withheld or not shown; one without a
row is a group that was known to exist. Files that say the same share their `content`."""
MIGRATIONS = {1: LEDGER_DDL}
"""By the format of a database, what makes it one of the next; until something is written, it is read as it is."""


class Store:
    """One database file: written by one process at a time, read as it was known on any day."""

    def __init__(self, path: Path, tell: Callable[[Message], None] = lambda message: None):
        self.path, self._tell = path, tell

    @contextmanager
    def writing(self, *, keep: bool = True) -> Iterator[DuckDBPyConnection]:
        """One transaction: all of it is kept, or none; none with `keep` false, which leaves everything as it was.

        Waits for another writer; DataError says who holds it.
        """
        created = not self.path.exists()
        try:
            if narrow(self.path):
                self._tell(was_open_to_others(self.path))
            with owners_only(), self._connection(read_only=False) as con:
                con.execute("begin")
                if created:
                    _create(con)
                else:
                    _migrate(con, self._format_of(con))
                yield con
                con.execute("commit" if keep else "rollback")
        except BaseException:
            if created:
                self._remove_files()
            raise
        if created and not keep:
            self._remove_files()

    @contextmanager
    def reading(
        self, known_at: date | None = None, *, loads: Collection[int] | None = None
    ) -> Iterator[DuckDBPyConnection]:
        """A read-only session in which `issues`, `partners`, ... are the records known at the end of `known_at`.

        With `loads`, the records known when these loads were the newest of their suppliers. Each table has the model's
        columns, then supplier, load_id, source_id, source_row. `known_loads` are the newest loads of each supplier;
        `regions` has the reference regions too, with `current_code`: the same area's code in the newest classification.
        `delivered_columns` (supplier, table_name, column_name) tells an empty column from one that was never sent;
        `put_aside` has a row a cell that could not be kept, with whether the rest of its row was.

        Raises DataError when nothing has been loaded yet.
        """
        if not self.path.exists():
            raise DataError(
                msg(
                    "Nothing has been loaded yet: {file} does not exist. Run `ppp-metrics load` first.",
                    file=self.path.name,
                )
            )
        # what does not fit in memory is written beside the database, readable by all, unless it is told where
        with (
            TemporaryDirectory(prefix="ppp-metrics-", ignore_cleanup_errors=True) as spilled,
            self._connection(read_only=True) as con,
        ):
            con.execute(f"set temp_directory = '{spilled}'")
            self._format_of(con)
            create_session_views(con, known_at, loads)
            yield con

    def _format_of(self, con: DuckDBPyConnection) -> int:
        """The format of the database. Raises DataError where it can be neither read nor migrated."""
        import duckdb

        try:
            found = con.execute("from main.format").fetchall()
        except duckdb.CatalogException:
            found = []
        if found not in [[(each,)] for each in (*MIGRATIONS, FORMAT)]:
            raise DataError(
                msg(
                    "{file} was made by another version of ppp_metrics. Move it away and load your files again.",
                    file=self.path.name,
                )
            )
        return int(found[0][0])

    @contextmanager
    def _connection(self, *, read_only: bool) -> Iterator[DuckDBPyConnection]:
        import duckdb

        deadline = time.monotonic() + float(os.environ.get("PPP_METRICS_LOCK_SECONDS", LOCK_SECONDS))
        while True:
            try:
                con = duckdb.connect(str(self.path), read_only=read_only)
                break
            except duckdb.IOException as error:
                if "lock" not in str(error).lower():
                    raise DataError(_storage_message(self.path, error)) from error
                if time.monotonic() > deadline:
                    raise InUseError(_lock_message(self.path, str(error))) from error
                time.sleep(0.1)
            except duckdb.Error as error:
                raise DataError(_storage_message(self.path, error)) from error
        try:
            con.execute("set timezone = 'UTC'")
            # DuckDB refuses even to switch it off in a notebook without ipywidgets, where it is off already
            if con.execute("select current_setting('enable_progress_bar')").fetchall()[0][0]:
                con.execute("set enable_progress_bar = false")
            yield con
        except (
            duckdb.IOException,
            duckdb.OutOfMemoryException,
            duckdb.FatalException,
            duckdb.TransactionException,
        ) as error:
            raise DataError(_storage_message(self.path, error)) from error
        except OSError as error:
            # any other is not the database's, but of what is done in the session
            if error.errno in (errno.ENOSPC, errno.EDQUOT):
                raise DataError(_storage_message(self.path, error)) from error
            raise
        finally:
            con.close()

    def _remove_files(self) -> None:
        for path in (self.path, self.path.with_name(self.path.name + ".wal")):
            path.unlink(missing_ok=True)


def create_session_views(con: DuckDBPyConnection, known_at: date | None, loads: Collection[int] | None) -> None:
    """Temporary relations over the tables of history: the records known at the end of a day, or of these loads only."""
    con.execute(
        "create or replace temp table known_loads as select * from loads "
        "where ($day is null or loaded_at < $day::date + interval 1 day) "
        "and ($loads is null or list_contains($loads, load_id)) "
        "qualify row_number() over (partition by supplier order by load_id desc) = 1",
        {"day": known_at, "loads": None if loads is None else list(loads)},
    )
    for table in TABLES:
        one_a_key = (
            f"qualify row_number() over (partition by {', '.join(table.key)} order by r.load_id desc) = 1"
            if table.name in SHARED_TABLES
            else ""
        )
        con.execute(
            f"create or replace temp view {table.name} as select r.* exclude (load_id, source_id, source_row), "
            f"l.supplier, r.load_id, r.source_id, r.source_row "
            f"from history.{table.name} as r join known_loads as l using (load_id) {one_a_key}"
        )
    con.execute(
        "create or replace temp view delivered_columns as "
        "select supplier, table_name, column_name from delivered join known_loads using (load_id)"
    )
    con.execute(
        "create or replace temp view put_aside as "
        "select supplier, load_id, source_id, source_row, table_name, column_name, row_kept "
        "from quarantine join known_loads using (load_id)"
    )
    con.execute(
        "create or replace temp view regions as "
        "select *, null::varchar as supplier, null::integer as load_id, null::integer as source_id, "
        "null::bigint as source_row from reference_regions union all by name "
        "select r.* exclude (load_id, source_id, source_row), r.region_code as current_code, l.supplier, r.load_id, "
        "r.source_id, r.source_row from history.regions as r join known_loads as l using (load_id) "
        "where r.region_code not in (select region_code from reference_regions) "
        "qualify row_number() over (partition by r.region_code order by r.load_id desc) = 1"
    )


def create_key_view(con: DuckDBPyConnection) -> None:
    """Makes the temporary view `record_keys`: a row a record of every load, with hashes of its key and its content.

    Loads are compared by it, in few sessions: in the others it would cost a fifth of all views.
    """
    tables = " union all ".join(
        f"select load_id, source_id, '{table.name}' as table_name, {hash_of(table.key)} as key, "
        f"{hash_of(table.by_name)} as content from history.{table.name}"
        for table in TABLES
    )
    con.execute(f"create or replace temp view record_keys as {tables}")


def hash_of(columns: Iterable[str]) -> str:
    """SQL: one number for these cells together."""
    return f"hash({', '.join(columns)})"


def _create(con: DuckDBPyConnection) -> None:
    con.execute(DDL)
    con.execute(LEDGER_DDL)
    con.execute(f"insert into format values ({FORMAT})")
    for table in TABLES:
        columns = ", ".join(f"{column.name} {SQL_TYPES[column.kind]}" for column in table.columns)
        con.execute(f"create table history.{table.name} ({columns}, {LINEAGE})")
    con.execute(
        "insert into reference_regions select * from read_csv(?, header = true, all_varchar = true)",
        [str(files("ppp_metrics") / "records" / "regions.csv")],
    )


def was_open_to_others(path: Path) -> Message:
    return msg("{file} could be read by others on this machine. It no longer can.", file=path.name)


def _migrate(con: DuckDBPyConnection, version: int) -> None:
    """Bring a database of an older format up to this one."""
    while version < FORMAT:
        con.execute(MIGRATIONS[version])
        version += 1
        con.execute("update main.format set version = ?", [version])


def _lock_message(path: Path, error: str) -> Message:
    holder = re.search(r"held in (.+?) \(PID (\d+)\)", error)
    if not holder:
        return msg("{file} is in use by another program. Close it there and try again.", file=path.name)
    return msg(
        "{file} is in use by process {pid} ({program}). Try again when it has finished.",
        file=path.name,
        pid=holder[2],
        program=Path(holder[1]).name,
    )


def _storage_message(path: Path, error: Exception) -> Message:
    text = str(error)
    if "No space left" in text or "could not write" in text.lower() or "disk" in text.lower():
        return msg(
            "The disk is full: {file} could not be written and holds what it held before. Make room and try again.",
            file=path.name,
        )
    if "not a valid DuckDB" in text:
        return msg(
            "{file} is not a ppp_metrics database. Move it away, or name another one in ppp.toml.", file=path.name
        )
    return msg("{file} could not be read or written: {error}", file=path.name, error=text.splitlines()[0])
