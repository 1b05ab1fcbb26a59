"""All reports of the provinces, against papermill and nbconvert one by one, and against the notebooks' code alone.

The six reports that are made one by one, and the twelve of the limit, stand for all: their time is scaled up.
"""

from __future__ import annotations

import asyncio
import os
import shutil
import statistics
import subprocess
import sys
import tempfile
from collections.abc import Callable, Sequence
from itertools import product
from pathlib import Path

from benchmarks.processes import PPP_METRICS, Run, compare, run

ROOT = Path(__file__).resolve().parent.parent
PERIOD = "2026-Q3"
PROVINCES = [f"NL{code}" for code in (11, 12, 13, 21, 22, 23, 32, 34, 35, 36, 41, 42)]
NOTEBOOKS = ["regional_innovation", "learning_effects", "theme_explorer"]
LANGS = ["nl", "en"]
RUNS = 3
LIMIT = """
import json, sys, nbformat, nbconvert, papermill
from ppp_metrics.reporting import dashboard
for region, notebook, lang in json.loads(sys.argv[1]):
    seen = {"__name__": "__main__"}
    given = {"workspace": ".", "period": sys.argv[2], "region": region, "lang": lang, "edition": "coordinator"}
    for cell in nbformat.read(f"notebooks/{notebook}.ipynb", as_version=4).cells:
        if cell.cell_type == "code":
            exec(cell.source, seen)
            if "parameters" in cell.metadata.get("tags", []):
                seen.update(given)
"""

Slice = tuple[str, str, str]


def make_workspace(folder: Path) -> None:
    run([PPP_METRICS, "init", str(folder)])
    run([PPP_METRICS, "load", str(ROOT / "data" / "demo"), "--workspace", str(folder)])
    run([PPP_METRICS, "check", "--workspace", str(folder)])


def report(folder: Path, *more: str) -> Callable[[], Run]:
    """The command that makes all the reports, from a cold start."""
    places = ["--period", PERIOD, "--region", ",".join(PROVINCES), "--lang", "all"]
    return lambda: run([PPP_METRICS, "report", *NOTEBOOKS, *places, *more], cwd=folder)


def one_by_one(folder: Path, slices: Sequence[Slice]) -> Run:
    """The same reports with the tools as they come."""
    seconds, peak = 0.0, 0.0
    tools = Path(sys.executable).parent
    for region, notebook, lang in slices:
        given = {"workspace": "..", "period": PERIOD, "region": region, "lang": lang, "edition": "coordinator"}
        parameters = [word for name, value in given.items() for word in ("-p", name, value)]
        executed = folder / "notebooks" / "executed.ipynb"
        source = folder / "notebooks" / f"{notebook}.ipynb"
        papermill = [str(tools / "papermill"), "--no-progress-bar", "--log-level", "ERROR"]
        for command in (
            [*papermill, str(source), str(executed), "--cwd", str(source.parent), *parameters],
            [str(tools / "jupyter"), "nbconvert", "--log-level", "ERROR", "--to", "html", "--no-input", str(executed)],
        ):
            done = run(command, cwd=folder)
            seconds, peak = seconds + done.seconds, max(peak, done.peak_mb)
        executed.unlink()
    return Run(seconds, peak)


def scaled(done: Run, slices: Sequence[Slice]) -> Run:
    return Run(done.seconds * len(PROVINCES) * len(NOTEBOOKS) * len(LANGS) / len(slices), done.peak_mb)


def limit(folder: Path, slices: Sequence[Slice]) -> Run:
    """The notebooks' own code in one process, without kernels and pages."""
    import json

    return run([sys.executable, "-c", LIMIT, json.dumps(slices), PERIOD], cwd=folder)


