"""A load: text cells become typed records or quarantined rows, in one transaction.

Every step is SQL over a staged table, so that a million rows never pass through Python. A row is put aside when a
required cell is missing or unreadable, when its key stands twice with different content, or when it refers to nothing.
"""

from __future__ import annotations

import hashlib
import json
from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass, field
from importlib.resources import files
from pathlib import Path
from typing import TYPE_CHECKING, Any

from ppp_metrics.errors import DataError
from ppp_metrics.language import Message, msg
from ppp_metrics.periods import now
from ppp_metrics.records import history
from ppp_metrics.records.accounts import account_for_rows
from ppp_metrics.records.casting import place_of, stage
from ppp_metrics.records.cells import Metrics
from ppp_metrics.records.deliveries import Delivery
from ppp_metrics.records.difference import Difference, compare, refuse_objections
from ppp_metrics.records.encodings import named_encoding
from ppp_metrics.records.mapping import map_sources, mapped_columns, unused_rows
from ppp_metrics.records.model import TABLES, Table
from ppp_metrics.records.reader import ROW_BITS, Source, read_file
from ppp_metrics.records.readings import readings, unsettled
from ppp_metrics.records.recognise import recognise, settle_cells
from ppp_metrics.records.staging import drop_blank_rows, insert_records, put_aside, put_numbered_rows_aside
from ppp_metrics.records.store import Store, create_session_views

if TYPE_CHECKING:
    from duckdb import DuckDBPyConnection

Review = Callable[[list["LoadResult"]], None]
"""Sees what a load came to before it is kept; an error that it raises leaves the database as it was."""


@dataclass
class LoadResult:
    """What became of one delivery; `tables` counts rows read, kept, quarantined and repeated by table.

    `notices` tell what is wrong, `readings` how cells were read where that does not go without saying.
    `difference` says what it changes. `put_aside` holds what `ppp-metrics quarantine` would show of a dry run, which
    leaves nothing to be shown by it.
    `files` accounts for every line of every file, or row of every sheet: `lines`, counted without reading a cell, is
    kept + quarantined + repeats + the counts in `left_out` by why they are no row (header, title, blank, ...).
    """

    load_id: int
    supplier: str
    difference: Difference
    tables: dict[str, dict[str, int]] = field(default_factory=dict)
    notices: list[Message] = field(default_factory=list)
    readings: list[Message] = field(default_factory=list)
    quarantined_rows: int = 0
    cells_put_aside: int = 0
    repeats: list[dict[str, object]] = field(default_factory=list)
    unused: list[dict[str, object]] = field(default_factory=list)
    put_aside: list[dict[str, Any]] = field(default_factory=list)
    files: list[dict[str, object]] = field(default_factory=list)

    @property
    def totals(self) -> dict[str, int]:
        """The counts of `tables`, added up."""
        names = ("rows", "kept", "quarantined", "repeats")
        return {name: sum(counts[name] for counts in self.tables.values()) for name in names}


def refuse_losses(results: list[LoadResult]) -> None:
    """Raises DataError where keys or columns would vanish, or files are another supplier's by all appearance."""
    refuse_objections(result.difference for result in results)


def load(
    store: Store,
    sent: list[Delivery],
    key: bytes,
    mapping: Path | None = None,
    strict: bool = False,
    metrics: Metrics | None = None,
    *,
    review: Review = refuse_losses,
    dry_run: bool = False,
    encoding: str | None = None,
) -> list[LoadResult]:
    """The result of each delivery, all loaded in one transaction once `review` has let them pass.

    A dry run has the same results, keeps nothing and asks nobody.

    `metrics` are those that a target may be for, each with its name; without them any is taken. `encoding` is that of
    the text files that are not in UTF-8, where it is known.

    Raises DataError, with the database untouched, when a file cannot be read, a table lacks a required column, or
    (`strict`) anything is put aside or not recognised, and whatever `review` raises; UsageError for an unknown
    encoding.
    """
    known = None if encoding is None else named_encoding(encoding)
    with store.writing(keep=not dry_run) as con:
        inner, outer = key_pads(key)
        con.execute(f"set variable inner_key = from_hex('{inner}'); set variable outer_key = from_hex('{outer}')")
        for macros in ("casting.sql", "personal.sql"):
            con.execute((files("ppp_metrics") / "records" / macros).read_text(encoding="utf-8"))
        results = [_load_delivery(con, delivery, mapping, metrics, known) for delivery in sent]
        if strict:
            _refuse_imperfect(results)
        if dry_run:
            _tell_what_is_put_aside(con, results)
        else:
            review(results)
    return results


