"""One question, any slice: dimensions, regions, suppliers, what is refused, and what holds whatever the records."""

from __future__ import annotations

from datetime import date, timedelta
from pathlib import Path
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from ppp_metrics.errors import UsageError
from ppp_metrics.metrics.compute import MEASURES, compute
from ppp_metrics.metrics.dimensions import DIMENSIONS, dimension_labels
from ppp_metrics.metrics.places import find_region, regions_with_data, targets_for
from ppp_metrics.metrics.registry import METRICS, dimensions_of
from ppp_metrics.periods import Period
from ppp_metrics.records.store import Store
from tests.random_worlds import A_FEW
from tests.worlds import TODAY, add_rows, answer, world

NETWORK = """
    regions
    region_code | name          | parent_code | level
    stad        | Utrecht Stad  | NL310       | -
    wijk        | Utrecht Oost  | stad        | -

    partners
    partner_id | region_code | size_class | sector_code
    old        | NL310       | small      | C
    new        | NL35        | large      | -
    own        | wijk        | -          | -
    hague      | NL332       | -          | -
    norway     | -           | -          | -

    partnerships
    partnership_id | name        | region_code | programme | phase
    p1             | Waterkracht | NL361       | coe       | start

    themes
    theme_code | name_en | name_nl | parent_code
    water      | Water   | Water   | -
    dikes      | Dikes   | Dijken  | water

    workplaces
    workplace_id | workplace_type
    w1           | living_lab

    issues
    issue_id | partner_id | theme_code | partnership_id | workplace_id | innovation_type | proposed_date
    i1       | old        | water      | p1             | w1           | product         | 2025-01-01
    i2       | new        | dikes      | -              | -            | -               | 2025-04-01
    i3       | own        | dikes      | -              | -            | -               | 2025-04-01
    i4       | hague      | water      | p1             | -            | service         | 2025-12-31
"""


def counts(dimension: str, **options: Any) -> dict:
    return dict(
        answer(world(NETWORK), "issues_proposed_count", "2025", f"{dimension} value", by=[dimension], **options)
    )


def test_old_and_new_codes_are_one_area_and_areas_of_ones_own_lie_below() -> None:
    assert counts("region0") == {"NL": 4}
    assert counts("region1") == {"NL3": 4}
    assert counts("region2") == {"NL35": 3, "NL36": 1}
    # a company of which only the province is known
    assert counts("region3") == {"NL350": 2, "NL361": 1, "unknown": 1}


@pytest.mark.parametrize(
    ("region", "value"),
    [("NL", 4), ("NL31", 3), ("NL35", 3), ("NL350", 2), ("stad", 1), ("wijk", 1), ("NL36", 1), ("NL11", 0), (None, 4),
     ("Utrecht", 3), ("zuid-holland", 1)],
)  # fmt: skip
def test_a_region_includes_everything_below_it_by_its_old_or_new_code(region: str | None, value: int) -> None:
    assert answer(world(NETWORK), "issues_proposed_count", "2025", region=region) == [(value,)]


def test_an_issue_lies_where_its_company_lies_and_else_where_its_partnership_does() -> None:
    con = world(NETWORK)
    con.execute("update partners set region_code = null where partner_id = 'old'")
    assert answer(con, "issues_proposed_count", "2025", "region2 value", by=["region2"]) == [("NL35", 2), ("NL36", 2)]


@pytest.mark.parametrize(
    ("dimension", "groups"),
    [
        ("partnership", {"p1": 2, "unknown": 2}),
        ("programme", {"coe": 2, "unknown": 2}),
        ("phase", {"start": 2, "unknown": 2}),
        ("theme", {"water": 2, "dikes": 2}),
        ("theme_parent", {"water": 4}),
        ("partner", {"old": 1, "new": 1, "own": 1, "hague": 1}),
        ("size_class", {"small": 1, "large": 1, "unknown": 2}),
        ("sme", {"yes": 1, "no": 1, "unknown": 2}),
        ("sector", {"C": 1, "unknown": 3}),
        ("workplace_type", {"living_lab": 1, "unknown": 3}),
        ("workplace", {"w1": 1, "unknown": 3}),
        ("issue_type", {"assignment": 4}),
        ("innovation_type", {"product": 1, "service": 1, "unknown": 2}),
        ("obligation", {"unknown": 4}),
        ("quarter", {"2025-Q1": 1, "2025-Q2": 2, "2025-Q4": 1}),
        ("year", {"2025": 4}),
    ],
)
def test_a_missing_value_is_a_group_of_its_own(dimension: str, groups: dict) -> None:
    assert counts(dimension) == groups


