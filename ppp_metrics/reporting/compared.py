"""What the charts that compare themes share: a theme with its rates and curve, and how a picked theme stands out."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from ppp_metrics.reporting.charts import TEXT_SIZE, Row, word_lookup, wrapped
from ppp_metrics.reporting.drawing import INK, LINE, MUTED, altair

if TYPE_CHECKING:
    import altair as alt


@dataclass(frozen=True)
class Curve:
    """A cumulative incidence in %: (day, value, low, high) from each day on, and the numbers at risk by month."""

    steps: tuple[tuple[int, float, float, float], ...]
    at_risk: Mapping[int, str]

    @property
    def last_day(self) -> int:
        """Where the curve ends: two years after acceptance, or where nobody was followed longer."""
        return self.steps[-1][0]

    def on(self, day: int) -> tuple[float, float, float]:
        """Value, low and high on a day."""
        return next(((value, low, high) for at, value, low, high in reversed(self.steps) if at <= day), (0.0, 0.0, 0.0))


@dataclass(frozen=True)
class Milestone:
    """A day of a curve whose value its table tells; `told` is what its tooltip says, each by its name."""

    day: int
    value: float
    told: Mapping[str, str]


@dataclass(frozen=True)
class Theme:
    """One theme: its rates in the order of the legend, None where unknown, its curve, and what is told of that.

    `size` is the number of issues behind its rates, `n` says it. `key` is not the theme's code, which may be any text.
    """

    key: str
    label: str
    size: int
    n: str
    rates: tuple[Row | None, ...]
    curve: Curve | None = None
    milestones: tuple[Milestone, ...] = ()


@dataclass(frozen=True)
class ComparisonWords:
    """The words in the charts, in the reader's language; `kinds` are the three rates'."""

    kinds: tuple[str, ...]
    overall: str
    curves: str
    at_risk: str
    pick: str
    every: str
    theme: str
    interval: str
    share: str
    months: str
    percent: Callable[[float], str]


def heading(text: str, is_narrow: bool) -> alt.Title:
    """A title above a part of a chart, on as many lines as it needs."""
    lines = wrapped(text, 42 if is_narrow else 90).split("\n")
    return altair().Title(lines, anchor="start", fontSize=TEXT_SIZE, color=INK, fontWeight=600, offset=16)


def ticked_axis(
    ticks: Sequence[float], text: Callable[[float], str], grid: bool, size: int = TEXT_SIZE - 1
) -> alt.Axis:
    """An axis with these ticks in the reader's words, and no line of its own."""
    return altair().Axis(
        title=None,
        orient="bottom",
        values=list(ticks),
        labelExpr=word_lookup(ticks, text),
        domain=False,
        ticks=False,
        grid=grid,
        gridColor=LINE,
        labelColor=MUTED,
        labelFontSize=size,
        labelPadding=6,
        labelFlush=False,
        labelOverlap=False,
    )


def fading(picked: Any) -> dict[str, Any]:
    """What is not picked fades, where anything can be picked."""
    alt = altair()
    return {} if picked is None else {"opacity": alt.OpacityValue(0.3, condition={"param": picked.name, "value": 1})}


def name_tip(picked: Any) -> dict[str, Any]:
    """The theme's name as tooltip: Vega-Lite lets only marks with a tooltip be clicked, beside those of the view."""
    return {} if picked is None else {"tooltip": altair().Tooltip("name:N")}


def rate_tips(words: ComparisonWords, picked: Any) -> dict[str, Any]:
    """The theme, which of its rates, that rate with its interval, and n."""
    alt = altair()
    if picked is None:
        return {}
    named = {"label": words.theme, "kind": " ", "text": f"{words.share} ({words.interval})", "n": "n"}
    return {"tooltip": [alt.Tooltip(f"{field}:N", title=title) for field, title in named.items()]}
