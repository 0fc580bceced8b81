"""
Where to go: positions as numbers, without devices.

Positions are made one at a time, so that a trajectory of 10⁹ points takes no more memory than one of ten.
"""

import math
from collections.abc import Iterator, Sequence
from typing import overload

import numpy as np

GOLDEN_ANGLE_DEGREES = 137.508
MOST_SPIRAL_POINTS = 4_000_000
"""Most points that are computed, those outside the box among them: some seconds of work."""


class Linear(Sequence[float]):
    """
    Equally spaced positions from start to stop, both included.

    Parameters
    ----------
    start, stop : float
        First and last position, in the units of the axis.
    num : int
        How many positions, 0 or more.

    Examples
    --------
    >>> list(Linear(0, 1, 5))
    [0.0, 0.25, 0.5, 0.75, 1.0]
    """

    __slots__ = ("_delta", "_step", "num", "start", "stop")

    def __init__(self, start: float, stop: float, num: int) -> None:
        self.num = _whole(num)
        self.start = float(start)
        self.stop = float(stop)
        self._delta = self.stop - self.start
        self._step = self._delta / (self.num - 1) if self.num > 1 else math.nan

    def __len__(self) -> int:
        return self.num

    @overload
    def __getitem__(self, index: int) -> float: ...
    @overload
    def __getitem__(self, index: slice) -> list[float]: ...
    def __getitem__(self, index: int | slice) -> float | list[float]:
        if isinstance(index, slice):
            return [self._at(n) for n in range(self.num)[index]]
        return self._at(range(self.num)[index])

    def __iter__(self) -> Iterator[float]:
        return map(self._at, range(self.num))

    def __repr__(self) -> str:
        return f"{type(self).__name__}({self.start!r}, {self.stop!r}, {self.num})"

    def _at(self, n: int) -> float:
        if n == 0:
            return self.start
        if n == self.num - 1:
            return self.stop
        # A step too small to be a number is replaced by the fraction of the way, as numpy.linspace does.
        offset = n * self._step if self._step else n / (self.num - 1) * self._delta
        return self.start + offset


class Logarithmic(Linear):
    """
    Positions spaced equally in their logarithm, from ``10**start`` to ``10**stop``.

    Parameters
    ----------
    start, stop : float
        Decimal logarithm of the first and last position.
    num : int
        How many positions.

    Examples
    --------
    >>> list(Logarithmic(0, 2, 3))
    [1.0, 10.0, 100.0]
    """

    __slots__ = ()

    def _at(self, n: int) -> float:
        return float(np.power(10.0, super()._at(n)))


def grid_index(point: int, shape: Sequence[int], snaking: Sequence[bool]) -> tuple[int, ...]:
    """
    Give the index on each axis of one point of a grid; the first axis is the slowest.

    A snaking axis goes backwards on each second pass through it.

    Parameters
    ----------
    point : int
        Number of the point, from 0.
    shape : sequence of int
        Number of positions of each axis, the slowest first.
    snaking : sequence of bool
        For each axis, whether it winds to and fro.

    Examples
    --------
    >>> [grid_index(n, (2, 3), (False, True)) for n in range(6)]
    [(0, 0), (0, 1), (0, 2), (1, 2), (1, 1), (1, 0)]
    """
    index = []
    for length, snakes in zip(reversed(shape), reversed(snaking), strict=True):
        point, n = divmod(point, length)
        index.append((point, n, length, snakes))
    return tuple(
        length - 1 - n if snakes and passes % 2 else n for passes, n, length, snakes in reversed(index)
    )


def spiral(
    x_start: float,
    y_start: float,
    x_range: float,
    y_range: float,
    dr: float,
    nth: float,
    *,
    dr_y: float | None = None,
    tilt: float = 0.0,
) -> Iterator[tuple[float, float]]:
    """
    Give the points of rings round a centre that lie in a box.

    Ring k has radius ``k·dr`` and ``int(k·nth)`` points at equal angles, the first on the x axis.

    Parameters
    ----------
    x_start, y_start : float
        Centre, in the units of the axes.
    x_range, y_range : float
        Full width and height of the box.
    dr : float
        Distance of the rings along x (along y too unless ``dr_y`` is given).
    nth : float
        Points of the first ring.
    dr_y : float, optional
        Distance of the rings along y.
    tilt : float
        Shear of the box, in radians.
    """
    _positive(dr=dr, nth=nth)
    aspect = 1.0 if dr_y is None else dr_y / dr
    _positive(dr_y=aspect)
    half_x, half_y = x_range / 2, y_range / (2 * aspect)
    slope = math.tan(tilt + math.pi / 2)
    radii = math.hypot(half_x, half_y) / dr
    _affordable(nth * (radii + 2) * (radii + 2) / 2)  # 1 + 2 + ... + n rings, of nth points for each
    rings = 1 + int(radii)
    for ring in range(1, rings + 2):
        radius = ring * dr
        step = 2 * math.pi / (ring * nth)
        for n in range(int(ring * nth)):
            x = radius * math.cos(n * step)
            y = radius * math.sin(n * step) * aspect
            if abs(x - (y / aspect) / slope) <= half_x and abs(y / aspect) <= half_y:
                yield x_start + x, y_start + y


