"""A storage ring that decays, is topped up, and can lose its beam."""

from __future__ import annotations

import enum
import math
from dataclasses import dataclass, field


class RingMode(enum.StrEnum):
    """What the ring does; the order is that of the choices of its process variable."""

    TOP_UP = "top-up"
    DECAY = "decay"
    DOWN = "down"
    FILLING = "filling"


@dataclass(slots=True)
class StoredBeam:
    """The current, advanced in steps.

    Between injections it decays with its lifetime, I(t) = I₀ exp(-t/τ); the step is exact, whatever its
    length. In top-up an injection raises it in a straight line from ``floor_ma`` to ``full_ma`` in
    ``top_up_s``. A trip loses all of it at once; a fill takes ``fill_s`` from nothing.

    References
    ----------
    Wiedemann, Particle Accelerator Physics, 4th ed. (2015), section 8.5: beam lifetime.
    """

    full_ma: float = 300.0
    floor_ma: float = 297.0
    lifetime_s: float = 4 * 3600.0
    top_up_s: float = 4.0
    fill_s: float = 8.0
    mode: RingMode = RingMode.TOP_UP
    current_ma: float = field(default=300.0)
    is_injecting: bool = False

    def advance(self, elapsed_s: float) -> float:
        """Let ``elapsed_s`` seconds pass, and return the current in mA."""
        if self.mode is RingMode.DOWN:
            return self.current_ma
        if self.mode is RingMode.FILLING:
            self._inject(elapsed_s * self.full_ma / self.fill_s)
            if self.current_ma >= self.full_ma:
                self.mode = RingMode.TOP_UP
            return self.current_ma
        if self.is_injecting:
            self._inject(elapsed_s * (self.full_ma - self.floor_ma) / self.top_up_s)
        else:
            self.current_ma *= math.exp(-elapsed_s / self.lifetime_s)
        self._decide()
        return self.current_ma

    def _inject(self, gain_ma: float) -> None:
        self.current_ma = min(self.full_ma, self.current_ma + gain_ma)

    def _decide(self) -> None:
        if self.mode is RingMode.DECAY or self.current_ma >= self.full_ma:
            self.is_injecting = False
        elif self.current_ma < self.floor_ma:
            self.is_injecting = True

    def trip(self) -> None:
        """Lose the beam; it stays lost until somebody fills the ring."""
        self.mode, self.current_ma, self.is_injecting = RingMode.DOWN, 0.0, False

    def refill(self) -> None:
        """Begin to fill; top-up follows."""
        self.mode = RingMode.FILLING

    def choose(self, mode: RingMode) -> None:
        """Go over to a mode: down is a trip, top-up and decay after a trip begin with a fill."""
        if mode is RingMode.DOWN:
            self.trip()
        elif mode is RingMode.FILLING or self.mode is RingMode.DOWN:
            self.refill()
        else:
            self.mode = mode
            self._decide()
