"""Where a release is written: no folder holds two editions, for whoever sends a folder sends all that is in it."""

from __future__ import annotations

from pathlib import Path

from ppp_metrics.errors import DataError
from ppp_metrics.language import msg
from ppp_metrics.reporting.export_files import DESCRIPTOR, WORKBOOK, is_export
from ppp_metrics.reporting.exported import read_export
from ppp_metrics.reporting.manifest import read_manifest
from ppp_metrics.workspace import Workspace


def refuse_other_edition(place: Workspace, folder: Path, edition: str, *replaced: Path) -> None:
    """Raises DataError when a folder holds reports or an export of another edition; `replaced` is not counted.

    What stands in folders below it is another folder's.
    """
    found = {folder / report.file: report.edition for report in read_manifest(folder).values()}
    gone = {path.resolve() for path in replaced}
    for path in [*folder.glob(f"*{WORKBOOK}"), *(each.parent for each in folder.glob(f"*/{DESCRIPTOR}"))]:
        if path.resolve() not in gone and is_export(path):
            found[path] = read_export(path, path.name).edition
    if other := next((path for path, each in found.items() if each != edition and path.exists()), None):
        raise DataError(
            msg(
                "{folder} holds the edition for another reader ({other}, such as {file}). What is sent to one must not "
                "hold what is for the other: write to {own}, or to a folder that is new or empty.",
                folder=folder,
                other=found[other],
                file=other.name,
                own=place.reports_of(edition),
            )
        )


def has_old_layout(place: Workspace) -> bool:
    """Whether reports of an earlier version stand in the folder that now holds one for each edition."""
    return bool(read_manifest(place.reports))
