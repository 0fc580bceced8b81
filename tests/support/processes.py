"""The platform's own processes, started as in production on the databases of the test run, always ended.

A `Site` is one beamline with its IOC, a worker and, when wanted, a web server. Processes are killed, stopped
and started by tests; whatever a test leaves is killed with its whole session.
"""

from __future__ import annotations

import contextlib
import os
import signal
import socket
import subprocess
import sys
import time
import urllib.error
import urllib.request
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from urllib.parse import urlsplit, urlunsplit

from django.db import connection

from config import commands
from tests.support.ioc import ROOT, client_environment, running_ioc, until

START_TIMEOUT_S = 40.0


@dataclass
class Process:
    """One child process with a log."""

    name: str
    command: list[str]
    env: dict[str, str]
    log: Path
    popen: subprocess.Popen[bytes] | None = field(default=None, repr=False)

    def start(self) -> Process:
        """Start it; it is not ready yet."""
        with self.log.open("ab") as out:
            self.popen = subprocess.Popen(
                self.command,
                cwd=ROOT,
                env=self.env,
                stdin=subprocess.DEVNULL,
                stdout=out,
                stderr=subprocess.STDOUT,
                start_new_session=True,
            )
        return self

    @property
    def pid(self) -> int:
        """Its process id."""
        assert self.popen is not None, f"{self.name} was not started"
        return self.popen.pid

    @property
    def is_alive(self) -> bool:
        """Whether it runs."""
        return self.popen is not None and self.popen.poll() is None

    def signal(self, number: int) -> None:
        """Send it, and nobody else, a signal."""
        os.kill(self.pid, number)

    def wait(self, timeout_s: float) -> int:
        """Wait for its end; give its exit code."""
        assert self.popen is not None
        return self.popen.wait(timeout_s)

    def kill(self) -> None:
        """End it and all that it started, at once."""
        if self.popen is None:
            return
        with contextlib.suppress(ProcessLookupError):
            os.killpg(self.popen.pid, signal.SIGCONT)
            os.killpg(self.popen.pid, signal.SIGKILL)
        self.popen.wait(10)

    def tail(self, lines: int = 40) -> str:
        """Give the end of its log."""
        return "\n".join(self.log.read_text(errors="replace").splitlines()[-lines:])


@dataclass
class Site:
    """One beamline: where its things lie, and its processes."""

    beamline: str
    folder: Path
    env: dict[str, str]
    processes: list[Process] = field(default_factory=list)

    @property
    def journal(self) -> Path:
        """Where the worker journals."""
        return self.folder / "journal" / self.beamline

    def worker(
        self, name: str = "worker", *, at: Sequence[str] = (), more: Mapping[str, str] | None = None
    ) -> Process:
        """Start a worker process; see `wait_until_ready`.

        Parameters
        ----------
        at
            What comes before its command: where it is to run.
        more
            More of its environment.
        """
        command = [
            *at,
            *(sys.executable, "-m", "celery", "-A", "config.celery", "worker", "--pool", "solo"),
            *("--queues", f"beamline.{self.beamline}", "--hostname", f"{name}-{len(self.processes)}@%h"),
            *("--loglevel", "INFO", "--without-gossip", "--without-mingle", "--without-heartbeat"),
        ]
        return self.process(name, command, {"BEAMPORT_BEAMLINE": self.beamline, **(more or {})})

    def web(self) -> tuple[Process, str]:
        """Start a web server and wait until it answers; give it and its address."""
        with socket.socket() as probe:
            probe.bind(("127.0.0.1", 0))
            port = probe.getsockname()[1]
        process = self.process("web", list(commands.web(port).words))
        address = f"http://127.0.0.1:{port}"
        self.until(lambda: _answers(f"{address}/login"), "the web server answers", START_TIMEOUT_S)
        return process, address

    def status(self) -> dict[str, object]:
        """Give the beamline's status as the platform derives it."""
        from acquisition.queue.status import status_of

        return status_of(self.beamline)

    def wait_until_ready(self) -> None:
        """Wait until a worker has opened the beamline."""

        def is_ready() -> bool:
            assert any(process.is_alive for process in self.processes), "every process has ended"
            return self.status()["worker"] == "ready"

        self.until(is_ready, "the worker is ready", START_TIMEOUT_S)

    def until(self, condition: Callable[[], object], what: str, timeout_s: float = 15.0) -> None:
        """Wait until a condition holds; on failure show the logs."""
        try:
            until(lambda: bool(condition()), what, timeout_s)
        except AssertionError as error:
            logs = "\n".join(f"--- {p.name} (alive: {p.is_alive})\n{p.tail()}" for p in self.processes)
            raise AssertionError(f"{error}\n{logs}") from None

    def end(self) -> None:
        """Kill what still runs."""
        for process in reversed(self.processes):
            process.kill()

    def process(self, name: str, command: list[str], more: Mapping[str, str] | None = None) -> Process:
        """Start a process of the site with a log of its own."""
        log = self.folder / f"{name}.{len(self.processes)}.log"
        process = Process(name, command, {**self.env, **(more or {})}, log).start()
        self.processes.append(process)
        return process


@contextlib.contextmanager
def running_site(folder: Path, beamline: str) -> Iterator[Site]:
    """Give a site of the demo with its IOC on ports of its own; end all of it afterwards."""
    demo = (ROOT / "config" / "beamlines" / "demo.toml").read_text()
    frames = folder / "frames"
    frames.mkdir()
    with running_ioc(frames) as ioc:
        manifest = demo.replace('name = "demo"', f'name = "{beamline}"')
        with site_of(folder, beamline, manifest, more=client_environment(ioc.port)) as site:
            yield site


@contextlib.contextmanager
def site_of(
    folder: Path,
    beamline: str,
    manifest: str,
    files: Mapping[str, str] | None = None,
    *,
    more: Mapping[str, str] | None = None,
) -> Iterator[Site]:
    """Give a site on this test's databases with a manifest and the files of its folder ``own``; end it."""
    manifests = folder / "manifests"
    (manifests / "own").mkdir(parents=True)
    (manifests / f"{beamline}.toml").write_text(manifest)
    for name, text in (files or {}).items():
        (manifests / "own" / name).write_text(text)
    env = {
        **os.environ,
        **(more or {}),
        "DATABASE_URL": test_database_url(),
        "BEAMPORT_VAR": str(folder),
        "BEAMPORT_MANIFESTS": str(manifests),
        "BEAMPORT_SECRET_KEY": "only-for-tests",
        "PYTHONUNBUFFERED": "1",
    }
    site = Site(beamline, folder, env)
    try:
        yield site
    finally:
        site.end()


def test_database_url() -> str:
    """Give DATABASE_URL with the name of the database that the tests use."""
    parts = urlsplit(os.environ["DATABASE_URL"])
    return urlunsplit(parts._replace(path="/" + str(connection.settings_dict["NAME"])))


test_database_url.__test__ = False  # type: ignore[attr-defined]  # a helper, not a test


def _answers(address: str) -> bool:
    try:
        with urllib.request.urlopen(address, timeout=2):
            return True
    except urllib.error.HTTPError:
        return True
    except (urllib.error.URLError, OSError):
        return False


def seconds_since(begun: float) -> float:
    """Give the seconds since a moment of `time.monotonic`."""
    return time.monotonic() - begun
