"""Which main numbers of the report before have changed since, and through which load.

The report is on 2025-Q4, so the one before is on 2025-Q3, whose implementation rate is of the issues accepted from
October 2023 to September 2024: 11 of the network's 40. It can have been made from the delivery of 10 October 2025.
"""

from __future__ import annotations

from collections.abc import Callable
from datetime import date
from pathlib import Path
from typing import Any

import pandas as pd
import pytest

from ppp_metrics.api import open_workspace
from ppp_metrics.metrics.publication import told_loads
from ppp_metrics.metrics.relations import looking_back, prepare
from ppp_metrics.periods import Period
from ppp_metrics.records.history import delivered_for
from ppp_metrics.reporting.manifest import Report as Published
from ppp_metrics.reporting.manifest import write_manifest
from ppp_metrics.reporting.plan import Job
from ppp_metrics.reporting.release import withheld_in
from tests.deliveries import deliver, store
from tests.networks import make_network, network_files
from tests.shown import opened, rows, text

Send = Callable[..., None]
LATE = network_files()["outcomes"].replace("water1,water1,2024-06-01,2024-09-01", "water1,water1,2024-06-01,")
"""water1 was not in use after all."""
SOUTH = {
    "partners": "partner_id,name,partner_type,region_code\nz1,Zet,company,NL114\n",
    "themes": "theme_code,name_en,name_nl\nwater,Water,Water\n",
    "issues": "issue_id,partner_id,theme_code,status,proposed_date,accepted_date\n"
    + "".join(f"z{at},z1,water,accepted,2024-02-01,2024-03-01\n" for at in range(10)),
    "outcomes": "outcome_id,issue_id,delivered_date,implemented_date,accepted_by_company\no1,z0,2024-06-01,,no\n",
}


