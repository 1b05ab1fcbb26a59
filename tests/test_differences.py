"""What numbers differ by: from a period before, a year earlier, the target, and from all others. Each by hand."""

from __future__ import annotations

from datetime import date
from math import exp
from typing import Any

import pandas as pd
import pytest
from duckdb import DuckDBPyConnection
from hypothesis import HealthCheck, Phase, given, settings
from hypothesis import strategies as st

from ppp_metrics.errors import UsageError
from ppp_metrics.metrics.compute import compute
from ppp_metrics.metrics.differences import ADDED, COMPARISONS
from ppp_metrics.metrics.registry import METRICS, dimensions_of
from ppp_metrics.periods import Period
from tests import random_worlds
from tests.random_worlds import A_FEW, Records, session, worlds
from tests.worlds import add_rows, answer, deliver_columns, issue_rows, world

RATE = "implementation_rate_pct"
TOLD = "against against_value difference difference_low difference_high"
SOME = settings(
    max_examples=A_FEW,
    phases=[Phase.explicit, Phase.generate, Phase.shrink],
    suppress_health_check=[HealthCheck.too_slow, HealthCheck.data_too_large],
)


def used(con: DuckDBPyConnection, prefix: str, accepted: str, trials: int, hits: int, **fields: str) -> None:
    """`trials` issues accepted on a day, of which so many were in use after a month."""
    rows = issue_rows(trials, prefix, proposed_date=accepted, accepted_date=accepted, **fields)
    add_rows(con, "issues", rows)
    day = str(date.fromisoformat(accepted) + pd.Timedelta(days=30))[:10]
    add_rows(
        con,
        "outcomes",
        [{"outcome_id": row["issue_id"], "issue_id": row["issue_id"], "implemented_date": day} for row in rows[:hits]],
    )


@pytest.fixture
def con() -> DuckDBPyConnection:
    return world(
        """
        partners
        partner_id | region_code
        c1         | NL350
        c2         | NL113

        partnerships
        partnership_id
        p1
        """
    )


def rounded(rows: list[tuple]) -> list[tuple]:
    return [tuple(round(each, 1) if isinstance(each, float) else each for each in row) for row in rows]


# --- earlier ----------------------------------------------------------------------------------------------------------


def test_a_rate_is_compared_with_a_year_earlier_by_newcombes_interval(con: DuckDBPyConnection) -> None:
    # 20 of 40 (35.2 to 64.8 %) and 10 of 40 (14.2 to 40.2 %): 25 - √(14.8² + 15.2²) and 25 + √(14.8² + 10.8²)
    used(con, "now", "2025-03-01", 40, 20)
    used(con, "then", "2024-03-01", 40, 10)
    found = answer(con, RATE, "2026-Q3", f"value {TOLD} note", against="year")
    assert rounded(found) == [(50.0, "2025-Q3", 25.0, 25.0, 3.8, 43.3, "")]


def test_windows_that_share_quarters_say_so(con: DuckDBPyConnection) -> None:
    # accepted from October 2024 to September 2025, and from July 2024 to June 2025
    used(con, "both", "2025-03-01", 40, 20)
    used(con, "last", "2025-08-01", 10, 10)
    [(note,)] = answer(con, RATE, "2026-Q3", "note", against="previous")
    assert note == "overlap: 3 of 4 quarters"
    assert answer(con, "implementation_12m_pct", "2026-Q3", "note", against="previous") == [("overlap: history",)]
    assert answer(con, "issues_open_count", "2026-Q3", "note", against="year") == [("overlap: stock",)]
    assert answer(con, RATE, "2026-Q3", "note", against="year") == [("against: no_data",)]


def test_a_count_differs_without_an_interval_and_a_group_without_a_row_had_none(con: DuckDBPyConnection) -> None:
    used(con, "now", "2026-08-01", 3, 0)
    used(con, "new", "2026-08-01", 2, 0, theme_code="soil")
    used(con, "then", "2026-05-01", 1, 0)
    found = answer(
        con, "issues_proposed_count", "2026-Q3", f"theme value {TOLD} p_holm", by=["theme"], against="previous"
    )
    assert found == [
        ("soil", 2, "2026-Q2", 0, 2, None, None, None),
        ("water", 3, "2026-Q2", 1, 2, None, None, None),
    ]


