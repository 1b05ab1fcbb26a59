"""What the records behind a number lack: cells that could not be read, days that are not there, rows put aside."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from itertools import groupby
from typing import TYPE_CHECKING, Any

from ppp_metrics.metrics.coverage import suppliers_here
from ppp_metrics.metrics.dimensions import TIME_DIMENSIONS
from ppp_metrics.metrics.relations import bound_in, lacking_columns, view_columns
from ppp_metrics.records.model import BY_NAME

if TYPE_CHECKING:
    from duckdb import DuckDBPyConnection

    from ppp_metrics.metrics.metric import Metric
    from ppp_metrics.metrics.question import Question

KINDS = {"date": "dates", "number": "numbers", "integer": "numbers", "boolean": "answers", "code": "codes"}
"""What a note calls the cells of a kind of column; those of another kind refer to something."""


@dataclass(frozen=True)
class Gap:
    """Cells of one sort that a metric reads and somebody lacks, where its view has the records that lack them.

    `mark` is SQL for whether a row of the view is of such a record, `record` for which one that is. `is_undated`: the
    cells are the day by which a row comes into a window, so that without it the row stands in none.
    """

    word: str
    mark: str
    record: str
    is_undated: bool


@dataclass(frozen=True)
class Lacking:
    """The gaps of a question, with what follows `from` to count them: in its window, and the rows without a day.

    `is_counted`: a note may say how many there are.
    """

    gaps: tuple[Gap, ...]
    is_counted: bool
    in_window: str
    undated: str


def gaps_of(con: DuckDBPyConnection, metric: Metric) -> tuple[Gap, ...]:
    """The gaps of a metric that some supplier's records have; mostly there are none."""
    sorts: dict[tuple[str, bool], list[tuple[str, str]]] = {}
    for table, column in _lacked(con, metric):
        keys = _keys(metric, table, column)
        if keys and column:
            record = f"({', '.join(('supplier', *keys))})"
            mark = (
                f"{record} in (select {record} from {table} where {column} is null and "
                "(load_id, source_id, source_row) in (select (load_id, source_id, source_row) from lacking_cells "
                f"where table_name = '{table}' and column_name = '{column}'))"
            )
            sorts.setdefault((_word(table, column), column == metric.event), []).append((record, mark))
    return tuple(
        Gap(
            word=word,
            mark=f"({' or '.join(mark for _, mark in found)})",
            record=f"({', '.join(dict.fromkeys(record for record, _ in found))})",
            is_undated=is_undated,
        )
        for (word, is_undated), found in sorts.items()
    )


def tell_lacking(con: DuckDBPyConnection, question: Question, cells: Sequence[dict[str, Any]]) -> None:
    """Give each cell what its records lack, as `lacking`: `18 of 20 amounts unread`, `8 without a date`.

    A record without a day stands in no window and could in any: it is told of whatever the days asked for.
    """
    lacking = question.lacking
    if lacking is None:
        return
    both = [f"count(distinct {gap.record}) filter ({gap.mark}), count(distinct {gap.record})" for gap in lacking.gaps]
    in_window = _by_group(con, question, question.names, both, lacking.in_window)
    timeless = [name for name in question.names if name not in TIME_DIMENSIONS]
    days = [f"count(distinct {gap.record})" for gap in lacking.gaps if gap.is_undated]
    undated = _by_group(con, question, timeless, days, lacking.undated) if days else {}
    for cell in cells:
        found = in_window.get(tuple(cell[name] for name in question.names), ())
        notes = [
            f"{f'{lacked} of {total}' if lacking.is_counted else 'some'} {gap.word} unread"
            for gap, lacked, total in zip(lacking.gaps, found[::2], found[1::2], strict=False)
            if lacked
        ]
        notes += [
            f"{lacked if lacking.is_counted else 'some'} without a date"
            for lacked in undated.get(tuple(cell[name] for name in timeless), ())
            if lacked
        ]
        cell["lacking"] = tuple(notes)


