"""A report as its reader sees it: in Chromium, from 320 to 1280 pixels, light and dark, on paper, by keyboard."""

from __future__ import annotations

from collections.abc import Iterator
from itertools import pairwise
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from ppp_metrics.reporting.dashboard import SUBJECTS
from ppp_metrics.reporting.html import render_page
from tests.networks import PERIOD, make_network, run_notebook

if TYPE_CHECKING:
    from playwright.sync_api import Browser, Page

pytestmark = pytest.mark.browser

CONTRAST = """() => {
    const rgb = text => text.match(/[\\d.]+/g).map(Number);
    const shade = ([r, g, b]) => {
        const linear = v => v <= 0.03928 ? v / 12.92 : ((v + 0.055) / 1.055) ** 2.4;
        const [x, y, z] = [r, g, b].map(v => linear(v / 255));
        return 0.2126 * x + 0.7152 * y + 0.0722 * z;
    };
    const behind = element => {
        for (let each = element; each; each = each.parentElement) {
            const colour = rgb(getComputedStyle(each).backgroundColor);
            if (colour.length === 3 || colour[3] > 0) return colour;
        }
        return [255, 255, 255];
    };
    const found = [];
    for (const element of document.querySelectorAll('body *')) {
        const says = [...element.childNodes].some(node => node.nodeType === 3 && node.textContent.trim());
        if (!says || !element.getClientRects().length) continue;
        const style = getComputedStyle(element);
        const front = element.namespaceURI.endsWith('svg') ? style.fill : style.color;
        const [a, b] = [shade(rgb(front)), shade(behind(element))].sort((x, y) => y - x);
        const ratio = (a + 0.05) / (b + 0.05);
        if (ratio < 4.5) found.push(`${element.tagName} ${element.textContent.trim()} ${ratio}`);
    }
    return found;
}"""


@pytest.fixture(scope="module")
def reports(tmp_path_factory: pytest.TempPathFactory) -> dict[str, str]:
    """Notebook -> address of its Dutch report; Dutch has the longest words."""
    folder = make_network(tmp_path_factory.mktemp("network"))
    pages = {}
    for name in SUBJECTS:
        file = folder / f"{name}.html"
        notebook = run_notebook(name, workspace=str(folder), period=PERIOD, region="NL", lang="nl")
        file.write_text(render_page(notebook), encoding="utf-8")
        pages[name] = file.as_uri()
    return pages


@pytest.fixture(params=list(SUBJECTS))
def address(request: pytest.FixtureRequest, reports: dict[str, str]) -> str:
    return reports[request.param]


@pytest.fixture(params=["regional_innovation", "learning_effects"])
def still_address(request: pytest.FixtureRequest, reports: dict[str, str]) -> str:
    """A report in which nothing moves."""
    return reports[request.param]


@pytest.fixture
def themes(page: Page, reports: dict[str, str]) -> Page:
    """The theme explorer as it is opened, its chart drawn."""
    page.goto(reports["theme_explorer"])
    page.wait_for_selector(".ppp-drawn")
    return page


@pytest.fixture
def page(browser: Browser) -> Iterator[Page]:
    opened = browser.new_page()
    yield opened
    opened.close()


def test_a_report_asks_for_nothing_but_itself_and_complains_of_nothing(page: Page, address: str) -> None:
    asked: list[str] = []
    said: list[str] = []
    page.on("request", lambda request: asked.append(request.url))
    page.on("console", lambda message: said.append(message.text))
    page.on("pageerror", lambda error: said.append(str(error)))
    page.goto(address)
    page.wait_for_load_state("networkidle")
    assert asked == [address]
    assert said == []


@pytest.mark.parametrize("width", [320, 400, 768, 1280])
def test_no_width_makes_the_page_scroll_sideways(page: Page, address: str, width: int) -> None:
    page.set_viewport_size({"width": width, "height": 800})
    page.goto(address)
    page.evaluate("document.querySelectorAll('details').forEach(each => each.open = true)")
    assert page.evaluate("document.documentElement.scrollWidth") <= width


@pytest.mark.parametrize(("width", "shown"), [(360, "ppp-narrow"), (1280, "ppp-wide")])
def test_of_each_chart_one_width_is_shown_and_its_words_are_large_enough(
    page: Page, still_address: str, width: int, shown: str
) -> None:
    page.set_viewport_size({"width": width, "height": 800})
    page.goto(still_address)
    visible = page.locator("figure svg:visible")
    assert visible.count() == page.locator("figure").count() > 0
    assert page.locator(f"figure .{shown} svg:visible").count() == visible.count()
    scale = page.evaluate(
        "[...document.querySelectorAll('figure svg')].filter(each => each.getClientRects().length)"
        ".map(each => each.getBoundingClientRect().width / each.viewBox.baseVal.width)"
    )
    # words in a chart are 10 to 16 pixels high before it is scaled
    assert min(scale) > 0.9


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_every_word_stands_out_from_what_is_behind_it(page: Page, address: str, scheme: str) -> None:
    page.emulate_media(color_scheme=scheme)  # type: ignore[arg-type]
    page.goto(address)
    page.evaluate("document.querySelectorAll('details').forEach(each => each.open = true)")
    assert page.evaluate(CONTRAST) == []


