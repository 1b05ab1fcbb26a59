"""How long the command takes to say what it can do."""

from __future__ import annotations

import sys

from benchmarks.processes import PPP_METRICS, compare, run

compare(
    "ppp-metrics --help / python -c 'import typer'",
    3,
    lambda: run([PPP_METRICS, "--help"]),
    lambda: run([sys.executable, "-c", "import typer"]),
    runs=9,
)
