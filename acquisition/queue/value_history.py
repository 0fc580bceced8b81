"""The last hour of the status board, in the cache: one block of samples a minute.

A trend is a convenience: whoever needs values of an experiment has them in its runs. So the blocks are not
rows; a broker that starts anew begins with none.
"""

from collections.abc import Mapping, Sequence
from typing import Any, Final

from django.core.cache import cache

EVERY_S: Final = 5.0
KEPT_MINUTES: Final = 60
CACHE_S: Final = (KEPT_MINUTES + 2) * 60

Samples = dict[str, list[tuple[float, float]]]


class ValueRecorder:
    """Takes samples of a board and writes the block of the present minute; used by one thread."""

    def __init__(self, beamline: str) -> None:
        self._beamline = beamline
        self._minute = -1
        self._samples: Samples = {}
        self._next = 0.0

    def note(self, board: Mapping[str, Any], now: float) -> None:
        """Take a sample when it is time for one; `now` in POSIX seconds."""
        if now < self._next:
            return
        self._next = now + EVERY_S
        minute = int(now // 60)
        if minute != self._minute:
            self._minute = minute
            self._samples = cache.get(_key(self._beamline, minute)) or {}
        for name, value in numbers(board).items():
            self._samples.setdefault(name, []).append((round(now, 1), value))
        cache.set(_key(self._beamline, minute), self._samples, CACHE_S)


def numbers(board: Mapping[str, Any]) -> dict[str, float]:
    """Give the values of a board that can be drawn over time: finite numbers that are not stale.

    Examples
    --------
    >>> numbers({"sx": {"value": 1, "stale": False}, "shutter": {"value": "open"}, "sy": {"value": None}})
    {'sx': 1.0}
    """
    found = {}
    for name, one in board.items():
        value = one.get("value")
        is_number = isinstance(value, int | float) and not isinstance(value, bool)
        if is_number and not one.get("stale") and abs(value) < float("inf"):
            found[name] = float(value)
    return found


def read(beamline: str, names: Sequence[str], now: float) -> dict[str, dict[str, list[float]]]:
    """Give ``{"time", "value"}`` of each name, oldest first, over the last hour before `now`."""
    last = int(now // 60)
    keys = [_key(beamline, minute) for minute in range(last - KEPT_MINUTES, last + 1)]
    blocks = cache.get_many(keys)
    found: dict[str, dict[str, list[float]]] = {name: {"time": [], "value": []} for name in names}
    for key in keys:
        for name, columns in found.items():
            for at, value in blocks.get(key, {}).get(name, []):
                columns["time"].append(at)
                columns["value"].append(value)
    return found


def _key(beamline: str, minute: int) -> str:
    return f"pv-history:{beamline}:{minute}"
