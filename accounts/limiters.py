"""How many requests a person, a key or an address may send; what brings a beamline to rest is never counted.

Each process keeps its own counts in memory: a limit holds for one web process, costs no round trip, and waits
for no broker that is away. Counting is a bucket that fills evenly: whoever was quiet may send a burst.
"""

from __future__ import annotations

import re
import threading
import time
from collections import OrderedDict
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, Final

from django.conf import settings

MOST_KNOWN: Final = 20_000
"""So many are counted at once; who was quiet longest is forgotten first."""

BRINGS_TO_REST: Final = re.compile(
    r"/(engine/(pause|stop|abort|halt)|devices/[^/]+/stop|environment/destroy|re/(pause|stop|abort|halt))/?\Z"
)


@dataclass(slots=True)
class _Bucket:
    tokens: float
    at: float


class Limiter:
    """Counts of many senders against one rate.

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
        >>> limiter = Limiter(60, 2, clock=lambda: 0.0)
        >>> [limiter.wait_s("ada") for _ in range(3)], limiter.wait_s("bob")
        ([0.0, 0.0, 1.0], 0.0)
        """
        now = self._clock()
        with self._lock:
            bucket = self._buckets.pop(sender, None) or _Bucket(self.burst, now)
            self._buckets[sender] = bucket
            if len(self._buckets) > MOST_KNOWN:
                self._buckets.popitem(last=False)
            bucket.tokens = min(self.burst, bucket.tokens + (now - bucket.at) * self.rate_s)
            bucket.at = now
            if bucket.tokens >= 1:
                bucket.tokens -= 1
                return 0.0
            return (1 - bucket.tokens) / self.rate_s


class Limiters:
    """The limiters of this process, as the settings say; made anew when a setting has changed."""

    def __init__(self) -> None:
        self._made: dict[str, tuple[tuple[float, int], Limiter]] = {}

    def of(self, kind: str) -> Limiter:
        """Give the limiter of a kind of sender: person, key or address."""
        wanted = settings.REQUEST_RATES[kind]
        known = self._made.get(kind)
        if known is None or known[0] != wanted:
            known = self._made[kind] = (wanted, Limiter(*wanted))
        return known[1]


limiters = Limiters()


def brings_to_rest(request: Any) -> bool:
    """Tell whether a request pauses, stops, aborts, halts or destroys: those are never too many."""
    return request.method == "POST" and BRINGS_TO_REST.search(request.path) is not None
