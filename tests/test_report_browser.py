"""A report as its reader sees it: in Chromium, from 320 to 1280 pixels, light and dark, on paper, by keyboard."""

from __future__ import annotations

import re
from collections.abc import Iterator
from itertools import pairwise, product
from pathlib import Path
from typing import TYPE_CHECKING
from unicodedata import normalize

import pytest

from ppp_metrics.metrics.compute import compute
from ppp_metrics.periods import today
from ppp_metrics.records.store import Store
from ppp_metrics.reporting.charts import Row, draw_intervals
from ppp_metrics.reporting.dashboard import SUBJECTS
from ppp_metrics.reporting.finished import read_page
from ppp_metrics.reporting.html import render_page
from ppp_metrics.reporting.words import DECIMALS
from tests.networks import PERIOD, listed, make_network, run_notebook
from tests.shown import faded, picked
from tools.project_files import ROOT

if TYPE_CHECKING:
    from playwright.sync_api import Browser, Page

pytestmark = pytest.mark.browser

CELLS = "rows => rows.map(row => [...row.cells].map(cell => cell.textContent))"
TIPS = """all => all.map(mark => mark.__data__?.tooltip).filter(Boolean).map(tip =>
    typeof tip === 'string' ? tip : Object.keys(tip).map(name => name === 'title' ? '' : tip[name]).join(' ')
)"""
"""What the marks of a chart tell, without what they are called."""
SCALES = "all => all.map(each => each.getBoundingClientRect().width / each.viewBox.baseVal.width)"

OPEN_ALL = "document.querySelectorAll('details').forEach(each => each.open = true)"
STAND_STILL = """document.querySelectorAll('figure').forEach(each => {
    each.classList.remove('ppp-drawn');
    each.querySelector('.ppp-interactive').hidden = true;
})"""

NUMBER = r"\d[\d.,]*"
TICKS = {"2023", "2024", "2025", *(f"{at}" for at in range(0, 101, 20))}
"""Numbers on axes, which stand in no table."""

OTHER_UNITS = ["Leerwinst, gestandaardiseerd", "Aandeel verbeterd"]
"""Rows that stand in the table of a chart of points, and are none."""

COLLISIONS = """() => {
    const unseen = 'script, style, .ppp-told, .ppp-colon, .skip, select, [hidden]';
    const boxes = [];
    const walk = document.createTreeWalker(document.body, NodeFilter.SHOW_TEXT);
    for (let node = walk.nextNode(); node; node = walk.nextNode()) {
        const element = node.parentElement;
        if (!node.textContent.trim() || element.closest(unseen)) continue;
        if (['title', 'desc'].includes(element.tagName) || getComputedStyle(element).clipPath !== 'none') continue;
        const range = document.createRange();
        range.selectNodeContents(node);
        for (const box of range.getClientRects())
            if (box.width > 1)
                boxes.push({text: node.textContent.trim().slice(0, 40), box, scrolled: element.closest('.ppp-scroll')});
    }
    const found = [];
    boxes.forEach((one, at) => {
        if (!one.scrolled && (one.box.left < -0.5 || one.box.right > innerWidth + 0.5)) found.push(`cut: ${one.text}`);
        for (const other of boxes.slice(at + 1)) {
            // a line of text is higher than its letters
            const across = Math.min(one.box.right, other.box.right) - Math.max(one.box.left, other.box.left);
            const down = Math.min(one.box.bottom, other.box.bottom) - Math.max(one.box.top, other.box.top);
            if (across > 1 && down > 0.35 * Math.min(one.box.height, other.box.height))
                found.push(`overlap: ${one.text} | ${other.text}`);
        }
    });
    return found;
}"""

HEIGHTS = """all => all.map(figure => {
    const heights = selector => [...figure.querySelectorAll(selector)]
        .filter(each => each.getClientRects().length).map(each => each.getBoundingClientRect().height);
    const drawn = heights('.ppp-interactive svg');
    figure.classList.remove('ppp-drawn');
    return [...drawn, ...heights('.ppp-wide svg, .ppp-narrow svg')];
})"""

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
    """Notebook -> address of its Dutch report; Dutch has the longest words. The English one stands beside it."""
    folder = make_network(tmp_path_factory.mktemp("network"))
    pages = {}
    for name, lang in product(SUBJECTS, ("en", "nl")):
        file = folder / f"{name}_{lang}.html"
        notebook = run_notebook(name, workspace=str(folder), period=PERIOD, region="NL", lang=lang)
        file.write_text(render_page(notebook), encoding="utf-8")
        pages[name] = file.as_uri()
    return pages


@pytest.fixture(params=list(SUBJECTS))
def address(request: pytest.FixtureRequest, reports: dict[str, str]) -> str:
    return reports[request.param]


