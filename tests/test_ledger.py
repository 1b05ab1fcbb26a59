"""What was ever published is known for ever: later releases reckon with it, whatever became of its files."""

from __future__ import annotations

import json
import shutil
import subprocess
import sys
import threading
from collections.abc import Mapping, Sequence
from dataclasses import replace
from datetime import date
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

import ppp_metrics as ppm
from ppp_metrics import cli
from ppp_metrics.errors import DataError
from ppp_metrics.metrics.publication import Table
from ppp_metrics.metrics.registry import find_metric
from ppp_metrics.periods import Period
from ppp_metrics.records.history import fingerprint
from ppp_metrics.records.store import FORMAT, LEDGER_DDL
from ppp_metrics.reporting import export, ledger
from ppp_metrics.reporting.audit import audit_files, new_leaks
from ppp_metrics.reporting.finished import Finished, Row
from ppp_metrics.reporting.ledger import Entry, Publication, look_into, record, releases, remembered, withdraw
from ppp_metrics.reporting.manifest import Report
from ppp_metrics.reporting.published import published_before, withheld_of
from ppp_metrics.reporting.release import Question, decide, told_before, withheld_in
from ppp_metrics.workspace import Workspace, find_workspace
from tests.attacker import Key, ranges
from tests.deliveries import ISSUES, PARTNERS, deliver, store
from tests.networks import PERIOD, make_network, network_files, people_files
from tests.test_release import ASKED, PROVINCES, job, name_of, network, of, published

# all of it reads the same reports and exports, which take a while to make
pytestmark = pytest.mark.xdist_group("the ledger")

UNUSED: dict[str, Any] = dict.fromkeys(
    ("file", "notebook", "title", "network", "area", "fingerprint", "version", "inputs", "records", "sha256"), ""
)
A_REPORT = Report(**UNUSED, period="2025-Q4", region="NL11", lang="en", edition="coordinator")

Shown = Mapping[str, int | None]
"""Role -> people; None where that is withheld."""


def by_role(shown: Shown, others: Sequence[str] = (), region: str = "NL11", as_of: date = date(2025, 12, 31)) -> Any:
    """A table of participants by role, with groups that have no row."""
    table = Table(
        metric=find_metric("participants_count"), period=Period(2025, 4), as_of=as_of, region=region, by=("role",)
    )
    rows: list[Row] = [
        ({"role": role}, {} if count is None else {"n": count, "value": count}, count is None)
        for role, count in shown.items()
    ]
    return table, rows, [{"role": role} for role in (*shown, *others)]


def whole(count: int | None, region: str = "NL11") -> Any:
    """Participants as a whole."""
    table = Table(
        metric=find_metric("participants_count"), period=Period(2025, 4), as_of=date(2025, 12, 31), region=region
    )
    return table, [({}, {} if count is None else {"n": count, "value": count}, count is None)], []


def entry(*tables: Any, file: str = "a.html", records: str = "first", edition: str = "coordinator") -> Entry:
    return Entry((file,), edition, f"{records} 0.1", {"NL": ["NL11", "NL12"]}, tables)


def publication(finished: Finished, sha256: str = "") -> Publication:
    return Publication(finished, "report", "2025-Q4", sha256 or finished.file)


def put(place: Workspace, *finished: Finished) -> None:
    """Publish files, after all that was published before."""
    record(place, [publication(each) for each in finished], look_into(place).newest, lambda added: None)


def said(finished: Finished) -> list[Any]:
    """What a file says, in an order of its own."""
    return sorted(
        (
            (
                table,
                sorted(
                    ((row[0], {part: n for part, n in row[1].items() if n is not None}, row[2]) for row in rows),
                    key=str,
                ),
            )
            for table, rows, _ in finished.tables()
        ),
        key=str,
    )


@pytest.fixture
def place(tmp_path: Path) -> Workspace:
    """A workspace with a company, and a key."""
    (tmp_path / "ppp.toml").write_text("", "utf-8")
    deliver(tmp_path, {"partners.csv": PARTNERS})
    found = find_workspace(tmp_path)
    found.key(loaded_before=False)
    return found


