"""What the numbers of a metric count or sum, as whoever reads its definition understands it: for the audit alone.

Written from the declarations of metrics and dimensions, and from nothing that decides what is withheld: whoever attacks
a release with the model that protected it finds what that model finds.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import Any

from ppp_metrics.metrics.dimensions import DIMENSIONS
from ppp_metrics.metrics.metric import Metric
from ppp_metrics.records import codes

OVERLAP = "start_date <= getvariable('window_end') and end_date >= getvariable('window_start')"
"""The condition of what lies in a window as soon as any of its days does."""
BASES = {
    "technical_questions": ("issue_facts", "issue_type = 'technical_question'"),
    "company_issues": ("issue_facts", "is_company"),
    "issue_learning": ("issue_facts", ""),
}
"""Views whose rows are those of another view for which a condition holds."""
OF_ANY_DAY = {"issue_teams"}
"""Views without an event, of what lies in a window as soon as any of its days does."""
CROSSED = {"story_reach": ("cycle", len(codes.CYCLES), "is_reached")}
"""Views with a row for each value of a dimension, how many these are, and the condition that tells them apart."""
STEADY = re.compile(
    r"\w+_date - \w+_date <= \d+|\w+ is not null|gain >= 5|working_days <= 10|proposed_date = first_proposed_date"
    r"|is_across|is_matched|is_reached|is_company|sent [\w.]+|[a-z_]+ = '\w+'"
)
"""Conditions that hold, or do not, from the last day of a window on: another condition can change with every day."""
IMPLIED = {
    "is_implemented": ("has_solution",),
    "has_solution": ("accepted_date is not null or has_solution",),
    "is_across": ("is_across is not null",),
}
"""What follows from a condition."""
OWN_DIMENSIONS = {
    "person_id": ("role", "side"),
    "person_a_id": ("pair_roles",),
    "organisation_id": ("partner", "size_class", "sme", "sector"),
    "partnership": ("partnership", "programme", "phase"),
}
"""Of what a unit has one value, whatever it takes part in."""
SCALES = {"points": 100.0, "trl": 8.0}
"""The most by which a mean in a unit can differ from nothing."""


@dataclass(frozen=True)
class Population:
    """What is counted: the rows of a view by a day, for which all conditions hold, or the distinct units among them.

    `summed` is what is summed of them instead. `tied` says to what its conditions are tied: "" for those that a day
    settles for good, "window" or "as_of" for those that are of one window, or one day, alone. `is_union`: what lies in
    a window is what lies in any part of it; a share of units by all that they did in it is not. `is_judged_whole`: a
    unit is judged on all that it did, whatever group it counts in.
    """

    view: str
    event: str
    unit: tuple[str, ...]
    conditions: frozenset[str]
    summed: str = ""
    tied: str = ""
    is_union: bool = True
    is_of_any_day: bool = False
    is_judged_whole: bool = False

    @property
    def adds_up_over_days(self) -> bool:
        """Whether the parts of a window add up to it: each unit has one day."""
        return bool(self.summed) or not (self.unit or self.is_of_any_day)

    @property
    def is_covered(self) -> bool:
        """Whether each unit of a whole is one of some group's, and the other way round."""
        return self.is_union or self.is_judged_whole

    def adds_up_by(self, dimension: str) -> bool:
        """Whether the parts by a dimension add up to the whole: each unit lies in one of them."""
        if self.summed or not self.unit or dimension in self.unit:
            return True
        return any(dimension in OWN_DIMENSIONS.get(each, ()) for each in self.unit[:1])

    def holds(self, other: Population) -> bool:
        """Whether whatever the other counts, this counts too, at the same place."""
        return (
            not (self.summed or other.summed)
            and (self.view, self.event) == (other.view, other.event)
            and self.conditions <= other.conditions
            and self.tied in ("", other.tied)
            and (self.unit in ((), other.unit))
        )


@dataclass(frozen=True)
class Part:
    """A number of a cell: what it counts, and the dimensions that its conditions limit it to."""

    population: Population
    limits: Mapping[str, str]


@dataclass(frozen=True)
class Mean:
    """Between which shares of `below` the amount or count `above` lies, where a value is shown: value / `per`."""

    above: str
    below: str
    per: float


@dataclass(frozen=True)
class Reading:
    """What the cells of a metric say: their parts by name, and how the value shown relates two of these."""

    parts: Mapping[str, Part]
    mean: Mean | None = None
    crossed: tuple[str, str, int] | None = None
    """Two parts of which the first is so many times the second, unless told apart by the crossed dimension."""


