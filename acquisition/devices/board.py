"""The newest values of some devices, kept by subscription: what a status board shows."""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterable, Mapping
from functools import partial
from typing import Any

from acquisition.devices.backends.base import Sample
from acquisition.devices.device import Device
from acquisition.devices.errors import DeviceError
from acquisition.devices.registry import find
from acquisition.devices.signal import Signal

SEVERITIES = ("none", "minor", "major", "invalid")


class StatusBoard:
    """Keeps the newest sample of each named device or signal.

    Parameters
    ----------
    devices
        All devices.
    names
        Those to watch; dotted names reach parts.
    on_change
        Called without arguments when any value changes, on a thread of the control system: must be quick.
    """

    def __init__(
        self, devices: Mapping[str, Any], names: Iterable[str], *, on_change: Callable[[], None] | None = None
    ) -> None:
        self._lock = threading.Lock()
        self._samples: dict[str, Sample] = {}
        self._on_change = on_change
        self._watched: list[tuple[str, Signal, Callable[[Sample], None]]] = []
        for name in names:
            found = find(devices, name)
            signal = found.primary if isinstance(found, Device) else found
            if not isinstance(signal, Signal):
                raise DeviceError(f"{name} cannot be shown on the status board: it has no signal to watch")
            listener = partial(self._take, name)
            self._watched.append((name, signal, listener))
            signal.backend.subscribe(listener)

    def _take(self, name: str, sample: Sample) -> None:
        with self._lock:
            self._samples[name] = sample
        if self._on_change is not None:
            self._on_change()

    def snapshot(self) -> dict[str, dict[str, Any]]:
        """Return ``{name: {value, timestamp, alarm, units, stale}}``, JSON-able, stale if without value."""
        with self._lock:
            samples = dict(self._samples)
        return {name: _entry(signal, samples.get(name)) for name, signal, _ in self._watched}

    def close(self) -> None:
        """Watch no more."""
        for _, signal, listener in self._watched:
            signal.backend.unsubscribe(listener)
        self._watched.clear()


def _entry(signal: Signal, sample: Sample | None) -> dict[str, Any]:
    try:
        units = signal.metadata.units
    except DeviceError:
        units = ""
    if sample is None:
        return {"value": None, "timestamp": None, "alarm": "invalid", "units": units, "stale": True}
    value = sample.value.tolist() if hasattr(sample.value, "tolist") else sample.value
    return {
        "value": value,
        "timestamp": sample.timestamp,
        "alarm": SEVERITIES[min(sample.severity, len(SEVERITIES) - 1)],
        "units": units,
        "stale": sample.is_stale,
    }
