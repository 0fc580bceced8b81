"""Counts of requests that all web processes keep together, with the broker.

A bucket is one number with the broker: the moment until which a sender's requests are paid for. A process
takes a portion of a bucket in one atomic step and spends it without asking again, and remembers a refusal
until it ends, so that neither a busy sender nor a flood costs a round trip each time. While the broker is
away each process counts alone (`accounts.own_counts`): nobody is shut out because the counter is.
"""

from __future__ import annotations

import logging
import threading
import time
from collections import OrderedDict
from dataclasses import dataclass
from functools import cache
from typing import Any, Final

import redis

from accounts.broker import broker
from accounts.own_counts import OwnLimiter, keep

logger = logging.getLogger(__name__)

PREFIX: Final = "beamport.requests"
PORTIONS: Final = 50
"""A portion is this part of a burst, and at least one request."""
SPENT_WITHIN_S: Final = 1.0
"""What is left of a portion lapses after this."""
AGAIN_S: Final = 5.0
"""A broker that was away is asked again after this."""

# The sender's requests are paid until a moment that moves on by one interval for each. It may lie ahead of
# now by a burst at most: also when the broker's clock was set back. A thousandth is for rounded microseconds.
TAKE: Final = """
local time = redis.call('TIME')
local now = time[1] * 1000000 + time[2]
local interval, burst, wanted = tonumber(ARGV[1]), tonumber(ARGV[2]), tonumber(ARGV[3])
local paid = tonumber(redis.call('GET', KEYS[1]) or now)
paid = math.min(math.max(paid, now), now + burst * interval)
local room = math.floor((now + burst * interval - paid) / interval + 0.001)
if room < 1 then
  return {0, math.ceil(paid + interval - burst * interval - now)}
end
local taken = math.min(room, wanted)
paid = paid + taken * interval
redis.call('SET', KEYS[1], string.format('%.0f', paid), 'PX', math.ceil((paid - now) / 1000) + 1)
return {taken, 0}
"""


class _Broker:
    """Whether the broker counts at present; asked anew each `AGAIN_S` by one of those who come."""

    def __init__(self) -> None:
        self.counts = True
        self._again_at = 0.0

    def is_to_be_asked(self) -> bool:
        now = time.monotonic()
        if self.counts or now >= self._again_at:
            self._again_at = now + AGAIN_S
            return True
        return False

    def answered(self) -> None:
        if not self.counts:
            self.counts = True
            logger.warning("the broker is back: requests are counted over all web processes again")

    def failed(self, error: Exception) -> None:
        if self.counts:
            self.counts = False
            logger.warning("the broker does not count requests, each web process counts alone: %s", error)


_broker = _Broker()


@dataclass(slots=True)
class _Held:
    """What a process holds of a sender's bucket: requests to spend, or a refusal, until a moment."""

    left: int
    until: float


class SharedLimiter:
    """Counts of many senders against one rate, the same for every process that has this broker.

    Parameters
    ----------
    kind
        What the senders are: ``person``, ``key`` or ``address``.
    per_minute
        Requests that a sender may go on sending.
    burst
        Requests that a sender who was quiet may send at once.
    """

    def __init__(self, kind: str, per_minute: float, burst: int) -> None:
        self._kind = kind
        self._portion = max(1, burst // PORTIONS)
        self._arguments = (60_000_000 / per_minute, burst, self._portion)
        self._own = OwnLimiter(per_minute, burst)
        self._held: OrderedDict[str, _Held] = OrderedDict()
        self._lock = threading.Lock()

    def wait_s(self, sender: str) -> float:
        """Count one request of a sender; give 0, or the seconds after which the next one is taken.

        Asks the broker once for each portion, and not at all while a refusal stands.
        """
        known = self._spend(sender)
        if known is not None:
            return known
        if not _broker.is_to_be_asked():
            return self._own.wait_s(sender)
        try:
            taken, wait_us = _take()(keys=[f"{PREFIX}:{self._kind}:{sender}"], args=self._arguments)
        except redis.RedisError as error:
            _broker.failed(error)
            return self._own.wait_s(sender)
        _broker.answered()
        return self._hold(sender, taken, wait_us / 1_000_000)

    def _spend(self, sender: str) -> float | None:
        now = time.monotonic()
        with self._lock:
            held = self._held.get(sender)
            if held is None or now >= held.until:
                return None
            if held.left < 0:
                return held.until - now
            if not held.left:
                return None
            held.left -= 1
            return 0.0

    def _hold(self, sender: str, taken: int, wait_s: float) -> float:
        now = time.monotonic()
        with self._lock:
            if not taken:
                keep(self._held, sender, _Held(-1, now + wait_s))
            elif taken > 1:
                held = self._held.get(sender)
                before = held.left if held is not None and held.left > 0 and now < held.until else 0
                keep(self._held, sender, _Held(before + taken - 1, now + SPENT_WITHIN_S))
        return wait_s


def are_shared() -> bool:
    """Tell whether all processes count together at present, as far as this one knows."""
    return _broker.counts


@cache
def _take() -> Any:
    return broker().register_script(TAKE)
