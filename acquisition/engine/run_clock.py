"""Time of day for one run, which never goes back."""

from __future__ import annotations

import time
from collections.abc import Callable

Clock = Callable[[], float]


def run_clock() -> Clock:
    """Give a clock that tells POSIX seconds: the machine's time now, carried on by its monotonic clock.

    A machine whose clock is set back or forth meanwhile gives no run that ends before it began, and no event
    before the one that it follows.

    Examples
    --------
    >>> clock = run_clock()
    >>> clock() <= clock()
    True
    """
    monotonic = time.monotonic
    offset = time.time() - monotonic()
    return lambda: monotonic() + offset
