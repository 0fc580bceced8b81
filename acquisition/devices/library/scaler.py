"""Counters behind an EPICS scaler record."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from acquisition.devices.backends.addresses import backend_at
from acquisition.devices.component import Kind
from acquisition.devices.errors import WrongValueError
from acquisition.devices.standard.acquire import AcquireLogic
from acquisition.devices.standard.counting import CountingDevice
from acquisition.devices.standard.pv_device import BackendOf

MAX_CHANNELS = 64


class Scaler(CountingDevice):
    """A scaler record (Triggerable, Readable, Configurable, Stageable, Pausable).

    Reads as ``name_time`` (s) and one hinted field a channel.

    ================  ======  ======  ==================================================================
    PV                type    unit    meaning
    ================  ======  ======  ==================================================================
    ``<P>.CNT``       enum            Done, Count; a write of Count is answered when the count is over
    ``<P>.CONT``      enum            OneShot, AutoCount
    ``<P>.TP``        double  s       how long to count
    ``<P>.T``         double  s       how long it counted
    ``<P>.FREQ``      double  Hz      of the clock
    ``<P>.Sn``        long    counts  counts of channel n (1 to 64)
    ``<P>.NMn``       string          what channel n is called
    ================  ======  ======  ==================================================================

    Parameters
    ----------
    prefix
        The record, without a dot.
    channels
        Numbers of the channels to read, or a mapping from names of fields to numbers.
    """

    def __init__(
        self,
        prefix: str,
        name: str = "",
        *,
        channels: Sequence[int] | Mapping[str, int] = (1, 2, 3, 4),
        title: str = "",
        backend: BackendOf = backend_at,
    ) -> None:
        super().__init__(prefix, name, title=title, backend=backend)
        _require_numbers(name, channels)
        self.channels = dict(channels) if isinstance(channels, Mapping) else {f"s{n}": n for n in channels}
        self.elapsed_s = self.reads("time", ".T")
        for field, number in self.channels.items():
            self.reads(field, f".S{number}", Kind.HINTED)
            self.reads(f"{field}_label", f".NM{number}", Kind.CONFIG)
        self.exposure_s = self.writes("exposure_s", ".TP", Kind.CONFIG)
        self.frequency = self.reads("frequency", ".FREQ", Kind.CONFIG)
        self.count = self.writes("count", ".CNT")
        self.mode = self.writes("mode", ".CONT")
        self._logic = AcquireLogic(self.count, self.exposure_s)
        self._mode_before: str | None = None

    def stage(self) -> list[Any]:
        """Count when told only, not by itself; what goes on is broken off."""
        if not self.is_staged:
            self._mode_before = str(self.mode.get())
            self.mode.set("OneShot").wait(self.timeout_s)
            self.count.set("Done").wait(self.timeout_s)
        super().stage()
        return [self]

    def unstage(self) -> list[Any]:
        """Break off a count, and go back to counting by itself if it did."""
        try:
            super().unstage()
        finally:
            mode, self._mode_before = self._mode_before, None
            if mode is not None and mode != "OneShot":
                self.mode.set(mode).wait(self.timeout_s)
        return [self]


def _require_numbers(name: str, channels: Sequence[int] | Mapping[str, int]) -> None:
    """Raise ``WrongValueError`` if a number is no channel of a scaler."""
    numbers = list(channels.values() if isinstance(channels, Mapping) else channels)
    wrong = [
        n for n in numbers if isinstance(n, bool) or not isinstance(n, int) or not 1 <= n <= MAX_CHANNELS
    ]
    if wrong or not numbers:
        raise WrongValueError(f"{name}: channels are whole numbers from 1 to {MAX_CHANNELS}, not {numbers}")
