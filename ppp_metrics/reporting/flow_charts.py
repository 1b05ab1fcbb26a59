"""The chart of what came against what was agreed: columns in time, with a mark across each."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from ppp_metrics.reporting.charts import NARROW, TEXT_SIZE, WIDE, level_axis, round_ticks, word_lookup
from ppp_metrics.reporting.drawing import ACCENT, INK, LINE, MUTED, SOFT, Drawing, Spec, altair, data, draw, layered

if TYPE_CHECKING:
    import altair as alt

HEIGHT = 200
LEGEND_HEIGHT = 34


@dataclass(frozen=True)
class Flow:
    """One column: what stands below it, what came and what was agreed; None where that may not be shown.

    `told` is what its tooltip says below the tick, each by its name.
    """

    tick: str
    came: float | None
    agreed: float | None
    told: Mapping[str, str]


def draw_flow(
    key: str,
    title: str,
    finding: str,
    flows: Sequence[Flow],
    *,
    came: str,
    agreed: str,
    current: int,
    number_text: Callable[[float], str],
) -> Drawing:
    """Columns of what came, of which the last `current` stand out, each with a mark at what was agreed."""
    most = max([1, *(each for flow in flows for each in (flow.came, flow.agreed) if each is not None)])
    levels = [level for level in round_ticks(0, most) if level == int(level)]

    def chart(is_narrow: bool) -> Spec:
        alt = altair()

        width = NARROW - 46 if is_narrow else WIDE - 60
        # a narrow screen has no room for the name of every quarter
        every = 2 if is_narrow and len(flows) > 4 else 1
        words = {at: flow.tick for at, flow in enumerate(flows) if (len(flows) - 1 - at) % every == 0}
        rows = [
            {
                "at": at,
                "came": flow.came,
                "agreed": flow.agreed,
                "color": ACCENT if at >= len(flows) - current else SOFT,
                "tip": {"title": flow.tick, **flow.told},
            }
            for at, flow in enumerate(flows)
        ]
        base = alt.Chart(data(rows)).encode(tooltip=alt.Tooltip("tip:N"))
        x = alt.X(
            "at:O",
            scale=alt.Scale(domain=list(range(len(flows))), paddingInner=0.3, paddingOuter=0.15),
            axis=alt.Axis(
                title=None,
                values=list(words),
                labelExpr=word_lookup(words, words.__getitem__),
                labelAngle=0,
                labelColor=MUTED,
                labelFontSize=TEXT_SIZE - 2,
                labelOverlap=False,
                labelPadding=6,
                ticks=False,
                domainColor=LINE,
            ),
        )
        scale = alt.Scale(domain=[0, most * 1.05], nice=False)
        axis = level_axis(levels, number_text)
        step = width / max(1, len(flows))
        layers = [
            base.transform_filter("datum.came != null")
            .mark_bar()
            .encode(x=x, y=alt.Y("came:Q", scale=scale, axis=axis), color=alt.Color("color:N", scale=None)),
            base.transform_filter("datum.agreed != null")
            .mark_tick(color=INK, thickness=3, size=step * 0.86)
            .encode(x=x, y=alt.Y("agreed:Q", scale=scale, axis=axis)),
            *_legend(came, agreed),
        ]
        return layered(*layers, width=width, height=HEIGHT)

    return draw(key, title, finding, chart)


def _legend(came: str, agreed: str) -> list[alt.Chart]:
    """What a column and a mark stand for, above the chart."""
    alt = altair()
    y = -LEGEND_HEIGHT / 2
    start = 40 + 8 * len(came)

    def word(text: str, x: float) -> Any:
        base = alt.Chart(data([{"text": text}]))
        mark = base.mark_text(align="left", baseline="middle", color=INK, fontSize=TEXT_SIZE - 1)
        return mark.encode(x=alt.XValue(x), y=alt.YValue(y), text=alt.Text("text:N"))

    base = alt.Chart(data([{}]))
    return [
        base.mark_rect(color=ACCENT).encode(
            x=alt.XValue(0), x2=alt.X2Value(12), y=alt.YValue(y - 6), y2=alt.Y2Value(y + 6)
        ),
        word(came, 18),
        base.mark_rule(color=INK, strokeWidth=3).encode(
            x=alt.XValue(start), x2=alt.X2Value(start + 18), y=alt.YValue(y)
        ),
        word(agreed, start + 24),
    ]
