"""Counters behind an EPICS scaler record."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from acquisition.devices.backends.channel_access import ChannelAccessBackend
from acquisition.devices.component import Kind
from acquisition.devices.standard.pv_device import BackendOf, PvDevice

MAX_CHANNELS = 64


class Scaler(PvDevice):
    """A scaler record (Triggerable, Readable, Configurable, Stageable, Pausable).

    Reads as ``name_time`` (s) and one hinted field a channel.

    ================  ======  =====  ==================================================================
    PV                type    unit   meaning
    ================  ======  =====  ==================================================================
    ``<P>.CNT``       enum           Done, Count; a write of Count is answered when the count is over
    ``<P>.CONT``      enum           OneShot, AutoCount
    ``<P>.TP``        double  s      how long to count
    ``<P>.T``         double  s      how long it counted
    ``<P>.FREQ``      double  Hz     of the clock
    ``<P>.Sn``        long    count  counts of channel n (1 to 64)
    ``<P>.NMn``       string         what channel n is called
    ================  ======  =====  ==================================================================

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
        backend: BackendOf = ChannelAccessBackend,
    ) -> None:
        super().__init__(prefix, name, title=title, backend=backend)
        self.channels = dict(channels) if isinstance(channels, Mapping) else {f"s{n}": n for n in channels}
        self.elapsed_s = self.reads("time", ".T")
        for field, number in self.channels.items():
            self.reads(field, f".S{number}", Kind.HINTED)
            self.reads(f"{field}_label", f".NM{number}", Kind.CONFIG)
        self.exposure_s = self.writes("exposure_s", ".TP", Kind.CONFIG)
        self.frequency = self.reads("frequency", ".FREQ", Kind.CONFIG)
        self.count = self.writes("count", ".CNT")
        self.mode = self.writes("mode", ".CONT")
