"""A camera of the areaDetector module: driver, statistics and file plug-in."""

from __future__ import annotations

import asyncio
import math
import time
from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from acquisition.devices.sim.beam.detection import PixelNoise
from acquisition.devices.sim.channels import Integer, double, text
from acquisition.devices.sim.records.fields import (
    Channels,
    choice,
    choice_pair,
    count_pair,
    number_pair,
    told,
)
from acquisition.devices.sim.records.file_plugin import FilePlugin
from acquisition.devices.sim.records.view import Look, View

STATES = (
    *("Idle", "Acquire", "Readout", "Correct", "Saving"),
    *("Aborting", "Error", "Waiting", "Initializing", "Disconnected", "Aborted"),
)
DATA_TYPES = (
    *("Int8", "UInt8", "Int16", "UInt16", "Int32"),
    *("UInt32", "Int64", "UInt64", "Float32", "Float64"),
)
COLOURS = ("Mono", "Bayer", "RGB1", "RGB2", "RGB3", "YUV444", "YUV422", "YUV421")
READOUT_S = 0.001
BATCH = 16
PULSE_CHECK_S = 0.01
Frame = NDArray[np.uint16]


class CameraRecord:
    """Takes frames on its own clock or one a pulse, makes statistics, and streams them into files.

    A frame shows what was there in the middle of its exposure and carries that time, however late it is
    computed: nothing is lost while the machine is busy. Between two exposures 1 ms is needed to read out.
    Pixels saturate at 65535.

    References
    ----------
    ADDriver.html, NDPluginStats.html of areaDetector ADCore: names of the process variables.
    """

    def __init__(
        self, look: Look, shape: tuple[int, int], rng: np.random.Generator, noise: PixelNoise, folder: Path
    ) -> None:
        self._look, self._rng, self._noise = look, rng, noise
        self.shape = shape
        self.file = FilePlugin(folder, shape)
        self._pulses: asyncio.Queue[float] | None = None
        self._stop = asyncio.Event()
        self._writer = ThreadPoolExecutor(max_workers=1, thread_name_prefix="frames")
        self.acquire = choice("Done", ["Done", "Acquire"], self._acquire)
        self.acquiring = told("Done", ["Done", "Acquire"])
        self.state = told("Idle", STATES)
        self.counter = Integer(value=0)
        self.total = double(0.0, "counts", 0)
        self.maximum = double(0.0, "counts", 0)
        self.mean = double(0.0, "counts", 3)
        self.settings: Channels = {
            **number_pair("AcquireTime", 0.1, "s"),
            **number_pair("AcquirePeriod", 0.1, "s"),
            **count_pair("NumImages", 1),
            **choice_pair("ImageMode", "Single", ("Single", "Multiple", "Continuous")),
            **choice_pair("TriggerMode", "Internal", ("Internal", "External")),
            **choice_pair("WaitForPlugins", "Yes", ("No", "Yes")),
            **count_pair("ArrayCounter", 0),
            **text_pair_of("NDAttributesFile"),
        }

    def channels(self, prefix: str) -> Channels:
        """Return the channels by PV name."""
        driver: Channels = {
            **self.settings,
            "Acquire": self.acquire,
            "Acquire_RBV": self.acquiring,
            "DetectorState_RBV": self.state,
            "NumImagesCounter_RBV": self.counter,
            **_sizes("XYZ", self.shape),
            **_sizes("012", self.shape),
            "DataType_RBV": told("UInt16", DATA_TYPES),
            "ColorMode_RBV": told("Mono", COLOURS),
            "PortName_RBV": text("CAM"),
            "UniqueId_RBV": self.counter,
            "Manufacturer_RBV": text("Beamport"),
            "Model_RBV": text("simulated camera"),
            "SerialNumber_RBV": text("1"),
            "SDKVersion_RBV": text("1"),
            "FirmwareVersion_RBV": text("1"),
            "ADCoreVersion_RBV": text("3.13.0"),
            "DriverVersion_RBV": text("1.0.0"),
        }
        found = {f"{prefix}cam1:{name}": channel for name, channel in driver.items()}
        found.update(_plugin(f"{prefix}HDF1:", self.shape))
        found.update(self.file.channels(f"{prefix}HDF1:"))
        stats = {"Total_RBV": self.total, "MaxValue_RBV": self.maximum, "MeanValue_RBV": self.mean}
        return {**found, **{f"{prefix}Stats1:{name}": channel for name, channel in stats.items()}}

    def _number(self, name: str) -> float:
        return float(self.settings[name].value)

    @property
    def exposure_s(self) -> float:
        """How long a frame is exposed; at least 10 µs."""
        return max(self._number("AcquireTime"), 1e-5)

    def _wanted(self) -> float:
        mode = self.settings["ImageMode"].value
        if mode == "Single":
            return 1
        return math.inf if mode == "Continuous" else max(int(self._number("NumImages")), 1)

    async def _acquire(self, word: str) -> None:
        """Acquire, answered at the end; 0 ends it early."""
        if word == "Done":
            self._stop.set()
            return
        if self.state.value == "Acquire":
            raise RuntimeError("an acquisition is going on")
        self._stop.clear()
        await self.counter.write(0)
        await self.state.write("Acquire")
        await self.acquiring.write("Acquire")
        try:
            if self.settings["TriggerMode"].value == "External":
                await self._take_pulses(self._wanted())
            else:
                await self._take_on_clock(self._wanted())
        finally:
            await self.state.write("Idle")
            await self.acquire.write("Done")
            await self.acquiring.write("Done")

    async def _take_on_clock(self, wanted: float) -> None:
        exposure_s = self.exposure_s
        period_s = max(self._number("AcquirePeriod"), exposure_s + READOUT_S)
        begun, taken = time.monotonic(), 0
        while taken < wanted and not self._stop.is_set():
            ready = math.floor((time.monotonic() - begun - exposure_s) / period_s) + 1
            number = int(min(ready, wanted, taken + BATCH)) - taken
            if number > 0:
                first = begun + 0.5 * exposure_s
                await self._take([first + (taken + i) * period_s for i in range(number)], exposure_s)
                taken += number
            else:
                await self._pause(begun + taken * period_s + exposure_s - time.monotonic())

    def pulse(self, moment: float) -> None:
        """Take a frame of that moment, if pulses are waited for."""
        if self._pulses is not None:
            self._pulses.put_nowait(moment)

    async def _take_pulses(self, wanted: float) -> None:
        pulses = self._pulses = asyncio.Queue()
        taken = 0
        try:
            while taken < wanted and not self._stop.is_set():
                moments: list[float] = []
                while not pulses.empty() and len(moments) < min(BATCH, wanted - taken):
                    moments.append(pulses.get_nowait())
                if moments:
                    await self._take(moments, self.exposure_s)
                    taken += len(moments)
                else:
                    await self._pause(PULSE_CHECK_S)
        finally:
            self._pulses = None

    async def _pause(self, seconds: float) -> None:
        try:
            await asyncio.wait_for(self._stop.wait(), max(seconds, 0.0))
        except TimeoutError:
            return

    async def _take(self, moments: Sequence[float], exposure_s: float) -> None:
        """Make the frames of these moments on the thread that writes, and tell of them."""
        views = [self._look(moment) for moment in moments]
        offset = time.time() - time.monotonic()
        times = [moment + offset for moment in moments]
        room = self.file.room()
        loop = asyncio.get_running_loop()
        last = await loop.run_in_executor(self._writer, self._write, views, times, exposure_s, room)
        await self.counter.write(int(self.counter.value) + len(moments))
        await self.settings["ArrayCounter"].write(int(self.settings["ArrayCounter"].value) + len(moments))
        await self.total.write(float(last.sum(dtype=np.int64)))
        await self.mean.write(float(last.mean()))
        await self.maximum.write(float(last.max()))
        await self.file.tell()

    def _write(
        self, views: Sequence[View], times: Sequence[float], exposure_s: float, room: int | None
    ) -> Frame:
        frames = [self._frame(view, exposure_s) for view in views]
        self.file.write(frames[:room], times[:room])
        return frames[-1]

    def _frame(self, view: View, exposure_s: float) -> Frame:
        mean = view.mean(exposure_s)
        return self._noise.frame(mean, np.sqrt(mean), self._rng)

    def close(self) -> None:
        """Close the file, if one is open."""
        self.file.close()


def text_pair_of(name: str) -> Channels:
    """Return an empty text that clients set, without a readback."""
    return {name: text("").on_put(_kept)}


async def _kept(_: str) -> None:
    """Keep the text."""


def _sizes(axes: str, shape: tuple[int, int]) -> Channels:
    """Return columns, rows and no depth, under the letters or digits of the axes."""
    sizes = (shape[1], shape[0], 0)
    return {f"ArraySize{axis}_RBV": Integer(value=size) for axis, size in zip(axes, sizes, strict=True)}


def _plugin(prefix: str, shape: tuple[int, int]) -> Channels:
    """Return what every plug-in tells of itself."""
    fields = {
        "PortName_RBV": text("HDF1"),
        "UniqueId_RBV": Integer(value=0),
        **text_pair_of("NDAttributesFile"),
        **_sizes("XYZ", shape),
        **_sizes("012", shape),
        "ColorMode_RBV": told("Mono", COLOURS),
        "DataType_RBV": told("UInt16", DATA_TYPES),
        **count_pair("ArrayCounter", 0),
        "ADCoreVersion_RBV": text("3.13.0"),
        "DriverVersion_RBV": text("1.0.0"),
    }
    return {f"{prefix}{name}": channel for name, channel in fields.items()}
