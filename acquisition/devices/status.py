"""One object for "this will be done": protocol status, awaitable, and something to wait for."""

from __future__ import annotations

import asyncio
import logging
import threading
import time
from collections.abc import Callable, Generator, Iterable
from dataclasses import dataclass
from typing import Any

from acquisition.devices import timers
from acquisition.devices.errors import DeviceTimeoutError, StatusTimeoutError

log = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class Progress:
    """How far an action has come, as progress bars of the field want it.

    ``fraction`` is the part that is still to do, from 1.0 to 0.0 (this is what existing watchers expect).
    """

    name: str
    current: Any = None
    initial: Any = None
    target: Any = None
    unit: str | None = None
    precision: int | None = None
    fraction: float | None = None
    time_elapsed: float | None = None
    time_remaining: float | None = None

    def keywords(self) -> dict[str, Any]:
        """Return the arguments of a watcher."""
        return {name: getattr(self, name) for name in self.__slots__}


class Status:
    """An action that has begun. Ends once, with success or with an exception.

    Parameters
    ----------
    what
        The action, as an error should name it: ``"sx moving to 3 mm"``.
    timeout_s
        If given, the status fails with a ``DeviceTimeoutError`` after that many seconds.
    """

    __slots__ = (
        "__weakref__",
        "_callbacks",
        "_event",
        "_exception",
        "_lock",
        "_progress",
        "_timer",
        "_watchers",
        "begun",
        "what",
    )

    def __init__(self, what: str = "an action", *, timeout_s: float | None = None) -> None:
        self.what = what
        self.begun = time.monotonic()
        self._lock = threading.Lock()
        self._event = threading.Event()
        self._exception: BaseException | None = None
        self._callbacks: list[Callable[[Status], None]] = []
        self._watchers: list[Callable[..., None]] = []
        self._progress: Progress | None = None
        self._timer = timers.call_later(timeout_s, self._expire) if timeout_s is not None else None

    @classmethod
    def finished(cls, what: str = "an action") -> Status:
        """Return a status that is done with success."""
        status = cls(what)
        status.set_finished()
        return status

    @classmethod
    def failed(cls, exception: BaseException, what: str = "an action") -> Status:
        """Return a status that is done with that exception."""
        status = cls(what)
        status.set_exception(exception)
        return status

    def _expire(self) -> None:
        elapsed = time.monotonic() - self.begun
        self.set_exception(DeviceTimeoutError(f"{self.what}: not finished after {elapsed:.1f} s"))

    def set_finished(self) -> bool:
        """End with success. Return False if it had ended before."""
        return self._end(None)

    def set_exception(self, exception: BaseException) -> bool:
        """End with ``exception``. Return False if it had ended before."""
        return self._end(exception)

    def _end(self, exception: BaseException | None) -> bool:
        with self._lock:
            if self._event.is_set():
                return False
            self._exception = exception
            self._event.set()
            callbacks, self._callbacks = self._callbacks, []
            self._watchers = []
            timer, self._timer = self._timer, None
        if timer is not None:
            timer.cancel()
        for callback in callbacks:
            self._call(callback)
        return True

    def _call(self, callback: Callable[[Status], None]) -> None:
        try:
            callback(self)
        except Exception:  # the action's outcome must not hang on who listens to it
            log.exception("a callback of the status of %s failed", self.what)

    @property
    def done(self) -> bool:
        """True at the end, good or bad."""
        return self._event.is_set()

    @property
    def success(self) -> bool:
        """True after a good end."""
        return self._event.is_set() and self._exception is None

    def exception(self, timeout: float | None = 0.0) -> BaseException | None:
        """Return what failed, or None after success.

        Parameters
        ----------
        timeout
            Seconds to wait for the end; None for as long as it takes.

        Raises
        ------
        StatusTimeoutError
            If it has not ended in that time.
        """
        if not self._event.wait(timeout):
            raise StatusTimeoutError(f"{self.what}: not done yet after waiting {timeout:g} s")
        return self._exception

    def wait(self, timeout: float | None = None) -> None:
        """Wait for the end, and raise what failed.

        Raises
        ------
        StatusTimeoutError
            If it has not ended after ``timeout`` seconds.
        """
        exception = self.exception(timeout)
        if exception is not None:
            raise exception

    def add_callback(self, callback: Callable[[Status], None]) -> None:
        """Call ``callback(status)`` once at the end; at once if it has ended."""
        with self._lock:
            if not self._event.is_set():
                self._callbacks.append(callback)
                return
        self._call(callback)

    def watch(self, function: Callable[..., None]) -> None:
        """Call ``function(name=, current=, initial=, target=, unit=, ...)`` at each step of progress."""
        with self._lock:
            if self._event.is_set():
                return
            self._watchers.append(function)
            progress = self._progress
        if progress is not None:
            self._tell(function, progress)

    def report(self, progress: Progress) -> None:
        """Tell the watchers how far it has come."""
        with self._lock:
            self._progress = progress
            watchers = list(self._watchers)
        for watcher in watchers:
            self._tell(watcher, progress)

    def _tell(self, watcher: Callable[..., None], progress: Progress) -> None:
        try:
            watcher(**progress.keywords())
        except Exception:  # a broken progress bar must not break the move
            log.exception("a watcher of %s failed", self.what)

    def __await__(self) -> Generator[Any, None, None]:
        loop = asyncio.get_running_loop()
        future: asyncio.Future[None] = loop.create_future()

        def settle() -> None:
            if future.done():
                return
            if self._exception is None:
                future.set_result(None)
            else:
                future.set_exception(self._exception)

        def tell_loop(_: Status) -> None:
            loop.call_soon_threadsafe(settle)

        self.add_callback(tell_loop)
        return future.__await__()

    def __repr__(self) -> str:
        if not self.done:
            state = "going on"
        elif self._exception is None:
            state = "done"
        else:
            state = f"failed: {self._exception!r}"
        return f"<Status of {self.what}: {state}>"


def all_of(statuses: Iterable[Status], what: str, *, timeout_s: float | None = None) -> Status:
    """Return a status that ends when all have ended well, or at the first failure."""
    members = list(statuses)
    joined = Status(what, timeout_s=timeout_s)
    if not members:
        joined.set_finished()
        return joined
    left = len(members)
    lock = threading.Lock()

    def one_ended(status: Status) -> None:
        nonlocal left
        exception = status.exception(0)
        if exception is not None:
            joined.set_exception(exception)
            return
        with lock:
            left -= 1
            is_last = left == 0
        if is_last:
            joined.set_finished()

    for member in members:
        member.add_callback(one_ended)
    return joined
