"""A question to the records: one metric with its groups and conditions, checked and turned into SQL."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import date
from functools import partial
from typing import TYPE_CHECKING, Any

from ppp_metrics.errors import UsageError
from ppp_metrics.language import msg
from ppp_metrics.metrics.coverage import silent_and_all, suppliers_who_sent
from ppp_metrics.metrics.dimensions import DIMENSIONS, REGION_DIMENSIONS, TIME_DIMENSIONS, find_dimension, find_value
from ppp_metrics.metrics.disclosure import refuse_naming_companies, refuse_unknown_edition, threshold
from ppp_metrics.metrics.lacking import Gap, Lacking, gaps_of, is_counted, notes_of_suppliers
from ppp_metrics.metrics.metric import WINDOWS, Metric
from ppp_metrics.metrics.places import find_partnership, find_region
from ppp_metrics.metrics.protection import Name
from ppp_metrics.metrics.publication import Table
from ppp_metrics.metrics.registry import conditions_of, dimensions_of
from ppp_metrics.metrics.relations import prepare, relation, view_columns
from ppp_metrics.periods import Period

if TYPE_CHECKING:
    from duckdb import DuckDBPyConnection

Values = str | Iterable[str]
AREA = "area"
"""The group of a question asked of several regions at once."""


@dataclass(frozen=True)
class Question:
    """One metric with its groups and conditions, as SQL; values from outside stand in `values`, bound by name.

    `names` are the dimensions, `groups` their expressions; `source` is what follows `from`; `whole` the same for all
    rows that units are judged on, where the source only says in which groups they stand. `notes` hold for every cell,
    `group_notes` for that of one group, `area_notes` for those of one area; `lacking` is what it takes to say more of
    each cell. `is_known`: some supplier of the slice sent the columns that the metric needs; in `unknown_groups` none
    did. `table` says which places its cells count; `withheld` are the cells that a release does not show, None where
    the question stands alone. `again` asks the same by other dimensions and under other conditions.
    """

    metric: Metric
    names: tuple[str, ...]
    groups: tuple[str, ...]
    source: str
    whole: str
    edition: str
    table: Table
    again: Callable[..., Question]
    withheld: frozenset[Name] | None = None
    values: dict[str, Any] = field(default_factory=dict)
    notes: tuple[str, ...] = ()
    group_notes: Mapping[tuple[str, ...], tuple[str, ...]] = field(default_factory=dict)
    area_notes: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    is_known: bool = True
    unknown_groups: frozenset[tuple[str, ...]] = frozenset()
    lacking: Lacking | None = None

    @property
    def least(self) -> int:
        """The number of people, or companies, that a cell must count; 0 where any may be shown."""
        return threshold(self.metric, self.edition)

    @property
    def columns(self) -> tuple[str, ...]:
        """The groups under names that no column of the source has."""
        return tuple(f"by_{name}" for name in self.names)

    @property
    def selected(self) -> tuple[str, ...]:
        return tuple(f"{group} as {column}" for group, column in zip(self.groups, self.columns, strict=True))

    def of(self, area: str) -> Question:
        """The question as asked of one of its areas, to tell what its cells are; its source still has them all."""
        place = next(at for at, name in enumerate(self.names) if name == AREA)
        return replace(
            self,
            names=self.names[:place],
            groups=self.groups[:place],
            table=replace(self.table, region=area),
        )


def ask(
    con: DuckDBPyConnection,
    metric: Metric,
    period: Period,
    *,
    today: date,
    region: str | None = None,
    partnership: str | None = None,
    by: Sequence[str] = (),
    where: Mapping[str, Values] | None = None,
    edition: str = "coordinator",
    withheld: frozenset[Name] | None = None,
    areas: Sequence[str] = (),
) -> Question:
    """The question, with the session's window set to the days that the metric looks at.

    With `areas`, it is asked of each of these regions at once: their codes are a further group, `AREA`.

    Raises UsageError for an unknown dimension, value, region, partnership or edition.
    """
    names, wanted = refuse_unknown(metric, by, where or {}, edition)
    prepare(con)
    conditions = {name: [find_value(con, DIMENSIONS[name], value) for value in wanted[name]] for name in wanted}
    notes = []
    if metric.one_design and "design" not in {*names, *conditions}:
        conditions["design"] = ["pre_post"]
        notes.append("pre_post only")
    if period.first_day > today:
        notes.append("period_not_begun")
    _set_window(con, metric, period, today, is_by_time=not {*names, *conditions}.isdisjoint(TIME_DIMENSIONS))
    values: dict[str, Any] = {f"where_{name}": wanted for name, wanted in conditions.items()}
    if metric.only:
        values["only"] = metric.only[1]
    own, in_window = _own_filters(metric), _event_filter(metric)
    # of the slice whatever the days, and by the days
    filters: list[str] = []
    on_days: list[str] = []
    for name in conditions:
        condition = f"list_contains($where_{name}, {DIMENSIONS[name].expression(metric.event)})"
        (on_days if name in TIME_DIMENSIONS else filters).append(condition)
    if region:
        values["region"] = find_region(con, region)
        filters.append("region_code in (select region_code from region_paths where list_contains(path, $region))")
    if partnership:
        values["partnership"] = find_partnership(con, partnership)
        filters.append("partnership = $partnership")
    groups = tuple(DIMENSIONS[name].expression(metric.event) for name in names)
    in_area = []
    if areas:
        values["areas"] = list(areas)
        in_area = ["unnest(list_intersect(path, $areas)) as area"]
    levels = [name for name in REGION_DIMENSIONS if name in {*names, *conditions}] + in_area
    needs_subjects = metric.per or metric.is_clustered or threshold(metric, edition)
    read = [*groups, *metric.expressions, *(metric.subjects if needs_subjects else ())]
    # what is asked of nobody in particular need not be told where it stands
    is_sliced = bool(filters or on_days or groups or areas)
    view = metric.stands_in if metric.stands_in and is_sliced else metric.view
    counts = [*(own if view == metric.view else ()), *on_days, *in_window]
    sent, silent = suppliers_who_sent(con, metric.needs)
    without: dict[tuple[str, ...], tuple[int, int]] = {}
    of_senders: list[str] = []
    if silent:
        told = [*groups, AREA] if areas else groups
        everyone = _source(view, [*filters, *on_days, *in_window], levels, [*told, "supplier"])
        without = silent_and_all(con, metric, everyone, values, silent, told)
        values["suppliers"] = sent
        of_senders = ["list_contains($suppliers, supplier)"]
    source = _source(view, [*filters, *of_senders, *counts], levels, read)
    judged = [*of_senders, *own, *in_window]
    whole = "" if view == metric.view else _source(metric.view, judged, [], [*metric.expressions, *metric.subjects])
    of_area = notes_of_suppliers(con, metric, edition, values)
    notes += of_area.pop("", ())
    gaps = gaps_of(con, metric)
    in_slice, by_days = [*filters, *of_senders], [*on_days, *in_window]
    lacking = _lacking(metric, view, edition, gaps, in_slice, by_days, levels, groups) if gaps else None
    group_notes = {group: (f"without {lacks} of {total} suppliers",) for group, (lacks, total) in without.items()}
    unknown = frozenset(group for group, (lacks, total) in without.items() if lacks == total)
    is_known = (bool(sent) or not metric.needs) and () not in unknown
    table = Table(
        metric=metric,
        period=period,
        as_of=period.as_of(today),
        region=values.get("region", ""),
        partnership=values.get("partnership", ""),
        by=names,
        where=conditions,
    )
    if areas:
        names, groups = (*names, AREA), (*groups, AREA)
    again = partial(ask, con, metric, period, today=today, region=region, partnership=partnership, edition=edition)
    return Question(
        metric,
        names,
        groups,
        source,
        whole,
        edition,
        table,
        again,
        withheld,
        values,
        tuple(notes),
        group_notes=group_notes,
        area_notes=of_area,
        is_known=is_known,
        unknown_groups=unknown,
        lacking=lacking,
    )


def refuse_unknown(
    metric: Metric, by: Sequence[str], where: Mapping[str, Values], edition: str
) -> tuple[tuple[str, ...], dict[str, Iterable[str]]]:
    """The dimensions to group by, and the values wanted of others, both by the dimension's id; no records are read.

    Raises UsageError for a dimension that the metric lacks or the edition does not show, and an unknown edition.
    """
    refuse_unknown_edition(edition)
    _refuse_cutting(metric, {*by, *where})
    names = tuple(find_dimension(name, dimensions_of(metric)).id for name in dict.fromkeys(by))
    wanted = {
        find_dimension(name, conditions_of(metric)).id: [values] if isinstance(values, str) else values
        for name, values in where.items()
    }
    refuse_naming_companies({*names, *wanted}, edition)
    return names, wanted


def _refuse_cutting(metric: Metric, dimensions: set[str]) -> None:
    """Raises UsageError for a dimension of which a unit that must stay whole has several values."""
    cutting = dimensions.intersection(DIMENSIONS, view_columns()[metric.view]).difference(conditions_of(metric))
    for name in sorted(cutting if metric.stands_in else ()):
        raise UsageError(
            msg(
                "{metric} counts pairs of people, and by {dimension} a pair would be cut in two. Use pair_roles, or "
                "learning_flow_count, which counts interactions.",
                metric=metric.id,
                dimension=name,
            )
        )


def _own_filters(metric: Metric) -> list[str]:
    """What makes a row of its view one of the metric's, whatever the slice and the days."""
    filters = [f"({metric.where})"] if metric.where else []
    filters += [f"{metric.known} is not null"] if metric.known else []
    return filters + ([f"list_contains($only, {metric.only[0]})"] if metric.only else [])


