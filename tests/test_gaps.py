"""What a report says of what its numbers do without, and that no sentence claims more than is known."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import pytest

from ppp_metrics.language import Message
from ppp_metrics.metrics.registry import METRICS
from ppp_metrics.reporting import gaps, words
from ppp_metrics.reporting.headline import partnership_targets
from ppp_metrics.reporting.words import Number
from tests.deliveries import deliver
from tests.networks import make_network, network_files
from tests.shown import opened, rows, text


def number(metric_id: str = "value_created_eur", *notes: str, value: float | None = 10.0, label: str = "") -> Number:
    return Number(
        metric=METRICS[metric_id],
        keys=(label,) if label else (),
        label=label,
        value=value,
        low=None,
        high=None,
        n=3,
        numerator=None,
        denominator=None,
        notes=notes,
        edition="coordinator",
    )


@pytest.mark.parametrize(
    ("note", "en", "nl"),
    [
        ("18 of 20 amounts unread", "could not be read: 18 of 20 amounts", "niet te lezen: 18 van de 20 bedragen"),
        ("3 references unread", "could not be read: references 3", "niet te lezen: verwijzingen 3"),
        ("some hours unread", "some numbers of hours could not be read", "sommige aantallen uren waren niet te lezen"),
        (
            "8 without a date",
            "without a date, and so counted in no period: 8",
            "zonder datum, en daarom in geen enkele periode geteld: 8",
        ),
        (
            "some without a date",
            "some have no date, and so count in no period",
            "sommige hebben geen datum en tellen daarom in geen enkele periode mee",
        ),
        (
            "without 1 of 6 suppliers",
            "1 of 6 suppliers never sent what this needs, and do not count in it",
            "1 van de 6 leveranciers hebben nooit aangeleverd wat hiervoor nodig is, en tellen niet mee",
        ),
    ],
)
def test_each_note_has_its_words(note: str, en: str, nl: str) -> None:
    [told] = gaps.lacking(number("value_created_eur", "evidence: verified 3", note))
    assert isinstance(told, Message)
    assert told.render("en") == en
    assert told.render("nl") == nl or note.startswith("without")


def test_where_nobody_sent_it_there_is_nothing_to_tell_beside_the_number() -> None:
    nobody = number("value_created_eur", "no_data", "without 2 of 2 suppliers", value=None)
    assert nobody.is_unsent
    assert gaps.lacking(nobody) == []
    assert not number("value_created_eur", "without 1 of 2 suppliers").is_unsent


def test_rows_put_aside_are_told_by_table_and_counted_where_they_may_be() -> None:
    told = gaps.rows_aside(number("learning_hours", "rows put aside: issues 2, participations"), "nl")
    assert told == {"issues": "Innovatievraagstukken 2", "participations": "Deelnames"}


def test_the_largest_are_all_that_are_equally_large() -> None:
    some = [number(label=label, value=value) for label, value in (("a", 3), ("b", 5), ("c", 5), ("d", None))]
    assert [each.label for each in words.largest(some)] == ["b", "c"]
    assert words.largest(some[3:]) == []
    assert words.largest([replace(some[0], value=0)]) == []


# --- on a network -----------------------------------------------------------------------------------------------------


PARTNERSHIPS = "partnership_id,name,region_code\np1,East,NL11\np2,West,NL\n"
TARGETS = """metric_id,period,target_value,partnership_id
implementation_rate_pct,2025,25,
implementation_rate_pct,2025,40,p1
issues_proposed_count,2025-Q4,9,p2
"""


@pytest.fixture(scope="module")
def network(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Of the day on which an issue was accepted one cannot be read, and of a solution's day none of its row is kept.

    The issues on water are East's but for those of Friesland (c9 and c10), the others West's.
    """
    files = network_files()
    header, *lines = files["issues"].splitlines()
    east = [line.split(",")[2] == "water" and line.split(",")[1] not in ("c9", "c10") for line in lines]
    placed = [f"{line},{'p1' if is_east else 'p2'}" for line, is_east in zip(lines, east, strict=True)]
    placed = [line.replace("2024-03-01", "soon") if line.startswith("energy20,") else line for line in placed]
    outcomes = files["outcomes"].replace("water20,water20,2024-06-01", "water20,water20,once")
    return make_network(
        tmp_path_factory.mktemp("network"),
        partnerships=PARTNERSHIPS,
        issues="\n".join([f"{header},partnership_id", *placed]) + "\n",
        outcomes=outcomes,
        targets=TARGETS,
    )


