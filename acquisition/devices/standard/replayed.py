"""The devices of a recorded run, played back as if live."""

from __future__ import annotations

import math
from collections.abc import Callable, Iterable
from pathlib import Path
from typing import Any

import numpy as np

from acquisition.devices import timers
from acquisition.devices.backends.recording import Document, Recording, Stream, recording_in, recording_of
from acquisition.devices.backends.replay import ReplayBackend
from acquisition.devices.component import Kind
from acquisition.devices.device import Device
from acquisition.devices.errors import AddressError, WrongValueError
from acquisition.devices.protocols import DataKey, Location, Reading
from acquisition.devices.signal import Signal
from acquisition.devices.status import Status


class Playback:
    """What the devices of one recording share: the place in the run, and the speed.

    Parameters
    ----------
    recording
        The run.
    """

    def __init__(self, recording: Recording) -> None:
        self.recording = recording
        self.name = "playback"
        self.parent = None
        self.devices: list[ReplayedDevice] = []
        self.speed = math.inf
        self._place = -1
        self._timer: timers.Timer | None = None

    def rewind(self) -> None:
        """Go back to the beginning."""
        self._place = -1
        for device in self.devices:
            device.show(0)

    def set(self, place: int) -> Status:
        """Go to an event of the run; with a speed, when its time has come."""
        if not 0 <= place < len(self.recording.order):
            last = len(self.recording.order) - 1
            raise WrongValueError(f"the recording has events 0 to {last}, not {place!r}")
        status = Status(f"the recording being at event {place}")
        delay_s = self._seconds_to(place)

        def arrive() -> None:
            self._show(place)
            status.set_finished()

        if delay_s > 0.0:
            timers.call_later(delay_s, arrive)
        else:
            arrive()
        return status

    def _time_of(self, place: int) -> float:
        stream, index = self.recording.order[place]
        return float(self.recording.streams[stream].events[index]["time"])

    def _seconds_to(self, place: int) -> float:
        if math.isinf(self.speed) or self._place < 0:
            return 0.0
        return max(0.0, (self._time_of(place) - self._time_of(self._place)) / self.speed)

    def _show(self, place: int) -> None:
        self._place = place
        stream, index = self.recording.order[place]
        for device in self.devices:
            if device.stream.name == stream:
                device.show(index)

    def start(self, speed: float = 1.0) -> None:
        """Play to the subscribers from here on, ``speed`` times as fast as it was recorded.

        Raises
        ------
        WrongValueError
            If the speed is not above zero.
        """
        if not speed > 0.0:
            raise WrongValueError(f"the speed of a replay must be above 0, not {speed!r}")
        self.stop()
        self.speed = speed
        self._play_next()

    def _play_next(self) -> None:
        place = self._place + 1
        if place >= len(self.recording.order):
            return

        def play() -> None:
            self._show(place)
            self._play_next()

        self._timer = timers.call_later(self._seconds_to(place), play)

    def stop(self) -> None:
        """Play no further."""
        timer, self._timer = self._timer, None
        if timer is not None:
            timer.cancel()


class ReplayedDevice(Device):
    """A device of a recorded run (Readable, Triggerable, Configurable).

    Each trigger goes to its next event, or each read if it is never triggered. Values, times, units, shapes
    and configuration are those of the recording; data in files (external keys) are left out.

    Parameters
    ----------
    file
        The run as JSON lines, or a ``Playback``: devices with the same one go through the run together.
    device
        Name of the device in the run; its own name if not given.
    stream
        Of its readings; ``primary`` or the first one that has it if not given.
    """

    def __init__(
        self,
        file: str | Path | Playback,
        name: str = "",
        *,
        device: str = "",
        stream: str = "",
        title: str = "",
    ) -> None:
        super().__init__(name, title=title)
        self.playback = file if isinstance(file, Playback) else playback_of(file)
        self.recorded_name = device or name
        self.stream: Stream = self.playback.recording.stream_of(self.recorded_name, stream)
        self._index = 0
        self._is_fresh = True
        self._is_triggered = False
        self._add_signals()
        self.playback.devices.append(self)

    def _add_signals(self) -> None:
        descriptor, mine = self.stream.descriptor, self.recorded_name
        hinted = descriptor.get("hints", {}).get(mine, {}).get("fields", [])
        for key in self.stream.keys_of(mine):
            readings = [(event["data"][key], event["timestamps"][key]) for event in self.stream.events]
            kind = Kind.HINTED if key in hinted else Kind.NORMAL
            self._add_signal(key, descriptor["data_keys"][key], readings, lambda: self._index, kind)
        configuration = descriptor.get("configuration", {}).get(mine, {})
        for key, data_key in configuration.get("data_keys", {}).items():
            readings = [(configuration["data"][key], configuration["timestamps"][key])]
            self._add_signal(key, data_key, readings, lambda: 0, Kind.CONFIG)

    def _add_signal(
        self,
        key: str,
        data_key: DataKey,
        readings: list[tuple[Any, float]],
        index: Callable[[], int],
        kind: Kind,
    ) -> None:
        own = self.name + key.removeprefix(self.recorded_name) if key.startswith(self.recorded_name) else key
        attr_name = own.removeprefix(f"{self.name}_") if own != self.name else "value"
        self.add(attr_name, Signal(ReplayBackend(data_key, readings, index)), kind=kind, name=own)

    def show(self, index: int) -> None:
        """Be at an event, which the next trigger or read finds."""
        self._index, self._is_fresh = index, True
        for _, backend in self.backends():
            if isinstance(backend, ReplayBackend):
                backend.tell()

    def _go_on(self) -> None:
        if self._is_fresh:
            self._is_fresh = False
        else:
            self._index += 1

    def trigger(self) -> Status:
        """Go to the next event, at once."""
        self._is_triggered = True
        self._go_on()
        return Status.finished(f"{self.name} being triggered")

    def read(self) -> dict[str, Reading]:
        """Return the recorded readings of now."""
        if not self._is_triggered:
            self._go_on()
        return super().read()


