"""The beam of the demo beamline, from the ring to the sample: positions of motors in, photons out."""

from __future__ import annotations

import math
from collections.abc import Mapping

from acquisition.devices.sim.beam.optics import (
    SI_111_BANDWIDTH,
    STRIPES,
    Aperture,
    BendingMagnet,
    bragg_angle_deg,
    bragg_energy_ev,
    rocking_curve,
)
from acquisition.devices.sim.records.hutch import Hutch
from acquisition.devices.sim.records.motor import MotorRecord
from acquisition.devices.sim.records.ring import RingRecord

START_ENERGY_EV = 8000.0
MIRROR_PITCH_MRAD = 3.0
BEST_PITCH_URAD = 35.0
STRIPE_PITCH_MM = 10.0
STRIPE_HALF_WIDTH_MM = 4.0
MIRROR_TO_SLITS_MM = 1000.0
CRYSTAL_TO_SLITS_MM = 800.0
HORIZONTAL = Aperture(0.15, 0.8)
VERTICAL = Aperture(-0.08, 0.35)
WINDOWS = 0.1


class LightPath:
    """Source, mirror, monochromator, slits.

    Mirror and second crystal deflect by twice their pitch: a pitch that is off by δ moves the beam at the
    slits by 2 δ L.

    Parameters
    ----------
    motors
        ``mirror:pitch`` (mrad), ``mirror:x`` (mm: silicon at -10, rhodium at 0, platinum at 10),
        ``mono:bragg`` (deg), ``mono:pitch`` (µrad) and ``slits:top, bottom, inboard, outboard`` (mm).
    """

    def __init__(self, motors: Mapping[str, MotorRecord], ring: RingRecord, hutch: Hutch) -> None:
        self._motors, self._ring, self._hutch = motors, ring, hutch
        self._source = BendingMagnet()
        self._nominal = self.optics_flux(ring.beam.full_ma)

    def _at(self, name: str) -> float:
        return self._motors[name].position

    @property
    def energy_ev(self) -> float:
        """What the monochromator reflects."""
        return bragg_energy_ev(self._at("mono:bragg"))

    @property
    def resolution_ev(self) -> float:
        """Full width of what the monochromator reflects."""
        return SI_111_BANDWIDTH * self.energy_ev

    @property
    def current_ma(self) -> float:
        """The current of the ring."""
        return self._ring.current_ma

    @property
    def is_open(self) -> bool:
        """True when the shutters let light in."""
        return self._hutch.lets_light_in

    def reflectivity(self) -> float:
        """Return what the mirror reflects; nothing beside its stripes."""
        index = round(self._at("mirror:x") / STRIPE_PITCH_MM) + 1
        if not 0 <= index < len(STRIPES):
            return 0.0
        if abs(self._at("mirror:x") - (index - 1) * STRIPE_PITCH_MM) > STRIPE_HALF_WIDTH_MM:
            return 0.0
        return STRIPES[index].reflectivity(self._at("mirror:pitch"), self.energy_ev)

    def beam_offset_mm(self) -> tuple[float, float]:
        """Return how far the beam is from its place at the slits, horizontally and vertically."""
        mirror_rad = (self._at("mirror:pitch") - MIRROR_PITCH_MRAD) * 1e-3
        crystal_rad = (self._at("mono:pitch") - BEST_PITCH_URAD) * 1e-6
        return 0.0, 2.0 * (mirror_rad * MIRROR_TO_SLITS_MM + crystal_rad * CRYSTAL_TO_SLITS_MM)

    def before_slits(self, current_ma: float) -> float:
        """Return photons/s before the slits, with the shutters open."""
        white = self._source.flux(self.energy_ev, current_ma) if current_ma > 0.0 else 0.0
        rocking = rocking_curve(self._at("mono:pitch") - BEST_PITCH_URAD, self._at("mono:bragg"))
        return WINDOWS * white * (SI_111_BANDWIDTH / 1e-3) * self.reflectivity() * rocking

    def optics_flux(self, current_ma: float) -> float:
        """Return photons/s behind the slits, with the shutters open."""
        x_mm, y_mm = self.beam_offset_mm()
        across = HORIZONTAL.share(self._at("slits:inboard") - x_mm, self._at("slits:outboard") - x_mm)
        along = VERTICAL.share(self._at("slits:bottom") - y_mm, self._at("slits:top") - y_mm)
        return self.before_slits(current_ma) * across * along

    def flux(self) -> float:
        """Return photons/s on the sample."""
        return self.optics_flux(self.current_ma) if self.is_open else 0.0

    def share(self) -> float:
        """Return the flux for what it was at the start with as much current: 1 until optics move."""
        current = self._ring.beam.full_ma
        return self.optics_flux(current) / self._nominal

    def at_monitor(self) -> tuple[float, float, float]:
        """Return current in A and position in mm at the beam-position monitor, before the slits."""
        x_mm, y_mm = self.beam_offset_mm()
        flux = self.before_slits(self.current_ma) if self.is_open else 0.0
        return 1e-18 * flux + 1e-12, HORIZONTAL.centre_mm + x_mm, VERTICAL.centre_mm + y_mm


def start_bragg_deg() -> float:
    """Return the Bragg angle at the start."""
    return math.floor(bragg_angle_deg(START_ENERGY_EV) * 1e5) / 1e5
