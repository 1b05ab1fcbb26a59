"""One release, decided on as a whole before any of its reports is made: what all of them withhold.

The notebooks are asked first which numbers they will show. What they say is counted for every region, and with what was
published before it makes one system, in which nobody may be able to work out what is withheld. Each report is then told
what that is; its notebook never sees more.
"""

from __future__ import annotations

import contextlib
import io
import json
from collections.abc import Iterable, Mapping, Sequence
from concurrent.futures import Executor
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING, Any

from ppp_metrics.metrics.compute import counted, rows_of
from ppp_metrics.metrics.disclosure import threshold
from ppp_metrics.metrics.protection import Name, withheld_names
from ppp_metrics.metrics.publication import Release
from ppp_metrics.metrics.question import AREA, ask
from ppp_metrics.metrics.registry import find_metric
from ppp_metrics.metrics.relations import looking_back
from ppp_metrics.periods import Period, today
from ppp_metrics.records.store import Store
from ppp_metrics.reporting.asking import Asking
from ppp_metrics.reporting.plan import Job
from ppp_metrics.workspace import find_workspace

if TYPE_CHECKING:
    from duckdb import DuckDBPyConnection

NOTHING = {"n": 0, "value": 0, "numerator": 0, "denominator": 0}
"""What a region shows as a whole where it has no records."""

Question = Mapping[str, Any]
"""As `metrics.restatement.MetricQuestion` takes it."""
Questions = Mapping[Job, Sequence[Question]]


def questions_of(job: Job) -> list[Question]:
    """What a notebook asks, found by running its cells without drawing anything.

    A notebook that fails says so when it is run in earnest; here it has asked what it asked until then.
    """
    import nbformat

    namespace: dict[str, Any] = {"__name__": "__main__"}
    with contextlib.ExitStack() as around:
        asking = Asking(around.enter_context(Store(find_workspace(Path(job.workspace)).database).reading()))
        around.enter_context(asking.current())
        around.enter_context(contextlib.redirect_stdout(io.StringIO()))
        around.enter_context(contextlib.suppress(Exception, SystemExit))
        for cell in nbformat.read(job.notebook, as_version=4).cells:
            if cell.cell_type == "code":
                exec(compile(cell.source, job.notebook.name, "exec"), namespace)
                if "parameters" in cell.metadata.get("tags", []):
                    namespace |= job.parameters
    return [question for desk in asking.desks for question in desk.questions()]


def planned_questions(
    con: DuckDBPyConnection, jobs: Iterable[Job], pool: Executor | None = None
) -> dict[Job, list[Question]]:
    """Each job's questions, as one with much data of the same notebook and level of region asks them.

    The notebooks are asked side by side in the processes of a pool, if there is one.
    """
    sizes = dict(
        con.execute(
            "select code, count(*) from (select unnest(path) as code from issue_settings "
            "join region_paths using (region_code)) group by code"
        ).fetchall()
    )
    alike: dict[tuple[Path, int], list[Job]] = {}
    for job in jobs:
        alike.setdefault((job.notebook, len(job.region)), []).append(job)
    largest = [max(same, key=lambda job: sizes.get(job.region, 0)) for same in alike.values()]
    answers = (pool.map if pool else map)(questions_of, largest)
    return {job: asked for same, asked in zip(alike.values(), answers, strict=True) for job in same}


def withheld_in(con: DuckDBPyConnection, questions: Questions, before: Release | None = None) -> frozenset[Name]:
    """The cells that may not be shown, because of few people or companies, or because they would give these away.

    `before` is what was published before: that stays as it is.
    """
    release = Release(areas_with_data(con), region_paths(con))
    regions: dict[tuple[str, str], list[str]] = {}
    for job, asked in questions.items():
        for question in asked:
            asking = regions.setdefault((job.edition, json.dumps(question, sort_keys=True)), [])
            if job.region not in asking:
                asking.append(job.region)
    for (edition, question_text), asking in regions.items():
        question = json.loads(question_text)
        with looking_back(con, question["loads"].values()) if "loads" in question else contextlib.nullcontext():
            _count(con, release, question, edition, asking)
    own, own_sums = dict(release.cells), release.sums()
    if before is None:
        return withheld_names(own.values(), own_sums)
    fixed = before.cells.keys() - own.keys()
    release.cells |= {name: before.cells[name] for name in fixed}
    together = withheld_names(release.cells.values(), [*release.sums(), *before.sums()], fixed)
    # what was published of data that have changed since may contradict, and then nothing follows from it
    marked = [replace(cell, is_withheld=name in together) for name, cell in own.items()]
    return together | withheld_names(marked, own_sums)


def _count(con: DuckDBPyConnection, release: Release, question: Question, edition: str, regions: Sequence[str]) -> None:
    """Add the cells of a question in some regions, unless all of its edition may be shown anyway."""
    metric = find_metric(question["metric"])
    if not threshold(metric, edition):
        return
    counts = [replace(metric, estimator="rate")] if metric.kind == "comparison" else [metric]
    if metric.kind == "comparison":
        # beside each theme's rate stands its cumulative incidence
        counts.append(find_metric("implementation_12m_pct"))
    for each in counts:
        asked = ask(
            con,
            each,
            Period.parse(question["period"]),
            today=today(),
            by=[question["by"]] if "by" in question else [],
            where=question.get("where", {}),
            edition=edition,
            areas=regions,
        )
        rows = rows_of(asked, counted(con, asked, is_estimated=False))
        for region in regions:
            own = [
                ({name: value for name, value in group.items() if name != AREA}, numbers, is_unsafe)
                for group, numbers, is_unsafe in rows
                if group[AREA] == region
            ]
            if not own and not asked.table.by:
                own = [({}, NOTHING, False)]
            release.add(replace(asked.table, region=region, loads=question.get("loads", {})), own)


def areas_with_data(con: DuckDBPyConnection) -> dict[str, list[str]]:
    """Each country with its NUTS 2 areas that have any issue: what `--region all` makes reports of."""
    rows = con.execute(
        "select region0, list(distinct region2 order by region2) from issue_settings "
        "join region_paths using (region_code) where region0 is not null and region2 is not null group by region0"
    ).fetchall()
    return dict(rows)


def region_paths(con: DuckDBPyConnection) -> dict[str, list[str]]:
    """Each area with those that it lies in, itself first."""
    return dict(con.execute("select current_code, any_value(path) from region_paths group by current_code").fetchall())
