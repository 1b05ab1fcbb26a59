"""What a report knows of the files behind it: deliveries, what was put aside, the last check; few rows are withheld."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property, wraps
from typing import Any

from ppp_metrics.language import Label, msg
from ppp_metrics.metrics.disclosure import published_rows
from ppp_metrics.records.quality import ABOUT_PEOPLE, Delivery, Filled, PutAside
from ppp_metrics.reporting import words
from ppp_metrics.reporting.sections import Desk, Section, in_one_session

NO_SUPPLIERS = msg("No supplier sent issues of this region.")
NOT_CHECKED = msg("These data have not been checked yet.")


@dataclass(frozen=True)
class Files:
    """What is known of the files of the suppliers that a region has to do with.

    `once` are the rows put aside of each supplier that are not about people, each counted once, and `reasons` those
    by reason.
    """

    suppliers: tuple[str, ...]
    deliveries: tuple[Delivery, ...]
    aside: tuple[PutAside, ...]
    once: Mapping[str, int]
    reasons: tuple[tuple[str, int], ...]
    filled: tuple[Filled, ...]

    def aside_of(self, *, rows: bool, people: bool) -> list[PutAside]:
        """Rows (or cells) put aside, about people or not."""
        return [each for each in self.aside if each.is_row is rows and each.is_about_people is people]


def of_files(make: Callable[..., Section]) -> Callable[..., Section]:
    """A section that asks no metric: while a release only asks, there is nothing to do for it."""

    @wraps(make)
    def made(desk: FileFacts, *args: Any) -> Section:
        return desk.render("section") if desk.is_asking else make(desk, *args)

    return in_one_session(made)


class FileFacts(Desk):
    """The files behind a report, and how counts of their rows are said."""

    rows_withheld = 0
    """How many counts of rows were withheld so far."""

    @property
    def shows_people(self) -> bool:
        """Counts of rows about people are for who works with them."""
        return self.edition != "funder"

    @cached_property
    def suppliers(self) -> tuple[str, ...]:
        """Those whose files the region has to do with."""
        from ppp_metrics.metrics.places import suppliers_concerned

        with self.session() as con:
            return tuple(suppliers_concerned(con, self.region, self.as_of))

    @cached_property
    def files(self) -> Files:
        """Everything known of the files of the region's suppliers."""
        from ppp_metrics.records import quality

        own = self.suppliers
        with self.session() as con:
            rows = [each for each in quality.rows_put_aside(con) if each[0] in own]
            return Files(
                own,
                tuple(each for each in quality.deliveries(con) if each.supplier in own),
                tuple(each for each in self._aside if each.supplier in own),
                {supplier: count for supplier, reason, count in rows if reason is None},
                tuple((reason, count) for _, reason, count in rows if reason is not None),
                tuple(each for each in quality.completeness(con) if each.supplier in own),
            )

    @cached_property
    def _aside(self) -> list[PutAside]:
        from ppp_metrics.records.quality import put_aside

        with self.session() as con:
            return put_aside(con)

    @cached_property
    def last_check(self) -> dict[str, Any] | None:
        """The newest check of what these suppliers sent last; None where that has not been checked."""
        from ppp_metrics.records.checks import last_check_of

        with self.session() as con:
            return last_check_of(con, self.suppliers)

    def rows_shown(self, parts: Iterable[int], *, is_about_people: bool) -> str:
        """The sum of counts of rows, or the word for why it is not shown."""
        found = published_rows(parts, is_about_people)
        if found is None:
            self.rows_withheld += 1
            return words.WITHHELD.render(self.lang)
        return self.count(found)

    def rows_aside(self, load: Mapping[str, Any]) -> str:
        """How many rows of a load, as `history.status` tells it, were put aside."""
        people = [
            each.count
            for each in self._aside
            if each.supplier == load["supplier"] and each.is_row and each.is_about_people
        ]
        if published_rows(people, is_about_people=True) is None:
            return self.rows_shown(people, is_about_people=True)
        return self.count(load["quarantined"])

    def rows_failing(self, rule: Mapping[str, Any]) -> str:
        """How many rows break a rule."""
        return self.rows_shown(rule["suppliers"].values(), is_about_people=rule["suite"] in ABOUT_PEOPLE)

    def cells_aside(self) -> list[PutAside]:
        """The cells put aside that are not about people."""
        return self.files.aside_of(rows=False, people=False)

    def amount(self, count: int, one: Label, many: Label) -> str:
        """`1 row`, `12 rows`."""
        return f"{self.count(count)} {self.say(one if count == 1 else many)}"

    def broken_rules(self) -> list[dict[str, Any]]:
        """The rules broken by the region's suppliers, or by all data as a whole."""
        return failures(self.last_check) if self.last_check else []

    def suppliers_by_verdict(self) -> dict[str, list[str]]:
        """What their newest delivery says of the quarter -> the suppliers."""
        found: dict[str, list[str]] = {}
        for each in self.files.deliveries:
            found.setdefault(each.about(self.period.last_quarter), []).append(each.supplier)
        return found


def failures(check: Mapping[str, Any]) -> list[dict[str, Any]]:
    """The rules that failed, critical ones first."""
    failed = [rule for rule in check["expectations"] if rule["success"] is False]
    return sorted(failed, key=lambda rule: (rule["severity"] != "critical", rule["id"]))


def critical(rules: Sequence[Mapping[str, Any]]) -> int:
    """How many of these rules are critical."""
    return len([rule for rule in rules if rule["severity"] == "critical"])
