"""What people and keys do to the queue and to the running engine.

Every function checks access and the control lease, writes in one transaction, leaves one audit entry, raises
the queue's version, and rings after the commit.
"""

import uuid
from typing import Any

from django.db import connection, transaction

from accounts import audit
from accounts.access import Scope, require, scopes
from accounts.actor import Actor
from accounts.errors import ConflictError, InvalidError
from accounts.selectors import beamline_named, proposal_numbered
from acquisition.queue import order
from acquisition.queue.change import announce_status, changing, hold, let_run, position_at, waiting
from acquisition.queue.control import check_control
from acquisition.queue.models import BeamlineQueue, ControlCommand, QueueItem
from acquisition.queue.selectors import item_named
from acquisition.queue.states import ItemEvent, ItemState, move
from acquisition.queue.validation import check_item

MAX_WAITING = 10_000
CONTROL_CHANNEL = "beamport_control"
#: Actions that bring the beamline to rest: right to stop is enough, nobody's control lease is in the way.
EMERGENCY = frozenset({"pause", "stop", "abort"})


def submit_item(
    *,
    actor: Actor,
    beamline: str,
    plan: str,
    parameters: dict[str, Any],
    proposal: str,
    metadata: dict[str, Any] | None = None,
    position: str | int = "back",
) -> QueueItem:
    """Put a plan into the queue; audits ``queue.submit``.

    Raises
    ------
    InvalidError
        The plan or a parameter does not fit; ``fields`` says which and why.
    ConflictError
        The beamline was never opened, somebody else has it in hand, or the queue is full.
    """
    place, tenant = _place_and_tenant(actor, beamline, proposal)
    check_item(beamline, plan, parameters, metadata or {})
    with changing(place.pk, beamline):
        check_control(actor, place.pk, beamline)
        return _insert(actor, place, tenant, plan, parameters, metadata or {}, position)


def run_now(
    *,
    actor: Actor,
    beamline: str,
    plan: str,
    parameters: dict[str, Any],
    proposal: str,
    metadata: dict[str, Any] | None = None,
) -> QueueItem:
    """Put a plan at the front and let it run; a queue that was held is held again after all such items.

    Audits ``queue.submit`` and ``queue.run_now`` in one entry each; raises as `submit_item`.
    """
    place, tenant = _place_and_tenant(actor, beamline, proposal)
    require(actor, Scope.ENGINE_CONTROL, beamline=beamline, proposal_id=tenant.pk)
    check_item(beamline, plan, parameters, metadata or {})
    with changing(place.pk, beamline) as queue:
        check_control(actor, place.pk, beamline)
        item = _insert(
            actor, place, tenant, plan, parameters, metadata or {}, "front", action="queue.run_now"
        )
        QueueItem.objects.filter(pk=item.pk).update(runs_now=True)
        if queue.is_held:
            kept = queue.hold_reason if queue.hold_item_id is None else ""
            let_run(queue)
            queue.hold_reason, queue.stop_after_item = kept, True
        return item


def remove_item(*, actor: Actor, beamline: str, uid: str) -> None:
    """Take a waiting item out of the queue; audits ``queue.remove``."""
    place, item = _writable_item(actor, beamline, uid)
    with changing(place.pk, beamline):
        check_control(actor, place.pk, beamline)
        _remove(actor, beamline, _still_waiting(item))


def move_item(
    *,
    actor: Actor,
    beamline: str,
    uid: str,
    position: str | int | None = None,
    before: str | None = None,
    after: str | None = None,
) -> QueueItem:
    """Put a waiting item elsewhere: at a position, or before or after another; audits ``queue.move``."""
    if [position, before, after].count(None) != 2:
        raise InvalidError(
            "Say where to: exactly one of position, before, after.",
            fields={"position": ["give exactly one of position, before, after"]},
        )
    place, item = _writable_item(actor, beamline, uid)
    with changing(place.pk, beamline):
        check_control(actor, place.pk, beamline)
        item = _still_waiting(item)
        others = [str(u) for u in waiting(place.pk).exclude(pk=item.pk).values_list("uid", flat=True)]
        index = _target_index(others, position, before, after)
        item.position = position_at(place.pk, index, length=len(others), without=item.pk)
        item.save(update_fields=["position"])
        _audit(actor, "queue.move", beamline, item, after={"index": index})
    return item


