"""Start the whole of Beamport on this machine and keep it running: `make run`.

Servers, migrations, demo accounts, the demo beamline, a worker for each beamline, the web server; one line
about each.
Ctrl-C ends all of them, last started first.
"""

import contextlib
import fcntl
import http.client
import os
import signal
import socket
import subprocess
import sys
import threading
import time
import urllib.request
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from functools import partial
from pathlib import Path

from acquisition.devices.errors import ManifestError
from acquisition.devices.manifest import Manifest, load_manifest
from config.commands import DEMO, beamline_names, commands
from config.embedded import (
    DATABASE,
    EmbeddedServerError,
    Server,
    free_port,
    postgres_url,
    start_postgres,
    start_valkey,
)
from config.preparing import prepare_database, preparing, set_up_pages, set_up_roles
from config.processes import spawn, stop
from config.terminal import StartError, one_line, say

MANIFESTS = Path(__file__).resolve().parent / "beamlines"
READY_TIMEOUT_S = 30.0
LONGEST_PAUSE_S = 10.0
EARLY_S = 10.0
"""A program that ends sooner after it was started is started again ever later."""


@dataclass
class Program:
    """A child process that is started again when it ends by itself."""

    name: str
    start: Callable[[], subprocess.Popen[bytes]]
    stop_signal: signal.Signals = signal.SIGTERM
    process: subprocess.Popen[bytes] | None = None
    failures: int = 0
    started_at: float = 0.0
    retry_at: float = field(default=0.0)

    def run(self) -> None:
        """Start the process."""
        self.process = self.start()
        self.started_at = time.monotonic()
        self.retry_at = 0.0

    def look_after(self) -> None:
        """Start the process again if it ended, later each time it ends early."""
        now = time.monotonic()
        if self.process is None or self.process.poll() is None:
            return
        if not self.retry_at:
            self.failures = 0 if now - self.started_at > EARLY_S else self.failures + 1
            pause_s = min(LONGEST_PAUSE_S, 0.2 * 2 ** min(self.failures, 6))
            say(f"{self.name} ended ({_how(self.process.returncode)}); starting it again in {pause_s:.1f} s")
            self.retry_at = now + pause_s
        elif now >= self.retry_at:
            try:
                self.run()
            except (EmbeddedServerError, OSError) as error:
                say(f"{self.name} did not start: {error}")
                self.failures += 1
                self.retry_at = now + LONGEST_PAUSE_S

    def end(self) -> None:
        """Stop the process, by force after 4 s."""
        if self.process is not None:
            stop(self.process, self.stop_signal, timeout_s=4.0)


def main() -> int:
    """Start everything, wait for Ctrl-C, end everything; return the exit code."""
    stopping = threading.Event()
    for number in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP):
        signal.signal(number, lambda *_: stopping.set())
    try:
        port = _port()
        var = _var()
        with _only_one(var), contextlib.ExitStack() as stack:
            _check_port(port)
            programs = _start_all(var, port, stack, stopping)
            while not stopping.wait(0.2):
                for program in programs:
                    program.look_after()
            say("Stopping ...")
            _end_together(programs)
    except (StartError, EmbeddedServerError) as error:
        print(f"Beamport did not start: {error}", file=sys.stderr)
        return 1
    except KeyboardInterrupt:
        return 130
    say("Stopped.")
    return 0


def _start_all(var: Path, port: int, stack: contextlib.ExitStack, stopping: threading.Event) -> list[Program]:
    began = time.monotonic()
    print("Beamport", flush=True)
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "config.settings.development")
    os.environ["BEAMPORT_VAR"] = str(var)
    beamlines = _beamlines()
    is_database_ours = not os.environ.get("DATABASE_URL")
    programs = _servers(var, stack)
    _go_on(stopping)
    if DEMO in (one.name for one in beamlines):
        _name_control_network()
    needed, later = _applications(var, port, [one.name for one in beamlines], own_roles=is_database_ours)
    with preparing(var):
        programs += _running(needed, stack)
        prepare_database(var, beamlines)
        if is_database_ours:
            set_up_roles()
    _go_on(stopping)
    _wait_for(programs, port, stopping)
    programs += _running(later, stack)
    print(
        f"\nBeamport is ready after {time.monotonic() - began:.1f} s:  http://127.0.0.1:{port}/", flush=True
    )
    print(
        f"Accounts and passwords: {var / 'credentials.txt'}     Logs: {var}/*.log     Stop: Ctrl-C\n",
        flush=True,
    )
    return programs


