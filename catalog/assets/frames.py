"""One frame, from its address to numbers."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from numpy.typing import NDArray

from catalog.assets.errors import NoFrameError
from catalog.assets.hdf5 import read_frames
from catalog.assets.paths import file_of
from catalog.selectors import FrameAddress

_HDF5 = ("application/x-hdf5", "application/x-hdf", "application/hdf5")


@dataclass(frozen=True, slots=True)
class FrameFile:
    """The file of a frame, checked; ``version`` changes whenever the file does."""

    path: Path
    version: str


def frame_file(address: FrameAddress, roots: Iterable[Path]) -> FrameFile:
    """Give the file that holds a frame.

    Raises
    ------
    AssetNotAllowedError, AssetGoneError
        See `catalog.assets.paths.file_of`.
    NoFrameError
        Files of this kind are not read.
    """
    if address.mimetype not in _HDF5:
        raise NoFrameError(
            f"Frames of the kind {address.mimetype[:80]!r} are not read here; HDF5 is.",
            hint="The file's address is in the stream_resource document.",
        )
    path = file_of(address.uri, roots)
    facts = path.stat()
    return FrameFile(path, f"{facts.st_mtime_ns:x}-{facts.st_size:x}")


def read_frame(address: FrameAddress, file: FrameFile) -> NDArray[Any]:
    """Read the numbers of a frame; an event of one entry gives it without the leading axis."""
    frames = read_frames(file.path, address.dataset, address.first, address.count)
    return frames[0] if address.count == 1 else frames


def as_picture(frame: NDArray[Any]) -> NDArray[Any]:
    """Give the two-dimensional array that a preview shows: the first of a stack, a line as one row.

    Raises
    ------
    NoFrameError
        It has no two sides, or no pixel.
    """
    while frame.ndim > 2:
        frame = frame[0]
    if frame.ndim == 1:
        frame = frame[None, :]
    if frame.ndim != 2 or frame.size == 0:
        raise NoFrameError("The frame has no pixels to show.")
    return frame
