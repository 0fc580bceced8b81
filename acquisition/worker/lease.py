"""Keep the lease alive, and notice at once when it cannot be kept.

A worker that could not reach the database may go on once it is back, if nobody took over meanwhile. A worker
that stood still (stopped, swapped out, on a sleeping machine) for longer than the lease may not: its motors
were nobody's.
"""

import logging
import threading
import time
from collections.abc import Callable
from typing import Final

from django.db import DatabaseError, InterfaceError, connection

from acquisition.queue.leases import (
    TTL_S,
    Grant,
    LeaseError,
    LeaseExpiredError,
    LeaseLostError,
    acquire,
    guarded,
    release,
    renew,
)

logger = logging.getLogger(__name__)

BEAT_S: Final = 0.5

__all__ = [
    "TTL_S",
    "Grant",
    "LeaseError",
    "LeaseExpiredError",
    "LeaseKeeper",
    "LeaseLostError",
    "acquire",
    "guarded",
    "release",
    "renew",
]


class LeaseKeeper:
    """Renews a lease each half second on a thread of its own.

    Parameters
    ----------
    on_lost
        Called once, on that thread, with the reason, when this process may not go on.
    clock
        Seconds that never go back.
    """

    def __init__(
        self,
        grant: Grant,
        *,
        on_lost: Callable[[str], None],
        clock: Callable[[], float] = time.monotonic,
        renewal: Callable[..., None] = renew,
    ) -> None:
        self._grant = grant
        self._on_lost = on_lost
        self._clock = clock
        self._renew = renewal
        self._stopping = threading.Event()
        self._was_away = False
        self._last_end = clock()
        self._thread = threading.Thread(target=self._run, name="lease", daemon=True)

    def start(self) -> None:
        """Begin to renew."""
        self._last_end = self._clock()
        self._thread.start()

    def stop(self, timeout_s: float = 1.0) -> None:
        """Stop renewing; the lease then runs out unless it is released."""
        self._stopping.set()
        if self._thread.is_alive():
            self._thread.join(timeout_s)

    def beat(self) -> bool:
        """Renew once; False when the lease is gone for good."""
        begun = self._clock()
        if begun - self._last_end > TTL_S:
            return self._lost(f"the worker stood still for {begun - self._last_end:.1f} s")
        try:
            self._renew(self._grant, revive=self._was_away)
            self._was_away = False
        except LeaseExpiredError as error:
            if self._clock() - begun <= BEAT_S:
                return self._lost(str(error))
            self._was_away = True  # this worker asked in time and the database was slow to answer: ask again
        except LeaseLostError as error:
            return self._lost(str(error))
        except (DatabaseError, InterfaceError) as error:
            if not self._was_away:
                logger.warning("the lease cannot be renewed, the database is away: %s", error)
            self._was_away = True
            connection.close()
        except Exception:
            logger.exception("the lease could not be renewed; it is tried again")
            self._was_away = True
        self._last_end = self._clock()
        return True

    def _lost(self, reason: str) -> bool:
        self._stopping.set()
        self._on_lost(reason)
        return False

    def _run(self) -> None:
        try:
            while not self._stopping.wait(BEAT_S) and self.beat():
                pass
        finally:
            connection.close()
