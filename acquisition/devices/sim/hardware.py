"""A set of simulated devices for trying plans in memory."""

from __future__ import annotations

from dataclasses import dataclass, field, fields

from acquisition.devices.backends.soft import SoftBackend
from acquisition.devices.device import Device
from acquisition.devices.signal import WritableSignal
from acquisition.devices.sim.axis import SoftAxis
from acquisition.devices.sim.detectors import SoftDetector, peak_detector


@dataclass(frozen=True)
class Hardware:
    """Axes, detectors and a signal, new for each call of ``hardware``.

    ``det`` and ``det1`` have their peak at motor = 0 and motor1 = 0, ``det2`` at motor2 = 1, ``det4`` at
    motor1 = motor2 = 0; ``noisy_det`` counts photons with Poisson noise.
    """

    motor: SoftAxis
    motor1: SoftAxis
    motor2: SoftAxis
    motor3: SoftAxis
    det: SoftDetector
    det1: SoftDetector
    det2: SoftDetector
    det4: SoftDetector
    noisy_det: SoftDetector
    signal: WritableSignal = field(default_factory=lambda: WritableSignal(SoftBackend(0.0), "signal"))

    def devices(self) -> dict[str, Device | WritableSignal]:
        """Return all by name."""
        return {entry.name: getattr(self, entry.name) for entry in fields(self)}


def hardware(*, velocity: float | None = None, exposure_s: float = 0.0, seed: int = 0) -> Hardware:
    """Return new simulated devices.

    Parameters
    ----------
    velocity
        Of all axes, in mm/s; None moves at once.
    exposure_s
        How long a trigger takes.

    Examples
    --------
    >>> hw = hardware()
    >>> hw.motor.set(0).wait(1)
    >>> hw.det.trigger().wait(1)
    >>> hw.det.read()["det"]["value"]
    1.0
    """
    motor, motor1, motor2, motor3 = (
        SoftAxis(name, velocity=velocity) for name in ("motor", "motor1", "motor2", "motor3")
    )
    return Hardware(
        motor=motor,
        motor1=motor1,
        motor2=motor2,
        motor3=motor3,
        det=peak_detector("det", [motor], exposure_s=exposure_s),
        det1=peak_detector("det1", [motor1], height=5.0, sigma=0.5, exposure_s=exposure_s),
        det2=peak_detector("det2", [motor2], centre=[1.0], height=10.0, sigma=2.0, exposure_s=exposure_s),
        det4=peak_detector("det4", [motor1, motor2], exposure_s=exposure_s),
        noisy_det=peak_detector(
            "noisy_det", [motor], height=1000.0, noise="poisson", seed=seed, exposure_s=exposure_s
        ),
    )
