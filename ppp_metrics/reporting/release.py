"""One release, decided on as a whole before any of its reports is made: what all of them withhold.

The notebooks are asked first which numbers they will show. What they say is counted for every region, and with what was
published before it makes one system, in which nobody may be able to work out what is withheld. Each report is then told
what that is; its notebook never sees more.
"""

from __future__ import annotations

import contextlib
import io
import json
import time
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import replace
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Any

from ppp_metrics.errors import DataError
from ppp_metrics.language import msg
from ppp_metrics.light_imports import without_address_grammar
from ppp_metrics.metrics.attack import ContradictionError, Quantity
from ppp_metrics.metrics.compute import counted, mixes_of, rows_of
from ppp_metrics.metrics.dimensions import sliced_by
from ppp_metrics.metrics.disclosure import threshold
from ppp_metrics.metrics.memory import remember
from ppp_metrics.metrics.places import placed_issues
from ppp_metrics.metrics.protection import Name, withheld_names
from ppp_metrics.metrics.publication import Release, Table
from ppp_metrics.metrics.question import AREA, ask
from ppp_metrics.metrics.registry import find_metric
from ppp_metrics.metrics.relations import looking_back, prepare
from ppp_metrics.periods import Period, today
from ppp_metrics.records.store import Store
from ppp_metrics.reporting import execution, kernels
from ppp_metrics.reporting.asking import Asking
from ppp_metrics.reporting.finished import Finished
from ppp_metrics.reporting.ledger import still_withheld
from ppp_metrics.reporting.plan import Job
from ppp_metrics.workspace import Workspace, find_workspace

if TYPE_CHECKING:
    from multiprocessing.connection import Connection

    from duckdb import DuckDBPyConnection

NOTHING = {"n": 0, "value": 0, "numerator": 0, "denominator": 0}
"""What a region shows as a whole where it has no records."""

Question = Mapping[str, Any]
"""As `metrics.restatement.MetricQuestion` takes it."""
Questions = Mapping[Job, Sequence[Question]]


def questions_of(job: Job) -> list[Question]:
    """What a notebook asks.

    A notebook that fails says so when it is run in earnest; here it has asked what it asked until then.
    """
    with asked_by(job, is_in_earnest=False) as asking:
        return [question for desk in asking.desks for question in desk.questions()]


@contextlib.contextmanager
def asked_by(job: Job, withheld: frozenset[Name] = frozenset(), is_in_earnest: bool = True) -> Iterator[Asking]:
    """The desks of a notebook with all their numbers, found by running its cells without drawing anything.

    Raises what a cell raises, if it is run in earnest.
    """
    with without_address_grammar():
        import nbformat

    namespace: dict[str, Any] = {"__name__": "__main__"}
    with Store(find_workspace(Path(job.workspace)).database).reading() as con:
        asking = Asking(con, withheld)
        with contextlib.ExitStack() as around:
            around.enter_context(asking.current())
            # what cells print could be anything
            around.enter_context(contextlib.redirect_stdout(io.StringIO()))
            around.enter_context(contextlib.redirect_stderr(io.StringIO()))
            if not is_in_earnest:
                around.enter_context(contextlib.suppress(Exception, SystemExit))
            for cell in nbformat.read(job.notebook, as_version=4).cells:
                if cell.cell_type == "code":
                    exec(compile(cell.source, job.notebook.name, "exec"), namespace)
                    if "parameters" in cell.metadata.get("tags", []):
                        namespace |= job.parameters
        yield asking


def foreseen(place: Workspace, jobs: Sequence[Job]) -> dict[Job, list[Question]]:
    """What each job will ask, as far as that can be known before it is run."""
    with Store(place.database).reading() as con:
        prepare(con)
        return planned_questions(con, jobs, _asked_side_by_side)


