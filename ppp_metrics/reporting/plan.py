"""Which reports to make: the notebooks and their parameters, the regions, and the state of the data.

Everything that can be refused is refused here, before the first notebook runs.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from importlib.resources import files
from pathlib import Path

from ppp_metrics.errors import DataError, UsageError
from ppp_metrics.language import LANGUAGES, msg, nearest
from ppp_metrics.light_imports import without_address_grammar
from ppp_metrics.periods import Period, today
from ppp_metrics.records.store import Store
from ppp_metrics.reporting.dashboard import PUBLISHED_EDITIONS, package_version
from ppp_metrics.reporting.look import find_look
from ppp_metrics.workspace import Workspace, starter

PARAMETERS = ("workspace", "period", "region", "lang", "edition")


@dataclass(frozen=True)
class Job:
    """One report to make: `inputs` is a hash of its parameters and of the program and settings that make it, `records`
    one of all records and their last check. A PDF is made from the page, so it is none of its inputs.
    """

    notebook: Path
    workspace: str
    period: str
    region: str
    lang: str
    edition: str
    fingerprint: str
    inputs: str
    records: str
    is_static: bool = False
    with_pdf: bool = False

    @property
    def file(self) -> str:
        """The file's place below the folder of reports."""
        edition = "" if self.edition == "coordinator" else f"_{self.edition}"
        return f"{self.period}/{self.notebook.stem}_{self.region}_{self.period}_{self.lang}{edition}.html"

    @property
    def pdf(self) -> str:
        """The place of the PDF, beside the file."""
        return f"{self.file.removesuffix('.html')}.pdf"

    @property
    def parameters(self) -> dict[str, str]:
        return {name: getattr(self, name) for name in PARAMETERS}


def _all_notebooks(place: Workspace) -> list[Path]:
    """The workspace's notebooks; those that every workspace begins with where it has none of its own."""
    return sorted(place.notebooks.glob("*.ipynb")) or sorted(starter("notebooks").glob("*.ipynb"))


def _find_notebook(place: Workspace, name: str) -> Path:
    """The notebook with this name, or the file of this path."""
    known = {path.stem: path for path in _all_notebooks(place)}
    if path := known.get(name.removesuffix(".ipynb")):
        return path
    if name.endswith(".ipynb") and Path(name).is_file():
        return Path(name).resolve()
    raise UsageError(
        msg(
            "There is no notebook '{notebook}'. Did you mean {near}?",
            notebook=name,
            near=nearest(name, known) or " / ".join(known),
        )
    )


def check_notebooks(jobs: Iterable[Job]) -> None:
    """Raises UsageError when the notebook of a job has other parameters than a report has."""
    for path in dict.fromkeys(job.notebook for job in jobs):
        check_parameters(path)


def check_parameters(path: Path) -> None:
    """Raises UsageError when the notebook's parameters cell has another parameter than a report gives, or lacks one."""
    with without_address_grammar():
        from papermill import inspect_notebook
        from papermill.exceptions import PapermillException

    try:
        declared = inspect_notebook(str(path))
    except (PapermillException, ValueError, KeyError) as error:
        raise UsageError(
            msg(
                "{notebook} is not a notebook that can be read: {reason}.",
                notebook=path.name,
                reason=" ".join(str(error).split())[:200],
            )
        ) from None
    missing = [name for name in PARAMETERS if name not in declared]
    # a parameter that a report does not give must have a value of its own
    unknown = [name for name in declared if name not in PARAMETERS and declared[name]["default"] in ("", "None")]
    if unknown:
        guess = nearest(unknown[0], PARAMETERS) or ", ".join(missing or PARAMETERS)
        raise UsageError(
            msg(
                "{notebook} has a parameter '{parameter}' that no report gives a value. Did you mean {near}?",
                notebook=path.name,
                parameter=unknown[0],
                near=guess,
            )
        )
    if missing:
        near = nearest(missing[0], [name for name in declared if name not in PARAMETERS])
        if near:
            raise UsageError(
                msg(
                    "{notebook} has no parameter '{parameter}' in its cell with the tag `parameters`. It has "
                    "'{near}': did you mean that?",
                    notebook=path.name,
                    parameter=missing[0],
                    near=near,
                )
            )
        raise UsageError(
            msg(
                "{notebook} has no parameter '{parameter}' in its cell with the tag `parameters`.",
                notebook=path.name,
                parameter=missing[0],
            )
        )
    wrong = [name for name in PARAMETERS if declared[name]["inferred_type_name"] not in ("str", "None")]
    if wrong:
        raise UsageError(
            msg(
                "{notebook}: the parameter '{parameter}' is text, so its type is str, not {kind}.",
                notebook=path.name,
                parameter=wrong[0],
                kind=declared[wrong[0]]["inferred_type_name"],
            )
        )


