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

    def trigger(self) -> Status:
        """Start an acquisition."""
        expected_s = float(self.exposure_s.get())
        return self.acquire.set(1, timeout_s=expected_s + self.margin_s)
