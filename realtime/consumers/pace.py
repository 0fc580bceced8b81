"""How fast a socket is served and may ask, and how many of them one account may open. No I/O."""

import time
from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from weakref import WeakKeyDictionary

from realtime.protocol import MAX_COMMANDS_PER_SECOND

INTERVAL_S = 0.033
SLOW_INTERVAL_S = 0.1
SLOW_S = 0.1
"""A client that takes longer than this for one frame is slow."""
MAX_SOCKETS = 200
"""Sockets of one account in one process."""


@dataclass(slots=True)
class Pace:
    """Pause between two frames of a socket, longer while the client is slow to take them."""

    interval_s: float = INTERVAL_S
    _senders: int = 0

    @property
    def is_sending(self) -> bool:
        """A frame is on its way."""
        return self._senders > 0

    @contextmanager
    def sending(self) -> Iterator[None]:
        """Time one frame."""
        started = time.monotonic()
        self._senders += 1
        try:
            yield
        finally:
            self._senders -= 1
            is_slow = time.monotonic() - started > SLOW_S
            self.interval_s = SLOW_INTERVAL_S if is_slow else INTERVAL_S


@dataclass(slots=True)
class CommandRate:
    """How many commands were read in the running second."""

    limit: int = MAX_COMMANDS_PER_SECOND
    _second: float = 0.0
    _count: int = 0

    def admits(self, now: float) -> bool:
        """Count a command at monotonic time `now`; tell whether it is within the limit."""
        if now - self._second >= 1.0:
            self._second, self._count = now, 0
        self._count += 1
        return self._count <= self.limit


@dataclass(slots=True)
class Allowance:
    """Open sockets by account."""

    limit: int = MAX_SOCKETS
    _owners: WeakKeyDictionary[object, int] = field(default_factory=WeakKeyDictionary)
    _open: Counter[int] = field(default_factory=Counter)

    def take(self, socket: object, user_id: int | None) -> bool:
        """Count a socket of an account; False when it has too many already."""
        owner = -1 if user_id is None else user_id
        if self._open[owner] >= self.limit:
            return False
        self._open[owner] += 1
        self._owners[socket] = owner
        return True

    def release(self, socket: object) -> None:
        """Count a socket no more; one that was not counted makes no difference."""
        owner = self._owners.pop(socket, None)
        if owner is not None:
            self._open[owner] -= 1


allowed_sockets = Allowance()
