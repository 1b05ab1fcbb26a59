"""Text becomes a value, or nothing: never a guess."""

from __future__ import annotations

from datetime import date
from importlib.resources import files

import duckdb
import pytest
from hypothesis import given
from hypothesis import strategies as st

from ppp_metrics.records.model import cleaned, folded

CON = duckdb.connect()
CON.execute((files("ppp_metrics") / "records" / "casting.sql").read_text(encoding="utf-8"))


def read(macro: str, text: str, *habit: str | None) -> object:
    places = "".join(", ?::varchar" for _ in habit)
    return CON.execute(f"select {macro}(cleaned(?){places})", [text, *habit]).fetchall()[0][0]


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
        ("1\u202f300,5", 1300.5),
        ("1'300.50", 1300.5),
        ("1’300,5", 1300.5),
        ("12 345 678", 12345678),
        ("€ 1.300,50", 1300.5),
        ("€\u00a01.300,50", 1300.5),
        ("€1300", 1300),
        ("12 €", 12),
        ("1.300,50 €", 1300.5),
        ("EUR 1.300,50", 1300.5),
        ("1.300,50 eur", 1300.5),
        ("€ 1.300,-", 1300),
        ("€ 1.300,--", 1300),
        ("5,-", 5),
        ("-€ 5", -5),
        ("€ -5", -5),
        ("\u22125", -5),
        ("1.300,50-", -1300.5),
        ("+5", 5),
        ("0.300", 0.3),
        ("0,300", 0.3),
        (",5", 0.5),
        ("1.2340", 1.234),
        ("1300.500", 1300.5),
        ("1e3", 1000),
        ("1,5E3", 1500),
        (" 7 ", 7),
        ("1.300", None),
        ("12,345", None),
        ("€ 1.300", None),
        ("1,30.5", None),
        ("1 30", None),
        ("1234 567", None),
        ("12a", None),
        ("", None),
        ("1.30.500", None),
        ("50 %", None),
        ("(5)", None),
        ("$ 5", None),
        ("€ -", None),
        ("1e999", None),
        ("#REF!", None),
    ],
)
def test_numbers(text: str, value: float | None) -> None:
    assert read("read_number", text, None) == value


@pytest.mark.parametrize(
    ("text", "comma", "point"),
    [("1.300", 1300, 1.3), ("12,345", 12.345, 12345), ("€ 1.300", 1300, 1.3), ("1.300,5", 1300.5, 1300.5)],
)
def test_a_number_of_two_readings_is_read_as_its_column_writes(text: str, comma: float, point: float) -> None:
    assert (read("read_number", text, ","), read("read_number", text, ".")) == (comma, point)


@pytest.mark.parametrize(("text", "value"), [("3", 3), ("3.0", 3), ("3,5", None), ("x", None)])
def test_whole_numbers(text: str, value: int | None) -> None:
    assert read("read_integer", text, None) == value


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
        ("7/7/2026", date(2026, 7, 7)),
        ("9/7/2026", None),
        ("9-7-2026", date(2026, 7, 9)),
        ("2026-07-01T08:00:00Z", date(2026, 7, 1)),
        ("2026-07-01T23:30:00.123+02:00", date(2026, 7, 1)),
        ("2026-07-01 08:00:00+0200", date(2026, 7, 1)),
        ("2026-07-01 8:00 CEST", date(2026, 7, 1)),
        ("2026/7/9", date(2026, 7, 9)),
        ("20260709", date(2026, 7, 9)),
        ("1 juli 2026", date(2026, 7, 1)),
        ("1-JUL-2026", date(2026, 7, 1)),
        ("3 mrt. 2026", date(2026, 3, 3)),
        ("July 1st, 2026", date(2026, 7, 1)),
        ("31 juni 2026", None),
        ("1 foo 2026", None),
        ("July 2026", None),
        ("2026-07", None),
        ("30-09-26", None),
        ("45292", None),
        ("2026-13-01", None),
        ("0026-09-30", None),
        ("soon", None),
    ],
)
def test_dates(text: str, value: date | None) -> None:
    assert read("read_date", text, None) == value


