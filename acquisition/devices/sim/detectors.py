"""Detectors in memory that see where the axes are."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any

import numpy as np

from acquisition.devices import timers
from acquisition.devices.backends.soft import SoftBackend
from acquisition.devices.component import Kind
from acquisition.devices.device import Device
from acquisition.devices.signal import Signal, WritableSignal
from acquisition.devices.sim.axis import SoftAxis
from acquisition.devices.sim.physics import gaussian
from acquisition.devices.status import Status


class SoftDetector(Device):
    """A detector of one value, which is computed at each trigger.

    Parameters
    ----------
    name
        Name of the detector and of its value.
    value
        Gives the value.
    exposure_s
        How long a trigger takes; 0 is at once.
    dtype
        First value, which fixes the type.

    Examples
    --------
    >>> det = SoftDetector("det", lambda: 42.0)
    >>> det.trigger().wait(1)
    >>> det.read()["det"]["value"]
    42.0
    """

    def __init__(
        self,
        name: str,
        value: Callable[[], Any],
        *,
        exposure_s: float = 0.0,
        initial: Any = 0.0,
        units: str = "",
    ) -> None:
        super().__init__(name)
        self._compute = value
        self._value = SoftBackend(initial, units=units)
        self._exposure = SoftBackend(float(exposure_s), units="s", precision=3, low=0.0, high=3600.0)
        self.value = self.add("value", Signal(self._value), kind=Kind.HINTED, name=name)
        self.exposure_s = self.add("exposure_s", WritableSignal(self._exposure), kind=Kind.CONFIG)

    def trigger(self) -> Status:
        """Take one value, when the exposure is over."""
        exposure_s = self._exposure.sample().value
        what = f"{self.name} acquiring"
        if exposure_s <= 0.0:
            self._value.publish(self._compute())
            return Status.finished(what)
        status = Status(what, timeout_s=exposure_s + self.timeout_s)

        def end() -> None:
            try:
                self._value.publish(self._compute())
            except Exception as error:  # noqa: BLE001  whatever the computation raises is the outcome of the trigger
                status.set_exception(error)
            else:
                status.set_finished()

        timers.call_later(exposure_s, end)
        return status


def peak_detector(
    name: str,
    axes: Sequence[SoftAxis],
    *,
    centre: Sequence[float] = (0.0,),
    sigma: float = 1.0,
    height: float = 1.0,
    noise: str = "none",
    seed: int = 0,
    exposure_s: float = 0.0,
) -> SoftDetector:
    """Return a detector with a gaussian peak in the position of some axes.

    Parameters
    ----------
    centre
        Of the peak, one number an axis; a single one holds for all.
    noise
        ``none``, ``poisson`` (counts, with ``seed``) or ``uniform`` (up to a tenth of the height).
    """
    rng = np.random.default_rng(seed)
    centres = list(centre) * len(axes) if len(centre) == 1 else list(centre)

    def value() -> float:
        mean = height
        for axis, middle in zip(axes, centres, strict=True):
            mean *= gaussian(axis.locate()["readback"], middle, sigma)
        if noise == "poisson":
            return float(rng.poisson(mean))
        if noise == "uniform":
            return mean + float(rng.uniform(-0.1, 0.1)) * height
        return mean

    return SoftDetector(name, value, exposure_s=exposure_s)