def test_what_nobody_sent_was_not_nothing_then(con: DuckDBPyConnection) -> None:
    deliver_columns(con, "a", "outcomes.delivered_date")
    used(con, "now", "2026-08-01", 3, 0)
    found = answer(con, "solutions_delivered_count", "2026-Q3", "value against_value difference", against="year")
    assert found == [(None, None, None)]


def test_a_period_that_is_not_over_is_no_less_for_that(con: DuckDBPyConnection) -> None:
    used(con, "now", "2026-10-01", 3, 0)
    assert answer(con, "issues_proposed_count", "2026-Q4", "note", against="previous") == [("not_over",)]
    # the matured window of a quarter that runs is that of the quarter before
    assert "not_over" not in answer(con, RATE, "2026-Q4", "note", against="previous")[0][0]


def test_many_differences_at_once_are_adjusted_for_that(con: DuckDBPyConnection) -> None:
    for at, (now, then) in enumerate([(20, 10), (15, 14), (12, 12)]):
        used(con, f"now{at}", "2025-03-01", 40, now, theme_code=f"t{at}")
        used(con, f"then{at}", "2024-03-01", 40, then, theme_code=f"t{at}")
    alone = [answer(con, RATE, "2026-Q3", "p_holm", where={"theme": f"t{at}"}, against="year")[0][0] for at in range(3)]
    together = answer(con, RATE, "2026-Q3", "p_holm", by=["theme"], against="year")
    assert [each for (each,) in together] == pytest.approx([3 * alone[0], 1, 1])


# --- the target -------------------------------------------------------------------------------------------------------


def test_from_the_target_a_number_differs_as_surely_as_it_is_known(con: DuckDBPyConnection) -> None:
    used(con, "now", "2025-03-01", 40, 20)
    used(con, "north", "2025-03-01", 40, 10, partner_id="c2")
    add_rows(
        con,
        "targets",
        [
            {"metric_id": RATE, "period": "2026", "target_value": "40"},
            {"metric_id": RATE, "period": "2026", "target_value": "50", "region_code": "NL11"},
        ],
    )
    # 30 of 80, of two companies, which leave as much open as two issues would: 5.6 to 85.8 %
    assert rounded(answer(con, RATE, "2026-Q3", TOLD, against="target")) == [("target", 40.0, -2.5, -34.4, 45.8)]
    # 10 of 40 in Groningen, where it is 50; in Utrecht there is none
    found = answer(con, RATE, "2026-Q3", f"region2 {TOLD} note", by=["region2"], against="target")
    assert rounded(found) == [
        ("NL11", "target", 50.0, -25.0, -35.8, -9.8, ""),
        ("NL35", "target", None, None, None, None, "no_target"),
    ]
    # nor is there one of a theme, a part of the issues
    for asked in ({"by": ["theme"]}, {"where": {"theme": "water"}}):
        [(value, note)] = answer(con, RATE, "2026-Q3", "difference note", against="target", **asked)
        assert (value, note.split("; ")[-1]) == (None, "no_target")


# --- all others -------------------------------------------------------------------------------------------------------


@pytest.fixture
def themes(con: DuckDBPyConnection) -> DuckDBPyConnection:
    for name, trials, hits, company in (("water", 40, 20, "c1"), ("soil", 40, 10, "c1"), ("mud", 20, 5, "c2")):
        used(con, name, "2025-03-01", trials, hits, theme_code=name, partner_id=company)
    return con


def test_a_group_is_compared_with_all_others_and_never_with_itself(themes: DuckDBPyConnection) -> None:
    # together 35 of 100; water is 20 of 40, the others 15 of 60
    found = rounded(answer(themes, RATE, "2026-Q3", f"theme {TOLD}", by=["theme"], against="whole"))
    assert [row[:4] for row in found] == [
        ("mud", "rest", 37.5, -12.5),
        ("soil", "rest", 41.7, -16.7),
        ("water", "rest", 25.0, 25.0),
    ]
    # 35.2 to 64.8 % and 15.8 to 37.2 %: 25 - √(14.8² + 12.2²) and 25 + √(14.8² + 9.2²)
    assert found[2][4:6] == (5.8, 42.4)
    # 14, 14 and 7 are expected: (6² + 4²) / (40 x 0.2275) + 2² / (20 x 0.2275) = 6.593 with 2 degrees of freedom
    [together] = set(answer(themes, RATE, "2026-Q3", "p_together", by=["theme"], against="whole"))
    assert together == (pytest.approx(exp(-6.5934 / 2), abs=1e-5),)


