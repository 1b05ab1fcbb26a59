"""What exists says something: which groups have a row where numbers are withheld."""

from __future__ import annotations

from datetime import date
from typing import Any

import pytest
from duckdb import DuckDBPyConnection

from ppp_metrics.metrics.compute import compute, compute_areas
from ppp_metrics.metrics.publication import Release, Table
from ppp_metrics.metrics.registry import METRICS
from ppp_metrics.periods import Period
from tests.worlds import add_rows, answer, world

DAY = date(2026, 6, 30)


def issues(*proposed: tuple[str, str, str]) -> DuckDBPyConnection:
    """Issues of a company each, with its region, the theme and the day on which it was proposed."""
    con = world()
    for at, (region, theme, day) in enumerate(proposed):
        add_rows(con, "partners", [{"partner_id": f"p{at}", "region_code": region}])
        about = {"issue_id": f"i{at}", "partner_id": f"p{at}", "theme_code": theme}
        add_rows(con, "issues", [about | {"proposed_date": day}])
    return con


IN_FRIESLAND = [("NL12", "water", "2025-02-01"), ("NL12", "energy", "2025-08-01")]
IN_GRONINGEN = [("NL11", "water", "2025-02-01")] * 4 + [("NL11", "energy", "2025-08-01")]


def test_what_is_withheld_as_a_whole_has_one_row_and_no_group() -> None:
    con = issues(*IN_FRIESLAND, *IN_GRONINGEN)
    ask: dict[str, Any] = {"by": ["theme"], "edition": "funder"}
    # of two companies: their themes would stand there as names
    assert answer(con, "issues_proposed_count", "2025", "theme value suppressed note", region="NL12", **ask) == [
        (None, None, True, "suppressed")
    ]
    # of five companies, of whom one is withheld, and another with it
    assert answer(con, "issues_proposed_count", "2025", "theme value suppressed", region="NL11", **ask) == [
        ("energy", None, True),
        ("water", None, True),
    ]
    # a coordinator knows the companies
    assert answer(con, "issues_proposed_count", "2025", "theme value", region="NL12", by=["theme"]) == [
        ("energy", 1),
        ("water", 1),
    ]


def test_a_whole_that_is_withheld_for_anothers_sake_is_not_broken_down_either() -> None:
    """Water has 4 companies, and would give the one of energy away: by province it has no names, nor has energy."""
    con = issues(*IN_GRONINGEN)
    ask: dict[str, Any] = {"where": {"theme": "water"}, "edition": "funder", "by": ["region2"]}
    assert answer(con, "issues_proposed_count", "2025", "region2 value", **ask) == [(None, None)]
    release = frozenset({("issues_proposed_count", frozenset({("unlike", "any")}))})
    assert answer(con, "issues_proposed_count", "2025", "region2 value", withheld=release, **ask) == [("NL11", 4)]


def test_regions_that_are_asked_at_once_have_the_rows_that_each_has_alone() -> None:
    con = issues(*IN_FRIESLAND, *IN_GRONINGEN)
    asked: dict[str, Any] = {"by": ["theme"], "edition": "funder", "today": DAY}
    together = compute_areas(con, "issues_proposed_count", Period(2025), ["NL11", "NL12"], **asked)
    for area in ("NL11", "NL12"):
        alone = compute(con, "issues_proposed_count", Period(2025), region=area, withheld=frozenset(), **asked)
        own = together[together["area"] == area].drop(columns="area").reset_index(drop=True)
        assert own.equals(alone[own.columns])


@pytest.mark.parametrize("against", ["previous", "year", "whole"])
def test_what_is_not_broken_down_is_compared_with_nothing(against: str) -> None:
    con = issues(*IN_FRIESLAND)
    metric = "implementation_rate_pct" if against == "whole" else "issues_proposed_count"
    ask: dict[str, Any] = {"by": ["theme"], "edition": "funder", "against": against, "region": "NL12"}
    if against == "whole":
        add_rows(con, "issues", [{"issue_id": "i9", "partner_id": "p0", "theme_code": "water",
                                  "proposed_date": "2024-01-01", "accepted_date": "2024-02-01"}])  # fmt: skip
    found = answer(con, metric, "2025", "theme value difference against_value", **ask)
    assert found == [(None, None, None, None)]


