"""Many reports at once: plan, run in parallel, skip what is made already, index page and manifest.

A report's file stands in `<out>/<period>/`; `<out>/manifest.json` says of every file what it was made from, and
`<out>/index.html` leads to all of them.
"""

from __future__ import annotations

import hashlib
import os
import shutil
import tempfile
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from concurrent.futures import Executor, ThreadPoolExecutor, as_completed
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from importlib import import_module
from pathlib import Path
from typing import Any

from ppp_metrics.errors import DataError, PppError, unwritable
from ppp_metrics.language import LANGUAGES, Message, msg, user_language
from ppp_metrics.periods import Period
from ppp_metrics.records.suites import read_suites
from ppp_metrics.reporting import kernels
from ppp_metrics.reporting.audit import Leak, new_leaks
from ppp_metrics.reporting.execution import keep_failed, run_notebook, write_page
from ppp_metrics.reporting.finished import Finished, Page, read_page
from ppp_metrics.reporting.folders import refuse_other_edition
from ppp_metrics.reporting.handover import Release, told_to_kernels
from ppp_metrics.reporting.index import write_index
from ppp_metrics.reporting.ledger import look_into, record
from ppp_metrics.reporting.look import find_look
from ppp_metrics.reporting.manifest import Report, read_manifest, replace_file, tell_changes, write_manifest
from ppp_metrics.reporting.pdf import check_pdf
from ppp_metrics.reporting.plan import Job, check_notebooks, plan_reports, region_slices
from ppp_metrics.reporting.prefetch import prefetch
from ppp_metrics.reporting.published import not_in_ledger, publication, published_before
from ppp_metrics.reporting.release import Question, decide, foreseen, wrong_numbers
from ppp_metrics.workspace import Workspace

NEEDED_LATER = ("jinja2", "rich.progress", "scipy.optimize", "scipy.sparse.csgraph")
"""What this process imports to decide, to tell how far it is, and to write the index."""
FAILED = "failed"
"""The folder of the notebooks that failed, as far as they came."""


@dataclass
class Outcome:
    """What came of the jobs, each by its file: reports as they read, the numbers behind them, and what went wrong."""

    reports: dict[str, Report] = field(default_factory=dict)
    pages: dict[str, Page] = field(default_factory=dict)
    numbers: dict[str, list[dict[str, Any]]] = field(default_factory=dict)
    failures: dict[str, PppError] = field(default_factory=dict)
    is_interrupted: bool = False


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
    is_static: bool = False,
    with_pdf: bool = False,
) -> list[Report]:
    """Every notebook x region x language that was asked for, as a file each, with index and manifest beside them.

    No notebook: all of the workspace's. Region None: each country with data; "all": their NUTS 2 areas too. What was
    made from the same inputs before is kept, unless `force`. Static reports have no script; their charts stand still.
    With PDF, each stands beside its page as a tagged PDF too.

    What all of them together withhold is decided first. They are audited with all that was ever published: if anybody
    could work out what is withheld, none is put in place. Before they are, they are written into the ledger.

    Raises UsageError and DataError as `plan_reports` and `check_notebooks` do, and DataError when a notebook fails,
    `out` cannot be written or the audit finds something. When a notebook fails, the other reports are put in place.
    """
    planned = plan_reports(place, notebooks, period, region, lang, edition, allow_failed_checks, is_static, with_pdf)
    if with_pdf:
        check_pdf()
    refuse_other_edition(place, out, edition)
    try:
        out.mkdir(parents=True, exist_ok=True)
        return _make(place, planned, out, jobs or os.cpu_count() or 1, force)
    except OSError as error:
        raise unwritable(out, error) from None


