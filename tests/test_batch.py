"""Many reports at once: what is made, what is kept, what is refused before anything runs, what a failure leaves."""

from __future__ import annotations

import hashlib
import json
import os
import re
import signal
import subprocess
import sys
from concurrent.futures import ThreadPoolExecutor
from functools import partial
from pathlib import Path
from typing import Any

import nbformat
import pytest

from ppp_metrics.errors import DataError, UsageError
from ppp_metrics.periods import Period
from ppp_metrics.reporting import execution, kernels
from ppp_metrics.reporting.batch import make_reports
from ppp_metrics.reporting.handover import Release, told_to_kernels
from ppp_metrics.reporting.manifest import Report, read_manifest
from ppp_metrics.reporting.plan import plan_reports
from ppp_metrics.reporting.prefetch import prefetch
from ppp_metrics.reporting.release import foreseen
from ppp_metrics.workspace import find_workspace
from tests.deliveries import deliver
from tests.networks import PERIOD, make_network, network_files
from tests.shown import opened

INNOVATION = f"{PERIOD}/regional_innovation_NL_{PERIOD}_nl.html"
LEARNING = f"{PERIOD}/learning_effects_NL_{PERIOD}_nl.html"
THEMES = f"{PERIOD}/theme_explorer_NL_{PERIOD}_nl.html"
QUALITY = f"{PERIOD}/data_quality_NL_{PERIOD}_nl.html"


def make(folder: Path, *notebooks: str, **changed: Any) -> list[Report]:
    asked: dict[str, Any] = {
        "region": "NL",
        "lang": "nl",
        "edition": "coordinator",
        "out": folder / "reports",
        "jobs": 2,
    } | changed
    return make_reports(find_workspace(folder), notebooks, Period.parse(PERIOD), **asked)


def files(folder: Path) -> set[str]:
    return {str(path.relative_to(folder / "reports")) for path in (folder / "reports").rglob("*") if path.is_file()}


def add_notebook(folder: Path, name: str, *sources: str) -> None:
    """A notebook whose first cell is its parameters."""
    cells: list[dict[str, Any]] = [
        {
            "cell_type": "code",
            "id": f"c{at}",
            "execution_count": None,
            "outputs": [],
            "source": source,
            "metadata": {"tags": ["parameters"]} if at == 0 else {},
        }
        for at, source in enumerate(sources)
    ]
    kernel = {"name": "python3", "display_name": "Python 3", "language": "python"}
    text = json.dumps({"cells": cells, "metadata": {"kernelspec": kernel}, "nbformat": 4, "nbformat_minor": 5})
    (folder / "notebooks" / f"{name}.ipynb").write_text(text, encoding="utf-8")


PARAMETERS = 'workspace: str = ".."\nperiod: str = "2025-Q4"\nregion: str = "NL"\nlang: str = "nl"\nedition: str = "x"'


