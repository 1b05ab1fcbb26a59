"""Who sends what: suppliers are named, or are folders; what cannot be read is refused before anything is."""

from __future__ import annotations

import os
import unicodedata
from collections.abc import Collection
from pathlib import Path

import pytest

from ppp_metrics.errors import DataError, PppError, UsageError
from ppp_metrics.records.deliveries import deliveries


def write(folder: Path, *places: str) -> None:
    for place in places:
        (folder / place).parent.mkdir(parents=True, exist_ok=True)
        (folder / place).write_text("x")


def suppliers(
    folder: Path, *sources: str, name: str | None = None, known: Collection[str] = ()
) -> dict[str, list[str]]:
    """Supplier -> its files, below the folder."""
    sent = deliveries([folder / source for source in sources], name, known)
    return {each.supplier: [path.relative_to(folder).as_posix() for path in each.paths] for each in sent}


def test_a_folder_is_a_supplier_and_each_of_its_subfolders(tmp_path: Path) -> None:
    write(tmp_path, "net/noord/partners.csv", "net/zuid/partners.csv", "net/zuid/~$issues.xlsx", "net/.git/x.csv")
    assert suppliers(tmp_path, "net") == {"noord": ["net/noord/partners.csv"], "zuid": ["net/zuid/partners.csv"]}
    assert suppliers(tmp_path, "net", name="net") == {"net": ["net/noord/partners.csv", "net/zuid/partners.csv"]}


def test_a_file_that_is_named_twice_is_sent_once(tmp_path: Path) -> None:
    write(tmp_path, "noord/partners.csv")
    (tmp_path / "link.csv").symlink_to(tmp_path / "noord" / "partners.csv")
    named = ("noord/partners.csv", "noord", "noord/../noord/partners.csv", "link.csv")
    assert suppliers(tmp_path, *named, name="noord") == {"noord": ["noord/partners.csv"]}


def test_a_loose_file_is_nobodys_until_it_is_said(tmp_path: Path) -> None:
    write(tmp_path, "los/partners.csv", "los/export 2026.csv", "noord/partners.csv")
    assert suppliers(tmp_path, "los/partners.csv", name="x") == {"x": ["los/partners.csv"]}
    with pytest.raises(UsageError, match=r"^Whose is partners.csv\? .* These are the suppliers so far: noord, zuid\.$"):
        suppliers(tmp_path, "los/partners.csv", "noord", known={"zuid", "noord"})
    # the proposal: the folder's name for a file that is called after a table, else the file's
    with pytest.raises(UsageError, match=r"no suppliers yet. For example: `ppp-metrics load \S*partners.csv --as los`"):
        suppliers(tmp_path, "los/partners.csv")
    with pytest.raises(UsageError, match=r"`ppp-metrics load '.*/export 2026.csv' --as 'export 2026'`"):
        suppliers(tmp_path, "los/export 2026.csv")


def test_folders_of_one_name_are_not_joined_unsaid(tmp_path: Path) -> None:
    write(tmp_path, "2025/noord/partners.csv", "2026/noord/partners.csv")
    with pytest.raises(UsageError, match=r"2025/noord and .*2026/noord have one name"):
        suppliers(tmp_path, "2025", "2026")
    assert len(suppliers(tmp_path, "2025", "2026", name="noord")["noord"]) == 2


@pytest.mark.parametrize(
    "name", ["", "  ", "\t", "a/b", "a\\b", "..", "a\nb", "a\u200bb", "a\x1b[1mb", "a\udcffb", "n" * 101]
)
def test_a_name_that_cannot_be_one_is_refused(tmp_path: Path, name: str) -> None:
    write(tmp_path, "partners.csv")
    with pytest.raises(UsageError) as refused:
        suppliers(tmp_path, "partners.csv", name=name)
    assert "\n" not in str(refused.value)
    str(refused.value).encode()


@pytest.mark.parametrize("name", ["noord", "NOORD", "No ord", "Ｎｏｏｒｄ"])
def test_a_name_that_is_nearly_a_suppliers_is_refused_with_that(tmp_path: Path, name: str) -> None:
    write(tmp_path, "partners.csv", "noord/partners.csv")
    with pytest.raises(UsageError, match=r"There is a supplier 'Noord' already; .* Load with --as Noord, or"):
        suppliers(tmp_path, "partners.csv", name=name, known=["Noord"])
    with pytest.raises(UsageError, match="There is a supplier 'Noord' already"):
        suppliers(tmp_path, "noord", known=["Noord"])


def test_two_folders_whose_names_differ_by_case_only_are_refused(tmp_path: Path) -> None:
    write(tmp_path, "a/Noord/partners.csv", "b/noord/partners.csv")
    with pytest.raises(UsageError, match="There is a supplier 'Noord' already"):
        suppliers(tmp_path, "a", "b")


def test_the_same_name_in_other_bytes_is_the_same_supplier(tmp_path: Path) -> None:
    # macOS and Unicode have two ways to write one letter; spaces at the ends cannot be seen
    decomposed = unicodedata.normalize("NFD", "Fryslân")
    write(tmp_path, "partners.csv", f"{decomposed}/partners.csv")
    for known in ("Fryslân", decomposed):
        for name in ("Fryslân", decomposed, " Fryslân "):
            assert list(suppliers(tmp_path, "partners.csv", name=name, known=[known])) == [known]
        assert list(suppliers(tmp_path, decomposed, known=[known])) == [known]
    assert list(suppliers(tmp_path, decomposed)) == ["Fryslân"]


def odd_sources(folder: Path) -> dict[str, Path]:
    """Name -> a path that cannot be loaded."""
    write(folder, "readme/readme.md", "broken/partners.csv", "named/a\nb.csv")
    (folder / "empty").mkdir()
    (folder / "loop.csv").symlink_to("loop.csv")
    (folder / "broken" / "gone.csv").symlink_to("nowhere")
    os.mkfifo(folder / "pipe.csv")
    return {
        "missing": folder / "missing.csv",
        "below a file": folder / "readme" / "readme.md" / "x.csv",
        "unexpanded": folder / "*.csv",
        "folder without files": folder / "empty",
        "folder without tables": folder / "readme",
        "folder with a link to nothing": folder / "broken",
        "link to itself": folder / "loop.csv",
        "pipe": folder / "pipe.csv",
        "device": Path("/dev/zero"),
        "long name": folder / ("n" * 5000),
        "line break": folder / "named" / "a\nb.csv",
        "folder with a line break": folder / "named",
        "no UTF-8": folder / "a\udcff.csv",
        "null": folder / "a\0.csv",
    }


@pytest.mark.parametrize("named", [True, False])
def test_what_cannot_be_loaded_is_one_sentence(tmp_path: Path, named: bool) -> None:
    for what, path in odd_sources(tmp_path).items():
        with pytest.raises(PppError) as refused:
            deliveries([path], "x" if named else None)
        assert isinstance(refused.value, DataError), what
        assert "\n" not in str(refused.value), what
        str(refused.value).encode()
