"""EPICS process variables over Channel Access."""

from __future__ import annotations

import dataclasses
from collections.abc import Callable, Sequence
from typing import TYPE_CHECKING, Any

from acquisition.devices.backends import ca_wire as wire
from acquisition.devices.backends.base import DEFAULT_TIMEOUT_S, Backend, Metadata, Pending, Sample
from acquisition.devices.backends.ca_circuit import WRITE_RIGHT, Channel, Circuit, Monitor, Reply, status_name
from acquisition.devices.backends.ca_client import Client, shared_client, wait_searching
from acquisition.devices.backends.dispatcher import Dispatcher
from acquisition.devices.backends.fitting import fitted, shortened
from acquisition.devices.backends.remote import RemoteBackend
from acquisition.devices.errors import DisconnectedError, PutFailedError, ReadFailedError, ReadOnlyError
from acquisition.devices.status import Status

if TYPE_CHECKING:
    from acquisition.devices.backends.ca_wire import Message

NUMPY_TYPES = {
    wire.INT: ("integer", "<i2"),
    wire.CHAR: ("integer", "|u1"),
    wire.LONG: ("integer", "<i4"),
    wire.FLOAT: ("number", "<f4"),
    wire.DOUBLE: ("number", "<f8"),
    wire.STRING: ("string", "<U40"),
    wire.ENUM: ("integer", "<u2"),
}


