"""What may stand on a page: the sections of its report, told by their seal from whatever else a notebook's cells show.

Numbers are protected because a section is made of what is left after disclosure control. Of any other output (a table
of records, a print, a picture) nobody knows what is in it, so that none is published.
"""

from __future__ import annotations

import hmac
import json
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from ppp_metrics.errors import DataError
from ppp_metrics.language import msg

if TYPE_CHECKING:
    from nbformat import NotebookNode

    from ppp_metrics.reporting.plan import Job

ONLY_IN_NOTEBOOK = "only-in-notebook"
"""The tag of cells that a reader of the report does not get to see."""
INJECTED = "injected-parameters"
"""The tag of the cell that Papermill adds: whoever wrote the notebook does not count it."""
CODE_LENGTH = 60


@dataclass(frozen=True)
class Section:
    """A finished piece of a report; JupyterLab and the HTML report show the same."""

    html: str = field(repr=False)
    about: Mapping[str, Any] = field(default_factory=dict)

    def _repr_mimebundle_(self, **_: Any) -> tuple[dict[str, str], dict[str, Any]]:
        return {"text/html": self.html}, {"ppp_metrics": dict(self.about)}


def sealed(key: bytes, html: str, about: Mapping[str, Any]) -> Section:
    """The section of a release, which says with what key it was made."""
    return Section(html, {**about, "seal": _seal(key, html, about)})


def _seal(key: bytes, html: str, about: Mapping[str, Any]) -> str:
    """What nobody writes without the key: of other HTML, or of what is said to be another report's, it is another."""
    text = json.dumps([html, about], sort_keys=True, default=lambda value: value.item())
    return hmac.new(key, text.encode(), "sha256").hexdigest()


def refuse_others(job: Job, notebook: NotebookNode, key: bytes) -> None:
    """Raises DataError when a cell shows what is no section of this job's one report, or a section after its foot."""
    desk, is_at_end = None, False
    for number, cell in _shown_cells(notebook):
        for output in cell.outputs:
            about = _sealed(output, key)
            if about is None:
                raise DataError(
                    msg(
                        "{notebook}, cell {number} (`{code}`) shows something that is no section of the report "
                        "({kind}). It could hold anything, so it is not published. Remove what shows it, or keep it "
                        "out: assign it (`name = ...`), end the line with `;`, or give the cell the tag `{tag}`. "
                        "Sections come from `report.*`.",
                        **_where(job, number, cell),
                        kind=_kind(output),
                        tag=ONLY_IN_NOTEBOOK,
                    )
                )
            desk = desk or about["of"]["desk"]
            asked = {name: getattr(job, name) for name in ("period", "region", "lang", "edition")}
            if about["of"] != asked | {"desk": desk}:
                raise DataError(
                    msg(
                        "{notebook}, cell {number} (`{code}`) shows a section of another report than this one. A page "
                        "is of one report: open one with `dashboard.open_report`, with the notebook's own parameters, "
                        "and make another notebook for the other.",
                        **_where(job, number, cell),
                    )
                )
            if is_at_end:
                raise DataError(
                    msg(
                        "{notebook}, cell {number} (`{code}`) shows a section after `report.foot()`, which lists all "
                        "numbers of the report. Move the foot to the end.",
                        **_where(job, number, cell),
                    )
                )
            is_at_end = about["part"] == "foot"


def strip_others(notebook: NotebookNode, key: bytes) -> None:
    """Take every output from a notebook that is no section, but for the error that stopped it."""
    for cell in notebook.cells:
        if cell.cell_type == "code":
            cell.outputs = [
                each for each in cell.outputs if each.output_type == "error" or _sealed(each, key) is not None
            ]


def _shown_cells(notebook: NotebookNode) -> Iterator[tuple[int, NotebookNode]]:
    """The code cells whose outputs reach the page, with their numbers from the top as JupyterLab shows them."""
    number = 0
    for cell in notebook.cells:
        number += not has_tag(cell, INJECTED)
        if cell.cell_type == "code" and not has_tag(cell, ONLY_IN_NOTEBOOK):
            yield number, cell


def has_tag(cell: NotebookNode, tag: str) -> bool:
    return tag in cell.metadata.get("tags", [])


def _sealed(output: NotebookNode, key: bytes) -> dict[str, Any] | None:
    """What a section says of itself; None of an output that is none, or that was changed since."""
    html = output.get("data", {}).get("text/html")
    about = dict(output.get("metadata", {}).get("ppp_metrics", {}))
    found = about.pop("seal", None)
    is_own = isinstance(html, str) and isinstance(found, str) and hmac.compare_digest(found, _seal(key, html, about))
    return about if is_own else None


def _where(job: Job, number: int, cell: NotebookNode) -> dict[str, Any]:
    lines = [line.strip() for line in cell.source.splitlines() if line.strip() and not line.lstrip().startswith("#")]
    first = lines[0] if lines else ""
    code = first if len(first) <= CODE_LENGTH else f"{first[: CODE_LENGTH - 1]}…"
    return {"notebook": job.notebook.name, "number": number, "code": code}


def _kind(output: NotebookNode) -> str:
    """What sort of output it is, in Jupyter's own words: never what is in it."""
    if output.output_type in ("stream", "error"):
        return str(output.get("name") if output.output_type == "stream" else "error")
    return next((kind for kind in output.get("data", {}) if kind != "text/plain"), "text/plain")
