"""What can go wrong, as sentences a user can act on."""

from __future__ import annotations

from pathlib import Path

from ppp_metrics.language import Message, msg


class PppError(Exception):
    """An expected failure: its message names the place and the way out."""

    exit_code = 1

    def __init__(self, message: Message):
        super().__init__(message.render("en"))
        self.message = message

    def __reduce__(self) -> tuple[type[PppError], tuple[Message]]:
        return type(self), (self.message,)


class DataError(PppError):
    """The data does not allow it: a refused load, a failed check (exit code 1)."""


class InUseError(DataError):
    """Another process holds the database: what has to be done may be done when it has finished."""


class UsageError(PppError):
    """The question is wrong: an unknown name, a bad period (exit code 2)."""

    exit_code = 2


def unwritable(folder: Path, error: OSError) -> DataError:
    """That nothing can be written there, and what the system says of it."""
    return DataError(msg("{folder} cannot be written: {reason}.", folder=folder, reason=error.strerror or error))
