"""Frames out of files: our lazy arrays beside h5py, tifffile and the adapters of Tiled, on the same files.

The files are the same, and in the cache of the system. Each row is the median of some rounds, after one
without a clock; the ratio is theirs over ours, so above 1 ours is quicker. h5py and tifffile are the floor:
they open the file they are given, and check neither folders nor links nor sizes.
"""

import tempfile
import time
from collections.abc import Callable
from pathlib import Path
from statistics import median
from typing import Any

import h5py
import numpy as np
import tifffile

from tests.support.asset_files import array_of, stream_documents

FRAMES, SIDE, SINGLES = 200, 512, 50
ROUNDS = 5
SHAPE = (1, SIDE, SIDE)
DATASET = "entry/data/data"
TIFF = "multipart/related;type=image/tiff"


def main() -> None:
    """Print the table."""
    frames = np.random.default_rng(1).integers(0, 65535, (FRAMES, SIDE, SIDE)).astype("<u2")
    with tempfile.TemporaryDirectory(prefix="bench-arrays-") as name:
        folder = Path(name)
        _write(folder, frames)
        print(f"{FRAMES} frames of {SIDE} × {SIDE} × 2 bytes")
        print(f"{'work':38} {'ours ms':>8} {'floor ms':>9} {'ratio':>6} {'tiled ms':>9} {'ratio':>6}")
        for row in (_whole, _singles, _series):
            _print(*row(folder, frames))


def _write(folder: Path, frames: Any) -> None:
    with h5py.File(folder / "a.h5", "w") as file:
        file.create_dataset(DATASET, data=frames, chunks=SHAPE)
    for number in range(SINGLES):
        tifffile.imwrite(folder / f"t_{number}.tif", frames[number])


Work = Callable[[], Any]


def _hdf5(folder: Path) -> tuple[Any, Work]:
    from tiled.adapters.hdf5 import HDF5ArrayAdapter

    ours = array_of(folder, SHAPE, stream_documents(folder, [("a.h5", FRAMES)], "application/x-hdf5"))
    uri = f"file://localhost{folder}/a.h5"
    return ours, lambda: HDF5ArrayAdapter.from_uris(uri, dataset=DATASET)


def _whole(folder: Path, frames: Any) -> tuple[str, Work, Work, Work]:
    ours, theirs = _hdf5(folder)

    def floor() -> Any:
        with h5py.File(folder / "a.h5") as file:
            return file[DATASET][()]

    return "HDF5, all at once", ours.read, floor, lambda: theirs().read()


def _singles(folder: Path, frames: Any) -> tuple[str, Work, Work, Work]:
    ours, theirs = _hdf5(folder)

    def floor() -> Any:
        for number in range(SINGLES):
            with h5py.File(folder / "a.h5") as file:
                last = file[DATASET][number]
        return last

    def tiled() -> Any:
        for number in range(SINGLES):
            last = theirs().read(slice=(number,))
        return last

    return f"HDF5, {SINGLES} single frames", lambda: [ours[n] for n in range(SINGLES)][-1], floor, tiled


def _series(folder: Path, frames: Any) -> tuple[str, Work, Work, Work]:
    from tiled.adapters.tiff import TiffSequenceAdapter

    documents = stream_documents(folder, [("", SINGLES)], TIFF, {"template": "t_{:d}.tif"})
    ours = array_of(folder, SHAPE, documents)
    uris = [f"file://localhost{folder}/t_{number}.tif" for number in range(SINGLES)]

    def floor() -> Any:
        return np.stack([tifffile.imread(folder / f"t_{number}.tif") for number in range(SINGLES)])

    return f"TIFF, series of {SINGLES}", ours.read, floor, lambda: TiffSequenceAdapter.from_uris(*uris).read()


def _print(what: str, ours: Work, floor: Work, tiled: Work) -> None:
    values = ours()
    assert np.array_equal(values, floor())
    assert np.array_equal(values, tiled())
    mine, bare, peer = _medians(ours, floor, tiled)
    print(f"{what:38} {mine:8.1f} {bare:9.1f} {bare / mine:6.2f} {peer:9.1f} {peer / mine:6.2f}")


def _medians(*works: Work) -> list[float]:
    """Return the median time of each in ms; they take turns, so that a busy moment meets all."""
    taken: list[list[float]] = [[] for _ in works]
    for _ in range(ROUNDS):
        for times, work in zip(taken, works, strict=True):
            began = time.perf_counter()
            work()
            times.append(1e3 * (time.perf_counter() - began))
    return [median(times) for times in taken]
