"""Many reports at once: plan, run in parallel, skip what is made already, index page and manifest.

A report's file stands in `<out>/<period>/`; `<out>/manifest.json` says of every file what it was made from, and
`<out>/index.html` leads to all of them.
"""

from __future__ import annotations

import hashlib
import os
import re
import shutil
import tempfile
from collections.abc import Iterator, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor, as_completed
from contextlib import contextmanager
from dataclasses import replace
from pathlib import Path
from typing import Any

from ppp_metrics.errors import DataError, PppError
from ppp_metrics.language import Message, msg, user_language
from ppp_metrics.metrics.protection import Name
from ppp_metrics.metrics.relations import prepare
from ppp_metrics.periods import Period
from ppp_metrics.records.store import Store
from ppp_metrics.reporting.audit import Page, audit_pages, read_pages, released
from ppp_metrics.reporting.dashboard import package_version
from ppp_metrics.reporting.handover import told_to_kernels
from ppp_metrics.reporting.index import write_index
from ppp_metrics.reporting.manifest import Report, read_manifest, replace_file, write_manifest
from ppp_metrics.reporting.plan import Job, plan_reports
from ppp_metrics.reporting.release import Question, areas_with_data, planned_questions, withheld_in
from ppp_metrics.workspace import Workspace

CELL_SECONDS = 600


def make_reports(
    place: Workspace,
    notebooks: Sequence[str],
    period: Period,
    *,
    region: str | None,
    lang: str,
    edition: str,
    out: Path,
    jobs: int | None = None,
    force: bool = False,
    allow_failed_checks: bool = False,
) -> list[Report]:
    """Every notebook x region x language that was asked for, as a file each, with index and manifest beside them.

    No notebook: all of the workspace's. Region None: each country with data; "all": their NUTS 2 areas too. What was
    made from the same inputs before is kept, unless `force`.

    What all of them together withhold is decided first. Before they are put in place they are audited, with what stands
    there already: if anybody could work out what is withheld, none is.

    Raises UsageError and DataError as `plan_reports` does, and DataError when a notebook fails, `out` cannot be written
    or the audit finds something. When a notebook fails, the other reports are put in place.
    """
    planned = plan_reports(place, notebooks, period, region, lang, edition, allow_failed_checks)
    try:
        out.mkdir(parents=True, exist_ok=True)
        return _make(place, planned, out, jobs or os.cpu_count() or 1, force)
    except OSError as error:
        raise DataError(msg("{folder} cannot be written: {reason}.", folder=out, reason=error.strerror)) from None


def _make(place: Workspace, planned: Sequence[Job], out: Path, workers: int, force: bool) -> list[Report]:
    known = read_manifest(out)
    kept = {} if force else {job.file: known[job.file] for job in planned if _is_current(out, job, known.get(job.file))}
    todo = [job for job in planned if job.file not in kept]
    made: dict[str, Report] = {}
    failures: list[PppError] = []
    scratch = Path(tempfile.mkdtemp(prefix=".making-", dir=out))
    try:
        others = [report for file, report in known.items() if file not in {job.file for job in todo}]
        before = read_pages(out, [report for report in others if (out / report.file).is_file()])
        asked: dict[Job, list[Question]] | None = None
        while todo and (asked is None or _asks_more(asked, made)):
            asked, areas, withheld = _decide(place, todo, made, before)
            made, failures = {}, []
            with told_to_kernels(withheld, scratch):
                for job, outcome in _run(todo, scratch, place.expectations, min(workers, len(todo))):
                    if isinstance(outcome, PppError):
                        failures.append(outcome)
                    else:
                        made[job.file] = replace(outcome, areas=areas.get(job.region, []))
        _refuse_leaks(
            [Page(report, (scratch / Path(file).name).read_text("utf-8")) for file, report in made.items()], before
        )
        for file in made:
            target = out / file
            target.parent.mkdir(exist_ok=True)
            os.replace(scratch / target.name, target)
        # read again: another run may have added its reports in the meantime
        listed = write_manifest(out, read_manifest(out) | made)
        notice = place.notice if any(report.has_notice for report in listed) else None
        replace_file(out / "index.html", write_index(listed, notice))
    finally:
        shutil.rmtree(scratch, ignore_errors=True)
    if failures:
        raise failures[0]
    return [made.get(job.file) or kept[job.file] for job in planned]


def _decide(
    place: Workspace, todo: Sequence[Job], made: Mapping[str, Report], before: Sequence[Page]
) -> tuple[dict[Job, list[Question]], dict[str, list[str]], frozenset[Name]]:
    """What each report will ask, or has asked when it was made; the areas with data; and what must be withheld."""
    with Store(place.database).reading() as con:
        prepare(con)
        asked = planned_questions(con, todo)
        for job in todo:
            if job.file in made:
                asked[job] = [*asked[job], *made[job.file].questions]
        withheld: frozenset[Name] = frozenset()
        for edition in {job.edition for job in todo}:
            own = {job: questions for job, questions in asked.items() if job.edition == edition}
            withheld |= withheld_in(con, own, released(before, edition)[0] if before else None)
        return asked, areas_with_data(con), withheld


def _asks_more(asked: Mapping[Job, Sequence[Question]], made: Mapping[str, Report]) -> bool:
    """Whether a report asked for what was not foreseen, so that the release must be decided on again."""
    return any(
        question not in questions
        for job, questions in asked.items()
        if job.file in made
        for question in made[job.file].questions
    )


