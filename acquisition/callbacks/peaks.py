"""Where a peak is, and how wide."""

from dataclasses import dataclass, fields
from typing import Any

import numpy as np
from numpy.typing import ArrayLike, NDArray

from acquisition.callbacks.collecting import CollectThenCompute

Floats = NDArray[np.float64]


@dataclass(frozen=True, slots=True)
class PeakFigures:
    """
    Figures of one curve, in the units of its axes.

    Attributes
    ----------
    min, max : (float, float)
        Position and value of the lowest and the highest point.
    com : float
        Centre of mass: the position, interpolated, at the mean index weighted by the values.
    cen : float, optional
        Mean of the crossings.
    crossings : array of float
        Positions where the curve crosses the middle between its lowest and highest value.
    fwhm : float, optional
        Distance of the first and the last crossing; None if there are fewer than two.
    background : (float, float), optional
        Slope and offset of the straight background that was taken off.
    """

    min: tuple[float, float]
    max: tuple[float, float]
    com: float
    cen: float | None
    crossings: Floats
    fwhm: float | None
    background: tuple[float, float] | None


def peak_figures(x: ArrayLike, y: ArrayLike, *, edge_count: int | None = None) -> PeakFigures | None:
    """
    Measure a peak.

    Parameters
    ----------
    x, y : array_like of float, shape (n,)
        Positions and values.
    edge_count : int, optional
        Take a straight line through the means of so many points at each end off the values first.

    Returns
    -------
    PeakFigures, or None without points
    """
    positions, values = np.asarray(x, dtype=float), np.asarray(y, dtype=float)
    if positions.size == 0:
        return None
    background = _background(positions, values, edge_count) if edge_count else None
    above = values if background is None else values - (background[0] * positions + background[1])
    crossings = _crossings(positions, above, (above.max() + above.min()) / 2)
    lowest, highest = int(above.argmin()), int(above.argmax())
    return PeakFigures(
        min=(float(positions[lowest]), float(values[lowest])),
        max=(float(positions[highest]), float(values[highest])),
        com=_centre_of_mass(positions, above),
        cen=float(crossings.mean()) if crossings.size else None,
        crossings=crossings,
        fwhm=float(abs(crossings[-1] - crossings[0])) if crossings.size >= 2 else None,
        background=background,
    )


def _background(x: Floats, y: Floats, count: int) -> tuple[float, float]:
    left, right = x[:count].mean(), x[-count:].mean()
    if left == right:
        return 0.0, float(y.mean())
    slope = float((y[-count:].mean() - y[:count].mean()) / (right - left))
    return slope, float(y[:count].mean() - slope * left)


def _centre_of_mass(x: Floats, y: Floats) -> float:
    total = y.sum()
    if total == 0:
        return float("nan")
    index = np.arange(x.size)
    return float(np.interp((index * y).sum() / total, index, x))


def _crossings(x: Floats, y: Floats, level: float) -> Floats:
    """Interpolate between neighbours on both sides of the level."""
    before = np.flatnonzero(np.diff((y > level).astype(int)))
    rise = y[before + 1] - y[before]
    return x[before] + (level - y[before]) / rise * (x[before + 1] - x[before])


class PeakStats(CollectThenCompute):
    """
    Measures the peak of one field over another at the end of each run.

    Parameters
    ----------
    x, y : str
        Data keys of the position and the value.
    edge_count : int, optional
        Points at each end that make a straight background; see :func:`peak_figures`.
    calc_derivative_and_stats : bool
        Measure the differences of neighbouring values, too.

    Attributes
    ----------
    stats, derivative_stats : PeakFigures, optional
        Of the last run. The figures of ``stats`` are attributes and keys, too: ``peaks.fwhm``,
        ``peaks["com"]``.
    x_data, y_data : array of float
        What was measured.
    """

    def __init__(
        self, x: str, y: str, *, edge_count: int | None = None, calc_derivative_and_stats: bool = False
    ) -> None:
        self.x = x
        self.y = y
        self._edge_count = edge_count
        self._derivative_wanted = calc_derivative_and_stats
        super().__init__()

    def reset(self) -> None:
        """Forget the run and its figures."""
        super().reset()
        self.stats: PeakFigures | None = None
        self.derivative_stats: PeakFigures | None = None
        self.x_data: Floats = np.empty(0)
        self.y_data: Floats = np.empty(0)

    def __getattr__(self, name: str) -> Any:
        if name in _FIGURES:
            return None if self.stats is None else getattr(self.stats, name)
        raise AttributeError(f"{type(self).__name__} has no {name}")

    def __getitem__(self, key: str) -> Any:
        if key in _FIGURES or key in {"x", "y", "stats", "derivative_stats"}:
            return getattr(self, key)
        raise KeyError(f"no figure is called {key!r}: there are {', '.join(sorted(_FIGURES))}")

    def __repr__(self) -> str:
        return f"{type(self).__name__}({self.x!r}, {self.y!r}, stats={self.stats})"

    def compute(self) -> None:
        """Measure what was kept."""
        points = [event["data"] for event in self._events if {self.x, self.y} <= event["data"].keys()]
        self.x_data = np.array([point[self.x] for point in points], dtype=float)
        self.y_data = np.array([point[self.y] for point in points], dtype=float)
        self.stats = peak_figures(self.x_data, self.y_data, edge_count=self._edge_count)
        if self._derivative_wanted and self.x_data.size > 1:
            self.derivative_stats = peak_figures(
                self.x_data[1:], np.diff(self.y_data), edge_count=self._edge_count
            )


_FIGURES = frozenset(field.name for field in fields(PeakFigures))
