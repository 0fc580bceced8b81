"""Attributes and commands of Tango devices."""

from __future__ import annotations

import math
import re
import time
from collections.abc import Sequence
from dataclasses import replace
from typing import Any

import numpy as np

from acquisition.devices.backends.base import INVALID, Backend, Metadata, Pending, Sample
from acquisition.devices.backends.fitting import shortened
from acquisition.devices.backends.remote import RemoteBackend
from acquisition.devices.backends.tango_link import AwayError, Link, Reading, link_to, parted, reason, tango
from acquisition.devices.errors import AddressError, PutFailedError, ReadFailedError
from acquisition.devices.status import Status

TYPES: dict[str, tuple[str, str]] = {
    "DevBoolean": ("boolean", "|b1"),
    "DevUChar": ("integer", "|u1"),
    "DevShort": ("integer", "<i2"),
    "DevUShort": ("integer", "<u2"),
    "DevLong": ("integer", "<i4"),
    "DevULong": ("integer", "<u4"),
    "DevLong64": ("integer", "<i8"),
    "DevULong64": ("integer", "<u8"),
    "DevFloat": ("number", "<f4"),
    "DevDouble": ("number", "<f8"),
    "DevString": ("string", ""),
    "DevState": ("string", ""),
    "DevEnum": ("string", ""),
}
"""The event model's dtype, and numpy's, of Tango's types."""

SEVERITIES = {
    "ATTR_VALID": 0,
    "ATTR_CHANGING": 0,
    "ATTR_WARNING": 1,
    "ATTR_ALARM": 2,
    "ATTR_INVALID": INVALID,
}
"""What the quality of an attribute means as alarm severity."""