def test_the_columns_are_the_dimensions_and_then_always_the_same_in_the_order_of_the_dimensions() -> None:
    frame = compute(world(NETWORK), "issues_proposed_count", Period(2025), today=TODAY, by=["theme", "region2"])
    assert list(frame.columns) == ["theme", "region2", *MEASURES]
    assert frame[["theme", "region2", "value"]].to_numpy().tolist() == [
        ["dikes", "NL35", 2],
        ["water", "NL35", 1],
        ["water", "NL36", 1],
    ]
    assert str(frame["value"].dtype) == "Int64"


@pytest.mark.parametrize(
    ("where", "value"),
    [
        ({"theme": "dikes"}, 2),
        ({"theme": "Dijken"}, 2),
        ({"theme": ["dikes", "Water"]}, 4),
        ({"innovation_type": "dienst"}, 1),
        ({"innovation_type": "onbekend"}, 2),
        ({"region2": "NL31"}, 3),
        ({"region2": "Zuid-Holland"}, 1),
        ({"partnership": "waterkracht", "sme": "ja"}, 1),
        ({"quarter": "2025Q2"}, 2),
        ({"year": "2024"}, 0),
    ],
)
def test_a_condition_takes_a_code_or_a_name_in_either_language(where: dict, value: int) -> None:
    assert answer(world(NETWORK), "issues_proposed_count", "2025", where=where) == [(value,)]


def test_codes_are_shown_to_readers_by_their_names() -> None:
    con = world(NETWORK)
    assert dimension_labels(con, "theme", ["dikes", "unknown"], "nl") == {"dikes": "Dijken", "unknown": "onbekend"}
    assert dimension_labels(con, "theme", ["dikes", "gone"], "en") == {"dikes": "Dikes", "gone": "gone"}
    assert dimension_labels(con, "region2", ["NL35", "NL36"], "nl") == {"NL35": "Utrecht", "NL36": "Zuid-Holland"}
    assert dimension_labels(con, "obligation", ["result"], "nl") == {"result": "resultaatverplichting"}
    assert dimension_labels(con, "partnership", ["p1"], "en") == {"p1": "Waterkracht"}
    assert dimension_labels(con, "quarter", ["2025-Q1"], "nl") == {"2025-Q1": "K1 2025"}


TWO_SUPPLIERS = """
    partners
    partner_id | region_code
    c1         | NL350
    x          | NL350

    partnerships
    partnership_id | region_code
    p1             | NL350

    issues
    issue_id | partner_id | partnership_id | proposed_date
    i1       | c1         | p1             | 2025-01-01
    i2       | x          | p1             | 2025-01-01

    supplier b

    partners
    partner_id | region_code
    c1         | NL361

    partnerships
    partnership_id | region_code
    p1             | NL361

    issues
    issue_id | partner_id | partnership_id | proposed_date
    i1       | c1         | p1             | 2025-01-01

    outcomes
    outcome_id | issue_id | delivered_date
    o1         | i1       | 2025-02-01
"""


def test_two_suppliers_may_use_the_same_keys_and_stay_apart() -> None:
    con = world(TWO_SUPPLIERS)
    columns = "partner partnership value"
    assert answer(con, "issues_proposed_count", "2025", columns, by=["partner", "partnership"]) == [
        ("a:c1", "a:p1", 1),
        ("b:c1", "b:p1", 1),
        ("x", "a:p1", 1),
    ]
    assert answer(con, "solutions_delivered_count", "2025", "region2 value", by=["region2"]) == [("NL36", 1)]
    assert answer(con, "issues_proposed_count", "2025", partnership="a:p1") == [(2,)]
    with pytest.raises(UsageError, match="more than one partnership: a:p1, b:p1"):
        answer(con, "issues_proposed_count", "2025", partnership="p1")


