"""Slow clients, a broker that is away and a store that is away: nobody else notices, nothing is lost."""

import asyncio
import json
import threading

import pytest
from asgiref.testing import ApplicationCommunicator
from channels.layers import channel_layers

from realtime import doorbell, store
from realtime import hub as hub_module
from realtime.buffers import Outbox
from realtime.consumers import pace
from realtime.consumers import socket as consumer
from realtime.doorbell import Publisher
from realtime.hub import hub
from realtime.protocol import CloseCode
from tests.integration.realtime.sockets import (
    DEADLINE_S,
    Socket,
    application,
    connected,
    hang_up,
    scope_of,
    session_headers,
)
from tests.integration.realtime.test_runs import expected, keep
from tests.support.catalog_runs import records_of, scan

NOBODY_THERE = {
    "BACKEND": "channels_redis.pubsub.RedisPubSubChannelLayer",
    "CONFIG": {"hosts": ["redis://127.0.0.1:1/0"]},
}


@pytest.fixture
def member(facility):
    return session_headers(facility.users["member"])


class Throttle:
    """A transport that takes frames only while its gate is open, and counts them."""

    def __init__(self):
        self.gate = asyncio.Event()
        self.gate.set()
        self.taken = []

    def wrap(self, app):
        async def wrapped(scope, receive, send):
            async def slow_send(message):
                await self.gate.wait()
                self.taken.append(message)
                await send(message)

            return await app(scope, receive, slow_send)

        return wrapped


async def opened_by(throttle, headers):
    communicator = ApplicationCommunicator(throttle.wrap(application), scope_of(headers))
    await communicator.send_input({"type": "websocket.connect"})
    assert (await communicator.receive_output(DEADLINE_S))["type"] == "websocket.accept"
    socket = Socket(communicator)
    assert (await socket.receive())["type"] == "welcome"
    return socket


async def test_what_comes_while_a_client_is_slow_travels_in_few_frames_and_others_do_not_wait(member):
    records = records_of(scan(60))
    topic = f"run:{records[0].run}"
    throttle = Throttle()
    slow = await opened_by(throttle, member)
    async with connected(member) as quick:
        await store.call(keep, records[:2])
        for socket in (slow, quick):
            await socket.subscribe(topic)
            await socket.documents(topic, 1)
        throttle.gate.clear()
        before = len(throttle.taken)
        for first in range(2, len(records), 4):
            await store.call(keep, records[first : first + 4])
        assert await quick.documents(topic, len(records) - 1) == expected(records, 1)
        throttle.gate.set()
        assert await slow.documents(topic, len(records) - 1) == expected(records, 1)
        frames = [json.loads(m["text"]) for m in throttle.taken[before:]]
        assert sum(frame["type"] == "message" for frame in frames) <= 3
    await hang_up(slow.communicator)


async def test_a_client_that_takes_nothing_is_given_up_and_the_server_lets_go(member, monkeypatch):
    monkeypatch.setattr(consumer, "STUCK_S", 0.2)
    monkeypatch.setattr(consumer, "RETRY_S", 0.1)
    throttle = Throttle()
    stuck = await opened_by(throttle, member)
    throttle.gate.clear()
    async with connected(member) as quick:
        await stuck.communicator.wait(DEADLINE_S)
        assert throttle.taken[-1]["type"] == "websocket.send"
        await quick.send(type="ping", n=1)
        assert (await quick.receive())["type"] == "pong"


async def test_a_client_that_comes_back_while_being_given_up_reads_the_close_code(member, monkeypatch):
    monkeypatch.setattr(consumer, "STUCK_S", 0.2)
    throttle = Throttle()
    stuck = await opened_by(throttle, member)
    throttle.gate.clear()
    end = consumer.SocketConsumer._end

    async def end_with_open_gate(self, code, fault):
        throttle.gate.set()
        await end(self, code, fault)

    monkeypatch.setattr(consumer.SocketConsumer, "_end", end_with_open_gate)
    code, last = await stuck.closing()
    assert (code, last["code"]) == (CloseCode.SLOW_CLIENT, "slow_client")
    await stuck.communicator.wait(DEADLINE_S)


async def test_a_client_that_goes_before_the_welcome_leaves_nothing_behind(member, facility):
    def gone(app):
        async def wrapped(scope, receive, send):
            async def failing(message):
                if message["type"] == "websocket.send":
                    raise OSError("the client has gone")
                await send(message)

            return await app(scope, receive, failing)

        return wrapped

    communicator = ApplicationCommunicator(gone(application), scope_of(member))
    await communicator.send_input({"type": "websocket.connect"})
    with pytest.raises(OSError, match="has gone"):
        await communicator.wait(DEADLINE_S)
    assert not pace.allowed_sockets._open[facility.users["member"].pk]
    assert not [task for task in asyncio.all_tasks() if task.get_name().startswith(("realtime", "socket"))]


