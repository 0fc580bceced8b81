"""How much light matter takes: edges, their fine structure, ion chambers."""

from __future__ import annotations

import math
from dataclasses import dataclass

IRON_EDGE_EV = 7112.0
IRON_DENSITY_G_CM3 = 7.874
ELECTRON_C = 1.602176634e-19


@dataclass(frozen=True, slots=True)
class Edge:
    """Absorption of an element around one edge.

    Below and above, the mass absorption coefficient falls with powers of the energy. The step is that of a
    transition to a continuum from a level of finite lifetime, ½ + arctan(2(E - E₀)/Γ)/π. Above it comes the
    fine structure of one shell of neighbours, χ(k) = S sin(2kR + φ) exp(-2σ²k²)/kR², with
    k² = 0.2625 Å⁻² eV⁻¹ (E - E₀).

    Attributes
    ----------
    energy_ev, width_ev
        E₀ and Γ of the core hole.
    below_cm2_g, above_cm2_g
        Mass absorption coefficients just below and just above.
    distance_angstrom, disorder_angstrom2, amplitude
        R, σ² and S of the neighbours; an amplitude of 0 leaves a smooth step.

    References
    ----------
    Richtmyer, Barnes and Ramberg, Phys. Rev. 46 (1934) 843: arctangent step. Krause and Oliver, J. Phys.
    Chem. Ref. Data 8 (1979) 329: widths. Sayers, Stern and Lytle, Phys. Rev. Lett. 27 (1971) 1204: χ(k).
    Hubbell and Seltzer, NISTIR 5632 (1995): coefficients.
    """

    energy_ev: float
    width_ev: float
    below_cm2_g: float
    above_cm2_g: float
    distance_angstrom: float = 2.5
    disorder_angstrom2: float = 0.006
    amplitude: float = 0.0

    def coefficient_cm2_g(self, energy_ev: float, resolution_ev: float = 0.0) -> float:
        """Return μ/ρ; ``resolution_ev`` of the light widens the step."""
        ratio = self.energy_ev / energy_ev
        below, above = self.below_cm2_g * math.pow(ratio, 2.9), self.above_cm2_g * math.pow(ratio, 2.75)
        width = math.hypot(self.width_ev, resolution_ev)
        step = 0.5 + math.atan(2.0 * (energy_ev - self.energy_ev) / width) / math.pi
        return below + (above - below) * step * (1.0 + self.fine_structure(energy_ev))

    def fine_structure(self, energy_ev: float) -> float:
        """Return χ; it grows from nothing over the first 30 eV, where single scattering does not hold yet."""
        beyond = energy_ev - self.energy_ev
        if beyond <= 0.0 or self.amplitude == 0.0:
            return 0.0
        k = math.sqrt(0.2625 * beyond)
        wave = math.sin(2.0 * k * self.distance_angstrom - 1.0) * math.exp(
            -2.0 * self.disorder_angstrom2 * k * k
        )
        onset = 1.0 - math.exp(-((beyond / 30.0) ** 2))
        return self.amplitude * onset * wave / (k * self.distance_angstrom**2)


IRON = Edge(IRON_EDGE_EV, 1.25, 53.2, 407.6, amplitude=3.0)
"""Metallic iron at its K edge: Γ = 1.25 eV, neighbours at about 2.5 Å."""


def transmission(coefficient_cm2_g: float, mass_g_cm2: float) -> float:
    """Return what comes through, exp(-μ/ρ · ρt): the law of Beer and Lambert."""
    return math.exp(-coefficient_cm2_g * mass_g_cm2)


@dataclass(frozen=True, slots=True)
class IonChamber:
    """A chamber of nitrogen in the beam, read by a current amplifier.

    Of N photons/s of energy E the gas absorbs a share f; each makes E/W pairs, so the current is
    I = e N f E/W. Nitrogen has W = 34.8 eV, and at 8 keV μ/ρ = 7.1 cm²/g, which falls as E⁻³.

    References
    ----------
    ICRU Report 31 (1979): W. Knoll, Radiation Detection and Measurement, 4th ed. (2010), chapter 5.
    """

    length_cm: float
    pair_energy_ev: float = 34.8
    density_g_cm3: float = 1.165e-3

    def absorbed(self, energy_ev: float) -> float:
        """Return the share that stays in the gas."""
        return 1.0 - transmission(7.1 * (8000.0 / energy_ev) ** 3, self.density_g_cm3 * self.length_cm)

    def current_a(self, flux: float, energy_ev: float) -> float:
        """Return the current in A for ``flux`` photons/s."""
        return ELECTRON_C * flux * self.absorbed(energy_ev) * energy_ev / self.pair_energy_ev
