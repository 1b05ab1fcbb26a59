"""A matrix of what runs between groups: a square each way, darker where its number is higher."""

from __future__ import annotations

import textwrap
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from ppp_metrics.reporting.charts import NARROW, TEXT_SIZE, WIDE
from ppp_metrics.reporting.drawing import ACCENT, INK, MUTED, Drawing, Spec, altair, data, draw, layered

GAP, NARROW_GAP = 10, 18
"""Between two families of groups; more where a family of one column is narrower than its name."""
LINE_HEIGHT = 16
LETTER_WIDTH, BOLD_LETTER_WIDTH = 7.2, 8.8
"""Of a word in a chart, on average, with some room."""


@dataclass(frozen=True)
class Square:
    """What runs from one group to another: as a number, None where there is none to show, and in words."""

    value: float | None
    text: str
    is_outlined: bool = False


@dataclass(frozen=True)
class Family:
    """Groups that belong together, under one name."""

    name: str
    groups: tuple[str, ...]


def draw_matrix(
    key: str,
    title: str,
    finding: str,
    families: Sequence[Family],
    squares: Mapping[tuple[str, str], Square],
    axes: tuple[str, str],
) -> Drawing:
    """A row a group that gives and a column a group that receives; `axes` are the names of both directions."""
    most = max([square.value for square in squares.values() if square.value is not None] or [0]) or 1
    names = [group for family in families for group in family.groups]

    def chart(is_narrow: bool) -> Spec:
        alt = altair()

        size = TEXT_SIZE - 2 if is_narrow else TEXT_SIZE - 1
        left = 0 if is_narrow else 145
        gap = NARROW_GAP if is_narrow else GAP
        room = (NARROW if is_narrow else WIDE) - left - gap * (len(families) - 1) - 3 * len(names)
        width = min(80, room // len(names))
        height = 30 if is_narrow else 34
        # beside the squares there is no room on a narrow screen: the labels of rows stand above, of columns upright
        above = LINE_HEIGHT + 2 if is_narrow else 0
        heads = ["\n".join(textwrap.wrap(name, int(width / LETTER_WIDTH), break_long_words=False)) for name in names]
        longest = max(map(len, names)) * LETTER_WIDTH if is_narrow else 2 * LINE_HEIGHT
        top = 2 * LINE_HEIGHT + longest + 12
        across = _places(families, left, width + 3, gap)
        down = _places(families, top, height + 3 + above, gap, LINE_HEIGHT + 4)

        def layer(rows: Sequence[Mapping[str, Any]]) -> Any:
            place = {"x": alt.X("x:Q", scale=None, axis=None), "y": alt.Y("y:Q", scale=None, axis=None)}
            return alt.Chart(data(rows)).encode(**place)

        drawn = [
            {
                "x": across[receives],
                "x2": across[receives] + width,
                "y": down[gives] + above,
                "y2": down[gives] + above + height,
                "opacity": 0.04 if square.value is None else 0.08 + 0.42 * square.value / most,
                "outline": 1.5 if square.is_outlined else 0,
                "tip": f"{gives} → {receives}: {square.text}",
            }
            for (gives, receives), square in squares.items()
        ]
        numbers = [
            {"x": across[receives] + width / 2, "y": down[gives] + above + height / 2, "text": square.text}
            for (gives, receives), square in squares.items()
        ]
        rows: list[dict[str, Any]] = [
            {"x": 0, "y": down[name] + (9 if is_narrow else height / 2), "text": name} for name in names
        ]
        columns = [
            {"x": across[name] + width / 2, "y": top - 6, "text": name if is_narrow else head}
            for name, head in zip(names, heads, strict=True)
        ]
        words: list[dict[str, Any]] = [
            *({"x": x, "y": LINE_HEIGHT + 12, "text": name} for name, x in _apart(families, across).items()),
            *({"x": 0, "y": down[family.groups[0]] - 10, "text": family.name} for family in families),
        ]
        directions: list[dict[str, Any]] = [
            {"x": left, "y": 8, "text": axes[1]},
            {"x": 0, "y": top - 12, "text": axes[0]},
        ]
        if is_narrow:
            directions = [{"x": 0, "y": 8, "text": " / ".join(axes)}]
        text = {"text": alt.Text("text:N")}
        upright = {"angle": 270, "align": "left"} if is_narrow else {"lineBreak": "\n", "baseline": "line-bottom"}
        return layered(
            layer(drawn)
            .mark_rect(color=ACCENT, stroke=INK, cornerRadius=3)
            .encode(
                x2=alt.X2("x2:Q"),
                y2=alt.Y2("y2:Q"),
                fillOpacity=alt.FillOpacity("opacity:Q", scale=None),
                strokeWidth=alt.StrokeWidth("outline:Q", scale=None),
                tooltip=alt.Tooltip("tip:N"),
            ),
            layer(numbers).mark_text(color=INK, fontSize=TEXT_SIZE, fontWeight=600).encode(**text),
            layer(rows).mark_text(color=INK, fontSize=size, align="left").encode(**text),
            layer(columns).mark_text(color=INK, fontSize=TEXT_SIZE - 2, **upright).encode(**text),
            layer(words).mark_text(color=INK, fontSize=size, fontWeight=600, align="left").encode(**text),
            layer(directions).mark_text(color=MUTED, fontSize=size, align="left").encode(**text),
            width=NARROW if is_narrow else max(across.values()) + width,
            height=max(down.values()) + above + height,
        )

    return draw(key, title, finding, chart)


def _places(families: Sequence[Family], start: float, step: float, gap: float, head: float = 0) -> dict[str, float]:
    """Where each group begins, along one side: a step a group, a gap and the room of a name between families."""
    found, at = {}, start
    for family in families:
        at += head
        for group in family.groups:
            found[group] = at
            at += step
        at += gap
    return found


def _apart(families: Sequence[Family], across: Mapping[str, float]) -> dict[str, float]:
    """Where the name of each family begins: above its first group, or after a name that is wider than its family."""
    found, end = {}, 0.0
    for family in families:
        found[family.name] = max(across[family.groups[0]], end)
        end = found[family.name] + len(family.name) * BOLD_LETTER_WIDTH + GAP
    return found
