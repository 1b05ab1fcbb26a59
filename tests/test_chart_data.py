"""What charts are made of, read back: a name beside a number, and numbers that no word says."""

from __future__ import annotations

import json
from typing import Any

import pytest
from lxml.html import HtmlElement, fragment_fromstring

from ppp_metrics.reporting.chart_data import chart_records, is_charted, numbers_beyond_words, parse_number


def section(words: str, *records: dict[str, Any]) -> HtmlElement:
    """A section with a chart of these records, which says these words."""
    specs = json.dumps({"wide": {"data": {"values": list(records)}}})
    html = f'<section>{words}<figure><script type="application/json">{specs}</script></figure></section>'
    return fragment_fromstring(html)


@pytest.mark.parametrize(
    ("records", "found"),
    [
        ([{"label": "Water", "value": 2}], True),
        ([{"label": "Water", "text": "withheld"}], False),
        ([{"label": "Water", "text": "×", "x": 96, "value": None, "opacity": 0.04}], False),
        ([{"label": "Water", "text": "2", "x": 96}], True),
        ([{"label": "Energy", "value": 2}], False),
        # a curve bears its theme's key, and is a row of lists
        ([{"theme": "t0", "name": "Water"}, {"theme": "t0", "value": 2}], True),
        ([{"theme": "t0", "name": "Water"}, {"theme": "t1", "value": 2}], False),
        ([{"theme": "t0", "name": "Water"}, {"theme": "t0", "day": [0], "value": [2.5]}], True),
    ],
)
def test_a_number_with_a_name_is_found_beside_it_or_by_its_key(records: list[dict[str, Any]], found: bool) -> None:
    assert is_charted("Water", chart_records(section("", *records))) is found


def test_a_mark_stands_only_where_a_word_says_it_does() -> None:
    told = section(
        "<p>Winst: −1.234,5 punten.</p><td>39,5%</td><td>34,3–44,8%</td><svg><text>7</text></svg>",
        {"tip": "a", "value": -1234.5, "low": 34.3, "high": 44.8},
        {"tip": "b", "value": 39.47368},
        # a drawing says the numbers that it is made of, and proves none
        {"tip": "c", "value": 7},
        # where an axis has its ticks is no number of the report
        {"value": 20, "text": "20%"},
    )
    assert numbers_beyond_words(told, "nl") == [7, 39.47368]


@pytest.mark.parametrize(
    ("text", "lang", "number"),
    [
        ("1.459", "nl", 1459),
        ("1,459", "en", 1459),
        ("−3,5 punten", "nl", -3.5),
        ("39.4%", "en", 39.4),
        ("×", "en", None),
    ],
)
def test_a_number_is_read_as_its_reader_reads_it(text: str, lang: str, number: float | None) -> None:
    assert parse_number(text, lang) == number
