"""One connection to one server, and the channels on it.

The handshake and the making of channels go through caproto's protocol layer; requests for values and their
answers do not, for speed (see `ca_wire`). Everything that arrives is handled on the thread of the circuit,
which therefore must never wait for anything but its socket.
"""

from __future__ import annotations

import getpass
import itertools
import logging
import socket
import struct
import threading
import time
from collections.abc import Callable, Iterable, Sequence
from typing import TYPE_CHECKING, NamedTuple

import caproto

from acquisition.devices.backends import ca_wire as wire
from acquisition.devices.backends.ca_search import PROTOCOL_VERSION, Address

if TYPE_CHECKING:
    from acquisition.devices.backends.ca_wire import Message

log = logging.getLogger(__name__)

CONNECT_TIMEOUT_S = 2.0
SEND_TIMEOUT_S = 2.0
RECEIVE_BYTES = 1 << 18
MOST_WORD_BYTES = 1000
READ_RIGHT, WRITE_RIGHT = 1, 2

Listener = Callable[["Channel"], None]


class Reply:
    """The answer to one request.

    Parameters
    ----------
    pv_name
        What was asked.
    then
        Called once with the reply when it is there, on the thread that reads the socket: must not block.
    """

    __slots__ = ("_event", "_then", "pv_name", "refusal", "response")

    def __init__(self, pv_name: str, then: Callable[[Reply], None] | None = None) -> None:
        self.pv_name = pv_name
        self.response: Message | None = None
        self.refusal: str | None = None
        self._event = threading.Event()
        self._then = then

    def set(self, response: Message | None = None, *, refusal: str | None = None) -> None:
        """Take the answer, or with neither know that none will come."""
        if self._event.is_set():
            return
        self.response, self.refusal = response, refusal
        self._event.set()
        then, self._then = self._then, None
        if then is not None:
            then(self)

    def wait(self, timeout_s: float) -> bool:
        """Wait for the answer; False if it does not come."""
        return self._event.wait(timeout_s)


class Channel:
    """One process variable as a client knows it. Listeners are called on the thread of its circuit."""

    __slots__ = (
        "access",
        "circuit",
        "count",
        "is_made",
        "listeners",
        "name",
        "native",
        "number",
        "server_id",
    )

    def __init__(self, name: str, number: int) -> None:
        self.name = name
        self.number = number
        self.listeners: list[Listener] = []
        self.circuit: Circuit | None = None
        self.is_made = False
        self.server_id = self.native = self.count = 0
        self.access = READ_RIGHT | WRITE_RIGHT

    @property
    def is_connected(self) -> bool:
        """True while its server answers."""
        circuit = self.circuit
        return self.is_made and circuit is not None and not circuit.is_silent

    @property
    def is_silent(self) -> bool:
        """True while there is a connection, but its server does not answer."""
        circuit = self.circuit
        return self.is_made and circuit is not None and circuit.is_silent

    def read_request(self, kind: int, number: int) -> bytes:
        """Ask for the value, with its time or its description."""
        return wire.read_request(self.native + kind, self.server_id, number)

    def write_request(self, number: int, data: bytes, count: int) -> bytes:
        """Write, and ask for completion."""
        return wire.write_request(self.native, self.server_id, number, data, count)

    def tell(self) -> None:
        """Tell the listeners that something about the connection changed."""
        for listener in tuple(self.listeners):
            try:
                listener(self)
            except Exception:  # whatever one listener does, the circuit serves the others
                log.exception("a listener of %s failed", self.name)


class Monitor(NamedTuple):
    """What a server was asked to tell of, again and again."""

    circuit: Circuit
    channel: Channel
    data_type: int
    number: int

    def cancel(self) -> None:
        """Want no more of it."""
        self.circuit.cancel(self)


