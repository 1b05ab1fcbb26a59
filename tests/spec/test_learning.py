"""Who takes part, what they learn, and between whom learning runs."""

from __future__ import annotations

import pytest
from duckdb import DuckDBPyConnection

from ppp_metrics.errors import UsageError
from ppp_metrics.metrics.dimensions import dimension_labels
from ppp_metrics.metrics.relations import relation
from tests.worlds import add_rows, answer, world

PEOPLE = """
    partners
    partner_id | partner_type
    c1         | company
    bank       | intermediary

    partnerships
    partnership_id
    p1
"""


def test_people_count_once_when_their_work_overlaps_the_year() -> None:
    con = world(
        PEOPLE
        + """
        participants
        participant_id | role
        whole          | student
        twice          | teacher
        first_day      | expert
        last_day       | researcher
        over           | student
        later          | student
        never          | student

        issues
        issue_id | proposed_date
        i1       | 2020-01-01
        i2       | 2020-01-01

        participations
        participant_id | issue_id | start_date | end_date
        whole          | i1       | 2023-01-01 | -
        twice          | i1       | 2025-03-01 | 2025-04-01
        twice          | i2       | 2025-03-01 | 2025-04-01
        first_day      | i1       | 2024-01-01 | 2025-01-01
        last_day       | i1       | 2025-12-31 | -
        over           | i1       | 2024-01-01 | 2024-12-31
        later          | i1       | 2026-01-01 | -
        """
    )
    everyone = {"edition": "none"}
    assert answer(con, "participants_count", "2025-Q4", "value n", **everyone) == [(4, 4)]
    assert answer(con, "participants_count", "2025-Q4", "role value", by=["role"], **everyone) == [
        ("expert", 1),
        ("researcher", 1),
        ("student", 1),
        ("teacher", 1),
    ]
    assert answer(con, "lifelong_learners_count", "2025-Q4", **everyone) == [(3,)]


def test_the_phase_of_a_measurement_is_that_of_the_partnership_that_it_counts_in() -> None:
    # on an issue of p1, whose phase nobody told; p2, where it was measured, is in another
    con = world(
        """
        partners
        partner_id | partner_type
        c1         | company

        partnerships
        partnership_id | phase
        p1             | -
        p2             | develop

        participants
        participant_id | role
        ada            | student

        issues
        issue_id | proposed_date | partnership_id
        i1       | 2025-01-01    | p1

        assessments
        participant_id | competence_code | moment | assessed_date | score | issue_id | partnership_id
        ada            | inquiry         | pre    | 2025-02-01    | 40    | i1       | p2
        ada            | inquiry         | post   | 2025-03-01    | 50    | i1       | p2
        """
    )
    for metric in ("matched_measurement_pct", "learning_gain_mean"):
        by = {"by": ["partnership", "phase"], "edition": "none"}
        assert answer(con, metric, "2025", "partnership phase n", **by) == [("p1", "unknown", 1)]


def pairs_in(assessments: str, columns: str) -> list[tuple]:
    """The named columns of the pairs known on the last day of 2025, in their order."""
    con = world(PEOPLE + assessments)
    answer(con, "learning_gain_mean", "2025")
    return con.execute(f"select {columns} from {relation('learning_pairs', columns)} order by all").fetchall()


def test_a_pair_is_each_measurement_after_with_the_last_before_it_on_one_scale() -> None:
    rounds = """
        assessments
        participant_id | competence_code | moment    | assessed_date | score | scale_min | scale_max
        s1             | research        | pre       | 2024-01-01    | 5     | 1         | 5
        s1             | research        | pre       | 2024-09-01    | 2     | 1         | 5
        s1             | research        | post      | 2025-02-01    | 3     | 1         | 5
        s1             | research        | post      | 2025-03-01    | 4     | 1         | 5
        s1             | research        | pre       | 2025-05-01    | 1     | 1         | 5
        s1             | research        | post      | 2025-06-01    | 5     | 1         | 5
        s1             | writing         | pre       | 2024-09-01    | 60    | 0         | 100
        s1             | writing         | post      | 2026-01-01    | 90    | 0         | 100
        s2             | research        | post      | 2025-02-01    | 90    | 0         | 100
        """
    # on 1-5, 2 is 25 of 100 and 3 is 50; 1 is 0 and 5 is 100. The post of March has no pre since that of February
    assert pairs_in(rounds, "competence, pre, post, gain, measured_date::varchar") == [
        ("research", 0, 100, 100, "2025-06-01"),
        ("research", 25, 50, 25, "2025-02-01"),
    ]


