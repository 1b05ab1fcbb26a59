"""Finished files, read back as their readers get them: each number with its place, and what a report's page says."""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from typing import TYPE_CHECKING, Protocol

from ppp_metrics.metrics.dimensions import group_of, sliced_by
from ppp_metrics.metrics.metric import Metric
from ppp_metrics.metrics.protection import Name
from ppp_metrics.metrics.publication import Table
from ppp_metrics.metrics.registry import METRICS
from ppp_metrics.periods import Period
from ppp_metrics.reporting.chart_data import (
    chart_records,
    is_charted,
    numbers_beyond_words,
    parse_number,
    text_of,
    texts_of,
)
from ppp_metrics.reporting.manifest import Report
from ppp_metrics.reporting.words import WITHHELD

if TYPE_CHECKING:
    from lxml.html import HtmlElement

Cells = dict[str, dict[str, str]]
"""`17/student` -> the cell's parts as they are written."""
Row = tuple[dict[str, str], dict[str, float | None], bool]
"""A row's group, the numbers it shows, and whether it is withheld."""


PARTS = {
    "body": ("a.skip",),
    "div": ("header.ppp-header", "main", "footer.ppp-foot"),
    "main": ("section.ppp-section", "section.ppp-headline", "section.ppp-text", "p.ppp-not-shown"),
}
"""What stands in a page's body, in the `div` in it, and in the `main` in that: a tag and a class each."""


class Finished(Protocol):
    """A file that somebody has, or had: a report's page, an export, or what the ledger knows of one.

    `areas` are those with data that each of its regions is divided into, as far as it says so. `made_from` is the
    fingerprint of the records, and the version of the program: the same number in files that differ in it may be
    another, in two versions.
    """

    @property
    def file(self) -> str: ...

    @property
    def edition(self) -> str: ...

    @property
    def made_from(self) -> str: ...

    @property
    def areas(self) -> Mapping[str, Sequence[str]]: ...

    def tables(self) -> Iterable[tuple[Table, list[Row], list[dict[str, str]]]]:
        """Each question as it was published, with its rows and all groups that it had."""

    def betrayed(self) -> Iterator[tuple[str, Name]]:
        """Each withheld cell of which the file says more than its tables do: how, and which."""


