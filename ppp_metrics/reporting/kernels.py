"""Fresh notebook kernels from a warm process: a fork of one that has imported what every report needs.

Each notebook gets a process of its own, as ever; only the seconds of importing are spent once. Where the system knows
no fork server (Windows) these are ordinary kernels.
"""

from __future__ import annotations

import asyncio
import gc
import multiprocessing
import os
import signal
import sys
import threading
from collections.abc import Iterator, Mapping, Sequence
from concurrent.futures import ProcessPoolExecutor
from concurrent.futures.process import BrokenProcessPool
from contextlib import contextmanager, suppress
from functools import cache
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any, ClassVar
from weakref import WeakSet

from jupyter_client.connect import KernelConnectionInfo
from jupyter_client.kernelspec import KernelSpec
from jupyter_client.manager import AsyncKernelManager
from jupyter_client.provisioning import LocalProvisioner

PROVISIONER = "ppp-metrics-forked"
"""The name under which `pyproject.toml` tells Jupyter of the provisioner below."""
PRELOADED = ("ppp_metrics.reporting.preloaded",)
HAS_FORK_SERVER = "forkserver" in multiprocessing.get_all_start_methods()
ARGV = [sys.executable, "-m", "ipykernel_launcher", "-f", "{connection_file}"]


class ReportKernelManager(AsyncKernelManager):
    """Starts the kernels of reports: of this interpreter, whatever the user's account has, and forked if possible.

    They are talked to through files in a folder that only this user can read. A network port, with which Windows has to
    do, is free when Jupyter picks it, but may be taken when the kernel wants it, which then dies.
    """

    def __init__(self, **traits: Any):
        super().__init__(**traits)
        if sys.platform != "win32":
            self._sockets = TemporaryDirectory(prefix="kernel-")
            self.transport, self.ip = "ipc", str(Path(self._sockets.name, "socket"))

    def cleanup_connection_file(self) -> None:
        """Remove what was needed to talk to a kernel that has ended."""
        super().cleanup_connection_file()
        if sys.platform != "win32":
            self._sockets.cleanup()

    @property
    def kernel_spec(self) -> KernelSpec:
        """The kernel of this interpreter, from the fork server where there is one."""
        forked = {"kernel_provisioner": {"provisioner_name": PROVISIONER}} if HAS_FORK_SERVER else {}
        return KernelSpec(argv=ARGV, language="python", display_name="Python 3", metadata=forked)


class ForkedProvisioner(LocalProvisioner):
    """Launches the command of an ipykernel as a fork; in all else a local kernel as Jupyter's own."""

    process: Any = None

    async def launch_kernel(self, cmd: list[str], **kwargs: Any) -> KernelConnectionInfo:
        """Fork the kernel, in its own process group, with the folder and environment it was to be started with."""
        arguments = cmd[cmd.index("ipykernel_launcher") + 1 :]
        process = ForkedProcess(arguments, str(kwargs.get("cwd") or Path.cwd()), kwargs.get("env") or os.environ)
        self.process, self.pid, self.pgid = process, process.pid, process.pid
        self.cwd = kwargs.get("cwd") or Path.cwd()
        return self.connection_info

    async def wait(self) -> int | None:
        """The exit code, as soon as the kernel has ended: Jupyter's own looks every tenth of a second."""
        if self.process:
            await asyncio.to_thread(self.process.wait)
        return await super().wait()


class ForkedProcess:
    """A forked kernel behind the methods of `subprocess.Popen` that Jupyter calls."""

    stdin = stdout = stderr = None
    started: ClassVar[WeakSet[ForkedProcess]] = WeakSet()
    _starting: ClassVar[threading.Lock] = threading.Lock()

    def __init__(self, arguments: Sequence[str], folder: str, environment: Mapping[str, str]):
        self._process = context().Process(target=_be_kernel, args=(list(arguments), folder, dict(environment)))
        # the fork server's socket is one for all threads
        with self._starting:
            self._process.start()
            self.started.add(self)
        self.pid = self._process.pid

    def poll(self) -> int | None:
        return self._process.exitcode

    def wait(self) -> int | None:
        self._process.join()
        return self._process.exitcode

    def send_signal(self, signum: int) -> None:
        if self.poll() is None and self.pid:
            os.kill(self.pid, signum)

    def kill(self) -> None:
        self.send_signal(signal.SIGKILL)

    def terminate(self) -> None:
        self.send_signal(signal.SIGTERM)


def end_all() -> None:
    """End all forked kernels at once: nobody waits for what they make."""
    for process in list(ForkedProcess.started):
        process.kill()


def leave_interrupts() -> None:
    """Let the process that waits for this one answer Ctrl-C, which the terminal sends to both."""
    signal.signal(signal.SIGINT, signal.SIG_IGN)


def warm_up() -> None:
    """Let the fork server begin to import, while this process does something else."""
    if HAS_FORK_SERVER:
        from multiprocessing import forkserver

        context()
        forkserver.ensure_running()


def pool(workers: int) -> ProcessPoolExecutor:
    """So many warm processes for work without a kernel; none of them outlives who asked for it."""
    return ProcessPoolExecutor(workers, context(), initializer=_follow_parent)


@contextmanager
def lasting() -> Iterator[ProcessPoolExecutor]:
    """One warm process that stays for who asks next, with what it has imported; at the end its work is done.

    A notebook or script that makes one release after the other waits once for imports of seconds.
    """
    process = _lasting()
    try:
        process.submit(bool)
    except BrokenProcessPool:
        # it was killed since
        _lasting.cache_clear()
        process = _lasting()
    try:
        yield process
    finally:
        # what it still does, such as reading the database, it does before; if it died, that is over
        with suppress(BrokenProcessPool):
            process.submit(bool).result()


@cache
def _lasting() -> ProcessPoolExecutor:
    return pool(1)


def _follow_parent() -> None:
    """Leave interrupts to who asked for this process, and end when that one does, however it ended."""
    leave_interrupts()
    threading.Thread(target=_end_with_parent, daemon=True).start()


@cache
def context() -> Any:
    """The start method whose processes begin with everything imported; that of the system where it cannot fork."""
    context = multiprocessing.get_context("forkserver" if HAS_FORK_SERVER else None)
    if HAS_FORK_SERVER:
        context.set_forkserver_preload(list(PRELOADED))
    return context


def _be_kernel(arguments: list[str], folder: str, environment: dict[str, str]) -> None:
    """Become the ipykernel that these arguments would have started in a process of its own."""
    from ipykernel.kernelapp import IPKernelApp

    os.setsid()
    os.chdir(folder)
    os.environ.clear()
    os.environ.update(environment)
    # a garbage collection would write into the pages that all kernels share
    gc.freeze()
    threading.Thread(target=_end_with_parent, daemon=True).start()
    sys.argv = ["ipykernel_launcher", *arguments]
    IPKernelApp.launch_instance([*arguments, f"--IPKernelApp.parent_handle={os.getppid()}"])


def _end_with_parent() -> None:
    parent = multiprocessing.parent_process()
    if parent:
        parent.join()
        os._exit(1)