def test_two_groups_are_one_comparison(con: DuckDBPyConnection) -> None:
    used(con, "w", "2025-03-01", 40, 20)
    used(con, "s", "2025-03-01", 40, 10, theme_code="soil")
    soil, water = answer(con, RATE, "2026-Q3", "difference p_holm", by=["theme"], against="whole")
    assert (soil[0], water[0]) == (-25, 25)
    [alone] = answer(con, RATE, "2026-Q3", "p_holm", where={"theme": "soil"}, against="whole")
    assert soil[1] == water[1] == alone[0]


def test_a_slice_is_compared_with_what_else_there_is_one_step_up(themes: DuckDBPyConnection) -> None:
    add_rows(
        themes,
        "issues",
        issue_rows(10, "own", proposed_date="2025-03-01", accepted_date="2025-03-01", partnership_id="p1"),
    )
    told = "value against_value"
    # Groningen has mud alone: 5 of 20, against 30 of 90 in the rest of the country
    assert rounded(answer(themes, RATE, "2026-Q3", told, region="NL11", against="whole")) == [(25.0, 33.3)]
    # a condition goes first: of the issues in Utrecht, those on soil against those on water, 20 of 50
    asked = {"region": "NL35", "where": {"theme": "soil"}}
    assert rounded(answer(themes, RATE, "2026-Q3", told, against="whole", **asked)) == [(25.0, 40.0)]
    # a partnership against all else: 35 of 100
    assert rounded(answer(themes, RATE, "2026-Q3", told, partnership="p1", against="whole")) == [(0.0, 35.0)]


@pytest.mark.parametrize("asked", [{}, {"region": "NL"}])
def test_the_whole_is_not_compared_with_itself(themes: DuckDBPyConnection, asked: dict[str, Any]) -> None:
    with pytest.raises(UsageError, match="the whole already"):
        answer(themes, RATE, "2026-Q3", against="whole", **asked)


def test_themes_compared_are_set_against_the_other_themes(themes: DuckDBPyConnection) -> None:
    rates = answer(themes, RATE, "2026-Q3", f"theme {TOLD} p_holm p_together", by=["theme"], against="whole")
    assert answer(themes, "theme_comparison", "2026-Q3", f"theme {TOLD} p_holm p_together", against="whole") == rates


# --- people -----------------------------------------------------------------------------------------------------------


def measured(con: DuckDBPyConnection, person: str, role: str, year: int, pre: int, post: int) -> None:
    known = con.execute("select count(*) from participants where participant_id = ?", [person]).fetchone()
    if not known or not known[0]:
        add_rows(con, "participants", [{"participant_id": person, "role": role, "partner_id": "c1"}])
    add_rows(
        con,
        "assessments",
        [
            {"participant_id": person, "moment": moment, "assessed_date": day, "score": str(score)}
            for moment, day, score in (("pre", f"{year}-02-01", pre), ("post", f"{year}-06-01", post))
        ],
    )


def test_a_gain_is_compared_by_drawing_people(con: DuckDBPyConnection) -> None:
    """Students gain 20 to 29, teachers 0 to 9; each mean has a standard error of √(8.25 / 10) = 0.91.

    Of the difference it is 1.28, so that the interval reaches about 2.5 to either side.
    """
    for at in range(10):
        measured(con, f"s{at}", "student", 2026, 40, 60 + at)
        measured(con, f"t{at}", "teacher", 2026, 40, 40 + at)
    student, teacher = answer(con, "learning_gain_mean", "2026-Q3", TOLD, by=["role"], against="whole")
    assert student[:3] == ("rest", 4.5, 20)
    assert student[3:] == pytest.approx((17.5, 22.5), abs=0.2)
    assert teacher[2:] == pytest.approx((-20, -student[4], -student[3]), abs=0.1)


def test_nothing_is_compared_of_which_either_side_is_withheld(con: DuckDBPyConnection) -> None:
    for at in range(12):
        measured(con, f"s{at}", "student", 2026, 40, 60 + at)
        measured(con, f"t{at}", "teacher", 2026, 40, 40 + at)
    for at in range(4):
        measured(con, f"e{at}", "expert", 2026, 40, 50 + at)
        measured(con, f"t{at}", "teacher", 2025, 40, 50 + at)
    told = answer(con, "improved_share_pct", "2026-Q3", f"role suppressed {TOLD}", by=["role"], against="whole")
    withheld = [row for row in told if row[1]]
    assert {row[0] for row in withheld} >= {"expert"}
    assert {row[3:] for row in withheld} == {(None, None, None, None)}
    # four teachers a year earlier
    found = answer(con, "improved_share_pct", "2026-Q3", f"{TOLD} note", where={"role": "teacher"}, against="year")
    assert found[0][1:5] == (None, None, None, None)
    assert "suppressed" in found[0][5]


