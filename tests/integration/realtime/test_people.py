"""Topics about people: what one is told, what they write, who is there."""

import pytest

from logbook import services as logbook
from notices import services
from notices.models import NoticeKind
from realtime import store
from realtime.handshake import is_origin_allowed
from tests.integration.realtime.sockets import HOST, Closed, connected, session_headers


async def test_the_socket_tells_each_person_what_is_new_to_them(facility):
    headers = await store.call(session_headers, facility.users["member"])
    async with connected(headers) as socket:
        await socket.subscribe("notices:alpha")
        assert (await socket.until(type="message"))["payload"]["unseen"] == 0
        await store.call(services.tell, ["pi"], NoticeKind.MENTION, title="not for member")
        await store.call(services.tell, ["member"], NoticeKind.MENTION, title="look")
        assert (await socket.until(type="message"))["payload"]["unseen"] == 1


async def test_the_log_topic_tells_that_somebody_wrote(facility):
    headers = await store.call(session_headers, facility.users["observer"])
    async with connected(headers) as socket:
        await socket.subscribe("log:alpha")
        before = (await socket.until(type="message"))["payload"]["seq"]
        wanted = {"beamline": "alpha", "proposal": "P-1", "text": "hello"}
        author = await store.call(facility.actor, "member")
        await store.call(logbook.write, actor=author, **wanted)
        assert (await socket.until(type="message"))["payload"]["seq"] > before


async def test_who_follows_presence_is_present(facility):
    first = await store.call(session_headers, facility.users["member"])
    second = await store.call(session_headers, facility.users["observer"])
    async with connected(first) as one, connected(second) as two:
        await one.subscribe("presence:alpha")
        assert (await one.until(type="message"))["payload"]["watchers"] == ["member"]
        await two.subscribe("presence:alpha")
        assert (await one.until(type="message"))["payload"]["watchers"] == ["member", "observer"]


def offering(text, origin="https://elsewhere.example"):
    """Give the headers of a browser's socket on another site that names a key as a protocol."""
    offered = f"beamport, beamport.key.{text}".encode()
    return [(b"host", HOST), (b"origin", origin.encode()), (b"sec-websocket-protocol", offered)]


async def test_a_browser_names_its_key_as_a_protocol_from_any_site(facility):
    text, _ = await store.call(facility.key, "observer", "queue:read")
    async with connected(offering(text)) as socket:
        assert (await socket.subscribe("queue:alpha"))["type"] == "subscribed"
        assert (await socket.subscribe("pv:alpha"))["code"] == "not_found"


async def test_a_session_does_not_help_the_page_of_another_site(facility):
    session = await store.call(session_headers, facility.users["member"])
    cookie = [pair for pair in session if pair[0] == b"cookie"]
    with pytest.raises(Closed):
        async with connected(cookie + offering("bp_none_wrong")) as socket:
            await socket.subscribe("queue:alpha")
    assert not is_origin_allowed({"headers": cookie + [(b"host", HOST), (b"origin", b"https://elsewhere")]})
