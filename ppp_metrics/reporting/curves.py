"""The cumulative incidence of implementation by a dimension, and the words beside it, as the charts take them."""

from __future__ import annotations

from itertools import groupby

from ppp_metrics.language import msg
from ppp_metrics.reporting.compared import ComparisonWords, Curve
from ppp_metrics.reporting.incidence_charts import MONTHS
from ppp_metrics.reporting.sections import Desk


def curves_by(desk: Desk, dimension: str, least: int = 0) -> dict[str, Curve]:
    """Each group with its curve, of those that may be shown and have enough issues.

    A curve ends where fewer than `least` issues can still come into use: what a few of them do says little.
    """
    from ppp_metrics.metrics.themes import incidence_curves

    with desk.session() as con:
        rows = desk.rows(
            ("incidence_curves", dimension),
            lambda: incidence_curves(
                con,
                desk.period,
                by=dimension,
                today=desk.today,
                region=desk.region,
                where=desk.where,
                edition=desk.edition,
                withheld=desk.withheld,
            ),
        )
    months = {day: month for month, day in MONTHS.items()}
    curves = {}
    for group, found in groupby(rows, key=lambda row: row[dimension]):
        steps = [step for step in found if step["at_risk"] >= least]
        curves[group] = Curve(
            tuple(
                (step["day"], step["incidence_pct"], step["low_pct"] or 0.0, step["high_pct"] or 0.0) for step in steps
            ),
            {months[step["day"]]: desk.count(step["at_risk"]) for step in steps if step["day"] in months},
        )
    return curves


def comparison_words(desk: Desk, kinds: tuple[str, ...] = (), overall: str = "") -> ComparisonWords:
    """The words in the charts, in the reader's language."""
    return ComparisonWords(
        kinds=kinds,
        overall=overall,
        curves=desk.say(msg("In use after so many months from acceptance")),
        at_risk=desk.say(msg("can still come into use")),
        pick=desk.say(msg("Let one theme stand out:")),
        every=desk.say(msg("all themes")),
        theme=desk.say(msg("theme")),
        share=desk.say(msg("share")),
        interval=desk.say(msg("95% interval")),
        months=desk.say(msg("months")),
        percent=lambda value: f"{desk.count(value)}%",
    )
