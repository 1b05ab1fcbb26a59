"""Charts: what is drawn where, and what a page needs of a drawing."""

from __future__ import annotations

import json
import re
from pathlib import Path
from xml.etree import ElementTree

import pytest

from ppp_metrics.reporting import drawing
from ppp_metrics.reporting.charts import (
    LABEL_WIDTH,
    WIDE,
    Panel,
    Row,
    Tile,
    draw_bars,
    draw_columns,
    draw_intervals,
    draw_tiles,
)
from ppp_metrics.reporting.dashboard import SUBJECTS
from ppp_metrics.reporting.drawing import Drawing, accessible, altair
from tests.networks import PERIOD, make_network, run_notebook

SVG = "{http://www.w3.org/2000/svg}"


def percent(value: float) -> str:
    return f"{value:.0f}%"


def drawings() -> dict[str, Drawing]:
    """One of each kind."""
    panels = [Panel("Proposed: 3", (1, None, 3)), Panel("Accepted", (0, 2, 1))]
    return {
        "bars": draw_bars("bars", "Bars", "Proposed 30.", [Row("Proposed", 30, "30"), Row("Accepted", 15, "15")]),
        "intervals": draw_intervals(
            "intervals",
            "Rates",
            "Water 50%.",
            [Row("Water", 50, "50% (n = 20)", 30, 70)],
            domain=(0, 100),
            tick_text=percent,
            reference=Row("", 30, "all together 30%"),
        ),
        "columns": draw_columns("columns", "Quarters", "3 now.", ["2025", "", ""], panels, 1, str),
        "tiles": draw_tiles(
            "tiles", "Map", "12.", [Tile("Groningen", 12, "12", 4, 0), Tile("Fryslân", None, "<3", 3, 0)]
        ),
    }


@pytest.fixture(scope="module")
def drawn() -> dict[str, Drawing]:
    return drawings()


def texts(svg: str) -> list[str]:
    return [" ".join(element.itertext()) for element in ElementTree.fromstring(svg).iter(f"{SVG}text")]


def transforms(svg: str, fill: str) -> list[tuple[float, float]]:
    """Where the marks of a colour stand, from their `translate(x,y)`."""
    found = re.findall(rf'<path [^>]*transform="translate\(([\d.]+),([\d.]+)\)"[^>]*fill="{fill}"', svg)
    return [(float(x), float(y)) for x, y in found]


def test_every_drawing_is_an_image_with_a_name_and_the_finding_as_description(drawn: dict[str, Drawing]) -> None:
    for name, each in drawn.items():
        for width, svg in (("wide", each.wide), ("narrow", each.narrow)):
            root = ElementTree.fromstring(svg)
            title, description = root.find(f"{SVG}title"), root.find(f"{SVG}desc")
            assert root.get("role") == "img"
            assert root.get("aria-labelledby") == f"{name}-{width}-title {name}-{width}-desc"
            assert title is not None
            assert title.get("id") == f"{name}-{width}-title"
            assert description is not None
            assert description.text in ("Proposed 30.", "Water 50%.", "3 now.", "12.")


def test_no_two_drawings_of_a_page_share_an_id_and_every_reference_is_kept(drawn: dict[str, Drawing]) -> None:
    page = "".join(each.wide + each.narrow for each in drawn.values())
    ids = re.findall(r' id="([^"]+)"', page)
    assert len(ids) == len(set(ids))
    assert set(re.findall(r"url\(#([^)]+)\)", page)) <= set(ids)


def test_what_a_drawing_refers_to_is_renamed_with_it() -> None:
    clipped = '<svg width="1" height="1" viewBox="0 0 1 1"><g clip-path="url(#clip7)"/><clipPath id="clip7"/></svg>'
    assert 'clip-path="url(#a-0)"' in accessible(clipped, "a", "A", "A")
    assert '<clipPath id="a-0"/>' in accessible(clipped, "a", "A", "A")


def test_a_drawing_has_the_pages_font_and_only_colours_the_style_sheet_knows(drawn: dict[str, Drawing]) -> None:
    known = {drawing.INK, drawing.MUTED, drawing.LINE, drawing.ACCENT, drawing.SOFT, "none", "transparent"}
    for each in drawn.values():
        for svg in (each.wide, each.narrow):
            assert "font-family" not in svg
            assert set(re.findall(r'(?:fill|stroke)="([^"]+)"', svg)) <= known


