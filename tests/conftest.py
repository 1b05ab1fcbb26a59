"""What tests of several modules share."""

from __future__ import annotations

import gc
import os
from collections.abc import Generator, Iterator
from typing import TYPE_CHECKING

import pytest
from hypothesis import settings

from tools.system_packages import HOW_TO_GET_CHROMIUM, HOW_TO_GET_PANGO, find_chromium, has_pango

if TYPE_CHECKING:
    from playwright.sync_api import Browser

# On how many examples a law is tried: in the gate on a few, and on many with `--hypothesis-profile=thorough`. A law of
# whole worlds is tried on a quarter as many (tests/random_worlds.py). No example has a deadline, for a machine may be
# slow for a moment, which says nothing of whether a law holds.
settings.register_profile("gate", deadline=None, max_examples=24)
settings.register_profile("thorough", deadline=None, max_examples=400)
settings.load_profile("gate")

SLOWEST_FIRST = ("batch", "reference", "export", "audit", "protection", "restatement", "report_browser", "relations")
"""The modules that take longest. A worker gets a whole module at a time: begun last, one would be waited for."""

# A browser phones home by default; a test that counts requests must see only those of the page.
QUIET = (
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-gpu",
    "--disable-quic",
    "--disable-sync",
    "--no-first-run",
)


@pytest.fixture(scope="session")
def browser() -> Iterator[Browser]:
    """A headless Chromium; skips, saying how to get one, where there is none."""
    executable = find_chromium()
    if executable is None:
        pytest.skip(HOW_TO_GET_CHROMIUM)
    from playwright.sync_api import sync_playwright

    # Chromium's sandbox refuses to run as root.
    as_root = ["--no-sandbox"] if hasattr(os, "geteuid") and os.geteuid() == 0 else []
    with sync_playwright() as playwright:
        chromium = playwright.chromium.launch(executable_path=executable, args=[*QUIET, *as_root])
        yield chromium
        chromium.close()


@pytest.fixture(scope="session")
def pango() -> None:
    """Skips, saying how to get it, where there is nothing to write PDFs with."""
    if not has_pango():
        pytest.skip(HOW_TO_GET_PANGO)


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """The slowest modules come first, in the order that says so; all others as they were."""
    place = {f"test_{name}.py": at for at, name in enumerate(SLOWEST_FIRST)}
    items.sort(key=lambda item: place.get(item.path.name, len(place)))


def pytest_collection_finish() -> None:
    """Leave all that importing made to itself: no garbage collection of the tests looks into it again.

    The package, its libraries and the tests are some millions of objects, and statsmodels, for one, collects garbage at
    each call of what it is compared by.
    """
    gc.collect()
    gc.freeze()


def pytest_unconfigure() -> None:
    """Let the garbage be collected at the end: DuckDB's binding tells of what it thinks was left behind."""
    gc.unfreeze()


@pytest.hookimpl(wrapper=True)
def pytest_runtest_makereport(item: pytest.Item) -> Generator[None, pytest.TestReport, pytest.TestReport]:
    """Where PPP_METRICS_REQUIRE_BROWSER=1 (.ci/run), a test of pages or PDFs that was skipped has failed."""
    report = yield
    needs_system = item.get_closest_marker("browser") or {"browser", "pango"} & {*getattr(item, "fixturenames", ())}
    if report.skipped and needs_system and os.environ.get("PPP_METRICS_REQUIRE_BROWSER") == "1":
        report.outcome = "failed"
        report.longrepr = f"A test was skipped where it must run: {report.longrepr}"
    return report
