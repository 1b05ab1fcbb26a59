"""The gate: a clean tiny world passes every rule; each rule has a smallest change that breaks it, found by its row."""

from __future__ import annotations

import json
import shutil
import socket
from collections.abc import Callable, Iterable
from datetime import UTC, date, datetime
from functools import partial
from pathlib import Path
from typing import Any

import pandas as pd
import pytest

from ppp_metrics.errors import DataError
from ppp_metrics.records import checks
from ppp_metrics.records.checks import CheckResult, last_check, run_checks, run_number_checks
from ppp_metrics.records.evaluation import LINEAGE, MOST_ROWS, RuleResult, evaluate, results_by_rule
from ppp_metrics.records.model import TABLES
from ppp_metrics.records.store import Store, create_key_view
from ppp_metrics.records.suites import NUMBERS, Suite, read_suites
from tests.deliveries import deliver, store

ROOT = Path(__file__).parent.parent
EXPECTATIONS = ROOT / "expectations"
CHECKED = ROOT / "ppp_metrics" / "records" / "checked"
MONDAY = str(int(datetime(2026, 11, 23, 12, tzinfo=UTC).timestamp()))

# Rows are counted as in the file: the header is row 1. Of the four issues, i1 to i3 are proposed in the first three
# quarters of 2026; i4 belongs to no partnership, is still open, and takes its obligation from its agreement.
WORLD = """
themes
theme_code | name_en
water      | Water

partnerships
partnership_id | name      | region_code
p1             | Water lab | NL350

partners
partner_id | name      | partner_type           | size_class | registration_number | region_code
c1         | Pump      | company                | micro      | 01234567            | NL350
c2         | Sluice    | company                | small      |                     | NL350
c3         | Dike      | company                | medium     |                     | NL350
c4         | Canal     | company                | large      |                     | NL350
u1         | Academy   | research_university    |            |                     | NL350

memberships
partnership_id | partner_id | joined_date | left_date
p1             | c1         | 2020-01-01  | 2020-01-01
p1             | u1         | 2020-01-01  |

capabilities
partner_id | capability | fte  | start_date
u1         | research   | 2000 | 2020-01-01

agreements
agreement_id | partnership_id | partner_id | signed_date | end_date   | obligation
a1           | p1             | c1         | 2024-01-01  | 2024-01-01 | result

issues
issue_id | partner_id | theme_code | partnership_id | agreement_id | obligation | status      | proposed_date | accepted_date | started_date | closed_date | trl_start
i1       | c1         | water      | p1             |              | result     | implemented | 2026-02-01    | 2026-02-01    | 2026-02-01   |             | 1
i2       | c2         | water      | p1             |              | effort     | delivered   | 2026-05-01    | 2026-05-02    |              |             | 9
i3       | c3         | water      | p1             |              | effort     | declined    | 2026-07-01    |               |              | 2026-07-01  |
i4       | c4         | water      |                | a1           |            | in_progress | 2024-05-01    | 2024-05-10    | 2024-06-01   |             |

outcomes
outcome_id | issue_id | delivered_date | implemented_date | innovation_type | trl_end | value_eur
o1         | i1       | 2026-02-01     | 2026-02-01       | product         | 1       | 10000000
o2         | i2       | 2026-05-02     |                  | process         | 9       |

participants
participant_id | role
d1             | student
d2             | teacher

assessments
participant_id | competence_code | design   | moment    | assessed_date | score | scale_min | scale_max
d1             | research        | pre_post | pre       | 2026-02-01    | 1     | 1         | 5
d1             | research        | pre_post | post      | 2026-06-01    | 5     | 1         | 5
d1             | research        | pre_post | follow_up | 2026-08-01    | 4     | 1         | 5
d2             | research        | pre_post | pre       | 2026-02-01    | 2     | 1         | 5
d2             | research        | pre_post | post      | 2026-02-01    | 3     | 1         | 5

interactions
giver_id | receiver_id | interaction_date
d1       | d2          | 2026-03-01
"""  # noqa: E501

# The other supplier has one organisation.
NEIGHBOUR = """
partners
partner_id | name | partner_type | size_class | registration_number | region_code
c1         | WEIR | public_body  |            | 07654321            | NL310
"""

Change = tuple[str, int | None, str]
"""A table of the network, a row of its file, and the cells that stand there instead; of an `earlier` table only in the
load before the newest one, which has the same files."""

