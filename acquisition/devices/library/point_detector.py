"""A detector of one number."""

from __future__ import annotations

from acquisition.devices.backends.addresses import backend_at
from acquisition.devices.component import Kind
from acquisition.devices.standard.acquire import AcquireLogic
from acquisition.devices.standard.counting import CountingDevice
from acquisition.devices.standard.pv_device import BackendOf


class PointDetector(CountingDevice):
    """Counts for a time (Triggerable, Readable, Configurable, Stageable, Pausable, Stoppable).

    Reads as ``name``, the counts; ``name_exposure_s`` is configuration.

    ================  ======  ======  ====================================================================
    PV                type    unit    meaning
    ================  ======  ======  ====================================================================
    ``<P>:counts``    long    counts  the result
    ``<P>:exposure``  double  s       how long it counts
    ``<P>:acquire``   long            1 begins, answered at the end; 0 breaks off
    ================  ======  ======  ====================================================================

    Parameters
    ----------
    prefix
        Of the process variables, without a colon at the end.
    backend
        Makes the backend of a PV from its name.
    """

    def __init__(
        self, prefix: str, name: str = "", *, title: str = "", backend: BackendOf = backend_at
    ) -> None:
        super().__init__(prefix, name, title=title, backend=backend)
        self.counts = self.reads("counts", ":counts", Kind.HINTED, is_main=True)
        self.exposure_s = self.writes("exposure_s", ":exposure", Kind.CONFIG)
        self.acquire = self.writes("acquire", ":acquire")
        self._logic = AcquireLogic(self.acquire, self.exposure_s)
