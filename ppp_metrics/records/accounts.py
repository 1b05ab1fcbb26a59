"""What became of every line of the files of a load: the proof that nothing is lost, to be checked from outside."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING

from ppp_metrics.records.mapping import SOURCE_CELLS
from ppp_metrics.records.model import TABLES, Table
from ppp_metrics.records.reader import ROW_BITS, Source

if TYPE_CHECKING:
    from duckdb import DuckDBPyConnection


def account_for_rows(
    con: DuckDBPyConnection,
    load_id: int,
    read: Sequence[tuple[Source, Table | None]],
    sources: Sequence[Source],
    blank: Mapping[int, int],
    mapped: Sequence[Table] | None,
) -> list[dict[str, object]]:
    """One entry a source: file, sheet, table, lines, and what the lines are: kept, quarantined, repeats, left_out.

    A row that several records of a mapping stand on is kept if one of them is, else put aside, else a repeat.
    `left_out` counts, by why they are no row: header, title, separator, blank, text (further lines of a cell with line
    breaks), not_loaded (of a source that is no table), unused (rows that a mapping takes no record from).
    """
    fates = _fates_of_mapped(con, load_id, mapped) if mapped is not None else _fates(con, load_id)
    tables = {source.source_id: table for source, table in read}
    entries: list[dict[str, object]] = []
    for source in sources:
        left_out = Counter(source.left_out)
        fate = fates.get(source.source_id, {})
        if source.source_id not in tables:
            left_out = Counter(not_loaded=source.lines)
        elif mapped is None:
            left_out["blank"] += blank.get(source.source_id, 0)
        else:
            left_out["unused"] += fate.get("unused", 0)
            left_out["blank"] += _rows(con, source.sql) - _rows(con, f"from {SOURCE_CELLS}_{source.source_id}")
        table = tables.get(source.source_id)
        entries.append(
            {
                "file": source.path.name,
                "sheet": source.sheet,
                "table": table and table.name,
                "lines": source.lines,
                **{name: fate.get(name, 0) for name in ("kept", "quarantined", "repeats")},
                "left_out": {reason: count for reason, count in left_out.items() if count},
            }
        )
    return entries


def _rows(con: DuckDBPyConnection, sql: str) -> int:
    return int(con.execute(f"select count(*) from ({sql})").fetchall()[0][0])


def _fates(con: DuckDBPyConnection, load_id: int) -> dict[int, dict[str, int]]:
    """Source -> how many of its rows were kept, put aside, or repeats."""
    kept = " union all ".join(f"select load_id, source_id from history.{table.name}" for table in TABLES)
    return _counted(
        con,
        f"select source_id, 'kept', count(*) from ({kept}) where load_id = $load group by 1 "
        "union all select source_id, 'quarantined', count(distinct source_row) from quarantine "
        "where load_id = $load and not row_kept group by 1 "
        "union all select source_id, 'repeats', count(*) from repeats where load_id = $load group by 1",
        load_id,
    )


def _fates_of_mapped(con: DuckDBPyConnection, load_id: int, tables: Sequence[Table]) -> dict[int, dict[str, int]]:
    kept = " union all ".join(
        f"select unnest(origins) as o from staged_{table.name} "
        f"anti join aside_{table.name} using (origin) anti join repeated_{table.name} using (origin)"
        for table in tables
    )
    place = f"(source_id::bigint << {ROW_BITS}) + source_row as o"
    return _counted(
        con,
        f"with kept as (select distinct o from ({kept})), "
        f"aside as (select distinct {place} from quarantine where load_id = $load and not row_kept), "
        f"repeated as (select distinct {place} from repeats where load_id = $load), "
        f"every_row as (select source_row as o from {SOURCE_CELLS} union select o from aside) "
        f"select o >> {ROW_BITS}, case when o in (from kept) then 'kept' when o in (from aside) then 'quarantined' "
        "when o in (from repeated) then 'repeats' else 'unused' end, count(*) from every_row group by all",
        load_id,
    )


def _counted(con: DuckDBPyConnection, query: str, load_id: int) -> dict[int, dict[str, int]]:
    fates: dict[int, dict[str, int]] = {}
    for source_id, fate, count in con.execute(query, {"load": load_id}).fetchall():
        fates.setdefault(source_id, {})[fate] = count
    return fates
