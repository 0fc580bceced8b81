"""Acquire where the write that starts it may be answered at once: a second signal tells the end."""

from __future__ import annotations

import threading
from collections.abc import Callable
from typing import Any

from acquisition.devices.backends.base import Sample
from acquisition.devices.errors import DisconnectedError
from acquisition.devices.signal import Signal, WritableSignal
from acquisition.devices.status import Status


class StartAndWatch:
    """Starts by writing 1; the end is when ``busy`` shows its first choice again.

    A late monitor of the time before must not end it: ``busy`` counts once the write was answered, and only
    if it was seen busy since the start or ``is_complete`` says that the result is there.

    Parameters
    ----------
    start, stop
        Take the 1.
    busy
        An enumeration whose first choice (or 0) means idle.
    expected_s
        Gives how long it takes; asked at each start.
    is_complete
        Tells whether the result is whole, where the busy time may be too short to be seen.
    margin_s
        How much longer it may take before it counts as failed.
    """

    def __init__(
        self,
        start: WritableSignal,
        stop: WritableSignal,
        busy: Signal,
        expected_s: Callable[[], float],
        is_complete: Callable[[], bool],
        *,
        margin_s: float = 5.0,
    ) -> None:
        self.start, self.stop, self.busy = start, stop, busy
        self.expected_s, self.is_complete = expected_s, is_complete
        self.margin_s = margin_s
        self._lock = threading.Lock()
        self._going_on: Status | None = None
        self._was_busy = self._is_begun = False

    def watch(self) -> None:
        """Begin to watch ``busy``; call it once connected."""
        self.busy.backend.subscribe(self._seen)

    def trigger(self) -> Status:
        """Start an acquisition."""
        timeout_s = self.expected_s() + self.margin_s
        status = Status(f"{self.start.dotted_name} acquiring", timeout_s=timeout_s)
        with self._lock:
            self._going_on, self._was_busy, self._is_begun = status, False, False
        put = self.start.backend.put(1, timeout_s=timeout_s)
        put.add_callback(lambda ended: self._started(ended, status))
        return status

    def _started(self, put: Status, status: Status) -> None:
        exception = put.exception(0)
        if exception is not None:
            status.set_exception(exception)
            return
        self._is_begun = True
        self.busy.backend.read_later(self._looked)

    def _looked(self, sample: Sample | None) -> None:
        status = self._going_on
        if sample is None:
            if status is not None:
                status.set_exception(DisconnectedError(f"{self.busy.dotted_name} was lost while it acquired"))
        elif self._is_idle(sample.value) and not self._was_busy and status is not None:
            if self.is_complete():
                status.set_finished()
        else:
            self._seen(sample)

    def _seen(self, sample: Sample) -> None:
        status = self._going_on
        if status is None or status.done:
            return
        if sample.is_stale:
            status.set_exception(DisconnectedError(f"{self.busy.dotted_name} was lost while it acquired"))
        elif not self._is_idle(sample.value):
            self._was_busy = True
        elif self._is_begun and self._was_busy:
            status.set_finished()

    def _is_idle(self, value: Any) -> bool:
        choices = self.busy.metadata.choices
        return bool(value == choices[0]) if choices else not value

    def break_off(self) -> None:
        """End an acquisition that goes on, and wait for the end."""
        going_on = self._going_on
        if going_on is None or going_on.done:
            return
        self.stop.backend.put(1, timeout_s=self.margin_s).wait(self.margin_s)
        self.busy.backend.read_later(lambda sample: self._broken_off(sample, going_on))
        going_on.exception(self.margin_s)

    def _broken_off(self, sample: Sample | None, going_on: Status) -> None:
        if sample is not None and self._is_idle(sample.value):
            going_on.set_finished()
