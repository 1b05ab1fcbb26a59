"""The verbs that show what can be computed, and compute it."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from ppp_metrics.cli.arguments import condition, day, one_of
from ppp_metrics.cli.console import complain, say, say_frame, say_json, say_table
from ppp_metrics.cli.options import EDITIONS, AnyFolder, Folder, Json, PeriodOption, open_workspace, refuse_other_folder
from ppp_metrics.language import LANGUAGES, msg, user_language


def metrics(
    metric_id: Annotated[str | None, typer.Argument(metavar="[ID]")] = None,
    lang: Annotated[str | None, typer.Option("--lang", metavar="nl|en")] = None,
    as_json: Json = False,
    workspace: AnyFolder = None,
) -> None:
    """Show the metrics, or one whole definition."""
    from ppp_metrics.metrics.registry import METRICS, describe, find_metric

    refuse_other_folder(workspace)
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
    against: Annotated[str | None, typer.Option(metavar="previous|year|target|whole", help="Compare each row.")] = None,
    known_at: Annotated[str | None, typer.Option(metavar="DATE", help="As it was known on a day.")] = None,
    edition: Annotated[str, typer.Option(metavar="coordinator|funder|none")] = "coordinator",
    output: Annotated[str, typer.Option("--format", metavar="table|csv|json")] = "table",
    workspace: Folder = Path("."),
) -> None:
    """Compute one metric, sliced."""
    one_of(output, ("table", "csv", "json"), "--format")
    one_of(edition, (*EDITIONS, "none"), "--edition")
    dimensions = [name.strip() for item in by or [] for name in item.split(",") if name.strip()]
    frame = open_workspace(workspace).compute(
        metric_id,
        period,
        region=region,
        partnership=partnership,
        by=dimensions,
        where=dict(map(condition, where or [])),
        known_at=day(known_at),
        edition=edition,
        against=against,
    )
    if edition == "none":
        complain(
            msg("No disclosure control was applied: these numbers must not leave the house.").render(user_language())
        )
    say_frame(frame, output)
