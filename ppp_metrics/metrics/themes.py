"""Which themes lead to implemented solutions: each theme's rate as it is, shrunken and adjusted, and over time."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace
from datetime import date
from typing import TYPE_CHECKING, Any

from ppp_metrics.errors import UsageError
from ppp_metrics.language import msg
from ppp_metrics.metrics.compute import answer
from ppp_metrics.metrics.dimensions import find_dimension
from ppp_metrics.metrics.estimation import incidences
from ppp_metrics.metrics.estimators import CONFIDENCE, Estimate
from ppp_metrics.metrics.existence import is_not_broken_down
from ppp_metrics.metrics.protection import Name
from ppp_metrics.metrics.question import Question, Values, ask
from ppp_metrics.metrics.registry import dimensions_of, find_metric
from ppp_metrics.periods import Period

if TYPE_CHECKING:
    import pandas as pd
    from duckdb import DuckDBPyConnection

    from ppp_metrics.metrics.standardisation import Risks

CONFOUNDERS = ("obligation", "size_class", "innovation_type", "region2")
"""What the adjusted rate is adjusted for."""

ADDED = (
    "shrunken_pct", "shrunken_low", "shrunken_high", "above_overall_pct",
    "incidence_12m_pct", "incidence_12m_low", "incidence_12m_high",
    "adjusted_pct", "adjusted_low", "adjusted_high",
    "overall_pct",
)  # fmt: skip
ROUNDING = 1e-6
"""Percentages closer than this are the same."""
CURVE_DAYS = 730
AT_RISK_DAYS = (0, 180, 365, 545, 730)
"""The days for which a curve says how many issues could still be followed."""


def compare(
    con: DuckDBPyConnection,
    period: Period,
    *,
    by: Sequence[str] = (),
    edition: str = "coordinator",
    **slice_: Any,
) -> pd.DataFrame:
    """One row a theme (`by` theme_parent: a main theme), ordered: the columns of `compute`, then those of `ADDED`.

    `value`, `low` and `high` are the implementation rate with its interval. In percent, too: `shrunken_pct` with its
    interval (hierarchical beta-binomial model of the themes) and the chance `above_overall_pct` that it lies above
    `overall_pct`, the rate of all themes; `incidence_12m_pct` with its interval; and `adjusted_pct`, the rate adjusted
    for `CONFOUNDERS` (logistic regression, standardised over all issues of the slice), with its interval. A note
    `simpson` says that rate and adjusted rate lie on different sides of `overall_pct`, and further apart than chance
    makes that of any of the themes in one table in twenty; `separated` or `not_estimable` why there is no adjusted
    rate, `one_theme` or `few_themes`, fewer than five, why there is no shrunken one. A theme that may not be shown is
    null throughout; the models see all such themes as one, so that nobody can work back from the others to theirs.

    Raises UsageError as `compute` does, and when more than one dimension is asked for.
    """
    metric = find_metric("theme_comparison")
    names = [find_dimension(name, dimensions_of(metric)).id for name in dict.fromkeys(by)] or ["theme"]
    if len(names) > 1:
        raise UsageError(
            msg(
                "{metric} compares one thing at a time: {available}. Limit it with --where.",
                metric=metric.id,
                available=" / ".join(dimensions_of(metric)),
            )
        )
    rate = replace(metric, estimator="rate")
    question = ask(con, rate, period, by=names, edition=edition, **slice_)
    shown = answer(con, question)
    counted = answer(con, replace(question, edition="none", withheld=frozenset()))
    hidden = frozenset(shown.loc[shown["suppressed"], names[0]])
    counted = counted.groupby(_pooled(counted[names[0]], hidden))[["numerator", "denominator"]].sum()
    adjusted = _adjusted(con, ask(con, rate, period, by=[*names, *CONFOUNDERS], edition=edition, **slice_), hidden)
    followed = answer(con, ask(con, find_metric("implementation_12m_pct"), period, by=names, edition=edition, **slice_))
    return _side_by_side(names[0], shown, counted, adjusted, followed.set_index(names[0]))


def _side_by_side(
    theme: str, shown: pd.DataFrame, counted: pd.DataFrame, adjusted: Risks, followed: pd.DataFrame
) -> pd.DataFrame:
    import pandas as pd

    from ppp_metrics.metrics.shrinkage import shrink

    if shown.empty or is_not_broken_down(shown.astype(object).where(shown.notna(), None).to_dict("records"), [theme]):
        return shown.assign(**dict.fromkeys(ADDED)).astype(dict.fromkeys(ADDED, "Float64"))
    shrunken = shrink(counted["numerator"].to_numpy(int), counted["denominator"].to_numpy(int))
    overall = 100 * counted["numerator"].sum() / max(1, counted["denominator"].sum())
    above = shrunken.chance_above_pct(overall)
    # of so many themes, any may have its two rates this far apart by chance (Bonferroni)
    doubt = (1 - CONFIDENCE) / max(1, len(adjusted.chances))
    rows = []
    for name, row in zip(shown[theme], shown.to_dict("records"), strict=True):
        if row["suppressed"]:
            rows.append(row | dict.fromkeys(ADDED))
            continue
        at = counted.index.get_loc(name)
        own: dict[str, Any] = {
            "shrunken_pct": shrunken.value[at],
            "shrunken_low": shrunken.low[at],
            "shrunken_high": shrunken.high[at],
        }
        own |= {"above_overall_pct": above[at], "overall_pct": overall}
        if name in followed.index:
            named = {"value": "pct", "low": "low", "high": "high"}
            own |= {f"incidence_12m_{short}": followed.loc[name, column] for column, short in named.items()}
        risk = adjusted[name]
        own |= {"adjusted_pct": risk.value, "adjusted_low": risk.low, "adjusted_high": risk.high}
        is_apart = adjusted.chances.get(name, 1.0) < doubt and _disagree(row["value"], risk.value, overall)
        reasons = [row["note"], shrunken.note, risk.note, "simpson" if is_apart else ""]
        rows.append(row | own | {"note": "; ".join(filter(None, reasons))})
    frame = pd.DataFrame(rows, columns=[*shown.columns, *ADDED])
    return frame.astype(shown.dtypes.to_dict() | dict.fromkeys(ADDED, "Float64"))


def _pooled(themes: pd.Series[str], hidden: frozenset[str]) -> pd.Series[str]:
    """The themes, those that are not shown under one name."""
    return themes.mask(themes.isin(hidden), "")


def _adjusted(con: DuckDBPyConnection, question: Question, hidden: frozenset[str]) -> Risks:
    """The standardised rate of each value of the question's first dimension, adjusted for its other dimensions.

    Those that are `hidden` are one value.
    """
    from ppp_metrics.metrics.standardisation import Risks, standardised_risks

    metric = question.metric
    theme, *confounders = question.columns
    counts = f"count(*) filter ({metric.numerator}) as successes, count(*) as trials"
    cells = con.execute(
        f"select {', '.join((*question.selected, counts))} from {question.source} group by all order by all",
        question.values,
    ).df()
    cells[theme] = _pooled(cells[theme], hidden)
    cells = cells.groupby([theme, *confounders], as_index=False)[["successes", "trials"]].sum()
    risks = standardised_risks(
        cells[theme].to_numpy(),
        cells[confounders].to_numpy(),
        cells["successes"].to_numpy(),
        cells["trials"].to_numpy(),
    )
    trials = cells.groupby(theme)["trials"].sum()
    enough = {name for name in trials.index if trials[name] >= metric.min_n}
    own = ((name, risks[name] if name in enough else Estimate(None)) for name in trials.index)
    return Risks(own, {name: chance for name, chance in risks.chances.items() if name in enough})


def _disagree(rate: float | None, adjusted: float | None, overall: float) -> bool:
    """Whether one lies above the rate of all themes, the other below, by more than rounding."""
    import pandas as pd

    if adjusted is None or pd.isna(rate):
        return False
    low, high = sorted((float(rate), adjusted))  # type: ignore[arg-type]
    return low < overall - ROUNDING and high > overall + ROUNDING


def incidence_curves(
    con: DuckDBPyConnection,
    period: Period,
    *,
    by: str = "theme",
    edition: str = "coordinator",
    where: Mapping[str, Values] | None = None,
    today: date,
    region: str | None = None,
    partnership: str | None = None,
    withheld: frozenset[Name] | None = None,
) -> pd.DataFrame:
    """Cumulative incidence of implementation by theme: theme, day, incidence_pct, low_pct, high_pct, at_risk.

    A row each day on which it changes, and each of `AT_RISK_DAYS`, up to two years from acceptance or until fewer than
    ten were followed longer; `at_risk` is the number of issues that could still be implemented just before. Only themes
    of which the cumulative incidence may be shown and that have enough issues.
    """
    import pandas as pd

    metric = find_metric("implementation_12m_pct")
    question = ask(
        con,
        metric,
        period,
        by=[by],
        edition=edition,
        where=where,
        today=today,
        region=region,
        partnership=partnership,
        withheld=withheld,
    )
    frame = answer(con, question)
    told = set(frame.loc[~frame["suppressed"] & (frame["n"] >= metric.min_n), by])
    columns = [by, "day", "incidence_pct", "low_pct", "high_pct", "at_risk"]
    rows = []
    for (theme,), curve in incidences(con, question):
        if theme not in told:
            continue
        changes = {int(day) for day, count in zip(curve.days, curve.events, strict=True) if count and day <= CURVE_DAYS}
        for day in sorted(changes.union(AT_RISK_DAYS)):
            point = curve.at(day)
            if point.value is not None:
                rows.append((theme, day, point.value, point.low, point.high, curve.at_risk_on(day)))
    return pd.DataFrame(rows, columns=columns).astype(
        dict.fromkeys(("incidence_pct", "low_pct", "high_pct"), "Float64") | {"at_risk": "Int64"}
    )
