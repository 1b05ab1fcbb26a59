"""Which suppliers a number knows of: who sent what it needs, and who has anything in its slice."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Any

from ppp_metrics.metrics.relations import bound_in, locate_suppliers, relation

if TYPE_CHECKING:
    from duckdb import DuckDBPyConnection

    from ppp_metrics.metrics.metric import Metric

SAYS_NOTHING = """table_name = 'partners' and column_name = 'partner_type'
    and supplier in (select supplier from partners group by supplier having bool_and(partner_type = 'other'))"""
"""A list that calls every partner 'other', as one must that knows no kinds, does not say that none is a company."""


def suppliers_who_sent(con: DuckDBPyConnection, needs: Sequence[str]) -> tuple[list[str], list[str]]:
    """Who sent all the columns needed, and who did not."""
    if not needs:
        return [], []
    found = con.execute(
        "select supplier, count(*) filter (list_contains($needs, table_name || '.' || column_name)"
        f" and not ({SAYS_NOTHING})) = len($needs) from delivered_columns group by supplier order by supplier",
        {"needs": list(needs)},
    ).fetchall()
    return [name for name, has_all in found if has_all], [name for name, has_all in found if not has_all]


def silent_and_all(
    con: DuckDBPyConnection,
    metric: Metric,
    everyone: str,
    values: Mapping[str, Any],
    silent: list[str],
    groups: Sequence[str],
) -> dict[tuple[str, ...], tuple[int, int]]:
    """Group -> how many of its suppliers never sent what the metric needs, and of how many.

    Its suppliers are those with rows in it. Of who never sent the day by which these are found, or nothing that they
    are made of, nobody knows that: it is told of where it has issues, among all who have issues there. Groups without
    silent suppliers are left out; the last of `groups` is the area, where `values` names areas.
    """
    names = [f"group_{at}" for at in range(len(groups))]
    each = ", ".join([*(f"{group} as {name}" for group, name in zip(groups, names, strict=True)), "supplier"])
    told = f"(select distinct {', '.join(names)} from slice)" if names else "(select 1)"
    of_area = f"area = {names[-1]}" if "areas" in values else "true"
    here, asked = suppliers_here(con, values)
    sql = (
        "with undated as (select supplier from unnest($silent) as silent (supplier) where $is_found_by_need "
        "and supplier not in (select supplier from delivered_columns where column_name = $event "
        "and list_contains($needs, table_name || '.' || column_name)) "
        f"or supplier not in (select supplier from {relation(metric.view, 'supplier')})), "
        f"here as ({here}), slice as (select distinct {each} from {everyone}), "
        "found as (select * from slice union "
        f"select {', '.join([*names, 'supplier'])} from {told} join here on {of_area} "
        "where area in (select area from here semi join undated using (supplier)) "
        "and (supplier in (from undated) or not list_contains($silent, supplier))) "
        f"select {', '.join([*names, 'count(*) filter (list_contains($silent, supplier))', 'count(*)'])} "
        "from found group by all"
    )
    of_needs = {
        "silent": silent,
        "needs": list(metric.needs),
        "event": metric.event or "",
        "is_found_by_need": any(need.partition(".")[2] == metric.event for need in metric.needs),
    }
    found = con.execute(sql, bound_in(sql, values) | asked | of_needs).fetchall()
    return {tuple(group): (lacking, total) for *group, lacking, total in found if lacking}


def suppliers_here(con: DuckDBPyConnection, values: Mapping[str, Any]) -> tuple[str, dict[str, Any]]:
    """SQL for the suppliers with issues in each of the `areas`, or in the region and partnership; the values it takes.

    The columns are area ("" where `values` names no areas) and supplier.
    """
    locate_suppliers(con)
    area = "unnest(list_intersect(path, $areas))" if "areas" in values else "''"
    within = ["true"]
    if "region" in values:
        within.append("list_contains(path, $region)")
    if "partnership" in values:
        within.append("partnership = $partnership")
    return (
        f"select distinct supplier, {area} as area from supplier_places join region_paths using (region_code) "
        f"where {' and '.join(within)}",
        {name: values[name] for name in ("areas", "region", "partnership") if name in values},
    )
