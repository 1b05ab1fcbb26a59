"""Files that nobody reads half written, and files of people that nobody but their owner reads."""

from __future__ import annotations

import os
import stat
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

OTHERS = stat.S_IRWXG | stat.S_IRWXO


@contextmanager
def owners_only() -> Iterator[None]:
    """What is made meanwhile, by whatever library, is readable by its owner alone: files 0600, folders 0700."""
    before = os.umask(OTHERS)
    try:
        yield
    finally:
        os.umask(before)


def narrow(path: Path) -> bool:
    """Whether a file of people was open to others than its owner; it is no longer.

    On Windows, and for a file of somebody else, it stays as it is.
    """
    with suppress(OSError):
        mode = stat.S_IMODE(path.stat().st_mode)
        if os.name == "posix" and mode & OTHERS:
            path.chmod(mode & ~OTHERS)
            return True
    return False


@contextmanager
def replacing(path: Path, *, is_private: bool = False) -> Iterator[Path]:
    """The path of a new file beside another, moved into its place once it is written; nothing is left where it fails.

    A private one is its owner's only, whatever the mode of the file before it.
    """
    beside = path.with_name(f".{path.name}.new")
    beside.unlink(missing_ok=True)
    try:
        if is_private:
            with owners_only():
                yield beside
            narrow(beside)
        else:
            yield beside
        os.replace(beside, path)
    finally:
        beside.unlink(missing_ok=True)