@pytest.fixture(scope="module")
def network(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return make_network(tmp_path_factory.mktemp("network"))


@pytest.fixture(scope="module")
def made(network: Path) -> list[Report]:
    """All reports of the country in Dutch."""
    return make(network)


# --- what is made -----------------------------------------------------------------------------------------------------


def test_every_notebook_becomes_a_file_beside_an_index_and_a_manifest(network: Path, made: list[Report]) -> None:
    assert [report.file for report in made] == [QUALITY, LEARNING, INNOVATION, THEMES]
    assert files(network) == {QUALITY, LEARNING, INNOVATION, THEMES, "index.html", "manifest.json"}


def test_the_manifest_says_what_each_file_was_made_from(network: Path, made: list[Report]) -> None:
    listed = read_manifest(network / "reports")
    assert set(listed) == {QUALITY, LEARNING, INNOVATION, THEMES}
    for file, report in listed.items():
        assert report.sha256 == hashlib.sha256((network / "reports" / file).read_bytes()).hexdigest()
        assert (report.period, report.region, report.lang, report.edition) == (PERIOD, "NL", "nl", "coordinator")
        assert report.fingerprint == made[0].fingerprint


def test_the_data_was_checked_before_it_was_published(network: Path, made: list[Report]) -> None:
    page = (network / "reports" / INNOVATION).read_text("utf-8")
    assert re.search(r"zijn \d+ regels gecontroleerd", page)
    assert "nog niet gecontroleerd" not in page


def test_what_did_not_change_is_not_made_again(network: Path, made: list[Report]) -> None:
    assert [report.is_new for report in made] == [True] * 4
    assert [report.is_new for report in make(network)] == [False] * 4


def test_of_a_changed_delivery_only_the_regions_with_its_records_are_made_again(tmp_path: Path) -> None:
    folder = make_network(tmp_path)
    south = {
        name: text.replace("NL114", "NL411").replace("NL127", "NL411").replace("Company", "Firm")
        for name, text in network_files().items()
        if name in ("partners", "themes", "issues", "outcomes")
    }

    def send(issues: str) -> None:
        deliver(folder, {f"{name}.csv": text for name, text in {**south, "issues": issues}.items()}, "south")

    def made_again(**changed: Any) -> list[str]:
        return [
            report.region for report in make(folder, "regional_innovation", region="all", **changed) if report.is_new
        ]

    send(south["issues"])
    assert made_again() == ["NL", "NL11", "NL12", "NL41"]
    before = {path: path.read_bytes() for path in (folder / "reports" / PERIOD).iterdir()}
    # its last issue is not there any more
    send(south["issues"].rsplit("\n", 2)[0] + "\n")
    assert made_again() == ["NL", "NL41"]
    assert made_again() == []
    # what was kept is what would have been made
    assert made_again(force=True) == ["NL", "NL11", "NL12", "NL41"]
    same = [path.name.split("_")[2] for path, content in before.items() if path.read_bytes() == content]
    assert sorted(same) == ["NL11", "NL12"]


def test_a_run_that_changes_nothing_leaves_every_byte_as_it_was(network: Path, made: list[Report]) -> None:
    pages = ("index.html", "manifest.json")
    before = [(network / "reports" / name).read_bytes() for name in pages]
    make(network)
    assert [(network / "reports" / name).read_bytes() for name in pages] == before
    assert {report.change for report in read_manifest(network / "reports").values()} == {"new"}
    assert f"Alle rapporten zijn nieuw: {len(made)}." in before[0].decode()


def test_a_damaged_file_is_made_again_with_the_same_bytes(network: Path, made: list[Report]) -> None:
    file = network / "reports" / LEARNING
    before = file.read_bytes()
    file.write_bytes(before + b" ")
    [report] = make(network, "learning_effects")
    assert report.is_new
    assert file.read_bytes() == before


def test_what_notebooks_ask_is_foreseen_so_that_each_is_run_once(
    network: Path, tmp_path: Path, capsys: pytest.CaptureFixture
) -> None:
    make(network, edition="funder", out=tmp_path)
    assert len([line for line in capsys.readouterr().err.splitlines() if line.endswith(".html")]) == 4


def test_a_region_made_with_others_has_the_bytes_of_one_made_alone(network: Path, tmp_path: Path) -> None:
    # what two regions ask is found for both at once
    together = make(network, "theme_explorer", region="NL11,NL12", out=tmp_path / "all")
    for report in together:
        make(network, "theme_explorer", region=report.region, out=tmp_path / "one")
        assert (tmp_path / "one" / report.file).read_bytes() == (tmp_path / "all" / report.file).read_bytes()


def test_what_several_regions_ask_is_found_before_their_kernels_ask_it(
    network: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    place = find_workspace(network)
    jobs = plan_reports(place, ["regional_innovation"], Period.parse(PERIOD), "NL11,NL12", "nl", "coordinator", False)
    release = Release(tmp_path)
    with ThreadPoolExecutor(1) as pool, told_to_kernels(release, ()):
        asked = foreseen(place, jobs)
        for is_protected in (False, True):
            for each in prefetch(place, asked, release, pool, 1, is_protected=is_protected):
                each.result()
        # 8 of the 10 companies are in Groningen, 2 in Friesland
        monkeypatch.setattr("ppp_metrics.metrics.compute.compute", None)
        for region, companies in (("NL11", 8), ("NL12", 2)):
            report = opened(network, region=region)
            assert report.number("companies_active_count").value == companies
            assert report.numbers("companies_active_count", "size_class")


def test_a_report_is_at_most_as_large_as_a_mail_takes(network: Path, made: list[Report]) -> None:
    for report in made:
        assert (network / "reports" / report.file).stat().st_size <= 1_500_000


def test_a_static_report_has_no_script_and_stands_beside_its_pdf(network: Path, tmp_path: Path, pango: None) -> None:
    def once_more(**asked: bool) -> Report:
        [report] = make(network, "regional_innovation", out=tmp_path, **asked)
        return report

    report = once_more(is_static=True, with_pdf=True)
    page, pdf = (tmp_path / INNOVATION).read_bytes(), (tmp_path / report.pdf).read_bytes()
    assert len(page) < 400_000
    assert b"<script" not in page
    assert b"script-src" not in page
    assert pdf.startswith(b"%PDF-1.7")
    assert report.pdf == INNOVATION.replace(".html", ".pdf")
    assert report.pdf_sha256 == hashlib.sha256(pdf).hexdigest()
    assert f'href="{report.pdf}"' in (tmp_path / "index.html").read_text("utf-8")
    # what was made with more than is asked now is kept
    assert not once_more(is_static=True).is_new
    assert read_manifest(tmp_path)[INNOVATION].pdf == report.pdf
    # a PDF that is gone is made again, of the same bytes
    (tmp_path / report.pdf).unlink()
    assert once_more(is_static=True, with_pdf=True).is_new
    assert (tmp_path / report.pdf).read_bytes() == pdf
    # another page takes the place of this one; its PDF would tell of what is no longer there
    assert once_more().is_static is False
    assert not (tmp_path / report.pdf).exists()


# --- what is refused before anything runs -----------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("notebooks", "changed", "says"),
    [
        (("regional_inovation",), {}, "Did you mean regional_innovation?"),
        ((), {"edition": "founder"}, "Did you mean funder?"),
        ((), {"lang": "fr"}, "not in 'fr'"),
        ((), {"region": "NL99"}, "There is no region 'NL99'"),
    ],
)
def test_a_wrong_name_is_refused(network: Path, notebooks: tuple, changed: dict, says: str) -> None:
    with pytest.raises(UsageError, match=re.escape(says)):
        make(network, *notebooks, **changed)


@pytest.mark.parametrize(
    ("parameters", "says"),
    [
        (PARAMETERS.replace("region:", "regoin:"), "It has 'regoin': did you mean that?"),
        (PARAMETERS.replace('lang: str = "nl"', ""), "has no parameter 'lang'"),
        (PARAMETERS.replace("period: str", "period: int"), "its type is str, not int"),
        (PARAMETERS + "\nregio: str = None", "'regio' that no report gives a value. Did you mean region?"),
    ],
)
def test_a_notebook_with_other_parameters_than_a_report_has_is_refused(
    network: Path, parameters: str, says: str
) -> None:
    add_notebook(network, "odd", parameters, "1 / 0")
    try:
        with pytest.raises(UsageError, match=re.escape(says)):
            make(network, "odd")
    finally:
        (network / "notebooks" / "odd.ipynb").unlink()


def test_data_that_fails_a_critical_check_is_not_published_unless_asked_and_then_with_a_banner(tmp_path: Path) -> None:
    issues = network_files()["issues"].replace("2024-02-01,2024-03-01", "2024-02-01,2024-01-01", 1)
    folder = make_network(tmp_path, issues=issues)
    with pytest.raises(DataError, match="critical checks failed"):
        make(folder)
    assert not (folder / "reports").exists()
    make(folder, "learning_effects", allow_failed_checks=True)
    assert "kritieke controles niet haalden (1)" in (folder / "reports" / LEARNING).read_text("utf-8")


# --- what a failure leaves --------------------------------------------------------------------------------------------


def test_a_failing_notebook_is_told_in_its_own_words_and_kept_for_a_look(network: Path, made: list[Report]) -> None:
    add_notebook(network, "broken", PARAMETERS, "1 / 0")
    before, kept = files(network), f"failed/broken_NL_{PERIOD}_nl.ipynb"
    says = "broken for NL, 2025-Q4 stopped: ZeroDivisionError: division by zero "
    with pytest.raises(DataError, match=says + r"\(the notebook: .*failed.broken_NL_2025-Q4_nl.ipynb\)"):
        make(network, "broken")
    assert files(network) == {*before, kept}
    assert "division by zero" in (network / "reports" / kept).read_text("utf-8")
    # once it is mended, nothing is left of that
    broken = network / "notebooks" / "broken.ipynb"
    broken.write_bytes((network / "notebooks" / "learning_effects.ipynb").read_bytes())
    try:
        make(network, "broken")
        assert files(network) == {*before, f"{PERIOD}/broken_NL_{PERIOD}_nl.html"}
    finally:
        broken.unlink()
        (network / "reports" / PERIOD / f"broken_NL_{PERIOD}_nl.html").unlink()


def test_a_kernel_that_dies_or_hangs_fails_its_own_report_only(
    network: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capfd: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr(execution, "CELL_SECONDS", 2)
    add_notebook(network, "dies", PARAMETERS, "print('came so far')", "import os; os._exit(1)")
    add_notebook(network, "hangs", PARAMETERS, "print('came so far')", "while True: pass")
    monkeypatch.chdir(tmp_path)
    says = (
        r"dies for NL, 2025-Q4 stopped: its process ended in the middle of a cell; .* \(the notebook: .*\)\n"
        r"hangs for NL, 2025-Q4 stopped: a cell took longer than 2 seconds. \(the notebook: .*\)$"
    )
    try:
        with pytest.raises(DataError, match=says):
            make(network, "dies", "hangs", "data_quality", out=Path("made"))
    finally:
        for name in ("dies", "hangs"):
            (network / "notebooks" / f"{name}.ipynb").unlink()
    assert [path.name for path in Path("made", PERIOD).iterdir()] == [f"data_quality_NL_{PERIOD}_nl.html"]
    for name in ("dies", "hangs"):
        kept = nbformat.read(Path("made", "failed", f"{name}_NL_{PERIOD}_nl.ipynb"), as_version=4)
        # the cell that printed was the last to end; what it printed could be anything, and is not kept
        assert kept.cells[-2].execution_count
        assert [output for cell in kept.cells for output in cell.get("outputs", [])] == []
    assert all(line.startswith("Reports ") for line in capfd.readouterr().err.splitlines())


@pytest.mark.skipif(os.name == "nt", reason="Ctrl-C cannot be sent to one process alone")
def test_an_interrupt_keeps_the_reports_that_are_finished_and_no_half_ones(network: Path, tmp_path: Path) -> None:
    asked = ["--period", PERIOD, "--lang", "nl", "--jobs", "1", "--out", str(tmp_path), "--workspace", str(network)]
    command = [str(Path(sys.executable).with_name("ppp-metrics")), "report", *asked]
    # in a group of its own, as a terminal would have it; not deaf to Ctrl-C, as what a shell runs in the background is
    heard = partial(signal.signal, signal.SIGINT, signal.SIG_DFL)
    with subprocess.Popen(command, stderr=subprocess.PIPE, text=True, start_new_session=True, preexec_fn=heard) as run:
        assert run.stderr
        first = run.stderr.readline()
        os.killpg(run.pid, signal.SIGINT)
        said = run.stderr.read()
    assert run.returncode == 130
    assert "Traceback" not in said
    kept = {str(path.relative_to(tmp_path)) for path in tmp_path.rglob("*") if path.is_file()}
    assert {first.split()[-1], "index.html", "manifest.json"} <= kept
    assert kept == {*read_manifest(tmp_path), "index.html", "manifest.json"}


@pytest.fixture(scope="module")
def english(network: Path, tmp_path_factory: pytest.TempPathFactory) -> bytes:
    """A report in the second language, made alone."""
    out = tmp_path_factory.mktemp("english")
    [report] = make(network, "theme_explorer", lang="en", out=out)
    return (out / report.file).read_bytes()


@pytest.mark.parametrize("changed", [{"jobs": 1}, {"jobs": 4}, {"is_forked": False}])
def test_a_report_has_the_same_bytes_however_it_is_made(
    network: Path,
    made: list[Report],
    english: bytes,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    changed: dict[str, Any],
) -> None:
    """One after the other or side by side, forked or not, in the second language of its slice or alone."""
    monkeypatch.setattr(kernels, "HAS_FORK_SERVER", changed.pop("is_forked", kernels.HAS_FORK_SERVER))
    # one after the other all notebooks, else two of them
    asked = () if changed == {"jobs": 1} else ("learning_effects", "theme_explorer")
    again = [report.file for report in make(network, *asked, lang="all", out=tmp_path, **changed)]
    for file in (report.file for report in made if report.file in again):
        assert (tmp_path / file).read_bytes() == (network / "reports" / file).read_bytes()
    assert {LEARNING, THEMES} <= {*again}
    assert (tmp_path / THEMES.replace("_nl.", "_en.")).read_bytes() == english


def test_a_number_that_breaks_a_rule_for_numbers_keeps_its_report_unpublished(tmp_path: Path) -> None:
    folder = make_network(tmp_path)
    suite = folder / "expectations" / "numbers.json"
    rules = json.loads(suite.read_text("utf-8"))
    # the share of people measured before and after is 100 % in this network
    rules["expectations"][0]["kwargs"]["max_value"] = 99
    suite.write_text(json.dumps(rules), encoding="utf-8")
    with pytest.raises(DataError, match=r"learning_effects_NL_2025-Q4_nl\.html is not published"):
        make(folder, "learning_effects")
    assert files(folder) == {"index.html", "manifest.json"}


def test_a_folder_that_cannot_be_written_is_named(network: Path, made: list[Report], tmp_path: Path) -> None:
    (tmp_path / "taken").write_text("a file")
    with pytest.raises(DataError, match="taken cannot be written"):
        make(network, "learning_effects", out=tmp_path / "taken")
