"""What a release withholds, on its way from the process that decides it to the kernels that make the reports.

Only the names of cells are handed over, never a number.
"""

from __future__ import annotations

import json
import os
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from pathlib import Path

from ppp_metrics.metrics.protection import Name

WITHHELD_FILE = "PPP_METRICS_WITHHELD"
"""The environment variable that says in which file the names stand."""


@contextmanager
def told_to_kernels(withheld: Iterable[Name], folder: Path) -> Iterator[None]:
    """While it lasts, every notebook that is run withholds these; a file in `folder` says which."""
    names = [[metric, sorted(([name, value] for name, value in place), key=str)] for metric, place in withheld]
    path = folder / "withheld.json"
    path.write_text(json.dumps(names), encoding="utf-8")
    os.environ[WITHHELD_FILE] = str(path)
    try:
        yield
    finally:
        del os.environ[WITHHELD_FILE]


def told_by_release() -> frozenset[Name] | None:
    """What the release withholds of which this process makes a report; None where it makes none for any."""
    path = os.environ.get(WITHHELD_FILE)
    if path is None:
        return None
    names = json.loads(Path(path).read_text("utf-8"))
    return frozenset(
        (metric, frozenset((name, tuple(value) if isinstance(value, list) else value) for name, value in place))
        for metric, place in names
    )
