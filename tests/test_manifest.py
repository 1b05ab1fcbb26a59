"""What the manifest says of each report, and of what became another one."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from ppp_metrics.reporting.manifest import Report, read_manifest, tell_changes, write_manifest


def report_of(file: str, **changed: Any) -> Report:
    fields: dict[str, Any] = {
        "notebook": "regional_innovation",
        "title": "Regional innovation",
        "network": "Net & Werk",
        "area": "Drenthe",
        "period": "2025-Q4",
        "region": "NL13",
        "lang": "en",
        "edition": "coordinator",
        "fingerprint": "f",
        "version": "1",
        "inputs": "i",
        "records": "r",
        "slice": "f",
        "sha256": "s",
    }
    return Report(file=file, **fields | changed)


def changes(reports: dict[str, Report]) -> dict[str, str]:
    return {file: report.change for file, report in reports.items()}


BEFORE = {"a": report_of("a", change="new"), "b": report_of("b", change="records"), "c": report_of("c")}


@pytest.mark.parametrize(
    ("now", "change"),
    [
        ({"sha256": "t", "slice": "g", "version": "2", "inputs": "j"}, "records"),
        ({"sha256": "t", "version": "2", "inputs": "j"}, "version"),
        ({"sha256": "t", "inputs": "j"}, "settings"),
        ({"sha256": "t"}, "release"),
    ],
)
def test_a_report_that_reads_otherwise_has_changed_and_the_others_have_not(now: dict[str, str], change: str) -> None:
    assert changes(tell_changes(BEFORE, {"a": report_of("a", **now)})) == {"a": change, "b": "", "c": ""}


def test_a_report_that_was_not_there_is_new() -> None:
    assert changes(tell_changes({}, {"a": report_of("a")})) == {"a": "new"}
    assert changes(tell_changes(BEFORE, {"d": report_of("d")})) == {"a": "", "b": "", "c": "", "d": "new"}


@pytest.mark.parametrize("made", [{}, {"a": report_of("a", inputs="j")}])
def test_a_run_that_changes_no_page_leaves_what_was_told(made: dict[str, Report]) -> None:
    # the second makes one again, of other inputs, with the same bytes
    assert changes(tell_changes(BEFORE, made)) == {"a": "new", "b": "records", "c": ""}


def test_what_is_written_is_read_back(tmp_path: Path) -> None:
    (tmp_path / "a").touch()
    question = {"metric": "learning_flow_count", "period": "2025-Q4", "by": ["giver_role", "receiver_role"]}
    told = report_of("a", tile=[4, 0], change="new", questions=[question], is_new=False)
    write_manifest(tmp_path, {"a": told, "gone": report_of("gone")})
    assert read_manifest(tmp_path) == {"a": told}
