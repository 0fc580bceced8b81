"""Trigger by a write that completes when the acquisition is over."""

from __future__ import annotations

from acquisition.devices.signal import Signal, WritableSignal
from acquisition.devices.status import Status


class AcquireLogic:
    """Acquires once: writes 1 and waits for the completion.

    Parameters
    ----------
    acquire
        Takes the 1; its completion is the end of the acquisition.
    exposure_s
        How long it takes.
    margin_s
        How much longer it may take before it counts as failed.
    """

    def __init__(self, acquire: WritableSignal, exposure_s: Signal, *, margin_s: float = 5.0) -> None:
        self.acquire = acquire
        self.exposure_s = exposure_s
        self.margin_s = margin_s
        self._going_on: Status | None = None

    def trigger(self) -> Status:
        """Start an acquisition."""
        expected_s = float(self.exposure_s.get())
        self._going_on = self.acquire.set(1, timeout_s=expected_s + self.margin_s)
        return self._going_on

    def break_off(self) -> None:
        """End an acquisition that goes on (a plan that was paused or ended takes it again, or not at all)."""
        going_on = self._going_on
        if going_on is None or going_on.done:
            return
        self.acquire.set(0).wait(self.margin_s)
        going_on.exception(self.margin_s)
