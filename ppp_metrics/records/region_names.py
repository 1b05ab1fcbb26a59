"""Regions by another name than their code: that of the area, with or without its country, or the code of ISO 3166-2."""

from __future__ import annotations

import re
import unicodedata
from collections import defaultdict
from dataclasses import dataclass
from typing import TYPE_CHECKING

from ppp_metrics.language import nearest
from ppp_metrics.records.model import Column, Table, cleaned
from ppp_metrics.records.reader import quoted_text

if TYPE_CHECKING:
    from duckdb import DuckDBPyConnection

DUTCH_PROVINCES = {
    "NL11": ("NL-GR",),
    "NL12": ("NL-FR", "Friesland", "Fryslân"),
    "NL13": ("NL-DR",),
    "NL21": ("NL-OV",),
    "NL22": ("NL-GE",),
    "NL23": ("NL-FL",),
    "NL32": ("NL-NH",),
    "NL34": ("NL-ZE",),
    "NL35": ("NL-UT",),
    "NL36": ("NL-ZH",),
    "NL41": ("NL-NB",),
    "NL42": ("NL-LI",),
}
"""The codes of ISO 3166-2, and names that NUTS has otherwise."""
PROVINCE = 2
"""The level of NUTS that a name means when areas of several levels bear it."""
SHORTEST_NAME = 4
"""Of a word shorter than this, or with a digit in it, the nearest name says nothing."""

_TITLE = re.compile(r"^(de )?(provincie|province of|province|prov\.?|regio|region) +| +(provincie|province)$")
_COUNTRY = re.compile(r" *\(([a-z]{2})\)$")


@dataclass(frozen=True)
class _Area:
    code: str
    name: str
    level: int | None

    @property
    def country(self) -> str:
        return self.code[:2]


def read_region_names(con: DuckDBPyConnection, table: Table, column: Column, known: str) -> dict[str, str]:
    """Writes codes into the staged column where its names mean one area; of the others, the areas that may be meant.

    `known` is SQL for the codes there are. Areas of one name are told apart by the country in brackets behind it, or
    by the only country of the column's other cells; then the province goes before a part of a province. What was read
    is added to `named_<table>` (column_name, word, code).
    """
    staged, name = f"staged_{table.name}", column.name
    rows = con.execute(f"select distinct {name} from {staged} where {name} not in ({known}) order by 1").fetchall()
    if not rows:
        return {}
    areas = _areas(con)
    meant = {word: areas.get(_name(word), []) for (word,) in rows}
    codes = con.execute(f"select distinct {name} from {staged} where {name} in ({known})").fetchall()
    countries = {code[:2] for (code,) in codes} | {own[0].country for own in meant.values() if len(own) == 1}
    neighbours = countries.pop() if len(countries) == 1 else None
    read = {word: area.code for word, own in meant.items() if (area := _only(own, _country(word), neighbours))}
    if read:
        values = ", ".join(
            f"({quoted_text(name)}, {quoted_text(word)}, {quoted_text(code)})" for word, code in read.items()
        )
        con.execute(f"insert into named_{table.name} values {values}")
        con.execute(
            f"update {staged} set {name} = named.code from (values {values}) as named(column_name, word, code) "
            f"where {name} = named.word"
        )
    return {word: guess for word, own in meant.items() if word not in read and (guess := _guess(word, own, areas))}


def _areas(con: DuckDBPyConnection) -> dict[str, list[_Area]]:
    """Name as it is compared -> the areas that bear it, each by its code in the newest classification."""
    rows = con.execute(
        "select coalesce(current_code, region_code), name, level from reference_regions where name is not null "
        "order by nuts_version, 1"
    ).fetchall()
    by_code = {code: _Area(code, name, level) for code, name, level in rows}
    found: defaultdict[str, list[_Area]] = defaultdict(list)
    for code, area in by_code.items():
        for word in {_name(area.name), *map(_name, DUTCH_PROVINCES.get(code, ()))}:
            found[word].append(area)
    return found


def _only(areas: list[_Area], country: str | None, neighbours: str | None) -> _Area | None:
    """The one area that is meant: in a country, if that is written, else among the areas of the other cells if any."""
    if country:
        areas = [area for area in areas if area.country == country]
    else:
        areas = [area for area in areas if area.country == neighbours] or areas
    provinces = [area for area in areas if area.level == PROVINCE]
    if len(provinces) == 1:
        areas = [area for area in areas if area.country != provinces[0].country and area.level != PROVINCE + 1]
        areas.append(provinces[0])
    return areas[0] if len(areas) == 1 else None


def _guess(word: str, areas: list[_Area], known: dict[str, list[_Area]]) -> str | None:
    if not areas and len(word) >= SHORTEST_NAME and not re.search(r"\d", word):
        near = nearest(_name(word), known)
        areas = known[near] if near else []
    return " / ".join(f"{area.code} ({area.name})" for area in areas) or None


def _name(text: str) -> str:
    plain = unicodedata.normalize("NFD", cleaned(text).lower())
    plain = "".join(letter for letter in plain if not unicodedata.combining(letter))
    return re.sub(r"[\s’'._-]+", " ", _TITLE.sub("", _COUNTRY.sub("", plain))).strip()


def _country(text: str) -> str | None:
    found = _COUNTRY.search(text.lower())
    return found[1].upper() if found else None
