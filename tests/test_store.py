"""One database file: all of a load or nothing, one writer at a time, a clear word when it cannot be."""

from __future__ import annotations

import errno
import os
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path

import pytest

from ppp_metrics.errors import DataError, UsageError
from ppp_metrics.workspace import find_workspace
from tests.deliveries import PARTNERS, deliver, rows, store

HOLD = """
import sys, time
from pathlib import Path
from ppp_metrics.records.store import Store
with Store(Path(sys.argv[1])).writing() as con:
    con.execute("delete from loads; delete from history.partners")
    print("writing", flush=True)
    time.sleep(60)
"""


@pytest.fixture
def writer(tmp_path: Path) -> Iterator[subprocess.Popen]:
    """Another process in the middle of a load."""
    deliver(tmp_path, {"partners.csv": PARTNERS})
    process = subprocess.Popen(
        [sys.executable, "-c", HOLD, str(store(tmp_path).path)], stdout=subprocess.PIPE, text=True
    )
    assert process.stdout is not None
    assert process.stdout.readline() == "writing\n"
    yield process
    process.kill()
    process.wait()


def test_a_second_load_waits_then_says_who_holds_the_database(
    tmp_path: Path, writer: subprocess.Popen, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("PPP_METRICS_LOCK_SECONDS", "0.3")
    started = time.monotonic()
    with pytest.raises(DataError, match=f"in use by process {writer.pid} "):
        deliver(tmp_path, {"partners.csv": PARTNERS})
    assert time.monotonic() - started >= 0.3


def test_a_second_load_goes_on_when_the_first_has_ended(tmp_path: Path, writer: subprocess.Popen) -> None:
    writer.kill()
    assert deliver(tmp_path, {"partners.csv": PARTNERS}).load_id == 2


def test_a_killed_load_leaves_the_state_before_it(tmp_path: Path, writer: subprocess.Popen) -> None:
    os.kill(writer.pid, signal.SIGKILL)
    writer.wait()
    assert rows(tmp_path, "select partner_id from partners order by 1") == [("c1",), ("c2",)]


def test_nothing_loaded_yet_is_said(tmp_path: Path) -> None:
    with pytest.raises(DataError, match="Nothing has been loaded yet"):
        rows(tmp_path, "from partners")


def test_a_file_that_is_no_database_is_said(tmp_path: Path) -> None:
    store(tmp_path).path.write_text("not a database at all, but long enough to look like one" * 100)
    with pytest.raises(DataError, match="not a ppp_metrics database"):
        rows(tmp_path, "from partners")


@pytest.mark.parametrize("change", ["update format set version = 0", "drop table format"])
def test_a_database_of_another_version_is_said(tmp_path: Path, change: str) -> None:
    deliver(tmp_path, {"partners.csv": PARTNERS})
    with store(tmp_path).writing() as con:
        con.execute(change)
    with pytest.raises(DataError, match="made by another version"):
        rows(tmp_path, "from partners")
    with pytest.raises(DataError, match="made by another version"):
        deliver(tmp_path, {"partners.csv": PARTNERS})


@pytest.mark.parametrize("code", [errno.ENOSPC, errno.EDQUOT])
def test_a_full_disk_is_said(tmp_path: Path, code: int) -> None:
    deliver(tmp_path, {"partners.csv": PARTNERS})
    says = "The disk is full: .* could not be written and holds what it held before"
    with pytest.raises(DataError, match=says), store(tmp_path).writing():
        raise OSError(code, os.strerror(code))


def test_what_fails_in_a_session_is_not_called_the_databases(tmp_path: Path) -> None:
    deliver(tmp_path, {"partners.csv": PARTNERS})
    with pytest.raises(FileNotFoundError), store(tmp_path).reading():
        (tmp_path / "a picture that is not there").read_bytes()


def test_the_key_is_made_once_for_its_owner_and_missed_when_gone(tmp_path: Path) -> None:
    (tmp_path / "ppp.toml").write_text('name = "Noord"\n')
    place = find_workspace(tmp_path)
    key = place.key(loaded_before=False)
    assert place.key(loaded_before=True) == key
    assert place.key_file.stat().st_mode & 0o777 == 0o600
    place.key_file.unlink()
    with pytest.raises(DataError, match=r"pseudonym\.key is gone"):
        place.key(loaded_before=True)


def test_a_key_that_is_not_as_it_was_made_is_refused(tmp_path: Path) -> None:
    # a new line added by an editor, an empty file, a folder in its place: all would make other people of the same ids
    (tmp_path / "ppp.toml").write_text('name = "Noord"\n')
    place = find_workspace(tmp_path)
    place.key_file.write_bytes(place.key(loaded_before=False) + b"\n")
    with pytest.raises(DataError, match=r"pseudonym\.key is not as it was made: it has 33 bytes, not 32"):
        place.key(loaded_before=True)
    place.key_file.write_bytes(b"")
    with pytest.raises(DataError, match="it has 0 bytes"):
        place.key(loaded_before=False)
    place.key_file.unlink()
    place.key_file.mkdir()
    with pytest.raises(DataError, match=r"pseudonym\.key cannot be read: "):
        place.key(loaded_before=True)


def test_a_session_that_keeps_nothing_leaves_no_trace(tmp_path: Path) -> None:
    with store(tmp_path).writing(keep=False) as con:
        con.execute("insert into loads values (1, 'a', now()::timestamp, '', null)")
    assert list(tmp_path.iterdir()) == []
    deliver(tmp_path, {"partners.csv": PARTNERS})
    with store(tmp_path).writing(keep=False) as con:
        con.execute("delete from loads")
    assert rows(tmp_path, "select count(*) from loads") == [(1,)]


@pytest.mark.parametrize(("settings", "sentence"), [(None, "is not a workspace"), ("name = ", "cannot be read")])
def test_a_folder_that_is_no_workspace_is_said(tmp_path: Path, settings: str | None, sentence: str) -> None:
    if settings is not None:
        (tmp_path / "ppp.toml").write_text(settings)
    with pytest.raises(UsageError, match=sentence):
        find_workspace(tmp_path)
