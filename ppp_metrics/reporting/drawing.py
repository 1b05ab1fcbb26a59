"""Altair's charts as SVG that can stand in a page: one for wide and one for narrow screens.

A drawing has a title and a description for who cannot see it, ids that no other drawing in the page has, the page's own
font, and only the colours below, which the page's style sheet turns into its own, in the dark too.
"""

from __future__ import annotations

import json
import re
from collections import Counter
from collections.abc import Callable, Iterable, Mapping, Sequence
from contextlib import AbstractContextManager
from dataclasses import dataclass
from html import escape
from types import ModuleType
from typing import TYPE_CHECKING, Any

from ppp_metrics.light_imports import without_address_grammar
from ppp_metrics.reporting.handover import told_by_release

if TYPE_CHECKING:
    import altair as alt

INK, MUTED, LINE, ACCENT, SOFT = "#16202a", "#56616d", "#d5dbe1", "#0f6674", "#9fc6cc"
Spec = dict[str, Any]
"""A chart in Vega-Lite's grammar."""
INVISIBLE = re.compile(r'<path d="[^"]*"(?: transform="[^"]*")? display="none"/>|<path d="M0,0h0v0h0Z"/>')
LEFT_OPEN = re.compile(r"<svg data-open>([^<]*)\n([^<]*)</svg>")
UNWANTED = re.compile(r' (?:font-family|class|role|aria-[a-z]+|pointer-events)="[^"]*"')


@dataclass(frozen=True)
class Drawing:
    """A chart in both widths: as SVG, and as the specifications of what takes its place where scripts run."""

    wide: str
    narrow: str
    wide_spec: Spec
    narrow_spec: Spec


def draw(key: str, title: str, finding: str, chart: Callable[[bool], Spec]) -> Drawing:
    """A chart, made by a function of whether it is the narrow one, in both widths.

    In the kernel of a release only a place is left for the SVG: whoever writes its page draws that, with the renderer
    that is warm there.
    """
    with unchecked():
        wide, narrow = (with_config(chart(is_narrow)) for is_narrow in (False, True))
    svg = _left_open if told_by_release() else _drawn
    widths = {"wide": wide, "narrow": narrow}
    drawn = [svg(json_in_html(spec), f"{key}-{width}", title, finding) for width, spec in widths.items()]
    return Drawing(drawn[0], drawn[1], wide, narrow)


def unchecked() -> AbstractContextManager[None]:
    """While it lasts, Altair does not check each part of a chart as it is made; tests check what comes out."""
    altair()
    from altair.utils.schemapi import debug_mode

    return debug_mode(False)


def draw_late(html: str) -> str:
    """HTML with the SVGs drawn that were left open in it."""
    return LEFT_OPEN.sub(lambda place: _drawn(place[2], *json.loads(place[1])), html)


def _drawn(spec: str, key: str, title: str, finding: str) -> str:
    return accessible(_svg(spec), key, title, finding)


def _left_open(spec: str, *named: str) -> str:
    return f"<svg data-open>{json_in_html(named)}\n{spec}</svg>"


def json_in_html(value: Any) -> str:
    """The value as JSON of one line, in which no text can end an element or begin another."""
    text = json.dumps(value, ensure_ascii=False, separators=(",", ":"))
    for character in "<>&\u2028\u2029":
        text = text.replace(character, f"\\u{ord(character):04x}")
    return text


def altair() -> ModuleType:
    """Altair, imported when it is first needed."""
    with without_address_grammar():
        import altair

    return altair


def data(rows: Iterable[Mapping[str, Any]]) -> Spec:
    """A chart's data, a record a row, with two decimals: more cannot be seen, and could be reckoned back from."""
    return {
        "values": [
            {name: round(value, 2) if isinstance(value, float) else value for name, value in row.items()}
            for row in rows
        ]
    }


def layered(*charts: alt.Chart, **told: Any) -> Spec:
    """Charts in one plot, as Vega-Lite has it; what is `told` of it besides is Altair's or plain Vega-Lite.

    Altair's own compositions copy what they are made of at each step, and look into every row of it. Data that most
    charts share stand in the plot once.
    """
    shared, count = Counter(id(chart.data) for chart in charts).most_common(1)[0]
    layers = [single(chart) for chart in charts]
    common: Spec = {}
    if count > 1:
        for chart, layer in zip(charts, layers, strict=True):
            if id(chart.data) == shared:
                common = {"data": layer.pop("data")}
    return common | {"layer": layers} | _plain(told)


def concatenated(
    charts: Sequence[Spec], columns: int, picked: Any = None, views: Sequence[str] = (), **told: Any
) -> Spec:
    """Charts beside each other, so many to a row; what is picked in one of the `views` is so in all of them."""
    both = {} if picked is None else {"params": [picked.param.to_dict(validate=False) | {"views": list(views)}]}
    return {"concat": list(charts), "columns": columns} | both | _plain(told)


def single(chart: alt.Chart) -> Spec:
    """One chart, as Vega-Lite has it."""
    spec: Spec = altair().SchemaBase.to_dict(chart, validate=False, ignore=["data"])
    return spec | {"data": chart.data}


def _plain(told: Mapping[str, Any]) -> Spec:
    return {name: each.to_dict(validate=False) if hasattr(each, "to_dict") else each for name, each in told.items()}


def with_config(spec: Spec) -> Spec:
    """The specification of a whole chart, with what all have in common."""
    config = {"background": "transparent", "aria": False, "padding": 2, "view": {"stroke": None}}
    return spec | {"config": config}


def _svg(spec: str) -> str:
    import vl_convert

    return vl_convert.vegalite_to_svg(spec, vl_version=vegalite_version())


def vegalite_version() -> str:
    """The version of Vega-Lite that Altair writes, as vl-convert names it."""
    return ".".join(altair().SCHEMA_VERSION.removeprefix("v").split(".")[:2])


def accessible(svg: str, key: str, title: str, finding: str) -> str:
    """Vega's SVG as an image with a name and a description, with ids under `key`, without fonts, classes and size."""
    size = re.match(r'<svg[^>]* width="([\d.]+)" height="[\d.]+" (viewBox="[^"]+")>', svg)
    if not size:
        raise ValueError("Vega wrote an SVG whose size cannot be read")
    body = re.sub(r"<[^>]*>", lambda tag: UNWANTED.sub("", tag[0]), svg[size.end() :])
    body = INVISIBLE.sub("", body)
    for number, name in enumerate(dict.fromkeys(re.findall(r' id="([^"]+)"', body))):
        body = re.sub(rf'( id="|url\(#){re.escape(name)}(["\)])', rf"\g<1>{key}-{number}\g<2>", body)
    return (
        f'<svg xmlns="http://www.w3.org/2000/svg" role="img" aria-labelledby="{key}-title {key}-desc" '
        f'{size[2]} style="max-width:{size[1]}px">'
        f'<title id="{key}-title">{escape(title)}</title><desc id="{key}-desc">{escape(finding)}</desc>{body}'
    )
