"""A database of its own for SQL that somebody else wrote: it holds the rows of the files that came with it.

No record, key, setting or file of the workspace can be reached from it. Rows go in and come out as parquet files in a
folder of the owner alone, so that none of them passes through Python and a million need no more memory than ten.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import TYPE_CHECKING

from ppp_metrics.records.reader import quoted_name, quoted_text

if TYPE_CHECKING:
    from duckdb import DuckDBPyConnection

RESULT = "result_of_the_query"


class Enclosure:
    """Tables of a load, lent to a query under names of their own."""

    def __init__(self, folder: Path):
        self._database, self._rows = folder / "enclosed.duckdb", folder / "rows.parquet"

    def lend(self, con: DuckDBPyConnection, table: str) -> None:
        """Copies a table of the load."""
        self._copy(con, table)
        with self._opened() as own:
            own.execute("create schema if not exists lent")
            own.execute(f"create table lent.{quoted_name(table)} as from {self._parquet}")
        self._rows.unlink()

    def name(self, relation: str, tables: Sequence[str]) -> None:
        """Makes a relation of lent tables, one below the other."""
        parts = " union all by name ".join(f"select * from lent.{quoted_name(table)}" for table in tables)
        with self._opened() as own:
            own.execute(f"create view {quoted_name(relation)} as {parts}")

    @contextmanager
    def closed_off(self) -> Iterator[DuckDBPyConnection]:
        """A session that reaches nothing but the relations, and whose settings cannot be changed."""
        with self._opened() as own:
            own.execute("set enable_external_access = false")
            own.execute("set lock_configuration = true")
            yield own

    def hand_over(self, con: DuckDBPyConnection, table: str) -> None:
        """Moves what a closed-off session left in `RESULT` to a temporary table of the load."""
        with self._opened() as own:
            self._copy(own, RESULT)
            own.execute(f"drop table {RESULT}")
        con.execute(f"create or replace temp table {table} as from {self._parquet}")
        self._rows.unlink()

    @property
    def _parquet(self) -> str:
        return f"read_parquet({quoted_text(str(self._rows))})"

    def _copy(self, con: DuckDBPyConnection, table: str) -> None:
        con.execute(f"copy (from {quoted_name(table)}) to {quoted_text(str(self._rows))} (format parquet)")

    @contextmanager
    def _opened(self) -> Iterator[DuckDBPyConnection]:
        import duckdb

        with duckdb.connect(
            str(self._database),
            config={
                "allow_persistent_secrets": False,
                "autoinstall_known_extensions": False,
                "autoload_known_extensions": False,
                # variables of this program are no tables
                "python_enable_replacements": False,
            },
        ) as own:
            own.execute("set timezone = 'UTC'")
            own.execute("set enable_progress_bar = false")
            yield own


@contextmanager
def enclosure() -> Iterator[Enclosure]:
    """An empty one, in a folder that nobody else can read and that is gone afterwards."""
    with TemporaryDirectory(prefix="ppp-metrics-") as folder:
        yield Enclosure(Path(folder))