@pytest.mark.parametrize(
    ("metric", "question", "message"),
    [
        ("issues_propose_count", {}, "no metric 'issues_propose_count'. Did you mean issues_proposed_count?"),
        ("issues_proposed_count", {"by": ["them"]}, "no dimension 'them'. Did you mean theme?"),
        ("issues_proposed_count", {"by": ["role"]}, "cannot be sliced by role. It can by: region0, region1"),
        ("companies_active_count", {"by": ["quarter"]}, "cannot be sliced by quarter"),
        ("issues_proposed_count", {"where": {"xyzzy": "1"}}, "no dimension 'xyzzy'. This metric has: region0"),
        ("issues_proposed_count", {"where": {"theme": "wter"}}, "no theme 'wter'. Did you mean Water?"),
        ("issues_proposed_count", {"where": {"obligation": "q"}}, "no obligation 'q'. Known: effort, result."),
        ("issues_proposed_count", {"where": {"quarter": "2025"}}, "'2025' is not a quarter"),
        ("issues_proposed_count", {"where": {"year": "last"}}, "'last' is not a year"),
        ("issues_proposed_count", {"region": "NL3X"}, "no region 'NL3X'. Did you mean NL3"),
        ("issues_proposed_count", {"region": "Utrech"}, "no region 'Utrech'. Did you mean Utrecht"),
        ("issues_proposed_count", {"region": "?"}, "no region '?'. Regions are NUTS codes"),
        ("issues_proposed_count", {"partnership": "Watercrach"}, "no partnership 'Watercrach'. Did you mean Waterkr"),
    ],
)  # fmt: skip
def test_what_does_not_exist_is_refused_with_the_nearest_name(metric: str, question: dict, message: str) -> None:
    with pytest.raises(UsageError) as refused:
        answer(world(NETWORK), metric, "2025", **question)
    assert message in str(refused.value)
    assert refused.value.message.render("nl") != str(refused.value)


def test_a_value_is_unknown_where_there_is_none_at_all() -> None:
    with pytest.raises(UsageError, match="no workplace 'lab': none is known"):
        answer(world(), "issues_proposed_count", "2025", where={"workplace": "lab"})


def test_regions_with_data_are_the_country_and_then_its_provinces() -> None:
    con = world(NETWORK)
    assert regions_with_data(con, date(2024, 12, 31)) == []
    assert regions_with_data(con, date(2025, 3, 31)) == ["NL", "NL35"]
    assert regions_with_data(con, date(2025, 12, 31)) == ["NL", "NL35", "NL36"]
    assert find_region(con, "nl33") == "NL36"


def test_a_target_is_the_one_of_that_place_and_of_the_year_for_what_is_no_count_of_the_quarter() -> None:
    con = world(
        NETWORK
        + """
        targets
        metric_id               | period  | target_value | region_code | partnership_id
        issues_proposed_count   | 2025-Q1 | 10           | -           | -
        issues_proposed_count   | 2025    | 50           | NL          | -
        issues_proposed_count   | 2025    | 20           | NL31        | -
        implementation_rate_pct | 2025    | 40           | -           | -
        implementation_rate_pct | 2025    | 60           | -           | p1
        """
    )
    assert targets_for(con, "issues_proposed_count", Period(2025, 1), None, None) == 10
    assert targets_for(con, "issues_proposed_count", Period(2025, 2), None, None) is None
    assert targets_for(con, "issues_proposed_count", Period(2025), "NL", None) == 50
    assert targets_for(con, "issues_proposed_count", Period(2025), "NL35", None) == 20
    assert targets_for(con, "implementation_rate_pct", Period(2025, 3), None, None) == 40
    assert targets_for(con, "implementation_rate_pct", Period(2025, 3), None, "p1") == 60


DAYS = st.integers(0, 900).map(lambda day: (date(2023, 6, 1) + timedelta(days=day)).isoformat())
ISSUES = st.lists(
    st.fixed_dictionaries(
        {
            "partner_id": st.sampled_from(["old", "new", "own", "hague", "norway"]),
            "theme_code": st.sampled_from(["water", "dikes"]),
            "partnership_id": st.sampled_from(["p1", ""]),
            "innovation_type": st.sampled_from(["product", "service", ""]),
            "obligation": st.sampled_from(["result", "effort", ""]),
            "proposed_date": DAYS,
            "accepted_date": st.one_of(DAYS, st.just("")),
            "implemented": st.one_of(DAYS, st.just("")),
        }
    ),
    max_size=25,
)
EMPTY_NETWORK = NETWORK[: NETWORK.index("    issues\n")]
FEW = settings(max_examples=A_FEW, suppress_health_check=list(HealthCheck))


def network(issues: list[dict]) -> Any:
    con = world(EMPTY_NETWORK)
    keyed = [{**issue, "issue_id": issue.get("issue_id", f"i{number}")} for number, issue in enumerate(issues)]
    add_rows(
        con, "issues", [{name: value for name, value in issue.items() if name != "implemented"} for issue in keyed]
    )
    add_rows(
        con,
        "outcomes",
        [
            {"outcome_id": issue["issue_id"], "issue_id": issue["issue_id"], "delivered_date": issue["implemented"],
             "implemented_date": issue["implemented"]}
            for issue in keyed
            if issue["implemented"]
        ],
    )  # fmt: skip
    return con


