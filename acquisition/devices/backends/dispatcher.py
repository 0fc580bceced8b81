"""Callbacks of users, off the threads that read from control systems."""

from __future__ import annotations

import collections
import logging
import threading
from collections.abc import Callable

log = logging.getLogger(__name__)


class Dispatcher:
    """The one thread on which callbacks of users run, in order.

    Parameters
    ----------
    name
        Of the thread.
    """

    def __init__(self, name: str = "device-callbacks") -> None:
        self._condition = threading.Condition()
        self._calls: collections.deque[Callable[[], None]] = collections.deque()
        self._is_closed = False
        self._thread = threading.Thread(target=self._run, name=name, daemon=True)
        self._thread.start()

    def submit(self, call: Callable[[], None]) -> None:
        """Make the call soon, after those submitted before."""
        with self._condition:
            if self._is_closed:
                return
            self._calls.append(call)
            self._condition.notify()

    def close(self) -> None:
        """Make no more calls, and wait for the one that is going on."""
        with self._condition:
            self._is_closed = True
            self._calls.clear()
            self._condition.notify()
        if threading.current_thread() is not self._thread:
            self._thread.join()

    def _run(self) -> None:
        while True:
            with self._condition:
                while not self._calls and not self._is_closed:
                    self._condition.wait()
                if self._is_closed:
                    return
                call = self._calls.popleft()
            try:
                call()
            except Exception:
                log.exception("a callback of a signal failed")


_shared: list[Dispatcher] = []
_lock = threading.Lock()


def shared_dispatcher() -> Dispatcher:
    """Return the dispatcher of this process for control layers that have none of their own."""
    with _lock:
        if not _shared:
            _shared.append(Dispatcher())
        return _shared[0]
