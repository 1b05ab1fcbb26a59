"""The first screen of a report: five numbers as cards, and one paragraph of plain words made from them."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from ppp_metrics.language import Label, Message, msg
from ppp_metrics.metrics.metric import COUNTED, UNITS
from ppp_metrics.metrics.registry import find_metric
from ppp_metrics.reporting import gaps, judged, words
from ppp_metrics.reporting.learning_sections import NO_MEASUREMENTS, PEOPLE, PERSON
from ppp_metrics.reporting.sections import Desk, Table, Words
from ppp_metrics.reporting.words import Number

Numbers = Mapping[str, Number]

INNOVATION_NUMBERS = (
    "issues_proposed_count",
    "solutions_delivered_count",
    "solutions_implemented_count",
    "implementation_rate_pct",
    "companies_active_count",
)
THEME_NUMBERS = (
    "issues_accepted_count",
    "implementation_rate_pct",
    "implementation_12m_pct",
    "implementation_24m_pct",
    "median_days_to_implementation",
)
LEARNING_NUMBERS = (
    "participants_count",
    "lifelong_learners_count",
    "learning_gain_mean",
    "learning_gain_g",
    "improved_share_pct",
)
ISSUE, ISSUES = Label("issue", "vraagstuk"), Label("issues", "vraagstukken")


@dataclass(frozen=True)
class Card:
    """One headline number in words; `comparisons` are (with what, its value, the difference or verdict)."""

    label: Words
    value: str
    unit: Words
    is_number: bool
    interval: str
    n: str
    missing: Words
    comparisons: tuple[tuple[Words, str, Words], ...]


def make_card(desk: Desk, number: Number) -> Card:
    """A number beside the period before, the same period last year, and its target."""
    metric, period, lang = number.metric, desk.period, desk.lang
    earlier = [period.previous, period.year_earlier] if period.quarter else [period.previous]
    before = [(each, desk.number(metric.id, period=each)) for each in earlier]
    lines: list[tuple[Words, str, Words]] = [
        (each.short(lang), desk.shown(then), judged.change(desk, number, each, then)) for each, then in before
    ]
    if (target := desk.target(metric.id)) is not None:
        lines.append((msg("target"), words.plain(target, metric.unit, lang), words.against_target(number, target)))
    is_count = metric.unit == "count"
    return Card(
        label=metric.label,
        value=desk.shown(number),
        unit="" if metric.unit == "pct" else COUNTED[metric.counts] if is_count else UNITS[metric.unit],
        is_number=number.value is not None,
        interval=desk.interval(number),
        n="" if is_count or number.is_absent or number.is_suppressed else desk.n_of(number),
        missing="; ".join(map(desk.say, gaps.lacking(number))),
        comparisons=tuple(lines),
    )


def partnership_targets(desk: Desk, metric_ids: Sequence[str]) -> list[Table]:
    """What the partnerships of the region are to reach, beside what they did; nothing where none has a target.

    What a partnership did is told where all its issues lie in the region: a part of it says nothing of its target.
    """
    from ppp_metrics.metrics.places import partnership_targets as find_targets

    if desk.where:
        return []
    with desk.session() as con:
        targets = find_targets(con, metric_ids, desk.period, desk.region)
    rows: list[list[Words]] = []
    for target in targets:
        numbers = {each.keys[0]: each for each in desk.numbers(target.metric_id, "partnership")}
        number, metric = numbers.get(target.partnership), find_metric(target.metric_id)
        reached: list[Words] = ["–", msg("works in other regions too")]
        if number and target.is_inside:
            reached = [desk.shown(number), words.against_target(number, target.value)]
        elif target.is_inside:
            reached = ["–", msg("nothing recorded")]
        rows.append([target.name, metric.label, words.plain(target.value, metric.unit, desk.lang), *reached])
    header = [msg("partnership"), msg("measure"), msg("target"), msg("value"), msg("reached?")]
    return [Table(msg("Targets of partnerships"), header, rows)] if rows else []


def tell_innovation(desk: Desk, now: Numbers) -> list[Message]:
    """What companies asked and got, and which share of the issues was implemented."""
    lang, rate = desk.lang, now["implementation_rate_pct"]
    found = [
        msg(
            "In {period}, {issues} came in.",
            issues=words.amount(now["issues_proposed_count"], ISSUE, ISSUES, lang),
            period=words.period_words(desk.period),
        ),
    ]
    delivered, implemented = now["solutions_delivered_count"], now["solutions_implemented_count"]
    if delivered.value == 0:
        found.append(msg("No issue got a first solution."))
    elif not delivered.is_unknown:
        amount = words.amount(delivered, ISSUE, ISSUES, lang)
        found.append(msg("A first solution was delivered for {issues}.", issues=amount))
    if implemented.value == 0:
        found.append(msg("No first solution came into use."))
    elif not implemented.is_unknown:
        amount = words.amount(implemented, ISSUE, ISSUES, lang)
        found.append(msg("For {issues}, a first solution came into use.", issues=amount))
    return [*found, *_tell_rate(desk, rate)]


def _tell_rate(desk: Desk, rate: Number) -> list[Message]:
    """Which share of the issues was implemented within a year, how sure that is, and whether it changed."""
    if rate.is_suppressed:
        return [WITHHELD_RATE]
    if rate.value is None:
        why = msg("There are too few issues that could be followed for a year to say which share was implemented.")
        return [NOT_KNOWN_RATE if "no_data" in rate.notes else why]
    return [
        msg(
            "Of the {n} issues accepted from {window}, {share} led to a solution in use within a year. The interval "
            "runs from {low} to {high}: with this many issues, chance makes that much difference.",
            n=desk.n_of(rate),
            window=desk.window(rate.metric),
            share=desk.shown(rate),
            low=words.plain(rate.low or 0, "pct", desk.lang),
            high=words.plain(rate.high or 0, "pct", desk.lang),
        ),
        judged.against_last_year(desk, rate),
    ]


WITHHELD_RATE = msg("Which share of the issues was implemented is withheld.")
NOT_KNOWN_RATE = msg("Which share of the issues was implemented is not known.")


def tell_themes(desk: Desk, now: Numbers) -> list[Message]:
    """Which share of the issues was implemented, within a year and over time."""
    after_one, after_two = now["implementation_12m_pct"], now["implementation_24m_pct"]
    median = now["median_days_to_implementation"]
    found = _tell_rate(desk, now["implementation_rate_pct"])
    if after_one.value is not None and after_two.value is not None:
        found.append(
            msg(
                "Of the issues ever accepted, as far as they could be followed, {one} were in use after 12 months "
                "and {two} after 24.",
                one=desk.shown(after_one),
                two=desk.shown(after_two),
            )
        )
    if median.value is not None:
        found.append(msg("Half of them were in use after {days} days.", days=desk.shown(median)))
    return found


def tell_learning(desk: Desk, now: Numbers) -> list[Message]:
    """Who took part, and whether they scored higher after than before."""
    lang, people, gain = desk.lang, now["participants_count"], now["learning_gain_mean"]
    if people.is_absent and gain.is_absent:
        return [msg("No participations and no learning measurements were delivered for this region and period.")]
    found = [
        msg(
            "{people} worked on an issue from {window}.",
            people=words.amount(people, PERSON, PEOPLE, lang),
            window=desk.last_year(),
        ),
        msg(
            "Lifelong learners, participants who are not students: {count}.",
            count=desk.shown(now["lifelong_learners_count"]),
        ),
    ]
    if gain.is_suppressed:
        return [*found, msg("What people learned is withheld.")]
    if gain.is_absent:
        return [*found, NO_MEASUREMENTS]
    if gain.value is None:
        return [*found, msg("Too few people were measured before and after to say what they learned.")]
    if gain.low is None or gain.high is None:
        return [*found, msg("How sure the mean gain is cannot be said: {gain} points of 100.", gain=desk.shown(gain))]
    matched = desk.number("matched_measurement_pct")
    if matched.value is not None:
        found.append(
            msg(
                "Of the people with any measurement, {share} were measured both before and after.",
                share=desk.shown(matched),
            )
        )
    bounds = {"low": words.plain(gain.low, "points", lang), "high": words.plain(gain.high, "points", lang)}
    found.append(
        msg(
            "Between the two, scores rose by {gain} points of 100 on average; the interval runs from {low} to {high}.",
            gain=desk.shown(gain),
            **bounds,
        )
        if gain.low > 0
        else msg(
            "Whether scores rose between the two cannot be said: the interval of the mean difference runs from {low} "
            "to {high} points.",
            **bounds,
        )
    )
    found.append(judged.against_last_year(desk, gain))
    improved = now["improved_share_pct"]
    if improved.value is not None:
        found.append(
            msg("{share} of the pairs of measurements improved by 5 points or more.", share=desk.shown(improved))
        )
    return found
