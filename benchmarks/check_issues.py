"""What a check costs in time and memory as the issues grow tenfold, and that it grows no faster than they do."""

from __future__ import annotations

import shutil
import tempfile
from pathlib import Path

from benchmarks.generated_records import generate
from benchmarks.processes import PPP_METRICS, Run, run

SIZES = (10_000, 100_000, 1_000_000)
SECONDS_GOAL, MEMORY_GOAL_MB = 60, 3_000
ROOT = Path(__file__).resolve().parent.parent


def checked(issues: int) -> Run:
    """A first check of so many issues, in a workspace of its own."""
    with tempfile.TemporaryDirectory() as scratch:
        folder = Path(scratch)
        (folder / "ppp.toml").write_text('name = "benchmark"\n')
        shutil.copytree(ROOT / "expectations", folder / "expectations")
        generate(folder / "ppp.duckdb", issues)
        return run([PPP_METRICS, "check", "--workspace", str(folder)], may_refuse=True)


def main() -> None:
    runs = {issues: checked(issues) for issues in SIZES}
    for issues, each in runs.items():
        print(f"{f'check {issues:,} issues':<58} {each.seconds:6.1f} s  {each.peak_mb:5.0f} MB")
    largest, before = runs[SIZES[-1]], runs[SIZES[-2]]
    is_reached = largest.seconds <= SECONDS_GOAL and largest.peak_mb <= MEMORY_GOAL_MB
    print(
        f"{'  goal':<58} {SECONDS_GOAL:6d} s  {MEMORY_GOAL_MB:5d} MB  {'reached' if is_reached else 'MISSED'}; "
        f"ten times the issues: {largest.seconds / before.seconds:.1f}x the time"
    )


if __name__ == "__main__":
    main()
