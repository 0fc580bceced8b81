"""Ctrl-C while a plan runs: first a deferred pause, then a hard one.

The handler only asks for a pause, which is safe from a signal handler on the taking thread itself, so no
watching
thread is needed. Off the main thread, where signals never arrive, it does nothing.
"""

from __future__ import annotations

import signal
import threading
import time
from contextlib import suppress
from types import FrameType
from typing import Any

from acquisition.engine.errors import TransitionError

#: Presses nearer than this count once, seconds.
DEBOUNCE_S = 0.1
#: Presses further apart than this start anew, seconds.
FORGET_AFTER_S = 10.0
#: One more press than this gives the signal to whoever handled it before.
MOST_PRESSES = 10


class SigintHandler:
    """Context manager of one call.

    Parameters
    ----------
    engine : RunEngine
        The engine whose ``request_pause`` is called.
    """

    def __init__(self, engine: Any) -> None:
        self._engine = engine
        self._presses = 0
        self._last_s = 0.0
        self._original: Any = None

    def __enter__(self) -> SigintHandler:
        if threading.current_thread() is threading.main_thread():
            self._original = signal.signal(signal.SIGINT, self._pressed)
        return self

    def __exit__(self, *_: object) -> None:
        self._give_back()

    def _give_back(self) -> None:
        original, self._original = self._original, None
        if original is not None:
            signal.signal(signal.SIGINT, original)

    def _pressed(self, signum: int, frame: FrameType | None) -> None:
        now = time.monotonic()
        since, self._last_s = now - self._last_s, now
        if self._presses and since < DEBOUNCE_S:
            return
        self._presses = 1 if since > FORGET_AFTER_S else self._presses + 1
        if self._presses > MOST_PRESSES:
            original = self._original
            self._give_back()
            if callable(original):
                original(signum, frame)
            return
        try:
            self._engine.request_pause(defer=self._presses == 1)
        except TransitionError:
            return  # nothing runs that could be paused
        if self._presses == 1:
            with suppress(RuntimeError):  # the press may have come in the middle of another print
                print("Pausing at the next checkpoint; Ctrl-C again within 10 s pauses at once.")  # noqa: T201
