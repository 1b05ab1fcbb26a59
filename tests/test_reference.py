"""Every metric in random worlds: as the independent reference has it, and by laws that hold for all records."""

from __future__ import annotations

import random
from collections import Counter
from datetime import date
from typing import TYPE_CHECKING, Any

import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st

from ppp_metrics.metrics.compute import MEASURES, compute, compute_areas
from ppp_metrics.metrics.disclosure import EDITIONS
from ppp_metrics.metrics.protection import Name
from ppp_metrics.metrics.registry import GROUPS, METRICS, Metric, dimensions_of
from ppp_metrics.periods import Period
from tests.random_worlds import ON_WORLDS, TODAY, renamed, session, shuffled, until, worlds
from tests.reference import Answer, Asked, reference
from tests.reference_records import Records
from tests.worlds import deliver_columns

if TYPE_CHECKING:
    from duckdb import DuckDBPyConnection

PERIODS = ("2024-Q4", "2024", "2025-Q2", "2026-Q1")
"""A quarter and a year that are over, a quarter that runs, one to come."""

AREAS = ("NL", "NL3", "NL35", "NL350")
"""A country, a part of it, and so on."""
NAMED_BY_KEYS = ("partner", "partnership", "workplace")

Answers = dict[tuple, Answer]


def computed(
    con: DuckDBPyConnection, metric_id: str, period: str, by: tuple[str, ...] = (), region: str | None = None
) -> Answers:
    frame = compute(con, metric_id, Period.parse(period), today=TODAY, by=by, region=region, edition="none")
    rows = frame.astype(object).where(frame.notna(), None).to_dict("records")
    return {tuple(row[name] for name in by): Answer(**{name: row[name] for name in Answer._fields}) for row in rows}


def referred(records: Records, metric_id: str, period: str, by: tuple[str, ...]) -> Answers:
    wanted = Period.parse(period)
    return reference(Asked(records, wanted.first_day, wanted.last_day, TODAY), metric_id, by)


def differences(mine: Answers, theirs: Answers, metric: Metric, asked: tuple) -> list[tuple]:
    """The groups that only one of both has, or with another number."""
    # the reference has no intervals but Wilson's: those of estimates are held to other packages
    fields = Answer._fields if metric.kind == "rate" else ("value", "n", "numerator", "denominator")

    def are_close(one: Answer, other: Answer) -> bool:
        return all(getattr(one, name) == pytest.approx(getattr(other, name), abs=1e-9) for name in fields)

    return [
        (metric.id, *asked, group, mine.get(group), theirs.get(group))
        for group in mine.keys() | theirs.keys()
        if group not in mine or group not in theirs or not are_close(mine[group], theirs[group])
    ]


def nameless(answers: Answers) -> Answers:
    """The answers by place: how an organisation of two suppliers is called is not the same everywhere."""
    return {(place,): answer for place, answer in enumerate(sorted(answers.values(), key=repr))}


def some_slice(data: st.DataObject, metric: Metric) -> tuple[str, ...]:
    """Nothing, or one dimension; themes are always compared by theme."""
    if metric.kind == "comparison":
        return ("theme",)
    return data.draw(st.sampled_from([(), *((name,) for name in dimensions_of(metric))]), label=metric.id)


def family(group: str) -> list[Metric]:
    return [metric for metric in METRICS.values() if metric.group == group]


@pytest.mark.parametrize("group", GROUPS)
@ON_WORLDS
@given(records=worlds(), period=st.sampled_from(PERIODS), data=st.data())
def test_every_metric_whole_or_by_any_dimension_is_that_of_the_reference(
    group: str, records: Records, period: str, data: st.DataObject
) -> None:
    con = session(records)
    found = []
    for metric in family(group):
        by = some_slice(data, metric)
        mine, theirs = referred(records, metric.id, period, by), computed(con, metric.id, period, by)
        if "partner" in by:
            mine, theirs = nameless(mine), nameless(theirs)
        found += differences(mine, theirs, metric, (period, by))
    assert found == []


@pytest.mark.parametrize("group", GROUPS)
@ON_WORLDS
@given(records=worlds(), order=st.randoms(use_true_random=False), data=st.data())
def test_the_order_of_the_records_and_the_names_of_their_keys_change_nothing(
    group: str, records: Records, order: random.Random, data: st.DataObject
) -> None:
    one, other = session(records), session(shuffled(renamed(records), order))
    found = []
    for metric in family(group):
        by = some_slice(data, metric)
        before, after = (computed(con, metric.id, "2024", by) for con in (one, other))
        if set(by) & set(NAMED_BY_KEYS):
            before, after = nameless(before), nameless(after)
        found += differences(before, after, metric, (by,))
    assert found == []


