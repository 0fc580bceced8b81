"""Four blades, as gap and centre."""

from __future__ import annotations

from acquisition.devices.backends.addresses import backend_at
from acquisition.devices.library.motor import Motor
from acquisition.devices.standard.joint_move import Positions
from acquisition.devices.standard.pseudo import PseudoAxis, PseudoPositioner
from acquisition.devices.standard.pv_device import BackendOf

BLADES = {"h": ("inboard", "outboard"), "v": ("bottom", "top")}
"""Blades of each direction: the one on the negative, and the one on the positive side."""


class Slits(PseudoPositioner):
    """Four blades (Movable, Locatable, Checkable, Stoppable, Readable, Configurable).

    Reads as ``name_h_gap``, ``name_h_centre``, ``name_v_gap``, ``name_v_centre`` and the four blades; each
    of these is also an axis of its own.

    ===============  ============  ====  =================================================================
    PV               type          unit  meaning
    ===============  ============  ====  =================================================================
    ``<P>top``       motor record  mm    blade above the beam
    ``<P>bottom``    motor record  mm    blade below the beam
    ``<P>inboard``   motor record  mm    blade on the side of the ring
    ``<P>outboard``  motor record  mm    blade on the other side
    ===============  ============  ====  =================================================================

    The positions of both blades of a pair count the same way, up or outboard: gap = top - bottom,
    centre = (top + bottom) / 2.

    Parameters
    ----------
    prefix
        ``<P>``, with its separator.
    opens_outwards
        The positions of each blade count away from the beam: gap = top + bottom,
        centre = (top - bottom) / 2.
    min_gap_mm
        The smallest gap that may be asked for.
    """

    def __init__(
        self,
        prefix: str,
        name: str = "",
        *,
        opens_outwards: bool = False,
        min_gap_mm: float = 0.0,
        title: str = "",
        backend: BackendOf = backend_at,
    ) -> None:
        self.prefix = prefix
        self.sign = -1.0 if opens_outwards else 1.0
        gap_limits = (min_gap_mm, float("inf"))
        super().__init__(
            name,
            real={
                blade: Motor(f"{prefix}{blade}", backend=backend)
                for blade in ("top", "bottom", "inboard", "outboard")
            },
            pseudo={
                "h_gap": PseudoAxis(units="mm", limits=gap_limits),
                "h_centre": PseudoAxis(units="mm"),
                "v_gap": PseudoAxis(units="mm", limits=gap_limits),
                "v_centre": PseudoAxis(units="mm"),
            },
            title=title,
        )

    def forward(self, pseudo: Positions) -> Positions:
        """Return where the blades are for gaps and centres."""
        blades = {}
        for direction, (negative, positive) in BLADES.items():
            gap, centre = pseudo[f"{direction}_gap"], pseudo[f"{direction}_centre"]
            blades[positive] = centre + gap / 2
            blades[negative] = self.sign * (centre - gap / 2)
        return blades

    def inverse(self, real: Positions) -> Positions:
        """Return gaps and centres for where the blades are."""
        found = {}
        for direction, (negative, positive) in BLADES.items():
            low, high = self.sign * real[negative], real[positive]
            found[f"{direction}_gap"] = high - low
            found[f"{direction}_centre"] = (high + low) / 2
        return found
