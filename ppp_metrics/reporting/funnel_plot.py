"""A funnel plot: the rate of each group against its n, between lines that chance alone would rarely cross.

It has no order from high to low: what lies within the lines is not told apart.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from ppp_metrics.metrics.estimators import control_limits
from ppp_metrics.reporting.charts import CHARACTER_WIDTH, NARROW, TEXT_SIZE, WIDE, round_ticks, word_lookup
from ppp_metrics.reporting.drawing import ACCENT, INK, LINE, MUTED, Drawing, Spec, altair, data, draw, layered

INNER_PCT, OUTER_PCT = 95.0, 99.8
"""So many of the groups that differ by chance only lie within the inner and the outer lines. Spiegelhalter 2005."""
STEPS = 60
"""The lines are drawn through so many sizes."""
MARK = 6
LINE_HEIGHT = 17


@dataclass(frozen=True)
class FunnelPoint:
    """A group with its n and its rate in percent; one that lies outside the inner lines bears its label.

    `told` is what its tooltip says below the label, each by its name.
    """

    label: str
    n: int
    rate: float
    is_outside: bool
    told: Mapping[str, str]


@dataclass(frozen=True)
class FunnelWords:
    """What stands in a funnel plot: the names of both axes and of the lines, and how a tick is written."""

    across: str
    up: str
    overall: str
    inner: str
    outer: str
    count: Callable[[float], str]
    percent: Callable[[float], str]


@dataclass(frozen=True)
class Box:
    """A place on the drawing that is taken, in pixels."""

    left: float
    top: float
    right: float
    bottom: float

    def meets(self, other: Box) -> bool:
        return (
            self.left < other.right and other.left < self.right and self.top < other.bottom and other.top < self.bottom
        )


def limits_at(overall: float, n: int) -> tuple[tuple[float, float], tuple[float, float]]:
    """The inner and the outer limits, in percent, of a group of this size."""
    return control_limits(overall, n, INNER_PCT), control_limits(overall, n, OUTER_PCT)


def draw_funnel(
    key: str, title: str, finding: str, *, points: Sequence[FunnelPoint], overall: float, words: FunnelWords
) -> Drawing:
    """The points between the lines; `overall` is the rate, in percent, that the lines are drawn around."""
    sizes = [point.n for point in points]
    first, last = max(2, int(0.7 * min(sizes))), int(1.06 * max(sizes)) + 1
    spread = sorted({round(first + (last - first) * (step / STEPS) ** 2) for step in range(STEPS + 1)})
    lines = [(n, *limits_at(overall, n)) for n in spread]
    values = [bound for _, inner, outer in lines for bound in outer] + [point.rate for point in points]
    domain = (max(0.0, min(values) - 2), min(100.0, max(values) + 2))

    def chart(is_narrow: bool) -> Spec:
        alt = altair()

        width, height = (NARROW - 44, 330) if is_narrow else (WIDE - 50, 400)
        end = width - 8 - CHARACTER_WIDTH * max(len(words.inner), len(words.outer))
        across = alt.Scale(domain=[0, last], range=[0, end], nice=False)
        upwards = alt.Scale(domain=list(domain), range=[height, 0], nice=False, zero=False)

        def at(n: float, rate: float) -> tuple[float, float]:
            return end * n / last, height * (1 - (rate - domain[0]) / (domain[1] - domain[0]))

        axes = {
            "x": _axis(round_ticks(0, last), words.count, words.across, is_upright=False),
            "y": _axis(round_ticks(*domain), words.percent, "", is_upright=True),
        }
        (x, y), (ruled_x, ruled_y) = (
            (alt.X("n:Q", scale=across, axis=x_axis), alt.Y("rate:Q", scale=upwards, axis=y_axis))
            for x_axis, y_axis in ((None, None), (axes["x"], axes["y"]))
        )
        layers = [
            _curve(lines, is_inner, side).mark_line(color=MUTED, strokeDash=dash, strokeWidth=1.2).encode(x=x, y=y)
            for is_inner, dash in ((True, [4, 3]), (False, [1, 0]))
            for side in (0, 1)
        ]
        everyone = alt.Chart(data([{"n": 0, "n2": last, "rate": overall}]))
        layers.insert(0, everyone.mark_rule(color=INK).encode(x=ruled_x, x2=alt.X2("n2:Q"), y=ruled_y))
        for is_outside, color in ((False, MUTED), (True, ACCENT)):
            marks = [
                {"n": point.n, "rate": point.rate, "tip": {"title": point.label, **point.told}}
                for point in points
                if point.is_outside is is_outside
            ]
            layers.append(
                alt.Chart(data(marks))
                .mark_point(
                    filled=True,
                    color=color,
                    opacity=1,
                    strokeWidth=0,
                    size=100,
                    shape="diamond" if is_outside else "circle",
                )
                .encode(x=x, y=y, tooltip=alt.Tooltip("tip:N"))
            )
        _, inner, outer = lines[-1]
        heights = _apart([at(last, rate)[1] for rate in (outer[1], inner[1], overall)])
        texts: list[dict[str, Any]] = [
            {"x": end + 6, "y": high, "text": text, "align": "left", "color": color}
            for high, text, color in zip(
                heights, (words.outer, words.inner, words.overall), (MUTED, MUTED, INK), strict=True
            )
        ]
        spots = [at(point.n, point.rate) for point in points]
        taken = [Box(left - MARK, top - MARK, left + MARK, top + MARK) for left, top in spots]
        drawn = [at(n, rate) for n, inner, outer in lines for rate in (*inner, *outer, overall)]
        crossed = [Box(left - 4, top - 2, left + 4, top + 2) for left, top in drawn]
        for point, spot in zip(points, spots, strict=True):
            if point.is_outside:
                texts.append(_label(point.label, spot, taken, crossed, end, height))
        texts.append({"x": -34, "y": -14, "text": words.up, "align": "left", "color": MUTED})
        for align in ("left", "right", "center"):
            own = alt.Chart(data([each for each in texts if each["align"] == align]))
            layers.append(
                own.mark_text(align=align, baseline="middle", fontSize=TEXT_SIZE - 1).encode(
                    x=alt.X("x:Q", scale=None, axis=None),
                    y=alt.Y("y:Q", scale=None, axis=None),
                    text=alt.Text("text:N"),
                    color=alt.Color("color:N", scale=None),
                )
            )
        own = {"scale": {"x": "independent", "y": "independent"}}
        return layered(*layers, resolve=own, width=width, height=height)

    return draw(key, title, finding, chart)


def _axis(ticks: Sequence[float], text: Callable[[float], str], title: str, *, is_upright: bool) -> Any:
    return altair().Axis(
        title=title or None,
        titleColor=MUTED,
        titleFontSize=TEXT_SIZE - 1,
        titleFontWeight="normal",
        titlePadding=8,
        orient="left" if is_upright else "bottom",
        values=list(ticks),
        labelExpr=word_lookup(ticks, text),
        domain=False,
        ticks=False,
        grid=is_upright,
        gridColor=LINE,
        labelColor=MUTED,
        labelFontSize=TEXT_SIZE - 1,
        labelPadding=6,
    )


def _curve(lines: Sequence[tuple[int, Any, Any]], is_inner: bool, side: int) -> Any:
    """One of the four lines, as a chart's data."""
    alt = altair()
    rows = [{"n": n, "rate": (inner if is_inner else outer)[side]} for n, inner, outer in lines]
    return alt.Chart(data(rows))


