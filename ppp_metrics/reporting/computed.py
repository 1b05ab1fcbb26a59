"""Rows of `metrics.compute` as a report's numbers: with the names of their groups, in the order of these."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Any

from ppp_metrics.metrics.compute import MEASURES
from ppp_metrics.metrics.dimensions import DIMENSIONS, UNKNOWN, dimension_labels
from ppp_metrics.metrics.metric import Metric
from ppp_metrics.reporting.words import Number, area_name

if TYPE_CHECKING:
    from duckdb import DuckDBPyConnection


def numbers_of(
    con: DuckDBPyConnection,
    records: Sequence[Mapping[str, Any]],
    metric: Metric,
    slices: Sequence[str],
    lang: str,
    edition: str,
) -> list[Number]:
    """A number a row, in the order of their groups' codes or names, the unknown last; quarters as they come."""
    names = {each: dimension_labels(con, each, [row[each] for row in records], lang) for each in slices}
    measures = ("value", "low", "high", "n", "numerator", "denominator")
    found = [
        Number(
            metric=metric,
            keys=tuple(row[each] for each in slices),
            label=" · ".join(area_name(row[each], names[each][row[each]], None, lang) for each in slices),
            **{name: row[name] for name in measures},
            notes=tuple(filter(None, (row["note"] or "").split("; "))),
            edition=edition,
            more={name: value for name, value in row.items() if name not in (*slices, *MEASURES)},
        )
        for row in records
    ]
    if "quarter" in slices:
        return found
    orders = [{code.value: at for at, code in enumerate(DIMENSIONS[each].codes)} for each in slices]

    def place(number: Number) -> tuple[list[tuple[bool, int]], str]:
        ranks = [(key == UNKNOWN, order.get(key, len(order))) for key, order in zip(number.keys, orders, strict=True)]
        return ranks, number.label.casefold()

    return sorted(found, key=place)
