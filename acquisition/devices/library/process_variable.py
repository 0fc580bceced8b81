"""Any process variable as a device: for what has no class of its own."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from acquisition.devices.backends.base import Backend
from acquisition.devices.backends.channel_access import ChannelAccessBackend
from acquisition.devices.component import Kind
from acquisition.devices.device import Device
from acquisition.devices.protocols import Location
from acquisition.devices.signal import Signal, WritableSignal
from acquisition.devices.status import Status


class ReadOnlyVariable(Device):
    """A process variable that is read and watched (Readable, Subscribable). Reads as ``name``.

    Parameters
    ----------
    pv
        Its full name.
    backend
        Makes the backend of a PV from its name.
    """

    def __init__(
        self,
        pv: str,
        name: str = "",
        *,
        title: str = "",
        backend: Callable[[str], Backend] = ChannelAccessBackend,
    ) -> None:
        super().__init__(name, title=title)
        self.value = self.add("value", Signal(backend(pv)), kind=Kind.HINTED, name=name)


class Variable(Device):
    """A process variable that is set (Movable, Locatable, Checkable, Readable, Subscribable).

    Reads as ``name`` (the readback) and ``name_setpoint``. A ``set`` ends when the control system answers
    the write: its record must answer at the end of what it does (put completion).

    Parameters
    ----------
    pv
        What is written.
    readback
        What is read; the same if not given.
    timeout_s
        How long a ``set`` may take.
    backend
        Makes the backend of a PV from its name.
    """

    def __init__(
        self,
        pv: str,
        name: str = "",
        *,
        readback: str = "",
        timeout_s: float = 60.0,
        title: str = "",
        backend: Callable[[str], Backend] = ChannelAccessBackend,
    ) -> None:
        super().__init__(name, title=title)
        self.set_timeout_s = timeout_s
        self.readback = self.add("readback", Signal(backend(readback or pv)), kind=Kind.HINTED, name=name)
        self.setpoint = self.add("setpoint", WritableSignal(backend(pv)), kind=Kind.NORMAL)

    @property
    def units(self) -> str:
        """Units of the setpoint."""
        return self.setpoint.metadata.units

    @property
    def limits(self) -> tuple[float, float] | None:
        """Control limits of the setpoint, low and high; None if it has none."""
        return self.setpoint.metadata.limits

    def check_value(self, value: Any) -> None:
        """Raise ``LimitsError`` or ``WrongValueError`` if ``set(value)`` would."""
        self.setpoint.check_value(value)

    def set(self, value: Any) -> Status:
        """Write the value; the status ends when the write is answered."""
        return self.setpoint.set(value, timeout_s=self.set_timeout_s)

    def locate(self) -> Location:
        """Return setpoint and readback, in one round trip."""
        values = self._read([self.setpoint, self.readback])
        return {
            "setpoint": values[self.setpoint.name]["value"],
            "readback": values[self.readback.name]["value"],
        }