def regions_made_after_a_change(folder: Path) -> tuple[str, list[str]]:
    """The supplier of which a file changed, and the regions whose reports that made anew."""
    from ppp_metrics.reporting.manifest import read_manifest

    supplier = "wadkant"
    changed = folder / "changed" / supplier
    shutil.copytree(ROOT / "data" / "demo" / supplier, changed)
    issues = next(changed.glob("issues.*"))
    lines = issues.read_text("utf-8").splitlines()
    issues.write_text("\n".join(lines[:-1]) + "\n", encoding="utf-8")
    run([PPP_METRICS, "load", str(changed), "--workspace", str(folder)])
    before = {file: report.sha256 for file, report in read_manifest(folder / "reports" / "coordinator").items()}
    times = {file: (folder / "reports" / "coordinator" / file).stat().st_mtime_ns for file in before}
    report(folder)()
    made = [file for file in before if (folder / "reports" / "coordinator" / file).stat().st_mtime_ns != times[file]]
    return supplier, sorted({file.split("_NL")[1].split("_")[0] for file in made})


def worker_megabytes() -> tuple[float, float]:
    """Memory of a report's kernel and of an ordinary one with the same imports, shared pages counted once."""
    from ppp_metrics.reporting import kernels

    async def measured(is_forked: bool, count: int) -> float:
        kernels.HAS_FORK_SERVER = is_forked
        managers = [kernels.ReportKernelManager() for _ in range(count)]
        before = set(_children())
        for manager in managers:
            await manager.start_kernel()
            client = manager.client()
            client.start_channels()
            await client.wait_for_ready(timeout=120)
            await client.execute_interactive("import ppp_metrics.reporting.preloaded", timeout=120)
            client.stop_channels()
        used = sum(_proportional_megabytes(pid) for pid in set(_children()) - before)
        for manager in managers:
            await manager.shutdown_kernel(now=True)
        return used / count

    return asyncio.run(measured(True, 2)), asyncio.run(measured(False, 1))


def _children() -> list[int]:
    """All processes below this one."""
    told = subprocess.run(["ps", "-e", "-o", "pid=,ppid="], capture_output=True, text=True, check=True).stdout
    parents = {int(pid): int(parent) for pid, parent in (line.split() for line in told.splitlines())}
    found = [os.getpid()]
    for pid in found:
        found += [child for child, parent in parents.items() if parent == pid]
    return found[1:]


def _proportional_megabytes(pid: int) -> float:
    try:
        lines = Path(f"/proc/{pid}/smaps_rollup").read_text().splitlines()
    except OSError:
        return 0.0
    return next(int(line.split()[1]) / 1024 for line in lines if line.startswith("Pss:"))


def main() -> None:
    cores = os.cpu_count() or 1
    with tempfile.TemporaryDirectory() as scratch:
        folder = Path(scratch) / "workspace"
        make_workspace(folder)
        count = len(PROVINCES) * len(NOTEBOOKS) * len(LANGS)
        some = list(product(PROVINCES[:2], NOTEBOOKS, LANGS))
        six = list(product(PROVINCES[:1], NOTEBOOKS, LANGS))
        compare(
            f"{count} reports / papermill + nbconvert one by one",
            1 / 16,
            report(folder, "--force"),
            lambda: scaled(one_by_one(folder, six), six),
            runs=RUNS,
        )
        compare(
            f"{count} reports / their code in one process, on {cores} cores",
            1.5 / cores,
            report(folder, "--force"),
            lambda: scaled(limit(folder, some), some),
            runs=RUNS,
        )
        made = statistics.median(report(folder, "--force")().seconds for _ in range(RUNS))
        again = report(folder)
        compare("nothing changed / all made", 1 / 20, again, lambda: Run(made, 0), runs=RUNS)
        status = [PPP_METRICS, "status", "--workspace", str(folder)]
        compare("nothing changed / ppp-metrics status", 3, again, lambda: run(status), runs=RUNS)
        supplier, regions = regions_made_after_a_change(folder)
        print(f"{'one file of ' + supplier + ' changed: reports made anew of':<58} {', '.join(regions)}")
        forked, plain = worker_megabytes()
        verdict = "reached" if forked <= 1.3 * plain else "MISSED "
        ratio = f"{forked / plain:5.2f}x              goal 1.3x  {verdict}"
        print(f"{'memory of a worker / plain ipykernel':<58} {ratio}  {forked:.0f} / {plain:.0f} MB")


if __name__ == "__main__":
    main()