def test_what_is_measured_on_one_issue_is_no_pair_with_another_or_with_none() -> None:
    on_issues = """
        issues
        issue_id | proposed_date
        i1       | 2025-01-01
        i2       | 2025-01-01

        assessments
        participant_id | moment | assessed_date | score | issue_id
        s1             | pre    | 2025-01-01    | 10    | i1
        s1             | pre    | 2025-01-02    | 20    | i2
        s1             | pre    | 2025-01-03    | 30    | -
        s1             | post   | 2025-06-01    | 15    | i1
        s1             | post   | 2025-06-02    | 26    | i2
        s1             | post   | 2025-06-03    | 37    | -
        s2             | pre    | 2025-01-01    | 10    | -
        s2             | post   | 2025-06-01    | 90    | i1
        """
    assert pairs_in(on_issues, "issue_id, gain") == [("i1", 5), ("i2", 6), (None, 7)]


def test_both_measured_on_one_day_are_a_pair_and_so_is_the_next_round_of_that_kind() -> None:
    looking_back = """
        assessments
        participant_id | design        | moment    | assessed_date | score
        s1             | retrospective | pre       | 2024-06-01    | 10
        s1             | retrospective | post      | 2024-06-01    | 30
        s1             | retrospective | follow_up | 2025-06-01    | 25
        s1             | retrospective | pre       | 2025-06-01    | 20
        s1             | retrospective | post      | 2025-06-01    | 50
        s1             | retrospective | post      | 2025-07-01    | 90
        """
    # the pre of June 2025 belongs to the post of that day, the follow-up of that day to the round before
    assert pairs_in(looking_back, "measured_date::varchar, gain, followed_date::varchar, lasting_gain") == [
        ("2024-06-01", 20, "2025-06-01", 15),
        ("2025-06-01", 30, None, None),
    ]


def test_a_follow_up_belongs_to_the_round_before_it_until_the_next_begins() -> None:
    followed = """
        assessments
        participant_id | moment    | assessed_date | score
        s1             | pre       | 2024-01-01    | 10
        s1             | follow_up | 2024-02-01    | 99
        s1             | post      | 2024-06-01    | 50
        s1             | pre       | 2024-09-01    | 40
        s1             | follow_up | 2024-12-01    | 99
        s1             | post      | 2025-06-01    | 70
        s1             | follow_up | 2025-09-01    | 60
        s1             | follow_up | 2025-10-01    | 99
        """
    # that of December lies within the second round, so of the first nothing is known later
    assert pairs_in(followed, "measured_date::varchar, followed_date::varchar, lasting_gain") == [
        ("2024-06-01", None, None),
        ("2025-06-01", "2025-09-01", 20),
    ]


def gains(**fields: str) -> DuckDBPyConnection:
    """Ten people who go from 40 + k to 40 + 3k points, k = 1 ... 10."""
    con = world(PEOPLE)
    add_rows(con, "participants", [{"participant_id": f"s{k}"} for k in range(1, 11)])
    for k in range(1, 11):
        for moment, day, score in (("pre", "2025-01-01", 40 + k), ("post", "2025-06-01", 40 + 3 * k)):
            row = {"participant_id": f"s{k}", "moment": moment, "assessed_date": day, "score": str(score), **fields}
            add_rows(con, "assessments", [row])
    return con


def measured(con: DuckDBPyConnection, gain: int, pre: str, post: str, **fields: str) -> None:
    """The ten people of `gains` once more."""
    for k in range(1, 11):
        for moment, day, score in (("pre", pre, 30), ("post", post, 30 + gain)):
            row = {"participant_id": f"s{k}", "moment": moment, "assessed_date": day, "score": str(score), **fields}
            add_rows(con, "assessments", [row])


