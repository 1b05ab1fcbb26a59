"""Any metric, by any of its dimensions, over any period: the one way from records to numbers."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from itertools import groupby
from typing import TYPE_CHECKING, Any

from ppp_metrics.metrics.dimensions import DIMENSIONS, REGION_DIMENSIONS, find_dimension, find_value
from ppp_metrics.metrics.disclosure import SUBJECT_COLUMNS, refuse_naming_companies, suppress, threshold
from ppp_metrics.metrics.estimators import ESTIMATORS, Estimate, wilson
from ppp_metrics.metrics.metric import WINDOWS, Metric
from ppp_metrics.metrics.places import find_partnership, find_region
from ppp_metrics.metrics.registry import dimensions_of, find_metric
from ppp_metrics.metrics.relations import prepare
from ppp_metrics.periods import Period

if TYPE_CHECKING:
    import pandas as pd
    from duckdb import DuckDBPyConnection

MEASURES = ("value", "low", "high", "n", "numerator", "denominator", "unit", "suppressed", "note")
COUNTS = ("units", "hits", "n", *SUBJECT_COLUMNS, "result", "effort", "small_part")

Cell = dict[str, Any]


@dataclass(frozen=True)
class Question:
    """One metric with its groups and conditions, as SQL; values from outside stand in `values`, bound by name."""

    metric: Metric
    groups: tuple[str, ...]
    source: str
    values: dict[str, Any] = field(default_factory=dict)
    least: int = 0
    is_known: bool = True


def compute(
    con: DuckDBPyConnection,
    metric_id: str,
    period: Period,
    *,
    today: date,
    region: str | None = None,
    partnership: str | None = None,
    by: Sequence[str] = (),
    where: Mapping[str, str | Iterable[str]] | None = None,
    edition: str = "coordinator",
) -> pd.DataFrame:
    """One row a group: the dimensions, then value, low, high, n, numerator, denominator, unit, suppressed, note.

    Without `by` always one row. Rows are ordered by the dimensions. `where` maps a dimension to the value, or the
    values of which any will do, each as a code or a name; `region` includes all areas below it. `n` is null only where
    suppressed; numerator and denominator are null for what is no rate. Notes are joined by "; ": no_data, too_few,
    no_variance, suppressed, period_not_begun, pre_post only, mix: result 61, effort 39, without 1 of 6 suppliers (who
    never sent what the metric needs).

    Raises UsageError for an unknown metric, dimension, value, region, partnership or edition.
    """
    metric = find_metric(metric_id)
    least = threshold(metric.person, edition)
    prepare(con)
    available = dimensions_of(metric)
    names = [find_dimension(name, available).id for name in dict.fromkeys(by)]
    asked = {find_dimension(name, available): values for name, values in (where or {}).items()}
    refuse_naming_companies({*names, *(dimension.id for dimension in asked)}, edition)
    conditions = {
        dimension.id: [find_value(con, dimension, value) for value in ([values] if isinstance(values, str) else values)]
        for dimension, values in asked.items()
    }
    notes = []
    if metric.one_design and "design" not in {*names, *conditions}:
        conditions["design"] = ["pre_post"]
        notes.append("pre_post only")
    if period.first_day > today:
        notes.append("period_not_begun")
    _set_window(con, metric, period, today)
    question = _question(con, metric, names, conditions, region, partnership, least)
    if metric.needs and question.is_known:
        notes += _incomplete_note(con, question)
    cells = _count(con, question)
    if metric.kind == "estimate":
        _estimate(con, question, cells)
    for cell in cells:
        _finish(metric, cell, notes, question.is_known)
    return suppress(_framed(metric, cells, names), person=metric.person, edition=edition)[[*names, *MEASURES]]


def _set_window(con: DuckDBPyConnection, metric: Metric, period: Period, today: date) -> None:
    as_of = period.as_of(today)
    first, last = WINDOWS[metric.window].bounds(period, as_of)
    for name, value in {
        "as_of": as_of,
        "window_start": first,
        "window_end": min(last, as_of),
        "window_days": (last - first).days + 1,
    }.items():
        con.execute(f"set variable {name} = ?", [value])


def _question(
    con: DuckDBPyConnection,
    metric: Metric,
    by: Sequence[str],
    conditions: Mapping[str, list[str]],
    region: str | None,
    partnership: str | None,
    least: int,
) -> Question:
    values: dict[str, Any] = {}
    filters = [f"({metric.where})"] if metric.where else []
    if metric.event:
        filters.append(f"{metric.event} between getvariable('window_start') and getvariable('window_end')")
    if region:
        values["region"] = find_region(con, region)
        filters.append("region_code in (select region_code from region_paths where list_contains(path, $region))")
    if partnership:
        values["partnership"] = find_partnership(con, partnership)
        filters.append("partnership = $partnership")
    for name, wanted in conditions.items():
        values[f"where_{name}"] = wanted
        filters.append(f"list_contains($where_{name}, {DIMENSIONS[name].expression(metric.event)})")
    if metric.needs:
        values["suppliers"] = _suppliers_who_sent(con, metric.needs)
        filters.append("list_contains($suppliers, supplier)")
    source = metric.view
    if set(REGION_DIMENSIONS) & {*by, *conditions}:
        source += (
            f" left join (select region_code, {', '.join(REGION_DIMENSIONS)} from region_paths) using (region_code)"
        )
    groups = tuple(f"{DIMENSIONS[name].expression(metric.event)} as by_{name}" for name in by)
    where = " and ".join(filters) or "true"
    return Question(metric, groups, f"{source} where {where}", values, least, values.get("suppliers") != [])


def _suppliers_who_sent(con: DuckDBPyConnection, needs: Sequence[str]) -> list[str]:
    found = con.execute(
        "select supplier from delivered_columns where list_contains(?, table_name || '.' || column_name) "
        "group by supplier having count(*) = ? order by supplier",
        [list(needs), len(needs)],
    )
    return [supplier for (supplier,) in found.fetchall()]


def _incomplete_note(con: DuckDBPyConnection, question: Question) -> list[str]:
    """Says how many of the suppliers with records in the slice never sent what the metric needs."""
    everyone = question.source.replace("list_contains($suppliers, supplier)", "$suppliers is not null")
    counts = "count(distinct supplier) filter (not list_contains($suppliers, supplier)), count(distinct supplier)"
    lacking, total = con.execute(f"select {counts} from {everyone}", question.values).fetchall()[0]
    return [f"without {lacking} of {total} suppliers"] if lacking else []


def _count(con: DuckDBPyConnection, question: Question) -> list[Cell]:
    """One cell a group, ordered: how many units, how many of them the numerator holds for, whom they count."""
    metric = question.metric
    names = [group.rsplit(" as ", 1)[1] for group in question.groups]
    source = question.source
    hit = f"coalesce({metric.numerator}, false)" if metric.kind == "rate" else "false"
    rows = f"select *, {', '.join((*question.groups, f'{hit} as is_hit'))} from {source}"
    if metric.per:
        keys = ", ".join(dict.fromkeys((*question.groups, *metric.per, *metric.subjects)))
        rows = f"select {keys}, {hit} as is_hit from {source} group by all"
    if metric.kind == "ratio":
        units, hits = f"sum({metric.denominator})", f"sum({metric.numerator})"
    else:
        units, hits = "count(*)", "count(*) filter (is_hit)"
    n = f"count(distinct {metric.n_of})" if metric.n_of else "count(*)"
    measures = [units, hits, n, *_subject_counts(question), *_mix_counts(question)]
    order = " group by all order by all" if names else ""
    sql = f"with units as ({rows}) select {', '.join((*names, *measures))} from units{order}"
    found = con.execute(sql, question.values)
    columns = [name.removeprefix("by_") for name in names] + list(COUNTS)
    return [dict(zip(columns, row, strict=True)) for row in found.fetchall()]


def _subject_counts(question: Question) -> list[str]:
    """SQL for the people or companies behind a cell, its numerator and its complement; null where nobody asks."""
    metric = question.metric
    if not question.least:
        return ["null"] * 3
    if len(metric.subjects) == 1:
        everyone, hit, rest = (
            f"count(distinct {metric.subjects[0]}){condition}"
            for condition in ("", " filter (is_hit)", " filter (not is_hit)")
        )
    else:
        pair = f"[{', '.join(metric.subjects)}]"
        everyone, hit, rest = (
            f"len(list_distinct(flatten(list({pair}){condition})))"
            for condition in ("", " filter (is_hit)", " filter (not is_hit)")
        )
    return [everyone, hit, rest] if metric.kind == "rate" else [everyone, "null", "null"]


def _mix_counts(question: Question) -> list[str]:
    """SQL for the units under either obligation, and whether either has too few companies behind it to be told."""
    if not question.metric.tells_mix:
        return ["null"] * 3
    parts = [f"count(*) filter (obligation = '{obligation}')" for obligation in ("result", "effort")]
    if not question.least:
        return [*parts, "false"]
    companies = [f"count(distinct organisation_id) filter ({condition})"
                 for condition in ("obligation = 'result'", "obligation = 'effort'", "obligation is null")]  # fmt: skip
    return [*parts, " or ".join(f"{count} between 1 and {question.least - 1}" for count in companies)]


def _estimate(con: DuckDBPyConnection, question: Question, cells: list[Cell]) -> None:
    """Give each cell that has enough units its estimate, from the units' values."""
    metric = question.metric
    by_group = {tuple(key): values for key, values in _grouped_values(con, question)}
    width = len(question.groups)
    for cell in cells:
        key = tuple(list(cell.values())[:width])
        if cell["n"] >= metric.min_n:
            cell["estimate"] = ESTIMATORS[metric.estimator](*by_group[key])


