"""Nobody is recognisable: small cells are withheld, here and nowhere else, before anything shows a number.

The rules are those of metrics.md. Groups without anybody have no row, so a 0 among people is only ever a whole table's.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from ppp_metrics.errors import UsageError
from ppp_metrics.language import msg, nearest

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence

    from ppp_metrics.metrics.metric import Metric

EDITIONS = ("coordinator", "funder", "none")
PEOPLE_THRESHOLD = 5
COMPANIES_THRESHOLD = 3
ALL_ALIKE_BELOW = 10
"""Of fewer people than this, a share of all or of none would say something of each."""
DOMINANT_SHARE = 0.90
"""NK (2, 90): an amount of which the two largest companies hold more than this share gives them away."""
PRIOR_SHARE = 0.10
"""p % (p = 10): so does one from which the second largest company can estimate the largest this closely."""
COMPANY_NAMING_DIMENSIONS = ("partner",)

SUBJECT_COLUMNS = ("subjects", "subjects_in", "subjects_out")
"""How many people (or companies) stand behind a cell, behind a rate's numerator, and behind its complement; null where
nobody can be recognised by it."""
DOMINATED = "dominated"
"""The column that marks an amount of money which one or two companies nearly make up."""

SHOWN = ("value", "low", "high", "n", "numerator", "denominator")


def refuse_unknown_edition(edition: str) -> None:
    """Raises UsageError, with the nearest name, when there is no such edition."""
    if edition not in EDITIONS:
        near = nearest(edition, EDITIONS) or EDITIONS[0]
        raise UsageError(msg("There is no edition '{edition}'. Did you mean {near}?", edition=edition, near=near))


def threshold(metric: Metric, edition: str) -> int:
    """The least number of people (or companies) a cell may count, other than none; 0 where everything may be shown."""
    if edition == "none":
        return 0
    if metric.person:
        return PEOPLE_THRESHOLD
    return COMPANIES_THRESHOLD if edition == "funder" or metric.is_money else 0


def is_dominated(largest: Sequence[float], total: float) -> bool:
    """Whether a sum of money over companies, of which these are the largest two, says too much of one of them.

    Hundepool et al., Statistical Disclosure Control, 2012: the (n, k) and the p % rule.
    """
    if total == 0:
        return False
    rest = total - sum(largest)
    return sum(largest) > DOMINANT_SHARE * total or rest < PRIOR_SHARE * largest[0]


def refuse_naming_companies(dimensions: set[str], edition: str) -> None:
    """Raises UsageError when a dimension would name companies to a funder."""
    naming = dimensions.intersection(COMPANY_NAMING_DIMENSIONS)
    if edition == "funder" and naming:
        raise UsageError(
            msg("The funder edition names no companies, so it has no dimension '{dimension}'.", dimension=naming.pop())
        )


def is_unsafe(cell: Mapping[str, Any], metric: Metric, edition: str) -> bool:
    """Whether a cell says too much by itself.

    It does when it counts at least 1 and fewer than `threshold` people (or companies); a rate also when its numerator
    or its complement does, and an amount of money also when it `is_dominated`. Of people a rate does, too, when it is
    0 or 100 % of fewer than `ALL_ALIKE_BELOW`.
    """
    least = threshold(metric, edition)
    subjects, *sides = (cell[name] for name in SUBJECT_COLUMNS)
    is_few = any(0 < (count or 0) < least for count in (subjects, *sides))
    says_of_each = metric.person and metric.kind == "rate" and 0 < (subjects or 0) < ALL_ALIKE_BELOW and 0 in sides
    return bool(least) and (is_few or says_of_each or bool(cell.get(DOMINATED)))


def published(cell: Mapping[str, Any], is_withheld: bool) -> dict[str, Any]:
    """The cell as it may be shown: null throughout where it is withheld, `suppressed` and noted as such.

    What is unsafe by itself and what would give that away look the same: telling them apart would narrow both down.
    """
    if is_withheld:
        return {**cell, **dict.fromkeys(SHOWN), "note": "suppressed", "suppressed": True}
    return {**cell, "suppressed": False}


def published_rows(counts: Iterable[int], is_about_people: bool) -> int | None:
    """The sum of counts of rows, or None: one of them counts fewer rows about people than may be told.

    Rows are no people, but few rows are about few. A sum is withheld with any part of it, so that none can be worked
    out: what is withheld stands in no sum that is shown.
    """
    parts = list(counts)
    return None if is_about_people and any(0 < part < PEOPLE_THRESHOLD for part in parts) else sum(parts)