# --- what it holds ----------------------------------------------------------------------------------------------------


def test_what_readers_saw_is_read_back(place: Workspace) -> None:
    first = entry(by_role({"student": 14, "teacher": None}, others=["expert"]), whole(20))
    put(place, first)
    [found] = remembered(place)
    assert (found.file, found.edition, found.made_from, found.areas) == (
        "a.html", "coordinator", "first 0.1", {"NL": ["NL11", "NL12"]},
    )  # fmt: skip
    assert said(found) == said(first)
    groups = {table.by: {each["role"] for each in groups} for table, _, groups in found.tables()}
    assert groups == {(): set(), ("role",): {"student", "teacher", "expert"}}
    assert list(found.betrayed()) == []


def test_pages_that_say_the_same_are_kept_once(place: Workspace) -> None:
    put(place, entry(whole(20), file="nl.html"), entry(whole(20), file="en.html"), entry(whole(21), file="other.html"))
    assert [each.files for each in remembered(place)] == [("nl.html", "en.html"), ("other.html",)]
    with store(place.root).reading() as con:
        assert con.execute("select count(*) from ledger.cells").fetchall() == [(2,)]


def test_a_file_is_written_down_once(place: Workspace) -> None:
    for _ in range(2):
        put(place, entry(whole(20)))
    assert [each["file"] for each in releases(place)] == ["a.html"]


def test_the_records_are_the_same_ones_as_before(place: Workspace) -> None:
    with store(place.root).reading() as con:
        before = fingerprint(con)
    put(place, entry(whole(20)))
    with store(place.root).reading() as con:
        assert fingerprint(con) == before


def test_what_is_withdrawn_counts_no_more_but_is_listed(place: Workspace) -> None:
    put(place, entry(whole(20)), entry(whole(21), file="b.html"))
    [first, _] = releases(place)
    withdraw(place, [first["release_id"]], "sent by mistake")
    assert [each.file for each in remembered(place)] == ["b.html"]
    assert [(each["file"], each["cells"], each["reason"]) for each in releases(place)] == [
        ("a.html", 1, "sent by mistake"), ("b.html", 1, None),
    ]  # fmt: skip
    # the same file published again counts again
    put(place, entry(whole(20)))
    assert [each.file for each in remembered(place)] == ["b.html", "a.html"]


def test_what_another_run_published_meanwhile_is_looked_at_first(place: Workspace) -> None:
    seen = look_into(place).newest
    put(place, entry(whole(20)))
    told: list[str] = []

    def check(added: Sequence[Finished]) -> None:
        told.extend(each.file for each in added)
        if len(told) > 1:
            raise LookupError

    record(place, [publication(entry(whole(21), file="b.html"))], seen, check)
    assert told == ["a.html"]
    with pytest.raises(LookupError):
        record(place, [publication(entry(whole(22), file="c.html"))], seen, check)
    assert [each.file for each in remembered(place)] == ["a.html", "b.html"]


# --- whose it is, and who is in it ------------------------------------------------------------------------------------


def test_an_older_database_gets_a_ledger(place: Workspace) -> None:
    with store(place.root).writing() as con:
        con.execute("drop schema ledger cascade")
        con.execute("update main.format set version = 1")
    assert (remembered(place), releases(place), look_into(place).newest) == ([], [], 0)
    put(place, entry(whole(20)))
    assert [each.file for each in remembered(place)] == ["a.html"]
    with store(place.root).reading() as con:
        assert con.execute("from main.format").fetchall() == [(FORMAT,)]
        made = con.execute("select count(*) from duckdb_tables() where schema_name = 'ledger'").fetchall()
        assert made == [(LEDGER_DDL.count("create table"),)]


def test_a_ledger_of_another_workspace_is_refused(place: Workspace) -> None:
    put(place, entry(whole(20)))
    place.key_file.write_bytes(b"x" * 32)
    for ask in (remembered, look_into, releases):
        with pytest.raises(DataError, match=r"ppp\.duckdb holds the ledger of another workspace.*pseudonym.key"):
            ask(place)
    with pytest.raises(DataError, match=r"Nothing was published.*another workspace"):
        record(place, [publication(entry(whole(21), file="b.html"))], 1, lambda added: None)
    place.key_file.unlink()
    with pytest.raises(DataError, match=r"pseudonym\.key is gone"):
        remembered(place)


