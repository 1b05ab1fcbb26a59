"""The funnel plot: where marks, lines and labels stand."""

from __future__ import annotations

import re
from itertools import combinations
from xml.etree import ElementTree

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ppp_metrics.reporting.charts import NARROW, WIDE
from ppp_metrics.reporting.drawing import ACCENT, INK, MUTED
from ppp_metrics.reporting.funnel_plot import Box, FunnelPoint, FunnelWords, _label, draw_funnel, limits_at

SVG = "{http://www.w3.org/2000/svg}"
WORDS = FunnelWords(
    across="issues",
    up="in use",
    overall="40.0%",
    inner="95%",
    outer="99.8%",
    count=lambda value: f"{value:.0f}",
    percent=lambda value: f"{value:.0f}%",
)
EVIL = '<b>"Zeeland"</b>'
POINTS = (
    FunnelPoint("Groningen", 20, 10, True, {}),
    FunnelPoint(EVIL, 60, 70, True, {}),
    FunnelPoint("Drenthe", 100, 42, False, {}),
)


@pytest.fixture(scope="module", params=["wide", "narrow"])
def svg(request: pytest.FixtureRequest) -> ElementTree.Element:
    drawn = draw_funnel("f", "Chance", "Two differ.", points=POINTS, overall=40, words=WORDS)
    return ElementTree.fromstring(getattr(drawn, request.param))


def texts(svg: ElementTree.Element) -> list[str]:
    return [each.text or "" for each in svg.iter(f"{SVG}text")]


def test_only_what_lies_outside_the_lines_is_named(svg: ElementTree.Element) -> None:
    assert "Groningen" in texts(svg)
    assert EVIL in texts(svg)
    assert "Drenthe" not in texts(svg)


def test_what_lies_outside_is_told_by_shape_and_not_by_colour_alone(svg: ElementTree.Element) -> None:
    marks = [path for path in svg.iter(f"{SVG}path") if path.get("fill") in (ACCENT, MUTED)]
    assert [path.get("fill") for path in marks].count(ACCENT) == 2
    assert [path.get("fill") for path in marks].count(MUTED) == 1
    shapes = {(path.get("fill"), "A" in (path.get("d") or "")) for path in marks}
    assert shapes == {(ACCENT, False), (MUTED, True)}


def test_every_line_is_named_beside_its_end_and_each_axis_once(svg: ElementTree.Element) -> None:
    for words in ("95%", "99.8%", "40.0%", "issues", "in use"):
        assert texts(svg).count(words) == 1
    dashed = [path for path in svg.iter(f"{SVG}path") if path.get("stroke-dasharray") == "4,3"]
    assert len(dashed) == 2
    assert [line.get("stroke") for line in svg.iter(f"{SVG}line")].count(INK) == 1


def test_the_finding_is_told_to_who_cannot_see_it_and_the_drawing_fits(svg: ElementTree.Element) -> None:
    assert (svg.findtext(f"{SVG}title"), svg.findtext(f"{SVG}desc")) == ("Chance", "Two differ.")
    width = float((svg.get("viewBox") or "").split()[2])
    assert width <= (WIDE if "wide" in (svg.get("aria-labelledby") or "") else NARROW) + 20


def test_chance_has_more_room_where_there_are_fewer_issues() -> None:
    (inner, outer), (later_inner, later_outer) = limits_at(40, 20), limits_at(40, 200)
    assert outer[0] < inner[0] < later_inner[0] < 40 < later_inner[1] < inner[1] < outer[1]
    assert later_outer[0] < later_inner[0]


@pytest.mark.parametrize("overall", [0, 0.5, 99.5, 100])
def test_a_rate_at_the_edge_is_drawn(overall: float) -> None:
    points = [FunnelPoint("a", 12, 0, False, {}), FunnelPoint("b", 3000, 100, True, {})]
    assert "NaN" not in draw_funnel("f", "t", "x", points=points, overall=overall, words=WORDS).wide


@given(st.lists(st.tuples(st.integers(10, 590), st.integers(10, 390)), min_size=1, max_size=6, unique=True))
def test_labels_do_not_lie_over_each_other_and_stay_inside(spots: list[tuple[int, int]]) -> None:
    taken = [Box(x - 6, y - 6, x + 6, y + 6) for x, y in spots]
    marks = len(taken)
    for at, spot in enumerate(spots):
        _label(f"Province {at}", spot, taken, [], 600, 400)
    labels = taken[marks:]
    assert not [pair for pair in combinations(labels, 2) if pair[0].meets(pair[1])]
    assert all(label.left >= 0 and label.right <= 600 and label.top >= 0 and label.bottom <= 400 for label in labels)


def test_the_lines_are_not_the_same_for_every_number() -> None:
    few = draw_funnel("f", "t", "x", points=POINTS[:1], overall=40, words=WORDS).wide
    many = draw_funnel("f", "t", "x", points=POINTS, overall=40, words=WORDS).wide
    assert re.findall(r'<path [^>]*d="([^"]+)"', few) != re.findall(r'<path [^>]*d="([^"]+)"', many)