def _event_filter(metric: Metric) -> list[str]:
    if not metric.event:
        return []
    return [f"{_filtered_event(metric)} between getvariable('window_start') and getvariable('window_end')"]


def _filtered_event(metric: Metric) -> str:
    """The event's column, or the one that also has days after `as_of`: DuckDB can skip the rows of other days by it.

    No window runs on after `as_of`, so both let the same rows pass.
    """
    on_file = f"{str(metric.event).removesuffix('_date')}_on_file"
    return on_file if on_file in view_columns()[metric.view] else str(metric.event)


def _source(view: str, filters: Sequence[str], levels: Sequence[str], read: Sequence[str] = ()) -> str:
    """What follows `from`: the rows of a view that pass the filters, with the columns that are read."""
    used = " ".join([*filters, *read, *(["region_code"] if levels else [])])
    joined = f" left join (select region_code, {', '.join(levels)} from region_paths) using (region_code)"
    return f"{relation(view, used)}{joined if levels else ''} where {' and '.join(filters) or 'true'}"


def _lacking(
    metric: Metric,
    view: str,
    edition: str,
    gaps: tuple[Gap, ...],
    filters: Sequence[str],
    on_days: Sequence[str],
    levels: Sequence[str],
    groups: Sequence[str],
) -> Lacking:
    """The gaps with the rows that count in the metric, or would if what they lack were there."""
    marks = " or ".join(gap.mark for gap in gaps)
    records = [*groups, *(gap.record for gap in gaps)]
    only = [f"list_contains($only, {metric.only[0]})"] if metric.only else []
    is_whole = [f"({metric.where})"] if metric.where else []
    may_be = [f"({metric.where}) is not false"] if metric.where else []
    known = [f"{metric.known} is not null"] if metric.known else []
    counts = f"({' and '.join([*is_whole, *known]) or 'true'} or {' and '.join([f'({marks})', *may_be])})"
    in_window = _source(view, [*filters, *only, *on_days, counts], levels, records)
    no_day = [f"({metric.event} is null and {gap.mark})" for gap in gaps if gap.is_undated]
    other = " or ".join([*known, *(gap.mark for gap in gaps if known and not gap.is_undated)])
    undated = [*filters, *only, *may_be, *no_day, *([f"({other})"] if other else [])]
    return Lacking(
        gaps, is_counted(metric, edition), in_window, _source(view, undated, levels, records) if no_day else ""
    )


def _set_window(con: DuckDBPyConnection, metric: Metric, period: Period, today: date, is_by_time: bool) -> None:
    as_of = period.as_of(today)
    first, last = WINDOWS[metric.window].bounds(period, as_of)
    for name, value in {
        "as_of": as_of,
        "window_start": first,
        "window_end": min(last, as_of),
        "window_days": (last - first).days + 1,
        "by_quarter": is_by_time,
    }.items():
        con.execute(f"set variable {name} = ?", [value])
