"""What a load changes: compared with the load before it of the same supplier, and with what other suppliers sent.

Records are matched by key, in SQL over history. Of tables about people only counts are told, never a key.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable
from dataclasses import asdict, dataclass, field
from typing import TYPE_CHECKING, Any

from ppp_metrics.errors import DataError
from ppp_metrics.language import Message, msg
from ppp_metrics.records.model import SHARED_TABLES, TABLES, Table
from ppp_metrics.records.quality import ABOUT_PEOPLE
from ppp_metrics.records.reader import quoted_text
from ppp_metrics.records.store import create_key_view, hash_of

if TYPE_CHECKING:
    from duckdb import DuckDBPyConnection

MOST_NAMES = 5
"""So many keys, columns or files are named of what is gone, or was sent by another supplier too."""

COMPARABLE = tuple(table.name for table in TABLES if table.name not in {*SHARED_TABLES, *ABOUT_PEOPLE})
"""Tables whose records two suppliers can have in common: themes are everybody's, and a pseudonym is one supplier's."""


@dataclass(frozen=True)
class TableDifference:
    """One table: its rows before and now, and how many keys are gone, new, or the same with other content.

    `put_aside` counts the keys gone that were sent all the same; `gone_keys` names a few, never of people. `sent` is
    false for a table that came along before and does not now; its columns are not named one by one.
    """

    table: str
    rows_before: int
    rows: int
    new: int = 0
    changed: int = 0
    gone: int = 0
    put_aside: int = 0
    gone_keys: list[str] = field(default_factory=list)
    columns_gone: list[str] = field(default_factory=list)
    columns_new: list[str] = field(default_factory=list)
    sent: bool = True


@dataclass(frozen=True)
class Difference:
    """What a load of a supplier changes. `earlier_load` is None, and `tables` empty, for its first one.

    `tables` holds those in which something differs; `same_bytes` maps another supplier to the files that it sent too,
    `records_elsewhere` another supplier to how many of the `records` are new here and stand there, key and content,
    where that is half or more: a key alone says nothing, since each supplier numbers its issues from 1. `is_copy`: all
    of its files are another supplier's.
    """

    supplier: str
    earlier_load: int | None = None
    earlier_moment: str | None = None
    tables: list[TableDifference] = field(default_factory=list)
    same_bytes: dict[str, list[str]] = field(default_factory=dict)
    records: int = 0
    records_elsewhere: dict[str, int] = field(default_factory=dict)
    is_copy: bool = False

    def __bool__(self) -> bool:
        """Whether there is anything to tell."""
        return bool(self.tables or self.same_bytes or self.records_elsewhere)

    def objections(self) -> list[Message]:
        """Why this should not be loaded unseen, a sentence each; none for what only adds or corrects."""
        return self.losses() + (self.doubles() if self.is_copy else [])

    def losses(self) -> list[Message]:
        """That keys, tables or columns vanish."""
        found = []
        if lost := [each for each in self.tables if each.gone and each.sent]:
            found.append(
                msg(
                    "{supplier} would lose {gone} of its {keys} keys in {tables}.",
                    supplier=self.supplier,
                    gone=f"{sum(each.gone for each in lost):,}",
                    keys=f"{sum(each.rows_before for each in lost):,}",
                    tables=listed(each.table for each in lost),
                )
            )
        columns = [f"{each.table}.{name}" for each in self.tables for name in each.columns_gone]
        if missing := [each.table for each in self.tables if not each.sent] + columns:
            found.append(msg("{supplier} no longer sends {missing}.", supplier=self.supplier, missing=listed(missing)))
        return found

    def doubles(self) -> list[Message]:
        """That another supplier sent the same: what is loaded under two names counts twice."""
        files = [
            msg(
                "{supplier} sends files that {other} sent, byte for byte: {files}.",
                supplier=self.supplier,
                other=other,
                files=listed(sent),
            )
            for other, sent in self.same_bytes.items()
        ]
        records = [
            msg(
                "Of the {records} records that {supplier} sends, {count} are new and stand at {other} already.",
                records=f"{self.records:,}",
                supplier=self.supplier,
                count=f"{count:,}",
                other=other,
            )
            for other, count in self.records_elsewhere.items()
        ]
        return files + records

    def to_dict(self) -> dict[str, Any]:
        """The difference as JSON can hold it."""
        return asdict(self)


def listed(names: Iterable[str]) -> str:
    """A few of the names, and that there are more."""
    every = list(names)
    return ", ".join(every[:MOST_NAMES]) + (", …" if len(every) > MOST_NAMES else "")


def refuse_objections(differences: Iterable[Difference]) -> None:
    """Raises DataError where a load would lose keys or columns, or is another supplier's by all appearance."""
    if objections := tuple(each for difference in differences for each in difference.objections()):
        raise DataError(
            msg(
                "{objections} Nothing was loaded. `--dry-run` shows more; where this is meant, add `--yes` "
                "(in Python: yes=True).",
                objections=objections,
            )
        )


