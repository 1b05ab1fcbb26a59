"""Kernels of reports: each a clean process of its own, forked where that can be, and ended when its report is."""

from __future__ import annotations

import asyncio
import json
import multiprocessing
import os
import signal
import stat
import sys
import time
from collections.abc import Callable, Iterator
from concurrent.futures.process import BrokenProcessPool
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import nbformat
import papermill
import pytest
from jupyter_core.utils import run_sync

from ppp_metrics.reporting import kernels
from ppp_metrics.reporting.execution import KERNEL_ARGUMENTS
from ppp_metrics.reporting.kernels import ReportKernelManager

forks = pytest.mark.skipif(not kernels.HAS_FORK_SERVER, reason="this system has no fork server")


def run(folder: Path, *sources: str) -> list[str]:
    """What the last cell of a notebook printed, line by line."""
    cells = [nbformat.v4.new_code_cell(source) for source in sources]
    notebook = nbformat.v4.new_notebook(cells=cells)
    notebook.metadata.kernelspec = {"name": "python3", "language": "python", "display_name": "Python 3"}
    path = folder / "some.ipynb"
    nbformat.write(notebook, path)
    executed = papermill.execute_notebook(
        str(path),
        None,
        kernel_name="python3",
        kernel_manager_class=ReportKernelManager,
        progress_bar=False,
        resources={"metadata": {"path": str(folder)}},
        extra_arguments=list(KERNEL_ARGUMENTS),
    )
    return "".join(output.text for output in executed.cells[-1].outputs).splitlines()


@contextmanager
def started_kernel() -> Iterator[ReportKernelManager]:
    async def start() -> ReportKernelManager:
        manager = ReportKernelManager()
        await manager.start_kernel(extra_arguments=list(KERNEL_ARGUMENTS))
        return manager

    manager = run_sync(start)()
    yield manager
    manager.cleanup_connection_file()


@forks
def test_a_kernel_begins_with_everything_imported_and_nothing_of_another_report(tmp_path: Path) -> None:
    source = (
        "import builtins, os, sys\n"
        "print('pandas' in sys.modules, 'ppp_metrics.reporting.dashboard' in sys.modules)\n"
        "print(hasattr(builtins, 'left_behind'))\n"
        "print(os.getpid())\n"
        "builtins.left_behind = True\n"
    )
    first, second = run(tmp_path, source), run(tmp_path, source)
    assert first[:2] == second[:2] == ["True True", "False"]
    assert len({first[2], second[2], str(os.getpid())}) == 3


def test_a_kernel_works_in_the_folder_and_environment_it_was_given(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("PPP_METRICS_TOLD", "after the fork server began")
    source = "import os; print(os.getcwd()); print(os.environ['PPP_METRICS_TOLD'])"
    assert run(tmp_path, source) == [str(tmp_path), "after the fork server began"]


def test_the_commands_of_a_report_stay_out_of_the_history_of_who_makes_it(tmp_path: Path) -> None:
    assert run(tmp_path, "print(get_ipython().history_manager.enabled)") == ["False"]


def test_without_a_fork_server_the_kernel_is_an_ordinary_one(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(kernels, "HAS_FORK_SERVER", False)
    assert ReportKernelManager().kernel_spec.metadata == {}
    assert run(tmp_path, "import multiprocessing; print(multiprocessing.parent_process())") == ["None"]


@pytest.mark.skipif(sys.platform == "win32", reason="kernels are talked to through ports there")
def test_a_kernel_is_talked_to_through_files_that_only_its_user_can_read_and_that_go_when_it_ends() -> None:
    # a port that Jupyter finds free may be taken by the time that the kernel binds it
    with started_kernel() as manager:
        assert manager.transport == "ipc"
        folder = Path(manager.ip).parent
        assert stat.S_IMODE(folder.stat().st_mode) == 0o700
        run_sync(manager.shutdown_kernel)(now=True)
        assert not folder.exists()
        assert not Path(manager.connection_file).exists()


def test_jupyter_finds_the_provisioner_by_its_name() -> None:
    from jupyter_client.provisioning import KernelProvisionerFactory

    stanza = {"metadata": {"kernel_provisioner": {"provisioner_name": kernels.PROVISIONER}}}
    spec: Any = kernels.KernelSpec(argv=kernels.ARGV, **stanza)
    assert KernelProvisionerFactory.instance().is_provisioner_available(spec)


@forks
def test_all_kernels_can_be_ended_at_once() -> None:
    with started_kernel() as manager:
        process: Any = manager.provisioner
        assert process.process.poll() is None
        kernels.end_all()
        assert process.process.wait() != 0


def test_the_lasting_process_stays_with_what_it_imported_until_it_is_killed() -> None:
    with kernels.lasting() as process:
        first = process.submit(os.getpid).result()
    with kernels.lasting() as process:
        assert process.submit(os.getpid).result() == first
        os.kill(first, signal.SIGTERM)
        with pytest.raises(BrokenProcessPool):
            process.submit(time.sleep, 60).result()
    with kernels.lasting() as process:
        assert process.submit(os.getpid).result() != first


def test_whoever_used_the_lasting_process_leaves_no_work_behind() -> None:
    with kernels.lasting() as process:
        slept = process.submit(time.sleep, 0.3)
    assert slept.done()


def _start_and_leave(told: str) -> None:
    with started_kernel() as manager:
        provisioner: Any = manager.provisioner
        Path(told).write_text(json.dumps(provisioner.pid))
        os._exit(0)


def _ask_and_leave(told: str) -> None:
    with kernels.pool(1) as process:
        Path(told).write_text(json.dumps(process.submit(os.getpid).result()))
        os._exit(0)


@forks
@pytest.mark.parametrize("start", [_start_and_leave, _ask_and_leave])
def test_neither_a_kernel_nor_a_process_of_a_pool_outlives_who_started_it(
    start: Callable[[str], None], tmp_path: Path
) -> None:
    told = tmp_path / "pid.json"
    parent = multiprocessing.get_context("spawn").Process(target=start, args=(str(told),))
    parent.start()
    parent.join()
    pid = json.loads(told.read_text())

    async def gone() -> None:
        while _is_alive(pid):
            await asyncio.sleep(0.05)

    run_sync(asyncio.wait_for)(gone(), timeout=20)


def _is_alive(pid: int) -> bool:
    try:
        return Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[0] != "Z"
    except FileNotFoundError:
        return False
