"""Every number in one frame, and the rules that hold over them."""

from __future__ import annotations

from pathlib import Path

from ppp_metrics.metrics.numbers import numbers
from ppp_metrics.metrics.registry import METRICS
from ppp_metrics.periods import Period
from ppp_metrics.records.checks import run_number_checks
from tests.worlds import TODAY, add_rows, issue_rows, world

EXPECTATIONS = Path(__file__).parent.parent / "expectations"


def test_the_frame_has_every_metric_of_every_region_and_the_parts_add_up() -> None:
    con = world()
    add_rows(con, "partners", [{"partner_id": "c1", "region_code": "NL11"}])
    add_rows(con, "issues", issue_rows(3, "w", theme_code="water", proposed_date="2026-01-10"))
    add_rows(con, "issues", issue_rows(2, "s", theme_code="soil", proposed_date="2026-02-10"))
    frame = numbers(con, Period.parse("2026-Q1"), today=TODAY, regions=["NL", "NL11", "NL12"], edition="coordinator")
    assert len(frame) == 3 * len(METRICS)
    proposed = frame[frame["metric"] == "issues_proposed_count"].set_index("region")
    assert proposed["value"].to_dict() == {"NL": 5, "NL11": 5, "NL12": 0}
    assert proposed["parts_sum"].to_dict() == {"NL": 5, "NL11": 5, "NL12": 0}
    assert run_number_checks(frame, EXPECTATIONS).passed


def test_a_sum_that_is_not_its_parts_is_found() -> None:
    con = world()
    add_rows(con, "partners", [{"partner_id": "c1", "region_code": "NL11"}])
    add_rows(con, "issues", issue_rows(3, proposed_date="2026-01-10"))
    frame = numbers(con, Period.parse("2026-Q1"), today=TODAY, regions=["NL"], edition="coordinator")
    frame.loc[frame["metric"] == "issues_proposed_count", "parts_sum"] = 4
    assert not run_number_checks(frame, EXPECTATIONS).passed
