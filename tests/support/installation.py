"""A whole Beamport, started as a user starts it: the supervisor with a data folder and ports of its own."""

import json
import os
import re
import shutil
import signal
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, TypeVar

import httpx
import psutil

from config.embedded import free_port
from tests.support.house_rules import ROOT

T = TypeVar("T")
START_DEADLINE_S = 90.0
KEY_SCOPES = [
    *("run:read", "run:export", "queue:read", "queue:write", "engine:control", "engine:stop"),
    *("device:read", "device:move", "console:read", "control:take"),
]


def wait_for(what: str, look: Callable[[], T | None], *, deadline_s: float = 30.0) -> T:
    """Return the first true value of `look`; fail with `what` when the deadline passes."""
    deadline = time.monotonic() + deadline_s
    while True:
        value = look()
        if value:
            return value
        if time.monotonic() > deadline:
            raise AssertionError(f"{what}: not within {deadline_s:.0f} s; last seen {value!r}")
        time.sleep(0.05)


@dataclass
class Installation:
    """A running Beamport: its address, data folder, accounts and processes."""

    url: str
    var: Path
    supervisor: subprocess.Popen[bytes]
    environment: dict[str, str]
    keys: dict[str, str] = field(default_factory=dict)
    beamline: str = "demo"
    seconds_to_start: float = 0.0

    def credentials(self) -> dict[str, str]:
        """Return user name -> password of the demo accounts."""
        text = (self.var / "credentials.txt").read_text()
        return dict(re.findall(r"^\s*(admin|staff|user)\s+(\S+)\s*$", text, re.MULTILINE))

    @contextmanager
    def signed_in(self, username: str) -> Iterator[httpx.Client]:
        """Give a client with the session of `username`, as a browser has it."""
        with httpx.Client(base_url=self.url, timeout=10, follow_redirects=True) as client:
            client.get("/login")
            form = {
                "username": username,
                "password": self.credentials()[username],
                "csrfmiddlewaretoken": client.cookies["csrftoken"],
            }
            answer = client.post("/login", data=form, headers={"Referer": self.url})
            assert answer.status_code == 200, answer.text
            assert "sessionid" in client.cookies, "the sign-in was refused"
            yield client

    def key(self, username: str) -> str:
        """Return an API key of `username` that may queue, steer and read, made over REST at first use."""
        if username not in self.keys:
            with self.signed_in(username) as client:
                answer = client.post(
                    "/api/v1/keys",
                    json={"note": "tests", "scopes": KEY_SCOPES},
                    headers={"X-CSRFToken": client.cookies["csrftoken"], "Referer": self.url},
                )
                assert answer.status_code == 201, answer.text
                self.keys[username] = answer.json()["key"]
        return self.keys[username]

    def rest(self, username: str = "user") -> httpx.Client:
        """Return a REST client with an API key of `username`."""
        headers = {"Authorization": f"ApiKey {self.key(username)}"}
        return httpx.Client(base_url=f"{self.url}/api/v1/", headers=headers, timeout=10)

    def process(self, words: str) -> psutil.Process | None:
        """Return the child of the supervisor whose command line holds `words`."""
        for child in psutil.Process(self.supervisor.pid).children():
            if words in " ".join(child.cmdline()):
                return child
        return None

    def beamline_status(self) -> dict[str, Any]:
        """Return the status of the first beamline as its user sees it."""
        with self.rest() as client:
            answer = client.get(f"beamlines/{self.beamline}/status")
            assert answer.status_code == 200, answer.text
            status: dict[str, Any] = answer.json()
            return status

    def logs(self) -> str:
        """Return the end of each log, for the report of a failed test."""
        parts = []
        for log in sorted(self.var.glob("*.log")):
            parts.append(f"--- {log.name}\n" + "\n".join(log.read_text(errors="replace").splitlines()[-60:]))
        return "\n".join(parts)


def environment_for(var: Path, port: int) -> dict[str, str]:
    """Return the environment of an installation of its own: no servers of the test run's."""
    dropped = {"DATABASE_URL", "BROKER_URL", "DJANGO_SETTINGS_MODULE", "BEAMPORT_ASSET_ROOTS"}
    kept = {
        key: value for key, value in os.environ.items() if key not in dropped and not key.startswith("EPICS_")
    }
    return kept | {"BEAMPORT_VAR": str(var), "PORT": str(port), "PYTHONUNBUFFERED": "1"}


@contextmanager
def installation(var: Path | None = None, more: dict[str, str] | None = None) -> Iterator[Installation]:
    """Start Beamport, give it once the worker is ready, stop it by Ctrl-C; `more` is told to it besides."""
    folder = var or Path(tempfile.mkdtemp(prefix="beamport-system-"))
    folder.chmod(0o711)
    port = free_port()
    environment = environment_for(folder, port) | (more or {})
    output = folder / "supervisor.log"
    with output.open("wb") as out:
        supervisor = subprocess.Popen(
            [sys.executable, "-m", "config.supervisor"],
            cwd=ROOT,
            env=environment,
            stdin=subprocess.DEVNULL,
            stdout=out,
            stderr=subprocess.STDOUT,
        )
    beamline = environment.get("BEAMPORT_BEAMLINE", "demo").split(",")[0]
    running = Installation(f"http://127.0.0.1:{port}", folder, supervisor, environment, beamline=beamline)
    began = time.monotonic()
    try:
        wait_for("Beamport started", lambda: _started(running), deadline_s=START_DEADLINE_S)
        running.seconds_to_start = time.monotonic() - began
        wait_for("the worker is ready", lambda: running.beamline_status()["worker"] == "ready")
        yield running
    except AssertionError as error:
        raise AssertionError(f"{error}\n{running.logs()}") from error
    finally:
        supervisor.send_signal(signal.SIGINT)
        try:
            supervisor.wait(15)
        finally:
            supervisor.kill()
            if var is None:
                shutil.rmtree(folder, ignore_errors=True)


def _started(running: Installation) -> bool:
    text = (running.var / "supervisor.log").read_text()
    assert running.supervisor.poll() is None, f"the supervisor ended:\n{text}"
    return "Beamport is ready" in text


def json_lines(text: str) -> list[Any]:
    """Return the values of a JSON-lines text."""
    return [json.loads(line) for line in text.splitlines() if line]
