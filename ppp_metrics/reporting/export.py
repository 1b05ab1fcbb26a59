"""The funder's package: the numbers of a period's reports as a workbook, or as CSV with `datapackage.json`.

The notebooks are run without drawing anything, as the release planner does: what they ask is what the reports show. It
is decided on as one release together with what was published before, read back, attacked and written into the ledger
before it is in place.
"""

from __future__ import annotations

import os
import shutil
import tempfile
from collections.abc import Mapping, Sequence
from concurrent.futures import Executor
from concurrent.futures.process import BrokenProcessPool
from dataclasses import dataclass
from datetime import date
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Any

from ppp_metrics.errors import DataError, PppError, UsageError, unwritable
from ppp_metrics.language import LANGUAGES, Label, msg, nearest
from ppp_metrics.metrics.places import suppliers_with_data
from ppp_metrics.metrics.protection import Name
from ppp_metrics.periods import Period, today
from ppp_metrics.records.checks import last_check
from ppp_metrics.records.history import fingerprint, status
from ppp_metrics.records.store import Store
from ppp_metrics.reporting import kernels
from ppp_metrics.reporting.audit import new_leaks
from ppp_metrics.reporting.dashboard import package_version
from ppp_metrics.reporting.execution import stopped
from ppp_metrics.reporting.export_files import FILES, WORKBOOK, is_export, write_folder, write_workbook
from ppp_metrics.reporting.export_rows import about_row, definition_rows, in_order, number_rows
from ppp_metrics.reporting.export_sheets import Rows
from ppp_metrics.reporting.exported import read_export
from ppp_metrics.reporting.finished import Finished
from ppp_metrics.reporting.folders import refuse_other_edition
from ppp_metrics.reporting.ledger import record
from ppp_metrics.reporting.plan import Job, check_notebooks, plan_reports
from ppp_metrics.reporting.published import hash_of_file, publication, published_before
from ppp_metrics.reporting.release import Question, asked_by, decide, foreseen, wrong_numbers
from ppp_metrics.workspace import Workspace

if TYPE_CHECKING:
    from duckdb import DuckDBPyConnection

FORMULAS = msg("In these files an apostrophe stands before a text that a spreadsheet would take for a formula.")


@dataclass(frozen=True)
class Written:
    """What `export` wrote: where, how many numbers, and how many of them are withheld."""

    path: Path
    numbers: int
    withheld: int


@dataclass(frozen=True)
class Answers:
    """What a notebook asked of a region, and what came of it: rows of `numbers`, and what the rules look at."""

    questions: list[Question]
    rows: Rows
    checked: list[dict[str, Any]]


def make_export(
    place: Workspace,
    notebooks: Sequence[str],
    period: Period,
    *,
    region: str | None,
    lang: str,
    edition: str,
    out: Path,
    allow_failed_checks: bool = False,
) -> Written:
    """The numbers that the reports of a period, some regions and an edition show, in one workbook or folder.

    No notebook: all of the workspace's. Region None: each country with data; "all": their NUTS 2 areas too. `out` ends
    in `.xlsx`, or is a folder that is new, empty or holds an export already. What was ever published withholds, is
    withheld here, too.

    Raises UsageError and DataError as `plan_reports` and `check_notebooks` do; UsageError where `out` is neither, and
    DataError when it holds other files or cannot be written, a notebook fails, or somebody could work out what is
    withheld.
    """
    if lang not in LANGUAGES:
        near = nearest(lang, LANGUAGES) or LANGUAGES[0]
        raise UsageError(msg("An export is in nl or en, not in '{lang}'. Did you mean {near}?", lang=lang, near=near))
    _refuse_place(out)
    planned = list(dict.fromkeys(plan_reports(place, notebooks, period, region, lang, edition, allow_failed_checks)))
    check_notebooks(planned)
    refuse_other_edition(place, out.parent, edition, out)
    earlier = published_before(place, place.reports, [out])
    before = earlier.files
    workers = min(os.cpu_count() or 1, len(planned))
    with kernels.pool(workers) as pool:
        try:
            areas, answers = _answers(place, planned, before, pool)
        except BrokenProcessPool:
            raise DataError(
                msg(
                    "The process of one of these notebooks ended: {notebooks}. Perhaps the machine has too little "
                    "memory. `ppp-metrics report` says which it is.",
                    notebooks=", ".join(dict.fromkeys(job.notebook.stem for job in planned)),
                )
            ) from None
    for error in wrong_numbers({job.file: each.checked for job, each in answers.items()}, place.expectations).values():
        raise error
    numbers = in_order(row for each in answers.values() for row in each.rows)
    if not numbers:
        raise DataError(msg("These notebooks show no numbers of metrics: there is nothing to export."))
    job = planned[0]
    day = period.as_of(today())
    with Store(place.database).reading() as con:
        state, about = status(con), _about(con, place, job, day, areas, numbers)
    definitions = definition_rows((row["metric_id"] for row in numbers), lang)
    sheets = {"numbers": numbers, "definitions": definitions, "about": about}
    try:
        out.parent.mkdir(parents=True, exist_ok=True)
        scratch = Path(tempfile.mkdtemp(prefix=".making-", dir=out.parent))
        try:
            made = scratch / out.name
            if out.suffix.lower() == WORKBOOK:
                write_workbook(made, sheets, lang, day)
            else:
                write_folder(made, sheets, lang, _described(place, job, day, state))
            export = read_export(made, out.name)
            _refuse_leaks(export, before)
            record(
                place,
                [*earlier.missing, publication(export, hash_of_file(made), "export")],
                earlier.known.newest,
                lambda added: _refuse_leaks(export, [*before, *added]),
            )
            _put_in_place(made, out, scratch)
        finally:
            shutil.rmtree(scratch, ignore_errors=True)
    except OSError as error:
        raise unwritable(out, error) from None
    return Written(out, len(numbers), sum(row["suppressed"] is True for row in numbers))


