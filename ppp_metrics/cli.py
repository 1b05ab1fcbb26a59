"""The ppp-metrics command: one thin function a verb.

Exit 0: done. 1: the data does not allow it. 2: wrong usage. Errors are one or two sentences on stderr.
"""

from __future__ import annotations

import sys
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from ppp_metrics.arguments import condition, day, one_of, workbook_path
from ppp_metrics.console import (
    check_line,
    complain,
    quarantine_line,
    say,
    say_audit,
    say_erasure,
    say_export,
    say_frame,
    say_json,
    say_loads,
    say_status,
    say_table,
    short,
)
from ppp_metrics.errors import PppError
from ppp_metrics.language import LANGUAGES, msg, user_language

if TYPE_CHECKING:
    from ppp_metrics.api import OpenWorkspace

app = typer.Typer(
    name="ppp-metrics",
    help="What a region's innovation and learning came to, in numbers that survive an audit.",
    no_args_is_help=True,
    add_completion=False,
    rich_markup_mode=None,
    pretty_exceptions_enable=False,
    context_settings={"max_content_width": 110},
)

Folder = Annotated[
    Path, typer.Option("--workspace", envvar="PPP_METRICS_WORKSPACE", metavar="DIR", help="The workspace.")
]
Json = Annotated[bool, typer.Option("--json", help="Print JSON.")]
PeriodOption = Annotated[str, typer.Option("--period", metavar="P", help="A quarter or a year: 2026-Q3, 2026.")]
Notebooks = Annotated[list[str] | None, typer.Argument(metavar="[NOTEBOOK...]")]
Regions = Annotated[
    str | None, typer.Option("--region", metavar="CODE|all", help="NUTS codes (NL,NL11), or all with data.")
]
EDITIONS = ("coordinator", "funder")


def main() -> None:
    """Runs the command; failures become a sentence on stderr and an exit code."""
    arguments = sys.argv[1:]
    debug = "--debug" in arguments
    for stream in (sys.stdout, sys.stderr):
        stream.reconfigure(encoding="utf-8", errors="replace")  # type: ignore[union-attr]
    try:
        app(args=[argument for argument in arguments if argument != "--debug"])
    except PppError as error:
        if debug:
            raise
        complain(error.message.render(user_language()))
        raise SystemExit(error.exit_code) from None
    except KeyboardInterrupt:
        raise SystemExit(130) from None
    except BrokenPipeError:
        sys.stderr.close()
        raise SystemExit(1) from None
    except Exception as error:
        if debug:
            raise
        sentence = msg(
            "Something went wrong that should not: {kind}: {error}. `--debug` shows where.",
            kind=type(error).__name__,
            error=" ".join(str(error).split())[:300],
        )
        complain(sentence.render(user_language()))
        raise SystemExit(1) from None


@app.command()
def init(folder: Annotated[Path, typer.Argument(metavar="DIR")]) -> None:
    """Make a new workspace that works at once.

    It holds settings, notebooks, suites and an Excel template to fill in.
    """
    from ppp_metrics.api import init_workspace

    lang = user_language()
    init_workspace(folder, lang)
    say(
        msg(
            "{folder} is a workspace. Fill in the template in {folder}/data, then:\n"
            "  ppp-metrics load FILE --workspace {folder}",
            folder=folder,
        ).render(lang)
    )


@app.command()
def template(
    file: Annotated[Path, typer.Argument(metavar="FILE.xlsx")],
    lang: Annotated[str, typer.Option("--lang", metavar="nl|en")] = "nl",
) -> None:
    """Write the Excel workbook to fill in.

    A sheet a table, drop-downs for codes, a note on every header.
    """
    from ppp_metrics.records.workbook import write_template

    write_template(workbook_path(file), one_of(lang, LANGUAGES, "--lang"))
    say(str(file))


@app.command()
def load(
    sources: Annotated[list[Path], typer.Argument(metavar="SOURCE...")],
    supplier: Annotated[
        str | None, typer.Option("--as", metavar="NAME", help="The supplier; replaces its earlier load.")
    ] = None,
    mapping: Annotated[Path | None, typer.Option(metavar="DIR", help="A folder with <table>.sql files.")] = None,
    strict: Annotated[bool, typer.Option("--strict", help="Refuse the load if anything is put aside.")] = False,
    as_json: Json = False,
    workspace: Folder = Path("."),
) -> None:
    """Load files or folders: all of it, or nothing.

    A load replaces the supplier's earlier one, which is kept. A folder is a supplier, and each of its subfolders.
    """
    from ppp_metrics.records.ingest import to_json

    lang = user_language()
    results = _open(workspace).load(sources, supplier, mapping, strict)
    if as_json:
        say(to_json(results, lang))
        return
    say_loads(results, lang)


@app.command()
def status(as_json: Json = False, workspace: Folder = Path(".")) -> None:
    """Show loads, rows, rows put aside, last check."""
    lang = user_language()
    ws = _open(workspace)
    state = ws.status()
    if as_json:
        say_json(state)
        return
    say(ws.place.name)
    if notice := ws.place.notice_on(supplier["supplier"] for supplier in state["suppliers"]):
        say(notice.render(lang))
    say_status(state, lang)


@app.command()
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
    erasure = _open(workspace).erase(participant_id, supplier)
    if as_json:
        say_json(erasure.to_dict())
        return
    say_erasure(erasure.removed, erasure.rows, erasure.loads, lang)