class TangoBackend(RemoteBackend):
    """An attribute of a Tango device, or a command.

    An attribute is read and written; its quality is the severity of an alarm. To write a command is to
    execute it, with the value as its argument if it has one; the status ends when it returned. To read it
    gives its last result, or how often it was executed if it has none.

    Parameters
    ----------
    address
        ``host:10000/domain/family/member/attribute``, without the host to use ``TANGO_HOST``; with
        ``#dbase=no`` for a server that runs without a database.
    """

    scheme = "tango"
    server = "device server"

    def __init__(self, address: str) -> None:
        super().__init__(address)
        self.device, self.entry = parted(address)
        if not self.entry or self.device.count("/") < 2:
            raise AddressError(
                f"{self.source}: name an attribute as tango://host:port/domain/family/member/attribute"
            )
        self._link: Link | None = None
        self._refusal = ""
        self._command: Any = None
        self._result = Sample(0, time.time())

    @property
    def link(self) -> Link:
        """The connection to its device."""
        if self._link is None:
            self._link = link_to(self.device)
        return self._link

    @property
    def batch(self) -> object:
        """All of one device are read together."""
        return self.link

    # ---- connection

    def begin_connect(self) -> None:
        """Begin to look for the device; that goes on, and after a loss again, until ``close``."""
        if self._link is None:
            self.link.join(self)

    def trouble(self) -> str:
        """Return why it is not connected."""
        if self._refusal:
            return self._refusal
        return f"{self.device} does not answer: {self.link.trouble} (is its device server running?)"

    def came(self, proxy: Any) -> None:
        """Read the description of the attribute or command."""
        if self.entry.lower() in [name.lower() for name in proxy.get_attribute_list()]:
            metadata = attribute_metadata(proxy.get_attribute_config(self.entry))
            if metadata.dtype == "array":
                shape = np.shape(value_of(proxy.read_attribute(self.entry), metadata))
                metadata = _reshaped(metadata, shape)
        elif self.entry.lower() in [name.lower() for name in proxy.get_command_list()]:
            self._command = proxy.get_command_config(self.entry)
            metadata = command_metadata(self._command)
        else:
            known = ", ".join(sorted({*proxy.get_attribute_list(), *proxy.get_command_list()}))
            self._refusal = f"the device has no attribute or command {self.entry!r}; it has {known}"
            return
        self._refusal = ""
        self.described(metadata)
        if self.is_watched:
            self.watch()

    def went(self, why: str) -> None:
        """Know that the device is away."""
        self.lost()

    def close(self) -> None:
        """Leave the device."""
        super().close()
        link, self._link = self._link, None
        if link is not None:
            link.leave(self)

    # ---- reading

    def begin_read(self) -> Pending:
        """Ask for the value."""
        return self.begin_read_of([self])[0]

    def begin_read_of(self, peers: Sequence[Backend]) -> list[Pending]:
        """Ask for several attributes of the device in one call."""
        asked = [peer for peer in peers if isinstance(peer, TangoBackend)]
        names = [peer.entry for peer in asked if peer.is_connected and peer._command is None]
        reading = self.link.read(names) if names else Reading([])
        return [_Answer(peer, reading) for peer in asked]

    def polled(self, attribute: Any) -> None:
        """Take what a poll brought, if it is news."""
        try:
            sample = self.sample_of(attribute)
        except ReadFailedError:
            return
        last = self._last
        if last is None or last.is_stale or not _same(last, sample):
            self.take(sample)

    def sample_of(self, attribute: Any) -> Sample:
        """Return the sample in what Tango read.

        Raises
        ------
        ReadFailedError
            If the device refused, or has no valid value and no way to say so.
        """
        if attribute.has_failed:
            raise ReadFailedError(f"{self.who} refused a read: {reason_of(attribute)}")
        metadata = self.metadata
        value = value_of(attribute, metadata)
        if metadata.dtype == "array" and np.shape(value) != metadata.shape:
            self._metadata = _reshaped(metadata, np.shape(value))
        quality = str(attribute.quality)
        severity = SEVERITIES.get(quality, INVALID)
        if value is None:
            raise ReadFailedError(f"{self.who} has no valid value (quality {quality})")
        message = f"{self.source}: quality {quality}" if severity else ""
        return Sample(value, float(attribute.time.totime()), severity, message)

    @property
    def result(self) -> Sample:
        """What the command gave last."""
        return self._result

    # ---- writing

    @property
    def _takes_nothing(self) -> bool:
        return self._command is not None and str(self._command.in_type) == "DevVoid"

    def fitting(self, value: Any) -> Any:
        """Return the value as the device takes it; any value executes a command that takes none."""
        return value if self._takes_nothing else super().fitting(value)

    def write(self, value: Any, status: Status, timeout_s: float) -> None:
        """Write the attribute, or execute the command."""
        metadata = self.metadata
        sent = metadata.choices.index(value) if metadata.choices else value

        def write(proxy: Any) -> Any:
            if self._command is None:
                return proxy.write_attribute(self.entry, sent)
            return proxy.command_inout(self.entry, *(() if self._takes_nothing else (sent,)))

        def written(result: Any) -> None:
            if isinstance(result, AwayError):
                status.set_exception(self.disconnected())
            elif isinstance(result, tango().DevFailed):
                status.set_exception(self._put_error(value, result))
            elif isinstance(result, Exception):
                status.set_exception(PutFailedError(f"{self.who} could not be set to {value!r}: {result}"))
            else:
                self._executed(result)
                status.set_finished()

        self.link.call(write, written, timeout_s)

    def _put_error(self, value: Any, error: Any) -> Exception:
        if (
            isinstance(error, tango().CommunicationFailed | tango().ConnectionFailed)
            and not self.link.is_there
        ):
            return self.disconnected()
        return PutFailedError(f"{self.who} refused {shortened(value)}: {reason(error)}")

    def _executed(self, result: Any) -> None:
        if self._command is not None:
            value = int(self._result.value) + 1 if result is None else result
            self._result = Sample(value, time.time())
            self.take(self._result)

    # ---- watching

    def watch(self) -> None:
        """Poll the attribute."""
        if self._command is None and self.is_connected:
            self.link.watch(self)

    def unwatch(self) -> None:
        """Poll it no more."""
        if self._link is not None:
            self._link.unwatch(self)


