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
from acquisition.devices.sim.axis import UnlocatedAxis
from acquisition.devices.sim.physics import gaussian
from acquisition.devices.status import Status

NOISES = ("none", "poisson", "uniform")


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
    initial
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


class PeakDetector(SoftDetector):
    """A detector with a gaussian peak in the position of some axes, which can be moved and made noisy.

    ``Imax``, ``center``, ``sigma``, ``noise`` and ``noise_multiplier`` are configuration.

    Parameters
    ----------
    centre
        Of the peak, one number an axis; a single one holds for all.
    noise
        ``none``, ``poisson`` (counts) or ``uniform`` (up to ``noise_multiplier``, either way).
    seed
        Of the noise.
    """

    def __init__(
        self,
        name: str,
        axes: Sequence[UnlocatedAxis],
        *,
        centre: Sequence[float] = (0.0,),
        sigma: float = 1.0,
        height: float = 1.0,
        noise: str = "none",
        noise_multiplier: float = 1.0,
        seed: int = 0,
        exposure_s: float = 0.0,
    ) -> None:
        super().__init__(name, self._counts, exposure_s=exposure_s)
        self._axes = tuple(axes)
        self._rng = np.random.default_rng(seed)
        centres = list(centre) * len(axes) if len(centre) == 1 else list(centre)
        self.Imax = self._setting("Imax", float(height))
        self.center = self._setting(
            "center", float(centres[0]) if len(axes) == 1 else [float(one) for one in centres]
        )
        self.sigma = self._setting("sigma", float(sigma))
        self.noise = self._setting("noise", noise, choices=NOISES)
        self.noise_multiplier = self._setting("noise_multiplier", float(noise_multiplier))

    def _setting(self, attr_name: str, initial: Any, **known: Any) -> WritableSignal:
        return self.add(attr_name, WritableSignal(SoftBackend(initial, **known)), kind=Kind.CONFIG)

    def _counts(self) -> float:
        mean, sigma, centres = self.Imax.get(), self.sigma.get(), np.atleast_1d(self.center.get())
        for axis, middle in zip(self._axes, centres, strict=True):
            mean *= gaussian(axis.readback.get(), float(middle), sigma)
        noise = self.noise.get()
        if noise == "poisson":
            return float(self._rng.poisson(mean))
        if noise == "uniform":
            return float(mean + self._rng.uniform(-1.0, 1.0) * self.noise_multiplier.get())
        return float(mean)


def peak_detector(name: str, axes: Sequence[UnlocatedAxis], **settings: Any) -> PeakDetector:
    """Return a detector with a gaussian peak in the position of some axes; see ``PeakDetector``."""
    return PeakDetector(name, axes, **settings)


class TwoChannelDetector(Device):
    """A detector of two random numbers, ``name_a`` (hinted) and ``name_b``, new at each trigger."""

    def __init__(self, name: str, *, seed: int = 0) -> None:
        super().__init__(name)
        self._rng = np.random.default_rng(seed)
        self._a, self._b = SoftBackend(0.0, precision=3), SoftBackend(0.0, precision=3)
        self.a = self.add("a", Signal(self._a), kind=Kind.HINTED)
        self.b = self.add("b", Signal(self._b), kind=Kind.NORMAL)

    def trigger(self) -> Status:
        """Take both, at once."""
        self._a.publish(float(self._rng.random()))
        self._b.publish(float(self._rng.random()))
        return Status.finished(f"{self.name} acquiring")


class ConfiguredDetector(Device):
    """A detector of two values, ``name_a`` and ``name_b``, with configuration ``name_c`` and ``name_d``."""

    def __init__(self, name: str) -> None:
        super().__init__(name)
        self.a = self.add("a", Signal(SoftBackend(1)), kind=Kind.HINTED)
        self.b = self.add("b", Signal(SoftBackend(2)), kind=Kind.HINTED)
        self.c = self.add("c", WritableSignal(SoftBackend(3)), kind=Kind.CONFIG)
        self.d = self.add("d", WritableSignal(SoftBackend(4)), kind=Kind.CONFIG)

    def trigger(self) -> Status:
        """Take the same values again, at once."""
        return Status.finished(f"{self.name} acquiring")


class CountTimeDetector(Device):
    """A detector whose trigger takes ``count_time`` seconds and counts a thousand a second.

    Reads as ``name_intensity`` (hinted) and ``name_count_time``.
    """

    COUNTS_PER_S = 1000

    def __init__(self, name: str) -> None:
        super().__init__(name)
        self._intensity = SoftBackend(0)
        self.intensity = self.add("intensity", Signal(self._intensity), kind=Kind.HINTED)
        self.count_time = self.add(
            "count_time",
            WritableSignal(SoftBackend(0.0, units="s", precision=3, low=0.0, high=3600.0)),
            kind=Kind.NORMAL,
        )

    def trigger(self) -> Status:
        """Count for the count time."""
        seconds = self.count_time.get()
        what = f"{self.name} counting"
        if seconds <= 0.0:
            self._intensity.publish(0)
            return Status.finished(what)
        status = Status(what, timeout_s=seconds + self.timeout_s)

        def end() -> None:
            self._intensity.publish(round(seconds * self.COUNTS_PER_S))
            status.set_finished()

        timers.call_later(seconds, end)
        return status
