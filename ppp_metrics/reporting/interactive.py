"""Charts that answer, where scripts run: the Vega runtime, and the places in a page for what it draws.

The runtime is one script without any request; the same bytes wherever it stands, so that a page's policy can name it.
It stands there as it is: a packed script that unpacks itself is what mail filters take for malice.
"""

from __future__ import annotations

import re
from base64 import b64encode
from functools import cache
from hashlib import sha256
from html import escape
from importlib.resources import files

from ppp_metrics.language import msg
from ppp_metrics.reporting.drawing import Drawing, Spec, json_in_html, vegalite_version

MARK = '<div class="ppp-interactive"'
"""What an output with an interactive chart holds."""

IN_NOTEBOOK = "<script>window.drawPppCharts?.()</script>"
"""Asks the runtime, where a notebook has it already, to draw what a cell has just shown."""

PLACE = re.compile(rf"{re.escape(MARK)}.*?</script></div>", re.DOTALL)


@cache
def runtime() -> str:
    """The script that draws every place of its page: Vega with its own interpreter, which needs no eval."""
    import vl_convert

    source = (files("ppp_metrics.reporting") / "template" / "interactive.js").read_text(encoding="utf-8")
    return f"(() => {{\n{vl_convert.javascript_bundle(source, vegalite_version())}\n}})();"


def script() -> str:
    """The runtime as an element of a page."""
    return f"<script>{runtime()}</script>"


def policy() -> str:
    """What a page's content security policy calls the runtime."""
    return f"'sha256-{b64encode(sha256(runtime().encode()).digest()).decode()}'"


def drawn_in_place(drawing: Drawing, lang: str) -> str:
    """The HTML of a drawing in both widths, with the place where the runtime draws it; empty until then."""
    still = f'<div class="ppp-wide">{drawing.wide}</div>\n<div class="ppp-narrow">{drawing.narrow}</div>'
    return f"{still}\n{place(drawing.wide_spec, drawing.narrow_spec, lang)}{IN_NOTEBOOK}"


def place(wide: Spec, narrow: Spec, lang: str) -> str:
    """The place in a figure where the runtime draws a chart, in the width that fits."""
    specs = json_in_html({"wide": wide, "narrow": narrow})
    keys = escape(msg("The arrow keys go from mark to mark.").render(lang))
    return f'{MARK} data-keys="{keys}" hidden><script type="application/json">{specs}</script></div>'


def without_places(html: str) -> str:
    """The HTML with its charts as they stand still."""
    return PLACE.sub("", html)
