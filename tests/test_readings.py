"""A load says how it read what does not go without saying, once a column, and shows no text of a person."""

from __future__ import annotations

from pathlib import Path

import pytest

from ppp_metrics.errors import DataError
from tests.deliveries import PARTNERS, deliver, put_aside

ISSUES = "issue_id,partner_id,theme_code,status,proposed_date\n"
PEOPLE = "participant_id,role\nd1,student\n"


def issues(*days: str) -> dict[str, str]:
    lines = "".join(f"i{at},c1,water,proposed,{day}\n" for at, day in enumerate(days))
    return {"partners.csv": PARTNERS, "issues.csv": ISSUES + lines}


def test_dates_that_nothing_settles_are_told_once_with_the_way_out(tmp_path: Path) -> None:
    result = deliver(tmp_path, issues("9/7/2026", "8/7/2026", "7/7/2026"))
    assert [notice.render("en") for notice in result.notices] == [
        "issues.csv: dates of proposed_date that can be read in two ways, such as 9/7/2026, are put aside: 2. No date "
        "in the file shows whether the day or the month comes first. Write them as 2026-09-30."
    ]
    assert [(row, column, reason) for _, row, column, _, reason in put_aside(tmp_path)] == [
        (2, "proposed_date", "This is a day in"),
        (3, "proposed_date", "This is a day in"),
    ]
    with pytest.raises(DataError, match=r"dates of proposed_date .* are put aside: 2"):
        deliver(tmp_path, issues("9/7/2026", "8/7/2026"), strict=True)


def test_dates_that_contradict_each_other_are_told_so(tmp_path: Path) -> None:
    result = deliver(tmp_path, issues("9/7/2026", "27/7/2026", "7/27/2026"))
    assert "Of the other dates some have the day first, some the month." in str(result.notices[0])


def test_dates_with_the_month_first_are_read_and_told(tmp_path: Path) -> None:
    result = deliver(tmp_path, issues("9/7/2026", "7/27/2026"), strict=True)
    assert [str(reading) for reading in result.readings] == [
        "issues.csv: dates such as 9/7/2026 are read with the month first (7 September), as other dates of the file "
        "show."
    ]


def test_numbers_that_the_column_settles_or_not_are_told(tmp_path: Path) -> None:
    stay = 'participant_id,issue_id,start_date,hours\nd1,i0,2026-01-05,1.300\nd1,i0,2026-01-06,"7,5"\n'
    outcomes = "outcome_id,issue_id,delivered_date,value_eur\no1,i0,2026-02-01,1.300\n"
    result = deliver(
        tmp_path,
        issues("2026-01-05") | {"participants.csv": PEOPLE, "participations.csv": stay, "outcomes.csv": outcomes},
    )
    assert [str(reading) for reading in result.readings] == [
        "participations.csv: numbers of hours such as 1.300 / 1,300 are read as 1300 / 1.3, as other cells of the "
        "column show: 1."
    ]
    assert [str(notice) for notice in result.notices] == [
        "outcomes.csv: numbers of value_eur that can be read in two ways, such as 1.300, are put aside: 1. The other "
        "cells do not show which is meant. Leave out the separator of thousands: 1300, or 1300.50."
    ]


def test_a_word_in_place_of_a_registration_number_is_not_told_itself(tmp_path: Path) -> None:
    partners = "partner_id,name,partner_type,registration_number,region_code\n"
    partners += "c1,Aa,company,ask Jan,NL11\nc2,Bee,company,00000000,NL11\nc3,Cee,company,n.v.t.,Groningen\n"
    result = deliver(tmp_path, {"partners.csv": partners})
    assert [reading.render("nl") for reading in result.readings] == [
        "partners.csv: cellen van registration_number met een woord voor niets (00000000, n.v.t.) zijn als leeg "
        "gelezen: 3.",
        "Partners: namen in region_code zijn gelezen als regiocodes: Groningen = NL11.",
    ]
