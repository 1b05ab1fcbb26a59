"""What the command prints: lines, aligned tables and JSON."""

from __future__ import annotations

import sys
from collections.abc import Iterable, Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

from ppp_metrics.language import msg

if TYPE_CHECKING:
    import pandas as pd

    from ppp_metrics.records.ingest import LoadResult
    from ppp_metrics.reporting.audit import Audit
    from ppp_metrics.reporting.export import Written


def say(text: str = "") -> None:
    sys.stdout.write(text + "\n")


def say_json(value: Any) -> None:
    import json

    say(json.dumps(value, ensure_ascii=False, indent=2, default=str))


def say_table(rows: list[list[str]]) -> None:
    """Columns side by side: words to the left, numbers to the right."""
    widths = [max(len(row[i]) for row in rows) for i in range(len(rows[0]))]
    numeric = [
        all(row[i].replace(",", "").replace(".", "").lstrip("-").isdigit() or row[i] == "-" for row in rows[1:])
        and i > 0
        for i in range(len(widths))
    ]
    for row in rows:
        cells = [cell.rjust(w) if right else cell.ljust(w) for cell, w, right in zip(row, widths, numeric, strict=True)]
        say("  " + "  ".join(cells).rstrip())


def complain(text: str) -> None:
    sys.stderr.write(text + "\n")


def plain(value: Any) -> Any:
    """A cell of a frame as Python has it; None where it is missing."""
    import pandas as pd

    if pd.api.types.is_scalar(value) and pd.isna(value):
        return None
    return value.item() if hasattr(value, "item") else value


def shown(value: Any) -> str:
    """A cell of a frame as a reader sees it: a dash where it is missing, three digits or more for a fraction."""
    cell = plain(value)
    if cell is None:
        return "-"
    return f"{cell:.{1 if abs(cell) >= 10 else 2}f}" if isinstance(cell, float) else str(cell)


def say_frame(frame: pd.DataFrame, output: str) -> None:
    """A frame as a table, as csv or as json."""
    if output == "csv":
        sys.stdout.write(frame.to_csv(index=False, lineterminator="\n"))
    elif output == "json":
        say_json([{name: plain(value) for name, value in row.items()} for row in frame.to_dict("records")])
    else:
        cells = [[shown(value) for value in row] for row in frame.itertuples(index=False)]
        say_table([list(frame.columns), *cells])


def quarantine_line(entry: dict[str, Any], lang: str) -> str:
    """Where a row or cell put aside stands, and why."""
    place = f"{entry['supplier']}: {entry['file']}" + (f" ({entry['sheet']})" if entry["sheet"] else "")
    row = msg("row {number}", number=entry["row"]).render(lang)
    cell = " ".join(filter(None, (entry["column"], entry["value"] and f"'{entry['value']}'")))
    fate = " " + msg("The row was kept without it.").render(lang) if entry["row_kept"] else ""
    return ", ".join(filter(None, (place, row, cell))) + f": {entry[f'reason_{lang}']}{fate}"


def say_quarantine(entries: Iterable[dict[str, Any]], lang: str) -> None:
    """What was put aside, a line each.

    A row of a mapped file may fail in several tables for one and the same reason: that is told once.
    """
    for line in dict.fromkeys(quarantine_line(entry, lang) for entry in entries):
        say(line)


def check_line(last: dict[str, Any] | None, fingerprint: str, lang: str) -> str:
    """The verdict of the last check, and whether the data have changed since."""
    if last is None:
        return msg("Not checked yet. Run `ppp-metrics check`.").render(lang)
    verdict = msg("passed") if last["passed"] else msg("failed")
    line = msg("Last check: {verdict}, {moment}.", verdict=verdict, moment=last["checked_at"]).render(lang)
    if last["fingerprint"] != fingerprint:
        line += " " + msg("The data has changed since.").render(lang)
    return line


def short(path: Path) -> str:
    """The path from here, where it lies below."""
    try:
        return str(path.resolve().relative_to(Path.cwd()))
    except ValueError:
        return str(path)


