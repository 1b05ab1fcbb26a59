"""How good deliveries are: what was put aside, what is due and not filled in, what is late."""

from __future__ import annotations

from datetime import date
from importlib.resources import files
from pathlib import Path
from typing import Any

import pytest

from ppp_metrics.periods import Period
from ppp_metrics.records import quality, quotation, sheets, staging
from ppp_metrics.records.model import BY_NAME
from ppp_metrics.records.quality import EXPECTED, LOADED, OVERDUE, PARTLY, QUIET, REASONS, Delivery
from tests.deliveries import PARTNERS, deliver, store


def found(folder: Path, ask: Any, *args: Any) -> Any:
    with store(folder).reading() as con:
        return ask(con, *args)


ISSUES = """issue_id,partner_id,theme_code,status,proposed_date,accepted_date,closed_date,trl_start
i1,c1,water,proposed,2026-01-05,,,
i2,c1,water,in_progress,2026-01-05,2026-02-01,,4
i3,c1,water,in_progress,2026-01-05,2023-02-01,,
i4,c1,water,stopped,2026-01-05,2023-02-01,,
i5,c1,water,flying,someday,,,
i6,c1,water,proposed,2026-01-06,soon,,
"""


@pytest.fixture
def delivered(tmp_path: Path) -> Path:
    """Of six issues the fifth has two faults and is put aside, the sixth is kept without its date of acceptance."""
    deliver(tmp_path, {"partners.csv": PARTNERS, "issues.csv": ISSUES})
    return tmp_path


# --- put aside --------------------------------------------------------------------------------------------------------


def test_what_was_put_aside_is_counted_by_table_and_reason(delivered: Path) -> None:
    entries = found(delivered, quality.put_aside)
    assert {(each.table, str(REASONS[each.reason]), each.is_row, each.count, each.files) for each in entries} == {
        ("issues", "not a date", True, 1, ("issues.csv",)),
        ("issues", "not a date", False, 1, ("issues.csv",)),
        ("issues", "not one of the codes", True, 1, ("issues.csv",)),
    }


def test_a_row_with_two_faults_is_one_row_and_stands_under_both_reasons(delivered: Path) -> None:
    rows = found(delivered, quality.rows_put_aside)
    assert rows[0] == ("a", None, 1)
    assert [(supplier, count) for supplier, reason, count in rows if reason] == [("a", 1), ("a", 1)]


def test_rows_about_people_are_not_among_the_rows_that_may_be_told(tmp_path: Path) -> None:
    people = "participant_id,role\np1,student\np2,acrobat\n"
    deliver(tmp_path, {"partners.csv": PARTNERS, "participants.csv": people})
    assert found(tmp_path, quality.rows_put_aside) == []
    [entry] = found(tmp_path, quality.put_aside)
    assert (entry.table, entry.is_about_people) == ("participants", True)


def test_a_file_that_was_not_recognised_could_be_about_people() -> None:
    assert quality.PutAside("a", None, quotation.RAGGED, True, 1, ("x.csv",)).is_about_people


def test_every_reason_of_a_load_has_words_that_name_no_cell() -> None:
    modules = (quotation, sheets, staging)
    constants = {
        text for each in modules for name, text in vars(each).items() if name.isupper() and isinstance(text, str)
    }
    lists = {*staging.UNREADABLE.values(), *staging.PERSONAL.values()}
    assert set(REASONS) == {text for text in constants if text.startswith("This")} | lists
    assert not [reason for reason in REASONS.values() if "{" in reason.text]


# --- filled in --------------------------------------------------------------------------------------------------------


def filled(folder: Path) -> dict[tuple[str, str], tuple[int, int, bool]]:
    return {
        (each.table, each.column): (each.rows, each.filled, each.is_sent)
        for each in found(folder, quality.completeness)
    }


def test_a_cell_is_missing_only_where_it_is_due(delivered: Path) -> None:
    """Of the five issues kept, two are in progress, one was stopped, and three were ever accepted."""
    counted = filled(delivered)
    assert counted["issues", "accepted_date"] == (2, 2, True)
    assert counted["issues", "closed_date"] == (1, 0, True)
    assert counted["issues", "trl_start"] == (3, 1, True)


def test_a_column_that_was_never_sent_is_told_apart_from_an_empty_one(delivered: Path) -> None:
    assert filled(delivered)["issues", "innovation_type"] == (5, 0, False)


