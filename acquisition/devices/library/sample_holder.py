"""A holder of many samples on two axes."""

from __future__ import annotations

import math
import string
from collections.abc import Mapping, Sequence
from typing import Any

from acquisition.devices.backends.addresses import backend_at
from acquisition.devices.component import Kind
from acquisition.devices.errors import WrongValueError
from acquisition.devices.library.motor import Motor
from acquisition.devices.standard.joint_move import Positions
from acquisition.devices.standard.named_positions import NOWHERE, NamedPositioner
from acquisition.devices.standard.pv_device import BackendOf


class SampleHolder(NamedPositioner):
    """A grid of samples: ``set("A3")``, ``set("NaCl")`` (Movable, Locatable, Checkable, Stoppable, Readable).

    Reads as ``name`` (the place: row letter and column number), ``name_sample`` (what is there) and the
    motors ``name_x`` and ``name_y``.

    =========  ============  ====  ========================================================================
    PV         type          unit  meaning
    =========  ============  ====  ========================================================================
    ``<X>``    motor record  mm    along the columns
    ``<Y>``    motor record  mm    along the rows
    =========  ============  ====  ========================================================================

    Parameters
    ----------
    x_prefix, y_prefix
        The records, without a dot.
    rows, columns
        How many (26 rows at most); row A, column 1 is at the origin.
    origin_mm
        Motor positions of A1.
    pitch_mm
        From column to column, and from row to row.
    angle_deg
        How far the holder is turned, from x towards y.
    samples
        What is where, by place.
    tolerance_mm
        How far from a place still counts as there.
    """

    def __init__(
        self,
        x_prefix: str,
        y_prefix: str,
        name: str = "",
        *,
        rows: int = 1,
        columns: int = 1,
        origin_mm: Sequence[float] = (0.0, 0.0),
        pitch_mm: Sequence[float] = (10.0, 10.0),
        angle_deg: float = 0.0,
        samples: Mapping[str, str] | None = None,
        tolerance_mm: float = 0.05,
        title: str = "",
        backend: BackendOf = backend_at,
    ) -> None:
        self.samples = dict(samples or {})
        super().__init__(
            name,
            real={"x": Motor(x_prefix, backend=backend), "y": Motor(y_prefix, backend=backend)},
            places=_grid(rows, columns, origin_mm, pitch_mm, math.radians(angle_deg)),
            tolerance=tolerance_mm,
            title=title,
        )
        self._check_samples()
        self.sample = self.add("sample", self._named(self.sample_at), kind=Kind.NORMAL)

    def _check_samples(self) -> None:
        strangers = [place for place in self.samples if place not in self.places]
        if strangers:
            raise WrongValueError(f"{self.name} has no place {', '.join(strangers)}; it has {self._extent}")
        names = list(self.samples.values())
        doubled = {sample for sample in names if names.count(sample) > 1 or sample in self.places}
        if doubled:
            raise WrongValueError(f"{self.name}: {', '.join(sorted(doubled))} would name two places")

    @property
    def _extent(self) -> str:
        places = list(self.places)
        return f"{places[0]} to {places[-1]}"

    def sample_at(self, positions: Positions) -> str:
        """Return what lies at these positions; ``"unknown"`` between places, empty text at an empty place."""
        place = self.place_at(positions)
        return NOWHERE if place == NOWHERE else self.samples.get(place, "")

    def targets_of(self, value: Any) -> Positions:
        """Return where the motors are at a place, or at the place of a sample.

        Raises
        ------
        WrongValueError
            There is no such place or sample.
        """
        place = next((place for place, sample in self.samples.items() if sample == value), value)
        if not isinstance(place, str) or place not in self.places:
            known = ", ".join(self.samples.values()) or "none"
            raise WrongValueError(
                f"{self.name} takes a place from {self._extent} or a sample ({known}), not {value!r}"
            )
        return self.places[place]


def _grid(
    rows: int, columns: int, origin: Sequence[float], pitch: Sequence[float], angle: float
) -> dict[str, Positions]:
    """Return the motor positions of each place, row after row."""
    if not (1 <= rows <= len(string.ascii_uppercase) and columns >= 1):
        raise WrongValueError(f"a holder has 1 to 26 rows and at least 1 column, not {rows} and {columns}")
    places = {}
    for row, letter in enumerate(string.ascii_uppercase[:rows]):
        for column in range(columns):
            along, across = column * pitch[0], row * pitch[1]
            places[f"{letter}{column + 1}"] = {
                "x": origin[0] + along * math.cos(angle) - across * math.sin(angle),
                "y": origin[1] + along * math.sin(angle) + across * math.cos(angle),
            }
    return places