BREAKERS: dict[str, tuple[list[Change], str, int | None]] = {
    # rule id: the smallest change that breaks it, and the file and row that must be named
    "issues_accepted_after_proposed": ([("issues", 3, "proposed_date = '2026-05-03'")], "issues.csv", 3),
    "issues_started_after_accepted": ([("issues", 5, "started_date = '2024-05-09'")], "issues.csv", 5),
    "issues_closed_after_proposed": ([("issues", 4, "closed_date = '2026-06-30'")], "issues.csv", 4),
    "issues_implemented_has_date": ([("issues", 3, "status = 'embedded'")], "issues.csv", 3),
    "issues_delivered_has_outcome": ([("issues", 5, "status = 'delivered'")], "issues.csv", 5),
    "issues_declined_or_stopped_is_closed": ([("issues", 4, "closed_date = null")], "issues.csv", 4),
    "issues_trl_start_in_range": ([("issues", 2, "trl_start = 0")], "issues.csv", 2),
    # from 2023-11-22 to 2026-11-23 are 3 x 365 + 1 + 1 = 1,097 days
    "issues_open_within_three_years": (
        [("issues", 5, "proposed_date = '2023-11-22', accepted_date = '2023-11-22'")], "issues.csv", 5,
    ),
    # one issue of four: 25 % unknown
    "issues_theme_known": ([("issues", 4, "theme_code = 'watre'")], "issues.csv", 4),
    "issues_obligation_known": ([("issues", 5, "agreement_id = null")], "issues.csv", 5),
    "outcomes_delivered_after_begun": ([("outcomes", 3, "delivered_date = '2026-05-01'")], "outcomes.csv", 3),
    "outcomes_implemented_after_delivered": ([("outcomes", 2, "delivered_date = '2026-02-02'")], "outcomes.csv", 2),
    "outcomes_delivered_by_load_day": ([("outcomes", 3, "delivered_date = '2026-11-24'")], "outcomes.csv", 3),
    "outcomes_implemented_by_load_day": ([("outcomes", 2, "implemented_date = '2026-11-24'")], "outcomes.csv", 2),
    "outcomes_trl_end_in_range": ([("outcomes", 3, "trl_end = 10")], "outcomes.csv", 3),
    "outcomes_innovation_type_known": ([("outcomes", 2, "innovation_type = null")], "outcomes.csv", 2),
    "outcomes_value_plausible": ([("outcomes", 2, "value_eur = 10000000.01")], "outcomes.csv", 2),
    # one company of four: 25 % unknown; the university does not count
    "partners_size_class_known": ([("partners", 4, "size_class = null")], "partners.csv", 4),
    # the neighbour calls the same province NL310, its code until 2024, and writes WEIR
    "partners_are_one_organisation": ([("partners", 3, "name = 'Weir'")], "partners.csv", 3),
    "memberships_left_after_joined": ([("memberships", 2, "left_date = '2019-12-31'")], "memberships.csv", 2),
    "agreements_end_after_signed": ([("agreements", 2, "end_date = '2023-12-31'")], "agreements.csv", 2),
    "capabilities_fte_in_range": ([("capabilities", 2, "fte = 2000.5")], "capabilities.csv", 2),
    "assessments_scale_in_order": ([("assessments", 4, "scale_min = 4, scale_max = 4")], "assessments.csv", 4),
    "assessments_score_above_minimum": ([("assessments", 2, "score = 0.9")], "assessments.csv", 2),
    "assessments_score_below_maximum": ([("assessments", 3, "score = 5.1")], "assessments.csv", 3),
    "assessments_assessed_by_load_day": ([("assessments", 4, "assessed_date = '2026-11-24'")], "assessments.csv", 4),
    # the follow-up becomes a second post after the same pre
    "assessments_one_post_per_pre": ([("assessments", 4, "moment = 'post'")], "assessments.csv", 4),
    # one of two is left alone: 50 %
    "assessments_pre_matched": ([("assessments", 6, "moment = 'follow_up'")], "assessments.csv", 5),
    "assessments_post_matched": ([("assessments", 5, "moment = 'follow_up'")], "assessments.csv", 6),
    "interactions_between_two_people": ([("interactions", 2, "receiver_id = giver_id")], "interactions.csv", 2),
    "interactions_by_load_day": ([("interactions", 2, "interaction_date = '2026-11-24'")], "interactions.csv", 2),
    # the only issue of the third quarter moves to the second; the row is the partnership's
    "partnership_quarters_have_new_issues": ([("issues", 4, "proposed_date = '2026-06-30'")], "partnerships.csv", 2),
    # one of the two dates of solutions, 50 %; the row tells of a column
    "sent_columns_can_be_read": (
        [("quarantine", None, "3, 8, 3, 'outcomes', 'implemented_date', 'soon', 'not a date', null, true, null")],
        "outcomes.csv", None,
    ),
    # 17 days of August, 30, 31 and 23 are 101; a load has a first file, and no row
    # two memberships, of which one was another: half of the keys is not more than half
    "deliveries_keep_every_key": ([("earlier memberships", 3, "joined_date = '2020-01-02'")], "memberships.csv", None),
    # the only interaction was another
    "deliveries_keep_half_of_the_keys": (
        [("earlier interactions", 2, "interaction_date = '2026-03-02'")], "interactions.csv", None,
    ),
    "suppliers_loaded_lately": ([("loads", None, "loaded_at = '2026-08-14 12:00:00'")], "themes.csv", None),
}  # fmt: skip

