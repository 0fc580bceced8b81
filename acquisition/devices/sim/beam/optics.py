"""Source, mirror, monochromator and slits: from the current of the ring to the flux on the sample.

Energies in eV, wavelengths in Å, angles in degrees unless a name says otherwise.
"""

from __future__ import annotations

import cmath
import math
from dataclasses import dataclass

import numpy as np

HC_EV_ANGSTROM = 12398.419843320026
"""h·c in eV·Å (CODATA 2018; exact in the SI of 2019)."""

SILICON_LATTICE_ANGSTROM = 5.431020511
"""Lattice parameter of silicon at 22.5 °C in vacuum (CODATA 2018)."""

SI_111_ANGSTROM = SILICON_LATTICE_ANGSTROM / math.sqrt(3.0)
"""Distance of the (111) planes of silicon: a/√(h²+k²+l²) for a cubic lattice."""

SI_111_BANDWIDTH = 1.33e-4
"""Intrinsic relative width ΔE/E of the Si(111) reflection.

References
----------
Als-Nielsen and McMorrow, Elements of Modern X-ray Physics, 2nd ed. (2011), table 6.1 and section 6.4.
"""

CLASSICAL_RADIUS_ANGSTROM = 2.8179403262e-5
AVOGADRO = 6.02214076e23
FWHM_PER_SIGMA = math.sqrt(8.0 * math.log(2.0))


def wavelength_angstrom(energy_ev: float) -> float:
    """Return λ = hc/E."""
    return HC_EV_ANGSTROM / energy_ev


def bragg_angle_deg(energy_ev: float, d_angstrom: float = SI_111_ANGSTROM) -> float:
    """Return the angle of first-order reflection, λ = 2d sin θ.

    Raises
    ------
    ValueError
        If the wavelength is longer than 2d: no angle reflects it.

    References
    ----------
    Bragg and Bragg, Proc. R. Soc. Lond. A 88 (1913) 428.

    Examples
    --------
    >>> round(bragg_angle_deg(7112.0), 3)
    16.14
    """
    sine = wavelength_angstrom(energy_ev) / (2.0 * d_angstrom)
    if not 0.0 < sine <= 1.0:
        raise ValueError(f"no angle of planes {d_angstrom:g} Å apart reflects {energy_ev:g} eV")
    return math.degrees(math.asin(sine))


def bragg_energy_ev(angle_deg: float, d_angstrom: float = SI_111_ANGSTROM) -> float:
    """Return the energy that an angle reflects, the inverse of `bragg_angle_deg`."""
    return HC_EV_ANGSTROM / (2.0 * d_angstrom * math.sin(math.radians(angle_deg)))


def darwin_width_urad(angle_deg: float) -> float:
    """Return the angular width of the reflection, ω = (ΔE/E) tan θ, by differentiating Bragg's law."""
    return 1e6 * SI_111_BANDWIDTH * math.tan(math.radians(angle_deg))


def rocking_curve(offset_urad: float, angle_deg: float) -> float:
    """Return the reflected share, 0..1, when the second crystal is ``offset_urad`` from parallel.

    The curve of two equal crystals is the autocorrelation of one reflection, √2 wider than it; it is taken
    as a gaussian of that full width at half maximum.

    References
    ----------
    Als-Nielsen and McMorrow (2011), section 6.4.4: double-crystal diffractometers.
    """
    sigma = math.sqrt(2.0) * darwin_width_urad(angle_deg) / FWHM_PER_SIGMA
    return math.exp(-0.5 * (offset_urad / sigma) ** 2)


_LOG_Y = np.log([1e-3, 1e-2, 0.1, 0.2, 0.3, 0.5, 0.7, 1.0, 1.5, 2.0, 3.0, 4.0, 5.0, 10.0])
_LOG_G1 = np.log(
    [
        *(0.2131, 0.4450, 0.8182, 0.9034, 0.9177, 0.8708, 0.7879),
        *(0.6514, 0.4506, 0.3016, 0.1286, 0.05283, 0.02125, 1.922e-4),
    ]
)