def test_the_obligation_of_an_agreement_counts_for_its_issues(tmp_path: Path) -> None:
    agreements = "agreement_id,partnership_id,partner_id,signed_date,obligation\na1,p1,c1,2026-01-01,result\n"
    partnerships = "partnership_id,name,region_code\np1,Pee,NL11\n"
    issues = "issue_id,partner_id,theme_code,status,proposed_date,obligation,agreement_id\n"
    issues += "i1,c1,water,proposed,2026-01-05,effort,\ni2,c1,water,proposed,2026-01-05,,a1\n"
    issues += "i3,c1,water,proposed,2026-01-05,,\n"
    deliver(
        tmp_path,
        {
            "partners.csv": PARTNERS,
            "partnerships.csv": partnerships,
            "agreements.csv": agreements,
            "issues.csv": issues,
        },
    )
    assert filled(tmp_path)["issues", "obligation"] == (3, 2, True)


def test_what_is_expected_is_optional_in_the_model_and_read_by_a_view() -> None:
    views = (files("ppp_metrics.metrics") / "views").iterdir()
    read = " ".join(view.read_text(encoding="utf-8") for view in views)
    for each in EXPECTED:
        assert not BY_NAME[each.table].by_name[each.column].required
        assert each.column in read


# --- late -------------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("loaded", "newest", "says"),
    [
        ("2026-10-01", "2026-09-30", LOADED),
        ("2026-10-01", "2026-07-01", LOADED),
        ("2026-10-01", None, LOADED),
        ("2026-10-01", "2026-06-30", QUIET),
        ("2026-09-30", "2026-09-29", PARTLY),
        ("2026-07-01", "2026-06-30", PARTLY),
        ("2026-06-30", "2026-06-30", OVERDUE),
    ],
)
def test_a_delivery_is_held_against_the_first_and_last_day_of_the_quarter(
    loaded: str, newest: str | None, says: str
) -> None:
    delivery = Delivery("a", date.fromisoformat(loaded), newest and date.fromisoformat(newest), 1, 0, 0)  # type: ignore[arg-type]
    assert delivery.about(Period(2026, 3)) == says


def test_a_day_after_that_of_the_load_is_no_news(delivered: Path) -> None:
    """The newest day in the files is 2026-02-01; with one in the year 2199 it still is."""
    [before] = found(delivered, quality.deliveries)
    issues = ISSUES + "i7,c1,water,proposed,2199-01-01,,,\n"
    deliver(delivered, {"partners.csv": PARTNERS, "issues.csv": issues + "i6,c1,water,proposed,2026-01-06,soon,,\n"})
    [after] = found(delivered, quality.deliveries)
    assert before.newest == after.newest == date(2026, 2, 1)
    # 2 partners and 5 issues; then one more, and one that stands there twice
    assert (before.records, before.repeats) == (7, 0)
    assert (after.records, after.repeats) == (8, 1)


def test_an_issue_is_open_for_long_after_two_years_without_solution_or_end(delivered: Path) -> None:
    """Both accepted on 2023-02-01: the third is open, the fourth was stopped without a day."""
    assert found(delivered, quality.issues_open_long, date(2025, 2, 1)) == {}
    assert found(delivered, quality.issues_open_long, date(2025, 2, 2)) == {"a": 1}
    outcomes = "outcome_id,issue_id,delivered_date\no1,i3,2025-03-01\n"
    deliver(delivered, {"partners.csv": PARTNERS, "issues.csv": ISSUES, "outcomes.csv": outcomes})
    assert found(delivered, quality.issues_open_long, date(2025, 2, 28)) == {"a": 1}
    assert found(delivered, quality.issues_open_long, date(2025, 3, 1)) == {}


def test_people_measured_once_are_counted_a_year_after_and_once_each(tmp_path: Path) -> None:
    """p1 lacks two measurements after, p2 has them; p3 was measured again only later, p4 about no issue any more."""
    people = "participant_id,role\np1,student\np2,student\np3,student\np4,student\n"
    header = "participant_id,competence_code,design,moment,assessed_date,issue_id,score,scale_min,scale_max\n"
    lines = [
        "p1,x,pre_post,pre,2025-01-01,", "p1,y,pre_post,pre,2025-01-01,",
        "p2,x,pre_post,pre,2025-01-01,", "p2,x,pre_post,post,2025-06-01,",
        "p3,x,pre_post,pre,2025-01-01,", "p3,x,pre_post,post,2026-01-15,",
        "p4,x,pre_post,pre,2025-01-02,i1", "p4,x,pre_post,post,2025-10-01,",
    ]  # fmt: skip
    measured = header + "".join(f"{line},5,0,10\n" for line in lines)
    files = {"partners.csv": PARTNERS, "issues.csv": ISSUES, "participants.csv": people, "assessments.csv": measured}
    deliver(tmp_path, files)
    assert found(tmp_path, quality.people_measured_once, date(2025, 12, 31)) == {}
    assert found(tmp_path, quality.people_measured_once, date(2026, 1, 1)) == {"a": 2}
    assert found(tmp_path, quality.people_measured_once, date(2026, 1, 2)) == {"a": 3}
    assert found(tmp_path, quality.people_measured_once, date(2026, 1, 15)) == {"a": 2}
