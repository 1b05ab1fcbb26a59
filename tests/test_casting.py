"""Text becomes a value, or nothing: never a guess."""

from __future__ import annotations

from datetime import date
from importlib.resources import files

import duckdb
import pytest

CON = duckdb.connect()
CON.execute((files("ppp_metrics") / "records" / "casting.sql").read_text(encoding="utf-8"))


def read(macro: str, text: str) -> object:
    return CON.execute(f"select {macro}(cleaned(?))", [text]).fetchall()[0][0]


@pytest.mark.parametrize(
    ("text", "value"),
    [
        ("1300", 1300),
        ("-12", -12),
        ("1300.5", 1300.5),
        ("1300,5", 1300.5),
        ("1.300,50", 1300.5),
        ("1,300.50", 1300.5),
        ("1.300.500", 1300500),
        ("1,300,500", 1300500),
        ("1 300,5", 1300.5),
        ("€ 1.300,50", 1300.5),
        ("12 €", 12),
        ("0.300", 0.3),
        ("0,300", 0.3),
        ("1.2340", 1.234),
        ("1300.500", 1300.5),
        ("1e3", 1000),
        (" 7 ", 7),
        ("1.300", None),
        ("12,345", None),
        ("€ 1.300", None),
        ("1,30.5", None),
        ("12a", None),
        ("", None),
        ("1.30.500", None),
    ],
)
def test_numbers(text: str, value: float | None) -> None:
    assert read("read_number", text) == value


@pytest.mark.parametrize(("text", "value"), [("3", 3), ("3.0", 3), ("3,5", None), ("x", None)])
def test_whole_numbers(text: str, value: int | None) -> None:
    assert read("read_integer", text) == value


@pytest.mark.parametrize(
    ("text", "value"),
    [
        ("2026-09-30", date(2026, 9, 30)),
        ("30-09-2026", date(2026, 9, 30)),
        ("30.9.2026", date(2026, 9, 30)),
        ("30/09/2026", date(2026, 9, 30)),
        ("30.09.2026 00:00", date(2026, 9, 30)),
        ("2026-09-30 00:01:00", date(2026, 9, 30)),
        ("29-02-2024", date(2024, 2, 29)),
        ("29-02-2025", None),
        ("09/30/2026", None),
        ("30-09-26", None),
        ("45292", None),
        ("2026-13-01", None),
        ("0026-09-30", None),
        ("soon", None),
    ],
)
def test_dates(text: str, value: date | None) -> None:
    assert read("read_date", text) == value


@pytest.mark.parametrize(
    ("text", "value"),
    [
        ("ja", True),
        ("Yes", True),
        ("1", True),
        ("WAAR", True),
        ("nee", False),
        ("0", False),
        ("false", False),
        ("misschien", None),
    ],
)
def test_booleans(text: str, value: bool | None) -> None:
    assert read("read_boolean", text) is value
