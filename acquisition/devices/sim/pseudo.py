"""Simulated pseudo positioners: axes that exist only as a function of others."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from acquisition.devices.backends.base import Sample
from acquisition.devices.backends.soft import SoftBackend
from acquisition.devices.component import Kind
from acquisition.devices.device import Device
from acquisition.devices.errors import WrongValueError
from acquisition.devices.protocols import Location
from acquisition.devices.signal import Signal, WritableSignal, check_limits
from acquisition.devices.sim.axis import SoftAxis
from acquisition.devices.status import Status, all_of

Position = tuple[float, ...]


class PseudoAxis(Device):
    """One coordinate of a pseudo positioner, which moves alone while the others keep their setpoints."""

    def __init__(
        self, positioner: PseudoPositioner, *, units: str = "", limits: tuple[float, float] | None = None
    ) -> None:
        super().__init__()
        low, high = limits if limits is not None else (None, None)
        known: dict[str, Any] = {"units": units, "low": low, "high": high}
        self._positioner = positioner
        self._readback, self._setpoint = SoftBackend(0.0, **known), SoftBackend(0.0, **known)
        self.readback = self.add("readback", Signal(self._readback), kind=Kind.HINTED, name="")
        self.setpoint = self.add("setpoint", Signal(self._setpoint), kind=Kind.NORMAL)

    def allowed(self, value: Any) -> float:
        """Return the value as a number inside the limits, or raise."""
        metadata = self.setpoint.metadata
        limits = metadata.limits or (float("-inf"), float("inf"))
        return check_limits(self.name, value, limits, metadata.units, "its simulation")

    def check_value(self, value: Any) -> None:
        """Raise if it cannot go there."""
        self._positioner.check_value(self._positioner.with_one(self, value))

    def set(self, value: float) -> Status:
        """Start to move."""
        return self._positioner.set(self._positioner.with_one(self, value))

    def stop(self, success: bool = True) -> None:
        """Stop the whole positioner."""
        self._positioner.stop(success=success)

    def locate(self) -> Location:
        """Return where it was sent, and where it is."""
        return {"setpoint": self._setpoint.sample().value, "readback": self._readback.sample().value}

    @property
    def position(self) -> float:
        """Where it is."""
        return float(self._readback.sample().value)

    def sent_to(self, value: float) -> None:
        """Know the new setpoint."""
        self._setpoint.publish(value)

    def is_at(self, value: float) -> None:
        """Know the new position."""
        self._readback.publish(value)


class PseudoPositioner(Device):
    """Several pseudo axes over several real ones (Movable, Locatable, Checkable, Stoppable, Readable).

    ``set`` takes the positions of all pseudo axes. A subclass says how the two are connected, with
    ``forward`` and ``inverse``; here each real axis goes to minus the pseudo position.

    Parameters
    ----------
    units, limits
        Of each pseudo axis; they fix how many there are. Limits of None are none.
    num_real
        How many real axes.
    """

    def __init__(
        self,
        name: str,
        *,
        units: Sequence[str],
        limits: Sequence[tuple[float, float] | None],
        num_real: int = 3,
        velocity: float | None = None,
    ) -> None:
        super().__init__(name)
        self.pseudo = tuple(
            self.add(f"pseudo{number}", PseudoAxis(self, units=unit, limits=limit))
            for number, (unit, limit) in enumerate(zip(units, limits, strict=True), 1)
        )
        self.real = tuple(self._add_real(f"real{number}", velocity) for number in range(1, num_real + 1))
        for axis in self.real:
            axis.readback.backend.subscribe(self._real_moved)

    def _add_real(self, attr_name: str, velocity: float | None) -> SoftAxis:
        axis = self.add(attr_name, SoftAxis(attr_name, velocity=velocity, units=""))
        axis.readback.kind = Kind.NORMAL
        for signal in (axis.setpoint, axis.velocity, axis.acceleration):
            signal.kind = Kind.OMITTED
        return axis

    def forward(self, pseudo: Position) -> Position:
        """Return the real positions of pseudo ones."""
        return tuple(-value for value in pseudo)

    def inverse(self, real: Position) -> Position:
        """Return the pseudo positions of real ones."""
        return tuple(-value for value in real)

    def _real_moved(self, _: Sample) -> None:
        for axis, value in zip(self.pseudo, self.inverse(self.real_position), strict=True):
            axis.is_at(value + 0.0)  # without the sign of a zero

    @property
    def real_position(self) -> Position:
        """Where the real axes are."""
        return tuple(axis.position for axis in self.real)

    @property
    def position(self) -> Position:
        """Where the pseudo axes are."""
        return tuple(axis.position for axis in self.pseudo)

    def with_one(self, axis: PseudoAxis, value: float) -> Position:
        """Return the setpoints of all pseudo axes, with another one for ``axis``."""
        return tuple(value if other is axis else other.locate()["setpoint"] for other in self.pseudo)

    def check_value(self, value: Any) -> None:
        """Raise if it, or one of its axes, cannot go there."""
        self._allowed(value)

    def _allowed(self, value: Any) -> tuple[Position, Position]:
        values = (value,) if len(self.pseudo) == 1 and isinstance(value, int | float) else value
        try:
            given = tuple(values)
        except TypeError as error:
            raise WrongValueError(f"{self.name} takes {len(self.pseudo)} positions, not {value!r}") from error
        if len(given) != len(self.pseudo):
            raise WrongValueError(f"{self.name} takes {len(self.pseudo)} positions, not {len(given)}")
        pseudo = tuple(axis.allowed(one) for axis, one in zip(self.pseudo, given, strict=True))
        real = self.forward(pseudo)
        for axis, one in zip(self.real, real, strict=True):
            axis.check_value(one)
        return pseudo, real

    def set(self, value: Any) -> Status:
        """Start to move all axes; nothing moves if one of them cannot."""
        pseudo, real = self._allowed(value)
        for axis, one in zip(self.pseudo, pseudo, strict=True):
            axis.sent_to(one)
        statuses = [axis.set(one) for axis, one in zip(self.real, real, strict=True)]
        return all_of(statuses, f"{self.name} moving to {pseudo}")

    def stop(self, success: bool = True) -> None:
        """Stop all axes where they are."""
        for axis in self.real:
            axis.stop(success=success)
        for pseudo in self.pseudo:
            pseudo.sent_to(pseudo.position)

    def locate(self) -> Location:
        """Return where the pseudo axes were sent, and where they are."""
        places = [axis.locate() for axis in self.pseudo]
        return {
            "setpoint": tuple(place["setpoint"] for place in places),
            "readback": tuple(place["readback"] for place in places),
        }


class Pseudo3x3(PseudoPositioner):
    """Three pseudo axes over three real ones, and a signal ``name_sig`` beside them."""

    def __init__(self, name: str, *, velocity: float | None = None) -> None:
        super().__init__(
            name, units=("a", "b", "c"), limits=((-10.0, 10.0), (-10.0, 10.0), None), velocity=velocity
        )
        self.sig = self.add("sig", WritableSignal(SoftBackend(0)), kind=Kind.NORMAL)


class Pseudo1x3(PseudoPositioner):
    """One pseudo axis over three real ones, which all go to minus its position."""

    def __init__(self, name: str, *, velocity: float | None = None) -> None:
        super().__init__(name, units=("",), limits=((-10.0, 10.0),), velocity=velocity)

    def forward(self, pseudo: Position) -> Position:
        """Return the real positions of a pseudo one."""
        return (-pseudo[0],) * 3

    def inverse(self, real: Position) -> Position:
        """Return the pseudo position that the first real axis stands for."""
        return (-real[0],)
