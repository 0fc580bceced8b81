"""Frames in flight: from pulses of a moving stage to an HDF5 file, beside what the disk takes by itself.

The demo beamline serves the camera in its own process and our engine runs the scan in this one, over
Channel Access. A frame is 512 × 512 pixels of two bytes with the noise of its photons; each is computed,
counted, written as a chunk and flushed. The disk's own rate is that of the same chunks written by h5py in a
tight loop to the same folder, and of a plain file. Rows: frames a second that were asked for and that came.
"""

import os
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from statistics import median
from typing import Any

import h5py
import numpy as np

from acquisition.devices.library.flyable_stage import FlyableStage
from acquisition.devices.library.hdf_camera import HdfCamera
from acquisition.devices.sim.beam.detection import PixelNoise
from acquisition.devices.sim.frame_file import FrameFile
from acquisition.engine import RunEngine
from config.beamlines.demo_plans.flying import fly_scan
from tests.support.ioc import Ioc, running_ioc

SHAPE = (512, 512)
FRAME_MB = SHAPE[0] * SHAPE[1] * 2 / 1e6
GOAL_HZ = 100.0
RATES_HZ = (100.0, 200.0, 400.0, 600.0)
SECONDS = 3.0
ROUNDS = 3


def main() -> None:
    """Print the table."""
    with tempfile.TemporaryDirectory(prefix="bench-fly-") as name:
        folder = Path(name)
        plain, chunks = _plain_rate(folder), _chunk_rate(folder)
        print(f"disk: plain file {plain:.0f} MB/s; one-frame chunks with a flush each {chunks:.0f} MB/s")
        print(f"noise of a frame: {1e3 * _noise_s():.2f} ms")
        print(f"{'asked/s':>8} {'came/s':>8} {'MB/s':>7} {'of chunks':>9} {'late s':>7} {'IOC CPU':>8}")
        with running_ioc(folder, "--speed", "10") as ioc, _flyers() as (camera, stage):
            for rate in RATES_HZ:
                _row(rate, chunks, ioc, camera, stage)
        print(f"goal: {GOAL_HZ:.0f} frames/s of 512 × 512")


def _row(rate: float, chunks: float, ioc: Ioc, camera: HdfCamera, stage: FlyableStage) -> None:
    frames = int(rate * SECONDS)
    came, late, cpu = [], [], []
    for _ in range(ROUNDS):
        busy, begun = _cpu_s(ioc), time.monotonic()
        span_s, late_s = _flight(camera, stage, frames, 1.0 / rate)
        came.append((frames - 1) / (span_s + late_s))
        late.append(late_s)
        cpu.append((_cpu_s(ioc) - busy) / (time.monotonic() - begun))
    got = median(came)
    print(
        f"{rate:8.0f} {got:8.0f} {got * FRAME_MB:7.1f} {got * FRAME_MB / chunks:9.0%} "
        f"{median(late):7.2f} {median(cpu):8.0%}"
    )


def _flight(camera: HdfCamera, stage: FlyableStage, frames: int, period_s: float) -> tuple[float, float]:
    """Fly; return the time from first to last pulse, and how much later the last frame was told of."""
    resources: list[dict[str, Any]] = []
    written_at: list[float] = []

    def take(name: str, doc: dict[str, Any]) -> None:
        if name == "stream_resource":
            resources.append(doc)
        elif name == "stream_datum":
            written_at.append(time.time())

    plan = fly_scan(camera, stage, -2.0, 2.0, frames, 0.5 * period_s, period_s)
    RunEngine({})(plan, take)
    path = resources[0]["uri"].removeprefix("file://localhost")
    with h5py.File(path, "r") as file:
        times = file["/entry/instrument/NDAttributes/NDArrayTimeStamp"][:]
    if len(times) != frames:
        raise RuntimeError(f"{len(times)} of {frames} frames came")
    os.unlink(path)
    return float(times[-1] - times[0]), max(written_at[-1] - float(times[-1]), 0.0)


@contextmanager
def _flyers() -> Iterator[tuple[HdfCamera, FlyableStage]]:
    camera = HdfCamera("DEMO:area:", "area")
    stage = FlyableStage("DEMO:sx", "fly_x", compare_prefix="DEMO:compare:")
    for device in (camera, stage):
        device.connect()
    yield camera, stage
    for device in (camera, stage):
        device.close()


def _cpu_s(ioc: Ioc) -> float:
    assert ioc.process is not None
    fields = Path(f"/proc/{ioc.process.pid}/stat").read_text().rsplit(")", 1)[1].split()
    return (int(fields[11]) + int(fields[12])) / os.sysconf("SC_CLK_TCK")


def _some_frames(number: int = 200) -> list[Any]:
    rng = np.random.default_rng(1)
    return [rng.integers(0, 200, SHAPE, dtype=np.uint16) for _ in range(8)] * (number // 8)


def _plain_rate(folder: Path) -> float:
    frames, begun = _some_frames(), time.monotonic()
    with (folder / "plain").open("wb") as file:
        for frame in frames:
            file.write(frame.tobytes())
        file.flush()
        os.fsync(file.fileno())
    return len(frames) * FRAME_MB / (time.monotonic() - begun)


def _chunk_rate(folder: Path) -> float:
    frames, file = _some_frames(), FrameFile(folder, "chunks.h5", SHAPE)
    begun = time.monotonic()
    for frame in frames:
        file.append(frame, 0.0)
    file.close()
    return len(frames) * FRAME_MB / (time.monotonic() - begun)


def _noise_s(rounds: int = 50) -> float:
    noise, rng = PixelNoise.drawn(np.random.default_rng(1)), np.random.default_rng(2)
    mean = np.full(SHAPE, 30.0, np.float32)
    begun = time.monotonic()
    for _ in range(rounds):
        noise.frame(mean, np.sqrt(mean), rng)
    return (time.monotonic() - begun) / rounds


if __name__ == "__main__":
    main()
