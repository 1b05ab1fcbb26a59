"""What a report stands on: every number that it asked, the questions behind them, and what of these it withholds."""

from __future__ import annotations

from contextlib import AbstractContextManager
from datetime import date
from typing import TYPE_CHECKING, Any

from ppp_metrics.language import Message, msg
from ppp_metrics.metrics.innovation import FUNNEL
from ppp_metrics.reporting import words
from ppp_metrics.reporting.handover import question_of
from ppp_metrics.reporting.words import Number

if TYPE_CHECKING:
    from collections.abc import Callable

    from duckdb import DuckDBPyConnection


class Basis:
    """The questions that a report asked and the numbers that it got, with the sections that lack some."""

    lang: str
    as_of: date
    session: Callable[[], AbstractContextManager[DuckDBPyConnection]]
    _known: dict[tuple[Any, ...], list[Number]]
    _sections_withheld: dict[str, None]

    def basis(self) -> dict[str, Any]:
        """Every number asked so far, and what it takes to ask again: the questions, the day, each supplier's load."""
        from ppp_metrics.records.history import newest_loads

        with self.session() as con:
            loads = newest_loads(con)
        return {
            "numbers": self.every_number(),
            "questions": self.questions(),
            "groups": [["/".join(each.keys) for each in numbers if each.keys] for numbers in self._known.values()],
            "withheld": [each.cell for numbers in self._known.values() for each in numbers if each.is_suppressed],
            "as_of": str(self.as_of),
            "loads": loads,
            "not_shown": " ".join(sentence.render(self.lang) for sentence in self.withheld_told()),
        }

    def questions(self) -> list[dict[str, Any]]:
        """Every question asked so far, as `metrics.restatement.MetricQuestion` takes it and JSON keeps it.

        With `loads` where it was asked of earlier records: the newest load of each supplier.
        """
        return [question_of(key) for key in self._known]

    def every_number(self) -> list[dict[str, Any]]:
        """All numbers asked so far, in the shape that the rules for computed numbers look at."""
        funnel_order = {metric.id: order for order, metric in enumerate(FUNNEL, start=1)}
        measures = ("value", "low", "high", "n", "numerator", "denominator")
        return [
            {
                "metric": each.metric.id,
                "unit": each.metric.unit,
                **{name: getattr(each, name) for name in measures},
                "suppressed": each.is_suppressed,
                "note": "; ".join(each.notes),
                "funnel_order": funnel_order.get(each.metric.id),
            }
            for numbers in self._known.values()
            for each in numbers
        ]

    @property
    def withheld_count(self) -> int:
        """How many numbers the report asked and does not show."""
        return sum(number["suppressed"] for number in self.every_number())

    def withheld_told(self) -> list[Message]:
        """How many numbers are withheld and in which sections, and that those which are not are no fair sample."""
        if not self.withheld_count and not self._sections_withheld:
            return []
        quoted = [f"“{title}”" for title in self._sections_withheld]
        values = {
            "count": words.plain(self.withheld_count, "count", self.lang),
            "sections": words.listed(quoted, self.lang),
        }
        told = msg("Numbers withheld in this report: {count}.", **values)
        if quoted:
            told = msg("Numbers withheld in this report: {count}, in {sections}.", **values)
        if not self.withheld_count:
            told = msg("Withheld in this report as a whole: {sections}.", **values)
        return [
            told,
            msg(
                "Very low and very high shares are withheld more often than others, because few people or companies "
                "stand on one side. So what is shown is not a fair sample."
            ),
        ]
