"""Whether anybody can work out from finished reports what they withhold.

The files are read back as a reader gets them: each number with its place from the tables, and the words, drawings and
chart data around them. Everything in one folder is one system, whatever the report, language, edition or quarter.
"""

from __future__ import annotations

import json
import re
from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING, Any

from ppp_metrics.errors import DataError
from ppp_metrics.language import Message, msg
from ppp_metrics.metrics.attack import Quantity, findings
from ppp_metrics.metrics.disclosure import threshold
from ppp_metrics.metrics.metric import Metric
from ppp_metrics.metrics.protection import Name
from ppp_metrics.metrics.publication import Release, Table
from ppp_metrics.metrics.registry import METRICS
from ppp_metrics.periods import Period
from ppp_metrics.reporting.manifest import Report, read_manifest
from ppp_metrics.reporting.words import WITHHELD

if TYPE_CHECKING:
    from bs4 import BeautifulSoup, Tag

Cells = dict[str, dict[str, str]]
"""`17/student` -> the cell's parts as they are written."""
Row = tuple[dict[str, str], dict[str, float | None], bool]
"""A row's group, the numbers it shows, and whether it is withheld."""


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
            "number": f"{self.name[0]} ({at})",
            "low": _digits(self.low),
            "high": _digits(self.high),
        }
        return Message(SENTENCES[self.how].text, values)