def _refuse_place(out: Path) -> None:
    """Raises UsageError for what is no workbook and no folder, DataError for a folder that is somebody else's."""
    is_workbook = out.suffix.lower() == WORKBOOK
    if is_workbook == out.is_dir() if out.exists() else out.suffix and not is_workbook:
        raise UsageError(
            msg("An export is a workbook, FILE.xlsx, or a folder of CSV files, DIR: not '{out}'.", out=out.name)
        )
    if out.is_dir() and any(out.iterdir()):
        foreign = sorted({path.name for path in out.iterdir()}.difference(FILES))
        if foreign or not is_export(out):
            raise DataError(
                msg(
                    "{folder} holds other files, such as {file}. Name a folder that is new or empty.",
                    folder=out,
                    file=(foreign or FILES)[0],
                )
            )


def _answers(
    place: Workspace, jobs: Sequence[Job], before: Sequence[Finished], pool: Executor
) -> tuple[Mapping[str, Sequence[str]], dict[Job, Answers]]:
    """The areas with data, and each job's answers; decided on again where one asks what had not been foreseen."""
    asked = foreseen(place, jobs)
    while True:
        areas, withheld = decide(place, asked, before)
        answers = dict(zip(jobs, pool.map(partial(_answer, withheld=withheld), jobs), strict=True))
        more = {job: [each for each in answers[job].questions if each not in asked[job]] for job in jobs}
        if not any(more.values()):
            return areas, answers
        asked = {job: [*asked[job], *more[job]] for job in jobs}


def _answer(job: Job, withheld: frozenset[Name]) -> Answers:
    """Raises DataError when the notebook fails, or the data are no longer those that the job was planned for."""
    try:
        with asked_by(job, withheld) as asking:
            if fingerprint(asking.con) != job.fingerprint:
                raise DataError(msg("The data have changed while the export was made. Export again."))
            # of another region or edition nothing has been decided
            desks = [desk for desk in asking.desks if (desk.region, desk.edition) == (job.region, job.edition)]
            return Answers(
                [question for desk in desks for question in desk.questions()],
                [row for desk in desks for row in number_rows(desk)],
                [number for desk in desks for number in desk.every_number()],
            )
    except PppError as error:
        raise DataError(stopped(job, error.message)) from None
    except Exception as error:
        raise DataError(stopped(job, f"{type(error).__name__}: {error}")) from None


def _refuse_leaks(made: Finished, before: Sequence[Finished]) -> None:
    if leaks := new_leaks([made], before):
        raise DataError(
            msg(
                "No export was written, because {count} withheld numbers could be worked out from it and from what was "
                "published before. {first} `ppp-metrics release list` says what that was; "
                "`ppp-metrics release withdraw` takes out what nobody has any more.",
                count=len(leaks),
                first=leaks[0].message,
            )
        )


def _put_in_place(made: Path, out: Path, scratch: Path) -> None:
    if out.is_dir():
        os.replace(out, scratch / "before")
    os.replace(made, out)


def _described(place: Workspace, job: Job, day: date, state: Mapping[str, Any]) -> dict[str, Any]:
    """What the descriptor of a folder begins with."""
    title = msg("{network}: the numbers of the reports of {period}", network=place.name, period=job.period)
    return {
        "name": f"ppp-metrics-{job.period.lower()}-{job.edition}",
        "title": title.render(job.lang),
        "description": FORMULAS.render(job.lang),
        "created": f"{day}T00:00:00Z",
        "sources": [
            {"title": each["supplier"], "load": each["load_id"], "fingerprint": each["fingerprint"]}
            for each in state["suppliers"]
        ],
        "ppp_metrics": package_version(),
    }


def _about(
    con: DuckDBPyConnection,
    place: Workspace,
    job: Job,
    day: date,
    areas: Mapping[str, Sequence[str]],
    numbers: Rows,
) -> Rows:
    """What the numbers are of, what they were made from and what was checked: a fact a row."""
    state = status(con)
    said = partial(about_row, lang=job.lang)
    regions = {str(row["region_code"]): str(row["region_name"]) for row in numbers}
    concerned = [each for code in regions for each in suppliers_with_data(con, code, day)]
    notice = place.notice_on(concerned)
    rows = [
        said("network", place.name),
        *([said("notice", notice.render(job.lang))] if notice else []),
        said("period", job.period),
        said("as_of", day),
        said("edition", job.edition),
        said("language", job.lang),
        *(said("region", name, subject=code) for code, name in regions.items()),
        *(said("areas", ", ".join(areas[code]), subject=code) for code in regions if code in areas),
        said("numbers", len(numbers)),
        said("withheld", sum(row["suppressed"] is True for row in numbers)),
    ]
    for each in state["suppliers"]:
        facts = {"load": each["load_id"], "loaded": each["loaded_at"][:10]}
        facts |= {name: each[name] for name in ("rows", "quarantined", "fingerprint")}
        rows += [said(item, value, subject=each["supplier"]) for item, value in facts.items()]
    rows.append(said("fingerprint", state["fingerprint"]))
    check = last_check(con)
    if check and check["fingerprint"] == state["fingerprint"]:
        rows += [said("checked", check["checked_at"][:10]), said("rules", len(check["expectations"]))]
        for rule in check["expectations"]:
            if rule["success"] is False:
                label = Label(rule["label"]["en"], rule["label"]["nl"]).render(job.lang)
                rows.append(said(f"broken_{rule['severity']}", rule["failed_rows"], subject=label))
    rows.append(said("version", f"ppp_metrics {package_version()}"))
    return rows
