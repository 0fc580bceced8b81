"""Follow a device of several signals: each change of the main one brings a reading of the whole."""

from __future__ import annotations

import threading
from collections.abc import Callable
from functools import partial

from acquisition.devices.backends.base import Sample
from acquisition.devices.signal import Signal


class WholeReading:
    """Calls a function with the readings of all signals whenever the first of them changes.

    The others are kept up to date by subscriptions of their own, so that a call costs no round trip. The
    function is first called when every signal has a value. An event of a monitored device is complete so.

    Parameters
    ----------
    signals
        What a reading of the device holds, the main signal first.
    function
        Called with ``{name: reading}``, on a thread of the control system: must be quick.
    """

    def __init__(self, signals: list[Signal], function: Callable[..., None]) -> None:
        self.function = function
        self._lock = threading.Lock()
        self._main = signals[0]
        self._newest: dict[str, Sample] = {}
        self._is_waiting = True
        self._taken = [(signal, partial(self._take, signal)) for signal in signals]

    def start(self) -> None:
        """Begin; the main signal comes last, since its first value needs those of the others."""
        for signal, take in reversed(self._taken):
            signal.backend.subscribe(take)

    def stop(self) -> None:
        """Call no more."""
        for signal, take in self._taken:
            signal.backend.unsubscribe(take)

    def _take(self, signal: Signal, sample: Sample) -> None:
        with self._lock:
            self._newest[signal.name] = sample
            if len(self._newest) < len(self._taken) or not (signal is self._main or self._is_waiting):
                return
            self._is_waiting = False
            newest = dict(self._newest)
        self.function({signal.name: newest[signal.name].reading() for signal, _ in self._taken})
