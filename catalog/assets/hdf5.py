"""HDF5 files, which may be hostile or still be written."""

from __future__ import annotations

from pathlib import Path
from typing import Any, ClassVar

import h5py
import numpy as np
from numpy.typing import NDArray

from accounts.errors import TooLargeError
from catalog.assets.asset import MAX_BYTES, Asset
from catalog.assets.errors import NoFrameError

_NUMBERS = "biuf"
_DEFAULT_DATASET = "/entry/data/data"
_TIMES = "/entry/instrument/NDAttributes/NDArrayTimeStamp"
_DATASET_OF = {"AD_HDF5_TS": _TIMES, "AD_HDF5_SWMR_TS": _TIMES}


class Hdf5Reader:
    """One dataset of a file: ``parameters["dataset"]``, or what the areaDetector module calls it.

    Only what lies in the file itself is read: no external link, external storage or virtual dataset.

    Raises
    ------
    NoFrameError
        There is no such dataset, it is not of numbers, or it lies in another file.
    TooLargeError
        A block of it has more than 256 MiB.
    """

    kinds: ClassVar[tuple[str, ...]] = (
        "application/x-hdf5",
        "application/x-hdf",
        "application/hdf5",
        "AD_HDF5",
        "AD_HDF5_SWMR",
        *_DATASET_OF,
    )

    def __init__(self, asset: Asset) -> None:
        self.path = asset.file()
        given = asset.parameters.get("dataset") or asset.parameters.get("path")
        name = str(given or _DATASET_OF.get(asset.kind, _DEFAULT_DATASET))
        try:
            self._file = _opened(self.path)
        except OSError as error:
            raise _not_now(self.path) from error
        try:
            self._node = _dataset(self._file, name)
            _require_small_blocks(self._node)
        except (OSError, RuntimeError, KeyError) as error:
            self._file.close()
            raise _not_now(self.path) from error
        except BaseException:
            self._file.close()
            raise
        self.shape: tuple[int, ...] = self._node.shape
        self.dtype: np.dtype[Any] = self._node.dtype
        self.chunks: tuple[int, ...] = self._node.chunks or (1, *self.shape[1:])

    def read(self, selection: tuple[slice, ...]) -> NDArray[Any]:
        """Give the values in these slices."""
        try:
            values: NDArray[Any] = self._node[selection]
        except (OSError, RuntimeError) as error:
            raise _not_now(self.path) from error
        return values

    def close(self) -> None:
        """Close the file."""
        self._file.close()


def _not_now(path: Path) -> NoFrameError:
    return NoFrameError(
        f"The file {path.name} cannot be read now.",
        hint="It may be damaged or still be written; try again in a moment.",
    )


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


def _require_small_blocks(node: Any) -> None:
    """Refuse a dataset of which one value costs the memory of a block that is too large."""
    chunk = int(np.prod(node.chunks or (0,), dtype=object)) * node.dtype.itemsize
    if chunk > MAX_BYTES:
        raise TooLargeError(f"A block of {chunk} bytes is too large; {MAX_BYTES} at most.")
