"""What a file shows by itself: a column that is written in one way reads back, or is put aside; never another value."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date
from importlib.resources import files

import duckdb
import pytest
from hypothesis import given
from hypothesis import strategies as st

from ppp_metrics.records.casting import stage
from ppp_metrics.records.model import BY_NAME
from ppp_metrics.records.reader import ROW_BITS

OUTCOMES = BY_NAME["outcomes"]
CON = duckdb.connect()
CON.execute((files("ppp_metrics") / "records" / "casting.sql").read_text(encoding="utf-8"))


def read(rows: Sequence[dict[str, str]], source: int = 1, as_written: bool = True, more: Sequence[dict] = ()) -> list:
    """The value and days of delivery and use of each solution of a source (`more` stand in another) as staged."""
    names = [column.name for column in OUTCOMES.columns]
    CON.execute(f"create or replace temp table cells (origin bigint, {', '.join(f'{name} varchar' for name in names)})")
    numbered = [(source, row) for row in rows] + [(source + 1, row) for row in more]
    CON.executemany(
        f"insert into cells values ({', '.join('?' * (len(names) + 1))})",
        [[(of << ROW_BITS) + at, *map(row.get, names)] for at, (of, row) in enumerate(numbered, start=2)],
    )
    stage(CON, OUTCOMES, "select * from cells", mapped=False, as_written=[source, source + 1] if as_written else [])
    query = f"select value_eur, delivered_date, implemented_date from staged_outcomes where origin >> {ROW_BITS} = ?"
    return CON.execute(query + " order by origin", [source]).fetchall()


def amounts(*cells: str, as_written: bool = True) -> list[float | None]:
    return [value for value, _, _ in read([{"value_eur": cell} for cell in cells], as_written=as_written)]


def days(*cells: str) -> list[str | None]:
    return [day and day.isoformat() for _, day, _ in read([{"delivered_date": cell} for cell in cells])]


@pytest.mark.parametrize(
    ("cells", "values"),
    [
        (("107.097", "1.234.567"), [107097, 1234567]),
        (("107.097", "12,5"), [107097, 12.5]),
        (("107.097", "€ 1.234,-"), [107097, 1234]),
        (("107.097", "1,5E3"), [107097, 1500]),
        (("107.097", "1.5"), [107.097, 1.5]),
        (("107,097", "1.5"), [107097, 1.5]),
        (("107,097", "1,234.5"), [107097, 1234.5]),
        (("€ 107.097", "12,5"), [107097, 12.5]),
        (("12,345", "1 234,5"), [12.345, 1234.5]),
        # nothing shows it, or both are shown
        (("107.097", "1300"), [None, 1300]),
        (("107.097", "12,345"), [None, None]),
        (("107.097", "12,5", "12.5"), [None, 12.5, 12.5]),
    ],
)
def test_the_other_cells_of_a_column_show_what_its_separator_means(
    cells: tuple[str, ...], values: list[float | None]
) -> None:
    assert amounts(*cells) == values


def test_a_number_of_a_workbook_shows_no_separator_for_every_number_there_has_a_point() -> None:
    assert amounts("107.097", "12.5", as_written=False) == [None, 12.5]
    # the one with a comma was typed as text
    assert amounts("107.097", "12.5", "7,5", as_written=False) == [107097, 12.5, 7.5]


@pytest.mark.parametrize(
    ("cells", "read_as"),
    [
        (("9/7/2026", "9/27/2026"), ["2026-09-07", "2026-09-27"]),
        (("9/7/2026", "27/9/2026"), ["2026-07-09", "2026-09-27"]),
        (("07-09-2026", "07-14-2026"), ["2026-07-09", "2026-07-14"]),
        (("9/7/2026", "7/14/2026 12:00:00 AM"), ["2026-09-07", "2026-07-14"]),
        # nothing shows it: dashes and points are how Dutch dates are written, slashes are anybody's
        (("9-7-2026", "1.2.2026"), ["2026-07-09", "2026-02-01"]),
        (("9/7/2026", "7/7/2026", "2026-07-20"), [None, "2026-07-07", "2026-07-20"]),
        # both are shown: what has one reading is read
        (("9/7/2026", "9-7-2026", "27/9/2026", "9/27/2026"), [None, None, "2026-09-27", "2026-09-27"]),
    ],
)
def test_the_other_dates_of_a_column_show_the_order_of_day_and_month(
    cells: tuple[str, ...], read_as: list[str | None]
) -> None:
    assert days(*cells) == read_as


def test_another_column_of_the_file_shows_it_where_its_own_does_not() -> None:
    rows = [
        {"delivered_date": "9/7/2026", "implemented_date": "9/27/2026"},
        {"delivered_date": "7/7/2026", "implemented_date": ""},
    ]
    assert [day for _, day, _ in read(rows)] == [date(2026, 9, 7), date(2026, 7, 7)]


def test_another_file_shows_nothing() -> None:
    own, other = (
        [{"delivered_date": "9/7/2026", "value_eur": "1.300"}],
        [{"delivered_date": "9/27/2026", "value_eur": "1,5"}],
    )
    assert read(own, more=other) == [(None, None, None)]


@pytest.mark.parametrize(
    "word", ["NA", "n/a", "N.V.T.", "NULL", "None", "NaN", "-", "--", "–", "(leeg)", "onbekend", "?"]
)
def test_a_word_for_nothing_is_an_empty_cell_and_shows_nothing(word: str) -> None:
    assert read([{"value_eur": word, "delivered_date": "2026-07-01", "implemented_date": word}]) == [
        (None, date(2026, 7, 1), None)
    ]


def test_a_word_for_nothing_that_is_a_code_is_the_code() -> None:
    read([{"value_evidence": "none", "novelty": "none"}, {"value_evidence": "geen", "novelty": "n.v.t."}])
    staged = CON.execute("select value_evidence, novelty from staged_outcomes order by origin").fetchall()
    assert staged == [("none", None), ("none", None)]


# --- laws -------------------------------------------------------------------------------------------------------------

CONVENTIONS = {
    # thousands, decimals
    "dutch": (".", ","),
    "english": (",", "."),
    "plain comma": ("", ","),
    "plain point": ("", "."),
    "spaced": ("\u00a0", ","),
    "swiss": ("'", "."),
}


def grouped(value: float, decimals: int, convention: str) -> str:
    thousands, mark = CONVENTIONS[convention]
    return f"{value:,.{decimals}f}".replace(",", "t").replace(".", mark).replace("t", thousands)


@given(
    st.lists(st.tuples(st.integers(-10_000_000, 10_000_000), st.integers(0, 4)), min_size=1, max_size=6),
    st.sampled_from(sorted(CONVENTIONS)),
    st.sampled_from(["{}", "€ {}", "{} €", "EUR {}"]),
)
def test_numbers_written_in_one_way_read_back_or_are_put_aside(
    numbers: list[tuple[int, int]], convention: str, money: str
) -> None:
    values = [number / 10**decimals for number, decimals in numbers]
    cells = [
        money.format(grouped(value, decimals, convention)) for value, (_, decimals) in zip(values, numbers, strict=True)
    ]
    for value, cell, found in zip(values, cells, amounts(*cells), strict=True):
        assert found is None or found == pytest.approx(value), cell


@given(
    st.lists(st.dates(date(1990, 1, 1), date(2040, 12, 31)), min_size=1, max_size=6),
    st.sampled_from(
        ["%d/%m/%Y", "%m/%d/%Y", "%Y-%m-%d", "%d-%m-%Y", "%d.%m.%Y", "%Y-%m-%dT08:00:00Z", "%d %b %Y", "%Y%m%d"]
    ),
    st.sampled_from(["", " 00:00", " 12:00:00"]),
)
def test_dates_written_in_one_way_read_back_or_are_put_aside(written: list[date], form: str, time: str) -> None:
    cells = [f"{day:{form}}" + (time if form.startswith(("%d/", "%m/", "%d-", "%d.")) else "") for day in written]
    for day, cell, found in zip(written, cells, days(*cells), strict=True):
        assert found is None or found == day.isoformat(), cell
    if form not in ("%d/%m/%Y", "%m/%d/%Y"):
        assert None not in days(*cells)
