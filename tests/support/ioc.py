"""The demo beamline's IOC, in its own process, on a port of its own."""

from __future__ import annotations

import contextlib
import os
import selectors
import signal
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from pathlib import Path

from acquisition.devices.backends.ca_client import close_clients
from config.embedded import free_port

ROOT = Path(__file__).resolve().parents[2]
START_TIMEOUT_S = 30.0
STARTS = 3


def client_environment(port: int) -> dict[str, str]:
    """Return the settings by which a client finds only the IOC on ``port``."""
    return {
        "EPICS_CA_SERVER_PORT": str(port),
        "EPICS_CA_ADDR_LIST": "127.0.0.1",
        "EPICS_CA_AUTO_ADDR_LIST": "NO",
    }


@dataclass
class Ioc:
    """A running IOC.

    ``restart`` starts it again on the same port after ``kill``.
    """

    port: int
    frames_dir: Path
    arguments: tuple[str, ...] = ()
    process: subprocess.Popen[str] | None = field(default=None, repr=False)

    @property
    def environment(self) -> dict[str, str]:
        """What a client needs to find it."""
        return client_environment(self.port)

    def start(self) -> None:
        """Start it and wait until it serves."""
        command = [sys.executable, "-m", "acquisition.devices.sim.ioc", "--frames-dir", str(self.frames_dir)]
        self.process = subprocess.Popen(
            [*command, "--seed", "1", "--with-parent", *self.arguments],
            cwd=ROOT,
            env={**os.environ, **self.environment},
            stdout=subprocess.PIPE,
            stderr=subprocess.DEVNULL,
            text=True,
        )
        line = first_line(self.process)
        if line.strip() != "ready":
            self.kill()
            raise RuntimeError(f"the demo IOC did not start on port {self.port}: it said {line!r}")

    def kill(self, number: int = signal.SIGKILL) -> int | None:
        """End it with a signal, and return its exit code."""
        if self.process is None:
            return None
        process, self.process = self.process, None
        process.send_signal(signal.SIGCONT)
        process.send_signal(number)
        code = process.wait(10)
        assert process.stdout is not None
        process.stdout.close()
        return code

    def freeze(self) -> None:
        """Stop it from answering, without closing anything."""
        assert self.process is not None
        suspend(self.process)

    def thaw(self) -> None:
        """Let it answer again."""
        assert self.process is not None
        self.process.send_signal(signal.SIGCONT)


def suspend(process: subprocess.Popen[str]) -> None:
    """Stop a process of ours, and wait until it stands still: a signal takes its time."""
    process.send_signal(signal.SIGSTOP)
    os.waitid(os.P_PID, process.pid, os.WSTOPPED | os.WEXITED | os.WNOWAIT)


def first_line(process: subprocess.Popen[str]) -> str:
    """Return the first line that a process prints; empty if it prints none in time."""
    assert process.stdout is not None
    with selectors.DefaultSelector() as selector:
        selector.register(process.stdout, selectors.EVENT_READ)
        deadline = time.monotonic() + START_TIMEOUT_S
        if not selector.select(deadline - time.monotonic()):
            return ""
        return process.stdout.readline()


def _started(frames_dir: Path, arguments: tuple[str, ...], starts: int = STARTS) -> Ioc:
    """Start one; on another port if somebody else took the free one before it could."""
    ioc = Ioc(free_port(), frames_dir, arguments)
    try:
        ioc.start()
    except RuntimeError:
        if starts == 1:
            raise
        return _started(frames_dir, arguments, starts - 1)
    return ioc


@contextlib.contextmanager
def running_ioc(frames_dir: Path, *arguments: str) -> Iterator[Ioc]:
    """Run the demo IOC on a free port, with the EPICS settings of this process set to find it.

    The settings are put back, the shared client for it closed and the IOC ended afterwards.
    """
    ioc = _started(frames_dir, arguments)
    before = {name: os.environ.get(name) for name in ioc.environment}
    os.environ.update(ioc.environment)
    try:
        yield ioc
    finally:
        close_clients([("127.0.0.1", ioc.port)])
        ioc.kill()
        for name, value in before.items():
            if value is None:
                os.environ.pop(name, None)
            else:
                os.environ[name] = value


def until(condition: Callable[[], bool], what: str, timeout_s: float = 15.0) -> None:
    """Wait until ``condition()`` holds; fail the test with ``what`` if it does not in time."""
    deadline = time.monotonic() + timeout_s
    pause = threading.Event()
    while not condition():
        assert time.monotonic() < deadline, f"not within {timeout_s:g} s: {what}"
        pause.wait(0.01)
