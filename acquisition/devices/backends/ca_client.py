"""A Channel Access client for this process, on caproto's threads.

What is added to caproto's threading client, and why:

* The repeater is never spoken to, and no beacon is listened for. A process that nobody asked for cannot be
  started by it, and two installations on different ports of one machine cannot hear each other. A dead server
  is found by the echo that caproto sends, and by the time limits of each request.
* A server that vanishes between its search answer and the connection does not end the thread that connects.
* Many reads leave in one packet, and their answers do not pass through the thread of the callbacks, so that a
  callback may read.
* Refusals of the server (ErrorResponse) reach the one who asked, and the loss of a circuit ends its requests.
"""

from __future__ import annotations

import ipaddress
import itertools
import logging
import threading
import time
from collections.abc import Callable, Iterable, Sequence
from typing import Any

import caproto
from caproto.threading import client as ca

from acquisition.devices.backends.dispatcher import Dispatcher
from acquisition.devices.errors import DisconnectedError

log = logging.getLogger(__name__)

CONNECT_TIMEOUT_S = 2.0
RETRY_S = 0.3
SEARCH_AGAIN_S = 0.5
LONGEST_SEARCH_PAUSE_S = 1.0
Address = tuple[str, int]

# caproto lets the pauses between searches grow to 5 s; an IOC that is back should be found in about one
ca.common.MAX_RETRY_SEARCHES_INTERVAL = min(ca.common.MAX_RETRY_SEARCHES_INTERVAL, LONGEST_SEARCH_PAUSE_S)


class Broadcaster(ca.SharedBroadcaster):  # type: ignore[misc]  # caproto has no types
    """Searches at given addresses only, and believes only answers from there."""

    def __init__(self, addresses: Sequence[Address]) -> None:
        self._addresses = tuple(addresses)
        self._loopback_only = all(_is_loopback(host) for host, _ in addresses)
        super().__init__(registration_retry_time=None)

    def __del__(self) -> None:
        # its own threads may hold the last reference: one cannot wait for itself, as caproto would here
        close_event = getattr(self, "_close_event", None)
        if close_event is not None and not close_event.is_set():
            self.disconnect(wait=False)

    def _register(self) -> None:
        self._searching_enabled.set()  # without the repeater there is nothing to wait for

    def send(self, *commands: Any) -> None:
        """Send a search to each address."""
        datagram = self.broadcaster.send(*commands)
        for address in self._addresses:
            udp_socket = self.udp_sock
            if udp_socket is None:
                return
            try:
                udp_socket.sendto(datagram, address)
            except OSError as error:
                log.debug("a search to %s:%d was not sent: %s", *address, error)

    def received(self, bytes_recv: bytes, address: Any) -> Any:
        """Take a datagram, unless it comes from elsewhere."""
        if self._loopback_only and address is not None and not _is_loopback(address[0]):
            log.warning("a Channel Access answer from %s was ignored: only loopback is searched", address[0])
            return 0
        return super().received(bytes_recv, address)


def _is_loopback(host: str) -> bool:
    try:
        return ipaddress.ip_address(host).is_loopback
    except ValueError:
        return host == "localhost"


class Circuit(ca.VirtualCircuitManager):  # type: ignore[misc]  # caproto has no types
    """A connection that hands the refusals of the server to those who asked."""

    __slots__ = ()

    def _process_command(self, command: Any) -> None:
        super()._process_command(command)
        if isinstance(command, caproto.ErrorResponse):
            request = self.ioids.get(command.original_request.parameter2)
            if request is not None:
                text = bytes(command.error_message).split(b"\0", 1)[0].decode("latin-1")
                request["refusal"] = f"{text} ({command.status.name})"
                request["event"].set()