def start_queue(*, actor: Actor, beamline: str) -> None:
    """Let the queue run; after a lost worker this is the person's word to go on. Audits ``queue.start``."""
    place = beamline_named(actor, beamline)
    require(actor, Scope.ENGINE_CONTROL, beamline=beamline)
    with changing(place.pk, beamline) as queue:
        check_control(actor, place.pk, beamline)
        before = _hold_state(queue)
        let_run(queue)
        queue.stop_after_item = False
        _audit_queue(actor, "queue.start", beamline, before, queue)


def hold_queue(*, actor: Actor, beamline: str, reason: str = "") -> None:
    """Start no further item; the running one goes on. Audits ``queue.hold``."""
    place = beamline_named(actor, beamline)
    require(actor, Scope.ENGINE_CONTROL, beamline=beamline)
    with changing(place.pk, beamline) as queue:
        check_control(actor, place.pk, beamline)
        before = _hold_state(queue)
        hold(queue, reason or f"held by {actor.username}")
        _audit_queue(actor, "queue.hold", beamline, before, queue, reason=reason)


def clear_queue(*, actor: Actor, beamline: str) -> int:
    """Remove the waiting items that the actor may write; give their number. Audits ``queue.clear``."""
    place = beamline_named(actor, beamline)
    require(actor, Scope.QUEUE_WRITE, beamline=beamline)
    with changing(place.pk, beamline):
        check_control(actor, place.pk, beamline)
        items = _writable(actor, beamline, list(waiting(place.pk).select_for_update()))
        QueueItem.objects.filter(pk__in=[item.pk for item in items]).update(state=ItemState.REMOVED.value)
        audit.record(
            actor=actor,
            action="queue.clear",
            object_kind="queue",
            object_id=beamline,
            beamline=beamline,
            before={"items": [str(item.uid) for item in items]},
            after={"items": []},
        )
        return len(items)


