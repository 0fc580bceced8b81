"""A changer: filters, targets or samples on one axis, by name."""

from __future__ import annotations

from collections.abc import Mapping

from acquisition.devices.backends.addresses import backend_at
from acquisition.devices.library.motor import Motor
from acquisition.devices.standard.named_positions import NamedPositioner
from acquisition.devices.standard.pv_device import BackendOf


class Changer(NamedPositioner):
    """Named positions of a motor: ``set("Cu foil")`` (Movable, Locatable, Checkable, Stoppable, Readable).

    Reads as ``name`` (the name of the position, ``"unknown"`` between them) and ``name_motor``.

    =========  ============  ============================================================================
    PV         type          meaning
    =========  ============  ============================================================================
    ``<P>``    motor record  the axis
    =========  ============  ============================================================================

    Parameters
    ----------
    prefix
        The record, without a dot.
    positions
        Where each name is, in the units of the motor.
    tolerance
        How far from it still counts as there, in the same units.
    """

    def __init__(
        self,
        prefix: str,
        name: str = "",
        *,
        positions: Mapping[str, float],
        tolerance: float = 0.1,
        title: str = "",
        backend: BackendOf = backend_at,
    ) -> None:
        self.prefix = prefix
        super().__init__(
            name,
            real={"motor": Motor(prefix, backend=backend)},
            places={place: {"motor": float(value)} for place, value in positions.items()},
            tolerance=tolerance,
            title=title,
        )
