"""What the numbers of metrics count or sum, told in one way: which are the same, and which are a part of which.

A population is the rows of a view with an event in some days for which predicates hold, or the people, companies or
pairs in them. Two metrics that count the same, one as its n and the other as its numerator, have the same population.
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass, field, replace
from functools import cached_property

from ppp_metrics.metrics.attack import AMOUNT, PAIRS, PEOPLE
from ppp_metrics.metrics.dimensions import DIMENSIONS
from ppp_metrics.metrics.metric import Metric

IMPLIES = {
    "is_implemented": "has_solution",
    "has_solution": "accepted_date is not null or has_solution",
    "accepted_date is not null": "accepted_date is not null or has_solution",
}
"""What holds wherever something else does: an issue's way from proposal to use."""

PAIR_OF_PEOPLE = ("person_a_id", "person_b_id")
GIVEN = " is not null"

Part = str
"""What a cell calls a number: n, value, numerator, denominator, or the complement of the numerator."""


@dataclass(frozen=True, kw_only=True)
class Population:
    """What is counted; with `amount`, what is summed over it.

    `unit` are the columns that make one, () for a row of the view; `event` the date by which it lies in days. `limits`
    are predicates that are a dimension's value: they are told in a place, not here. `is_state`: as on a day.
    `is_in_its_days`: who is counted in some days is counted in more, and the other way round in one of their parts.
    """

    view: str
    event: str
    unit: tuple[str, ...]
    held: frozenset[str]
    needs: frozenset[str]
    amount: str = ""
    is_about_people: bool = False
    is_state: bool = False
    is_in_its_days: bool = field(default=True, compare=False)
    limits: frozenset[tuple[str, str]] = field(default=frozenset(), compare=False)

    @cached_property
    def measure(self) -> str:
        """How `attack.Quantity` calls it: the same words for the same population."""
        kind = [AMOUNT] if self.amount else [PAIRS] if self.unit == PAIR_OF_PEOPLE else []
        kind += [PEOPLE] if self.is_about_people else []
        told = (self.view, self.event, ", ".join(self.unit), self.amount, *sorted(self.held), *sorted(self.needs))
        return " ; ".join((" ".join(kind), *told, *(("state",) if self.is_state else ())))

    @property
    def adds_up_in_time(self) -> str:
        """How its numbers in parts of some days make up that of all of them, as `Sum.how`; "" where they do not.

        Somebody can be in two quarters, and meet in the year what is asked of no quarter alone.
        """
        if self.is_state or not self.is_in_its_days:
            return ""
        if self.event and not self.unit:
            return "exactly"
        return "" if self.amount else "overlapping"

    def is_part_of(self, other: Population) -> bool:
        """Whether each of these is one of the other, in the same place; not for amounts."""
        same = (self.view, self.event, self.amount, other.amount) == (other.view, other.event, "", "")
        if not same or self.is_state != other.is_state or not self.needs >= other.needs:
            return False
        if not self._implied >= other.held:
            return False
        # people in rows are no more than the rows
        return self.unit == other.unit or not other.unit

    @property
    def _implied(self) -> frozenset[str]:
        found = set(self.held)
        for each in list(found):
            while each in IMPLIES:
                each = IMPLIES[each]
                found.add(each)
        return frozenset(found)


def populations(metric: Metric) -> dict[Part, Population]:
    """What a metric's cells count or sum, by what a cell calls it; {} where the parts do not make up a whole.

    Quarters with a number, the n of a variation, are such: those of the parts are not those of the whole.
    """
    if metric.kind == "variation":
        return {}
    held = list(filter(None, [metric.where, metric.known and metric.known + GIVEN]))
    base = Population(
        view=metric.stands_in or metric.view,
        event=metric.event or "",
        unit=(),
        held=frozenset(),
        needs=frozenset(metric.needs),
        is_about_people=metric.person,
        is_state=metric.window == "stock",
    )

    def counted(unit: tuple[str, ...], *predicates: str) -> Population:
        conjuncts = _conjuncts(predicates)
        limits = frozenset(filter(None, map(_limit, conjuncts)))
        kept = frozenset(each for each in conjuncts if not _limit(each))
        return replace(base, unit=unit, held=kept, limits=limits)

    n = counted((metric.n_of,) if metric.n_of else metric.per, *held)
    if metric.kind in ("rate", "comparison"):
        hit = str(metric.numerator)
        numerator, complement = counted(metric.per, *held, hit), counted(metric.per, *held, f"not ({hit})")
        # of people and companies a hit in a part is one in the whole, unless it is of all that they did in it
        is_in_days = not metric.per or "(" not in re.sub(r"^bool_or\((.*)\)$", r"\1", hit)
        shares = {
            "denominator": counted(metric.per, *held),
            "numerator": replace(numerator, is_in_its_days=is_in_days),
            "complement": replace(complement, is_in_its_days=not metric.per),
        }
        return shares | ({"n": n} if metric.n_of else {})
    if metric.kind == "sum":
        return {"value": replace(counted((), *held), amount=str(metric.numerator)), "n": n}
    if metric.kind == "ratio":
        sums = {"numerator": str(metric.numerator), "denominator": str(metric.denominator)}
        return {part: replace(counted((), *held), amount=amount) for part, amount in sums.items()} | {"n": n}
    return {"n": n}


def _conjuncts(predicates: Iterable[str]) -> list[str]:
    """What must hold, each by itself, without what follows from another: x is not null where x must have a value."""
    texts: dict[str, None] = {}
    for predicate in predicates:
        text = re.sub(r"^bool_or\((.*)\)$", r"\1", " ".join(predicate.split()))
        is_one = " or " in text or "(" in text or " between " in text
        texts |= dict.fromkeys([text] if is_one else text.split(" and "))
    told = {*texts, *(limit[0] for limit in map(_limit, texts) if limit)}
    return [each for each in texts if not (each.endswith(GIVEN) and each.removesuffix(GIVEN) in told)]


def _limit(predicate: str) -> tuple[str, str] | None:
    """The dimension and value that a predicate asks for, if that is what it does."""
    found = re.fullmatch(r"(\w+) = '(\w+)'", predicate)
    return (found[1], found[2]) if found and found[1] in DIMENSIONS else None
