"""A device whose signals are process variables with one prefix."""

from __future__ import annotations

from collections.abc import Callable

from acquisition.devices.backends.addresses import backend_at
from acquisition.devices.backends.base import Backend
from acquisition.devices.component import Kind
from acquisition.devices.device import Device
from acquisition.devices.signal import Signal, WritableSignal

BackendOf = Callable[[str], Backend]
"""Makes the backend of a process variable from its full name."""


class PvDevice(Device):
    """A device that makes its signals from a prefix and suffixes.

    Parameters
    ----------
    prefix
        What the names of its process variables begin with; suffixes follow as they stand.
    backend
        Makes the backend of a process variable from its full name.
    """

    def __init__(
        self, prefix: str, name: str = "", *, title: str = "", backend: BackendOf = backend_at
    ) -> None:
        super().__init__(name, title=title)
        self.prefix = prefix
        self._backend_of = backend

    def reads(
        self, attr_name: str, suffix: str, kind: Kind = Kind.NORMAL, *, is_main: bool = False
    ) -> Signal:
        """Add a signal that is only read; the main one has the name of the device."""
        signal = Signal(self._backend_of(f"{self.prefix}{suffix}"))
        return self.add(attr_name, signal, kind=kind, name=self.name if is_main else None)

    def writes(self, attr_name: str, suffix: str, kind: Kind = Kind.OMITTED) -> WritableSignal:
        """Add a signal that is read and written."""
        return self.add(attr_name, WritableSignal(self._backend_of(f"{self.prefix}{suffix}")), kind=kind)