@pytest.fixture
def themes(page: Page, reports: dict[str, str]) -> Page:
    """The theme explorer as it is opened, its chart drawn."""
    return opened(page, reports["theme_explorer"])


def opened(page: Page, address: str) -> Page:
    """The page of a report, each of its charts drawn by its runtime."""
    page.goto(address)
    drawn(page)
    return page


def drawn(page: Page) -> None:
    """Waits until each chart is drawn in the width that fits."""
    width = "narrow" if page.evaluate("matchMedia('(max-width: 38rem)').matches") else "wide"
    page.wait_for_selector(f"html:not(:has(.ppp-interactive:not([data-drawn={width}])))")


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
    page.evaluate(OPEN_ALL)
    assert page.evaluate("document.documentElement.scrollWidth") <= width


@pytest.mark.parametrize(("width", "shown"), [(360, "ppp-narrow"), (1280, "ppp-wide")])
def test_of_each_chart_one_width_is_shown_and_its_words_are_large_enough(
    browser: Browser, address: str, width: int, shown: str
) -> None:
    for scripts in (True, False):
        context = browser.new_context(java_script_enabled=scripts, viewport={"width": width, "height": 800})
        page = context.new_page()
        page.goto(address)
        if scripts:
            opened(page, address)
        visible = page.locator("figure svg:visible")
        assert visible.count() >= page.locator("figure").count() > 0
        drawn = ".ppp-interactive" if scripts else f".{shown}"
        assert page.locator(f"figure {drawn} svg:visible").count() == visible.count()
        # words in a chart are 10 to 16 pixels high before it is scaled
        assert min(visible.evaluate_all(SCALES)) > 0.9
        context.close()


@pytest.mark.parametrize("width", [360, 1280])
def test_a_chart_that_becomes_interactive_moves_nothing(page: Page, address: str, width: int) -> None:
    page.set_viewport_size({"width": width, "height": 800})
    opened(page, address)
    heights = page.locator("figure").evaluate_all(HEIGHTS)
    assert all(
        drawn == pytest.approx(still, abs=1) for drawn, *stills in heights for still in stills if len(stills) == 1
    )


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_a_mark_tells_by_pointer_and_by_keyboard_what_its_table_says(
    page: Page, reports: dict[str, str], scheme: str
) -> None:
    page.emulate_media(color_scheme=scheme)  # type: ignore[arg-type]
    opened(page, reports["regional_innovation"])
    section = page.locator("[aria-labelledby=obligations-heading]")
    chart, tip = section.locator(".ppp-interactive svg"), page.locator("#vg-tooltip-element.visible")
    rows = section.locator("tbody tr").evaluate_all(CELLS)
    (label, _, n, share, interval), (second, _, _, other, _) = rows[:2]
    chart.locator(".mark-symbol path").first.hover()
    assert all(each in (tip.text_content() or "") for each in (label, share, interval, n))
    page.keyboard.press("Escape")
    assert tip.count() == 0
    page.mouse.move(0, 0)
    chart.focus()
    page.keyboard.press("ArrowDown")
    for said in (tip, section.get_by_role("status")):
        assert all(each in (said.text_content() or "") for each in (label, share, interval, n))
    assert page.evaluate(CONTRAST) == []
    page.keyboard.press("ArrowDown")
    assert second in (tip.text_content() or "")
    page.keyboard.press("Enter")
    assert f"{share} (n = {n})" in faded(section)
    assert not any(words.startswith(other) for words in faded(section))
    page.keyboard.press("Tab")
    assert tip.count() == 0


def test_a_quarter_that_is_picked_stands_out_in_every_panel(page: Page, reports: dict[str, str]) -> None:
    opened(page, reports["regional_innovation"])
    figure = page.locator("[aria-labelledby=quarters-heading] figure")
    bars = figure.locator(".ppp-interactive svg .mark-rect path")
    bars.first.click()
    strong = [each for each in bars.all() if float(each.get_attribute("opacity") or 1) == 1]
    assert 0 < len(strong) < bars.count()


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_every_word_stands_out_from_what_is_behind_it(page: Page, address: str, scheme: str) -> None:
    page.emulate_media(color_scheme=scheme)  # type: ignore[arg-type]
    page.goto(address)
    page.evaluate(OPEN_ALL)
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


def test_a_chart_tells_its_finding_to_who_cannot_see_it(page: Page, address: str) -> None:
    opened(page, address)
    for section in page.locator(".ppp-section:has(figure)").all():
        finding = section.locator(".ppp-finding").text_content() or ""
        assert section.locator(".ppp-wide desc").first.text_content() == finding
        assert finding in (section.locator(".ppp-interactive svg").get_attribute("aria-label") or "")


