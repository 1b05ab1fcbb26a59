"""Whether anybody can work out from finished reports and exports what they withhold.

The files are read back as a reader gets them: each number with its place from the tables, and the words, drawings and
chart data around them. Everything in one folder is one system, whatever the file, language, edition or quarter.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from ppp_metrics.errors import DataError
from ppp_metrics.language import Message, msg
from ppp_metrics.metrics.attack import Quantity, findings
from ppp_metrics.metrics.disclosure import threshold
from ppp_metrics.metrics.protection import Name
from ppp_metrics.metrics.publication import Release
from ppp_metrics.reporting.exported import read_exports
from ppp_metrics.reporting.finished import Finished, Page, read_page
from ppp_metrics.reporting.manifest import Report, read_manifest


@dataclass(frozen=True)
class Leak:
    """A withheld number that the files give away: `how`, in `file`, and what it can be at least and at most."""

    how: str
    file: str
    name: Name
    low: float | None = None
    high: float | None = None

    @property
    def place(self) -> dict[str, Any]:
        return dict(sorted(self.name[1], key=str))

    @property
    def message(self) -> Message:
        at = ", ".join(f"{name} {_text(value)}" for name, value in self.place.items() if value != "")
        values = {
            "file": self.file,
            "number": f"{self.name[0]} ({at})" if at else self.name[0],
            "low": _digits(self.low),
            "high": _digits(self.high),
        }
        return Message(SENTENCES[self.how].text, values)


SENTENCES = {
    "computed": msg("{file}: {number} is withheld, but can be computed. It is {low}."),
    "narrowed": msg("{file}: {number} is withheld, but can be narrowed down to {low} to {high}."),
    "shown": msg("{file}: {number} is withheld here, and shown in another file."),
    "charted": msg("{file}: the chart of {number} holds {low}, which the report says nowhere."),
    "written": msg("{file}: {number} is withheld, but a number stands beside its name in words or in a chart."),
    "filled": msg("{file}: {number} is called withheld, but a number stands there."),
}


@dataclass(frozen=True)
class Audit:
    """What was read, and what it gives away."""

    files: int
    cells: int
    withheld: int
    leaks: tuple[Leak, ...]

    @property
    def passed(self) -> bool:
        return not self.leaks

    def to_dict(self) -> dict[str, Any]:
        """As `audit --json` prints it."""
        return {
            "passed": self.passed,
            "files": self.files,
            "cells": self.cells,
            "withheld": self.withheld,
            "findings": [
                {
                    "finding": leak.how,
                    "file": leak.file,
                    "metric": leak.name[0],
                    "place": leak.place,
                    "low": leak.low,
                    "high": leak.high,
                    "message": str(leak.message),
                }
                for leak in self.leaks
            ],
        }


def audit(out: Path) -> Audit:
    """Read the reports and exports of a folder back, and attack them.

    Raises DataError when there are none, or a file cannot be read.
    """
    files: list[Finished] = [*read_pages(out, read_manifest(out).values())]
    files += [each for _, each in read_exports(out)]
    if not files:
        raise DataError(
            msg(
                "{folder} holds no manifest of reports, and no export. Make them with `ppp-metrics report` or "
                "`ppp-metrics export`.",
                folder=out.name or str(out),
            )
        )
    return audit_files(files)


def read_folder(out: Path, but: Iterable[Path] = ()) -> list[Finished]:
    """What was published before: the reports and exports in a folder that are there, but for those that are replaced.

    Raises DataError for what cannot be read.
    """
    left_out = {path.resolve() for path in but}
    reports = [
        report
        for report in read_manifest(out).values()
        if (out / report.file).is_file() and (out / report.file).resolve() not in left_out
    ]
    return [*read_pages(out, reports), *(each for path, each in read_exports(out) if path.resolve() not in left_out)]


def read_pages(out: Path, reports: Iterable[Report]) -> list[Page]:
    """The files of reports. Raises DataError for one that cannot be read."""
    pages = []
    for report in reports:
        try:
            pages.append(read_page(report, (out / report.file).read_text("utf-8")))
        except (OSError, ValueError, KeyError) as error:
            raise DataError(msg("{file} cannot be read: {reason}.", file=report.file, reason=str(error))) from None
    return pages


def audit_files(files: Sequence[Finished]) -> Audit:
    """Attack files as if one reader has all of them."""
    withheld = [is_withheld for each in files for _, rows, _ in each.tables() for *_, is_withheld in rows]
    return Audit(files=len(files), cells=len(withheld), withheld=sum(withheld), leaks=tuple(_leaks(files)))


def _leaks(files: Sequence[Finished]) -> dict[Leak, None]:
    leaks: dict[Leak, None] = {}
    for edition in sorted({each.edition for each in files}):
        leaks |= dict.fromkeys(_attack(files, edition))
    for each in files:
        for how, name in each.betrayed():
            leaks[Leak(how, each.file, name)] = None
        for section, number in each.charted if isinstance(each, Page) else ():
            leaks[Leak("charted", each.file, (section, frozenset()), number, number)] = None
    return leaks


def new_leaks(new: Sequence[Finished], before: Sequence[Finished]) -> list[Leak]:
    """What somebody who has all the files can work out, and could not from those that were there before."""
    known = _leaks(before)
    return [leak for leak in _leaks([*before, *new]) if leak not in known]


def released(files: Iterable[Finished], edition: str) -> tuple[Release, dict[Name, str]]:
    """What files say to a reader of an edition, and a file for each cell that one of them withholds.

    Of another edition only what both protect alike counts: companies, that one of them shows, are none of the other's.
    """
    files = list(files)
    release = Release({region: areas for each in files for region, areas in each.areas.items()})
    withheld_in: dict[Name, str] = {}
    for each in files:
        for table, rows, groups in each.tables():
            least = threshold(table.metric, edition)
            if not least or threshold(table.metric, each.edition) != least:
                continue
            release.add(table, rows, groups)
            for group, _, is_withheld in rows:
                if is_withheld:
                    withheld_in.setdefault(table.name(group), each.file)
    return release, withheld_in


def _attack(files: Sequence[Finished], edition: str) -> Iterator[Leak]:
    release, withheld_in = released(files, edition)
    for name in sorted(release.clashes, key=str):
        yield Leak("shown", withheld_in[name], name)
    behind: dict[Quantity, list[Name]] = defaultdict(list)
    for cell in release.cells.values():
        if cell.is_withheld:
            for quantity in cell.numbers:
                behind[quantity].append(cell.name)
    for found in findings(release.cells.values(), release.sums()):
        for name in behind[found.quantity]:
            how = "computed" if found.high - found.low < 0.5 else "narrowed"
            yield Leak(how, withheld_in[name], name, found.low, found.high)


def _text(value: Any) -> str:
    return "/".join(map(str, value)) if isinstance(value, (tuple, list)) else str(value)


def _digits(value: float | None) -> str:
    return "?" if value is None else f"{value:g}"
