"""A temperature controller."""

from __future__ import annotations

from typing import Any

from acquisition.devices.backends.addresses import backend_at
from acquisition.devices.backends.base import read_together
from acquisition.devices.component import Kind
from acquisition.devices.errors import MoveStoppedError
from acquisition.devices.protocols import Location
from acquisition.devices.signal import check_limits
from acquisition.devices.standard.pv_device import BackendOf, PvDevice
from acquisition.devices.standard.settling import SettleLogic
from acquisition.devices.status import Status


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
        backend: BackendOf = backend_at,
    ) -> None:
        super().__init__(prefix, name, title=title, backend=backend)
        self.tolerance = tolerance
        self.settle_s = settle_s
        self.settle_timeout_s = settle_timeout_s
        self.temperature = self.reads("temperature", ":temperature", Kind.HINTED, is_main=True)
        self.setpoint = self.writes("setpoint", ":setpoint", Kind.NORMAL)
        self.ramp_rate = self.writes("ramp_rate", ":ramp_rate", Kind.CONFIG)
        self.heater = self.reads("heater", ":heater", Kind.OMITTED)
        self._logic = SettleLogic(
            self.setpoint, self.temperature, who=lambda: self.name, tolerance=tolerance, settle_s=settle_s
        )

    def connected(self) -> None:
        """Watch the temperature."""
        self._logic.watch()

    @property
    def limits(self) -> tuple[float, float]:
        """Low and high of the setpoint; infinite where the controller has none."""
        return self.setpoint.metadata.limits or (float("-inf"), float("inf"))

    def check_value(self, value: Any) -> None:
        """Raise ``LimitsError`` or ``WrongValueError`` if ``set(value)`` would."""
        self._allowed(value)

    def _allowed(self, value: Any) -> float:
        units = self.setpoint.metadata.units
        return check_limits(self.name, value, self.limits, units, self.setpoint.source)

    def set(self, value: float) -> Status:
        """Go to a temperature; the status ends when it has settled there.

        It fails with the temperature that was reached after the time of the ramp and ``settle_timeout_s``.
        """
        target = self._allowed(value)
        here, rate = (
            float(sample.value)
            for sample in read_together([self.temperature.backend, self.ramp_rate.backend], self.timeout_s)
        )
        ramp_s = 60.0 * abs(target - here) / rate if rate > 0.0 else 0.0
        return self._logic.set(target, ramp_s + self.settle_s + self.settle_timeout_s)

    def stop(self, success: bool = True) -> None:
        """Stay at the temperature that there is now."""
        here = float(self.temperature.get())
        low, high = self.limits
        self._logic.end_with(None if success else MoveStoppedError(f"{self.name} was stopped at {here:g}"))
        self.setpoint.backend.put(min(max(here, low), high))

    def locate(self) -> Location:
        """Return where it was sent, and the temperature, in one round trip."""
        setpoint, here = read_together([self.setpoint.backend, self.temperature.backend], self.timeout_s)
        return {"setpoint": setpoint.value, "readback": here.value}