class ReplayedMotor(ReplayedDevice):
    """A motor of a recorded run: to move it goes to the recorded point that is nearest, with all devices."""

    @property
    def _positions(self) -> np.ndarray[Any, Any]:
        key = self.primary_key
        return np.array([float(event["data"][key]) for event in self.stream.events])

    @property
    def primary_key(self) -> str:
        """The data key that is its position."""
        hinted = self.stream.descriptor.get("hints", {}).get(self.recorded_name, {}).get("fields", [])
        keys = [*hinted, *self.stream.keys_of(self.recorded_name)]
        return str(keys[0])

    @property
    def limits(self) -> tuple[float, float]:
        """The lowest and the highest recorded position."""
        return float(self._positions.min()), float(self._positions.max())

    def check_value(self, value: Any) -> None:
        """Raise ``WrongValueError`` if it is no finite number: any other goes to the nearest point."""
        if isinstance(value, bool | str) or not math.isfinite(float(value)):
            raise WrongValueError(f"{self.name} takes a finite number, not {value!r}")

    def set(self, value: float) -> Status:
        """Go to the nearest recorded point, at once: the next one of several that are as near."""
        self.check_value(value)
        far = np.abs(self._positions - float(value))
        nearest = np.flatnonzero(far <= far.min() + 1e-12)
        ahead = nearest[nearest >= self._index + (0 if self._is_fresh else 1)]
        index = int(ahead[0] if len(ahead) else nearest[0])
        for device in self.playback.devices:
            if device.stream is self.stream:
                device.show(index)
        return Status.finished(f"{self.name} moving to {value:g}")

    def locate(self) -> Location:
        """Return the recorded position of now, as setpoint and as readback."""
        value = float(self._positions[min(self._index, len(self._positions) - 1)])
        return {"setpoint": value, "readback": value}

    def stop(self, success: bool = True) -> None:
        """Do nothing: it does not move on its own."""


_playbacks: dict[str, Playback] = {}


def playback_of(source: str | Path | Iterable[tuple[str, Document]]) -> Playback:
    """Return the playback of a file, the same for all who name it, or of documents.

    Raises
    ------
    AddressError
        If they are no run.
    """
    if not isinstance(source, str | Path):
        return Playback(recording_of(source))
    recording = recording_in(source)
    known = _playbacks.get(str(source))
    if known is None or known.recording is not recording:
        known = _playbacks[str(source)] = Playback(recording)
    return known


def replayed_devices(
    source: str | Path | Playback | Iterable[tuple[str, Document]],
) -> dict[str, ReplayedDevice]:
    """Return all devices of a run by name; those that were moved are ``ReplayedMotor``."""
    playback = source if isinstance(source, Playback) else playback_of(source)
    recording = playback.recording
    devices: dict[str, ReplayedDevice] = {}
    for name in recording.devices:
        if not any(stream.keys_of(name) for stream in recording.streams.values()):
            continue  # all it gave lies in files
        cls = ReplayedMotor if name in recording.motors else ReplayedDevice
        devices[name] = cls(playback, name)
    if not devices:
        raise AddressError("all data of this run lie in files: there is nothing to replay")
    return devices
