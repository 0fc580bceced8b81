"""An axis in memory, which can take its time."""

from __future__ import annotations

import threading
import time
from typing import Any

from acquisition.devices import timers
from acquisition.devices.backends.soft import SoftBackend
from acquisition.devices.component import Kind
from acquisition.devices.device import Device
from acquisition.devices.errors import MoveStoppedError
from acquisition.devices.protocols import Location
from acquisition.devices.signal import Signal, WritableSignal, check_limits
from acquisition.devices.sim.physics import Motion
from acquisition.devices.status import Progress, Status

TICK_S = 0.02


class SoftAxis(Device):
    """A simulated motor (protocols Movable, Locatable, Checkable, Stoppable, Readable ...).

    Parameters
    ----------
    name
        Name of the axis and of its readback.
    velocity
        Units per second; None moves at once.
    acceleration
        Units per second squared; ten times the velocity if not given.
    position, units, precision, limits
        Where it is, and what it says of itself.

    Examples
    --------
    >>> axis = SoftAxis("x", units="mm", limits=(-5, 5))
    >>> axis.set(2).wait(1)
    >>> axis.locate()
    {'setpoint': 2.0, 'readback': 2.0}
    """

    def __init__(
        self,
        name: str,
        *,
        velocity: float | None = None,
        acceleration: float | None = None,
        position: float = 0.0,
        units: str = "mm",
        precision: int = 4,
        limits: tuple[float, float] = (-1000.0, 1000.0),
        title: str = "",
    ) -> None:
        super().__init__(name, title=title)
        known: dict[str, Any] = {"units": units, "precision": precision, "low": limits[0], "high": limits[1]}
        self._readback = SoftBackend(float(position), **known)
        self._setpoint = SoftBackend(float(position), **known)
        self.readback = self.add("readback", Signal(self._readback), kind=Kind.HINTED, name=name)
        self.setpoint = self.add("setpoint", Signal(self._setpoint), kind=Kind.NORMAL)
        self._velocity = SoftBackend(
            float(velocity or 0.0), units=f"{units}/s", precision=precision, low=0.0, high=1e6
        )
        self.velocity = self.add("velocity", WritableSignal(self._velocity), kind=Kind.CONFIG)
        self._acceleration = acceleration
        self._lock = threading.RLock()
        self._move: _Move | None = None

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
            if velocity <= 0.0:
                self._readback.publish(target)
                return Status.finished(f"{self.name} moving to {target:g} {units}")
            start = self._readback.sample().value
            self._move = _Move(self, Motion(start, target, velocity, self._acceleration or 10 * velocity))
        return self._move.begin()

    def locate(self) -> Location:
        """Return where it was sent, and where it is."""
        return {"setpoint": self._setpoint.sample().value, "readback": self._readback.sample().value}

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


class _Move:
    """One move of an axis, in ticks of the timer thread."""

    def __init__(self, axis: SoftAxis, motion: Motion) -> None:
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
            self.axis._readback.publish(self.motion.position(elapsed))
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
