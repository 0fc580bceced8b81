"""A holder with nine samples, and what each is made of."""

from __future__ import annotations

import enum
import math
from dataclasses import dataclass

from acquisition.devices.sim.beam.absorption import IRON, IRON_DENSITY_G_CM3, transmission

PITCH_MM = 20.0
ROWS, COLUMNS = "ABC", "123"


class Scatterer(enum.StrEnum):
    """What a sample does to the beam besides absorbing."""

    NOTHING = "nothing"
    POWDER = "powder"
    SPHERES = "spheres"


@dataclass(frozen=True, slots=True)
class Grain:
    """A round spot of one element: ``amount`` in the middle, with a soft edge.

    The amount falls as 1/(1 + exp((r - R)/s)), with s a tenth of the radius R.
    """

    element: str
    x_mm: float
    y_mm: float
    radius_mm: float
    amount: float

    def at(self, x_mm: float, y_mm: float) -> float:
        """Return the amount there, relative to a full sample."""
        away = (math.hypot(x_mm - self.x_mm, y_mm - self.y_mm) - self.radius_mm) / (0.1 * self.radius_mm)
        return self.amount / (1.0 + math.exp(min(away, 60.0)))


@dataclass(frozen=True, slots=True)
class Specimen:
    """One sample of the holder.

    Attributes
    ----------
    iron_g_cm2
        Iron in the beam where its amount is 1.
    matrix_share
        What everything else lets through.
    """

    name: str
    grains: tuple[Grain, ...] = ()
    iron_g_cm2: float = 0.0
    matrix_share: float = 1.0
    scatterer: Scatterer = Scatterer.NOTHING

    def amounts(self, x_mm: float, y_mm: float) -> dict[str, float]:
        """Return the amount of each element at a place counted from the middle of the sample."""
        found: dict[str, float] = {}
        for grain in self.grains:
            found[grain.element] = found.get(grain.element, 0.0) + grain.at(x_mm, y_mm)
        return found

    def transmitted(self, x_mm: float, y_mm: float, energy_ev: float, resolution_ev: float) -> float:
        """Return the share of the beam that comes through."""
        iron = self.iron_g_cm2 * self.amounts(x_mm, y_mm).get("Fe", 0.0)
        return self.matrix_share * transmission(IRON.coefficient_cm2_g(energy_ev, resolution_ev), iron)


def _foil(*elements: str) -> tuple[Grain, ...]:
    return tuple(Grain(element, 0.0, 0.0, 6.0, 1.0) for element in elements)


METEORITE = (
    Grain("Fe", -1.5, 1.0, 1.4, 1.0),
    Grain("Fe", 2.0, -1.2, 0.9, 0.8),
    Grain("Ni", 2.0, -1.2, 0.6, 0.6),
    Grain("Ca", 0.5, 2.2, 0.8, 1.0),
    Grain("Ca", -2.2, -2.0, 0.7, 0.7),
)
LEAF = (
    Grain("K", 0.0, 0.0, 4.0, 0.6),
    Grain("Ca", 0.0, 0.0, 1.0, 1.0),
    Grain("Mn", 1.8, 1.8, 0.8, 0.9),
    Grain("Zn", -1.8, 1.4, 0.7, 0.9),
    Grain("Fe", 0.0, -2.4, 0.9, 0.3),
)

CAPILLARY = Grain("LaB6", 0.0, 0.0, 3.0, 1.0)
WINDOW = Grain("SiO2", 0.0, 0.0, 4.0, 1.0)

HOLDER = {
    "A1": Specimen("iron foil", _foil("Fe"), iron_g_cm2=IRON_DENSITY_G_CM3 * 5e-4),
    "A2": Specimen("meteorite", METEORITE, iron_g_cm2=IRON_DENSITY_G_CM3 * 4e-4, matrix_share=0.8),
    "A3": Specimen("leaf", LEAF, iron_g_cm2=IRON_DENSITY_G_CM3 * 1e-4, matrix_share=0.9),
    "B1": Specimen("lanthanum hexaboride", (CAPILLARY,), matrix_share=0.5, scatterer=Scatterer.POWDER),
    "B2": Specimen("alignment pin", matrix_share=1.0),
    "B3": Specimen("silica spheres", (WINDOW,), matrix_share=0.7, scatterer=Scatterer.SPHERES),
    "C1": Specimen("nickel foil", _foil("Ni"), matrix_share=0.3),
    "C2": Specimen("empty"),
    "C3": Specimen("steel and zinc", _foil("Fe", "Zn"), iron_g_cm2=IRON_DENSITY_G_CM3 * 2e-4),
}
"""The samples by slot, row A at the top; B2 is in the beam when the holder stands at zero."""


@dataclass(frozen=True, slots=True)
class InBeam:
    """The slot in the beam, and where the beam meets its sample."""

    slot: str
    specimen: Specimen
    x_mm: float
    y_mm: float


def slot_position(slot: str) -> tuple[float, float]:
    """Return where the holder must stand, x and y in mm, for the middle of a slot to be in the beam."""
    row, column = ROWS.index(slot[0]), COLUMNS.index(slot[1])
    return (column - 1) * PITCH_MM, (row - 1) * PITCH_MM


def in_beam(holder_x_mm: float, holder_y_mm: float, fine_x_mm: float, fine_y_mm: float) -> InBeam:
    """Return what the beam meets when holder and fine stage stand there.

    Both stages carry the sample, so their positions add.
    """
    x_mm, y_mm = holder_x_mm + fine_x_mm, holder_y_mm + fine_y_mm
    column = min(max(round(x_mm / PITCH_MM) + 1, 0), len(COLUMNS) - 1)
    row = min(max(round(y_mm / PITCH_MM) + 1, 0), len(ROWS) - 1)
    slot = ROWS[row] + COLUMNS[column]
    centre = slot_position(slot)
    return InBeam(slot, HOLDER[slot], x_mm - centre[0], y_mm - centre[1])