def key_pads(key: bytes) -> tuple[str, str]:
    """The inner and outer pad of an HMAC key of at most 64 bytes, in hex (RFC 2104)."""
    block = key.ljust(64, b"\0")
    return bytes(byte ^ 0x36 for byte in block).hex(), bytes(byte ^ 0x5C for byte in block).hex()


def _load_delivery(
    con: DuckDBPyConnection, delivery: Delivery, mapping: Path | None, metrics: Metrics | None, encoding: str | None
) -> LoadResult:
    load_id = con.execute("select coalesce(max(load_id), 0) + 1 from loads").fetchall()[0][0]
    con.execute("set variable supplier = ?::varchar", [delivery.supplier])
    sources: list[Source] = []
    for path in delivery.paths:
        sources += read_file(con, path, first_id=len(sources) + 1, encoding=encoding)
    result = LoadResult(load_id, delivery.supplier, Difference(delivery.supplier))
    result.notices = [notice for source in sources for notice in source.notices]
    read: list[tuple[Source, Table | None]]
    if mapping:
        for source in sources:
            settle_cells(source, range(len(source.headers)))
        read = [(source, None) for source in sources]
        mapped = map_sources(con, mapping, sources)
        columns = {(table.name, name) for table, _ in mapped for name in mapped_columns(con, table)}
        staged = mapped
    else:
        recognised, strangers = recognise(sources)
        result.notices += strangers + [notice for table_source in recognised for notice in table_source.notices]
        read = [(item.source, item.table) for item in recognised]
        columns = {(item.table.name, name) for item in recognised for name in item.positions}
        staged = [
            (table, " union all ".join(item.texts for item in recognised if item.table is table))
            for table in TABLES
            if any(item.table is table for item in recognised)
        ]
    as_written = {source.source_id for source in sources if source.is_as_written}
    blank: Counter[int] = Counter()
    for table, texts in staged:
        stage(con, table, texts, mapped=mapping is not None, as_written=as_written, metrics=metrics)
        blank.update(drop_blank_rows(con, table))
    filled = [table for table, _ in staged if _has_rows(con, table)]
    if not filled and not any(source.aside for source in sources):
        raise DataError(_only_headers(delivery.supplier, sources))
    _refuse_missing_tables(filled)
    _record_load(con, load_id, delivery, sources, mapping)
    _record_columns(con, load_id, columns)
    for source, known in read:
        put_numbered_rows_aside(con, source, known, load_id)
    for table, texts in staged:
        put_aside(con, table, texts, load_id, delivered=filled, mapped=mapping is not None, metrics=metrics)
    if mapping:
        _record_unused(con, load_id, unused_rows(con, [table for table, _ in staged]))
    places = {source.source_id: source.place for source in sources}
    for table, texts in staged:
        result.readings += readings(con, table, texts, place_of(mapping is not None), places)
    result.notices += unsettled(con, load_id, places)
    for table, _ in staged:
        result.tables[table.name] = insert_records(con, table, load_id, mapped=mapping is not None)
    _summarise(con, result)
    tables = [table for table, _ in staged]
    result.files = account_for_rows(con, load_id, read, sources, blank, tables if mapping else None)
    result.difference = compare(con, load_id, delivery.supplier, tables)
    return result


def _has_rows(con: DuckDBPyConnection, table: Table) -> bool:
    return bool(con.execute(f"select 1 from staged_{table.name} limit 1").fetchall())


def _only_headers(supplier: str, sources: list[Source]) -> Message:
    return msg(
        "{supplier} sends headers without a single row: {files}. Fill in at least one table: beside it, a table "
        "with its header alone says that there is none.",
        supplier=supplier,
        files=", ".join(dict.fromkeys(source.path.name for source in sources)),
    )


def _refuse_missing_tables(delivered: list[Table]) -> None:
    """A required reference to a table that did not come along, or has no row, would put every row aside: say so."""
    names = {table.name for table in delivered} | {"regions", "themes"}
    for table in delivered:
        for column in table.columns:
            if column.required and column.references and column.references not in names:
                raise DataError(
                    msg(
                        "{table} refer to {other} ({column}), and this load has no {other}. Load all files "
                        "of a supplier together: a load replaces the supplier's earlier one.",
                        table=table.name,
                        other=column.references,
                        column=column.name,
                    )
                )


