"""A temperature controller."""

from __future__ import annotations

from acquisition.devices.backends.channel_access import ChannelAccessBackend
from acquisition.devices.component import Kind
from acquisition.devices.standard.pv_device import BackendOf, PvDevice


class TemperatureController(PvDevice):
    """Goes to a temperature, and waits until it has settled (Movable, Locatable, Checkable, Stoppable,
    Readable, Configurable, Subscribable).

    Reads as ``name`` (the temperature) and ``name_setpoint``.

    ===================  ======  ======  ================================================================
    PV                   type    unit    meaning
    ===================  ======  ======  ================================================================
    ``<P>:temperature``  double  K, °C   where it is
    ``<P>:setpoint``     double  same    where it is to go, with control limits; answered at once
    ``<P>:ramp_rate``    double  /min    how fast
    ``<P>:heater``       double  %       power of the heater
    ===================  ======  ======  ================================================================

    Parameters
    ----------
    prefix
        Of the process variables, without a colon at the end.
    tolerance
        How far from the setpoint still counts as there, in its units.
    settle_s
        How long it must stay there.
    settle_timeout_s
        How long it may take beside the time of the ramp.
    """

    def __init__(
        self,
        prefix: str,
        name: str = "",
        *,
        tolerance: float = 0.5,
        settle_s: float = 5.0,
        settle_timeout_s: float = 600.0,
        title: str = "",
        backend: BackendOf = ChannelAccessBackend,
    ) -> None:
        super().__init__(prefix, name, title=title, backend=backend)
        self.tolerance = tolerance
        self.settle_s = settle_s
        self.settle_timeout_s = settle_timeout_s
        self.temperature = self.reads("temperature", ":temperature", Kind.HINTED, is_main=True)
        self.setpoint = self.writes("setpoint", ":setpoint", Kind.NORMAL)
        self.ramp_rate = self.writes("ramp_rate", ":ramp_rate", Kind.CONFIG)
        self.heater = self.reads("heater", ":heater", Kind.OMITTED)