def test_a_group_that_was_no_group_before_does_not_pass_for_none() -> None:
    """In 2024 two companies, so no themes: that water then had 0 is not said."""
    before = [("NL12", "energy", "2024-02-01"), ("NL12", "care", "2024-02-01")]
    now = [("NL12", "water", "2025-02-01")] * 3
    ask: dict[str, Any] = {"by": ["theme"], "edition": "funder", "against": "previous", "region": "NL12"}
    assert answer(issues(*before, *now), "issues_proposed_count", "2025", "theme value against_value note", **ask) == [
        ("water", 3, None, "against: suppressed")
    ]


def test_a_quarter_with_nobody_looks_as_one_that_is_withheld() -> None:
    """3 companies in the first quarter, 1 in the third, 3 in the fourth: of the second nobody says that it had none."""
    quarters = ("2025-02-01",) * 3 + ("2025-08-01",) + ("2025-11-01",) * 3
    con = issues(*[("NL11", "water", day) for day in quarters])
    ask: dict[str, Any] = {"by": ["quarter"], "region": "NL11"}
    assert answer(con, "issues_proposed_count", "2025", "quarter value suppressed", edition="funder", **ask)[1:3] == [
        ("2025-Q2", None, True),
        ("2025-Q3", None, True),
    ]
    assert answer(con, "issues_proposed_count", "2025", "quarter value", **ask) == [
        ("2025-Q1", 3),
        ("2025-Q3", 1),
        ("2025-Q4", 3),
    ]
    # asked of some quarters, it answers for these
    ask["where"] = {"quarter": ["2025-Q1", "2025-Q2", "2025-Q3", "2025-Q4"]}
    found = answer(con, "issues_proposed_count", "2025", "quarter suppressed", edition="funder", **ask)
    assert [quarter for quarter, _ in found] == ["2025-Q1", "2025-Q2", "2025-Q3", "2025-Q4"]


@pytest.mark.parametrize(("shown", "clashes"), [(0, 0), (3, 1)])
def test_a_quarter_that_is_withheld_with_others_may_have_been_shown_as_nothing_before(shown: int, clashes: int) -> None:
    metric, release = METRICS["issues_proposed_count"], Release()
    quarter = Period.parse("2025-Q2")
    alone = Table(metric=metric, period=quarter, as_of=quarter.last_day, region="NL11")
    release.add(alone, [({}, {"n": shown, "value": shown}, False)])
    year = Table(metric=metric, period=Period(2025), as_of=DAY, region="NL11", by=("quarter",))
    release.add(year, [({"quarter": "2025-Q2"}, {}, True), ({"quarter": "2025-Q3"}, {}, True)])
    assert len(release.clashes) == clashes


def test_how_alike_the_issues_of_a_company_are_is_not_told_where_companies_are_protected() -> None:
    """Ten companies with two issues each, both implemented or neither: they count for fewer than 20."""
    con = world()
    for at in range(10):
        add_rows(con, "partners", [{"partner_id": f"p{at}"}])
        for which in ("a", "b"):
            key, used = f"{at}{which}", {"implemented_date": "2024-06-01"} if at % 2 else {}
            about = {"issue_id": key, "partner_id": f"p{at}", "status": "implemented" if at % 2 else "in_progress"}
            add_rows(con, "issues", [about | {"proposed_date": "2024-01-01", "accepted_date": "2024-02-01"}])
            add_rows(con, "outcomes", [{"outcome_id": key, "issue_id": key, "delivered_date": "2024-05-01"} | used])
    [coordinator], [funder] = (
        answer(con, "implementation_rate_pct", "2025", "note low high", edition=edition)
        for edition in ("coordinator", "funder")
    )
    assert "design effect" in coordinator[0]
    assert "design effect" not in funder[0]
    assert coordinator[1:] == funder[1:]
