"""A Channel Access client for this process: searches, connections, and the thread of the callbacks.

Why not caproto's own client for threads: many reads leave in one packet here, and their answers do not pass
through the thread of the callbacks, so that a callback may read; refusals of the server reach the one who
asked; a server that is silent is found out in seconds; nothing is waited for by polling.
"""

from __future__ import annotations

import itertools
import logging
import os
import threading
import time
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from functools import partial

import caproto

from acquisition.devices.backends import ca_wire as wire
from acquisition.devices.backends.ca_circuit import Channel, Circuit, Listener, Reply
from acquisition.devices.backends.ca_search import Address, Searcher
from acquisition.devices.backends.dispatcher import Dispatcher

log = logging.getLogger(__name__)

SEARCH_AGAIN_S = 0.5
WATCH_PERIOD_S = 0.25


@dataclass(frozen=True, slots=True)
class Patience:
    """How long a server may be silent.

    After ``echo_after_s`` without a word an echo is sent. Without an answer in ``echo_timeout_s`` all its
    values are stale and nothing is asked of it; the connection is kept, for a server that was only busy.
    After ``give_up_s`` the connection is dropped and the server searched for anew. The last is
    ``EPICS_CA_CONN_TMO`` (30 s) if not given.
    """

    echo_after_s: float = 1.5
    echo_timeout_s: float = 3.0
    give_up_s: float | None = None

    def give_up_after(self) -> float:
        """Return the last limit in seconds."""
        if self.give_up_s is not None:
            return self.give_up_s
        return float(os.environ.get("EPICS_CA_CONN_TMO", "30"))


