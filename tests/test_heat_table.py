"""A table of shares as a drawing: every cell bears its number, and shade only repeats what that says."""

from __future__ import annotations

from xml.etree import ElementTree

import pytest

from ppp_metrics.reporting.charts import NARROW, WIDE
from ppp_metrics.reporting.heat_table import MOST_COLUMNS, HeatCell, HeatRow, draw_heat_table

SVG = "{http://www.w3.org/2000/svg}"
ROWS = [
    HeatRow("Issues", "Theme", (HeatCell(100, "100", "of 5"), HeatCell(40, "40", "of 5"))),
    HeatRow("Issues", "TRL <start>", (HeatCell(None, "×", "of 5"), HeatCell(0, "–", "of 5"))),
    HeatRow("Outcomes", "Value", (HeatCell(None, "", "of 5"), HeatCell(99, "99", "of 5"))),
]


def svg(columns: list[str], rows: list[HeatRow], width: str) -> ElementTree.Element:
    drawn = draw_heat_table("h", "Filled in", "Value least.", columns, rows)
    return ElementTree.fromstring(getattr(drawn, width))


@pytest.mark.parametrize("width", ["wide", "narrow"])
def test_every_cell_bears_its_number_and_every_group_its_name_once(width: str) -> None:
    words = [each.text for each in svg(["north", "south"], ROWS, width).iter(f"{SVG}text")]
    assert {"100", "40", "×", "–", "99", "Theme", "TRL <start>", "Value", "north", "south"} <= set(words)
    assert words.count("Issues") == words.count("Outcomes") == 1


def test_a_cell_is_darker_the_less_is_filled_in_and_blank_without_a_share() -> None:
    shades = [
        float(each.get("fill-opacity", 1))
        for each in svg(["north", "south"], ROWS, "wide").iter(f"{SVG}path")
        if each.get("fill-opacity")
    ]
    # 0.05 where all is filled in, 0.45 more where nothing is, in two decimals
    assert shades == [0.05, 0.32, 0, 0.5, 0, 0.05]


@pytest.mark.parametrize(("width", "most"), [("wide", WIDE), ("narrow", NARROW)])
def test_as_many_suppliers_as_are_drawn_at_most_stand_side_by_side(width: str, most: int) -> None:
    names = [f"supplier number {at}" for at in range(MOST_COLUMNS)]
    row = HeatRow("Issues", "Theme", tuple(HeatCell(100, "100", "of 5") for _ in names))
    drawn = svg(names, [row], width)
    assert float((drawn.get("viewBox") or "").split()[2]) <= most + 10
    # names too long for their columns stand upright
    upright = [each for each in drawn.iter(f"{SVG}text") if "rotate" in (each.get("transform") or "")]
    assert len(upright) == MOST_COLUMNS