def test_a_card_and_the_first_paragraph_tell_what_numbers_do_without(network: Path) -> None:
    made = text(opened(network).headline())
    # 39 issues are left, and 11 solutions in use
    assert "n = 39 without a date, and so counted in no period: 1" in made
    assert "Rows put aside and not counted: Outcomes 1." in made
    assert "niet meetellen: Oplossingen 1." in text(opened(network, lang="nl").headline())


def test_a_section_tells_it_of_its_own_numbers_and_of_rows_once(network: Path) -> None:
    report = opened(network)
    made = text(report.kinds())
    assert "Implementation rate" in made
    assert "without a date, and so counted in no period: 1." in made
    assert "Rows put aside and not counted: Outcomes 1." in made
    assert "Rows put aside" not in text(report.obligations())
    # energy20 is of c10, in Friesland: those of Groningen all have their day
    assert "without a date" not in text(opened(network, region="NL11").headline())


def test_a_partnerships_target_stands_in_the_report_of_its_region(network: Path) -> None:
    # East: 8 of its 16 issues were in use within a year; the three new ones are of East, none of West
    [table] = partnership_targets(opened(network), ("issues_proposed_count", "implementation_rate_pct"))
    assert [list(map(str, row)) for row in table.rows] == [
        ["West", "Issues proposed", "9", "–", "nothing recorded"],
        ["East", "Implementation rate", "40.0%", "50.0%", "not certain"],
    ]
    made = rows(opened(network, region="NL11").headline())
    assert ["East", "Implementation rate", "40.0%", "50.0%", "not certain"] in made
    assert not any("West" in row for row in made)
    assert "Targets of partnerships" not in text(opened(network, region="NL12").headline())
    assert "Streefwaarden van samenwerkingsverbanden" in text(opened(network, lang="nl").headline())


@pytest.mark.parametrize(
    ("lang", "unknown", "unrecorded"),
    [
        (
            "en",
            "It is not known which companies were active",
            "Whether companies accepted the solutions is not recorded.",
        ),
        ("nl", "Welke bedrijven in deze regio actief waren, is niet bekend", "aanvaardden, is niet vastgelegd."),
    ],
)
def test_what_a_list_does_not_hold_is_not_said_to_be_nought_or_few(
    tmp_path: Path, lang: str, unknown: str, unrecorded: str
) -> None:
    """A list of projects: it knows no kinds of partners, no acceptance by companies, and no learning."""
    files = network_files()
    partners = files["partners"].replace(",company,", ",other,").replace(",university_of_applied_sciences,", ",other,")
    outcomes = files["outcomes"].replace(",accepted_by_company,", ",remark,")
    known = {"themes": files["themes"], "issues": files["issues"], "partners": partners, "outcomes": outcomes}
    (tmp_path / "ppp.toml").write_text('name = "List"\n', encoding="utf-8")
    deliver(tmp_path, {f"{name}.csv": rows for name, rows in known.items()}, "list")
    report = opened(tmp_path, lang=lang)
    assert unknown in text(report.companies())
    assert unknown in text(report.places())
    made = text(report.obligations())
    assert unrecorded in made
    assert "Too few" not in made
    assert "Te weinig" not in made


def test_most_and_all_are_said_of_what_may_be_shown(network: Path, tmp_path: Path) -> None:
    made = text(opened(network).places())
    # no issue lies in the four quarters but the three new ones, of c1, c2 and c3
    assert "Companies" in made
    # to a funder Friesland's two companies are withheld, so that nobody knows whether they are fewer
    files = network_files()
    issues = files["issues"].replace("2024-03-01", "2025-03-01").replace("2024-02-01", "2025-02-01")
    outcomes = files["outcomes"].replace("2024", "2025")
    place = make_network(tmp_path, issues=issues, outcomes=outcomes)
    assert "Companies from 2 areas were active. Most are in Groningen: 8." in text(opened(place).places())
    said = text(opened(place, edition="funder").places())
    assert "Most are in Groningen" not in said
    assert "In each area too few companies" in said or "Of the areas that may be shown" in said
    # people: 12 students, 6 teachers, and 3 employees, who are withheld
    assert "The largest group that may be shown: student (12)." in text(
        opened(place, "learning_effects").participants()
    )