def _asked_side_by_side(jobs: Sequence[Job]) -> list[list[Question]]:
    """What each notebook asks, each in a process of its own.

    One that dies or hangs has asked nothing: it does so again when it is run in earnest, and its report says it.
    """
    context, asked = kernels.context(), []
    for job in jobs:
        receiver, sender = context.Pipe(duplex=False)
        process = context.Process(target=_tell_questions, args=(job, sender))
        process.start()
        sender.close()
        asked.append((process, receiver))
    last = time.monotonic() + execution.CELL_SECONDS
    found: list[list[Question]] = []
    try:
        for _, receiver in asked:
            told: list[Question] = []
            # what ends without a word lets go of its pipe
            with contextlib.suppress(EOFError):
                if receiver.poll(max(0, last - time.monotonic())):
                    told = receiver.recv()
            found.append(told)
    finally:
        for process, _ in asked:
            process.kill()
    return found


def _tell_questions(job: Job, sender: Connection) -> None:
    kernels.leave_interrupts()
    sender.send(questions_of(job))


def planned_questions(
    con: DuckDBPyConnection,
    jobs: Iterable[Job],
    ask_all: Callable[[Sequence[Job]], Iterable[list[Question]]] = lambda jobs: map(questions_of, jobs),
) -> dict[Job, list[Question]]:
    """Each job's questions, as one with much data of the same notebook and level of region asks them."""
    sizes = dict(
        con.execute(
            f"select code, count(*) from (select unnest(path) as code from {placed_issues()} "
            "join region_paths using (region_code)) group by code"
        ).fetchall()
    )
    alike: dict[tuple[Path, int], list[Job]] = {}
    for job in jobs:
        alike.setdefault((job.notebook, len(job.region)), []).append(job)
    largest = [max(same, key=lambda job: sizes.get(job.region, 0)) for same in alike.values()]
    return {job: asked for same, asked in zip(alike.values(), ask_all(largest), strict=True) for job in same}


def regions_by_question(questions: Questions) -> dict[tuple[str, str], list[str]]:
    """Edition and question, as JSON, with the regions that ask it."""
    regions: dict[tuple[str, str], list[str]] = {}
    for job, asked in questions.items():
        for question in asked:
            asking = regions.setdefault((job.edition, json.dumps(question, sort_keys=True)), [])
            if job.region not in asking:
                asking.append(job.region)
    return regions


def withheld_in(
    con: DuckDBPyConnection,
    questions: Questions,
    before: Sequence[Release] = (),
    sticky: frozenset[Name] = frozenset(),
    secret: bytes = b"",
) -> frozenset[Name]:
    """The cells of an edition that may not be shown, because of few people or companies, or as they would give these
    away.

    `before` is what was published before, the latest last: that stays as it is, and what it withholds stays withheld;
    so do the `sticky` ones, in every version of the records. With a `secret`, nobody else can tell which of several
    cells that would do as well was chosen.

    Raises DataError where numbers contradict each other, so that nobody can say what follows from them.
    """
    release = Release(areas_with_data(con), region_paths(con))
    editions = {job.edition for job in questions}
    for (edition, question_text), asking in regions_by_question(questions).items():
        question = json.loads(question_text)
        with looking_back(con, question["loads"].values()) if "loads" in question else contextlib.nullcontext():
            _count(con, release, question, edition, asking)
    for name, cell in release.cells.items():
        is_withheld = cell.is_withheld or not sticky.isdisjoint((name, _whenever_known(name)))
        release.cells[name] = replace(cell, is_withheld=is_withheld)
    memory = remember(release, before, lambda metric: max(threshold(metric, edition) for edition in editions))
    try:
        return withheld_names(memory.cells.values(), memory.sums, memory.fixed, secret) & release.cells.keys()
    except ContradictionError as found:
        raise DataError(
            msg(
                "No report was made: {numbers} contradict each other, so nobody can say what gives away what is "
                "withheld. If one was published before and is wrong, withdraw it.",
                numbers=", ".join(dict.fromkeys(map(_told_quantity, found.quantities))),
            )
        ) from None


def _told_quantity(quantity: Quantity) -> str:
    """A number as somebody can look it up: what is counted, and where."""
    at = ", ".join(f"{name} {value}" for name, value in sorted(quantity.place, key=str) if value != "")
    return f"{quantity.measure.split(' ; ')[1]} ({at})"