class Context(ca.Context):  # type: ignore[misc]  # caproto has no types
    """Keeps connecting, whatever the servers do."""

    def get_circuit_manager(self, address: Address, priority: int) -> Any:
        """Return the connection to a server; make it if there is none."""
        with self._lock_during_get_circuit_manager:
            circuit = self.circuit_managers.get((address, priority))
            if circuit is None or circuit.dead.is_set():
                version = self.broadcaster.server_protocol_versions[address]
                state = caproto.VirtualCircuit(
                    our_role=caproto.CLIENT, address=address, priority=priority, protocol_version=version
                )
                circuit = Circuit(self, state, self.selector, timeout=CONNECT_TIMEOUT_S)
                self.circuit_managers[(address, priority)] = circuit
            return circuit

    def _activate_subscriptions(self) -> None:
        self._close_event.wait()  # monitors are made by ``Client.monitor``: nothing to poll for here

    def _process_search_results_loop(self) -> None:
        while not self._close_event.is_set():
            try:
                super()._process_search_results_loop()
            except Exception as error:  # noqa: BLE001  whatever ends this thread ends all reconnecting
                log.info("a connection failed and is tried again: %s", error)
                self._close_event.wait(RETRY_S)
                self._search_for_the_lost()

    def _search_for_the_lost(self) -> None:
        with self.pv_cache_lock:
            lost = [key for key, pv in self.pvs.items() if _has_no_circuit(pv)]
        self.broadcaster.cancel(*(name for name, _ in lost))
        if not self._close_event.is_set():
            self.reconnect(lost)


def _has_no_circuit(pv: Any) -> bool:
    circuit = pv.circuit_manager
    return circuit is None or bool(circuit.dead.is_set())


class Reply:
    """The answer to one request; caproto takes it for the event that it sets.

    Parameters
    ----------
    pv_name
        What was asked.
    then
        Called once with the reply when it is there, on the thread that reads the socket: must not block.
    """

    __slots__ = ("_event", "_then", "info", "pv_name")

    def __init__(self, pv_name: str, then: Callable[[Reply], None] | None = None) -> None:
        self.pv_name = pv_name
        self.info: dict[str, Any] = {}
        self._event = threading.Event()
        self._then = then

    def set(self) -> None:
        """Take the answer (called by caproto)."""
        if self._event.is_set():
            return
        self._event.set()
        then, self._then = self._then, None
        if then is not None:
            then(self)

    def wait(self, timeout_s: float) -> bool:
        """Wait for the answer; False if it does not come."""
        return self._event.wait(timeout_s)

    @property
    def response(self) -> Any | None:
        """What the server answered."""
        return self.info.get("response")

    @property
    def refusal(self) -> str | None:
        """Why the server refused."""
        return self.info.get("refusal")


