"""Imports without what they bring along for nothing."""

from __future__ import annotations

import sys
from collections.abc import Iterator
from contextlib import contextmanager


@contextmanager
def without_address_grammar() -> Iterator[None]:
    """While it lasts, nobody can import the grammar of web addresses that jsonschema would build: most of a second.

    jsonschema checks addresses only where it could import that grammar; no chart, notebook or expectation holds one.
    """
    is_new = "rfc3987_syntax" not in sys.modules
    if is_new:
        sys.modules["rfc3987_syntax"] = None  # type: ignore[assignment]
    try:
        yield
    finally:
        if is_new:
            sys.modules.pop("rfc3987_syntax", None)
