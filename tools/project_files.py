"""Which files belong to the project."""

from __future__ import annotations

import subprocess
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
NOT_OURS = {".git", ".venv", "build", "reports", "__pycache__"}


def project_files() -> list[Path]:
    """Every file that is, or would be, under version control, relative to the project's root, sorted.

    In an unpacked archive, where git knows nothing, every file but those that work on the project leaves behind.
    """
    command = ["git", "ls-files", "-z", "--cached", "--others", "--exclude-standard"]
    try:
        listing = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=True).stdout
        found = {Path(name) for name in listing.split("\0") if name}
    except (FileNotFoundError, subprocess.CalledProcessError):
        found = {path.relative_to(ROOT) for path in ROOT.rglob("*") if not _left_behind(path.relative_to(ROOT))}
    return sorted(path for path in found if (ROOT / path).is_file())


def _left_behind(path: Path) -> bool:
    is_cache = any(part in NOT_OURS or part.endswith(("_cache", ".egg-info", "_checkpoints")) for part in path.parts)
    return is_cache or path.parts[0] == ".hypothesis" or ".duckdb" in path.name or path.suffix == ".key"
