"""Axes that exist only as a function of others."""

from __future__ import annotations

from abc import abstractmethod
from collections.abc import Mapping, Sequence
from typing import Any

from acquisition.devices.backends.base import Metadata, read_together
from acquisition.devices.component import Kind
from acquisition.devices.device import Device
from acquisition.devices.errors import WrongValueError
from acquisition.devices.library.motor import Motor
from acquisition.devices.protocols import Location
from acquisition.devices.signal import Signal, check_limits
from acquisition.devices.standard.derived import DerivedBackend
from acquisition.devices.standard.joint_move import JointMove, Positions
from acquisition.devices.status import Status

NO_LIMITS = (float("-inf"), float("inf"))


class PseudoAxis(Device):
    """One coordinate of a pseudo positioner (Movable, Locatable, Checkable, Stoppable, Readable).

    It moves alone: the other pseudo axes keep their setpoints. Reads as ``name`` and ``name_setpoint``.

    Parameters
    ----------
    units
        Of its positions.
    limits
        Its own, low and high, beside those of the real axes.
    precision
        Digits behind the point that are shown.
    """

    def __init__(
        self,
        *,
        units: str = "",
        limits: tuple[float, float] | None = None,
        precision: int = 4,
        title: str = "",
    ) -> None:
        super().__init__(title=title)
        self.units = units
        self.precision = precision
        self.own_limits = limits
        self.positioner: PseudoPositioner

    def belongs_to(self, positioner: PseudoPositioner, name: str) -> None:
        """Make the signals, which are computed from the real axes of the positioner."""
        self.positioner = positioner
        motors = positioner.real.values()

        def signal(what: str, attr: str) -> Signal:
            def compute(*values: float) -> float:
                return positioner.pseudo_of(dict(zip(positioner.real, values, strict=True)), what)[name]

            sources = [getattr(motor, attr).backend for motor in motors]
            return Signal(DerivedBackend(sources, compute, self._described, formula=name))

        self.readback = self.add("readback", signal("readback", "readback"), kind=Kind.HINTED, name=self.name)
        self.setpoint = self.add("setpoint", signal("setpoint", "setpoint"), kind=Kind.NORMAL)

    def _described(self) -> Metadata:
        low, high = self.limits
        return Metadata("number", (), "<f8", units=self.units, precision=self.precision, low=low, high=high)

    @property
    def limits(self) -> tuple[float, float]:
        """Low and high; infinite where only the real axes know."""
        return self.positioner.limits_of(self.attr_name)

    def allowed(self, value: Any) -> float:
        """Return the value as a number inside its own limits, or raise."""
        limits = self.own_limits or NO_LIMITS
        return check_limits(self.name, value, limits, self.units, "its configuration")

    def check_value(self, value: Any) -> None:
        """Raise ``LimitsError`` or ``WrongValueError`` if ``set(value)`` would."""
        self.positioner.check_value({self.attr_name: value})

    def set(self, value: float) -> Status:
        """Start to move; the status ends when all real axes have arrived."""
        return self.positioner.set({self.attr_name: value})

    def stop(self, success: bool = True) -> None:
        """Stop all real axes."""
        self.positioner.stop(success=success)

    def locate(self) -> Location:
        """Return where it was sent and where it is, in one round trip."""
        setpoint, readback = read_together([self.setpoint.backend, self.readback.backend], self.timeout_s)
        return {"setpoint": setpoint.value, "readback": readback.value}

    @property
    def position(self) -> float:
        """Where it is."""
        return float(self.readback.get())