def notes_of_suppliers(
    con: DuckDBPyConnection, metric: Metric, edition: str, values: Mapping[str, Any]
) -> dict[str, tuple[str, ...]]:
    """Area, or "" where `values` names no `areas` -> what its suppliers sent of which nobody knows where it belongs.

    Rows put aside as a whole, and references that led nowhere, of suppliers with issues there or with none anywhere: of
    whatever part of a supplier a number is, they may have belonged to it.
    """
    unplaced = [(table, column) for table, column in _lacked(con, metric) if not _keys(metric, table, column)]
    if not unplaced:
        return {}
    here, asked = suppliers_here(con, values)
    everywhere = f"select supplier, {'unnest($areas)' if 'areas' in values else repr('')} as area from anywhere"
    found = con.execute(
        "select area, table_name, column_name, count(*) from lacking_cells "
        f"join ({here} union all {everywhere}) using (supplier) "
        "where list_contains($unplaced, table_name || '.' || coalesce(column_name, '')) group by all order by all",
        asked | {"unplaced": [f"{table}.{column or ''}" for table, column in unplaced]},
    ).fetchall()
    return {area: _told(metric, edition, list(own)) for area, own in groupby(found, key=lambda row: row[0])}


def _told(metric: Metric, edition: str, found: Sequence[tuple[str, str, str | None, int]]) -> tuple[str, ...]:
    words: Counter[str] = Counter()
    for _, table, column, count in found:
        words[_word(table, column) if column else ""] += count
    told = [
        f"{count if is_counted(metric, edition) else 'some'} {word} unread" for word, count in words.items() if word
    ]
    rows = [
        f"{table} {count}" if is_counted(metric, edition, table) else table
        for _, table, column, count in found
        if not column
    ]
    return (*told, *([f"rows put aside: {', '.join(rows)}"] if rows else []))


def is_counted(metric: Metric, edition: str, table: str | None = None) -> bool:
    """Whether a note may say how many lack something: neither of people, who may be few, nor to a funder."""
    is_about_people = metric.person or any(column.personal for column in (BY_NAME[table].columns if table else ()))
    return edition == "none" or (edition == "coordinator" and not is_about_people)


def _lacked(con: DuckDBPyConnection, metric: Metric) -> list[tuple[str, str | None]]:
    """What some record lacks: columns that the metric reads, and tables of which rows were put aside, without one."""
    read = {(table, column) for table, _, column in (name.partition(".") for name in (*metric.needs, *metric.reads))}
    tables = {(table, None) for table, _ in read}
    return sorted(lacking_columns(con) & (read | tables), key=lambda found: (found[0], found[1] or ""))


def _keys(metric: Metric, table: str, column: str | None) -> tuple[str, ...]:
    """The columns by which a row of the metric's view is known to be of a record of the table; none where it is not."""
    if column is None:
        return ()
    columns = view_columns()[metric.view]
    key = BY_NAME[table].key
    if set(key) <= set(columns):
        return key
    # rows of the view are of what the record is about: an issue of its outcomes
    about = {"issues", "agreements", "partners", "partnerships"}
    own = BY_NAME[table].columns
    return tuple(each.name for each in own if each.references in about and each.name in columns and each.name != column)


def _word(table: str, column: str) -> str:
    if column.endswith("_eur"):
        return "amounts"
    return "hours" if column == "hours" else KINDS.get(BY_NAME[table].by_name[column].kind, "references")


def _by_group(
    con: DuckDBPyConnection, question: Question, names: Sequence[str], counts: Sequence[str], source: str
) -> dict[tuple[str, ...], tuple[int, ...]]:
    groups = dict(zip(question.names, question.groups, strict=True))
    selected = ", ".join([*(f"{groups[name]} as by_{name}" for name in names), *counts])
    sql = f"select {selected} from {source}{' group by all' if names else ''}"
    rows = con.execute(sql, bound_in(sql, question.values)).fetchall()
    return {row[: len(names)]: row[len(names) :] for row in rows}