def _beamlines() -> list[Manifest]:
    """Return the manifests of the beamlines that are to be run: the demo, or those of BEAMPORT_BEAMLINE."""
    return [_manifest_of(name) for name in beamline_names()]


def _manifest_of(name: str) -> Manifest:
    folder = Path(os.environ.get("BEAMPORT_MANIFESTS") or MANIFESTS)
    try:
        manifest = load_manifest(folder / f"{name}.toml")
    except ManifestError as error:
        raise StartError(
            f"the beamline {name!r} that BEAMPORT_BEAMLINE names is not ready: {error}"
        ) from error
    if manifest.name != name:
        raise StartError(
            f"{manifest.path} calls its beamline {manifest.name!r}: name = {name!r} belongs into {name}.toml"
        )
    return manifest


def _servers(var: Path, stack: contextlib.ExitStack) -> list[Program]:
    """Start the servers that are ours; Django is set up while PostgreSQL begins."""
    programs = []
    if broker := os.environ.get("BROKER_URL"):
        say("Valkey: as BROKER_URL says")
        _check_broker(broker)
    else:
        programs.append(_server("Valkey", "BROKER_URL", start_valkey, var, stack))
    is_database_ours = not os.environ.get("DATABASE_URL")
    if is_database_ours:
        os.environ["DATABASE_URL"] = postgres_url(var)
    else:
        say("PostgreSQL: as DATABASE_URL says")
    with ThreadPoolExecutor(1) as beside:
        # Not the other way about: a server ends with the thread that started it.
        pages = beside.submit(set_up_pages)
        if is_database_ours:
            programs.append(_server("PostgreSQL", "DATABASE_URL", start_postgres, var, stack))
        pages.result()
    return programs


def _server(
    name: str, variable: str, start: Callable[[Path], Server], var: Path, stack: contextlib.ExitStack
) -> Program:
    say(f"{name}: starting, data in {var}")
    server = start(var)
    os.environ[variable] = server.url
    program = Program(name, partial(_process_of, start, var), server.stop_signal, server.process)
    program.started_at = time.monotonic()
    stack.callback(program.end)
    return program


def _check_broker(url: str) -> None:
    import redis

    try:
        with contextlib.closing(
            redis.Redis.from_url(url, socket_timeout=5, socket_connect_timeout=5)
        ) as client:
            client.ping()
    except (redis.RedisError, OSError, ValueError) as error:
        raise StartError(f"the broker that BROKER_URL names does not answer: {one_line(error)}") from error


def _process_of(start: Callable[[Path], Server], var: Path) -> subprocess.Popen[bytes]:
    return start(var).process


def _name_control_network() -> None:
    """Give this installation a Channel Access network of its own on the loopback address."""
    port = os.environ.get("BEAMPORT_CA_PORT") or str(free_port())
    os.environ.update(
        EPICS_CA_SERVER_PORT=port,
        EPICS_CAS_SERVER_PORT=port,
        EPICS_CA_REPEATER_PORT=str(free_port()),
        EPICS_CA_ADDR_LIST="127.0.0.1",
        EPICS_CA_AUTO_ADDR_LIST="NO",
        EPICS_CA_CONN_TMO="5",
        EPICS_CAS_INTF_ADDR_LIST="127.0.0.1",
        EPICS_CAS_BEACON_ADDR_LIST="127.0.0.1",
        EPICS_CAS_AUTO_BEACON_ADDR_LIST="NO",
    )


