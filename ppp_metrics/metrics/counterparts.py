"""What each row of a metric is set against: itself in an earlier period, its target, or all that it is not."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any

from ppp_metrics.errors import UsageError
from ppp_metrics.language import msg
from ppp_metrics.metrics.compute import answer, compute, counted
from ppp_metrics.metrics.contrasts import exactly
from ppp_metrics.metrics.dimensions import REGION_DIMENSIONS, UNKNOWN
from ppp_metrics.metrics.disclosure import is_unsafe
from ppp_metrics.metrics.estimators import Estimate
from ppp_metrics.metrics.existence import is_not_broken_down
from ppp_metrics.metrics.metric import WINDOWS, Metric
from ppp_metrics.metrics.places import find_region, targets_for
from ppp_metrics.metrics.question import Question, ask
from ppp_metrics.metrics.relations import prepare
from ppp_metrics.periods import Period

if TYPE_CHECKING:
    import pandas as pd
    from duckdb import DuckDBPyConnection

REASONS = ("no_data", "too_few", "suppressed", "not_reached", "not_followed", "no_variance", "no_gain")
"""Why there is nothing to compare with: notes of the other side."""
PART = "part"
"""The group of a slice, when it is set against what lies outside it."""

Row = dict[str, Any]
Values = list[tuple[float, ...]]
Samples = Mapping[tuple[str, ...], Mapping[Any, Values]]
"""Group -> unit that is drawn as one, such as a person -> its rows."""


@dataclass(frozen=True)
class Other:
    """What one row is set against: what it is called, its value with limits, and what must be said of the two.

    `units` are the rows of both sides by unit, where an interval takes these.
    """

    name: str
    estimate: Estimate
    notes: tuple[str, ...] = ()
    units: Sequence[tuple[Values, Values]] | None = None


@dataclass(frozen=True)
class Counterparts:
    """The rows of a metric, for which the other side is looked for; `slice_` is what else `compute` was asked."""

    con: DuckDBPyConnection
    metric: Metric
    period: Period
    by: tuple[str, ...]
    where: Mapping[str, Any]
    slice_: Mapping[str, Any]
    rows: Sequence[Row]

    def of_period(self, before: Period) -> list[Other]:
        """The same groups in an earlier period."""
        rows = plain_rows(compute(self.con, self.metric.id, before, by=self.by, where=self.where, **self.slice_))
        if is_not_broken_down(rows, self.by):
            return [Other(str(before), Estimate(None), ("against: suppressed",)) for _ in self.rows]
        found = {self._key(row): row for row in rows}
        nothing = self._nothing(before) if self.by else Estimate(None)
        overlap = self._overlap(before)
        then, now = (self._read(self._ask(each, self.by, where=self.where)) for each in (before, self.period))
        others = []
        for row in self.rows:
            was = found.get(self._key(row))
            estimate = estimate_of(was) if was else nothing
            notes = (*overlap, *_reason(was, estimate))
            key = self._key(row)
            units = None if now is None or then is None else _paired(now.get(key, {}), then.get(key, {}))
            others.append(Other(str(before), estimate, notes, units))
        return others

    def of_target(self) -> list[Other]:
        """The target of each row's region or partnership: none for any other part."""
        places = (*REGION_DIMENSIONS, "partnership")
        is_placed = not self.where and (not self.by or (len(self.by) == 1 and self.by[0] in places))
        others = []
        for row in self.rows:
            place = {"region": self.slice_["region"], "partnership": self.slice_["partnership"]}
            place |= {"partnership" if name == "partnership" else "region": row[name] for name in self.by}
            is_known = is_placed and UNKNOWN not in place.values()
            target = targets_for(self.con, self.metric.id, self.period, **place) if is_known else None
            estimate = Estimate(None) if target is None else exactly(target)
            others.append(Other("target", estimate, () if target is not None else ("no_target",)))
        return others

    def of_rest(self) -> list[Other]:
        """All but the group, or the slice, in what it is a part of."""
        question, total, keys = self._parts()
        if any(each["suppressed"] for each in total):
            return [Other("rest", Estimate(None), ("against: suppressed",)) for _ in self.rows]
        others = "unnest(list_filter(range(len($parts)), lambda part: $parts[part + 1] != own_part))"
        source = (
            f"(select *, {others} as rest_of from (select *, [{', '.join(question.groups)}] as own_part "
            f"from {question.source}))"
        )
        rest = replace(
            question,
            names=("rest_of",),
            groups=("rest_of",),
            source=source,
            group_notes={},
            area_notes={},
            unknown_groups=frozenset(),
            lacking=None,
            values=question.values | {"parts": [list(key) for key in keys]},
        )
        cells = {cell["rest_of"]: cell for cell in counted(self.con, rest)}
        samples = self._read(question)
        found = []
        for at, key in enumerate(keys):
            cell = cells.get(at)
            if cell and is_unsafe(cell, self.metric, question.edition):
                cell = cell | {"value": None, "note": "suppressed"}
            estimate = estimate_of(cell) if cell else Estimate(None)
            units = None if samples is None else _paired(samples.get(key, {}), _all_but(key, samples))
            found.append(Other("rest", estimate, _reason(cell, estimate), units))
        return found

    def _parts(self) -> tuple[Question, list[Row], list[tuple[str, ...]]]:
        """The question of the whole by its parts, the whole's own row, and which part each row is."""
        if not self.by:
            return self._slice_and_rest()
        total = answer(self.con, self._ask(self.period, where=self.where))
        question = self._ask(self.period, self.by, where=self.where)
        return question, plain_rows(total), [self._key(row) for row in self.rows]

    def _slice_and_rest(self) -> tuple[Question, list[Row], list[tuple[str, ...]]]:
        """As `_parts`: one step up from the slice, which is one part of that."""
        names: tuple[str, ...]
        stays = {name: values for name, values in self.where.items() if name == "design"}
        conditions = [name for name in self.where if name not in stays]
        widened: dict[str, Any] = {}
        if conditions:
            narrow = self._ask(self.period, where=self.where)
            names = tuple(conditions)
            held = [f"list_contains($where_{name}, {{{at}}})" for at, name in enumerate(conditions)]
            values = {f"where_{name}": narrow.values[f"where_{name}"] for name in conditions}
        elif self.slice_["partnership"]:
            narrow, names, held = self._ask(self.period, where=stays), ("partnership",), ["{0} = $partnership"]
            values, widened = {"partnership": narrow.values["partnership"]}, {"partnership": None}
        else:
            region, country = self._region_and_country()
            # any level of regions, so that the code is there
            names, values, widened = ("region3",), {"part_region": region}, {"region": country}
            held = ["region_code in (select region_code from region_paths where list_contains(path, $part_region))"]
        total = answer(self.con, self._ask(self.period, where=stays, **widened))
        whole = self._ask(self.period, names, where=stays, **widened)
        is_part = " and ".join(f"coalesce({each.format(*whole.groups)}, false)" for each in held)
        parts = replace(whole, names=(PART,), groups=(f"if({is_part}, 'in', 'out')",), values=whole.values | values)
        return parts, plain_rows(total), [("in",)]

    def _region_and_country(self) -> tuple[str, str]:
        """Raises UsageError where a slice is no part of anything."""
        prepare(self.con)
        region = find_region(self.con, self.slice_["region"]) if self.slice_["region"] else ""
        country = self.con.execute("select region0 from region_paths where region_code = ?", [region]).fetchone()
        if country is None or country[0] in (None, region):
            raise UsageError(
                msg(
                    "This is the whole already. Say which part to set against it: --by, --where, --partnership, or the "
                    "--region of a part of a country."
                )
            )
        return region, country[0]

    def _ask(self, period: Period, by: Sequence[str] = (), **changed: Any) -> Question:
        """A question that also reads of whom each row is, where people (or companies) are drawn."""
        read = replace(self.metric, n_of=self.metric.subjects[0]) if self._is_drawn else self.metric
        return replace(ask(self.con, read, period, by=by, **{**self.slice_, **changed}), metric=self.metric)

    @property
    def _is_drawn(self) -> bool:
        return self.metric.kind == "estimate"

    def _read(self, question: Question) -> Samples | None:
        """The rows of each group by the person (or company) they are of; None where no interval takes them."""
        if not self._is_drawn:
            return None
        columns = (*question.selected, self.metric.subjects[0], *self.metric.values)
        rows = self.con.execute(f"select {', '.join(columns)} from {question.source}", question.values).fetchall()
        width = len(question.names)
        found: dict[tuple[str, ...], dict[Any, Values]] = {}
        for at, row in enumerate(rows):
            # of whom nobody is known, each row is somebody else's
            unit = at if row[width] is None else row[width]
            found.setdefault(row[:width], {}).setdefault(unit, []).append(row[width + 1 :])
        return found

    def _key(self, row: Row) -> tuple[str, ...]:
        return tuple(row[name] for name in self.by)

    def _nothing(self, before: Period) -> Estimate:
        """What a group without a row had: of a count none, where anything is known of it at all."""
        if self.metric.kind != "count":
            return Estimate(None)
        [total] = plain_rows(compute(self.con, self.metric.id, before, where=self.where, **self.slice_))
        return Estimate(None if "no_data" in total["note"] else 0)

    def _overlap(self, before: Period) -> tuple[str, ...]:
        """What both periods look at."""
        window, today = WINDOWS[self.metric.window], self.slice_["today"]
        shared, every = window.shared(self.period, before, today)
        if not every:
            return (f"overlap: {self.metric.window}",)
        notes = ["not_over"] if window.lag_days is None and self.period.as_of(today) < self.period.last_day else []
        return (*notes, *([f"overlap: {shared} of {every} quarters"] if shared else []))


def plain_rows(frame: pd.DataFrame) -> list[Row]:
    """The rows with None for what is null."""
    return [
        dict(zip(frame.columns, row, strict=True))
        for row in frame.astype(object).where(frame.notna(), None).itertuples(index=False, name=None)
    ]


def estimate_of(row: Mapping[str, Any]) -> Estimate:
    return Estimate(row["value"], row["low"], row["high"])


def _reason(row: Mapping[str, Any] | None, estimate: Estimate) -> tuple[str, ...]:
    if estimate.value is not None:
        return ()
    notes = (row["note"] or "").split("; ") if row else ["no_data"]
    return tuple(f"against: {note}" for note in notes[:1] if note in REASONS)


def _all_but(key: tuple[str, ...], samples: Samples) -> dict[Any, Values]:
    """The rows of all other groups by unit."""
    found: dict[Any, Values] = {}
    for name, units in samples.items():
        for unit, rows in units.items() if name != key else ():
            found.setdefault(unit, []).extend(rows)
    return found


def _paired(one: Mapping[Any, Values], other: Mapping[Any, Values]) -> list[tuple[Values, Values]]:
    """The rows that each unit brings to either side."""
    return [(one.get(unit, []), other.get(unit, [])) for unit in {**one, **other}]