@pytest.mark.parametrize("group", GROUPS)
@ON_WORLDS
@given(records=worlds(), data=st.data())
def test_what_happens_later_changes_no_earlier_period(group: str, records: Records, data: st.DataObject) -> None:
    everything, by_then = session(records), session(until(records, date(2024, 12, 31)))
    found = []
    for metric in family(group):
        by = some_slice(data, metric)
        if "partner" not in by:
            before, after = (computed(con, metric.id, "2024-Q4", by) for con in (by_then, everything))
            found += differences(before, after, metric, (by,))
    assert found == []


@ON_WORLDS
@given(records=worlds(), data=st.data())
def test_what_counts_in_a_region_counts_in_its_parent(records: Records, data: st.DataObject) -> None:
    con = session(records)
    for metric in METRICS.values():
        if metric.kind != "count" or "region2" not in dimensions_of(metric):
            continue
        [country, part, province, district] = (
            computed(con, metric.id, "2024", region=code)[()].value or 0 for code in AREAS
        )
        assert country >= part >= province >= district, metric.id


@ON_WORLDS
@given(records=worlds(), data=st.data())
def test_regions_asked_at_once_answer_as_each_does_alone(records: Records, data: st.DataObject) -> None:
    con = session(records)
    period = Period.parse(data.draw(st.sampled_from(PERIODS), label="period"))
    edition = data.draw(st.sampled_from(("coordinator", "funder")), label="edition")
    for metric in METRICS.values():
        if metric.kind in ("comparison", "variation"):
            continue
        by = data.draw(st.sampled_from([(), *((name,) for name in dimensions_of(metric))]), label=metric.id)
        if edition == "funder" and by == ("partner",):
            continue
        asked: dict[str, Any] = {"today": TODAY, "by": by, "edition": edition, "withheld": frozenset[Name]()}
        found = compute_areas(con, metric.id, period, AREAS, **asked)
        for area in AREAS:
            alone = compute(con, metric.id, period, region=area, **asked)
            own = found[found["area"] == area].drop(columns="area").reset_index(drop=True)
            if len(own):
                pd.testing.assert_frame_equal(own, alone, check_exact=True)
            else:
                assert not alone["n"].fillna(0).any(), (metric.id, by, area)


@ON_WORLDS
@given(records=worlds(), data=st.data())
def test_parts_add_up_to_the_whole_where_a_unit_lies_in_one_of_them(records: Records, data: st.DataObject) -> None:
    con = session(records)
    for metric in METRICS.values():
        if metric.kind in ("count", "sum") and not metric.per:
            by = data.draw(st.sampled_from(dimensions_of(metric)), label=metric.id)
            parts = computed(con, metric.id, "2024", (by,)).values()
            whole = computed(con, metric.id, "2024")[()].value or 0
            assert sum(part.value or 0 for part in parts) == pytest.approx(whole), (metric.id, by)


@pytest.mark.parametrize("group", GROUPS)
@ON_WORLDS
@given(records=worlds(), data=st.data())
def test_a_group_by_a_dimension_is_what_it_is_asked_alone(group: str, records: Records, data: st.DataObject) -> None:
    con = session(records)
    if needs := sorted({need for metric in family(group) for need in metric.needs}):
        deliver_columns(con, "a", *data.draw(st.sets(st.sampled_from(needs), max_size=2), label="never sent"))
    found = []
    for metric in family(group):
        by = data.draw(st.sampled_from(dimensions_of(metric)), label=metric.id)
        edition = data.draw(st.sampled_from(EDITIONS))
        asked: dict[str, Any] = {"today": TODAY, "edition": edition, **some_place(data, records)}
        if by == "partner" and edition == "funder":
            continue
        period = Period.parse(data.draw(st.sampled_from(PERIODS)))
        # what a theme is compared with, and so its notes, are the themes that are asked for
        told = [name for name in MEASURES if name != "note" or metric.kind != "comparison"]
        more = [by] if metric.kind == "comparison" else []
        rows = compute(con, metric.id, period, by=[by], **asked)
        for at in range(len(rows)):
            value = rows[by][at]
            alone = compute(con, metric.id, period, by=more, where={by: value}, **asked)
            if not rows[told].iloc[[at]].reset_index(drop=True).equals(alone[told]):
                found.append((metric.id, by, value, asked, rows[told].iloc[at].tolist(), alone[told].iloc[0].tolist()))
    assert found == []


def some_place(data: st.DataObject, records: Records) -> dict[str, str]:
    """No place in particular, a region, or a partnership that one supplier has."""
    keys = Counter(row["partnership_id"] for row in records.get("partnerships", []))
    places: list[dict[str, str]] = [{}, {}, *({"region": code} for code in AREAS[1:])]
    places += [{"partnership": key} for key, suppliers in sorted(keys.items()) if suppliers == 1]
    return data.draw(st.sampled_from(places))
