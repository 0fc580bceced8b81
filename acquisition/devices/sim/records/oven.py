"""A temperature stage that ramps."""

from __future__ import annotations

import asyncio
import math
import time

import numpy as np

from acquisition.devices.sim.channels import double
from acquisition.devices.sim.records.fields import Channels, command, named, setting

PERIOD_S = 0.1
IDLE_PERIOD_S = 1.0
LAG_S = 0.8
ROOM_K = 295.0


class OvenRecord:
    """Follows its setpoint along a ramp, with the lag of a thermal mass.

    The demand goes to the setpoint at the ramp rate; the temperature follows as dT/dt = (demand - T)/τ,
    solved exactly over each step. The heater shows what holds the temperature, in proportion to the
    distance from the room (Newton's law of cooling).

    =====================  ======  =====  ================================================================
    PV                     type    unit   meaning
    =====================  ======  =====  ================================================================
    ``<P>:temperature``    double  K      where it is
    ``<P>:setpoint``       double  K      where it is to go, 100 to 1000
    ``<P>:demand``         double  K      where the ramp is
    ``<P>:ramp_rate``      double  K/min  how fast
    ``<P>:heater``         double  %      power of the heater
    ``<P>:hold``           long           1 ends the ramp where it is
    =====================  ======  =====  ================================================================
    """

    def __init__(self, rng: np.random.Generator, start_k: float = ROOM_K) -> None:
        self._rng = rng
        self._kelvin = self._demand_k = start_k
        self._seen = time.monotonic()
        self._new = asyncio.Event()
        self.temperature = double(start_k, "K", 3)
        self.setpoint = double(start_k, "K", 2, 100.0, 1000.0).on_put(self._go)
        self.demand = double(start_k, "K", 2)
        self.ramp_rate = setting(300.0, "K/min", 1, 0.1, 6000.0)
        self.heater = double(0.0, "%", 1)
        self.hold = command(self._hold)

    def channels(self, prefix: str) -> Channels:
        """Return the channels by PV name."""
        fields = ("temperature", "setpoint", "demand", "ramp_rate", "heater", "hold")
        return named(prefix, {name: getattr(self, name) for name in fields}, separator=":")

    async def _go(self, _: float) -> None:
        self._new.set()

    async def _hold(self, value: int) -> None:
        if value:
            await self.setpoint.write(self._demand_k)
            await self.hold.write(0)

    @property
    def is_on_its_way(self) -> bool:
        """True while it changes."""
        return abs(self._kelvin - float(self.setpoint.value)) > 0.01

    async def _step(self) -> None:
        now = time.monotonic()
        elapsed_s, self._seen = now - self._seen, now
        left = float(self.setpoint.value) - self._demand_k
        reach = float(self.ramp_rate.value) / 60.0 * elapsed_s
        self._demand_k += math.copysign(min(abs(left), reach), left)
        self._kelvin += (self._demand_k - self._kelvin) * (1.0 - math.exp(-elapsed_s / LAG_S))
        await self.temperature.write(self._kelvin + float(self._rng.normal(0.0, 0.01)))
        await self.demand.write(self._demand_k)
        await self.heater.write(min(100.0, max(0.0, (self._demand_k - ROOM_K) / 8.0)))

    async def run(self) -> None:
        """Follow the setpoint, for ever: often while it changes, seldom while it holds."""
        while True:
            await self._step()
            self._new.clear()
            try:
                await asyncio.wait_for(self._new.wait(), PERIOD_S if self.is_on_its_way else IDLE_PERIOD_S)
            except TimeoutError:
                continue
            self._seen = time.monotonic()
