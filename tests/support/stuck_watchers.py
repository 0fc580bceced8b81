"""Programs that ask for a run over a real socket and then take nothing, as a frozen one does."""

from __future__ import annotations

import contextlib
import json
import socket
from collections.abc import Iterator
from urllib.parse import urlsplit

from websockets.client import ClientProtocol
from websockets.uri import parse_uri

RECEIVE_BYTES = 4096
TIMEOUT_S = 20.0


@contextlib.contextmanager
def taking_nothing(address: str, key: str, topic: str, *, number: int) -> Iterator[list[socket.socket]]:
    """Give connected sockets that have asked for all of a topic and of which nobody reads any more."""
    with contextlib.ExitStack() as stack:
        yield [stack.enter_context(_asked(address, key, topic)) for _ in range(number)]


def port_of(connection: socket.socket) -> int:
    """Give the port by which the server knows it."""
    return int(connection.getsockname()[1])


def _asked(address: str, key: str, topic: str) -> socket.socket:
    place = urlsplit(address)
    assert place.hostname is not None
    assert place.port is not None
    connection = socket.socket()
    connection.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, RECEIVE_BYTES)
    connection.settimeout(TIMEOUT_S)
    connection.connect((place.hostname, place.port))
    protocol = ClientProtocol(parse_uri(address))
    request = protocol.connect()
    request.headers["Authorization"] = f"ApiKey {key}"
    protocol.send_request(request)
    _send(connection, protocol)
    heard = b""
    while b'"welcome"' not in heard:
        came = connection.recv(RECEIVE_BYTES)
        assert came, f"the server closed the connection: {protocol.handshake_exc}"
        protocol.receive_data(came)
        heard += b"".join(bytes(getattr(event, "data", b"")) for event in protocol.events_received())
    protocol.send_text(json.dumps({"type": "subscribe", "topic": topic}).encode())
    _send(connection, protocol)
    return connection


def _send(connection: socket.socket, protocol: ClientProtocol) -> None:
    connection.sendall(b"".join(protocol.data_to_send()))
