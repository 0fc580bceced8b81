"""A database that stands still: noticed within seconds, and told as 503 instead of keeping everybody waiting.

A database that is gone says so by itself, at each question. One that is stopped, swapped out or on a hanging
disk says nothing, and whoever asks it waits as long as that lasts. So one thread asks a small question twice
a second, on a connection of its own that is never waited for without end.
"""

from __future__ import annotations

import asyncio
import json
import logging
import select
import threading
import time
from collections.abc import Callable, Coroutine
from typing import Any, Final

import psycopg2
from django.db import connections
from psycopg2 import extensions

from accounts.api.errors import envelope
from accounts.errors import UnavailableError

logger = logging.getLogger(__name__)

Application = Callable[[Any, Any, Any], Coroutine[Any, Any, None]]
ASK_EVERY_S: Final = 0.5
STALLED_S: Final = 2.5
LOOK_S: Final = 0.25
UNNEEDED: Final = ("/static/",)


class DatabaseWatch:
    """Knows whether the database stands still; started at the first question."""

    def __init__(self) -> None:
        self.is_stalled = False
        self._lock = threading.Lock()
        self._thread: threading.Thread | None = None

    def start(self) -> None:
        """Begin to ask, once in a process."""
        with self._lock:
            if self._thread is None:
                self._thread = threading.Thread(target=self._run, name="database-watch", daemon=True)
                self._thread.start()

    def _run(self) -> None:
        pause = threading.Event()
        while True:
            try:
                self._ask_on_one_connection(pause)
            except TimeoutError:
                self._note(stalled=True)
            except (psycopg2.Error, OSError) as error:
                logger.debug("the database cannot be asked: %s", error)
                self._note(stalled=False)  # it is away, and says so itself
            pause.wait(ASK_EVERY_S)

    def _ask_on_one_connection(self, pause: threading.Event) -> None:
        parameters = connections["default"].get_connection_params()
        for name in ("cursor_factory", "context"):
            parameters.pop(name, None)
        link = psycopg2.connect(**parameters, async_=1)
        try:
            _finish(link)
            cursor = link.cursor()
            while True:
                cursor.execute("SELECT 1")
                _finish(link)
                self._note(stalled=False)
                pause.wait(ASK_EVERY_S)
        finally:
            link.close()

    def _note(self, *, stalled: bool) -> None:
        if stalled != self.is_stalled:
            logger.warning("the database %s", "stands still" if stalled else "answers again")
        self.is_stalled = stalled


def _finish(link: Any) -> None:
    """Wait until what was asked on an asynchronous connection is answered; TimeoutError after 2.5 s."""
    deadline = time.monotonic() + STALLED_S
    while (state := link.poll()) != extensions.POLL_OK:
        poll = select.poll()
        poll.register(link.fileno(), select.POLLIN if state == extensions.POLL_READ else select.POLLOUT)
        if not poll.poll(max(0.0, deadline - time.monotonic()) * 1000):
            raise TimeoutError(f"the database did not answer within {STALLED_S:g} s")


class StallGate:
    """Answer 503 for what would wait for a database that stands still."""

    def __init__(self, application: Application, watch: DatabaseWatch) -> None:
        self.application = application
        self.watch = watch
        self._left: set[asyncio.Task[None]] = set()

    async def __call__(self, scope: Any, receive: Any, send: Any) -> None:
        """Pass the request on while the database answers; give it up when it stops answering meanwhile."""
        self.watch.start()
        if scope["path"].startswith(UNNEEDED):
            await self.application(scope, receive, send)
            return
        if self.watch.is_stalled:
            await _say_unavailable(send)
            return
        answer = _Answer(send)
        task = asyncio.create_task(self.application(scope, receive, answer.say))
        try:
            while not (await asyncio.wait({task}, timeout=LOOK_S))[0]:
                if self.watch.is_stalled and not answer.has_begun:
                    answer.is_given_up = True
                    self._left.add(task)
                    task.add_done_callback(self._forget)
                    await _say_unavailable(send)
                    return
        except asyncio.CancelledError:
            task.cancel()
            raise
        task.result()

    def _forget(self, task: asyncio.Task[None]) -> None:
        self._left.discard(task)
        if not task.cancelled() and (error := task.exception()) is not None:
            logger.warning("a request that was given up ended with %r", error)


class _Answer:
    """Passes an answer on until it is given up."""

    def __init__(self, send: Any) -> None:
        self.send = send
        self.has_begun = False
        self.is_given_up = False

    async def say(self, message: Any) -> None:
        if not self.is_given_up:
            self.has_begun = True
            await self.send(message)


async def _say_unavailable(send: Any) -> None:
    refusal = UnavailableError("The database does not answer now; try again in a moment.")
    headers = [
        (b"content-type", b"application/json"),
        (b"retry-after", b"2"),
        (b"cache-control", b"no-store"),
        (b"x-content-type-options", b"nosniff"),
    ]
    await send({"type": "http.response.start", "status": 503, "headers": headers})
    await send({"type": "http.response.body", "body": json.dumps(envelope(refusal)).encode()})
