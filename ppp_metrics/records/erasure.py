"""The right to be forgotten (AVG art. 17): a person, or all people of a supplier, out of every load there ever was."""

from __future__ import annotations

import hashlib
import hmac
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, Any

from ppp_metrics.errors import UsageError
from ppp_metrics.files import replacing
from ppp_metrics.language import msg
from ppp_metrics.periods import now
from ppp_metrics.records.history import refuse_unknown_supplier
from ppp_metrics.records.model import TABLES, Table, cleaned
from ppp_metrics.records.reviews import forget_verdicts
from ppp_metrics.records.store import Store

if TYPE_CHECKING:
    from duckdb import DuckDBPyConnection

PSEUDONYM_LENGTH = 32


@dataclass
class Erasure:
    """What was removed: supplier -> table -> rows over all loads, and in how many loads there were any.

    `quarantine` is among the tables: what was put aside holds people, too.
    """

    removed: dict[str, dict[str, int]] = field(default_factory=dict)
    loads: int = 0

    @property
    def rows(self) -> int:
        return sum(count for tables in self.removed.values() for count in tables.values())

    def to_dict(self) -> dict[str, Any]:
        return {"rows": self.rows, "loads": self.loads, "removed": self.removed}


def pseudonym(key: bytes, supplier: str, participant_id: str) -> str:
    """What stands in the database for a supplier's own id of a participant: the macro of casting.sql, in Python."""
    return _keyed_hash(key, supplier, cleaned(participant_id))


def erase(store: Store, key: bytes | None, participant_id: str | None, supplier: str | None = None) -> Erasure:
    """Remove every row about a participant, known by the id in the files, or about all participants of a supplier.

    The key of the pseudonyms is needed to know a participant again.

    The file is written anew, so that nothing of them stays in what was freed. Reports made before are not touched.

    Raises UsageError for an unknown participant or supplier, DataError when nothing has been loaded yet.
    """
    with store.reading() as con:
        suppliers = [name for (name,) in con.execute("select distinct supplier from loads order by 1").fetchall()]
    if supplier is not None:
        refuse_unknown_supplier(supplier, suppliers)
    erasure = Erasure()
    with store.writing() as con:
        loads: set[int] = set()
        for name in [supplier] if supplier else suppliers:
            ids = None
            if key is not None and participant_id is not None:
                ids = _known_by(key, name, participant_id)
            removed, concerned = _remove(con, name, ids)
            loads |= concerned
            if removed:
                erasure.removed[name] = removed
        if not loads and participant_id is not None:
            raise UsageError(
                msg(
                    "No participant is known by this id. It is the id in the supplier's files; an id that differs in a "
                    "single letter is somebody else's."
                )
            )
        forget_verdicts(con)
        erasure.loads = len(loads)
        _mark(con, loads)
    _write_anew(store.path)
    return erasure


def _keyed_hash(key: bytes, supplier: str, text: str) -> str:
    return hmac.new(key, f"{supplier}\x1f{text}".encode(), hashlib.sha256).hexdigest()[:PSEUDONYM_LENGTH]


def _known_by(key: bytes, supplier: str, participant_id: str) -> list[str]:
    """What a participant can stand as in any load: those of before ids were cleaned have an id as it was written."""
    spellings = {cleaned(participant_id), participant_id.strip()}
    return [*(_keyed_hash(key, supplier, text) for text in spellings), *spellings]


def _remove(con: DuckDBPyConnection, supplier: str, ids: list[str] | None) -> tuple[dict[str, int], set[int]]:
    """Remove the rows about these people of a supplier (None: all): how many of each table, and of which loads."""
    counts: dict[str, int] = {}
    loads: set[int] = set()
    for table in TABLES:
        if personal := _personal(table):
            about = " or ".join(f"list_contains($ids, {column})" for column in personal)
            found = con.execute(
                f"delete from history.{table.name} where load_id in (select load_id from loads where supplier = "
                f"$supplier) and ($ids is null or {about}) returning load_id",
                {"supplier": supplier, "ids": ids},
            ).fetchall()
            if found:
                counts[table.name] = len(found)
                loads |= {load_id for (load_id,) in found}
    found = con.execute(
        "delete from quarantine where load_id in (select load_id from loads where supplier = $supplier) and "
        "if($ids is null, list_contains($tables, table_name), list_has_any($ids, [value]) or "
        "len(list_filter($ids, lambda id: contains(cells, id))) > 0) returning load_id",
        {"supplier": supplier, "ids": ids, "tables": [table.name for table in TABLES if _personal(table)]},
    ).fetchall()
    if found:
        counts["quarantine"] = len(found)
        loads |= {load_id for (load_id,) in found}
    return counts, loads


def _personal(table: Table) -> list[str]:
    return [column.name for column in table.columns if column.personal]


def _mark(con: DuckDBPyConnection, loads: set[int]) -> None:
    """Give the loads another fingerprint: what is made from them is no longer what it was."""
    moment = now().isoformat()
    for load_id in loads:
        [(fingerprint,)] = con.execute("select fingerprint from loads where load_id = ?", [load_id]).fetchall()
        marked = hashlib.sha256(f"{fingerprint}\0erased {moment}".encode()).hexdigest()
        con.execute("update loads set fingerprint = ? where load_id = ?", [marked, load_id])


def _write_anew(path: Path) -> None:
    """Move a copy of the database into place: in the old file deleted rows stand until something overwrites them."""
    import duckdb

    with replacing(path, is_private=True) as beside, duckdb.connect(str(path)) as con:
        [(own,)] = con.execute("select current_database()").fetchall()
        con.execute(f"attach '{str(beside).replace(chr(39), chr(39) * 2)}' as anew")
        con.execute(f'copy from database "{own.replace(chr(34), chr(34) * 2)}" to anew')
        con.execute("detach anew")
    path.with_name(path.name + ".wal").unlink(missing_ok=True)
