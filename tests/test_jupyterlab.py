"""The theme explorer as a lectorate opens it: in JupyterLab, by the command of the README, without a network."""

from __future__ import annotations

import json
import os
import socket
import subprocess
import sys
import time
import urllib.request
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from tests.networks import PERIOD, make_network
from tests.shown import faded, picked

if TYPE_CHECKING:
    from playwright.sync_api import Browser, Route

pytestmark = pytest.mark.browser

SECONDS = 60


def test_the_theme_explorer_works_in_jupyterlab_without_a_network(tmp_path: Path, browser: Browser) -> None:
    notebook = make_network(tmp_path) / "notebooks" / "theme_explorer.ipynb"
    written = notebook.read_text(encoding="utf-8")
    assert "2026-Q3" in written
    notebook.write_text(written.replace("2026-Q3", PERIOD), encoding="utf-8")
    page = browser.new_page(viewport={"width": 1280, "height": 2400})
    page.set_default_timeout(1000 * SECONDS)
    elsewhere: list[str] = []
    errors: list[str] = []
    page.on("pageerror", lambda error: errors.append(str(error)))
    with jupyterlab(tmp_path) as address:

        def leave(route: Route) -> None:
            elsewhere.append(route.request.url)
            route.abort()

        page.route(lambda url: not url.startswith((address, "data:", "blob:")), leave)
        page.goto(f"{address}/lab/tree/notebooks/theme_explorer.ipynb")
        page.get_by_text("| Idle").wait_for()
        page.get_by_role("menuitem", name="Run", exact=True).click()
        page.locator("[data-command='runmenu:run-all']").click()
        page.locator("figure.ppp-drawn").wait_for()
        assert "Van de 40 vraagstukken" in (page.locator("[aria-labelledby=headline-heading]").text_content() or "")
        page.locator(".ppp-interactive svg text", has_text="Energie").first.click()
        assert picked(page) == "Energie"
        assert "Water" in faded(page)
        assert "Energie" not in faded(page)
        page.close()
    assert not elsewhere
    assert not errors


@contextmanager
def jupyterlab(workspace: Path) -> Iterator[str]:
    """The address of `ppp-metrics lab` while it runs, with nothing of the user's account."""
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    home = workspace / "home"
    home.mkdir()
    settings = {"open_browser": False, "port": port, "ip": "127.0.0.1", "allow_root": True, "token": ""}
    (home / "jupyter_server_config.json").write_text(json.dumps({"ServerApp": settings}), encoding="utf-8")
    folders = dict.fromkeys(
        ("HOME", "JUPYTER_CONFIG_DIR", "JUPYTER_DATA_DIR", "JUPYTER_RUNTIME_DIR", "IPYTHONDIR"), str(home)
    )
    command = [sys.executable, "-m", "ppp_metrics.cli", "lab", "--workspace", str(workspace)]
    with (workspace / "lab.log").open("w", encoding="utf-8") as log:
        server = subprocess.Popen(command, env={**os.environ, **folders}, stdout=log, stderr=subprocess.STDOUT)
    address = f"http://127.0.0.1:{port}"
    try:
        _wait_for(address, server)
        yield address
    finally:
        server.terminate()
        server.wait()


def _wait_for(address: str, server: subprocess.Popen[bytes]) -> None:
    ends = time.monotonic() + SECONDS
    while time.monotonic() < ends and server.poll() is None:
        try:
            urllib.request.urlopen(f"{address}/api").close()
        except OSError:
            time.sleep(0.2)
        else:
            return
    raise AssertionError("JupyterLab does not answer.")
