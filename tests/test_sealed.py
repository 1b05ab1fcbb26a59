"""What may stand on a page: sections of its one report, and nothing else that a notebook's cells show."""

from __future__ import annotations

import stat
from pathlib import Path
from typing import Any

import nbformat
import pytest

from ppp_metrics.errors import DataError
from ppp_metrics.periods import Period
from ppp_metrics.reporting.batch import make_reports
from ppp_metrics.reporting.html import render_page
from ppp_metrics.workspace import find_workspace
from tests.networks import PERIOD, make_network
from tests.test_batch import PARAMETERS, add_notebook
from tests.test_html import around, notebook

OPEN = (
    "from IPython.display import HTML, display\n"
    "import ppp_metrics\n"
    "from ppp_metrics.reporting import dashboard\n"
    "asked = dict(period=period, region=region, lang=lang)\n"
    "report = dashboard.open_report(workspace, 'learning_effects', edition=edition, **asked)\n"
    "with ppp_metrics.open_workspace(workspace).connect() as con:\n"
    "    people = con.sql('select * from participants').df()"
)


@pytest.fixture(scope="module")
def network(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = make_network(tmp_path_factory.mktemp("network"))
    for path in (folder / "notebooks").iterdir():
        path.unlink()
    return folder


def make(folder: Path, *names: str, edition: str = "coordinator") -> None:
    asked: dict[str, Any] = {"region": "NL", "lang": "en", "edition": edition, "out": folder / "made", "jobs": 2}
    make_reports(find_workspace(folder), names, Period.parse(PERIOD), **asked)


OTHERS = {
    # what a cell shows, its first line as it is told, and what sort of output that is
    "frame": ("# everybody\npeople", "people", "text/html"),
    "printed": ("print('Anna')", "print('Anna')", "stdout"),
    "warned": ("import sys; print('Anna', file=sys.stderr)", "import sys; print('Anna', file=sys.stderr)", "stderr"),
    "text": ("'Anna'", "'Anna'", "text/plain"),
    "imitated": (
        "display(HTML('<section class=\"ppp ppp-section\">Anna</section>'),\n"
        "        metadata={'ppp_metrics': {'part': 'section'}})",
        'display(HTML(\'<section class="ppp ppp-section">Anna</sectio…',
        "text/html",
    ),
    "copied": ("HTML(report.headline().html)", "HTML(report.headline().html)", "text/html"),
    "own_class": ("type(report.headline())('<p>Anna</p>')", "type(report.headline())('<p>Anna</p>')", "text/html"),
    "changed": (
        "from dataclasses import replace\nreplace(report.headline(), html='<p>Anna</p>')",
        "from dataclasses import replace",
        "text/html",
    ),
    "updated": (
        "shown = display(report.headline(), display_id=True)\nshown.update(HTML('<p>Anna</p>'))",
        "shown = display(report.headline(), display_id=True)",
        "text/html",
    ),
    "second_of_two": (
        "display(report.headline())\ndisplay({'image/png': 'QQ=='}, raw=True)",
        "display(report.headline())",
        "image/png",
    ),
}


def test_an_output_that_is_no_section_fails_the_report_whatever_it_looks_like(network: Path) -> None:
    for name, (source, *_) in OTHERS.items():
        add_notebook(network, name, PARAMETERS, OPEN, "report.header()", source, "report.foot()")
    with pytest.raises(DataError) as failed:
        make(network, *OTHERS)
    told = {line.partition(".ipynb")[0]: line for line in str(failed.value.message).splitlines()}
    for name, (_, line, kind) in OTHERS.items():
        assert told[name].startswith(
            f"{name}.ipynb, cell 4 (`{line}`) shows something that is no section of the report ({kind})."
        )
        assert "Remove what shows it, or keep it out: assign it (`name = ...`), end the line with `;`" in told[name]
    assert list((network / "made").glob("*.html")) == [network / "made" / "index.html"]
    assert not list((network / "made" / PERIOD).glob("*") if (network / "made" / PERIOD).exists() else [])


def test_what_failed_is_kept_without_what_its_cells_showed_of_records_for_its_author_alone(tmp_path: Path) -> None:
    folder = make_network(tmp_path)
    add_notebook(folder, "frame", PARAMETERS, OPEN, "report.header()", "people", "report.foot()")
    with pytest.raises(DataError, match=r"the notebook: .*frame_NL_2025-Q4_en\.ipynb"):
        make(folder, "frame")
    [kept] = (folder / "made" / "failed").iterdir()
    assert stat.S_IMODE(kept.stat().st_mode) == 0o600
    outputs = [len(cell.get("outputs", [])) for cell in nbformat.read(kept, as_version=4).cells]
    # parameters, what Papermill puts in their place, the report, its header, the participants, its foot
    assert outputs == [0, 0, 0, 1, 0, 1]


def test_what_stays_in_the_notebook_keeps_no_report_from_its_page(network: Path) -> None:
    add_notebook(network, "quiet", PARAMETERS, OPEN, "report.header()", "again = people", "people;",
                 "report.headline()", "print('Anna')", "report.foot()")  # fmt: skip
    path = network / "notebooks" / "quiet.ipynb"
    quiet = nbformat.read(path, as_version=4)
    quiet.cells[-2].metadata["tags"] = ["only-in-notebook"]
    nbformat.write(quiet, path)
    make(network, "quiet")
    page = (network / "made" / PERIOD / f"quiet_NL_{PERIOD}_en.html").read_text("utf-8")
    assert 'class="ppp ppp-headline"' in page
    assert "Anna" not in page


def test_a_page_is_of_one_report_and_its_foot_lists_all_of_it(network: Path) -> None:
    other = "dashboard.open_report(workspace, 'learning_effects', edition='coordinator', **asked).headline()"
    add_notebook(network, "two", PARAMETERS, OPEN, "report.header()", other, "report.foot()")
    add_notebook(network, "early", PARAMETERS, OPEN, "report.header()", "report.foot()", "report.headline()")
    with pytest.raises(DataError) as failed:
        make(network, "two", "early", edition="funder")
    early, two = str(failed.value.message).splitlines()
    assert two.startswith("two.ipynb, cell 4 (`dashboard.open_report(workspace, 'learning_effects', editio…`) shows a ")
    assert "a section of another report than this one" in two
    assert "early.ipynb, cell 5 (`report.headline()`) shows a section after `report.foot()`" in early


def test_a_markdown_cell_is_its_authors_words_and_no_markup_of_ours() -> None:
    """What stands in it is known before the notebook is run; what could pass for a number of ours is text."""
    cell = nbformat.v4.new_markdown_cell(
        '**Ours**: <b data-cell="0/" data-part="value">7</b>\n\n<section class="ppp-section">no</section>\n\n'
        "![a chart](attachment:chart.png) [a link](javascript:alert(1))"
    )
    page = render_page(notebook(*around(cell)))
    [words] = page.split('<section class="ppp ppp-text">')[1:]
    words = words.partition("</section>")[0]
    assert "<strong>Ours</strong>: &lt;b data-cell" in words
    assert "&lt;section class=" in words
    assert "a chart" in words
    assert "<img" not in words
    assert "javascript" not in words
