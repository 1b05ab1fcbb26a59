"""What a report says of differences: up or down only where that is no chance, and never because of intervals."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.deliveries import deliver
from tests.shown import opened, text

PEOPLE = "participant_id,role,partner_id\n"
MEASURED = "participant_id,competence_code,design,moment,assessed_date,score,scale_min,scale_max\n"


def network(folder: Path, then: tuple[int, int], now: tuple[int, int], **more: str) -> Path:
    """So many issues accepted, and of those used within a year, in 2023 and in 2024: what Q4 2024 and Q4 2025 tell."""
    partners = ["partner_id,name,partner_type,region_code", *(f"c{at},Company {at},company,NL114" for at in range(8))]
    issues = ["issue_id,partner_id,theme_code,obligation,status,proposed_date,accepted_date"]
    outcomes = ["outcome_id,issue_id,delivered_date,implemented_date"]
    for year, (trials, hits) in ((2023, then), (2024, now)):
        for at in range(trials):
            key, status = f"i{year}-{at}", "implemented" if at < hits else "in_progress"
            issues.append(f"{key},c{at % 8},water,result,{status},{year}-02-01,{year}-03-01")
            outcomes += [f"{key},{key},{year}-06-01,{year}-09-01"] if at < hits else []
    files = {"partners": partners, "issues": issues, "outcomes": outcomes}
    (folder / "ppp.toml").write_text('name = "Net"\n', encoding="utf-8")
    deliver(folder, {f"{name}.csv": "\n".join(lines) + "\n" for name, lines in files.items()} | more)
    return folder


@pytest.mark.parametrize(
    ("then", "now", "said"),
    [
        # 10 and 20 of 40: from 3.8 to 43.3, though 14.2 to 40.2 % and 35.2 to 64.8 % overlap
        ((40, 10), (40, 20), "Up from 25.0% a year ago."),
        ((40, 20), (40, 10), "Down from 50.0% a year ago."),
        # 15 and 20 of 40: from -8.8 to 32.2
        ((40, 15), (40, 20), "A year ago it was 37.5%: that it is higher now could be chance."),
        ((40, 20), (40, 15), "A year ago it was 50.0%: that it is lower now could be chance."),
        ((20, 10), (40, 20), "A year ago it was 50.0%, too."),
        ((3, 1), (40, 20), "It cannot be compared with a year earlier."),
    ],
)
def test_a_rate_is_up_or_down_only_where_that_is_no_chance(
    tmp_path: Path, then: tuple[int, int], now: tuple[int, int], said: str
) -> None:
    assert said in text(opened(network(tmp_path, then, now)).headline())


def test_in_dutch_what_may_be_chance_is_not_certain(tmp_path: Path) -> None:
    place = network(tmp_path, (40, 15), (40, 20))
    assert "Of dit echt hoger is dan een jaar eerder (37,5%), is niet zeker." in text(
        opened(place, lang="nl").headline()
    )


def test_a_change_says_how_much_of_both_periods_is_the_same(tmp_path: Path) -> None:
    place = network(tmp_path, (40, 10), (40, 20))
    made = text(opened(place).headline())
    # the year of a quarter before shares three of its four; that of a year before none
    assert "Q3 2025 50.0% ±0; 3 of the 4 quarters are the same Q4 2024 25.0% +25.0" in made
    explored = text(opened(place, "theme_explorer").headline())
    assert "Q3 2025 37.5% ±0; all that counted then counts still" in explored


def test_roles_are_told_apart_by_drawing_people(tmp_path: Path) -> None:
    """Students gain 20 to 29 and teachers 5 to 14, employees 12 to 21; everybody is measured twice in 2025."""
    gains = {"student": 20, "teacher": 5, "company_employee": 12}
    people = PEOPLE + "".join(f"{role}{at},{role},c1\n" for role in gains for at in range(10))
    measured = MEASURED + "".join(
        f"{role}{at},research,pre_post,{moment},2025-0{month}-01,{score},0,100\n"
        for role, gain in gains.items()
        for at in range(10)
        for moment, month, score in (("pre", 2, 40), ("post", 6, 40 + gain + at))
    )
    place = network(tmp_path, (40, 10), (40, 20), **{"participants.csv": people, "assessments.csv": measured})
    said = text(opened(place, "learning_effects").gains_by_role())
    assert "On average people gained 16.8 points of 100" in said
    assert "Clearly above average (16.8): student (24.5). Clearly below: teacher (9.5)." in said
    assert "The other differences could be chance." in said
