"""The rows of an export: what a report has asked for, what its metrics are, and what it was made from."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any
from urllib.parse import unquote

from ppp_metrics.language import Label
from ppp_metrics.metrics.dimensions import TIME_DIMENSIONS, UNKNOWN, sliced_by
from ppp_metrics.metrics.publication import Table
from ppp_metrics.metrics.registry import METRICS, describe
from ppp_metrics.periods import Period
from ppp_metrics.reporting.export_sheets import EVERYTHING, ITEMS, NUMBERS, OBSERVED, SHARES, TOTAL, Rows, Value
from ppp_metrics.reporting.words import DECIMALS, Number

if TYPE_CHECKING:
    from ppp_metrics.reporting.sections import Desk

TOTAL_LABEL = Label("total", "totaal")
CHANCE = "above_overall"
ESTIMATES = ("shrunken", "adjusted", "incidence_12m", CHANCE)
"""What `theme_comparison` says of a theme beside its rate as observed."""


@dataclass(frozen=True)
class _Slice:
    """Of what a number is: a metric as a whole or a group of it, in a period, under conditions."""

    period: Period
    dimension: str
    code: str
    label: str
    where: Mapping[str, Sequence[str]]

    @property
    def is_whole(self) -> bool:
        return self.dimension == TOTAL and not self.where


def number_rows(desk: Desk) -> Iterator[dict[str, Value]]:
    """A row for each number that a report has asked for; of one that is compared a row for each estimate too."""
    for question in desk.questions():
        if "loads" in question:
            # a number as it was published before, which the report of then has
            continue
        where = {name: [each] if isinstance(each, str) else each for name, each in question.get("where", {}).items()}
        period, names = Period.parse(question["period"]), sliced_by(question.get("by"))
        asked = {name: values[0] if len(values) == 1 else tuple(values) for name, values in where.items()}
        by = names[0] if len(names) == 1 else names or None
        for number in desk.numbers(question["metric"], by, where=asked, period=period):
            slice_ = _sliced(desk, number, period, names, where)
            about: dict[str, Value] = {
                "metric_id": number.metric.id,
                "metric_label": number.metric.label.render(desk.lang),
                "estimate": OBSERVED,
                "period": str(slice_.period),
                "region_code": desk.region,
                "region_name": desk.area[0],
                "dimension": slice_.dimension,
                "group_code": slice_.code,
                "group_label": slice_.label,
                "subset": subset_text(slice_.where),
                "unit": number.metric.unit,
                "suppressed": number.is_suppressed,
                "note": "; ".join(number.notes) or None,
            }
            is_aimed_at = slice_.period == desk.period and not slice_.where
            target = None
            if is_aimed_at and slice_.is_whole:
                target = desk.target(number.metric.id)
            elif is_aimed_at and slice_.dimension == "partnership" and slice_.code != UNKNOWN:
                target = desk.target(number.metric.id, slice_.code)
            yield about | _measures(number) | {"target": target}
            for estimate, measures in _estimates(number):
                yield about | measures | {"estimate": estimate}


def _sliced(
    desk: Desk, number: Number, period: Period, names: tuple[str, ...], where: Mapping[str, Sequence[str]]
) -> _Slice:
    """The slice of a number; one quarter of a year is that quarter, where both are the same number."""
    if not names:
        return _Slice(period, TOTAL, TOTAL, TOTAL_LABEL.render(desk.lang), where)
    key = number.keys[0]
    if len(names) == 1 and names[0] in TIME_DIMENSIONS and key != UNKNOWN:
        table = Table(
            metric=number.metric,
            period=period,
            as_of=period.as_of(desk.today),
            region=desk.region,
            by=names,
            where=where,
        )
        own, others = Period.parse(key), {name: values for name, values in where.items() if name != names[0]}
        alone = replace(table, period=own, as_of=own.as_of(desk.today), by=(), where=others)
        if alone.name() == table.name({names[0]: key}):
            return _Slice(own, TOTAL, TOTAL, TOTAL_LABEL.render(desk.lang), others)
    return _Slice(period, "/".join(names), "/".join(number.keys), number.label, where)


def _measures(number: Number) -> dict[str, Value]:
    """What a report shows of a number, rounded as it does so."""
    unit = number.metric.unit
    shown: dict[str, Value] = {name: rounded(getattr(number, name), unit) for name in ("value", "low", "high")}
    shown["n"] = rounded(number.n, "count")
    if number.metric.kind in SHARES:
        shown |= {name: rounded(getattr(number, name), "count") for name in ("numerator", "denominator")}
    return shown


def _estimates(number: Number) -> Iterator[tuple[str, dict[str, Value]]]:
    for estimate in ESTIMATES:
        value, low, high = (number.more.get(f"{estimate}_{part}") for part in ("pct", "low", "high"))
        if value is not None:
            # a chance that is neither none nor all is not rounded to that
            value = min(max(value, 0.1), 99.9) if estimate == CHANCE else value
            shown = {"value": value, "low": low, "high": high}
            yield estimate, {name: rounded(each, "pct") for name, each in shown.items()}


def rounded(value: float | None, unit: str) -> int | float | None:
    """The number with the decimals that a report shows; a whole number where it shows none."""
    if value is None:
        return None
    decimals = DECIMALS[unit]
    return round(float(value), decimals) + 0.0 if decimals else round(float(value))


def subset_text(where: Mapping[str, Sequence[str]]) -> str:
    """Conditions as one text: `obligation=result; theme=energy|water`; what divides them is escaped in a value."""
    conditions = [
        f"{name}={'|'.join(re.sub('[%;|=]', lambda mark: f'%{ord(mark[0]):02X}', value) for value in values)}"
        for name, values in sorted(where.items())
    ]
    return "; ".join(conditions) or EVERYTHING


def conditions_in(subset: str) -> dict[str, list[str]]:
    """The conditions that `subset_text` made a text of. Raises ValueError for another text."""
    if subset == EVERYTHING:
        return {}
    found = {}
    for condition in subset.split("; "):
        name, sign, values = condition.partition("=")
        if not sign:
            raise ValueError(f"'{subset}' is no subset")
        found[name] = [unquote(value) for value in values.split("|")]
    return found


def in_order(rows: Iterable[dict[str, Value]]) -> Rows:
    """Each number once, by region, metric, period and slice; regions and groups as they came."""
    once: dict[tuple[Value, ...], dict[str, Value]] = {}
    for row in rows:
        once.setdefault(tuple(row[name] for name in NUMBERS.key), row)
    regions = list(dict.fromkeys(row["region_code"] for row in once.values()))
    metrics = list(METRICS)

    def place(row: dict[str, Value]) -> tuple[Any, ...]:
        slice_ = (row["period"], row["dimension"] != TOTAL, row["dimension"], row["subset"])
        return (regions.index(row["region_code"]), metrics.index(str(row["metric_id"])), *slice_)

    return sorted(once.values(), key=place)


def definition_rows(metrics: Iterable[Value], lang: str) -> Rows:
    """A row for each metric, as the catalogue has it."""
    found = []
    for metric_id in dict.fromkeys(metrics):
        metric = METRICS[str(metric_id)]
        told = describe(metric, lang)
        found.append(
            {
                "metric_id": metric.id,
                "metric_label": told["label"],
                "definition": told["definition"],
                "unit": metric.unit,
                "unit_label": told["unit"],
                "counts": told["counts"],
                "window": told["window"],
                "min_n": metric.min_n,
                "source": ": ".join(filter(None, (metric.view, ", ".join(metric.needs)))),
            }
        )
    return found  # type: ignore[return-value]


def about_row(item: str, value: object, lang: str, subject: str | None = None) -> dict[str, Value]:
    """A row of `about`: one fact."""
    return {"item": item, "item_label": ITEMS[item].render(lang), "subject": subject, "value": str(value)}
