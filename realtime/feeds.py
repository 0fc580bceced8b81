"""What one process knows of each topic that its sockets follow, kept once for all of them.

A feed hears messages of the channel layer, which may be lost, doubled or late, and looks at the store each
second; either way it only wakes its listeners. What a socket then sends it takes from the feed by its own
cursor (`realtime.subscriptions`).
"""

import asyncio
import json
import logging
import time
from collections.abc import Callable
from typing import Any

from accounts.actor import Actor
from acquisition.queue.permits import Permit
from acquisition.queue.status import is_steering, private_item
from catalog.documents.encoding import to_storable
from realtime import store
from realtime.catch_up import Tail
from realtime.frames import Frame
from realtime.rest import Rest
from realtime.tasks import end
from realtime.topics import Topic

logger = logging.getLogger(__name__)

VOLATILE = ("server_time", "lease_expires_at")
"""Keys of a status that change without news."""
VISIBILITY_S = 5.0


class Feed:
    """What is common to all feeds: listeners, and a version that counts what is new."""

    is_prompt = False
    """News go to each socket at once, not together with what comes soon after."""

    def __init__(self, topic: Topic) -> None:
        self.topic = topic
        self.version = 0
        self.is_failing = False
        self._listeners: set[Callable[[], None]] = set()

    def listen(self, listener: Callable[[], None]) -> None:
        """Have `listener` called when there may be something new."""
        self._listeners.add(listener)

    def leave(self, listener: Callable[[], None]) -> bool:
        """Stop calling `listener`; tell whether others are left."""
        self._listeners.discard(listener)
        return bool(self._listeners)

    def wake(self) -> None:
        """Count a change and call the listeners."""
        self.version += 1
        for listener in tuple(self._listeners):
            listener()

    def hear(self, payload: dict[str, Any]) -> None:
        """Take in a message of the channel layer."""
        raise NotImplementedError

    async def look(self) -> None:
        """Look at the store; called about each second."""
        raise NotImplementedError

    async def close(self) -> None:
        """End what the feed has started."""

    async def poll(self) -> None:
        """Look at the store, noting whether that worked."""
        try:
            await self.look()
        except Exception:  # the store may be away in any way; the next look is in a second
            if not self.is_failing:
                logger.warning("live view: %s cannot be read; trying each second", self.topic, exc_info=True)
            self.is_failing = True
        else:
            self.is_failing = False


class RunFeed(Feed):
    """One run: its newest frames and the newest ordinal heard of."""

    def __init__(self, topic: Topic) -> None:
        super().__init__(topic)
        self.tail = Tail()
        self.known = -1
        self._heard = False
        self._reads: dict[int, asyncio.Task[list[Frame]]] = {}

    def hear(self, payload: dict[str, Any]) -> None:
        """Take in a frame or a doorbell."""
        self._heard = True
        if "documents" in payload:
            self.tail.add(
                Frame(
                    self.topic.target,
                    payload["first"],
                    payload["last"],
                    payload["documents"],
                    payload["events"],
                )
            )
        if payload["last"] > self.known:
            self.known = payload["last"]
            self.wake()

    async def look(self) -> None:
        """Find documents whose frames were lost; a run that was heard of since the last look needs none."""
        if self._heard:
            self._heard = False
            return
        self.note(await store.call(store.last_ordinal, self.topic.target))

    def note(self, last: int) -> None:
        """Take note of the newest ordinal of the store."""
        if last > self.known:
            self.known = last
            self.wake()

    async def read(self, since: int) -> list[Frame]:
        """Read the store behind `since`, once for all sockets that ask at the same time."""
        task = self._reads.get(since)
        if task is None:
            task = asyncio.create_task(store.call(store.frames, self.topic.target, since))
            self._reads[since] = task
            task.add_done_callback(lambda done: self._forget(since, done))
        await asyncio.wait((task,))
        if task.cancelled():  # the feed was closed meanwhile, which is no cancellation of who reads
            return []
        frames = task.result()
        if not frames:
            self.known = min(self.known, since)
        return frames

    async def close(self) -> None:
        """End reads that nobody waits for any more."""
        await end(list(self._reads.values()))

    def _forget(self, since: int, task: asyncio.Task[list[Frame]]) -> None:
        self._reads.pop(since, None)
        if not task.cancelled():
            task.exception()


