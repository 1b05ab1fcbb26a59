"""An organisation's colour, logo and contact: what is taken, what is refused, and how the page then looks."""

from __future__ import annotations

import json
import re
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ppp_metrics.errors import UsageError
from ppp_metrics.reporting import dashboard
from ppp_metrics.reporting.html import render_page
from ppp_metrics.reporting.look import DARK_PAPER, PAPER, Look, contrast, find_look, readable
from ppp_metrics.workspace import Workspace, find_workspace
from tests.networks import PERIOD, make_network, run_notebook

PNG = b"\x89PNG\r\n\x1a\n" + b"\0" * 20
SVG = b'<svg xmlns="http://www.w3.org/2000/svg" width="8" height="8"><rect width="8" height="8"/></svg>'


def workspace(folder: Path, **options: Any) -> Workspace:
    settings = "".join(f"{name} = {json.dumps(value)}\n" for name, value in options.items())
    (folder / "ppp.toml").write_text(f"name = 'Net & Werk'\n[report]\n{settings}", encoding="utf-8")
    return find_workspace(folder)


def properties(style: str) -> list[dict[str, str]]:
    """What the style sheet sets, for a light and for a dark screen."""
    return [dict(re.findall(r"--(\w+): (#\w+);", block)) for block in re.findall(r"\.ppp \{([^}]*)\}", style)]


# --- colours ----------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("one", "other", "ratio"),
    [
        # (1 + 0.05) / (0 + 0.05)
        ("#000000", "#ffffff", 21.0),
        ("#ffffff", "#ffffff", 1.0),
        # 0x77 / 255 = 0.4667, linear 0.1845: 1.05 / 0.2345; the grey that just fails on white
        ("#777777", "#ffffff", 4.478),
    ],
)
def test_contrast_is_that_of_wcag(one: str, other: str, ratio: float) -> None:
    assert contrast(one, other) == pytest.approx(ratio, abs=0.001)
    assert contrast(other, one) == contrast(one, other)


@given(st.integers(0, 0xFFFFFF), st.sampled_from([PAPER, DARK_PAPER]))
def test_every_colour_has_a_neighbour_that_can_be_read(colour: int, paper: str) -> None:
    found = readable(f"#{colour:06x}", paper)
    assert contrast(found, paper) >= 4.5
    assert readable(found, paper) == found


def test_without_settings_nothing_is_added(tmp_path: Path) -> None:
    assert find_look(workspace(tmp_path)) == Look()


@given(st.integers(0, 0xFFFFFF))
def test_text_and_the_numbers_on_squares_can_be_read_light_and_dark(
    tmp_path_factory: pytest.TempPathFactory, colour: int
) -> None:
    accent = readable(f"#{colour:06x}", PAPER)
    style = find_look(workspace(tmp_path_factory.getbasetemp(), colour=accent)).style
    for found, paper, ink in zip(properties(style), (PAPER, DARK_PAPER), ("#16202a", "#e8edf1"), strict=True):
        assert contrast(found["accent"], paper) >= 4.5
        # the darkest square covers half of the page behind it
        half = [(int(found["square"][at : at + 2], 16) + int(paper[at : at + 2], 16)) // 2 for at in (1, 3, 5)]
        assert contrast("#" + "".join(f"{each:02x}" for each in half), ink) > 4.45


def test_a_dark_colour_of_ones_own_goes_before_the_one_that_is_made(tmp_path: Path) -> None:
    made, own = (
        properties(find_look(workspace(tmp_path, colour="#154273", **more)).style)[1]["accent"]
        for more in ({}, {"colour_dark": "#8fcae7"})
    )
    assert made != own == "#8fcae7"


# --- logo and contact -------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("content", "kind"), [(PNG, "image/png"), (b"\xff\xd8\xff\xe0", "image/jpeg"), (SVG, "image/svg+xml")]
)
def test_a_logo_is_known_by_its_content(tmp_path: Path, content: bytes, kind: str) -> None:
    (tmp_path / "logo").write_bytes(content)
    assert find_look(workspace(tmp_path, logo="logo")).logo.startswith(f"data:{kind};base64,")