@FEW
@given(ISSUES, st.lists(st.sampled_from(dimensions_of(METRICS["issues_proposed_count"])), max_size=3))
def test_the_parts_of_a_count_add_up_to_the_whole_by_any_dimensions(issues: list[dict], by: list[str]) -> None:
    con = network(issues)
    for metric_id in ("issues_proposed_count", "solutions_implemented_count", "issues_open_count"):
        whole = answer(con, metric_id, "2025")[0][0]
        assert sum(value for (value,) in answer(con, metric_id, "2025", by=by)) == whole


@FEW
@given(ISSUES)
def test_a_rate_lies_in_its_interval_and_is_its_numerator_over_its_denominator(issues: list[dict]) -> None:
    con = network(issues)
    for metric_id in ("acceptance_rate_pct", "implementation_rate_pct"):
        for cell in answer(con, metric_id, "2025", "value low high numerator denominator n", by=["theme"]):
            value, low, high, numerator, denominator, n = cell
            assert denominator == n >= numerator
            assert (value is None) == (n < 5)
            if value is not None:
                assert 0 <= low <= value <= high <= 100
                assert value == pytest.approx(100 * numerator / denominator)


@FEW
@given(ISSUES.flatmap(lambda issues: st.tuples(st.just(issues), st.permutations(range(len(issues))))))
def test_the_order_of_the_records_changes_nothing(case: tuple[list[dict], list[int]]) -> None:
    issues = [{**issue, "issue_id": f"i{number}"} for number, issue in enumerate(case[0])]
    one, other = network(issues), network([issues[place] for place in case[1]])
    for metric_id in ("issues_proposed_count", "companies_active_count", "implementation_rate_pct", "sme_share_pct"):
        for by in ([], ["theme", "region2"]):
            columns = " ".join([*by, *MEASURES])
            assert answer(one, metric_id, "2025", columns, by=by) == answer(other, metric_id, "2025", columns, by=by)


def test_a_sum_is_the_same_in_whatever_order_its_parts_are_added() -> None:
    # 0.1 + 0.2 + 0.3 is 0.6000000000000001, and 0.3 + 0.2 + 0.1 is 0.6
    sums = []
    for amounts in (["0.1", "0.2", "0.3"], ["0.3", "0.2", "0.1"]):
        con = network([])
        keys = [f"i{amount}" for amount in amounts]
        add_rows(con, "issues", [{"issue_id": key, "proposed_date": "2025-01-10"} for key in keys])
        done = {"delivered_date": "2025-03-01", "implemented_date": "2025-03-01"}
        add_rows(
            con,
            "outcomes",
            [{"outcome_id": key, "issue_id": key, "value_eur": key[1:], **done} for key in keys],
        )
        sums += answer(con, "value_created_eur", "2025", edition="none")
    assert sums == [(0.6,), (0.6,)]


def test_every_dimension_has_a_name_in_both_languages() -> None:
    assert all(dimension.label.en and dimension.label.nl for dimension in DIMENSIONS.values())


def test_what_was_known_then_is_answered_and_a_company_that_moved_lies_where_it_lay(tmp_path: Path) -> None:
    store = Store(tmp_path / "ppp.duckdb")
    loads = ((1, "2025-04-01", "2025-01-01", "NL310"), (2, "2025-05-01", "2025-06-01", "NL361"))
    with store.writing() as con:
        for load_id, day, proposed, region in loads:
            loaded = {"load": load_id, "day": day, "proposed": proposed, "region": region}
            for table, columns in {
                "loads": "$load as load_id, 'a' as supplier, $day::timestamp as loaded_at",
                "history.partners": "$load as load_id, 'c1' as partner_id, $region as region_code",
                "history.issues": "$load as load_id, 'c1' as partner_id, $proposed::date as proposed_date",
            }.items():
                used = {name: value for name, value in loaded.items() if f"${name}" in columns}
                con.execute(f"insert into {table} by name select {columns}", used)
    for known_at, where in ((date(2025, 4, 30), ("NL35", "2025-Q1")), (None, ("NL36", "2025-Q2"))):
        with store.reading(known_at) as con:
            rows = answer(con, "issues_proposed_count", "2025", "region2 quarter value", by=["region2", "quarter"])
        assert rows == [(*where, 1)]
