"""Have a callback work beside the engine: it may be slow, hang or fail, and no plan waits for it."""

import logging
import queue
import threading
from collections.abc import Callable

from acquisition.callbacks.routing import Document

log = logging.getLogger(__name__)

MAX_WAITING = 10_000
"""Documents that may wait for a slow callback; later ones are left out, and counted."""


class Aside:
    """
    Hands documents to a callback on a thread of its own, in order.

    For plots, messages and exporters that must not hold a plan up. What decides about a plan, such
    as an adaptive one, is subscribed directly: the engine then waits for it.

    Parameters
    ----------
    callback : callable
        Takes ``(name, document)``.
    max_waiting : int
        How many documents may wait.

    Attributes
    ----------
    error : Exception or None
        What the callback raised first. It is called no more after that.
    missed : int
        Documents that the callback was not given.

    Examples
    --------
    >>> seen = []
    >>> aside = Aside(lambda name, doc: seen.append(name))
    >>> aside("start", {})
    >>> aside.close(timeout_s=5)
    True
    >>> seen
    ['start']
    """

    def __init__(
        self, callback: Callable[[str, Document], object], *, max_waiting: int = MAX_WAITING
    ) -> None:
        self._callback = callback
        self._waiting: queue.Queue[tuple[str, Document] | None] = queue.Queue(max_waiting)
        self._is_behind = False
        self.error: Exception | None = None
        self.missed = 0
        self._thread = threading.Thread(target=self._work, name="callback-aside", daemon=True)
        self._thread.start()

    def __call__(self, name: str, doc: Document) -> None:
        """Leave a document for the callback; returns at once."""
        if self.error is None:
            try:
                self._waiting.put_nowait((name, doc))
            except queue.Full:
                if not self._is_behind:
                    self._is_behind = True
                    log.error(
                        "%r has not come to %d documents and misses what follows until it does.",
                        self._callback,
                        self._waiting.maxsize,
                    )
            else:
                self._is_behind = False
                return
        self.missed += 1

    def _work(self) -> None:
        while (item := self._waiting.get()) is not None:
            try:
                self._callback(*item)
            except Exception as error:
                self.error = error
                self.missed += 1 + self._forget_waiting()
                log.exception("%r failed at a document %r and is called no more.", self._callback, item[0])
                return

    def _forget_waiting(self) -> int:
        count = 0
        while True:
            try:
                count += self._waiting.get_nowait() is not None
            except queue.Empty:
                return count

    def close(self, timeout_s: float | None = None) -> bool:
        """Have the callback take what waits, and end; says whether it ended in time."""
        if self._thread.is_alive():
            try:
                self._waiting.put(None, timeout=timeout_s)
            except queue.Full:
                return False
        self._thread.join(timeout_s)
        return not self._thread.is_alive()
