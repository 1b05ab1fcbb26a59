"""The options that several verbs take, and the workspace that they name."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from ppp_metrics.language import user_language

if TYPE_CHECKING:
    from ppp_metrics.api import OpenWorkspace

EDITIONS = ("coordinator", "funder")

Folder = Annotated[
    Path, typer.Option("--workspace", envvar="PPP_METRICS_WORKSPACE", metavar="DIR", help="The workspace.")
]
AnyFolder = Annotated[
    Path | None,
    typer.Option("--workspace", envvar="PPP_METRICS_WORKSPACE", metavar="DIR", help="The workspace, if any."),
]
"""Of a verb that works without a workspace too; one that is named has to be one."""
Json = Annotated[bool, typer.Option("--json", help="Print JSON.")]
PeriodOption = Annotated[str, typer.Option("--period", metavar="P", help="A quarter or a year: 2026-Q3, 2026.")]


def open_workspace(folder: Path) -> OpenWorkspace:
    """The workspace of a verb; what opens it is imported now, so that a verb's help is there at once."""
    from ppp_metrics.api import open_workspace
    from ppp_metrics.cli.console import complain

    return open_workspace(folder, tell=lambda message: complain(message.render(user_language())))


def refuse_other_folder(folder: Path | None) -> None:
    """Raises UsageError for a folder that is named as a workspace and is none."""
    if folder is not None:
        open_workspace(folder)
