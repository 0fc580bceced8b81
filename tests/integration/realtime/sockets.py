"""A client of the live socket in the test's own process, as a page or a program would be one."""

import asyncio
import json
from contextlib import asynccontextmanager

from asgiref.testing import ApplicationCommunicator
from channels.auth import AuthMiddlewareStack
from channels.routing import URLRouter
from django.conf import settings
from django.test import Client as Browser

from realtime.handshake import OriginGate
from realtime.routing import websocket_urlpatterns

DEADLINE_S = 20.0
HOST = b"localhost:8000"
ORIGIN = b"http://localhost:8000"

application = OriginGate(AuthMiddlewareStack(URLRouter(websocket_urlpatterns)))


def session_headers(user, *, origin=ORIGIN):
    """Give the headers that a signed-in browser sends; `browser` keeps the session for later."""
    browser = Browser()
    browser.force_login(user)
    cookie = browser.cookies[settings.SESSION_COOKIE_NAME].value
    return [
        (b"host", HOST),
        (b"origin", origin),
        (b"cookie", f"{settings.SESSION_COOKIE_NAME}={cookie}".encode()),
    ]


def key_headers(text):
    """Give the headers that a program with an API key sends."""
    return [(b"host", HOST), (b"authorization", f"ApiKey {text}".encode())]


class Closed(Exception):
    """The server has closed the socket."""

    def __init__(self, code, reason):
        super().__init__(f"{code} {reason}")
        self.code = code
        self.reason = reason


class Socket:
    """One open socket; heartbeats are counted and passed over."""

    def __init__(self, communicator):
        self.communicator = communicator
        self.heartbeats = []

    async def send(self, **command):
        """Send a command."""
        await self.send_text(json.dumps(command))

    async def send_text(self, text):
        """Send a text frame as it is."""
        await self.communicator.send_input({"type": "websocket.receive", "text": text})

    async def receive(self):
        """Give the next message that is no heartbeat; raise Closed at the end."""
        while True:
            output = await self.communicator.receive_output(DEADLINE_S)
            if output["type"] == "websocket.close":
                raise Closed(output.get("code"), output.get("reason"))
            message = json.loads(output["text"])
            if message["type"] != "heartbeat":
                return message
            self.heartbeats.append(message)

    async def until(self, **wanted):
        """Pass over messages up to one that has all of `wanted`."""
        while True:
            message = await self.receive()
            if all(message.get(key) == value for key, value in wanted.items()):
                return message

    async def heartbeat(self, wanted=lambda beat: True):
        """Wait for a heartbeat that is as wanted; other messages are passed over."""
        async with asyncio.timeout(DEADLINE_S):
            while True:
                output = await self.communicator.receive_output(DEADLINE_S)
                message = json.loads(output["text"])
                if message["type"] == "heartbeat" and wanted(message):
                    return message

    async def closing(self):
        """Pass over messages up to the close; give its code and the last message before."""
        last = None
        while True:
            try:
                last = await self.receive()
            except Closed as closed:
                return closed.code, last

    async def subscribe(self, topic, since=None):
        """Subscribe and give the answer, which comes before any message of the topic."""
        await self.send(type="subscribe", topic=topic, since=since)
        while (answer := await self.receive()).get("topic") != topic:
            pass
        assert answer["type"] != "message"
        return answer

    async def documents(self, topic, upto):
        """Collect what a run's payloads hold, up to an ordinal: list of (ordinal, name or seq_num)."""
        found = []
        covered = None
        while covered is None or covered < upto:
            payload = (await self.until(type="message", topic=topic))["payload"]
            assert covered is None or payload["first"] == covered + 1
            covered = payload["last"]
            entries = [(ordinal, name) for ordinal, name, _ in payload["documents"]]
            for batch in payload["events"]:
                ordinals = range(batch["ordinal_first"], batch["ordinal_last"] + 1)
                entries += zip(ordinals, batch["seq_num"], strict=True)
            found += sorted(entries)
        return found


def scope_of(headers, path="/ws/"):
    """Give the ASGI scope of an opening request."""
    return {
        "type": "websocket",
        "path": path,
        "query_string": b"",
        "headers": headers,
        "subprotocols": [],
        "client": ["127.0.0.1", 50000],
    }


async def opened(headers, *, path="/ws/"):
    """Knock; give the communicator and the server's first answer."""
    communicator = ApplicationCommunicator(application, scope_of(headers, path))
    await communicator.send_input({"type": "websocket.connect"})
    return communicator, await communicator.receive_output(DEADLINE_S)


async def hang_up(communicator):
    """Go away, and wait until the server has let go of everything."""
    await communicator.send_input({"type": "websocket.disconnect", "code": 1000})
    await communicator.wait(DEADLINE_S)


@asynccontextmanager
async def connected(headers, *, path="/ws/"):
    """Open a socket and take the first message; hang up in the end."""
    communicator, answer = await opened(headers, path=path)
    assert answer["type"] == "websocket.accept"
    socket = Socket(communicator)
    socket.welcome = await socket.receive()
    try:
        yield socket
    finally:
        await hang_up(communicator)
