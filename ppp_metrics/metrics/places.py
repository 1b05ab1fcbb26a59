"""Which region or partnership a user means, which regions have anything to show, and what was aimed for there."""

from __future__ import annotations

from collections.abc import Sequence
from contextlib import suppress
from dataclasses import dataclass
from datetime import date
from typing import TYPE_CHECKING, NamedTuple

from ppp_metrics.errors import UsageError
from ppp_metrics.language import msg, nearest
from ppp_metrics.metrics.dimensions import DIMENSIONS, find_value
from ppp_metrics.metrics.registry import find_metric
from ppp_metrics.metrics.relations import locate_suppliers, prepare, relation
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
    own = [target for target in _targets(con, metric.id) if target.partnership == key]
    if key is None:
        own = [target for target in own if target.region == code]
    elif region:
        # of a partnership's targets those for what it does here go before those for wherever it works
        own = sorted((each for each in own if each.region in ("", code)), key=lambda each: each.region == code)
    values = {target.period: target.value for target in own}
    if period in values or metric.window == "period":
        return values.get(period)
    return values.get(Period(period.year))


@dataclass(frozen=True)
class PartnershipTarget:
    """What a partnership is to reach; `is_inside`: all its issues lie in the region asked for."""

    metric_id: str
    partnership: str
    name: str
    value: float
    is_inside: bool


def partnership_targets(
    con: DuckDBPyConnection, metric_ids: Sequence[str], period: Period, region: str
) -> list[PartnershipTarget]:
    """The targets of the partnerships that lie in a region, in the order of the metrics and of their names."""
    prepare(con)
    wanted = {(metric_id, target.partnership) for metric_id in metric_ids for target in _targets(con, metric_id)}
    wanted = {(metric_id, key) for metric_id, key in wanted if key}
    if not wanted:
        return []
    locate_suppliers(con)
    rows = con.execute(
        "select partnership.partnership, min(partnership.name), "
        "coalesce(bool_and(list_contains(area.path, $region)), true) "
        "from partnership_settings as partnership join region_paths as own using (region_code) "
        "left join supplier_places as place using (supplier, partnership) "
        "left join region_paths as area on area.region_code = place.region_code "
        "where list_contains(own.path, $region) group by all order by 2, 1",
        {"region": region},
    ).fetchall()
    return [
        PartnershipTarget(metric_id, key, name, target, is_inside)
        for metric_id in metric_ids
        for key, name, is_inside in rows
        if (metric_id, key) in wanted and (target := targets_for(con, metric_id, period, None, key)) is not None
    ]


class _Target(NamedTuple):
    period: Period
    value: float
    region: str
    partnership: str | None


def _targets(con: DuckDBPyConnection, metric_id: str) -> list[_Target]:
    """The targets of a metric, the newest load's last.

    Without a region a target of the whole is one for the country, NL; a partnership's is for wherever it works.
    """
    rows = con.execute(
        "select target.period, target.target_value, "
        "coalesce(region.current_code, if(target.partnership_id is null, 'NL', '')), partnership.partnership "
        "from targets as target left join region_paths as region using (region_code) "
        "left join partnership_settings as partnership using (supplier, partnership_id) "
        "where target.metric_id = ? and (target.partnership_id is null or partnership.partnership is not null) "
        "and (target.region_code is null or region.current_code is not null) "
        "order by target.load_id, target.target_value",
        [metric_id],
    ).fetchall()
    found = []
    for text, *target in rows:
        # a period that cannot be read is no period's
        with suppress(UsageError):
            found.append(_Target(Period.parse(text), *target))
    return found
