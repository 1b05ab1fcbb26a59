"""What a release withholds as a whole, in random networks, attacked over everything it publishes at once."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from datetime import date
from pathlib import Path
from typing import Any

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from ppp_metrics.metrics.attack import findings
from ppp_metrics.metrics.protection import Name
from ppp_metrics.metrics.publication import Release, Table
from ppp_metrics.metrics.registry import find_metric
from ppp_metrics.metrics.relations import prepare
from ppp_metrics.periods import Period
from ppp_metrics.reporting.plan import Job
from ppp_metrics.reporting.release import Question, withheld_in
from tests.attacker import Key, ranges
from tests.random_worlds import A_FEW
from tests.worlds import add_rows, world

PROVINCES = {"NL11": "NL114", "NL12": "NL127", "NL13": "NL131"}
"""Three provinces, each with the area in it where its people work."""
ROLES = ("student", "teacher", "expert", "company_employee")
ASKED: list[Question] = [
    {"metric": "participants_count", "period": "2025-Q4"},
    {"metric": "participants_count", "period": "2025-Q4", "by": "role"},
    {"metric": "lifelong_learners_count", "period": "2025-Q4"},
]
LIFELONG = "everyone but students"


def job(region: str, edition: str = "coordinator", lang: str = "nl") -> Job:
    return Job(Path("learning_effects.ipynb"), ".", "2025-Q4", region, lang, edition, "", "", "")


def name_of(region: str, metric: str, role: str | None = None) -> Name:
    table = Table(
        metric=find_metric(metric),
        period=Period(2025, 4),
        as_of=date(2025, 12, 31),
        region=region,
        by=("role",) if role else (),
    )
    return table.name({"role": role} if role else {})


def network(people: dict[tuple[str, str], int]) -> Any:
    """A session with so many people in each province and role, each on one issue of a company there."""
    con = world(
        "partners\npartner_id | region_code\n" + "\n".join(f"c{each} | {area}" for each, area in PROVINCES.items())
    )
    issues = [{"issue_id": f"i{each}", "partner_id": f"c{each}", "proposed_date": "2025-01-01"} for each in PROVINCES]
    add_rows(con, "issues", issues)
    names = [
        (f"{role}{province}{k}", role, province) for (province, role), count in people.items() for k in range(count)
    ]
    add_rows(con, "participants", [{"participant_id": name, "role": role} for name, role, _ in names])
    rows = [
        {"participant_id": name, "issue_id": f"i{province}", "start_date": "2025-02-01"} for name, _, province in names
    ]
    add_rows(con, "participations", rows)
    prepare(con)
    return con


def published(people: dict[tuple[str, str], int]) -> dict[Key, int]:
    """Every cell of the reports on the country and its provinces: (province, role), a total without, or lifelong."""
    cells: Counter[Key] = Counter()
    for (province, role), count in people.items():
        for place in (province, None):
            cells[place, role] += count
            cells[place, None] += count
            cells[place, LIFELONG] += count * (role != "student")
    return {key: count for key, count in cells.items() if count}


def is_counted(inner: tuple[str, ...], key: Key) -> bool:
    province, role = inner
    return key[0] in (None, province) and (key[1] in (None, role) or (key[1] == LIFELONG and role != "student"))


def of(names: frozenset[Name], cells: dict[Key, int]) -> set[Key]:
    """Which of the cells are withheld."""
    found: set[Key] = set()
    for region, role in cells:
        metric = "lifelong_learners_count" if role == LIFELONG else "participants_count"
        if name_of(region or "NL", metric, None if role == LIFELONG else role) in names:
            found.add((region, role))
    return found


PEOPLE = st.dictionaries(
    st.tuples(st.sampled_from(list(PROVINCES)), st.sampled_from(ROLES)),
    st.one_of(st.integers(1, 6), st.integers(1, 30)),
    min_size=1,
)


@given(PEOPLE)
def test_nobody_with_all_reports_works_out_a_group(people: dict[tuple[str, str], int]) -> None:
    cells = published(people)
    jobs = {job(region): ASKED for region in ("NL", *PROVINCES)}
    withheld = of(withheld_in(network(people), jobs), cells)
    assert {key for key, count in cells.items() if count < 5} <= withheld
    shown = {key: count for key, count in cells.items() if key not in withheld}
    for key, possible in ranges(shown, sorted(withheld, key=str), sorted(people), is_counted).items():
        assert len(possible) >= 5, (key, possible, shown)


@settings(max_examples=A_FEW)
@given(PEOPLE)
def test_both_editions_withhold_the_same_people(people: dict[tuple[str, str], int]) -> None:
    con, regions = network(people), ("NL", *PROVINCES)
    coordinator = withheld_in(con, {job(region): ASKED for region in regions})
    companies: list[Question] = [*ASKED, {"metric": "issues_proposed_count", "period": "2025"}]
    funder = withheld_in(con, {job(region, "funder"): companies for region in regions})
    assert {name for name in funder if name[0] != "issues_proposed_count"} == coordinator


def shown_to_readers(regions: Sequence[str], withheld: frozenset[Name], cells: dict[Key, int]) -> Release:
    """What the reports on some regions show."""
    release = Release({"NL": sorted(PROVINCES)})
    for region in regions:
        place = None if region == "NL" else region
        for metric, roles in (
            ("participants_count", [None]),
            ("participants_count", [role for own, role in cells if own == place and role in ROLES]),
            ("lifelong_learners_count", [LIFELONG]),
        ):
            by = ("role",) if set(roles) <= set(ROLES) and roles else ()
            table = Table(
                metric=find_metric(metric), period=Period(2025, 4), as_of=date(2025, 12, 31), region=region, by=by
            )
            rows = []
            for role in roles:
                group = {"role": str(role)} if by else {}
                is_withheld = table.name(group) in withheld
                rows.append((group, {} if is_withheld else {"n": cells.get((place, role), 0)}, is_withheld))
            release.add(table, rows)
    return release


@given(PEOPLE)
@example({("NL11", "student"): 5, ("NL11", "teacher"): 4, ("NL12", "teacher"): 1})
@example({("NL11", "student"): 3, ("NL11", "expert"): 1, ("NL12", "teacher"): 5})
def test_around_what_was_published_before_nobody_does_or_the_attack_tells(people: dict[tuple[str, str], int]) -> None:
    """First the country alone, then its provinces. In the second example no choice of cells is safe any more.

    Friesland has teachers only, and the country's 5 teachers and 9 people stand there: so Groningen has 4.
    """
    con, cells = network(people), published(people)
    first = withheld_in(con, {job("NL"): ASKED})
    before = shown_to_readers(["NL"], first, cells)
    names = first | withheld_in(con, {job(region): ASKED for region in PROVINCES}, [before])
    withheld = of(names, cells)
    shown = {key: count for key, count in cells.items() if key not in withheld}
    narrow = [
        key
        for key, possible in ranges(shown, sorted(withheld, key=str), sorted(people), is_counted).items()
        if len(possible) < 5
    ]
    everything = shown_to_readers(["NL", *PROVINCES], names, cells)
    found = findings(everything.cells.values(), everything.sums())
    assert found or not narrow, narrow


def test_what_can_be_protected_around_what_was_published_is() -> None:
    """The country shows 15 students and 15 teachers; of Groningen's 4 teachers and Friesland's 11 nothing follows."""
    people = {("NL11", "student"): 15, ("NL11", "teacher"): 4, ("NL12", "teacher"): 11}
    con, cells = network(people), published(people)
    first = withheld_in(con, {job("NL"): ASKED})
    before = shown_to_readers(["NL"], first, cells)
    withheld = of(first | withheld_in(con, {job(region): ASKED for region in PROVINCES}, [before]), cells)
    shown = {key: count for key, count in cells.items() if key not in withheld}
    assert ("NL11", "student") in shown
    for key, possible in ranges(shown, sorted(withheld, key=str), sorted(people), is_counted).items():
        assert len(possible) >= 5, key


@pytest.mark.parametrize("edition", ["coordinator", "funder"])
def test_shares_are_no_way_round(edition: str) -> None:
    """Improved: 12 of 20 students and 1 of 9 teachers; all together 13 of 29."""
    con = network({("NL11", "student"): 20, ("NL11", "teacher"): 9})
    for role, count, improved in (("student", 20, 12), ("teacher", 9, 1)):
        for moment, day in (("pre", "2025-03-01"), ("post", "2025-10-01")):
            add_rows(
                con,
                "assessments",
                [
                    {"participant_id": f"{role}NL11{k}", "moment": moment, "assessed_date": day, "issue_id": "iNL11",
                     "score": "60" if moment == "post" and k < improved else "50"}
                    for k in range(count)
                ],
            )  # fmt: skip
    asked: list[Question] = [
        {"metric": "improved_share_pct", "period": "2025-Q4"},
        {"metric": "improved_share_pct", "period": "2025-Q4", "by": "role"},
    ]
    names = withheld_in(con, {job("NL11", edition): asked})
    roles = {dict(place)["role"] for _, place in names}
    assert roles == {"student", "teacher"}
