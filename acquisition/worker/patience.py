"""Do what needs the database again until the database takes it."""

import logging
import threading
from collections.abc import Callable
from typing import Final, TypeVar

from django.db import DatabaseError, DataError, IntegrityError, InterfaceError, connection

from acquisition.queue.leases import LeaseExpiredError

logger = logging.getLogger(__name__)

RETRY_S: Final = 0.5
LAST_TRIES: Final = 5
#: What is raised while the database is away, or just back and the lease not renewed yet.
AWAY: Final = (DatabaseError, InterfaceError, LeaseExpiredError)
#: What the database takes never, however often it is asked.
REFUSED: Final = (DataError, IntegrityError)
Result = TypeVar("Result")


def until_it_works(
    act: Callable[[], Result], *, stopping: threading.Event, is_last_word: bool = False
) -> Result | None:
    """Call `act` until the database takes it; None when told to stop before that.

    Parameters
    ----------
    is_last_word
        Try a few times more after having been told to stop: what is written ends something.
    """
    tries_left = LAST_TRIES
    while True:
        try:
            return act()
        except REFUSED:
            raise
        except AWAY as error:
            logger.info("waiting for the database: %s", error)
            connection.close()
        if stopping.is_set():
            tries_left -= 1
            if not is_last_word or tries_left <= 0:
                return None
            threading.Event().wait(RETRY_S)
        else:
            stopping.wait(RETRY_S)
