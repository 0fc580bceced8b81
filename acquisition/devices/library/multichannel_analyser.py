"""A spectrum behind an EPICS mca record."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from acquisition.devices.backends.addresses import backend_at
from acquisition.devices.backends.base import Sample, read_together
from acquisition.devices.component import Kind
from acquisition.devices.errors import WrongValueError
from acquisition.devices.standard.counting import CountingDevice
from acquisition.devices.standard.pv_device import BackendOf
from acquisition.devices.standard.start_and_watch import StartAndWatch

LONGEST_DEAD_SHARE = 20.0
"""So many times its live time an acquisition may take, where only that is set."""


class MultichannelAnalyser(CountingDevice):
    """An mca record (Triggerable, Readable, Configurable, Stageable, Pausable, Stoppable).

    Reads as ``name`` (the spectrum, counts by channel), ``name_real_s``, ``name_live_s`` and one hinted
    field a region: its counts.

    ==================  ======  ======  =================================================================
    PV                  type    unit    meaning
    ==================  ======  ======  =================================================================
    ``<P>.VAL``         long[]  counts  the spectrum
    ``<P>.ERST``        enum            1 erases and starts
    ``<P>.STOP``        enum            1 stops
    ``<P>.ACQG``        enum            Done, Acquiring
    ``<P>.PRTM``        double  s       real time to acquire; 0 is none
    ``<P>.PLTM``        double  s       live time to acquire; 0 is none
    ``<P>.ERTM``        double  s       real time so far
    ``<P>.ELTM``        double  s       live time so far
    ``<P>.DTIM``        double  %       dead time
    ``<P>.NUSE``        long            channels in use
    ``<P>.CALO``        double  EGU     energy of channel 0
    ``<P>.CALS``        double  EGU     energy a channel
    ``<P>.CALQ``        double  EGU     energy a channel squared
    ``<P>.EGU``         string          unit of the energies (keV)
    ``<P>.Rn``          double  counts  counts of region n (0 to 31)
    ``<P>.RnLO``        long            its first channel
    ``<P>.RnHI``        long            its last channel
    ==================  ======  ======  =================================================================

    Parameters
    ----------
    prefix
        The record, without a dot.
    regions
        Numbers of the regions to read, or a mapping from names of fields to numbers.
    """

    def __init__(
        self,
        prefix: str,
        name: str = "",
        *,
        regions: Sequence[int] | Mapping[str, int] = (),
        title: str = "",
        backend: BackendOf = backend_at,
    ) -> None:
        super().__init__(prefix, name, title=title, backend=backend)
        self.regions = dict(regions) if isinstance(regions, Mapping) else {f"r{n}": n for n in regions}
        self.spectrum = self.reads("spectrum", ".VAL", is_main=True)
        for field, number in self.regions.items():
            self.reads(field, f".R{number}", Kind.HINTED)
            self.writes(f"{field}_low", f".R{number}LO", Kind.CONFIG)
            self.writes(f"{field}_high", f".R{number}HI", Kind.CONFIG)
        self.elapsed_real_s = self.reads("real_s", ".ERTM")
        self.elapsed_live_s = self.reads("live_s", ".ELTM")
        self.dead_percent = self.reads("dead_percent", ".DTIM")
        self.preset_real_s = self.writes("preset_real_s", ".PRTM", Kind.CONFIG)
        self.preset_live_s = self.writes("preset_live_s", ".PLTM", Kind.CONFIG)
        self.in_use = self.reads("in_use", ".NUSE", Kind.CONFIG)
        for attr_name, field in (
            ("offset", "CALO"),
            ("slope", "CALS"),
            ("quadratic", "CALQ"),
            ("unit", "EGU"),
        ):
            self.reads(f"energy_{attr_name}", f".{field}", Kind.CONFIG)
        self.erase_start = self.writes("erase_start", ".ERST")
        self.stop_now = self.writes("stop_now", ".STOP")
        self.acquiring = self.reads("acquiring", ".ACQG", Kind.OMITTED)
        self._preset_s = (0.0, 0.0)
        self._watch = StartAndWatch(
            self.erase_start, self.stop_now, self.acquiring, self._expected_s, self._is_complete
        )
        self._logic = self._watch

    def connected(self) -> None:
        """Watch whether it acquires, and for how long it has."""
        self.elapsed_real_s.backend.subscribe(_ignore)
        self.elapsed_live_s.backend.subscribe(_ignore)
        self._watch.watch()

    def _expected_s(self) -> float:
        """Return how long an acquisition takes at most.

        Raises
        ------
        WrongValueError
            If it would never end.
        """
        real, live = (
            float(sample.value)
            for sample in read_together(
                [self.preset_real_s.backend, self.preset_live_s.backend], self.timeout_s
            )
        )
        if real <= 0.0 and live <= 0.0:
            raise WrongValueError(
                f"{self.name} would acquire for ever: set {self.name}.preset_real_s or .preset_live_s in s"
            )
        self._preset_s = (real, live)
        return real if real > 0.0 else LONGEST_DEAD_SHARE * live

    def _is_complete(self) -> bool:
        """Tell whether the newest times that were seen are those of a whole acquisition."""
        elapsed = [signal.backend.last for signal in (self.elapsed_real_s, self.elapsed_live_s)]
        return any(
            sample is not None and 0.0 < preset <= float(sample.value) * (1.0 + 1e-6)
            for sample, preset in zip(elapsed, self._preset_s, strict=True)
        )


def _ignore(sample: Sample) -> None:
    """Want a sample only for its being the newest."""
