"""What a small beamline does, as plain functions of time and position."""

from __future__ import annotations

import math
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray


@dataclass(frozen=True, slots=True)
class Motion:
    """A move from ``start`` to ``target`` with limited speed and acceleration.

    With distance d, speed v and acceleration a, the axis needs v/a to reach its speed, and travels v²/2a in
    that time. Where d < v²/a it never does: it accelerates over d/2 and brakes over the rest, and its top
    speed is √(d a). So with u = min(v, √(d a)) every move lasts d/u + u/a.

    Parameters
    ----------
    start, target
        Positions, in any unit.
    velocity, acceleration
        Positive, in that unit per second and per second squared.
    """

    start: float
    target: float
    velocity: float
    acceleration: float

    @property
    def distance(self) -> float:
        """How far, without sign."""
        return abs(self.target - self.start)

    @property
    def top_speed(self) -> float:
        """The speed that is reached."""
        return min(self.velocity, math.sqrt(self.distance * self.acceleration))

    @property
    def duration_s(self) -> float:
        """How long it takes."""
        if self.top_speed == 0.0:  # no way to go, or less than floats can tell
            return 0.0
        return self.distance / self.top_speed + self.top_speed / self.acceleration

    def position(self, elapsed_s: float) -> float:
        """Return where the axis is after ``elapsed_s`` seconds."""
        if elapsed_s <= 0.0:
            return self.start
        if elapsed_s >= self.duration_s:
            return self.target
        ramp_s = self.top_speed / self.acceleration
        left_s = self.duration_s - elapsed_s
        if elapsed_s < ramp_s:
            travelled = 0.5 * self.acceleration * elapsed_s**2
        elif left_s < ramp_s:
            travelled = self.distance - 0.5 * self.acceleration * left_s**2
        else:
            travelled = self.top_speed * (elapsed_s - 0.5 * ramp_s)
        return self.start + math.copysign(travelled, self.target - self.start)


def gaussian(x: float, centre: float, sigma: float) -> float:
    """Return a gaussian of height 1."""
    return math.exp(-0.5 * ((x - centre) / sigma) ** 2)


@dataclass(frozen=True, slots=True)
class Sample:
    """A sample in a beam: how much light comes through, and where it falls on a camera.

    The rate has its maximum at (``x_mm``, ``y_mm``) and changes slowly with the angle.
    """

    x_mm: float = 1.2
    y_mm: float = -0.5
    sigma_x_mm: float = 0.6
    sigma_y_mm: float = 0.8
    peak_rate: float = 50_000.0
    background_rate: float = 200.0
    dark_rate: float = 20.0
    full_current_ma: float = 300.0

    def rate(self, x_mm: float, y_mm: float, theta_deg: float, current_ma: float, is_open: bool) -> float:
        """Return the counts per second of a point detector."""
        if not is_open:
            return self.dark_rate
        peak = gaussian(x_mm, self.x_mm, self.sigma_x_mm) * gaussian(y_mm, self.y_mm, self.sigma_y_mm)
        tilt = 0.75 + 0.25 * math.cos(math.radians(theta_deg))
        beam = current_ma / self.full_current_ma
        return self.dark_rate + beam * (self.background_rate + self.peak_rate * tilt * peak)

    def spot(
        self,
        x_mm: float,
        y_mm: float,
        theta_deg: float,
        current_ma: float,
        is_open: bool,
        *,
        shape: tuple[int, int],
    ) -> NDArray[np.float64]:
        """Return the mean rate of each pixel in counts per second, shape (rows, columns).

        The spot moves over the camera with x and y, turns with theta, and is as bright as ``rate``.
        """
        rows, columns = shape
        dark = np.full(shape, 5.0)
        if not is_open:
            return dark
        row, column = np.mgrid[0:rows, 0:columns].astype(np.float64)
        u = column - (columns / 2 + 6.0 * (x_mm - self.x_mm))
        v = row - (rows / 2 + 6.0 * (y_mm - self.y_mm))
        angle = math.radians(theta_deg)
        along = u * math.cos(angle) + v * math.sin(angle)
        across = v * math.cos(angle) - u * math.sin(angle)
        brightness = self.rate(x_mm, y_mm, theta_deg, current_ma, is_open) / self.peak_rate
        spot: NDArray[np.float64] = dark + 6000.0 * brightness * np.exp(
            -0.5 * ((along / 12.0) ** 2 + (across / 6.0) ** 2)
        )
        return spot
