"""What the database holds: the loads, their rows by table, what was put aside, and the fingerprint of the whole."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping, Sequence
from datetime import date, datetime
from typing import TYPE_CHECKING, Any

from ppp_metrics.errors import UsageError
from ppp_metrics.language import LANGUAGES, Message, msg, nearest
from ppp_metrics.periods import Period
from ppp_metrics.records.model import BY_NAME, TABLES

if TYPE_CHECKING:
    from duckdb import DuckDBPyConnection


def status(con: DuckDBPyConnection) -> dict[str, Any]:
    """The state of a session: `fingerprint`, `suppliers` (the newest load of each), `tables`, `quarantined`, `loads`.

    `tables` counts the current records; `quarantined` the rows put aside in the current loads.
    """
    return {
        "fingerprint": fingerprint(con),
        "tables": {
            table.name: _count(con, f"history.{table.name} join known_loads using (load_id)") for table in TABLES
        },
        "quarantined": _count(
            con,
            "(select distinct load_id, source_id, source_row from quarantine "
            "join known_loads using (load_id) where not row_kept)",
        ),
        "cells_put_aside": _count(con, "quarantine join known_loads using (load_id) where row_kept"),
        "repeats": _count(con, "repeats join known_loads using (load_id)"),
        "unused": _count(con, "unused join known_loads using (load_id)"),
        "suppliers": newest_deliveries(con),
        "loads": _loads(con, "loads"),
    }


def newest_deliveries(con: DuckDBPyConnection) -> list[dict[str, Any]]:
    """The newest load of each supplier, with its load_id, moment, fingerprint, mapping, files and counts of rows."""
    return _loads(con, "known_loads")


def suppliers_with_people(con: DuckDBPyConnection) -> set[str]:
    """The suppliers of whom any load, the earlier ones too, holds records of people."""
    tables = [table.name for table in TABLES if table.is_about_people]
    loads = " union ".join(f"select load_id from history.{name}" for name in tables)
    return {
        name
        for (name,) in con.execute(f"select distinct supplier from loads join ({loads}) using (load_id)").fetchall()
    }


def fingerprint(con: DuckDBPyConnection) -> str:
    """A hash of the current loads of all suppliers: equal for equal inputs, whenever they were loaded."""
    return joint_fingerprint(load_fingerprints(con))


def joint_fingerprint(loads: Mapping[str, str]) -> str:
    """One hash of suppliers' loads together."""
    return hashlib.sha256(json.dumps(sorted(loads.items())).encode()).hexdigest()[:16]


def newest_loads(con: DuckDBPyConnection) -> dict[str, int]:
    """The state of a session: supplier -> the load whose records are seen."""
    return dict(con.execute("select supplier, load_id from known_loads order by supplier").fetchall())


def load_fingerprints(con: DuckDBPyConnection) -> dict[str, str]:
    """The state of a session: supplier -> a hash of what it sent last, whenever that was loaded."""
    return dict(con.execute("select supplier, fingerprint from known_loads order by supplier").fetchall())


def delivered_for(con: DuckDBPyConnection, period: Period, until: date) -> dict[str, int]:
    """What a report on a period can have been made from by a day: supplier -> load.

    Of each supplier that is its first load after the period, which has all of it, else the newest one before that.
    Empty where nothing had been loaded by then.
    """
    rows = con.execute(
        "select supplier, coalesce(min(load_id) filter (loaded_at::date > $last), max(load_id)) from loads "
        "where loaded_at::date <= $until group by supplier order by supplier",
        {"last": period.last_day, "until": until},
    ).fetchall()
    return dict(rows)


def loads_between(
    con: DuckDBPyConnection, before: Mapping[str, int], after: Mapping[str, int]
) -> list[tuple[int, str, datetime]]:
    """(load, supplier, moment) of what led from one state of the database to a later one, in the order of loading."""
    loads = con.execute("select load_id, supplier, loaded_at from loads order by load_id").fetchall()
    return [load for load in loads if before.get(load[1], 0) < load[0] <= after.get(load[1], 0)]


def quarantined(con: DuckDBPyConnection, lang: str = "en") -> list[dict[str, Any]]:
    """Each cell or row put aside in the current loads, in the order of the files.

    Keys: supplier, file, sheet, row, table, column, value, reason (in `lang`), reason_nl, reason_en, row_kept, cells.
    Of tables about people value and cells are None: a supplier finds these by the row in its own file.
    """
    rows = con.execute(
        "select l.supplier, file, sheet, source_row, table_name, column_name, value, reason, reason_values, row_kept, "
        "cells from quarantine join known_loads as l using (load_id) join sources using (load_id, source_id) "
        "order by l.supplier, file, sheet, source_row, column_name"
    ).fetchall()
    return [_entry(row, lang) for row in rows]


def _entry(row: tuple[Any, ...], lang: str) -> dict[str, Any]:
    supplier, file, sheet, number, table, column, value, reason, values, row_kept, cells = row
    if table and BY_NAME[table].is_about_people:
        value = cells = None
    message = Message(reason, json.loads(values) if values else {})
    reasons = {each: message.render(each) for each in LANGUAGES}
    return {
        "supplier": supplier,
        "file": file,
        "sheet": sheet,
        "row": number,
        "table": table,
        "column": column,
        "value": value,
        "reason": reasons[lang],
        **{f"reason_{each}": text for each, text in reasons.items()},
        "row_kept": row_kept,
        "cells": json.loads(cells) if cells else None,
    }


def refuse_unknown_supplier(supplier: str, known: Sequence[str]) -> None:
    """Raises UsageError, with the nearest name, when there is no such supplier."""
    if supplier not in known:
        near = nearest(supplier, known) or " / ".join(known)
        raise UsageError(msg("There is no supplier '{supplier}'. Did you mean {near}?", supplier=supplier, near=near))


def _loads(con: DuckDBPyConnection, relation: str) -> list[dict[str, Any]]:
    records = " union all ".join(f"select load_id from history.{table.name}" for table in TABLES)
    counts = dict(con.execute(f"select load_id, count(*) from ({records}) group by load_id").fetchall())
    rows = con.execute(
        "select load_id, supplier, loaded_at, fingerprint, mapping, "
        "(select list(distinct file order by file) from sources as s where s.load_id = l.load_id), "
        "(select count(distinct (source_id, source_row)) from quarantine as q "
        " where q.load_id = l.load_id and not row_kept) "
        f"from {relation} as l order by load_id"
    ).fetchall()
    return [
        {
            "load_id": load_id,
            "supplier": supplier,
            "loaded_at": loaded_at.isoformat(sep=" ", timespec="seconds"),
            "fingerprint": digest[:16],
            "mapping": mapping,
            "files": files,
            "rows": counts.get(load_id, 0),
            "quarantined": aside,
        }
        for load_id, supplier, loaded_at, digest, mapping, files, aside in rows
    ]


def _count(con: DuckDBPyConnection, relation: str) -> int:
    return int(con.execute(f"select count(*) from {relation}").fetchall()[0][0])
