"""Metrics over millions of issues against handwritten SQL, and how their cost grows: make bench, or with --issues."""

from __future__ import annotations

import argparse
import sys
import tempfile
import time
from collections.abc import Callable
from dataclasses import dataclass
from datetime import date
from functools import partial
from math import isclose
from pathlib import Path
from typing import TYPE_CHECKING, Any

from benchmarks.handwritten import PERIOD, handwritten
from benchmarks.processes import Run, compare, run
from ppp_metrics.metrics.compute import compute
from ppp_metrics.metrics.registry import METRICS
from ppp_metrics.metrics.relations import prepare
from ppp_metrics.periods import Period
from ppp_metrics.records.store import Store

if TYPE_CHECKING:
    import pandas as pd
    from duckdb import DuckDBPyConnection

ISSUES = 10_000_000
TODAY = date(2026, 11, 23)
RATIO_GOAL = 1.5
SMALL_SECONDS = 0.02
"""Where the handwritten query takes less, a question may cost its fixed cost besides; docs/decisions/0007 says why."""
SURVIVAL_GOAL_SECONDS = 5
MEMORY_GOAL_MB = 4_000

EVERY_SORT = (None, "theme", "region2", "size_class", "partnership", "workplace_type", "obligation", "quarter")
QUESTIONS: dict[str, tuple[str | None, ...]] = {
    "issues_proposed_count": EVERY_SORT,
    "issues_accepted_count": ("workplace_type",),
    "solutions_delivered_count": ("theme",),
    "solutions_implemented_count": ("partnership",),
    "issues_open_count": ("region2",),
    "acceptance_rate_pct": EVERY_SORT,
    "implementation_rate_pct": EVERY_SORT,
    "technical_question_10d_pct": ("size_class",),
    "new_to_market_pct": ("theme", "region2"),
    "value_created_eur": ("partnership", "size_class"),
    "cohort_proposed_count": ("theme",),
    "cohort_accepted_count": (None,),
    "cohort_delivered_count": ("obligation",),
    "cohort_implemented_count": ("theme",),
    "companies_active_count": (None, "theme"),
    "companies_new_count": ("region2",),
    "companies_returning_pct": ("size_class",),
    "sme_share_pct": ("theme", "region2"),
    "assignment_flow_pct": ("partnership", "size_class"),
    "result_obligation_met_pct": ("theme",),
    "effort_learning_reached_pct": ("theme",),
    "quality_guarantee_pct": ("partnership",),
    "cofinancing_pct": ("partnership",),
    "cofinancing_cash_pct": (None,),
    "cross_role_issues_pct": ("theme",),
    "vocational_applied_cooperation_pct": ("partnership",),
    "capability_coverage_pct": ("partnership",),
    "participants_count": ("role", "theme"),
    "lifelong_learners_count": ("role",),
    "learning_hours": ("role", "theme"),
    "matched_measurement_pct": ("design",),
    "value_cycle_reach_pct": ("partnership",),
    "improved_share_pct": ("competence",),
    "learning_flow_count": (None,),
    "mutual_learning_pct": (None, "theme"),
    "boundary_crossing_pct": (None,),
    "mutual_learning_across_pct": (None,),
}
"""Every count, share and sum by a dimension or more; those over issues by one of every sort."""

SURVIVAL = [metric.id for metric in METRICS.values() if metric.kind == "incidence"]


def ours(con: DuckDBPyConnection, metric_id: str, dimension: str | None) -> pd.DataFrame:
    return compute(con, metric_id, Period.parse(PERIOD), today=TODAY, by=[dimension] if dimension else [])


def require_equal(frame: pd.DataFrame, rows: list[dict[str, Any]], dimension: str | None) -> None:
    """Raises AssertionError where a group, its numbers or the parts in its note differ."""
    expected = {row.pop(f"by_{dimension}") if dimension else "": row for row in rows}
    found = {row[dimension] if dimension else "": row for row in frame.to_dict("records")}
    assert found.keys() == expected.keys(), sorted(found.keys() ^ expected.keys())
    for group, row in expected.items():
        if found[group]["suppressed"]:
            assert row.get("value") is None, (group, row)
            continue
        for name in row.keys() & set(frame.columns):
            assert isclose(found[group][name], row[name], rel_tol=1e-9), (group, name, found[group][name], row[name])
        parts = {name: number for name, number in row.items() if name not in frame.columns and number}
        for name, number in parts.items() if len(parts) > 1 else ():
            assert f"{name} {number}" in found[group]["note"], (group, name, number)


def fixed_cost(smallest: DuckDBPyConnection, metric_id: str, dimension: str | None) -> float:
    """The seconds that a question takes longer than its handwritten query where there is hardly anything to read."""
    query = handwritten(metric_id, dimension)
    pairs = [
        (seconds(partial(ours, smallest, metric_id, dimension)), seconds(lambda: smallest.execute(query).fetchall()))
        for _ in range(20)
    ]
    mine, other = map(min, zip(*pairs, strict=True))
    return mine - other


