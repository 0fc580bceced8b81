"""A shutter with a command and a state."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from acquisition.devices.backends.addresses import backend_at
from acquisition.devices.backends.base import Backend
from acquisition.devices.component import Kind
from acquisition.devices.device import Device
from acquisition.devices.errors import DeviceError
from acquisition.devices.protocols import Location
from acquisition.devices.signal import Signal, WritableSignal
from acquisition.devices.status import Status


class Shutter(Device):
    """Opens and closes: ``set("open")``, ``set("closed")`` (Movable, Locatable, Checkable, Readable).

    Reads as ``name``, the state.

    ===============  ======  =============================================================================
    PV               type    meaning
    ===============  ======  =============================================================================
    ``<P>:command``  enum    closed, open; answered when it is there
    ``<P>:state``    enum    closed, open, moving
    ===============  ======  =============================================================================

    Parameters
    ----------
    prefix
        Of the process variables, without a colon at the end.
    move_timeout_s
        How long it may take.
    backend
        Makes the backend of a PV from its name.
    """

    def __init__(
        self,
        prefix: str,
        name: str = "",
        *,
        title: str = "",
        move_timeout_s: float = 10.0,
        backend: Callable[[str], Backend] = backend_at,
    ) -> None:
        super().__init__(name, title=title)
        self.prefix = prefix
        self.move_timeout_s = move_timeout_s
        self.state = self.add("state", Signal(backend(f"{prefix}:state")), kind=Kind.NORMAL, name=name)
        self.command = self.add("command", WritableSignal(backend(f"{prefix}:command")), kind=Kind.OMITTED)

    @property
    def choices(self) -> tuple[str, ...]:
        """What it can be set to."""
        return self.command.metadata.choices

    def check_value(self, value: Any) -> None:
        """Raise ``WrongValueError`` if the value is not one of the positions."""
        self.command.check_value(value)

    def set(self, value: str) -> Status:
        """Start to open or close; the status ends when the state is the wanted one."""
        self.check_value(value)
        status = Status(f"{self.name} going to {value!r}", timeout_s=2 * self.move_timeout_s)
        self.command.set(value, timeout_s=self.move_timeout_s).add_callback(
            lambda put: self._put_ended(put, status, value)
        )
        return status

    def _put_ended(self, put: Status, status: Status, wanted: str) -> None:
        exception = put.exception(0)
        if exception is not None:
            status.set_exception(exception)
            return

        def look(sample: Any) -> None:
            if sample is not None and sample.value == wanted:
                status.set_finished()
                return
            found = "its state cannot be read" if sample is None else f"its state is {sample.value!r}"
            status.set_exception(
                DeviceError(f"{self.name} was told {wanted!r}, but {found} ({self.prefix}:state)")
            )

        self.state.backend.read_later(look)

    def locate(self) -> Location:
        """Return what was asked for, and the state."""
        values = self._read([self.command, self.state])
        return {"setpoint": values[self.command.name]["value"], "readback": values[self.state.name]["value"]}