def reading_of(metric: Metric) -> Reading:
    """What the numbers n, numerator, denominator, complement, value and amount of a metric's cells count or sum."""
    if metric.kind == "variation":
        # its n is quarters: a number of the calendar
        return Reading({})
    held = [metric.where or "", f"{metric.known} is not null" if metric.known else ""]
    of_needs = [f"sent {column}" for column in metric.needs]

    def counted(unit: tuple[str, ...], *more: str) -> Part:
        return _part(metric, unit, [*held, *more, *of_needs])

    def summed(expression: str) -> Part:
        part = counted(())
        return replace(part, population=replace(part.population, summed=expression))

    n = counted((metric.n_of,) if metric.n_of else metric.per)
    if metric.kind in ("rate", "comparison"):
        whole, hit = counted(metric.per), counted(metric.per, str(metric.numerator))
        rest = replace(
            whole,
            population=replace(
                whole.population,
                conditions=whole.population.conditions | {f"not ({metric.numerator})"},
                tied=hit.population.tied,
                is_union=not metric.per and hit.population.is_union,
            ),
        )
        parts = {"denominator": whole, "numerator": hit, "complement": rest}
        crossed = CROSSED.get(metric.view)
        return Reading(
            parts | ({"n": n} if metric.n_of else {}),
            Mean("numerator", "denominator", 100),
            ("denominator", "n", crossed[1]) if crossed and metric.n_of else None,
        )
    if metric.kind == "sum":
        return Reading({"value": summed(str(metric.numerator)), "n": n})
    if metric.kind == "ratio":
        amounts = {"numerator": summed(str(metric.numerator)), "denominator": summed(str(metric.denominator))}
        return Reading({**amounts, "n": n}, Mean("numerator", "denominator", 100))
    if metric.estimator == "mean":
        return Reading({"n": n, "values": counted(()), "amount": summed(metric.values[0])}, Mean("amount", "values", 1))
    return Reading({"n": n})


def _part(metric: Metric, unit: tuple[str, ...], predicates: list[str]) -> Part:
    view, own = BASES.get(metric.view, (metric.view, ""))
    is_of_any_day = view in OF_ANY_DAY
    is_union, limits, conditions = True, {}, set()
    for predicate in [*predicates, own]:
        text = " ".join(predicate.split())
        if OVERLAP in text:
            is_of_any_day, text = True, text.replace(OVERLAP, "")
        for each in _conjuncts(text):
            # a unit with any row for which it holds is one of the units of these rows
            row = re.fullmatch(r"bool_or\((.*)\)", each)
            condition = row[1] if row else each
            is_union &= bool(row) or not re.search(r"\b(count|bool_and|sum)\(", condition)
            equal = re.fullmatch(r"(\w+) = '(\w+)'", condition)
            if equal and equal[1] in DIMENSIONS:
                limits[equal[1]] = equal[2]
            else:
                conditions.add(condition)
    conditions = _with_what_follows(conditions)
    conditions -= {f"{name} is not null" for name in limits}
    crossed = CROSSED.get(view)
    if crossed and crossed[0] in unit and len(unit) == 1:
        unit = ()
    population = Population(
        view,
        metric.event or "",
        unit,
        frozenset(conditions),
        "",
        _tied(metric, conditions),
        is_union,
        is_of_any_day,
        metric.stands_in is not None,
    )
    return Part(population, limits)


def _conjuncts(text: str) -> list[str]:
    """What must all hold; alternatives stay together."""
    return [text.strip()] if " or " in text else [each.strip() for each in text.split(" and ") if each.strip()]


def _with_what_follows(conditions: set[str]) -> set[str]:
    found = set(conditions)
    while more := {each for name in found for each in IMPLIED.get(name, ())} - found:
        found |= more
    return found


def _tied(metric: Metric, conditions: set[str]) -> str:
    if any("getvariable" in each for each in conditions):
        return "window"
    open_ended = [each for each in conditions if not STEADY.fullmatch(each)]
    if metric.view in OF_ANY_DAY:
        return "window" if open_ended else ""
    if any(re.search(r"\b(count|sum)\(", each) for each in open_ended):
        return "" if len(open_ended) == 1 else "as_of"
    return "as_of" if open_ended or (metric.window == "stock") else ""


def limited(dims: Mapping[str, Any], limits: Mapping[str, str]) -> dict[str, Any] | None:
    """The dimensions of a place with what a condition limits these to; None where nothing lies in both."""
    found = dict(dims)
    for name, value in limits.items():
        own = found.get(name, value)
        if own != value and not (isinstance(own, tuple) and value in own):
            return None
        found[name] = value
    return found