@app.command()
def quarantine(
    as_json: Json = False,
    xlsx: Annotated[
        Path | None, typer.Option(metavar="FILE", help="Write the rows back with the cells marked.")
    ] = None,
    workspace: Folder = Path("."),
) -> None:
    """Show what was put aside, and why.

    --xlsx gives the rows back as a workbook, with the wrong cells marked.
    """
    lang = user_language()
    entries = _open(workspace).quarantine(lang)
    if xlsx:
        from ppp_metrics.records.workbook import write_quarantine

        write_quarantine(workbook_path(xlsx), entries, lang)
    if as_json:
        say_json(entries)
    elif not entries:
        say(msg("Nothing was put aside.").render(lang))
    elif not xlsx:
        # a row of a mapped file may fail in several tables for one and the same reason
        for line in dict.fromkeys(quarantine_line(entry, lang) for entry in entries):
            say(line)
    if xlsx:
        say(str(xlsx))


@app.command()
def check(as_json: Json = False, workspace: Folder = Path(".")) -> None:
    """Check the data: may it be published?

    Runs the suites in expectations/; exit 1 when a critical rule is broken.
    """
    lang = user_language()
    result = _open(workspace).check()
    if as_json:
        say_json(result.to_dict())
    else:
        say(result.render(lang))
    if not result.passed:
        raise SystemExit(1)


@app.command()
def metrics(
    metric_id: Annotated[str | None, typer.Argument(metavar="[ID]")] = None,
    lang: Annotated[str | None, typer.Option("--lang", metavar="nl|en")] = None,
    as_json: Json = False,
) -> None:
    """Show the metrics, or one whole definition."""
    from ppp_metrics.metrics.registry import METRICS, describe, find_metric

    language = one_of(lang, LANGUAGES, "--lang") if lang else user_language()
    wanted = [find_metric(metric_id)] if metric_id else list(METRICS.values())
    described = [describe(metric, language) for metric in wanted]
    if as_json:
        say_json(described[0] if metric_id else described)
    elif metric_id:
        for name, value in described[0].items():
            say(f"{name:<12} {', '.join(value) if isinstance(value, list) else value}")
    else:
        say_table([["id", "unit", "label"]] + [[each.id, each.unit, each.label.render(language)] for each in wanted])


@app.command()
def compute(
    metric_id: Annotated[str, typer.Argument(metavar="ID")],
    period: PeriodOption,
    region: Annotated[
        str | None, typer.Option(metavar="CODE", help="A NUTS code; includes the regions below it.")
    ] = None,
    partnership: Annotated[str | None, typer.Option(metavar="ID")] = None,
    by: Annotated[list[str] | None, typer.Option(metavar="DIM", help="Slice by a dimension; may be repeated.")] = None,
    where: Annotated[
        list[str] | None, typer.Option(metavar="DIM=VALUE", help="Keep one value; may be repeated.")
    ] = None,
    known_at: Annotated[str | None, typer.Option(metavar="DATE", help="As it was known on a day.")] = None,
    edition: Annotated[str, typer.Option(metavar="coordinator|funder|none")] = "coordinator",
    output: Annotated[str, typer.Option("--format", metavar="table|csv|json")] = "table",
    workspace: Folder = Path("."),
) -> None:
    """Compute one metric, sliced."""
    one_of(output, ("table", "csv", "json"), "--format")
    one_of(edition, (*EDITIONS, "none"), "--edition")
    dimensions = [name.strip() for item in by or [] for name in item.split(",") if name.strip()]
    frame = _open(workspace).compute(
        metric_id,
        period,
        region=region,
        partnership=partnership,
        by=dimensions,
        where=dict(map(condition, where or [])),
        known_at=day(known_at),
        edition=edition,
    )
    if edition == "none":
        complain(
            msg("No disclosure control was applied: these numbers must not leave the house.").render(user_language())
        )
    say_frame(frame, output)


@app.command()
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
    """Make the reports, with an index page.

    No notebook: all of them. No region: each country with data. What has not changed is not made again.
    """
    language = one_of(lang, (*LANGUAGES, "all"), "--lang") if lang else user_language()
    one_of(edition, EDITIONS, "--edition")
    ws = _open(workspace)
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
    index = short((out or ws.place.reports) / "index.html")
    say(msg("Reports: {count}. Open {index}", count=len(made), index=index).render(user_language()))


@app.command()
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
    ws = _open(workspace)
    made = ws.export(
        notebooks or (),
        period=period,
        out=out,
        region=region,
        lang=language,
        edition=edition,
        allow_failed_checks=allow_failed_checks,
    )
    say_export(made, ws.place.reports, user_language())


@app.command()
def audit(
    folder: Annotated[Path, typer.Argument(metavar="REPORT_DIR")],
    as_json: Annotated[bool, typer.Option("--json")] = False,
) -> None:
    """Try to work out from finished reports and exports what they withhold.

    Reads the files back. Exits 1 when a withheld number can be computed or narrowed down too far.
    """
    from ppp_metrics.reporting.audit import audit as read_and_attack

    found = read_and_attack(folder)
    if as_json:
        say_json(found.to_dict())
    else:
        say_audit(found, user_language())
    if not found.passed:
        raise typer.Exit(1)


@app.command()
def lab(workspace: Folder = Path(".")) -> None:
    """Open JupyterLab on the workspace."""
    import os

    from jupyterlab.labapp import LabApp

    arguments = [f"--ServerApp.root_dir={_open(workspace).place.root}"]
    if hasattr(os, "geteuid") and os.geteuid() == 0:
        arguments.append("--allow-root")
    LabApp.launch_instance(arguments)


def _open(folder: Path) -> OpenWorkspace:
    from ppp_metrics.api import open_workspace

    return open_workspace(folder)


if __name__ == "__main__":
    main()
