"""A double-crystal monochromator: energy and Bragg angle."""

from __future__ import annotations

import math

from acquisition.devices.backends.addresses import backend_at
from acquisition.devices.errors import LimitsError, WrongValueError
from acquisition.devices.library.motor import Motor
from acquisition.devices.standard.joint_move import Positions
from acquisition.devices.standard.pseudo import PseudoAxis, PseudoPositioner
from acquisition.devices.standard.pv_device import BackendOf

HC_EV_ANGSTROM = 6.62607015e-34 * 299792458.0 / 1.602176634e-19 * 1e10
"""Planck's constant times the speed of light, 12398.4198 eV Å: exact, since the SI defines h, c and e."""

LATTICE_ANGSTROM = {"Si": 5.431020511, "Ge": 5.65791}
"""Lattice parameters in Å: silicon at 22.5 °C in vacuum (CODATA 2018, Rev. Mod. Phys. 93, 025010);
germanium at 25 °C (A. S. Cooper, Acta Cryst. 15, 578 (1962))."""

UNITS = {"eV": (1.0, 2), "keV": (1000.0, 5)}
"""Units of energy: electronvolts each, digits shown."""


def d_spacing(crystal: str) -> float:
    """Return the distance in Å of the lattice planes of a cubic crystal: a / √(h² + k² + l²).

    Parameters
    ----------
    crystal
        Element and Miller indices: ``"Si111"``, ``"Si(3 1 1)"``, ``"Ge220"``.

    Raises
    ------
    WrongValueError

    Examples
    --------
    >>> round(d_spacing("Si111"), 5)
    3.1356
    """
    plain = "".join(letter for letter in crystal if letter.isalnum())
    element, indices = plain[:2], plain[2:]
    if element not in LATTICE_ANGSTROM or len(indices) != 3 or not indices.isdecimal() or not int(indices):
        known = ", ".join(LATTICE_ANGSTROM)
        raise WrongValueError(f"{crystal!r} is no crystal: give one of {known} and three indices, as Si111")
    return LATTICE_ANGSTROM[element] / math.sqrt(sum(int(index) ** 2 for index in indices))


class Monochromator(PseudoPositioner):
    """Energy over a Bragg angle (Movable, Locatable, Checkable, Stoppable, Readable, Configurable).

    Reads as ``name_energy`` (hinted), ``name_bragg`` (degrees) and, with ``exit_offset_mm``, ``name_gap``.
    ``set(8979)`` moves to an energy.

    =============  ============  ====  ===================================================================
    PV             type          unit  meaning
    =============  ============  ====  ===================================================================
    ``<P>bragg``   motor record  deg   angle of the first crystal to the beam
    ``<P>gap``     motor record  mm    distance of the crystals, only with ``exit_offset_mm``
    =============  ============  ====  ===================================================================

    Bragg's law gives E = h c / (2 d sin θ). The beam leaves at a fixed height when the gap is
    offset / (2 cos θ).

    Parameters
    ----------
    prefix
        ``<P>``, with its separator.
    crystal
        See `d_spacing`.
    d_spacing_angstrom
        The measured distance of the planes, in the place of that of the ideal crystal.
    energy_units
        ``"eV"`` or ``"keV"``.
    exit_offset_mm
        Height of the beam behind the crystals; moves the gap along.
    offset_deg
        What the motor shows at θ = 0.

    References
    ----------
    J. Als-Nielsen and D. McMorrow, *Elements of Modern X-ray Physics*, 2nd ed. (2011), section 6.1.
    """

    def __init__(
        self,
        prefix: str,
        name: str = "",
        *,
        crystal: str = "Si111",
        d_spacing_angstrom: float | None = None,
        energy_units: str = "eV",
        exit_offset_mm: float | None = None,
        offset_deg: float = 0.0,
        title: str = "",
        backend: BackendOf = backend_at,
    ) -> None:
        if energy_units not in UNITS:
            raise WrongValueError(f"energy_units is one of {', '.join(UNITS)}, not {energy_units!r}")
        self.prefix = prefix
        self.crystal = crystal
        self.d_angstrom = d_spacing(crystal) if d_spacing_angstrom is None else d_spacing_angstrom
        self.ev_each, precision = UNITS[energy_units]
        self.exit_offset_mm = exit_offset_mm
        self.offset_deg = offset_deg
        real = {"bragg": Motor(f"{prefix}bragg", backend=backend)}
        if exit_offset_mm is not None:
            real["gap"] = Motor(f"{prefix}gap", backend=backend)
        super().__init__(
            name,
            real=real,
            pseudo={"energy": PseudoAxis(units=energy_units, precision=precision)},
            title=title,
        )
        self.energy = self.pseudo["energy"]

    @property
    def lowest_energy(self) -> float:
        """Below this energy nothing is reflected, at any angle."""
        return HC_EV_ANGSTROM / (2 * self.d_angstrom) / self.ev_each

    def forward(self, pseudo: Positions) -> Positions:
        """Return the angle of an energy.

        Raises
        ------
        LimitsError
            If no angle reflects it.
        """
        energy = pseudo["energy"]
        if energy < self.lowest_energy:
            raise LimitsError(
                self.energy.name,
                energy,
                self.lowest_energy,
                float("inf"),
                self.energy.units,
                f"Bragg's law for {self.crystal}, d = {self.d_angstrom:g} Å",
            )
        theta = math.asin(self.lowest_energy / energy)
        real = {"bragg": math.degrees(theta) + self.offset_deg}
        if self.exit_offset_mm is not None:
            real["gap"] = self.exit_offset_mm / (2 * math.cos(theta)) if math.cos(theta) > 0 else math.inf
        return real

    def inverse(self, real: Positions) -> Positions:
        """Return the energy of an angle; infinite at angle 0, NaN below."""
        sine = math.sin(math.radians(real["bragg"] - self.offset_deg))
        if sine <= 0.0:
            return {"energy": math.inf if sine == 0.0 else math.nan}
        return {"energy": self.lowest_energy / sine}
