"""Find the servers of process variables: searches over UDP, repeated until they are answered.

The repeater is never spoken to and no beacon is listened for. A process that nobody asked for cannot be
started by it, and two installations on different ports of one machine cannot hear each other.
"""

from __future__ import annotations

import ipaddress
import logging
import socket
import threading
import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass

import caproto

log = logging.getLogger(__name__)

Address = tuple[str, int]
PROTOCOL_VERSION = int(caproto.DEFAULT_PROTOCOL_VERSION)
DATAGRAM_BYTES = 1400
GATHER_S = 0.002
"""How long names are gathered before they are asked for together."""

FIRST_PAUSE_S, LONGEST_PAUSE_S, PATIENT_PAUSE_S = 0.05, 1.0, 5.0
PATIENT_AFTER_S = 60.0
"""A PV that is not found is searched for each second at first, and each 5 s after a minute."""


@dataclass(slots=True)
class Wanted:
    """A name that is searched for."""

    number: int
    request: bytes
    begun: float
    due: float = 0.0
    pause: float = FIRST_PAUSE_S

    def asked(self, now: float) -> None:
        """Know when to ask next."""
        self.due = now + self.pause
        longest = LONGEST_PAUSE_S if now - self.begun < PATIENT_AFTER_S else PATIENT_PAUSE_S
        self.pause = min(2 * self.pause, longest)


class Searcher:
    """Searches at given addresses only, and believes only answers from there.

    Parameters
    ----------
    addresses
        Where to ask.
    found
        Called with the numbers of names by the address of their server, on the thread that listens.
    """

    def __init__(
        self, addresses: Sequence[Address], found: Callable[[Mapping[Address, Sequence[int]]], None]
    ) -> None:
        self.addresses = tuple(addresses)
        self._loopback_only = all(is_loopback(host) for host, _ in addresses)
        self._found = found
        self._protocol = caproto.Broadcaster(our_role=caproto.CLIENT)
        self._condition = threading.Condition()
        self._wanted: dict[int, Wanted] = {}
        self._is_closed = False
        self._has_new = False
        self._pause = threading.Event()
        self._socket = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
        self._socket.setsockopt(socket.SOL_SOCKET, socket.SO_BROADCAST, 1)
        self._socket.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 1 << 20)
        self._socket.bind(("", 0))
        self._threads = [
            threading.Thread(target=self._ask, name="channel-access-search", daemon=True),
            threading.Thread(target=self._listen, name="channel-access-found", daemon=True),
        ]
        for thread in self._threads:
            thread.start()

    def want(self, number: int, name: str) -> None:
        """Search for a name until ``forget`` or an answer."""
        request = bytes(caproto.SearchRequest(name, number, PROTOCOL_VERSION))
        with self._condition:
            self._wanted[number] = Wanted(number, request, time.monotonic())
            if not self._has_new:
                self._has_new = True
                self._condition.notify()

    def forget(self, number: int) -> None:
        """Search for it no more."""
        with self._condition:
            self._wanted.pop(number, None)

    def search_now(self) -> None:
        """Repeat all unanswered searches at once."""
        with self._condition:
            for wanted in self._wanted.values():
                wanted.due = 0.0
            self._condition.notify()

    def close(self) -> None:
        """End the searches and the threads."""
        with self._condition:
            self._is_closed = True
            self._pause.set()
            self._wanted.clear()
            self._condition.notify()
        # a thread that waits for a datagram is not woken by closing its socket: send it one
        self._socket.sendto(b"", ("127.0.0.1", self._socket.getsockname()[1]))
        for thread in self._threads:
            if thread is not threading.current_thread():
                thread.join()
        self._socket.close()

    def _ask(self) -> None:
        while self._wait_for_due():
            self._pause.wait(GATHER_S)  # who asks for one name asks for more
            for datagram in packed(self._take_due()):
                for address in self.addresses:
                    self._send(datagram, address)

    def _send(self, datagram: bytes, address: Address) -> None:
        try:
            self._socket.sendto(datagram, address)
        except OSError as error:
            log.debug("a search to %s:%d was not sent: %s", *address, error)

    def _wait_for_due(self) -> bool:
        """Wait until names are due; False when it is closed."""
        with self._condition:
            while not self._is_closed:
                first = min((wanted.due for wanted in self._wanted.values()), default=None)
                left = None if first is None else first - time.monotonic()
                if left is not None and left <= 0.0:
                    return True
                self._has_new = False
                self._condition.wait(left)
        return False

    def _take_due(self) -> list[bytes]:
        with self._condition:
            self._has_new = False
            now = time.monotonic()
            due = [wanted for wanted in self._wanted.values() if wanted.due <= now]
            for wanted in due:
                wanted.asked(now)
            return [wanted.request for wanted in due]

    def _listen(self) -> None:
        while not self._is_closed:
            try:
                datagram, sender = self._socket.recvfrom(1 << 16)
            except OSError as error:  # an ICMP answer to a search: nobody is at home there
                log.debug("a search was refused: %s", error)
                continue
            try:
                self.received(datagram, sender)
            except Exception as error:  # noqa: BLE001  whatever ends this thread ends all reconnecting
                log.warning("an answer from %s:%d was not understood: %s", *sender, error)

    def received(self, datagram: bytes, sender: Address) -> None:
        """Take a datagram, unless it comes from elsewhere."""
        if not datagram:
            return
        if self._loopback_only and not is_loopback(sender[0]):
            log.warning("a Channel Access answer from %s was ignored: only loopback is searched", sender[0])
            return
        answers = [
            command
            for command in self._protocol.recv(datagram, sender)
            if isinstance(command, caproto.SearchResponse)
        ]
        found: dict[Address, list[int]] = {}
        with self._condition:
            for answer in answers:
                if self._wanted.pop(answer.cid, None) is not None:  # the first answer counts
                    found.setdefault(caproto.extract_address(answer), []).append(answer.cid)
        if found:
            self._found(found)


def packed(requests: Sequence[bytes]) -> list[bytes]:
    """Put search requests together into datagrams that pass any network; none, if there is none."""
    if not requests:
        return []
    version = bytes(caproto.VersionRequest(0, PROTOCOL_VERSION))
    datagrams, present = [], version
    for request in requests:
        if len(present) + len(request) > DATAGRAM_BYTES:
            datagrams.append(present)
            present = version
        present += request
    return [*datagrams, present]


def is_loopback(host: str) -> bool:
    """Return whether an address is this machine's own."""
    try:
        return ipaddress.ip_address(host).is_loopback
    except ValueError:
        return host == "localhost"