def _apart(heights: Sequence[float]) -> list[float]:
    """The heights, from above, each moved up as far as it takes to clear the one below it."""
    found: list[float] = []
    for height in reversed(heights):
        found.append(min(height, found[-1] - LINE_HEIGHT) if found else height)
    return found[::-1]


def _label(
    text: str, spot: tuple[float, float], taken: list[Box], crossed: Sequence[Box], width: float, height: float
) -> dict[str, Any]:
    """Where a label stands near its spot: clear of marks and labels, and of lines where it can be; it is taken then."""
    left, top = spot
    long, away = CHARACTER_WIDTH * len(text), MARK + 4
    places: list[tuple[float, Box, str, float]] = []
    for steps in (0, -1, 1, -2, 2, -3, 3):
        y = top + steps * LINE_HEIGHT
        for align, x in (("left", left + away), ("right", left - away), ("center", left)):
            start = {"left": x, "right": x - long, "center": x - long / 2}[align]
            box = Box(start, y - LINE_HEIGHT / 2, start + long, y + LINE_HEIGHT / 2)
            is_out = box.left < 0 or box.right > width or box.top < 0 or box.bottom > height
            clashes = 20 * sum(map(box.meets, taken)) + 6 * any(map(box.meets, crossed)) + 1000 * is_out
            # a label far away would seem to belong to another mark
            places.append((clashes + 4 * abs(steps), box, align, x))
    _, box, align, x = min(places, key=lambda place: place[0])
    taken.append(box)
    return {"x": x, "y": (box.top + box.bottom) / 2, "text": text, "align": align, "color": INK}
