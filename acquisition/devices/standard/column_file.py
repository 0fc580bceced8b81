"""Columns of numbers in an HDF5 file that grows by rows, and can be read while it grows."""

from __future__ import annotations

import uuid
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import h5py
import numpy as np

from acquisition.devices.standard.stream_assets import StreamAssets

CHUNK_ROWS = 1024


class ColumnFile:
    """A new file in a folder; the name is one that no other file has.

    Parameters
    ----------
    folder
        Where it goes; it must exist.
    columns
        Their names; each is a dataset of 64-bit floats below ``/entry/data``.
    """

    def __init__(self, folder: Path, columns: Sequence[str]) -> None:
        self.path = folder.resolve() / f"{uuid.uuid4()}.h5"
        self.count = 0
        self._file = h5py.File(self.path, "w", libver="latest")
        self._columns = [
            self._file.create_dataset(
                dataset_of(name), shape=(0,), maxshape=(None,), chunks=(CHUNK_ROWS,), dtype="<f8"
            )
            for name in columns
        ]
        self._file.swmr_mode = True  # from here on the layout is fixed, and readers may come

    def append(self, rows: Sequence[Sequence[float]]) -> None:
        """Write rows, a value for each column, and flush them."""
        if not rows:
            return
        first, self.count = self.count, self.count + len(rows)
        for dataset, values in zip(self._columns, np.asarray(rows, dtype="<f8").T, strict=True):
            dataset.resize(self.count, axis=0)
            dataset[first:] = values
            dataset.flush()

    def assets(self, data_key: str, column: str) -> StreamAssets:
        """Return the documents of a column as an external data key."""
        parameters: dict[str, Any] = {
            "dataset": dataset_of(column),
            "chunk_shape": [CHUNK_ROWS],
            "swmr": True,
        }
        return StreamAssets(
            data_key=data_key,
            uri=self.path.as_uri().replace("file:///", "file://localhost/", 1),
            mimetype="application/x-hdf5",
            parameters=parameters,
        )

    def close(self) -> None:
        """Close the file; may be called twice."""
        self._file.close()


def dataset_of(column: str) -> str:
    """Return where a column is in the file."""
    return f"/entry/data/{column.replace('/', '_')}"
