"""What was published before: what the ledger holds, with the finished files of a folder that it does not know.

Those are of an older version, or came from elsewhere. What this workspace made is written into the ledger with the
next release; `remember` reads in a folder that lies elsewhere.
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from pathlib import Path

from ppp_metrics.errors import DataError
from ppp_metrics.language import Message, msg
from ppp_metrics.metrics.dimensions import sliced_by
from ppp_metrics.metrics.publication import Table
from ppp_metrics.metrics.registry import METRICS
from ppp_metrics.periods import Period
from ppp_metrics.reporting.audit import Audit, audit, read_pages
from ppp_metrics.reporting.export_files import find_exports
from ppp_metrics.reporting.exported import Export, read_export
from ppp_metrics.reporting.finished import Finished, Page
from ppp_metrics.reporting.ledger import Known, Publication, look_into, record, remembered, withheld_groups
from ppp_metrics.reporting.manifest import MANIFEST, Report, read_manifest
from ppp_metrics.workspace import SETTINGS, Workspace, find_workspace


@dataclass(frozen=True)
class Before:
    """What was published before: all of it, and which files of this workspace the ledger does not know yet."""

    files: list[Finished]
    missing: list[Publication]
    known: Known


@dataclass(frozen=True)
class _Found:
    """A finished file in a folder: a report `is_as_made` when its manifest has its hash; of an export none says it."""

    folder: Path
    path: Path
    sha256: str
    is_as_made: bool | None

    @property
    def name(self) -> str:
        return self.path.relative_to(self.folder).as_posix()

    def read(self) -> Page | Export:
        """Raises DataError when it cannot be read."""
        if self.is_as_made is None:
            return read_export(self.path, self.name)
        [page] = read_pages(self.folder, [read_manifest(self.folder)[self.name]])
        return page


def published_before(place: Workspace, out: Path, replaced: Iterable[Path], known: Known | None = None) -> Before:
    """What a release that is to stand in `out`, in place of some files, is decided on together with.

    Raises DataError for a file that cannot be read, and where the ledger is another workspace's.
    """
    known = known or look_into(place)
    files: list[Finished] = []
    gone = {path.resolve() for path in replaced}
    missing = []
    for found in _in_folders(_folders(place, out)):
        is_replaced = found.path.resolve() in gone
        # what is replaced was published, too; unless somebody changed it, or it has been withdrawn
        is_void = found.sha256 in known.withdrawn or found.is_as_made is False
        if found.sha256 in known.standing or (is_replaced and is_void):
            continue
        read = found.read()
        files.append(read)
        if found.is_as_made is not False and found.sha256 not in known.withdrawn and _is_own(read, known):
            missing.append(publication(read, found.sha256, "remembered"))
    # what the ledger does not know was there before it
    return Before([*files, *remembered(place)], missing, known)


def not_in_ledger(place: Workspace, out: Path, files: Iterable[str], known: Known) -> list[Publication]:
    """The reports of a folder that are kept as they are, as far as the ledger does not know them."""
    reports = read_manifest(out)
    unknown = [reports[file] for file in files if reports[file].sha256 not in known.standing]
    return [publication(page, page.report.sha256, "remembered") for page in read_pages(out, unknown)]


def remember(place: Workspace, folder: Path, is_trusted: bool = False) -> tuple[int, int]:
    """Read the finished files of a folder into the ledger: how many it had not known, and how many there are.

    Raises DataError, with nothing written, when there are none, or one cannot be read, is not as it was made, or was
    made from records that this workspace never held. The last is taken for its own all the same where `is_trusted`.
    """
    found = list(_in_folders([folder, *(path.parent for path in sorted(folder.rglob(MANIFEST)))]))
    if not found:
        raise DataError(
            msg(
                "{folder} holds no manifest of reports, and no export. Name the folder in which `manifest.json` lies.",
                folder=folder.name or str(folder),
            )
        )
    known = look_into(place)
    new = []
    for each in found:
        if each.is_as_made is False:
            raise DataError(_changed(each))
        read = each.read()
        if next(read.betrayed(), None):
            raise DataError(_changed(each))
        if not is_trusted and not _is_own(read, known):
            raise DataError(
                msg(
                    "{file} was made from records that {database} never held. If it is another workspace's, remember "
                    "it there. If it is this one's, of records that were erased or loaded anew since: add --yes.",
                    file=each.name,
                    database=place.database.name,
                )
            )
        if each.sha256 not in known.standing:
            new.append(publication(read, each.sha256, "remembered"))
    if new:
        record(place, new, known.newest, lambda added: None)
    return len(new), len(found)


def withheld_of(report: Report, question: int, files: Iterable[Finished]) -> set[str]:
    """The groups of a report's question ("" is the whole) that it does not show, or that another file withholds."""
    told = report.questions[question]
    period = Period.parse(told["period"])
    asked = Table(
        metric=METRICS[told["metric"]],
        period=period,
        as_of=period.last_day,
        region=report.region,
        by=sliced_by(told.get("by")),
        where=told.get("where", {}),
    )
    own = {cell.partition("/")[2] for cell in report.withheld_of(question)}
    return own | withheld_groups(files, asked, report.edition)


def hash_of_file(path: Path) -> str:
    """What a finished file is known by; of an export as a folder all that it holds."""
    if path.is_file():
        return hashlib.sha256(path.read_bytes()).hexdigest()
    digest = hashlib.sha256()
    for each in sorted(path.iterdir()):
        digest.update(f"{each.name}\0{hash_of_file(each)}\n".encode())
    return digest.hexdigest()


def publication(finished: Page | Export, sha256: str, kind: str) -> Publication:
    """A finished file with what the ledger is to know of it."""
    return Publication(finished, kind, finished.period, sha256)


def _folders(place: Workspace, out: Path) -> Iterator[Path]:
    """Where finished files lie: where the new ones go, and the workspace's own folders of reports."""
    yield out
    yield place.reports
    yield from sorted(path.parent for path in place.reports.glob(f"*/{MANIFEST}"))


def _in_folders(folders: Iterable[Path]) -> Iterator[_Found]:
    seen: set[Path] = set()
    for folder in folders:
        reports = [(folder / report.file, report.sha256) for report in read_manifest(folder).values()]
        for path, listed in [*reports, *((path, None) for path in find_exports(folder))]:
            if path.exists() and path.resolve() not in seen:
                seen.add(path.resolve())
                sha256 = hash_of_file(path)
                yield _Found(folder, path, sha256, None if listed is None else sha256 == listed)


def _is_own(finished: Finished, known: Known) -> bool:
    return finished.made_from.partition(" ")[0] in known.fingerprints


def _changed(found: _Found) -> Message:
    return msg(
        "{file} is not as it was made, so it is not known what its readers saw. Put back the file that was published.",
        file=found.name,
    )


def audit_published(folder: Path, place: Workspace | None = None) -> Audit:
    """Attack the finished files of a folder together with what the ledger holds beside them.

    The ledger is that of the workspace; without one, of the workspace in which the folder lies, if any.

    Raises DataError as `audit` does, and where the ledger is another workspace's.
    """
    place = place or _around(folder)
    if place is None or not place.database.exists():
        return audit(folder)
    others = remembered(place, {found.sha256 for found in _in_folders([folder])})
    return audit(folder, others, look_into(place).versions)


def _around(folder: Path) -> Workspace | None:
    inside = folder.resolve()
    root = next((each for each in (inside, *inside.parents) if (each / SETTINGS).is_file()), None)
    return find_workspace(root) if root else None
