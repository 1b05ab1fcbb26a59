"""What the charts of a finished report are made of, read back for the audit."""

from __future__ import annotations

import json
import re
from collections.abc import Iterable, Iterator, Mapping
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from lxml.html import HtmlElement

Record = Mapping[str, Any]
PLACES = {"x", "x2", "y", "y2", "middle", "level", "outline", "top", "label_y", "text_y", "row", "at", "opacity"}
"""Fields that say where a mark stands and how it looks; a withheld number has a place too."""
NUMBER = re.compile(r"[−-]?\d[\d.,\u00a0\u202f]*")


def chart_records(section: HtmlElement) -> list[Record]:
    """Every record in the specifications of a section's charts."""
    scripts = section.xpath(".//script[@type='application/json']")
    return [record for script in scripts for record in _records(json.loads(script.text or ""))]


def text_of(element: HtmlElement) -> str:
    """What an element says."""
    return "".join(texts_of(element)).strip()


def texts_of(element: HtmlElement) -> list[str]:
    """The pieces of text that an element says: not what scripts and comments in it are made of."""
    found: list[str] = element.xpath(".//text()[not(ancestor::script or ancestor::style)]", smart_strings=False)
    return found


def _records(value: Any) -> Iterator[Record]:
    if isinstance(value, dict):
        yield value
        value = list(value.values())
    if isinstance(value, list):
        for each in value:
            yield from _records(each)


def is_charted(name: str, records: Iterable[Record]) -> bool:
    """Whether a number stands in a record with this name, or in one with the same `theme` as such a record."""
    records = list(records)
    named = [record for record in records if name in _texts(record)]
    keys = {record["theme"] for record in named if "theme" in record}
    return any(map(_has_number, named)) or any(
        _has_number(record) for record in records if record.get("theme") in keys and "value" in record
    )


def numbers_beyond_words(section: HtmlElement, lang: str) -> list[float]:
    """The numbers that a chart's marks stand at which the words of its section say nowhere."""
    words = section.xpath(".//text()[not(ancestor::script or ancestor::svg)]", smart_strings=False)
    said = {abs(number) for text in words for number in _numbers(text, lang)}
    marks = [record for record in chart_records(section) if "tip" in record]
    drawn = (record.get(part) for record in marks for part in ("value", "low", "high"))
    return sorted({each for each in drawn if each is not None and abs(each) not in said})


def parse_number(text: str, lang: str) -> float | None:
    """The number that a text begins with, as a reader of this language reads it; None where it begins with none."""
    from babel.numbers import parse_decimal

    found = NUMBER.match(text)
    return float(parse_decimal(found[0].replace("−", "-").rstrip(".,"), locale=lang)) if found else None


def _numbers(text: str, lang: str) -> Iterator[float]:
    from babel.numbers import NumberFormatError

    for found in NUMBER.finditer(text):
        try:
            number = parse_number(found[0], lang)
        except NumberFormatError:
            continue
        if number is not None:
            yield number


def _texts(record: Record) -> list[str]:
    return [value for value in record.values() if isinstance(value, str)]


def _has_number(record: Record) -> bool:
    if re.match(r"[−-]?\d", str(record.get("text", ""))):
        return True
    values = (value for name, value in record.items() if name not in PLACES)
    parts = (part for value in values for part in (value if isinstance(value, list) else [value]))
    return any(isinstance(part, (int, float)) and not isinstance(part, bool) for part in parts)
