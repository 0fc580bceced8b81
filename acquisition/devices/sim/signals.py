"""Simulated signals on their own: computed at a trigger, or new from time to time."""

from __future__ import annotations

import time
from collections.abc import Callable
from typing import Any

from acquisition.devices import timers
from acquisition.devices.backends.base import Pending, Ready, Sample
from acquisition.devices.backends.soft import SoftBackend
from acquisition.devices.protocols import Hints
from acquisition.devices.signal import WritableSignal
from acquisition.devices.status import Status


class TriggeredSignal(WritableSignal):
    """A value that can be set, and is computed anew at each trigger; its hints name nothing.

    Parameters
    ----------
    backend
        Holds the value.
    compute
        Gives the next value; without it a trigger changes nothing.

    Examples
    --------
    >>> signal = TriggeredSignal(SoftBackend(0), "s", compute=lambda: 5)
    >>> signal.trigger().wait(1)
    >>> signal.get()
    5
    """

    def __init__(self, backend: SoftBackend, name: str, *, compute: Callable[[], Any] | None = None) -> None:
        super().__init__(backend, name)
        self._soft = backend
        self._compute = compute

    @property
    def hints(self) -> Hints:
        """No field."""
        return {"fields": []}

    def trigger(self) -> Status:
        """Compute the value, at once."""
        if self._compute is not None:
            self._soft.publish(self._compute())
        return Status.finished(f"{self.name} being computed")


class PeriodicBackend(SoftBackend):
    """A value that is new after each period.

    While nobody watches nothing runs: a read after the end of a period finds a new value. Watched, it ticks
    on the timer thread.

    Parameters
    ----------
    compute
        Gives the next value.
    period_s
        How long one lasts, in s.
    """

    def __init__(self, compute: Callable[[], Any], period_s: float, **known: Any) -> None:
        super().__init__(compute(), **known)
        self._next = compute
        self._period_s = period_s
        self._due = time.monotonic() + period_s
        self._timer: timers.Timer | None = None

    def begin_read(self) -> Pending:
        """Return the value of this period."""
        return Ready(self.sample())

    def sample(self) -> Sample:
        """Return the sample of this period."""
        if time.monotonic() >= self._due:
            self._due = time.monotonic() + self._period_s
            self.publish(self._next())
        return super().sample()

    def subscribe(self, function: Callable[[Sample], None]) -> None:
        """Give the present sample, and one each period."""
        super().subscribe(function)
        if self._timer is None:
            self._timer = timers.call_later(self._period_s, self._tick)

    def unsubscribe(self, function: Callable[[Sample], None]) -> None:
        """Stop giving; the last one stops the ticking."""
        super().unsubscribe(function)
        if not self._subscribers.functions:
            self.close()

    def _tick(self) -> None:
        if self._timer is not None:
            self._timer = timers.call_later(self._period_s, self._tick)
            self.publish(self._next())

    def close(self) -> None:
        """Stop the ticking."""
        timer, self._timer = self._timer, None
        if timer is not None:
            timer.cancel()