def test_a_drawing_asks_the_network_for_nothing(drawn: dict[str, Drawing]) -> None:
    for each in drawn.values():
        addresses = re.findall(r"https?://[^\"' ]+", each.wide + each.narrow)
        assert set(addresses) == {"http://www.w3.org/2000/svg"}


def test_a_bar_is_as_long_as_its_share_of_the_longest(drawn: dict[str, Drawing]) -> None:
    # from LABEL_WIDTH to WIDE - 60: 410 pixels for 30, so 205 for 15
    bars = re.findall(rf'd="M([\d.]+),[\d.]+h([\d.]+)v18h[^"]+" fill="{drawing.ACCENT}"', drawn["bars"].wide)
    assert [(float(start), float(length)) for start, length in bars] == [(LABEL_WIDTH, 410), (LABEL_WIDTH, 205)]
    assert WIDE - 60 - LABEL_WIDTH == 410


def test_a_dot_stands_at_its_value_on_the_scale(drawn: dict[str, Drawing]) -> None:
    # 0 at LABEL_WIDTH + 10, 100 at WIDE - 150: 50 lies in the middle
    [(x, _)] = transforms(drawn["intervals"].wide, drawing.ACCENT)
    assert x == pytest.approx((LABEL_WIDTH + 10 + WIDE - 150) / 2, abs=1)


def test_an_axis_has_round_numbers_in_the_readers_words(drawn: dict[str, Drawing]) -> None:
    assert [text for text in texts(drawn["intervals"].wide) if text.endswith("%")][:6] == [
        "0%",
        "20%",
        "40%",
        "60%",
        "80%",
        "100%",
    ]


def test_a_number_that_may_not_be_shown_has_no_column(drawn: dict[str, Drawing]) -> None:
    # 2 of 3 columns in the first panel, 3 of 3 in the second; one of each is the report's period
    fills = re.findall(rf'fill="({drawing.ACCENT}|{drawing.SOFT})"', drawn["columns"].wide)
    assert sorted(fills) == sorted([drawing.SOFT] * 3 + [drawing.ACCENT] * 2)


def test_a_tile_without_a_number_is_the_faintest_and_still_says_why(drawn: dict[str, Drawing]) -> None:
    opacities = [float(each) for each in re.findall(r'fill-opacity="([\d.]+)"', drawn["tiles"].wide)]
    assert opacities == [0.5, 0.04]
    assert {"12", "<3"} <= set(texts(drawn["tiles"].wide))


def test_words_from_the_data_are_text_and_never_markup() -> None:
    evil = '<script>alert(1)</script> & "x" class="y"'
    chart = draw_bars("evil", evil, evil, [Row(evil, 1, "1")])
    for svg in (chart.wide, chart.narrow):
        ElementTree.fromstring(svg)
        assert "<script" not in svg
    assert texts(chart.wide)[0] == evil


def test_a_long_label_takes_two_lines_and_its_row_more_room() -> None:
    short = draw_bars("a", "A", "A", [Row("Short", 1, "1")])
    long = draw_bars("a", "A", "A", [Row("A label of which the words do not fit on a line", 1, "1")])
    heights = [float(re.findall(r'viewBox="0 0 [\d.]+ ([\d.]+)"', each.wide)[0]) for each in (short, long)]
    assert heights[1] - heights[0] == 16


def test_svg_of_an_unknown_shape_is_refused() -> None:
    with pytest.raises(ValueError, match="size"):
        accessible("<svg></svg>", "a", "A", "A")


@pytest.mark.parametrize("notebook", list(SUBJECTS))
def test_what_altair_does_not_check_while_charts_are_made_is_its_grammar_all_the_same(
    notebook: str, tmp_path: Path
) -> None:
    folder = make_network(tmp_path)
    executed = run_notebook(notebook, workspace=str(folder), period=PERIOD, region="NL", lang="nl")
    outputs = "".join(output.data["text/html"] for cell in executed.cells for output in cell.get("outputs", []))
    places = re.findall(r'<script type="application/json">(.*?)</script>', outputs)
    assert places
    for place in places:
        for spec in json.loads(place).values():
            altair().Chart.from_dict(spec)
