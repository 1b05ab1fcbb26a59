"""The page that leads to all reports: what it lists, and how one finds a report on it, with and without scripts."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from itertools import pairwise
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from ppp_metrics.language import Label
from ppp_metrics.reporting.index import write_index
from ppp_metrics.reporting.look import Look
from tests.test_manifest import report_of
from tests.test_report_browser import CONTRAST

if TYPE_CHECKING:
    from playwright.sync_api import Browser, Page

PLACES = {
    "NL": ("Nederland", []),
    "NL11": ("Groningen", [4, 0]),
    "NL12": ("Fryslân", [3, 0]),
    "NL13": ("Drenthe", [4, 1]),
    "NL114": ("Oost-Groningen", []),
}
REPORTS = [
    report_of(
        f"{period}-{region}-{lang}.html",
        period=period,
        region=region,
        area=area,
        lang=lang,
        title="Innovatie in de regio" if lang == "nl" else "Regional innovation",
        tile=tile,
        as_of="2026-01-15",
        change="records" if region == "NL12" and period == "2026" else "",
    )
    for period in ("2025-Q4", "2026")
    for region, (area, tile) in PLACES.items()
    for lang in ("en", "nl")
]
FUNDERS = report_of("funder.html", edition="funder", lang="nl", area="Drenthe", tile=[4, 1], change="new")


# --- what it lists ----------------------------------------------------------------------------------------------------


def test_it_leads_to_every_report_newest_period_and_country_first() -> None:
    page = write_index(
        [
            report_of("old.html", period="2025-Q3"),
            report_of("drenthe.html"),
            report_of("country.html", region="NL", area="Netherlands"),
            report_of("country-nl.html", region="NL", area="Nederland", lang="nl", title="Innovatie in de regio"),
            report_of("funder.html", edition="funder"),
        ],
        Label("Synthetic <data>", "Fictieve <gegevens>"),
    )
    assert "Fictieve &lt;gegevens&gt;" in page
    assert re.findall(r'href="([^"]+)" hreflang="(\w\w)" lang="(\w\w)"', page) == [
        ("country-nl.html", "nl", "nl"),
        ("country.html", "en", "en"),
        ("drenthe.html", "en", "en"),
        ("funder.html", "en", "en"),
        ("old.html", "en", "en"),
    ]
    assert '<html lang="nl">' in page
    assert "Net &amp; Werk" in page
    assert page.count("(editie voor financiers)") == 1


def test_a_folder_without_reports_has_a_page_too() -> None:
    assert "<h1>Reports</h1>" in write_index([], None)


def test_a_year_comes_after_the_quarters_in_it_and_before_those_of_the_next() -> None:
    periods = ["2025", "2025-Q1", "2025-Q4", "2026-Q1"]
    page = write_index([report_of(period, period=period) for period in periods], None)
    assert re.findall(r'<h2 id="p([^"]+)">', page) == ["2026-Q1", "2025-Q4", "2025", "2025-Q1"]


def test_areas_lie_on_the_map_where_they_lie_beside_each_other() -> None:
    page = write_index(REPORTS, None)
    # the map begins at the first column and row in use: Fryslân's column, 3
    assert re.findall(r'style="grid-area: (\d) / (\d)"><a href="#(p2026-NL\d\d)">([^<]+)', page) == [
        ("1", "2", "p2026-NL11", "Groningen"),
        ("1", "1", "p2026-NL12", "Fryslân"),
        ("2", "2", "p2026-NL13", "Drenthe"),
    ]
    two = [report for report in REPORTS if report.region in ("NL", "NL11", "NL12")]
    assert '<ul class="ppp-map' not in write_index(two, None)


def test_what_changed_is_said_and_marked_in_words() -> None:
    page = write_index([*REPORTS, FUNDERS], None)
    assert "De laatste keer dat er iets veranderde: 1 nieuw, 2 veranderd." in page
    assert "Veranderd doordat de gegevens anders zijn: 2." in page
    assert re.findall(r'href="([^"]+)" hreflang[^\n]*<strong class="ppp-mark">(\w+)<', page) == [
        ("2026-NL12-nl.html", "veranderd"),
        ("2026-NL12-en.html", "veranderd"),
        ("funder.html", "nieuw"),
    ]


def test_where_all_is_new_that_is_said_once() -> None:
    page = write_index([report_of("a", change="new"), report_of("b", region="NL", change="new")], None)
    assert "All reports are new: 2." in page
    assert 'ppp-mark"' not in page
    assert "What changed" not in write_index([report_of("a")], None)


def test_it_bears_the_look_of_its_workspace() -> None:
    look = Look(
        style=".ppp { --accent: #154273; }", logo="data:image/png;base64,AA==", contact="x@y.nl", link="mailto:x@y.nl"
    )
    page = write_index([report_of("a")], None, look)
    assert "--accent: #154273" in page
    assert '<img class="ppp-logo" src="data:image/png;base64,AA==" alt="Net &amp; Werk">' in page
    assert '<a href="mailto:x@y.nl">x@y.nl</a>' in page
    assert "img-src" not in write_index([report_of("a")], None)


# --- how one finds a report on it -------------------------------------------------------------------------------------


@pytest.fixture(scope="module")
def address(tmp_path_factory: pytest.TempPathFactory) -> str:
    file: Path = tmp_path_factory.mktemp("index") / "index.html"
    file.write_text(write_index([*REPORTS, FUNDERS], Label("Synthetic.", "Fictief.")), encoding="utf-8")
    return file.as_uri()


@pytest.fixture
def opened(browser: Browser, address: str) -> Iterator[Callable[..., Page]]:
    contexts = []

    def open_page(width: int = 1280, **options: object) -> Page:
        context = browser.new_context(viewport={"width": width, "height": 800}, **options)  # type: ignore[arg-type]
        contexts.append(context)
        page = context.new_page()
        page.goto(address)
        return page

    yield open_page
    for context in contexts:
        context.close()


def links(page: Page) -> list[str]:
    """The files that visible links lead to."""
    shown = page.locator(".ppp-region a:visible").all()
    return [(each.get_attribute("href") or "").removesuffix(".html") for each in shown]


@pytest.mark.browser
@pytest.mark.parametrize("width", [320, 768, 1280])
@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_every_word_can_be_read_at_every_width(opened: Callable[..., Page], width: int, scheme: str) -> None:
    page = opened(width, color_scheme=scheme)
    assert page.evaluate("document.documentElement.scrollWidth") <= width
    assert page.evaluate(CONTRAST) == []


@pytest.mark.browser
def test_headings_and_landmarks_are_in_order_and_the_first_stop_leads_to_the_content(
    opened: Callable[..., Page],
) -> None:
    page = opened()
    levels = page.evaluate("[...document.querySelectorAll('h1, h2, h3')].map(each => Number(each.tagName[1]))")
    assert levels[0] == 1
    assert levels.count(1) == 1
    assert all(later - earlier <= 1 for earlier, later in pairwise(levels))
    for landmark in ("banner", "main", "search", "navigation"):
        assert page.get_by_role(landmark).count() == 1  # type: ignore[arg-type]
    page.keyboard.press("Tab")
    page.keyboard.press("Enter")
    assert page.url.endswith("#content")


@pytest.mark.browser
@pytest.mark.parametrize("scripts", [True, False])
def test_a_language_an_edition_or_what_changed_is_chosen_without_a_script(
    opened: Callable[..., Page], scripts: bool
) -> None:
    page = opened(java_script_enabled=scripts)
    assert len(links(page)) == 21
    page.get_by_label("English").check()
    assert len(links(page)) == 10
    assert all(each.endswith("-en") for each in links(page))
    page.get_by_label("nieuw of veranderd").check()
    assert links(page) == ["2026-NL12-en"]
    page.get_by_label("Nederlands").check()
    page.get_by_label("editie voor financiers").check()
    assert links(page) == ["funder"]


@pytest.mark.browser
def test_a_square_of_the_map_leads_to_its_region(opened: Callable[..., Page]) -> None:
    page = opened(java_script_enabled=False)
    page.locator(".ppp-map").first.get_by_role("link", name="Drenthe").click()
    assert page.locator(".ppp-region:target h3").inner_text() == "Drenthe NL13"


@pytest.mark.browser
def test_a_field_to_search_in_is_there_where_scripts_run(opened: Callable[..., Page]) -> None:
    assert opened(java_script_enabled=False).get_by_role("searchbox").count() == 0
    page = opened()
    said: list[str] = []
    page.on("console", lambda message: said.append(message.text))
    page.get_by_role("searchbox").fill("FRYSLAN 2025")
    assert links(page) == ["2025-Q4-NL12-nl", "2025-Q4-NL12-en"]
    assert page.get_by_role("status").inner_text() == "Gevonden regio's: 1"
    assert page.locator(".ppp-period:visible").count() == 1
    page.get_by_role("searchbox").fill("zeeland")
    assert links(page) == []
    page.get_by_role("searchbox").fill("")
    assert len(links(page)) == 21
    assert said == []


@pytest.mark.browser
def test_on_paper_all_links_are_there_and_nothing_to_choose(opened: Callable[..., Page]) -> None:
    page = opened()
    page.emulate_media(media="print")
    assert len(links(page)) == 21
    assert page.locator("input:visible").count() == 0
