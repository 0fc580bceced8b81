"""What a flyer is prepared for, as a dry run can tell: how many points, how long, from where to where."""

from __future__ import annotations

import math
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

_POINTS = ("frames", "points", "number_of_events", "num")
_PERIODS = ("period_s", "dwell_s", "period")
_EXPOSURES = ("exposure_s", "livetime")
_DURATIONS = ("time_for_move",)
_STARTS = ("start", "start_position")
_STOPS = ("stop", "end_position")


@dataclass(frozen=True, slots=True)
class Flight:
    """
    What one flight of a device gives.

    Attributes
    ----------
    points : int
        Frames or pulses; 0 if that was not said.
    duration_s : float
        From the first to the last, in seconds; 0 if that was not said.
    line : tuple of float, optional
        First and last position, in the units of the device; None for one that does not move.
    """

    points: int
    duration_s: float
    line: tuple[float, float] | None

    def positions(self, points: int) -> Iterator[float]:
        """Yield the position at each of ``points`` equal steps along the line."""
        if self.line is not None:
            start, stop = self.line
            for number in range(points):
                yield start + (stop - start) * number / max(1, points - 1)


def flight_of(value: Any) -> Flight:
    """
    Read a flight from what ``prepare`` is given: a mapping, or an object with such attributes.

    The names are those of the flights of this project, and of the trigger and of the motor of ophyd-async.

    >>> flight_of({"start": 0, "stop": 4, "points": 5, "dwell_s": 0.5})
    Flight(points=5, duration_s=2.5, line=(0.0, 4.0))
    """
    points = int(_number(value, _POINTS) or 0)
    period = _number(value, _PERIODS) or _number(value, _EXPOSURES) or 0.0
    start, stop = _number(value, _STARTS), _number(value, _STOPS)
    line = None if start is None or stop is None else (start, stop)
    return Flight(max(0, points), max(0.0, _number(value, _DURATIONS) or points * period), line)


def _number(value: Any, names: tuple[str, ...]) -> float | None:
    for name in names:
        found = value.get(name) if isinstance(value, Mapping) else getattr(value, name, None)
        if isinstance(found, int | float) and not isinstance(found, bool) and math.isfinite(found):
            return float(found)
    return None
