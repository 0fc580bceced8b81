"""What one socket has had of one topic, and what it gets next."""

from collections import deque
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from accounts.actor import Actor
from realtime import store
from realtime.catch_up import ReadStore, next_step
from realtime.feeds import ConsoleFeed, Feed, RunFeed, StateFeed, as_json
from realtime.frames import Frame


class HistoryGoneError(LookupError):
    """What was asked since is not, or no longer, in the store."""


@dataclass(frozen=True, slots=True)
class News:
    """One message for the client: sequence number, payload as JSON text, and whether more waits behind it."""

    seq: int
    payload: str
    has_more: bool = False


class Subscription:
    """What is common: the feed, and for whom it is read."""

    def __init__(self, feed: Feed, actor: Actor) -> None:
        self.feed = feed
        self.actor = actor
        self.is_announced = False
        """The client has been told that it is subscribed: messages may follow."""

    async def open(self, since: int | None) -> int:
        """Begin after `since`, or with the present state; give the newest sequence number.

        Raises
        ------
        HistoryGoneError
            `since` is ahead of the store.
        """
        raise NotImplementedError

    async def pull(self) -> News | None:
        """Give the next message, None when there is nothing new."""
        raise NotImplementedError


class RunSubscription(Subscription):
    """Documents of a run: each once, in order, from the frames of the process or from the store."""

    feed: RunFeed

    def __init__(self, feed: RunFeed, actor: Actor) -> None:
        super().__init__(feed, actor)
        self.sent = -1
        self._page: deque[Frame] = deque()

    async def open(self, since: int | None) -> int:
        """Begin after ordinal `since`; without it with the first document."""
        self.sent = -1 if since is None else since
        newest = await store.call(store.last_ordinal, self.feed.topic.target)
        self.feed.note(newest)
        if self.sent > max(newest, self.feed.tail.last):
            raise HistoryGoneError(f"The run's newest document is {newest}, not yet {since}.")
        return max(newest, self.sent)

    async def pull(self) -> News | None:
        """Give the next frame."""
        frame = await self._next_frame()
        if frame is None:
            return None
        self.sent = frame.last
        return News(frame.last, frame.payload(), has_more=bool(self._page) or self._step() is not None)

    async def _next_frame(self) -> Frame | None:
        if self._page:
            return self._page.popleft()
        step = self._step()
        if not isinstance(step, ReadStore):
            return step
        self._page.extend(await self.feed.read(step.since))
        return self._page.popleft() if self._page else None

    def _step(self) -> Frame | ReadStore | None:
        return next_step(self.sent, self.feed.tail, self.feed.known)


class StateSubscription(Subscription):
    """The present state of something, whenever it has changed."""

    feed: StateFeed

    def __init__(self, feed: StateFeed, actor: Actor) -> None:
        super().__init__(feed, actor)
        self._version = 0
        self._payload = ""

    async def open(self, since: int | None) -> int:
        """Make sure that there is a state to tell; it is sent whatever `since` is."""
        if self.feed.version == 0:
            await self.feed.look()
        return (await self.feed.payload_for(self.actor))[0]

    async def pull(self) -> News | None:
        """Give the state when it differs from the one sent last."""
        version = self.feed.version
        if version == self._version:
            return None
        seq, payload = await self.feed.payload_for(self.actor)
        self._version = version
        if payload == self._payload:
            return None
        self._payload = payload
        return News(seq, payload, has_more=self.feed.version != version)


class ConsoleSubscription(Subscription):
    """Console lines that the socket's owner may see, in order."""

    feed: ConsoleFeed

    def __init__(self, feed: ConsoleFeed, actor: Actor) -> None:
        super().__init__(feed, actor)
        self._since: int | None = None
        self._has_begun = False

    async def open(self, since: int | None) -> int:
        """Begin after line `since`; without it with the last lines."""
        if self.feed.version == 0:
            await self.feed.look()
        if since is not None and since > self.feed.value:
            raise HistoryGoneError(f"The newest line is {self.feed.value}, not yet {since}.")
        self._since = since
        return int(self.feed.value)

    async def pull(self) -> News | None:
        """Give lines that have come since the last ones."""
        if self._has_begun and self._since is not None and self._since >= self.feed.value:
            return None
        found: dict[str, Any] = await store.call(store.lines, self.actor, self.feed.topic.target, self._since)
        is_first, self._has_begun = not self._has_begun, True
        before, self._since = self._since, found["last"]
        if not found["lines"] and not is_first:
            return None
        last = found["last"]
        payload = as_json({"seq": last, "lines": found["lines"]})
        return News(last, payload, has_more=before != last < self.feed.value)


SUBSCRIPTIONS: dict[str, Callable[[Any, Actor], Subscription]] = {
    "run": RunSubscription,
    "console": ConsoleSubscription,
}


def subscription_of(feed: Feed, actor: Actor) -> Subscription:
    """Give the subscription that fits a feed."""
    return SUBSCRIPTIONS.get(feed.topic.kind.name, StateSubscription)(feed, actor)
