"""Which numbers have become others since they were published: by how much, and through which load."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from math import isclose
from typing import TYPE_CHECKING, Any

from ppp_metrics.errors import UsageError
from ppp_metrics.language import msg
from ppp_metrics.metrics.compute import compute
from ppp_metrics.metrics.dimensions import UNKNOWN, By, sliced_by
from ppp_metrics.metrics.existence import is_not_broken_down
from ppp_metrics.metrics.registry import find_metric
from ppp_metrics.periods import Period
from ppp_metrics.records.history import loads_between

if TYPE_CHECKING:
    import pandas as pd
    from duckdb import DuckDBPyConnection

    from ppp_metrics.records.store import Store

COMPARED = ("value", "low", "high", "n", "note")
"""What makes a number another one: what its reader sees of it."""

COLUMNS = {
    "metric": "str", "period": "str", "dimension": "str", "group": "str", "where": "str",
    "value_before": "Float64", "value_after": "Float64", "change": "Float64",
    "low_before": "Float64", "low_after": "Float64", "high_before": "Float64", "high_after": "Float64",
    "n_before": "Int64", "n_after": "Int64", "unit": "str", "note_before": "str", "note_after": "str",
    "load_id": "Int64", "supplier": "str", "loaded_at": "datetime64[us]",
}  # fmt: skip
"""The columns of `restated`, with their types."""

State = Mapping[str, int]
"""What is known: supplier -> its newest load."""
Cell = dict[str, Any]


@dataclass(frozen=True)
class MetricQuestion:
    """One metric over a period: as a whole or by dimensions, of all units or where dimensions have some values.

    `withheld` are the groups ("" is the whole) that its report did not show, for the sake of others perhaps.
    """

    metric: str
    period: str
    by: By = None
    where: Mapping[str, str | Sequence[str]] = field(default_factory=dict)
    withheld: Sequence[str] = ()

    @property
    def conditions(self) -> str:
        """The conditions that a row's group does not say already: `theme=water, role=student|teacher`."""
        listed = {name: [each] if isinstance(each, str) else each for name, each in self.where.items()}
        return ", ".join(f"{name}={'|'.join(each)}" for name, each in listed.items() if name not in sliced_by(self.by))


@dataclass(frozen=True)
class _Answer:
    """The numbers of a question in one state, by group ("" is the whole); `nothing` is a number of no units."""

    cells: dict[str, Cell]
    nothing: Cell

    def of(self, group: str) -> Cell:
        return self.cells.get(group, self.nothing)


def restated(
    store: Store,
    questions: Sequence[MetricQuestion],
    before: State,
    after: State,
    *,
    region: str | None,
    today: date,
    edition: str = "coordinator",
) -> pd.DataFrame:
    """The numbers that differ between two states of the records: a row for each load in between that changed one.

    The changes of a number add up to the whole. Columns: metric, period, dimension and group (null for a number as a
    whole), where; value_before, value_after and change (in `unit`), the interval, n and note before and after the load;
    unit; load_id, supplier, loaded_at. Rows are in the order of the questions, groups and loads.

    Both states are looked at on the same day, so that no change is one of time, and after the disclosure control of the
    edition: a suppressed number is null, and so is a change from it or to it. A group that was not there before counts
    0, or has no value where it is no count.

    Raises UsageError as `compute` does, and when the second state is older than the first.
    """
    import pandas as pd

    _refuse_going_back(before, after)

    def ask(state: State, wanted: Iterable[int]) -> dict[int, _Answer]:
        with store.reading(loads=state.values()) as con:
            return {at: _answer(con, questions[at], region=region, today=today, edition=edition) for at in wanted}

    first, last = ask(before, range(len(questions))), ask(after, range(len(questions)))
    # a number that is in the end what it was has not been restated, so only the others are followed from load to load
    changes: dict[tuple[int, str], list[dict[str, Any]]] = {
        (at, group): [] for at in first for group in _differing(first[at], last[at])
    }
    followed = dict.fromkeys(at for at, _ in changes)
    with store.reading() as con:
        loads = loads_between(con, before, after) if changes else []
    earlier, state = first, dict(before)
    for load_id, supplier, loaded_at in loads:
        state[supplier] = load_id
        later = last if state == after else ask(state, followed)
        through = {"load_id": load_id, "supplier": supplier, "loaded_at": loaded_at}
        for (at, group), rows in changes.items():
            was, now = earlier[at].of(group), later[at].of(group)
            if not _is_same(was, now):
                rows.append(_row(questions[at], group, was, now) | through)
        earlier = later
    return pd.DataFrame([row for rows in changes.values() for row in rows], columns=list(COLUMNS)).astype(COLUMNS)


def _refuse_going_back(before: State, after: State) -> None:
    for supplier, load_id in before.items():
        if after.get(supplier, 0) < load_id:
            raise UsageError(
                msg(
                    "The first of the two days is later than the second: a load of {supplier} lies between them. "
                    "Choose an earlier `known_at` or a later `until`; without `known_at` the first is the day of the "
                    "report.",
                    supplier=supplier,
                )
            )


def _answer(con: DuckDBPyConnection, question: MetricQuestion, **slice_: Any) -> _Answer:
    metric, period = find_metric(question.metric), Period.parse(question.period)
    by = sliced_by(question.by)
    frame = compute(con, metric.id, period, by=by, where=question.where, **slice_)
    records = frame.astype(object).where(frame.notna(), None).to_dict("records")
    if is_not_broken_down(records, by):
        return _Answer({}, dict.fromkeys(COMPARED) | {"note": "suppressed"})
    cells = {"/".join(row[name] for name in by): {name: row[name] for name in COMPARED} for row in records}
    cells |= {group: dict.fromkeys(COMPARED) | {"note": "suppressed"} for group in question.withheld if group in cells}
    is_count = metric.kind == "count"
    if is_count and not cells:
        # no group at all: nothing was counted, or nobody sent what there is to count
        [whole] = compute(con, metric.id, period, where=question.where, **slice_)["note"]
        is_count = "no_data" not in whole
    nothing = {"value": 0 if is_count else None, "low": None, "high": None, "n": 0}
    return _Answer(cells, nothing | {"note": "" if is_count else "no_data"})


def _differing(first: _Answer, last: _Answer) -> list[str]:
    """The groups with another number in the one answer than in the other, the unknown last."""
    groups = sorted(first.cells | last.cells, key=lambda group: (group == UNKNOWN, group))
    return [group for group in groups if not _is_same(first.of(group), last.of(group))]


def _is_same(one: Cell, other: Cell) -> bool:
    # the last bits of a sum hang on the order in which the threads of DuckDB add
    return all(
        a == b or (isinstance(a, float) and isinstance(b, float) and isclose(a, b, rel_tol=1e-9))
        for a, b in ((one[name], other[name]) for name in COMPARED)
    )


def _row(question: MetricQuestion, group: str, was: Cell, now: Cell) -> dict[str, Any]:
    is_known = was["value"] is not None and now["value"] is not None
    return {
        "metric": question.metric,
        "period": question.period,
        "dimension": "/".join(sliced_by(question.by)) or None,
        "group": group or None,
        "where": question.conditions or None,
        "change": now["value"] - was["value"] if is_known else None,
        "unit": find_metric(question.metric).unit,
        **{f"{name}_before": was[name] for name in COMPARED},
        **{f"{name}_after": now[name] for name in COMPARED},
    }
