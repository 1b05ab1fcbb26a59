"""Charts that compare themes: what is drawn where, and what the interactive one carries into a page."""

from __future__ import annotations

import json
import re
from xml.etree import ElementTree

import pytest

from ppp_metrics.reporting import drawing, interactive
from ppp_metrics.reporting.charts import LABEL_WIDTH, WIDE, Row
from ppp_metrics.reporting.compared import ComparisonWords, Curve, Theme
from ppp_metrics.reporting.comparison_charts import draw_comparison
from ppp_metrics.reporting.drawing import Drawing
from ppp_metrics.reporting.incidence_charts import MOST_CURVES

SVG = "{http://www.w3.org/2000/svg}"
EVIL = '</script><!-- <b>"wind"</b> & \u2028'
AT_RISK = {0: "187", 6: "72", 12: "43", 18: "34", 24: "29"}
WORDS = ComparisonWords(
    kinds=("As it is", "Shrunken", "Adjusted"),
    overall="all themes together 40%",
    curves="In use after so many months",
    at_risk="can still come into use",
    pick="Let one stand out:",
    every="all themes",
    theme="theme",
    interval="95% interval",
    share="share",
    months="months",
    percent=lambda value: f"{value:.0f}%",
)


def rate(value: float) -> Row:
    return Row("", value, f"{value}% ({value - 10}–{value + 10}%)", value - 10, value + 10)


def theme(at: int, label: str, curve: Curve | None = None, size: int = 20) -> Theme:
    """A theme with 50 % as it is, 45 % shrunken, and no adjusted rate."""
    return Theme(f"t{at}", label, size, str(size), (rate(50), rate(45), None), curve)


def rising(last_day: int = 730) -> Curve:
    """20 % in use from day 100, 60 % from the last."""
    return Curve(((0, 0, 0, 0), (100, 20, 10, 30), (last_day, 60, 50, 70)), AT_RISK)


def drawn(*themes: Theme) -> Drawing:
    return draw_comparison(
        "c", "Themes", "Water stands apart.", themes=themes, overall=40, words=WORDS, over_time="60%."
    )


@pytest.fixture(scope="module")
def two() -> Drawing:
    return drawn(theme(0, "Water", rising()), theme(1, EVIL))


def pictures(svgs: str) -> list[ElementTree.Element]:
    return list(ElementTree.fromstring(f"<div>{svgs}</div>"))


def texts(svgs: str) -> list[str]:
    return [" ".join(each.itertext()) for each in ElementTree.fromstring(f"<div>{svgs}</div>").iter(f"{SVG}text")]


def marks(svg: str, fill: str) -> list[tuple[float, float]]:
    found = re.findall(rf'<path transform="translate\(([\d.]+),([\d.]+)\)"[^>]*fill="{fill}"', svg)
    return [(float(x), float(y)) for x, y in found]


def data_of(place: str) -> dict:
    [text] = re.findall(r'<script type="application/json">(.*?)</script>', place, flags=re.DOTALL)
    return json.loads(text)


def test_rates_and_curves_each_have_a_name_and_what_they_say(two: Drawing) -> None:
    for svgs, width in ((two.wide, "wide"), (two.narrow, "narrow")):
        described = [(each.findtext(f"{SVG}title"), each.findtext(f"{SVG}desc")) for each in pictures(svgs)]
        assert described == [("Themes", "Water stands apart."), ("In use after so many months", "60%.")]
        assert [each.get("aria-labelledby") for each in pictures(svgs)] == [
            f"{key}-{width}-title {key}-{width}-desc" for key in ("c", "c-curves")
        ]


def test_no_two_drawings_share_an_id_and_all_have_only_colours_the_style_sheet_knows(two: Drawing) -> None:
    svgs = two.wide + two.narrow
    ids = re.findall(r' id="([^"]+)"', svgs)
    assert len(ids) == len(set(ids))
    known = {drawing.INK, drawing.MUTED, drawing.LINE, drawing.ACCENT, drawing.SOFT, "none", "transparent"}
    assert set(re.findall(r'(?:fill|stroke)="([^"]+)"', svgs)) <= known


def test_the_rates_of_a_theme_stand_below_each_other_at_their_values(two: Drawing) -> None:
    # 0 % at LABEL_WIDTH + 10, 100 % at WIDE - 80: 380 pixels, so 50 % at 190 and 45 % at 171 of them
    rates = two.wide.partition("</svg>")[0]
    crude, shrunken = (marks(rates, colour) for colour in (drawing.MUTED, drawing.ACCENT))
    assert WIDE - 80 - (LABEL_WIDTH + 10) == 380
    first = LABEL_WIDTH + 10
    assert [x for x, _ in crude][:2] == pytest.approx([first + 190] * 2)
    assert [x for x, _ in shrunken][:2] == pytest.approx([first + 171] * 2)
    assert [b - a for (_, a), (_, b) in zip(crude[:2], shrunken[:2], strict=True)] == pytest.approx([13, 13])


def test_a_rate_that_is_not_known_is_not_drawn(two: Drawing) -> None:
    # the diamond in the legend is the only one
    assert len(marks(two.wide.partition("</svg>")[0], drawing.INK)) == 1


def test_the_numbers_at_risk_stand_below_the_curve_in_order(two: Drawing) -> None:
    said = texts(two.wide)
    assert [each for each in said if each in AT_RISK.values()] == list(AT_RISK.values())
    assert "can still come into use" in said


def test_a_curve_ends_where_nobody_was_followed_longer() -> None:
    curves = drawn(theme(0, "Water", rising(400))).wide_spec["concat"][1]["data"]
    assert curves["values"] == [
        {"theme": "t0", "day": (0, 100, 400), "value": (0, 20, 60), "low": (0, 10, 50), "high": (0, 30, 70)}
    ]


def test_themes_without_a_curve_are_drawn_with_their_rates_alone() -> None:
    assert len(pictures(drawn(theme(0, "Water"), theme(1, "Energy")).wide)) == 1


def test_of_many_themes_the_curves_of_the_largest_are_drawn() -> None:
    many = [theme(at, f"Theme {at}", rising(), size=20 - at) for at in range(MOST_CURVES + 1)]
    _, curves = pictures(drawn(*many).wide)
    titles = {each for each in texts(ElementTree.tostring(curves, "unicode")) if each.startswith("Theme")}
    assert titles == {f"Theme {at}" for at in range(MOST_CURVES)}


def test_words_from_the_data_are_text_and_end_no_script(two: Drawing) -> None:
    assert "<b>" not in two.wide + two.narrow
    evil = drawn(theme(0, EVIL, rising()))
    place = interactive.place(evil.wide_spec, evil.narrow_spec, "en")
    assert place.count("</script>") == 1
    assert "<!--" not in place
    assert "<b>" not in place
    assert EVIL in json.dumps(data_of(place), ensure_ascii=False).replace('\\"', '"')


def test_the_interactive_chart_names_no_address(two: Drawing) -> None:
    assert "://" not in interactive.place(two.wide_spec, two.narrow_spec, "en")


def test_the_runtime_is_one_script_that_no_text_in_it_ends() -> None:
    assert "</script" not in interactive.runtime()
    assert "<!--" not in interactive.runtime()
    assert re.fullmatch(r"'sha256-[A-Za-z0-9+/]{43}='", interactive.policy())
