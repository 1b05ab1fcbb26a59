"""One report: its notebook run by Papermill in a kernel of its own, and what came of that as a page."""

from __future__ import annotations

import hashlib
import re
from collections.abc import Sequence
from html import unescape
from pathlib import Path
from typing import TYPE_CHECKING, Any

from ppp_metrics.errors import DataError
from ppp_metrics.language import Message, msg
from ppp_metrics.light_imports import without_address_grammar
from ppp_metrics.reporting.dashboard import package_version
from ppp_metrics.reporting.manifest import Report
from ppp_metrics.reporting.plan import Job
from ppp_metrics.reporting.sealed import refuse_others, strip_others

if TYPE_CHECKING:
    from nbformat import NotebookNode

CELL_SECONDS = 600
KERNEL_ARGUMENTS = (
    # ipykernel warns of a network port's plain text; there is no other way on Windows
    "--log-level=ERROR",
    # what a report runs is no part of what its maker typed
    "--HistoryManager.enabled=False",
)


def run_notebook(job: Job, executed: Path, key: bytes) -> NotebookNode:
    """The executed notebook of a report, which is written to `executed` too, as far as it came.

    Raises DataError with the failing cell's own words, and when a cell shows what is no section sealed with `key`.
    """
    notebook = _execute(job, executed)
    refuse_others(job, notebook, key)
    return notebook


def keep_failed(executed: Path, key: bytes) -> None:
    """Leave of a failed notebook what its author can look at, who alone may: what a cell showed of records is not kept.

    The folder that it will stand in is one that may be sent to others.
    """
    with without_address_grammar():
        import nbformat

    if executed.is_file():
        notebook = nbformat.read(executed, as_version=4)
        strip_others(notebook, key)
        nbformat.write(notebook, executed)
        executed.chmod(0o600)


def _execute(job: Job, executed: Path) -> NotebookNode:
    with without_address_grammar():
        import papermill
        from nbclient.exceptions import CellTimeoutError, DeadKernelError
        from papermill.exceptions import PapermillExecutionError

    from ppp_metrics.reporting.engine import ENGINE
    from ppp_metrics.reporting.kernels import ReportKernelManager

    try:
        return papermill.execute_notebook(
            str(job.notebook),
            str(executed),
            parameters=job.parameters,
            engine_name=ENGINE,
            kept_in=str(executed),
            kernel_name="python3",
            kernel_manager_class=ReportKernelManager,
            request_save_on_cell_execute=False,
            progress_bar=False,
            execution_timeout=CELL_SECONDS,
            resources={"metadata": {"path": str(job.notebook.parent)}},
            extra_arguments=list(KERNEL_ARGUMENTS),
            shutdown_kernel="immediate",
        )
    except PapermillExecutionError as error:
        is_told = error.ename in ("DataError", "UsageError")
        raise DataError(stopped(job, error.evalue if is_told else f"{error.ename}: {error.evalue}")) from None
    except DeadKernelError:
        reason = msg("its process ended in the middle of a cell; perhaps the machine has too little memory.")
        raise DataError(stopped(job, reason)) from None
    except CellTimeoutError:
        raise DataError(stopped(job, msg("a cell took longer than {seconds} seconds.", seconds=CELL_SECONDS))) from None
    except (TimeoutError, RuntimeError) as error:
        raise DataError(stopped(job, str(error))) from None


def write_page(job: Job, notebook: NotebookNode, page: Path) -> tuple[Report, list[dict[str, Any]]]:
    """Write the page of an executed notebook, and its PDF if asked; with the report come the numbers behind it.

    Raises DataError when the notebook shows no header or no foot.
    """
    from ppp_metrics.reporting.html import about_foot, about_page, render_page
    from ppp_metrics.reporting.pdf import write_pdf

    about, foot = about_page(notebook), about_foot(notebook)
    written = render_page(notebook, is_static=job.is_static).encode()
    page.write_bytes(written)
    pdf = write_pdf(render_page(notebook, is_static=True)) if job.with_pdf else b""
    if pdf:
        page.with_suffix(".pdf").write_bytes(pdf)
    groups, withheld = foot["groups"], foot["withheld"]
    if job.edition == "funder":
        groups, withheld = _as_listed(groups, withheld, written.decode())
    report = Report(
        file=job.file,
        notebook=job.notebook.stem,
        title=about["subject"],
        network=about["network"],
        area=about["area"],
        period=job.period,
        region=job.region,
        lang=job.lang,
        edition=job.edition,
        fingerprint=job.fingerprint,
        version=package_version(),
        inputs=job.inputs,
        records=job.records,
        sha256=hashlib.sha256(written).hexdigest(),
        has_notice=about["has_notice"],
        as_of=foot["as_of"],
        loads=foot["loads"],
        questions=foot["questions"],
        groups=groups,
        withheld=withheld,
        tile=about["tile"],
        is_static=job.is_static,
        pdf=job.pdf if pdf else "",
        pdf_sha256=hashlib.sha256(pdf).hexdigest() if pdf else "",
    )
    return report, foot["numbers"]


def _as_listed(
    groups: Sequence[Sequence[str]], withheld: Sequence[str], page: str
) -> tuple[list[list[str]], list[str]]:
    """The groups of each question and the withheld cells without the names of those that the page does not list.

    How many groups there are stays: the audit must know that a total is of more than what is listed.
    """
    cells = {unescape(cell) for cell in re.findall(r'data-cell="([^"]*)"', page)}
    told = [
        [
            key if f"{at}/{key}" in cells else "/".join([f"?{number}"] * (key.count("/") + 1))
            for number, key in enumerate(keys, start=1)
        ]
        for at, keys in enumerate(groups)
    ]
    return told, [cell for cell in withheld if cell in cells]


def stopped(job: Job, said: Message | str) -> Message:
    """That a report's notebook did not come to its end, and why, in one line."""
    if isinstance(said, str):
        said = " ".join(re.sub(r"\x1b\[[0-9;]*m", "", said).split())[:500].removesuffix(":")
    return msg(
        "{notebook} for {region}, {period} stopped: {reason}",
        notebook=job.notebook.stem,
        region=job.region,
        period=job.period,
        reason=said,
    )
