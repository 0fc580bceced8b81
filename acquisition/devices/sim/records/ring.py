"""The storage ring as process variables."""

from __future__ import annotations

import asyncio
import time

import numpy as np

from acquisition.devices.sim.beam.storage_ring import RingMode, StoredBeam
from acquisition.devices.sim.channels import double
from acquisition.devices.sim.records.fields import Channels, choice, command, named, setting

PERIOD_S = 0.5


class RingRecord:
    """Current, lifetime and mode; ``:trip`` loses the beam, ``:refill`` brings it back.

    ==================  ======  ====  ====================================================================
    PV                  type    unit  meaning
    ==================  ======  ====  ====================================================================
    ``<P>:current``     double  mA    the current, new each half second
    ``<P>:lifetime``    double  h     of the beam; may be set
    ``<P>:energy``      double  GeV   of the electrons
    ``<P>:mode``        enum          top-up, decay, down, filling; may be set
    ``<P>:trip``        long          1 loses the beam
    ``<P>:refill``      long          1 fills the ring
    ==================  ======  ====  ====================================================================
    """

    def __init__(self, beam: StoredBeam, rng: np.random.Generator) -> None:
        self.beam = beam
        self._rng = rng
        self._seen = time.monotonic()
        self.current = double(beam.full_ma, "mA", 3)
        self.lifetime = setting(beam.lifetime_s / 3600.0, "h", 2, 0.01, 1000.0)
        self.mode = choice(beam.mode, list(RingMode), self._choose)
        self.trip = command(self._trip)
        self.refill = command(self._refill)
        self.energy = double(3.0, "GeV", 3)

    def channels(self, prefix: str) -> Channels:
        """Return the channels by PV name."""
        fields = ("current", "lifetime", "energy", "mode", "trip", "refill")
        return named(prefix, {name: getattr(self, name) for name in fields}, separator=":")

    @property
    def current_ma(self) -> float:
        """The current."""
        return max(float(self.current.value), 0.0)

    async def _choose(self, word: str) -> None:
        self.beam.choose(RingMode(word))
        await self._show()

    async def _trip(self, value: int) -> None:
        if value:
            self.beam.trip()
            await self.trip.write(0)
            await self._show()

    async def _refill(self, value: int) -> None:
        if value:
            self.beam.refill()
            await self.refill.write(0)
            await self._show()

    async def _show(self) -> None:
        now = time.monotonic()
        self.beam.lifetime_s = float(self.lifetime.value) * 3600.0
        current = self.beam.advance(now - self._seen)
        self._seen = now
        noise = float(self._rng.normal(0.0, 0.005)) if current else 0.0
        await self.current.write(max(current + noise, 0.0))
        if self.mode.value != self.beam.mode:
            await self.mode.write(str(self.beam.mode))

    async def run(self) -> None:
        """Let the current decay and be topped up, for ever."""
        self._seen = time.monotonic()
        while True:
            await self._show()
            await asyncio.sleep(PERIOD_S)