NUMBERS_SEEN = """
metric   | unit  | value | low | high | n  | numerator | denominator | suppressed | funnel_order | parts_sum
open     | count | 5     |     |      | 5  |           |             |            |              | 5
proposed | count | 40    |     |      | 40 |           |             |            | 1            |
accepted | count | 40    |     |      | 40 |           |             |            | 2            |
used     | count | 10    |     |      | 10 |           |             |            | 3            |
rate     | pct   | 100   | 72  | 100  | 10 | 10        | 10          |            |              |
hidden   | pct   |       |     |      |    |           |             | yes        |              |
proposed | count | 50    |     |      | 50 |           |             |            | 1            |
assignment_flow_pct | pct | 150 | | | 3 | 6 | 4 | | |
cash     | pct   | 100   |     |      | 3  | 4         | 4           |             |              |
"""

NUMBER_BREAKERS: dict[str, tuple[int, str, float]] = {
    # rule id: row (counted from 0), column and what stands there instead
    "numbers_share_within_0_and_100": (8, "value", 100.1),
    "numbers_low_up_to_value": (4, "low", 100.1),
    "numbers_value_up_to_high": (4, "high", 99.9),
    "numbers_numerator_within_denominator": (4, "numerator", 11),
    "numbers_n_not_negative": (0, "n", -1),
    "numbers_suppressed_has_no_value": (5, "value", 50),
    "numbers_suppressed_has_no_low": (5, "low", 40),
    "numbers_suppressed_has_no_high": (5, "high", 60),
    "numbers_suppressed_has_no_n": (5, "n", 4),
    "numbers_suppressed_has_no_numerator": (5, "numerator", 2),
    "numbers_suppressed_has_no_denominator": (5, "denominator", 4),
    "numbers_funnel_never_widens": (3, "value", 41),
    "numbers_parts_add_up": (0, "parts_sum", 4),
}


def blocks(text: str) -> dict[str, list[list[str]]]:
    """Name of each table -> its lines as cells, the header first."""
    found = {}
    for block in text.strip().split("\n\n"):
        name, *lines = block.splitlines()
        found[name] = [[cell.strip() for cell in line.split("|")] for line in lines]
    return found


def as_files(text: str) -> dict[str, str]:
    """Name of each CSV file -> its text."""
    return {f"{name}.csv": "".join(",".join(line) + "\n" for line in lines) for name, lines in blocks(text).items()}


