"""What a user types after a verb, read: a value of a list, a condition, a day, a workbook's path."""

from __future__ import annotations

from datetime import date
from pathlib import Path

from ppp_metrics.errors import DataError, UsageError
from ppp_metrics.language import msg, nearest


def one_of(value: str, allowed: tuple[str, ...], option: str) -> str:
    """The value, if it is allowed; else UsageError with the nearest one."""
    if value not in allowed:
        raise UsageError(
            msg(
                "{option} takes {allowed}, not '{value}'. Did you mean {guess}?",
                option=option,
                value=value,
                allowed=", ".join(allowed),
                guess=nearest(value, allowed) or allowed[0],
            )
        )
    return value


def condition(text: str) -> tuple[str, str]:
    """`theme=energy` as its two parts. Raises UsageError for anything else."""
    name, sign, value = text.partition("=")
    if not sign or not name.strip():
        raise UsageError(msg("--where takes DIM=VALUE, such as theme=energy, not '{text}'.", text=text))
    return name.strip(), value.strip()


def day(text: str | None) -> date | None:
    """A day, or None where none was asked. Raises UsageError for what is no date."""
    try:
        return date.fromisoformat(text) if text else None
    except ValueError:
        raise UsageError(msg("'{text}' is not a date. Write it as 2026-09-30.", text=text)) from None


def workbook_path(path: Path) -> Path:
    """A path that a workbook can be written to. Raises UsageError or DataError where it cannot."""
    if path.suffix.lower() != ".xlsx":
        raise UsageError(msg("{file} should end in .xlsx.", file=path))
    if not path.parent.is_dir():
        raise DataError(msg("{folder} does not exist.", folder=path.parent))
    return path
