"""Which themes lead to implemented solutions, and which only seem to."""

from __future__ import annotations

from datetime import date

import pandas as pd
import pytest
from duckdb import DuckDBPyConnection

from ppp_metrics.errors import UsageError
from ppp_metrics.metrics.compute import MEASURES, compute
from ppp_metrics.metrics.themes import ADDED, incidence_curves
from ppp_metrics.periods import Period
from tests.worlds import TODAY, add_rows, answer, world

PERIOD = Period.parse("2025-Q4")


def accepted(con: DuckDBPyConnection, theme: str, company: str, issues: int, implemented: int, **fields: str) -> None:
    """Issues accepted on 2024-03-01 for one company, of which some were implemented 100 days later."""
    start = con.execute("select count(*) from issues").fetchall()[0][0]
    days = {"proposed_date": "2024-02-01", "accepted_date": "2024-03-01"}
    rows = [
        {"issue_id": f"i{start + at}", "theme_code": theme, "partner_id": company, **days, **fields}
        for at in range(issues)
    ]
    done = {"delivered_date": "2024-06-09", "implemented_date": "2024-06-09"}
    add_rows(con, "issues", rows)
    add_rows(
        con,
        "outcomes",
        [{"outcome_id": f"o{row['issue_id']}", "issue_id": row["issue_id"], **done} for row in rows[:implemented]],
    )


def companies(**sizes: str) -> DuckDBPyConnection:
    con = world()
    add_rows(con, "partners", [{"partner_id": name, "size_class": size} for name, size in sizes.items()])
    return con


def simpson() -> DuckDBPyConnection:
    """Energy does better in all, water with small companies and with large ones: energy mostly has small ones."""
    con = companies(s="small", g="large")
    #                              implemented    all of the theme
    accepted(con, "energy", "s", 30, 24)  # 80 %
    accepted(con, "energy", "g", 10, 3)  #  30 %   27 of 40: 67.5 %
    accepted(con, "water", "s", 10, 9)  #   90 %
    accepted(con, "water", "g", 30, 12)  #  40 %   21 of 40: 52.5 %
    return con


def test_each_theme_has_its_rate_as_it_is_shrunken_over_time_and_adjusted() -> None:
    frame = compute(simpson(), "theme_comparison", PERIOD, today=TODAY)
    assert list(frame.columns) == ["theme", *MEASURES, *ADDED]
    energy, water = frame.to_dict("records")
    assert (energy["theme"], energy["n"], energy["numerator"], energy["value"]) == ("energy", 40, 27, 67.5)
    assert (water["theme"], water["n"], water["numerator"], water["value"]) == ("water", 40, 21, 52.5)
    assert energy["overall_pct"] == water["overall_pct"] == 60
    # two themes do not tell how far themes differ
    assert pd.isna([energy["shrunken_pct"], water["shrunken_low"], energy["above_overall_pct"]]).all()
    # nothing was stopped and everything followed for a year: the incidence is the rate
    assert energy["incidence_12m_pct"] == pytest.approx(67.5)
    assert water["incidence_12m_pct"] == pytest.approx(52.5)
    # standardised over 40 small and 40 large by strata: (80 + 30) / 2 = 55 and (90 + 40) / 2 = 65; a logistic
    # regression without interaction comes near that
    assert energy["adjusted_pct"] == pytest.approx(55, abs=1)
    assert water["adjusted_pct"] == pytest.approx(65, abs=1)
    assert energy["adjusted_low"] < energy["adjusted_pct"] < energy["adjusted_high"]
    # on one side of 60 as they are, on the other when adjusted, 13 points apart, where chance makes some 4. By company
    # energy has 24 of 30 and 3 of 10: two so alike tell no more than k = 40² / (30² + 10²) = 1.6 issues would
    assert energy["note"] == "design effect 25.0; few_themes; simpson"
    assert water["note"] == "design effect 25.0; few_themes; simpson"


def test_rates_are_shrunken_from_five_themes_on() -> None:
    con = simpson()
    for theme, implemented in (("mud", 9), ("dikes", 20), ("soil", 14)):
        accepted(con, theme, "s", 25, implemented)
    rows = compute(con, "theme_comparison", PERIOD, today=TODAY).to_dict("records")
    rates = {row["theme"]: row["shrunken_pct"] for row in rows}
    chances = {row["theme"]: row["above_overall_pct"] for row in rows}
    overall = 100 * (27 + 21 + 9 + 20 + 14) / 155
    assert overall < rates["dikes"] < 80
    assert 36 < rates["mud"] < overall
    assert all(row["shrunken_low"] < row["shrunken_pct"] < row["shrunken_high"] for row in rows)
    assert chances["mud"] < 10 < 90 < chances["dikes"]


