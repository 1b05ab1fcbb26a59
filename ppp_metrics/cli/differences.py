"""What a load changes, as it is printed before it is kept, and the question whether that is meant."""

from __future__ import annotations

import sys
from collections.abc import Iterable, Iterator
from typing import TYPE_CHECKING

from ppp_metrics.cli.console import say, say_table
from ppp_metrics.errors import DataError
from ppp_metrics.language import Message, msg

if TYPE_CHECKING:
    from ppp_metrics.records.difference import Difference, TableDifference
    from ppp_metrics.records.ingest import LoadResult


def accept(results: list[LoadResult], *, yes: bool, lang: str) -> None:
    """Prints what the loads change, and asks where something vanishes or counts twice.

    Raises DataError where the answer is no, or there is nobody to ask and not `yes`.
    """
    from ppp_metrics.records.ingest import refuse_losses

    say_differences((result.difference for result in results), lang)
    if yes or not any(result.difference.objections() for result in results):
        return
    if not (sys.stdin.isatty() and sys.stderr.isatty()):
        refuse_losses(results)
    sys.stdout.flush()
    for objection in (each for result in results for each in result.difference.objections()):
        sys.stderr.write(objection.render(lang) + "\n")
    sys.stderr.write(msg("Load this all the same? [y/N]").render(lang) + " ")
    sys.stderr.flush()
    if sys.stdin.readline().strip().casefold() not in ("y", "yes", "j", "ja"):
        raise DataError(msg("Nothing was loaded."))


def say_differences(differences: Iterable[Difference], lang: str) -> None:
    """What each load changes: a row a table, then what is gone by name, and what other suppliers sent too."""
    for difference in filter(None, differences):
        if difference.tables:
            since = msg(
                "{supplier}, compared with its load of {moment}:",
                supplier=difference.supplier,
                moment=difference.earlier_moment,
            )
            say(since.render(lang))
            header = [msg("table"), msg("before"), msg("now"), msg("new"), msg("changed"), msg("gone")]
            say_table(
                [[each.render(lang) for each in header]]
                + [
                    [each.table, *(f"{n:,}" for n in (each.rows_before, each.rows, each.new, each.changed, each.gone))]
                    for each in difference.tables
                ]
            )
        details = [sentence for table in difference.tables if table.sent for sentence in _details(table)]
        if missing := ", ".join(table.table for table in difference.tables if not table.sent):
            details.append(msg("No longer sent: {missing}.", missing=missing))
        for sentence in [*details, *difference.doubles()]:
            say("  " + sentence.render(lang))
        say()


def _details(table: TableDifference) -> Iterator[Message]:
    """What the counts of a table do not say."""
    keys, more = ", ".join(table.gone_keys), table.gone - len(table.gone_keys)
    if keys and more:
        yield msg("{table}: gone are {keys} and {count} more.", table=table.table, keys=keys, count=f"{more:,}")
    elif keys:
        yield msg("{table}: gone: {keys}.", table=table.table, keys=keys)
    if table.put_aside:
        yield msg(
            "{table}: of the keys gone, {count} came along and were put aside.",
            table=table.table,
            count=f"{table.put_aside:,}",
        )
    if table.columns_gone:
        yield msg(
            "{table}: columns no longer sent: {columns}.", table=table.table, columns=", ".join(table.columns_gone)
        )
    if table.columns_new:
        yield msg("{table}: new columns: {columns}.", table=table.table, columns=", ".join(table.columns_new))
