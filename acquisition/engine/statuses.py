"""Status objects that a plan may wait for, by group."""

from __future__ import annotations

import inspect
import logging
from collections.abc import Callable, Hashable, Iterable
from typing import Any

from acquisition.engine.calling import name_of
from acquisition.engine.errors import BadReadingError, FailedStatus
from acquisition.engine.interrupts import Mailbox

#: From this size on, statuses that are done are dropped from a group that nobody waits for.
_MANY = 1024

log = logging.getLogger(__name__)


class Ticket:
    """One status of one group, with what became of it; called when the status is done."""

    __slots__ = ("_done", "error", "is_done", "status")

    #: ophyd asks the signature of every callback, which takes longer than the callback unless it is here
    __signature__ = inspect.Signature([inspect.Parameter("status", inspect.Parameter.POSITIONAL_ONLY)])

    def __init__(self, status: Any, done: Callable[[Ticket], None]) -> None:
        self.status = status
        self.is_done = False
        self.error: BaseException | None = None
        self._done = done

    def __call__(self, *_: Any, **__: Any) -> None:
        """Note that the status is done; older statuses call without an argument."""
        self._done(self)


class StatusGroups:
    """Statuses not yet waited for, in groups (None is a group too).

    A failed status leaves a `FailedStatus` in the mailbox whether or not anybody waits for it. After
    `forget` statuses of the ended call may do what they like.
    """

    def __init__(self, mailbox: Mailbox) -> None:
        self._mailbox = mailbox
        self._groups: dict[Hashable, list[Ticket]] = {}
        self._era = object()

    def forget(self) -> None:
        """End of a call: late failures concern nobody."""
        self._groups = {}
        self._era = object()

    def join(self, obj: Any, action: str, status: Any, group: Hashable) -> None:
        """Add a status to a group and listen to it.

        Raises
        ------
        BadReadingError
            The device returned something that is no status.
        """
        era = self._era
        ticket = Ticket(status, lambda done: self._finished(done, era, obj, action))
        add_callback = getattr(status, "add_callback", None)
        if add_callback is not None:
            add_callback(ticket)
        elif hasattr(status, "finished_cb"):
            status.finished_cb = ticket
        else:
            raise BadReadingError(
                f"{name_of(obj)}.{action}() returned {status!r}, which is no status: "
                "it must return an object with add_callback(), done and success."
            )
        members = self._groups.get(group)
        if members is None:
            self._groups[group] = [ticket]
        else:
            if len(members) >= _MANY and len(members) & (len(members) - 1) == 0:
                members[:] = [member for member in members if member.error or not member.is_done]
            members.append(ticket)

    def _finished(self, ticket: Ticket, era: object, obj: Any, action: str) -> None:
        if not ticket.status.success and era is self._era:
            error = FailedStatus(ticket.status)
            error.__cause__ = self._cause(ticket.status)
            ticket.error = error
            log.debug("%s of %s failed: %s", action, name_of(obj), ticket.status)
            self._mailbox.fail(error)
        ticket.is_done = True
        self._mailbox.wake()

    def _cause(self, status: Any) -> BaseException | None:
        try:
            cause = status.exception(timeout=0)
        except Exception as error:  # noqa: BLE001  (asking for the cause may raise the cause)
            return error
        return cause if isinstance(cause, BaseException) else None

    def take(self, group: Hashable) -> list[Ticket]:
        """Give the statuses of a group and forget the group."""
        return self._groups.pop(group, [])

    def put_back(self, group: Hashable, tickets: list[Ticket]) -> None:
        """Restore a group that was taken, for another wait."""
        self._groups[group] = tickets + self._groups.get(group, [])

    def peek(self, groups: Iterable[Hashable]) -> list[Ticket]:
        """Give the statuses of groups without taking them."""
        return [ticket for group in groups for ticket in self._groups.get(group, [])]