class ChannelAccessBackend(RemoteBackend):
    """One process variable.

    Parameters
    ----------
    pv_name
        Its name.
    is_text
        An array of characters that means text; names of long strings (``.VAL$``) are known as such.
    client
        The client to use; the shared one of the process if not given.
    """

    scheme = "ca"
    server = "IOC"

    def __init__(self, pv_name: str, *, is_text: bool = False, client: Client | None = None) -> None:
        super().__init__(pv_name)
        self.pv_name = pv_name
        self.is_text = is_text or pv_name.endswith("$")
        self._client = client
        self._channel: Channel | None = None
        self._monitor: Monitor | None = None
        self._property_monitor: Monitor | None = None
        self._watched: Circuit | None = None

    @property
    def client(self) -> Client:
        """The client that it uses."""
        if self._client is None:
            self._client = shared_client()
        return self._client

    @property
    def dispatcher(self) -> Dispatcher:
        """The one of its client: callbacks come in the order in which the PVs changed."""
        return self.client.dispatcher

    @property
    def batch(self) -> object:
        """All of one client are asked together."""
        return self.client

    # ---- connection

    def begin_connect(self) -> None:
        """Begin to search; the search goes on, and after a loss again, until ``close``."""
        if self._channel is None:
            self._channel = self.client.channel(self.pv_name, self._changed)

    def finish_connect(self, timeout_s: float) -> None:
        """Wait until the PV is there and described; repeat the search meanwhile."""
        wait_searching(self._ready, timeout_s, self.client)
        super().finish_connect(0.0)

    def trouble(self) -> str:
        """Return why it is not connected."""
        return f"{self._obstacle()} (is its IOC running, is the name right?)"

    def _obstacle(self) -> str:
        channel = self._channel
        circuit = channel.circuit if channel is not None else None
        if channel is None or circuit is None:
            places = ", ".join(f"{host}:{port}" for host, port in self.client.addresses)
            return f"not found at {places}"
        server = "{}:{}".format(*circuit.address)
        if channel.is_silent or not channel.is_made:
            return f"found at {server}, which does not answer"
        return f"found at {server}, which gave no description of it"

    def _changed(self, channel: Channel) -> None:
        """Follow the connection (on the thread of the circuit)."""
        self._channel = channel
        if channel.is_connected:
            self.client.read([channel], [Reply(self.pv_name, self._described)], kind=wire.WITH_CONTROL)
            return
        if channel.circuit is None:
            with self._lock:
                self._monitor = self._property_monitor = self._watched = None
        self.lost()

    def _described(self, reply: Reply) -> None:
        channel, response = self._channel, reply.response
        if response is None or channel is None or not channel.is_connected:
            return  # lost again: the next connection asks again
        self.described(_metadata(channel, response, self.is_text))
        self._watch_description(channel)
        if not self._begin_monitor() and self._last is not None:
            # it was only silent: the monitor lives on, but brings nothing unless something changes
            self.client.read([channel], [Reply(self.pv_name, self._refreshed)])

    def _watch_description(self, channel: Channel) -> None:
        """Have limits, units and words that change on a running server told (records post DBE_PROPERTY)."""
        circuit = channel.circuit
        known = self._property_monitor
        is_plain = channel.count == 1 and channel.native != wire.STRING
        if circuit is None or not is_plain or (known is not None and known.circuit is circuit):
            return
        self._property_monitor = circuit.monitor(
            channel, wire.WITH_CONTROL, self._redescribed, mask=wire.PROPERTY
        )

    def _redescribed(self, response: Message) -> None:
        channel = self._channel
        if channel is not None and response.first & wire.NORMAL:
            self._metadata = _metadata(channel, response, self.is_text)

    def _refreshed(self, reply: Reply) -> None:
        if reply.response is not None:
            self.take(self.decode(reply.response))

    def close(self) -> None:
        """Forget the subscribers, and let go of the PV."""
        super().close()
        channel, self._channel = self._channel, None
        if channel is None:
            return
        with self._lock:
            monitors = (self._monitor, self._property_monitor)
            self._monitor = self._property_monitor = self._watched = None
        for monitor in monitors:
            if monitor is not None:
                monitor.cancel()
        self.client.release(channel, self._changed)

    # ---- reading

    def begin_read(self) -> Pending:
        """Ask for the value."""
        return self.begin_read_of([self])[0]

    def begin_read_of(self, peers: Sequence[Backend]) -> list[Pending]:
        """Ask for the values of several PVs in one packet."""
        answers: list[Pending] = []
        channels, replies = [], []
        for peer in peers:
            if not isinstance(peer, ChannelAccessBackend):
                raise TypeError(f"{peer} is of another control layer")
            answer = _Answer(peer)
            answers.append(answer)
            if peer._channel is not None and peer._ready.is_set():
                channels.append(peer._channel)
                replies.append(answer.reply)
            else:
                answer.reply.set()
        if channels:
            self.client.read(channels, replies)
        if len(channels) < len(answers):
            self.client.search_now()  # somebody wants them: look again at once
        return answers

    def read_later(self, then: Callable[[Sample | None], None]) -> None:
        """Ask for the value; ``then`` gets it on the callback thread, or None if it cannot be had."""
        client = self.client

        def hand_over(reply: Reply) -> None:
            sample = None if reply.response is None else self.seen(self.decode(reply.response))
            client.answers.submit(lambda: then(sample))

        reply = Reply(self.pv_name, hand_over)
        if self._channel is not None and self.is_connected:
            client.read([self._channel], [reply])
        else:
            reply.set()

    def decode(self, response: Message) -> Sample:
        """Return the sample that a response of the server holds."""
        value, timestamp, status, severity = wire.timed(response)
        message = f"{self.pv_name}: alarm {wire.alarm_name(status)}" if severity else ""
        return Sample(self._value(value), timestamp, severity, message)

    def _value(self, value: Any) -> Any:
        metadata = self.metadata
        if self.is_text:
            return wire.text(bytes([value]) if isinstance(value, int) else value.tobytes())
        if metadata.dtype == "array":
            return self._array(value, metadata)
        if metadata.choices:
            number = int(value)
            word = metadata.choices[number] if number < len(metadata.choices) else ""
            return word or str(number)
        return wire.text(value) if isinstance(value, bytes) else value

    def _array(self, value: Any, metadata: Metadata) -> Any:
        """Return an array, and know its length from now on: a record may hold less than it could."""
        array = wire.array_of(value, metadata.dtype_numpy)
        if array.shape != metadata.shape:
            self._metadata = dataclasses.replace(metadata, shape=array.shape)
        return array

    # ---- writing

    def put(self, value: Any, *, timeout_s: float = DEFAULT_TIMEOUT_S) -> Status:
        """Write with completion: the status ends when the server says that all of it is done."""
        channel = self._channel
        if channel is not None and self.is_connected and not channel.access & WRITE_RIGHT:
            told = f"{self.who} cannot be set to {shortened(value)}: its server gives no right to write"
            return Status.failed(ReadOnlyError(told), f"{self.who} being set to {shortened(value)}")
        return super().put(value, timeout_s=timeout_s)

    def fitting(self, value: Any) -> Any:
        """Return the value as the PV takes it; limits are checked where a setpoint is set."""
        return fitted(self.who, value, self.metadata)

    def write(self, value: Any, status: Status, timeout_s: float) -> None:
        """Ask for the write, and for word of its end."""
        channel, client = self._channel, self.client
        if channel is None:
            status.set_exception(self.disconnected())
            return
        data, count = self._encoded(value, channel.native)

        def answered(reply: Reply) -> None:
            client.answers.submit(lambda: self._end_put(status, value, reply))

        client.write(channel, data, count, Reply(self.pv_name, answered))

    def _encoded(self, fit: Any, native: int) -> tuple[bytes, int]:
        if self.is_text:
            data = fit.encode() + b"\0"
            return data, len(data)
        choices = self.metadata.choices
        return wire.encoded(native, choices.index(fit) if choices else fit)

    def _end_put(self, status: Status, value: Any, reply: Reply) -> None:
        response = reply.response
        if response is not None and response.first & wire.NORMAL:
            status.set_finished()
        elif response is not None:
            status.set_exception(
                PutFailedError(f"{self.who} refused {shortened(value)}: {status_name(response.first)}")
            )
        elif reply.refusal is not None:
            status.set_exception(PutFailedError(f"{self.who} refused {shortened(value)}: {reply.refusal}"))
        else:
            status.set_exception(self.disconnected())

    def put_blindly(self, value: Any) -> bool:
        """Write to a server that may not be listening, and wait for nothing. False if there is no connection.

        A server that only hangs carries it out when it goes on: what a stop wants.
        """
        channel = self._channel
        circuit = channel.circuit if channel is not None else None
        if channel is None or circuit is None or not channel.is_made:
            return False
        data, count = self._encoded(self.fitting(value), channel.native)
        reply = Reply(self.pv_name)
        circuit.ask([(reply, lambda number: channel.write_request(number, data, count))])
        return not circuit.dead.is_set()

    def disconnected(self) -> DisconnectedError:
        """Return the error that says that the PV is away."""
        channel = self._channel
        is_silent = channel is not None and channel.is_silent
        return self.away("does not answer" if is_silent else "is disconnected")

    def suspect(self) -> None:
        """Have the server asked for a sign of life: a request to it was not answered."""
        circuit = self._channel.circuit if self._channel is not None else None
        if circuit is not None:
            circuit.suspect()

    # ---- watching

    def watch(self) -> None:
        """Begin the monitor, once the PV is there."""
        if self.is_connected:
            self._begin_monitor()

    def unwatch(self) -> None:
        """Leave the monitor as it is: other signals of the process may want it soon."""

    def _begin_monitor(self) -> bool:
        """Begin the monitor if somebody wants it; False if there is one already, or nobody wants it."""
        channel = self._channel
        circuit = channel.circuit if channel is not None else None
        if channel is None or circuit is None:
            return False
        with self._lock:
            if self._watched is circuit or not self.is_watched:
                return False
            self._watched = circuit
        monitor = circuit.monitor(channel, wire.WITH_TIME, self.arrived)
        with self._lock:
            if self._watched is circuit:
                self._monitor = monitor
        return True

    def arrived(self, response: Message) -> None:
        """Take a value of the monitor (on the thread that reads the socket)."""
        if response.first & wire.NORMAL:
            self.take(self.decode(response))


