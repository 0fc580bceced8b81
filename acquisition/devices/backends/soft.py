"""Values that live in this process: for tests, demonstrations and computed signals."""

from __future__ import annotations

import time
from collections.abc import Callable
from typing import Any

from acquisition.devices.backends.base import (
    DEFAULT_TIMEOUT_S,
    Backend,
    Metadata,
    Pending,
    Ready,
    Sample,
    Subscribers,
    metadata_of,
)
from acquisition.devices.backends.fitting import fitting
from acquisition.devices.errors import LimitsError, ReadOnlyError, WrongValueError
from acquisition.devices.status import Status


class SoftBackend(Backend):
    """A value in memory.

    Parameters
    ----------
    initial
        First value; its type is the type of all later ones.
    on_put
        Called with each value that is put, before it is kept; may return a status to wait for.
    compute
        If given, each reading is ``compute()`` and the signal cannot be written.
    units, precision, low, high, choices
        As in ``Metadata``.
    """

    def __init__(
        self,
        initial: Any,
        *,
        on_put: Callable[[Any], Status | None] | None = None,
        compute: Callable[[], Any] | None = None,
        clock: Callable[[], float] = time.time,
        **known: Any,
    ) -> None:
        self._metadata = metadata_of(initial, is_writable=compute is None, **known)
        self._on_put = on_put
        self._compute = compute
        self._clock = clock
        self._name = ""
        self._sample = Sample(initial, clock())
        self._subscribers = Subscribers()

    @property
    def source(self) -> str:
        """The name of the signal, as a URI."""
        return f"soft://{self._name}"

    @property
    def metadata(self) -> Metadata:
        """What the first value showed, and what was said of it."""
        return self._metadata

    def named(self, name: str) -> None:
        """Learn the name."""
        self._name = name

    def begin_read(self) -> Pending:
        """Return the value."""
        return Ready(self.sample())

    def sample(self) -> Sample:
        """Return the present sample."""
        if self._compute is not None:
            self._sample = Sample(self._compute(), self._clock())
        return self._sample

    @property
    def last(self) -> Sample | None:
        """The present sample."""
        return self.sample()

    def put(self, value: Any, *, timeout_s: float = DEFAULT_TIMEOUT_S) -> Status:
        """Keep the value, after ``on_put`` has had it."""
        what = f"{self._name} being set to {value!r}"
        if self._compute is not None:
            return Status.failed(
                ReadOnlyError(f"{self._name} is computed and cannot be set to {value!r}"), what
            )
        try:
            value = self._fitting(value)
        except (WrongValueError, LimitsError) as error:
            return Status.failed(error, what)
        status = self._on_put(value) if self._on_put is not None else None
        self.publish(value)
        return status if status is not None else Status.finished(what)

    def publish(self, value: Any) -> None:
        """Keep the value as if the control system had changed it, and tell the subscribers."""
        self._sample = Sample(value, self._clock())
        self._subscribers.tell(self._sample)

    def _fitting(self, value: Any) -> Any:
        return fitting(value, self._metadata, self._name, self.source)

    def subscribe(self, function: Callable[[Sample], None]) -> None:
        """Give the present sample, and each later one."""
        self._subscribers.functions.append(function)
        function(self.sample())

    def unsubscribe(self, function: Callable[[Sample], None]) -> None:
        """Stop giving."""
        if function in self._subscribers.functions:
            self._subscribers.functions.remove(function)


def soft_at(rest: str, *, initial: Any = 0.0, **known: Any) -> SoftBackend:
    """Return a value in memory for an address such as ``soft://note``; ``known`` is as in ``Metadata``.

    What follows the scheme is only for the reader: the source of a signal says the signal's name.
    """
    if "choices" in known:
        known["choices"] = tuple(known["choices"])
    return SoftBackend(initial, **known)
