"""The verbs that bring records in, show them, check them and take them out."""

from __future__ import annotations

from functools import partial
from pathlib import Path
from typing import Annotated

import typer

from ppp_metrics.cli.arguments import one_of, workbook_path
from ppp_metrics.cli.console import say, say_erasure, say_json, say_loads, say_quarantine, say_status
from ppp_metrics.cli.differences import accept, say_differences
from ppp_metrics.cli.options import AnyFolder, Folder, Json, open_workspace, refuse_other_folder
from ppp_metrics.errors import UsageError
from ppp_metrics.language import LANGUAGES, msg, user_language


def init(folder: Annotated[Path | None, typer.Argument(metavar="DIR")] = None, workspace: AnyFolder = None) -> None:
    """Make a new workspace that works at once.

    It holds settings, notebooks, suites and an Excel template to fill in.
    """
    import shlex

    from ppp_metrics.api import init_workspace, template_name

    lang = user_language()
    made = folder or workspace
    if made is None:
        raise UsageError(msg("Name the folder to make: `ppp-metrics init DIR`."))
    place = init_workspace(made, lang).place
    say(
        msg(
            "{folder} is a workspace. Fill in {template}, then:\n"
            "  ppp-metrics load {quoted} --as {name} --workspace {place}",
            folder=made,
            template=made / "data" / template_name(lang),
            quoted=shlex.quote(str(made / "data" / template_name(lang))),
            name=shlex.quote(place.root.name or place.name),
            place=shlex.quote(str(made)),
        ).render(lang)
    )


def template(
    file: Annotated[Path, typer.Argument(metavar="FILE.xlsx")],
    lang: Annotated[str, typer.Option("--lang", metavar="nl|en")] = "nl",
    workspace: AnyFolder = None,
) -> None:
    """Write the Excel workbook to fill in.

    A sheet a table, drop-downs for codes, a note on every header.
    """
    from ppp_metrics.records.workbook import write_template

    refuse_other_folder(workspace)
    write_template(workbook_path(file), one_of(lang, LANGUAGES, "--lang"))
    say(str(file))


def load(
    sources: Annotated[list[Path], typer.Argument(metavar="SOURCE...")],
    supplier: Annotated[
        str | None, typer.Option("--as", metavar="NAME", help="The supplier; replaces its earlier load.")
    ] = None,
    mapping: Annotated[Path | None, typer.Option(metavar="DIR", help="A folder with <table>.sql files.")] = None,
    strict: Annotated[bool, typer.Option("--strict", help="Refuse the load if anything is put aside.")] = False,
    dry_run: Annotated[
        bool, typer.Option("--dry-run", help="Show what would change and be put aside; load nothing.")
    ] = False,
    yes: Annotated[bool, typer.Option("--yes", help="Load also where keys or columns vanish.")] = False,
    encoding: Annotated[str | None, typer.Option(metavar="NAME", help="Of text files that are not in UTF-8.")] = None,
    as_json: Json = False,
    workspace: Folder = Path("."),
) -> None:
    """Load files or folders: all of it, or nothing.

    A load replaces the supplier's earlier one, which is kept; what that changes is shown first. A folder is a supplier,
    and each of its subfolders; loose files need --as.
    """
    from ppp_metrics.records.ingest import to_json

    lang = user_language()
    review = None if as_json else partial(accept, yes=yes, lang=lang)
    results = open_workspace(workspace).load(
        sources, supplier, mapping, strict, yes=yes, dry_run=dry_run, encoding=encoding, review=review
    )
    if as_json:
        say(to_json(results, lang))
        return
    if dry_run:
        say_differences([result.difference for result in results], lang)
    say_loads(results, lang)
    if dry_run:
        say(msg("Nothing was loaded.").render(lang))
        if any(result.difference.objections() for result in results):
            say(msg("Without --dry-run this is asked first in a terminal, and needs --yes elsewhere.").render(lang))


def status(as_json: Json = False, workspace: Folder = Path(".")) -> None:
    """Show loads, rows, rows put aside, last check."""
    lang = user_language()
    ws = open_workspace(workspace)
    state = ws.status()
    if as_json:
        say_json(state)
        return
    say(ws.place.name)
    if notice := ws.place.notice_on(supplier["supplier"] for supplier in state["suppliers"]):
        say(notice.render(lang))
    say_status(state, lang)


def erase(
    participant_id: Annotated[str | None, typer.Argument(metavar="PARTICIPANT_ID")] = None,
    supplier: Annotated[
        str | None, typer.Option(metavar="NAME", help="Only of this supplier; without an id, all its people.")
    ] = None,
    as_json: Json = False,
    workspace: Folder = Path("."),
) -> None:
    """Remove a person from every load, known by the id in the files."""
    lang = user_language()
    erasure = open_workspace(workspace).erase(participant_id, supplier)
    if as_json:
        say_json(erasure.to_dict())
        return
    say_erasure(erasure.removed, erasure.rows, erasure.loads, lang)


def quarantine(
    as_json: Json = False,
    xlsx: Annotated[
        Path | None, typer.Option(metavar="FILE", help="Write the rows back with the cells marked.")
    ] = None,
    supplier: Annotated[str | None, typer.Option(metavar="NAME", help="Only of this supplier.")] = None,
    workspace: Folder = Path("."),
) -> None:
    """Show what was put aside, and why.

    --xlsx gives the rows back as a workbook, with the wrong cells marked; of several suppliers one each.
    """
    lang = user_language()
    entries = open_workspace(workspace).quarantine(lang, supplier)
    written: list[Path] = []
    if xlsx:
        from ppp_metrics.records.workbook import write_quarantines

        written = write_quarantines(workbook_path(xlsx), entries, lang)
    if as_json:
        say_json(entries)
    elif not entries:
        say(msg("Nothing was put aside.").render(lang))
    elif not xlsx:
        say_quarantine(entries, lang)
    for path in written:
        say(str(path))


def check(as_json: Json = False, workspace: Folder = Path(".")) -> None:
    """Check the data: may it be published?

    Runs the suites in expectations/; exit 1 when a critical rule is broken.
    """
    lang = user_language()
    result = open_workspace(workspace).check()
    if as_json:
        say_json(result.to_dict())
    else:
        say(result.render(lang))
    if not result.passed:
        raise SystemExit(1)
