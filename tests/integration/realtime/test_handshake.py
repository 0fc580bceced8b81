"""Who gets in, from where, and what is told to the others."""

import pytest

from realtime import store
from realtime.consumers import pace
from realtime.protocol import CloseCode
from tests.integration.realtime.sockets import (
    HOST,
    ORIGIN,
    connected,
    hang_up,
    key_headers,
    opened,
    session_headers,
)

COOKIELESS = [(b"host", HOST), (b"origin", ORIGIN)]


async def test_a_session_is_welcomed_by_name_with_the_limits(facility):
    headers = await store.call(session_headers, facility.users["member"])
    async with connected(headers) as socket:
        assert socket.welcome["type"] == "welcome"
        assert socket.welcome["username"] == "member"
        assert socket.welcome["limits"] == {
            "command_bytes": 65536,
            "message_bytes": 262144,
            "subscriptions": 64,
        }


async def test_an_api_key_is_welcomed_without_an_origin(facility):
    text, _ = await store.call(facility.key, "member", "run:read")
    async with connected(key_headers(text)) as socket:
        assert socket.welcome["username"] == "member"
        assert (await socket.subscribe("queue:alpha"))["code"] == "not_found"


@pytest.mark.parametrize(
    "headers",
    [
        COOKIELESS,
        [*COOKIELESS, (b"cookie", b"sessionid=forged")],
        key_headers("bp_AAAAAAAA_" + "a" * 43),
        key_headers("nonsense"),
    ],
    ids=["nobody", "forged session", "unknown key", "no key"],
)
async def test_nobody_is_told_to_sign_in_and_closed(facility, headers):
    async with connected(headers) as socket:
        assert socket.welcome["code"] == "not_signed_in"
        code, _ = await socket.closing()
        assert code == CloseCode.NOT_SIGNED_IN


@pytest.mark.parametrize(
    "origin",
    [
        b"http://evil.example",
        b"http://localhost:9999",
        b"null",
        b"file://",
        b"http://localhost:8000.evil.example",
    ],
)
async def test_a_page_of_another_site_is_refused_before_anything_is_read(facility, origin):
    headers = await store.call(session_headers, facility.users["member"], origin=origin)
    communicator, answer = await opened(headers)
    assert answer["type"] == "websocket.close"
    await communicator.wait()


async def test_a_session_without_origin_and_a_foreign_host_are_refused(facility):
    headers = await store.call(session_headers, facility.users["member"])
    for changed in (
        [header for header in headers if header[0] != b"origin"],
        [(b"host", b"evil.example"), (b"origin", b"http://evil.example"), headers[2]],
    ):
        communicator, answer = await opened(changed)
        assert answer["type"] == "websocket.close"
        await communicator.wait()


async def test_a_trusted_origin_is_let_in(facility, settings):
    settings.CSRF_TRUSTED_ORIGINS = ["https://beamport.example"]
    headers = await store.call(session_headers, facility.users["member"], origin=b"https://beamport.example")
    async with connected(headers) as socket:
        assert socket.welcome["type"] == "welcome"


async def test_a_key_in_the_address_is_not_read(facility):
    text, _ = await store.call(facility.key, "member", "run:read")
    communicator, answer = await opened([(b"host", HOST)], path=f"/ws/?key={text}")
    assert answer["type"] == "websocket.close"
    await communicator.wait()


async def test_too_many_sockets_of_one_account_are_refused(facility, monkeypatch):
    monkeypatch.setattr(pace.allowed_sockets, "limit", 2)
    headers = await store.call(session_headers, facility.users["member"])
    async with connected(headers), connected(headers), connected(headers) as third:
        assert third.welcome["code"] == "too_many_sockets"
        code, _ = await third.closing()
        assert code == CloseCode.TOO_MANY
    async with connected(headers) as again:
        assert again.welcome["type"] == "welcome"


async def test_a_store_that_is_away_closes_the_door_with_its_code(facility, monkeypatch):
    def broken(credentials):
        raise RuntimeError("no database")

    monkeypatch.setattr("realtime.handshake.identify", broken)
    async with connected(COOKIELESS) as socket:
        assert socket.welcome["code"] == "unavailable"
        code, _ = await socket.closing()
        assert code == CloseCode.GOING_AWAY


async def test_hanging_up_before_anything_was_said_leaves_nothing(facility):
    headers = await store.call(session_headers, facility.users["member"])
    communicator, answer = await opened(headers)
    assert answer["type"] == "websocket.accept"
    await hang_up(communicator)
    assert not pace.allowed_sockets._open[facility.users["member"].pk]
