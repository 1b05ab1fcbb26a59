"""One workspace in Python: `ws = ppp_metrics.open_workspace("."); ws.load([...]); ws.check(); ws.compute(...)`.

The command line is a thin layer over this class.
"""

from __future__ import annotations

import secrets
import shutil
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from datetime import date
from pathlib import Path
from typing import TYPE_CHECKING, Any

from ppp_metrics import workspace as places
from ppp_metrics.errors import UsageError, unwritable
from ppp_metrics.files import narrow
from ppp_metrics.language import Message, msg
from ppp_metrics.periods import Period, today
from ppp_metrics.records.store import Store, was_open_to_others

if TYPE_CHECKING:
    import pandas as pd
    from duckdb import DuckDBPyConnection

    from ppp_metrics.records.checks import CheckResult
    from ppp_metrics.records.erasure import Erasure
    from ppp_metrics.records.ingest import LoadResult, Review
    from ppp_metrics.records.reviews import ToldStory
    from ppp_metrics.reporting.export import Written
    from ppp_metrics.reporting.manifest import Report

NEW_SETTINGS = """\
# The settings of this ppp_metrics workspace.

name = "{name}"
database = "ppp.duckdb"

# How the reports look: your colour (readable on white), logo (SVG, PNG or JPEG, at most 100 kB) and whom to ask.
# [report]
# colour = "#0f6674"
# colour_dark = "#5cc0cd"
# logo = "logo.svg"
# contact = "info@example.org"
"""
IGNORED = "# records, pseudonym key and reports stay out of version control\n*.duckdb*\n*.key\nreports/\n"


def open_workspace(folder: str | Path = ".", tell: Callable[[Message], None] = lambda message: None) -> OpenWorkspace:
    """The workspace in a folder; `tell` hears what happens beside what a verb does. Raises UsageError without one."""
    return OpenWorkspace(places.find_workspace(Path(folder)), tell)


def init_workspace(folder: Path, lang: str) -> OpenWorkspace:
    """A new workspace that works at once: settings, notebooks, suites and an Excel template to fill in.

    Raises UsageError when the folder already is one.
    """
    from ppp_metrics.records.workbook import write_template

    if (folder / places.SETTINGS).exists():
        raise UsageError(msg("{folder} is a workspace already.", folder=folder))
    try:
        for part in ("notebooks", "expectations"):
            shutil.copytree(
                places.starter(part),
                folder / part,
                dirs_exist_ok=True,
                ignore=shutil.ignore_patterns("__pycache__", "*.py", ".*"),
            )
        for part in ("data", "reports"):
            (folder / part).mkdir(exist_ok=True)
        write_template(folder / "data" / template_name(lang), lang)
        (folder / ".gitignore").write_text(IGNORED, encoding="utf-8")
        name = folder.resolve().name.replace("\\", "").replace('"', "")
        (folder / places.SETTINGS).write_text(NEW_SETTINGS.format(name=name), encoding="utf-8")
    except OSError as error:
        raise unwritable(folder, error) from None
    return open_workspace(folder)


def template_name(lang: str) -> str:
    """The file of the Excel template in the data/ of a new workspace."""
    return "sjabloon.xlsx" if lang == "nl" else "template.xlsx"


