"""What exists says something: which groups have a row, where numbers of them are withheld.

A row that stands counts at least one. So a table whose whole is withheld is not broken down: the size, the theme and
the obligation of one company would stand there as names. And of quarters, those with nobody look as those that are
withheld.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import Any

from ppp_metrics.metrics.disclosure import published
from ppp_metrics.metrics.metric import WINDOWS
from ppp_metrics.metrics.question import Question
from ppp_metrics.periods import Period

Cell = dict[str, Any]


def told_groups(question: Question, cells: Sequence[Cell], is_whole_withheld: Callable[[], bool]) -> list[Cell]:
    """The published cells of a question, as far as it may be told that there are such groups.

    Where the whole is withheld, that is all: one cell of no group.
    """
    if not question.names or not any(cell["suppressed"] for cell in cells):
        return list(cells)
    if is_whole_withheld():
        return [published(cells[0] | dict.fromkeys(question.names), is_withheld=True)]
    return _with_every_quarter(question, cells) if question.names == ("quarter",) else list(cells)


def is_not_broken_down(rows: Sequence[Mapping[Any, Any]], by: Sequence[str]) -> bool:
    """Whether rows of an answer by dimensions are the one of its whole, which is withheld; null is None."""
    return bool(by) and len(rows) == 1 and all(rows[0][name] is None for name in by)


def _with_every_quarter(question: Question, cells: Sequence[Cell]) -> list[Cell]:
    """The cells in order, with withheld ones for the quarters that have none."""
    found = {cell["quarter"]: cell for cell in cells}
    nobody = published(cells[0], is_withheld=True)
    asked = question.table.where.get("quarter") or _quarters(question)
    return sorted(
        [*cells, *(nobody | {"quarter": each} for each in asked if each not in found)], key=lambda cell: cell["quarter"]
    )


def _quarters(question: Question) -> list[str]:
    """The quarters that the metric looks at; none of a stock's, which begin with the first record."""
    table = question.table
    window = WINDOWS[table.metric.window]
    if not window.quarters and not window.whole_period:
        return []
    first, last = window.bounds(table.period, table.as_of)
    quarter, until, found = Period.quarter_of(first), Period.quarter_of(min(last, table.as_of)), []
    while quarter.first_day <= until.first_day:
        found.append(str(quarter))
        quarter = quarter.shifted(1)
    return found
