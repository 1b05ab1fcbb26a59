"""Charts that answer to a click, where scripts run: the Vega runtime, and a place in the page for what it draws.

The runtime is one script without any request; the same bytes wherever it stands, so that a page's policy can name it.
"""

from __future__ import annotations

import json
from base64 import b64encode
from functools import cache
from hashlib import sha256
from typing import Any

from ppp_metrics.reporting.drawing import vegalite_version

MARK = '<div class="ppp-interactive" hidden>'
"""What an output with an interactive chart holds."""

DRAW = """
for (const place of document.querySelectorAll(".ppp-interactive:not([data-drawn])")) {
  place.dataset.drawn = "";
  const figure = place.closest("figure");
  const charts = JSON.parse(place.querySelector("script").textContent);
  const said = [...figure.querySelectorAll(".ppp-wide title, .ppp-wide desc")].map(each => each.textContent);
  const stage = place.appendChild(document.createElement("div"));
  const narrow = matchMedia("(max-width: 38rem)");
  const dark = matchMedia("(prefers-color-scheme: dark)");
  let view;
  const draw = async () => {
    const picked = view?.signal("picked_theme") ?? null;
    const tooltip = {theme: dark.matches ? "dark" : "light"};
    const options = {mode: "vega-lite", ast: true, actions: false, renderer: "svg", tooltip};
    ({view} = await vegaEmbed(stage, narrow.matches ? charts.narrow : charts.wide, options));
    await view.signal("picked_theme", picked).runAsync();
    const svg = stage.querySelector("svg");
    svg.style.maxWidth = svg.getAttribute("width") + "px";
    svg.setAttribute("role", "img");
    svg.setAttribute("aria-label", said.join(" "));
    place.hidden = false;
    figure.classList.add("ppp-drawn");
    place.dataset.drawn = narrow.matches ? "narrow" : "wide";
  };
  draw();
  narrow.addEventListener("change", draw);
  dark.addEventListener("change", draw);
}
"""


@cache
def runtime() -> str:
    """The script that draws every `place` of its page: Vega with its own interpreter, which needs no eval."""
    import vl_convert

    return f"(() => {{\n{vl_convert.javascript_bundle(DRAW, vegalite_version())}\n}})();"


def script() -> str:
    """The runtime as an element of a page."""
    return f"<script>{runtime()}</script>"


def policy() -> str:
    """What a page's content security policy calls the runtime."""
    return f"'sha256-{b64encode(sha256(runtime().encode()).digest()).decode()}'"


def place(wide: Any, narrow: Any) -> str:
    """The place in a figure where the runtime draws an Altair chart, in the width that fits; empty until then.

    The runtime comes with it: in a notebook, each output stands for itself. A page needs it but once.
    """
    specs = json.dumps({"wide": _spec(wide), "narrow": _spec(narrow)}, ensure_ascii=False, separators=(",", ":"))
    # no text from the data can end the element or begin another
    for character in "<>&\u2028\u2029":
        specs = specs.replace(character, f"\\u{ord(character):04x}")
    return f'{MARK}<script type="application/json">{specs}</script></div>{script()}'


def _spec(chart: Any) -> dict[str, Any]:
    chart = chart.configure(background="transparent", aria=False, padding=2, font="system-ui, sans-serif")
    spec = chart.configure_view(stroke=None).to_dict(validate=False)
    # the address of the grammar is of no use to a page that asks the network for nothing
    return {name: value for name, value in spec.items() if name != "$schema"}
