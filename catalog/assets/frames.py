"""A frame as a person looks at it."""

from __future__ import annotations

from typing import Any

from numpy.typing import NDArray

from catalog.assets.errors import NoFrameError


def as_picture(frame: NDArray[Any]) -> NDArray[Any]:
    """Give the two-dimensional array that a preview shows: the first of a stack, a line as one row.

    Raises
    ------
    NoFrameError
        It has no two sides, or no pixel.
    """
    while frame.ndim > 2:
        if not len(frame):
            break
        frame = frame[0]
    if frame.ndim == 1:
        frame = frame[None, :]
    if frame.ndim != 2 or frame.size == 0:
        raise NoFrameError("The frame has no pixels to show.")
    return frame
