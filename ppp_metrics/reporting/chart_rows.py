"""Numbers as lines of a chart, each with what its tooltip tells: the same words as in the table."""

from __future__ import annotations

from collections.abc import Iterable

from ppp_metrics.language import msg
from ppp_metrics.reporting import words
from ppp_metrics.reporting.charts import Row
from ppp_metrics.reporting.words import DECIMALS, Number


def number_rows(numbers: Iterable[Number], lang: str, *, with_n: bool = False) -> list[Row]:
    """The numbers that have a value, drawn as precisely as their table says them; `with_n` says n beside the mark."""
    return [_row(number, number.value, lang, with_n) for number in numbers if number.value is not None]


def _row(number: Number, value: float, lang: str, with_n: bool) -> Row:
    decimals = DECIMALS[number.metric.unit]
    low, high = (None if bound is None else round(bound, decimals) for bound in (number.low, number.high))
    text, counted = words.shown(number, lang), words.counted(number, lang)
    told = (
        (msg("value"), text),
        (msg("95% interval"), words.interval(number, lang)),
        (msg("n"), "" if number.metric.kind == "count" else counted),
    )
    return Row(
        number.heading,
        round(value, decimals),
        f"{text} (n = {counted})" if with_n else text,
        low,
        high,
        {name.render(lang): said for name, said in told if said},
    )