def _make(place: Workspace, planned: Sequence[Job], out: Path, workers: int, force: bool) -> list[Report]:
    known = read_manifest(out)
    may_be_kept = not force and any(job.file in known for job in planned)
    if not may_be_kept:
        kernels.warm_up()
    is_same = all(job.file in known and known[job.file].records == job.records for job in planned)
    slices = region_slices(place, planned) if may_be_kept and not is_same else {}
    ledger = look_into(place)
    current = [] if force else [job for job in planned if _is_current(out, job, known.get(job.file), slices)]
    # what has been withdrawn is made anew
    current = [job for job in current if known[job.file].sha256 not in ledger.withdrawn]
    kept = {job.file: replace(known[job.file], records=job.records) for job in current}
    todo = [job for job in planned if job.file not in kept]
    if not todo:
        if unknown := not_in_ledger(place, out, kept, ledger):
            record(place, unknown, ledger.newest, lambda added: None)
        if any(kept[file] != known[file] for file in kept):
            write_manifest(out, known | kept)
        return [kept[job.file] for job in planned]
    check_notebooks(todo)
    # the fork server, which imports much, is not there yet
    for name in NEEDED_LATER:
        import_module(name)
    done = Outcome()
    # kernels run in the folder of their notebooks
    scratch = Path(tempfile.mkdtemp(prefix=".making-", dir=out)).absolute()
    try:
        # an earlier version of a report is replaced, also where editions had no folder of their own yet
        replaced = [folder / job.file for job in todo for folder in (out, place.reports)]
        earlier = published_before(place, out, replaced, ledger)
        before = earlier.files
        workers = min(workers, len(todo))
        with kernels.pool(workers) as pool, kernels.lasting() as checker:
            # Great Expectations takes seconds to import: it is there when the numbers are, and when the next release is
            checker.submit(read_suites, place.expectations)
            hashed = checker.submit(dict, slices) if slices else checker.submit(region_slices, place, todo)
            done = _run_until_foreseen(place, todo, before, scratch, pool, workers)
            checked = checker.submit(wrong_numbers, done.numbers, place.expectations)
            leaks = _leaks(done, before)
            if wrong := checked.result():
                _take_back_wrong(done, wrong)
                leaks = _leaks(done, before)
        _refuse_leaks(leaks)
        slices = hashed.result()
        done.reports = {file: replace(report, slice=slices[report.region]) for file, report in done.reports.items()}
        made = [publication(page, page.report.sha256, "report") for page in _pages(done)]
        record(
            place,
            [*earlier.missing, *made],
            ledger.newest,
            lambda added: _refuse_leaks(_leaks(done, [*before, *added])),
        )
        _put_in_place(done, scratch, out)
        # read again: another run may have added its reports in the meantime
        listed = write_manifest(out, tell_changes(read_manifest(out), kept | done.reports))
        notice = place.notice if any(report.has_notice for report in listed) else None
        replace_file(out / "index.html", write_index(listed, notice, find_look(place)))
    finally:
        shutil.rmtree(scratch, ignore_errors=True)
    if done.is_interrupted:
        raise KeyboardInterrupt
    if done.failures:
        raise DataError(_told(done.failures))
    return [done.reports.get(job.file) or kept[job.file] for job in planned]


def _run_until_foreseen(
    place: Workspace, todo: Sequence[Job], before: Sequence[Finished], scratch: Path, pool: Executor, workers: int
) -> Outcome:
    """Decide what is withheld and run the jobs; again, if a report asked for what had not been foreseen."""
    asked = foreseen(place, todo)
    while True:
        release = Release(Path(tempfile.mkdtemp(dir=scratch)))
        found = prefetch(place, asked, release, pool, workers, is_protected=False)
        areas, withheld = decide(place, asked, before)
        with told_to_kernels(release, withheld):
            # in small parts, since nothing begins before all of it is found
            found += prefetch(place, asked, release, pool, 3 * workers, is_protected=True)
            for each in found:
                each.result()
            done = _run(todo, scratch, pool, workers, release.key)
        for file, report in done.reports.items():
            done.reports[file] = replace(report, areas=areas.get(report.region, []))
        more = {job: _not_foreseen(questions, done.reports.get(job.file)) for job, questions in asked.items()}
        if done.is_interrupted or not any(more.values()):
            return done
        asked = {job: [*questions, *more[job]] for job, questions in asked.items()}


def _not_foreseen(questions: Sequence[Question], report: Report | None) -> list[Question]:
    return [question for question in report.questions if question not in questions] if report else []


def _leaks(done: Outcome, before: Sequence[Finished]) -> list[Leak]:
    """What somebody who has all the files can work out of what one withholds, because of the new ones."""
    new = _pages(done)
    return new_leaks(new, before) if new else []


def _pages(done: Outcome) -> list[Page]:
    return [replace(done.pages[file], report=report) for file, report in done.reports.items()]


def _refuse_leaks(leaks: Sequence[Leak]) -> None:
    """Raises DataError when there are any."""
    if leaks:
        raise DataError(
            msg(
                "No report was written, because {count} withheld numbers could be worked out from them and from what "
                "was published before. {first} `ppp-metrics release list` says what that was; "
                "`ppp-metrics release withdraw` takes out what nobody has any more.",
                count=len(leaks),
                first=leaks[0].message,
            )
        )


