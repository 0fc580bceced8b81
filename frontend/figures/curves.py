"""One signal over one axis, ready to be measured: paired, normalised, in order; and what its peak is like."""

from collections.abc import Iterable
from dataclasses import dataclass
from math import isfinite
from typing import Any

import numpy as np

from frontend.figures.numbers import as_numbers
from frontend.figures.thinning import Values


@dataclass(frozen=True, slots=True)
class Curve:
    """Points with both x and y, x ascending, each x once."""

    x: Values
    y: Values
    dropped: int = 0
    """Points left out: without a number, or with a monitor of nought."""


@dataclass(frozen=True, slots=True)
class Peak:
    """What the highest point and its sides say, in the units of the axes.

    ``fwhm`` and ``centre`` (the middle between the half heights) are None where a side never falls below
    half, and where fewer than three points stand above it: that may be noise.
    """

    max_x: float
    max_y: float
    min_y: float
    centre_of_mass: float
    fwhm: float | None
    centre: float | None


def curve(
    x: Iterable[Any], y: Iterable[Any], *, monitor: Iterable[Any] | None = None, derivative: bool = False
) -> Curve:
    """Pair two columns as they are stored.

    Parameters
    ----------
    x, y
        Columns of one length; what is no finite number is left out.
    monitor
        Divide y by it and multiply by its mean, so that the unit stays; points where it is 0 are left out.
    derivative
        Take the slope dy/dx at the middle between neighbours instead of y.

    Examples
    --------
    >>> curve([2, 1, None], [4.0, 3.0, 9.0]).y.tolist()
    [3.0, 4.0]
    """
    across, values = as_numbers(x), as_numbers(y)
    if monitor is not None:
        values = normalised(values, as_numbers(monitor))
    usable = np.isfinite(across) & np.isfinite(values)
    made = _ascending(across[usable], values[usable])
    dropped = len(across) - int(usable.sum())
    return Curve(*(slope(*made) if derivative else made), dropped=dropped)


def within(points: Curve, low: float | None, high: float | None) -> Curve:
    """Keep the points with x from `low` to `high`; None leaves an end open."""
    kept = np.ones(len(points.x), dtype=bool)
    if low is not None:
        kept &= points.x >= low
    if high is not None:
        kept &= points.x <= high
    return Curve(points.x[kept], points.y[kept], points.dropped)


def normalised(values: Values, monitor: Values) -> Values:
    """Divide by a monitor and multiply by its mean; NaN where the monitor is 0 or no number."""
    usable = np.isfinite(monitor) & (monitor != 0)
    if not usable.any():
        return np.full(len(values), np.nan)
    ratio = np.full(len(values), np.nan)
    with np.errstate(all="ignore"):
        ratio[usable] = values[usable] / monitor[usable] * monitor[usable].mean()
    return ratio


def slope(x: Values, y: Values) -> tuple[Values, Values]:
    """Give the slope between neighbours of different x, at the middle between them."""
    with np.errstate(all="ignore"):
        middle, rise = x[:-1] + np.diff(x) / 2, np.diff(y) / np.diff(x)
    usable = np.isfinite(middle) & np.isfinite(rise)
    return middle[usable], rise[usable]


def peak(points: Curve) -> Peak | None:
    """Describe the highest peak; None with fewer than three points or a flat line."""
    x, y = points.x, points.y
    if len(x) < 3 or not y.max() > y.min():
        return None
    with np.errstate(all="ignore"):
        found = _peak(x, y)
    return found if all(map(isfinite, (found.centre_of_mass, found.fwhm or 0, found.centre or 0))) else None


def _peak(x: Values, y: Values) -> Peak:
    top = int(y.argmax())
    low, high = float(y.min()), float(y.max())
    half = low + (high - low) / 2
    left, right = _side(x, y, top, half, -1), _side(x, y, top, half, 1)
    weight = (y - low) / (high - low)
    whole = left is not None and right is not None and int((y >= half).sum()) >= 3
    return Peak(
        max_x=float(x[top]),
        max_y=high,
        min_y=low,
        centre_of_mass=float((x * weight).sum() / weight.sum()),
        fwhm=right - left if whole and left is not None and right is not None else None,
        centre=(left + right) / 2 if whole and left is not None and right is not None else None,
    )


def _side(x: Values, y: Values, top: int, half: float, step: int) -> float | None:
    """Give where the line through the points reaches `half`, going from the top to one side."""
    here = top
    while 0 <= here + step < len(x):
        there = here + step
        if y[there] <= half:
            share = 0.5 if y[there] == y[here] else (half - y[here]) / (y[there] - y[here])
            return float(x[here] + share * (x[there] - x[here]))
        here = there
    return None


def _ascending(x: Values, y: Values) -> tuple[Values, Values]:
    """Sort by x and take the mean where one x comes more than once."""
    places, which, counts = np.unique(x, return_inverse=True, return_counts=True)
    return places, np.bincount(which, weights=y, minlength=len(places)) / np.maximum(counts, 1)
