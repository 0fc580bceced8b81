"""What a sample scatters onto a flat detector: powder rings and small angles."""

from __future__ import annotations

import functools
import math
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from acquisition.devices.sim.beam.optics import wavelength_angstrom

LAB6_LATTICE_ANGSTROM = 4.156826
"""Lattice parameter of lanthanum hexaboride, NIST SRM 660c (certificate of 2015), primitive cubic."""

Map = NDArray[np.float64]


@dataclass(frozen=True, slots=True)
class FlatDetector:
    """A detector across the beam.

    A pixel at a distance r from the beam sees the scattering angle 2θ = arctan(r/L).

    Attributes
    ----------
    shape
        Rows and columns.
    pixel_mm, distance_mm
        Size of a pixel and distance L from the sample.
    centre
        Row and column where the beam would meet it, in pixels; (0, 0) is the centre of the first pixel.
    """

    shape: tuple[int, int] = (512, 512)
    pixel_mm: float = 0.2
    distance_mm: float = 80.0
    centre: tuple[float, float] = (255.5, 255.5)

    def radius_mm(self) -> Map:
        """Return the distance of each pixel from the beam."""
        return _radius(self.shape, self.centre) * self.pixel_mm

    def two_theta(self) -> Map:
        """Return the scattering angle of each pixel in radians."""
        angle: Map = np.arctan2(self.radius_mm(), self.distance_mm)
        return angle

    def q_inverse_angstrom(self, energy_ev: float) -> Map:
        """Return the momentum transfer q = 4π sin θ / λ of each pixel."""
        q: Map = 4.0 * math.pi * np.sin(0.5 * self.two_theta()) / wavelength_angstrom(energy_ev)
        return q

    def poni(self) -> tuple[float, float, float]:
        """Return distance and point of normal incidence in m, as pyFAI counts: from the corner of pixel 0.

        References
        ----------
        Kieffer and Karkoulis, J. Phys. Conf. Ser. 425 (2013) 202012.
        """
        metres = self.pixel_mm * 1e-3
        return self.distance_mm * 1e-3, (self.centre[0] + 0.5) * metres, (self.centre[1] + 0.5) * metres


@functools.lru_cache(maxsize=8)
def _radius(shape: tuple[int, int], centre: tuple[float, float]) -> Map:
    rows, columns = np.ogrid[0 : shape[0], 0 : shape[1]]
    radius: Map = np.hypot(rows - centre[0], columns - centre[1])
    radius.setflags(write=False)
    return radius


@dataclass(frozen=True, slots=True)
class Reflection:
    """Planes of a powder: their indices, distance in Å and multiplicity."""

    indices: tuple[int, int, int]
    d_angstrom: float
    multiplicity: int


def cubic_reflections(lattice_angstrom: float, most: int = 14) -> tuple[Reflection, ...]:
    """Return the reflections of a primitive cubic lattice with h²+k²+l² up to ``most``.

    d = a/√(h²+k²+l²). Families of equal distance, such as 300 and 221, are one ring: their
    multiplicities add.

    Examples
    --------
    >>> [r.multiplicity for r in cubic_reflections(4.0, 4)]
    [6, 12, 8, 6]
    """
    found: dict[int, tuple[tuple[int, int, int], int]] = {}
    reach = range(-math.isqrt(most), math.isqrt(most) + 1)
    for h in reach:
        for k in reach:
            for l in reach:  # noqa: E741  the index of the field
                square = h * h + k * k + l * l
                if 0 < square <= most:
                    indices, count = found.get(square, ((0, 0, 0), 0))
                    found[square] = (max(indices, (h, k, l)), count + 1)
    return tuple(
        Reflection(indices, lattice_angstrom / math.sqrt(square), count)
        for square, (indices, count) in sorted(found.items())
    )


def ring_radius_mm(reflection: Reflection, energy_ev: float, distance_mm: float) -> float | None:
    """Return the radius L tan 2θ of a powder ring; None if it is scattered sideways or back."""
    sine = wavelength_angstrom(energy_ev) / (2.0 * reflection.d_angstrom)
    angle = 2.0 * math.asin(sine) if sine < 1.0 else math.pi
    return distance_mm * math.tan(angle) if angle < 0.5 * math.pi else None


def powder_rings(
    detector: FlatDetector, energy_ev: float, lattice_angstrom: float, width_mm: float = 0.3
) -> Map:
    """Return the intensity of powder rings on each pixel, about 1 on the first ring.

    A ring is as strong as its multiplicity and the factor of Lorentz and polarisation of a powder,
    (1 + cos² 2θ)/(sin² θ cos θ); all structure factors are taken as equal.

    References
    ----------
    Debye and Scherrer, Phys. Z. 17 (1916) 277. Warren, X-ray Diffraction (1969), chapter 5.
    """
    radius = detector.radius_mm()
    image = np.zeros(detector.shape)
    strongest = 0.0
    for reflection in cubic_reflections(lattice_angstrom):
        ring_mm = ring_radius_mm(reflection, energy_ev, detector.distance_mm)
        if ring_mm is None:
            continue
        two_theta = math.atan2(ring_mm, detector.distance_mm)
        lorentz = (1.0 + math.cos(two_theta) ** 2) / (math.sin(two_theta / 2) ** 2 * math.cos(two_theta / 2))
        strength = reflection.multiplicity * lorentz / max(ring_mm, width_mm)
        strongest = max(strongest, strength)
        image += strength * np.exp(-0.5 * ((radius - ring_mm) / width_mm) ** 2)
    return image / strongest if strongest else image


def sphere_form_factor(q: Map, radius_angstrom: float) -> Map:
    """Return the intensity that uniform spheres scatter, 1 at q = 0: P = [3 (sin x - x cos x)/x³]², x = qR.

    The first minimum is where tan x = x, at x = 4.4934.

    References
    ----------
    Rayleigh, Proc. R. Soc. Lond. A 84 (1911) 25.
    """
    x = np.maximum(q * radius_angstrom, 1e-3)
    amplitude: Map = 3.0 * (np.sin(x) - x * np.cos(x)) / x**3
    squared: Map = amplitude**2
    return squared


def small_angles(detector: FlatDetector, energy_ev: float, radius_angstrom: float) -> Map:
    """Return the intensity of spheres on each pixel, 1 in the middle of the beam."""
    return sphere_form_factor(detector.q_inverse_angstrom(energy_ev), radius_angstrom)