def test_the_keyboard_reaches_the_content_and_opens_a_table(page: Page, address: str) -> None:
    opened(page, address)
    page.keyboard.press("Tab")
    assert page.evaluate("document.activeElement.className").startswith("skip")
    page.keyboard.press("Enter")
    page.wait_for_url("**#content")
    while page.evaluate("document.activeElement.tagName") != "SUMMARY":
        page.keyboard.press("Tab")
        assert page.evaluate("document.activeElement.tagName") in ("SELECT", "svg", "SUMMARY")
    is_open = "document.activeElement.parentElement.open"
    before = page.evaluate(is_open)
    page.keyboard.press("Enter")
    assert page.evaluate(is_open) is not before


def test_words_that_are_moved_onto_others_or_off_the_page_would_be_found(page: Page, reports: dict[str, str]) -> None:
    opened(page, reports["learning_effects"])
    page.evaluate(OPEN_ALL)
    assert page.evaluate(COLLISIONS) == []
    page.evaluate("document.querySelector('.ppp-words .ppp-finding').style.marginTop = '-1.5rem'")
    page.evaluate("document.querySelector('figcaption').style.marginLeft = '-90rem'")
    found = page.evaluate(COLLISIONS)
    assert {each.partition(":")[0] for each in found} == {"cut", "overlap"}


def test_on_paper_each_page_is_named_and_numbered_and_holds_every_row_of_every_table(
    page: Page, address: str, tmp_path: Path
) -> None:
    from pypdf import PdfReader

    page.goto(address)
    page.pdf(path=str(tmp_path / "report.pdf"), prefer_css_page_size=True)
    sheets = PdfReader(tmp_path / "report.pdf").pages
    # a ligature is two letters
    texts = ["".join(normalize("NFKC", sheet.extract_text()).split()) for sheet in sheets]
    title = "".join(page.title().split())
    for at, text in enumerate(texts, start=1):
        assert title in text
        assert f"{at}/{len(texts)}" in text
    assert {tuple(round(side) for side in sheet.mediabox[2:]) for sheet in sheets} == {(595, 842)}
    everything = "".join(texts)
    rows = page.locator("tbody tr").evaluate_all(CELLS)
    assert len(rows) > 10
    assert [row for row in rows if "".join("".join(row).split()) not in everything] == []


def test_on_paper_the_tables_are_there_without_a_click(page: Page, address: str) -> None:
    page.goto(address)
    table = page.locator("details table").first
    assert not table.is_visible()
    page.emulate_media(media="print", color_scheme="dark")
    assert table.bounding_box()["height"] > 20  # type: ignore[index]
    assert page.evaluate("getComputedStyle(document.querySelector('h1')).color") == "rgb(22, 32, 42)"


def test_a_report_reads_the_same_where_scripts_are_blocked(browser: Browser, address: str) -> None:
    context = browser.new_context(java_script_enabled=False)
    opened = context.new_page()
    opened.goto(address)
    assert opened.locator("figure svg:visible").count() > 0
    context.close()


@pytest.mark.parametrize("lang", ["nl", "en"])
def test_nothing_in_a_report_breaks_a_rule_of_accessibility(page: Page, address: str, lang: str) -> None:
    from axe_playwright_python.sync_playwright import Axe

    opened(page, address.replace("_nl.html", f"_{lang}.html"))
    page.evaluate(OPEN_ALL)
    for width, scheme in product((320, 1280), ("light", "dark")):
        page.set_viewport_size({"width": width, "height": 800})
        page.emulate_media(color_scheme=scheme)  # type: ignore[arg-type]
        drawn(page)
        found = Axe().run(page, options={"resultTypes": ["violations"]})
        assert found.violations_count == 0, f"{width} {scheme}: {found.generate_report()}"


@pytest.mark.parametrize("lang", ["nl", "en"])
@pytest.mark.parametrize("width", [320, 768, 1280])
def test_no_words_overlap_or_are_cut(page: Page, address: str, width: int, lang: str) -> None:
    page.set_viewport_size({"width": width, "height": 800})
    opened(page, address.replace("_nl.html", f"_{lang}.html"))
    page.evaluate(OPEN_ALL)
    for charts in ("interactive", "still"):
        assert page.evaluate(COLLISIONS) == [], charts
        page.evaluate(STAND_STILL)


def test_no_line_of_the_funnel_plot_runs_through_its_words(page: Page, reports: dict[str, str]) -> None:
    opened(page, reports["regional_innovation"])
    words = page.locator("[aria-labelledby=area-funnel-heading] svg:visible text")
    behind = "all => all.map(each => [getComputedStyle(each).paintOrder, getComputedStyle(each).stroke])"
    assert {tuple(each) for each in words.evaluate_all(behind)} == {("stroke", "rgb(255, 255, 255)")}


