"""The one socket of a browser tab or a program: many topics, one sender, a cursor for each topic."""

import asyncio
import contextlib
import logging
import time
from typing import Any

from channels.generic.websocket import AsyncWebsocketConsumer

from accounts import lately
from accounts.actor import Actor
from accounts.errors import BeamportError, NotFoundError, NotSignedInError
from realtime import handshake, protocol, store, topics
from realtime.consumers.pace import CommandRate, Pace, allowed_sockets
from realtime.feeds import FEEDS
from realtime.hub import Hub, hub
from realtime.protocol import CloseCode, Fault
from realtime.rest import Rest
from realtime.subscriptions import HistoryGoneError, Subscription, subscription_of
from realtime.tasks import end
from realtime.topics import Topic

logger = logging.getLogger(__name__)

RECHECK_S = 5.0
STUCK_S = 5.0
RETRY_S = 1.0


class SocketConsumer(AsyncWebsocketConsumer):
    """Serves `/ws/`.

    Commands are read one after the other; three tasks beside them send what is new, beat each second, and ask
    every few seconds whether the person may still be here.
    """

    channel_layer_alias = "none"  # no channel of its own: the hub listens once for all sockets of the process

    def __init__(self) -> None:
        super().__init__()
        self.actor: Actor | None = None
        self._credentials = handshake.Credentials()
        self._hub: Hub | None = None
        self._subscriptions: dict[str, Subscription] = {}
        self._fresh: dict[str, None] = {}
        self._failing: set[str] = set()
        self._listeners: dict[str, Any] = {}
        self._has_news = asyncio.Event()
        self._rest = Rest()
        self._is_over = asyncio.Event()
        self._tasks: list[asyncio.Task[None]] = []
        self._pace = Pace()
        self._rate = CommandRate()
        self._faults = 0

    async def __call__(self, scope: Any, receive: Any, send: Any) -> Any:
        """Serve until the client goes, or until it has to be given up because it takes nothing."""

        async def receive_until_over() -> Any:
            coming = asyncio.ensure_future(receive())
            over = asyncio.ensure_future(self._is_over.wait())
            try:
                await asyncio.wait((coming, over), return_when=asyncio.FIRST_COMPLETED)
                if coming.done():
                    return coming.result()
                return {"type": "websocket.disconnect", "code": CloseCode.SLOW_CLIENT}
            finally:
                coming.cancel()
                over.cancel()

        try:
            return await super().__call__(scope, receive_until_over, send)
        finally:
            await self._let_go()

    async def connect(self) -> None:
        """Find out who is there, and welcome them."""
        await self.accept(handshake.accepted_protocol(self.scope))
        self._credentials = handshake.credentials_of(self.scope)
        try:
            self.actor = await store.call(handshake.identify, self._credentials)
        except NotSignedInError as error:
            await self._end(CloseCode.NOT_SIGNED_IN, Fault(error.code, error.detail))
            return
        except Exception:
            logger.exception("a socket could not be opened")
            await self._end(
                CloseCode.GOING_AWAY, Fault("unavailable", "The server cannot serve you now; try again.")
            )
            return
        if not allowed_sockets.take(self, self.actor.user_id):
            detail = f"At most {allowed_sockets.limit} sockets of one account are open at a time."
            await self._end(CloseCode.TOO_MANY, Fault("too_many_sockets", detail))
            self.actor = None
            return
        await self._welcome(self.actor)

    async def _welcome(self, actor: Actor) -> None:
        found = hub()
        await found.enter()
        self._hub = found
        await self._say(
            {
                "type": "welcome",
                "protocol": protocol.VERSION,
                "username": actor.username,
                "server_time": time.time(),
                "heartbeat_s": protocol.HEARTBEAT_S,
                "limits": protocol.limits(),
            }
        )
        for work in (self._send_news, self._beat, self._watch):
            task = asyncio.create_task(work(), name=f"socket{work.__name__}")
            task.add_done_callback(self._note_end)
            self._tasks.append(task)

    def _note_end(self, task: asyncio.Task[None]) -> None:
        """End the socket when one of its tasks ends by itself: the client connects again."""
        if task not in self._tasks:
            return
        if not task.cancelled() and (error := task.exception()) is not None:
            logger.error("%s failed", task.get_name(), exc_info=error)
        self._is_over.set()

    async def disconnect(self, code: int) -> None:
        """Leave every topic and end the tasks."""
        await self._let_go()

    async def _let_go(self) -> None:
        """Give back all that the socket holds; a second time there is nothing left."""
        tasks, self._tasks = self._tasks, []
        await end(tasks)
        for name in tuple(self._subscriptions):
            await self._drop(name)
        allowed_sockets.release(self)
        if self._hub is not None:
            found, self._hub = self._hub, None
            await found.exit()

    async def receive(self, text_data: str | None = None, bytes_data: bytes | None = None) -> None:
        """Carry out one command."""
        if self._is_over.is_set():
            return
        if self._hub is None:
            await self._refuse(protocol.TOO_EARLY)
        elif text_data is None:
            await self._refuse(protocol.BINARY)
        elif not self._rate.admits(time.monotonic()):
            await self._refuse(protocol.TOO_MANY_COMMANDS)
        else:
            await self._carry_out(protocol.parse(text_data))

    async def _carry_out(self, command: protocol.Command | Fault) -> None:
        if isinstance(command, Fault):
            await self._refuse(command)
        elif command["type"] == "ping":
            await self._say({"type": "pong", "n": command["n"]})
        elif command["type"] == "unsubscribe":
            await self._drop(command["topic"])
            await self._say({"type": "unsubscribed", "topic": command["topic"]})
        else:
            await self._subscribe(command["topic"], command.get("since"))

    async def _subscribe(self, name: str, since: int | None) -> None:
        try:
            topic = topics.parse(name)
        except topics.UnknownTopicError as error:
            await self._refuse(Fault("unknown_topic", str(error)), name)
            return
        await self._drop(name)
        if len(self._subscriptions) >= protocol.MAX_SUBSCRIPTIONS:
            detail = f"One socket follows at most {protocol.MAX_SUBSCRIPTIONS} topics: unsubscribe from one."
            await self._say(Fault("too_many_subscriptions", detail).message(name))
            return
        try:
            await self._follow(topic, since)
        except NotFoundError as error:
            await self._drop(name)
            await self._say(Fault(error.code, error.detail).message(name))
        except NotSignedInError as error:
            await self._end(CloseCode.NOT_SIGNED_IN, Fault(error.code, error.detail))
        except HistoryGoneError:
            await self._drop(name)
            await self._say({"type": "reset", "topic": name})
        except Exception:
            logger.exception("%s could not be followed", name)
            await self._drop(name)
            await self._say(Fault("unavailable", "The store does not answer; subscribe again.").message(name))

    async def _follow(self, topic: Topic, since: int | None) -> None:
        """Ask for permission, join the group, then read the store: nothing falls in between."""
        name, actor = str(topic), self.actor
        if actor is None or self._hub is None:
            return
        await store.call(store.may_follow, actor, topic)
        await store.call(store.note_follower, actor, topic)

        is_prompt = FEEDS[topic.kind.name].is_prompt

        def note_news() -> None:
            self._fresh[name] = None
            self._has_news.set()
            if is_prompt:
                self._rest.end()

        feed = await self._hub.follow(topic, note_news)
        self._listeners[name] = note_news
        subscription = self._subscriptions[name] = subscription_of(feed, actor)
        newest = await subscription.open(since)
        await self._say({"type": "subscribed", "topic": name, "seq": newest})
        subscription.is_announced = True
        note_news()

    async def _drop(self, name: str) -> None:
        subscription = self._subscriptions.pop(name, None)
        self._fresh.pop(name, None)
        self._failing.discard(name)
        if subscription is not None and self._hub is not None:
            await self._hub.leave(subscription.feed, self._listeners.pop(name))

    async def _refuse(self, fault: Fault, topic: str | None = None) -> None:
        """Tell what was wrong; end the socket when the fault asks for it, or when there were too many."""
        self._faults += 1
        if fault.close is not None:
            await self._end(fault.close, fault)
        elif self._faults >= protocol.MAX_FAULTS:
            await self._end(CloseCode.PROTOCOL, protocol.TOO_MANY_FAULTS)
        else:
            await self._say(fault.message(topic))

    async def _end(self, code: CloseCode, fault: Fault) -> None:
        """Say why, and close."""
        if self._is_over.is_set():
            return
        with contextlib.suppress(TimeoutError, OSError):
            async with asyncio.timeout(RETRY_S):
                await self._say(fault.message())
                await self.close(code=int(code), reason=code.name.lower())
        self._is_over.set()

    async def _say(self, message: protocol.ServerMessage) -> None:
        await self.send(text_data=protocol.encode(message))

    async def _beat(self) -> None:
        """Send a heartbeat each second; a client that does not take it is the sender's concern."""
        while self._hub is not None:
            await asyncio.sleep(protocol.HEARTBEAT_S)
            if self._pace.is_sending:
                continue
            is_delayed = self._hub.is_delayed or bool(self._failing)
            await self._deliver(
                protocol.encode({"type": "heartbeat", "server_time": time.time(), "delayed": is_delayed})
            )

    async def _send_news(self) -> None:
        """Send what is new, topic by topic, then rest so that what comes meanwhile travels together."""
        while True:
            await self._has_news.wait()
            self._has_news.clear()
            self._rest.begin()
            names, self._fresh = tuple(self._fresh), {}
            has_more = False
            for name in names:
                has_more = await self._send_next(name) or has_more
            if not has_more:
                await self._rest.take(self._pace.interval_s)

    async def _send_next(self, name: str) -> bool:
        """Send the next message of one topic; tell whether more of it waits."""
        subscription = self._subscriptions.get(name)
        if subscription is None or not subscription.is_announced:
            return False
        try:
            news = await subscription.pull()
        except (NotFoundError, NotSignedInError):
            await self._check()
            return False
        except Exception:  # noqa: BLE001  the store may be away in any way: tried again, told as delayed
            self._note_failure(name)
            return False
        self._failing.discard(name)
        if news is None or self._subscriptions.get(name) is not subscription:
            return False
        await self._deliver(protocol.encode_message(name, news.seq, time.time(), news.payload))
        if news.has_more:
            self._fresh[name] = None
            self._has_news.set()
        return news.has_more

    def _note_failure(self, name: str) -> None:
        if name not in self._failing:
            logger.warning("%s cannot be sent now; trying each second", name, exc_info=True)
        self._failing.add(name)
        listener = self._listeners.get(name)
        if listener is not None:
            asyncio.get_running_loop().call_later(RETRY_S, listener)

    async def _deliver(self, text: str) -> None:
        """Send one frame; a client that takes none for a long time is given up."""
        try:
            with self._pace.sending():
                async with asyncio.timeout(STUCK_S):
                    await self.send(text_data=text)
        except TimeoutError:
            detail = f"Nothing was taken for {STUCK_S:g} s; connect again and go on by `since`."
            await self._end(CloseCode.SLOW_CLIENT, Fault("slow_client", detail))
        except OSError:  # the client has gone; the disconnect is on its way
            self._is_over.set()

    async def _watch(self) -> None:
        """Ask every few seconds whether the person may still be here and follow what is followed."""
        while True:
            await asyncio.sleep(RECHECK_S)
            await self._check()

    async def _check(self) -> None:
        names = tuple(self._subscriptions)
        try:
            actor, lost = await store.call(still_allowed, self._credentials, names)
        except NotSignedInError as error:
            await self._end(CloseCode.NOT_SIGNED_IN, Fault(error.code, error.detail))
            return
        except Exception:  # not known now is not refused: asked again, and told as delayed
            logger.debug("a socket could not be checked", exc_info=True)
            return
        if self.actor is not None and actor.user_id != self.actor.user_id:
            fault = Fault("not_signed_in", "Somebody else has signed in; connect again.")
            await self._end(CloseCode.NOT_SIGNED_IN, fault)
            return
        self.actor = actor
        for subscription in self._subscriptions.values():
            subscription.actor = actor
        for name, refusal in lost.items():
            await self._drop(name)
            await self._say(Fault(refusal.code, refusal.detail).message(name))


def still_allowed(
    credentials: handshake.Credentials, names: tuple[str, ...]
) -> tuple[Actor, dict[str, BeamportError]]:
    """Ask who is behind a socket now, and which of its topics they may follow no more."""
    actor = handshake.identify(credentials)
    lost: dict[str, BeamportError] = {}
    for name in names:
        try:
            topic = topics.parse(name)
            store.may_follow(actor, topic)
            store.note_follower(actor, topic)
        except NotFoundError as error:
            lost[name] = error
        else:
            _note_seen(actor, credentials, name)
    return actor, lost


def _note_seen(actor: Actor, credentials: handshake.Credentials, name: str) -> None:
    """Note who watches a beamline: they may stop it in minutes in which the database does not answer."""
    kind, _, beamline = name.partition(":")
    credential = credentials.key or credentials.session_key
    if kind == "engine" and credential:
        lately.note(credential, actor, beamline)
