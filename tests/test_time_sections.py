"""Implementation over time: each obligation by itself, with its numbers at risk, and no claim without its interval.

Of the network's issues, accepted on 2024-03-01 and followed until the end of 2025 (670 days), 20 are under a result
obligation, of which 10 were in use from day 184, and 20 under an effort obligation, of which 1 was.
"""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from tests.networks import make_network, network_files
from tests.shown import drawn, opened, rows, text


@pytest.fixture(scope="module")
def network(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return make_network(tmp_path_factory.mktemp("network"))


def test_each_obligation_has_its_own_shares_and_never_one_together(network: Path) -> None:
    made = opened(network).implementation_over_time()
    shares, at_risk = rows(made)[:2], rows(made)[2:]
    # nobody was followed for 730 days; the result obligations reach one half with the 10 of 20 on day 184
    assert [row[:3] + row[4:7] for row in shares] == [
        ["Result obligation", "20", "50.0%", "unknown", "–", "184"],
        ["Effort obligation", "20", "5.0%", "unknown", "–", "not reached yet"],
    ]
    assert [row[:5] for row in at_risk] == [
        ["Result obligation", "20", "20", "10", "10"],
        ["Effort obligation", "20", "20", "19", "19"],
    ]
    assert "27.5%" not in text(made)


def test_the_finding_tells_the_share_with_its_interval(network: Path) -> None:
    said = text(opened(network).implementation_over_time())
    assert "Result obligation: of 20 issues 50.0% were in use 12 months after acceptance (95% interval 2" in said
    assert "Effort obligation: of 20 issues 5.0% were in use 12 months after acceptance (95% interval 0." in said


def test_two_curves_are_drawn_each_with_its_numbers_at_risk(network: Path) -> None:
    made = opened(network).implementation_over_time()
    # on one line in the wide drawing, on two in the narrow one
    assert len(re.findall(">can still come( into use)?<", made.html)) == 2 * 2
    assert "Result (n\N{NO-BREAK SPACE}=\N{NO-BREAK SPACE}20)" in drawn(made)
    assert "Effort (n\N{NO-BREAK SPACE}=\N{NO-BREAK SPACE}20)" in drawn(made)


def test_a_closed_issue_can_no_longer_come_into_use(tmp_path: Path) -> None:
    # 9 of the 19 effort issues still open were stopped on 2024-06-01: day 92
    header, *lines = network_files()["issues"].splitlines()
    stopped = [
        f"{line},2024-06-01".replace("in_progress", "stopped") if at < 9 else f"{line},"
        for at, line in enumerate(sorted(lines, key=lambda line: "in_progress" not in line))
    ]
    place = make_network(tmp_path, issues="\n".join([f"{header},closed_date", *stopped]) + "\n")
    made = opened(place).implementation_over_time()
    [effort] = [row for row in rows(made)[2:] if row[0] == "Effort obligation"]
    # 20 - 9 can still come into use at 6 months; 10 after the one of day 184
    assert effort[1:5] == ["20", "11", "10", "10"]
    # as declined and stopped issues count as not in use, 1 of 20 it stays
    assert [row[2] for row in rows(made)[:2] if row[0] == "Effort obligation"] == ["5.0%"]


def test_a_curve_ends_where_few_can_still_come_into_use(tmp_path: Path) -> None:
    # of the 20 result issues, all but 4 were in use from day 184
    files = network_files()
    lines = [
        line.replace("2024-06-01,,", "2024-06-01,2024-09-01,") if int(line.split(",")[0][5:] or 0) <= 16 else line
        for line in files["outcomes"].splitlines()
        if line.startswith("water")
    ]
    place = make_network(tmp_path, outcomes="\n".join([files["outcomes"].splitlines()[0], *lines]) + "\n")
    at_risk = {row[0]: row[1:] for row in rows(opened(place).implementation_over_time())[2:]}
    assert at_risk["Result obligation"] == ["20", "20", "–", "–", "–"]
    assert at_risk["Effort obligation"] == ["20", "20", "20", "20", "–"]


def test_too_few_issues_are_said_and_not_drawn(network: Path) -> None:
    # Friesland: 4 issues under either obligation
    made = opened(network, region="NL12").implementation_over_time()
    assert "No share is given for: result obligation (too few) and effort obligation (too few)." in text(made)
    assert "<svg" not in made.html


def test_what_the_edition_for_funders_withholds_is_nowhere(network: Path) -> None:
    # Friesland has two companies
    made = opened(network, region="NL12", edition="funder").implementation_over_time()
    assert "This cannot be shown: the total is withheld, so it is not broken down." in text(made)
    assert rows(made) == []


def test_where_nothing_is_known_that_is_said(network: Path) -> None:
    made = opened(network, region="NL42").implementation_over_time()
    assert text(made) == (
        "Implementation over time Of no issue in this region it is known when it was accepted and whether it came into "
        "use since."
    )


def test_in_dutch(network: Path) -> None:
    said = text(opened(network, lang="nl").implementation_over_time())
    assert "Resultaatverplichting: van 20 vraagstukken was 50,0% in gebruik 12 maanden na aanname" in said
