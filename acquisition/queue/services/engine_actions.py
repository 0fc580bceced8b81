"""Steer the running engine: a row that the worker's control thread reads, and its answer."""

import uuid

from django.db import connection, transaction

from accounts import audit
from accounts.access import Scope, require, scopes
from accounts.actor import Actor
from accounts.errors import ConflictError, InvalidError
from accounts.selectors import beamline_named
from acquisition.queue.control import check_control
from acquisition.queue.models import ControlCommand, QueueItem
from acquisition.queue.status import running_item

CONTROL_CHANNEL = "beamport_control"
#: Actions that bring the beamline to rest: right to stop is enough, nobody's control lease is in the way.
EMERGENCY = frozenset({"pause", "stop", "abort"})


def request_engine_action(
    *,
    actor: Actor,
    beamline: str,
    action: str,
    reason: str = "",
    defer: bool = False,
    uid: uuid.UUID | None = None,
) -> ControlCommand:
    """Ask the worker to pause, resume, stop, abort or halt the running item; audits ``engine.<action>``.

    The wish is a row and a PostgreSQL notification; the worker's control thread answers in the row. Pause,
    stop and abort need the right to stop at the beamline and nothing else: they are for an emergency, so it
    does not matter whose item runs, and the answer does not tell.

    Parameters
    ----------
    uid
        Of the wish, where it may have gone past the database too (`acquisition.queue.urgent`).

    Raises
    ------
    ConflictError
        Nothing runs, or (resume, halt) somebody else has the beamline in hand.
    """
    if action not in ControlCommand.ENGINE:
        raise InvalidError(
            f"There is no engine action {action!r}.",
            fields={"action": [f"one of {', '.join(ControlCommand.ENGINE)}"]},
        )
    place = beamline_named(actor, beamline)
    running = running_item(place.pk).select_related("proposal").first()
    if action in EMERGENCY:
        _require_stop(actor, beamline, running)
    else:
        tenant = running.proposal_id if running else None
        require(actor, Scope.ENGINE_CONTROL, beamline=beamline, proposal_id=tenant)
    if running is None:
        raise ConflictError(f"Nothing runs at {beamline}, so there is nothing to {action}.", code="idle")
    with transaction.atomic():
        if action not in EMERGENCY:
            check_control(actor, place.pk, beamline)
        told = ControlCommand.objects.filter(uid=uid, beamline_id=place.pk).first() if uid else None
        if told is not None:
            return told
        command = ControlCommand.objects.create(
            uid=uid or uuid.uuid4(),
            beamline_id=place.pk,
            item_uid=running.uid,
            action=action,
            defer=defer,
            reason=reason,
            requested_by=actor.username,
        )
        audit.record(
            actor=actor,
            action=f"engine.{action}",
            object_kind="item",
            object_id=str(running.uid),
            beamline=beamline,
            proposal=running.proposal.number,
            after={"command": str(command.uid), "defer": defer},
            reason=reason,
        )
        notify_worker(beamline)
    return command


def _require_stop(actor: Actor, beamline: str, running: QueueItem | None) -> None:
    """Ask for the right to stop here; a key of one proposal has it for that proposal's item, too."""
    is_own = running is not None and Scope.ENGINE_STOP in scopes(
        actor, beamline=beamline, proposal_id=running.proposal_id
    )
    if not is_own:
        require(actor, Scope.ENGINE_STOP, beamline=beamline)


def notify_worker(beamline: str) -> None:
    """Wake the worker's control thread when the transaction commits."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_notify(%s, %s)", [CONTROL_CHANNEL, beamline])
