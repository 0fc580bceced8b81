"""Topics about people: what one is told, what they write, who is there."""

from logbook import services as logbook
from notices import services
from notices.models import NoticeKind
from realtime import store
from tests.integration.realtime.sockets import connected, session_headers


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
