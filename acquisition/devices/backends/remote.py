"""What signals of a control system elsewhere have in common: they come, go stale, and tell their watchers."""

from __future__ import annotations

import collections
import threading
from abc import abstractmethod
from collections.abc import Callable
from typing import Any, ClassVar

from acquisition.devices.backends.base import (
    DEFAULT_TIMEOUT_S,
    Backend,
    Metadata,
    Pending,
    Sample,
    Subscribers,
)
from acquisition.devices.backends.dispatcher import Dispatcher, shared_dispatcher
from acquisition.devices.backends.fitting import fitting, shortened
from acquisition.devices.errors import (
    DeviceError,
    DeviceTimeoutError,
    DisconnectedError,
    LimitsError,
    NotConnectedError,
    ReadOnlyError,
    WrongValueError,
)
from acquisition.devices.status import Status

BACKLOG = 1000
"""How many samples of one signal wait for slow callbacks; beyond, the oldest are dropped and counted."""


class RemoteBackend(Backend):
    """A value that a server has.

    A subclass asks its server, and calls ``described`` when the value is there, ``take`` with each sample of
    a subscription, and ``lost`` when the server went away.

    Parameters
    ----------
    address
        Where the value is, without the scheme.
    """

    scheme: ClassVar[str]
    server: ClassVar[str] = "server"
    """What a person should look at when the value does not come."""

    def __init__(self, address: str) -> None:
        self.address = address
        self.dropped = 0
        self._name = address
        self._lock = threading.Lock()
        self._ready = threading.Event()
        self._metadata: Metadata | None = None
        self._last: Sample | None = None
        self._subscribers = Subscribers()
        self._backlog: collections.deque[Sample] = collections.deque()

    @property
    def source(self) -> str:
        """The address as a URI."""
        return f"{self.scheme}://{self.address}"

    @property
    def dispatcher(self) -> Dispatcher:
        """What makes the calls of subscribers."""
        return shared_dispatcher()

    def named(self, name: str) -> None:
        """Learn the name of the signal, for messages."""
        self._name = name

    @property
    def who(self) -> str:
        """Name and address, for messages."""
        return f"{self._name} ({self.source})"

    @property
    def metadata(self) -> Metadata:
        """Its description, as it was at the last connection.

        Raises
        ------
        DisconnectedError
            If it was never connected.
        """
        if self._metadata is None:
            raise DisconnectedError(f"{self.who} has not been connected: call connect() on its device first")
        return self._metadata

    @property
    def is_connected(self) -> bool:
        """True while the value can be had and is described."""
        return self._ready.is_set()

    def finish_connect(self, timeout_s: float) -> None:
        """Wait until the value is there and described.

        Raises
        ------
        NotConnectedError
            With what is in the way, as far as it is known.
        """
        if not self._ready.wait(timeout_s):
            raise NotConnectedError(f"{self.source}: {self.trouble()}")

    @abstractmethod
    def trouble(self) -> str:
        """Return why it is not connected, as far as that is known, and what to look at."""

    def disconnected(self) -> DisconnectedError:
        """Return the error that says that the value cannot be had now."""
        return self.away("is disconnected")

    def away(self, state: str) -> DisconnectedError:
        """Return the error that says in which state it is, and what is known besides."""
        last = f"; its last value was {shortened(self._last.value)}" if self._last is not None else ""
        return DisconnectedError(f"{self.who} {state}{last}. Is its {self.server} running?")

    def too_slow(self, timeout_s: float) -> DeviceTimeoutError:
        """Return the error that says that a read was not answered."""
        return DeviceTimeoutError(
            f"{self.who} did not answer a read within {timeout_s:g} s, though it is connected. "
            f"Is its {self.server} overloaded or stopped?"
        )

    # ---- what subclasses tell

    def described(self, metadata: Metadata) -> None:
        """Know that the value is there."""
        self._metadata = metadata
        self._ready.set()

    def lost(self) -> None:
        """Know that the server is away: the last value is stale from now on."""
        self._ready.clear()
        last = self._last
        if last is not None and not last.is_stale:
            self.take(last.gone_stale())

    def take(self, sample: Sample) -> None:
        """Keep a sample as the newest, and give it to the subscribers on the callback thread."""
        with self._lock:
            self._last = sample
            if not self._subscribers.functions:
                return
            self._backlog.append(sample)
            if len(self._backlog) > BACKLOG:
                self._backlog.popleft()
                self.dropped += 1
                return  # a call for each waiting sample is queued already
        self.dispatcher.submit(self._deliver)

    def seen(self, sample: Sample) -> Sample:
        """Return the sample of a read, which is kept if there is none newer."""
        with self._lock:
            last = self._last
            if last is not None and (last.is_stale or sample.timestamp > last.timestamp):
                self._last = sample
        return sample

    def _deliver(self) -> None:
        with self._lock:
            if not self._backlog:
                return
            sample = self._backlog.popleft()
        self._subscribers.tell(sample)

    # ---- reading

    def read_later(self, then: Callable[[Sample | None], None]) -> None:
        """Ask for the value; ``then`` gets it on the callback thread, or None if it cannot be had."""
        answer = self.begin_read()

        def wait() -> None:  # beside the callback thread: a server that hangs must not hold up the others
            sample = _result_or_none(answer)
            self.dispatcher.submit(lambda: then(sample))

        threading.Thread(target=wait, name="device-read-later", daemon=True).start()

    # ---- writing

    def put(self, value: Any, *, timeout_s: float = DEFAULT_TIMEOUT_S) -> Status:
        """Check the value and write it; the status ends when the server says that it is done."""
        what = f"{self.who} being set to {shortened(value)}"
        if not self.is_connected:
            return Status.failed(self.disconnected(), what)
        if not self.metadata.is_writable:
            return Status.failed(
                ReadOnlyError(f"{self.who} can only be read, not set to {shortened(value)}"), what
            )
        try:
            wanted = self.fitting(value)
        except (WrongValueError, LimitsError) as error:
            return Status.failed(error, what)
        status = Status(what, timeout_s=timeout_s)
        self.write(wanted, status, timeout_s)
        return status

    def fitting(self, value: Any) -> Any:
        """Return the value as the server takes it; raise ``WrongValueError`` or ``LimitsError``."""
        return fitting(value, self.metadata, self._name, self.source)

    @abstractmethod
    def write(self, value: Any, status: Status, timeout_s: float) -> None:
        """Send a value that fits, and end the status when the server has carried it out; do not wait.

        The status ends by itself after ``timeout_s``.
        """

    # ---- watching

    @property
    def last(self) -> Sample | None:
        """The newest sample; stale after a loss; None before the first."""
        return self._last

    def subscribe(self, function: Callable[[Sample], None]) -> None:
        """Give each sample from now on, beginning with the present one as soon as it is known."""
        with self._lock:
            self._subscribers.functions.append(function)
            last = self._last
        if last is not None:
            self.dispatcher.submit(lambda: function(last))
        self.watch()

    def unsubscribe(self, function: Callable[[Sample], None]) -> None:
        """Stop giving; the last one ends the watching."""
        with self._lock:
            if function in self._subscribers.functions:
                self._subscribers.functions.remove(function)
            is_unwatched = not self._subscribers.functions
        if is_unwatched:
            self.unwatch()

    @property
    def is_watched(self) -> bool:
        """True while somebody subscribes."""
        return bool(self._subscribers.functions)

    @abstractmethod
    def watch(self) -> None:
        """Have samples brought from now on; called again for each subscriber."""

    @abstractmethod
    def unwatch(self) -> None:
        """Have no samples brought any more."""

    def close(self) -> None:
        """Forget the subscribers, and let go of the server."""
        with self._lock:
            self._subscribers.functions.clear()
            self._backlog.clear()
        self.unwatch()
        self._ready.clear()


def _result_or_none(answer: Pending) -> Sample | None:
    try:
        return answer.result(DEFAULT_TIMEOUT_S)
    except DeviceError:
        return None