class OpenWorkspace:
    """The verbs on one workspace; every method raises DataError or UsageError with a sentence for its user."""

    def __init__(self, place: places.Workspace, tell: Callable[[Message], None] = lambda message: None):
        self.place, self._tell = place, tell
        self.store = Store(place.database, tell)

    def load(
        self,
        sources: Sequence[str | Path],
        supplier: str | None = None,
        mapping: str | Path | None = None,
        strict: bool = False,
        *,
        yes: bool = False,
        dry_run: bool = False,
        encoding: str | None = None,
        review: Review | None = None,
    ) -> list[LoadResult]:
        """What became of each supplier's files, and what they change; all of them are loaded, or none.

        Raises DataError where keys or columns that a supplier sent before would vanish, or its files are another
        supplier's by all appearance, unless `yes`. `review` decides that instead: it sees the results before they are
        kept. A dry run keeps nothing, and refuses nothing but what cannot be read. Text files that are not in UTF-8
        are in `encoding`; without it, in the one that is most likely.
        """
        from ppp_metrics.metrics.registry import METRICS
        from ppp_metrics.records import ingest
        from ppp_metrics.records.deliveries import deliveries

        if mapping is not None and not Path(mapping).is_dir():
            raise UsageError(msg("{folder} is not a folder with a mapping.", folder=mapping))
        if mapping is not None and supplier is None:
            raise UsageError(msg("Files that are loaded with a mapping need their supplier's name: add --as."))
        is_first = not self.place.database.exists()
        known = () if is_first else self._suppliers()
        sent = deliveries([Path(source) for source in sources], supplier, known, workspace=self.place.root)
        key = secrets.token_bytes(32) if dry_run and is_first else self._key(loaded_before=not is_first)
        metrics = {metric.id: metric.label for metric in METRICS.values()}
        return ingest.load(
            self.store,
            sent,
            key,
            Path(mapping) if mapping else None,
            strict,
            metrics,
            review=review or ((lambda results: None) if yes else ingest.refuse_losses),
            dry_run=dry_run,
            encoding=encoding,
        )

    def _key(self, loaded_before: bool) -> bytes:
        if narrow(self.place.key_file):
            self._tell(was_open_to_others(self.place.key_file))
        return self.place.key(loaded_before=loaded_before)

    def _suppliers(self) -> list[str]:
        with self.store.reading() as con:
            return [name for (name,) in con.execute("select supplier from known_loads order by supplier").fetchall()]

    def status(self) -> dict[str, Any]:
        """Suppliers, loads, rows by table, rows put aside, fingerprint, the last check's verdict or None, retention."""
        from ppp_metrics.records import history
        from ppp_metrics.records.checks import last_check

        with self.store.reading() as con:
            last = last_check(con)
            broken = [rule["id"] for rule in last["expectations"] if rule["success"] is False] if last else []
            summary = last and {name: last[name] for name in ("passed", "checked_at", "fingerprint")} | {
                "broken": broken
            }
            state = history.status(con)
            kept = [
                {"supplier": supplier, "until": str(until), "overdue": until < today()}
                for supplier in sorted(history.suppliers_with_people(con))
                if (until := self.place.retention.get(supplier))
            ]
        return state | {"workspace": self.place.name, "last_check": summary, "retention": kept}

    def quarantine(self, lang: str = "en", supplier: str | None = None) -> list[dict[str, Any]]:
        """Each row or cell put aside in the current loads, or in that of a supplier: where it stands, and why.

        Raises UsageError for an unknown supplier.
        """
        from ppp_metrics.records import history

        if supplier is not None:
            history.refuse_unknown_supplier(supplier, self._suppliers())
        with self.store.reading() as con:
            entries = history.quarantined(con, lang)
        return [entry for entry in entries if supplier in (None, entry["supplier"])]

    def stories(self) -> list[ToldStory]:
        """The stories with consent, each with what a person said of it: may it be shown?"""
        from ppp_metrics.records.reviews import told_stories

        with self.store.reading() as con:
            return told_stories(con)

    def review_stories(self, verdicts: Mapping[str, bool]) -> None:
        """Keeps which stories may be shown, by their ids. Raises UsageError for one that is not there."""
        from ppp_metrics.records.reviews import keep_verdicts

        told = self.stories()
        with self.store.writing() as con:
            keep_verdicts(con, told, verdicts)

    def erase(self, participant_id: str | None = None, supplier: str | None = None) -> Erasure:
        """What was removed of a participant, known by the id in the files, or of all participants of a supplier.

        Raises UsageError for an unknown one, DataError when the key of the pseudonyms is gone or nothing was loaded.
        """
        from ppp_metrics.records import erasure

        if participant_id is None and supplier is None:
            raise UsageError(msg("Name a participant, or with --supplier whose participants are removed."))
        key = None if participant_id is None else self._key(loaded_before=True)
        return erasure.erase(self.store, key, participant_id, supplier)

    def check(self) -> CheckResult:
        """The result of the suites in expectations/, kept in the database."""
        from ppp_metrics.records.checks import run_checks

        return run_checks(self.store, self.place.expectations)

    def compute(
        self,
        metric: str,
        period: str | Period,
        *,
        region: str | None = None,
        partnership: str | None = None,
        by: Sequence[str] = (),
        where: Mapping[str, str] | None = None,
        known_at: date | None = None,
        edition: str = "coordinator",
        against: str | None = None,
    ) -> pd.DataFrame:
        """The dimensions, then value, low, high, n, numerator, denominator, unit, suppressed, note: a row a slice.

        With `known_at`, what would have been computed on that day. `against` adds what each row differs by from the
        period before (`previous`), a year earlier (`year`), its target (`target`) or all others (`whole`): the columns
        of `metrics.differences.differ`.
        """
        from ppp_metrics.metrics.compute import compute
        from ppp_metrics.metrics.question import refuse_unknown
        from ppp_metrics.metrics.registry import find_metric

        known = find_metric(metric)
        refuse_unknown(known, by, where or {}, edition)
        asked = period if isinstance(period, Period) else Period.parse(period)
        with self.connect(known_at) as con:
            return compute(
                con,
                known.id,
                asked,
                today=min(today(), known_at or today()),
                region=region,
                partnership=partnership,
                by=tuple(by),
                where=dict(where or {}),
                edition=edition,
                against=against,
            )

    @contextmanager
    def connect(self, known_at: date | None = None) -> Iterator[DuckDBPyConnection]:
        """A read-only DuckDB session with the records as they were known on a day."""
        with self.store.reading(known_at) as con:
            yield con

    def restated(self, report: str | Path, *, known_at: date | None = None, until: date | None = None) -> pd.DataFrame:
        """The numbers of a report that have changed since it was made: a row for each load that changed one.

        `report` is the path of its HTML file, or the file's name. Between two days with `known_at` (else: what the
        report was made from) and `until` (else: now), both at their end. The columns are those of
        `metrics.restatement.restated`.

        Raises UsageError for an unknown report, DataError where it is not known what it asked or was made from.
        """
        from ppp_metrics.metrics.restatement import MetricQuestion, restated
        from ppp_metrics.records.history import newest_loads
        from ppp_metrics.reporting.manifest import find_report, published_loads

        made = find_report(self.place.reports, report)
        with self.connect(until) as con:
            after = newest_loads(con)
        if known_at is None:
            before = published_loads(self.store, made)
        else:
            with self.connect(known_at) as con:
                before = newest_loads(con)
        return restated(
            self.store,
            [
                MetricQuestion(**question, withheld=[cell.partition("/")[2] for cell in made.withheld_of(at)])
                for at, question in enumerate(made.questions)
                # what was asked of earlier records has been told as that
                if "loads" not in question
            ],
            before,
            after,
            region=made.region,
            today=date.fromisoformat(made.as_of),
            edition=made.edition,
        )

    def report(
        self,
        notebooks: Iterable[str] = (),
        *,
        period: str | Period,
        region: str | None = None,
        lang: str = "nl",
        edition: str = "coordinator",
        out: str | Path | None = None,
        jobs: int | None = None,
        force: bool = False,
        allow_failed_checks: bool = False,
        is_static: bool = False,
        with_pdf: bool = False,
    ) -> list[Report]:
        """The reports made: every notebook, region and language asked for, with an index page beside them.

        Static ones have no script; their charts stand still. With PDF, each stands beside its page as a tagged PDF too.
        Raises DataError when a critical check fails, unless `allow_failed_checks`.
        """
        from ppp_metrics.reporting.batch import make_reports

        return make_reports(
            self.place,
            list(notebooks),
            period if isinstance(period, Period) else Period.parse(period),
            region=region,
            lang=lang,
            edition=edition,
            out=Path(out) if out else self.place.reports,
            jobs=jobs,
            force=force,
            allow_failed_checks=allow_failed_checks,
            is_static=is_static,
            with_pdf=with_pdf,
        )

    def export(
        self,
        notebooks: Iterable[str] = (),
        *,
        period: str | Period,
        out: str | Path,
        region: str | None = None,
        lang: str = "nl",
        edition: str = "funder",
        allow_failed_checks: bool = False,
    ) -> Written:
        """Where the numbers of the reports were written, how many, and how many of them are withheld.

        `out` is a workbook, `FILE.xlsx`, or a folder for CSV files with `datapackage.json`.

        Raises DataError when a critical check fails, unless `allow_failed_checks`, and when somebody who also has the
        reports in the workspace could work out what is withheld.
        """
        from ppp_metrics.reporting.export import make_export

        return make_export(
            self.place,
            list(notebooks),
            period if isinstance(period, Period) else Period.parse(period),
            region=region,
            lang=lang,
            edition=edition,
            out=Path(out),
            allow_failed_checks=allow_failed_checks,
        )
