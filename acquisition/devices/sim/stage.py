"""The experiment of the demo beamline: samples in the beam, and what each detector gets of them."""

from __future__ import annotations

import functools
from collections.abc import Mapping
from typing import Any

import numpy as np
from numpy.typing import NDArray

from acquisition.devices.sim.beam.absorption import IonChamber
from acquisition.devices.sim.beam.detection import live_rate
from acquisition.devices.sim.beam.fluorescence import fluorescence_rates, spectrum_rates
from acquisition.devices.sim.beam.radiography import projection
from acquisition.devices.sim.beam.samples import InBeam, Scatterer, in_beam
from acquisition.devices.sim.beam.scattering import (
    LAB6_LATTICE_ANGSTROM,
    FlatDetector,
    powder_rings,
    small_angles,
)
from acquisition.devices.sim.light_path import LightPath
from acquisition.devices.sim.physics import Sample, gaussian
from acquisition.devices.sim.records.motor import MotorRecord
from acquisition.devices.sim.records.view import Image, View

SPHERE_RADIUS_ANGSTROM = 150.0
AREA_SHAPE = (512, 512)
IMAGER_SHAPE = (256, 256)
IMAGER_PIXEL_MM = 0.02
FAR_MM = 1000.0
DEAD_TIME_S = 2e-7
STOP_RADIUS_MM = 2.0


class Stage:
    """Sample holder, fine stage and rotation in the beam.

    Parameters
    ----------
    motors
        ``sx``, ``sy`` (mm), ``theta`` (deg), ``holder:x``, ``holder:y`` and ``area:distance`` (mm).
    """

    def __init__(self, motors: Mapping[str, MotorRecord], light: LightPath, rng: np.random.Generator) -> None:
        self._motors, self.light = motors, light
        self.pin = Sample(full_current_ma=300.0)
        self.i0_gas, self.i1_gas = IonChamber(10.0), IonChamber(30.0)
        gain = 1.0 + 0.03 * rng.standard_normal(IMAGER_SHAPE)
        self._flat: Image = (_profile(IMAGER_SHAPE) * gain).astype(np.float32)

    def _at(self, name: str, moment: float | None = None) -> float:
        motor = self._motors[name]
        return motor.position if moment is None else motor.position_at(moment)

    def in_beam(self, moment: float | None = None) -> InBeam:
        """Return what the beam meets."""
        places = (self._at(name, moment) for name in ("holder:x", "holder:y", "sx", "sy"))
        return in_beam(*places)

    def _pin_arguments(self) -> tuple[float, float, float, float, bool]:
        here = self.in_beam()
        x, y = (here.x_mm, here.y_mm) if here.slot == "B2" else (FAR_MM, FAR_MM)
        beam_ma = self.light.current_ma * self.light.share()
        return x, y, self._at("theta"), beam_ma, self.light.is_open

    def point_rate(self) -> float:
        """Return what the point detector counts in a second, its dead time taken off."""
        return live_rate(self.pin.rate(*self._pin_arguments()), DEAD_TIME_S)

    def spot(self, shape: tuple[int, int]) -> NDArray[np.float64]:
        """Return the counts per second of each pixel of the small camera."""
        return self.pin.spot(*self._pin_arguments(), shape=shape)

    def i0_current(self) -> float:
        """Return the current of the chamber before the sample in A."""
        return self.i0_gas.current_a(self.light.flux(), self.light.energy_ev)

    def _behind_i0(self) -> float:
        return self.light.flux() * (1.0 - self.i0_gas.absorbed(self.light.energy_ev))

    def i1_current(self) -> float:
        """Return the current of the chamber behind the sample in A."""
        here, energy = self.in_beam(), self.light.energy_ev
        through = here.specimen.transmitted(here.x_mm, here.y_mm, energy, self.light.resolution_ev)
        return self.i1_gas.current_a(self._behind_i0() * through, energy)

    def amounts(self) -> dict[str, float]:
        """Return how much of each element is in the beam."""
        here = self.in_beam()
        return here.specimen.amounts(here.x_mm, here.y_mm)

    def iron_rate(self) -> float:
        """Return the counts/s of iron in the fluorescence counter, its dead time taken off."""
        rates = fluorescence_rates(self._behind_i0(), self.light.energy_ev, self.amounts())
        return live_rate(rates.get("Fe", 0.0) + 20.0, DEAD_TIME_S)

    def spectrum(self) -> NDArray[np.float64]:
        """Return the counts/s of each channel of the fluorescence detector."""
        return 0.02 * spectrum_rates(self._behind_i0(), self.light.energy_ev, self.amounts()) + 1e-3

    def detector(self) -> FlatDetector:
        """Return where the area detector stands."""
        return FlatDetector(shape=AREA_SHAPE, distance_mm=self._at("area:distance"))

    def area_view(self, moment: float) -> View:
        """Return what the area detector sees: rings, spheres, or what air scatters."""
        here = self.in_beam(moment)
        energy = round(self.light.energy_ev, 3)
        picture = _pattern(here.specimen.scatterer, energy, round(self._at("area:distance", moment), 3))
        amount = sum(here.specimen.amounts(here.x_mm, here.y_mm).values())
        if here.slot == "B2":
            pin = self.pin
            amount = gaussian(here.x_mm, pin.x_mm, pin.sigma_x_mm) * gaussian(
                here.y_mm, pin.y_mm, pin.sigma_y_mm
            )
        beam = self._behind_i0() / 5e10
        return View(picture, beam * (100.0 + 20_000.0 * amount), dark_rate=200.0)

    def imager_view(self, moment: float) -> View:
        """Return what the imager sees: the shadow of the pin in the beam."""
        here = self.in_beam(moment)
        shift = (
            (here.x_mm - self.pin.x_mm, here.y_mm - self.pin.y_mm) if here.slot == "B2" else (FAR_MM, FAR_MM)
        )
        if not self.light.is_open:
            return View(self._flat, 0.0, dark_rate=300.0)
        shadow = projection(IMAGER_SHAPE, IMAGER_PIXEL_MM, self._at("theta", moment), shift)
        strength = 100_000.0 * self.light.share() * self.light.current_ma / 300.0
        return View(self._flat * shadow.astype(np.float32), strength, dark_rate=300.0)


def _profile(shape: tuple[int, int]) -> NDArray[Any]:
    rows, columns = np.ogrid[-1.0 : 1.0 : shape[0] * 1j, -1.0 : 1.0 : shape[1] * 1j]
    profile: NDArray[Any] = np.exp(-0.5 * (rows**2 + columns**2) / 1.5**2)
    return profile


@functools.lru_cache(maxsize=16)
def _pattern(scatterer: Scatterer, energy_ev: float, distance_mm: float) -> Image:
    """Return the picture of a sample behind a beam stop, not above 1 where anything is seen."""
    detector = FlatDetector(shape=AREA_SHAPE, distance_mm=distance_mm)
    air = 0.002 * np.exp(-detector.radius_mm() / 25.0)
    if scatterer is Scatterer.POWDER:
        picture = 0.2 * powder_rings(detector, energy_ev, LAB6_LATTICE_ANGSTROM) + air
    elif scatterer is Scatterer.SPHERES:
        picture = small_angles(detector, energy_ev, SPHERE_RADIUS_ANGSTROM) + air
    else:
        picture = 25.0 * air
    picture[detector.radius_mm() < STOP_RADIUS_MM] = 0.0
    shown: Image = picture.astype(np.float32)
    shown.setflags(write=False)
    return shown
