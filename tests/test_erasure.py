"""A person asked to be forgotten: what is removed, from where, and what is said of it."""

from __future__ import annotations

import hashlib
import hmac
import json
import shutil
from pathlib import Path

import pytest

from ppp_metrics.api import OpenWorkspace, open_workspace
from ppp_metrics.errors import DataError, UsageError
from ppp_metrics.records.erasure import pseudonym

PARTNERS = "partner_id,name,partner_type,region_code\nc1,Alpha,company,NL11\n"
ISSUES = (
    "issue_id,partner_id,theme_code,status,proposed_date,accepted_date\ni1,c1,water,accepted,2026-01-10,2026-02-01\n"
)
THEMES = "theme_code,name_en,name_nl\nwater,Water,Water\n"
PARTNERSHIPS = "partnership_id,name,region_code\np1,Noord,NL11\n"
PARTICIPANTS = "participant_id,role\nanna,student\nbram,teacher\n"
PARTICIPATIONS = "participant_id,issue_id,start_date\nanna,i1,2026-02-01\nbram,i1,2026-02-01\n"
INTERACTIONS = "giver_id,receiver_id,interaction_date\nbram,anna,2026-03-01\n"
STORIES = (
    "participant_id,partnership_id,cycle,story_date,consent,story\n"
    "anna,p1,immediate,2026-03-01,yes,Ik leerde lassen bij de dijk\n"
)


def send(folder: Path, supplier: str, **changed: str) -> None:
    files = {
        "partners": PARTNERS, "issues": ISSUES, "themes": THEMES, "partnerships": PARTNERSHIPS,
        "participants": PARTICIPANTS, "participations": PARTICIPATIONS, "interactions": INTERACTIONS,
        "value_stories": STORIES,
    } | changed  # fmt: skip
    (folder / supplier).mkdir(exist_ok=True)
    for name, text in files.items():
        (folder / supplier / f"{name}.csv").write_text(text)


