"""Read one frame of an HDF5 file that may be hostile or still be written."""

from __future__ import annotations

from contextlib import closing
from pathlib import Path
from typing import Any

import h5py
import numpy as np
from numpy.typing import NDArray

from accounts.errors import TooLargeError
from catalog.assets.errors import NoFrameError

MAX_FRAME_BYTES = 256 * 2**20
_NUMBERS = "biuf"


def read_frames(path: Path, dataset: str, first: int, count: int) -> NDArray[Any]:
    """Give ``count`` entries from ``first`` on along the first axis of a dataset.

    Only what lies in the file itself is read: no external link, external storage or virtual dataset.

    Raises
    ------
    NoFrameError
        There is no such dataset or entry, it is not of numbers, or it lies in another file.
    TooLargeError
        It has more than 256 MiB.
    """
    try:
        with closing(_opened(path)) as file:
            return _read(_dataset(file, dataset), first, count)
    except (OSError, RuntimeError, KeyError) as error:
        raise NoFrameError(
            f"The file {path.name} cannot be read now.",
            hint="It may still be written; try again in a moment.",
        ) from error


def _opened(path: Path) -> Any:
    try:
        return h5py.File(path, "r", libver="latest", swmr=True, locking=False)
    except (OSError, ValueError):
        return h5py.File(path, "r", locking=False)


def _dataset(file: Any, name: str) -> Any:
    """Walk to a dataset by hard links only."""
    node = file
    for step in filter(None, name.split("/")):
        link = node.get(step, getlink=True) if isinstance(node, h5py.Group) and step != "." else None
        if not isinstance(link, h5py.HardLink):
            raise NoFrameError(f"The file has no dataset {name[:200]!r} of its own.")
        node = node[step]
    if not isinstance(node, h5py.Dataset) or node.is_virtual or node.external:
        raise NoFrameError(f"{name[:200]!r} is no dataset that lies in the file itself.")
    if node.dtype.kind not in _NUMBERS or node.ndim < 1:
        raise NoFrameError(f"{name[:200]!r} does not hold arrays of numbers.")
    return node


def _read(node: Any, first: int, count: int) -> NDArray[Any]:
    if not 0 <= first < first + count <= node.shape[0]:
        raise NoFrameError(f"The file holds {node.shape[0]} frames; number {first} is not among them.")
    entry = int(np.prod(node.shape[1:], dtype=object)) * node.dtype.itemsize
    chunk = int(np.prod(node.chunks or (0,), dtype=object)) * node.dtype.itemsize
    if max(entry * count, chunk) > MAX_FRAME_BYTES:
        raise TooLargeError(f"A frame of {entry * count} bytes is too large; {MAX_FRAME_BYTES} at most.")
    frames: NDArray[Any] = node[first : first + count]
    return frames
