"""Approve or deny what others proposed."""

from accounts.access import Scope, require
from accounts.actor import Actor
from accounts.errors import ConflictError, InvalidError
from accounts.selectors import beamline_named
from acquisition.queue.change import changing
from acquisition.queue.control import check_control
from acquisition.queue.models import QueueItem
from acquisition.queue.selectors import item_named
from acquisition.queue.services.auditing import audit_item
from acquisition.queue.states import ItemEvent, ItemState, move


def approve_item(*, actor: Actor, beamline: str, uid: str, reason: str = "") -> QueueItem:
    """Let a proposed item run when its turn comes; audits ``queue.approve``."""
    return _review(actor, beamline, uid, ItemEvent.APPROVE, reason)


def deny_item(*, actor: Actor, beamline: str, uid: str, reason: str) -> QueueItem:
    """Say no to a proposed item, and why; audits ``queue.deny``."""
    if not reason.strip():
        raise InvalidError("Say why, for who proposed it.", fields={"reason": ["say why"]})
    return _review(actor, beamline, uid, ItemEvent.DENY, reason)


def _review(actor: Actor, beamline: str, uid: str, event: ItemEvent, reason: str) -> QueueItem:
    place = beamline_named(actor, beamline)
    item = item_named(actor, beamline, uid)
    require(actor, Scope.QUEUE_APPROVE, beamline=beamline, proposal_id=item.proposal_id)
    with changing(place.pk, beamline):
        check_control(actor, place.pk, beamline)
        item = QueueItem.objects.select_for_update(of=("self",)).select_related("proposal").get(pk=item.pk)
        if item.state != ItemState.PROPOSED:
            raise ConflictError(
                f"This item is {item.state}; only a proposed one can be approved or denied.",
                code="not_proposed",
            )
        item.state = move(item.state, event).value
        item.reviewed_by, item.reason = actor.username, reason
        item.save(update_fields=["state", "reviewed_by", "reason"])
        audit_item(
            actor,
            f"queue.{event}",
            beamline,
            item,
            before={"state": ItemState.PROPOSED.value},
            after={"state": item.state},
            reason=reason,
        )
    return item
