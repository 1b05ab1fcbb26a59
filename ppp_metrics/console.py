"""What the command prints: lines, aligned tables and JSON."""

from __future__ import annotations

import sys
from pathlib import Path
from typing import Any

from ppp_metrics.language import msg


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


def quarantine_line(entry: dict[str, Any], lang: str) -> str:
    """Where a row or cell put aside stands, and why."""
    place = f"{entry['supplier']}: {entry['file']}" + (f" ({entry['sheet']})" if entry["sheet"] else "")
    row = msg("row {number}", number=entry["row"]).render(lang)
    cell = " ".join(filter(None, (entry["column"], entry["value"] and f"'{entry['value']}'")))
    fate = " " + msg("The row was kept without it.").render(lang) if entry["row_kept"] else ""
    return ", ".join(filter(None, (place, row, cell))) + f": {entry['reason']}{fate}"


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
