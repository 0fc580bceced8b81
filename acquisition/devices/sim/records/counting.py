"""Ion chambers, a beam-position monitor and a scaler: what turns light into numbers."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Sequence
from dataclasses import dataclass

import numpy as np

from acquisition.devices.sim.beam.absorption import ELECTRON_C
from acquisition.devices.sim.channels import Enum, Integer, String, double
from acquisition.devices.sim.records.exposure import Exposure
from acquisition.devices.sim.records.fields import Channels, choice, command, label, named, setting

RANGES = {"2 nA": 2e-9, "20 nA": 2e-8, "200 nA": 2e-7, "2 uA": 2e-6, "20 uA": 2e-5}
FULL_SCALE_HZ = 1e6
CLOCK_HZ = 1e7
CHANNELS = 32
DARK_SHARE = 1e-5


class IonChamberRecord:
    """The mean current of a chamber behind an amplifier with ranges.

    The amplifier has a dark current of 1e-5 of full scale, and cannot give more than full scale. The noise
    is that of the electrons, I e/t in variance, and 2e-6 of full scale.

    References
    ----------
    Schottky, Ann. Phys. 362 (1918) 541: shot noise.
    """

    def __init__(self, current_a: Callable[[], float], rng: np.random.Generator, scale: str) -> None:
        self._current_a, self._rng = current_a, rng
        self._exposure = Exposure()
        self.current = double(0.0, "A", 3)
        self.exposure = setting(0.1, "s", 3, 0.001, 60.0)
        self.range = choice(scale, list(RANGES))
        self.acquire = command(self._acquire)
        self.busy = Enum(value="idle", enum_strings=["idle", "acquiring"])

    def channels(self, prefix: str) -> Channels:
        """Return the channels by PV name."""
        fields = ("current", "exposure", "range", "acquire", "busy")
        return named(prefix, {name: getattr(self, name) for name in fields}, separator=":")

    @property
    def full_scale_a(self) -> float:
        """Full scale of the amplifier."""
        return RANGES[str(self.range.value)]

    def mean_a(self) -> float:
        """Return what the amplifier would show without noise."""
        return min(self._current_a() + DARK_SHARE * self.full_scale_a, self.full_scale_a)

    async def _acquire(self, value: int) -> None:
        if not value:
            self._exposure.break_off()
            return
        seconds = await self._exposure.last(float(self.exposure.value))
        mean = self.mean_a()
        noise = float(self._rng.normal()) * (mean * ELECTRON_C / max(seconds, 1e-6)) ** 0.5
        await self.current.write(mean + noise + 2e-6 * self.full_scale_a * float(self._rng.normal()))
        await self.acquire.write(0)


class BeamPositionRecord:
    """Four currents that tell where the beam is, left, right, bottom and top, in the names of a quadEM."""

    def __init__(self, beam: Callable[[], tuple[float, float, float]], rng: np.random.Generator) -> None:
        self._beam, self._rng = beam, rng
        self._exposure = Exposure()
        self.means = [double(0.0, "A", 3) for _ in range(4)]
        self.averaging = setting(0.1, "s", 3, 0.001, 60.0)
        self.acquire = choice("Done", ["Done", "Acquire"], self._acquire)

    def channels(self, prefix: str) -> Channels:
        """Return the channels by PV name."""
        currents = {f"{prefix}Current{n}:MeanValue_RBV": mean for n, mean in enumerate(self.means, 1)}
        return {**currents, f"{prefix}AveragingTime": self.averaging, f"{prefix}Acquire": self.acquire}

    async def _acquire(self, word: str) -> None:
        if word == "Done":
            self._exposure.break_off()
            return
        await self._exposure.last(float(self.averaging.value))
        await self.show()
        await self.acquire.write("Done")

    async def show(self) -> None:
        """Take the currents: a pair shares half of the light, difference over sum is mm, within ±1 mm."""
        total, x_mm, y_mm = self._beam()
        for mean, side in zip(self.means, (-x_mm, x_mm, -y_mm, y_mm), strict=True):
            share = 0.25 * (1.0 + max(-1.0, min(1.0, side)))
            await mean.write(total * share * (1.0 + 1e-4 * float(self._rng.normal())))


@dataclass(frozen=True, slots=True)
class ScalerInput:
    """What is plugged in: its label, and the pulses a second that come now."""

    label: str
    rate: Callable[[], float]


class ScalerRecord:
    """A scaler record: channel 1 counts the clock, the others count pulses with Poisson noise.

    References
    ----------
    scalerRecord.html of the EPICS module std: fields.
    """

    def __init__(self, inputs: Sequence[ScalerInput], rng: np.random.Generator) -> None:
        self._inputs, self._rng = inputs, rng
        self._exposure = Exposure()
        self._auto: asyncio.Task[None] | None = None
        names = ["clock", *(entry.label for entry in inputs)]
        self.fields: Channels = {
            "CNT": choice("Done", ["Done", "Count"], self._count),
            "CONT": choice("OneShot", ["OneShot", "AutoCount"], self._auto_count),
            "TP": setting(0.1, "s", 3, 0.001, 3600.0),
            "TP1": setting(1.0, "s", 3, 0.05, 3600.0),
            "T": double(0.0, "s", 3),
            "FREQ": setting(CLOCK_HZ, "Hz", 0),
            "DLY": setting(0.0, "s"),
            "DLY1": setting(0.0, "s"),
            "RATE": setting(10.0, "Hz", 1),
            "RAT1": setting(1.0, "Hz", 1),
            "NCH": Integer(value=CHANNELS),
            "EGU": label("counts"),
            "RTYP": String(value="scaler"),
        }
        for number in range(1, CHANNELS + 1):
            self.fields[f"S{number}"] = Integer(value=0, units="counts")
            self.fields[f"NM{number}"] = label(names[number - 1] if number <= len(names) else "")
            self.fields[f"PR{number}"] = command(_kept)
            self.fields[f"G{number}"] = choice("Y" if number == 1 else "N", ["N", "Y"])

    def channels(self, prefix: str) -> Channels:
        """Return the fields by PV name."""
        return {**named(prefix, self.fields), prefix: self.fields["CNT"]}

    async def _count(self, word: str) -> None:
        if word == "Done":
            self._exposure.break_off()
            return
        await self._take(float(self.fields["TP"].value))
        await self.fields["CNT"].write("Done")

    async def _take(self, seconds: float) -> None:
        counted_s = await self._exposure.last(seconds)
        await self.fields["T"].write(counted_s)
        await self.fields["S1"].write(round(counted_s * CLOCK_HZ))
        for number, entry in enumerate(self._inputs, 2):
            await self.fields[f"S{number}"].write(int(self._rng.poisson(max(entry.rate(), 0.0) * counted_s)))

    async def _auto_count(self, word: str) -> None:
        if word == "AutoCount" and self._auto is None:
            self._auto = asyncio.create_task(self._count_on())
        elif word == "OneShot" and self._auto is not None:
            self._auto.cancel()
            self._auto = None

    async def _count_on(self) -> None:
        while True:
            if self._exposure.is_going_on:
                await asyncio.sleep(0.1)
            else:
                await self._take(float(self.fields["TP1"].value))


async def _kept(_: int) -> None:
    """Keep the value, as a preset that is not used."""
