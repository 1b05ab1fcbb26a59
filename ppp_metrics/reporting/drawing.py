"""Altair's charts as SVG that can stand in a page: one for wide and one for narrow screens.

A drawing has a title and a description for who cannot see it, ids that no other drawing in the page has, the page's own
font, and only the colours below, which the page's style sheet turns into its own, in the dark too.
"""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Iterable, Mapping
from contextlib import AbstractContextManager
from dataclasses import dataclass
from functools import cache
from html import escape, unescape
from types import ModuleType
from typing import Any

from ppp_metrics.reporting.handover import told_by_release
from ppp_metrics.reporting.light_imports import without_address_grammar

INK, MUTED, LINE, ACCENT, SOFT = "#16202a", "#56616d", "#d5dbe1", "#0f6674", "#9fc6cc"
Spec = dict[str, Any]
"""A chart in Vega-Lite's grammar."""
INVISIBLE = re.compile(r'<path d="[^"]*"(?: transform="[^"]*")? display="none"/>|<path d="M0,0h0v0h0Z"/>')
LEFT_OPEN = re.compile(r'<svg data-open="([^"]*)"></svg>')
UNWANTED = re.compile(r' (?:font-family|class|role|aria-[a-z]+|pointer-events)="[^"]*"')


@dataclass(frozen=True)
class Drawing:
    """A chart in both widths: as SVG, and as the specifications of what takes its place where scripts run."""

    wide: str
    narrow: str
    wide_spec: Spec
    narrow_spec: Spec


def draw(key: str, title: str, finding: str, chart: Callable[[bool], Any]) -> Drawing:
    """A chart, made by a function of whether it is the narrow one, in both widths.

    In the kernel of a release only a place is left for the SVG: whoever writes its page draws that, with the renderer
    that is warm there.
    """
    with unchecked():
        wide, narrow = (specification(chart(is_narrow)) for is_narrow in (False, True))
    svg = _left_open if told_by_release() else _drawn
    return Drawing(svg(wide, f"{key}-wide", title, finding), svg(narrow, f"{key}-narrow", title, finding), wide, narrow)


def unchecked() -> AbstractContextManager[None]:
    """While it lasts, Altair does not check each part of a chart as it is made; tests check what comes out."""
    altair()
    from altair.utils.schemapi import debug_mode

    return debug_mode(False)


def draw_late(html: str) -> str:
    """HTML with the SVGs drawn that were left open in it."""
    return LEFT_OPEN.sub(lambda place: _drawn(*json.loads(unescape(place[1]))), html)


def _drawn(spec: Spec, key: str, title: str, finding: str) -> str:
    return accessible(_svg(spec), key, title, finding)


def _left_open(*named: Any) -> str:
    return f'<svg data-open="{escape(json.dumps(named))}"></svg>'


def altair() -> ModuleType:
    """Altair, imported when it is first needed."""
    with without_address_grammar():
        import altair

    return altair


def data(rows: Iterable[Mapping[str, Any]]) -> Any:
    """A chart's data, a record a row; Altair would copy plain rows at each step from chart to chart."""
    return _rows_as_they_are()(values=list(rows))


@cache
def _rows_as_they_are() -> type[Any]:
    class Rows(altair().Data):  # type: ignore[name-defined,misc]
        def __deepcopy__(self, _: Any = None) -> Rows:
            return self

        def to_dict(self, *_: Any, **__: Any) -> dict[str, Any]:
            return {"values": self.values}

    return Rows


def layered(*charts: Any, **options: Any) -> Any:
    """Charts in one plot, as `altair.layer` makes it, of which nothing but data and selections is still to be told."""
    return altair().layer(*map(plain, charts), **options)


def plain(chart: Any) -> Any:
    """The chart with its mark and encoding told as plain names and values.

    Altair's own classes hold a place for all that they could say, and are copied with it at each step that follows.
    """
    if hasattr(chart.mark, "to_dict"):
        chart.mark = chart.mark.to_dict(validate=False)
    chart.encoding = _told()(**chart.encoding.to_dict(validate=False))
    return chart


@cache
def _told() -> type[Any]:
    class Told(altair().FacetedEncoding):  # type: ignore[name-defined,misc]
        def __deepcopy__(self, _: Any = None) -> Told:
            return self

        def to_dict(self, *_: Any, **__: Any) -> Spec:
            return {channel: told for channel, told in self._kwds.items() if isinstance(told, (dict, list))}

    return Told


def specification(chart: Any) -> Spec:
    """What Vega-Lite draws of an Altair chart, without the address of its grammar: a page names none."""
    spec = _rounded(chart.to_dict(validate=False))
    del spec["$schema"]
    config = spec.get("config", {})
    own = {"background": "transparent", "aria": False, "padding": 2, "view": {**config.get("view", {}), "stroke": None}}
    return spec | {"config": config | own}


def _rounded(part: Any, is_data: bool = False) -> Any:
    """A part of a specification, its data with two decimals: more cannot be seen, and could be reckoned back from."""
    if isinstance(part, dict):
        return {name: _rounded(value, is_data or name == "data") for name, value in part.items()}
    if isinstance(part, list):
        return [_rounded(value, is_data) for value in part]
    return round(part, 2) if is_data and isinstance(part, float) else part


def _svg(spec: Spec) -> str:
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
