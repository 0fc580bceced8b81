"""Counts of requests that one process keeps for itself: all there are while the broker is away."""

from __future__ import annotations

import threading
import time
from collections import OrderedDict
from collections.abc import Callable
from dataclasses import dataclass
from typing import Final, TypeVar

T = TypeVar("T")

MOST_KNOWN: Final = 20_000
"""So many senders are counted at once; who was quiet longest is forgotten first."""


@dataclass(slots=True)
class _Bucket:
    tokens: float
    at: float


class OwnLimiter:
    """Counts of many senders against one rate: a bucket each that fills evenly.

    Parameters
    ----------
    per_minute
        Requests that a sender may go on sending.
    burst
        Requests that a sender who was quiet may send at once.
    clock
        Gives seconds that never go back.
    """

    def __init__(self, per_minute: float, burst: int, *, clock: Callable[[], float] = time.monotonic) -> None:
        self.rate_s = per_minute / 60
        self.burst = burst
        self._clock = clock
        self._buckets: OrderedDict[str, _Bucket] = OrderedDict()
        self._lock = threading.Lock()

    def wait_s(self, sender: str) -> float:
        """Count one request of a sender; give 0, or the seconds after which the next one is taken.

        Examples
        --------
        >>> limiter = OwnLimiter(60, 2, clock=lambda: 0.0)
        >>> [limiter.wait_s("ada") for _ in range(3)], limiter.wait_s("bob")
        ([0.0, 0.0, 1.0], 0.0)
        """
        now = self._clock()
        with self._lock:
            bucket = self._buckets.get(sender) or _Bucket(self.burst, now)
            keep(self._buckets, sender, bucket)
            bucket.tokens = min(self.burst, bucket.tokens + (now - bucket.at) * self.rate_s)
            bucket.at = now
            if bucket.tokens >= 1:
                bucket.tokens -= 1
                return 0.0
            return (1 - bucket.tokens) / self.rate_s


def keep(known: OrderedDict[str, T], name: str, value: T, most: int = MOST_KNOWN) -> None:
    """Keep a value as the newest of at most so many.

    Examples
    --------
    >>> known = OrderedDict(a=1, b=2)
    >>> keep(known, "c", 3, most=2); list(known)
    ['b', 'c']
    """
    known[name] = value
    known.move_to_end(name)
    while len(known) > most:
        known.popitem(last=False)
