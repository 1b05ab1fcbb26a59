"""A page as PDF: tagged, with everything that the page says, the same bytes each time, and nothing from elsewhere."""

from __future__ import annotations

import io
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

from ppp_metrics.errors import UsageError
from ppp_metrics.reporting import pdf
from ppp_metrics.reporting.html import page_style

ROWS = "".join(f"<tr><th scope='row'>Row {at}</th><td>{at * 7}</td></tr>" for at in range(1, 121))
PAGE = f"""<!DOCTYPE html><html lang="nl"><head><title>Innovatie in de regio</title>
<style>details {{ display: block }} thead {{ display: table-header-group }}</style></head><body><h1>Innovatie</h1>
<svg viewBox="0 0 90 20" role="img" aria-label="A bar"><rect width="50" height="9" fill="#0f6674"/></svg>
<details><summary>Cijfers</summary><table><caption>Alles</caption>
<thead><tr><th scope="col">rij</th><th scope="col">waarde</th></tr></thead><tbody>{ROWS}</tbody></table></details>
<p><img src="https://example.org/far.png" alt="far"></p></body></html>"""


@pytest.fixture(scope="module")
def made(pango: None) -> bytes:
    return pdf.write_pdf(PAGE)


def test_a_pdf_has_tags_a_title_and_its_language(made: bytes) -> None:
    from pypdf import PdfReader

    reader = PdfReader(io.BytesIO(made))
    root: Any = reader.root_object
    assert root["/MarkInfo"]["/Marked"]
    assert "/StructTreeRoot" in root
    assert root["/Lang"] == "nl"
    assert reader.metadata is not None
    assert reader.metadata.title == "Innovatie in de regio"


def test_every_row_stands_on_paper_under_its_head_and_nothing_comes_from_elsewhere(made: bytes) -> None:
    from pypdf import PdfReader

    pages = [page.extract_text() for page in PdfReader(io.BytesIO(made)).pages]
    assert len(pages) > 1
    text = "\n".join(pages)
    assert [at for at in range(1, 121) if f"Row {at}" not in text] == []
    assert all("waarde" in page for page in pages if "Row" in page)


def test_a_table_that_is_wider_than_a_screen_shows_stays_on_the_paper(pango: None) -> None:
    from pypdf import PdfReader

    suppliers = "".join(f"<th scope='col'>leverancier {at}</th>" for at in range(9))
    cells = "".join(f"<td>100% van 1.44{at}</td>" for at in range(9))
    table = (
        f"<table><thead><tr><th>kolom</th>{suppliers}</tr></thead><tbody><tr><th>Uren</th>{cells}</tr></tbody></table>"
    )
    html = f"<html lang='nl'><style>{page_style()}</style><div class='ppp'>{table}</div>"
    [page] = PdfReader(io.BytesIO(pdf.write_pdf(html))).pages
    starts: dict[str, float] = {}

    def see(text: str, _: Any, matrix: list[float], *rest: Any) -> None:
        starts[text.strip()] = matrix[4]

    page.extract_text(visitor_text=see)
    starts.pop("", None)
    assert len(starts) > 9
    # places are in pixels, of which four are three points
    assert 0.75 * max(starts.values()) < page.mediabox.width - 42, starts


def test_another_process_writes_the_same_bytes(made: bytes, tmp_path: Path) -> None:
    page, file = tmp_path / "page.html", tmp_path / "page.pdf"
    page.write_text(PAGE, encoding="utf-8")
    program = (
        "import sys; from pathlib import Path; from ppp_metrics.reporting.pdf import write_pdf; "
        "Path(sys.argv[2]).write_bytes(write_pdf(Path(sys.argv[1]).read_text('utf-8')))"
    )
    subprocess.run([sys.executable, "-c", program, str(page), str(file)], check=True, env={"PYTHONHASHSEED": "7"})
    assert file.read_bytes() == made


@pytest.mark.parametrize(
    ("fails_with", "says"),
    [("ImportError()", r"pip install 'ppp_metrics\[pdf\]'"), ("OSError()", "apt-get install libpango-1.0-0")],
)
def test_what_is_missing_is_named_with_how_to_get_it(
    fails_with: str, says: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "weasyprint.py").write_text(f"raise {fails_with}")
    monkeypatch.syspath_prepend(tmp_path)
    monkeypatch.delitem(sys.modules, "weasyprint", raising=False)
    with pytest.raises(UsageError, match=says):
        pdf.check_pdf()
