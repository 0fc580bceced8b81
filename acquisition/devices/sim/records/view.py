"""What a camera looks at, at one moment."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

Image = NDArray[np.float32]


@dataclass(frozen=True, slots=True)
class View:
    """A picture, how strong it is in counts/s a pixel at its value 1, and the dark counts/s a pixel."""

    picture: Image
    strength: float
    dark_rate: float

    def mean(self, exposure_s: float) -> Image:
        """Return the mean counts of each pixel."""
        mean: Image = self.picture * np.float32(self.strength * exposure_s)
        mean += np.float32(self.dark_rate * exposure_s)
        return mean


Look = Callable[[float], View]
"""Gives the view at a moment of the monotonic clock."""
