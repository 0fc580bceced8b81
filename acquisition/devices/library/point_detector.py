"""A detector of one number."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from acquisition.devices.backends.base import Backend
from acquisition.devices.backends.channel_access import ChannelAccessBackend
from acquisition.devices.component import Kind
from acquisition.devices.device import Device
from acquisition.devices.signal import Signal, WritableSignal
from acquisition.devices.standard.acquire import AcquireLogic
from acquisition.devices.status import Status


class PointDetector(Device):
    """Counts for a time (Triggerable, Readable, Configurable, Stageable, Pausable).

    Reads as ``name``, the counts; ``name_exposure_s`` is configuration.

    Parameters
    ----------
    prefix
        ``prefix:acquire`` is written to start, ``:exposure`` is the time in s, ``:counts`` the result.
    backend
        Makes the backend of a PV from its name.
    """

    def __init__(
        self,
        prefix: str,
        name: str = "",
        *,
        title: str = "",
        backend: Callable[[str], Backend] = ChannelAccessBackend,
    ) -> None:
        super().__init__(name, title=title)
        self.prefix = prefix
        self.counts = self.add("counts", Signal(backend(f"{prefix}:counts")), kind=Kind.HINTED, name=name)
        self.exposure_s = self.add(
            "exposure_s", WritableSignal(backend(f"{prefix}:exposure")), kind=Kind.CONFIG
        )
        self.acquire = self.add("acquire", WritableSignal(backend(f"{prefix}:acquire")), kind=Kind.OMITTED)
        self._logic = AcquireLogic(self.acquire, self.exposure_s)

    def trigger(self) -> Status:
        """Count once; the status ends when the counts are there."""
        return self._logic.trigger()

    def pause(self) -> None:
        """Break off a count that goes on; after the pause it is taken anew."""
        self._logic.break_off()

    def resume(self) -> None:
        """Do nothing: the engine triggers again."""

    def unstage(self) -> list[Any] | Status:
        """Break off a count that goes on."""
        try:
            self._logic.break_off()
        finally:
            super().unstage()
        return [self]
