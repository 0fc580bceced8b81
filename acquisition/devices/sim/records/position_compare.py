"""A unit that gives a pulse at positions of a motor, with the names of a Zebra box."""

from __future__ import annotations

import asyncio
import time
from collections.abc import Callable

from acquisition.devices.sim.channels import Double, Integer
from acquisition.devices.sim.records.fields import Channels, choice, command, setting
from acquisition.devices.sim.records.motor import MotorRecord

TICK_S = 0.01
TELL_S = 0.1
MOST = 100_000
HALVINGS = 40


class PositionCompareRecord:
    """While armed, a pulse at start, start + step, ... in the direction of travel; each is kept.

    The moment of a pulse is found on the path of the motor, by halving the interval in which it passed: it
    does not depend on how busy the machine is.

    References
    ----------
    Cobb, Chernousko and Uzun, Proc. ICALEPCS 2013, TUPPC069: Zebra.
    """

    def __init__(self, motor: MotorRecord, pulse: Callable[[float], None]) -> None:
        self._motor, self._pulse = motor, pulse
        self._task: asyncio.Task[None] | None = None
        self._positions: list[float] = []
        self._times: list[float] = []
        self.arm = command(self._arm)
        self.disarm = command(self._disarm)
        self.armed = Integer(value=0)
        self.direction = choice("Positive", ["Positive", "Negative"])
        self.start = setting(0.0, "mm", 4)
        self.step = setting(0.1, "mm", 4)
        self.most = Integer(value=10).on_put(_kept)
        self.captured = Integer(value=0)
        self.positions = Double(value=[0.0], max_length=MOST, units="mm", precision=4)
        self.times = Double(value=[0.0], max_length=MOST, units="s", precision=6)

    def channels(self, prefix: str) -> Channels:
        """Return the channels by PV name."""
        return {
            f"{prefix}PC_ARM": self.arm,
            f"{prefix}PC_DISARM": self.disarm,
            f"{prefix}PC_ARM_OUT": self.armed,
            f"{prefix}PC_DIR": self.direction,
            f"{prefix}PC_PULSE_START": self.start,
            f"{prefix}PC_PULSE_STEP": self.step,
            f"{prefix}PC_PULSE_MAX": self.most,
            f"{prefix}PC_NUM_CAP": self.captured,
            f"{prefix}PC_ENC1": self.positions,
            f"{prefix}PC_TIME": self.times,
        }

    async def _arm(self, value: int) -> None:
        if not value:
            return
        if float(self.step.value) <= 0.0 or not 0 < int(self.most.value) <= MOST:
            raise ValueError(f"the step must be above 0 and the number of pulses 1 to {MOST}")
        await self._disarm(1)
        self._positions, self._times = [], []
        await self.captured.write(0)
        await self.armed.write(1)
        self._task = asyncio.create_task(self._watch(time.monotonic()))
        await self.arm.write(0)

    async def _disarm(self, value: int) -> None:
        if not value:
            return
        task, self._task = self._task, None
        if task is not None:
            task.cancel()
            await asyncio.wait([task])
            await self._tell()
        await self.armed.write(0)
        await self.disarm.write(0)

    @property
    def _sign(self) -> float:
        return 1.0 if self.direction.value == "Positive" else -1.0

    def _next(self) -> float:
        return float(self.start.value) + self._sign * float(self.step.value) * len(self._positions)

    async def _watch(self, armed_at: float) -> None:
        seen, told_at = armed_at, armed_at
        while len(self._positions) < int(self.most.value):
            await asyncio.sleep(TICK_S)
            now = time.monotonic()
            self._catch(seen, now, armed_at)
            seen = now
            if len(self._positions) > int(self.captured.value) and now - told_at >= TELL_S:
                told_at = now
                await self._tell()
        await self._tell()
        await self.armed.write(0)

    def _catch(self, begun: float, ended: float, armed_at: float) -> None:
        """Give the pulses between two moments."""
        sign, here = self._sign, self._motor.position_at(ended)
        while len(self._positions) < int(self.most.value):
            wanted = self._next()
            if sign * (here - wanted) < 0.0 or sign * (self._motor.position_at(begun) - wanted) >= 0.0:
                return
            moment = self._passed(wanted, begun, ended)
            self._positions.append(wanted)
            self._times.append(moment - armed_at)
            self._pulse(moment)

    def _passed(self, wanted: float, early: float, late: float) -> float:
        for _ in range(HALVINGS):
            middle = 0.5 * (early + late)
            if self._sign * (self._motor.position_at(middle) - wanted) >= 0.0:
                late = middle
            else:
                early = middle
        return late

    async def _tell(self) -> None:
        if self._positions:
            await self.positions.write(self._positions)
            await self.times.write(self._times)
        await self.captured.write(len(self._positions))


async def _kept(_: int) -> None:
    """Keep the value."""
