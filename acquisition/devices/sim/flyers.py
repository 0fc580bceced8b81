"""Simulated flyers: devices that take their own points, and hand them over at the end."""

from __future__ import annotations

import time
from collections.abc import Iterator
from typing import Any

import numpy as np

from acquisition.devices.component import Component
from acquisition.devices.protocols import DataKey, Reading
from acquisition.devices.sim.axis import UnlocatedAxis
from acquisition.devices.sim.detectors import SoftDetector
from acquisition.devices.status import Status


class _Walk:
    """Carries out steps that each give a status, one after the other, without a thread of its own.

    Where a status is done at once the walk goes on in place; else the end of the status takes it on.
    """

    def __init__(self, steps: Iterator[Status], what: str) -> None:
        self._steps = steps
        self.done = Status(what)

    def go_on(self, _: Any = None) -> None:
        """Take steps until one has to be waited for."""
        try:
            for status in self._steps:
                if not status.done:
                    status.add_callback(self.go_on)
                    return
        except Exception as error:  # noqa: BLE001  whatever stops the walk is its outcome
            self.done.set_exception(error)
        else:
            self.done.set_finished()


class _Flyer(Component):
    """What flyers share: they have no signals, and no configuration."""

    def read_configuration(self) -> dict[str, Reading]:
        """Return nothing."""
        return {}

    def describe_configuration(self) -> dict[str, DataKey]:
        """Return nothing."""
        return {}


class SoftFlyer(_Flyer):
    """Scans an axis with a detector by itself (Flyable, EventCollectable), into a stream of its own name.

    Parameters
    ----------
    detector, motor
        What it uses.
    start, stop, num
        First position, last position, how many points.
    """

    def __init__(
        self, name: str, detector: SoftDetector, motor: UnlocatedAxis, start: float, stop: float, num: int
    ) -> None:
        super().__init__(name)
        self.detector = detector
        self.motor = motor
        self.positions: list[float] = [float(position) for position in np.linspace(start, stop, num)]
        self._events: list[dict[str, Any]] = []
        self._walk: _Walk | None = None

    def kickoff(self) -> Status:
        """Begin to scan."""
        if self._walk is not None and not self._walk.done.done:
            raise RuntimeError(f"{self.name} is flying already: complete it before the next kickoff")
        self._events = []
        self._walk = _Walk(self._steps(), f"{self.name} flying")
        self._walk.go_on()
        return Status.finished(f"{self.name} being kicked off")

    def _steps(self) -> Iterator[Status]:
        for position in self.positions:
            for begin in (lambda target=position: self.motor.set(target), self.detector.trigger):
                status = begin()
                yield status
                status.wait(0)
            readings = {**self.motor.read(), **self.detector.read()}
            self._events.append(
                {
                    "time": time.time(),
                    "data": {key: reading["value"] for key, reading in readings.items()},
                    "timestamps": {key: reading["timestamp"] for key, reading in readings.items()},
                }
            )

    def complete(self) -> Status:
        """Return the status that ends with the scan."""
        if self._walk is None:
            raise RuntimeError(f"{self.name} cannot complete: it was not kicked off")
        return self._walk.done

    def describe_collect(self) -> dict[str, dict[str, DataKey]]:
        """Return the data keys of its stream."""
        return {self.name: {**self.motor.describe(), **self.detector.describe()}}

    def collect(self) -> Iterator[dict[str, Any]]:
        """Yield the points that were not collected yet."""
        events, self._events = self._events, []
        yield from events


class TrivialFlyer(_Flyer):
    """Flies at once, and collects empty events (Flyable, EventCollectable)."""

    NUM = 100

    def kickoff(self) -> Status:
        """Do nothing."""
        return Status.finished(f"{self.name} being kicked off")

    def complete(self) -> Status:
        """Do nothing."""
        return Status.finished(f"{self.name} flying")

    def stop(self, *, success: bool = False) -> None:
        """Do nothing."""

    def describe_collect(self) -> dict[str, dict[str, DataKey]]:
        """Return a stream without keys."""
        return {"stream_name": {}}

    def collect(self) -> Iterator[dict[str, Any]]:
        """Yield events without data."""
        for index in range(self.NUM):
            yield {"time": float(index), "data": {}, "timestamps": {}}


class NewTrivialFlyer(TrivialFlyer):
    """The same, which could also give documents of external data (WritesExternalAssets): there are none."""

    def collect_asset_docs(self) -> Iterator[tuple[str, dict[str, Any]]]:
        """Yield nothing."""
        return iter(())