HOLD = """
import sys, time
from pathlib import Path
from ppp_metrics.records.store import Store
with Store(Path(sys.argv[1])).reading() as con:
    print("reading", flush=True)
    time.sleep(60)
"""


@pytest.fixture
def reader(place: Workspace) -> Any:
    """Another process in the database, such as the kernel of another report."""
    process = subprocess.Popen([sys.executable, "-c", HOLD, str(place.database)], stdout=subprocess.PIPE, text=True)
    assert process.stdout is not None
    assert process.stdout.readline() == "reading\n"
    yield process
    process.kill()
    process.wait()


def test_nothing_is_published_that_cannot_be_written_down(
    place: Workspace, reader: subprocess.Popen, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("PPP_METRICS_LOCK_SECONDS", "0.2")
    monkeypatch.setattr(ledger, "PATIENCE_SECONDS", 0.0)
    with pytest.raises(DataError, match=rf"Nothing was published.*ppp\.duckdb first.*in use by process {reader.pid} "):
        put(place, entry(whole(20)))
    assert remembered(place) == []


def test_it_waits_for_who_reads_and_says_so(
    place: Workspace, reader: subprocess.Popen, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture
) -> None:
    monkeypatch.setenv("PPP_METRICS_LOCK_SECONDS", "0.2")
    monkeypatch.setenv("PPP_METRICS_LANG", "en")
    ends = threading.Timer(1.0, reader.kill)
    ends.start()
    put(place, entry(whole(20)))
    ends.join()
    assert [each.file for each in remembered(place)] == ["a.html"]
    assert (
        capsys.readouterr().err.count(
            f"Waiting to write down what is published. ppp.duckdb is in use by process {reader.pid}"
        )
        == 1
    )


# --- versions ---------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("edition", ["coordinator", "funder"])
def test_of_two_versions_the_newest_number_counts(edition: str) -> None:
    first = entry(by_role({"student": 14, "teacher": 6}), edition=edition)
    second = entry(by_role({"student": 15, "teacher": None}), records="second", edition=edition)
    # teachers have become few: nobody knows from the first how many they are now
    assert new_leaks([second], [first]) == []
    newest = told_before([first, second], edition)[-1]
    shown = {dict(name[1])["role"]: [*cell.numbers.values()] for name, cell in newest.cells.items()}
    assert shown == {"student": [15], "teacher": [None]}


def test_what_the_first_version_withheld_and_the_second_shows_is_given_away() -> None:
    first = entry(by_role({"student": 14, "teacher": None}))
    second = entry(by_role({"student": 14, "teacher": 6}), records="second", file="b.html")
    [leak] = new_leaks([second], [first])
    assert (leak.how, leak.place["role"], leak.file) == ("shown", "teacher", "a.html")


def test_what_was_shown_before_is_not_given_away_by_who_withholds_it() -> None:
    first = entry(by_role({"student": 14, "teacher": 6}))
    second = entry(by_role({"student": 14, "teacher": None}), file="b.html")
    assert new_leaks([second], [first]) == []


def test_the_audit_of_an_older_folder_knows_which_version_is_the_newest() -> None:
    first = entry(by_role({"student": 14, "teacher": 6}))
    second = entry(by_role({"student": 15, "teacher": None}), records="second", file="b.html")
    in_order = {first.made_from: 1, second.made_from: 2}
    assert audit_files([first], [second], in_order).passed
    assert [leak.how for leak in audit_files([first], [second], {}).leaks] == ["shown"]


def test_a_number_that_any_version_withheld_is_restated_nowhere() -> None:
    asked = {"metric": "participants_count", "period": "2025-Q4", "by": "role"}
    report = replace(A_REPORT, questions=[asked], withheld=["0/expert"])
    others = [
        entry(by_role({"teacher": None, "student": 14}, as_of=date(2025, 11, 1))),
        entry(by_role({"student": None}, region="NL12")),
    ]
    assert withheld_of(report, 0, others) == {"expert", "teacher"}


FIRST = {"student": 41, "teacher": 3, "expert": 12, "company_employee": 9}
SECOND = FIRST | {"company_employee": 15}
"""Teachers are few. With them the smallest other group is withheld: at first employees, then experts."""


def counts(roles: Mapping[str, int]) -> dict[tuple[str, str], int]:
    return {("NL11", role): count for role, count in roles.items()}


def page(people: dict[tuple[str, str], int], withheld: set[Key], records: str = "first") -> Entry:
    """The reports on the regions as their readers see them."""
    shown = {key: None if key in withheld else count for key, count in published(people).items()}
    tables: list[Any] = []
    for region in (None, *PROVINCES):
        roles = {str(role): count for (at, role), count in shown.items() if at == region and role in roles_of(people)}
        if roles:
            tables += [by_role(roles, region=region or "NL"), whole(shown[region, None], region or "NL")]
    return entry(*tables, records=records)


def roles_of(people: Mapping[tuple[str, str], int]) -> set[str]:
    return {role for _, role in people}


ASKED_HERE: list[Question] = ASKED[:2]


def decided(people: dict[tuple[str, str], int], before: Sequence[Entry] = ()) -> set[Key]:
    """What is withheld of these people, beside what was published before."""
    jobs = {job(region): ASKED_HERE for region in ("NL", *PROVINCES)}
    return of(withheld_in(network(people), jobs, told_before(before, "coordinator")), published(people))


def test_what_a_version_withheld_stays_withheld() -> None:
    first, second = counts(FIRST), counts(SECOND)
    alone = {role for _, role in decided(second)}
    assert (alone, {role for _, role in decided(first)}) == ({"teacher", "expert"}, {"teacher", "company_employee"})
    # with both in hand teachers would be 71 - 41 - 15 - 12 = 3
    assert {role for _, role in decided(second, [page(first, decided(first))])} == {"teacher", "company_employee"}


def test_a_number_that_is_another_by_now_may_be_withheld() -> None:
    first, second = counts(FIRST | {"teacher": 7}), counts(FIRST)
    assert decided(first) == set()
    withheld = decided(second, [page(first, set())])
    # all but teachers are as they were and as they were shown: only wholes, which are others, can hide these
    assert withheld == {("NL11", "teacher"), (None, "teacher"), ("NL11", None), (None, None)}


PEOPLE = st.fixed_dictionaries({role: st.integers(1, 12) for role in FIRST})


@settings(max_examples=15, deadline=None)
@given(PEOPLE, PEOPLE)
def test_each_version_is_safe_and_withholds_what_the_first_did(first: dict[str, int], second: dict[str, int]) -> None:
    then, now = counts(first), counts(second)
    before = decided(then)
    withheld = decided(now, [page(then, before)])
    cells = {key: count for key, count in published(now).items() if key[1] in {None, *FIRST}}
    assert before & cells.keys() <= withheld
    shown = {key: count for key, count in cells.items() if key not in withheld}
    inner = sorted(now)
    for key, possible in ranges(shown, sorted(withheld & cells.keys(), key=str), inner).items():
        assert len(possible) >= 5, (key, possible, shown)


def test_a_period_that_was_not_over_withholds_the_same_cells_when_it_is() -> None:
    early = entry(by_role({"teacher": None}, as_of=date(2025, 11, 15)))
    [name] = ledger.still_withheld([early], lambda table, edition: True, date(2026, 2, 1))
    assert name == name_of("NL11", "participants_count", "teacher")
    [name] = ledger.still_withheld([early], lambda table, edition: True, date(2025, 12, 1))
    assert dict(name[1])["days"][1] == "2025-12-01"


def test_what_a_release_withheld_is_not_told_as_a_number_of_then(tmp_path: Path) -> None:
    folder = make_network(tmp_path, **people_files({"NL11": FIRST}))
    place = find_workspace(folder)
    asked = {job("NL11"): [{"metric": "participants_count", "period": PERIOD, "by": "role", "loads": {"north": 1}}]}
    then = ("loads", "north:1")

    def roles(before: Sequence[Entry]) -> set[str]:
        """Whose numbers of the first load are withheld."""
        names = [dict(at) for _, at in decide(place, asked, before)[1] if then in at]
        return {at["role"] for at in names}

    assert roles([]) == {"teacher"}
    assert roles([entry(by_role({"student": 21, "teacher": None, "expert": None}))]) >= {"teacher", "expert"}


# --- from the command line --------------------------------------------------------------------------------------------


def run(capsys: pytest.CaptureFixture, *arguments: str) -> tuple[int, str]:
    """The exit code of a command and what it says."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("PPP_METRICS_LANG", "en")
        patch.setattr("sys.argv", ["ppp-metrics", *arguments])
        code = 0
        try:
            cli.main()
        except SystemExit as end:
            code = int(end.code or 0)
    printed = capsys.readouterr()
    return code, printed.out + printed.err


def roles_in(finished: Finished) -> set[str]:
    """The roles of which a file does not tell the number of people."""
    return {
        row[0]["role"]
        for table, rows, _ in finished.tables()
        for row in rows
        if table.metric.id == "participants_count" and table.by == ("role",) and row[2]
    }


def export_to(folder: Path, out: Path, edition: str = "coordinator") -> None:
    ppm.open_workspace(folder).export(
        ["learning_effects"], period=PERIOD, region="NL11", lang="en", out=out, edition=edition
    )


@pytest.fixture(scope="module")
def versions(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Two versions of the same quarter: a report, that is replaced by an export made elsewhere of corrected records."""
    folder = make_network(tmp_path_factory.mktemp("versions"), **people_files({"NL11": FIRST}))
    find_workspace(folder).key(loaded_before=False)
    ppm.open_workspace(folder).report(["learning_effects"], period=PERIOD, region="NL11", lang="en", edition="funder")
    shutil.copytree(folder / "reports" / "funder", folder / "kept")
    shutil.rmtree(folder / "reports")
    deliver(folder, {f"{name}.csv": text for name, text in all_files(SECOND).items()}, "north")
    export_to(folder, folder / "elsewhere" / "numbers", "funder")
    return folder


def all_files(roles: Mapping[str, int]) -> dict[str, str]:
    return {**network_files(), **people_files({"NL11": roles})}


def test_a_removed_page_is_reckoned_with_by_an_export_elsewhere(versions: Path) -> None:
    first, second = remembered(find_workspace(versions))
    assert roles_in(first) == roles_in(second) == {"teacher", "company_employee"}


def test_the_audit_takes_the_ledger_along(versions: Path, capsys: pytest.CaptureFixture) -> None:
    code, told = run(capsys, "audit", str(versions / "elsewhere"))
    assert (code, "Taken along from the ledger of what was published: 1 files." in told) == (0, True)
    audited = json.loads(run(capsys, "audit", str(versions / "elsewhere"), "--json")[1])
    assert (audited["files"], audited["remembered"]) == (1, 1)


def test_what_was_published_is_listed_and_withdrawn(
    versions: Path, tmp_path: Path, capsys: pytest.CaptureFixture
) -> None:
    folder = Path(shutil.copytree(versions, tmp_path / "copied"))
    at = ("--workspace", str(folder))
    listed = run(capsys, "release", "list", *at)[1].splitlines()
    assert [line.split()[1:4] for line in listed[1:]] == [["report", PERIOD, "funder"], ["export", PERIOD, "funder"]]
    code, told = run(capsys, "release", "withdraw", "2025-Q3", "--reason", "why", "--yes", *at)
    assert (code, f"Did you mean {PERIOD}?" in told) == (2, True)
    name = f"learning_effects_NL11_{PERIOD}_en_funder.html"
    code, told = run(capsys, "release", "withdraw", name, "--reason", "sent to nobody", *at)
    assert (code, "Add --yes" in told) == (1, True)
    assert run(capsys, "release", "list", "--withdrawn", *at) == (0, "Nothing was withdrawn.\n")
    assert run(capsys, "release", "withdraw", name, "--reason", "sent to nobody", "--yes", *at)[0] == 0
    assert "sent to nobody" in run(capsys, "release", "list", "--withdrawn", *at)[1]
    [register] = json.loads(run(capsys, "release", "list", "--withdrawn", "--json", *at)[1])
    assert (register["file"], register["reason"], register["kind"]) == (f"{PERIOD}/{name}", "sent to nobody", "report")
    # without the first version it is the second's own smallest group that goes
    ppm.open_workspace(folder).withdraw([2], "sent to nobody")
    export_to(folder, folder / "again", "funder")
    assert roles_in(remembered(find_workspace(folder))[-1]) == {"teacher", "expert"}


def test_an_older_folder_is_remembered_unless_it_was_changed_or_is_anothers(
    versions: Path, tmp_path: Path, capsys: pytest.CaptureFixture
) -> None:
    folder = Path(shutil.copytree(versions, tmp_path / "copied"))
    at = ("--workspace", str(folder))
    with store(folder).writing() as con:
        con.execute("delete from ledger.releases; delete from ledger.cells; delete from ledger.tables")
    before = said(remembered(find_workspace(versions))[0])
    for added in (1, 0):
        told = run(capsys, "audit", str(folder / "kept"), "--remember", str(folder / "kept"), *at)[1]
        assert f"Remembered: {added} of 1 files" in told
    [found] = remembered(find_workspace(folder))
    assert said(found) == before
    [file] = (folder / "kept").rglob("learning*.html")
    text = file.read_text("utf-8")
    file.write_text(text.replace(">41<", ">42<"), "utf-8")
    code, told = run(capsys, "audit", "--remember", str(folder / "kept"), *at)
    assert (code, f"{PERIOD}/{file.name} is not as it was made" in told) == (1, True)
    file.write_text(text, "utf-8")
    other = tmp_path / "other"
    other.mkdir()
    (other / "ppp.toml").write_text("", "utf-8")
    deliver(other, {"partners.csv": PARTNERS, "issues.csv": ISSUES})
    elsewhere = ("audit", str(folder / "kept"), "--remember", str(folder / "kept"), "--workspace", str(other))
    code, told = run(capsys, *elsewhere)
    assert (code, f"{file.name} was made from records that ppp.duckdb never held" in told) == (1, True)
    assert "Remembered: 1 of 1 files" in run(capsys, *elsewhere, "--yes")[1]


def test_files_from_before_there_was_a_ledger_are_reckoned_with_and_written_down(
    versions: Path, tmp_path: Path
) -> None:
    folder = Path(shutil.copytree(versions, tmp_path / "copied"))
    place = find_workspace(folder)
    assert published_before(place, folder / "kept", []).missing == []
    with store(folder).writing() as con:
        con.execute("drop schema ledger cascade; update main.format set version = 1")
    [page] = (folder / "kept").rglob("learning*.html")
    for replaced in ([], [page]):
        before = published_before(place, folder / "kept", replaced)
        [found] = before.missing
        assert (before.files, found.kind, found.finished.file) == (
            [found.finished],
            "remembered",
            f"{PERIOD}/{page.name}",
        )
    # somebody changed it: what replaces it does not reckon with what nobody published
    page.write_text(page.read_text("utf-8") + " ", "utf-8")
    assert published_before(place, folder / "kept", [page]).files == []


def test_a_run_that_was_killed_before_its_files_were_there_can_be_done_again(
    versions: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    folder = Path(shutil.copytree(versions, tmp_path / "copied"))

    def killed(*_: Any) -> None:
        raise KeyboardInterrupt

    with monkeypatch.context() as patch:
        patch.setattr(export, "_put_in_place", killed)
        with pytest.raises(KeyboardInterrupt):
            export_to(folder, folder / "numbers")
    assert (len(releases(find_workspace(folder))), (folder / "numbers").exists()) == (3, False)
    export_to(folder, folder / "numbers")
    assert (len(releases(find_workspace(folder))), (folder / "numbers").exists()) == (3, True)