def test_a_long_label_leaves_room_for_its_number_on_a_narrow_screen(page: Page) -> None:
    labels = ("Result obligation: implemented", "Vocational with applied education", "Resultaatverplichting: aanvaard")
    rows = [Row(label, 52.6, "52.6% (n = 1,137)", 44.2, 60.7) for label in labels]
    drawn = draw_intervals("key", "Rates", "A finding.", rows, domain=(0, 100), tick_text=lambda at: f"{at:.0f}%")
    style = (ROOT / "ppp_metrics/reporting/template/report.css").read_text("utf-8")
    page.set_viewport_size({"width": 380, "height": 800})
    page.set_content(f'<style>{style}</style><main class="ppp">{drawn.narrow}</main>')
    assert page.evaluate(COLLISIONS) == []


def test_a_chart_shows_what_its_table_shows(page: Page, address: str) -> None:
    opened(page, address)
    for section in page.locator(".ppp-section:has(figure)").all():
        known = set(section.locator("table td, table th, .ppp-words, figcaption").all_text_contents())
        numbers = {number for text in known for number in re.findall(NUMBER, text)}
        for words in section.locator("svg:visible .mark-text:not(.role-axis-label) text").all_text_contents():
            assert set(re.findall(NUMBER, words)) <= numbers | TICKS, words


@pytest.mark.parametrize("name", ["regional_innovation", "learning_effects", "theme_explorer"])
def test_each_number_on_the_page_is_the_one_that_compute_gives(page: Page, reports: dict[str, str], name: str) -> None:
    folder = Path(reports[name].removeprefix("file://")).parent
    notebook = run_notebook(name, workspace=str(folder), period=PERIOD, region="NL", lang="nl")
    read = 0
    for table, rows, _ in read_page(listed(notebook, "nl"), opened(page, reports[name]).content()).tables():
        with Store(folder / "ppp.duckdb").reading() as con:
            frame = compute(
                con, table.metric.id, table.period, today=today(), region="NL", by=table.by, where=table.where
            )
        computed = {tuple(row[each] for each in table.by): row for row in frame.to_dict("records")}
        for group, numbers, is_withheld in rows:
            row = computed[tuple(group[each] for each in table.by)]
            assert row["suppressed"] == is_withheld, (table, group)
            for part, number in numbers.items():
                if number is not None:
                    # a whole number, or one with as many decimals as its unit has
                    decimals = DECIMALS[table.metric.unit] if part == "value" else 1
                    assert number == pytest.approx(row[part], abs=0.5 * 10**-decimals + 1e-9), (table, group, part)
                    read += 1
    assert read > 20


@pytest.mark.parametrize("name", ["regional_innovation", "learning_effects", "data_quality"])
def test_a_mark_tells_what_one_row_of_its_table_says(page: Page, reports: dict[str, str], name: str) -> None:
    """But for the theme explorer, whose curves tell of every month."""
    opened(page, reports[name])
    told = 0
    for section in page.locator(".ppp-section:has(figure)").all():
        rows = [set(re.findall(NUMBER, " ".join(row))) for row in section.locator("tbody tr").evaluate_all(CELLS)]
        for tip in section.locator(".ppp-interactive svg path").evaluate_all(TIPS):
            numbers = set(re.findall(NUMBER, tip))
            assert any(numbers <= row for row in rows), tip
            told += 1
    assert told


@pytest.mark.parametrize("name", list(SUBJECTS))
def test_each_number_in_the_table_of_a_chart_has_its_mark(page: Page, reports: dict[str, str], name: str) -> None:
    opened(page, reports[name])
    unmarked = []
    for section in page.locator(".ppp-section:has(figure)").all():
        tips = section.locator(".ppp-interactive svg path").evaluate_all(TIPS)
        told = [numbers for tip in tips if (numbers := set(re.findall(NUMBER, tip)))]
        for label, *cells in section.locator("table").first.locator("tbody tr").evaluate_all(CELLS):
            numbers = set(re.findall(NUMBER, " ".join([label, *cells])))
            if re.search(NUMBER, " ".join(cells)) and not any(each <= numbers for each in told):
                unmarked.append(label)
    assert unmarked == (OTHER_UNITS if name == "learning_effects" else [])


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
    themes.locator(".ppp-interactive svg .rates_marks path").first.hover()
    tip = themes.locator("#vg-tooltip-element")
    assert "5,0% (0,8–25,7%)" in (tip.text_content() or "")
    assert tip.locator("tr", has_text="n").last.locator("td").all_text_contents() == ["n", "20"]


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