class StateFeed(Feed):
    """A topic whose followers want its present state: a value that is read again when a doorbell rings."""

    pause_s = 0.1
    """Shortest time between two reads, unless what a doorbell tells is urgent."""

    def __init__(self, topic: Topic) -> None:
        super().__init__(topic)
        self.value: Any = None
        self._turn = asyncio.Lock()
        self._reading: asyncio.Task[None] | None = None
        self._is_wanted = False
        self._rest = Rest()

    def hear(self, payload: dict[str, Any]) -> None:
        """Read the state again soon; many doorbells make one read."""
        self._is_wanted = True
        if self.is_urgent(payload):
            self._rest.end()
        if self._reading is None or self._reading.done():
            self._reading = asyncio.create_task(self._read_while_wanted())

    def is_urgent(self, payload: dict[str, Any]) -> bool:
        """Tell whether a doorbell is worth a read before the pause is over."""
        return False

    async def look(self) -> None:
        """Read the state and wake the listeners when it has changed."""
        async with self._turn:  # else an older answer could come behind a newer one
            self.take(await self.read())

    def take(self, value: Any) -> None:
        """Compare with the state before."""
        if self.version == 0 or self.essence(value) != self.essence(self.value):
            self.value = value
            self.wake()

    def essence(self, value: Any) -> Any:
        """Give what makes two states differ."""
        return value

    async def read(self) -> Any:
        """Read the state from where it is kept."""
        raise NotImplementedError

    async def payload_for(self, actor: Actor) -> tuple[int, str]:
        """Give sequence number and JSON text of the state as `actor` may see it."""
        return self.version, as_json(self.value)

    async def close(self) -> None:
        """End the read that a doorbell started."""
        await end([self._reading] if self._reading else [])

    async def _read_while_wanted(self) -> None:
        while self._is_wanted:
            self._is_wanted = False
            self._rest.begin()
            await self.poll()
            await self._rest.take(self.pause_s)


class QueueFeed(StateFeed):
    """Version of a queue."""

    def hear(self, payload: dict[str, Any]) -> None:
        """Take the version that the doorbell tells."""
        self.take(max(self.value or 0, payload["seq"]))

    async def read(self) -> int:
        """Read the version."""
        return await store.call(store.queue_version, self.topic.target)

    async def payload_for(self, actor: Actor) -> tuple[int, str]:
        """Give the version, which tells the client to fetch the queue."""
        return int(self.value), as_json({"seq": self.value})


class EngineFeed(StateFeed):
    """Status of a beamline; item and run only for those who may see them."""

    pause_s = 0.2
    is_prompt = True

    def __init__(self, topic: Topic) -> None:
        super().__init__(topic)
        self._texts: tuple[int, str, str] = (-1, "", "")
        self._sees: dict[tuple[Actor, str], tuple[float, bool]] = {}

    def is_urgent(self, payload: dict[str, Any]) -> bool:
        """Tell whether the engine does what somebody waits for: it pauses, resumes, ends."""
        return self.value is not None and is_steering(self.value["engine_state"], payload["engine_state"])

    async def read(self) -> dict[str, Any]:
        """Read the whole status."""
        return await store.call(store.status, self.topic.target)

    def essence(self, value: Any) -> Any:
        """Leave out what changes at each read."""
        return {key: part for key, part in value.items() if key not in VOLATILE}

    async def payload_for(self, actor: Actor) -> tuple[int, str]:
        """Give the status, without item and run for who may not see them."""
        sees = await self._may_see_item(actor)
        if self._texts[0] != self.version:
            full, public = dict(self.value), store.public_part(self.value)
            self._texts = (self.version, self._as_text(full), self._as_text(public))
        return int(self.value["version"]), (self._texts[1] if sees else self._texts[2])

    def _as_text(self, status: dict[str, Any]) -> str:
        return as_json({"seq": status["version"], **status})

    async def _may_see_item(self, actor: Actor) -> bool:
        item = private_item(self.value)
        if item is None:
            return True
        key, now = (actor, item), time.monotonic()
        known = self._sees.get(key)
        if known is not None and known[0] > now:
            return known[1]
        sees = await store.call(store.sees_item, actor, self.topic.target)
        self._sees = {key: entry for key, entry in self._sees.items() if entry[0] > now}
        self._sees[key] = (now + VISIBILITY_S, sees)
        return sees and private_item(self.value) == item


