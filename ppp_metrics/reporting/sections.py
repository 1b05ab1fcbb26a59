"""What every section of a report is made of: numbers after disclosure control, words, drawings and tables as HTML."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, replace
from datetime import date
from functools import cached_property, partial, wraps
from secrets import token_hex
from typing import TYPE_CHECKING, Any, TypeVar

from ppp_metrics.errors import DataError
from ppp_metrics.language import Label, Message, format_date, format_number, msg
from ppp_metrics.metrics.existence import is_not_broken_down
from ppp_metrics.metrics.metric import WINDOWS, Metric
from ppp_metrics.metrics.protection import Name
from ppp_metrics.metrics.registry import find_metric
from ppp_metrics.periods import Period, today
from ppp_metrics.records.store import Store
from ppp_metrics.reporting import gaps, words
from ppp_metrics.reporting.asking import ASKING
from ppp_metrics.reporting.basis import Basis
from ppp_metrics.reporting.chart_rows import number_rows
from ppp_metrics.reporting.charts import Row, draw_intervals
from ppp_metrics.reporting.drawing import Drawing
from ppp_metrics.reporting.handover import asked_number, question_of, records_of, told_by_release
from ppp_metrics.reporting.interactive import drawn_in_place
from ppp_metrics.reporting.sealed import Section as Section
from ppp_metrics.reporting.sealed import sealed
from ppp_metrics.reporting.templates import templates
from ppp_metrics.reporting.words import Figure, Number, area_name
from ppp_metrics.workspace import Workspace

if TYPE_CHECKING:
    import pandas as pd
    from duckdb import DuckDBPyConnection

NOT_BROKEN_DOWN = msg("This cannot be shown: the total is withheld, so it is not broken down.")
Made = TypeVar("Made")
Words = Message | Label | str
Draw = Callable[[str, str, str], Drawing]
"""What makes a drawing of its key, title and finding."""


@dataclass(frozen=True)
class Table:
    """A table as words: the first column names the row."""

    caption: Words
    header: Sequence[Words]
    rows: Sequence[Sequence[Words]]


def in_one_session(make: Callable[..., Made]) -> Callable[..., Made]:
    """A method of Desk whose numbers all come from one reading session."""

    @wraps(make)
    def made(desk: Desk, *args: Any, **options: Any) -> Made:
        with desk.session():
            return make(desk, *args, **options)

    return made


class Desk(Basis):
    """Where the sections of one report are made: one workspace, period, region, language and edition.

    `withheld` are the cells that its release does not show; None for a report that is part of none. A report of a
    release reads in one session from its first section to its last.
    """

    def __init__(self, place: Workspace, period: Period, region: str, lang: str, edition: str):
        from ppp_metrics.metrics.places import find_region

        self.place, self.period, self.lang, self.edition = place, period, lang, edition
        self.today = today()
        self.as_of = period.as_of(self.today)
        self.where: dict[str, str] = {}
        self.metrics: dict[str, Metric] = {}
        self.fingerprint: str | None = None
        self._known: dict[tuple[Any, ...], list[Number]] = {}
        self._asked: list[Number] = []
        self._keys: list[str] = []
        self._told_aside: set[str] = set()
        self._token = token_hex(8)
        self._wholes: set[tuple[Any, ...]] = set()
        self._is_told = True
        self._sections_withheld: dict[str, None] = {}
        self._con: DuckDBPyConnection | None = None
        self._release = told_by_release()
        self.withheld = self._release.withheld if self._release else None
        self.is_asking = False
        if asking := ASKING.get():
            asking.desks.append(self)
            self.is_asking, self._con, self.withheld = True, asking.con, asking.withheld
        with self.session() as con:
            self.region = find_region(con, region)

    @contextmanager
    def session(self) -> Iterator[DuckDBPyConnection]:
        """A reading session, closed after each section so that an open notebook keeps nobody from loading.

        Raises DataError when the data has changed since the report's first session.
        """
        if self._con:
            yield self._con
            return
        from ppp_metrics.records.history import fingerprint

        with ExitStack() as stack:
            con = stack.enter_context(Store(self.place.database).reading())
            found = fingerprint(con)
            if self.fingerprint not in (None, found):
                raise DataError(msg("The data has changed while this report was made. Run it again from the top."))
            self.fingerprint, self._con = found, con
            if self._release:
                # the process of this report ends with it, and the session with the process
                self._sessions = stack.pop_all()
            try:
                yield con
            finally:
                if not self._release:
                    self._con = None

    @cached_property
    def area(self) -> tuple[str, int | None]:
        """The region's name and its NUTS level."""
        with self.session() as con:
            name, level = con.execute(
                "select name, level from regions where region_code = ? order by load_id nulls first", [self.region]
            ).fetchall()[0]
        return area_name(self.region, name, level, self.lang), level

    def numbers(
        self,
        metric_id: str,
        by: str | tuple[str, ...] | None = None,
        *,
        where: Mapping[str, str | tuple[str, ...]] | None = None,
        period: Period | None = None,
    ) -> list[Number]:
        """A metric of this region, a number a group; groups in the order of their codes or names, the unknown last.

        By several dimensions, all but the last are of codes. None where the whole is withheld: see `is_broken_down`.
        """
        key = self._key(metric_id, by, where, period)
        if key not in self._known:
            with self.session() as con:
                self._ask(con, key, self.withheld)
        self._asked += self._known[key]
        self._is_told &= key not in self._wholes or key[3] != self.period
        return self._known[key]

    def is_broken_down(self, metric_id: str, by: Any, *, where: Mapping[str, Any], period: Period) -> bool:
        """Whether groups may be told of what `numbers` was asked: not where the whole is withheld."""
        return self._key(metric_id, by, where, period) not in self._wholes

    def _key(self, metric_id: str, by: Any, where: Mapping[str, Any] | None, period: Period | None) -> tuple[Any, ...]:
        return metric_id, by, tuple({**self.where, **(where or {})}.items()), period or self.period, ()

    def number(self, metric_id: str, *, where: Mapping[str, str] | None = None, period: Period | None = None) -> Number:
        """A metric of this region as a whole."""
        return self.numbers(metric_id, where=where, period=period)[0]

    def _ask(self, con: DuckDBPyConnection, key: tuple[Any, ...], withheld: frozenset[Name] | None) -> None:
        """Compute and keep the answer to a question: metric, dimension, conditions, period, and loads of earlier."""
        place = len(self._known)
        self._known[key] = [
            replace(each, cell="/".join((str(place), *each.keys))) for each in self._computed(con, key, withheld)
        ]

    def _computed(
        self, con: DuckDBPyConnection, key: tuple[Any, ...], withheld: frozenset[Name] | None
    ) -> list[Number]:
        from ppp_metrics.metrics.compute import compute
        from ppp_metrics.metrics.dimensions import sliced_by
        from ppp_metrics.reporting.computed import numbers_of

        metric_id, by, conditions, period, _ = key
        metric, slices = self.metrics.setdefault(metric_id, find_metric(metric_id)), sliced_by(by)
        records = self._found(
            asked_number(str(self.fingerprint), self.region, self.edition, self.today, question_of(key)),
            lambda: compute(
                con,
                metric_id,
                period,
                today=self.today,
                region=self.region,
                by=slices,
                where=dict(conditions),
                edition=self.edition,
                withheld=withheld,
            ),
        )
        if is_not_broken_down(records, slices):
            self._wholes.add(key)
            return []
        return numbers_of(con, records, metric, slices, self.lang, self.edition)

    def rows(self, question: tuple[Any, ...], answer: Callable[[], pd.DataFrame]) -> list[dict[str, Any]]:
        """The rows of a frame after disclosure control; the same report in the other language need not find them again.

        The answer depends on nothing but the question, the data and the report's region, period and edition.
        """
        about = (self.fingerprint, self.region, self.edition, str(self.period), self.today, sorted(self.where.items()))
        return self._found((*about, *question), answer)

    def _found(self, question: tuple[Any, ...], answer: Callable[[], pd.DataFrame]) -> list[dict[str, Any]]:
        if not self._release:
            return records_of(answer())
        return self._release.once(question, lambda: records_of(answer()))

    def target(self, metric_id: str, partnership: str | None = None) -> float | None:
        """The target of this region, or a partnership's; none for a part of the issues, which no target is set for."""
        if self.where:
            return None
        from ppp_metrics.metrics.places import targets_for

        with self.session() as con:
            return targets_for(con, metric_id, self.period, self.region if not partnership else None, partnership)

    def say(self, message: Words) -> str:
        return message if isinstance(message, str) else message.render(self.lang)

    def shown(self, number: Number) -> Figure:
        return words.shown(number, self.lang)

    def interval(self, number: Number) -> str:
        return words.interval(number, self.lang)

    def n_of(self, number: Number) -> Figure:
        return words.counted(number, self.lang)

    def numerator(self, number: Number) -> Figure:
        return words.numerator(number, self.lang)

    def listed(self, parts: Sequence[str]) -> str:
        return words.listed(parts, self.lang)

    def count(self, value: float | None) -> str:
        return "–" if value is None else format_number(value, self.lang)

    def window(self, metric: Metric) -> Message:
        """The first and last day a metric looks at."""
        first, last = WINDOWS[metric.window].bounds(self.period, self.as_of)
        return self._days(first, min(last, self.as_of))

    def last_year(self) -> Message:
        """The first and last day of the four quarters that end with the period."""
        return self._days(self.period.last_quarter.shifted(-3).first_day, self.as_of)

    def _days(self, first: date, last: date) -> Message:
        return msg("{first} to {last}", first=format_date(first, self.lang), last=format_date(last, self.lang))

    def section(
        self,
        key: str,
        title: Message,
        findings: Sequence[Words],
        draw: Draw | None = None,
        caption: Words = "",
        tables: Sequence[Table] = (),
    ) -> Section:
        """A section whose first finding is also what its chart says to who cannot see it.

        One that breaks down what is withheld as a whole says no more than that.
        """
        self.mark_withheld(title)
        if not self._is_told:
            findings, draw, caption, tables = [NOT_BROKEN_DOWN], None, "", ()
        self._keys.append(key)
        # a notebook may ask for a section twice, and an id may stand in a page but once
        own = key if self._keys.count(key) == 1 else f"{key}-{self._keys.count(key)}"
        incomplete = self.lacking_told()
        return self.render(
            "section",
            key=own,
            title=title,
            findings=[*findings, *incomplete],
            figure=drawn_in_place(draw(own, self.say(title), self.say(findings[0])), self.lang)
            if draw and not self.is_asking
            else None,
            caption=caption,
            tables=tables,
            behind=msg("The numbers behind this chart") if draw else msg("The numbers"),
        )

    def mark_withheld(self, title: Message) -> None:
        """Remember a section in which a number is withheld, of those that were asked since the one before it."""
        if not self._is_told or any(each.is_suppressed for each in self._asked):
            self._sections_withheld[self.say(title)] = None

    def lacking_told(self, *, rows_only: bool = False) -> list[Words]:
        """What the numbers asked since this was last told do without; rows put aside once a report, a table."""
        asked = [each for each in self._asked if self._is_of_now(each)]
        self._asked = []
        cells = [] if rows_only else gaps.cells_told(self, asked)
        return [*cells, *gaps.rows_told(self, asked, self._told_aside)]

    def _is_of_now(self, number: Number) -> bool:
        """The number is of this report's period, and of no part of the records but a group."""
        if not number.cell:
            return False
        _, _, where, period, loads = list(self._known)[int(number.cell.partition("/")[0])]
        return period == self.period and dict(where) == self.where and not loads

    def render(self, part: str, about: Mapping[str, Any] | None = None, **values: Any) -> Section:
        """A part's template as HTML, which says which part of the page it is, and what else is known about that."""
        self._is_told = True
        about = {"part": part, **(about or {})}
        if self.is_asking:
            return Section("", about)
        return self.made(templates(self.lang).get_template(f"{part}.html.j2").render(**values), about)

    def made(self, html: str, about: Mapping[str, Any]) -> Section:
        """A section with the HTML; in a release it says, under seal, of which report it is."""
        if not self._release:
            return Section(html, about)
        asked = {"period": str(self.period), "region": self.region, "lang": self.lang, "edition": self.edition}
        return sealed(self._release.key, html, {**about, "of": asked | {"desk": self._token}})

    def intervals(self, numbers: Sequence[Number], total: Number | None = None) -> Draw | None:
        """How to draw the numbers that have a value, with their intervals; None when none has.

        Shares are drawn on 0-100, or further where one goes beyond; `total` is a line through all rows.
        """
        rows = number_rows(numbers, self.lang, with_n=True)
        if not rows:
            return None
        is_share = numbers[0].metric.unit == "pct"
        bounds = [bound for row in rows for bound in (row.low, row.high, row.value, 0.0) if bound is not None]
        reference = None
        if total and total.value is not None:
            reference = Row("", total.value, self.say(msg("average {share}", share=self.shown(total))))
        return partial(
            draw_intervals,
            rows=rows,
            domain=(min(bounds), max(*bounds, 100.0) if is_share else max(bounds)),
            reference=reference,
            tick_text=lambda value: self.count(value) + ("%" if is_share else ""),
        )

    def number_table(self, caption: Words, numbers: Sequence[Number]) -> Table:
        """A row a number: its label, value, interval and n."""
        header = [msg("measure"), msg("value"), msg("95% interval"), msg("n")]
        rows = [[each.heading, self.shown(each), self.interval(each) or "–", self.n_of(each)] for each in numbers]
        return Table(caption, header, rows)

    def rate_table(self, caption: Words, first: Words, numbers: Sequence[Number]) -> Table:
        """A row a group: the numerator, n, the rate and its interval."""
        header = [first, msg("of which yes"), msg("n"), msg("share"), msg("95% interval")]
        rows = [
            [each.heading, self.numerator(each), self.n_of(each), self.shown(each), self.interval(each) or "–"]
            for each in numbers
        ]
        return Table(caption, header, rows)

    def count_table(self, caption: Words, header: Sequence[Words], numbers: Sequence[Number]) -> Table:
        """A row a group with its count."""
        return Table(caption, header, [[each.heading, self.shown(each)] for each in numbers])

    def bar_rows(self, numbers: Sequence[Number]) -> list[Row]:
        """The rows of a bar chart: only what has a value."""
        return number_rows(numbers, self.lang)
