"""An ion chamber behind a picoammeter."""

from __future__ import annotations

from acquisition.devices.backends.addresses import backend_at
from acquisition.devices.component import Kind
from acquisition.devices.standard.acquire import AcquireLogic
from acquisition.devices.standard.counting import CountingDevice
from acquisition.devices.standard.pv_device import BackendOf


class IonChamber(CountingDevice):
    """The mean current of an ion chamber or diode (Triggerable, Readable, Configurable, Pausable).

    Reads as ``name``, the mean current over the exposure.

    ================  ======  ====  ======================================================================
    PV                type    unit  meaning
    ================  ======  ====  ======================================================================
    ``<P>:current``   double  A     the mean current of the last exposure
    ``<P>:exposure``  double  s     how long a mean takes
    ``<P>:acquire``   long          1 begins, answered at the end; 0 breaks off
    ``<P>:range``     enum          full scale of the amplifier ("2 nA", "20 nA", ...)
    ================  ======  ====  ======================================================================

    Parameters
    ----------
    prefix
        Of the process variables, without a colon at the end.
    """

    def __init__(
        self, prefix: str, name: str = "", *, title: str = "", backend: BackendOf = backend_at
    ) -> None:
        super().__init__(prefix, name, title=title, backend=backend)
        self.current = self.reads("current", ":current", Kind.HINTED, is_main=True)
        self.exposure_s = self.writes("exposure_s", ":exposure", Kind.CONFIG)
        self.range = self.writes("range", ":range", Kind.CONFIG)
        self.acquire = self.writes("acquire", ":acquire")
        self._logic = AcquireLogic(self.acquire, self.exposure_s)