def test_two_rates_on_different_sides_that_differ_by_chance_are_no_paradox() -> None:
    con = companies(s="small", g="large")
    #                              implemented    all of the theme
    accepted(con, "energy", "s", 11, 7)  #    64 %
    accepted(con, "energy", "g", 9, 4)  #     44 %   11 of 20: 55 %
    accepted(con, "water", "s", 9, 6)  #      67 %
    accepted(con, "water", "g", 11, 5)  #     45 %   11 of 20: 55 %
    accepted(con, "light", "s", 10, 5)  #     50 %   10 of 20: 50 %
    accepted(con, "light", "g", 10, 5)
    frame = compute(con, "theme_comparison", PERIOD, today=TODAY).set_index("theme")
    assert frame["overall_pct"].iloc[0] == pytest.approx(100 * 32 / 60)
    assert not frame["note"].str.contains("simpson").any()


def test_the_rate_is_that_of_the_implementation_rate() -> None:
    con = simpson()
    plain = compute(con, "implementation_rate_pct", PERIOD, today=TODAY, by=["theme"])
    compared = compute(con, "theme_comparison", PERIOD, today=TODAY, where={"size_class": ["small", "large"]})
    pd.testing.assert_frame_equal(compared[["theme", *MEASURES[:8]]], plain[["theme", *MEASURES[:8]]])


def test_a_theme_with_one_issue_is_shrunken_but_has_no_rate_of_its_own() -> None:
    con = simpson()
    accepted(con, "mud", "s", 20, 12)
    accepted(con, "soil", "s", 20, 13)
    accepted(con, "light", "s", 1, 1)
    row = compute(con, "theme_comparison", PERIOD, today=TODAY).set_index("theme").loc["light"]
    assert pd.isna(row["value"])
    assert (row["n"], row["numerator"], row["note"]) == (1, 1, "too_few")
    assert 59 < row["shrunken_pct"] < 80
    assert row[["adjusted_pct", "incidence_12m_pct"]].isna().all()


def test_a_theme_that_always_succeeds_has_no_adjusted_rate() -> None:
    con = simpson()
    accepted(con, "light", "s", 12, 12)
    row = compute(con, "theme_comparison", PERIOD, today=TODAY).set_index("theme").loc["light"]
    assert (row["value"], row["note"]) == (100, "few_themes; separated")
    assert pd.isna(row["adjusted_pct"])


def test_one_theme_alone_cannot_be_shrunken() -> None:
    con = companies(c="small")
    accepted(con, "water", "c", 20, 10)
    (row,) = compute(con, "theme_comparison", PERIOD, today=TODAY).to_dict("records")
    assert (row["value"], row["overall_pct"], row["note"]) == (50, 50, "one_theme")
    assert pd.isna(row["shrunken_pct"])
    assert pd.isna(row["above_overall_pct"])


def test_a_comparison_over_both_obligations_says_its_mix_and_over_one_does_not() -> None:
    con = companies(c="small")
    accepted(con, "water", "c", 6, 3, obligation="result")
    accepted(con, "water", "c", 4, 3, obligation="effort")
    accepted(con, "energy", "c", 6, 3, obligation="result")
    assert answer(con, "theme_comparison", "2025-Q4", "theme n note") == [
        ("energy", 6, "few_themes"),
        ("water", 10, "mix: result 6, effort 4; few_themes"),
    ]
    assert answer(con, "theme_comparison", "2025-Q4", "theme n note", where={"obligation": "result"}) == [
        ("energy", 6, "few_themes"),
        ("water", 6, "few_themes"),
    ]


def test_a_theme_of_two_companies_is_withheld_from_funders_in_every_column() -> None:
    con = simpson()
    frame = compute(con, "theme_comparison", PERIOD, today=TODAY, edition="funder")
    assert frame["suppressed"].all()
    assert frame[["value", "n", *ADDED]].isna().all(axis=None)


def test_main_themes_are_compared_too_but_nothing_else() -> None:
    con = simpson()
    assert answer(con, "theme_comparison", "2025-Q4", "theme_parent n", by=["theme_parent"]) == [
        ("energy", 40),
        ("water", 40),
    ]
    with pytest.raises(UsageError, match="It can by: theme, theme_parent"):
        answer(con, "theme_comparison", "2025-Q4", by=["size_class"])
    with pytest.raises(UsageError, match="one thing at a time"):
        answer(con, "theme_comparison", "2025-Q4", by=["theme", "theme_parent"])


def test_curves_by_theme_with_the_numbers_at_risk() -> None:
    con = companies(c="small")
    accepted(con, "water", "c", 12, 6)
    accepted(con, "energy", "c", 9, 6)
    curves = incidence_curves(con, PERIOD, today=TODAY)
    # as of 2025-12-31 the others were followed for 670 days: nothing is known of day 730; energy has too few issues
    assert curves[["theme", "day", "incidence_pct", "at_risk"]].astype(object).to_numpy().tolist() == [
        ["water", 0, 0, 12],
        ["water", 100, 50, 12],
        ["water", 180, 50, 6],
        ["water", 365, 50, 6],
        ["water", 545, 50, 6],
    ]
    assert incidence_curves(world(), PERIOD, today=date(2026, 1, 1)).empty
