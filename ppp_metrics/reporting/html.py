"""An executed notebook as one HTML file: no code, no prompts, no request beyond the file.

The one script that a page can have is the runtime of its interactive charts, named in the page's policy by its hash; a
page without such charts has none.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from functools import cache
from html import escape
from importlib.resources import files
from typing import TYPE_CHECKING, Any

from ppp_metrics.errors import DataError
from ppp_metrics.language import msg
from ppp_metrics.reporting import interactive
from ppp_metrics.reporting.dashboard import package_version, style
from ppp_metrics.reporting.drawing import draw_late
from ppp_metrics.reporting.sealed import ONLY_IN_NOTEBOOK, has_tag

if TYPE_CHECKING:
    from nbconvert.exporters import TemplateExporter


def render_page(notebook: Any, *, is_static: bool = False) -> str:
    """The page of an executed notebook: its header, its markdown and what its cells show, its foot.

    A static one has no script, and its charts stand still.

    Raises DataError when the notebook shows no header, which bears the page's title and language.
    """
    about = about_page(notebook)
    has_charts = not is_static and _is_interactive(notebook)
    resources = {
        "not_shown": (_about(notebook, "foot") or {}).get("not_shown", ""),
        "script_policy": interactive.policy() if has_charts else "",
        "lang": about["lang"],
        "title": about["title"],
        "generator": f"ppp_metrics {package_version()}",
        "skip": msg("To the content").render(about["lang"]),
        "style": page_style() + about["style"] + _paper(about),
        "style_in_notebook": f"<style>{style()}{about['style']}</style>",
    }
    page, _ = _exporter().from_notebook_node(notebook, resources)
    page = draw_late(page)
    # what a notebook needs, where each output stands for itself
    for only_there in (interactive.script(), interactive.IN_NOTEBOOK):
        page = page.replace(only_there, "")
    if is_static:
        page = interactive.without_places(page)
    page = re.sub(r"\n\s*\n+", "\n", page)
    body, end, after = page.rpartition("</body>")
    return f"{body}{interactive.script() if has_charts else ''}{end}{after}"


def _is_interactive(notebook: Any) -> bool:
    """Whether any output of an executed notebook holds an interactive chart."""
    outputs = (output for cell in notebook.cells for output in cell.get("outputs", []))
    return any(interactive.MARK in output.get("data", {}).get("text/html", "") for output in outputs)


def about_page(notebook: Any) -> dict[str, Any]:
    """What the header of an executed notebook says of its page: title, subject, network, area, lang, has_notice,
    style, tile.

    Raises DataError when the notebook shows no header.
    """
    about = _about(notebook, "header")
    if about is None:
        raise DataError(msg("The notebook has no header: a cell with `report.header()` is missing."))
    return about


def about_foot(notebook: Any) -> dict[str, Any]:
    """What the foot of an executed notebook says of its numbers: numbers, questions, as_of, loads.

    Raises DataError when the notebook shows no foot.
    """
    about = _about(notebook, "foot")
    if about is None:
        raise DataError(msg("The notebook has no foot: a cell with `report.foot()` is missing."))
    return about


def _about(notebook: Any, part: str) -> dict[str, Any] | None:
    shown = [cell for cell in notebook.cells if not has_tag(cell, ONLY_IN_NOTEBOOK)]
    outputs = [output for cell in shown for output in cell.get("outputs", [])]
    found = [output.get("metadata", {}).get("ppp_metrics", {}) for output in outputs]
    return next((each for each in found if each.get("part") == part), None)


def _paper(about: Mapping[str, Any]) -> str:
    """What stands above and below each page on paper: the network, the title, the number of the page."""
    boxes = {
        "top-left": _css_text(about["title"]),
        "top-right": _css_text(about["network"]),
        "bottom-right": 'counter(page) " / " counter(pages)',
    }
    said = " ".join(f"@{place} {{ content: {what}; }}" for place, what in boxes.items())
    return f"@page {{ color: #56616d; font: 8pt system-ui, sans-serif; {said} }}\n"


def _css_text(text: str) -> str:
    """Any text as a string of CSS, which nothing in it can end."""
    return '"' + "".join(each if each.isalnum() or each in " ,.:" else f"\\{ord(each):x} " for each in text) + '"'


def page_style() -> str:
    """The style sheet of a whole page: a report's own, and that of what is around it."""
    around = (files("ppp_metrics.reporting") / "template" / "page.css").read_text(encoding="utf-8")
    return f"\n{around}{style()}"


def _authors_words(markdown: str) -> str:
    """A markdown cell as HTML: words alone, since HTML in it could pass for a section of ours.

    HTML stands there as it was written, of a picture its alternative text.
    """
    from nbconvert.filters.markdown_mistune import IPythonRenderer, MarkdownWithMath

    class Words(IPythonRenderer):
        def image(self, text: str, url: str, title: str | None = None) -> str:
            return escape(text)

    return str(MarkdownWithMath(renderer=Words(escape=True, allow_harmful_protocols=False)).render(markdown))


@cache
def _exporter() -> TemplateExporter:
    from jinja2 import FileSystemLoader
    from nbconvert.exporters.templateexporter import TemplateExporter
    from nbconvert.preprocessors import TagRemovePreprocessor

    folder = str(files("ppp_metrics.reporting") / "template")
    exporter = TemplateExporter(extra_loaders=[FileSystemLoader(folder)], template_file="page.html.j2")
    exporter.register_filter("authors_words", _authors_words)
    exporter.register_preprocessor(TagRemovePreprocessor(remove_cell_tags={ONLY_IN_NOTEBOOK}), enabled=True)
    return exporter
