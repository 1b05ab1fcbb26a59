"""What the process that makes a release tells the kernels that make its reports, and they each other.

Handed over are the names of the cells that are withheld, and numbers after disclosure control: never a withheld one.
"""

from __future__ import annotations

import hashlib
import json
import os
from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import Any

from ppp_metrics.metrics.protection import Name

RELEASE_FOLDER = "PPP_METRICS_RELEASE"
"""The environment variable that says in which folder the release stands while it is made."""


@dataclass(frozen=True)
class Release:
    """The release that this process makes a report of."""

    folder: Path

    @cached_property
    def withheld(self) -> frozenset[Name]:
        """The cells that no report of it shows."""
        names = json.loads((self.folder / "withheld.json").read_text("utf-8"))
        return frozenset(
            (metric, frozenset((name, tuple(value) if isinstance(value, list) else value) for name, value in place))
            for metric, place in names
        )

    def once(self, question: Sequence[Any], answer: Callable[[], list[dict[str, Any]]]) -> list[dict[str, Any]]:
        """The rows of an answer, found by the first report that asks: the one in the other language reads them."""
        name = hashlib.sha256(json.dumps(question, default=str).encode()).hexdigest()
        path = self.folder / f"{name}.json"
        try:
            rows: list[dict[str, Any]] = json.loads(path.read_text("utf-8"))
        except FileNotFoundError:
            text = json.dumps(answer(), default=lambda value: value.item())
            beside = path.with_suffix(f".{os.getpid()}")
            beside.write_text(text, encoding="utf-8")
            os.replace(beside, path)
            rows = json.loads(text)
        return rows


@contextmanager
def told_to_kernels(withheld: Iterable[Name], folder: Path) -> Iterator[None]:
    """While it lasts, every notebook that is run makes a report of one release, and withholds these."""
    names = [[metric, sorted(([name, value] for name, value in place), key=str)] for metric, place in withheld]
    (folder / "withheld.json").write_text(json.dumps(names), encoding="utf-8")
    os.environ[RELEASE_FOLDER] = str(folder)
    try:
        yield
    finally:
        del os.environ[RELEASE_FOLDER]


def told_by_release() -> Release | None:
    """The release of which this process makes a report; None where it makes none for any."""
    folder = os.environ.get(RELEASE_FOLDER)
    return Release(Path(folder)) if folder else None