class _Answer:
    """A read that was asked for."""

    __slots__ = ("backend", "reply")

    def __init__(self, backend: ChannelAccessBackend) -> None:
        self.backend = backend
        self.reply = Reply(backend.pv_name)

    def result(self, timeout_s: float) -> Sample:
        backend, reply = self.backend, self.reply
        if not reply.wait(timeout_s):
            backend.suspect()
            raise backend.too_slow(timeout_s)
        response = reply.response
        if response is not None and response.first & wire.NORMAL:
            return backend.seen(backend.decode(response))
        if response is not None:
            raise ReadFailedError(f"{backend.who} refused a read: {status_name(response.first)}")
        if reply.refusal is not None:
            raise ReadFailedError(f"{backend.who} refused a read: {reply.refusal}")
        raise backend.disconnected()


def _metadata(channel: Channel, response: Message, is_text: bool) -> Metadata:
    """Return the description in a control response.

    Limits of NaN and absent ones count as none; enums are described by their words, and are numbers where
    they have none. The length of a text is that of the record less its NUL.
    """
    known = wire.described(response)
    writable = bool(channel.access & WRITE_RIGHT)
    if is_text:
        return Metadata("string", (), "", is_writable=writable, capacity=max(channel.count - 1, 0))
    dtype, dtype_numpy = NUMPY_TYPES[channel.native]
    choices = known.choices if any(known.choices) else ()
    if choices:
        dtype, dtype_numpy = "string", "<U40"
    shape: tuple[int, ...] = ()
    capacity = wire.STRING_BYTES - 1 if channel.native == wire.STRING else None
    if channel.count != 1:
        dtype, shape, capacity = "array", (known.length,), channel.count
    return Metadata(
        dtype,
        shape,
        dtype_numpy,
        units=known.units,
        precision=known.precision,
        low=known.low,
        high=known.high,
        choices=choices if not shape else (),
        is_writable=writable,
        capacity=capacity,
    )
