"""The parts of the demo beamline as process variables."""

from __future__ import annotations

import asyncio
import time
from pathlib import Path
from typing import Any

import numpy as np

from acquisition.devices.sim.channels import Enum, Integer, String, double, keep, text
from acquisition.devices.sim.frame_file import FrameFile
from acquisition.devices.sim.physics import Motion, Sample, StorageRing

TICK_S = 0.04
FRAME_SHAPE = (96, 128)
Channels = dict[str, Any]


class ServedMotor:
    """The fields of a motor record that a client needs, and the motion behind them."""

    def __init__(self, *, units: str, precision: int, velocity: float, limits: tuple[float, float]) -> None:
        low, high = limits
        self.val = double(0.0, units, precision, low, high).on_put(self._go)
        self.rbv = double(0.0, units, precision, low, high)
        self.dmov = Integer(value=1)
        self.movn = Integer(value=0)
        self.stop = Integer(value=0).on_put(self._stop)
        self.velo = double(velocity, f"{units}/s", precision, 0.0, 100 * velocity).on_put(keep)
        self.accl = double(0.1, "s", 3).on_put(keep)
        self.hlm = double(high, units, precision).on_put(self._new_limits)
        self.llm = double(low, units, precision).on_put(self._new_limits)
        self.egu = String(value=units)
        self.prec = Integer(value=precision)
        self._task: asyncio.Task[None] | None = None

    def channels(self, prefix: str) -> Channels:
        """Return the fields by PV name."""
        fields = ["val", "rbv", "dmov", "movn", "stop", "velo", "accl", "hlm", "llm", "egu", "prec"]
        named = {f"{prefix}.{field.upper()}": getattr(self, field) for field in fields}
        return {**named, prefix: self.val}

    @property
    def position(self) -> float:
        """Where it is."""
        return float(self.rbv.value)

    async def _go(self, target: float) -> None:
        """Move, and return at the end of the move (put with completion waits for that)."""
        await self._end_of_move()
        velocity = float(self.velo.value)
        if velocity <= 0.0:
            raise ValueError(f"the velocity is {velocity}: it must be above 0 to move")
        await self.dmov.write(0)
        await self.movn.write(1)
        acceleration = velocity / max(float(self.accl.value), 1e-3)
        task = asyncio.create_task(self._follow(Motion(self.position, float(target), velocity, acceleration)))
        self._task = task
        await asyncio.wait([task])
        if self._task is task:  # no later target took its place
            self._task = None
            await self.movn.write(0)
            await self.dmov.write(1)

    async def _follow(self, motion: Motion) -> None:
        begun = time.monotonic()
        while (left := motion.duration_s - (time.monotonic() - begun)) > 0.0:
            await asyncio.sleep(min(TICK_S, left))
            await self.rbv.write(motion.position(time.monotonic() - begun))
        await self.rbv.write(motion.target)

    async def _end_of_move(self) -> None:
        task, self._task = self._task, None
        if task is not None:
            task.cancel()
            await asyncio.wait([task])

    async def _stop(self, value: int) -> None:
        if not value:
            return
        await self._end_of_move()
        await self.val.write(self.position, verify_value=False)
        await self.movn.write(0)
        await self.dmov.write(1)
        await self.stop.write(0)

    async def _new_limits(self, _: float) -> None:
        low, high = float(self.llm.value), float(self.hlm.value)
        limits = {"lower_ctrl_limit": low, "upper_ctrl_limit": high}
        await self.val.write_metadata(**limits)


class ServedShutter:
    """A shutter that takes a moment; it is open at first, so that a first scan sees light."""

    def __init__(self, travel_s: float = 0.15) -> None:
        self.travel_s = travel_s
        self.command = Enum(value="open", enum_strings=["closed", "open"]).on_put(self._move)
        self.state = Enum(value="open", enum_strings=["closed", "open", "moving"])

    def channels(self, prefix: str) -> Channels:
        """Return the channels by PV name."""
        return {f"{prefix}:command": self.command, f"{prefix}:state": self.state}

    @property
    def is_open(self) -> bool:
        """True when light comes through."""
        return bool(self.state.value == "open")

    async def _move(self, wanted: str) -> None:
        if self.state.value == wanted:
            return
        await self.state.write("moving")
        await asyncio.sleep(self.travel_s)
        await self.state.write(wanted)


