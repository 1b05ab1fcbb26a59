"""What a region's numbers depend on, as one hash: of equal hashes the numbers are equal, whatever else was loaded."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterable
from datetime import date
from typing import TYPE_CHECKING

from ppp_metrics.metrics.registry import METRICS
from ppp_metrics.metrics.relations import create_views, locate_suppliers, prepare
from ppp_metrics.records.model import SHARED_TABLES
from ppp_metrics.records.reviews import create_verdict_view

if TYPE_CHECKING:
    from duckdb import DuckDBPyConnection

EVERYBODYS = (*SHARED_TABLES, "targets")
"""Tables that any region's report may read."""
SUPPLIERS = ("partnerships", "workplaces", "delivered_columns", "value_stories", "story_verdicts", "lacking_cells")
"""Tables that the report of a region reads of the suppliers with records in it."""
LINEAGE = ("load_id", "source_id", "source_row")


def slice_digests(con: DuckDBPyConnection, as_of: date) -> dict[str, str]:
    """Region -> a hash of all that its numbers up to a day depend on: the rows of every relation that metrics read.

    Whatever a row says of records elsewhere, such as that a company had an issue before, is a column of the relation.
    Regions without any record are left out.
    """
    prepare(con)
    create_views(con)
    create_verdict_view(con)
    con.execute("set variable as_of = ?", [as_of])
    # every row that any window could read
    for name, value in {"window_start": date.min, "window_end": as_of, "window_days": 1, "by_quarter": True}.items():
        con.execute(f"set variable {name} = ?", [value])
    found: dict[str, dict[str, tuple[int, str]]] = {}
    suppliers: dict[str, set[str]] = {}
    for name, rows in _rows_by_region().items():
        query = (
            "select unnest(path) as code, count(*), sum(row_hash)::varchar, list(distinct supplier) "
            f"from ({rows}) join region_paths using (region_code) group by code"
        )
        for code, count, total, names in con.execute(query).fetchall():
            found.setdefault(code, {})[name] = (count, total)
            suppliers.setdefault(code, set()).update(names)
    locate_suppliers(con)
    nowhere = [supplier for (supplier,) in con.execute("from anywhere").fetchall()]
    shared = {name: _hashes(con, name) for name in EVERYBODYS}
    own = {name: _hashes(con, name, by_supplier=True) for name in SUPPLIERS}
    digests = {}
    for code, views in found.items():
        told_of = sorted({*suppliers[code], *nowhere})
        digests[code] = _digest([views, shared, [[supplier, _of(own, supplier)] for supplier in told_of]])
    return digests


def _rows_by_region() -> dict[str, str]:
    """SQL for each relation's rows: region_code, supplier and row_hash.

    Of units that stay whole, in any region in which they stand all rows count.
    """
    views = {view for metric in METRICS.values() for view in (metric.view, metric.stands_in) if view}
    found = {
        view: f"select region_code, supplier, hash(facts) as row_hash from {view} as facts" for view in sorted(views)
    }
    whole = {(metric.view, metric.stands_in, ", ".join(metric.per)) for metric in METRICS.values() if metric.stands_in}
    for view, stands_in, unit in sorted(whole):
        found[f"{view} whole"] = (
            f"select place.region_code, facts.supplier, hash(facts) as row_hash from {view} as facts "
            f"join (select distinct region_code, {unit} from {stands_in}) as place using ({unit})"
        )
    return found


def _of(own: dict[str, dict[str, str]], supplier: str) -> list[str | None]:
    return [hashes.get(supplier) for hashes in own.values()]


def _hashes(con: DuckDBPyConnection, name: str, *, by_supplier: bool = False) -> dict[str, str]:
    """Supplier -> a hash of its rows of a table; without `by_supplier`, "" -> one of all rows."""
    # which record a cell is lacking in is all that its row says
    hidden = {"delivered_columns": (), "story_verdicts": (), "lacking_cells": ("load_id",)}.get(name, LINEAGE)
    owner = "supplier" if by_supplier else "''"
    rows = con.execute(
        "select kept.owner, sum(hash(kept))::varchar from "
        f"(select {owner} as owner, * exclude ({', '.join(('supplier', *hidden))}) from {name}) as kept "
        "group by kept.owner"
    )
    return dict(rows.fetchall())


def _digest(parts: Iterable[object]) -> str:
    return hashlib.sha256(json.dumps(list(parts), sort_keys=True).encode()).hexdigest()[:16]
