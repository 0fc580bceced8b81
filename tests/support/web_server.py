"""The web server of the platform in a process of its own, on the databases of the test run."""

from __future__ import annotations

import contextlib
import os
import sys
from collections.abc import Iterator
from pathlib import Path

import httpx

from config.embedded import free_port
from tests.support.ioc import until
from tests.support.processes import Process, test_database_url

START_TIMEOUT_S = 40.0


@contextlib.contextmanager
def serving(folder: Path) -> Iterator[str]:
    """Give the address of a web server that sees the rows of this test run; end it afterwards.

    Parameters
    ----------
    folder
        Its data folder; arrays are read from ``frames`` below it.
    """
    port = free_port()
    env = {
        **os.environ,
        "DATABASE_URL": test_database_url(),
        "BEAMPORT_VAR": str(folder),
        "BEAMPORT_SECRET_KEY": "only-for-tests",
        "PYTHONUNBUFFERED": "1",
    }
    env.pop("BEAMPORT_ASSET_ROOTS", None)
    command = [
        *(sys.executable, "-m", "uvicorn", "config.asgi:application", "--host", "127.0.0.1"),
        *("--port", str(port), "--ws", "websockets", "--lifespan", "off", "--no-access-log"),
    ]
    process = Process("web", command, env, folder / "web.log").start()
    address = f"http://127.0.0.1:{port}"

    def answers() -> bool:
        assert process.is_alive, process.tail()
        try:
            answer = httpx.get(f"{address}/tiled/api/v1/", timeout=5)
        except httpx.TransportError:
            return False
        assert answer.status_code == 200, f"{answer.text[-2000:]}\n{process.tail()}"
        return True

    try:
        until(answers, "the web server answers", START_TIMEOUT_S)
        yield address
    finally:
        process.kill()
