"""How the web server serves a live socket: as uvicorn does, with bounds on a client that takes nothing.

A closed connection stays in memory, with all that was written to it, until the other side has taken the rest;
a program that is frozen while its machine still answers would keep it for ever. So the system is told to give
up a connection whose data nobody takes. It is also told to hold little that is unsent: a client on a slow
line is then noticed, and served newer and fewer messages, before it is seconds behind.
"""

import asyncio
import socket
from typing import Final

from uvicorn.protocols.websockets.websockets_sansio_impl import WebSocketsSansIOProtocol

UNTAKEN_MS: Final = 15_000
UNSENT_BYTES: Final = 128 * 1024
#: Options that not every system has; without them its own, longer limits hold.
BOUNDS: Final = {"TCP_USER_TIMEOUT": UNTAKEN_MS, "TCP_NOTSENT_LOWAT": UNSENT_BYTES}


class LiveSocket(WebSocketsSansIOProtocol):
    """One live socket; uvicorn makes it when it is started with ``--ws config.live_sockets:LiveSocket``."""

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        """Take the connection over, and bound it."""
        bound(transport.get_extra_info("socket"))
        super().connection_made(transport)


def bound(connection: socket.socket) -> None:
    """Have the system give up a connection that takes nothing, and hold little that is unsent."""
    if connection.family not in (socket.AF_INET, socket.AF_INET6):
        return
    for name, value in BOUNDS.items():
        if hasattr(socket, name):
            connection.setsockopt(socket.IPPROTO_TCP, getattr(socket, name), value)
