"""The page: what of an executed notebook stands in it, and what it never holds."""

from __future__ import annotations

import re
from typing import Any

import nbformat
import pytest

from ppp_metrics.errors import DataError
from ppp_metrics.reporting import interactive
from ppp_metrics.reporting.charts import Row, draw_bars
from ppp_metrics.reporting.dashboard import style
from ppp_metrics.reporting.html import about_foot, render_page

HEADER = {
    "part": "header",
    "title": "Tom & <Jerry>",
    "lang": "nl",
    "subject": "S",
    "network": "N",
    "area": "A",
    "style": "",
}


def notebook(*cells: Any) -> Any:
    return nbformat.v4.new_notebook(cells=list(cells))


def shown(html: str, about: dict[str, Any], source: str = "report.secret_source()") -> Any:
    """A code cell with one output of a section."""
    output = nbformat.v4.new_output("execute_result", {"text/html": html, "text/plain": "plain"}, execution_count=7,
                                    metadata={"ppp_metrics": about})  # fmt: skip
    return nbformat.v4.new_code_cell(source, outputs=[output], execution_count=7)


def around(*cells: Any) -> list[Any]:
    """The cells between a header, with the runtime that a notebook run by hand has, and a foot."""
    header = shown(f"<style>{style()}</style>\n<header><h1>Title</h1></header>\n{interactive.script()}", HEADER)
    return [header, *cells, shown("<footer>Foot</footer>", {"part": "foot", "numbers": []})]


def page(*cells: Any) -> str:
    return render_page(notebook(*around(*cells)))


def test_header_and_foot_stand_around_the_main_part() -> None:
    order = re.findall(r"<(header|main|section|/main|footer)", page(shown("<section>A</section>", {"part": "section"})))
    assert order == ["header", "main", "section", "/main", "footer"]


def test_the_page_says_its_language_and_title_once() -> None:
    html = page()
    assert '<html lang="nl">' in html
    assert "<title>Tom &amp; &lt;Jerry&gt;</title>" in html
    assert html.count("<h1") == 1
    assert ">Naar de inhoud<" in html


def test_nothing_of_the_notebook_itself_stands_in_the_page() -> None:
    html = page(shown("<section>A</section>", {"part": "section"}))
    for remains in ("secret_source", "In [", "Out[", "plain", "[7]"):
        assert remains not in html


def test_the_page_runs_no_script_and_may_load_nothing() -> None:
    html = page(nbformat.v4.new_markdown_cell("$x^2$ and text"))
    assert "<script" not in html
    assert "default-src 'none'; style-src 'unsafe-inline'; img-src data:" in html
    assert not re.findall(r'(?:src|href)="(?!#)[^"]*"', html)
    assert "@import" not in html
    assert "url(" not in html


def test_a_page_with_charts_has_the_runtime_once_and_a_static_one_has_no_script() -> None:
    bars = draw_bars("bars", "Bars", "Proposed 30.", [Row("Proposed", 30, "30")])
    drawn = shown(f"<section><figure>{interactive.drawn_in_place(bars, 'nl')}</figure></section>", {"part": "section"})
    html, static = (render_page(notebook(*around(drawn, drawn)), is_static=each) for each in (False, True))
    assert html.count(interactive.script()) == 1
    assert f"script-src {interactive.policy()}" in html
    assert html.count('<script type="application/json">') == 2
    assert html.count("<script") == 3
    assert "script" not in static.partition("</style>")[2]
    assert static.count("<svg") == 4


def test_the_style_sheet_stands_in_the_page_once_though_the_notebook_shows_it_too() -> None:
    html = page()
    assert html.count("<style") == 1


def test_a_markdown_cell_stands_in_the_report_unless_it_is_for_the_notebook_only() -> None:
    hidden = nbformat.v4.new_markdown_cell("Only here", metadata={"tags": ["only-in-notebook"]})
    html = page(nbformat.v4.new_markdown_cell("Our **own** words"), hidden)
    assert "Our <strong>own</strong> words" in html
    assert "Only here" not in html


def test_a_notebook_without_header_or_foot_is_no_report() -> None:
    with pytest.raises(DataError, match=re.escape("report.header()")):
        render_page(notebook(nbformat.v4.new_code_cell("1")))
    with pytest.raises(DataError, match=re.escape("report.foot()")):
        about_foot(notebook(nbformat.v4.new_code_cell("1")))


def test_the_same_notebook_gives_the_same_bytes() -> None:
    assert page() == page()
