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
from collections.abc import Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor, as_completed
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from ppp_metrics.errors import DataError, PppError
from ppp_metrics.language import Message, msg, user_language
from ppp_metrics.periods import Period
from ppp_metrics.reporting.dashboard import package_version
from ppp_metrics.reporting.index import write_index
from ppp_metrics.reporting.manifest import Report, read_manifest, replace_file, write_manifest
from ppp_metrics.reporting.plan import Job, plan_reports
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

    Raises UsageError and DataError as `plan_reports` does, and DataError when a notebook fails or `out` cannot be
    written. The files that were finished by then stay.
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
        for job, outcome in _run(todo, scratch, place.expectations, min(workers, len(todo))):
            if isinstance(outcome, PppError):
                failures.append(outcome)
                continue
            target = out / job.file
            target.parent.mkdir(exist_ok=True)
            os.replace(scratch / Path(job.file).name, target)
            made[job.file] = outcome
        # read again: another run may have added its reports in the meantime
        listed = write_manifest(out, read_manifest(out) | made)
        notice = place.notice if any(report.has_notice for report in listed) else None
        replace_file(out / "index.html", write_index(listed, notice))
    finally:
        shutil.rmtree(scratch, ignore_errors=True)
    if failures:
        raise failures[0]
    return [made.get(job.file) or kept[job.file] for job in planned]


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
    )
    return report, foot["numbers"]


def _check_numbers(job: Job, numbers: list[dict[str, Any]], expectations: Path) -> None:
    """Raises DataError when a number breaks a critical rule for computed numbers: its report is not kept."""
    import pandas as pd

    from ppp_metrics.records.checks import run_number_checks

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
