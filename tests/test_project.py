"""The project's laws: what no review should have to look for."""

from __future__ import annotations

import ast
import itertools
import json
import re
import string
import sys
import tomllib
from collections.abc import Iterable, Iterator
from importlib.metadata import packages_distributions
from pathlib import Path

import pytest
from babel.messages.pofile import read_po

from tools.project_files import ROOT, project_files

FILES = project_files()
PACKAGE = ROOT / "ppp_metrics"
MODULES = [path for path in FILES if path.parts[0] == "ppp_metrics" and path.suffix == ".py"]
CATALOGUES = [path for path in FILES if path.suffix == ".po"]
TREES = {path: ast.parse((ROOT / path).read_text("utf-8")) for path in MODULES}

MOST_LINES = 400
DECLARATIONS = {Path("ppp_metrics/records/model.py")}
"""Modules that are data, not logic: as long as what they declare."""

FOUNDATION = {"workspace", "periods", "language", "errors", "files", "light_imports"}
WINGS = {"records": 1, "metrics": 2, "reporting": 3}
VAGUE_NAMES = {"util", "utils", "helper", "helpers", "common", "manager", "managers", "handler", "handlers", "misc"}


def text_of(path: Path) -> str:
    """The file's text; empty for pictures, workbooks and the like."""
    try:
        return (ROOT / path).read_text("utf-8")
    except UnicodeDecodeError:
        return ""


# --- what may stand in a file -----------------------------------------------------------------------------------------


def test_no_file_names_a_package_registry_or_a_place_on_the_machine_it_was_written_on() -> None:
    hosts = ["py" + "pi.org", "python" + "hosted.org", "npm" + "js.org", "npm" + "js.com", "debian" + ".org/debian"]
    here = rf"(?<![\w.-]){re.escape(str(ROOT))}/"
    forbidden = re.compile("|".join([*map(re.escape, hosts), here]), re.IGNORECASE)
    assert {str(path): found[0] for path in FILES if (found := forbidden.search(text_of(path)))} == {}


@pytest.mark.parametrize("path", [path for path in FILES if path.suffix == ".ipynb"], ids=str)
def test_a_notebook_is_committed_without_what_a_run_left_in_it(path: Path) -> None:
    notebook = json.loads(text_of(path))
    cells = [cell for cell in notebook["cells"] if cell["cell_type"] == "code"]
    assert [cell for cell in cells if cell["outputs"] or cell["execution_count"] is not None] == []
    metadata = [notebook["metadata"], *(cell["metadata"] for cell in notebook["cells"])]
    assert [each for each in metadata if {"papermill", "execution", "widgets"} & each.keys()] == []


# --- the package's shape ----------------------------------------------------------------------------------------------


def test_a_module_is_short() -> None:
    lengths = {str(path): text_of(path).count("\n") for path in MODULES if path not in DECLARATIONS}
    assert {name: length for name, length in lengths.items() if length > MOST_LINES} == {}


def test_a_name_says_what_is_inside() -> None:
    assert [str(path) for path in FILES if path.suffix == ".py" and set(path.stem.split("_")) & VAGUE_NAMES] == []


def layer(module: str) -> int:
    """0 for the foundation, 1 to 3 for the wings, 4 for what stands above them: cli and the package's own face."""
    name = [*module.split("."), ""][1]
    return 0 if name in FOUNDATION else WINGS.get(name, 4)


def imported_modules(path: Path, tree: ast.Module) -> Iterator[str]:
    """Every module that a module imports, at its top or inside a function; relative names in full."""
    package = [*path.parent.parts]
    for node in ast.walk(tree):
        if isinstance(node, ast.Import):
            yield from (alias.name for alias in node.names)
        elif isinstance(node, ast.ImportFrom):
            above = package[: len(package) - node.level + 1] if node.level else []
            source = ".".join([*above, *filter(None, [node.module])])
            for alias in node.names:
                inner = Path(*source.split("."), alias.name)
                is_module = (ROOT / inner).is_dir() or (ROOT / f"{inner}.py").is_file()
                yield f"{source}.{alias.name}" if is_module else source


def test_imports_run_one_way() -> None:
    uphill = [
        f"{path} imports {imported}"
        for path, tree in TREES.items()
        for imported in imported_modules(path, tree)
        if imported.split(".")[0] == "ppp_metrics" and layer(imported) > layer(".".join(path.with_suffix("").parts))
    ]
    assert uphill == []


def canonical(name: str) -> str:
    return re.sub(r"[-_.]+", "-", name).lower()


def required_names(requirements: Iterable[str]) -> set[str]:
    """The packages that requirements such as `pandas>=3.0` name."""
    return {canonical(re.split(r"[\s<>=!~;\[]", requirement)[0]) for requirement in requirements}