@dataclass(frozen=True, slots=True)
class BendingMagnet:
    """White light of a bending magnet.

    The critical energy is 0.665 E² B keV with E in GeV and B in T. The flux, integrated over the vertical
    angle, is 2.457e13 E I G₁(y) photons/s per mrad horizontally and 0.1 % bandwidth, I in A and y = ε/ε_c;
    G₁ is interpolated between tabulated values.

    References
    ----------
    Kim, in X-ray Data Booklet, 3rd ed. (LBNL, 2009), section 2.1, equations (5) and (8), table 2-1.
    """

    electron_energy_gev: float = 3.0
    field_tesla: float = 1.4
    fan_mrad: float = 0.5

    @property
    def critical_energy_ev(self) -> float:
        """Half of the power is radiated above it."""
        return 665.0 * self.electron_energy_gev**2 * self.field_tesla

    def flux(self, energy_ev: float, current_ma: float) -> float:
        """Return photons/s in the fan and 0.1 % bandwidth."""
        y = energy_ev / self.critical_energy_ev
        g1 = math.exp(float(np.interp(math.log(y), _LOG_Y, _LOG_G1)))
        return 2.457e13 * self.electron_energy_gev * current_ma * 1e-3 * g1 * self.fan_mrad


@dataclass(frozen=True, slots=True)
class Stripe:
    """A coating of a mirror.

    ``loss`` is β/δ, how much it absorbs for what it refracts, at about 8 keV.
    """

    name: str
    atomic_number: int
    atomic_mass: float
    density_g_cm3: float
    loss: float

    def delta(self, energy_ev: float) -> float:
        """Return the refractive decrement δ = r₀ λ² n_e / 2π, n_e electrons a volume, far from edges."""
        electrons_per_cm3 = self.density_g_cm3 * AVOGADRO * self.atomic_number / self.atomic_mass
        squared = wavelength_angstrom(energy_ev) ** 2
        return CLASSICAL_RADIUS_ANGSTROM * squared * electrons_per_cm3 * 1e-24 / (2.0 * math.pi)

    def critical_angle_mrad(self, energy_ev: float) -> float:
        """Return the angle of total reflection, √(2δ)."""
        return 1e3 * math.sqrt(2.0 * self.delta(energy_ev))

    def reflectivity(self, angle_mrad: float, energy_ev: float) -> float:
        """Return the share that a smooth surface reflects at grazing incidence.

        Fresnel's formula for small angles: r = (θ - θ′)/(θ + θ′), θ′ = √(θ² - 2δ + 2iβ), R = |r|².

        References
        ----------
        Als-Nielsen and McMorrow (2011), section 3.4, equation 3.26; Parratt, Phys. Rev. 95 (1954) 359.
        """
        angle = abs(angle_mrad) * 1e-3
        delta = self.delta(energy_ev)
        inside = cmath.sqrt(angle**2 - 2.0 * delta + 2j * delta * self.loss)
        return abs((angle - inside) / (angle + inside)) ** 2 if angle > 0.0 else 0.0


STRIPES = (
    Stripe("Si", 14, 28.085, 2.33, 0.02),
    Stripe("Rh", 45, 102.906, 12.41, 0.07),
    Stripe("Pt", 78, 195.084, 21.45, 0.10),
)


@dataclass(frozen=True, slots=True)
class Aperture:
    """A beam with a gaussian profile, and how much of it comes between two blades.

    The share is the integral of the profile from one blade to the other,
    ½ erf((b - c)/σ√2) - ½ erf((a - c)/σ√2).
    """

    centre_mm: float
    sigma_mm: float

    def share(self, low_mm: float, high_mm: float) -> float:
        """Return the share between the blades, 0 if they overlap."""
        if high_mm <= low_mm:
            return 0.0
        scale = self.sigma_mm * math.sqrt(2.0)
        return 0.5 * (
            math.erf((high_mm - self.centre_mm) / scale) - math.erf((low_mm - self.centre_mm) / scale)
        )
