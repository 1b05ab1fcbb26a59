"""The manifest beside the reports: what each file was made from, and what it asked of the records."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping
from dataclasses import asdict, dataclass, field, replace
from pathlib import Path
from typing import Any

from ppp_metrics.errors import DataError, UsageError
from ppp_metrics.files import replacing
from ppp_metrics.language import msg, nearest
from ppp_metrics.records.history import fingerprint, newest_loads
from ppp_metrics.records.store import Store

MANIFEST = "manifest.json"


@dataclass(frozen=True)
class Report:
    """One report file: where it stands, what it was made from, and whether this run made it.

    `inputs` and `records` are hashes as `plan.Job` has them, `slice` one as of `plan.region_slices`. `loads` are the
    newest loads of the suppliers by then, and `questions` what the report asked of their records as of the day `as_of`,
    each as `metrics.restatement.MetricQuestion` takes it; `groups` are those in each answer. `areas` are the smaller
    ones with data, of a region that reports are made of together with these; `withheld` the cells that it does not
    show, each as `words.Figure` calls it; `seconds` is how long it took to make it. `tile` is the region's square on
    the tile map, where it has one; `change` what the last run that changed any report did to this one, see
    `tell_changes`. A static report has no script. `pdf` is the file of the same report as PDF, where one was made, and
    `pdf_sha256` its hash.
    """

    file: str
    notebook: str
    title: str
    network: str
    area: str
    period: str
    region: str
    lang: str
    edition: str
    fingerprint: str
    version: str
    inputs: str
    records: str
    sha256: str
    has_notice: bool = False
    is_new: bool = True
    as_of: str = ""
    loads: Mapping[str, int] = field(default_factory=dict)
    questions: list[dict[str, Any]] = field(default_factory=list)
    groups: list[list[str]] = field(default_factory=list)
    areas: list[str] = field(default_factory=list)
    withheld: list[str] = field(default_factory=list)
    slice: str = ""
    seconds: float = 0.0
    tile: list[int] = field(default_factory=list)
    change: str = ""
    is_static: bool = False
    pdf: str = ""
    pdf_sha256: str = ""

    def withheld_of(self, question: int) -> list[str]:
        """The withheld cells of one of its questions."""
        return [cell for cell in self.withheld if cell.partition("/")[0] == str(question)]


def read_manifest(out: Path) -> dict[str, Report]:
    """File -> report, of the manifest in a folder; empty when there is none that can be read."""
    try:
        manifest = json.loads((out / MANIFEST).read_text("utf-8"))
        asked = manifest.get("questions", {})
        entries = [entry | {"questions": asked.get(entry.get("questions"), [])} for entry in manifest["reports"]]
        return {entry["file"]: Report(**entry, is_new=False) for entry in entries}
    except (OSError, ValueError, KeyError, TypeError, AttributeError):
        return {}


def read_manifests(out: Path) -> dict[str, Report]:
    """As `read_manifest`, with the reports of each edition's own folder below it; a file is named from `out`."""
    found = read_manifest(out)
    for folder in sorted(path.parent for path in out.glob(f"*/{MANIFEST}")):
        for report in read_manifest(folder).values():
            file = f"{folder.name}/{report.file}"
            found[file] = replace(report, file=file, pdf=report.pdf and f"{folder.name}/{report.pdf}")
    return found


def write_manifest(out: Path, reports: Mapping[str, Report]) -> list[Report]:
    """The reports whose files are there, in the order of their files, once the manifest in a folder lists them.

    Reports on other regions, or in the other language, mostly ask the same: each list of questions stands there once.
    """
    listed = [reports[file] for file in sorted(reports) if (out / file).is_file()]
    entries, asked = [], {}
    for report in listed:
        entry = asdict(report)
        del entry["is_new"]
        key = hashlib.sha256(json.dumps(report.questions).encode()).hexdigest()[:8]
        asked[key] = report.questions
        entries.append(entry | {"questions": key})
    text = json.dumps({"reports": entries, "questions": asked}, ensure_ascii=False, indent=2) + "\n"
    replace_file(out / MANIFEST, text)
    return listed


def tell_changes(before: Mapping[str, Report], made: Mapping[str, Report]) -> dict[str, Report]:
    """All reports of a folder, once a run has made some, each with its `change`.

    It is `new`, or another one than before: because of the region's `records`, of another `version` or other `settings`
    of what made it, or of what its `release` withholds for the sake of other reports. A run that changed no page leaves
    what the last one that did is said to have changed.
    """
    changes = {file: _change(before.get(file), report) for file, report in made.items()}
    together = {**before, **made}
    if any(changes.values()):
        return {file: replace(report, change=changes.get(file, "")) for file, report in together.items()}
    return {
        file: replace(report, change=before[file].change) if file in before else report
        for file, report in together.items()
    }


def _change(before: Report | None, now: Report) -> str:
    if before is None:
        return "new"
    if before.sha256 == now.sha256:
        return ""
    if before.slice != now.slice:
        return "records"
    if before.version != now.version:
        return "version"
    return "settings" if before.inputs != now.inputs else "release"


def replace_file(path: Path, text: str) -> None:
    """Write a file so that nobody ever reads half of it."""
    with replacing(path) as beside:
        beside.write_text(text, encoding="utf-8", newline="\n")


def find_report(folder: Path, name: str | Path) -> Report:
    """The report with this path, or with this name in the manifest of `folder`.

    Raises UsageError with the nearest name when there is none, DataError when no manifest lists any report, or this one
    without what it asked.
    """
    path = Path(name).resolve()
    out = path.parent.parent if path.is_file() else folder
    known = read_manifest(out) if path.is_file() else read_manifests(out)
    if not known:
        raise DataError(
            msg("{folder} holds no manifest of reports. Make them with `ppp-metrics report`.", folder=out.name)
        )
    by_name = {Path(file).name: report for file, report in known.items()}
    found = by_name.get(path.name)
    if found is None:
        near = nearest(path.name, by_name) or " / ".join(sorted(by_name))
        raise UsageError(msg("There is no report '{report}'. Did you mean {near}?", report=path.name, near=near))
    if not found.questions:
        raise DataError(
            msg(
                "{report} was made by a version that did not keep what a report asked. Make it again with "
                "`ppp-metrics report`, and compare with what was known on the day it was published: `known_at`.",
                report=path.name,
            )
        )
    return found


def published_loads(store: Store, report: Report) -> dict[str, int]:
    """The newest load of each supplier when a report was made.

    Raises DataError when the database holds other loads under these numbers, or none: it is not the one of then.
    """
    with store.reading(loads=report.loads.values()) as con:
        if fingerprint(con) != report.fingerprint:
            raise DataError(
                msg(
                    "{file} is not the database that {report} was made from: the loads of then are not in it. Name a "
                    "day to compare with: `known_at`.",
                    file=store.path.name,
                    report=Path(report.file).name,
                )
            )
        return newest_loads(con)