def test_who_comes_back_and_is_measured_again_counts_again() -> None:
    con = gains()
    measured(con, 20, "2026-01-01", "2026-06-01")
    assert answer(con, "learning_gain_mean", "2025", "value n") == [(11, 10)]
    assert answer(con, "learning_gain_mean", "2026-Q2", "value n") == [(20, 10)]
    # a year with both ends of 2025: twenty pairs of ten people, 11 and 20 on average
    measured(con, 20, "2025-07-01", "2025-12-31", competence_code="writing")
    columns = "value n numerator denominator"
    assert answer(con, "learning_gain_mean", "2025", "value n") == [(15.5, 10)]
    # 8 of the first ten pairs gained 5 or more, and all of the second
    assert answer(con, "improved_share_pct", "2025", columns, edition="none") == [(90, 10, 18, 20)]


def test_an_interval_is_as_wide_as_that_of_the_people_however_often_they_are_measured() -> None:
    once, twice = gains(), gains()
    # the same gains in another competence say nothing new of these ten people
    twice.execute("insert into assessments by name select * replace ('writing' as competence_code) from assessments")
    (alone,), (again,) = (answer(con, "learning_gain_mean", "2025", "value low high n") for con in (once, twice))
    assert again == pytest.approx(alone)


def test_the_mean_gain_has_an_interval_and_counts_people() -> None:
    # gains of 2, 4 ... 20: mean 11
    (row,) = answer(gains(), "learning_gain_mean", "2025", "value low high n unit note")
    assert row[0] == 11
    assert 6 < row[1] < 11 < row[2] < 16
    assert row[3:] == (10, "points", "pre_post only")


def test_g_av_by_hand() -> None:
    # pre = 40+k, post = 40+3k, k = 1..10: sd(k) = sqrt(82.5/9) = 3.02765, sds 3.02765 and 9.08295, mean 6.05530;
    # difference 11; J = 1 - 3/(4*9 - 1) = 0.914286; g = 0.914286 * 11 / 6.05530 = 1.660882
    (row,) = answer(gains(), "learning_gain_g", "2025", "value low high n unit")
    assert row[0] == pytest.approx(1.660882, abs=1e-6)
    assert row[1] < row[0] < row[2]
    assert row[3:] == (10, "sd")


def test_improvement_starts_at_a_gain_of_five_points() -> None:
    # gains of 2 and 4 are none, 6 ... 20 are: 8 of 10
    assert answer(gains(), "improved_share_pct", "2025", "value numerator n", edition="none") == [(80, 8, 10)]
    con = world(PEOPLE)
    for k in range(5):
        add_rows(con, "participants", [{"participant_id": f"s{k}"}])
        scale = {"participant_id": f"s{k}", "scale_min": "1", "scale_max": "5"}
        add_rows(con, "assessments", [{"moment": "pre", "assessed_date": "2025-01-01", "score": "3", **scale}])
        add_rows(con, "assessments", [{"moment": "post", "assessed_date": "2025-01-01", "score": "3.2", **scale}])
    # 0.2 on a scale of four steps is exactly 5 points
    assert answer(con, "improved_share_pct", "2025") == [(100,)]


def test_designs_are_never_pooled() -> None:
    con = gains(design="retrospective")
    assert answer(con, "learning_gain_mean", "2025", "value n note") == [(None, 0, "no_data; pre_post only")]
    assert answer(con, "learning_gain_mean", "2025", "design value note", by=["design"]) == [("retrospective", 11, "")]
    assert answer(con, "learning_gain_mean", "2025", "value note", where={"design": "terugblik"}) == [(11, "")]


def test_fewer_than_ten_people_have_no_mean_however_many_pairs() -> None:
    con = gains()
    measured(con, 20, "2025-07-01", "2025-12-31")
    con.execute("delete from assessments where participant_id = 's10'")
    assert answer(con, "learning_gain_mean", "2025", "value low n note") == [(None, None, 9, "too_few; pre_post only")]


def test_people_measured_before_and_after_are_a_share_of_the_people_measured() -> None:
    con = gains()
    add_rows(con, "participants", [{"participant_id": f"x{k}"} for k in range(1, 7)])
    lonely = {"moment": "pre", "assessed_date": "2025-12-31", "score": "1"}
    add_rows(con, "assessments", [{"participant_id": f"x{k}", **lonely} for k in range(1, 7)])
    assert answer(con, "matched_measurement_pct", "2025", "value numerator n") == [(62.5, 10, 16)]


