"""EPICS process variables over Channel Access."""

from __future__ import annotations

import collections
import logging
import threading
from collections.abc import Callable, Sequence
from typing import Any

import numpy as np

from acquisition.devices.backends.base import (
    DEFAULT_TIMEOUT_S,
    Backend,
    Metadata,
    Pending,
    Sample,
    Subscribers,
)
from acquisition.devices.backends.ca_client import Client, Reply, shared_client, wait_searching
from acquisition.devices.errors import (
    DeviceTimeoutError,
    DisconnectedError,
    NotConnectedError,
    PutFailedError,
    ReadFailedError,
    ReadOnlyError,
    WrongValueError,
)
from acquisition.devices.status import Status

log = logging.getLogger(__name__)

BACKLOG = 1000
"""How many samples of one PV wait for slow callbacks; beyond, the oldest are dropped and counted."""

NUMPY_TYPES = {
    "INT": ("integer", "<i2"),
    "CHAR": ("integer", "|u1"),
    "LONG": ("integer", "<i4"),
    "FLOAT": ("number", "<f4"),
    "DOUBLE": ("number", "<f8"),
    "STRING": ("string", "<U40"),
    "ENUM": ("string", "<U40"),
}


class ChannelAccessBackend(Backend):
    """One process variable.

    Parameters
    ----------
    pv_name
        Its name.
    is_text
        An array of characters that means text.
    client
        The client to use; the shared one of the process if not given.
    """

    def __init__(self, pv_name: str, *, is_text: bool = False, client: Client | None = None) -> None:
        self.pv_name = pv_name
        self.is_text = is_text
        self.dropped = 0
        self._name = pv_name
        self._client = client
        self._pv: Any = None
        self._lock = threading.Lock()
        self._ready = threading.Event()
        self._metadata: Metadata | None = None
        self._last: Sample | None = None
        self._subscribers = Subscribers()
        self._monitored: Any = None
        self._backlog: collections.deque[Sample] = collections.deque()

    @property
    def source(self) -> str:
        """The PV as a URI."""
        return f"ca://{self.pv_name}"

    @property
    def client(self) -> Client:
        """The client that it uses."""
        if self._client is None:
            self._client = shared_client()
        return self._client

    @property
    def batch(self) -> object:
        """All of one client are asked together."""
        return self.client

    def named(self, name: str) -> None:
        """Learn the name of the signal, for messages."""
        self._name = name

    @property
    def _who(self) -> str:
        return f"{self._name} ({self.pv_name})"

    @property
    def metadata(self) -> Metadata:
        """Units, precision, limits and choices, as they were at the last connection.

        Raises
        ------
        DisconnectedError
            If it was never connected.
        """
        if self._metadata is None:
            raise DisconnectedError(f"{self._who} has not been connected: call connect() on its device first")
        return self._metadata

    @property
    def is_connected(self) -> bool:
        """True while the PV is there and described."""
        return self._ready.is_set()

    # ---- connection

    def begin_connect(self) -> None:
        """Begin to search; the search goes on, and after a loss again, until ``close``."""
        if self._pv is None:
            self._pv = self.client.pv(self.pv_name, self._on_state)

    def finish_connect(self, timeout_s: float) -> None:
        """Wait until the PV is there and described."""
        if not wait_searching(self._ready, timeout_s, [self.client]):
            places = ", ".join(f"{host}:{port}" for host, port in self.client.addresses)
            found = self._pv is not None and self._pv.connected
            trouble = "gave no description" if found else f"not found at {places}"
            raise NotConnectedError(f"{self.pv_name}: {trouble} (is its IOC running, is the name right?)")

    def _on_state(self, pv: Any, state: str) -> None:
        if state == "connected" and pv.connected:
            self.client.read([pv], [Reply(self.pv_name, self._described)], data_type="control")
        elif not pv.connected:
            self._ready.clear()
            with self._lock:
                self._monitored = None
            if self._last is not None:
                self._take(self._last.gone_stale())

    def _described(self, reply: Reply) -> None:
        response = reply.response
        if response is None:
            return  # lost again: the next connection asks again
        self._metadata = _metadata(response, self.is_text, self._pv)
        self._ready.set()
        self._watch_if_wanted()

    def close(self) -> None:
        """Forget the subscribers."""
        self._subscribers.functions.clear()

    # ---- reading

    def begin_read(self) -> Pending:
        """Ask for the value."""
        return self.begin_read_of([self])[0]

    def begin_read_of(self, peers: Sequence[Backend]) -> list[Pending]:
        """Ask for the values of several PVs in one packet."""
        asked = [peer for peer in peers if isinstance(peer, ChannelAccessBackend)]
        answers = [_Answer(peer) for peer in asked]
        known = [(peer, answer) for peer, answer in zip(asked, answers, strict=True) if peer.is_connected]
        if known:
            self.client.read([peer._pv for peer, _ in known], [answer.reply for _, answer in known])
        if len(known) < len(asked) and self._client is not None:
            self._client.search_now()  # somebody wants them: look again at once
        for peer, answer in zip(asked, answers, strict=True):
            if not peer.is_connected:
                answer.reply.set()
        return list(answers)

    def read_later(self, then: Callable[[Sample | None], None]) -> None:
        """Ask for the value; ``then`` gets it on the callback thread, or None if it cannot be had."""
        client = self.client

        def hand_over(reply: Reply) -> None:
            sample = None if reply.response is None else self.fresh(reply.response)
            client.dispatcher.submit(lambda: then(sample))

        reply = Reply(self.pv_name, hand_over)
        if self.is_connected:
            client.read([self._pv], [reply])
        else:
            reply.set()

    def fresh(self, response: Any) -> Sample:
        """Return the sample of an answer, which is news if it came before its monitor."""
        sample = self.decode(response)
        with self._lock:
            last = self._last
            if last is not None and (last.is_stale or sample.timestamp > last.timestamp):
                self._last = sample
        return sample

    def decode(self, response: Any) -> Sample:
        """Return the sample that a response of the server holds."""
        stamp = response.metadata
        severity = int(stamp.severity)
        message = "" if severity == 0 else f"{self.pv_name}: alarm {_alarm_name(stamp.status)}"
        return Sample(self._value(response.data), float(stamp.timestamp), severity, message)

    def _value(self, data: Any) -> Any:
        metadata = self.metadata
        if self.is_text:
            return bytes(np.asarray(data, dtype=np.uint8)).split(b"\0", 1)[0].decode("latin-1")
        if metadata.dtype == "array":
            return np.asarray(data)
        value = data[0]
        if metadata.choices:
            number = int(value)
            return metadata.choices[number] if number < len(metadata.choices) else str(number)
        if isinstance(value, bytes):
            return value.decode("latin-1")
        return value.item() if isinstance(value, np.generic) else value

    # ---- writing

    def put(self, value: Any, *, timeout_s: float = DEFAULT_TIMEOUT_S) -> Status:
        """Write with completion: the status ends when the server says that all of it is done."""
        what = f"{self._who} being set to {value!r}"
        if not self.is_connected:
            return Status.failed(self.disconnected(), what)
        if not self.metadata.is_writable:
            return Status.failed(
                ReadOnlyError(f"{self._who} cannot be written: its server gives no right to"), what
            )
        try:
            payload, data_type = self._payload(value)
        except (TypeError, ValueError) as error:
            wrong = WrongValueError(f"{self._who} takes a {self.metadata.dtype}, not {value!r}")
            wrong.__cause__ = error
            return Status.failed(wrong, what)
        status = Status(what, timeout_s=timeout_s)
        client = self.client

        def answered(reply: Reply) -> None:
            client.dispatcher.submit(lambda: self._end_put(status, value, reply))

        client.write(self._pv, payload, Reply(self.pv_name, answered), data_type=data_type)
        return status

    def _end_put(self, status: Status, value: Any, reply: Reply) -> None:
        response = reply.response
        if response is not None and int(response.status.code_with_severity) & 1:
            status.set_finished()
        elif response is not None:
            status.set_exception(PutFailedError(f"{self._who} refused {value!r}: {response.status.name}"))
        elif reply.refusal is not None:
            status.set_exception(PutFailedError(f"{self._who} refused {value!r}: {reply.refusal}"))
        else:
            status.set_exception(self.disconnected())

    def _payload(self, value: Any) -> tuple[Any, Any]:
        """Return what goes over the wire, and its type (None: that of the PV)."""
        metadata = self.metadata
        if self.is_text:
            return np.frombuffer(str(value).encode("latin-1") + b"\0", dtype=np.uint8), None
        if metadata.choices:
            number = metadata.choices.index(value) if isinstance(value, str) else int(value)
            return (number,), None
        if metadata.dtype == "string":
            return (str(value).encode("latin-1"),), None
        if metadata.dtype == "array":
            return np.asarray(value, dtype=metadata.dtype_numpy), None
        if metadata.dtype == "integer":
            number = int(value)
            if number != float(value):
                raise ValueError("not a whole number")
            return (number,), None
        return (float(value),), None

    def disconnected(self) -> DisconnectedError:
        """Return the error that says that the PV is away."""
        last = f"; its last value was {self._last.value!r}" if self._last is not None else ""
        return DisconnectedError(f"{self._who} is disconnected{last}. Is its IOC running?")

    # ---- watching

    def subscribe(self, function: Callable[[Sample], None]) -> None:
        """Give each sample from now on, beginning with the present one as soon as it is known."""
        with self._lock:
            self._subscribers.functions.append(function)
            last = self._last
        if last is not None:
            self.client.dispatcher.submit(lambda: function(last))
        if self.is_connected:
            self._watch_if_wanted()

    def unsubscribe(self, function: Callable[[Sample], None]) -> None:
        """Stop giving (the monitor stays: other signals of the process may want it soon)."""
        with self._lock:
            if function in self._subscribers.functions:
                self._subscribers.functions.remove(function)

    @property
    def last(self) -> Sample | None:
        """The newest sample of the monitor; stale after a loss; None if nobody ever subscribed."""
        return self._last

    def _watch_if_wanted(self) -> None:
        with self._lock:
            circuit = self._pv.circuit_manager
            if not self._subscribers.functions or self._monitored is circuit:
                return
            self._monitored = circuit
        try:
            self.client.monitor(self._pv, _Monitor(self))
        except DisconnectedError:
            with self._lock:
                self._monitored = None

    def arrived(self, response: Any) -> None:
        """Take a value of the monitor (on the thread that reads the socket)."""
        self._take(self.decode(response))

    def _take(self, sample: Sample) -> None:
        with self._lock:
            self._last = sample
            self._backlog.append(sample)
            if len(self._backlog) > BACKLOG:
                self._backlog.popleft()
                self.dropped += 1
                return  # a call for each waiting sample is queued already
        self.client.dispatcher.submit(self._deliver)

    def _deliver(self) -> None:
        with self._lock:
            if not self._backlog:
                return
            sample = self._backlog.popleft()
        self._subscribers.tell(sample)


