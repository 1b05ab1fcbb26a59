"""Declared is used is documented: every metric, dimension and view."""

from __future__ import annotations

import re
from importlib.resources import files

import pytest

from ppp_metrics.errors import UsageError
from ppp_metrics.metrics.estimators import ESTIMATORS
from ppp_metrics.metrics.registry import (
    COUNTED,
    DIMENSIONS,
    GROUPS,
    METRICS,
    UNITS,
    WINDOWS,
    Metric,
    dimensions_of,
    find_metric,
)
from ppp_metrics.metrics.relations import SETTINGS, VIEWS, view_columns
from tests.worlds import answer, world

VIEW_FILES = sorted((files("ppp_metrics.metrics") / "views").iterdir(), key=lambda item: item.name)


@pytest.mark.parametrize("metric", METRICS.values(), ids=list(METRICS))
def test_a_metric_uses_only_what_is_declared(metric: Metric) -> None:
    assert metric.unit in UNITS
    assert metric.counts in COUNTED
    assert metric.group in GROUPS
    assert metric.window in WINDOWS
    assert metric.kind != "estimate" or metric.estimator in ESTIMATORS
    assert metric.kind != "incidence" or len(metric.values) == 2
    assert metric.tells is None or DIMENSIONS[metric.tells].codes
    endings: dict[str, str | tuple[str, ...]] = {
        "count": "_count",
        "pct": ("_pct", "_comparison"),
        "eur": "_eur",
        "days": ("_days", "_to_implementation", "_to_delivery"),
        "hours": "_hours",
        "trl": "_mean",
    }
    assert metric.id.endswith(endings.get(metric.unit, ""))
    columns = view_columns()[metric.view]
    named = {*metric.per, *metric.values, *metric.subjects, *re.findall(r"\w+", metric.n_of or "")}
    named |= {metric.event} - {None}
    assert named <= set(columns)
    assert {"region_code", "partnership"} <= set(columns)


def test_rates_need_five_units_and_estimates_ten() -> None:
    # a sum over all members or agreements is no sample, and the capabilities of all partnerships are not either
    complete = {"capability_coverage_pct"}
    assert {metric.min_n for metric in METRICS.values() if metric.kind == "rate" and metric.id not in complete} == {5}
    assert {metric.min_n for metric in METRICS.values() if metric.kind in ("estimate", "incidence")} == {10}


@pytest.mark.parametrize("metric", METRICS.values(), ids=list(METRICS))
def test_without_data_a_count_is_nought_and_anything_else_is_null_by_every_dimension(metric: Metric) -> None:
    con = world()
    if metric.kind == "comparison":
        assert answer(con, metric.id, "2025") == []
        return
    (row,) = answer(con, metric.id, "2025", "value low high n suppressed note")
    assert row[:5] == (0 if metric.kind == "count" else None, None, None, 0, False)
    assert metric.kind == "count" or row[5].startswith("no_data")
    assert answer(con, metric.id, "2025", "value", by=list(dimensions_of(metric))) == []


def test_every_dimension_is_one_of_some_metric() -> None:
    assert set(DIMENSIONS) == {name for metric in METRICS.values() for name in dimensions_of(metric)}


def test_every_view_is_a_file_that_says_its_grain_and_ends_in_final() -> None:
    assert [item.name.removesuffix(".sql") for item in VIEW_FILES] == sorted(SETTINGS + VIEWS)
    for item in VIEW_FILES:
        sql = item.read_text(encoding="utf-8")
        assert sql.startswith("-- one row a")
        assert sql.endswith("\n)\n\nselect * from final\n")
        code = re.sub(r"--.*|'[^']*'", "", sql)
        assert code == code.lower()


def test_an_unknown_metric_is_refused_with_the_nearest_name() -> None:
    assert find_metric("implementation_rate_pct").unit == "pct"
    with pytest.raises(UsageError, match="Did you mean implementation_rate_pct"):
        find_metric("implementation_rate")
    with pytest.raises(UsageError, match="lists them all"):
        find_metric("zzz")
