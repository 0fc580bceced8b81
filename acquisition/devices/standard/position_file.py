"""Positions and times of pulses, in an HDF5 file that can be read while it grows."""

from __future__ import annotations

import uuid
from collections.abc import Sequence
from pathlib import Path

import h5py
import numpy as np

POSITIONS = "/entry/data/positions"
TIMES = "/entry/data/timestamps"


class PositionFile:
    """A new file in a folder; the name is one that no other file has.

    Parameters
    ----------
    folder
        Where it goes; it must exist.
    """

    def __init__(self, folder: Path) -> None:
        self.path = folder / f"{uuid.uuid4()}.h5"
        self.count = 0
        self._file = h5py.File(self.path, "w", libver="latest")
        self._columns = [
            self._file.create_dataset(name, shape=(0,), maxshape=(None,), chunks=(1024,), dtype="<f8")
            for name in (POSITIONS, TIMES)
        ]
        self._file.swmr_mode = True

    def append(self, pulses: Sequence[tuple[float, float]]) -> None:
        """Write position and POSIX time of pulses, and flush them."""
        if not pulses:
            return
        first, self.count = self.count, self.count + len(pulses)
        for dataset, values in zip(self._columns, np.asarray(pulses, dtype="<f8").T, strict=True):
            dataset.resize(self.count, axis=0)
            dataset[first:] = values
            dataset.flush()

    def close(self) -> None:
        """Close the file; may be called twice."""
        self._file.close()