def say_status(state: Mapping[str, Any], lang: str) -> None:
    """What each supplier loaded, the records by table, whose time is over, and the last check."""
    say()
    header = [msg("supplier"), msg("load"), msg("loaded"), msg("rows"), msg("put aside")]
    say_table(
        [[each.render(lang) for each in header]]
        + [
            [s["supplier"], str(s["load_id"]), s["loaded_at"], f"{s['rows']:,}", f"{s['quarantined']:,}"]
            for s in state["suppliers"]
        ]
    )
    say()
    say_table(
        [[msg("table").render(lang), msg("rows").render(lang)]]
        + [[name, f"{count:,}"] for name, count in state["tables"].items() if count]
    )
    say()
    for kept in state["retention"]:
        if kept["overdue"]:
            overdue = msg(
                "The records of people from {supplier} were to be kept until {until}: remove them with "
                "`ppp-metrics erase --supplier {supplier}`.",
                **kept,
            )
            say(overdue.render(lang))
    say(check_line(state["last_check"], state["fingerprint"], lang))


def say_erasure(removed: Mapping[str, Mapping[str, int]], rows: int, loads: int, lang: str) -> None:
    """What was removed of whom, and what was not."""
    header = [msg("supplier"), msg("table"), msg("rows")]
    if rows:
        say_table(
            [[each.render(lang) for each in header]]
            + [[name, table, f"{count:,}"] for name, tables in removed.items() for table, count in tables.items()]
        )
        say()
    said = msg("Removed {rows} rows from {loads} loads.", rows=f"{rows:,}", loads=loads)
    again = msg(
        "The files they came from bring them back when they are loaded again: ask the supplier to leave them out. "
        "Reports are as they were made; make them again with `ppp-metrics report`."
    )
    say(f"{said.render(lang)} {again.render(lang)}")


def say_loads(results: Sequence[LoadResult], lang: str) -> None:
    """What became of the rows, by table or by supplier, and what their supplier should know.

    What was put aside is told by `ppp-metrics quarantine`, but of a dry run here.
    """
    header = [msg("rows"), msg("kept"), msg("put aside"), msg("repeats")]
    first = msg("table") if len(results) == 1 else msg("supplier")
    lines = list(results[0].tables.items()) if len(results) == 1 else [(each.supplier, each.totals) for each in results]
    say_table(
        [[each.render(lang) for each in (first, *header)]]
        + [
            [name, *(f"{counts[key]:,}" for key in ("rows", "kept", "quarantined", "repeats"))]
            for name, counts in lines
        ]
    )
    for result in results:
        for notice in (*result.notices, *result.readings):
            say(f"{result.supplier}: {notice.render(lang)}")
    if put_aside := [entry for result in results for entry in result.put_aside]:
        say_quarantine(put_aside, lang)
    elif any(result.quarantined_rows or result.cells_put_aside for result in results):
        say(
            msg(
                "Put aside: rows {rows}, cells {cells}. `ppp-metrics quarantine` says which and why.",
                rows=sum(result.quarantined_rows for result in results),
                cells=sum(result.cells_put_aside for result in results),
            ).render(lang)
        )


def say_export(made: Written, lang: str) -> None:
    """How many numbers were written where."""
    counts = {"numbers": f"{made.numbers:,}", "withheld": f"{made.withheld:,}", "file": short(made.path)}
    say(msg("{numbers} numbers, {withheld} of them withheld: {file}", **counts).render(lang))


def say_audit(found: Audit, lang: str) -> None:
    """What can be worked out, a line each, and how much was read."""
    for leak in found.leaks:
        say(leak.message.render(lang))
    counts = {"files": found.files, "cells": found.cells, "withheld": found.withheld, "count": len(found.leaks)}
    said = msg("Read {files} files with {cells} numbers, {withheld} withheld. Given away: {count}.", **counts)
    if found.passed and found.withheld:
        said = msg(
            "Read {files} files with {cells} numbers, {withheld} withheld. Nobody can work out any of these.", **counts
        )
    elif found.passed:
        said = msg("Read {files} files with {cells} numbers. None is withheld.", **counts)
    say(said.render(lang))
    if found.remembered:
        said = msg("Taken along from the ledger of what was published: {count} files.", count=found.remembered)
        say(said.render(lang))
