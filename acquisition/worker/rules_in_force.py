"""The rules of the beamline as they are now, for the guard of the item that runs.

Staff lock a device or narrow a range while an item runs; the rows are read again each second, on a thread of
its own, and the guard asks what was read last. So a lock reaches a running plan within about a second, at its
next message about the device; what is on its way already goes on to its end. The submitter's scopes stay as
they were at the start: a visit that ends at midnight does not end the plan that runs then.
"""

import logging
import threading
from collections.abc import Callable
from typing import Final

from django.db import DatabaseError, InterfaceError, connection

from accounts.errors import BeamportError
from accounts.selectors import actor_for_username
from acquisition.queue.models import QueueItem
from acquisition.queue.permits import Permit, permit_of
from acquisition.worker.guard import ItemGuard

logger = logging.getLogger(__name__)

LOOK_S: Final = 1.0


class RulesWatch:
    """Hands the rules in force to the guard of the running item.

    Parameters
    ----------
    tell
        Called with a sentence when the rules have changed under the item.
    """

    def __init__(self, beamline: str, tell: Callable[[str], None]) -> None:
        self._beamline = beamline
        self._tell = tell
        self._watched: tuple[QueueItem, ItemGuard] | None = None
        self._stopping = threading.Event()
        self._thread = threading.Thread(target=self._run, name="rules", daemon=True)

    def start(self) -> None:
        """Begin to look."""
        self._thread.start()

    def stop(self, timeout_s: float = 1.0) -> None:
        """Stop looking."""
        self._stopping.set()
        if self._thread.is_alive():
            self._thread.join(timeout_s)

    def follow(self, item: QueueItem, guard: ItemGuard) -> None:
        """Look for this item from now on."""
        self._watched = item, guard

    def forget(self) -> None:
        """Look no more until the next item: nothing runs."""
        self._watched = None

    def look(self) -> None:
        """Read the rules once and hand them to the guard; nothing is asked where no item runs.

        What cannot be read leaves the guard with the rules that it has.
        """
        watched = self._watched
        if watched is None:
            return
        item, guard = watched
        try:
            permit = self._permit(item)
        except BeamportError as error:
            logger.debug("the rules for %s cannot be read: %s", item.submitted_by, error)
            return
        if guard.follow_rules(permit):
            self._tell(f"The rules for {item.submitted_by} have changed; they hold from the next message on.")

    def _permit(self, item: QueueItem) -> Permit:
        submitter = actor_for_username(item.submitted_by)
        return permit_of(submitter, self._beamline, proposal_id=item.proposal_id)

    def _run(self) -> None:
        try:
            while not self._stopping.wait(LOOK_S):
                try:
                    self.look()
                except (DatabaseError, InterfaceError) as error:
                    logger.debug("the rules cannot be read: %s", error)
                    connection.close()
                except Exception:
                    logger.exception("the rules cannot be read; it is tried again")
        finally:
            connection.close()