def request_engine_action(
    *, actor: Actor, beamline: str, action: str, reason: str = "", defer: bool = False
) -> ControlCommand:
    """Ask the worker to pause, resume, stop, abort or halt the running item; audits ``engine.<action>``.

    The wish is a row and a PostgreSQL notification; the worker's control thread answers in the row. Pause,
    stop and abort need the right to stop at the beamline and nothing else: they are for an emergency, so it
    does not matter whose item runs, and the answer does not tell.

    Raises
    ------
    ConflictError
        Nothing runs, or (resume, halt) somebody else has the beamline in hand.
    """
    if action not in ControlCommand.ACTIONS:
        raise InvalidError(
            f"There is no engine action {action!r}.",
            fields={"action": [f"one of {', '.join(ControlCommand.ACTIONS)}"]},
        )
    place = beamline_named(actor, beamline)
    running = QueueItem.objects.filter(beamline_id=place.pk, state=ItemState.RUNNING.value).first()
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
        command = ControlCommand.objects.create(
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
        _notify(beamline)
        announce_status(place.pk, beamline)
    return command


def _require_stop(actor: Actor, beamline: str, running: QueueItem | None) -> None:
    """Ask for the right to stop here; a key of one proposal has it for that proposal's item, too."""
    is_own = running is not None and Scope.ENGINE_STOP in scopes(
        actor, beamline=beamline, proposal_id=running.proposal_id
    )
    if not is_own:
        require(actor, Scope.ENGINE_STOP, beamline=beamline)


def _notify(beamline: str) -> None:
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_notify(%s, %s)", [CONTROL_CHANNEL, beamline])


def _place_and_tenant(actor: Actor, beamline: str, proposal: str) -> tuple[Any, Any]:
    place = beamline_named(actor, beamline)
    tenant = proposal_numbered(actor, proposal)
    require(actor, Scope.QUEUE_WRITE, beamline=beamline, proposal_id=tenant.pk)
    return place, tenant


def _insert(
    actor: Actor,
    place: Any,
    tenant: Any,
    plan: str,
    parameters: dict[str, Any],
    metadata: dict[str, Any],
    position: str | int,
    *,
    action: str = "queue.submit",
) -> QueueItem:
    length = waiting(place.pk).count()
    if length >= MAX_WAITING:
        raise ConflictError(
            f"The queue of {place.name} holds {length} items, which is the limit.",
            hint="Remove items or let some run first.",
            code="queue_full",
        )
    item = QueueItem.objects.create(
        beamline_id=place.pk,
        proposal=tenant,
        submitted_by=actor.username,
        plan_name=plan,
        parameters=parameters,
        metadata=metadata,
        position=position_at(place.pk, _index(position, length), length=length),
    )
    _audit(actor, action, place.name, item, after={"plan": plan, "parameters": parameters})
    return item


def _index(position: str | int, length: int) -> int:
    try:
        return order.place(position, length)
    except ValueError as error:
        raise InvalidError(str(error), fields={"position": [str(error)]}) from error


def _target_index(
    others: list[str], position: str | int | None, before: str | None, after: str | None
) -> int:
    if position is not None:
        # Counted without the moved item: "back" and -1 are both behind the last of the others.
        return _index(position, len(others))
    name = before if before is not None else after
    try:
        index = others.index(str(uuid.UUID(str(name))))
    except ValueError as error:
        field = "before" if before is not None else "after"
        raise InvalidError(
            "The other item does not wait in this queue.", fields={field: ["no such waiting item"]}
        ) from error
    return index if before is not None else index + 1


def _writable_item(actor: Actor, beamline: str, uid: str) -> tuple[Any, QueueItem]:
    place = beamline_named(actor, beamline)
    item = item_named(actor, beamline, uid)
    require(actor, Scope.QUEUE_WRITE, beamline=beamline, proposal_id=item.proposal_id)
    return place, item


def _still_waiting(item: QueueItem) -> QueueItem:
    fresh = QueueItem.objects.select_for_update(of=("self",)).select_related("proposal").get(pk=item.pk)
    if fresh.state not in (ItemState.QUEUED, ItemState.PROPOSED):
        raise ConflictError(
            f"This item is {fresh.state} and does not wait any more.",
            hint="Stop or abort it if it runs." if fresh.state == ItemState.RUNNING else "",
            code="not_waiting",
        )
    return fresh


def _writable(actor: Actor, beamline: str, items: list[QueueItem]) -> list[QueueItem]:
    allowed = {
        proposal: Scope.QUEUE_WRITE in scopes(actor, beamline=beamline, proposal_id=proposal)
        for proposal in {item.proposal_id for item in items}
    }
    return [item for item in items if allowed[item.proposal_id]]


def _remove(actor: Actor, beamline: str, item: QueueItem) -> None:
    before = item.state
    item.state = move(item.state, ItemEvent.REMOVE).value
    item.save(update_fields=["state"])
    _audit(actor, "queue.remove", beamline, item, before={"state": before}, after={"state": item.state})


def _audit(
    actor: Actor,
    action: str,
    beamline: str,
    item: QueueItem,
    *,
    before: dict[str, Any] | None = None,
    after: dict[str, Any] | None = None,
) -> None:
    audit.record(
        actor=actor,
        action=action,
        object_kind="item",
        object_id=str(item.uid),
        beamline=beamline,
        proposal=item.proposal.number,
        before=before,
        after=after,
    )


def _hold_state(queue: BeamlineQueue) -> dict[str, Any]:
    return {"is_held": queue.is_held, "hold_reason": queue.hold_reason}


def _audit_queue(
    actor: Actor,
    action: str,
    beamline: str,
    before: dict[str, Any],
    queue: BeamlineQueue,
    *,
    reason: str = "",
) -> None:
    audit.record(
        actor=actor,
        action=action,
        object_kind="queue",
        object_id=beamline,
        beamline=beamline,
        before=before,
        after=_hold_state(queue),
        reason=reason,
    )
