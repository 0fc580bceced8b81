"""The storage ring, as a beamline sees it."""

from __future__ import annotations

from collections.abc import Callable

from acquisition.devices.backends.addresses import backend_at
from acquisition.devices.backends.base import Backend
from acquisition.devices.component import Kind
from acquisition.devices.device import Device
from acquisition.devices.signal import Signal


class RingCurrent(Device):
    """The current of the ring (Readable, Subscribable). Reads as ``name``.

    ===============  ======  ====  =======================================================================
    PV               type    unit  meaning
    ===============  ======  ====  =======================================================================
    ``<P>:current``  double  mA    stored current
    ===============  ======  ====  =======================================================================

    Parameters
    ----------
    prefix
        Of the process variable, without a colon at the end.
    backend
        Makes the backend of a PV from its name.
    """

    def __init__(
        self,
        prefix: str,
        name: str = "",
        *,
        title: str = "",
        backend: Callable[[str], Backend] = backend_at,
    ) -> None:
        super().__init__(name, title=title)
        self.prefix = prefix
        self.current = self.add("current", Signal(backend(f"{prefix}:current")), kind=Kind.HINTED, name=name)
