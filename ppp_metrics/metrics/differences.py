"""What a metric's numbers differ by: from the period before, a year earlier, the target, or from all others."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace
from typing import TYPE_CHECKING, Any

from ppp_metrics.errors import UsageError
from ppp_metrics.language import msg, nearest
from ppp_metrics.metrics.compute import compute
from ppp_metrics.metrics.contrasts import chance_of, difference, holm, homogeneity, resampled_difference
from ppp_metrics.metrics.counterparts import Counterparts, Other, Row, estimate_of, plain_rows
from ppp_metrics.metrics.dimensions import TIME_DIMENSIONS, UNKNOWN
from ppp_metrics.metrics.estimators import Estimate
from ppp_metrics.metrics.existence import is_not_broken_down
from ppp_metrics.metrics.metric import Metric
from ppp_metrics.metrics.question import refuse_unknown
from ppp_metrics.periods import Period

if TYPE_CHECKING:
    import pandas as pd
    from duckdb import DuckDBPyConnection

COMPARISONS = ("previous", "year", "target", "whole")
ADDED = ("against", "against_value", "difference", "difference_low", "difference_high", "p_holm", "p_together")


def differ(
    con: DuckDBPyConnection,
    metric: Metric,
    period: Period,
    against: str,
    *,
    by: Sequence[str] = (),
    where: Mapping[str, Any] | None = None,
    **slice_: Any,
) -> pd.DataFrame:
    """The rows of `compute`, then those of `ADDED`: what each is set against, its value, the difference, its interval.

    `previous` is the period of the same length before, `year` the same one a year earlier, `target` the target of the
    region or partnership. `whole` are all others (`against` says `rest`): the other groups, or for a slice without
    groups what else there is one step up: without its conditions, else without its partnership, else in its country. A
    group is a part of the whole, and would be compared with itself; it lies above the whole where it lies above the
    rest, and by less.

    - rates and cumulative incidences, each with its own interval: `contrasts.difference`;
    - means, medians and effect sizes: `contrasts.resampled_difference` over people (or companies), with whoever is on
      both sides once;
    - counts, sums, ratios and variations have no interval, and so has nothing of which one side has none.

    `p_holm` is the chance of a difference as large where there is none, adjusted for the number of rows (Holm); of two
    groups, each the other's rest, it is one comparison. `p_together`, the same in each row, is the chance that shares
    of one rate differ together as much (`contrasts.homogeneity`); null but for rates by groups against the whole.

    Nothing is compared of which either side, or the whole, is suppressed. Notes: `overlap: 3 of 4 quarters` where both
    windows share some, so that the interval of a rate is wider than it need be; `overlap: history` and `overlap: stock`
    where what counted then may still count; `not_over` where the period is set against one that is; `no_target`;
    `against: too_few` and the like where the other side has no value.

    Raises UsageError as `compute` does, and for what cannot be compared (`refuse_incomparable`).
    """
    by, wanted = refuse_unknown(metric, by, where or {}, slice_["edition"])
    where = {name: list(values) for name, values in wanted.items()}
    refuse_incomparable(metric, against, by, where)
    shown = compute(con, metric.id, period, by=by, where=where, **slice_)
    if metric.kind == "comparison":
        by = tuple(shown.columns[:1])
        metric = replace(metric, estimator="rate")
    if is_not_broken_down(plain_rows(shown), by):
        return _side_by_side(shown, metric, [Other(against, Estimate(None))], ())
    sought = Counterparts(con, metric, period, by, where, slice_, plain_rows(shown))
    others = {
        "previous": lambda: sought.of_period(period.previous),
        "year": lambda: sought.of_period(period.year_earlier),
        "target": sought.of_target,
        "whole": sought.of_rest,
    }[against]()
    return _side_by_side(shown, metric, others, by if against == "whole" else ())


def refuse_incomparable(metric: Metric, against: str, by: Sequence[str], where: Mapping[str, Any]) -> None:
    """Raises UsageError for what is no comparison, and where there is nothing for it to be made with."""
    if against not in COMPARISONS:
        near = nearest(against, COMPARISONS) or COMPARISONS[0]
        raise UsageError(
            msg(
                "Numbers can be set against {all}, not '{against}'. Did you mean {near}?",
                all=", ".join(COMPARISONS),
                against=against,
                near=near,
            )
        )
    named = {*by, *where}
    if against in ("previous", "year") and (times := sorted(named & {*TIME_DIMENSIONS})):
        raise UsageError(
            msg(
                "By {dimension} the rows are periods already. To compare with an earlier one, ask for a period without "
                "it.",
                dimension=times[0],
            )
        )
    if against != "whole":
        return
    if metric.kind in ("count", "sum"):
        raise UsageError(
            msg(
                "{metric} is a number or a sum: a part of it is always less than the whole. Compare a share or a mean.",
                metric=metric.id,
            )
        )
    if "design" in by:
        raise UsageError(msg("Ways of measuring are never taken together, so there is no whole of them."))


def groups_apart(
    rows: Sequence[Mapping[str, Any]], by: Sequence[str], is_rate: bool
) -> tuple[list[float | None], float | None]:
    """Of groups set against all others: the chance of each alone, adjusted by Holm, and that of all together.

    Two groups are each other's rest, and so one comparison. Together are only shares, of those compared and known.
    """
    alone = [chance_of(_difference(row)) for row in rows]
    shares = [
        estimate_of(row)
        for row, chance in zip(rows, alone, strict=True)
        if chance is not None and UNKNOWN not in (row[name] for name in by)
    ]
    return holm(alone, 1 if len(rows) == 2 else None), homogeneity(shares) if is_rate else None


def _difference(row: Mapping[str, Any]) -> Estimate:
    return Estimate(row["difference"], row["difference_low"], row["difference_high"])


def _side_by_side(shown: pd.DataFrame, metric: Metric, others: Sequence[Other], groups: Sequence[str]) -> pd.DataFrame:
    import pandas as pd

    rows = [_set_against(row, other, metric) for row, other in zip(plain_rows(shown), others, strict=True)]
    together = None
    if groups:
        alone, together = groups_apart(rows, groups, metric.kind == "rate")
    else:
        alone = holm([chance_of(_difference(row)) for row in rows])
    for row, chance in zip(rows, alone, strict=True):
        row |= {"p_holm": chance, "p_together": together}
    added = {
        name: pd.array([row[name] for row in rows], dtype="str" if name in ("note", "against") else "Float64")
        for name in ("note", *ADDED)
    }
    return shown.assign(**added)


def _set_against(row: Row, other: Other, metric: Metric) -> Row:
    if row["suppressed"]:
        return row | dict.fromkeys(ADDED) | {"against": other.name}
    found = difference(estimate_of(row), other.estimate)
    if found.low is not None and other.units is not None:
        drawn = resampled_difference(metric.estimator, other.units)
        found = replace(found, low=drawn.low, high=drawn.high)
    return row | {
        "note": "; ".join(filter(None, (row["note"], *other.notes))),
        "against": other.name,
        "against_value": other.estimate.value,
        "difference": found.value,
        "difference_low": found.low,
        "difference_high": found.high,
    }