class PseudoPositioner(Device):
    """Pseudo axes over real motors (Movable, Locatable, Checkable, Stoppable, Readable, Configurable).

    ``set`` takes positions by the names of the pseudo axes (those left out keep their setpoints), or all of
    them in order, or one number if there is one axis. The limits of every real motor are looked at before
    anything moves. Reads all pseudo and real axes. A subclass says how they are connected: ``forward`` and
    ``inverse``.

    Parameters
    ----------
    real
        Motors by the names that they have here.
    pseudo
        Pseudo axes by the names that they have here.
    """

    def __init__(
        self,
        name: str = "",
        *,
        real: Mapping[str, Motor],
        pseudo: Mapping[str, PseudoAxis],
        title: str = "",
    ) -> None:
        super().__init__(name, title=title)
        self.real = dict(real)
        self.pseudo = dict(pseudo)
        for attr_name, axis in self.pseudo.items():
            setattr(self, attr_name, self.add(attr_name, axis))
            axis.belongs_to(self, attr_name)
        for attr_name, motor in self.real.items():
            setattr(self, attr_name, self.add(attr_name, motor))
            motor.readback.kind = Kind.NORMAL
        self._joint = JointMove(self.real)
        self._sent: tuple[Positions, Positions] = ({}, {})

    @abstractmethod
    def forward(self, pseudo: Positions) -> Positions:
        """Return the real positions of pseudo ones."""

    @abstractmethod
    def inverse(self, real: Positions) -> Positions:
        """Return the pseudo positions of real ones."""

    def pseudo_of(self, real: Positions, what: str) -> Positions:
        """Return the pseudo positions of real ones; those of setpoints as they were asked for."""
        sent_to, asked_for = self._sent
        return asked_for if what == "setpoint" and real == sent_to else self.inverse(real)

    def limits_of(self, name: str) -> tuple[float, float]:
        """Return low and high of a pseudo axis: its own, and those of the motor if one stands for it."""
        low, high = self.pseudo[name].own_limits or NO_LIMITS
        if len(self.real) == len(self.pseudo) == 1:
            (real_name, motor), *_ = self.real.items()
            ends = sorted(self.inverse({real_name: limit})[name] for limit in motor.limits)
            if ends[0] < ends[1]:
                low, high = max(low, ends[0]), min(high, ends[1])
        return low, high

    def check_value(self, value: Any) -> None:
        """Raise ``LimitsError`` or ``WrongValueError`` if a pseudo or a real axis cannot go there."""
        self._targets(value)

    def _targets(self, value: Any) -> tuple[Positions, Positions]:
        asked = {name: self.pseudo[name].allowed(one) for name, one in self._by_name(value).items()}
        pseudo = asked if len(asked) == len(self.pseudo) else {**self._setpoints(), **asked}
        real = self.forward(pseudo)
        alone = len(asked) == 1
        who = self.pseudo[next(iter(asked))] if alone else self
        shown = next(iter(asked.values())) if alone else asked
        units = who.units if isinstance(who, PseudoAxis) else ""
        self._joint.check(real, who=who.name, value=shown, units=units)
        return pseudo, real

    def _by_name(self, value: Any) -> dict[str, Any]:
        names = list(self.pseudo)
        if isinstance(value, Mapping):
            unknown = [name for name in value if name not in self.pseudo]
            if unknown or not value:
                raise WrongValueError(f"{self.name} has the axes {', '.join(names)}, not {unknown}")
            return dict(value)
        if len(names) == 1 and not isinstance(value, Sequence):
            return {names[0]: value}
        if isinstance(value, str) or not isinstance(value, Sequence) or len(value) != len(names):
            raise WrongValueError(
                f"{self.name} takes {len(names)} positions ({', '.join(names)}), not {value!r}"
            )
        return dict(zip(names, value, strict=True))

    def _setpoints(self) -> Positions:
        samples = read_together([motor.setpoint.backend for motor in self.real.values()], self.timeout_s)
        real = {name: float(sample.value) for name, sample in zip(self.real, samples, strict=True)}
        return self.pseudo_of(real, "setpoint")

    def set(self, value: Any) -> Status:
        """Start to move; nothing moves if one axis cannot, and one that fails stops the others."""
        pseudo, real = self._targets(value)
        self._sent = (real, pseudo)
        where = ", ".join(f"{name} {one:g} {self.pseudo[name].units}" for name, one in pseudo.items())
        return self._joint.move(real, f"{self.name} moving to {where}")

    def stop(self, success: bool = True) -> None:
        """Stop all real axes."""
        self._joint.stop(success=success)

    def locate(self) -> Location:
        """Return where the pseudo axes were sent and where they are: one number, or several by name."""
        signals = [axis.setpoint for axis in self.pseudo.values()] + [
            axis.readback for axis in self.pseudo.values()
        ]
        values = [sample.value for sample in read_together([one.backend for one in signals], self.timeout_s)]
        half = len(self.pseudo)
        if half == 1:
            return {"setpoint": values[0], "readback": values[1]}
        return {
            "setpoint": dict(zip(self.pseudo, values[:half], strict=True)),
            "readback": dict(zip(self.pseudo, values[half:], strict=True)),
        }