def compare_question(
    con: DuckDBPyConnection, smallest: DuckDBPyConnection, metric_id: str, dimension: str | None
) -> None:
    """Prints the ratio of our seconds to those of the handwritten query, once both have given the same numbers.

    Where the query takes less than `SMALL_SECONDS`, the fixed cost stands before it, and is no part of our seconds.
    """
    query = handwritten(metric_id, dimension)
    result = con.execute(query)
    names = [column[0] for column in result.description]
    rows = [dict(zip(names, row, strict=True)) for row in result.fetchall()]
    try:
        require_equal(ours(con, metric_id, dimension), rows, dimension)
    except AssertionError as difference:
        raise AssertionError(f"{metric_id} by {dimension}: {difference}") from None

    title, fixed = f"{metric_id} by {dimension or 'nothing'}", 0.0
    if min(seconds(lambda: con.execute(query).fetchall()) for _ in range(3)) < SMALL_SECONDS:
        fixed = fixed_cost(smallest, metric_id, dimension)
        print(f"{f'{title}: fixed cost':<58} {1000 * fixed:5.1f} ms, left out of the next line")
    compare(
        title,
        RATIO_GOAL,
        lambda: Run(seconds(partial(ours, con, metric_id, dimension)) - fixed, 0),
        lambda: Run(seconds(lambda: con.execute(query).fetchall()), 0),
        runs=15 if fixed else 3,
    )


@dataclass(frozen=True)
class Cost:
    """What all questions cost in a process of their own: seconds to prepare, of the questions, of survival by theme."""

    prepared: float
    questions: float
    slowest_survival: float
    peak_mb: float


def seconds(action: Callable[[], object]) -> float:
    started = time.perf_counter()
    action()
    return time.perf_counter() - started


def ask_everything(path: Path) -> tuple[float, float, float]:
    """The seconds of `Cost`, in this process."""
    with Store(path).reading() as con:
        prepared = seconds(lambda: prepare(con))
        asked = sum(
            seconds(partial(ours, con, metric_id, dimension))
            for metric_id, dimensions in QUESTIONS.items()
            for dimension in dimensions
        )
        survival = max(seconds(partial(ours, con, metric_id, "theme")) for metric_id in SURVIVAL)
    return prepared, asked, survival


def cost(path: Path) -> Cost:
    """The cost of a database of any size, measured in a process of its own, whose peak memory is only ours."""
    written = path.with_suffix(".seconds")
    measured = run([sys.executable, "-m", "benchmarks.compute_issues", "--ask", str(path), str(written)])
    prepared, asked, survival = map(float, written.read_text().split())
    return Cost(prepared, asked, survival, measured.peak_mb)


def print_growth(costs: dict[int, Cost]) -> None:
    """A row a size; a factor of 10 or less for ten times the issues is linear or better."""
    count = sum(map(len, QUESTIONS.values()))
    print(f"\n{'issues':>10}  {'prepare':>9}  {f'{count} questions':>13}  {'a million issues':>16}  {'factor':>6}  "
          f"{'survival':>9}  {'factor':>6}  {'peak memory':>11}")  # fmt: skip
    previous = None
    for issues, each in costs.items():
        factors = (
            [f"{each.questions / previous.questions:.1f}", f"{each.slowest_survival / previous.slowest_survival:.1f}"]
            if previous
            else ["", ""]
        )
        print(f"{issues:>10,}  {each.prepared:>7.2f} s  {each.questions:>11.2f} s  "
              f"{each.questions / issues * 1e6:>14.2f} s  {factors[0]:>6}  {each.slowest_survival:>7.2f} s  "
              f"{factors[1]:>6}  {each.peak_mb:>8,.0f} MB")  # fmt: skip
        previous = each


def print_against(title: str, value: float, unit: str, goal: float) -> None:
    verdict = "reached" if value <= goal else "MISSED"
    print(f"{title:<58} {value:7,.1f} {unit}  goal {goal:,g} {unit}  {verdict}")


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--issues", type=lambda text: int(float(text)), default=ISSUES)
    parser.add_argument("--ask", type=Path, nargs=2, metavar=("DATABASE", "SECONDS"), help=argparse.SUPPRESS)
    options = parser.parse_args()
    if options.ask:
        database, written = options.ask
        written.write_text(" ".join(map(str, ask_everything(database))))
        return

    sizes = [10**power for power in range(4, 10) if 10**power < options.issues] + [options.issues]
    with tempfile.TemporaryDirectory() as scratch:
        costs = {}
        for issues in sizes:
            path = Path(scratch) / f"{issues}.duckdb"
            made = run([sys.executable, "-m", "benchmarks.generated_records", str(path), str(issues)])
            print(f"{issues:,} issues made in {made.seconds:.0f} s", flush=True)
            costs[issues] = cost(path)
        smallest = Path(scratch) / f"{sizes[0]}.duckdb"
        with Store(path).reading() as con, Store(smallest).reading() as small:
            prepare(con)
            prepare(small)
            for metric_id, dimensions in QUESTIONS.items():
                for dimension in dimensions:
                    compare_question(con, small, metric_id, dimension)
    print_growth(costs)
    largest = costs[options.issues]
    print_against("slowest survival metric by theme", largest.slowest_survival, "s", SURVIVAL_GOAL_SECONDS)
    print_against("peak memory", largest.peak_mb, "MB", MEMORY_GOAL_MB)


if __name__ == "__main__":
    main()