def _refuse_leaks(new: Sequence[Page], before: Sequence[Page]) -> None:
    """Raises DataError when somebody who has all the pages can work out what one withholds, because of the new ones."""
    if not new:
        return
    known = set(audit_pages(before).leaks) if before else set()
    leaks = [leak for leak in audit_pages([*before, *new]).leaks if leak not in known]
    if leaks:
        raise DataError(
            msg(
                "No report was written, because {count} withheld numbers could be worked out from them. {first} If the "
                "other file was made before: remove it, or make it again with `--force`.",
                count=len(leaks),
                first=leaks[0].message,
            )
        )


def _run(
    todo: Sequence[Job], scratch: Path, expectations: Path, workers: int
) -> Iterator[tuple[Job, Report | PppError]]:
    """Each job with its report, or with what went wrong, as they are done.

    The work is done in the notebooks' kernels, a process each; a thread a kernel is enough to wait for it.
    """
    if not todo:
        return
    # the kernel of this interpreter, not one that the user's account has under the same name
    os.environ.setdefault("JUPYTER_PREFER_ENV_PATH", "1")
    with _progress(len(todo)) as tell, ThreadPoolExecutor(workers) as pool:
        running = {pool.submit(_make_one, job, scratch): job for job in todo}
        try:
            for future in as_completed(running):
                job = running[future]
                try:
                    outcome: Report | PppError
                    outcome, numbers = future.result()
                    _check_numbers(job, numbers, expectations)
                except PppError as error:
                    outcome = error
                tell(job)
                yield job, outcome
        except BaseException:
            pool.shutdown(wait=False, cancel_futures=True)
            raise


def _make_one(job: Job, scratch: Path) -> tuple[Report, list[dict[str, Any]]]:
    """Run one notebook and write its page into `scratch`; with the report come the numbers behind it.

    Raises DataError with the failing cell's own words.
    """
    import papermill
    from papermill.exceptions import PapermillExecutionError

    from ppp_metrics.reporting.html import about_foot, about_page, render_page

    try:
        notebook = papermill.execute_notebook(
            str(job.notebook),
            None,
            parameters=job.parameters,
            kernel_name="python3",
            progress_bar=False,
            execution_timeout=CELL_SECONDS,
            resources={"metadata": {"path": str(job.notebook.parent)}},
            # ipykernel warns that it talks over the loopback interface in plain text; there is no other on Windows
            extra_arguments=["--log-level=ERROR"],
            shutdown_kernel="immediate",
        )
    except PapermillExecutionError as error:
        said = " ".join(re.sub(r"\x1b\[[0-9;]*m", "", error.evalue).split())[:500]
        raise DataError(
            _failure(job, said if error.ename in ("DataError", "UsageError") else f"{error.ename}: {said}")
        ) from None
    except (TimeoutError, RuntimeError) as error:
        raise DataError(_failure(job, " ".join(str(error).split())[:500])) from None
    about, foot = about_page(notebook), about_foot(notebook)
    page = render_page(notebook).encode()
    (scratch / Path(job.file).name).write_bytes(page)
    report = Report(
        file=job.file,
        notebook=job.notebook.stem,
        title=about["subject"],
        network=about["network"],
        area=about["area"],
        period=job.period,
        region=job.region,
        lang=job.lang,
        edition=job.edition,
        fingerprint=job.fingerprint,
        version=package_version(),
        inputs=job.inputs,
        sha256=hashlib.sha256(page).hexdigest(),
        has_notice=about["has_notice"],
        as_of=foot["as_of"],
        loads=foot["loads"],
        questions=foot["questions"],
        groups=foot["groups"],
        withheld=foot["withheld"],
    )
    return report, foot["numbers"]


def _check_numbers(job: Job, numbers: list[dict[str, Any]], expectations: Path) -> None:
    """Raises DataError when a number breaks a critical rule for computed numbers: its report is not kept."""
    import pandas as pd

    from ppp_metrics.records.checks import run_number_checks

    if not numbers:
        return
    failures = run_number_checks(pd.DataFrame(numbers), expectations).failures("critical")
    if failures:
        raise DataError(
            msg(
                "{report} is not published, because a number in it breaks the rule '{rule}'.",
                report=job.file,
                rule=failures[0].label,
            )
        )


def _failure(job: Job, said: str) -> Message:
    return msg(
        "{notebook} for {region}, {period} stopped: {reason}",
        notebook=job.notebook.stem,
        region=job.region,
        period=job.period,
        reason=said,
    )


@contextmanager
def _progress(total: int) -> Iterator[Any]:
    """A function that is told of each finished job: a bar on a terminal, else a line a report on stderr."""
    from rich.console import Console
    from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeElapsedColumn

    console = Console(stderr=True)
    label = msg("Reports").render(user_language())
    if not console.is_terminal:
        done = iter(range(1, total + 1))
        yield lambda job: console.print(
            f"{label} {next(done)}/{total}: {job.file}", soft_wrap=True, highlight=False, markup=False
        )
        return
    with Progress(
        TextColumn("{task.description}"), BarColumn(), MofNCompleteColumn(), TimeElapsedColumn(), console=console
    ) as bar:
        task = bar.add_task(label, total=total)
        yield lambda job: bar.advance(task)


def _is_current(out: Path, job: Job, report: Report | None) -> bool:
    """The file is there, unharmed, and was made from the same inputs."""
    file = out / job.file
    return (
        report is not None
        and report.inputs == job.inputs
        and file.is_file()
        and hashlib.sha256(file.read_bytes()).hexdigest() == report.sha256
    )