def _run(todo: Sequence[Job], scratch: Path, pool: Executor, workers: int, key: bytes) -> Outcome:
    """Run the notebooks, each in a kernel of its own, and write their pages into `scratch`.

    The work is done in the kernels and in the pool's processes; a thread a report is enough to wait for it. Two reports
    more than there are workers are under way, since a kernel that begins or ends keeps no core busy. Languages come one
    after the other, since what the first asks of a slice the next need not find again.
    """
    done = Outcome()
    in_order = sorted(todo, key=lambda job: LANGUAGES.index(job.lang))
    with _progress(len(todo)) as tell, ThreadPoolExecutor(workers + 2 * (workers > 1)) as waiting:
        running = {waiting.submit(_make_one, job, scratch, pool, key): job for job in in_order}
        try:
            for future in as_completed(running):
                job = running[future]
                try:
                    done.pages[job.file], done.numbers[job.file] = future.result()
                    done.reports[job.file] = done.pages[job.file].report
                except PppError as error:
                    done.failures[job.file] = error
                tell(job)
        except KeyboardInterrupt:
            done.is_interrupted = True
            waiting.shutdown(wait=False, cancel_futures=True)
            kernels.end_all()
    return done


def _make_one(job: Job, scratch: Path, pool: Executor, key: bytes) -> tuple[Page, list[dict[str, Any]]]:
    begun = time.monotonic()
    page = scratch / Path(job.file).name
    executed = page.with_suffix(".ipynb")
    try:
        notebook = run_notebook(job, executed, key)
        report, numbers = pool.submit(write_page, job, notebook, page).result()
    except PppError:
        keep_failed(executed, key)
        raise
    read = pool.submit(read_page, report, page.read_text("utf-8")).result()
    executed.unlink()
    return replace(read, report=replace(report, seconds=round(time.monotonic() - begun, 1))), numbers


def _take_back_wrong(done: Outcome, wrong: Mapping[str, DataError]) -> None:
    """Takes back each report with a number that breaks a critical rule for computed numbers."""
    for file, error in wrong.items():
        if done.reports.pop(file, None):
            done.failures[file] = error


def _put_in_place(done: Outcome, scratch: Path, out: Path) -> None:
    """Move the pages where they belong, and the notebooks of failures where they can be looked at."""
    for file, report in done.reports.items():
        target = out / file
        target.parent.mkdir(exist_ok=True)
        os.replace(scratch / target.name, target)
        if report.pdf:
            os.replace(scratch / Path(report.pdf).name, out / report.pdf)
        else:
            # an earlier page's, that would tell of what is no longer there
            target.with_suffix(".pdf").unlink(missing_ok=True)
        _failed_notebook(out, file).unlink(missing_ok=True)
    for file in done.failures:
        looked_at = _failed_notebook(out, file)
        executed = scratch / looked_at.name
        if executed.is_file():
            looked_at.parent.mkdir(exist_ok=True)
            os.replace(executed, looked_at)
            done.failures[file] = DataError(
                msg("{failure} (the notebook: {file})", failure=done.failures[file].message, file=looked_at)
            )
    if (out / FAILED).is_dir() and not any((out / FAILED).iterdir()):
        (out / FAILED).rmdir()


def _failed_notebook(out: Path, file: str) -> Path:
    return out / FAILED / Path(file).with_suffix(".ipynb").name


def _told(failures: Mapping[str, PppError]) -> Message:
    """What went wrong, a line each."""
    told, *others = [failures[file].message for file in sorted(failures)]
    for other in others:
        told = msg("{failures}\n{failure}", failures=told, failure=other)
    return told


@contextmanager
def _progress(total: int) -> Iterator[Callable[[Job], None]]:
    """A function that is told of each finished job: a bar on a terminal, else a line a report on stderr."""
    from rich.console import Console
    from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeRemainingColumn

    console = Console(stderr=True)
    label = msg("Reports").render(user_language())
    if not console.is_terminal:
        done = iter(range(1, total + 1))
        yield lambda job: console.print(
            f"{label} {next(done)}/{total}: {job.file}", soft_wrap=True, highlight=False, markup=False
        )
        return
    with Progress(
        TextColumn("{task.description}"), BarColumn(), MofNCompleteColumn(), TimeRemainingColumn(), console=console
    ) as bar:
        task = bar.add_task(label, total=total)
        yield lambda job: bar.advance(task)


def _is_current(out: Path, job: Job, report: Report | None, slices: Mapping[str, str]) -> bool:
    """The file is there, unharmed, and made from the same inputs and records; so is its PDF, if asked for."""
    return (
        report is not None
        and report.inputs == job.inputs
        and (report.records == job.records or report.slice == slices[job.region])
        and _is_unharmed(out / job.file, report.sha256)
        and (not job.with_pdf or _is_unharmed(out / job.pdf, report.pdf_sha256))
    )


def _is_unharmed(file: Path, sha256: str) -> bool:
    return file.is_file() and hashlib.sha256(file.read_bytes()).hexdigest() == sha256
