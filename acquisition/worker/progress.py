"""How far an item is, from its documents alone."""

import math
import time
from collections.abc import Callable, Mapping
from typing import Any, Final

POINT_DOCUMENTS: Final[Mapping[str, Callable[[dict[str, Any]], int]]] = {
    "event": lambda doc: int(doc["seq_num"]),
    "event_page": lambda doc: max(doc["seq_num"], default=0),
    "stream_datum": lambda doc: int(doc["seq_nums"]["stop"]) - 1,
}
"""Documents that bring points, and the number of the last one in each."""


class ProgressCounter:
    """Counts the points of the stream `primary` against the number that the start document announces.

    A point taken again after a rewind has the number it had before, so it is counted once. Points that fly
    into files count when their stream_datum tells of them.

    Examples
    --------
    >>> counter = ProgressCounter(clock=iter([0.0, 2.0]).__next__)
    >>> counter.take("start", {"uid": "r", "num_points": 4})
    >>> counter.take("descriptor", {"uid": "d", "name": "primary"})
    >>> counter.take("event", {"descriptor": "d", "seq_num": 1})
    >>> counter.as_dict()
    {'points_done': 1, 'points': 4, 'percent': 25.0, 'eta_s': 6.0}
    """

    def __init__(self, *, clock: Callable[[], float] = time.monotonic) -> None:
        self._clock = clock
        self._primary: set[str] = set()
        self._begun = 0.0
        self._now = 0.0
        self.points: int | None = None
        self.done = 0

    def take(self, name: str, doc: dict[str, Any]) -> None:
        """Look at one document."""
        if name == "start":
            self._primary.clear()
            self.points, self.done = _points(doc), 0
            self._begun = self._now = self._clock()
        elif name == "descriptor" and doc.get("name") == "primary":
            self._primary.add(doc["uid"])
        elif name in POINT_DOCUMENTS and doc["descriptor"] in self._primary:
            self.done = max(self.done, POINT_DOCUMENTS[name](doc))
            self._now = self._clock()

    def as_dict(self) -> dict[str, Any]:
        """Give what the status shows; unknown figures are None."""
        percent = eta_s = None
        if self.points:
            percent = round(min(100.0, 100.0 * self.done / self.points), 1)
            if self.done:
                rate = (self._now - self._begun) / self.done
                eta_s = round(max(0, self.points - self.done) * rate, 1)
        return {"points_done": self.done, "points": self.points, "percent": percent, "eta_s": eta_s}


def _points(doc: dict[str, Any]) -> int | None:
    number = doc.get("num_points")
    if isinstance(number, bool) or not isinstance(number, int | float) or not math.isfinite(number):
        return None
    return int(number) if number > 0 else None