class Circuit:
    """A TCP connection.

    Parameters
    ----------
    address
        Host and port of the server.
    lost
        Called with the channels that must be searched for again, because they or all are gone from here.
    """

    def __init__(self, address: Address, lost: Callable[[Sequence[Channel]], None]) -> None:
        self.address = address
        self.is_silent = False
        self.dead = threading.Event()
        self.channels: dict[int, Channel] = {}
        self._lost = lost
        self._lock = threading.RLock()
        self._send_lock = threading.Lock()
        self._protocol = caproto.VirtualCircuit(caproto.CLIENT, address, 0, PROTOCOL_VERSION)
        self._socket: socket.socket | None = None
        self._is_open = False
        self._replies: dict[int, Reply] = {}
        self._monitors: dict[int, Callable[[Message], None]] = {}
        self._numbers = itertools.count(1)
        self._held: list[bytes] | None = None
        self._heard_at = time.monotonic()
        self._echo_at: float | None = None
        self._thread = threading.Thread(target=self._run, name="channel-access-circuit", daemon=True)
        self._thread.start()

    # ---- channels

    def adopt(self, channels: Iterable[Channel]) -> None:
        """Make these channels here, now or as soon as the connection is there."""
        with self._lock:
            new = list(channels)
            for channel in new:
                channel.circuit = self
                self.channels[channel.number] = channel
            is_dead = self.dead.is_set()
            if self._is_open and not is_dead:
                self._make(new)
        if is_dead:
            self._end()

    def _make(self, channels: Sequence[Channel]) -> None:
        requests = [
            caproto.ClientChannel(channel.name, self._protocol, cid=channel.number).create()
            for channel in channels
        ]
        self._say(*requests)

    def release(self, channel: Channel) -> None:
        """Let go of a channel."""
        with self._lock:
            self.channels.pop(channel.number, None)
            known = self._protocol.channels.get(channel.number)
            if known is None or not channel.is_made or self.dead.is_set():
                return
            channel.is_made = False
            self._say(known.clear())

    # ---- sending

    def send(self, data: bytes) -> bool:
        """Send bytes. False if the connection is gone; what waits for answers has been told then."""
        if self._held is not None and threading.current_thread() is self._thread:
            self._held.append(data)  # several answers in one packet lead to requests in one packet
            return True
        with self._send_lock:
            sock = self._socket
            if sock is None:
                return False
            try:
                sock.sendall(data)
            except OSError as error:  # a message may be cut in two now: nothing more can follow it
                log.info("the server at %s:%d takes nothing more: %s", *self.address, error)
                self.drop()
                return False
        return True

    def _say(self, *commands: object) -> None:
        with self._lock:
            data = b"".join(bytes(buffer) for buffer in self._protocol.send(*commands))
        self.send(data)

    def ask(self, requests: Iterable[tuple[Reply, Callable[[int], bytes]]]) -> None:
        """Send requests in one packet. Each is made from the number that its answer will bear."""
        replies, parts = [], []
        for reply, make in requests:
            number = next(self._numbers)
            self._replies[number] = reply
            replies.append(reply)
            parts.append(make(number))
        sent = self.send(b"".join(parts))
        if not sent or self.dead.is_set():  # it died before the requests were known to it
            for reply in replies:
                reply.set()

    def monitor(
        self,
        channel: Channel,
        kind: int,
        function: Callable[[Message], None],
        *,
        mask: int = wire.VALUE_AND_ALARM,
    ) -> Monitor:
        """Let ``function`` have each value of a channel from now on."""
        monitor = Monitor(self, channel, channel.native + kind, next(self._numbers))
        self._monitors[monitor.number] = function
        self.send(wire.monitor_request(monitor.data_type, channel.server_id, monitor.number, mask))
        return monitor

    def cancel(self, monitor: Monitor) -> None:
        """End a monitor."""
        if self._monitors.pop(monitor.number, None) is not None and monitor.channel.is_made:
            request = wire.cancel_request(monitor.data_type, monitor.channel.server_id, monitor.number)
            self.send(request)

    # ---- is anybody there

    def look(self, now: float, echo_after_s: float, echo_timeout_s: float, give_up_s: float) -> None:
        """Send an echo after a silence; without an answer, take the server for silent, and later for gone."""
        if not self._is_open or self.dead.is_set():
            return
        if self._echo_at is None:
            if now - self._heard_at >= echo_after_s:
                self.suspect(now)
        elif now - self._echo_at >= give_up_s:
            log.warning("the server at %s:%d has been silent for %.0f s", *self.address, give_up_s)
            self.drop()
        elif now - self._echo_at >= echo_timeout_s and not self.is_silent:
            log.warning("the server at %s:%d does not answer", *self.address)
            self.is_silent = True
            self._tell_all()

    def suspect(self, now: float | None = None) -> None:
        """Ask for a sign of life, unless that was done."""
        if self._echo_at is None and self._is_open:
            self._echo_at = time.monotonic() if now is None else now
            self.send(wire.ECHO_REQUEST)

    def _heard(self) -> None:
        self._heard_at = time.monotonic()
        self._echo_at = None
        if self.is_silent:
            log.info("the server at %s:%d answers again", *self.address)
            self.is_silent = False
            self._tell_all()

    def _tell_all(self) -> None:
        for channel in list(self.channels.values()):
            channel.tell()

    # ---- the thread

    def _run(self) -> None:
        try:
            with socket.create_connection(self.address, CONNECT_TIMEOUT_S) as sock:
                self._opened(sock)
                self._read(sock)
        except OSError as error:
            log.info("the connection to %s:%d ended: %s", *self.address, error)
        except Exception:
            log.exception("the connection to %s:%d failed", *self.address)
        finally:
            self._end()

    def _opened(self, sock: socket.socket) -> None:
        sock.settimeout(None)
        sock.setsockopt(socket.SOL_SOCKET, socket.SO_KEEPALIVE, 1)
        sock.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        patience = struct.pack("ll", int(SEND_TIMEOUT_S), 0)
        sock.setsockopt(socket.SOL_SOCKET, socket.SO_SNDTIMEO, patience)
        self._protocol.our_address = sock.getsockname()
        self._socket = sock
        self._heard_at = time.monotonic()
        self._say(
            caproto.VersionRequest(0, PROTOCOL_VERSION),
            caproto.HostNameRequest(socket.gethostname()),
            caproto.ClientNameRequest(getpass.getuser()),
        )

    def _read(self, sock: socket.socket) -> None:
        buffer = bytearray()
        while not self.dead.is_set():
            data = sock.recv(RECEIVE_BYTES)
            if not data:
                return
            buffer += data
            self._held = []
            self._heard()
            for message in wire.split(buffer):
                self._arrived(message)
            held, self._held = self._held, None
            if held:
                self.send(b"".join(held))

    def _arrived(self, message: Message) -> None:
        command = message.command
        if command == wire.EVENT_ADD:
            function = self._monitors.get(message.second)
            if function is not None and message.payload:
                function(message)
        elif command in (wire.READ_NOTIFY, wire.WRITE_NOTIFY):
            reply = self._replies.pop(message.second, None)
            if reply is not None:
                reply.set(message)
        elif command == wire.ERROR:
            self._refused(message)
        elif command != wire.ECHO:
            self._control(message.raw)

    def _refused(self, message: Message) -> None:
        """Hand the words of the server to the one who asked."""
        words = wire.text(message.payload[wire.HEADER.size :][:MOST_WORD_BYTES])
        if len(message.payload) >= wire.HEADER.size:
            number = wire.HEADER.unpack_from(message.payload)[5]
            reply = self._replies.pop(number, None)
            if reply is not None:
                reply.set(refusal=f"{words} ({status_name(message.second)})")
                return
        log.warning("the server at %s:%d says: %s", *self.address, words)

    def _control(self, raw: bytes) -> None:
        commands, _ = self._protocol.recv(raw)
        for command in commands:
            try:
                with self._lock:
                    self._protocol.process_command(command)
            except caproto.CaprotoError as error:
                log.warning("the server at %s:%d sent what it should not: %s", *self.address, error)
                continue
            handle = _HANDLERS.get(type(command))
            if handle is not None:
                handle(self, command)

    def _on_version(self, _: caproto.VersionResponse) -> None:
        with self._lock:
            self._is_open = True
            self._make(list(self.channels.values()))

    def _on_access(self, command: caproto.AccessRightsResponse) -> None:
        channel = self.channels.get(command.cid)
        if channel is not None:
            channel.access = int(command.access_rights)

    def _on_created(self, command: caproto.CreateChanResponse) -> None:
        channel = self.channels.get(command.cid)
        if channel is not None:
            channel.server_id, channel.native = command.sid, int(command.data_type)
            channel.count = int(command.data_count)
            channel.is_made = True
            channel.tell()

    def _on_gone(self, command: caproto.CreateChFailResponse | caproto.ServerDisconnResponse) -> None:
        """Know that a server has (no longer) a PV that it said it had."""
        channel = self.channels.pop(command.cid, None)
        if channel is not None:
            self._orphan([channel])

    # ---- the end

    def drop(self) -> None:
        """End the connection; its thread does the rest."""
        self.dead.set()
        sock = self._socket
        if sock is not None:
            try:
                sock.shutdown(socket.SHUT_RDWR)
            except OSError:
                return  # it has ended already

    def join(self) -> None:
        """Wait for the end of its thread."""
        if threading.current_thread() is not self._thread:
            self._thread.join()

    def _end(self) -> None:
        self.dead.set()
        self._held = None
        with self._send_lock:
            self._socket = None
        while self._replies:
            _, reply = self._replies.popitem()
            reply.set()
        self._monitors.clear()
        with self._lock:
            orphans = list(self.channels.values())
            self.channels.clear()
        self._orphan(orphans)

    def _orphan(self, channels: Sequence[Channel]) -> None:
        for channel in channels:
            channel.is_made, channel.circuit = False, None
        for channel in channels:
            channel.tell()
        self._lost(channels)


_HANDLERS: dict[type, Callable[..., None]] = {
    caproto.VersionResponse: Circuit._on_version,
    caproto.AccessRightsResponse: Circuit._on_access,
    caproto.CreateChanResponse: Circuit._on_created,
    caproto.CreateChFailResponse: Circuit._on_gone,
    caproto.ServerDisconnResponse: Circuit._on_gone,
}


_STATUS_NAMES = {status.value.code_with_severity: str(status.name) for status in caproto.CAStatus}


def status_name(code: int) -> str:
    """Return the word of a status of the protocol: ECA_NOWTACCESS ..."""
    return _STATUS_NAMES.get(code, f"status {code}")
