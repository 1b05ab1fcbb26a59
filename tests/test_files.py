"""Files of people are their owner's only, however often they are written; what is given away is not."""

from __future__ import annotations

import os
import stat
from collections.abc import Iterator
from pathlib import Path

import pytest

from ppp_metrics.api import init_workspace, open_workspace
from ppp_metrics.files import narrow, replacing
from ppp_metrics.records.workbook import write_quarantine, write_template
from tests.deliveries import PARTNERS

pytestmark = pytest.mark.skipif(os.name != "posix", reason="Windows keeps who may read a file in another way")


@pytest.fixture(params=[0o022, 0o002])
def _umask(request: pytest.FixtureRequest) -> Iterator[None]:
    before = os.umask(request.param)
    yield
    os.umask(before)


def mode(path: Path) -> int:
    return stat.S_IMODE(path.stat().st_mode)


@pytest.mark.usefixtures("_umask")
def test_the_database_and_the_key_stay_their_owners_through_every_write(tmp_path: Path) -> None:
    place = tmp_path / "w"
    init_workspace(place, "en")
    sent = tmp_path / "noord"
    sent.mkdir()
    (sent / "partners.csv").write_text(PARTNERS)
    (sent / "participants.csv").write_text("participant_id,role\ns1,student\n,teacher\n")
    told = []
    ws = open_workspace(place, tell=lambda message: told.append(message.render("en")))
    files = [place / "ppp.duckdb", place / "pseudonym.key"]
    ws.load([sent])
    assert [mode(path) for path in files] == [0o600, 0o600]
    for path in files:
        path.chmod(0o664)
    ws.erase("s1")
    ws.load([sent], yes=True)
    assert [mode(path) for path in files] == [0o600, 0o600]
    # each is told once
    assert told == [
        "pseudonym.key could be read by others on this machine. It no longer can.",
        "ppp.duckdb could be read by others on this machine. It no longer can.",
    ]
    assert [path.name for path in place.iterdir() if path.name.startswith(".ppp") or path.suffix == ".wal"] == []


@pytest.mark.usefixtures("_umask")
def test_a_workbook_of_quarantine_is_its_owners_and_a_template_is_everybodys(tmp_path: Path) -> None:
    (tmp_path / "back.xlsx").write_text("an older one, readable by all")
    write_quarantine(tmp_path / "back.xlsx", [], "nl")
    write_template(tmp_path / "template.xlsx", "nl")
    assert mode(tmp_path / "back.xlsx") == 0o600
    assert mode(tmp_path / "template.xlsx") & stat.S_IRGRP


def test_a_file_that_cannot_be_written_whole_is_not_written(tmp_path: Path) -> None:
    path = tmp_path / "file"
    path.write_text("before")

    def write_half() -> None:
        with replacing(path, is_private=True) as beside:
            beside.write_text("half")
            raise ZeroDivisionError

    with pytest.raises(ZeroDivisionError):
        write_half()
    assert [(each.name, each.read_text()) for each in tmp_path.iterdir()] == [("file", "before")]


def test_a_file_is_narrowed_once(tmp_path: Path) -> None:
    path = tmp_path / "file"
    assert not narrow(path)
    path.write_text("")
    path.chmod(0o755)
    assert narrow(path)
    assert mode(path) == 0o700
    assert not narrow(path)
