"""A set of simulated devices for trying plans in memory."""

from __future__ import annotations

import os
from collections.abc import Iterator
from functools import cached_property
from typing import Any

import numpy as np

from acquisition.devices.backends.soft import SoftBackend
from acquisition.devices.errors import WrongValueError
from acquisition.devices.signal import WritableSignal
from acquisition.devices.sim.axis import EmptyHintsAxis, NoHintsAxis, SoftAxis, UnlocatedAxis
from acquisition.devices.sim.detectors import (
    ConfiguredDetector,
    CountTimeDetector,
    PeakDetector,
    TwoChannelDetector,
)
from acquisition.devices.sim.flyers import NewTrivialFlyer, SoftFlyer, TrivialFlyer
from acquisition.devices.sim.images import DirectImage, FileImage, ones
from acquisition.devices.sim.pseudo import Pseudo1x3, Pseudo3x3
from acquisition.devices.sim.signals import PeriodicBackend, TriggeredSignal


class Hardware:
    """Simulated devices, each built when it is first asked for; new for each call of ``hardware``.

    They have the names, data keys and hints that the field knows from ``ophyd.sim``. Some have the name of
    another one, to stand in its place: ``identical_det``, ``motor_no_pos``, ``motor_empty_hints1`` ...
    """

    def __init__(
        self,
        folder: str | os.PathLike[str] | None,
        *,
        velocity: float | None,
        exposure_s: float,
        seed: int,
    ) -> None:
        self._folder = folder
        self._velocity = velocity
        self._exposure_s = exposure_s
        self._seed = seed
        self._rng = np.random.default_rng(seed)

    @classmethod
    def names(cls) -> Iterator[str]:
        """Yield the name of each device that there can be."""
        return (name for name, entry in vars(cls).items() if isinstance(entry, cached_property))

    def devices(self) -> dict[str, Any]:
        """Return by name those that fit beside each other on one beamline.

        These are all that have no other's name; ``img`` only with a folder.
        """
        names = (name for name in self.names() if name != "img" or self._folder is not None)
        built = {name: getattr(self, name) for name in names}
        return {name: device for name, device in built.items() if device.name == name}

    def _axis(self, name: str) -> SoftAxis:
        return SoftAxis(name, velocity=self._velocity)

    def _jittery(self, name: str) -> SoftAxis:
        return SoftAxis(
            name, velocity=self._velocity, readback_of=lambda position: position + float(self._rng.random())
        )

    def _peak(self, name: str, *axes: UnlocatedAxis, **settings: Any) -> PeakDetector:
        return PeakDetector(name, axes, exposure_s=self._exposure_s, seed=self._seed, **settings)

    def _random(self, name: str, period_s: float) -> TriggeredSignal:
        def compute() -> float:
            return float(self._rng.random())

        return TriggeredSignal(PeriodicBackend(compute, period_s, precision=3), name, compute=compute)

    @cached_property
    def motor(self) -> SoftAxis:
        """An axis."""
        return self._axis("motor")

    @cached_property
    def motor1(self) -> SoftAxis:
        """An axis."""
        return self._axis("motor1")

    @cached_property
    def motor2(self) -> SoftAxis:
        """An axis."""
        return self._axis("motor2")

    @cached_property
    def motor3(self) -> SoftAxis:
        """An axis."""
        return self._axis("motor3")

    @cached_property
    def jittery_motor1(self) -> SoftAxis:
        """An axis that ends up to 1 mm beyond its target."""
        return self._jittery("jittery_motor1")

    @cached_property
    def jittery_motor2(self) -> SoftAxis:
        """An axis that ends up to 1 mm beyond its target."""
        return self._jittery("jittery_motor2")

    @cached_property
    def motor_no_pos(self) -> UnlocatedAxis:
        """An axis named motor without ``position`` and ``locate``."""
        return UnlocatedAxis("motor", velocity=self._velocity)

    @cached_property
    def motor_empty_hints1(self) -> EmptyHintsAxis:
        """An axis named motor1 whose hints name nothing."""
        return EmptyHintsAxis("motor1", velocity=self._velocity)

    @cached_property
    def motor_empty_hints2(self) -> EmptyHintsAxis:
        """An axis named motor2 whose hints name nothing."""
        return EmptyHintsAxis("motor2", velocity=self._velocity)

    @cached_property
    def motor_no_hints1(self) -> NoHintsAxis:
        """An axis named motor1 without hints."""
        return NoHintsAxis("motor1", velocity=self._velocity)

    @cached_property
    def motor_no_hints2(self) -> NoHintsAxis:
        """An axis named motor2 without hints."""
        return NoHintsAxis("motor2", velocity=self._velocity)

    @cached_property
    def det(self) -> PeakDetector:
        """A peak of 1 at motor = 0."""
        return self._peak("det", self.motor)

    @cached_property
    def identical_det(self) -> PeakDetector:
        """Another device named det, as det is."""
        return self._peak("det", self.motor)

    @cached_property
    def noisy_det(self) -> PeakDetector:
        """The peak of det with 0.1 of noise."""
        return self._peak("noisy_det", self.motor, noise="uniform", noise_multiplier=0.1)

    @cached_property
    def det1(self) -> PeakDetector:
        """A narrow peak of 5 at motor1 = 0."""
        return self._peak("det1", self.motor1, height=5.0, sigma=0.5)

    @cached_property
    def det2(self) -> PeakDetector:
        """A wide peak of 2 at motor2 = 1."""
        return self._peak("det2", self.motor2, centre=(1.0,), height=2.0, sigma=2.0)

    @cached_property
    def det3(self) -> PeakDetector:
        """A peak of 2 at motor3 = -1."""
        return self._peak("det3", self.motor3, centre=(-1.0,), height=2.0)

    @cached_property
    def det4(self) -> PeakDetector:
        """A peak of 1 at motor1 = motor2 = 0."""
        return self._peak("det4", self.motor1, self.motor2)

    @cached_property
    def det5(self) -> PeakDetector:
        """A peak of 1 where both jittery axes are at 0."""
        return self._peak("det5", self.jittery_motor1, self.jittery_motor2)

    @cached_property
    def rand(self) -> TriggeredSignal:
        """A random number from 0 to 1, new each second."""
        return self._random("rand", 1.0)

    @cached_property
    def rand2(self) -> TriggeredSignal:
        """A random number from 0 to 1, new each half second."""
        return self._random("rand2", 0.5)

    @cached_property
    def invariant1(self) -> TriggeredSignal:
        """A zero of the year 1970."""
        return TriggeredSignal(SoftBackend(0, clock=lambda: 0.0), "invariant1")

    @cached_property
    def invariant2(self) -> TriggeredSignal:
        """A zero of the year 1970."""
        return TriggeredSignal(SoftBackend(0, clock=lambda: 0.0), "invariant2")

    @cached_property
    def bool_sig(self) -> WritableSignal:
        """Yes or no."""
        return WritableSignal(SoftBackend(False), "bool_sig")

    @cached_property
    def sig(self) -> WritableSignal:
        """A whole number."""
        return WritableSignal(SoftBackend(0), "sig")

    @cached_property
    def signal(self) -> TriggeredSignal:
        """A number that can be set and triggered."""
        return TriggeredSignal(SoftBackend(0.0), "signal")

    @cached_property
    def ab_det(self) -> TwoChannelDetector:
        """Two random channels."""
        return TwoChannelDetector("det", seed=self._seed)

    @cached_property
    def det_with_conf(self) -> ConfiguredDetector:
        """Two channels and two settings."""
        return ConfiguredDetector("det")

    @cached_property
    def det_with_count_time(self) -> CountTimeDetector:
        """Counts for its count time."""
        return CountTimeDetector("det")

    @cached_property
    def direct_img(self) -> DirectImage:
        """An array in the event."""
        return DirectImage("direct", "img")

    @cached_property
    def direct_img_list(self) -> DirectImage:
        """Lists of numbers in the event."""
        return DirectImage("direct", "direct_img_list", lambda: ones().tolist())

    @cached_property
    def img(self) -> FileImage:
        """Images in files of ``folder``."""
        if self._folder is None:
            raise WrongValueError("img writes files: say where, with hardware(folder)")
        return FileImage("img", self._folder)

    @cached_property
    def pseudo3x3(self) -> Pseudo3x3:
        """Three axes that are minus three others."""
        return Pseudo3x3("pseudo3x3", velocity=self._velocity)

    @cached_property
    def pseudo1x3(self) -> Pseudo1x3:
        """One axis that is minus three others."""
        return Pseudo1x3("pseudo1x3", velocity=self._velocity)

    @cached_property
    def flyer1(self) -> SoftFlyer:
        """Takes 20 points of det over motor."""
        return SoftFlyer("flyer1", self.det, self.motor, 1, 5, 20)

    @cached_property
    def flyer2(self) -> SoftFlyer:
        """Takes 10 points of det over motor."""
        return SoftFlyer("flyer2", self.det, self.motor, 1, 5, 10)

    @cached_property
    def trivial_flyer(self) -> TrivialFlyer:
        """Collects empty events."""
        return TrivialFlyer("trivial_flyer")

    @cached_property
    def new_trivial_flyer(self) -> NewTrivialFlyer:
        """Collects empty events, and no external data."""
        return NewTrivialFlyer("new_trivial_flyer")


def hardware(
    folder: str | os.PathLike[str] | None = None,
    *,
    velocity: float | None = None,
    exposure_s: float = 0.0,
    seed: int = 0,
) -> Hardware:
    """Return new simulated devices.

    Parameters
    ----------
    folder
        Where ``img`` writes its files; it must exist.
    velocity
        Of all axes, in mm/s; None moves at once.
    exposure_s
        How long a trigger takes.
    seed
        Of all noise.

    Examples
    --------
    >>> hw = hardware()
    >>> hw.motor.set(0).wait(1)
    >>> hw.det.trigger().wait(1)
    >>> hw.det.read()["det"]["value"]
    1.0
    """
    return Hardware(folder, velocity=velocity, exposure_s=exposure_s, seed=seed)
