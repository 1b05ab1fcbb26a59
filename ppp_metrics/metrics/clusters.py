"""The interval of a rate over units that are not independent: a company's issues, a person's measurements and pairs.

docs/decisions/0024 says why these formulas, and how well the intervals cover.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from ppp_metrics.metrics.estimators import CONFIDENCE, wilson

if TYPE_CHECKING:
    from ppp_metrics.metrics.question import Question

PAIRS = ("unit_pairs", "mixed_pairs", "hit_pairs")
"""In a cell: ordered pairs of units that have a cluster in common, of any two, of a unit and a hit, and of two hits;
each with itself, too."""

OF_CLUSTERS = ("sum(units * units)", "sum(units * hits)", "sum(hits * hits)")
"""SQL for `PAIRS` from a row a cluster, where a unit is in one cluster."""

TOLD_ABOVE = 1.1
"""A design effect up to this stands in no note."""
DESIGN_EFFECT = "design effect"
"""What that note begins with."""


@dataclass(frozen=True)
class ClusteredInterval:
    """The limits in percent (0-100), and the design effect: 1 for independent units."""

    low: float
    high: float
    design_effect: float

    @property
    def note(self) -> str:
        return f"{DESIGN_EFFECT} {self.design_effect:.1f}" if self.design_effect > TOLD_ABOVE else ""


def clustered(hits: int, units: int, unit_pairs: int, mixed_pairs: int, hit_pairs: int) -> ClusteredInterval:
    """Wilson's interval for fewer units, as those with a cluster in common are alike; units > 0, pairs as in `PAIRS`.

    With p = hits / n, n units, and e = 1 - p for a hit, -p for another unit, the variance of p is estimated by the sum
    of e e' over all pairs with a cluster in common, divided by n²: for clusters Fuller 1975, which is what resampling
    whole clusters estimates; for pairs of people, who are in two clusters, Aronow, Samii & Assenova 2015. So many
    clusters as k = n² / `unit_pairs` of one size would weigh as much as these (Kish 1965): the variance is k / (k-1)
    times that. Its ratio to p (1-p) / (n-1), times the squared ratio of Student's t with k-1 and n-1 degrees of
    freedom, as of few clusters the variance is hardly known (Korn & Graubard 1998; Dean & Pagano 2015; Franco et al.
    2019), is the design effect: the interval is Wilson's for n divided by it. It is never less than 1, nor
    more than n / k, which is what it would be if the units of a cluster were all equal.

    Where all or none are hits, no alikeness shows: the ratio is taken for 1. One cluster has nothing to be compared
    with: the interval is Wilson's, for the units of that company or person. Units with nothing in common have it, too.
    """
    if unit_pairs in (units, units**2):
        return ClusteredInterval(*wilson(hits, units), 1.0)
    from scipy.special import stdtrit

    count = units**2 / unit_pairs
    ratio = 1.0
    if 0 < hits < units:
        # whole numbers up to the last division, so that what is equal is equal to the last bit
        together = units**2 * hit_pairs - 2 * hits * units * mixed_pairs + hits**2 * unit_pairs
        ratio = (units - 1) * together / (hits * (units - hits) * (units**2 - unit_pairs))
    few, many = stdtrit([count - 1, units - 1], 0.5 + CONFIDENCE / 2)
    effect = min(max(1.0, ratio * float(few / many) ** 2), units / count)
    alike = units / effect
    return ClusteredInterval(*wilson(hits / units * alike, alike), effect)


def pairs_of_units(question: Question) -> str:
    """SQL for a row a group of `units`, which has a row a unit, with its `PAIRS`, of all its subjects.

    A unit has one value in each of them, and two units at most one in common: the same two people are one unit.
    """
    columns = question.metric.subjects
    groups = ", ".join((*question.columns, ""))
    # a unit makes a pair with itself in each of its clusters, but is one
    twice = f" - {len(columns) - 1} * sum({{}}) // {len(columns)}"
    selected = ", ".join(
        f"{pairs}{twice.format(counted)} as {name}"
        for pairs, counted, name in zip(OF_CLUSTERS, ("units", "hits", "hits"), PAIRS, strict=True)
    )
    return (
        f"select {groups}{selected} from (select {groups}cluster, count(*) as units, count(*) filter (is_hit) as hits "
        f"from (select *, unnest([{', '.join(columns)}]) as cluster from units) group by all) group by all"
    )
