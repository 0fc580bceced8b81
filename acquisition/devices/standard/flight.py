"""What is to happen in flight: frames of a camera, a trajectory of a stage."""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import dataclass, fields
from typing import Any, TypeVar

from acquisition.devices.errors import WrongValueError

PlanT = TypeVar("PlanT")


@dataclass(frozen=True, slots=True)
class FrameSequence:
    """How a camera takes frames on its own.

    ``period_s`` is from frame to frame, None as the camera is set; with ``is_external`` each pulse takes one.
    """

    frames: int
    exposure_s: float | None = None
    period_s: float | None = None
    is_external: bool = False

    def __post_init__(self) -> None:
        if isinstance(self.frames, bool) or not isinstance(self.frames, int) or self.frames < 1:
            raise WrongValueError(f"frames is a whole number from 1, not {self.frames!r}")
        for name in ("exposure_s", "period_s"):
            value = getattr(self, name)
            if value is not None and not (isinstance(value, int | float) and 0 < value < math.inf):
                raise WrongValueError(f"{name} is a number of seconds above 0, not {value!r}")


@dataclass(frozen=True, slots=True)
class Trajectory:
    """A line at constant speed, with a pulse at each of ``points`` positions from ``start`` to ``stop``.

    ``dwell_s`` is the time from pulse to pulse.
    """

    start: float
    stop: float
    points: int
    dwell_s: float

    def __post_init__(self) -> None:
        if isinstance(self.points, bool) or not isinstance(self.points, int) or self.points < 2:
            raise WrongValueError(f"points is a whole number from 2, not {self.points!r}")
        for name in ("start", "stop", "dwell_s"):
            value = getattr(self, name)
            if not isinstance(value, int | float) or not math.isfinite(value):
                raise WrongValueError(f"{name} is a finite number, not {value!r}")
        if self.start == self.stop or self.dwell_s <= 0:
            raise WrongValueError("start and stop differ, and dwell_s is above 0 s")

    @property
    def step(self) -> float:
        """From pulse to pulse, with sign."""
        return (self.stop - self.start) / (self.points - 1)

    @property
    def sign(self) -> float:
        """1 in the direction of larger positions, -1 in the other."""
        return math.copysign(1.0, self.step)

    @property
    def velocity(self) -> float:
        """Speed, without sign, in units of the axis a second."""
        return abs(self.step) / self.dwell_s

    def run_up(self, acceleration_s: float) -> float:
        """Return how far before the start the axis begins, to be at speed one step before the first pulse.

        An axis that gains speed evenly in ``acceleration_s`` has gone half of what it goes at full speed.
        """
        return self.velocity * acceleration_s / 2.0 + abs(self.step)

    @property
    def duration_s(self) -> float:
        """From the first pulse to the last."""
        return self.dwell_s * (self.points - 1)


def plan_of(cls: type[PlanT], value: Any, who: str) -> PlanT:
    """Return a plan that was given as such, or as a mapping of its fields.

    Raises
    ------
    WrongValueError
        Saying who wants what.
    """
    if isinstance(value, cls):
        return value
    names = [field.name for field in fields(cls)]  # type: ignore[arg-type]  # both are dataclasses
    if not isinstance(value, Mapping) or not set(value) <= set(names):
        raise WrongValueError(f"{who} is prepared by {cls.__name__}({', '.join(names)}), not {value!r}")
    try:
        return cls(**value)
    except TypeError as error:
        raise WrongValueError(f"{who} is prepared by {cls.__name__}({', '.join(names)}): {error}") from error
