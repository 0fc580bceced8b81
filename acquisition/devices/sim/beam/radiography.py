"""A small object on a turning stage, as a parallel beam shows it."""

from __future__ import annotations

import math
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray


@dataclass(frozen=True, slots=True)
class Cylinder:
    """An upright cylinder: place and radius in mm, absorption in 1/mm, from ``bottom`` to ``top`` in mm."""

    x_mm: float
    z_mm: float
    radius_mm: float
    per_mm: float
    bottom_mm: float = -2.0
    top_mm: float = 2.0


PHANTOM = (
    Cylinder(0.0, 0.0, 1.6, 0.25),
    Cylinder(0.7, 0.3, 0.35, 0.9, bottom_mm=-1.5),
    Cylinder(-0.6, -0.5, 0.25, 1.4, top_mm=1.0),
)


def projection(
    shape: tuple[int, int], pixel_mm: float, angle_deg: float, shift_mm: tuple[float, float] = (0.0, 0.0)
) -> NDArray[np.float64]:
    """Return the share of light that each pixel gets through the object.

    A ray at a distance u from the axis of a cylinder of radius R crosses 2√(R² - u²) of it; what comes
    through is exp(-Σ μ·path). Turned by φ, the axis at (x, z) is seen at x cos φ + z sin φ.

    References
    ----------
    Kak and Slaney, Principles of Computerized Tomographic Imaging (1988), section 3.1: projections.
    """
    rows, columns = shape
    u = (np.arange(columns) - 0.5 * (columns - 1)) * pixel_mm - shift_mm[0]
    v = (0.5 * (rows - 1) - np.arange(rows)) * pixel_mm - shift_mm[1]
    angle = math.radians(angle_deg)
    path = np.zeros(shape)
    for part in PHANTOM:
        seen_at = part.x_mm * math.cos(angle) + part.z_mm * math.sin(angle)
        chord = 2.0 * np.sqrt(np.maximum(part.radius_mm**2 - (u - seen_at) ** 2, 0.0))
        inside = (v >= part.bottom_mm) & (v <= part.top_mm)
        path += part.per_mm * inside[:, np.newaxis] * chord[np.newaxis, :]
    share: NDArray[np.float64] = np.exp(-path)
    return share