def _check_data(place: Workspace, allow_failed: bool) -> None:
    """Run the suites unless they ran today over these data; DataError when a critical rule failed."""
    from ppp_metrics.records.checks import last_check, run_checks, suites_digest
    from ppp_metrics.records.history import fingerprint

    store = Store(place.database)
    with store.reading() as con:
        last, now = last_check(con), fingerprint(con)
    asked = (now, suites_digest(place.expectations), str(today()))
    if last is None or (last["fingerprint"], last["suites"], last["checked_at"][:10]) != asked:
        last = run_checks(store, place.expectations).to_dict()
    if not last["passed"] and not allow_failed:
        raise DataError(
            msg(
                "The data are not fit to publish: critical checks failed. `ppp-metrics check` says which rows; "
                "`--allow-failed-checks` publishes all the same, with a banner."
            )
        )


def plan_reports(
    place: Workspace,
    notebooks: Sequence[str],
    period: Period,
    region: str | None,
    lang: str,
    edition: str,
    allow_failed_checks: bool,
    is_static: bool = False,
    with_pdf: bool = False,
) -> list[Job]:
    """A job each notebook, region and language; the data is checked first where its newest check was of other data.

    Raises UsageError for an unknown notebook, region, language or edition, and for a look that cannot be; DataError
    when a critical check fails (unless allowed) or no issue has a region.
    """
    if edition not in PUBLISHED_EDITIONS:
        guess = nearest(edition, PUBLISHED_EDITIONS) or PUBLISHED_EDITIONS[0]
        raise UsageError(msg("There is no edition '{edition}'. Did you mean {near}?", edition=edition, near=guess))
    if lang not in (*LANGUAGES, "all"):
        raise UsageError(msg("A report is in nl, en, or all: not in '{lang}'.", lang=lang))
    paths = list(dict.fromkeys(_find_notebook(place, name) for name in notebooks)) or _all_notebooks(place)
    find_look(place)
    _check_data(place, allow_failed_checks)
    planned = _jobs(place, paths, period, region, LANGUAGES if lang == "all" else (lang,), edition, is_static)
    return [replace(job, with_pdf=with_pdf) for job in planned]


def _jobs(
    place: Workspace,
    notebooks: Sequence[Path],
    period: Period,
    region: str | None,
    langs: Sequence[str],
    edition: str,
    is_static: bool,
) -> list[Job]:
    from ppp_metrics.metrics.places import find_region, regions_with_data
    from ppp_metrics.records.checks import last_check
    from ppp_metrics.records.history import delivered_for, fingerprint
    from ppp_metrics.records.reviews import verdicts_digest

    as_of = period.as_of(today())
    with Store(place.database).reading() as con:
        with_data = regions_with_data(con, as_of)
        if region == "all":
            regions = with_data
        elif region:
            # an area may be named twice, by its old code and its new one
            regions = list(dict.fromkeys(find_region(con, code) for code in region.split(",")))
        else:
            regions = [code for code in with_data if len(code) == 2]
        if not regions:
            raise DataError(
                msg("No issue that was proposed by {day} has a region: there is nothing to report.", day=as_of)
            )
        data, verdicts, check = fingerprint(con), verdicts_digest(con), last_check(con)
        earlier = delivered_for(con, period.previous, period.last_day)
    records = _digest([data, verdicts, json.dumps({**(check or {}), "checked_at": ""}, sort_keys=True)])
    around = [
        package_version(),
        _code_digest(),
        place.name,
        str(place.notice),
        str(place.notice_suppliers),
        str(sorted((name, until, until < today()) for name, until in place.retention.items())),
        str(find_look(place)),
        str(as_of),
        # what a report calls restated
        str(earlier),
    ]
    return [
        Job(
            path,
            str(place.root),
            str(period),
            code,
            lang,
            edition,
            data,
            _digest([*around, path.read_text("utf-8"), code, lang, edition, str(period), str(is_static)]),
            records,
            is_static,
        )
        for code in regions
        for path in notebooks
        for lang in langs
    ]


def region_slices(place: Workspace, jobs: Iterable[Job]) -> dict[str, str]:
    """Region -> a hash of what its reports depend on: the records read, their suppliers' loads, what a check found.

    The jobs are of one period.
    """
    from ppp_metrics.metrics.places import suppliers_concerned
    from ppp_metrics.metrics.slices import slice_digests
    from ppp_metrics.records.checks import last_check_of
    from ppp_metrics.records.history import newest_deliveries

    regions = {job.region: Period.parse(job.period).as_of(today()) for job in jobs}
    found = {}
    with Store(place.database).reading() as con:
        rows = slice_digests(con, max(regions.values()))
        loads = {load["supplier"]: load for load in newest_deliveries(con)}
        for region, as_of in regions.items():
            own = suppliers_concerned(con, region, as_of)
            files = [[loads[each]["fingerprint"], loads[each]["loaded_at"][:10]] for each in own]
            parts = (rows.get(region), own, files, last_check_of(con, own))
            found[region] = _digest(json.dumps(part, sort_keys=True) for part in parts)
    return found


def _code_digest() -> str:
    """A hash of the package's own source, so that a change of it makes reports anew before its version changes."""
    root = Path(str(files("ppp_metrics")))
    kinds = (".py", ".sql", ".po", ".j2", ".js", ".css", ".csv")
    sources = sorted(path for path in root.rglob("*") if path.suffix in kinds)
    return _digest(path.read_text("utf-8") for path in sources)


def _digest(texts: Iterable[str]) -> str:
    return hashlib.sha256("\0".join(texts).encode()).hexdigest()[:16]
