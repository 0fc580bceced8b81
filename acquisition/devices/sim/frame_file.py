"""An HDF5 file that grows by one frame at a time, and can be read while it grows."""

from __future__ import annotations

import re
from collections.abc import Sequence
from pathlib import Path

import h5py
import numpy as np
from numpy.typing import NDArray

DATASET = "/entry/data/frames"
TIMES = "/entry/data/timestamps"
FILE_NAME = re.compile(r"[A-Za-z0-9][A-Za-z0-9._-]{0,120}\.h5")


class FrameFile:
    """Writes frames for one-writer-many-readers access; open it with ``h5py.File(path, "r", swmr=True)``.

    Parameters
    ----------
    folder
        Where the file goes; it must exist.
    name
        A plain file name ending in ``.h5``, new in that folder.
    shape
        Rows and columns of a frame.
    dataset, times
        Where in the file frames and time stamps go.

    Raises
    ------
    ValueError
        If the name is no plain file name.
    FileExistsError
        If there is such a file.
    """

    def __init__(
        self,
        folder: Path,
        name: str,
        shape: tuple[int, int],
        *,
        dataset: str = DATASET,
        times: str = TIMES,
    ) -> None:
        if not FILE_NAME.fullmatch(name):
            raise ValueError(
                f"{name!r} is no file name for frames: letters, digits, . _ - and .h5 at the end"
            )
        self.path = folder.resolve() / name
        if self.path.exists():
            raise FileExistsError(f"{self.path} exists: frames are never written over others")
        self.count = 0
        self._file = h5py.File(self.path, "w", libver="latest")
        self._frames = self._file.create_dataset(
            dataset, shape=(0, *shape), maxshape=(None, *shape), chunks=(1, *shape), dtype="<u2"
        )
        self._times = self._file.create_dataset(
            times, shape=(0,), maxshape=(None,), chunks=(1024,), dtype="<f8"
        )
        self._file.swmr_mode = True  # from here on the layout is fixed, and readers may come

    def append(self, frame: NDArray[np.uint16], timestamp: float) -> int:
        """Write one frame, flush it, and return how many there are."""
        return self.extend([frame], [timestamp])

    def extend(self, frames: Sequence[NDArray[np.uint16]], timestamps: Sequence[float]) -> int:
        """Write some frames, flush them, and return how many there are.

        A frame is one chunk, written as it is, past the conversions of the library.
        """
        first, last = self.count, self.count + len(frames)
        self._frames.resize(last, axis=0)
        for index, frame in enumerate(frames, first):
            self._frames.id.write_direct_chunk((index, 0, 0), np.ascontiguousarray(frame, "<u2"))
        self._times.resize(last, axis=0)
        self._times[first:last] = timestamps
        self._frames.flush()
        self._times.flush()
        self.count = last
        return last

    def close(self) -> None:
        """Close the file; may be called twice."""
        self._file.close()
