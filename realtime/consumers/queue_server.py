"""Sockets of the queue server's clients: status and console of one beamline, pushed as they change.

They only talk. Who listens is asked again every few seconds; who may not see it any more gets nothing.
"""

import asyncio
import contextlib
import json
import logging
import time
from collections.abc import AsyncIterator
from typing import Any, ClassVar

from channels.generic.websocket import AsyncWebsocketConsumer

from accounts import tokens
from accounts.access import Scope, require
from accounts.actor import Actor
from accounts.errors import BeamportError, NotSignedInError
from acquisition.qserver.reading import console_message
from acquisition.qserver.status import status
from acquisition.queue import selectors
from realtime import handshake, store, topics
from realtime.consumers.pace import Pace, allowed_sockets
from realtime.hub import hub
from realtime.tasks import end

logger = logging.getLogger(__name__)

LOOK_S = 5.0
REFUSED = 4001
GOING_AWAY = 4503
CONSOLE_LIMIT = 1_000


class QueueServerSocket(AsyncWebsocketConsumer):
    """What all of them have: who is there, news of topics, one message after the other."""

    channel_layer_alias = "none"
    needs: ClassVar[Scope] = Scope.QUEUE_READ
    topics: ClassVar[tuple[str, ...]] = ()

    def __init__(self) -> None:
        super().__init__()
        self.beamline = ""
        self.actor: Actor | None = None
        self._session: Any = None
        self._task: asyncio.Task[None] | None = None
        self._has_news = asyncio.Event()
        self._pace = Pace()

    async def connect(self) -> None:
        """Let in who may read, and begin to talk; refuse others before the socket opens."""
        self.beamline = self.scope["url_route"]["kwargs"]["beamline"]
        try:
            await store.call(self._identify)
        except (BeamportError, TimeoutError):
            await self.close(code=REFUSED)
            return
        if self.actor is None or not allowed_sockets.take(self, self.actor.user_id):
            await self.close(code=REFUSED)
            return
        await self.accept()
        self._task = asyncio.create_task(self._serve(), name="queue-server-socket")

    async def disconnect(self, code: int) -> None:
        """Stop talking."""
        allowed_sockets.release(self)
        task, self._task = self._task, None
        if task is not None:
            await end([task])

    def _identify(self) -> None:
        credentials = handshake.credentials_of(self.scope)
        if credentials.key is None:
            self.actor = handshake.identify(credentials)
        else:
            self.actor, self._session = tokens.socket_actor(credentials.key, address=credentials.address)
        require(self.actor, self.needs, beamline=self.beamline)

    def _check(self) -> Actor:
        if self.actor is None or (self._session is not None and not tokens.still_stands(self._session)):
            raise NotSignedInError()
        require(self.actor, self.needs, beamline=self.beamline)
        return self.actor

    async def _serve(self) -> None:
        try:
            async with self._following():
                async for message in self._messages():
                    with self._pace.sending():
                        await self.send(text_data=json.dumps(message))
        except BeamportError:
            await self._close(REFUSED)
        except Exception:
            logger.exception("a socket of the queue server's clients failed")
            await self._close(GOING_AWAY)

    async def _close(self, code: int) -> None:
        with contextlib.suppress(OSError, RuntimeError):
            await self.close(code=code)

    @contextlib.asynccontextmanager
    async def _following(self) -> AsyncIterator[None]:
        found = hub()
        await found.enter()
        feeds = []
        try:
            for kind in self.topics:
                topic = topics.parse(f"{kind}:{self.beamline}")
                feeds.append(await found.follow(topic, self._has_news.set))
            yield
        finally:
            for feed in feeds:
                await found.leave(feed, self._has_news.set)
            await found.exit()

    async def _messages(self) -> AsyncIterator[dict[str, Any]]:
        raise NotImplementedError
        yield {}

    async def _news(self) -> None:
        """Wait for news, no longer than until it is time to ask who is there; many news are one."""
        with contextlib.suppress(TimeoutError):
            async with asyncio.timeout(LOOK_S):
                await self._has_news.wait()
        await asyncio.sleep(self._pace.interval_s)
        self._has_news.clear()


class InfoSocket(QueueServerSocket):
    """The status, at first and whenever it changes."""

    topics = ("engine", "queue")

    async def _messages(self) -> AsyncIterator[dict[str, Any]]:
        known = None
        while True:
            found = await store.call(self._read)
            if found["status_uid"] != known:
                known = found["status_uid"]
                yield {"time": time.time(), "msg": {"status": found}}
            await self._news()

    def _read(self) -> dict[str, Any]:
        return status(self._check(), self.beamline)


class ConsoleSocket(QueueServerSocket):
    """Console messages from now on."""

    needs = Scope.CONSOLE_READ
    topics = ("console",)

    async def _messages(self) -> AsyncIterator[dict[str, Any]]:
        since = (await store.call(self._read, None))["last"]
        while True:
            found = await store.call(self._read, since)
            since = found["last"]
            for line in found["lines"]:
                yield console_message(line)
            if not found["lines"]:
                await self._news()

    def _read(self, since: int | None) -> dict[str, Any]:
        limit = 1 if since is None else CONSOLE_LIMIT
        return selectors.console(self._check(), self.beamline, since=since, limit=limit)