def decide(
    place: Workspace, asked: Questions, before: Sequence[Finished]
) -> tuple[dict[str, list[str]], frozenset[Name]]:
    """The areas with data, and what those who ask this must withhold, beside what was published before.

    Raises DataError as `withheld_in` does.
    """
    with Store(place.database).reading() as con:
        prepare(con)
        withheld: frozenset[Name] = frozenset()
        for edition in {job.edition for job in asked}:
            own = {job: questions for job, questions in asked.items() if job.edition == edition}
            sticky = still_withheld(before, partial(_is_held_alike, edition=edition), today())
            withheld |= withheld_in(con, own, told_before(before, edition), sticky, _secret(place))
        return areas_with_data(con), withheld


def _secret(place: Workspace) -> bytes:
    return place.key_file.read_bytes() if place.key_file.is_file() else b""


def told_before(files: Iterable[Finished], edition: str) -> list[Release]:
    """What finished files tell a reader of an edition: a release for each version of the records, the latest last.

    Of another edition only what both protect alike counts: companies that one of them shows are none of the other's.
    """
    found: dict[str, Release] = {}
    for each in files:
        release = found[each.made_from] = found.pop(each.made_from, Release())
        release.areas = {**release.areas, **each.areas}
        for table, rows, groups in each.tables():
            if _is_held_alike(table, each.edition, edition=edition):
                release.add(table, rows, groups)
    return list(found.values())


def _is_held_alike(table: Table, of: str, *, edition: str) -> bool:
    """Whether a table of an edition is protected in another one as it is there."""
    least = threshold(table.metric, edition)
    return bool(least) and threshold(table.metric, of) == least


def _whenever_known(name: Name) -> Name:
    """The name of a cell of the records of then, as the report of then called it."""
    metric_id, place = name
    return metric_id, frozenset(each for each in place if each[0] != "loads")


def wrong_numbers(numbers: Mapping[str, list[dict[str, Any]]], expectations: Path) -> dict[str, DataError]:
    """What is wrong with the numbers of each file, where one breaks a critical rule for computed numbers."""
    import pandas as pd

    from ppp_metrics.records.checks import run_number_checks

    found: dict[str, DataError] = {}
    rows = [number | {"file": file} for file, own in numbers.items() for number in own]
    if not rows:
        return found
    for rule in run_number_checks(pd.DataFrame(rows), expectations).failures("critical"):
        # a rule about all numbers together names no rows
        for file in {rows[row["row"]]["file"] for row in rule.rows} or set(numbers):
            broken = msg(
                "{report} is not published, because a number in it breaks the rule '{rule}'.",
                report=file,
                rule=rule.label,
            )
            found.setdefault(file, DataError(broken))
    return found


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
            by=sliced_by(question.get("by")),
            where=question.get("where", {}),
            edition=edition,
            areas=regions,
        )
        cells = counted(con, asked, is_estimated=False)
        rows, mixes = rows_of(asked, cells), mixes_of(asked, cells)
        for region in regions:
            own = _of_region(rows, region)
            if not own and not asked.table.by:
                own = [({}, NOTHING, False)]
            table = replace(asked.table, region=region, loads=question.get("loads", {}))
            release.add(table, own)
            for mix in _of_region(mixes, region):
                release.add_mix(table, *mix)


def _of_region(rows: Iterable[tuple[Any, Any, bool]], region: str) -> list[tuple[dict[str, str], Any, bool]]:
    """The rows of a question asked of several regions that are of one, without saying so."""
    return [
        ({name: value for name, value in group.items() if name != AREA}, numbers, is_unsafe)
        for group, numbers, is_unsafe in rows
        if group[AREA] == region
    ]


def areas_with_data(con: DuckDBPyConnection) -> dict[str, list[str]]:
    """Each country with its NUTS 2 areas that have any issue: what `--region all` makes reports of."""
    rows = con.execute(
        f"select region0, list(distinct region2 order by region2) from {placed_issues()} "
        "join region_paths using (region_code) where region0 is not null and region2 is not null group by region0"
    ).fetchall()
    return dict(rows)


def region_paths(con: DuckDBPyConnection) -> dict[str, list[str]]:
    """Each area with those that it lies in, itself first."""
    return dict(con.execute("select current_code, any_value(path) from region_paths group by current_code").fetchall())