@pytest.fixture
def no_broker(settings, monkeypatch):
    settings.CHANNEL_LAYERS = {"default": NOBODY_THERE}
    monkeypatch.setattr(hub_module, "DELAYED_S", 0.5)
    yield
    channel_layers.backends.clear()


async def test_without_a_broker_runs_are_followed_from_the_store_and_said_to_be_delayed(no_broker, member):
    records = records_of(scan(30))
    topic = f"run:{records[0].run}"
    await store.call(keep, records[:3])
    async with connected(member) as socket:
        await socket.subscribe(topic)
        assert await socket.documents(topic, 2) == expected(records[:3])
        await store.call(keep, records[3:])
        assert await socket.documents(topic, len(records) - 1) == expected(records, 2)
        await socket.heartbeat(lambda beat: beat["delayed"])


async def test_documents_are_stored_at_once_although_nobody_takes_the_news(no_broker, facility):
    records = records_of(scan(20))

    def keep_each():
        for record in records:
            keep([record])

    await store.call(keep_each)
    assert await store.call(store.last_ordinal, records[0].run) == len(records) - 1


async def test_while_the_store_is_away_the_socket_stays_and_says_delayed(member, monkeypatch):
    records = records_of(scan(10))
    topic = f"run:{records[0].run}"
    await store.call(keep, records[:4])

    def away(*args):
        raise RuntimeError("no database")

    async with connected(member) as socket:
        await socket.subscribe(topic)
        await socket.documents(topic, 3)
        with monkeypatch.context() as broken:
            broken.setattr(store, "last_ordinal", away)
            broken.setattr(store, "frames", away)
            feed = hub().feeds[topic]
            broken.setattr(feed, "hear", lambda payload: None)
            await store.call(keep, records[4:])
            await socket.heartbeat(lambda beat: beat["delayed"])
        assert await socket.documents(topic, len(records) - 1) == expected(records, 3)
        await socket.heartbeat(lambda beat: not beat["delayed"])


def test_a_publisher_that_cannot_send_holds_no_more_than_its_bounds_and_never_blocks(monkeypatch):
    entered, leave = threading.Event(), threading.Event()

    async def stuck(batch):
        entered.set()
        await asyncio.to_thread(leave.wait)

    monkeypatch.setattr(doorbell, "_send", stuck)
    monkeypatch.setattr(doorbell, "_close_layer", lambda: asyncio.sleep(0))
    publisher = Publisher(Outbox(max_records=50))
    try:
        for n in range(1000):
            publisher.put(doorbell.Stored("a", "demo", n, n, ((n, "event", {}),)))
        assert entered.wait(DEADLINE_S)
        assert publisher.outbox.records <= 50
    finally:
        leave.set()
        publisher.stop()


@pytest.fixture
def own_broker(settings, tmp_path, monkeypatch):
    from config.embedded import start_valkey

    server = start_valkey(tmp_path)
    settings.CHANNEL_LAYERS = {
        "default": {**NOBODY_THERE, "CONFIG": {"hosts": [server.url], "prefix": "own"}},
    }
    monkeypatch.setattr(hub_module, "DELAYED_S", 1.5)
    servers = [server]

    def restart():
        servers.append(start_valkey(tmp_path))

    yield servers[0], restart
    servers[-1].stop()
    channel_layers.backends.clear()


async def test_a_broker_that_dies_and_comes_back_empty_costs_no_document(own_broker, member, caplog):
    broker, restart = own_broker
    records = records_of(scan(60))
    topic = f"run:{records[0].run}"
    await store.call(keep, records[:5])
    async with connected(member) as socket:
        await socket.subscribe(topic)
        found = await socket.documents(topic, 4)
        await asyncio.to_thread(broker.stop)
        await store.call(keep, records[5:20])
        found += await socket.documents(topic, 19)
        await socket.heartbeat(lambda beat: beat["delayed"])
        await asyncio.to_thread(restart)
        await store.call(keep, records[20:40])
        found += await socket.documents(topic, 39)
        await socket.heartbeat(lambda beat: not beat["delayed"])
        await store.call(keep, records[40:])
        found += await socket.documents(topic, len(records) - 1)
    assert found == expected(records)
