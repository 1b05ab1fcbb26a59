"""Reports that only ask: which numbers a notebook will show is known before any is shown."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from duckdb import DuckDBPyConnection

    from ppp_metrics.metrics.protection import Name
    from ppp_metrics.reporting.sections import Desk


@dataclass
class Asking:
    """While it is current, reports only ask: nothing is drawn or written, all in one session.

    `withheld` are the cells that are not told, as far as that is known by then.
    """

    con: DuckDBPyConnection
    withheld: frozenset[Name] = frozenset()
    desks: list[Desk] = field(default_factory=list)

    @contextmanager
    def current(self) -> Iterator[None]:
        token = ASKING.set(self)
        try:
            yield
        finally:
            ASKING.reset(token)


ASKING: ContextVar[Asking | None] = ContextVar("ASKING", default=None)