class _Answer:
    """A read that was asked for, in a call that others may share."""

    __slots__ = ("backend", "reading")

    def __init__(self, backend: TangoBackend, reading: Reading) -> None:
        self.backend = backend
        self.reading = reading

    def result(self, timeout_s: float) -> Sample:
        backend, reading = self.backend, self.reading
        if not backend.is_connected:
            raise backend.disconnected()
        if backend.entry not in reading.names:
            return backend.result
        if not reading.wait(timeout_s):
            raise backend.too_slow(timeout_s)
        if isinstance(reading.failure, AwayError) or not backend.is_connected:
            raise backend.disconnected()
        if reading.failure is not None:
            raise ReadFailedError(f"{backend.who} refused a read: {reason(reading.failure)}")
        return backend.seen(backend.sample_of(reading.results[backend.entry]))


def reason_of(attribute: Any) -> str:
    """Return why one attribute of a call was refused."""
    errors = attribute.get_err_stack()
    return " ".join(str(errors[0].desc).split()) if errors else "no reason given"


def value_of(attribute: Any, metadata: Metadata) -> Any:
    """Return the value of an attribute as an event holds it; None where the device has none."""
    value = attribute.value
    if metadata.dtype == "array":
        if metadata.dtype_numpy:
            return np.asarray([] if value is None else value, dtype=metadata.dtype_numpy)
        return [str(one) for one in value or ()]
    if value is None:
        return float("nan") if metadata.dtype == "number" else None
    if metadata.choices:
        return metadata.choices[int(value)] if int(value) < len(metadata.choices) else str(int(value))
    if metadata.dtype == "string":
        return str(value)
    return value.item() if isinstance(value, np.generic) else value


def attribute_metadata(info: Any) -> Metadata:
    """Return the description in an ``AttributeInfoEx``."""
    dtype, dtype_numpy = TYPES.get(str(tango().CmdArgType.values[info.data_type]), ("string", ""))
    is_array = str(info.data_format) != "SCALAR"
    low, high = _limit(info.min_value), _limit(info.max_value)
    if low is None and high is not None:
        low = -math.inf  # open to one side
    if high is None and low is not None:
        high = math.inf
    capacity = max(info.max_dim_x, 1) * max(info.max_dim_y, 1) if is_array else None
    return Metadata(
        "array" if is_array else dtype,
        (),
        dtype_numpy,
        units="" if info.unit in ("No unit", "Not specified") else info.unit,
        precision=_precision(info.format) if dtype == "number" else None,
        low=low,
        high=high,
        choices=tuple(info.enum_labels),
        is_writable=str(info.writable) != "READ",
        capacity=capacity,
    )


def command_metadata(info: Any) -> Metadata:
    """Return the description of a command: the type of what it takes, or of what it gives."""
    takes, gives = str(info.in_type), str(info.out_type)
    wanted = gives if takes == "DevVoid" else takes
    dtype, dtype_numpy = TYPES.get(wanted, ("integer", "<i8"))
    return Metadata(dtype, (), dtype_numpy)


def _reshaped(metadata: Metadata, shape: tuple[int, ...]) -> Metadata:
    return replace(metadata, shape=shape)


def _limit(text: str) -> float | None:
    """Return a limit, or None where there is none (``Not specified``)."""
    try:
        return float(text)
    except ValueError:
        return None


def _precision(text: str) -> int | None:
    """Return the digits after the point that a format such as ``%6.2f`` shows."""
    found = re.search(r"\.(\d+)", text)
    return int(found.group(1)) if found else None


def _same(one: Sample, other: Sample) -> bool:
    return one.severity == other.severity and bool(np.array_equal(one.value, other.value))
