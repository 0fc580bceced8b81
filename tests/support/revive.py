"""Servers of the test run, killed and started again by a test; ended with the run."""

import atexit
import contextlib
import os
import signal
from collections.abc import Iterator
from pathlib import Path

import psutil
from django.db import connections

from config.embedded import Server, start_postgres, start_valkey

_started: list[Server] = []


def server_process(word: str) -> psutil.Process:
    """Give the process of an embedded server of this test run, by a word of its command."""
    for process in psutil.Process().children():
        if word in " ".join(process.cmdline()):
            return process
    raise AssertionError(f"this test run has no {word} of its own")


def kill_server(word: str) -> None:
    """Kill it with all that it started, as a power cut does; this process lets go of the database."""
    connections.close_all()
    process = server_process(word)
    os.killpg(process.pid, signal.SIGKILL)
    process.wait(10)


@contextlib.contextmanager
def standing_still(*words: str) -> Iterator[None]:
    """Stop the processes of servers, and let them go on afterwards; this process lets go of the database.

    The server itself is stopped first and makes no more children; a child that ends meanwhile is let go.
    """
    connections.close_all()
    stopped: list[psutil.Process] = []
    try:
        for word in words:
            server = server_process(word)
            server.suspend()
            stopped.append(server)
            for child in server.children():
                with contextlib.suppress(psutil.NoSuchProcess):
                    child.suspend()
                    stopped.append(child)
        yield
    finally:
        for process in reversed(stopped):
            with contextlib.suppress(psutil.NoSuchProcess):
                process.resume()


def revive_postgres() -> None:
    """Start the killed PostgreSQL again on its data."""
    _keep(start_postgres(_var()))


def revive_valkey() -> None:
    """Start the killed Valkey again, empty, at its former address."""
    _keep(start_valkey(_var()))


def _keep(server: Server) -> None:
    _started.append(server)
    atexit.register(server.stop)


def _var() -> Path:
    return Path(os.environ["BEAMPORT_VAR"])