def _applications(
    var: Path, port: int, beamlines: Sequence[str], *, own_roles: bool
) -> tuple[list[Program], list[Program]]:
    """Give the programs that are needed at once, and those that have time."""
    frames = var / "frames"
    frames.mkdir(parents=True, exist_ok=True)
    needed: list[Program] = []
    later: list[Program] = []
    for command in commands(beamlines, frames=frames, port=port):
        environment = os.environ | {"BEAMPORT_BEAMLINE": beamlines[0]} | command.environment
        if own_roles:
            environment["DATABASE_URL"] = postgres_url(var, _role_of(command.name))
        start = partial(spawn, list(command.words), log=var / command.log, env=environment)
        (needed if command.is_needed_at_once else later).append(Program(command.name, start))
    return needed, later


def _running(programs: list[Program], stack: contextlib.ExitStack) -> list[Program]:
    for program in programs:
        say(f"{program.name[0].upper()}{program.name[1:]}: starting")
        program.run()
        stack.callback(program.end)
    return programs


def _role_of(program: str) -> str:
    from accounts.database_roles import Roles

    roles = Roles.of(DATABASE)
    return roles.web if program == "web" else roles.worker


def _wait_for(programs: list[Program], port: int, stopping: threading.Event) -> None:
    deadline = time.monotonic() + READY_TIMEOUT_S
    while time.monotonic() < deadline:
        _go_on(stopping)
        for program in programs:
            program.look_after()
        with contextlib.suppress(OSError, http.client.HTTPException):
            urllib.request.urlopen(f"http://127.0.0.1:{port}/login", timeout=2).close()
            return
        stopping.wait(0.1)
    raise StartError(f"the web server did not answer within {READY_TIMEOUT_S:.0f} s; see the logs in var/.")


def _end_together(programs: list[Program]) -> None:
    """Ask all applications to end at once; the servers, first in the list, end after them on leaving."""
    for program in programs:
        if (
            program.name not in {"PostgreSQL", "Valkey"}
            and program.process
            and program.process.poll() is None
        ):
            program.process.send_signal(program.stop_signal)


def _go_on(stopping: threading.Event) -> None:
    if stopping.is_set():
        raise KeyboardInterrupt


def _port() -> int:
    text = os.environ.get("PORT", "8000")
    if not text.isdigit() or not 1024 <= int(text) <= 65535:
        raise StartError(f"PORT is {text!r}: it takes a number from 1024 to 65535 (PORT=8001 make run).")
    return int(text)


def _var() -> Path:
    from_environment = os.environ.get("BEAMPORT_VAR")
    var = Path(from_environment) if from_environment else Path(__file__).resolve().parent.parent / "var"
    try:
        var.mkdir(parents=True, exist_ok=True)
    except OSError as error:
        raise StartError(
            f"the data folder {var} cannot be made ({error.strerror}): set BEAMPORT_VAR."
        ) from error
    return var.resolve()


@contextlib.contextmanager
def _only_one(var: Path) -> Iterator[None]:
    try:
        lock = (var / "lock").open("a+")
    except OSError as error:
        raise StartError(
            f"the data folder {var} cannot be written ({error.strerror}): start Beamport as its owner, "
            "or set BEAMPORT_VAR to a folder of your own."
        ) from error
    with lock:
        try:
            fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            lock.seek(0)
            raise StartError(
                f"process {lock.read().strip() or '?'} runs on {var} already: stop it, "
                "or give this one its own data folder and port (BEAMPORT_VAR=... PORT=8001 make run)."
            ) from None
        lock.truncate(0)
        lock.write(str(os.getpid()))
        lock.flush()
        yield


def _check_port(port: int) -> None:
    with socket.socket() as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind(("127.0.0.1", port))
        except OSError:
            raise StartError(f"port {port} is in use: choose another (PORT={port + 1} make run).") from None


def _how(code: int) -> str:
    return f"signal {signal.Signals(-code).name}" if code < 0 else f"exit code {code}"


if __name__ == "__main__":
    sys.exit(main())
