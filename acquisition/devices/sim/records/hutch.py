"""Shutters, and the interlock of the hutch that keeps people out of the beam."""

from __future__ import annotations

import asyncio
from collections.abc import Callable

from acquisition.devices.sim.channels import Enum
from acquisition.devices.sim.records.fields import Channels, choice, named, told

TRAVEL_S = 0.15


class InterlockError(RuntimeError):
    """A shutter that may not open."""


class ShutterRecord:
    """A shutter that takes a moment; open at first, so that a first scan sees light.

    ``:command`` (closed, open) is answered at the end of the travel; ``:state`` is closed, open or moving.
    Opening is refused with the reason while ``forbids`` gives one.
    """

    def __init__(self, forbids: Callable[[], str] = str) -> None:
        self._forbids = forbids
        self.command = choice("open", ["closed", "open"], self.move)
        self.state: Enum = told("open", ["closed", "open", "moving"])

    def channels(self, prefix: str) -> Channels:
        """Return the channels by PV name."""
        return named(prefix, {"command": self.command, "state": self.state}, separator=":")

    @property
    def is_open(self) -> bool:
        """True when light comes through."""
        return bool(self.state.value == "open")

    async def move(self, wanted: str) -> None:
        """Open or close.

        Raises
        ------
        InterlockError
            If it may not open.
        """
        reason = self._forbids() if wanted == "open" else ""
        if reason:
            await self.command.write(str(self.state.value))
            raise InterlockError(reason)
        if self.state.value == wanted:
            return
        await self.state.write("moving")
        await asyncio.sleep(TRAVEL_S)
        await self.state.write(wanted)


class Hutch:
    """Door and search button; the photon shutter opens only when the hutch was searched and is closed.

    =======================  ====  =======================================================================
    PV                       type  meaning
    =======================  ====  =======================================================================
    ``<P>:door``             enum  closed, open: opening it closes the photon shutter and ends the search
    ``<P>:search``           enum  not searched, searched: refused while the door is open
    ``<P>:interlock``        enum  broken, made
    =======================  ====  =======================================================================
    """

    def __init__(self) -> None:
        self.front_end = ShutterRecord()
        self.photon = ShutterRecord(self._forbids)
        self.door = choice("closed", ["closed", "open"], self._door)
        self.search = choice("searched", ["not searched", "searched"], self._search)
        self.interlock = told("made", ["broken", "made"])

    def channels(self, prefix: str) -> Channels:
        """Return the channels of door and search by PV name."""
        fields = {"door": self.door, "search": self.search, "interlock": self.interlock}
        return named(prefix, fields, separator=":")

    @property
    def lets_light_in(self) -> bool:
        """True when both shutters are open."""
        return self.front_end.is_open and self.photon.is_open

    def _forbids(self) -> str:
        if self.door.value == "open":
            return "the photon shutter stays closed: the door of the hutch is open"
        if self.search.value != "searched":
            return "the photon shutter stays closed: the hutch has not been searched"
        return ""

    async def _door(self, word: str) -> None:
        if word == "open":
            await self.search.write("not searched")
            await self.interlock.write("broken")
            await self.photon.command.write("closed")
            await self.photon.move("closed")

    async def _search(self, word: str) -> None:
        if word == "searched" and self.door.value == "open":
            await self.search.write("not searched")
            raise InterlockError("the hutch cannot be searched while its door is open")
        is_made = word == "searched"
        await self.interlock.write("made" if is_made else "broken")
        if not is_made:
            await self.photon.command.write("closed")
            await self.photon.move("closed")