def test_headings_landmarks_and_tables_are_in_order(page: Page, address: str) -> None:
    page.goto(address)
    levels = page.evaluate("[...document.querySelectorAll('h1, h2, h3')].map(each => Number(each.tagName[1]))")
    assert levels[0] == 1
    assert levels.count(1) == 1
    assert all(later - earlier <= 1 for earlier, later in pairwise(levels))
    for landmark in ("banner", "main", "contentinfo"):
        assert page.get_by_role(landmark).count() == 1  # type: ignore[arg-type]
    assert page.locator("table:not(:has(caption))").count() == 0
    assert page.locator("thead th:not([scope=col]), tbody th:not([scope=row])").count() == 0


def test_a_chart_tells_its_finding_to_who_cannot_see_it(page: Page, still_address: str) -> None:
    page.goto(still_address)
    for figure in page.locator(".ppp-section:has(figure)").all():
        described = figure.locator("svg:visible desc").text_content()
        assert described == figure.locator(".ppp-finding").text_content()


def test_the_keyboard_reaches_the_content_and_opens_a_table(page: Page, still_address: str) -> None:
    page.goto(still_address)
    page.keyboard.press("Tab")
    assert page.evaluate("document.activeElement.className").startswith("skip")
    page.keyboard.press("Enter")
    assert page.url.endswith("#content")
    page.keyboard.press("Tab")
    assert page.evaluate("document.activeElement.tagName") == "SUMMARY"
    page.keyboard.press("Enter")
    assert page.locator("details[open]").count() == 1


def test_on_paper_the_tables_are_there_without_a_click(page: Page, address: str, tmp_path: Path) -> None:
    page.goto(address)
    table = page.locator("details table").first
    assert not table.is_visible()
    page.emulate_media(media="print", color_scheme="dark")
    assert table.bounding_box()["height"] > 20  # type: ignore[index]
    assert page.evaluate("getComputedStyle(document.querySelector('h1')).color") == "rgb(22, 32, 42)"
    page.pdf(path=str(tmp_path / "report.pdf"), prefer_css_page_size=True)
    assert (tmp_path / "report.pdf").stat().st_size > 10_000


def test_a_report_reads_the_same_where_scripts_are_blocked(browser: Browser, address: str) -> None:
    context = browser.new_context(java_script_enabled=False)
    opened = context.new_page()
    opened.goto(address)
    assert opened.locator("figure svg:visible").count() > 0
    context.close()


def picked(page: Page) -> str | None:
    return page.locator(".ppp-interactive select option:checked").text_content()


def faded(page: Page) -> set[str]:
    """The words in the chart that do not stand out."""
    words = page.locator(".ppp-interactive svg text").all()
    return {each.text_content() or "" for each in words if float(each.get_attribute("opacity") or 1) < 1}


def test_a_theme_clicked_in_the_chart_stands_out_in_both_parts_and_in_the_list(themes: Page) -> None:
    assert faded(themes) == set()
    labels = themes.locator(".ppp-interactive svg text", has_text="Energie")
    assert labels.count() == 2
    for at in (0, 1):
        labels.nth(at).click()
        assert picked(themes) == "Energie"
        assert "Water" in faded(themes)
        assert "Energie" not in faded(themes)
        themes.mouse.move(0, 0)
        labels.nth(at).dblclick()
        assert faded(themes) == set()


def test_a_theme_is_picked_by_keyboard_alone(themes: Page) -> None:
    themes.locator(".ppp-interactive select").focus()
    themes.keyboard.press("ArrowDown")
    assert picked(themes) == "Energie"
    assert "Water" in faded(themes)


def test_a_mark_tells_its_rate_with_interval_and_n(themes: Page) -> None:
    themes.locator(".ppp-interactive svg .rates_0_marks path").first.hover()
    tip = themes.locator("#vg-tooltip-element")
    assert "5,0% (0,9–23,6%)" in (tip.text_content() or "")
    assert "n = 20" in (tip.text_content() or "")


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_the_interactive_chart_is_as_readable_as_the_page(themes: Page, scheme: str) -> None:
    themes.emulate_media(color_scheme=scheme)  # type: ignore[arg-type]
    assert themes.evaluate(CONTRAST) == []
    said = themes.locator(".ppp-interactive svg").get_attribute("aria-label") or ""
    assert (themes.locator("#theme-comparison-heading + .ppp-finding").text_content() or "") in said


def test_the_interactive_chart_fits_the_screen_and_keeps_what_was_picked(themes: Page) -> None:
    themes.locator(".ppp-interactive select").select_option(label="Energie")
    themes.set_viewport_size({"width": 320, "height": 800})
    themes.wait_for_selector('[data-drawn="narrow"]')
    assert themes.evaluate("document.documentElement.scrollWidth") <= 320
    assert picked(themes) == "Energie"


def test_the_still_charts_are_there_in_print_and_without_scripts(themes: Page, browser: Browser) -> None:
    assert themes.locator(".ppp-wide svg:visible").count() == 0
    themes.emulate_media(media="print")
    assert themes.locator(".ppp-interactive:visible").count() == 0
    assert themes.locator(".ppp-wide svg:visible").count() == 2
    context = browser.new_context(java_script_enabled=False)
    opened = context.new_page()
    opened.goto(themes.url)
    assert opened.locator(".ppp-wide svg:visible").count() == 2
    assert opened.locator(".ppp-interactive:visible").count() == 0
    context.close()