class Client:
    """One client: its searches, its connections, its callbacks.

    Parameters
    ----------
    addresses
        Host and port pairs to search at; those of ``EPICS_CA_ADDR_LIST`` and its companions if not given.
    """

    def __init__(self, addresses: Sequence[Address] | None = None) -> None:
        self.addresses = tuple(addresses if addresses is not None else addresses_of_environment())
        self.dispatcher = Dispatcher("channel-access-callbacks")
        self._broadcaster = Broadcaster(self.addresses)
        self._context = Context(self._broadcaster, timeout=None)
        self.requests_sent = 0
        self.packets_sent = 0
        self.is_closed = False

    def pv(self, name: str, on_state: Callable[[Any, str], None]) -> Any:
        """Return caproto's PV, which begins to search. ``on_state`` must be kept alive by the caller."""
        (pv,) = self._context.get_pvs(name, connection_state_callback=on_state)
        return pv

    def search_now(self) -> None:
        """Repeat all unanswered searches at once."""
        self._broadcaster.search_now()

    def read(self, pvs: Sequence[Any], replies: Sequence[Reply], *, data_type: str = "time") -> None:
        """Ask for the values of several PVs, in one packet a server; do not wait."""
        by_circuit: dict[int, tuple[Any, list[tuple[Any, Reply]]]] = {}
        for pv, reply in zip(pvs, replies, strict=True):
            circuit = pv.circuit_manager
            if circuit is None or not pv.connected:
                reply.set()
            else:
                by_circuit.setdefault(id(circuit), (circuit, []))[1].append((pv, reply))
        for circuit, asked in by_circuit.values():
            commands = [
                pv.channel.read(ioid=self._expect(circuit, pv, reply), data_type=data_type)
                for pv, reply in asked
            ]
            self._send(circuit, commands, (reply for _, reply in asked))

    def write(self, pv: Any, value: Any, reply: Reply, *, data_type: Any = None) -> None:
        """Write a value and ask for completion; do not wait."""
        circuit = pv.circuit_manager
        if circuit is None or not pv.connected:
            reply.set()
            return
        ioid = self._expect(circuit, pv, reply)
        command = pv.channel.write(value, ioid=ioid, notify=True, data_type=data_type)
        self._send(circuit, [command], [reply])

    def _expect(self, circuit: Any, pv: Any, reply: Reply) -> int:
        ioid: int = circuit._ioid_counter()
        reply.info = {"event": reply, "pv": pv, "request": None, "deadline": None}
        circuit.ioids[ioid] = reply.info
        return ioid

    def _send(self, circuit: Any, commands: list[Any], replies: Iterable[Reply]) -> None:
        self.requests_sent += len(commands)
        self.packets_sent += 1
        try:
            circuit.send(*commands)
        except (OSError, caproto.CaprotoError) as error:
            log.info("a request could not be sent: %s", error)
            for reply in replies:
                reply.set()
        if circuit.dead.is_set():  # it died before the requests were known to it
            for reply in replies:
                reply.set()

    def monitor(self, pv: Any, subscriber: Any) -> None:
        """Let ``subscriber.process(command)`` have each value of a connected PV from now on."""
        circuit = pv.circuit_manager
        if circuit is None or not pv.connected:
            raise DisconnectedError(f"{pv.name} is disconnected")
        number = circuit._subscriptionid_counter()
        circuit.subscriptions[number] = subscriber
        self._send(circuit, [pv.channel.subscribe(data_type="time", subscriptionid=number)], ())

    def close(self) -> None:
        """Disconnect, and end the threads."""
        if self.is_closed:
            return
        self.is_closed = True
        self.dispatcher.close()
        self._broadcaster._close_event.set()
        self._broadcaster.search_now()
        self._context.disconnect(wait=True)


def addresses_of_environment() -> list[Address]:
    """Return where to search, by ``EPICS_CA_ADDR_LIST`` and its companions."""
    return sorted(caproto.get_client_address_list())


_clients: dict[tuple[Address, ...], Client] = {}
_clients_lock = threading.Lock()


def shared_client() -> Client:
    """Return the client of this process for the addresses that the environment names now."""
    key = tuple(addresses_of_environment())
    with _clients_lock:
        client = _clients.get(key)
        if client is None or client.is_closed:
            client = _clients[key] = Client(key)
        return client


def close_clients(addresses: Iterable[Address] | None = None) -> None:
    """Close the shared client for these addresses, or all shared clients of this process."""
    with _clients_lock:
        keys = list(_clients) if addresses is None else [tuple(sorted(addresses))]
        clients = [_clients.pop(key) for key in keys if key in _clients]
    for client in clients:
        client.close()


def wait_searching(ready: threading.Event, timeout_s: float, clients: Iterable[Client]) -> bool:
    """Wait for an event, and have the searches repeated meanwhile."""
    deadline = time.monotonic() + timeout_s
    asked = list(clients)
    for turn in itertools.count():
        left = deadline - time.monotonic()
        if ready.wait(min(SEARCH_AGAIN_S, max(left, 0.0))):
            return True
        if left <= 0.0:
            return False
        if turn:
            for client in asked:
                client.search_now()
    return False
