"""Nobody is recognisable: small cells are withheld, here and nowhere else, before anything shows a number.

The rules are those of metrics.md. Groups without anybody have no row, so a 0 among people is only ever a whole table's.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from ppp_metrics.errors import UsageError
from ppp_metrics.language import msg, nearest

if TYPE_CHECKING:
    import pandas as pd

EDITIONS = ("coordinator", "funder", "none")
PEOPLE_THRESHOLD = 5
COMPANIES_THRESHOLD = 3
COMPANY_NAMING_DIMENSIONS = ("partner",)

SUBJECT_COLUMNS = ("subjects", "subjects_in", "subjects_out")
"""How many people (or companies) stand behind a cell, behind a rate's numerator, and behind its complement; null where
nobody can be recognised by it."""

SHOWN = ("value", "low", "high", "n", "numerator", "denominator")


def threshold(person: bool, edition: str) -> int:
    """The least number of people (or companies) a cell may count, other than none; 0 where everything may be shown.

    Raises UsageError for an edition there is not.
    """
    if edition not in EDITIONS:
        near = nearest(edition, EDITIONS) or EDITIONS[0]
        raise UsageError(msg("There is no edition '{edition}'. Did you mean {near}?", edition=edition, near=near))
    if edition == "none":
        return 0
    if person:
        return PEOPLE_THRESHOLD
    return COMPANIES_THRESHOLD if edition == "funder" else 0


def refuse_naming_companies(dimensions: set[str], edition: str) -> None:
    """Raises UsageError when a dimension would name companies to a funder."""
    naming = dimensions.intersection(COMPANY_NAMING_DIMENSIONS)
    if edition == "funder" and naming:
        raise UsageError(
            msg("The funder edition names no companies, so it has no dimension '{dimension}'.", dimension=naming.pop())
        )


def suppress(frame: pd.DataFrame, *, person: bool, edition: str) -> pd.DataFrame:
    """The frame without its subject columns, each small cell null throughout, `suppressed` and noted as such.

    A cell is small when it counts at least 1 and fewer than `threshold` people (or companies); a rate also when its
    numerator or its complement does.
    """
    least = threshold(person, edition)
    shown = frame.drop(columns=list(SUBJECT_COLUMNS))
    counts = frame[list(SUBJECT_COLUMNS)].fillna(0)
    small = ((counts > 0) & (counts < least)).any(axis=1)
    shown.loc[small, list(SHOWN)] = None
    shown.loc[small, "note"] = "suppressed"
    shown["suppressed"] = small.astype(bool)
    return shown
