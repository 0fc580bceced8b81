"""Calls at a later time, all from one thread.

Deadlines of statuses and the motion of simulated axes need many short timers; a thread for each would
cost more than what they watch. The one thread starts with the first timer and ends when it has had none for
a while.
"""

from __future__ import annotations

import heapq
import itertools
import logging
import threading
import time
from collections.abc import Callable

log = logging.getLogger(__name__)

LINGER_S = 0.5


class Timer:
    """A call that is due at a time of ``time.monotonic()``, unless cancelled before."""

    __slots__ = ("_function", "due")

    def __init__(self, due: float, function: Callable[[], None]) -> None:
        self.due = due
        self._function: Callable[[], None] | None = function

    @property
    def is_cancelled(self) -> bool:
        """True if the call will not happen (any more)."""
        return self._function is None

    def cancel(self) -> None:
        """Do not make the call, and forget the function."""
        self._function = None

    def fire(self) -> None:
        """Make the call, once."""
        function, self._function = self._function, None
        if function is None:
            return
        try:
            function()
        except Exception:  # one bad callback must not silence the deadlines of all others
            log.exception("a timed call failed")


class TimerThread:
    """The heap of timers and the thread that fires them."""

    def __init__(self) -> None:
        self._condition = threading.Condition()
        self._heap: list[tuple[float, int, Timer]] = []
        self._order = itertools.count()
        self._is_running = False

    def call_later(self, delay_s: float, function: Callable[[], None]) -> Timer:
        """Arrange for ``function()`` after ``delay_s`` seconds, on the timer thread."""
        timer = Timer(time.monotonic() + delay_s, function)
        with self._condition:
            heapq.heappush(self._heap, (timer.due, next(self._order), timer))
            if not self._is_running:
                self._is_running = True
                threading.Thread(target=self._run, name="device-timers", daemon=True).start()
            elif self._heap[0][2] is timer:
                self._condition.notify()
        return timer

    def _run(self) -> None:
        while (timer := self._next()) is not None:
            timer.fire()

    def _next(self) -> Timer | None:
        """Wait for the next due timer; None when the thread may end."""
        with self._condition:
            while True:
                while self._heap and self._heap[0][2].is_cancelled:
                    heapq.heappop(self._heap)
                if not self._heap:
                    self._condition.wait(LINGER_S)
                    if not self._heap:
                        self._is_running = False
                        return None
                    continue
                wait_s = self._heap[0][0] - time.monotonic()
                if wait_s <= 0:
                    return heapq.heappop(self._heap)[2]
                self._condition.wait(wait_s)


_shared = TimerThread()


def call_later(delay_s: float, function: Callable[[], None]) -> Timer:
    """Arrange for ``function()`` after ``delay_s`` seconds on the shared timer thread; it must not block."""
    return _shared.call_later(delay_s, function)
