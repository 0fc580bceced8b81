"""What happens now: the live socket as a doorbell, the documents themselves by REST, so that none is missed.

Without the package websockets the catalogue is asked instead, twice a second.
"""

from __future__ import annotations

import json
import time
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from typing import TYPE_CHECKING, Any, Protocol

from beamport.errors import UnavailableError

if TYPE_CHECKING:
    from beamport.catalog import Catalog
    from beamport.connection import Client
    from beamport.run import Run

ASK_EVERY_S = 0.5
"""Without a socket, and where a socket stays silent for as long, the catalogue is asked."""

_LISTEN_S = 5.0


class Doorbell(Protocol):
    """Says that something may be new."""

    def wait(self, timeout_s: float) -> None:
        """Return when something may be new, and after `timeout_s` in any case."""


class Clock:
    """Rings by the clock."""

    def wait(self, timeout_s: float) -> None:
        """Wait half a second at most."""
        time.sleep(min(ASK_EVERY_S, timeout_s))


class SocketBell:
    """Rings with each message of a topic on the live socket; opens it again when it is lost."""

    def __init__(self, client: Client, topic: str) -> None:
        self._client = client
        self._topic = topic
        self._socket: Any = None
        self._opened = ExitStack()

    def wait(self, timeout_s: float) -> None:
        """Return at the next message of the topic."""
        from websockets.exceptions import WebSocketException

        deadline = time.monotonic() + min(timeout_s, _LISTEN_S)
        try:
            if self._socket is None:
                self._open()
                return  # what came while no socket was open is found by asking
            while (rest := deadline - time.monotonic()) > 0:
                message = json.loads(self._socket.recv(timeout=rest))
                if message["type"] in ("message", "reset", "error"):
                    return
        except TimeoutError:
            return
        except (OSError, WebSocketException):
            self.close()
            time.sleep(min(ASK_EVERY_S, timeout_s))

    def _open(self) -> None:
        from websockets.sync.client import connect

        opening = connect(self._client.socket_address, additional_headers=self._client.headers)
        self._socket = self._opened.enter_context(opening)
        self._socket.recv(timeout=10)
        self._socket.send(json.dumps({"type": "subscribe", "topic": self._topic}))

    def close(self) -> None:
        """Close the socket."""
        self._socket = None
        self._opened.close()


@contextmanager
def doorbell(client: Client, topic: str) -> Iterator[Doorbell]:
    """Give the best doorbell there is for a topic; close it afterwards."""
    try:
        import websockets  # noqa: F401  only whether it is there
    except ImportError:
        yield Clock()
        return
    bell = SocketBell(client, topic)
    try:
        yield bell
    finally:
        bell.close()


def followed(
    client: Client, run: Run, *, timeout_s: float | None = None
) -> Iterator[tuple[int, str, dict[str, Any]]]:
    """Give the documents of a run with their places, and go on with each that comes, up to the stop."""
    since = -1
    patience = _Patience(timeout_s, f"run {run.uid}")
    with doorbell(client, f"run:{run.uid}") as bell:
        while True:
            page = client.get(f"runs/{run.uid}/documents", since=since, limit=10_000)
            for ordinal, name, doc in page["documents"]:
                yield ordinal, name, doc
                since = ordinal
                patience.renew()
            if page["closed"] and since >= page["last_ordinal"]:
                return
            if not page["documents"]:
                bell.wait(patience.left())


def live_runs(catalog: Catalog, beamline: str, *, timeout_s: float | None = None) -> Iterator[Run]:
    """Give the run that is running at a beamline, and each that begins there."""
    patience = _Patience(timeout_s, f"a run at {beamline}")
    seen: set[str] = set()
    newest = list(catalog.search(beamline=beamline)[:1])
    since = newest[0].time if newest else time.time()
    if newest and not newest[0].is_open:
        seen.add(newest[0].uid)
    with doorbell(catalog.client, f"live:{beamline}") as bell:
        while True:
            found = [
                run
                for run in catalog.search(beamline=beamline, since=since, sort="time")
                if run.uid not in seen
            ]
            for run in found:
                seen.add(run.uid)
                since = run.time
                yield run
                patience.renew()
            if not found:
                bell.wait(patience.left())


class _Patience:
    """Counts how long nothing has come."""

    def __init__(self, timeout_s: float | None, what: str) -> None:
        self._timeout_s = timeout_s
        self._what = what
        self._since = time.monotonic()

    def renew(self) -> None:
        self._since = time.monotonic()

    def left(self) -> float:
        if self._timeout_s is None:
            return _LISTEN_S
        left = self._since + self._timeout_s - time.monotonic()
        if left <= 0:
            raise UnavailableError(f"Nothing came of {self._what} for {self._timeout_s:g} s.")
        return left
