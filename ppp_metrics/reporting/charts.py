"""Charts: rows of text and numbers in, a drawing out.

Every place in a chart is fixed here, so that a label never moves a mark; only rows that may be shown come in.
"""

from __future__ import annotations

import json
import textwrap
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from math import ceil, floor
from typing import TYPE_CHECKING, Any

from ppp_metrics.reporting.drawing import (
    ACCENT,
    INK,
    LINE,
    MUTED,
    SOFT,
    Drawing,
    Spec,
    altair,
    concatenated,
    data,
    draw,
    layered,
    single,
)

if TYPE_CHECKING:
    import altair as alt

WIDE, NARROW = 700, 340
LABEL_WIDTH = 230
TEXT_SIZE = 14
CHARACTER_WIDTH, BOLD_WIDTH = 7.4, 8.6
"""What a character of that size takes, on average, in pixels."""


@dataclass(frozen=True)
class Row:
    """One line of a chart: its label, its number, and that number as the reader's text.

    `told` is what its tooltip says below the label, each by its name; without, it says the text.
    """

    label: str
    value: float
    text: str
    low: float | None = None
    high: float | None = None
    told: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True)
class Tile:
    """One area of a tile map; x and y count squares."""

    label: str
    value: float | None
    text: str
    x: int
    y: int


@dataclass(frozen=True)
class Panel:
    """One series of columns: a value a tick, None where it may not be shown."""

    title: str
    values: tuple[float | None, ...]


def draw_bars(key: str, title: str, finding: str, rows: Sequence[Row]) -> Drawing:
    """Horizontal bars from 0, in the order given, each with its label and its number."""

    def chart(is_narrow: bool) -> Spec:
        alt = altair()

        base, height, label, picked = _lines(rows, is_narrow)
        most = max([row.value for row in rows] or [0]) or 1
        start, end = (0, NARROW - 60) if is_narrow else (LABEL_WIDTH, WIDE - 60)
        x = alt.X("value:Q", axis=None, scale=alt.Scale(domain=[0, most], range=[start, end], nice=False))
        down = 10 if is_narrow else 0
        bar = base.mark_bar(color=ACCENT, height=14 if is_narrow else 18, yOffset=down).encode(x=x).add_params(picked)
        number = base.mark_text(align="left", dx=8, dy=down, color=INK, fontSize=TEXT_SIZE, fontWeight=600).encode(
            x=x, text=alt.Text("text:N")
        )
        return layered(label, bar, number, width=NARROW if is_narrow else WIDE, height=height)

    return draw(key, title, finding, chart)


def draw_intervals(
    key: str,
    title: str,
    finding: str,
    rows: Sequence[Row],
    *,
    domain: tuple[float, float],
    tick_text: Callable[[float], str],
    reference: Row | None = None,
) -> Drawing:
    """A dot a row with its interval as a line; `reference` is a dashed line through all rows."""

    def chart(is_narrow: bool) -> Spec:
        alt = altair()

        # a number stands behind its label where the screen is narrow
        taken = BOLD_WIDTH * max((len(row.text) for row in rows), default=0) + 10 if is_narrow else 0
        base, height, label, picked = _lines(rows, is_narrow, taken)
        start, end = (14, NARROW - 18) if is_narrow else (LABEL_WIDTH + 10, WIDE - 150)
        ticks = round_ticks(*domain)
        axis = alt.Axis(
            title=None,
            orient="bottom",
            values=ticks,
            labelExpr=word_lookup(ticks, tick_text),
            domain=False,
            ticks=False,
            grid=True,
            gridColor=LINE,
            labelColor=MUTED,
            labelFontSize=TEXT_SIZE - 1,
            labelPadding=6,
            labelFlush=False,
        )
        scale = alt.Scale(domain=list(domain), range=[start, end], nice=False, zero=False)
        x = alt.X("value:Q", axis=axis, scale=scale)
        down = 10 if is_narrow else 0
        layers = [
            base.mark_rule(color=ACCENT, strokeWidth=5, strokeOpacity=0.35, strokeCap="round", yOffset=down).encode(
                x=alt.X("low:Q", axis=axis, scale=scale), x2=alt.X2("high:Q")
            ),
            base.mark_circle(color=ACCENT, size=110, opacity=1, yOffset=down).encode(x=x).add_params(picked),
            label,
            base.mark_text(
                align="right", color=INK, fontSize=TEXT_SIZE, fontWeight=600, dy=-12 if is_narrow else 0
            ).encode(x=alt.XValue(NARROW if is_narrow else WIDE), text=alt.Text("text:N")),
        ]
        if reference:
            # no more precise than its words
            line = alt.Chart(data([{"value": round(reference.value, 1), "text": reference.text}]))
            layers.insert(0, line.mark_rule(color=MUTED, strokeDash=[3, 3]).encode(x=x))
            # the words stand on the side of the line where there is room for them
            side = "left" if reference.value < sum(domain) / 2 else "right"
            layers.append(
                line.mark_text(
                    align=side, dx=5 if side == "left" else -5, dy=-8, color=MUTED, fontSize=TEXT_SIZE - 1
                ).encode(x=x, y=alt.YValue(0), text=alt.Text("text:N"))
            )
        return layered(*layers, width=NARROW if is_narrow else WIDE, height=height)

    return draw(key, title, finding, chart)


