"""The two detectors of the first scan as process variables: a counter, and a small camera."""

from __future__ import annotations

import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np

from acquisition.devices.sim.channels import Enum, Integer, double, keep, text
from acquisition.devices.sim.frame_file import FrameFile
from acquisition.devices.sim.records.exposure import Exposure
from acquisition.devices.sim.records.fields import Channels

FRAME_SHAPE = (96, 128)


class ServedDetector:
    """A detector that acquires when told: exposure, acquire (answered at the end), busy."""

    def __init__(self, rng: np.random.Generator, exposure_s: float) -> None:
        self.rng = rng
        self.exposure = double(exposure_s, "s", 3, 0.001, 60.0).on_put(keep)
        self.acquire = Integer(value=0).on_put(self._acquire)
        self.busy = Enum(value="idle", enum_strings=["idle", "acquiring"])
        self._exposure = Exposure()

    def channels(self, prefix: str) -> Channels:
        """Return the channels by PV name."""
        return {
            f"{prefix}:exposure": self.exposure,
            f"{prefix}:acquire": self.acquire,
            f"{prefix}:busy": self.busy,
        }

    async def _acquire(self, value: int) -> None:
        """Acquire once on 1; on 0 break off what goes on, which then ends without a result."""
        if not value:
            self._exposure.break_off()
            return
        if self._exposure.is_going_on:
            raise RuntimeError("an acquisition is going on")
        await self.busy.write("acquiring")
        try:
            exposure_s = float(self.exposure.value)
            if await self._exposure.last(exposure_s) >= exposure_s:
                await self.expose(exposure_s)
        finally:
            await self.acquire.write(0)
            await self.busy.write("idle")

    async def expose(self, exposure_s: float) -> None:
        """Take what came in that time."""
        raise NotImplementedError


class ServedPointDetector(ServedDetector):
    """Counts of one number, with the noise of single photons.

    Parameters
    ----------
    rate
        Gives the counts/s.
    """

    def __init__(self, rate: Callable[[], float], rng: np.random.Generator) -> None:
        super().__init__(rng, exposure_s=0.1)
        self._rate = rate
        self.counts = Integer(value=0, units="counts")

    def channels(self, prefix: str) -> Channels:
        """Return the channels by PV name."""
        return {**super().channels(prefix), f"{prefix}:counts": self.counts}

    async def expose(self, exposure_s: float) -> None:
        """Count."""
        await self.counts.write(int(self.rng.poisson(self._rate() * exposure_s)))


class ServedCamera(ServedDetector):
    """Frames into a file, which a client opens and closes.

    Parameters
    ----------
    spot
        Gives the counts/s of each pixel, for rows and columns.
    """

    def __init__(
        self, spot: Callable[[tuple[int, int]], Any], rng: np.random.Generator, folder: Path
    ) -> None:
        super().__init__(rng, exposure_s=0.1)
        self._spot = spot
        self.folder = folder
        self.file_name = text("").on_put(keep)
        self.full_path = text("")
        self.capture = Integer(value=0).on_put(self._capture)
        self.frames = Integer(value=0)
        self.total = Integer(value=0, units="counts")
        self.peak = Integer(value=0, units="counts")
        self.rows, self.columns = (Integer(value=size, units="pixel") for size in FRAME_SHAPE)
        self._file: FrameFile | None = None

    def channels(self, prefix: str) -> Channels:
        """Return the channels by PV name."""
        names = ["file_name", "full_path", "capture", "frames", "total", "peak", "rows", "columns"]
        return {**super().channels(prefix), **{f"{prefix}:{name}": getattr(self, name) for name in names}}

    async def _capture(self, value: int) -> None:
        self.close()
        if not value:
            return
        try:
            self._file = FrameFile(self.folder, str(self.file_name.value), FRAME_SHAPE)
        except (OSError, ValueError):
            await self.capture.write(0)
            raise
        await self.full_path.write(str(self._file.path))
        await self.frames.write(0)

    async def expose(self, exposure_s: float) -> None:
        """Take a frame, and write it if a file is open."""
        mean = self._spot(FRAME_SHAPE) * exposure_s
        frame = np.minimum(self.rng.poisson(mean), np.iinfo(np.uint16).max).astype(np.uint16)
        if self._file is not None:
            await self.frames.write(self._file.append(frame, time.time()))
        await self.total.write(int(frame.sum(dtype=np.int64)))
        await self.peak.write(int(frame.max()))

    def close(self) -> None:
        """Close the file, if one is open."""
        if self._file is not None:
            self._file.close()
            self._file = None
