"""The demo beamline: every record, and what connects them."""

from __future__ import annotations

import asyncio
from pathlib import Path
from typing import Any

import numpy as np

from acquisition.devices.sim.beam.detection import PixelNoise
from acquisition.devices.sim.beam.storage_ring import StoredBeam
from acquisition.devices.sim.light_path import (
    BEST_PITCH_URAD,
    MIRROR_PITCH_MRAD,
    LightPath,
    start_bragg_deg,
)
from acquisition.devices.sim.records.camera import CameraRecord
from acquisition.devices.sim.records.counting import (
    FULL_SCALE_HZ,
    BeamPositionRecord,
    IonChamberRecord,
    ScalerInput,
    ScalerRecord,
)
from acquisition.devices.sim.records.fields import Channels
from acquisition.devices.sim.records.geometry import GeometryRecord
from acquisition.devices.sim.records.hutch import Hutch
from acquisition.devices.sim.records.mca import McaRecord
from acquisition.devices.sim.records.motor import MotorRecord, MotorSetup
from acquisition.devices.sim.records.oven import OvenRecord
from acquisition.devices.sim.records.position_compare import PositionCompareRecord
from acquisition.devices.sim.records.ring import RingRecord
from acquisition.devices.sim.served import ServedCamera, ServedPointDetector
from acquisition.devices.sim.stage import AREA_SHAPE, IMAGER_SHAPE, Stage

Limits = tuple[float, float]


def _motors(speed: float, fine: Limits) -> dict[str, MotorSetup]:
    """Return the motors by name: unit, digits, speed, soft limits, position."""
    blade: Limits = (-10.0, 10.0)
    return {
        "sx": MotorSetup("mm", 4, 5.0 * speed, fine, title="Sample x"),
        "sy": MotorSetup("mm", 4, 5.0 * speed, fine, title="Sample y"),
        "theta": MotorSetup("deg", 3, 30.0 * speed, (-180.0, 180.0), title="Sample angle"),
        "holder:x": MotorSetup("mm", 3, 40.0 * speed, (-60.0, 60.0), title="Holder x"),
        "holder:y": MotorSetup("mm", 3, 40.0 * speed, (-60.0, 60.0), title="Holder y"),
        "slits:top": MotorSetup("mm", 4, 5.0 * speed, blade, 2.0, "Top blade"),
        "slits:bottom": MotorSetup("mm", 4, 5.0 * speed, blade, -2.0, "Bottom blade"),
        "slits:inboard": MotorSetup("mm", 4, 5.0 * speed, blade, -4.0, "Inboard blade"),
        "slits:outboard": MotorSetup("mm", 4, 5.0 * speed, blade, 4.0, "Outboard blade"),
        "mirror:pitch": MotorSetup("mrad", 4, 1.0 * speed, (0.0, 8.0), MIRROR_PITCH_MRAD, "Mirror pitch"),
        "mirror:x": MotorSetup("mm", 3, 5.0 * speed, (-15.0, 15.0), 0.0, "Mirror stripe"),
        "mono:bragg": MotorSetup("deg", 5, 2.0 * speed, (5.0, 60.0), start_bragg_deg(), "Bragg angle", 0.05),
        "mono:pitch": MotorSetup(
            "urad", 2, 200.0 * speed, (-500.0, 500.0), BEST_PITCH_URAD, "Second crystal"
        ),
        "area:distance": MotorSetup("mm", 2, 1000.0 * speed, (50.0, 6000.0), 80.0, "Detector distance"),
    }


class DemoBeamline:
    """Ring to detectors, with one source of chance: the same seed gives the same noise."""

    def __init__(
        self,
        *,
        frames_dir: Path,
        seed: int | None = None,
        speed: float = 1.0,
        limits: Limits = (-10.0, 10.0),
    ) -> None:
        chance = np.random.default_rng(seed).spawn(12)
        self.motors = {name: MotorRecord(setup) for name, setup in _motors(speed, limits).items()}
        self.ring = RingRecord(StoredBeam(), chance[0])
        self.hutch = Hutch()
        self.light = LightPath(self.motors, self.ring, self.hutch)
        stage = self.stage = Stage(self.motors, self.light, chance[3])
        self.det = ServedPointDetector(stage.point_rate, chance[1])
        self.camera = ServedCamera(stage.spot, chance[2], frames_dir)
        self.i0 = IonChamberRecord(stage.i0_current, chance[4], "2 uA")
        self.i1 = IonChamberRecord(stage.i1_current, chance[5], "2 uA")
        self.bpm = BeamPositionRecord(self.light.at_monitor, chance[6])
        self.scaler = ScalerRecord(self._scaler_inputs(), chance[7])
        self.mca = McaRecord(stage.spectrum, chance[8])
        self.oven = OvenRecord(chance[9])
        noise = PixelNoise.drawn(chance[10])
        area, imager = chance[11].spawn(2)
        self.area = CameraRecord(stage.area_view, AREA_SHAPE, area, noise, frames_dir)
        self.imager = CameraRecord(stage.imager_view, IMAGER_SHAPE, imager, noise, frames_dir)
        self.geometry = GeometryRecord(stage, self.light)
        self.compare = PositionCompareRecord(self.motors["sx"], self._pulse)

    def _scaler_inputs(self) -> list[ScalerInput]:
        def pulses(chamber: IonChamberRecord) -> float:
            return FULL_SCALE_HZ * chamber.mean_a() / chamber.full_scale_a

        return [
            ScalerInput("I0", lambda: pulses(self.i0)),
            ScalerInput("I1", lambda: pulses(self.i1)),
            ScalerInput("Fe K", self.stage.iron_rate),
            ScalerInput("det", self.stage.point_rate),
        ]

    def _pulse(self, moment: float) -> None:
        for camera in (self.area, self.imager):
            camera.pulse(moment)

    def channels(self, prefix: str) -> Channels:
        """Return every channel by PV name."""
        parts: dict[str, Any] = {
            **self.motors,
            "ring": self.ring,
            "shutter": self.hutch.photon,
            "frontend": self.hutch.front_end,
            "hutch": self.hutch,
            "det": self.det,
            "camera": self.camera,
            "i0": self.i0,
            "i1": self.i1,
            "bpm:": self.bpm,
            "scaler": self.scaler,
            "mca": self.mca,
            "oven": self.oven,
            "area:": self.area,
            "imager:": self.imager,
            "area:geometry": self.geometry,
            "compare:": self.compare,
        }
        found: Channels = {}
        for name, part in parts.items():
            found.update(part.channels(f"{prefix}{name}"))
        return found

    async def run(self) -> None:
        """Let what changes by itself go on, for ever."""
        await asyncio.gather(self.ring.run(), self.oven.run(), self.geometry.run(), self._watch_beam())

    async def _watch_beam(self, period_s: float = 1.0) -> None:
        while True:
            await self.bpm.show()
            await asyncio.sleep(period_s)

    def close(self) -> None:
        """Close what is open."""
        for camera in (self.camera, self.area, self.imager):
            camera.close()
