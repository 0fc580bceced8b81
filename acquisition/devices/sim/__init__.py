"""Simulated devices, and (in ``sim.ioc``) the server of a whole demo beamline.

The devices of one shared set are attributes of this package too, as users of the field expect::

    from acquisition.devices.sim import det, motor
"""

from functools import cache
from typing import Any

from acquisition.devices.sim.axis import SoftAxis
from acquisition.devices.sim.detectors import PeakDetector, SoftDetector, peak_detector
from acquisition.devices.sim.hardware import Hardware, hardware

__all__ = ["Hardware", "PeakDetector", "SoftAxis", "SoftDetector", "hardware", "hw", "peak_detector"]

#: The field's name for `hardware`.
hw = hardware


@cache
def _shared() -> Hardware:
    return hardware()


def __getattr__(name: str) -> Any:
    """Return a device of the shared set, built when first asked for; ``img`` needs a folder of its own."""
    if name in set(Hardware.names()) - {"img"}:
        return getattr(_shared(), name)
    raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
