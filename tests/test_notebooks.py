"""Notebooks are thin: a title, typed parameters, one import, and one library call a cell."""

from __future__ import annotations

import ast
import json
from pathlib import Path

import pytest

from ppp_metrics.reporting.plan import PARAMETERS, check_parameters
from tests.networks import NOTEBOOKS

FILES = sorted(NOTEBOOKS.glob("*.ipynb"))
ALLOWED = (ast.Import, ast.ImportFrom, ast.Assign, ast.AnnAssign, ast.Expr)
each_notebook = pytest.mark.parametrize("path", FILES, ids=lambda path: path.stem)


def cells(path: Path, kind: str) -> list[dict]:
    return [cell for cell in json.loads(path.read_text("utf-8"))["cells"] if cell["cell_type"] == kind]


def source(cell: dict) -> str:
    return "".join(cell["source"])


@each_notebook
def test_a_notebook_begins_with_its_title(path: Path) -> None:
    assert source(cells(path, "markdown")[0]).startswith("# ")


@each_notebook
def test_every_parameter_has_a_type_and_a_value(path: Path) -> None:
    [tagged] = [cell for cell in cells(path, "code") if "parameters" in cell["metadata"].get("tags", [])]
    declared = ast.parse(source(tagged)).body
    assert {type(each) for each in declared} == {ast.AnnAssign}
    # what is more than a report gives has a value of its own
    assert tuple(each.target.id for each in declared)[: len(PARAMETERS)] == PARAMETERS  # type: ignore[attr-defined]
    assert all(each.value is not None for each in declared)  # type: ignore[attr-defined]
    check_parameters(path)


@each_notebook
def test_a_cell_is_one_statement_without_logic(path: Path) -> None:
    for cell in cells(path, "code"):
        if "parameters" in cell["metadata"].get("tags", []):
            continue
        [statement] = ast.parse(source(cell)).body
        assert isinstance(statement, ALLOWED)
        logic = (ast.Lambda, ast.IfExp, ast.ListComp, ast.DictComp, ast.SetComp, ast.GeneratorExp, ast.BoolOp)
        assert not [node for node in ast.walk(statement) if isinstance(node, logic)]


@each_notebook
def test_a_notebook_imports_the_dashboard_and_nothing_else(path: Path) -> None:
    imported = [line for cell in cells(path, "code") for line in source(cell).splitlines() if "import" in line]
    assert imported == ["from ppp_metrics.reporting import dashboard"]


@each_notebook
def test_a_notebook_runs_with_the_kernel_every_installation_has(path: Path) -> None:
    assert json.loads(path.read_text("utf-8"))["metadata"]["kernelspec"]["name"] == "python3"
