"""Whether anybody can work out from finished reports and exports what they withhold.

The files are read back as a reader gets them: each number with its place from the tables, and the words, drawings and
chart data around them. Everything in one folder is one system, whatever the file, language, edition or quarter.
"""

from __future__ import annotations

import hashlib
import math
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from types import MappingProxyType
from typing import Any

from ppp_metrics.errors import DataError, UsageError
from ppp_metrics.language import Message, msg
from ppp_metrics.metrics.disclosure import threshold
from ppp_metrics.metrics.protection import Name
from ppp_metrics.reporting.connections import connect
from ppp_metrics.reporting.differenced import differences
from ppp_metrics.reporting.exported import read_exports
from ppp_metrics.reporting.finished import Finished, Page, read_page
from ppp_metrics.reporting.integers import Range
from ppp_metrics.reporting.knowledge import Shown, Withheld, known_from
from ppp_metrics.reporting.ledger import Entry
from ppp_metrics.reporting.manifest import MANIFEST, Report, read_manifest
from ppp_metrics.reporting.solving import Variable, judged, solve

ANY_ORDER: Mapping[str, int] = MappingProxyType({})


@dataclass(frozen=True)
class Leak:
    """A withheld number that the files give away: `how`, in `file`, and what it can be at least and at most."""

    how: str
    file: str
    name: Name
    low: float | None = None
    high: float | None = None
    part: str = ""
    candidates: int | None = None
    because: str = ""

    @property
    def place(self) -> dict[str, Any]:
        return dict(sorted(self.name[1], key=str))

    @property
    def message(self) -> Message:
        values = {
            "file": self.file,
            "number": _named(self.name),
            "low": _digits(self.low),
            "high": _digits(self.high),
            "count": self.candidates,
            "because": self.because,
        }
        return Message(SENTENCES[self.how].text, values)


SENTENCES = {
    "computed": msg("{file}: {number} is withheld, but can be computed. It is {low}."),
    "narrowed": msg("{file}: {number} is withheld, but can be narrowed down to {low} to {high}."),
    "unanswered": msg("{file}: whether {number}, which is withheld, can be worked out was not found in time."),
    "contradicts": msg("{file}: {number} cannot be judged, because these contradict each other: {because}."),
    "differs": msg(
        "{file}: {number} differs from a number before it by {count} people, whose numbers together are {low} to "
        "{high}."
    ),
    "shown": msg("{file}: {number} is withheld here, and shown in another file."),
    "charted": msg("{file}: the chart of {number} holds {low}, which the report says nowhere."),
    "written": msg("{file}: {number} is withheld, but a number stands beside its name in words or in a chart."),
    "outside": msg("{file}: {number} stands outside the sections of the report, where nothing is withheld."),
    "changed": msg("{file} is not the file that was made: the manifest lists another. Make it again."),
    "filled": msg("{file}: {number} is called withheld, but a number stands there."),
}


@dataclass(frozen=True)
class Audit:
    """What was read, and what it gives away; `remembered` is how many other files the ledger holds beside these."""

    files: int
    cells: int
    withheld: int
    leaks: tuple[Leak, ...]
    remembered: int = 0

    @property
    def passed(self) -> bool:
        return not self.leaks

    def to_dict(self) -> dict[str, Any]:
        """As `audit --json` prints it."""
        return {
            "passed": self.passed,
            "files": self.files,
            "remembered": self.remembered,
            "cells": self.cells,
            "withheld": self.withheld,
            "findings": [
                {
                    "finding": "narrowed" if leak.how == "differs" else leak.how,
                    "file": leak.file,
                    "metric": leak.name[0],
                    "place": leak.place,
                    "low": leak.low,
                    "high": leak.high,
                    "part": leak.part,
                    "candidates": leak.candidates,
                    "message": str(leak.message),
                }
                for leak in self.leaks
            ],
        }


def audit(out: Path, remembered: Sequence[Entry] = (), versions: Mapping[str, int] = ANY_ORDER) -> Audit:
    """Read the reports and exports of a folder, and of those in it, back, and attack them with what is remembered.

    `versions` say which records are the newest, by `made_from`.

    Raises DataError when there are none, or a file, or a manifest, cannot be read.
    """
    listed = [
        replace(report, file=(folder / report.file).relative_to(out).as_posix())
        for folder in _folders(out)
        for report in _listed(folder)
    ]
    files: list[Finished] = [*read_pages(out, listed), *(each for _, each in read_exports(out))]
    if not files:
        raise DataError(
            msg(
                "{folder} holds no manifest of reports, and no export. Make them with `ppp-metrics report` or "
                "`ppp-metrics export`.",
                folder=out.name or str(out),
            )
        )
    return audit_files(files, remembered, versions)


def _folders(out: Path) -> list[Path]:
    """A folder and those below it in which reports stand."""
    return sorted({path.parent for path in out.rglob(MANIFEST)})


def _listed(folder: Path) -> Iterable[Report]:
    """The reports of a folder. Raises DataError where its manifest cannot be read."""
    reports = read_manifest(folder)
    if not reports and '"reports": []' not in (folder / MANIFEST).read_text("utf-8", "replace"):
        raise DataError(msg("{file} cannot be read: {reason}.", file=MANIFEST, reason=folder.name or str(folder)))
    return reports.values()


