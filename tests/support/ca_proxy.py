"""Something between a Channel Access client and its server that can stop forwarding, as a cut cable does."""

from __future__ import annotations

import contextlib
import socket
import struct
import threading
from collections.abc import Iterator

from config.embedded import free_port

HEADER = struct.Struct(">HHHHII")
SEARCH, ANY_ADDRESS = 6, 0xFFFFFFFF


class CaProxy:
    """Forwards searches and connections to a server on loopback, until it is cut.

    After ``cut`` every connection stays open and silent: nothing is forwarded, nothing closed. ``heal`` lets
    new connections pass; the old ones stay as they are.
    """

    def __init__(self, server_port: int) -> None:
        self.server = ("127.0.0.1", server_port)
        self.port = free_port()
        self._is_open = threading.Event()
        self._is_open.set()
        self._closing = threading.Event()
        self._sockets: list[socket.socket] = []
        self._threads: list[threading.Thread] = []
        self._udp = self._kept(socket.socket(socket.AF_INET, socket.SOCK_DGRAM))
        self._udp.bind(("127.0.0.1", self.port))
        self._tcp = self._kept(socket.socket(socket.AF_INET, socket.SOCK_STREAM))
        self._tcp.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        self._tcp.bind(("127.0.0.1", self.port))
        self._tcp.listen()
        self._spawn(self._forward_searches)
        self._spawn(self._accept)

    def cut(self) -> None:
        """Forward nothing more, and tell nobody."""
        self._is_open.clear()

    def heal(self) -> None:
        """Forward new connections again."""
        self._is_open.set()

    def close(self) -> None:
        """End everything."""
        self._closing.set()
        self._is_open.set()
        for sock in list(self._sockets):
            with contextlib.suppress(OSError):
                sock.shutdown(socket.SHUT_RDWR)
        for thread in list(self._threads):
            thread.join(10)
        for sock in self._sockets:
            sock.close()

    def _kept(self, sock: socket.socket) -> socket.socket:
        self._sockets.append(sock)
        sock.settimeout(0.2)
        return sock

    def _spawn(self, function, *arguments) -> None:
        thread = threading.Thread(target=function, args=arguments, daemon=True)
        self._threads.append(thread)
        thread.start()

    def _forward_searches(self) -> None:
        behind = self._kept(socket.socket(socket.AF_INET, socket.SOCK_DGRAM))
        client = None
        while not self._closing.is_set():
            for sock in (self._udp, behind):
                sock.settimeout(0.02)
                with contextlib.suppress(OSError):
                    datagram, sender = sock.recvfrom(65536)
                    if not self._is_open.is_set():
                        continue
                    if sock is self._udp:
                        client = sender
                        behind.sendto(datagram, self.server)
                    elif client is not None:
                        self._udp.sendto(self._pointing_here(datagram), client)

    def _pointing_here(self, datagram: bytes) -> bytes:
        """Let answers to searches name this proxy in the place of the server."""
        parts, at = [], 0
        while at < len(datagram):
            command, size, port, count, first, second = HEADER.unpack_from(datagram, at)
            if command == SEARCH:
                port, first = self.port, ANY_ADDRESS
            body = datagram[at + HEADER.size : at + HEADER.size + size]
            parts.append(HEADER.pack(command, size, port, count, first, second) + body)
            at += HEADER.size + size
        return b"".join(parts)

    def _accept(self) -> None:
        while not self._closing.is_set():
            try:
                client, _ = self._tcp.accept()
            except OSError:
                continue
            server = self._kept(socket.create_connection(self.server))
            self._kept(client)
            cut = threading.Event()
            self._spawn(self._pump, client, server, cut)
            self._spawn(self._pump, server, client, cut)

    def _pump(self, source: socket.socket, target: socket.socket, cut: threading.Event) -> None:
        while not self._closing.is_set():
            if not self._is_open.is_set():
                cut.set()
            if cut.is_set():  # this connection is dead for ever, and nobody knows
                self._closing.wait()
                return
            try:
                data = source.recv(65536)
            except TimeoutError:
                continue
            except OSError:
                return
            if not data:
                with contextlib.suppress(OSError):
                    target.shutdown(socket.SHUT_WR)
                return
            if self._is_open.is_set() and not cut.is_set():
                with contextlib.suppress(OSError):
                    target.sendall(data)


@contextlib.contextmanager
def proxy_of(server_port: int) -> Iterator[CaProxy]:
    """Give a proxy of a server, and end it afterwards."""
    proxy = CaProxy(server_port)
    try:
        yield proxy
    finally:
        proxy.close()
