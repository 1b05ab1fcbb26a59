"""What differs by more than chance, in a reader's words: from differences, never from intervals that overlap."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from ppp_metrics.language import Message, msg
from ppp_metrics.metrics.contrasts import SIGNIFICANT
from ppp_metrics.metrics.dimensions import sliced_by
from ppp_metrics.metrics.metric import WINDOWS
from ppp_metrics.periods import Period
from ppp_metrics.reporting import words
from ppp_metrics.reporting.sections import Desk
from ppp_metrics.reporting.words import Number

NOT_SAID = msg("Whether they differ cannot be said.")


def differences(
    desk: Desk, metric_id: str, against: str, by: str | None = None
) -> Mapping[tuple[str, ...], Mapping[str, Any]]:
    """What each group of a metric differs by, as `metrics.differences.differ` gives it; nothing while only asking.

    The numbers that are compared are asked for as numbers, too, so that a release decides on them.
    """
    from ppp_metrics.metrics.compute import compute

    if desk.is_asking:
        return {}
    with desk.session() as con:
        rows = desk.rows(
            ("differences", metric_id, against, by),
            lambda: compute(
                con,
                metric_id,
                desk.period,
                today=desk.today,
                region=desk.region,
                by=sliced_by(by),
                where=desk.where,
                edition=desk.edition,
                withheld=desk.withheld,
                against=against,
            ),
        )
    return {tuple(row[name] for name in sliced_by(by)): row for row in rows}


def against_last_year(desk: Desk, now: Number) -> Message:
    """Whether an estimate is higher or lower than a year earlier, or that may be chance."""
    before = desk.number(now.metric.id, period=desk.period.year_earlier)
    row = differences(desk, now.metric.id, "year").get((), {})
    if row.get("difference_low") is None:
        return msg("It cannot be compared with a year earlier.")
    shown = {"before": desk.shown(before)}
    if row["difference_low"] > 0:
        return msg("Up from {before} a year ago.", **shown)
    if row["difference_high"] < 0:
        return msg("Down from {before} a year ago.", **shown)
    if row["difference"] > 0:
        return msg("A year ago it was {before}: that it is higher now could be chance.", **shown)
    if row["difference"] < 0:
        return msg("A year ago it was {before}: that it is lower now could be chance.", **shown)
    return msg("A year ago it was {before}, too.", **shown)


def average_told(desk: Desk, rate: Number) -> list[Message]:
    """What groups are set against, where it is shown: the implementation rate of all issues."""
    if rate.value is None:
        return []
    return [msg("On average, {overall} led to a solution in use within a year.", overall=desk.shown(rate))]


def groups_told(desk: Desk, numbers: Sequence[Number], by: str, average: Number) -> list[Message]:
    """Which groups lie clearly above or below the average, or that together they differ, or that it could be chance.

    Each is judged by its difference from all others together, among so many (Holm).
    """
    found = differences(desk, numbers[0].metric.id, "whole", by) if numbers else {}
    judged = [(each, row) for each in numbers if (row := found.get(each.keys, {})).get("p_holm") is not None]
    if len(judged) < 2 or average.value is None:
        return [NOT_SAID]
    is_part = any(each.is_suppressed for each in numbers)
    told = _told_apart(desk, judged, average, are_two=len(found) == 2, is_part=is_part)
    if is_part:
        told.append(msg("This says nothing of what is withheld."))
    return told


def _told_apart(
    desk: Desk, judged: Sequence[tuple[Number, Mapping[str, Any]]], average: Number, are_two: bool, is_part: bool
) -> list[Message]:
    """What is told of the groups that are judged, which are not all where `is_part`."""
    sure = [(each, row["difference"]) for each, row in judged if row["p_holm"] < SIGNIFICANT]
    above = desk.listed([f"{each.label} ({desk.shown(each)})" for each, difference in sure if difference > 0])
    below = desk.listed([f"{each.label} ({desk.shown(each)})" for each, difference in sure if difference < 0])
    mean = desk.shown(average)
    if sure:
        if above and below:
            clear = msg(
                "Clearly above average ({average}): {above}. Clearly below: {below}.",
                average=mean,
                above=above,
                below=below,
            )
        elif above:
            clear = msg("Clearly above average ({average}): {above}.", average=mean, above=above)
        else:
            clear = msg("Clearly below average ({average}): {below}.", average=mean, below=below)
        others = (
            msg("The other differences that are shown could be chance.")
            if is_part
            else msg("The other differences could be chance.")
        )
        return [clear, *([others] if len(sure) < len(judged) else [])]
    if are_two:
        return [msg("The difference between the two could be chance.")]
    together = judged[0][1]["p_together"]
    if together is not None and together < SIGNIFICANT:
        return [
            msg(
                "Of those shown, no single one clearly differs from the average ({average}), but together they differ "
                "by more than chance.",
                average=mean,
            )
            if is_part
            else msg(
                "No single one clearly differs from the average ({average}), but together they differ by more than "
                "chance.",
                average=mean,
            )
        ]
    return [
        msg(
            "Of those shown, no single one clearly differs from the average ({average}): the differences could be "
            "chance.",
            average=mean,
        )
        if is_part
        else msg(
            "No single one clearly differs from the average ({average}): the differences could be chance.", average=mean
        )
    ]


def change(desk: Desk, now: Number, since: Period, before: Number) -> Message | str:
    """The change from an earlier period, and how much of both is the same; empty where either is not shown."""
    text = words.change(now, before, desk.lang)
    window = WINDOWS[now.metric.window]
    shared, every = window.shared(desk.period, since, desk.today)
    if not text or (every and not shared) or now.metric.window == "stock":
        return text
    if every:
        return msg("{change}; {shared} of the {every} quarters are the same", change=text, shared=shared, every=every)
    return msg("{change}; what counted then counts still", change=text)
