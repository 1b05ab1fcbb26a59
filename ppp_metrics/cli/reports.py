"""The verbs that make what is published, attack it, and open the notebooks that it is made of."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from ppp_metrics.cli.arguments import one_of
from ppp_metrics.cli.console import check_line, say, say_audit, say_export, say_json, short
from ppp_metrics.cli.options import EDITIONS, AnyFolder, Folder, Json, PeriodOption, open_workspace, refuse_other_folder
from ppp_metrics.language import LANGUAGES, msg, user_language

Notebooks = Annotated[list[str] | None, typer.Argument(metavar="[NOTEBOOK...]")]
Regions = Annotated[
    str | None, typer.Option("--region", metavar="CODE|all", help="NUTS codes (NL,NL11), or all with data.")
]


def report(
    period: PeriodOption,
    notebooks: Notebooks = None,
    region: Regions = None,
    lang: Annotated[str | None, typer.Option(metavar="nl|en|all")] = None,
    edition: Annotated[str, typer.Option(metavar="coordinator|funder")] = "coordinator",
    out: Annotated[Path | None, typer.Option(metavar="DIR")] = None,
    jobs: Annotated[int | None, typer.Option(metavar="N", min=1)] = None,
    force: Annotated[bool, typer.Option("--force", help="Make again what has not changed.")] = False,
    allow_failed_checks: Annotated[bool, typer.Option("--allow-failed-checks", help="Publish with a banner.")] = False,
    static: Annotated[bool, typer.Option("--static", help="Smaller files, without scripts.")] = False,
    pdf: Annotated[bool, typer.Option("--pdf", help="Write a tagged PDF beside each file.")] = False,
    workspace: Folder = Path("."),
) -> None:
    """Make the reports, with an index page, in reports/EDITION/.

    No notebook: all of them. No region: each country with data. What has not changed is not made again.
    """
    from ppp_metrics.reporting.folders import has_old_layout

    language = one_of(lang, (*LANGUAGES, "all"), "--lang") if lang else user_language()
    one_of(edition, EDITIONS, "--edition")
    ws = open_workspace(workspace)
    made = ws.report(
        notebooks or (),
        period=period,
        region=region,
        lang=language,
        edition=edition,
        out=out,
        jobs=jobs,
        force=force,
        allow_failed_checks=allow_failed_checks,
        is_static=static,
        with_pdf=pdf,
    )
    state = ws.status()
    say(check_line(state["last_check"], state["fingerprint"], user_language()))
    folder = out or ws.place.reports_of(edition)
    index = short(folder / "index.html")
    say(msg("Reports: {count}. Open {index}", count=len(made), index=index).render(user_language()))
    if waiting := sum(story.is_approved is None for story in ws.stories()):
        said = msg(
            "Stories that no report shows until you have read them: {count}. `ppp-metrics stories review`",
            count=waiting,
        )
        say(said.render(user_language()))
    if not out and has_old_layout(ws.place):
        told = msg(
            "{folder} holds reports that an earlier version wrote. They stay there, and count as published. Each "
            "edition now has a folder of its own: {own}.",
            folder=short(ws.place.reports),
            own=short(folder),
        )
        say(told.render(user_language()))


def export(
    period: PeriodOption,
    out: Annotated[Path, typer.Option("--out", metavar="FILE.xlsx|DIR", help="A workbook, or a folder for CSV files.")],
    notebooks: Notebooks = None,
    region: Regions = None,
    lang: Annotated[str | None, typer.Option(metavar="nl|en", help="The language of names and definitions.")] = None,
    edition: Annotated[
        str, typer.Option(metavar="coordinator|funder", help="For funders, unless told otherwise.")
    ] = "funder",
    allow_failed_checks: Annotated[bool, typer.Option("--allow-failed-checks", help="Export all the same.")] = False,
    workspace: Folder = Path("."),
) -> None:
    """Write the numbers of the reports as a workbook, or as CSV with datapackage.json.

    The edition for funders: it names no company. What the reports withhold, it withholds.
    """
    language = one_of(lang, LANGUAGES, "--lang") if lang else user_language()
    one_of(edition, EDITIONS, "--edition")
    ws = open_workspace(workspace)
    made = ws.export(
        notebooks or (),
        period=period,
        out=out,
        region=region,
        lang=language,
        edition=edition,
        allow_failed_checks=allow_failed_checks,
    )
    say_export(made, user_language())


def audit(
    folder: Annotated[Path | None, typer.Argument(metavar="[REPORT_DIR]")] = None,
    remember: Annotated[
        Path | None, typer.Option("--remember", metavar="DIR", help="First read an older folder into the ledger.")
    ] = None,
    yes: Annotated[
        bool, typer.Option("--yes", help="Remember also what was made from records no longer held.")
    ] = False,
    as_json: Json = False,
    workspace: AnyFolder = None,
) -> None:
    """Try to work out from finished reports and exports what they withhold.

    Reads the files back, together with all that this workspace ever published; without a folder, those of the
    workspace. Exits 1 when a withheld number can be computed or narrowed down too far.
    """
    from ppp_metrics.reporting.published import audit_published

    refuse_other_folder(workspace)
    if remember is not None:
        added, read = open_workspace(workspace or Path(".")).remember(remember, is_trusted=yes)
        if not as_json:
            said = msg("Remembered: {added} of {read} files; the others were known.", added=added, read=read)
            say(said.render(user_language()))
    if folder is None:
        place = open_workspace(workspace or Path(".")).place
        found = audit_published(place.reports, place)
    else:
        found = audit_published(folder, open_workspace(workspace).place if workspace else None)
    if as_json:
        say_json(found.to_dict())
    else:
        say_audit(found, user_language())
    if not found.passed:
        raise typer.Exit(1)


def lab(workspace: Folder = Path(".")) -> None:
    """Open JupyterLab on the workspace."""
    import os

    from jupyterlab.labapp import LabApp

    arguments = [f"--ServerApp.root_dir={open_workspace(workspace).place.root}"]
    if hasattr(os, "geteuid") and os.geteuid() == 0:
        arguments.append("--allow-root")
    LabApp.launch_instance(arguments)
