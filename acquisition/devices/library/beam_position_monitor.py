"""A beam-position monitor of four electrodes or diodes."""

from __future__ import annotations

from acquisition.devices.backends.channel_access import ChannelAccessBackend
from acquisition.devices.component import Kind
from acquisition.devices.standard.acquire import AcquireLogic
from acquisition.devices.standard.pv_device import BackendOf, PvDevice


class BeamPositionMonitor(PvDevice):
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
        backend: BackendOf = ChannelAccessBackend,
    ) -> None:
        super().__init__(prefix, name, title=title, backend=backend)
        self.geometry = geometry
        self.scale_mm = (scale_x_mm, scale_y_mm)
        self.offset_mm = (offset_x_mm, offset_y_mm)
        self.currents = tuple(
            self.reads(f"current{number}", f"Current{number}:MeanValue_RBV") for number in range(1, 5)
        )
        self.exposure_s = self.writes("exposure_s", "AveragingTime", Kind.CONFIG)
        self.acquire = self.writes("acquire", "Acquire")
        self._logic = AcquireLogic(self.acquire, self.exposure_s)
