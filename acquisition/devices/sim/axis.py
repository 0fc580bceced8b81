"""An axis in memory, which can take its time."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from acquisition.devices import timers
from acquisition.devices.backends.soft import SoftBackend
from acquisition.devices.component import Kind
from acquisition.devices.device import Device
from acquisition.devices.errors import MoveStoppedError
from acquisition.devices.protocols import Hints, Location
from acquisition.devices.signal import Signal, WritableSignal, check_limits
from acquisition.devices.sim.physics import Motion
from acquisition.devices.status import Progress, Status

TICK_S = 0.02


class UnlocatedAxis(Device):
    """A simulated motor that cannot be asked for its position: Movable, Checkable, Stoppable, Readable ...

    Parameters
    ----------
    name
        Name of the axis and of its readback.
    velocity
        Units per second; None moves at once.
    acceleration
        Units per second squared; ten times the velocity if not given.
    delay
        Seconds that a move without velocity takes; it arrives with a jump. 0 is at once.
    readback_of
        Gives the readback where the axis truly is at a position: a place for errors and noise.
    position, units, precision, limits
        Where it is, and what it says of itself.
    """

    def __init__(
        self,
        name: str,
        *,
        velocity: float | None = None,
        acceleration: float | None = None,
        delay: float = 0.0,
        readback_of: Callable[[float], float] | None = None,
        position: float = 0.0,
        units: str = "mm",
        precision: int = 4,
        limits: tuple[float, float] = (-1000.0, 1000.0),
        title: str = "",
    ) -> None:
        super().__init__(name, title=title)
        known: dict[str, Any] = {"units": units, "precision": precision, "low": limits[0], "high": limits[1]}
        self.delay = delay
        self._readback_of = readback_of
        self._setpoint = SoftBackend(float(position), **known)
        self._readback = SoftBackend(float(position), **known)
        self.readback = self.add("readback", Signal(self._readback), kind=Kind.HINTED, name=name)
        self.setpoint = self.add("setpoint", Signal(self._setpoint), kind=Kind.NORMAL)
        self._velocity = self._rate(velocity, f"{units}/s", precision)
        self.velocity = self.add("velocity", WritableSignal(self._velocity), kind=Kind.CONFIG)
        self._acceleration = self._rate(acceleration, f"{units}/s²", precision)
        self.acceleration = self.add("acceleration", WritableSignal(self._acceleration), kind=Kind.CONFIG)
        self._lock = threading.RLock()
        self._move: _Move | None = None
        self._arrive(float(position))

    @staticmethod
    def _rate(value: float | None, units: str, precision: int) -> SoftBackend:
        return SoftBackend(float(value or 0.0), units=units, precision=precision, low=0.0, high=1e6)

    def _arrive(self, position: float) -> None:
        self._readback.publish(position if self._readback_of is None else self._readback_of(position))

    def check_value(self, value: Any) -> None:
        """Raise if the axis cannot go there."""
        self._allowed(value)

    def _allowed(self, value: Any) -> float:
        metadata = self.setpoint.metadata
        limits = metadata.limits or (float("-inf"), float("inf"))
        return check_limits(self.name, value, limits, metadata.units, "its simulation")

    def set(self, value: float) -> Status:
        """Start to move to ``value``."""
        target = self._allowed(value)
        units = self.setpoint.metadata.units
        with self._lock:
            if self._move is not None:
                self._move.end(
                    MoveStoppedError(f"{self.name} was sent to {target:g} {units} before it arrived")
                )
            self._setpoint.publish(target)
            velocity = self._velocity.sample().value
            if velocity <= 0.0 and self.delay <= 0.0:
                self._arrive(target)
                return Status.finished(f"{self.name} moving to {target:g} {units}")
            move = self._move = _Move(self, self._motion(target, velocity))
        return move.begin()

    def _motion(self, target: float, velocity: float) -> Motion | Jump:
        start = self._readback.sample().value
        if velocity <= 0.0:
            return Jump(start, target, self.delay)
        return Motion(start, target, velocity, self._acceleration.sample().value or 10 * velocity)

    def stop(self, success: bool = True) -> None:
        """Stop where it is."""
        with self._lock:
            move = self._move
            if move is None:
                return
            where = self._readback.sample().value
            self._setpoint.publish(where)
            move.end(None if success else MoveStoppedError(f"{self.name} was stopped at {where:g}"))

    @property
    def is_moving(self) -> bool:
        """True while it moves."""
        return self._move is not None


class SoftAxis(UnlocatedAxis):
    """A simulated motor that also tells where it is (protocol Locatable); see ``UnlocatedAxis``.

    Examples
    --------
    >>> axis = SoftAxis("x", units="mm", limits=(-5, 5))
    >>> axis.set(2).wait(1)
    >>> axis.locate()
    {'setpoint': 2.0, 'readback': 2.0}
    """

    def locate(self) -> Location:
        """Return where it was sent, and where it is."""
        return {"setpoint": self._setpoint.sample().value, "readback": self._readback.sample().value}

    @property
    def position(self) -> float:
        """Where it is."""
        return float(self._readback.sample().value)


class EmptyHintsAxis(SoftAxis):
    """A simulated motor whose hints name nothing."""

    @property
    def hints(self) -> Hints:
        """Nothing."""
        return {}


class NoHintsAxis(SoftAxis):
    """A simulated motor that has no hints, and whose readback is not in the documents."""

    def __init__(self, name: str, **settings: Any) -> None:
        super().__init__(name, **settings)
        self.readback.kind = Kind.OMITTED

    @property
    def hints(self) -> Hints:
        """Not there: ``hasattr(axis, "hints")`` is False."""
        raise AttributeError(f"{self.name} has no hints")


@dataclass(frozen=True, slots=True)
class Jump:
    """A move that arrives all at once, ``duration_s`` after it began."""

    start: float
    target: float
    duration_s: float

    @property
    def distance(self) -> float:
        """How far, without sign."""
        return abs(self.target - self.start)

    def position(self, elapsed_s: float) -> float:
        """Return where it is ``elapsed_s`` after it began."""
        return self.target if elapsed_s >= self.duration_s else self.start


class _Move:
    """One move of an axis, in ticks of the timer thread."""

    def __init__(self, axis: UnlocatedAxis, motion: Motion | Jump) -> None:
        self.axis = axis
        self.motion = motion
        units = axis.setpoint.metadata.units
        self.status = Status(f"{axis.name} moving to {motion.target:g} {units}")
        self._begun = time.monotonic()
        self._timer: timers.Timer | None = None

    def begin(self) -> Status:
        self._tick()
        return self.status

    def _tick(self) -> None:
        with self.axis._lock:
            if self.status.done:
                return
            elapsed = time.monotonic() - self._begun
            left = self.motion.duration_s - elapsed
            self.axis._arrive(self.motion.position(elapsed))
            if left <= 0.0:
                self.end(None)
                return
            self._timer = timers.call_later(min(TICK_S, left), self._tick)
        self._report(elapsed, left)

    def _report(self, elapsed: float, left: float) -> None:
        motion, metadata = self.motion, self.axis.setpoint.metadata
        here = motion.position(elapsed)
        self.status.report(
            Progress(
                name=self.axis.name,
                current=here,
                initial=motion.start,
                target=motion.target,
                unit=metadata.units,
                precision=metadata.precision,
                fraction=abs(motion.target - here) / motion.distance if motion.distance else 0.0,
                time_elapsed=elapsed,
                time_remaining=left,
            )
        )

    def end(self, exception: BaseException | None) -> None:
        """End the move, with the axis locked."""
        self.axis._move = None
        if self._timer is not None:
            self._timer.cancel()
        if exception is None:
            self.status.set_finished()
        else:
            self.status.set_exception(exception)
