"""How many requests a person, a key or an address may send; what brings a beamline to rest is never counted.

A limit holds for all web processes together (`accounts.shared_counts`). Counting is a bucket that fills
evenly: whoever was quiet may send a burst.
"""

from __future__ import annotations

import re
from typing import Any, Final

from django.conf import settings

from accounts.shared_counts import SharedLimiter

BRINGS_TO_REST: Final = re.compile(
    r"/(engine/(pause|stop|abort|halt)|devices/[^/]+/stop|environment/destroy|re/(pause|stop|abort|halt))/?\Z"
)


class Limiters:
    """The limiters of this process, as the settings say; made anew when a setting has changed."""

    def __init__(self) -> None:
        self._made: dict[str, tuple[tuple[float, int], SharedLimiter]] = {}

    def of(self, kind: str) -> SharedLimiter:
        """Give the limiter of a kind of sender: person, key or address."""
        wanted = settings.REQUEST_RATES[kind]
        known = self._made.get(kind)
        if known is None or known[0] != wanted:
            known = self._made[kind] = (wanted, SharedLimiter(kind, *wanted))
        return known[1]


limiters = Limiters()


def brings_to_rest(request: Any) -> bool:
    """Tell whether a request pauses, stops, aborts, halts or destroys: those are never too many."""
    return request.method == "POST" and BRINGS_TO_REST.search(request.path) is not None
