"""What SQL does not compute itself: the units' values, or their event table, to the estimators and back."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date
from itertools import groupby
from typing import TYPE_CHECKING, Any

from ppp_metrics.metrics.estimators import ESTIMATORS, MIN_N, coefficient_of_variation_pct
from ppp_metrics.metrics.metric import BEGINNING
from ppp_metrics.metrics.question import Question
from ppp_metrics.periods import Period

if TYPE_CHECKING:
    import numpy as np
    from duckdb import DuckDBPyConnection
    from numpy.typing import NDArray

    from ppp_metrics.metrics.survival import Incidence

Cell = dict[str, Any]
Groups = Iterator[tuple[tuple[str, ...], list["NDArray[np.float64]"]]]


def estimate(con: DuckDBPyConnection, question: Question, cells: list[Cell]) -> None:
    """Give each cell that has enough units its `estimate`; cells of counts, shares and sums stay as they are."""
    metric = question.metric
    if metric.kind == "variation":
        _vary(con, question, cells)
    elif metric.kind == "incidence":
        curves = dict(incidences(con, question))
        for cell, key in _worth_it(question, cells):
            curve = curves[key]
            cell["estimate"] = curve.quantile(0.5) if metric.at_days is None else curve.at(metric.at_days)
    elif metric.kind == "estimate":
        # what counts people is estimated from people, each with all their values
        people = [f"dense_rank() over (order by {metric.n_of})"] if metric.n_of else []
        selected = ", ".join((*question.selected, *metric.values, *people))
        columns = dict(_grouped(con, question, f"select {selected} from {question.source}"))
        for cell, key in _worth_it(question, cells):
            cell["estimate"] = ESTIMATORS[metric.estimator](*columns[key])


def incidences(con: DuckDBPyConnection, question: Question) -> Iterator[tuple[tuple[str, ...], Incidence]]:
    """Each group with its cumulative incidence; from a table with a row a group and day, however many issues.

    What happened before the first day counted from, which `check` reports, counts as of that day. The curve ends with
    the last day for which ten were followed, whatever had happened to them by then.
    """
    from ppp_metrics.metrics.survival import cumulative_incidence

    metric = question.metric
    event, competing = metric.values
    days = f"greatest(0, coalesce({event}, {competing}, getvariable('as_of')) - {metric.event}) as days"
    counts = (
        f"count({event}) as events",
        f"count(*) filter ({event} is null and {competing} is not null) as competing",
        f"count(*) filter ({event} is null and {competing} is null) as censored",
    )
    followed = f"max(getvariable('as_of') - {metric.event}, {MIN_N})[{MIN_N}] as followed_days"
    by_day = f"select {', '.join((*question.selected, days, *counts))} from {question.source} group by all"
    by_group = f"select {', '.join((*question.selected, followed))} from {question.source} group by all"
    joined = f"join followed using ({', '.join(question.columns)})" if question.names else "cross join followed"
    rows = f"with days as ({by_day}), followed as ({by_group}) select * from days {joined}"
    for key, (*columns, followed_days) in _grouped(con, question, rows):
        yield key, cumulative_incidence(*columns).until(followed_days[0])


def _worth_it(question: Question, cells: list[Cell]) -> Iterator[tuple[Cell, tuple[str, ...]]]:
    for cell in cells:
        if cell["n"] >= question.metric.min_n:
            yield cell, tuple(cell[name] for name in question.names)


def _grouped(con: DuckDBPyConnection, question: Question, sql: str) -> Groups:
    """Each group with its columns as arrays; in one order, so that the order of the records changes nothing."""
    import numpy as np

    rows = con.execute(f"{sql} order by all", question.values).fetchall()
    width = len(question.names)
    for key, members in groupby(rows, key=lambda row: row[:width]):
        yield key, list(np.array([row[width:] for row in members], dtype=float).T)


def _vary(con: DuckDBPyConnection, question: Question, cells: list[Cell]) -> None:
    """The variation of the quarters' numbers: one without any counts as 0, but none before the first of the group ever.

    n is the number of quarters.
    """
    import numpy as np

    event = question.metric.event
    first, last = con.execute("select getvariable('window_start'), getvariable('window_end')").fetchall()[0]
    con.execute("set variable window_start = ?", [BEGINNING])
    begun = _by_group(con, question, f"min({event})")
    con.execute("set variable window_start = ?", [first])
    quarter = f"strftime({event}, '%Y') || '-Q' || quarter({event}) as counted_quarter"
    found = con.execute(
        f"select {', '.join((*question.selected, quarter, 'count(*)'))} from {question.source} group by all",
        question.values,
    ).fetchall()
    numbers = {(*key, counted): count for *key, counted, count in found}
    for cell in cells:
        key = tuple(cell[name] for name in question.names)
        quarters = _quarters(max(first, begun[key]), last) if cell["units"] else []
        cell["n"] = len(quarters)
        cell["estimate"] = coefficient_of_variation_pct(
            np.array([numbers.get((*key, counted), 0) for counted in quarters], dtype=float)
        )


def _by_group(con: DuckDBPyConnection, question: Question, aggregate: str) -> dict[tuple[str, ...], Any]:
    rows = con.execute(
        f"select {', '.join((*question.selected, aggregate))} from {question.source} group by all", question.values
    ).fetchall()
    return {tuple(key): value for *key, value in rows}


def _quarters(first: date, last: date) -> list[str]:
    """The quarters from that of the first day to that of the last."""
    quarter, found = Period.quarter_of(first), []
    while quarter.first_day <= last:
        found.append(str(quarter))
        quarter = quarter.shifted(1)
    return found