def test_a_cycle_is_reached_by_the_people_with_a_story_in_it() -> None:
    con = world(PEOPLE)
    add_rows(con, "participants", [{"participant_id": f"s{k}"} for k in range(1, 15)])
    stories = [{"participant_id": f"s{k}", "cycle": "immediate", "story_date": "2025-01-01"} for k in range(1, 15)]
    stories += [{"participant_id": f"s{k}", "cycle": "applied", "story_date": "2025-12-31"} for k in range(1, 8)]
    stories += [{"participant_id": "s1", "cycle": "applied", "story_date": "2025-06-01"}]
    add_rows(con, "value_stories", stories)
    reached = dict(answer(con, "value_cycle_reach_pct", "2025", "cycle value", by=["cycle"]))
    assert (reached["immediate"], reached["applied"], reached["strategic"]) == (100, 50, 0)
    # 21 of 14 people x 7 cycles: seven people reach two cycles of seven, seven reach one, all about as many: a
    # person's units are not alike
    assert answer(con, "value_cycle_reach_pct", "2025", "value n numerator denominator note") == [
        (pytest.approx(100 * 21 / 98), 14, 21, 98, "")
    ]
    [(low, high)] = answer(con, "value_cycle_reach_pct", "2025", "low high")
    # Wilson's for 21 of 98
    assert (low, high) == pytest.approx((14.46, 30.55), abs=0.01)


def test_learning_is_mutual_when_both_gave_and_crosses_a_boundary_between_school_and_company() -> None:
    con = world(
        PEOPLE
        + """
        participants
        participant_id | role               | partner_id
        s1             | student            | -
        s2             | teacher            | -
        w1             | company_employee   | c1
        w2             | business_developer | c1
        b1             | business_developer | bank
        x1             | expert             | -

        interactions
        giver_id | receiver_id | interaction_date
        s1       | w1          | 2025-01-01
        w1       | s1          | 2025-12-31
        s1       | w1          | 2025-02-01
        s2       | w2          | 2025-01-01
        w2       | s2          | 2024-12-31
        s1       | s2          | 2025-01-01
        s2       | s1          | 2025-01-01
        b1       | s1          | 2025-01-01
        x1       | w1          | 2025-01-01
        x1       | x1          | 2025-01-01
        w1       | w2          | 2026-01-01
        """
    )
    shown = {"columns": "numerator n", "edition": "none"}
    # s1-w1 and s1-s2 are mutual; s2-w2 (the way back was last year), b1-s1 and x1-w1 are not
    assert answer(con, "mutual_learning_pct", "2025", **shown) == [(2, 5)]
    # sides are known for s1-w1, s2-w2 and s1-s2: an expert has none, nor has a business developer of no company
    assert answer(con, "boundary_crossing_pct", "2025", **shown) == [(2, 3)]
    assert answer(con, "mutual_learning_across_pct", "2025", **shown) == [(1, 2)]


def test_hours_are_spread_evenly_over_the_days_of_a_participation() -> None:
    con = world(PEOPLE)
    add_rows(con, "issues", [{"issue_id": "i1", "proposed_date": "2020-01-01"}])
    add_rows(con, "participants", [{"participant_id": f"s{at}"} for at in range(1, 7)])
    spans = [
        # inside the year: all 40
        ("s1", "2025-03-01", "2025-03-31", "40"),
        # 2024-12-22 to 2025-01-10 is 20 days, of which 10 in 2025: 10 of 20 hours
        ("s2", "2024-12-22", "2025-01-10", "20"),
        # 2025-12-31 to 2026-01-09 is 10 days, of which 1 in 2025: 3 of 30 hours
        ("s3", "2025-12-31", "2026-01-09", "30"),
        # still running: 2025-12-01 to the last day of the period, all 7
        ("s4", "2025-12-01", "-", "7"),
        ("s5", "2025-06-01", "2025-06-01", "0.5"),
        # over before the year, and of unknown length
        ("s6", "2024-01-01", "2024-12-31", "100"),
        ("s6", "2025-01-01", "2025-12-31", "-"),
    ]
    add_rows(
        con,
        "participations",
        [
            {"participant_id": who, "issue_id": "i1", "start_date": first, "end_date": last, "hours": hours}
            for who, first, last, hours in spans
        ],
    )
    assert answer(con, "learning_hours", "2025-Q4", "value low n unit note") == [
        (pytest.approx(40 + 10 + 3 + 7 + 0.5), None, 5, "hours", "")
    ]