@pytest.fixture(autouse=True)
def _monday(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("SOURCE_DATE_EPOCH", MONDAY)


@pytest.fixture(scope="module")
def loaded(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder with the clean world of the network and its neighbour, loaded; the network's for the second time."""
    folder = tmp_path_factory.mktemp("world")
    with pytest.MonkeyPatch.context() as clock:
        clock.setenv("SOURCE_DATE_EPOCH", MONDAY)
        deliver(folder, as_files(WORLD), "network")
        deliver(folder, as_files(NEIGHBOUR), "neighbour")
        deliver(folder, as_files(WORLD), "network")
    return folder


@pytest.fixture(scope="module")
def checked(loaded: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The same, checked: of a copy with changes only the suites are run again whose rows are others."""
    folder = Path(shutil.copytree(loaded, tmp_path_factory.mktemp("checked"), dirs_exist_ok=True))
    with pytest.MonkeyPatch.context() as clock:
        clock.setenv("SOURCE_DATE_EPOCH", MONDAY)
        assert run_checks(store(folder), EXPECTATIONS).passed
    return folder


@pytest.fixture
def changed(loaded: Path, tmp_path: Path) -> Callable[..., Store]:
    """The clean world with some cells of the network changed."""
    return partial(with_changes, loaded, tmp_path)


def with_changes(world: Path, folder: Path, changes: Iterable[Change] = ()) -> Store:
    shutil.copy(world / "ppp.duckdb", folder)
    with store(folder).writing() as con:
        for table, row, cells in changes:
            if table == "quarantine":
                con.execute(f"insert into quarantine values ({cells})")
                continue
            loads = "load_id = 1" if table.startswith("earlier ") else "load_id in (1, 3)"
            where = "supplier = 'network'" if row is None else f"{loads} and source_row = {row}"
            relation = table if row is None else f"history.{table.removeprefix('earlier ')}"
            con.execute(f"update {relation} set {cells} where {where}")
    return store(folder)


@pytest.fixture
def suites(tmp_path: Path) -> Path:
    """A copy of the suites that a test may spoil."""
    return Path(shutil.copytree(EXPECTATIONS, tmp_path / "expectations"))


def declared(numbers: bool) -> set[str]:
    return {
        rule.id for suite in read_suites(EXPECTATIONS) for rule in suite.rules if (suite.name == NUMBERS) is numbers
    }


def broken(result: CheckResult) -> dict[str, list[tuple[str | None, int | None]]]:
    """Each broken rule with the files and rows it names."""
    return {
        rule.id: [(row["file"], row["row"]) for row in rule.rows]
        for rule in result.expectations
        if rule.success is False
    }


def numbers() -> pd.DataFrame:
    """NUMBERS_SEEN as the frame that is checked: cells are numbers, empty ones missing."""
    header, *lines = blocks("numbers" + NUMBERS_SEEN)["numbers"]
    frame = pd.DataFrame(lines, columns=header).replace("", None)
    frame["suppressed"] = frame["suppressed"] == "yes"
    figures = [name for name in header if name not in ("metric", "unit", "suppressed")]
    return frame.assign(**{name: pd.to_numeric(frame[name]) for name in figures}, note="")


# --- every rule -------------------------------------------------------------------------------------------------------


def test_a_clean_world_passes_every_rule_and_none_is_skipped(changed: Callable[..., Store]) -> None:
    result = run_checks(changed(), EXPECTATIONS)
    assert {rule.id: rule.success for rule in result.expectations} == dict.fromkeys(declared(numbers=False), True)
    assert result.passed


def test_every_rule_has_a_row_that_breaks_it() -> None:
    assert declared(numbers=False) == BREAKERS.keys()
    assert declared(numbers=True) == NUMBER_BREAKERS.keys()


@pytest.mark.parametrize("rule_id", BREAKERS)
def test_a_rule_that_is_broken_names_the_row_and_no_other_rule_does(
    rule_id: str, checked: Path, tmp_path: Path
) -> None:
    changes, file, row = BREAKERS[rule_id]
    result = run_checks(with_changes(checked, tmp_path, changes), EXPECTATIONS)
    assert broken(result) == {rule_id: [(file, row)]}
    assert result.passed is (next(rule for rule in result.expectations if rule.id == rule_id).severity == "warning")


def test_one_in_five_unknown_is_not_more_than_a_fifth(changed: Callable[..., Store]) -> None:
    # c5 makes five companies, of which c3 has no size class: 20 %
    world = changed(
        [("partners", 6, "partner_type = 'company', size_class = 'micro'"), ("partners", 4, "size_class = null")]
    )
    result = run_checks(world, EXPECTATIONS)
    size = next(rule for rule in result.expectations if rule.id == "partners_size_class_known")
    assert (size.success, size.checked, size.failed_rows, size.observed, size.rows) == (True, 5, 1, 20.0, [])


def test_posts_of_two_pres_that_cross_are_one_each(changed: Callable[..., Store]) -> None:
    # d1 has a pre of 02-01 and a post of 06-01; the follow-up becomes a pre of 03-01, and d2's post d1's of 09-01
    d1 = "(select any_value(participant_id) from history.assessments where source_row = 2)"
    second_pre = ("assessments", 4, "moment = 'pre', assessed_date = '2026-03-01'")
    second_post = ("assessments", 6, f"participant_id = {d1}, assessed_date = '2026-09-01'")
    world = changed([second_pre, second_post])
    assert "assessments_one_post_per_pre" not in broken(run_checks(world, EXPECTATIONS))


def test_a_post_about_another_issue_leaves_the_pre_alone(changed: Callable[..., Store]) -> None:
    # one of two pres and one of two posts have no other half: 50 %
    assert broken(run_checks(changed([("assessments", 6, "issue_id = 'i1'")]), EXPECTATIONS)) == {
        "assessments_pre_matched": [("assessments.csv", 5)],
        "assessments_post_matched": [("assessments.csv", 6)],
    }


def test_a_post_belongs_to_no_pre_before_the_last_post(changed: Callable[..., Store]) -> None:
    # d2 has a pre and a post of 02-01; d1's pre and post become posts of d2, with no pre since: two of three are alone
    d2 = "(select any_value(participant_id) from history.assessments where source_row = 5)"
    again = [
        ("assessments", row, f"participant_id = {d2}, moment = 'post', assessed_date = '2026-0{row}-01'")
        for row in (3, 4)
    ]
    found = broken(run_checks(changed(again), EXPECTATIONS))
    assert found["assessments_post_matched"] == [("assessments.csv", 3), ("assessments.csv", 4)]


@pytest.mark.parametrize("rule_id", NUMBER_BREAKERS)
def test_a_number_that_cannot_be_is_named(rule_id: str) -> None:
    row, column, value = NUMBER_BREAKERS[rule_id]
    frame = numbers()
    frame.loc[row, column] = value
    assert broken(run_number_checks(frame, EXPECTATIONS)) == {rule_id: [(None, row)]}


def test_numbers_that_can_be_pass() -> None:
    result = run_number_checks(numbers(), EXPECTATIONS)
    assert {rule.id: rule.success for rule in result.expectations} == dict.fromkeys(declared(numbers=True), True)


def test_numbers_need_no_funnel_and_no_parts() -> None:
    frame = numbers().drop(columns=["funnel_order", "parts_sum"])
    skipped = {rule.id for rule in run_number_checks(frame, EXPECTATIONS).expectations if rule.success is None}
    assert skipped == {"numbers_funnel_never_widens", "numbers_parts_add_up"}


def test_a_suppressed_number_that_got_out_is_not_told_again() -> None:
    frame = numbers()
    frame.loc[5, ["value", "n"]] = [76.5, 4]
    result = run_number_checks(frame, EXPECTATIONS)
    assert [row["values"] for rule in result.expectations for row in rule.rows] == [{"metric": "hidden"}] * 2
    assert "76.5" not in json.dumps(result.to_dict())


# --- what is told -----------------------------------------------------------------------------------------------------


def test_a_failure_is_told_by_supplier_file_row_and_value_in_both_languages(changed: Callable[..., Store]) -> None:
    result = run_checks(changed([("outcomes", 2, "trl_end = 11")]), EXPECTATIONS)
    english, dutch = result.render("en"), result.render("nl")
    assert english.startswith("The data is not fit to publish. Critical rules broken: 1.")
    assert "network, outcomes.csv, row 2: trl_end 11" in english
    assert "1 of 2 rows (50.0 %)" in english
    assert "Kritiek: De TRL bij het einde ligt tussen 1 en 9 (outcomes_trl_end_in_range)" in dutch
    assert "1 van 2 rijen (50,0 %)" in dutch


def test_the_result_is_kept_with_the_fingerprint_of_the_data(changed: Callable[..., Store]) -> None:
    world = changed([("outcomes", 3, "delivered_date = '2026-11-24'")])
    with world.reading() as con:
        assert last_check(con) is None
    first = run_checks(world, EXPECTATIONS)
    with world.reading() as con:
        kept = last_check(con)
    assert kept is not None
    assert kept == json.loads(json.dumps(first.to_dict()))
    assert kept["passed"] is False
    assert kept["fingerprint"] == first.fingerprint
    assert kept["checked_at"] == "2026-11-23 12:00:00"


def test_only_suites_whose_rows_changed_are_run_again(
    changed: Callable[..., Store], suites: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    ran: list[str] = []

    def evaluated(frames: Iterable[tuple[Suite, pd.DataFrame]], places: Any) -> list[RuleResult]:
        seen = list(frames)
        ran.extend(suite.name for suite, _ in seen)
        return evaluate(seen, places)

    world = changed([("outcomes", 3, "delivered_date = '2026-11-24'")])
    first = run_checks(world, suites)
    monkeypatch.setattr(checks, "evaluate", evaluated)
    assert run_checks(world, suites).expectations == first.expectations
    assert ran == []
    with world.writing() as con:
        con.execute("update history.capabilities set fte = 2000.5 where load_id = 3 and source_row = 2")
    second = run_checks(world, suites)
    assert ran == ["capabilities"]
    assert set(broken(second)) == {*broken(first), "capabilities_fte_in_range"}
    # a suite that changed is run again, on the rows that it looked at before
    outcomes = suites / "outcomes.json"
    outcomes.write_text(outcomes.read_text("utf-8") + "\n", encoding="utf-8")
    run_checks(world, suites)
    assert ran == ["capabilities", "outcomes"]


def test_a_broken_rule_says_how_many_rows_each_supplier_sent(changed: Callable[..., Store]) -> None:
    result = run_checks(changed([("outcomes", 3, "delivered_date = '2026-11-24'")]), EXPECTATIONS)
    assert [rule.suppliers for rule in result.failures("critical")] == [{"network": 1}]


def test_a_check_looks_at_the_records_as_they_were_known_on_a_day(changed: Callable[..., Store]) -> None:
    world = changed([("loads", None, "loaded_at = '2026-08-14 12:00:00'")])
    # on 2026-11-22 the load was 100 days old, and the neighbour had sent nothing yet
    result = run_checks(world, EXPECTATIONS, known_at=date(2026, 11, 22))
    assert broken(result) == {}
    assert next(rule for rule in result.expectations if rule.id == "suppliers_loaded_lately").checked == 1


def test_rules_about_tables_that_were_not_delivered_are_skipped_and_said_so(tmp_path: Path) -> None:
    delivered = {"themes", "partners", "issues", "outcomes"}
    world = {name: text for name, text in as_files(WORLD).items() if name.removesuffix(".csv") in delivered}
    deliver(tmp_path, world)
    result = run_checks(store(tmp_path), EXPECTATIONS)
    skipped = {rule.id for rule in result.expectations if rule.success is None}
    assert {rule.suite for rule in result.expectations if rule.id not in skipped} == {
        "deliveries",
        "issues",
        "outcomes",
        "partners",
        "sent_columns",
        "suppliers",
    }
    assert "capabilities_fte_in_range" in skipped
    assert "No rows to look at: " in result.render("en")


def test_no_person_is_among_the_values(changed: Callable[..., Store], suites: Path) -> None:
    write_suite(suites, "participations", [])
    write_suite(suites, "participants", [entry(column="participant_id", row_condition='role == "student"')])
    world = changed()
    with world.reading() as con:
        pseudonyms = {row[0] for row in con.execute("select participant_id from participants").fetchall()}
    result = run_checks(world, suites)
    assert broken(result) == {"spoiled": [("participants.csv", 2)]}
    assert next(rule for rule in result.expectations if rule.id == "spoiled").rows[0]["values"] == {"role": "student"}
    assert not [name for name in pseudonyms if name in json.dumps(result.to_dict())]


def test_a_rule_keeps_a_thousand_rows_and_the_full_count() -> None:
    rule = read_suites(EXPECTATIONS)[2].rules[0]
    frame = pd.DataFrame({"fte": [2001.0] * 1500, "load_id": 1, "source_id": 1, "source_row": range(1500)})
    capabilities = Suite("capabilities", "capabilities.json", (rule,))
    (result,) = evaluate([(capabilities, frame)], {(1, 1): ("network", "capabilities.csv", None)})
    assert (result.failed_rows, len(result.rows), result.rows[-1]["row"]) == (1500, MOST_ROWS, 999)


def test_a_check_prints_nothing_and_calls_nobody(
    changed: Callable[..., Store], capfd: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    calls: list[Any] = []
    monkeypatch.setattr(socket.socket, "connect", lambda self, address: calls.append(address))
    run_checks(changed([("outcomes", 2, "trl_end = 11")]), EXPECTATIONS)
    assert (capfd.readouterr(), calls) == (("", ""), [])


# --- a suite that is not what it should be ----------------------------------------------------------------------------


def entry(type: str = "expect_column_values_to_be_null", severity: str = "critical", **kwargs: Any) -> dict[str, Any]:
    meta = {"id": "spoiled", "nl": "Bedorven", "en": "Spoiled"}
    return {"type": type, "kwargs": kwargs, "severity": severity, "meta": meta}


def write_suite(folder: Path, name: str, expectations: list[Any], **more: Any) -> None:
    (folder / f"{name}.json").write_text(
        json.dumps({"name": name, "expectations": expectations} | more), encoding="utf-8"
    )


SPOILED = {
    "type": (
        entry("expect_column_values_to_be_nul", column="fte"),
        "capabilities.json: rule 'spoiled' has the type 'expect_column_values_to_be_nul', "
        "which Great Expectations does not know for rows or columns. Did you mean 'expect_column_values_to_be_null'?",
    ),
    "type that looks at the whole table": (
        entry("expect_table_column_count_to_equal", value=3),
        "capabilities.json: rule 'spoiled' has the type 'expect_table_column_count_to_equal', "
        "which Great Expectations does not know for rows or columns. Did you mean 'expect_table_row_count_to_equal'?",
    ),
    "kwarg": (
        entry(column="fte", mostley=0.9),
        "capabilities.json: 'spoiled' has 'mostley', which means nothing there. Did you mean 'mostly'?",
    ),
    "value of a kwarg": (
        entry(column="fte", mostly=80),
        "capabilities.json: rule 'spoiled', mostly: ensure this value is less than or equal to 1.0.",
    ),
    "missing kwarg": (entry(), "capabilities.json: rule 'spoiled', column: field required."),
    "column": (
        entry(column="ftte"),
        "capabilities.json: rule 'spoiled' names the column 'ftte', which capabilities does not have. "
        "Did you mean 'fte'?",
    ),
    "column of a condition": (
        entry(column="fte", row_condition='capabilitty == "research"'),
        "capabilities.json: rule 'spoiled' names the column 'capabilitty', which capabilities does not have. "
        "Did you mean 'capability'?",
    ),
    "condition": (
        entry(column="fte", row_condition="capability =="),
        "capabilities.json: the row_condition of rule 'spoiled' cannot be read: capability ==",
    ),
    "severity": (
        entry(severity="blocking", column="fte"),
        "capabilities.json: rule 'spoiled' has the severity 'blocking'. It is critical or warning.",
    ),
    "key": (
        entry(column="fte") | {"severty": "warning"},
        "capabilities.json: 'spoiled' has 'severty', which means nothing there. Did you mean 'severity'?",
    ),
    "no severity": (
        {name: value for name, value in entry(column="fte").items() if name != "severity"},
        "capabilities.json: rule 'spoiled' has no 'severity'.",
    ),
    "no meta": (
        {"type": "expect_column_values_to_be_null", "kwargs": {"column": "fte"}},
        "capabilities.json: expectation 1 has no meta with id, nl and en.",
    ),
    "id of another rule": (
        entry(column="fte") | {"meta": {"id": "suppliers_loaded_lately", "nl": "Dubbel", "en": "Twice"}},
        "suppliers.json: the id 'suppliers_loaded_lately' is used already, in capabilities.json. "
        "Give every rule its own.",
    ),
}


@pytest.mark.parametrize("what", SPOILED)
def test_a_misspelt_rule_is_refused_with_the_nearest_right_word(
    what: str, changed: Callable[..., Store], suites: Path
) -> None:
    spoiled, complaint = SPOILED[what]
    write_suite(suites, "capabilities", [spoiled])
    with pytest.raises(DataError) as refused:
        run_checks(changed(), suites)
    assert str(refused.value) == complaint


NO_SUITES = {
    "broken JSON": (
        "issues",
        '{"name": "issues",\n "expectations": [}',
        "issues.json is not JSON: line 2, column 19: Expecting value.",
    ),
    "a list": ("issues", "[]", "issues.json should be an object with a name and a list of expectations."),
    "another name inside": (
        "issues",
        '{"name": "isues", "expectations": []}',
        "issues.json is called 'isues' inside. The name of a suite, and of its file, is its relation's.",
    ),
    "no relation": (
        "isues",
        '{"name": "isues", "expectations": []}',
        "isues.json is no suite: there is no relation 'isues'. Did you mean 'issues'?",
    ),
}


@pytest.mark.parametrize("what", NO_SUITES)
def test_a_file_that_is_no_suite_is_refused(what: str, changed: Callable[..., Store], suites: Path) -> None:
    name, text, complaint = NO_SUITES[what]
    (suites / f"{name}.json").write_text(text, encoding="utf-8")
    with pytest.raises(DataError) as refused:
        run_checks(changed(), suites)
    assert str(refused.value) == complaint


def test_a_folder_without_suites_is_no_pass(changed: Callable[..., Store], tmp_path: Path) -> None:
    with pytest.raises(DataError, match="holds no suites"):
        run_checks(changed(), tmp_path / "nowhere")


def test_computed_numbers_without_their_suite_are_no_pass(suites: Path) -> None:
    (suites / "numbers.json").unlink()
    with pytest.raises(DataError, match=r"holds no numbers\.json"):
        run_number_checks(numbers(), suites)


def test_a_rule_that_cannot_be_evaluated_is_an_error_and_nothing_is_kept(
    changed: Callable[..., Store], suites: Path
) -> None:
    write_suite(suites, "capabilities", [entry("expect_column_values_to_be_between", column="start_date", max_value=3)])
    world = changed()
    with pytest.raises(DataError, match=r"capabilities\.json: rule 'spoiled' cannot be evaluated: "):
        run_checks(world, suites)
    with world.reading() as con:
        assert last_check(con) is None


def test_as_many_rules_must_come_back_as_were_declared() -> None:
    suite = next(suite for suite in read_suites(EXPECTATIONS) if suite.name == "agreements")
    with pytest.raises(DataError) as refused:
        results_by_rule(suite, [])
    assert str(refused.value) == (
        "agreements.json: Great Expectations ran 0 of 1 rules. These did not run: agreements_end_after_signed."
    )


# --- the relations ----------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("path", sorted(CHECKED.glob("*.sql")), ids=lambda path: path.stem)
def test_a_relation_states_its_grain_and_can_say_where_its_rows_come_from(
    path: Path, changed: Callable[..., Store]
) -> None:
    assert path.read_text(encoding="utf-8").startswith("-- one row ")
    with changed().reading() as con:
        con.execute("set variable check_date = current_date")
        create_key_view(con)
        columns = {row[0] for row in con.execute(f"describe ({path.read_text(encoding='utf-8')})").fetchall()}
    assert {"supplier", *LINEAGE} <= columns


def test_what_only_fell_with_another_row_is_no_cell_that_cannot_be_read(tmp_path: Path) -> None:
    # c1 stands twice with different content: both rows fall, and with them the two issues of four that refer to c1
    partners = "partner_id,name,partner_type,region_code\nc1,Aa,company,NL11\nc1,Bb,company,NL11\nc2,Cc,company,NL12\n"
    issues = "issue_id,partner_id,theme_code,status,proposed_date,closed_date\n"
    issues += "i1,c1,water,proposed,2026-01-05,\ni2,c1,water,proposed,2026-01-05,\n"
    issues += "i3,c2,water,proposed,2026-01-05,soon\ni4,c2,water,proposed,2026-01-05,2026-02-05\n"
    deliver(tmp_path, {"partners.csv": partners, "issues.csv": issues})
    [rule] = [
        rule for rule in run_checks(store(tmp_path), EXPECTATIONS).expectations if rule.id == "sent_columns_can_be_read"
    ]
    # of the two dates of closing one cannot be read
    assert [(row["file"], *list(row["values"].values())[:4]) for row in rule.rows] == [
        ("issues.csv", "issues", "closed_date", 1, 2)
    ]


def test_the_columns_of_every_table_are_counted() -> None:
    sql = (CHECKED / "sent_columns.sql").read_text("utf-8")
    assert [
        table.name for table in TABLES if table.name != "regions" and f" from {table.name} group by" not in sql
    ] == []