SENTENCES = {
    "computed": msg("{file}: {number} is withheld, but can be computed. It is {low}."),
    "narrowed": msg("{file}: {number} is withheld, but can be narrowed down to {low} to {high}."),
    "shown": msg("{file}: {number} is withheld here, and shown in another file."),
    "written": msg("{file}: {number} is withheld, but a number stands beside its name in words or in a chart."),
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


@dataclass(frozen=True)
class Page:
    """A finished report, as its file reads."""

    report: Report
    html: str = field(repr=False)

    @cached_property
    def soup(self) -> BeautifulSoup:
        from bs4 import BeautifulSoup

        return BeautifulSoup(self.html, "html.parser")

    @cached_property
    def cells(self) -> Cells:
        """Every number with its place."""
        found: Cells = defaultdict(dict)
        for element in self.soup.select("[data-cell]"):
            found[str(element["data-cell"])][str(element["data-part"])] = element.get_text().strip()
        return found

    def is_withheld(self, parts: Mapping[str, str]) -> bool:
        return parts.get("value") == WITHHELD.render(self.report.lang)

    def tables(self) -> Iterator[tuple[Table, list[Row], list[dict[str, str]]]]:
        """Each question as it was published, with its rows and all groups that it had."""
        rows: dict[int, list[Row]] = defaultdict(list)
        for cell, parts in self.cells.items():
            at, group = self._asked(cell)
            is_withheld = self.is_withheld(parts)
            numbers = {} if is_withheld else self._numbers(METRICS[self.report.questions[at]["metric"]], parts)
            rows[at].append((group, numbers, is_withheld))
        for at, found in rows.items():
            by = self.report.questions[at].get("by")
            yield self._table(at), found, [{by: key} for key in self.report.groups[at]] if by else []

    def name_of(self, cell: str) -> Name:
        at, group = self._asked(cell)
        return self._table(at).name(group)

    def _asked(self, cell: str) -> tuple[int, dict[str, str]]:
        """The place of a cell's question, and its group."""
        at, _, key = cell.partition("/")
        by = self.report.questions[int(at)].get("by")
        return int(at), {by: key} if by else {}

    def _table(self, at: int) -> Table:
        question = self.report.questions[at]
        period = Period.parse(question["period"])
        return Table(
            metric=METRICS[question["metric"]],
            period=period,
            as_of=period.as_of(date.fromisoformat(self.report.as_of)),
            region=self.report.region,
            by=(question["by"],) if "by" in question else (),
            where={
                name: [values] if isinstance(values, str) else values
                for name, values in question.get("where", {}).items()
            },
            loads=question.get("loads", {}),
        )

    def _numbers(self, metric: Metric, parts: Mapping[str, str]) -> dict[str, float | None]:
        """What a cell shows, as far as it is written in digits; of a share its numerator follows from its n."""
        read = {part: self._number(text) for part, text in parts.items()}
        if metric.kind == "count":
            read["n"] = read.get("value")
        if metric.kind in ("rate", "comparison") and not metric.n_of:
            read["denominator"] = read.get("n")
            if read.get("numerator") is None and None not in (read.get("value"), read.get("n")):
                read["numerator"] = round(read["value"] * read["n"] / 100)  # type: ignore[operator]
        return {part: read.get(part) for part in ("n", "value", "numerator", "denominator")}

    def _number(self, text: str) -> float | None:
        from babel.numbers import parse_decimal

        found = re.match(r"[−-]?\d[\d.,\u00a0\u202f]*", text)
        if not found:
            return None
        return float(parse_decimal(found[0].replace("−", "-").rstrip(".,"), locale=self.report.lang))

    def written(self) -> Iterator[str]:
        """Each withheld cell beside whose name a number stands: in words, a drawing, or what a chart is made of."""
        for section in self.soup.select("section.ppp-section"):
            withheld: dict[str, str] = {}
            for row in section.select("tbody tr"):
                named, values = row.find("th"), row.select('[data-part="value"]')
                if named and values and all(map(self._is_word, values)):
                    withheld[named.get_text().strip()] = str(values[0]["data-cell"])
            if not withheld:
                continue
            said = [each.get_text(" ") for each in section.select("p, figcaption, title, desc")]
            said += [str(each["aria-label"]) for each in section.select("[aria-label]")]
            drawn = [_lines(svg) for svg in section.select("svg")]
            charted = [
                datum
                for script in section.select('script[type="application/json"]')
                for datum in _data(json.loads(script.get_text()))
            ]
            for name, place in withheld.items():
                if _is_named(name, said) or _is_drawn(name, drawn) or _is_charted(name, charted):
                    yield place

    def _is_word(self, element: Tag) -> bool:
        return element.get_text().strip() == WITHHELD.render(self.report.lang)


def audit(out: Path) -> Audit:
    """Read the reports of a folder back, and attack them.

    Raises DataError when no manifest lists any, or a file cannot be read.
    """
    reports = read_manifest(out)
    if not reports:
        raise DataError(
            msg(
                "{folder} holds no manifest of reports. Make them with `ppp-metrics report`.",
                folder=out.name or str(out),
            )
        )
    return audit_pages(read_pages(out, reports.values()))


def read_pages(out: Path, reports: Iterable[Report]) -> list[Page]:
    """The files of reports. Raises DataError for one that cannot be read."""
    pages = []
    for report in reports:
        try:
            pages.append(Page(report, (out / report.file).read_text("utf-8")))
        except (OSError, UnicodeDecodeError) as error:
            raise DataError(msg("{file} cannot be read: {reason}.", file=report.file, reason=str(error))) from None
    return pages


def audit_pages(pages: Sequence[Page]) -> Audit:
    """Attack pages as if one reader has all of them."""
    leaks: dict[Leak, None] = {}
    for edition in sorted({page.report.edition for page in pages}):
        leaks |= dict.fromkeys(_attack(pages, edition))
    for page in pages:
        for cell in page.written():
            leaks[Leak("written", page.report.file, page.name_of(cell))] = None
    return Audit(
        files=len(pages),
        cells=sum(len(page.cells) for page in pages),
        withheld=sum(page.is_withheld(parts) for page in pages for parts in page.cells.values()),
        leaks=tuple(leaks),
    )


def released(pages: Iterable[Page], edition: str) -> tuple[Release, dict[Name, str]]:
    """What pages say to a reader of an edition, and a file for each cell that one of them withholds.

    Of another edition only what both protect alike counts: companies, that one of them shows, are none of the other's.
    """
    pages = list(pages)
    release = Release({page.report.region: page.report.areas for page in pages if page.report.areas})
    withheld_in: dict[Name, str] = {}
    for page in pages:
        for table, rows, groups in page.tables():
            least = threshold(table.metric, edition)
            if not least or threshold(table.metric, page.report.edition) != least:
                continue
            release.add(table, rows, groups)
            for group, _, is_withheld in rows:
                if is_withheld:
                    withheld_in.setdefault(table.name(group), page.report.file)
    return release, withheld_in


def _attack(pages: Sequence[Page], edition: str) -> Iterator[Leak]:
    release, withheld_in = released(pages, edition)
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


def _lines(svg: Tag) -> dict[float, list[str]]:
    """The texts of a drawing by the height at which they stand."""
    found: dict[float, list[str]] = defaultdict(list)
    for text in svg.select("text"):
        if at := re.search(r"translate\([^,]+,([-\d.]+)\)", str(text.get("transform", ""))):
            found[float(at[1])].append(text.get_text().strip())
    return found


def _data(value: Any) -> Iterator[dict[str, Any]]:
    """Every record in a chart's specification."""
    if isinstance(value, dict):
        yield value
        value = list(value.values())
    if isinstance(value, list):
        for each in value:
            yield from _data(each)


def _is_named(name: str, texts: Iterable[str]) -> bool:
    return any(re.search(rf"(?<!\w){re.escape(name)}\W{{1,3}}\d", text, re.IGNORECASE) for text in texts)


def _is_drawn(name: str, drawings: Iterable[Mapping[float, list[str]]]) -> bool:
    return any(
        name in texts and any(re.match(r"[−-]?\d", text) for text in texts)
        for lines in drawings
        for texts in lines.values()
    )


def _is_charted(name: str, records: Iterable[Mapping[str, Any]]) -> bool:
    return any(
        name in (value for value in record.values() if isinstance(value, str))
        and any(isinstance(value, (int, float)) and not isinstance(value, bool) for value in record.values())
        for record in records
    )


def _text(value: Any) -> str:
    return "/".join(map(str, value)) if isinstance(value, (tuple, list)) else str(value)


def _digits(value: float | None) -> str:
    return "?" if value is None else f"{value:g}"