def compare(con: DuckDBPyConnection, load_id: int, supplier: str, staged: Collection[Table]) -> Difference:
    """What a load that is just inserted changes; `staged` names the tables of which staged_<table> is still there."""
    create_key_view(con)
    before, moment = con.execute(
        "select max(load_id), max(loaded_at)::varchar from loads where supplier = ? and load_id < ?",
        [supplier, load_id],
    ).fetchall()[0]
    others = con.execute("select count(*) from loads where supplier != ?", [supplier]).fetchall()[0][0]
    if before is None and not others:
        return Difference(supplier)
    # loads are bound as text of the query: only so does DuckDB leave the other loads' rows unread
    con.execute(
        "create or replace temp table differing_keys as "
        f"select table_name, key, bool_or(load_id = {before or 0}) as stood, bool_or(load_id = {load_id}) as stands "
        f"from record_keys where load_id in ({before or 0}, {load_id}) group by table_name, key "
        "having count(*) = 1 or min(content) != max(content)"
    )
    same_bytes = _same_bytes(con, before or 0, load_id, supplier) if others else {}
    records, elsewhere = _records_elsewhere(con, load_id, supplier) if others else (0, {})
    result = Difference(
        supplier,
        before,
        moment,
        _table_differences(con, before, load_id, staged) if before else [],
        same_bytes,
        records,
        elsewhere,
        is_copy=any(_is_copy(con, load_id, other) for other in same_bytes),
    )
    con.execute("drop table differing_keys")
    return result


def _table_differences(
    con: DuckDBPyConnection, before: int, load_id: int, staged: Collection[Table]
) -> list[TableDifference]:
    counts = {
        name: numbers
        for name, *numbers in con.execute(
            "select table_name, count(*) filter (not stood), count(*) filter (stood and stands), "
            "count(*) filter (not stands) from differing_keys group by table_name"
        ).fetchall()
    }
    sizes = con.execute(
        "select table_name, load_id, count(*) from record_keys "
        f"where load_id in ({before}, {load_id}) group by table_name, load_id"
    ).fetchall()
    rows = {(name, load): count for name, load, count in sizes}
    sent: dict[tuple[str, int], set[str]] = {}
    for name, load, column in con.execute(
        "select table_name, load_id, column_name from delivered where load_id in (?, ?)", [before, load_id]
    ).fetchall():
        sent.setdefault((name, load), set()).add(column)
    result = []
    for table in TABLES:
        new, changed, gone = counts.get(table.name, (0, 0, 0))
        earlier, now = (sent.get((table.name, load), set()) for load in (before, load_id))
        if new or changed or gone or earlier != now:
            result.append(
                TableDifference(
                    table.name,
                    rows.get((table.name, before), 0),
                    rows.get((table.name, load_id), 0),
                    new,
                    changed,
                    gone,
                    _put_aside(con, table) if gone and table in staged else 0,
                    _gone_keys(con, table, before) if gone and table.name not in ABOUT_PEOPLE else [],
                    sorted(earlier - now) if now else [],
                    sorted(now - earlier),
                    sent=bool(now or not earlier),
                )
            )
    return result


def _put_aside(con: DuckDBPyConnection, table: Table) -> int:
    """How many of the keys gone stand on rows that were sent, and put aside."""
    return int(
        con.execute(
            f"select count(distinct key) from (select {hash_of(table.key)} as key from staged_{table.name} "
            f"where origin in (select origin from aside_{table.name})) "
            f"semi join (from differing_keys where table_name = '{table.name}' and not stands) using (key)"
        ).fetchall()[0][0]
    )


def _gone_keys(con: DuckDBPyConnection, table: Table, before: int) -> list[str]:
    named = ", ".join(f"{name}::varchar" for name in table.key)
    found = con.execute(
        f"select concat_ws(' ', {named}) as name from history.{table.name} "
        f"where load_id = {before} and {hash_of(table.key)} in "
        f"(select key from differing_keys where table_name = '{table.name}' and not stands) order by name limit ?",
        [MOST_NAMES],
    ).fetchall()
    return [name for (name,) in found]


def _same_bytes(con: DuckDBPyConnection, before: int, load_id: int, supplier: str) -> dict[str, list[str]]:
    """Another supplier -> the files with records of this load that it sent too, and that are new here."""
    found = con.execute(
        "select l.supplier, list(distinct mine.file order by mine.file) from sources as mine "
        "join sources as theirs using (sha256) join loads as l on l.load_id = theirs.load_id "
        "where mine.load_id = $load and l.supplier != $supplier "
        "and mine.sha256 not in (select sha256 from sources where load_id = $before) "
        f"and mine.source_id in (select source_id from record_keys where load_id = {load_id} "
        "and not list_contains($shared, table_name)) "
        "group by l.supplier order by l.supplier",
        {"load": load_id, "before": before, "supplier": supplier, "shared": list(SHARED_TABLES)},
    ).fetchall()
    return dict(found)


def _is_copy(con: DuckDBPyConnection, load_id: int, other: str) -> bool:
    """Every file of the load is one that the other supplier sent."""
    own = con.execute(
        "select count(*) from sources where load_id = ? and sha256 not in "
        "(select sha256 from sources join loads using (load_id) where supplier = ?)",
        [load_id, other],
    ).fetchall()[0][0]
    return own == 0


def _records_elsewhere(con: DuckDBPyConnection, load_id: int, supplier: str) -> tuple[int, dict[str, int]]:
    """The records of the load, and another supplier -> how many are new here and stand in its newest load too."""
    mine = f"load_id = {load_id} and table_name in ({', '.join(map(quoted_text, COMPARABLE))})"
    count = con.execute(f"select count(*) from record_keys where {mine}").fetchall()[0][0]
    newest = con.execute(
        "select max(load_id), supplier from loads where supplier != ? group by supplier", [supplier]
    ).fetchall()
    loads = dict(newest)
    found = con.execute(
        "select load_id, count(*) as shared from record_keys "
        f"semi join (from record_keys semi join (from differing_keys where not stood) using (table_name, key) "
        f"where {mine}) using (table_name, key, content) "
        f"where load_id in ({', '.join(map(str, loads))}) group by load_id having 2 * shared >= {count}"
    ).fetchall()
    return count, {loads[load]: shared for load, shared in sorted(found)}