class _Monitor:
    """What caproto takes for a subscription."""

    def __init__(self, backend: ChannelAccessBackend) -> None:
        self.backend = backend
        self.pv = backend._pv

    def process(self, command: Any) -> None:
        self.backend.arrived(command)


class _Answer:
    """A read that was asked for."""

    __slots__ = ("backend", "reply")

    def __init__(self, backend: ChannelAccessBackend) -> None:
        self.backend = backend
        self.reply = Reply(backend.pv_name)

    def result(self, timeout_s: float) -> Sample:
        backend, reply = self.backend, self.reply
        if not reply.wait(timeout_s):
            raise DeviceTimeoutError(
                f"{backend._who} did not answer a read within {timeout_s:g} s, though it is connected. "
                "Is its IOC overloaded or stopped?"
            )
        if reply.response is not None:
            return backend.fresh(reply.response)
        if reply.refusal is not None:
            raise ReadFailedError(f"{backend._who} refused a read: {reply.refusal}")
        raise backend.disconnected()


def _alarm_name(status: Any) -> str:
    return str(getattr(status, "name", status))


def _metadata(response: Any, is_text: bool, pv: Any) -> Metadata:
    """Return the description in a control response.

    Limits of NaN and absent ones count as none; enums are described by their words.
    """
    control = response.metadata
    native = pv.channel.native_data_type.name
    count = int(pv.channel.native_data_count)
    access = pv.access_rights
    is_writable = access is None or bool(int(access) & 2)
    if is_text:
        return Metadata("string", (), "", is_writable=is_writable)
    dtype, dtype_numpy = NUMPY_TYPES[native]
    shape: tuple[int, ...] = ()
    if count != 1 and native not in ("STRING", "ENUM"):
        dtype, shape = "array", (count,)
    choices = tuple(word.decode("latin-1") for word in getattr(control, "enum_strings", ()) or () if word)
    units = getattr(control, "units", b"") or b""
    return Metadata(
        dtype,
        shape,
        dtype_numpy,
        units=units.decode("latin-1") if isinstance(units, bytes) else str(units),
        precision=_optional_int(control, "precision"),
        low=_optional_float(control, "lower_ctrl_limit"),
        high=_optional_float(control, "upper_ctrl_limit"),
        choices=choices,
        is_writable=is_writable,
    )


def _optional_int(control: Any, field: str) -> int | None:
    value = getattr(control, field, None)
    return None if value is None else int(value)


def _optional_float(control: Any, field: str) -> float | None:
    value = getattr(control, field, None)
    return None if value is None else float(value)
