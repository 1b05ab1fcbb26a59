"""Every metric by its id: the only list of them. Adding one is adding a declaration to one of the families."""

from __future__ import annotations

from ppp_metrics.errors import UsageError
from ppp_metrics.language import msg, nearest
from ppp_metrics.metrics import companies, innovation, learning
from ppp_metrics.metrics.dimensions import DIMENSIONS, REGION_DIMENSIONS, TIME_DIMENSIONS
from ppp_metrics.metrics.metric import COUNTED, GROUPS, UNITS, WINDOWS, Metric
from ppp_metrics.metrics.relations import view_columns

__all__ = [
    "COUNTED",
    "DIMENSIONS",
    "GROUPS",
    "METRICS",
    "UNITS",
    "WINDOWS",
    "Metric",
    "describe",
    "dimensions_of",
    "find_metric",
]

COMPARED = ("theme", "theme_parent")
"""What `theme_comparison` has a row of: one of these."""

METRICS: dict[str, Metric] = {
    metric.id: metric
    for family in (
        innovation.ISSUES,
        innovation.SURVIVAL,
        innovation.VALUE,
        innovation.FUNNEL,
        companies.COMPANIES,
        companies.COOPERATION,
        learning.PARTICIPATION,
        learning.GAINS,
        learning.EXCHANGE,
    )
    for metric in family
}


def find_metric(metric_id: str) -> Metric:
    """Raises UsageError, with the nearest name, when there is no such metric."""
    if metric := METRICS.get(metric_id):
        return metric
    if near := nearest(metric_id, METRICS):
        raise UsageError(msg("There is no metric '{metric}'. Did you mean {near}?", metric=metric_id, near=near))
    raise UsageError(msg("There is no metric '{metric}'. `ppp-metrics metrics` lists them all.", metric=metric_id))


def dimensions_of(metric: Metric) -> tuple[str, ...]:
    """The dimensions the metric can be sliced by: those of `conditions_of`; a comparison only by what it compares."""
    return COMPARED if metric.kind == "comparison" else conditions_of(metric)


def conditions_of(metric: Metric) -> tuple[str, ...]:
    """The dimensions the metric can be limited by, in the order of `DIMENSIONS`: those its view has columns for."""
    columns = view_columns()[metric.stands_in or metric.view]
    return tuple(
        name
        for name in DIMENSIONS
        if name in columns
        or (name in REGION_DIMENSIONS and "region_code" in columns)
        or (name in TIME_DIMENSIONS and metric.event is not None)
    )


def describe(metric: Metric, lang: str) -> dict[str, str | int | list[str]]:
    """The whole definition in one language.

    id, label, definition, unit, counts (what n counts), window, estimator, min_n (with fewer there is no value), group,
    needs, dimensions.
    """
    return {
        "id": metric.id,
        "label": metric.label.render(lang),
        "definition": metric.definition.render(lang),
        "unit": UNITS[metric.unit].render(lang),
        "counts": COUNTED[metric.counts].render(lang),
        "window": WINDOWS[metric.window].label.render(lang),
        "estimator": metric.estimator,
        "min_n": metric.min_n,
        "group": GROUPS[metric.group].render(lang),
        "needs": list(metric.needs),
        "dimensions": list(dimensions_of(metric)),
    }
