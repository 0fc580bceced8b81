"""Whatever a client sends, it gets a clear answer, and others notice nothing."""

import json

import pytest
from asgiref.testing import ApplicationCommunicator

from realtime import protocol, store
from realtime.hub import hub
from realtime.protocol import CloseCode
from tests.integration.realtime.sockets import DEADLINE_S, application, connected, scope_of, session_headers


@pytest.fixture
def member(facility):
    return session_headers(facility.users["member"])


async def test_a_frame_over_the_limit_closes_the_socket(member):
    async with connected(member) as socket:
        await socket.send_text(json.dumps({"type": "ping", "n": 1, "pad": "x" * protocol.MAX_COMMAND_BYTES}))
        code, last = await socket.closing()
        assert (code, last["code"]) == (CloseCode.TOO_LARGE, "too_large")


async def test_a_binary_frame_closes_the_socket(member):
    async with connected(member) as socket:
        await socket.communicator.send_input({"type": "websocket.receive", "bytes": b"\x00\x01"})
        code, last = await socket.closing()
        assert (code, last["code"]) == (CloseCode.TOO_LARGE, "binary")


async def test_a_command_before_the_welcome_closes_the_socket(member):
    communicator = ApplicationCommunicator(application, scope_of(member))
    await communicator.send_input({"type": "websocket.receive", "text": '{"type":"ping","n":1}'})
    answer = await communicator.receive_output(DEADLINE_S)
    while answer["type"] == "websocket.send":
        assert json.loads(answer["text"])["code"] == "too_early"
        answer = await communicator.receive_output(DEADLINE_S)
    assert answer["code"] == CloseCode.PROTOCOL
    await communicator.wait(DEADLINE_S)


async def test_bad_commands_are_answered_and_a_row_of_them_ends_the_socket(member):
    async with connected(member) as socket:
        bad = ["nonsense", "[" * 5000, '{"type":"x"}', '{"type":"subscribe","topic":"nothing:alpha"}']
        codes = []
        for text in bad:
            await socket.send_text(text)
            codes.append((await socket.receive())["code"])
        assert codes == ["not_json", "not_json", "unknown_command", "unknown_topic"]
        for _ in range(protocol.MAX_FAULTS - len(bad)):
            await socket.send_text("{}")
        code, last = await socket.closing()
        assert (code, last["code"]) == (CloseCode.PROTOCOL, "too_many_faults")


async def test_a_thousand_subscriptions_stop_at_the_limit(member, monkeypatch):
    monkeypatch.setattr("realtime.consumers.pace.CommandRate.admits", lambda self, now: True)
    monkeypatch.setattr(store, "may_follow", lambda actor, topic: None)
    monkeypatch.setattr(store, "last_ordinal", lambda run: -1)
    async with connected(member) as socket:
        answers = [await socket.subscribe(f"run:none-{number}") for number in range(100)]
        kinds = [answer.get("code", answer["type"]) for answer in answers]
        assert kinds == ["subscribed"] * 64 + ["too_many_subscriptions"] * 36
        assert len(hub().feeds) == protocol.MAX_SUBSCRIPTIONS
    assert not hub().feeds


async def test_commands_beyond_the_rate_close_the_socket_and_not_its_neighbour(member):
    async with connected(member) as neighbour:
        async with connected(member) as socket:
            for number in range(1000):
                await socket.send(type="ping", n=number)
            code, last = await socket.closing()
            assert (code, last["code"]) == (CloseCode.TOO_MANY, "too_many_commands")
        await neighbour.send(type="ping", n=1)
        assert await neighbour.receive() == {"type": "pong", "n": 1}


async def test_subscribing_again_begins_anew_and_counts_once(member):
    async with connected(member) as socket:
        for _ in range(3):
            assert (await socket.subscribe("queue:alpha"))["type"] == "subscribed"
            await socket.until(type="message", topic="queue:alpha")
        assert len(hub().feeds) == 1