def spiral_fermat(
    x_start: float,
    y_start: float,
    x_range: float,
    y_range: float,
    dr: float,
    factor: float,
    *,
    dr_y: float | None = None,
    tilt: float = 0.0,
) -> Iterator[tuple[float, float]]:
    """
    Give the points of a Fermat spiral that lie in a box: even cover without lines.

    Point k lies at radius ``√k·dr/factor`` and angle ``k·137.508°``.

    Parameters
    ----------
    x_start, y_start : float
        Centre, in the units of the axes.
    x_range, y_range : float
        Full width and height of the box.
    dr : float
        Step of the radius along x.
    factor : float
        Divides the radius: larger is denser.
    dr_y : float, optional
        Step of the radius along y.
    tilt : float
        Shear of the box, in radians.

    References
    ----------
    H. Vogel, "A better way to construct the sunflower head", Math. Biosci. 44 (1979) 179, eq. 2.
    """
    _positive(dr=dr, factor=factor)
    aspect = 1.0 if dr_y is None else dr_y / dr
    _positive(dr_y=aspect)
    golden = GOLDEN_ANGLE_DEGREES * math.pi / 180
    half_x, half_y = x_range / 2, y_range / (2 * aspect)
    slope = math.tan(tilt + math.pi / 2)
    radii = 1.5 * math.hypot(half_x, half_y) / (dr / factor)
    _affordable(radii * radii)
    last = int(radii * radii)
    for k in range(1, last):
        radius = math.sqrt(k) * dr / factor
        x = radius * math.cos(golden * k)
        y = radius * math.sin(golden * k) * aspect
        if abs(x - (y / aspect) / slope) <= half_x and abs(y) <= half_y:
            yield x_start + x, y_start + y


def spiral_square(
    x_center: float, y_center: float, x_range: float, y_range: float, x_num: int, y_num: int
) -> Iterator[tuple[float, float]]:
    """
    Give the points of a grid from its middle outwards, ring by ring.

    Parameters
    ----------
    x_center, y_center : float
        Middle of the grid, in the units of the axes.
    x_range, y_range : float
        Full width and height of the grid.
    x_num, y_num : int
        Points along x and y, 2 or more each.
    """
    x_num, y_num = _whole(x_num), _whole(y_num)
    if x_num < 2 or y_num < 2:
        raise ValueError(f"a square spiral needs 2 or more points along each axis, not {x_num} x {y_num}")
    _affordable(x_num * y_num)
    # With an even number of points the middle of the grid lies between points: shift by half a step.
    x_offset = 0.5 if x_num % 2 == 0 else 0.0
    y_offset = -0.5 if y_num % 2 == 0 else 0.0
    x_delta, y_delta = x_range / (x_num - 1), y_range / (y_num - 1)
    columns, rows = _cells(x_num, x_offset), _cells(y_num, y_offset)
    for column, row in _square_rings(columns, rows):
        yield (
            x_center - x_delta * x_offset + x_delta * column,
            y_center - y_delta * y_offset + y_delta * row,
        )


def _cells(count: int, offset: float) -> range:
    """Give the numbers of cells that lie less than half of the count from the middle."""
    return range(math.floor(offset - count / 2) + 1, math.ceil(offset + count / 2))


def _square_rings(columns: range, rows: range) -> Iterator[tuple[int, int]]:
    """Walk the cells round (0, 0): each ring down its right side, then bottom, left, and top."""
    yield 0, 0
    for edge in range(1, max(len(columns), len(rows))):
        falling = range(edge - 1, -edge - 1, -1)
        rising = range(-edge + 1, edge + 1)
        if edge in columns:
            yield from ((edge, row) for row in _clipped(falling, rows))
        if -edge in rows:
            yield from ((column, -edge) for column in _clipped(falling, columns))
        if -edge in columns:
            yield from ((-edge, row) for row in _clipped(rising, rows))
        if edge in rows:
            yield from ((column, edge) for column in _clipped(rising, columns))


def _clipped(walk: range, allowed: range) -> range:
    """Leave the steps of a walk out that lead outside."""
    if walk.step < 0:
        return range(min(walk.start, allowed[-1]), max(walk.stop, allowed[0] - 1), -1)
    return range(max(walk.start, allowed[0]), min(walk.stop, allowed[-1] + 1))


def _whole(num: float) -> int:
    if isinstance(num, bool) or not float(num).is_integer() or num < 0:
        raise ValueError(f"num counts points, so it is a whole number, 0 or more, and not {num!r}")
    return int(num)


def _affordable(points: float) -> None:
    if not points <= MOST_SPIRAL_POINTS:
        raise ValueError(
            f"the spiral would have about {points:.3g} points, and at most {MOST_SPIRAL_POINTS} are "
            "allowed: take fewer points, a larger dr or a smaller range"
        )


def _positive(**numbers: float) -> None:
    for name, number in numbers.items():
        if not number > 0:
            raise ValueError(f"{name} must be more than 0, not {number!r}")