class Client:
    """One client: its searches, its connections, its callbacks.

    Parameters
    ----------
    addresses
        Host and port pairs to search at; those of ``EPICS_CA_ADDR_LIST`` and its companions if not given.
    patience
        How long a server may be silent.
    """

    def __init__(
        self, addresses: Sequence[Address] | None = None, *, patience: Patience | None = None
    ) -> None:
        self.addresses = tuple(addresses if addresses is not None else addresses_of_environment())
        self.patience = patience if patience is not None else Patience()
        self.dispatcher = Dispatcher("channel-access-callbacks")
        # apart, so that a subscriber who takes his time does not keep a move from ending
        self.answers = Dispatcher("channel-access-answers")
        self.requests_sent = 0
        self.packets_sent = 0
        self.is_closed = False
        self._lock = threading.RLock()
        self._numbers = itertools.count(1)
        self._channels: dict[str, Channel] = {}
        self._by_number: dict[int, Channel] = {}
        self._circuits: dict[Address, Circuit] = {}
        self._closing = threading.Event()
        self._searcher = Searcher(self.addresses, self._found)
        self._watcher = threading.Thread(target=self._watch, name="channel-access-watch", daemon=True)
        self._watcher.start()

    # ---- channels

    def channel(self, name: str, listener: Listener) -> Channel:
        """Return the channel of a PV, which is searched for from now on; many may share one.

        ``listener`` is called with the channel at each change of its connection, and soon if it is there.
        """
        with self._lock:
            channel = self._channels.get(name)
            if channel is None:
                channel = Channel(name, next(self._numbers))
                channel.listeners.append(listener)
                self._channels[name] = self._by_number[channel.number] = channel
                self._searcher.want(channel.number, name)
                return channel
            channel.listeners.append(listener)
        if channel.is_connected:
            listener(channel)
        return channel

    def release(self, channel: Channel, listener: Listener) -> None:
        """Want a channel no more; it is let go of when nobody wants it."""
        with self._lock:
            if listener in channel.listeners:
                channel.listeners.remove(listener)
            if channel.listeners:
                return
            self._channels.pop(channel.name, None)
            self._by_number.pop(channel.number, None)
            self._searcher.forget(channel.number)
            circuit = channel.circuit
        if circuit is not None:
            circuit.release(channel)

    def _found(self, found: Mapping[Address, Sequence[int]]) -> None:
        for address, numbers in found.items():
            with self._lock:
                if self.is_closed:
                    return
                channels = [self._by_number[number] for number in numbers if number in self._by_number]
                circuit = self._circuits.get(address)
                if circuit is None or circuit.dead.is_set():
                    circuit = self._circuits[address] = Circuit(address, self._lost)
            circuit.adopt(channels)

    def _lost(self, channels: Sequence[Channel]) -> None:
        with self._lock:
            for channel in channels:
                if self._by_number.get(channel.number) is channel and not self.is_closed:
                    self._searcher.want(channel.number, channel.name)

    def search_now(self) -> None:
        """Repeat all unanswered searches at once."""
        self._searcher.search_now()

    # ---- values

    def read(
        self, channels: Sequence[Channel], replies: Sequence[Reply], *, kind: int = wire.WITH_TIME
    ) -> None:
        """Ask for the values of several PVs, in one packet a server; do not wait."""
        by_circuit: dict[Circuit, list[tuple[Channel, Reply]]] = {}
        for channel, reply in zip(channels, replies, strict=True):
            circuit = channel.circuit
            if circuit is None or not channel.is_connected:
                reply.set()
            else:
                by_circuit.setdefault(circuit, []).append((channel, reply))
        for circuit, asked in by_circuit.items():
            self._count(len(asked))
            circuit.ask((reply, partial(channel.read_request, kind)) for channel, reply in asked)

    def write(self, channel: Channel, data: bytes, count: int, reply: Reply) -> None:
        """Write a value and ask for completion; do not wait."""
        circuit = channel.circuit
        if circuit is None or not channel.is_connected:
            reply.set()
            return
        self._count(1)
        circuit.ask([(reply, lambda number: channel.write_request(number, data, count))])

    def _count(self, requests: int) -> None:
        self.requests_sent += requests
        self.packets_sent += 1

    def close(self) -> None:
        """Disconnect, and end the threads."""
        with self._lock:
            if self.is_closed:
                return
            self.is_closed = True
            circuits = list(self._circuits.values())
        self._closing.set()
        self.dispatcher.close()
        self.answers.close()
        self._searcher.close()
        for circuit in circuits:
            circuit.drop()
        for circuit in circuits:
            circuit.join()
        if threading.current_thread() is not self._watcher:
            self._watcher.join()

    def _watch(self) -> None:
        patience = self.patience
        give_up_s = patience.give_up_after()
        while not self._closing.wait(WATCH_PERIOD_S):
            with self._lock:
                circuits = list(self._circuits.values())
            for circuit in circuits:
                circuit.look(time.monotonic(), patience.echo_after_s, patience.echo_timeout_s, give_up_s)


def addresses_of_environment() -> list[Address]:
    """Return where to search, by ``EPICS_CA_ADDR_LIST`` and its companions."""
    return sorted(caproto.get_client_address_list())


_ADDRESS_SETTINGS = ("EPICS_CA_ADDR_LIST", "EPICS_CA_AUTO_ADDR_LIST", "EPICS_CA_SERVER_PORT")
_addresses: dict[tuple[str | None, ...], tuple[Address, ...]] = {}


def _addresses_now() -> tuple[Address, ...]:
    """Return the addresses, read anew only where a setting changed: every signal of a beamline asks."""
    setting = tuple(os.environ.get(name) for name in _ADDRESS_SETTINGS)
    if setting not in _addresses:
        _addresses[setting] = tuple(addresses_of_environment())
    return _addresses[setting]


_clients: dict[tuple[Address, ...], Client] = {}
_clients_lock = threading.Lock()


def shared_client() -> Client:
    """Return the client of this process for the addresses that the environment names now."""
    key = _addresses_now()
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


def wait_searching(ready: threading.Event, timeout_s: float, client: Client) -> bool:
    """Wait for an event, and have the searches repeated meanwhile."""
    deadline = time.monotonic() + timeout_s
    while (left := deadline - time.monotonic()) > SEARCH_AGAIN_S:
        if ready.wait(SEARCH_AGAIN_S):
            return True
        client.search_now()
    return ready.wait(max(left, 0.0))
