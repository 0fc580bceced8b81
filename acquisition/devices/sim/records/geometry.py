"""What a reader of frames must know: where the area detector stands, and in which light."""

from __future__ import annotations

import asyncio
from typing import TYPE_CHECKING

from acquisition.devices.sim.beam.optics import wavelength_angstrom
from acquisition.devices.sim.channels import double
from acquisition.devices.sim.records.fields import Channels, named

if TYPE_CHECKING:
    from acquisition.devices.sim.light_path import LightPath
    from acquisition.devices.sim.stage import Stage

PERIOD_S = 0.2


class GeometryRecord:
    """Calibration of the area detector, as motors and monochromator stand.

    ====================  ====  ==========================================================================
    PV                    unit  meaning
    ====================  ====  ==========================================================================
    ``<P>:distance``      m     from the sample, as in a file .poni
    ``<P>:poni1``         m     point of normal incidence along the rows, from the corner
    ``<P>:poni2``         m     the same along the columns
    ``<P>:beam_row``      px    where the beam would meet the detector
    ``<P>:beam_column``   px    the same along the columns
    ``<P>:pixel``         m     size of a pixel
    ``<P>:wavelength``    m     of the light
    ``<P>:energy``        eV    of the light
    ====================  ====  ==========================================================================
    """

    def __init__(self, stage: Stage, light: LightPath) -> None:
        self._stage, self._light = stage, light
        self.fields = {
            "distance": double(0.0, "m", 6),
            "poni1": double(0.0, "m", 6),
            "poni2": double(0.0, "m", 6),
            "beam_row": double(0.0, "pixel", 2),
            "beam_column": double(0.0, "pixel", 2),
            "pixel": double(0.0, "m", 7),
            "wavelength": double(0.0, "m", 15),
            "energy": double(0.0, "eV", 3),
        }

    def channels(self, prefix: str) -> Channels:
        """Return the channels by PV name."""
        return named(prefix, self.fields, separator=":")

    def _now(self) -> dict[str, float]:
        detector, energy = self._stage.detector(), self._light.energy_ev
        distance, poni1, poni2 = detector.poni()
        return {
            "distance": distance,
            "poni1": poni1,
            "poni2": poni2,
            "beam_row": detector.centre[0],
            "beam_column": detector.centre[1],
            "pixel": detector.pixel_mm * 1e-3,
            "wavelength": wavelength_angstrom(energy) * 1e-10,
            "energy": energy,
        }

    async def run(self) -> None:
        """Follow the motors, for ever; tell only what changed."""
        while True:
            for name, value in self._now().items():
                if self.fields[name].value != value:
                    await self.fields[name].write(value)
            await asyncio.sleep(PERIOD_S)
