"""One answer for all who ask the same at the same time.

A question is answered by a read that began after it was asked. So nobody is told what was true before, and a
hundred browsers that look at one beamline cost little more than one.
"""

import threading
from collections.abc import Callable, Hashable
from typing import Generic, TypeVar

T = TypeVar("T")

WAIT_S = 10.0


class _Round(Generic[T]):
    """One read: what came of it, for who waits."""

    def __init__(self) -> None:
        self.is_over = threading.Event()
        self.asked = 0
        self.answer: T | None = None
        self.error: BaseException | None = None


class Together(Generic[T]):
    """Questions by key; threads that ask the same share a read."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._next: dict[Hashable, _Round[T]] = {}
        self._turns: dict[Hashable, threading.Lock] = {}

    def ask(self, key: Hashable, read: Callable[[], T]) -> T:
        """Give what `read` gives, to this thread or to one that asks the same.

        Raises
        ------
        TimeoutError
            The read of the other thread takes too long.
        """
        with self._lock:
            mine = self._next.get(key)
            is_first = mine is None
            if mine is None:
                mine = self._next[key] = _Round()
            turn = self._turns.setdefault(key, threading.Lock())
            mine.asked += 1
        if is_first:
            self._answer(key, mine, turn, read)
        elif not mine.is_over.wait(WAIT_S):
            raise TimeoutError(f"the answer for {key} did not come within {WAIT_S:g} s")
        if mine.error is not None:
            raise mine.error
        return mine.answer  # type: ignore[return-value]  # None only when T may be None

    def waiting(self, key: Hashable) -> int:
        """Count the threads that wait for the next read."""
        with self._lock:
            coming = self._next.get(key)
            return coming.asked if coming else 0

    def _answer(self, key: Hashable, mine: _Round[T], turn: threading.Lock, read: Callable[[], T]) -> None:
        """Wait for the read before this one; what was asked until then is answered by this one."""
        with turn:
            with self._lock:
                del self._next[key]
            try:
                mine.answer = read()
            except BaseException as error:  # noqa: BLE001  it is raised again in every thread that asked
                mine.error = error
        mine.is_over.set()
        with self._lock:
            if key not in self._next and self._turns.get(key) is turn:
                del self._turns[key]