@pytest.mark.parametrize(
    ("text", "dmy", "mdy", "both"),
    [
        ("9/7/2026", date(2026, 7, 9), date(2026, 9, 7), None),
        ("9-7-2026", date(2026, 7, 9), date(2026, 9, 7), None),
        ("9/7/2026 12:00:00 AM", date(2026, 7, 9), date(2026, 9, 7), None),
        ("7/14/2026 11:30 PM", None, date(2026, 7, 14), date(2026, 7, 14)),
        ("14.7.2026", date(2026, 7, 14), None, date(2026, 7, 14)),
        ("7/7/2026", date(2026, 7, 7), date(2026, 7, 7), date(2026, 7, 7)),
        ("2026-07-09", date(2026, 7, 9), date(2026, 7, 9), date(2026, 7, 9)),
        ("1-JUL-2026", date(2026, 7, 1), date(2026, 7, 1), date(2026, 7, 1)),
        ("31/11/2026", None, None, None),
    ],
)
def test_a_date_of_two_readings_is_read_as_its_file_writes(
    text: str, dmy: date | None, mdy: date | None, both: date | None
) -> None:
    assert [read("read_date", text, order) for order in ("dmy", "mdy", "both")] == [dmy, mdy, both]


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


@pytest.mark.parametrize(
    ("text", "dutch", "belgian"),
    [
        ("01234567", "01234567", "01234567"),
        ("1234567", "01234567", "1234567"),
        ("1234567.0", "01234567", "1234567"),
        ("1.234.567", "01234567", "1234567"),
        ("KvK 01.23.45.67", "01234567", "01234567"),
        ("KVK: 01234567", "01234567", "01234567"),
        ("K.v.K. nr. 01 234 567", "01234567", "01234567"),
        ("kvk-nummer 12345678", "12345678", "12345678"),
        ("BE 0123.456.789", "BE0123456789", "0123456789"),
        ("123.456.789", "123456789", "0123456789"),
        ("hrb 1234", "HRB1234", "HRB1234"),
        ("1,23E+07", None, None),
        ("#N/A", None, None),
    ],
)
def test_a_registration_number_is_written_in_one_way(text: str, dutch: str | None, belgian: str | None) -> None:
    query = "select national_registration(read_registration(cleaned(?)), ?)"
    assert [CON.execute(query, [text, region]).fetchall()[0][0] for region in ("NL11", "BE2")] == [dutch, belgian]


@pytest.mark.parametrize(
    "text", ["0", "00000000", "9999 9999", "99999999", "n.v.t.", "onbekend", "volgt", "xxxxxxxx", "-"]
)
def test_what_stands_for_a_registration_number_is_none(text: str) -> None:
    assert read("is_no_registration", text) is True


@pytest.mark.parametrize("text", ["1", "01234567", "11223344", "123", "00000001"])
def test_a_registration_number_is_no_word_for_nothing(text: str) -> None:
    assert read("is_no_registration", text) is False


@pytest.mark.parametrize(
    ("text", "value"),
    [
        ("2026", "2026"),
        ("2026.0", "2026"),
        ("2026-Q3", "2026-Q3"),
        ("2026k3", "2026-Q3"),
        ("Q3 2026", "2026-Q3"),
        ("2026-07", None),
    ],
)
def test_periods(text: str, value: str | None) -> None:
    assert read("read_period", text) == value


LETTERS = st.text(
    st.sampled_from("aZ9 -_*\t\u00a0\u202f\u2011\u200b\u200d\u200c\ufeff\u00ad\u200f\u2066é\u0065\u0301ïß😀中؟\u2028"),
    max_size=8,
)


@given(LETTERS)
def test_the_twins_in_python_clean_and_fold_as_the_macros_do(text: str) -> None:
    found = CON.execute("select coalesce(cleaned($1), ''), folded($1)", [text]).fetchall()
    assert found == [(cleaned(text), folded(text))]


@pytest.mark.parametrize(
    "written", ["P1", "\u200bP1", "P\u00ad1", "P1\ufeff", "P\u200d1", "\u00a0P1 ", "\u202aP1\u202c", "P1\u200c"]
)
def test_a_key_is_the_same_with_what_nobody_sees(written: str) -> None:
    assert read("read_text", written) == "P1"


def test_an_accent_is_one_letter_and_a_joined_emoji_stays_one() -> None:
    assert read("read_text", "cafe\u0301\u00a0👩\u200d🔬") == "café 👩\u200d🔬"
