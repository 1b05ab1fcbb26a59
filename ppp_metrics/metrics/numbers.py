"""Every number of some regions and a period in one frame: what the rules for computed numbers look at."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date
from typing import TYPE_CHECKING

from ppp_metrics.metrics.compute import compute
from ppp_metrics.metrics.registry import METRICS, Metric
from ppp_metrics.periods import Period

if TYPE_CHECKING:
    import pandas as pd
    from duckdb import DuckDBPyConnection

PARTS = "theme"


def numbers(
    con: DuckDBPyConnection, period: Period, *, today: date, regions: Iterable[str], edition: str
) -> pd.DataFrame:
    """One row a metric and region: metric, region, the measures of `compute`, and parts_sum.

    `parts_sum` is the sum over themes of a count of issues, which must be the count itself; null for other metrics, and
    where a part is suppressed.
    """
    import pandas as pd

    frames = []
    for region in regions:
        for metric in METRICS.values():
            frame = compute(con, metric.id, period, today=today, region=region, edition=edition)
            parts = _parts_sum(con, metric, period, today, region, edition)
            frames.append(frame.assign(metric=metric.id, region=region, parts_sum=parts))
    return pd.concat(frames, ignore_index=True).astype({"parts_sum": "Float64", "value": "Float64"})


def _parts_sum(
    con: DuckDBPyConnection, metric: Metric, period: Period, today: date, region: str, edition: str
) -> float | None:
    if metric.kind != "count" or metric.counts != "issues":
        return None
    parts = compute(con, metric.id, period, today=today, region=region, by=[PARTS], edition=edition)
    return None if parts["suppressed"].any() or parts["value"].isna().any() else float(parts["value"].sum())