def test_the_others_are_withheld_where_they_are_few(con: DuckDBPyConnection) -> None:
    for at in range(12):
        measured(con, f"s{at}", "student", 2026, 40, 60 + at)
    for at in range(3):
        measured(con, f"t{at}", "teacher", 2026, 40, 40 + at)
    found = answer(con, "learning_gain_mean", "2026-Q3", TOLD, where={"role": "student"}, against="whole")
    assert found == [("rest", None, None, None, None)]


# --- what is no comparison --------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("metric", "asked", "said"),
    [
        (RATE, {"against": "yaer"}, "Did you mean year"),
        (RATE, {"against": "year", "by": ["quarter"]}, "periods already"),
        (RATE, {"against": "previous", "where": {"year": "2025"}}, "periods already"),
        ("issues_proposed_count", {"against": "whole", "by": ["theme"]}, "always less than the whole"),
        ("learning_gain_mean", {"against": "whole", "by": ["design"]}, "never taken together"),
        (RATE, {"against": "year", "by": ["them"]}, "Did you mean theme"),
    ],
)
def test_what_cannot_be_compared_is_refused(
    con: DuckDBPyConnection, metric: str, asked: dict[str, Any], said: str
) -> None:
    with pytest.raises(UsageError, match=said):
        answer(con, metric, "2026-Q3", **asked)


# --- laws -------------------------------------------------------------------------------------------------------------

COMPARED = sorted(name for name, metric in METRICS.items() if metric.kind in ("rate", "ratio", "incidence", "estimate"))


def asked_of(con: DuckDBPyConnection, metric: str, against: str, **asked: Any) -> pd.DataFrame:
    return compute(con, metric, Period(2024), today=random_worlds.TODAY, edition="none", against=against, **asked)


@SOME
@given(records=worlds(), metric=st.sampled_from(COMPARED), against=st.sampled_from(COMPARISONS), data=st.data())
def test_a_difference_is_what_its_sides_differ_by_and_its_interval_holds_it(
    records: Records, metric: str, against: str, data: st.DataObject
) -> None:
    names = [name for name in dimensions_of(METRICS[metric]) if name not in ("quarter", "year", "design")]
    by = data.draw(st.sampled_from(names))
    frame = asked_of(session(records), metric, against, by=[by])
    shown = frame.dropna(subset=["difference"])
    assert ((shown["value"] - shown["against_value"] - shown["difference"]).abs() < 1e-9).all()
    limits = frame.dropna(subset=["difference_low"])
    assert (limits["difference_low"] <= limits["difference"] + 1e-9).all()
    assert (limits["difference"] <= limits["difference_high"] + 1e-9).all()
    assert frame["p_holm"].notna().equals(frame["difference_low"].notna())


@SOME
@given(records=worlds(), metric=st.sampled_from(COMPARED), data=st.data())
def test_the_rest_is_what_has_another_value_and_a_group_differs_as_its_slice_does(
    records: Records, metric: str, data: st.DataObject
) -> None:
    names = [name for name in dimensions_of(METRICS[metric]) if name not in ("quarter", "year", "design")]
    by = data.draw(st.sampled_from(names))
    con = session(records)
    frame = asked_of(con, metric, "whole", by=[by])
    if len(frame) < 2:
        return
    key = data.draw(st.sampled_from(frame[by].tolist()))
    row = frame[frame[by] == key].iloc[0]
    others = [each for each in frame[by] if each != key]
    rest = compute(con, metric, Period(2024), today=random_worlds.TODAY, edition="none", where={by: others})
    slice_ = asked_of(con, metric, "whole", where={by: key}).iloc[0]
    for one, other in (
        (row["against_value"], rest.iloc[0]["value"]),
        *((row[name], slice_[name]) for name in ADDED[1:5]),
    ):
        assert (pd.isna(one) and pd.isna(other)) or one == pytest.approx(other)
