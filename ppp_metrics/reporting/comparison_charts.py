"""Charts that compare themes: their rates side by side, their cumulative incidence, and both linked by selection.

Every theme that is drawn may be shown; what is withheld never comes in.
"""

from __future__ import annotations

from collections.abc import Sequence
from itertools import accumulate
from typing import Any

from ppp_metrics.reporting.charts import LABEL_WIDTH, NARROW, TEXT_SIZE, WIDE, round_ticks, wrapped
from ppp_metrics.reporting.compared import ComparisonWords, Theme, fading, name_tip, rate_tips, ticked_axis
from ppp_metrics.reporting.drawing import (
    ACCENT,
    INK,
    LINE,
    MUTED,
    Drawing,
    Spec,
    altair,
    concatenated,
    data,
    draw,
    layered,
    unchecked,
    with_config,
)
from ppp_metrics.reporting.incidence_charts import followed, incidence_curves_chart, incidence_panels

SHAPES = {"circle": MUTED, "square": ACCENT, "diamond": INK}
"""The mark of each rate, in the order of the legend: told apart by shape, colour and place."""


def draw_comparison(
    key: str,
    title: str,
    finding: str,
    *,
    themes: Sequence[Theme],
    overall: float | None,
    words: ComparisonWords,
    over_time: str,
) -> Drawing:
    """The rates of each theme, and below them a small chart a theme of its cumulative incidence.

    Where scripts run, both are linked. `over_time` is what the curves say to who cannot see them.
    """
    drawn = [draw(key, title, finding, lambda is_narrow: rates_chart(themes, overall, words, is_narrow))]
    if shown := followed(themes):
        drawn.append(
            draw(f"{key}-curves", words.curves, over_time, lambda is_narrow: incidence_panels(shown, words, is_narrow))
        )
    with unchecked():
        wide, narrow = (with_config(linked_chart(themes, overall, words, is_narrow)) for is_narrow in (False, True))
    return Drawing("".join(each.wide for each in drawn), "".join(each.narrow for each in drawn), wide, narrow)


def linked_chart(themes: Sequence[Theme], overall: float | None, words: ComparisonWords, is_narrow: bool) -> Spec:
    """Both charts as one, in which a theme that is picked in either, or from the list, stands out in both."""
    alt = altair()

    options = alt.binding_select(
        options=[None, *(theme.key for theme in themes)],
        labels=[words.every, *(theme.label for theme in themes)],
        name=f"{words.pick} ",
    )
    picked = alt.selection_point(name="picked", fields=["theme"], on="click", clear="dblclick", bind=options)
    charts, views = [rates_chart(themes, overall, words, is_narrow, picked)], ["rates"]
    if shown := followed(themes):
        charts.append(incidence_curves_chart(shown, words, is_narrow, picked))
        views.append("curves")
    return concatenated(charts, 1, picked, views, spacing=34)


def rates_chart(
    themes: Sequence[Theme], overall: float | None, words: ComparisonWords, is_narrow: bool, picked: Any = None
) -> Spec:
    """Three marks with intervals a theme, on 0-100 %; the dashed line is the rate of all themes."""
    alt = altair()

    labels = [wrapped(theme.label, 34 if is_narrow else 30) for theme in themes]
    above = [18 + 16 * (1 + label.count("\n")) if is_narrow else 14 for label in labels]
    tops = [0, *accumulate(each + 40 for each in above)]
    rows = [
        {
            "theme": theme.key,
            "name": theme.label,
            "label": label,
            "n": f"n = {theme.n}",
            "top": top,
            "label_y": top + (17 if is_narrow else 27),
        }
        for theme, label, top in zip(themes, labels, tops, strict=False)
    ]
    marks = [
        {
            "theme": theme.key,
            "label": theme.label,
            "n": theme.n,
            "kind": kind,
            "y": tops[at] + above[at] + 13 * place,
            "value": rate.value,
            "low": rate.low,
            "high": rate.high,
            "text": rate.text,
        }
        for at, theme in enumerate(themes)
        for place, (kind, rate) in enumerate(zip(words.kinds, theme.rates, strict=True))
        if rate
    ]
    width = NARROW if is_narrow else WIDE
    span = [14, NARROW - 18] if is_narrow else [LABEL_WIDTH + 10, WIDE - 80]
    scale = alt.Scale(domain=[0, 100], range=span, nice=False, zero=False)
    x, low = (
        alt.X(f"{field}:Q", axis=ticked_axis(round_ticks(0, 100), words.percent, grid=True), scale=scale)
        for field in ("value", "low")
    )
    y, top, label_y = (alt.Y(f"{field}:Q", scale=None, axis=None) for field in ("y", "top", "label_y"))
    legend = alt.Legend(
        title=None,
        orient="top",
        direction="vertical" if is_narrow else "horizontal",
        labelColor=INK,
        labelFontSize=TEXT_SIZE,
        labelLimit=0,
        symbolOpacity=1,
        symbolSize=90,
        symbolStrokeWidth=0,
        columnPadding=22,
        offset=30,
    )
    kinds = {"domain": list(words.kinds)}
    color = alt.Color("kind:N", scale=alt.Scale(**kinds, range=list(SHAPES.values())), legend=legend)
    shape = alt.Shape("kind:N", scale=alt.Scale(**kinds, range=list(SHAPES)), legend=legend)
    seen, tips = fading(picked), rate_tips(words, picked)
    dots = alt.Chart(data(marks)).encode(y=y, color=color, **seen, **tips)
    lines = alt.Chart(data(rows))
    # two lines beside the marks move up by half a line
    up = 0 if is_narrow else alt.expr("indexof(datum.label, '\\n') > 0 ? -8 : 0")
    layers = [
        lines.transform_filter("datum.top > 0")
        .mark_rule(color=LINE)
        .encode(x=alt.XValue(0), x2=alt.X2Value(width), y=top),
        dots.mark_rule(strokeWidth=4, strokeOpacity=0.4, strokeCap="round").encode(x=low, x2=alt.X2("high:Q")),
        dots.mark_point(filled=True, size=90, opacity=1, strokeWidth=0)
        .encode(x=x, shape=shape)
        .properties(name="rates"),
        lines.mark_text(align="left", lineBreak="\n", baseline="middle", dy=up, color=INK, fontSize=TEXT_SIZE).encode(
            x=alt.XValue(0), y=label_y, text=alt.Text("label:N"), **seen, **name_tip(picked)
        ),
        lines.mark_text(align="right", baseline="middle", color=MUTED, fontSize=TEXT_SIZE - 1).encode(
            x=alt.XValue(width), y=label_y, text=alt.Text("n:N"), **seen
        ),
    ]
    if overall is not None:
        line = alt.Chart(data([{"value": overall, "text": words.overall}]))
        side = "left" if overall < 50 else "right"
        # where names stand above their marks, the line would run through the names
        beside = [
            {"value": overall, "y": top + room - 10 if is_narrow else top, "end": end}
            for top, room, end in zip(tops, above, tops[1:], strict=False)
        ]
        dashes = alt.Chart(data(beside)).mark_rule(color=MUTED, strokeDash=[3, 3])
        layers.insert(0, dashes.encode(x=x, y=y, y2=alt.Y2("end:Q")))
        layers.append(
            line.mark_text(
                align=side, dx=5 if side == "left" else -5, dy=-8, color=MUTED, fontSize=TEXT_SIZE - 1
            ).encode(x=x, y=alt.YValue(0), text=alt.Text("text:N"))
        )
    return layered(*layers, width=width, height=tops[-1])
