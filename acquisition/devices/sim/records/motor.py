"""A motor record, and the axis behind it."""

from __future__ import annotations

import asyncio
import math
import time
from collections import deque
from dataclasses import dataclass
from typing import Any

from acquisition.devices.sim.channels import Integer, String, double, keep
from acquisition.devices.sim.physics import Motion
from acquisition.devices.sim.records.fields import Channels, choice, command, label, named, setting

TICK_S = 0.04
ON_SWITCH = 0.02
"""How far beyond the first soft limits the switches are, as a share of the range."""

MSTA_DONE, MSTA_PLUS_LS, MSTA_HOME_LS, MSTA_POSITION = 1 << 1, 1 << 2, 1 << 7, 1 << 8
MSTA_MOVING, MSTA_MINUS_LS, MSTA_HOMED, MSTA_DIRECTION = 1 << 10, 1 << 13, 1 << 14, 1 << 0


@dataclass(frozen=True, slots=True)
class MotorSetup:
    """What a motor is at the start: units, digits, speed, soft limits, position, time to its speed."""

    units: str
    precision: int
    velocity: float
    limits: tuple[float, float]
    position: float = 0.0
    title: str = ""
    acceleration_s: float = 0.1
    backlash: float = 0.0


class MotorRecord:
    """The fields of a motor record that clients of the field use, and a motion with limited acceleration.

    The axis knows dial positions; user = DIR · dial + OFF. Within BDST of the target it comes from one side
    and at BVEL, as the record does it. Beyond the soft limits are switches, which stop it.

    References
    ----------
    motorRecord.html of the EPICS module motor, R7-3: fields and bits of MSTA.
    """

    def __init__(self, setup: MotorSetup) -> None:
        units, digits = setup.units, setup.precision
        low, high = setup.limits
        margin = ON_SWITCH * (high - low)
        self.switches = (low - margin, high + margin)
        self._dial = setup.position
        self._motion: Motion | None = None
        self._begun = 0.0
        self._past: deque[tuple[float, Motion]] = deque(maxlen=64)
        self._task: asyncio.Task[None] | None = None
        speed = setup.velocity
        where = setup.position
        self.fields: Channels = {
            "VAL": double(where, units, digits, low, high).on_put(self._go),
            "DVAL": double(where, units, digits).on_put(self._go_dial),
            "RLV": double(0.0, units, digits).on_put(self._go_relative),
            "RBV": double(where, units, digits, low, high),
            "DRBV": double(where, units, digits),
            "DIFF": double(0.0, units, digits),
            "DMOV": Integer(value=1),
            "MOVN": Integer(value=0),
            "STOP": command(self._stop),
            "SPMG": choice("Go", ["Stop", "Pause", "Move", "Go"], self._spmg),
            "VELO": setting(speed, f"{units}/s", digits, 0.0, 100.0 * speed),
            "VBAS": setting(0.0, f"{units}/s", digits),
            "VMAX": setting(100.0 * speed, f"{units}/s", digits),
            "ACCL": setting(setup.acceleration_s, "s"),
            "BDST": setting(setup.backlash, units, digits),
            "BVEL": setting(speed / 5.0, f"{units}/s", digits),
            "BACC": setting(setup.acceleration_s, "s"),
            "HLM": double(high, units, digits).on_put(self._new_limits),
            "LLM": double(low, units, digits).on_put(self._new_limits),
            "DHLM": double(high, units, digits).on_put(self._new_dial_limits),
            "DLLM": double(low, units, digits).on_put(self._new_dial_limits),
            "HLS": Integer(value=0),
            "LLS": Integer(value=0),
            "LVIO": Integer(value=0),
            "MISS": Integer(value=0),
            "MSTA": Integer(value=MSTA_DONE | MSTA_POSITION),
            "OFF": double(0.0, units, digits).on_put(self._recount),
            "DIR": choice("Pos", ["Pos", "Neg"], self._recount),
            "FOFF": choice("Variable", ["Variable", "Frozen"]),
            "SET": choice("Use", ["Use", "Set"]),
            "TDIR": Integer(value=1),
            "TWV": setting(1.0, units, digits),
            "TWF": command(self._tweak_forward),
            "TWR": command(self._tweak_reverse),
            "HOMF": command(self._home),
            "HOMR": command(self._home),
            "ATHM": Integer(value=0),
            "CNEN": choice("Enable", ["Disable", "Enable"]),
            "RDBD": setting(10.0**-digits, units, digits),
            "MRES": setting(10.0**-digits, units, digits),
            "ERES": setting(10.0**-digits, units, digits),
            "SREV": Integer(value=200).on_put(keep),
            "UREV": setting(200.0 * 10.0**-digits, units, digits),
            "OUT": label(""),
            "UEIP": choice("No", ["No", "Yes"]),
            "DLY": setting(0.0, "s"),
            "EGU": label(units),
            "PREC": Integer(value=digits).on_put(keep),
            "DESC": label(setup.title),
            "RTYP": String(value="motor"),
        }

    def channels(self, prefix: str) -> Channels:
        """Return the fields by PV name, and .VAL under the name of the record too."""
        return {**named(prefix, self.fields), prefix: self.fields["VAL"]}

    def get(self, field: str) -> Any:
        """Return the value of a field."""
        return self.fields[field].value

    @property
    def _sign(self) -> float:
        return -1.0 if self.get("DIR") == "Neg" else 1.0

    def _user(self, dial: float) -> float:
        return self._sign * dial + float(self.get("OFF"))

    def _dial_of(self, user: float) -> float:
        return (user - float(self.get("OFF"))) * self._sign

    @property
    def position(self) -> float:
        """Where it is now, as users count."""
        return self.position_at(time.monotonic())

    @property
    def is_moving(self) -> bool:
        """True from the start of a move to its end."""
        return self._motion is not None

    def position_at(self, moment: float) -> float:
        """Return where it was, or is, at a moment of the monotonic clock; at most 64 legs ago."""
        if self._motion is not None and moment >= self._begun:
            return self._user(self._motion.position(moment - self._begun))
        for begun, motion in reversed(self._past):
            if moment >= begun:
                return self._user(motion.position(moment - begun))
        return self._user(self._past[0][1].start if self._past else self._dial)

    async def _go(self, target: float) -> None:
        """Move, and return at the end of the move (put with completion waits for that)."""
        if self.get("SET") == "Set":
            await self._redefine(float(target))
        elif self.get("SPMG") in ("Move", "Go"):
            await self._move(self._dial_of(float(target)))

    async def _go_dial(self, target: float) -> None:
        await self.fields["VAL"].write(self._user(float(target)))
        await self._move(float(target))

    async def _go_relative(self, distance: float) -> None:
        await self.fields["RLV"].write(0.0)
        target = float(self.get("VAL")) + float(distance)
        await self.fields["VAL"].write(target)
        await self._move(self._dial_of(target))

    async def _tweak_forward(self, _: int) -> None:
        await self.fields["TWF"].write(0)
        await self._go_relative(float(self.get("TWV")))

    async def _tweak_reverse(self, _: int) -> None:
        await self.fields["TWR"].write(0)
        await self._go_relative(-float(self.get("TWV")))

    async def _home(self, value: int) -> None:
        if value:
            await self.fields["VAL"].write(self._user(0.0))
            await self._move(0.0)
            for name in ("HOMF", "HOMR"):
                await self.fields[name].write(0)
            await self.fields["ATHM"].write(1)

    async def _redefine(self, position: float) -> None:
        """Call the present position so, without a move."""
        await self.fields["OFF"].write(position - self._sign * self._dial)
        await self._recount(None)

    async def _recount(self, _: Any) -> None:
        await self._show(self._dial)
        await self.fields["VAL"].write(self._user(self._dial), verify_value=False)
        await self._new_dial_limits(None)

    async def _move(self, target: float) -> None:
        velocity = float(self.get("VELO"))
        if velocity <= 0.0:
            raise ValueError(f"the velocity is {velocity}: it must be above 0 to move")
        await self._end_of_move()
        await self.fields["DVAL"].write(target)
        await self.fields["ATHM"].write(0)
        await self.fields["TDIR"].write(int(target >= self._dial))
        await self.fields["DMOV"].write(0)
        await self.fields["MOVN"].write(1)
        await self.fields["MSTA"].write(MSTA_MOVING | MSTA_POSITION)
        task = asyncio.create_task(self._travel(target))
        self._task = task
        await asyncio.wait([task])
        if self._task is task:  # no later target took its place
            self._task = None
            await self._rest()
            task.result()

    async def _travel(self, target: float) -> None:
        for leg in self._legs(target):
            low, high = self.switches
            stop = min(max(leg.target, low), high)
            await self._follow(Motion(leg.start, stop, leg.velocity, leg.acceleration))
            if stop != leg.target:
                await self.fields["VAL"].write(self._user(self._dial), verify_value=False)
                return

    def _legs(self, target: float) -> list[Motion]:
        """Return the one or two parts of a move: with backlash the end is always reached from one side."""
        speed, backlash = float(self.get("VELO")), float(self.get("BDST")) * self._sign
        acceleration = speed / max(float(self.get("ACCL")), 1e-3)
        way = target - self._dial
        if backlash == 0.0 or way == 0.0:
            return [Motion(self._dial, target, speed, acceleration)]
        slow = min(float(self.get("BVEL")) or speed, speed)
        slowly = slow / max(float(self.get("BACC")), 1e-3)
        if way * backlash > 0.0 and abs(way) <= abs(backlash):
            return [Motion(self._dial, target, slow, slowly)]
        before = target - backlash
        return [Motion(self._dial, before, speed, acceleration), Motion(before, target, slow, slowly)]

    async def _follow(self, motion: Motion) -> None:
        self._motion, self._begun = motion, time.monotonic()
        try:
            while (left := motion.duration_s - (time.monotonic() - self._begun)) > 0.0:
                await asyncio.sleep(min(TICK_S, left))
                await self._show(motion.position(time.monotonic() - self._begun))
        finally:
            passed_s = time.monotonic() - self._begun
            self._dial, self._motion = motion.position(passed_s), None
            ended = motion if passed_s >= motion.duration_s else Motion(self._dial, self._dial, 1.0, 1.0)
            self._past.append((self._begun, motion))
            if ended is not motion:  # stopped on its way: from then on it stands
                self._past.append((self._begun + passed_s, ended))
        await self._show(motion.target)

    async def _show(self, dial: float) -> None:
        await self.fields["DRBV"].write(dial)
        # a motor may stand outside its soft limits: it was there before they were set, or ran on a switch
        await self.fields["RBV"].write(self._user(dial), verify_value=False)

    async def _rest(self) -> None:
        """Tell that it stands: switches first, .DMOV last."""
        low, high = self.switches
        plus, minus = self._dial >= high, self._dial <= low
        user_high, user_low = (plus, minus) if self._sign > 0.0 else (minus, plus)
        await self._show(self._dial)
        await self.fields["HLS"].write(int(user_high))
        await self.fields["LLS"].write(int(user_low))
        bits = MSTA_DONE | MSTA_POSITION | MSTA_PLUS_LS * plus | MSTA_MINUS_LS * minus
        await self.fields["MSTA"].write(bits)
        await self.fields["DIFF"].write(float(self.get("VAL")) - self._user(self._dial))
        await self.fields["MOVN"].write(0)
        await self.fields["DMOV"].write(1)

    async def _end_of_move(self) -> None:
        task, self._task = self._task, None
        if task is not None:
            task.cancel()
            await asyncio.wait([task])

    async def _stop(self, value: int) -> None:
        if not value:
            return
        await self._end_of_move()
        await self.fields["VAL"].write(self._user(self._dial), verify_value=False)
        await self._rest()
        await self.fields["STOP"].write(0)

    async def _spmg(self, word: str) -> None:
        """Stop forgets the target, Pause keeps it, Move and Go take it up."""
        if word == "Stop":
            await self._stop(1)
        elif word == "Pause":
            await self._end_of_move()
            await self._rest()
        elif not math.isclose(self._dial, self._dial_of(float(self.get("VAL"))), abs_tol=1e-12):
            await self._move(self._dial_of(float(self.get("VAL"))))

    async def _new_limits(self, _: Any) -> None:
        dial = sorted(self._dial_of(float(self.get(name))) for name in ("LLM", "HLM"))
        for name, value in zip(("DLLM", "DHLM"), dial, strict=True):
            await self.fields[name].write(value)
        await self._tell_limits()

    async def _new_dial_limits(self, _: Any) -> None:
        user = sorted(self._user(float(self.get(name))) for name in ("DLLM", "DHLM"))
        for name, value in zip(("LLM", "HLM"), user, strict=True):
            await self.fields[name].write(value)
        await self._tell_limits()

    async def _tell_limits(self) -> None:
        limits = {"lower_ctrl_limit": float(self.get("LLM")), "upper_ctrl_limit": float(self.get("HLM"))}
        await self.fields["VAL"].write_metadata(**limits)
