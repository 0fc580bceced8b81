"""A beam-position monitor of four electrodes or diodes."""

from __future__ import annotations

import math
from collections.abc import Callable

from acquisition.devices.backends.addresses import backend_at
from acquisition.devices.backends.base import Metadata
from acquisition.devices.component import Kind
from acquisition.devices.errors import WrongValueError
from acquisition.devices.signal import Signal
from acquisition.devices.standard.acquire import AcquireLogic
from acquisition.devices.standard.counting import CountingDevice
from acquisition.devices.standard.derived import DerivedBackend
from acquisition.devices.standard.pv_device import BackendOf

GEOMETRIES = {
    "diamond": (((1,), (0,)), ((3,), (2,))),
    "square": (((1, 3), (0, 2)), ((0, 1), (2, 3))),
}
"""For x and for y: the currents on the positive and on the negative side."""


class BeamPositionMonitor(CountingDevice):
    """Where the beam is, from four currents (Triggerable, Readable, Configurable, Pausable).

    Reads as ``name_x``, ``name_y`` (mm) and ``name_sum`` (A), all hinted, and the four currents.

    ===============================  ======  ====  =======================================================
    PV (names of the quadEM module)  type    unit  meaning
    ===============================  ======  ====  =======================================================
    ``<P>Current1:MeanValue_RBV``    double  A     mean current, left (or top left)
    ``<P>Current2:MeanValue_RBV``    double  A     right (or top right)
    ``<P>Current3:MeanValue_RBV``    double  A     bottom (or bottom left)
    ``<P>Current4:MeanValue_RBV``    double  A     top (or bottom right)
    ``<P>AveragingTime``             double  s     how long a mean takes
    ``<P>Acquire``                   enum          1 begins, answered at the end; 0 breaks off
    ===============================  ======  ====  =======================================================

    Parameters
    ----------
    prefix
        Of the process variables, with its separator.
    geometry
        ``"diamond"``: left, right, bottom, top. ``"square"``: the four quadrants.
    scale_x_mm, scale_y_mm
        Millimetres a unit of difference over sum.
    offset_x_mm, offset_y_mm
        What is taken off the positions.
    """

    def __init__(
        self,
        prefix: str,
        name: str = "",
        *,
        geometry: str = "diamond",
        scale_x_mm: float = 1.0,
        scale_y_mm: float = 1.0,
        offset_x_mm: float = 0.0,
        offset_y_mm: float = 0.0,
        title: str = "",
        backend: BackendOf = backend_at,
    ) -> None:
        super().__init__(prefix, name, title=title, backend=backend)
        self.geometry = geometry
        self.scale_mm = (scale_x_mm, scale_y_mm)
        self.offset_mm = (offset_x_mm, offset_y_mm)
        if geometry not in GEOMETRIES:
            raise WrongValueError(f"{name}: geometry is one of {', '.join(GEOMETRIES)}, not {geometry!r}")
        suffixes = [f"Current{number}:MeanValue_RBV" for number in range(1, 5)]
        currents = [Signal(backend(f"{prefix}{suffix}")) for suffix in suffixes]
        for attr_name, compute, units in (("x", self.x_of, "mm"), ("y", self.y_of, "mm"), ("sum", _sum, "A")):
            self.add(attr_name, _derived(currents, compute, units), kind=Kind.HINTED)
        self.currents = tuple(
            self.add(f"current{number}", current) for number, current in enumerate(currents, 1)
        )
        self.exposure_s = self.writes("exposure_s", "AveragingTime", Kind.CONFIG)
        self.acquire = self.writes("acquire", "Acquire")
        self._logic = AcquireLogic(self.acquire, self.exposure_s)

    def _position(self, axis: int, currents: tuple[float, ...]) -> float:
        """Return scale · (plus - minus) / (plus + minus) - offset; NaN without light."""
        plus, minus = (sum(currents[n] for n in side) for side in GEOMETRIES[self.geometry][axis])
        total = plus + minus
        return self.scale_mm[axis] * (plus - minus) / total - self.offset_mm[axis] if total else math.nan

    def x_of(self, *currents: float) -> float:
        """Return the horizontal position in mm of four currents."""
        return self._position(0, currents)

    def y_of(self, *currents: float) -> float:
        """Return the vertical position in mm of four currents."""
        return self._position(1, currents)


def _sum(*currents: float) -> float:
    return math.fsum(currents)


def _derived(currents: list[Signal], compute: Callable[..., float], units: str) -> Signal:
    described = Metadata("number", (), "<f8", units=units, precision=6)
    return Signal(DerivedBackend([current.backend for current in currents], compute, lambda: described))