def _grouped_values(con: DuckDBPyConnection, question: Question) -> Iterator[tuple[tuple[str, ...], list[Any]]]:
    import numpy as np

    columns = ", ".join((*question.groups, *question.metric.values))
    rows = con.execute(f"select {columns} from {question.source} order by all", question.values).fetchall()
    width = len(question.groups)
    for key, members in groupby(rows, key=lambda row: row[:width]):
        yield key, list(np.array([row[width:] for row in members], dtype=float).T)


def _finish(metric: Metric, cell: Cell, notes: Sequence[str], is_known: bool) -> None:
    """Turn the counts of a cell into its value, interval and note."""
    cell["unit"] = metric.unit
    reasons = []
    estimate = Estimate(None)
    if not is_known or (metric.kind != "count" and cell["n"] == 0):
        reasons.append("no_data")
    elif metric.kind == "count":
        estimate = Estimate(cell["units"])
    elif cell["n"] < metric.min_n:
        reasons.append("too_few")
    elif metric.kind == "estimate":
        estimate = cell["estimate"]
    elif cell["units"]:
        # units that are finer than what n counts are not independent, and sums are no sample: neither has an interval
        is_sample = metric.kind == "rate" and cell["units"] == cell["n"]
        interval = wilson(cell["hits"], cell["units"]) if is_sample else ()
        estimate = Estimate(100 * cell["hits"] / cell["units"], *interval)
    cell |= {"value": estimate.value, "low": estimate.low, "high": estimate.high}
    is_share = metric.kind in ("rate", "ratio")
    cell["numerator"] = (cell["hits"] or 0) if is_share else None
    cell["denominator"] = (cell["units"] or 0) if is_share else None
    reasons += [estimate.note] if estimate.note else []
    if cell["result"] and cell["effort"]:
        reasons.append(_mix_note(cell))
    cell["note"] = "; ".join([*reasons, *notes])


def _mix_note(cell: Cell) -> str:
    if cell["small_part"]:
        return "mix: result, effort"
    unknown = cell["units"] - cell["result"] - cell["effort"]
    return f"mix: result {cell['result']}, effort {cell['effort']}" + (f", unknown {unknown}" if unknown else "")


def _framed(metric: Metric, cells: list[Cell], names: Sequence[str]) -> pd.DataFrame:
    import pandas as pd

    columns = [*names, *MEASURES, *SUBJECT_COLUMNS]
    frame = pd.DataFrame([{name: cell.get(name) for name in columns} for cell in cells], columns=columns)
    whole = ["n", *SUBJECT_COLUMNS]
    fractions = ["low", "high"]
    (whole if metric.kind == "count" else fractions).append("value")
    (fractions if metric.kind == "ratio" else whole).extend(["numerator", "denominator"])
    return frame.astype(dict.fromkeys(whole, "Int64") | dict.fromkeys(fractions, "Float64"))
