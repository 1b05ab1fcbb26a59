"""A table of shares as a drawing: each cell bears its number, and stands out the more the less it is filled."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from ppp_metrics.reporting.charts import LABEL_WIDTH, NARROW, TEXT_SIZE, WIDE, wrapped
from ppp_metrics.reporting.drawing import ACCENT, INK, LINE, MUTED, Drawing, Spec, altair, data, draw, layered

MOST_COLUMNS = 8
"""With more, the numbers of the narrow form would touch."""
CELL_HEIGHT = 30
GROUP_HEIGHT = 34
LABEL_HEIGHT = 20
HEADING_HEIGHT = 104
UPRIGHT_WIDTH = 90
"""A heading stands upright in a column that is narrower than this."""


@dataclass(frozen=True)
class HeatCell:
    """A share from 0 to 100, None where there is none to draw, what the reader sees, and what the tooltip tells."""

    share: float | None
    text: str
    told: str


@dataclass(frozen=True)
class HeatRow:
    """One line of the table; `group` is a heading, which stands once above the rows that have the same."""

    group: str
    label: str
    cells: tuple[HeatCell, ...]


def draw_heat_table(key: str, title: str, finding: str, columns: Sequence[str], rows: Sequence[HeatRow]) -> Drawing:
    """The rows in the order given, at most `MOST_COLUMNS` columns; a cell without a share is not shaded."""

    def chart(is_narrow: bool) -> Spec:
        alt = altair()

        width = NARROW if is_narrow else WIDE
        left = 0 if is_narrow else LABEL_WIDTH
        step = min((width - left) / len(columns), 110)
        is_upright = step < UPRIGHT_WIDTH
        y = HEADING_HEIGHT if is_upright else 30
        headings = [
            {"x": left + step * (at + 0.5), "y": y - 8, "text": wrapped(name, 16 if is_upright else 14, lines=1)}
            for at, name in enumerate(columns)
        ]
        labels, groups, cells = [], [], []
        for at, row in enumerate(rows):
            if at == 0 or row.group != rows[at - 1].group:
                groups.append({"y": y + GROUP_HEIGHT / 2 + 3, "line": y + 2, "text": row.group})
                y += GROUP_HEIGHT
            labels.append({"y": y + (8 if is_narrow else CELL_HEIGHT / 2), "text": row.label})
            y += LABEL_HEIGHT if is_narrow else 0
            cells += [
                {
                    "x": left + step * column + 1,
                    "x2": left + step * (column + 1) - 1,
                    "middle": left + step * (column + 0.5),
                    "y": y + 1,
                    "y2": y + CELL_HEIGHT - 1,
                    "level": y + CELL_HEIGHT / 2,
                    "text": cell.text,
                    "tip": f"{row.label}, {columns[column]}: {cell.told}",
                    "opacity": 0 if cell.share is None else 0.05 + 0.45 * (1 - cell.share / 100),
                }
                for column, cell in enumerate(row.cells)
            ]
            y += CELL_HEIGHT + (4 if is_narrow else 0)
        place = {name: alt.X(f"{name}:Q", scale=None, axis=None) for name in ("x", "middle")}
        level = {name: alt.Y(f"{name}:Q", scale=None, axis=None) for name in ("y", "level", "line")}
        box = alt.Chart(data(cells)).encode(tooltip=alt.Tooltip("tip:N"))
        named, grouped = alt.Chart(data(labels)), alt.Chart(data(groups))
        heading = (
            {"angle": 270, "align": "left", "baseline": "middle"}
            if is_upright
            else {"align": "center", "baseline": "bottom"}
        )
        layers = [
            grouped.mark_rule(color=LINE).encode(x=alt.XValue(0), x2=alt.X2Value(width), y=level["line"]),
            box.mark_rect(color=ACCENT, cornerRadius=3).encode(
                x=place["x"],
                x2=alt.X2("x2:Q"),
                y=level["y"],
                y2=alt.Y2("y2:Q"),
                fillOpacity=alt.FillOpacity("opacity:Q", scale=None),
            ),
            box.mark_text(color=INK, fontSize=TEXT_SIZE, baseline="middle").encode(
                x=place["middle"], y=level["level"], text=alt.Text("text:N")
            ),
            alt.Chart(data(headings))
            .mark_text(color=MUTED, fontSize=TEXT_SIZE - 1, **heading)
            .encode(x=place["x"], y=level["y"], text=alt.Text("text:N")),
            named.mark_text(
                align="left", baseline="middle", color=INK, fontSize=TEXT_SIZE, limit=width if is_narrow else left - 10
            ).encode(x=alt.XValue(0), y=level["y"], text=alt.Text("text:N")),
            grouped.mark_text(
                align="left", baseline="middle", color=INK, fontSize=TEXT_SIZE, fontWeight=600, limit=width
            ).encode(x=alt.XValue(0), y=level["y"], text=alt.Text("text:N")),
        ]
        return layered(*layers, width=width, height=y)

    return draw(key, title, finding, chart)
