"""Where a release is written: one edition a folder, and everything that was published counts."""

from __future__ import annotations

import shutil
from contextlib import suppress
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

import ppp_metrics as ppm
from ppp_metrics.cli import main
from ppp_metrics.errors import DataError
from ppp_metrics.reporting.audit import audit
from ppp_metrics.reporting.manifest import find_report, read_manifest
from tests.networks import PERIOD, make_network

NAME = f"{PERIOD}/learning_effects_NL_{PERIOD}_nl"


@pytest.fixture(scope="module")
def network(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A workspace with a report for its coordinator, one for its funder and the funder's workbook."""
    folder = make_network(tmp_path_factory.mktemp("network"))
    report(folder)
    report(folder, edition="funder")
    export(folder, folder / "reports" / "funder" / "numbers.xlsx")
    return folder


def report(folder: Path, **changed: Any) -> None:
    ppm.open_workspace(folder).report(["learning_effects"], **{"period": PERIOD, "lang": "nl"} | changed)


def export(folder: Path, out: Path, edition: str = "funder") -> None:
    ppm.open_workspace(folder).export(["learning_effects"], period=PERIOD, lang="nl", edition=edition, out=out)


def test_each_edition_has_a_folder_with_its_files_its_manifest_and_its_index(network: Path) -> None:
    found = sorted(str(path.relative_to(network / "reports")) for path in (network / "reports").rglob("*.*"))
    assert found == [
        f"coordinator/{NAME}.html",
        "coordinator/index.html",
        "coordinator/manifest.json",
        f"funder/{NAME}_funder.html",
        "funder/index.html",
        "funder/manifest.json",
        "funder/numbers.xlsx",
    ]
    for edition in ("coordinator", "funder"):
        assert {each.edition for each in read_manifest(network / "reports" / edition).values()} == {edition}


def test_all_that_was_published_is_audited_together_and_found_by_its_name(network: Path) -> None:
    assert audit(network / "reports").files == 3
    assert audit(network / "reports" / "funder").files == 2
    assert find_report(network / "reports", f"{Path(NAME).name}_funder.html").edition == "funder"


def test_no_folder_holds_two_editions(network: Path, tmp_path: Path) -> None:
    says = r"holds the edition for another reader \({}, such as {}\.\w+\).* write to .*reports.{}, or to a folder that"
    with pytest.raises(DataError, match=says.format("coordinator", Path(NAME).name, "funder")):
        report(network, edition="funder", out=network / "reports" / "coordinator")
    with pytest.raises(DataError, match=says.format("coordinator", Path(NAME).name, "funder")):
        export(network, network / "reports" / "coordinator" / "numbers.xlsx")
    with pytest.raises(DataError, match=says.format("coordinator", Path(NAME).name, "funder")):
        export(network, network / "reports" / "coordinator" / "numbers")
    # an export may stand where no report does, and says itself for whom it is
    shutil.copy(network / "reports" / "funder" / "numbers.xlsx", tmp_path)
    with pytest.raises(DataError, match=says.format("funder", "numbers", "coordinator")):
        report(network, out=tmp_path)


def test_what_an_earlier_version_wrote_stays_is_audited_and_counts_as_published(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    folder = make_network(tmp_path)
    # as it was: in reports/ itself
    report(folder, out=folder / "reports")
    old = {path: path.read_bytes() for path in (folder / "reports").rglob("*") if path.is_file()}
    asked = ["report", "learning_effects", "--period", PERIOD, "--lang", "nl", "--edition", "funder"]
    monkeypatch.setattr("sys.argv", ["ppp-metrics", *asked, "--workspace", str(folder)])
    with suppress(SystemExit):
        main()
    said = " ".join(capsys.readouterr().out.split())
    assert "reports that an earlier version wrote. They stay there, and count as published." in said
    assert {path: path.read_bytes() for path in old} == old
    assert audit(folder / "reports").files == 2


def test_a_report_of_an_edition_of_its_own_is_named_from_the_folder_of_all(network: Path) -> None:
    [own] = read_manifest(network / "reports" / "coordinator").values()
    found = find_report(network / "reports", own.file)
    assert replace(own, file=f"coordinator/{own.file}") == found
