"""What real detectors make of light: dead time, dark counts, saturation and noise."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

FULL_SCALE = int(np.iinfo(np.uint16).max)


def live_rate(true_rate: float, dead_time_s: float) -> float:
    """Return what a counter with a dead time counts of a rate, n/(1 + nτ): it never counts more than 1/τ.

    References
    ----------
    Knoll, Radiation Detection and Measurement, 4th ed. (2010), section 4.7: the non-paralysable model.

    Examples
    --------
    >>> live_rate(1e6, 1e-6)
    500000.0
    """
    return true_rate / (1.0 + true_rate * dead_time_s)


@dataclass(frozen=True, slots=True)
class PixelNoise:
    """Frames with the noise of photons, fast enough for a hundred a second.

    A Poisson number of mean λ is drawn as λ + √λ z + (z² - 1)/6, rounded, with z normal: mean, variance and
    skewness are those of the Poisson distribution, and from λ = 4 on the two are close. The z come from a
    table that is drawn once; each frame begins elsewhere in it, at a place drawn anew.

    References
    ----------
    Cornish and Fisher, Rev. Inst. Int. Stat. 5 (1938) 307.
    """

    table: NDArray[np.float32]
    correction: NDArray[np.float32]

    @classmethod
    def drawn(cls, rng: np.random.Generator, size: int = 1 << 20) -> PixelNoise:
        """Draw the table."""
        table = rng.standard_normal(size, dtype=np.float32)
        return cls(table, (table * table - np.float32(1.0)) / np.float32(6.0))

    def frame(
        self, mean: NDArray[np.float32], root: NDArray[np.float32], rng: np.random.Generator
    ) -> NDArray[np.uint16]:
        """Return a frame of mean counts ``mean`` whose square roots are ``root``; it saturates at 65535."""
        begin = int(rng.integers(0, self.table.size - mean.size))
        part = slice(begin, begin + mean.size)
        values = root * self.table[part].reshape(mean.shape)
        values += mean
        values += self.correction[part].reshape(mean.shape)
        np.rint(values, out=values)
        np.clip(values, 0.0, float(FULL_SCALE), out=values)
        return values.astype(np.uint16)
