"""What a signal needs of a control system: one value, with its description, read, written and watched."""

from __future__ import annotations

import logging
import math
from abc import ABC, abstractmethod
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from typing import Any, Protocol

import numpy as np

from acquisition.devices.errors import WrongValueError
from acquisition.devices.protocols import DataKey, Reading
from acquisition.devices.status import Status

log = logging.getLogger(__name__)

DEFAULT_TIMEOUT_S = 5.0
"""How long an answer of a control system is waited for, if nobody says otherwise."""

INVALID = 3
"""The alarm severity of a value that must not be trusted."""

STALE_MESSAGE = "stale: the control system is disconnected"


@dataclass(frozen=True, slots=True)
class Sample:
    """One value as the control system gave it.

    ``timestamp`` is POSIX seconds, ``severity`` 0 (none) to 3 (invalid); ``is_stale`` says that the
    connection was lost since: the value is the last one known.
    """

    value: Any
    timestamp: float
    severity: int = 0
    message: str = ""
    is_stale: bool = False

    def reading(self) -> Reading:
        """Return it as the reading of an event."""
        reading: Reading = {"value": self.value, "timestamp": self.timestamp}
        if self.severity:
            reading["alarm_severity"] = self.severity
            reading["message"] = self.message
        return reading

    def gone_stale(self) -> Sample:
        """Return the same value, marked as no longer to be trusted."""
        return Sample(self.value, self.timestamp, INVALID, STALE_MESSAGE, True)


@dataclass(frozen=True, slots=True)
class Metadata:
    """What is known of a value besides the value.

    ``dtype`` is the event model's: number, integer, string, boolean, array. ``capacity`` is how many bytes
    a text, or elements an array, may have at most, where its length may vary.
    """

    dtype: str
    shape: tuple[int, ...] = ()
    dtype_numpy: str = ""
    units: str = ""
    precision: int | None = None
    low: float | None = None
    high: float | None = None
    choices: tuple[str, ...] = ()
    is_writable: bool = True
    capacity: int | None = None

    @property
    def limits(self) -> tuple[float, float] | None:
        """Control limits, or None where there are none (EPICS: equal limits mean none)."""
        if self.low is None or self.high is None or not self.low < self.high:
            return None
        return self.low, self.high

    def data_key(self, source: str) -> DataKey:
        """Return the data key of a descriptor."""
        key: DataKey = {"source": source, "dtype": self.dtype, "shape": list(self.shape)}
        if self.dtype_numpy:
            key["dtype_numpy"] = self.dtype_numpy
        if self.units:
            key["units"] = self.units
        if self.precision is not None:
            key["precision"] = self.precision
        limits = self.limits
        if limits is not None and all(math.isfinite(limit) for limit in limits):
            key["limits"] = {"control": {"low": limits[0], "high": limits[1]}}
        if self.choices:
            key["choices"] = list(self.choices)
        return key


class Pending(Protocol):
    """An answer that was asked for."""

    def result(self, timeout_s: float) -> Sample:
        """Return the sample, waiting up to ``timeout_s`` seconds; raise what went wrong."""


@dataclass(frozen=True, slots=True)
class Ready:
    """An answer that needs no waiting."""

    sample: Sample

    def result(self, timeout_s: float) -> Sample:
        """Return the sample."""
        return self.sample


@dataclass(eq=False)
class Subscribers:
    """The functions that want each new sample."""

    functions: list[Callable[[Sample], None]] = field(default_factory=list)

    def tell(self, sample: Sample) -> None:
        """Give the sample to all."""
        for function in tuple(self.functions):
            try:
                function(sample)
            except Exception:  # one bad subscriber must not cost the others their sample
                log.exception("a subscriber failed")


class Backend(ABC):
    """One value of a control system."""

    @property
    @abstractmethod
    def source(self) -> str:
        """Where the value comes from, as a URI: ``ca://DEMO:sx.RBV``."""

    @property
    @abstractmethod
    def metadata(self) -> Metadata:
        """Its description, as known since the (last) connection."""

    def named(self, name: str) -> None:
        """Learn the full name of the signal, once its place in a device is known."""
        return

    def begin_connect(self) -> None:
        """Ask for the connection; do not wait."""
        return

    def finish_connect(self, timeout_s: float) -> None:
        """Wait for the connection and the metadata; raise ``NotConnectedError``."""
        return

    @property
    def is_connected(self) -> bool:
        """True while the value can be had."""
        return True

    @abstractmethod
    def begin_read(self) -> Pending:
        """Ask for the value; do not wait."""

    def begin_read_of(self, peers: Sequence[Backend]) -> list[Pending]:
        """Ask for the values of several backends of this kind at once, in order; do not wait."""
        return [peer.begin_read() for peer in peers]

    @property
    def batch(self) -> object | None:
        """Backends with the same batch object are asked together; None: always alone."""
        return None

    def read_later(self, then: Callable[[Sample | None], None]) -> None:
        """Ask for the value; ``then`` gets it on the callback thread, or None if it cannot be had."""
        then(self.begin_read().result(DEFAULT_TIMEOUT_S))

    @property
    def last(self) -> Sample | None:
        """The newest sample that a subscription brought, if there is one."""
        return None

    @abstractmethod
    def put(self, value: Any, *, timeout_s: float = DEFAULT_TIMEOUT_S) -> Status:
        """Write the value; the status ends when the control system says that it is done."""

    def put_blindly(self, value: Any) -> bool:
        """Write to a server that seems to be away, if there is a way at all; True if it was sent."""
        return False

    @abstractmethod
    def subscribe(self, function: Callable[[Sample], None]) -> None:
        """Call ``function`` with the present sample (when known) and each later one."""

    @abstractmethod
    def unsubscribe(self, function: Callable[[Sample], None]) -> None:
        """Do not call it any more."""

    def close(self) -> None:
        """Let go of the control system."""
        return


def read_together(backends: Sequence[Backend], timeout_s: float = DEFAULT_TIMEOUT_S) -> list[Sample]:
    """Read all, in about the time of one: every request is sent before any answer is waited for."""
    pending: list[Pending | None] = [None] * len(backends)
    batches: dict[int, list[int]] = {}
    for index, backend in enumerate(backends):
        batch = backend.batch
        if batch is None:
            pending[index] = backend.begin_read()
        else:
            batches.setdefault(id(batch), []).append(index)
    for indices in batches.values():
        members = [backends[index] for index in indices]
        for index, answer in zip(indices, members[0].begin_read_of(members), strict=True):
            pending[index] = answer
    return [answer.result(timeout_s) for answer in pending if answer is not None]


def metadata_of(value: Any, **known: Any) -> Metadata:
    """Return the metadata that a plain Python or numpy value shows by itself.

    Raises
    ------
    WrongValueError
        If an event cannot hold the value.
    """
    if isinstance(value, bool | np.bool_):
        return Metadata("boolean", (), "|b1", **known)
    if isinstance(value, int | np.integer):
        return Metadata("integer", (), "<i8", **known)
    if isinstance(value, float | np.floating):
        return Metadata("number", (), "<f8", **known)
    if isinstance(value, str):
        return Metadata("string", (), "", **known)
    if isinstance(value, list | tuple | np.ndarray):
        array = np.asarray(value)
        return Metadata("array", array.shape, array.dtype.str, **known)
    raise WrongValueError(f"a signal cannot hold {value!r}: give a number, text, boolean or an array of them")
