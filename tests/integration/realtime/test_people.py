"""Topics about people: what one is told."""

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