def read_pages(out: Path, reports: Iterable[Report]) -> list[Page]:
    """The files of reports. Raises DataError for one that cannot be read."""
    pages = []
    for report in reports:
        try:
            content = (out / report.file).read_bytes()
            is_changed = hashlib.sha256(content).hexdigest() != report.sha256
            page = replace(read_page(report, content.decode("utf-8")), is_changed=is_changed)
            # a metric, a group or a period that nobody knows is no page of ours
            list(page.tables())
            pages.append(page)
        except (OSError, ValueError, KeyError, IndexError, UsageError) as error:
            raise DataError(msg("{file} cannot be read: {reason}.", file=report.file, reason=str(error))) from None
    return pages


def audit_files(
    files: Sequence[Finished], remembered: Sequence[Entry] = (), versions: Mapping[str, int] = ANY_ORDER
) -> Audit:
    """Attack files as if one reader has all of them, and those that are remembered from before."""
    together = sorted([*remembered, *files], key=lambda each: versions.get(each.made_from, 0))
    withheld = [is_withheld for each in files for _, rows, _ in each.tables() for *_, is_withheld in rows]
    return Audit(
        files=len(files),
        cells=len(withheld),
        withheld=sum(withheld),
        leaks=tuple(_leaks(together)),
        remembered=sum(len(each.files) for each in remembered),
    )


def _leaks(files: Sequence[Finished]) -> dict[Leak, None]:
    leaks: dict[Leak, None] = {}
    for edition in sorted({each.edition for each in files}):
        leaks |= dict.fromkeys(_attack(files, edition))
    for each in files:
        for how, name in each.betrayed():
            leaks[Leak(how, each.file, name)] = None
        leaks |= dict.fromkeys(_of_page(each) if isinstance(each, Page) else ())
    return leaks


def _of_page(page: Page) -> Iterator[Leak]:
    """What a page says beside its numbers, and whether it is the page that was made."""
    for section, number in page.charted:
        yield Leak("charted", page.file, (section, frozenset()), number, number)
    for text in dict.fromkeys(page.outside):
        yield Leak("outside", page.file, (text, frozenset()))
    if page.is_changed:
        yield Leak("changed", page.file, ("", frozenset()))


def new_leaks(new: Sequence[Finished], before: Sequence[Finished]) -> list[Leak]:
    """What somebody who has all the files can work out, and could not from those that were there before."""
    known = _leaks(before)
    found = [leak for leak in _leaks([*before, *new]) if leak not in known]
    if any(leak.how == "shown" for leak in found):
        # a number that was shown before is told by that file, not by one that withholds it now
        said = {
            table.name(group)
            for each in before
            for table, rows, _ in each.tables()
            for group, _, is_withheld in rows
            if not is_withheld
        }
        found = [leak for leak in found if leak.how != "shown" or leak.name not in said]
    return found


def _attack(files: Sequence[Finished], edition: str) -> Iterator[Leak]:
    told = [(each, list(_protected(each, edition))) for each in files]
    for each in dict.fromkeys(differences(told)):
        yield Leak("differs", each.file, each.name, each.low, each.high, "amount", each.few)
    known = known_from(told)
    connect(known)
    answers = solve(known)
    shown = {each.name for versions in known.shown.values() for own in versions.values() for each in own}
    for numbers, unjudged in answers.contradictions:
        yield _contradiction(numbers, [cell for cell in known.withheld if unjudged & {*cell.parts.values()}])
    for cell in known.withheld:
        if cell.name in shown:
            yield Leak("shown", cell.file, cell.name)
        yield from _narrow(cell, answers.ranges)


def _protected(file: Finished, edition: str) -> Iterator[Any]:
    """The tables of a file that concern a reader of an edition.

    Of another edition only what both protect alike counts: companies, that one of them shows, are none of the other's.
    """
    for table, rows, groups in file.tables():
        least = threshold(table.metric, edition)
        if least and threshold(table.metric, file.edition) == least:
            yield table, rows, groups


def _narrow(cell: Withheld, ranges: Mapping[Variable, Range | None]) -> Iterator[Leak]:
    """The worst that is known of a cell: the number of its parts that has the fewest values left."""
    found = {}
    for part, number in judged(cell.parts).items():
        for name in ((number, None), (number, cell.version)):
            if name in ranges:
                found[part] = ranges[name]
    if not found:
        return
    known = {part: each for part, each in found.items() if each}
    if not known:
        yield Leak("unanswered", cell.file, cell.name, part=next(iter(found)))
        return
    part, worst = min(known.items(), key=lambda each: (each[1].candidates or math.inf, each[1].high - each[1].low))
    how = "computed" if worst.high - worst.low < 0.5 else "narrowed"
    yield Leak(how, cell.file, cell.name, worst.low, worst.high, part, worst.candidates)


def _contradiction(numbers: Sequence[Shown], unjudged: Sequence[Withheld]) -> Leak:
    told_of: list[Shown | Withheld] = [*unjudged, *numbers]
    first = next(iter(told_of), None)
    told = "; ".join(dict.fromkeys(f"{_named(each.name)} = {_digits(each.high)} ({each.file})" for each in numbers))
    file, name = (first.file, first.name) if first else ("", ("", frozenset()))
    return Leak("contradicts", file, name, because=told)


def _named(name: Name) -> str:
    place = dict(sorted(name[1], key=str))
    at = ", ".join(f"{dimension} {_text(value)}" for dimension, value in place.items() if value != "")
    return f"{name[0]} ({at})" if at else name[0]


def _text(value: Any) -> str:
    return "/".join(map(str, value)) if isinstance(value, (tuple, list)) else str(value)


def _digits(value: float | None) -> str:
    return "?" if value is None else f"{value:g}"
