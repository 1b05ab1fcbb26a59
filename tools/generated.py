"""Remakes the generated files of the project; with `--check` says which of them are stale, and changes nothing."""

from __future__ import annotations

import filecmp
import os
import shutil
import subprocess
import sys
import tempfile
from dataclasses import dataclass
from pathlib import Path

if __package__ in (None, ""):
    sys.path.insert(0, str(Path(__file__).resolve().parent.parent))

from tools.project_files import ROOT, project_files


@dataclass(frozen=True)
class Generated:
    """Files and the Python command that makes them. `test` names the test that compares what has no fixed bytes."""

    paths: tuple[str, ...]
    command: tuple[str, ...]
    test: str | None = None


GENERATED = (
    Generated(("ppp_metrics/records/regions.csv",), ("tools/make_regions.py",)),
    Generated(("data/demo",), ("data/demo/generate.py",), test="tests/test_demo.py"),
    Generated(("data/README.md",), ("-m", "ppp_metrics.records.dictionary")),
    Generated(("README.md",), ("-m", "tools.make_catalogue")),
)


def remake(folder: Path, generated: Generated) -> None:
    """Runs the command on the project in `folder`, with that folder's own package. Raises SystemExit when it fails."""
    environment = os.environ | {"PYTHONPATH": str(folder)}
    done = subprocess.run(
        [sys.executable, *generated.command], cwd=folder, env=environment, capture_output=True, text=True
    )
    if done.returncode:
        raise SystemExit(f"{' '.join(generated.command)} failed:\n{done.stdout}{done.stderr}")


def stale_files() -> list[str]:
    """Names of generated files that their command, run on a copy of the project, makes differently."""
    with tempfile.TemporaryDirectory() as name:
        copy = Path(name)
        for path in project_files():
            (copy / path).parent.mkdir(parents=True, exist_ok=True)
            shutil.copyfile(ROOT / path, copy / path)
        stale = []
        for generated in GENERATED:
            if generated.test is None:
                remake(copy, generated)
                stale += [path for path in generated.paths if not _same(ROOT / path, copy / path)]
        return stale


def _same(ours: Path, remade: Path) -> bool:
    return ours.exists() and filecmp.cmp(ours, remade, shallow=False)


if __name__ == "__main__":
    if "--check" in sys.argv:
        if stale := stale_files():
            raise SystemExit(f"Stale: {', '.join(stale)}. Run `make generated` and commit what changed.")
    else:
        for each in GENERATED:
            remake(ROOT, each)
            print(f"Remade {', '.join(each.paths)}")