def _record_load(
    con: DuckDBPyConnection, load_id: int, delivery: Delivery, sources: list[Source], mapping: Path | None
) -> None:
    digest = hashlib.sha256()
    for source in sources:
        digest.update(f"{source.path.name}\0{source.sheet}\0{source.sha256}\n".encode())
    for path in sorted(mapping.glob("*.sql")) if mapping else []:
        digest.update(path.read_bytes())
    con.execute(
        "insert into loads values (?, ?, ?, ?, ?)",
        [load_id, delivery.supplier, now(), digest.hexdigest(), mapping.name if mapping else None],
    )
    con.executemany(
        "insert into sources values (?, ?, ?, ?, ?)",
        [[load_id, s.source_id, s.path.name, s.sheet, s.sha256] for s in sources],
    )


def _record_columns(con: DuckDBPyConnection, load_id: int, columns: set[tuple[str, str]]) -> None:
    con.executemany("insert into delivered values (?, ?, ?)", [[load_id, *each] for each in sorted(columns)])


def _record_unused(con: DuckDBPyConnection, load_id: int, origins: list[int]) -> None:
    if origins:
        con.execute(
            f"insert into unused select ?, o >> {ROW_BITS}, o & {(1 << ROW_BITS) - 1} from unnest(?::bigint[]) as t(o)",
            [load_id, origins],
        )


def _summarise(con: DuckDBPyConnection, result: LoadResult) -> None:
    place = "join sources as s using (load_id, source_id) where load_id = ? order by source_id, source_row"
    rows = con.execute(
        "select table_name, file, sheet, source_row, first_source_row, "
        "(select any_value(f.file) from sources as f where f.load_id = r.load_id and f.source_id = r.first_source_id) "
        f"from repeats as r {place}",
        [result.load_id],
    ).fetchall()
    names = ("table", "file", "sheet", "row", "first_row", "first_file")
    result.repeats = [dict(zip(names, row, strict=True)) for row in rows]
    rows = con.execute(f"select file, sheet, source_row from unused {place}", [result.load_id]).fetchall()
    result.unused = [dict(zip(("file", "sheet", "row"), row, strict=True)) for row in rows]
    result.quarantined_rows, result.cells_put_aside = con.execute(
        "select count(distinct (source_id, source_row)) filter (not row_kept), "
        "count(*) filter (row_kept) from quarantine where load_id = ?",
        [result.load_id],
    ).fetchall()[0]
    if result.unused:
        shown = ", ".join(str(row["row"]) for row in result.unused[:10]) + (", …" if len(result.unused) > 10 else "")
        result.notices.append(
            msg(
                "{count} source rows give no issue, or nothing at all: {rows}. "
                "Does a WHERE of the mapping leave them out?",
                count=len(result.unused),
                rows=shown,
            )
        )


def _tell_what_is_put_aside(con: DuckDBPyConnection, results: list[LoadResult]) -> None:
    create_session_views(con, None, [result.load_id for result in results])
    entries = history.quarantined(con)
    for result in results:
        result.put_aside = [entry for entry in entries if entry["supplier"] == result.supplier]


def _refuse_imperfect(results: list[LoadResult]) -> None:
    for result in results:
        if result.notices:
            raise DataError(result.notices[0])
        if result.quarantined_rows or result.cells_put_aside:
            raise DataError(
                msg(
                    "Of {supplier} would be put aside: rows {rows}, cells {cells}; --strict refuses that. "
                    "Load without --strict to see them with `ppp-metrics quarantine`.",
                    rows=result.quarantined_rows,
                    cells=result.cells_put_aside,
                    supplier=result.supplier,
                )
            )


def to_json(results: list[LoadResult], lang: str) -> str:
    """The results as one JSON document: totals, then each load."""
    loads = [
        vars(result)
        | {name: [each.render(lang) for each in getattr(result, name)] for name in ("notices", "readings")}
        | {
            "difference": result.difference.to_dict()
            | {"objections": [objection.render(lang) for objection in result.difference.objections()]}
        }
        for result in results
    ]
    totals = {
        "quarantined_rows": sum(result.quarantined_rows for result in results),
        "cells_put_aside": sum(result.cells_put_aside for result in results),
        "repeats": [row for result in results for row in result.repeats],
        "unused": [row for result in results for row in result.unused],
    }
    return json.dumps(totals | {"loads": loads}, ensure_ascii=False, indent=2)