@pytest.fixture
def send(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Send:
    """Loads what a supplier sends on a day: the network's files, some `changed`, or `files`."""

    def sent(day: str, supplier: str = "north", files: dict[str, str] | None = None, **changed: str) -> None:
        monkeypatch.setenv("SOURCE_DATE_EPOCH", str(int(pd.Timestamp(f"{day} 09:00", tz="UTC").timestamp())))
        if not (tmp_path / "ppp.toml").exists():
            make_network(tmp_path, **changed)
            return
        texts = (files or network_files()) | changed
        deliver(tmp_path, {f"{name}.csv": text for name, text in texts.items()}, supplier)

    return sent


def test_a_number_that_changed_is_told_with_what_it_was_and_the_load_that_changed_it(
    tmp_path: Path, send: Send
) -> None:
    send("2025-10-10")
    send("2026-01-15", outcomes=LATE)
    made = opened(tmp_path).restated()
    # 11 of 40, then 10 of 40
    assert text(made).startswith(
        "Restated numbers Since each supplier's first delivery after 30 September 2025, main numbers of the third "
        "quarter of 2025 have changed: 1. Implementation rate: 27.5% (n = 40) became 25.0% (n = 40), through north "
        "(15 January 2026)."
    )
    assert rows(made) == [["Implementation rate", "27.5%", "40", "25.0%", "40", "north (15 January 2026)"]]


def test_a_supplier_that_joined_since_has_changed_the_numbers_too(tmp_path: Path, send: Send) -> None:
    send("2025-10-10")
    send("2026-01-15", "south", SOUTH)
    # 10 more issues, none in use: 11 of 50; and an eleventh company, whose issues were open
    assert [row[:5] for row in rows(opened(tmp_path).restated())] == [
        ["Implementation rate", "27.5%", "40", "22.0%", "50"],
        ["Companies active", "10", "10", "11", "11"],
    ]


def test_what_each_supplier_delivered_first_after_the_quarter_is_no_restatement(tmp_path: Path, send: Send) -> None:
    send("2025-07-10", outcomes=LATE)
    send("2025-10-10")
    assert text(opened(tmp_path).restated()) == (
        "Restated numbers None of the main numbers of the third quarter of 2025 has changed since each supplier's "
        "first delivery after 30 September 2025."
    )


def test_the_same_sent_again_changes_nothing(tmp_path: Path, send: Send) -> None:
    send("2025-10-10")
    send("2026-01-15")
    made = opened(tmp_path).restated()
    assert "None of the main numbers" in text(made)
    assert "<table" not in made.html


def test_before_anything_was_loaded_there_was_nothing_to_restate(tmp_path: Path, send: Send) -> None:
    send("2026-01-15")
    assert text(opened(tmp_path).restated()) == (
        "Restated numbers Nothing had been loaded by 31 December 2025, so there are no earlier numbers to compare with."
    )


def test_a_number_is_shown_only_where_both_may_be(tmp_path: Path, send: Send) -> None:
    """Of Friesland's two companies funders see nothing; in January a third one joins them."""
    send("2025-10-10")
    third = SOUTH | {"partners": SOUTH["partners"].replace("NL114", "NL127")}
    send("2026-01-15", "south", third)
    made = opened(tmp_path, region="NL12", edition="funder").restated()
    # companies, and the issues of 2025-Q3, of which there are none: 0 may be shown, 2 companies may not
    assert "Withheld, and therefore not compared: 2." in text(made)
    assert "<table" not in made.html


def test_the_records_of_then_are_protected_together_with_those_of_all_regions(tmp_path: Path, send: Send) -> None:
    """Of the companies of then, Friesland has two: so those of Groningen or of the country go, too."""
    send("2025-10-10")
    loads = {"north": 1}
    asked = [{"metric": "companies_active_count", "period": "2025-Q3", "loads": loads}]
    jobs = [
        Job(Path("x.ipynb"), ".", "2025-Q4", region, "nl", "funder", "", "", "") for region in ("NL", "NL11", "NL12")
    ]
    with store(tmp_path).reading() as con:
        prepare(con)
        withheld = withheld_in(con, dict.fromkeys(jobs, asked))
    regions = {dict(place)["region"] for _, place in withheld}
    assert {dict(place)["loads"] for _, place in withheld} == {told_loads(loads)}
    assert "NL12" in regions
    assert len(regions) == 2


def test_what_the_release_withholds_of_then_is_not_shown(
    tmp_path: Path, send: Send, monkeypatch: pytest.MonkeyPatch
) -> None:
    send("2025-10-10")
    send("2026-01-15", outcomes=LATE)
    report = opened(tmp_path)
    report.withheld = frozenset()
    assert "27.5%" in text(report.restated())
    [rate] = [question for question in report.questions() if question.get("loads") and "rate" in question["metric"]]
    report = opened(tmp_path)
    place = [("region", "NL"), ("days", ("2023-10-01", "2024-09-30")), ("loads", told_loads(rate["loads"]))]
    report.withheld = frozenset([(rate["metric"], frozenset(place))])
    made = text(report.restated())
    assert "27.5%" not in made
    assert "Withheld, and therefore not compared: 1." in made


def test_a_report_on_learning_has_its_own_main_numbers(tmp_path: Path, send: Send) -> None:
    send("2025-10-10")
    fewer = network_files()["participations"].replace("s12,energy1,2025-02-01,2025-11-30\n", "")
    send("2026-01-15", participations=fewer)
    assert ["Participants", "21", "21", "20", "20"] in [
        row[:5] for row in rows(opened(tmp_path, "learning_effects").restated())
    ]


def test_a_report_is_not_asked_twice_what_it_told_of_earlier_records(tmp_path: Path, send: Send) -> None:
    send("2025-10-10")
    send("2026-01-15", outcomes=LATE)
    ws = open_workspace(tmp_path)
    report = opened(tmp_path)
    report.restated()
    questions = report.questions()
    assert [question["loads"] for question in questions if "loads" in question] == [{"north": 1}] * 5
    named = ("notebook", "title", "network", "area", "fingerprint", "version", "inputs", "records", "sha256")
    about: dict[str, Any] = dict.fromkeys(named, "") | {
        "file": "r.html", "period": "2025-Q4", "region": "NL", "lang": "en", "edition": "coordinator",
        "as_of": "2025-12-31", "loads": {"north": 1}, "questions": questions,
    }  # fmt: skip
    ws.place.reports.mkdir(exist_ok=True)
    (ws.place.reports / "r.html").touch()
    write_manifest(ws.place.reports, {"r.html": Published(**about)})
    found = ws.restated("r.html", known_at=date(2025, 10, 10))
    assert list(found["metric"]) == ["implementation_rate_pct"]


# --- what a report can have been made from ----------------------------------------------------------------------------


def test_the_first_load_after_the_period_counts_else_the_newest_before(tmp_path: Path, send: Send) -> None:
    send("2025-09-01")  # load 1, north
    send("2025-09-30", "south", SOUTH)  # 2
    send("2025-10-10")  # 3: north's first after the third quarter
    send("2025-11-10")  # 4
    send("2026-01-02", "east", SOUTH)  # 5: after the fourth quarter
    third = Period(2025, 3)
    with store(tmp_path).reading() as con:
        assert delivered_for(con, third, date(2025, 12, 31)) == {"north": 3, "south": 2}
        assert delivered_for(con, third, date(2025, 9, 30)) == {"north": 1, "south": 2}
        assert delivered_for(con, third, date(2026, 1, 2)) == {"east": 5, "north": 3, "south": 2}
        assert delivered_for(con, third, date(2025, 8, 31)) == {}


def test_looking_back_lasts_as_long_as_it_is_asked_for(tmp_path: Path, send: Send) -> None:
    send("2025-10-10")
    send("2026-01-15", outcomes=LATE)
    with store(tmp_path).reading() as con:

        def in_use() -> int:
            return con.execute("select count(implemented_date) from outcomes").fetchall()[0][0]

        with looking_back(con, [1]):
            assert in_use() == 11
        assert in_use() == 10
