"""A load is compared with the supplier's load before, and with what others sent, before it is kept."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from ppp_metrics import open_workspace
from ppp_metrics.api import OpenWorkspace
from ppp_metrics.errors import DataError
from ppp_metrics.records.deliveries import deliveries
from ppp_metrics.records.difference import Difference, TableDifference
from ppp_metrics.records.ingest import load
from tests.deliveries import KEY, deliver, rows, store
from tests.random_worlds import A_FEW

THEMES = "theme_code,name_en\nwater,Water\n"
PARTNERS = "partner_id,name,partner_type,region_code,size_class\nc1,Aa,company,NL11,small\nc2,Bee,company,NL12,\n"
ISSUES = (
    "issue_id,partner_id,theme_code,status,proposed_date\n"
    "i1,c1,water,proposed,2026-01-05\ni2,c2,water,proposed,2026-01-06\ni3,c1,water,proposed,2026-01-07\n"
)
PEOPLE = "participant_id,role\nanna,student\nbram,teacher\ncleo,student\n"
FIRST = {"themes.csv": THEMES, "partners.csv": PARTNERS, "issues.csv": ISSUES, "participants.csv": PEOPLE}


def changed_by(folder: Path, **files: str | None) -> Difference:
    """What a second load changes; a file that is None is left out of it."""
    deliver(folder, FIRST)
    later = FIRST | {f"{name}.csv": text for name, text in files.items()}
    return deliver(folder, {name: text for name, text in later.items() if text is not None}).difference


@pytest.fixture
def ws(tmp_path: Path) -> OpenWorkspace:
    (tmp_path / "ppp.toml").write_text('name = "Net"\n')
    opened = open_workspace(tmp_path)
    send(tmp_path / "noord", FIRST)
    opened.load([tmp_path / "noord"])
    return opened


def send(folder: Path, files: dict[str, str]) -> Path:
    folder.mkdir(exist_ok=True)
    for name, text in files.items():
        (folder / name).write_text(text, encoding="utf-8")
    return folder


# --- against the load before ------------------------------------------------------------------------------------------


def test_the_same_files_again_change_nothing(tmp_path: Path) -> None:
    difference = changed_by(tmp_path)
    assert not difference
    assert (difference.earlier_load, difference.tables, difference.objections()) == (1, [], [])


def test_keys_that_are_gone_new_and_changed_are_counted_by_table(tmp_path: Path) -> None:
    # i1 is gone, i2 is accepted now, i3 is as it was, i4 is new
    issues = ISSUES.replace("i1,c1,water,proposed,2026-01-05\n", "i4,c1,water,proposed,2026-02-01\n")
    difference = changed_by(tmp_path, issues=issues.replace("i2,c2,water,proposed", "i2,c2,water,accepted"))
    assert difference.tables == [TableDifference("issues", 3, 3, new=1, changed=1, gone=1, gone_keys=["i1"])]
    assert [str(each) for each in difference.objections()] == ["a would lose 1 of its 3 keys in issues."]


def test_what_only_adds_or_corrects_is_told_and_not_objected_to(tmp_path: Path) -> None:
    difference = changed_by(
        tmp_path,
        issues=ISSUES.replace("\n", ",title\n", 1).replace("01-05\n", "01-05,Pump\n")
        + "i4,c1,water,proposed,2026-02-01,\n",
    )
    assert difference.tables == [TableDifference("issues", 3, 4, new=1, changed=1, columns_new=["title"])]
    assert difference.objections() == []


def test_a_column_that_is_gone_is_named_though_it_was_half_empty(tmp_path: Path) -> None:
    partners = "".join(line.rpartition(",")[0] + "\n" for line in PARTNERS.splitlines())
    difference = changed_by(tmp_path, partners=partners)
    # c2 had no size class, so only c1 is another record now
    assert difference.tables == [TableDifference("partners", 2, 2, changed=1, columns_gone=["size_class"])]
    assert [str(each) for each in difference.objections()] == ["a no longer sends partners.size_class."]


def test_a_table_that_is_gone_is_said_once(tmp_path: Path) -> None:
    difference = changed_by(tmp_path, participants=None)
    (table,) = difference.tables
    assert (table.table, table.gone, table.sent, table.columns_gone) == ("participants", 3, False, [])
    assert [str(each) for each in difference.objections()] == ["a no longer sends participants."]


def test_a_key_that_came_along_and_was_put_aside_is_gone_and_that_is_said(tmp_path: Path) -> None:
    # c2 becomes no partner, and takes its issue along; i3 is not sent at all
    difference = changed_by(
        tmp_path,
        partners=PARTNERS.replace("Bee,company", "Bee,shop"),
        issues=ISSUES.replace("i3,c1,water,proposed,2026-01-07\n", ""),
    )
    assert [(each.table, each.gone, each.put_aside) for each in difference.tables] == [
        ("partners", 1, 1),
        ("issues", 2, 1),
    ]


def test_a_key_of_several_columns_is_one_key(tmp_path: Path) -> None:
    # the day is part of a membership's key; the partnership is not enough
    partnerships = "partnership_id,name,region_code\ns,Es,NL11\n"
    members = "partnership_id,partner_id,joined_date\ns,c1,2020-01-01\ns,c2,2020-01-01\n"
    files = FIRST | {"partnerships.csv": partnerships, "memberships.csv": members}
    deliver(tmp_path, files)
    moved = members.replace("c2,2020-01-01", "c2,2021-01-01")
    (table,) = deliver(tmp_path, files | {"memberships.csv": moved}).difference.tables
    assert (table.new, table.gone, table.changed) == (1, 1, 0)
    assert table.gone_keys == ["s c2 2020-01-01"]


def test_of_people_only_counts_are_told(tmp_path: Path) -> None:
    difference = changed_by(tmp_path, participants=PEOPLE.replace("anna,student\n", "dirk,student\n"))
    (table,) = difference.tables
    assert (table.new, table.gone, table.gone_keys) == (1, 1, [])
    with store(tmp_path).reading() as con:
        pseudonyms = [name for (name,) in con.execute("select participant_id from history.participants").fetchall()]
    told = json.dumps(difference.to_dict()) + "".join(map(str, difference.objections()))
    assert [name for name in (*pseudonyms, "anna", "dirk") if name in told] == []


def test_a_few_keys_are_named_and_not_thousands(tmp_path: Path) -> None:
    lines = [f"i{at:03},c1,water,proposed,2026-01-05\n" for at in range(200)]
    header = ISSUES.splitlines()[0] + "\n"
    deliver(tmp_path, FIRST | {"issues.csv": header + "".join(lines)})
    (table,) = deliver(tmp_path, FIRST | {"issues.csv": header + "".join(lines[100:])}).difference.tables
    assert (table.gone, table.gone_keys) == (100, ["i000", "i001", "i002", "i003", "i004"])


def test_it_is_the_newest_load_that_counts(tmp_path: Path) -> None:
    deliver(tmp_path, FIRST)
    deliver(tmp_path, FIRST | {"issues.csv": ISSUES + "i4,c1,water,proposed,2026-02-01\n"})
    difference = deliver(tmp_path, FIRST).difference
    assert [(each.table, each.gone) for each in difference.tables] == [("issues", 1)]
    assert difference.earlier_load == 2


@settings(max_examples=A_FEW)
@given(
    before=st.dictionaries(st.integers(0, 9), st.sampled_from(["proposed", "accepted"]), min_size=1),
    after=st.dictionaries(st.integers(0, 9), st.sampled_from(["proposed", "accepted"]), min_size=1),
)
def test_every_key_is_gone_new_changed_or_as_it_was(
    before: dict[int, str], after: dict[int, str], tmp_path_factory: pytest.TempPathFactory
) -> None:
    folder = tmp_path_factory.mktemp("loads")
    header = ISSUES.splitlines()[0] + "\n"
    for issues in (before, after):
        lines = "".join(f"{key},c1,water,{status},2026-01-05\n" for key, status in issues.items())
        difference = deliver(folder, FIRST | {"issues.csv": header + lines}).difference
    found = difference.tables[0] if difference.tables else TableDifference("issues", len(before), len(after))
    assert (found.rows_before, found.rows) == (len(before), len(after))
    assert (found.gone, found.new) == (len(before.keys() - after.keys()), len(after.keys() - before.keys()))
    assert found.changed == sum(before[key] != after[key] for key in before.keys() & after.keys())


# --- against other suppliers ------------------------------------------------------------------------------------------


def test_the_files_of_another_supplier_are_recognised_by_their_bytes(tmp_path: Path) -> None:
    deliver(tmp_path, FIRST, "a")
    difference = deliver(tmp_path, FIRST, "b").difference
    # themes are everybody's: the same file of themes says nothing
    assert difference.same_bytes == {"a": ["issues.csv", "participants.csv", "partners.csv"]}
    # 2 partners and 3 issues; a person is another one with each supplier
    assert (difference.records, difference.records_elsewhere) == (5, {"a": 5})
    assert [str(each) for each in difference.objections()] == [
        "b sends files that a sent, byte for byte: issues.csv, participants.csv, partners.csv.",
        "Of the 5 records that b sends, 5 are new and stand at a already.",
    ]
    # once that was meant, the same files again are no surprise, with one issue more either
    assert not deliver(tmp_path, FIRST, "b").difference
    more = deliver(tmp_path, FIRST | {"issues.csv": ISSUES + "i4,c1,water,proposed,2026-02-01\n"}, "b").difference
    assert more.objections() == []


def test_another_suppliers_records_in_another_file_are_recognised_from_half_on(tmp_path: Path) -> None:
    deliver(tmp_path, FIRST, "a")
    header, *lines = ISSUES.splitlines()
    own = [line.replace(",c1,", ",d1,").replace(",c2,", ",d1,") for line in lines]

    def sent(partners: str, issues: list[str]) -> Difference:
        files = {"themes.csv": THEMES, "partners.csv": partners, "issues.csv": "\n".join([header, *issues]) + "\n"}
        result = load(store(tmp_path), deliveries([send(tmp_path / "b", files)], "b"), KEY, dry_run=True)
        return result[0].difference

    # the same numbers for other issues: each supplier counts from 1
    assert sent(PARTNERS.splitlines()[0] + "\nd1,Dee,company,NL11,\n", own).objections() == []
    # of 3 partners and 3 issues, 2 partners are a's; with one of its issues it is half
    assert sent(PARTNERS + "d1,Dee,company,NL11,\n", own).records_elsewhere == {}
    assert sent(PARTNERS + "d1,Dee,company,NL11,\n", [lines[0], *own[1:]]).records_elsewhere == {"a": 3}


def test_a_file_without_a_record_is_nobodys(tmp_path: Path) -> None:
    nothing = {"capabilities.csv": "partner_id,capability,fte,start_date\nc9,research,1,2026-01-01\n"}
    deliver(tmp_path, FIRST | nothing, "a")
    own = {"partners.csv": PARTNERS.replace("Aa", "Zet").replace("Bee", "Zee")}
    assert deliver(tmp_path, nothing | own, "b").difference.objections() == []


def test_two_folders_of_one_load_are_compared_with_each_other(tmp_path: Path) -> None:
    for name in ("noord", "zuid"):
        (tmp_path / "net").mkdir(exist_ok=True)
        send(tmp_path / "net" / name, FIRST)
    with pytest.raises(DataError, match="zuid sends files that noord sent, byte for byte"):
        load(store(tmp_path), deliveries([tmp_path / "net"], None), KEY)
    assert not store(tmp_path).path.exists()


# --- before it is kept ------------------------------------------------------------------------------------------------

FEWER = FIRST | {"issues.csv": ISSUES.replace("i1,c1,water,proposed,2026-01-05\n", "")}


def test_in_python_what_would_vanish_is_refused_unless_yes(ws: OpenWorkspace, tmp_path: Path) -> None:
    send(tmp_path / "noord", FEWER)
    with pytest.raises(DataError) as refused:
        ws.load([tmp_path / "noord"])
    assert str(refused.value) == (
        "noord would lose 1 of its 3 keys in issues. Nothing was loaded. `--dry-run` shows more; where this is meant, "
        "add `--yes` (in Python: yes=True)."
    )
    assert refused.value.message.render("nl").startswith("noord zou 1 van de 3 sleutels verliezen in issues. Er is")
    assert rows(tmp_path, "select count(*) from issues") == [(3,)]
    (result,) = ws.load([tmp_path / "noord"], yes=True)
    assert result.difference.tables[0].gone == 1
    assert rows(tmp_path, "select count(*) from issues") == [(2,)]


def test_a_dry_run_tells_all_and_leaves_nothing(ws: OpenWorkspace, tmp_path: Path) -> None:
    before = ws.status()
    send(tmp_path / "noord", FEWER | {"partners.csv": PARTNERS + "c3,Cee,shop,NL11,\n"})
    (result,) = ws.load([tmp_path / "noord"], dry_run=True)
    assert [(each.table, each.gone) for each in result.difference.tables] == [("issues", 1)]
    assert [(entry["row"], entry["value"]) for entry in result.put_aside] == [(4, "shop")]
    assert ws.status() == before
    assert ws.quarantine() == []


def test_a_dry_run_in_a_new_workspace_leaves_no_database_and_no_key(tmp_path: Path) -> None:
    (tmp_path / "ppp.toml").write_text('name = "Net"\n')
    send(tmp_path / "noord", FIRST)
    (result,) = open_workspace(tmp_path).load([tmp_path / "noord"], dry_run=True)
    assert result.tables["issues"]["kept"] == 3
    assert sorted(path.name for path in tmp_path.iterdir()) == ["noord", "ppp.toml"]
