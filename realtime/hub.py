"""The one listener of a process: joins the groups that its sockets need and looks at the store each second.

There is one hub for each event loop. It works without the broker too, only later: then it says `is_delayed`
and the sockets live on what the looks at the store bring.
"""

import asyncio
import contextlib
import logging
import time
import uuid
from collections.abc import Callable
from typing import Any
from weakref import WeakKeyDictionary

from channels.layers import get_channel_layer

from realtime.feeds import FEEDS, Feed
from realtime.tasks import end
from realtime.topics import Topic

logger = logging.getLogger(__name__)

LOOK_S = 1.0
DELAYED_S = 3.0
LAYER_TIMEOUT_S = 1.0


class Hub:
    """Feeds by topic, for all sockets of one event loop."""

    def __init__(self) -> None:
        self.feeds: dict[str, Feed] = {}
        self._layer: Any = None
        self._channel: str | None = None
        self._joined: set[str] = set()
        self._echo = f"echo.{uuid.uuid4().hex}"
        self._heard_at = time.monotonic()
        self._tasks: list[asyncio.Task[None]] = []
        self._users = 0
        self._turn = asyncio.Lock()
        self._is_open = asyncio.Event()

    @property
    def is_delayed(self) -> bool:
        """News come late: the broker has not brought back our own echo, or the store cannot be read."""
        return time.monotonic() - self._heard_at > DELAYED_S or any(
            feed.is_failing for feed in self.feeds.values()
        )

    async def enter(self) -> None:
        """Count one more socket; the first one starts the hub and waits a moment for the broker."""
        async with self._turn:
            self._users += 1
            if self._users == 1:
                self._heard_at = time.monotonic()
                self._is_open.clear()
                self._tasks = [
                    asyncio.create_task(self._listen(), name="realtime-listen"),
                    asyncio.create_task(self._look(), name="realtime-look"),
                ]
                with contextlib.suppress(TimeoutError):
                    async with asyncio.timeout(LAYER_TIMEOUT_S):
                        await self._is_open.wait()

    async def exit(self) -> None:
        """Count one socket less; the last one stops the hub."""
        async with self._turn:
            self._users -= 1
            if self._users:
                return
            tasks, self._tasks = self._tasks, []
            await end(tasks)

    async def follow(self, topic: Topic, listener: Callable[[], None]) -> Feed:
        """Give the feed of a topic, whose group is joined before this returns if the broker is there."""
        name = str(topic)
        feed = self.feeds.get(name)
        if feed is None:
            feed = self.feeds[name] = FEEDS[topic.kind.name](topic)
        feed.listen(listener)
        await self._join(topic.group)
        return feed

    async def leave(self, feed: Feed, listener: Callable[[], None]) -> None:
        """Stop listening; a feed that nobody listens to is dropped."""
        if feed.leave(listener) or self.feeds.get(str(feed.topic)) is not feed:
            return
        del self.feeds[str(feed.topic)]
        await feed.close()
        await self._part(feed.topic.group)

    async def _join(self, group: str) -> None:
        if self._channel is None or group in self._joined:
            return
        try:
            async with asyncio.timeout(LAYER_TIMEOUT_S):
                await self._layer.group_add(group, self._channel)
        except Exception:  # tried again at each look; until then the store is looked at
            logger.debug("group %s not joined", group, exc_info=True)
        else:
            self._joined.add(group)
            if group != self._echo and not any(group == feed.topic.group for feed in self.feeds.values()):
                await self._part(group)

    async def _part(self, *groups: str) -> None:
        channel = self._channel
        left = self._joined.intersection(groups)
        self._joined -= left
        with contextlib.suppress(Exception):
            async with asyncio.timeout(LAYER_TIMEOUT_S):
                for group in left:
                    await self._layer.group_discard(group, channel)

    async def _listen(self) -> None:
        """Take messages of the channel layer, for ever."""
        was_away = False
        while True:
            try:
                await self._open_channel()
                was_away = False
                while True:
                    self._deliver(await self._layer.receive(self._channel))
            except Exception:  # the broker may be away in any way: try again in a second
                if not was_away:
                    logger.warning("live view: no broker; looking at the store each second", exc_info=True)
                was_away = True
                await asyncio.sleep(LOOK_S)
            finally:
                await self._close_channel()

    async def _open_channel(self) -> None:
        self._layer = get_channel_layer()
        async with asyncio.timeout(LAYER_TIMEOUT_S):
            self._channel = await self._layer.new_channel("live.")
        await self._join(self._echo)
        for feed in tuple(self.feeds.values()):
            await self._join(feed.topic.group)
        self._is_open.set()

    async def _close_channel(self) -> None:
        await self._part(*self._joined)
        self._channel = None

    def _deliver(self, message: dict[str, Any]) -> None:
        self._heard_at = time.monotonic()
        feed = self.feeds.get(message.get("topic", ""))
        if feed is None:
            return
        try:
            feed.hear(message["payload"])
        except (KeyError, TypeError, ValueError):
            logger.exception("message for %s is not understood", message.get("topic"))

    async def _look(self) -> None:
        """Look at the store for every feed, join what could not be joined, and send ourselves an echo."""
        while True:
            await asyncio.sleep(LOOK_S)
            feeds = tuple(self.feeds.values())
            await asyncio.gather(self._send_echo(), *(feed.poll() for feed in feeds))
            for feed in feeds:
                if str(feed.topic) in self.feeds:
                    await self._join(feed.topic.group)

    async def _send_echo(self) -> None:
        if self._channel is None:
            return
        await self._join(self._echo)
        with contextlib.suppress(Exception):
            async with asyncio.timeout(LAYER_TIMEOUT_S):
                await self._layer.group_send(self._echo, {"type": "topic.message", "topic": self._echo})


_hubs: WeakKeyDictionary[asyncio.AbstractEventLoop, Hub] = WeakKeyDictionary()


def hub() -> Hub:
    """Give the hub of the running event loop."""
    loop = asyncio.get_running_loop()
    found = _hubs.get(loop)
    if found is None:
        found = _hubs[loop] = Hub()
    return found