def test_what_is_retained_is_the_gain_at_the_follow_up_over_the_gain_right_after() -> None:
    con = world(PEOPLE)
    people = [f"s{at}" for at in range(1, 12)]
    add_rows(con, "participants", [{"participant_id": name} for name in people])
    rows = []
    for name in people[:10]:
        # everybody gains 20 points of 100; at the first follow-up five keep 20 of them and five keep 10: 15 of 20
        lasting = "60" if name in people[:5] else "50"
        rows += [
            {"participant_id": name, "moment": "pre", "assessed_date": "2024-01-01", "score": "40"},
            {"participant_id": name, "moment": "post", "assessed_date": "2024-06-01", "score": "60"},
            {"participant_id": name, "moment": "follow_up", "assessed_date": "2024-05-01", "score": "0"},
            {"participant_id": name, "moment": "follow_up", "assessed_date": "2025-06-01", "score": lasting},
            {"participant_id": name, "moment": "follow_up", "assessed_date": "2025-09-01", "score": "0"},
        ]
    # without a post there is no pair, and nothing to retain
    rows += [
        {"participant_id": "s11", "moment": "pre", "assessed_date": "2024-01-01", "score": "40"},
        {"participant_id": "s11", "moment": "follow_up", "assessed_date": "2025-06-01", "score": "90"},
    ]
    add_rows(con, "assessments", rows)
    ((value, low, high, n, note),) = answer(con, "learning_retention_pct", "2025-Q4", "value low high n note")
    assert (value, n, note) == (pytest.approx(75), 10, "pre_post only")
    assert 50 <= low < 75 < high <= 100
    assert answer(con, "learning_retention_pct", "2024-Q4", "n") == [(0,)]


def test_of_a_gain_that_may_be_none_nothing_can_be_retained() -> None:
    con = world(PEOPLE)
    add_rows(con, "participants", [{"participant_id": f"s{at}"} for at in range(10)])
    for at in range(10):
        # half gain 10, half lose 9: 0.5 on average, and its interval holds 0; all stand 30 lower in the end
        scores = {"pre": 40, "post": 50 if at % 2 else 31, "follow_up": 10}
        days = {"pre": "2024-09-01", "post": "2025-01-01", "follow_up": "2025-09-01"}
        add_rows(
            con,
            "assessments",
            [{"participant_id": f"s{at}", "moment": moment, "assessed_date": days[moment], "score": str(score)}
             for moment, score in scores.items()],
        )  # fmt: skip
    assert answer(con, "learning_retention_pct", "2025", "value low n note") == [
        (None, None, 10, "no_gain; pre_post only")
    ]
    con.execute("delete from assessments where participant_id = 's0'")
    assert answer(con, "learning_retention_pct", "2025", "n note") == [(9, "too_few; pre_post only")]


def test_learning_flows_from_the_role_that_gives_to_the_role_that_receives() -> None:
    con = world(PEOPLE)
    roles = {"student": 6, "teacher": 5, "expert": 4}
    people = [(f"{role}{at}", role) for role, count in roles.items() for at in range(count)]
    add_rows(con, "participants", [{"participant_id": name, "role": role} for name, role in people])

    def flow(giver: str, receiver: str, pairs: int) -> None:
        rows = [
            {"giver_id": f"{giver}{at % roles[giver]}", "receiver_id": f"{receiver}{at % roles[receiver]}",
             "interaction_date": "2025-05-01"}
            for at in range(pairs)
        ]  # fmt: skip
        add_rows(con, "interactions", rows)

    flow("teacher", "student", 12)
    flow("student", "teacher", 7)
    flow("expert", "student", 8)
    by = ["giver_role", "receiver_role"]
    columns = "giver_role receiver_role value n suppressed"
    # four experts gave to six students: who gave could be recognised, and their 8 would be the rest of 27
    assert answer(con, "learning_flow_count", "2025-Q4", columns, by=by) == [
        ("expert", "student", None, None, True),
        ("student", "teacher", None, None, True),
        ("teacher", "student", 12, 12, False),
    ]
    assert answer(con, "learning_flow_count", "2025-Q4", "value unit") == [(27, "count")]


