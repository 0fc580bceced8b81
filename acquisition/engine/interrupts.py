"""The mailbox between other threads and the thread that takes messages.

Other threads never touch the plan. They leave a request here and wake the taking thread, which looks at
`Mailbox.pending` before each message and inside each wait.
"""

from __future__ import annotations

import queue
import threading
import time
from collections.abc import Callable
from typing import Any

#: Longest single sleep in seconds; longer waits are made of several.
_LONGEST_NAP_S = 3600.0


class Cut(BaseException):
    """Raised inside a waiting command when the engine must turn to something else."""


class Mailbox:
    """Requests for the taking thread.

    Attributes
    ----------
    pending : bool
        Something is to be attended before the next message.
    cut : bool
        A waiting command must end now.
    failure : BaseException or None
        What a failed status left; the first one stays until it is thrown.
    is_cancelled : bool
        Somebody cancelled the call as a task.
    frames : list
        Plans to be put on top of the present one.
    """

    __slots__ = ("_bell", "_waiting", "cut", "failure", "frames", "is_cancelled", "lock", "pending")

    def __init__(self) -> None:
        # SimpleQueue.put is reentrant: it may ring from a signal handler, where a Condition could deadlock.
        self._bell: queue.SimpleQueue[None] = queue.SimpleQueue()
        self._waiting = 0
        self.lock = threading.RLock()
        self.clear()

    def clear(self) -> None:
        """Forget everything, at the start of a call."""
        self.pending = False
        self.cut = False
        self.failure: BaseException | None = None
        self.is_cancelled = False
        self.frames: list[Any] = []

    def interrupt(self) -> None:
        """Have the taking thread leave what it waits for and attend."""
        self.cut = True
        self.pending = True
        self.wake()

    def fail(self, error: BaseException) -> None:
        """Leave an error to be thrown at the next message."""
        with self.lock:
            if self.failure is None:
                self.failure = error
            self.pending = True
        self.wake()

    def push(self, plan: Any) -> None:
        """Leave a plan to be run on top of the present one."""
        with self.lock:
            self.frames.append(plan)
            self.pending = True

    def take_failure(self) -> BaseException | None:
        """Give and forget the stored failure."""
        with self.lock:
            failure, self.failure = self.failure, None
        return failure

    def take_frames(self) -> list[Any]:
        """Give and forget the stored plans."""
        with self.lock:
            frames, self.frames = self.frames, []
        return frames

    def wake(self) -> None:
        """Have a waiting thread look again. Safe from any thread and from a signal handler."""
        if self._waiting:
            self._bell.put(None)

    def wait(
        self, is_done: Callable[[], Any], timeout_s: float | None = None, *, can_be_cut: bool = True
    ) -> bool:
        """Block until ``is_done()`` is true.

        Returns
        -------
        bool
            False when `timeout_s` ran out first.

        Raises
        ------
        Cut
            An interruption came first.
        """
        deadline = None if timeout_s is None else time.monotonic() + timeout_s
        self._waiting += 1
        try:
            while True:
                if can_be_cut and self.cut:
                    raise Cut
                if is_done():
                    return True
                nap = _LONGEST_NAP_S
                if deadline is not None:
                    nap = min(nap, deadline - time.monotonic())
                    if nap <= 0:
                        return False
                self._sleep(nap)
        finally:
            self._waiting -= 1

    def _sleep(self, seconds: float) -> None:
        try:
            self._bell.get(timeout=seconds)
        except queue.Empty:
            return