def draw_columns(
    key: str,
    title: str,
    finding: str,
    ticks: Sequence[str],
    panels: Sequence[Panel],
    current: int,
    number_text: Callable[[float], str],
    names: Sequence[str] = (),
) -> Drawing:
    """A panel a series on one scale: columns in time, of which the last `current` stand out.

    `ticks` are the words below the columns; an empty one leaves its column without. `names` are what their tooltips
    call them, where that is something else. A column that is picked stands out in every panel.
    """
    names = names or ticks
    most = max([value for panel in panels for value in panel.values if value is not None] or [0]) or 1
    levels = [level for level in round_ticks(0, most) if level == int(level)]
    columns = len(ticks)

    def panel_chart(panel: Panel, width: int, name: str, picked: Any) -> Spec:
        alt = altair()

        rows = [
            {
                "at": at,
                "value": value,
                "color": ACCENT if at >= columns - current else SOFT,
                "tip": " ".join(filter(None, (names[at], number_text(value)))),
            }
            for at, value in enumerate(panel.values)
            if value is not None
        ]
        base = alt.Chart(data(rows))
        words = {at: word for at, word in enumerate(ticks) if word}
        x = alt.X(
            "at:O",
            scale=alt.Scale(domain=list(range(columns)), paddingInner=0.25, paddingOuter=0.1),
            axis=alt.Axis(
                title=None,
                values=list(words),
                labelExpr=word_lookup(words, words.__getitem__),
                labelAngle=0,
                labelAlign="left",
                labelColor=MUTED,
                labelFontSize=TEXT_SIZE - 2,
                ticks=False,
                labelOffset=-6,
                labelOverlap=False,
                domainColor=LINE,
                labelPadding=6,
            ),
        )
        y = alt.Y(
            "value:Q",
            scale=alt.Scale(domain=[0, most], nice=False),
            axis=level_axis(levels, number_text),
        )
        bars = base.mark_bar().encode(x=x, y=y, color=alt.Color("color:N", scale=None), **answering(picked))
        title = alt.Title(panel.title, anchor="start", fontSize=TEXT_SIZE, color=INK, fontWeight=600, offset=10)
        return single(bars.properties(width=width, height=140, title=title, name=name))

    def chart(is_narrow: bool) -> Spec:
        # as many to a row as leave each column its width
        in_row, width = (2, 132) if is_narrow else (len(panels), (WIDE - 46 * len(panels)) // len(panels))
        if is_narrow and len(panels) < 2:
            in_row, width = 1, NARROW - 40
        picked = pickable("at")
        views = [f"panel{at}" for at in range(len(panels))]
        charts = [panel_chart(panel, width, view, picked) for panel, view in zip(panels, views, strict=True)]
        return concatenated(charts, in_row, picked, views, spacing=18)

    return draw(key, title, finding, chart)


def draw_tiles(key: str, title: str, finding: str, tiles: Sequence[Tile]) -> Drawing:
    """One square an area, darker where its number is higher; where there is none the square is empty."""
    most = max([tile.value for tile in tiles if tile.value is not None] or [0]) or 1

    def chart(is_narrow: bool) -> Spec:
        alt = altair()

        left, top = min(tile.x for tile in tiles), min(tile.y for tile in tiles)
        across = max(tile.x for tile in tiles) - left + 1
        down = max(tile.y for tile in tiles) - top + 1
        step = min(96, (NARROW if is_narrow else WIDE) // across)
        size = step - 3
        rows = [
            {
                "x": (tile.x - left) * step,
                "x2": (tile.x - left) * step + size,
                "y": (tile.y - top) * step,
                "y2": (tile.y - top) * step + size,
                "middle": (tile.x - left) * step + size / 2,
                "label": wrapped(tile.label.partition("/")[0], 12, lines=3),
                "text": tile.text,
                "label_y": (tile.y - top) * step + 9,
                "text_y": (tile.y - top) * step + size - 14,
                "tip": f"{tile.label}: {tile.text}",
                "opacity": 0.04 if tile.value is None else 0.08 + 0.42 * tile.value / most,
            }
            for tile in tiles
        ]
        picked = pickable("x", "y")
        base = alt.Chart(data(rows)).encode(**answering(picked))
        place = {name: alt.X(f"{name}:Q", scale=None, axis=None) for name in ("x", "middle")}
        level = {name: alt.Y(f"{name}:Q", scale=None, axis=None) for name in ("y", "label_y", "text_y")}
        squares = (
            base.mark_rect(color=ACCENT, cornerRadius=4)
            .encode(
                x=place["x"],
                x2=alt.X2("x2:Q"),
                y=level["y"],
                y2=alt.Y2("y2:Q"),
                fillOpacity=alt.FillOpacity("opacity:Q", scale=None),
            )
            .add_params(picked)
        )
        names = base.mark_text(
            color=INK, fontSize=TEXT_SIZE - (4 if size < 80 else 2), baseline="top", lineBreak="\n"
        ).encode(x=place["middle"], y=level["label_y"], text=alt.Text("label:N"))
        numbers = base.mark_text(color=INK, fontSize=TEXT_SIZE + 2, fontWeight=600).encode(
            x=place["middle"], y=level["text_y"], text=alt.Text("text:N")
        )
        return layered(squares, names, numbers, width=across * step, height=down * step)

    return draw(key, title, finding, chart)


def level_axis(levels: Sequence[float], number_text: Callable[[float], str]) -> alt.Axis:
    """The axis of columns: a line and a number at each level, and nothing else."""
    return altair().Axis(
        title=None,
        values=levels,
        labelExpr=word_lookup(levels, number_text),
        domain=False,
        ticks=False,
        gridColor=LINE,
        labelColor=MUTED,
        labelFontSize=TEXT_SIZE - 2,
        labelPadding=6,
    )


def pickable(*fields: str) -> Any:
    """What lets a click pick all marks alike in these fields; a click beside them lets go."""
    return altair().selection_point(name="picked", fields=list(fields), on="click", clear="dblclick")


def answering(picked: Any) -> dict[str, Any]:
    """What marks say to a pointer, from the field `tip` of their data, and how those fade that are not picked."""
    alt = altair()
    return {
        "tooltip": alt.Tooltip("tip:N"),
        "opacity": alt.OpacityValue(0.3, condition={"param": picked.name, "value": 1}),
    }


def _lines(rows: Sequence[Row], is_narrow: bool, taken: float = 0) -> tuple[alt.Chart, int, alt.Chart, Any]:
    """The chart all layers share, a line a row; its height; the layer of labels, beside the marks or above; a pick.

    Of the line above the mark, `taken` pixels are no room for the label.
    """
    alt = altair()
    room = min(34, int((NARROW - taken) / CHARACTER_WIDTH)) if is_narrow else 30
    labels = [wrapped(row.label, room) for row in rows]
    step = (50 if is_narrow else 34) + 16 * max([label.count("\n") for label in labels] or [0])
    values = [
        {
            "row": at,
            "label": labels[at],
            "value": row.value,
            "low": row.low,
            "high": row.high,
            "text": row.text,
            "tip": {"title": row.label, **row.told} if row.told else f"{row.label}: {row.text}",
        }
        for at, row in enumerate(rows)
    ]
    y = alt.Y("row:O", axis=None, scale=alt.Scale(domain=list(range(len(rows))), padding=0))
    picked = pickable("row")
    base = alt.Chart(data(values)).encode(y=y, **answering(picked))
    # a label of two lines moves up: by a whole line above the mark, by half a line beside it
    up = alt.expr(f"{-12 if is_narrow else 0} - {16 if is_narrow else 8} * (indexof(datum.label, '\\n') > 0)")
    label = base.mark_text(align="left", lineBreak="\n", color=INK, fontSize=TEXT_SIZE, dy=up)
    return base, step * len(rows), label.encode(x=alt.XValue(0), text=alt.Text("label:N")), picked


def wrapped(label: str, width: int, lines: int = 2) -> str:
    """The label on as many lines as it needs, cut off after `lines` of them."""
    return "\n".join(textwrap.wrap(label, width, max_lines=lines, placeholder=" …"))


def round_ticks(low: float, high: float) -> list[float]:
    """Round numbers across a range, some four of them."""
    span = high - low
    step = next(
        size for power in range(-3, 12) for size in (10.0**power, 2 * 10.0**power, 5 * 10.0**power) if size >= span / 5
    )
    # a sliver of a step, for 1 / 0.2 is a little less than 5
    first, last = ceil(low / step - 1e-9), floor(high / step + 1e-9)
    return [round(at * step, 6) for at in range(first, last + 1)]


def word_lookup(values: Iterable[float], text: Callable[[Any], str]) -> str:
    """A Vega expression that gives an axis its words."""
    values = list(values)
    return f"{json.dumps([text(value) for value in values])}[indexof({json.dumps(values)}, datum.value)]"
