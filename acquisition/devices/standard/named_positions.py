"""Axes that go to places with names."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from acquisition.devices.backends.base import Metadata, read_together
from acquisition.devices.component import Kind
from acquisition.devices.device import Device
from acquisition.devices.errors import WrongValueError
from acquisition.devices.library.motor import Motor
from acquisition.devices.protocols import Location
from acquisition.devices.signal import Signal
from acquisition.devices.standard.derived import DerivedBackend
from acquisition.devices.standard.joint_move import JointMove, Positions
from acquisition.devices.status import Status

NOWHERE = "unknown"
"""What the position is called between the named ones."""


class NamedPositioner(Device):
    """Motors that go to named places together (Movable, Locatable, Checkable, Stoppable, Readable).

    Reads as ``name``, the name of the place (``"unknown"`` between places), and the motors.

    Parameters
    ----------
    real
        Motors by the names that they have here.
    places
        By name, the position of each motor.
    tolerance
        How far each motor may be from it, in its units.
    """

    def __init__(
        self,
        name: str = "",
        *,
        real: Mapping[str, Motor],
        places: Mapping[str, Positions],
        tolerance: float,
        title: str = "",
    ) -> None:
        super().__init__(name, title=title)
        if not places:
            raise WrongValueError(f"{name} has no place to go to: give it places")
        self.real = dict(real)
        self.places = {place: dict(positions) for place, positions in places.items()}
        self.tolerance = tolerance
        self.place = self.add("place", self._named(self.place_at), kind=Kind.HINTED, name=name)
        for attr_name, motor in self.real.items():
            setattr(self, attr_name, self.add(attr_name, motor))
            motor.readback.kind = Kind.NORMAL
        self._joint = JointMove(self.real)

    def _named(self, name_at: Any) -> Signal:
        """Return a signal that gives a text for where the motors are."""

        def compute(*values: float) -> str:
            return str(name_at(dict(zip(self.real, values, strict=True))))

        sources = [motor.readback.backend for motor in self.real.values()]
        return Signal(
            DerivedBackend(sources, compute, lambda: Metadata("string", (), "<U40"), formula="place")
        )

    def place_at(self, positions: Positions) -> str:
        """Return the name of the place where these positions are."""
        for place, wanted in self.places.items():
            if all(abs(positions[axis] - value) <= self.tolerance for axis, value in wanted.items()):
                return place
        return NOWHERE

    @property
    def choices(self) -> tuple[str, ...]:
        """The places that it can go to."""
        return tuple(self.places)

    def targets_of(self, value: Any) -> Positions:
        """Return where the motors are at a place.

        Raises
        ------
        WrongValueError
            There is no such place.
        """
        if not isinstance(value, str) or value not in self.places:
            raise WrongValueError(f"{self.name} takes one of {', '.join(self.choices)}, not {value!r}")
        return self.places[value]

    def check_value(self, value: Any) -> None:
        """Raise if there is no such place, or a motor cannot go there."""
        self._joint.check(self.targets_of(value), who=self.name, value=value)

    def set(self, value: str) -> Status:
        """Start to move to a place; nothing moves if one motor cannot."""
        self.check_value(value)
        return self._joint.move(self.targets_of(value), f"{self.name} moving to {value}")

    def stop(self, success: bool = True) -> None:
        """Stop all motors."""
        self._joint.stop(success=success)

    def locate(self) -> Location:
        """Return the place it was sent to, and the place where it is."""
        backends = [motor.setpoint.backend for motor in self.real.values()]
        samples = read_together([*backends, self.place.backend], self.timeout_s)
        setpoints = {name: float(one.value) for name, one in zip(self.real, samples, strict=False)}
        return {"setpoint": self.place_at(setpoints), "readback": samples[-1].value}
