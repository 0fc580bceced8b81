"""Detectors that count for a time when told."""

from __future__ import annotations

from typing import Any, Protocol

from acquisition.devices.standard.pv_device import PvDevice
from acquisition.devices.status import Status


class Acquisition(Protocol):
    """What starts and ends the counting."""

    def trigger(self) -> Status: ...
    def break_off(self) -> None: ...


class CountingDevice(PvDevice):
    """A detector with one acquisition at a time (Triggerable, Readable, Stageable, Pausable, Stoppable).

    A subclass makes ``_logic``.
    """

    _logic: Acquisition

    def trigger(self) -> Status:
        """Count once; the status ends when the result is there."""
        return self._logic.trigger()

    def pause(self) -> None:
        """Break off a count that goes on; after the pause it is taken anew."""
        self._logic.break_off()

    def resume(self) -> None:
        """Do nothing: the engine triggers again."""

    def stop(self, success: bool = True) -> None:
        """Break off a count that goes on."""
        self._logic.break_off()

    def unstage(self) -> list[Any] | Status:
        """Break off a count that goes on."""
        try:
            self._logic.break_off()
        finally:
            super().unstage()
        return [self]
