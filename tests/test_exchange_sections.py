"""Who learned from whom: the matrix of roles, what it says of school and company, and what it withholds.

    from \\ to         student | teacher | company employee
    student                     6         7
    teacher           -                   2 (two people)
    company employee  8         3

Everyone helps one other person once, but the first student, who helps two employees.
"""

from __future__ import annotations

import html
import re
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from ppp_metrics.metrics.dimensions import group_of, sliced_by
from ppp_metrics.reporting import dashboard
from ppp_metrics.reporting.dashboard import Report
from ppp_metrics.reporting.drawing import draw_late
from ppp_metrics.reporting.finished import read_page
from ppp_metrics.reporting.handover import Release, told_to_kernels
from ppp_metrics.reporting.html import render_page
from tests.networks import PERIOD, listed, make_network, network_files, run_notebook

HELPED = (
    [(f"s{at:02}", f"t{at}") for at in range(1, 7)]
    + [("s01", "m7"), *((f"s{at:02}", f"m{at}") for at in range(1, 7))]
    + [("t1", "m1"), ("t2", "m2")]
    + [(f"m{at}", f"s{at:02}") for at in range(1, 9)]
    + [(f"m{at}", f"t{at}") for at in range(1, 4)]
)


def interactions(helped: list[tuple[str, str]]) -> str:
    return "giver_id,receiver_id,interaction_date\n" + "".join(f"{a},{b},2025-06-01\n" for a, b in helped)


def employees() -> str:
    return network_files()["participants"] + "".join(f"m{at},company_employee,c1\n" for at in range(4, 9))


@pytest.fixture(autouse=True)
def release(tmp_path_factory: pytest.TempPathFactory) -> Iterator[None]:
    """Each report is of a release of its own that shows no totals, so that nothing follows from them."""
    with told_to_kernels(Release(tmp_path_factory.mktemp("release")), ()):
        yield


@pytest.fixture(scope="module")
def network(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return make_network(tmp_path_factory.mktemp("network"), interactions=interactions(HELPED), participants=employees())


@pytest.fixture(scope="module")
def report(network: Path) -> Callable[..., Report]:
    def opened(**changed: str) -> Report:
        asked = {"period": PERIOD, "region": "NL", "lang": "en", "edition": "coordinator"} | changed
        return dashboard.open_report(network, "learning_effects", **asked)

    return opened


def words(section: dashboard.Section) -> str:
    plain = re.sub(r"<svg.*?</svg>|<[^>]+>", " ", section.html, flags=re.DOTALL)
    return " ".join(html.unescape(plain).split())


def table(section: dashboard.Section) -> list[list[str]]:
    found = re.findall(r"<tr>(.*?)</tr>", section.html, flags=re.DOTALL)
    return [re.findall(r"<t[hd][^>]*>(.*?)</t[hd]>", row) for row in found]


def test_a_row_gives_and_a_column_receives(report: Callable[..., Report]) -> None:
    # two teachers gave to employees, and three received from these
    assert table(report().flows()) == [
        ["from whom ↓ to whom →", "Student", "Teacher", "Company employee"],
        ["Student", "–", "6", "7"],
        ["Teacher", "–", "–", "withheld"],
        ["Company employee", "8", "withheld", "–"],
    ]


def test_the_finding_says_what_ran_each_way_between_school_and_company(report: Callable[..., Report]) -> None:
    assert (
        "Between school and company, of what may be shown most learning ran between student and company employee: "
        "7 times from student to company employee, 8 times the other way."
    ) in words(report().flows())
    assert "7 keer van student naar medewerker bedrijf, 8 keer de andere kant op." in words(report(lang="nl").flows())


def test_the_drawing_marks_what_is_withheld_and_holds_no_number_of_it(report: Callable[..., Report]) -> None:
    made = report().flows()
    for drawing in re.findall(r"<svg.*?</svg>", draw_late(made.html), flags=re.DOTALL):
        texts = re.findall(r"<text[^>]*>([^<]*)</text>", drawing)
        assert sorted(text for text in texts if not re.search(r"[a-z]", text)) == ["6", "7", "8", *"××––––"]
        # student, teacher and employee: four squares lie between school and company
        assert len(re.findall(r'stroke-width="1.5"', drawing)) == 4
    assert {number["value"] for number in foot_numbers(report)} == {6, 7, 8, None}


def foot_numbers(report: Callable[..., Report]) -> list[dict]:
    opened = report()
    opened.flows()
    return opened.foot().about["numbers"]


@pytest.mark.parametrize(
    ("helped", "says"),
    [
        ([("s01", "s01")], "No interactions were delivered for this region and period."),
        (HELPED[:6], "No help between people of schools and employees of companies was recorded."),
        (HELPED[13:15], "How often school and company helped each other to learn is withheld."),
        (
            HELPED[15:23],
            "Between school and company most learning ran between student and company employee: "
            "0 times from student to company employee, 8 times the other way.",
        ),
    ],
)
def test_what_cannot_be_said_is_not_said(tmp_path: Path, helped: list[tuple[str, str]], says: str) -> None:
    folder = make_network(tmp_path, interactions=interactions(helped), participants=employees())
    opened = dashboard.open_report(folder, "learning_effects", period=PERIOD, region="NL", lang="en")
    assert says in words(opened.flows())


def test_a_cell_of_two_dimensions_is_traced_to_its_group(network: Path, report: Callable[..., Report]) -> None:
    notebook = run_notebook("learning_effects", workspace=str(network), period=PERIOD, region="NL", lang="en")
    [flows] = [
        (table, rows)
        for table, rows, _ in read_page(listed(notebook, "en"), render_page(notebook)).tables()
        if table.metric.id == "learning_flow_count"
    ]
    assert flows[0].by == ("giver_role", "receiver_role")
    assert [(*group.values(), numbers.get("value"), hidden) for group, numbers, hidden in flows[1]] == [
        ("student", "teacher", 6, False),
        ("student", "company_employee", 7, False),
        ("teacher", "company_employee", None, True),
        ("company_employee", "student", 8, False),
        ("company_employee", "teacher", None, True),
    ]


def test_a_group_has_a_value_of_each_dimension() -> None:
    assert sliced_by(None) == ()
    assert sliced_by("theme") == ("theme",)
    assert group_of(None, "") == {}
    assert group_of("theme", "water/wind") == {"theme": "water/wind"}
    assert group_of(["role", "theme"], "student/water/wind") == {"role": "student", "theme": "water/wind"}
    both = {"pair_roles": "student/teacher", "theme": "water/wind"}
    assert group_of(["pair_roles", "theme"], "student/teacher/water/wind") == both
    assert group_of(["pair_roles", "theme"], "unknown/water") == {"pair_roles": "unknown", "theme": "water"}
    assert group_of("pair_roles", "student/teacher") == {"pair_roles": "student/teacher"}
