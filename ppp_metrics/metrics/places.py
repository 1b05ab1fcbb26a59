"""Which region or partnership a user means, which regions have anything to show, and what was aimed for there."""

from __future__ import annotations

from datetime import date
from typing import TYPE_CHECKING

from ppp_metrics.errors import UsageError
from ppp_metrics.language import msg, nearest
from ppp_metrics.metrics.dimensions import DIMENSIONS, find_value
from ppp_metrics.metrics.registry import find_metric
from ppp_metrics.metrics.relations import prepare, relation
from ppp_metrics.periods import Period

if TYPE_CHECKING:
    from duckdb import DuckDBPyConnection


def find_region(con: DuckDBPyConnection, text: str) -> str:
    """The code, in the newest classification, of the area with this code (old or new) or this name.

    Raises UsageError when there is none. Of areas with one name the larger is meant: Utrecht is the province.
    """
    prepare(con)
    if known := con.execute("select current_code from region_paths where region_code = ?", [text]).fetchall():
        return known[0][0]
    rows = con.execute(
        "select current_code from region_paths "
        "where upper(region_code) = upper(trim($text)) or lower(name) = lower(trim($text)) "
        "order by upper(region_code) = upper(trim($text)) desc, level nulls last, current_code limit 1",
        {"text": text},
    ).fetchall()
    if rows:
        return rows[0][0]
    known = con.execute("select region_code, name from region_paths order by length(region_code), 1").fetchall()
    if near := nearest(text, [code for code, _ in known]) or nearest(text, [name for _, name in known]):
        raise UsageError(msg("There is no region '{region}'. Did you mean {near}?", region=text, near=near))
    raise UsageError(msg("There is no region '{region}'. Regions are NUTS codes, such as NL31.", region=text))


def placed_issues() -> str:
    """SQL for each issue with its supplier, the region it counts in and the day it was proposed."""
    return relation("issue_settings", "supplier, region_code, proposed_date")


def tile_of(con: DuckDBPyConnection, region: str) -> list[int]:
    """The column and row of an area on the tile map; nothing where it has no square."""
    rows = con.execute(
        "select tile_x, tile_y from regions where region_code = ? and tile_x is not null and tile_y is not null",
        [region],
    ).fetchall()
    return list(rows[0]) if rows else []


def find_partnership(con: DuckDBPyConnection, text: str) -> str:
    """The key of the partnership, `supplier:key` where two suppliers use it; UsageError when there is none, or two."""
    return find_value(con, DIMENSIONS["partnership"], text)


def regions_with_data(con: DuckDBPyConnection, as_of: date) -> list[str]:
    """Each country and then its NUTS 2 areas that have an issue proposed by `as_of`."""
    prepare(con)
    con.execute("set variable as_of = ?", [as_of])
    rows = con.execute(
        f"select distinct region0, region2 from {placed_issues()} join region_paths using (region_code) "
        "where proposed_date <= getvariable('as_of') and region0 is not null order by region0, region2"
    ).fetchall()
    regions: dict[str, None] = {}
    for country, province in rows:
        regions[country] = None
        if province is not None:
            regions[province] = None
    return list(regions)


def suppliers_with_data(con: DuckDBPyConnection, region: str, as_of: date) -> list[str]:
    """The suppliers with an issue in a region that was proposed by a day, in alphabetical order."""
    prepare(con)
    rows = con.execute(
        f"select distinct supplier from {placed_issues()} join region_paths using (region_code) "
        "where list_contains(path, ?) and proposed_date <= ? order by supplier",
        [region, as_of],
    ).fetchall()
    return [supplier for (supplier,) in rows]


def suppliers_concerned(con: DuckDBPyConnection, region: str, as_of: date) -> list[str]:
    """The suppliers whose files a region has to do with, in alphabetical order.

    They have an issue there that was proposed by a day, or none anywhere: whose issues were all put aside is seen, too.
    """
    prepare(con)
    rows = con.execute(
        f"select supplier from known_loads where supplier not in (select supplier from {placed_issues()} "
        "join region_paths using (region_code))"
    ).fetchall()
    return sorted({*suppliers_with_data(con, region, as_of), *(supplier for (supplier,) in rows)})


def targets_for(
    con: DuckDBPyConnection,
    metric_id: str,
    period: Period,
    region: str | None = None,
    partnership: str | None = None,
) -> float | None:
    """The target set for this metric, region and partnership in a period, in the metric's unit; None without one.

    A metric that does not count events of the period itself (a stock, or a rate over a year) is held to the year's
    target in every quarter that has none of its own. A target without a region is one for the whole country, NL.
    """
    metric = find_metric(metric_id)
    prepare(con)
    code = find_region(con, region) if region else "NL"
    key = find_partnership(con, partnership) if partnership else None
    rows = con.execute(
        "select target.period, target.target_value from targets as target "
        "left join region_paths as region using (region_code) "
        "left join partnership_settings as partnership using (supplier, partnership_id) "
        "where target.metric_id = ? and if(target.region_code is null, 'NL', region.current_code) = ? "
        "and partnership.partnership is not distinct from ? "
        "order by target.load_id, target.target_value",
        [metric.id, code, key],
    ).fetchall()
    values = {}
    for text, value in rows:
        try:
            values[Period.parse(text)] = value
        except UsageError:
            continue
    if period in values or metric.window == "period":
        return values.get(period)
    return values.get(Period(period.year))