@dataclass(frozen=True)
class Page:
    """A finished report, as its file reads: every number with its place, and what its words and charts say besides.

    `written` are the withheld cells beside whose name a number stands in words or a chart; `charted` are the section
    and the number of each mark in a chart that stands where no word of the report says it does. `outside` is what
    stands beside the parts that a report is made of; `is_changed`: the file is not the one that the manifest lists.
    """

    report: Report
    cells: Cells = field(repr=False)
    written: tuple[str, ...] = ()
    charted: tuple[tuple[str, float], ...] = ()
    outside: tuple[str, ...] = ()
    is_changed: bool = False

    @property
    def file(self) -> str:
        return self.report.file

    @property
    def edition(self) -> str:
        return self.report.edition

    @property
    def period(self) -> str:
        return self.report.period

    @property
    def made_from(self) -> str:
        return f"{self.report.fingerprint} {self.report.version}"

    @property
    def areas(self) -> Mapping[str, Sequence[str]]:
        return {self.report.region: self.report.areas} if self.report.areas else {}

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
            yield self._table(at), found, [group_of(by, key) for key in self.report.groups[at]] if by else []

    def _asked(self, cell: str) -> tuple[int, dict[str, str]]:
        """The place of a cell's question, and its group."""
        at, _, key = cell.partition("/")
        return int(at), group_of(self.report.questions[int(at)].get("by"), key)

    def _table(self, at: int) -> Table:
        question = self.report.questions[at]
        period = Period.parse(question["period"])
        return Table(
            metric=METRICS[question["metric"]],
            period=period,
            as_of=period.as_of(date.fromisoformat(self.report.as_of)),
            region=self.report.region,
            by=sliced_by(question.get("by")),
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
            # a percentage with one decimal says of how many only where these are fewer than a thousand
            is_told = None not in (read.get("value"), read.get("n")) and read["n"] < 1000  # type: ignore[operator]
            if read.get("numerator") is None and is_told:
                read["numerator"] = round(read["value"] * read["n"] / 100)  # type: ignore[operator]
        return {part: read.get(part) for part in ("n", "value", "numerator", "denominator")}

    def _number(self, text: str) -> float | None:
        return parse_number(text, self.report.lang)

    def betrayed(self) -> Iterator[tuple[str, Name]]:
        """Each withheld cell that has a number all the same, or beside whose name one stands in words or a chart."""
        for cell in self.report.withheld:
            if any(self._number(text) is not None for text in self.cells.get(cell, {}).values()):
                at, group = self._asked(cell)
                yield "filled", self._table(at).name(group)
        for cell in self.written:
            at, group = self._asked(cell)
            yield "written", self._table(at).name(group)


def read_page(report: Report, html: str) -> Page:
    """The report of which this is the file. Raises ValueError or KeyError where it cannot be read."""
    from lxml.html import HTMLParser, document_fromstring

    # without a limit to what a page may hold: what lies behind it would not be read
    parser = HTMLParser(encoding="utf-8", huge_tree=True)
    page = document_fromstring(f"<html>{html}".encode(), parser)
    if fatal := parser.error_log.filter_from_fatals():
        raise ValueError(fatal[0].message)
    cells: Cells = {}
    for element in page.xpath("//*[@data-cell]"):
        cells.setdefault(element.attrib["data-cell"], {})[element.attrib["data-part"]] = text_of(element)
    sections = page.xpath("//section[contains(concat(' ', @class, ' '), ' ppp-section ')]")
    return Page(
        report,
        cells,
        tuple(cell for section in sections for cell in _written(section, report.lang)),
        tuple(found for section in sections for found in _charted(section, report.lang)),
        tuple(_outside(page)),
    )


def _outside(page: HtmlElement) -> Iterator[str]:
    """The tag of each element that is no part of a report and in none; `text` for text: what it says may be personal.

    The parts stand side by side in the page's main element, between its header and its foot.
    """
    for element in page.xpath("/html/body"):
        yield from _beside_parts(element)


def _beside_parts(around: HtmlElement) -> Iterator[str]:
    if (around.text or "").strip():
        yield "text"
    for element in around:
        if (element.tail or "").strip():
            yield "text"
        if not isinstance(element.tag, str) or element.tag in ("script", "style"):
            continue
        own = [f"{element.tag}.{name}" for name in element.get("class", "").split()] or [element.tag]
        known = PARTS.get(around.tag, ())
        if (known and "main" in own) or ("div.page" in own and around.tag == "body"):
            yield from _beside_parts(element)
        elif not set(known) & set(own):
            yield f"<{element.tag}>"


def _written(section: HtmlElement, lang: str) -> Iterator[str]:
    withheld: dict[str, str] = {}
    for row in section.xpath(".//tbody//tr"):
        named, values = row.find(".//th"), row.xpath(".//*[@data-part='value']")
        if named is not None and values and all(text_of(value) == WITHHELD.render(lang) for value in values):
            withheld[text_of(named)] = values[0].attrib["data-cell"]
    if not withheld:
        return
    said = [" ".join(texts_of(each)) for each in section.iter("p", "figcaption", "title", "desc")]
    said += section.xpath(".//@aria-label")
    drawn = [_lines(svg) for svg in section.iter("svg")]
    charted = chart_records(section)
    for name, place in withheld.items():
        if _is_named(name, said) or _is_drawn(name, drawn) or is_charted(name, charted):
            yield place


def _charted(section: HtmlElement, lang: str) -> Iterator[tuple[str, float]]:
    if section.find(".//figure") is not None:
        for number in numbers_beyond_words(section, lang):
            yield section.attrib["aria-labelledby"].removesuffix("-heading"), number


def _lines(svg: HtmlElement) -> dict[float, list[str]]:
    """The texts of a drawing by the height at which they stand."""
    found: dict[float, list[str]] = defaultdict(list)
    for text in svg.iter("text"):
        if at := re.search(r"translate\([^,]+,([-\d.]+)\)", text.get("transform", "")):
            found[float(at[1])].append(text_of(text))
    return found


def _is_named(name: str, texts: Iterable[str]) -> bool:
    return any(re.search(rf"(?<!\w){re.escape(name)}\W{{1,3}}\d", text, re.IGNORECASE) for text in texts)


def _is_drawn(name: str, drawings: Iterable[Mapping[float, list[str]]]) -> bool:
    return any(
        name in texts and any(re.match(r"[−-]?\d", text) for text in texts)
        for lines in drawings
        for texts in lines.values()
    )
