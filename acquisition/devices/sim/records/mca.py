"""An mca record: the spectrum of an energy-dispersive detector."""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping

import numpy as np
from numpy.typing import NDArray

from acquisition.devices.sim.beam.fluorescence import CHANNELS, EV_PER_CHANNEL, LINES, window
from acquisition.devices.sim.channels import Double, Integer, String, double
from acquisition.devices.sim.records.exposure import Exposure
from acquisition.devices.sim.records.fields import Channels, choice, label, named, setting

REGIONS = 32
DEAD_TIME_S = 1e-6
ELEMENTS: tuple[str, ...] = tuple(LINES)


class McaRecord:
    """Erase, start, stop; presets of real and live time; regions 0 to 5 are the Kα lines of the elements.

    While it is busy with a photon it does not see the next: live/real = exp(-rτ) of a paralysable system.

    References
    ----------
    mcaRecord.html of the EPICS module mca: fields. Knoll, Radiation Detection and Measurement, 4th ed.
    (2010), section 4.7.
    """

    def __init__(self, rates: Callable[[], NDArray[np.float64]], rng: np.random.Generator) -> None:
        self._rates, self._rng = rates, rng
        self._exposure = Exposure()
        self._counts = np.zeros(CHANNELS, dtype=np.int64)
        self.fields: Channels = {
            "VAL": Integer(value=[0] * CHANNELS, max_length=CHANNELS, units="counts"),
            "BG": Integer(value=[0] * CHANNELS, max_length=CHANNELS),
            "ERST": choice("Done", ["Done", "Acquire"], self._erase_start),
            "STRT": choice("Done", ["Done", "Acquire"], self._start),
            "STOP": choice("Done", ["Done", "Stop"], self._stop),
            "ERAS": choice("Done", ["Done", "Erase"], self._erase),
            "ACQG": choice("Done", ["Done", "Acquiring"]),
            "MODE": choice("PHA", ["PHA", "MCS", "List"]),
            "PRTM": setting(0.5, "s", 3, 0.0, 3600.0),
            "PLTM": setting(0.0, "s", 3, 0.0, 3600.0),
            "ERTM": double(0.0, "s", 3),
            "ELTM": double(0.0, "s", 3),
            "DTIM": double(0.0, "%", 2),
            "NUSE": Integer(value=CHANNELS),
            "NMAX": Integer(value=CHANNELS),
            "CALO": double(0.0, "keV", 5),
            "CALS": double(EV_PER_CHANNEL / 1000.0, "keV", 5),
            "CALQ": double(0.0, "keV", 5),
            "EGU": label("keV"),
            "RTYP": String(value="mca"),
        }
        for number in range(REGIONS):
            self.fields.update(_region(number))

    def channels(self, prefix: str) -> Channels:
        """Return the fields by PV name."""
        return {**named(prefix, self.fields), prefix: self.fields["VAL"]}

    async def _erase(self, word: str) -> None:
        if word == "Done":
            return
        self._counts[:] = 0
        await self._show(0.0, 0.0)
        await self.fields["ERAS"].write("Done")

    async def _erase_start(self, word: str) -> None:
        if word == "Done":
            return
        try:
            if not self._exposure.is_going_on:
                await self._erase("Erase")
            await self._acquire()
        finally:
            await self.fields["ERST"].write("Done")

    async def _start(self, word: str) -> None:
        if word == "Done":
            return
        try:
            await self._acquire()
        finally:
            await self.fields["STRT"].write("Done")

    async def _stop(self, word: str) -> None:
        if word != "Done":
            self._exposure.break_off()
            await self.fields["STOP"].write("Done")

    async def _acquire(self) -> None:
        live_share = math.exp(-float(self._rates().sum()) * DEAD_TIME_S)
        real_s, live_s = float(self.fields["PRTM"].value), float(self.fields["PLTM"].value)
        presets = [*([real_s] if real_s else []), *([live_s / live_share] if live_s else [])]
        if not self._exposure.is_going_on:
            await self.fields["ACQG"].write("Acquiring")
        passed_s = await self._exposure.last(min(presets, default=3600.0))
        self._counts += self._rng.poisson(self._rates() * (passed_s * live_share))
        elapsed, live = (float(self.fields[name].value) for name in ("ERTM", "ELTM"))
        await self._show(elapsed + passed_s, live + passed_s * live_share)
        await self.fields["ACQG"].write("Done")

    async def _show(self, real_s: float, live_s: float) -> None:
        values: Mapping[str, Double] = self.fields
        await values["ERTM"].write(real_s)
        await values["ELTM"].write(live_s)
        await values["DTIM"].write(100.0 * (1.0 - live_s / real_s) if real_s else 0.0)
        await values["VAL"].write(self._counts.tolist())
        for number in range(REGIONS):
            low, high = (int(self.fields[f"R{number}{end}"].value) for end in ("LO", "HI"))
            if 0 <= low <= high < CHANNELS:
                await values[f"R{number}"].write(float(self._counts[low : high + 1].sum()))


def _region(number: int) -> Channels:
    element = ELEMENTS[number] if number < len(ELEMENTS) else ""
    low, high = window(LINES[element].alpha_ev) if element else (-1, -1)
    return {
        f"R{number}": double(0.0, "counts", 0),
        f"R{number}N": double(0.0, "counts", 0),
        f"R{number}P": setting(0.0, "counts", 0),
        f"R{number}IP": choice("No", ["No", "Yes"]),
        f"R{number}BG": setting(-1.0, "", 0),
        f"R{number}LO": setting(low, "", 0),
        f"R{number}HI": setting(high, "", 0),
        f"R{number}NM": label(f"{element} Ka" if element else ""),
    }