@pytest.mark.parametrize(
    ("contact", "shown", "link"),
    [
        ("info@example.org", "info@example.org", "mailto:info@example.org"),
        ("mailto:info@example.org", "info@example.org", "mailto:info@example.org"),
        ("https://example.org/a?b=1&c", "https://example.org/a?b=1&c", "https://example.org/a?b=1&c"),
        ("Anna de Vries,\n 050 123", "Anna de Vries, 050 123", ""),
        ("http://example.org", "http://example.org", ""),
        ("javascript:alert(1)", "javascript:alert(1)", ""),
        ("https://example.org and more", "https://example.org and more", ""),
    ],
)
def test_only_mail_and_secure_addresses_are_links(tmp_path: Path, contact: str, shown: str, link: str) -> None:
    look = find_look(workspace(tmp_path, contact=contact))
    assert (look.contact, look.link) == (shown, link)


# --- what is refused --------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("options", "says"),
    [
        ({"color": "#000000"}, "[report] has no 'color'. Did you mean colour?"),
        ({"colour": 7}, "'colour' in [report] is text"),
        ({"colour": "teal"}, "colour is a colour such as '#0f6674', not 'teal'"),
        (
            {"colour": "#f9a01b"},
            "'#f9a01b' cannot be read well: its contrast with the white of the page is 2.08 to 1, and 4.5 is the "
            "least. The nearest that can is '#aa6704'.",
        ),
        ({"colour_dark": "#154273"}, "its contrast with the dark page is 1.7"),
        ({"logo": "gone.png"}, "gone.png cannot be read: No such file"),
        ({"logo": "large.png"}, "the logo large.png has 101 kB"),
        ({"logo": "page.html"}, "the logo page.html is no SVG, PNG or JPEG"),
    ],
)
def test_what_cannot_be_is_refused_with_the_way_out(tmp_path: Path, options: dict[str, Any], says: str) -> None:
    (tmp_path / "large.png").write_bytes(PNG + b"\0" * 100_000)
    (tmp_path / "page.html").write_bytes(b"<html><script>alert(1)</script></html>")
    with pytest.raises(UsageError, match=re.escape(says)):
        find_look(workspace(tmp_path, **options))


def test_a_table_is_asked_for(tmp_path: Path) -> None:
    (tmp_path / "ppp.toml").write_text("report = 'blue'", encoding="utf-8")
    with pytest.raises(UsageError, match=r"\[report\] is a table"):
        find_workspace(tmp_path)


# --- in a report ------------------------------------------------------------------------------------------------------


def test_a_page_bears_the_look_once(tmp_path: Path) -> None:
    make_network(tmp_path)
    (tmp_path / "logo.svg").write_bytes(SVG)
    workspace(tmp_path, colour="#154273", logo="logo.svg", contact="<b>info@example.org")
    page = render_page(run_notebook("learning_effects", workspace=str(tmp_path), period=PERIOD, region="NL", lang="nl"))
    assert page.count("--accent: #154273") == 1
    assert page.count("<style>") == 1
    assert re.search(r'<img class="ppp-logo" src="data:image/svg\+xml;base64,[\w+/=]+" alt="Net &amp; Werk">', page)
    assert "img-src data:" in page
    assert "&lt;b&gt;info@example.org</p>" in page


def test_a_look_is_refused_before_a_report_is_begun(tmp_path: Path) -> None:
    make_network(tmp_path)
    workspace(tmp_path, colour="#ffffff")
    with pytest.raises(UsageError, match="cannot be read well"):
        dashboard.open_report(tmp_path, "learning_effects", period=PERIOD, region="NL", lang="nl").header()
