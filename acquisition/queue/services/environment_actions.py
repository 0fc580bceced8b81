"""Open, close, update and destroy what the worker has of a beamline: its devices, the code of its plans."""

from typing import Final

from django.db import transaction

from accounts import audit
from accounts.access import Scope, require
from accounts.actor import Actor
from accounts.errors import ConflictError, InvalidError
from accounts.selectors import beamline_named
from acquisition.queue.change import announce_status
from acquisition.queue.control import check_control
from acquisition.queue.models import ControlCommand, Environment, QueueItem
from acquisition.queue.services.engine_actions import notify_worker
from acquisition.queue.states import ItemState
from acquisition.queue.status import status_of

#: What ends the process of the worker, also when its plan hangs: nobody's control lease is in the way.
AT_ONCE: Final = frozenset({"destroy"})
#: What the action leaves behind for the next worker: whether the environment stays closed.
KEEPS_CLOSED: Final = {"open": False, "close": True, "destroy": True}


def request_environment_action(
    *, actor: Actor, beamline: str, action: str, reason: str = ""
) -> ControlCommand:
    """Ask the worker to open, close, update or destroy the environment; audits ``environment.<action>``.

    ``update`` reads the code of plans and the manifest anew. ``destroy`` ends the worker's process, whatever
    it is doing: what runs becomes interrupted, and the environment stays closed until somebody opens it.

    Raises
    ------
    ConflictError
        No worker is there; or an item runs, which only ``destroy`` does not mind.
    """
    if action not in ControlCommand.ENVIRONMENT:
        raise InvalidError(
            f"There is no environment action {action!r}.",
            fields={"action": [f"one of {', '.join(ControlCommand.ENVIRONMENT)}"]},
        )
    place = beamline_named(actor, beamline)
    require(actor, Scope.ENVIRONMENT, beamline=beamline)
    _require_possible(place.pk, beamline, action)
    with transaction.atomic():
        if action not in AT_ONCE:
            check_control(actor, place.pk, beamline)
        if action in KEEPS_CLOSED:
            told = reason or f"{action} by {actor.username}" if KEEPS_CLOSED[action] else ""
            Environment.objects.update_or_create(
                beamline_id=place.pk,
                defaults={"keeps_closed": KEEPS_CLOSED[action], "closed_reason": told},
            )
        command = ControlCommand.objects.create(
            beamline_id=place.pk, action=action, reason=reason, requested_by=actor.username
        )
        audit.record(
            actor=actor,
            action=f"environment.{action}",
            object_kind="environment",
            object_id=beamline,
            beamline=beamline,
            after={"command": str(command.uid)},
            reason=reason,
        )
        notify_worker(beamline)
        announce_status(place.pk, beamline)
    return command


def _require_possible(beamline_id: int, beamline: str, action: str) -> None:
    worker = status_of(beamline)["worker"]
    if worker in ("absent", "lost"):
        raise ConflictError(
            f"The worker of {beamline} is {worker}, so there is nobody to {action} the environment.",
            hint="A new worker opens it by itself, unless somebody closed it.",
            code="no_worker",
        )
    running = QueueItem.objects.filter(beamline_id=beamline_id, state=ItemState.RUNNING.value)
    if action not in AT_ONCE and action != "open" and running.exists():
        raise ConflictError(
            f"An item runs at {beamline}; the environment cannot be told to {action} now.",
            hint="Stop or abort the item first; destroy the environment if it hangs.",
            code="busy",
        )