class ValueFeed(StateFeed):
    """Values of the status board, to each follower those of devices that they may read."""

    def __init__(self, topic: Topic) -> None:
        super().__init__(topic)
        self._text: tuple[int, str] = (-1, "")
        self._permits: dict[Actor, tuple[float, Permit]] = {}

    def hear(self, payload: dict[str, Any]) -> None:
        """Take the values of the message in; others stay as they are."""
        before = self.value["values"] if self.value else {}
        self.take({"seq": payload["seq"], "values": {**before, **payload["values"]}})

    async def read(self) -> dict[str, Any]:
        """Read the last snapshot."""
        return await store.call(store.values, self.topic.target)

    async def payload_for(self, actor: Actor) -> tuple[int, str]:
        """Give the values of the devices that the rules of the beamline let `actor` read."""
        permit = await self._permit_of(actor)
        if self._text[0] != self.version:
            self._text = (self.version, as_json(self.value))
        board = self.value
        refused = {name for name in board["values"] if permit.device_refusal(name) is not None}
        if not refused:
            return board["seq"], self._text[1]
        shown = {name: one for name, one in board["values"].items() if name not in refused}
        return board["seq"], as_json({**board, "values": shown})

    async def _permit_of(self, actor: Actor) -> Permit:
        now = time.monotonic()
        known = self._permits.get(actor)
        if known is not None and known[0] > now:
            return known[1]
        permit = await store.call(store.permit, actor, self.topic.target)
        self._permits = {key: entry for key, entry in self._permits.items() if entry[0] > now}
        self._permits[actor] = (now + VISIBILITY_S, permit)
        return permit


class ConsoleFeed(StateFeed):
    """Number of the newest console line; the lines are read by each follower with its own rights."""

    pause_s = 0.5

    async def read(self) -> int:
        """Read the number of the newest line."""
        return await store.call(store.newest_line, self.topic.target)


class LiveFeed(StateFeed):
    """Newest run of a beamline; each follower is told of the newest that it may see."""

    async def read(self) -> dict[str, Any]:
        """Read which run is the newest of all."""
        return await store.call(store.newest_run, store.EVERYTHING, self.topic.target)

    async def payload_for(self, actor: Actor) -> tuple[int, str]:
        """Give the newest run that `actor` may see."""
        return self.version, as_json(await store.call(store.newest_run, actor, self.topic.target))


class NoticesFeed(StateFeed):
    """Whether anybody was told something; each follower learns what is new to itself."""

    async def read(self) -> int:
        """Read the number of the newest notice."""
        return await store.call(store.newest_notice)

    async def payload_for(self, actor: Actor) -> tuple[int, str]:
        """Give how many notices `actor` has not seen, and the newest of them."""
        return self.version, as_json(await store.call(store.unseen_notices, actor))


class LogFeed(StateFeed):
    """When the logbook of a beamline last changed; the lines are fetched by each follower by REST."""

    async def read(self) -> dict[str, Any]:
        """Read what changes with the log."""
        return await store.call(store.log_change, self.topic.target)

    async def payload_for(self, actor: Actor) -> tuple[int, str]:
        """Give a number that grows with each change."""
        return self.version, as_json({"seq": self.version})


class PresenceFeed(StateFeed):
    """Who has a page of the beamline open."""

    async def read(self) -> dict[str, Any]:
        """Read the names."""
        return {"watchers": await store.call(store.watchers, self.topic.target)}


FEEDS: dict[str, type[Feed]] = {
    "run": RunFeed,
    "queue": QueueFeed,
    "engine": EngineFeed,
    "pv": ValueFeed,
    "console": ConsoleFeed,
    "live": LiveFeed,
    "notices": NoticesFeed,
    "log": LogFeed,
    "presence": PresenceFeed,
}


def as_json(value: Any) -> str:
    """Give JSON text under the encoding rule of the documents (non-finite numbers are escaped)."""
    return json.dumps(to_storable(value), separators=(",", ":"), allow_nan=False)
