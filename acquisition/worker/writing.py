"""A thread that writes to the database what others leave for it, so that no plan waits for the database."""

import logging
import threading
from collections.abc import Callable
from typing import Final

from django.db import DatabaseError, InterfaceError, connection

from acquisition.queue.leases import LeaseExpiredError, LeaseLostError

logger = logging.getLogger(__name__)

RETRY_S: Final = 0.5


class WritingThread:
    """Writes when it is woken, and until it is stopped; what the database does not take now is tried again.

    Parameters
    ----------
    write
        Writes all that waits; gives False when the database is away (`is_settled`).
    pause_s
        How long it rests after each time, so that what comes close together is written together; what is
        urgent ends the rest.
    every_s
        It also writes unasked after so long; never by default.
    """

    def __init__(
        self, name: str, write: Callable[[], bool], *, pause_s: float, every_s: float | None = None
    ) -> None:
        self._write = write
        self._pause_s = pause_s
        self._every_s = every_s
        self._wake = threading.Event()
        self._rest_is_over = threading.Event()
        self._stopping = threading.Event()
        self._thread = threading.Thread(target=self._run, name=name, daemon=True)

    def start(self) -> None:
        """Begin to write."""
        self._thread.start()

    def wake(self, *, is_urgent: bool = False) -> None:
        """Say that there is something to write; what is urgent waits for no rest."""
        self._wake.set()
        if is_urgent:
            self._rest_is_over.set()

    def stop(self, timeout_s: float = 1.0) -> None:
        """Write what waits and end."""
        self._stopping.set()
        self.wake(is_urgent=True)
        if self._thread.is_alive():
            self._thread.join(timeout_s)

    def _run(self) -> None:
        try:
            while not self._stopping.is_set():
                self._wake.wait(self._every_s)
                self._wake.clear()
                self._rest_is_over.clear()
                if not self._write():
                    self._wake.set()
                    self._stopping.wait(RETRY_S)
                self._rest_is_over.wait(self._pause_s)
            self._write()
        except LeaseLostError:
            logger.warning("the lease is another worker's; the %s writes nothing more", self._thread.name)
        finally:
            connection.close()


def is_settled(what: str, act: Callable[[], object]) -> bool:
    """Write something; tell whether that is done with, which it is as well when it can never be written.

    Raises
    ------
    LeaseLostError
        Another worker writes for the beamline now.
    """
    try:
        act()
    except LeaseLostError:
        raise
    except (DatabaseError, InterfaceError, LeaseExpiredError) as error:
        logger.debug("%s: not written yet: %s", what, error)
        connection.close()
        return False
    except Exception:
        logger.exception("%s could not be written and is left out", what)
    return True
