"""What the process that makes a release tells the kernels that make its reports, and they each other.

Handed over are the names of the cells that are withheld, and numbers after disclosure control: never a withheld one.
"""

from __future__ import annotations

import hashlib
import json
import os
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from datetime import date
from functools import cached_property
from pathlib import Path
from secrets import token_bytes
from typing import TYPE_CHECKING, Any

from ppp_metrics.metrics.protection import Name

if TYPE_CHECKING:
    import pandas as pd

Rows = list[dict[str, Any]]
RELEASE_FOLDER = "PPP_METRICS_RELEASE"
"""The environment variable that says in which folder the release stands while it is made."""


@dataclass(frozen=True)
class Release:
    """The release that this process makes a report of."""

    folder: Path

    @cached_property
    def key(self) -> bytes:
        """What its sections are sealed with."""
        return (self.folder / "key").read_bytes()

    @cached_property
    def withheld(self) -> frozenset[Name]:
        """The cells that no report of it shows."""
        names = json.loads((self.folder / "withheld.json").read_text("utf-8"))
        return frozenset(
            (metric, frozenset((name, tuple(value) if isinstance(value, list) else value) for name, value in place))
            for metric, place in names
        )

    def once(self, question: Sequence[Any], answer: Callable[[], Rows]) -> Rows:
        """The rows of an answer, found by the first report that asks: the one in the other language reads them."""
        with suppress(FileNotFoundError):
            rows: Rows = json.loads(self._path(question).read_text("utf-8"))
            return rows
        return self.keep(question, answer())

    def keep(self, question: Sequence[Any], answer: Rows) -> Rows:
        """The rows of an answer as whoever asks next will read them."""
        path, text = self._path(question), json.dumps(answer, default=lambda value: value.item())
        beside = path.with_suffix(f".{os.getpid()}")
        beside.write_text(text, encoding="utf-8")
        os.replace(beside, path)
        rows: Rows = json.loads(text)
        return rows

    def _path(self, question: Sequence[Any]) -> Path:
        text = json.dumps(question, default=str, sort_keys=True)
        return self.folder / f"{hashlib.sha256(text.encode()).hexdigest()}.json"


def asked_number(
    fingerprint: str, region: str, edition: str, today: date, question: Mapping[str, Any]
) -> tuple[Any, ...]:
    """What is asked of a release when a report asks for numbers of these records: a question of `Desk.questions`."""
    return ("number", fingerprint, region, edition, today, question)


def records_of(frame: pd.DataFrame) -> Rows:
    """The rows of a frame, with None for what is null."""
    columns = {
        str(name): column.to_numpy(dtype=object, na_value=None)  # type: ignore[call-overload]
        for name, column in frame.items()
    }
    return [dict(zip(columns, row, strict=True)) for row in zip(*columns.values(), strict=True)]


@contextmanager
def told_to_kernels(release: Release, withheld: Iterable[Name]) -> Iterator[None]:
    """While it lasts, every notebook that is run makes a report of this release, and withholds these."""
    names = [[metric, sorted(([name, value] for name, value in place), key=str)] for metric, place in withheld]
    (release.folder / "withheld.json").write_text(json.dumps(names), encoding="utf-8")
    (release.folder / "key").write_bytes(token_bytes(32))
    os.environ[RELEASE_FOLDER] = str(release.folder)
    try:
        yield
    finally:
        del os.environ[RELEASE_FOLDER]


def told_by_release() -> Release | None:
    """The release of which this process makes a report; None where it makes none for any."""
    folder = os.environ.get(RELEASE_FOLDER)
    return Release(Path(folder)) if folder else None


def question_of(key: tuple[Any, ...]) -> dict[str, Any]:
    """A report's question as JSON keeps it: metric, period, and what it is sliced and limited by, where it is."""
    metric_id, by, where, period, loads = key
    conditions = {name: values if isinstance(values, str) else [*values] for name, values in where}
    more = {"by": by if isinstance(by, str) else [*(by or ())], "where": conditions, "loads": dict(loads)}
    return {"metric": metric_id, "period": str(period)} | {name: each for name, each in more.items() if each}
