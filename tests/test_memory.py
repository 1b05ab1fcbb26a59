"""What follows from what is published now and before: windows that overlap, few people more, corrected records."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import date

import pytest

from ppp_metrics.metrics.attack import ContradictionError, findings
from ppp_metrics.metrics.disclosure import threshold
from ppp_metrics.metrics.memory import remember
from ppp_metrics.metrics.metric import Metric
from ppp_metrics.metrics.populations import populations
from ppp_metrics.metrics.protection import Name, withheld_names
from ppp_metrics.metrics.publication import Release, Table, mix_of
from ppp_metrics.metrics.registry import METRICS, find_metric
from ppp_metrics.periods import Period

Rows = Mapping[str, float | None]
"""A value of the dimension, "" for the total, with its n; None where it is withheld."""


def table(metric: str, period: str, by: str = "", as_of: date | None = None) -> Table:
    days = Period.parse(period)
    return Table(
        metric=find_metric(metric), period=days, as_of=as_of or days.last_day, region="NL", by=(by,) if by else ()
    )


def release(*tables: tuple[Table, Rows], unsafe: Sequence[str] = ()) -> Release:
    found = Release()
    for asked, rows in tables:
        by = asked.by[0] if asked.by else ""
        found.add(
            asked,
            [
                ({by: group} if by else {}, {"n": n, "denominator": n}, n is None or group in unsafe)
                for group, n in rows.items()
            ],
        )
    return found


def decided(own: Release, *before: Release, edition: str = "coordinator") -> frozenset[Name]:
    memory = remember(own, before, lambda metric: threshold(metric, edition))
    return withheld_names(memory.cells.values(), memory.sums, memory.fixed) & own.cells.keys()


# --- days -------------------------------------------------------------------------------------------------------------


def test_the_year_less_its_other_quarters_is_the_quarter_that_is_withheld() -> None:
    # 2026: 40 = 10 + 14 + 2 + 14. The quarter of 2 is withheld for funders, so the year or a second quarter is, too
    year = table("issues_proposed_count", "2026"), {"": 40.0}
    counts = {"2026-Q1": 10.0, "2026-Q2": 14.0, "2026-Q3": 2.0, "2026-Q4": 14.0}
    quarters = table("issues_proposed_count", "2026", "quarter"), counts
    apart = [(table("issues_proposed_count", quarter), {"": count}) for quarter, count in counts.items()]
    for told in (release(year, quarters, unsafe=["2026-Q3"]), release(year, *apart[:2], apart[3], apart[2])):
        third = table("issues_proposed_count", "2026-Q3").name()
        hidden = decided(_withheld(told, third), edition="funder")
        assert third in hidden
        assert len(hidden) == 2


def _withheld(told: Release, name: Name) -> Release:
    from dataclasses import replace

    told.cells[name] = replace(told.cells[name], is_withheld=True)
    return told


def test_a_mean_is_held_where_few_people_changed_it() -> None:
    # 10 teachers in the year to June, 11 in that to September: 11 x the one less 10 x the other is what one scored
    june, september = (table("learning_gain_mean", period, "role") for period in ("2026-Q2", "2026-Q3"))
    before, own = release((june, {"teacher": 10})), release((september, {"teacher": 11, "student": 40}))
    assert decided(own, before) == {september.name({"role": "teacher"})}
    # five more are a group of their own; a year later nobody is in both
    assert decided(release((september, {"teacher": 15})), before) == set()
    later = table("learning_gain_mean", "2027-Q3", "role")
    assert decided(release((later, {"teacher": 11})), before) == set()


def test_of_two_new_means_the_earlier_is_held() -> None:
    june, september = (table("learning_gain_mean", period) for period in ("2026-Q2", "2026-Q3"))
    assert decided(release((june, {"": 30}), (september, {"": 33}))) == {june.name()}


def test_people_who_came_in_the_rest_of_a_quarter_are_a_cell() -> None:
    # 20 by the middle of the quarter, 22 at its end: the two who came can be told apart, so the end is not shown
    middle = table("participants_count", "2026-Q3", as_of=date(2026, 8, 15))
    end = table("participants_count", "2026-Q3")
    assert decided(release((end, {"": 22})), release((middle, {"": 20}))) == {end.name()}
    assert decided(release((end, {"": 27})), release((middle, {"": 20}))) == set()


# --- corrected records ------------------------------------------------------------------------------------------------


def test_what_an_earlier_version_withheld_stays_withheld() -> None:
    # 49 people: 30 students, 9 researchers, 7 experts, 3 teachers. First 9 went with the 3, then 7 would have
    by_role = table("participants_count", "2026-Q3", "role")
    everybody = table("participants_count", "2026-Q3")
    first = release((everybody, {"": 49}), (by_role, {"student": 30, "researcher": None, "expert": 7, "teacher": None}))
    second = release(
        (everybody, {"": 49}),
        (by_role, {"student": 30, "researcher": 9, "expert": 7, "teacher": 3}),
        unsafe=["teacher"],
    )
    names = {by_role.name({"role": role}) for role in ("teacher", "researcher")}
    hidden = decided(second, first)
    assert names <= hidden
    memory = remember(second, [first], lambda metric: 5)
    everything = [cell for cell in memory.cells.values() if cell.name not in hidden]
    assert everybody.name() in {cell.name for cell in everything}


def test_what_two_versions_show_differently_has_changed_and_the_rest_is_presumed() -> None:
    by_role, everybody = table("participants_count", "2026-Q3", "role"), table("participants_count", "2026-Q3")
    first = release((everybody, {"": 60}), (by_role, {"student": 40, "teacher": 20}))
    second = release((everybody, {"": 52}), (by_role, {"student": 40, "teacher": 12}))
    # 60 and 52 are both true of their day: nothing contradicts, nothing is withheld
    assert decided(second, first) == set()


def test_a_release_that_contradicts_itself_is_refused() -> None:
    # 12 people, of whom 20 are students
    told = release(
        (table("participants_count", "2026-Q3"), {"": 12}),
        (table("participants_count", "2026-Q3", "role"), {"student": 20, "teacher": 3}),
        unsafe=["teacher"],
    )
    with pytest.raises(ContradictionError):
        decided(told)


# --- what is the same, and what is a part -----------------------------------------------------------------------------


def _n(metric: Metric) -> str:
    counted = populations(metric)
    return (counted.get("n") or counted["denominator"]).measure


def test_one_population_has_one_name_whatever_metric_counts_it() -> None:
    # pairs completed in a year are no series followed up in it; the shares of improved people count the same people
    assert _n(METRICS["learning_gain_mean"]) == _n(METRICS["improved_share_pct"])
    assert _n(METRICS["learning_gain_mean"]) != _n(METRICS["learning_retention_pct"])
    # issues under a result obligation are those of the rate by obligation
    result = table("result_obligation_met_pct", "2026-Q3").quantities()["denominator"]
    assert dict(result.place)["obligation"] == "result"


def test_steps_of_a_cohort_are_parts_of_one_another() -> None:
    steps = ["proposed", "accepted", "delivered", "implemented", "embedded"]
    counted = [populations(METRICS[f"cohort_{step}_count"])["n"] for step in steps]
    for at, step in enumerate(counted):
        # what suppliers must have sent may differ; who is counted may not widen
        assert [step.is_part_of(wider) for wider in counted[1:at]] == [True] * max(0, at - 1)
        assert not any(wider.is_part_of(step) for wider in counted[:at])


def test_a_withheld_step_of_a_cohort_lies_between_its_neighbours() -> None:
    # 30 delivered, 28 in use and 27 embedded: of 28 that are withheld a reader knows 27 to 30
    counts = {"delivered": 30, "implemented": 28, "embedded": 27}
    told = release(*((table(f"cohort_{step}_count", "2026-Q3"), {"": count}) for step, count in counts.items()))
    name = table("cohort_implemented_count", "2026-Q3").name()
    [found] = findings(_withheld(told, name).cells.values(), told.sums())
    assert (found.low, found.high) == (27, 30)


def test_a_mix_in_a_note_is_withheld_where_it_would_give_a_cell_away() -> None:
    # 40 issues, 37 under an effort obligation; where the 3 others are withheld, the mix does not say 3 either
    rate, by = table("acceptance_rate_pct", "2026-Q3"), table("acceptance_rate_pct", "2026-Q3", "obligation")
    told = release((rate, {"": 40}), (by, {"effort": 37, "result": 3}), unsafe=["result"])
    told.add_mix(rate, {}, {"effort": 37, "result": 3}, is_withheld=False)
    assert mix_of(rate.name()) in decided(told, edition="funder")
