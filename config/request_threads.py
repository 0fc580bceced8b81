"""Threads for the sync part of HTTP requests, kept from one request to the next.

Django gives each request under ASGI a thread of its own and ends it with the request; the connection to the
database belongs to the thread and ends with it, so that every request would pay for a new one.
"""

from __future__ import annotations

from collections import deque
from collections.abc import AsyncIterator
from concurrent.futures import Executor, ThreadPoolExecutor
from contextlib import asynccontextmanager
from typing import Any

from asgiref.sync import ThreadSensitiveContext, sync_to_async
from django.core.handlers.asgi import ASGIHandler
from django.db import connections

MAX_IDLE = 16
"""So many threads, each with its connection, wait for requests at most; a burst may have more."""


class RequestThreads:
    """Threads of which each serves one request at a time, the one that was used last first."""

    def __init__(self, max_idle: int = MAX_IDLE) -> None:
        self._max_idle = max_idle
        self._idle: deque[Executor] = deque()

    @asynccontextmanager
    async def one(self) -> AsyncIterator[None]:
        """Run what is sensitive to threads inside in one thread that nobody else uses meanwhile."""
        thread = self._taken()
        try:
            async with ThreadSensitiveContext(executor=thread):
                yield
        finally:
            # Whoever leaves in mid-work leaves the thread busy: it is free when it takes up something new.
            thread.submit(_nothing).add_done_callback(lambda _: self._give_back(thread))

    def _taken(self) -> Executor:
        try:
            return self._idle.pop()
        except IndexError:
            return ThreadPoolExecutor(max_workers=1, thread_name_prefix="request")

    def _give_back(self, thread: Executor) -> None:
        if len(self._idle) < self._max_idle:
            self._idle.append(thread)
            return
        thread.submit(connections.close_all)
        thread.shutdown(wait=False)


def _nothing() -> None:
    pass


class Application(ASGIHandler):
    """Django's application, each request in a thread that is kept."""

    _middleware_chain: Any

    def __init__(self) -> None:
        super().__init__()
        self._threads = RequestThreads()

    def load_middleware(self, is_async: bool = True) -> None:
        """Join middleware and views as for one thread.

        All views here are sync, as is some middleware: joined for asyncio, each request would change the
        thread at every step between the two kinds.
        """
        super().load_middleware(is_async=False)
        self._middleware_chain = sync_to_async(self._middleware_chain)

    async def __call__(self, scope: Any, receive: Any, send: Any) -> None:
        """Answer one request."""
        async with self._threads.one():
            await self.handle(scope, receive, send)
