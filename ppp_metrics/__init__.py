"""ppp_metrics: what a region's innovation and learning came to, in numbers that survive an audit."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from pathlib import Path

    from ppp_metrics.api import OpenWorkspace


def open_workspace(folder: str | Path = ".") -> OpenWorkspace:
    """The workspace in a folder: load, check, compute and report from Python. Raises UsageError when there is none."""
    from ppp_metrics.api import open_workspace

    return open_workspace(folder)
