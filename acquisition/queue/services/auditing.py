"""Entries of the audit log that tell of items and of the queue."""

from typing import Any

from accounts import audit
from accounts.actor import Actor
from acquisition.queue.models import BeamlineQueue, QueueItem


def audit_item(
    actor: Actor,
    action: str,
    beamline: str,
    item: QueueItem,
    *,
    before: dict[str, Any] | None = None,
    after: dict[str, Any] | None = None,
    reason: str = "",
) -> None:
    """Record an act on one item."""
    audit.record(
        actor=actor,
        action=action,
        object_kind="item",
        object_id=str(item.uid),
        beamline=beamline,
        proposal=item.proposal.number,
        before=before,
        after=after,
        reason=reason,
    )


def audit_queue(
    actor: Actor,
    action: str,
    beamline: str,
    *,
    before: dict[str, Any],
    after: dict[str, Any],
    reason: str = "",
) -> None:
    """Record an act on the queue as a whole."""
    audit.record(
        actor=actor,
        action=action,
        object_kind="queue",
        object_id=beamline,
        beamline=beamline,
        before=before,
        after=after,
        reason=reason,
    )


def modes_of(queue: BeamlineQueue) -> dict[str, Any]:
    """Give how the queue goes on, as it is recorded and shown."""
    return {
        "is_held": queue.is_held,
        "hold_reason": queue.hold_reason,
        "stop_after_item": queue.stop_after_item,
        "holds_when_empty": queue.holds_when_empty,
        "loops": queue.loops,
        "ignores_failures": queue.ignores_failures,
    }
