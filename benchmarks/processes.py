"""Whole processes timed in turn, so that a ratio holds while the machine's speed drifts."""

from __future__ import annotations

import os
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

RUNS = 5
PPP_METRICS = str(Path(sys.executable).with_name("ppp-metrics"))


@dataclass(frozen=True)
class Run:
    """One finished process: seconds on the clock and peak memory in MB."""

    seconds: float
    peak_mb: float


def run(command: list[str], cwd: Path | None = None, *, may_refuse: bool = False) -> Run:
    """Runs a command to its end. Raises RuntimeError when it fails; exit 1 is an answer, if it may refuse."""
    started = time.perf_counter()
    with tempfile.TemporaryFile() as said:
        process = subprocess.Popen(command, cwd=cwd, stdout=subprocess.DEVNULL, stderr=said)
        _, status, usage = os.wait4(process.pid, 0)
        if status and not (may_refuse and os.waitstatus_to_exitcode(status) == 1):
            said.seek(0)
            raise RuntimeError(f"{' '.join(command)} failed: {said.read().decode(errors='replace')}")
    return Run(time.perf_counter() - started, usage.ru_maxrss / 1024)


def compare(
    title: str, goal: float, ours: Callable[[], Run], against: Callable[[], Run], runs: int = RUNS
) -> list[Run]:
    """Our runs; prints the ratio ours/against, pair by pair after one warm-up, as median (min-max) beside the goal.

    Behind it the median seconds of both.
    """
    ours(), against()
    pairs = [(ours(), against()) for _ in range(runs)]
    ratios = [mine.seconds / other.seconds for mine, other in pairs]
    median = statistics.median(ratios)
    spread = f"{median:5.3g}x ({min(ratios):.3g}-{max(ratios):.3g})"
    both = " / ".join(f"{statistics.median(run.seconds for run in runs):.2f}" for runs in zip(*pairs, strict=True))
    print(f"{title:<58} {spread}  goal {goal:g}x  {'reached' if median <= goal else 'MISSED '}  {both} s")
    return [mine for mine, _ in pairs]