@pytest.fixture(scope="module")
def loaded(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A supplier with two loads, and another who uses the same ids."""
    folder = tmp_path_factory.mktemp("loaded")
    (folder / "ppp.toml").write_text('name = "Noord"\n[retention]\nnoord = 2026-01-01\nzuid = 2999-01-01\n')
    for supplier in ("noord", "noord", "zuid"):
        send(folder, supplier)
        open_workspace(folder).load([folder / supplier], yes=True)
    return folder


@pytest.fixture
def ws(loaded: Path, tmp_path: Path) -> OpenWorkspace:
    """The same, to be changed."""
    return open_workspace(Path(shutil.copytree(loaded, tmp_path, dirs_exist_ok=True)))


def test_the_pseudonym_is_the_one_that_loading_makes(ws: OpenWorkspace) -> None:
    with ws.store.reading() as con:
        loaded = con.execute("select participant_id from participants where supplier = 'noord'").fetchall()
    key = ws.place.key(loaded_before=True)
    assert {found for (found,) in loaded} == {pseudonym(key, "noord", name) for name in ("anna", "bram")}


def test_a_person_goes_from_every_load_and_what_went_is_said(ws: OpenWorkspace) -> None:
    one_load = {"participants": 1, "participations": 1, "interactions": 1, "value_stories": 1}
    erasure = ws.erase("anna")
    assert erasure.removed == {"noord": {name: 2 * count for name, count in one_load.items()}, "zuid": one_load}
    assert (erasure.rows, erasure.loads) == (12, 3)
    with ws.store.reading(loads=[1]) as con:
        assert con.execute("select count(*) from participations").fetchall() == [(1,)]
    with pytest.raises(UsageError, match="No participant is known by this id"):
        ws.erase("anna")


def test_a_person_is_known_by_the_id_as_it_is_seen_and_as_it_was_written(ws: OpenWorkspace, tmp_path: Path) -> None:
    # the accent is a letter of its own, and after it comes a character without width
    written = "rene\u0301\u200b"
    send(tmp_path, "noord", participants=PARTICIPANTS + f"{written},student\n")
    ws.load([tmp_path / "noord"])
    assert ws.erase("ren\u00e9").removed == {"noord": {"participants": 1}}
    # a load made before ids were cleaned holds the pseudonym of what was written
    key = ws.place.key(loaded_before=True)
    before = hmac.new(key, f"noord\x1f{written}".encode(), hashlib.sha256).hexdigest()[:32]
    with ws.store.writing() as con:
        con.execute(
            "update history.participants set participant_id = ? where load_id = 1 and role = 'student'", [before]
        )
    assert ws.erase(written).removed == {"noord": {"participants": 1}}


def test_one_supplier_alone_can_be_meant(ws: OpenWorkspace) -> None:
    assert ws.erase("anna", "zuid").removed.keys() == {"zuid"}
    assert ws.erase("anna").removed.keys() == {"noord"}
    with pytest.raises(UsageError, match="no supplier 'nord'"):
        ws.erase("bram", "nord")
    with pytest.raises(UsageError, match="Name a participant"):
        ws.erase()


def test_nothing_of_the_person_is_left_in_the_file(ws: OpenWorkspace) -> None:
    key = ws.place.key(loaded_before=True)
    traces = [pseudonym(key, "noord", "anna").encode(), b"lassen bij de dijk"]
    ws.erase("anna")
    stored = ws.place.database.read_bytes()
    assert [trace for trace in traces if trace in stored] == []
    assert sorted(path.name for path in ws.place.root.glob("*ppp.duckdb*")) == ["ppp.duckdb"]


def test_what_was_put_aside_goes_too(ws: OpenWorkspace, tmp_path: Path) -> None:
    send(tmp_path, "noord", participants=PARTICIPANTS + "carla,astronaut\n")
    ws.load([tmp_path / "noord"])
    assert ws.erase("carla").removed == {"noord": {"quarantine": 1}}
    assert ws.quarantine() == []


def test_reports_are_made_again_afterwards(ws: OpenWorkspace) -> None:
    before = ws.status()["fingerprint"]
    ws.erase("anna")
    assert ws.status()["fingerprint"] != before


def test_a_supplier_whose_time_is_over_is_named_until_its_people_are_removed(ws: OpenWorkspace) -> None:
    assert ws.status()["retention"] == [
        {"supplier": "noord", "until": "2026-01-01", "overdue": True},
        {"supplier": "zuid", "until": "2999-01-01", "overdue": False},
    ]
    assert ws.erase(supplier="noord").removed["noord"]["participants"] == 4
    assert [kept["supplier"] for kept in ws.status()["retention"]] == ["zuid"]
    assert ws.status()["tables"]["issues"] == 2


def test_without_the_key_nobody_is_found_and_that_is_said(ws: OpenWorkspace) -> None:
    ws.place.key_file.unlink()
    with pytest.raises(DataError, match=r"pseudonym\.key is gone"):
        ws.erase("anna")
    assert ws.erase(supplier="noord").rows > 0


def test_the_key_is_its_owners_and_stands_outside_the_database(ws: OpenWorkspace) -> None:
    assert ws.place.key_file.stat().st_mode & 0o777 == 0o600
    stored = ws.place.database.read_bytes()
    key = ws.place.key_file.read_bytes()
    assert key not in stored
    assert key.hex().encode() not in stored


def test_a_day_that_is_none_is_refused(tmp_path: Path) -> None:
    (tmp_path / "ppp.toml").write_text('[retention]\nnoord = "soon"\n')
    with pytest.raises(UsageError, match="the records of noord are kept until a day, such as 2028-12-31, not 'soon'"):
        open_workspace(tmp_path)


def test_json_for_a_log(ws: OpenWorkspace) -> None:
    assert json.loads(json.dumps(ws.erase("anna", "zuid").to_dict()))["loads"] == 1
