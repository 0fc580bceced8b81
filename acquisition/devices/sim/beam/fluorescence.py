"""The spectrum that a sample gives back to an energy-dispersive detector."""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

ELECTRON_REST_EV = 510998.95
PAIR_ENERGY_EV = 3.65
FANO = 0.115
NOISE_FWHM_EV = 90.0
CHANNELS = 2048
EV_PER_CHANNEL = 10.0


@dataclass(frozen=True, slots=True)
class KLines:
    """K edge, Kα and Kβ of an element in eV, and the yield of fluorescence.

    References
    ----------
    X-ray Data Booklet, 3rd ed. (LBNL, 2009), tables 1-1 and 1-2; Krause, J. Phys. Chem. Ref. Data 8 (1979)
    307: yields.
    """

    edge_ev: float
    alpha_ev: float
    beta_ev: float
    fluorescence_yield: float


LINES = {
    "K": KLines(3608.4, 3313.8, 3589.6, 0.140),
    "Ca": KLines(4038.5, 3691.7, 4012.7, 0.163),
    "Mn": KLines(6539.0, 5898.8, 6490.5, 0.308),
    "Fe": KLines(7112.0, 6403.8, 7058.0, 0.340),
    "Ni": KLines(8333.0, 7478.2, 8264.7, 0.406),
    "Zn": KLines(9658.6, 8638.9, 9572.0, 0.474),
}
BETA_SHARE = 0.12


def resolution_fwhm_ev(energy_ev: float) -> float:
    """Return the width of a line: electronic noise and the statistics of pairs, √(N² + 8 ln2 F ε E).

    References
    ----------
    Knoll, Radiation Detection and Measurement, 4th ed. (2010), sections 11.5 and 13.3.

    Examples
    --------
    >>> 140 < resolution_fwhm_ev(5898.8) < 152
    True
    """
    return math.sqrt(NOISE_FWHM_EV**2 + 8.0 * math.log(2.0) * FANO * PAIR_ENERGY_EV * energy_ev)


def compton_ev(energy_ev: float, angle_deg: float = 90.0) -> float:
    """Return the energy after scattering off a free electron, E/(1 + (E/mc²)(1 - cos φ))."""
    share = energy_ev / ELECTRON_REST_EV * (1.0 - math.cos(math.radians(angle_deg)))
    return energy_ev / (1.0 + share)


def excited(element: str, energy_ev: float) -> float:
    """Return how well light of that energy excites the K shell, 1 just above the edge, 0 below.

    Above the edge the photoelectric cross-section falls about as E⁻²·⁷⁵; the edge has the width of iron's.
    """
    edge = LINES[element].edge_ev
    step = 0.5 + math.atan(2.0 * (energy_ev - edge) / 1.5) / math.pi
    return step * (edge / energy_ev) ** 2.75 if energy_ev > edge - 60.0 else 0.0


def fluorescence_rates(flux: float, energy_ev: float, amounts: Mapping[str, float]) -> dict[str, float]:
    """Return the K photons/s of each element that reach the detector.

    The detector sees 0.1 % of the sphere, and a full sample absorbs a twentieth of the beam.
    What has no line in the table gives none.
    """
    seen = 1e-3 * 0.05 * flux
    return {
        element: seen * amount * LINES[element].fluorescence_yield * excited(element, energy_ev)
        for element, amount in amounts.items()
        if element in LINES
    }


def spectrum_rates(flux: float, energy_ev: float, amounts: Mapping[str, float]) -> NDArray[np.float64]:
    """Return the counts/s of each channel: lines, elastic and Compton peak, and a weak background."""
    rates = fluorescence_rates(flux, energy_ev, amounts)
    peaks = [(energy_ev, 2e-8 * flux), (compton_ev(energy_ev), 6e-8 * flux)]
    for element, rate in rates.items():
        lines = LINES[element]
        peaks += [(lines.alpha_ev, (1.0 - BETA_SHARE) * rate), (lines.beta_ev, BETA_SHARE * rate)]
    axis = EV_PER_CHANNEL * np.arange(CHANNELS)
    total = np.where(axis < energy_ev, 1e-11 * flux, 0.0)
    for centre, rate in peaks:
        sigma = resolution_fwhm_ev(centre) / math.sqrt(8.0 * math.log(2.0))
        height = rate * EV_PER_CHANNEL / (sigma * math.sqrt(2.0 * math.pi))
        total += height * np.exp(-0.5 * ((axis - centre) / sigma) ** 2)
    return total


def window(centre_ev: float, half_width_ev: float = 100.0) -> tuple[int, int]:
    """Return the first and last channel of a region around a line."""
    low = round((centre_ev - half_width_ev) / EV_PER_CHANNEL)
    return low, round((centre_ev + half_width_ev) / EV_PER_CHANNEL)
