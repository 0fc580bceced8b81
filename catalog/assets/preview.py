"""A frame made smaller for the screen, with no bright spot lost."""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import NDArray


def reduced(frame: NDArray[Any], most: int) -> NDArray[Any]:
    """Make the longer side of a picture at most `most` pixels; each pixel is the greatest of its block.

    Parameters
    ----------
    frame
        Shape (rows, columns), of numbers.
    most
        Pixels, at least 1.

    Returns
    -------
    ndarray
        The same dtype; the frame itself when it is small enough. Blocks at the right and lower edge may be
        cut. A NaN makes its block NaN.

    Examples
    --------
    >>> reduced(np.array([[1, 9, 2], [3, 4, 5]]), 2).tolist()
    [[9, 5]]
    """
    step = -(-max(frame.shape) // most)
    if step <= 1:
        return frame
    return _greatest(_greatest(frame, step).T, step).T


def _greatest(frame: NDArray[Any], step: int) -> NDArray[Any]:
    """Give the greatest of each `step` rows, by whole rows, which is quicker than by blocks."""
    found = frame[::step].copy()
    for first in range(1, min(step, len(frame))):
        part = frame[first::step]
        np.maximum(found[: len(part)], part, out=found[: len(part)])
    return found