@pytest.fixture(scope="module")
def dyads() -> DuckDBPyConnection:
    """A student in Groningen and a teacher in Friesland helped each other, each time on another issue."""
    return world("""
        partners
        partner_id | partner_type          | region_code
        c1         | company               | NL131
        mbo        | vocational_institution | NL114
        hbo        | university_of_applied_sciences | NL127

        themes
        theme_code | name_en
        water      | Water
        dikes      | Dikes

        issues
        issue_id | theme_code | proposed_date
        i1       | water      | 2025-01-01
        i2       | dikes      | 2025-01-01

        participants
        participant_id | role    | partner_id
        s1             | student | mbo
        t1             | teacher | hbo
        s2             | student | -
        s3             | student | -

        interactions
        giver_id | receiver_id | interaction_date | issue_id
        s1       | t1          | 2025-02-01       | i1
        t1       | s1          | 2025-05-01       | i2
        s2       | s1          | 2025-02-01       | i1
        t1       | s2          | 2025-02-01       | -
        s2       | s3          | 2025-02-01       | -
    """)


def mutual(con: DuckDBPyConnection, columns: str, **asked: object) -> list[tuple]:
    return answer(con, "mutual_learning_pct", "2025", columns, edition="none", **asked)


def test_a_pair_is_whole_in_every_theme_and_quarter_in_which_it_stands(dyads: DuckDBPyConnection) -> None:
    # s1 and t1 are mutual; s1-s2, s2-t1 and s2-s3 are not
    assert mutual(dyads, "numerator n") == [(1, 4)]
    assert mutual(dyads, "theme numerator n", by=["theme"]) == [("dikes", 1, 1), ("unknown", 0, 2), ("water", 1, 2)]
    assert mutual(dyads, "numerator n", where={"theme": "dikes"}) == [(1, 1)]
    assert mutual(dyads, "quarter numerator n", by=["quarter"]) == [("2025-Q1", 1, 4), ("2025-Q2", 1, 1)]


def test_a_pair_stands_in_the_region_of_either_and_counts_once_in_the_country(dyads: DuckDBPyConnection) -> None:
    # s1 is in Groningen, t1 in Friesland, s2 where the issue is, in Drenthe, or where no issue is named, nowhere
    assert mutual(dyads, "region2 numerator n", by=["region2"]) == [
        ("NL11", 1, 2),
        ("NL12", 1, 2),
        ("NL13", 0, 1),
        ("unknown", 0, 2),
    ]
    for region, found in (("NL11", (1, 2)), ("NL12", (1, 2)), ("NL13", (0, 1)), ("NL", (1, 3)), ("NL1", (1, 3))):
        assert mutual(dyads, "numerator n", region=region) == [found], region


def test_the_roles_of_a_pair_have_no_order(dyads: DuckDBPyConnection) -> None:
    assert mutual(dyads, "pair_roles numerator n", by=["pair_roles"]) == [
        ("student/student", 0, 2),
        ("student/teacher", 1, 2),
    ]
    for typed in ("student/teacher", "teacher/student", "docent/student", "Teacher / Student"):
        assert mutual(dyads, "numerator n", where={"pair_roles": typed}) == [(1, 2)], typed
    assert dimension_labels(dyads, "pair_roles", ["student/teacher"], "nl") == {"student/teacher": "student/docent"}


@pytest.mark.parametrize("metric", ["mutual_learning_pct", "boundary_crossing_pct", "mutual_learning_across_pct"])
@pytest.mark.parametrize("dimension", ["giver_role", "receiver_role"])
def test_a_pair_is_not_cut_by_who_gave(dyads: DuckDBPyConnection, metric: str, dimension: str) -> None:
    for asked in ({"by": [dimension]}, {"where": {dimension: "student"}}):
        with pytest.raises(
            UsageError, match=f"by {dimension} a pair would be cut in two. Use pair_roles, or learning_"
        ):
            answer(dyads, metric, "2025", **asked)
    flow = answer(dyads, "learning_flow_count", "2025", f"{dimension} value", by=[dimension], edition="none")
    assert sum(value for _, value in flow) == 5