class ServedRing:
    """The current of the storage ring."""

    def __init__(self, ring: StorageRing, rng: np.random.Generator) -> None:
        self.ring = ring
        self.current = double(ring.full_ma, "mA", 3)
        self._rng = rng

    def channels(self, prefix: str) -> Channels:
        """Return the channels by PV name."""
        return {f"{prefix}:current": self.current}

    @property
    def current_ma(self) -> float:
        """The current."""
        return float(self.current.value)

    async def run(self, period_s: float = 0.5) -> None:
        """Let the current decay and be topped up, for ever."""
        begun = time.monotonic()
        while True:
            noise = float(self._rng.normal(0.0, 0.005))
            await self.current.write(self.ring.current_ma(time.monotonic() - begun) + noise)
            await asyncio.sleep(period_s)


class Scene:
    """What the detectors look at."""

    def __init__(self, motors: dict[str, ServedMotor], shutter: ServedShutter, ring: ServedRing) -> None:
        self.motors, self.shutter, self.ring = motors, shutter, ring
        self.sample = Sample(full_current_ma=ring.ring.full_ma)

    def _arguments(self) -> tuple[float, float, float, float, bool]:
        x, y, theta = (self.motors[name].position for name in ("sx", "sy", "theta"))
        return x, y, theta, self.ring.current_ma, self.shutter.is_open

    def rate(self) -> float:
        """Return the counts per second of the point detector."""
        return self.sample.rate(*self._arguments())

    def spot(self) -> np.ndarray[Any, np.dtype[np.float64]]:
        """Return the counts per second of each pixel of the camera."""
        return self.sample.spot(*self._arguments(), shape=FRAME_SHAPE)


class ServedDetector:
    """A detector that acquires when told: exposure, acquire (answered at the end), busy."""

    def __init__(self, scene: Scene, rng: np.random.Generator, exposure_s: float) -> None:
        self.scene, self.rng = scene, rng
        self.exposure = double(exposure_s, "s", 3, 0.001, 60.0).on_put(keep)
        self.acquire = Integer(value=0).on_put(self._acquire)
        self.busy = Enum(value="idle", enum_strings=["idle", "acquiring"])
        self._broken_off = asyncio.Event()

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
            self._broken_off.set()
            return
        if self.busy.value != "idle":
            raise RuntimeError("an acquisition is going on")
        self._broken_off.clear()
        await self.busy.write("acquiring")
        try:
            exposure_s = float(self.exposure.value)
            try:
                await asyncio.wait_for(self._broken_off.wait(), exposure_s)
            except TimeoutError:
                await self.expose(exposure_s)
        finally:
            await self.acquire.write(0)
            await self.busy.write("idle")

    async def expose(self, exposure_s: float) -> None:
        """Take what came in that time."""
        raise NotImplementedError


class ServedPointDetector(ServedDetector):
    """Counts of one number, with the noise of single photons."""

    def __init__(self, scene: Scene, rng: np.random.Generator) -> None:
        super().__init__(scene, rng, exposure_s=0.1)
        self.counts = Integer(value=0, units="counts")

    def channels(self, prefix: str) -> Channels:
        """Return the channels by PV name."""
        return {**super().channels(prefix), f"{prefix}:counts": self.counts}

    async def expose(self, exposure_s: float) -> None:
        """Count."""
        await self.counts.write(int(self.rng.poisson(self.scene.rate() * exposure_s)))


class ServedCamera(ServedDetector):
    """Frames into a file, which a client opens and closes."""

    def __init__(self, scene: Scene, rng: np.random.Generator, folder: Path) -> None:
        super().__init__(scene, rng, exposure_s=0.1)
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
        mean = self.scene.spot() * exposure_s
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
