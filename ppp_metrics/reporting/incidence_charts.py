"""Charts of cumulative incidence by theme: a small chart a theme, or all in one, with the numbers at risk below.

Every theme that is drawn may be shown; what is withheld never comes in.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

from ppp_metrics.reporting.charts import LABEL_WIDTH, NARROW, TEXT_SIZE, WIDE, word_lookup, wrapped
from ppp_metrics.reporting.compared import (
    ComparisonWords,
    Curve,
    Theme,
    fading,
    heading,
    name_tip,
    rate_tips,
    ticked_axis,
)
from ppp_metrics.reporting.drawing import ACCENT, INK, LINE, MUTED, SOFT, Spec, altair, concatenated, data, layered

if TYPE_CHECKING:
    import altair as alt

MONTHS = {0: 0, 6: 180, 12: 365, 18: 545, 24: 730}
"""The months at which numbers at risk are told, and their day."""

LAST_DAY = MONTHS[24]
GRID_DAYS = 5
"""Steps closer together than this cannot be seen, and would make the file larger for nothing."""

MOST_CURVES = 9

STEP = ("day", "value", "low", "high")


def followed(themes: Sequence[Theme]) -> list[Theme]:
    """The themes of which a curve is drawn: those with the most issues, in the order given."""
    most = sorted((theme for theme in themes if theme.curve), key=lambda theme: -theme.size)[:MOST_CURVES]
    return [theme for theme in themes if theme in most]


def incidence_panels(themes: Sequence[Theme], words: ComparisonWords, is_narrow: bool) -> Spec:
    """A small chart a theme, on one scale: its curve with interval, the others behind it, numbers at risk below."""
    alt = altair()

    top = _top(themes)
    in_row = min(len(themes), 2 if is_narrow else 3)
    width = (NARROW - 38 * in_row) // in_row if is_narrow else (WIDE - 50 * in_row) // in_row
    behind = _steps(themes, 2 * GRID_DAYS)
    at_risk = wrapped(words.at_risk, max(16, width // 7))
    below = 31 + 13 * (at_risk.count("\n") + 1)

    def panel(theme: Theme) -> Spec:
        height = 110 if len(themes) > 3 else 160
        x, y = _time(width), _share("value", top, words)
        own = _unfolded(alt.Chart(_steps([theme])))
        layers = [
            _unfolded(alt.Chart(behind).transform_filter(f"datum.theme != '{theme.key}'"))
            .mark_line(interpolate="step-after", color=LINE, strokeWidth=1)
            .encode(x=x, y=y, detail=alt.Detail("theme:N")),
            own.mark_area(interpolate="step-after", color=SOFT, opacity=0.45).encode(
                x=x, y=_share("low", top, words), y2=alt.Y2("high:Q")
            ),
            own.mark_line(interpolate="step-after", color=ACCENT, strokeWidth=2).encode(x=x, y=y),
            *_milestones(theme, x, y),
            *_at_risk([theme], words, top, height, x, from_y=below + 2),
            alt.Chart(data([{"text": at_risk}]))
            .mark_text(align="left", lineBreak="\n", color=MUTED, fontSize=TEXT_SIZE - 3)
            .encode(x=alt.XValue(-6), y=alt.YValue(height + 31), text=alt.Text("text:N")),
        ]
        lines = wrapped(theme.label, 18 if is_narrow else max(16, width // 7)).split("\n")
        title = alt.Title(lines, anchor="start", fontSize=TEXT_SIZE - 1, color=INK, fontWeight=600, offset=10)
        return layered(*layers, width=width, height=height, title=title)

    title = heading(words.curves, is_narrow)
    return concatenated([panel(theme) for theme in themes], in_row, spacing=22, title=title)


def incidence_curves_chart(themes: Sequence[Theme], words: ComparisonWords, is_narrow: bool, picked: Any) -> Spec:
    """All curves in one chart, that of the picked theme with its interval; the numbers at risk as rows below."""
    alt = altair()

    top, height = _top(themes), 250
    width = NARROW if is_narrow else WIDE
    span = (40, NARROW - 18) if is_narrow else (LABEL_WIDTH + 10, WIDE - 80)
    x, y = _time(width, span), alt.Y("value:Q", scale=alt.Scale(domain=[0, top], nice=False), axis=None)
    steps = _unfolded(alt.Chart(_steps(themes)))
    levels = alt.Chart(data([{"value": at, "text": words.percent(at)} for at in _levels(top)]))
    step = 38 if is_narrow else 22
    rows = [
        {"theme": theme.key, "name": theme.label, "label": _shortened(theme.label), "y": height + 62 + step * at}
        for at, theme in enumerate(themes)
    ]
    line = steps.mark_line(interpolate="step-after").encode(
        x=x,
        y=y,
        detail=alt.Detail("theme:N"),
        color=alt.condition(picked, alt.value(ACCENT), alt.value(MUTED), empty=False),
        strokeWidth=alt.condition(picked, alt.value(2.5), alt.value(1.2), empty=False),
        **fading(picked),
    )
    months = [
        {"theme": theme.key, "label": theme.label, "n": theme.n, "day": round(month * LAST_DAY / 24), "kind": when}
        | _told(theme.curve, round(month * LAST_DAY / 24), words)
        for theme in themes
        if theme.curve
        for month in range(25)
        if round(month * LAST_DAY / 24) <= theme.curve.last_day
        for when in [f"{month} {words.months}"]
    ]
    layers = [
        levels.mark_rule(color=LINE).encode(x=alt.XValue(span[0]), x2=alt.X2Value(span[1]), y=y),
        levels.mark_text(align="right", dx=-8, color=MUTED, fontSize=TEXT_SIZE - 1).encode(
            x=alt.XValue(span[0]), y=y, text=alt.Text("text:N")
        ),
        steps.mark_area(interpolate="step-after", color=SOFT).encode(
            x=x,
            y=alt.Y("low:Q", scale=alt.Scale(domain=[0, top], nice=False), axis=None),
            y2=alt.Y2("high:Q"),
            detail=alt.Detail("theme:N"),
            opacity=alt.condition(picked, alt.value(0.45), alt.value(0), empty=False),
        ),
        line,
        # what a pointer can hit: a line of two pixels cannot
        steps.mark_line(interpolate="step-after", strokeWidth=12, opacity=0)
        .encode(x=x, y=y, detail=alt.Detail("theme:N"))
        .properties(name="curves"),
        alt.Chart(data(months))
        .mark_point(filled=True, size=120, opacity=0)
        .encode(x=x, y=y, **rate_tips(words, picked)),
        alt.Chart(data([{"text": words.at_risk}]))
        .mark_text(align="left", color=MUTED, fontSize=TEXT_SIZE - 1)
        .encode(x=alt.XValue(0), y=alt.YValue(height + 40), text=alt.Text("text:N")),
        alt.Chart(data(rows))
        .transform_calculate(value=f"({height} - datum.y) * {top / height}")
        .mark_text(align="left", baseline="middle", color=INK, fontSize=TEXT_SIZE - 1)
        .encode(x=alt.XValue(0), y=y, text=alt.Text("label:N"), **fading(picked), **name_tip(picked)),
        *_at_risk(themes, words, top, height, x, from_y=62 + (17 if is_narrow else 0), step=step, picked=picked),
    ]
    title = heading(words.curves, is_narrow)
    return layered(*layers, width=width, height=height, title=title)


def _milestones(theme: Theme, x: alt.X, y: alt.Y) -> list[alt.Chart]:
    """A mark on the curve at each day that is told of."""
    alt = altair()
    rows = [{"day": each.day, "value": each.value, "tip": each.told} for each in theme.milestones]
    marks = alt.Chart(data(rows)).mark_point(filled=True, color=ACCENT, opacity=1, size=50)
    return [marks.encode(x=x, y=y, tooltip=alt.Tooltip("tip:N"))] if rows else []


def _at_risk(
    themes: Sequence[Theme],
    words: ComparisonWords,
    top: float,
    height: int,
    x: alt.X,
    *,
    from_y: int,
    step: int = 0,
    picked: Any = None,
) -> list[alt.Chart]:
    """The numbers at risk below the days they are of: `from_y` pixels below the plot, `step` pixels a theme."""
    alt = altair()

    # a place below the plot is a value below 0 on its scale
    rows = [
        {
            "theme": theme.key,
            "day": day,
            "value": -(from_y + step * at) * top / height,
            "text": theme.curve.at_risk[month],
        }
        for at, theme in enumerate(themes)
        if theme.curve
        for month, day in MONTHS.items()
        if month in theme.curve.at_risk
    ]
    y = alt.Y("value:Q", scale=alt.Scale(domain=[0, top], nice=False))
    return [
        alt.Chart(data(rows))
        .mark_text(baseline="middle", color=INK, fontSize=TEXT_SIZE - (1 if picked is not None else 3))
        .encode(x=x, y=y, text=alt.Text("text:N"), **fading(picked))
    ]


def _time(width: int, span: tuple[int, int] | None = None) -> alt.X:
    """Days as months, from the day of acceptance."""
    alt = altair()
    months = {day: str(month) for month, day in MONTHS.items()}
    scale = alt.Scale(domain=[0, LAST_DAY], range=list(span or (0, width)), nice=False)
    return alt.X(
        "day:Q",
        scale=scale,
        axis=ticked_axis(list(months), lambda day: months[int(day)], False, TEXT_SIZE - (1 if span else 3)),
    )


def _share(field: str, top: float, words: ComparisonWords) -> alt.Y:
    alt = altair()
    levels = _levels(top)
    axis = alt.Axis(
        title=None,
        values=levels,
        labelExpr=word_lookup(levels, words.percent),
        domain=False,
        ticks=False,
        gridColor=LINE,
        labelColor=MUTED,
        labelFontSize=TEXT_SIZE - 3,
        labelPadding=4,
    )
    return alt.Y(f"{field}:Q", scale=alt.Scale(domain=[0, top], nice=False), axis=axis)


def _top(themes: Sequence[Theme]) -> float:
    """The highest interval, up to a whole 20 %."""
    highest = max((high for theme in themes if theme.curve for *_, high in theme.curve.steps), default=0)
    return min(100.0, 20.0 * max(1, -(-highest // 20)))


def _levels(top: float) -> list[float]:
    return [float(level) for level in range(0, int(top) + 1, 10 if top <= 40 else 20)]


def _steps(themes: Sequence[Theme], days: int = GRID_DAYS) -> Spec:
    """A row a curve: lists of the days, every so many, on which it changed, and of its values; with its last day."""
    curves = []
    for theme in themes:
        if not theme.curve:
            continue
        last = theme.curve.last_day
        told: list[tuple[float, ...]] = []
        for day in sorted({*range(0, last + 1, days), last}):
            now = tuple(round(each, 1) for each in theme.curve.on(day))
            if not told or now != told[-1][1:] or day == last:
                told.append((day, *now))
        curves.append({"theme": theme.key} | dict(zip(STEP, zip(*told, strict=True), strict=True)))
    return {"values": curves}


def _unfolded(chart: alt.Chart) -> alt.Chart:
    """The chart of a row a step, from the rows of `_steps`."""
    return chart.transform_flatten(list(STEP))


def _told(curve: Curve, day: int, words: ComparisonWords) -> dict[str, Any]:
    """A curve's value on a day, and its words for a tooltip."""
    value, low, high = (round(each, 1) for each in curve.on(day))
    return {"value": value, "text": f"{words.percent(round(value))} ({round(low)}–{words.percent(round(high))})"}


def _shortened(label: str) -> str:
    return label if len(label) <= 28 else f"{label[:27].rstrip()}…"
