"""What a report shows: the words of a section and the cells of its tables, and what is picked in its chart."""

from __future__ import annotations

import html
import re
from pathlib import Path
from typing import TYPE_CHECKING

from ppp_metrics.reporting import dashboard
from tests.networks import PERIOD

if TYPE_CHECKING:
    from playwright.sync_api import Locator, Page


def opened(folder: Path, notebook: str = "regional_innovation", **changed: str) -> dashboard.Report:
    """A report of the workspace in a folder, in English and for coordinators unless `changed`."""
    asked = {"period": PERIOD, "region": "NL", "lang": "en", "edition": "coordinator"} | changed
    return dashboard.open_report(folder, notebook, **asked)


def text(section: dashboard.Section) -> str:
    """The words of a section as they are read, drawings left out."""
    plain = re.sub(r"<(svg|style|script).*?</\1>|<[^>]+>", " ", section.html, flags=re.DOTALL)
    return " ".join(html.unescape(plain).split())


def rows(section: dashboard.Section) -> list[list[str]]:
    """The cells of the body of each table."""
    found = re.findall(r"<tr>(.*?)</tr>", section.html, flags=re.DOTALL)
    cells = [re.findall(r"<t[hd](?: scope=\"row\"| data[^>]*)?>(.*?)</t[hd]>", row, flags=re.DOTALL) for row in found]
    return [[html.unescape(cell) for cell in row] for row in cells if row]


def drawn(section: dashboard.Section) -> str:
    """The words in the drawings of a section."""
    return html.unescape(" ".join(re.findall(r"<text[^>]*>([^<]*)</text>", section.html)))


def picked(page: Page) -> str | None:
    """What is chosen in the list above the chart."""
    return page.locator(".ppp-interactive select option:checked").text_content()


def faded(page: Page | Locator) -> set[str]:
    """The words in the chart that do not stand out."""
    words = page.locator(".ppp-interactive svg text").all()
    return {each.text_content() or "" for each in words if float(each.get_attribute("opacity") or 1) < 1}