def test_what_is_imported_is_declared_as_a_dependency() -> None:
    project = tomllib.loads(text_of(Path("pyproject.toml")))["project"]
    declared = required_names([*project["dependencies"], *itertools.chain(*project["optional-dependencies"].values())])
    distributions = packages_distributions()
    undeclared = {
        f"{path} imports {top}"
        for path, tree in TREES.items()
        for top in {name.split(".")[0] for name in imported_modules(path, tree)}
        - sys.stdlib_module_names
        - {"ppp_metrics"}
        if not declared & set(map(canonical, distributions.get(top, [top])))
    }
    assert undeclared == set()


def test_everything_in_the_package_is_packed() -> None:
    setuptools = tomllib.loads(text_of(Path("pyproject.toml")))["tool"]["setuptools"]
    packages = {Path(*name.split(".")) for name in setuptools["packages"]}
    patterns = [
        f"{'/'.join(name.split('.'))}/{each}" for name, data in setuptools["package-data"].items() for each in data
    ]
    forgotten = [
        str(path)
        for path in FILES
        if path.parts[0] == "ppp_metrics"
        if not (path.parent in packages if path.suffix == ".py" else any(map(path.match, patterns)))
    ]
    assert forgotten == []


# --- both languages ---------------------------------------------------------------------------------------------------


def messages() -> Iterator[tuple[str, ast.Call]]:
    """Every `msg(...)` of the package, with the place where it stands."""
    for path, tree in TREES.items():
        for node in ast.walk(tree):
            if isinstance(node, ast.Call) and isinstance(node.func, ast.Name) and node.func.id == "msg":
                yield f"{path}:{node.lineno}", node


def sentence_of(message: ast.Call) -> str | None:
    """The message's sentence, or None when it is not written out there."""
    match message.args:
        case [ast.Constant(value=str(sentence))]:
            return sentence
    return None


def sentences_in_code() -> dict[str, str]:
    """Sentence -> where it stands."""
    return {sentence: where for where, message in messages() if (sentence := sentence_of(message))}


def places(sentence: str) -> set[str]:
    """The names of the sentence's {places}."""
    return {name for _, name, _, _ in string.Formatter().parse(sentence) if name is not None}


def dutch_entries() -> list[tuple[str, str]]:
    """English sentence and Dutch sentence, of all catalogues."""
    found = []
    for path in CATALOGUES:
        with (ROOT / path).open("rb") as stream:
            found += [(str(entry.id), str(entry.string)) for entry in read_po(stream) if entry.id]
    return found


def test_a_sentence_to_translate_is_written_out() -> None:
    assert [where for where, message in messages() if sentence_of(message) is None] == []


def test_a_message_fills_all_its_places_or_leaves_them_all_for_later() -> None:
    wrong = [
        where
        for where, message in messages()
        if (filled := {keyword.arg for keyword in message.keywords}) and None not in filled
        if filled != places(sentence_of(message) or "")
    ]
    assert wrong == []


def test_every_sentence_has_a_dutch_one() -> None:
    dutch = dict(dutch_entries())
    assert {where: sentence for sentence, where in sentences_in_code().items() if not dutch.get(sentence)} == {}


def test_no_dutch_sentence_is_left_over() -> None:
    assert sorted({english for english, _ in dutch_entries()} - sentences_in_code().keys()) == []


def test_a_dutch_sentence_has_the_places_of_the_english_one() -> None:
    assert [english for english, dutch in dutch_entries() if dutch and places(dutch) != places(english)] == []


def test_no_sentence_is_translated_twice() -> None:
    english = [each for each, _ in dutch_entries()]
    assert sorted({each for each in english if english.count(each) > 1}) == []


# --- the lock ---------------------------------------------------------------------------------------------------------

PIN = re.compile(r"([A-Za-z0-9._-]+)==([^\s;]+)(?: ; [^\\\n]+?)?((?: \\\n    --hash=sha256:[0-9a-f]{64})+)\n")


def test_the_lock_is_nothing_but_pins_with_hashes() -> None:
    lock = re.sub(r"^#.*\n", "", text_of(Path("requirements.lock")), flags=re.MULTILINE)
    assert PIN.sub("", lock) == ""


def test_the_lock_has_everything_the_project_asks_for() -> None:
    project = tomllib.loads(text_of(Path("pyproject.toml")))
    groups = (
        project["project"]["dependencies"],
        *project["project"]["optional-dependencies"].values(),
        project["dependency-groups"]["dev"],
        project["build-system"]["requires"],
    )
    locked = {canonical(pin[1]) for pin in PIN.finditer(text_of(Path("requirements.lock")))}
    assert required_names(itertools.chain(*groups)) - locked == set()
