"""Change items that still wait: what they ask for, their place, or take them out."""

import uuid
from collections.abc import Mapping, Sequence
from typing import Any

from accounts.access import Scope, require, scopes, visible
from accounts.actor import Actor
from accounts.errors import ConflictError, InvalidError, NotFoundError
from accounts.selectors import beamline_named
from acquisition.queue.change import changing, position_at, waiting
from acquisition.queue.control import check_control
from acquisition.queue.draft import check_draft, draft_of
from acquisition.queue.estimates import Estimator
from acquisition.queue.models import QueueItem
from acquisition.queue.permits import permit_of
from acquisition.queue.placing import copy_item, crowd_of, index_beside, require_room, wait_for_copy
from acquisition.queue.sample_choice import SampleBook
from acquisition.queue.selectors import item_named
from acquisition.queue.services.auditing import audit_item, audit_queue
from acquisition.queue.states import ItemEvent, ItemState, move
from acquisition.queue.validation import environment_of

MAX_NAMED = 10_000
CHANGEABLE = ("plan", "parameters", "metadata", "note", "priority", "not_before", "waits_for")


def update_item(*, actor: Actor, beamline: str, uid: str, changes: Mapping[str, Any]) -> QueueItem:
    """Change what a waiting item asks for; audits ``queue.update`` with before and after."""
    place, item = _writable_item(actor, beamline, uid)
    draft, estimate = _checked(actor, beamline, item, changes)
    with changing(place.pk, beamline):
        check_control(actor, place.pk, beamline)
        item = _still_waiting(item)
        before = _told(item)
        for name, value in draft.as_columns().items():
            setattr(item, name, value)
        item.points, item.estimated_s = estimate.points, estimate.seconds
        item.save()
        audit_item(actor, "queue.update", beamline, item, before=before, after=_told(item))
    return item


def replace_item(*, actor: Actor, beamline: str, uid: str, changes: Mapping[str, Any]) -> QueueItem:
    """Put a new item, with a uid of its own, in the place of a waiting one; audits ``queue.replace``."""
    place, item = _writable_item(actor, beamline, uid)
    draft, estimate = _checked(actor, beamline, item, changes)
    with changing(place.pk, beamline):
        check_control(actor, place.pk, beamline)
        item = _still_waiting(item)
        facts = {**draft.as_columns(), "points": estimate.points, "estimated_s": estimate.seconds}
        fresh = copy_item(
            item, position=item.position, submitted_by=actor.username, state=item.state, **facts
        )
        wait_for_copy(item, fresh)
        _take_out(item)
        audit_item(actor, "queue.replace", beamline, fresh, before=_told(item), after=_told(fresh))
    return fresh


def duplicate_item(*, actor: Actor, beamline: str, uid: str) -> QueueItem:
    """Queue a copy: behind the item if that waits, at the back if it is past; audits ``queue.duplicate``."""
    place, item = _writable_item(actor, beamline, uid)
    _checked(actor, beamline, item, {})
    with changing(place.pk, beamline):
        check_control(actor, place.pk, beamline)
        crowd = crowd_of(place.pk)
        require_room(crowd, place.name, 1)
        uids = _uids(waiting(place.pk).values_list("uid", flat=True))
        index = uids.index(str(item.uid)) + 1 if str(item.uid) in uids else crowd.length
        (position,) = position_at(place.pk, index, length=crowd.length)
        copy = copy_item(item, position=position, submitted_by=actor.username, not_before=None)
        audit_item(actor, "queue.duplicate", beamline, copy, after={"copied_from": str(item.uid)})
    return copy


def remove_item(*, actor: Actor, beamline: str, uid: str) -> None:
    """Take a waiting item out of the queue; audits ``queue.remove``."""
    place, item = _writable_item(actor, beamline, uid)
    with changing(place.pk, beamline):
        check_control(actor, place.pk, beamline)
        item = _still_waiting(item)
        before = item.state
        _take_out(item)
        audit_item(
            actor, "queue.remove", beamline, item, before={"state": before}, after={"state": item.state}
        )


def remove_items(
    *, actor: Actor, beamline: str, uids: Sequence[str], ignores_missing: bool = False
) -> list[QueueItem]:
    """Take waiting items out, all or none; audits ``queue.remove_batch``.

    Parameters
    ----------
    ignores_missing
        Take out those that still wait and may be written, and say nothing of the others.
    """
    place = beamline_named(actor, beamline)
    with changing(place.pk, beamline):
        check_control(actor, place.pk, beamline)
        items = _named(actor, place.pk, beamline, uids, ignores_missing)
        for item in items:
            _take_out(item)
        _audit_uids(actor, "queue.remove_batch", beamline, items, after={"state": "removed"})
    return items


def clear_queue(*, actor: Actor, beamline: str) -> int:
    """Remove the waiting items that the actor may write; give their number. Audits ``queue.clear``."""
    place = beamline_named(actor, beamline)
    require(actor, Scope.QUEUE_WRITE, beamline=beamline)
    with changing(place.pk, beamline):
        check_control(actor, place.pk, beamline)
        items = _writable(actor, beamline, list(waiting(place.pk).select_for_update()))
        QueueItem.objects.filter(pk__in=[item.pk for item in items]).update(state=ItemState.REMOVED.value)
        _audit_uids(actor, "queue.clear", beamline, items, after={"items": []})
        return len(items)


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
    place, item = _writable_item(actor, beamline, uid)
    with changing(place.pk, beamline):
        check_control(actor, place.pk, beamline)
        item = _still_waiting(item)
        others = _uids(waiting(place.pk).exclude(pk=item.pk).values_list("uid", flat=True))
        # Counted without the moved item: "back" and -1 are both behind the last of the others.
        index = index_beside(others, position=position, before=before, after=after)
        (item.position,) = position_at(place.pk, index, length=len(others), without=[item.pk])
        item.save(update_fields=["position"])
        audit_item(actor, "queue.move", beamline, item, after={"index": index})
    return item


def move_items(
    *,
    actor: Actor,
    beamline: str,
    uids: Sequence[str],
    position: str | int | None = None,
    before: str | None = None,
    after: str | None = None,
    keeps_queue_order: bool = False,
) -> list[QueueItem]:
    """Put waiting items elsewhere as one block; audits ``queue.move_batch``.

    Parameters
    ----------
    keeps_queue_order
        In the order in which they stand now; otherwise in the order in which they are named.
    """
    place = beamline_named(actor, beamline)
    with changing(place.pk, beamline):
        check_control(actor, place.pk, beamline)
        items = _named(actor, place.pk, beamline, uids, ignores_missing=False)
        if keeps_queue_order:
            items.sort(key=lambda item: (item.position, item.pk))
        keys = [item.pk for item in items]
        others = _uids(waiting(place.pk).exclude(pk__in=keys).values_list("uid", flat=True))
        index = index_beside(others, position=position, before=before, after=after)
        fresh = position_at(place.pk, index, length=len(others), without=keys, count=len(items))
        for item, place_in_order in zip(items, fresh, strict=True):
            item.position = place_in_order
        QueueItem.objects.bulk_update(items, ["position"])
        _audit_uids(actor, "queue.move_batch", beamline, items, after={"index": index})
    return items


def _checked(actor: Actor, beamline: str, item: QueueItem, changes: Mapping[str, Any]) -> Any:
    unknown = sorted(set(changes) - set(CHANGEABLE))
    if unknown:
        raise InvalidError(
            f"{', '.join(unknown)} cannot be changed.",
            fields={name: [f"only {', '.join(CHANGEABLE)} can be changed"] for name in unknown},
        )
    draft = SampleBook(item.proposal_id).checked(draft_of(item, changes))
    permit = permit_of(actor, beamline, proposal_id=item.proposal_id)
    estimator = Estimator(beamline)
    return draft, check_draft(environment_of(beamline), item.beamline_id, draft, estimator, permit)


def _told(item: QueueItem) -> dict[str, Any]:
    return {
        "uid": str(item.uid),
        "plan": item.plan_name,
        "parameters": item.parameters,
        "metadata": item.metadata,
        "priority": item.priority,
        "not_before": item.not_before.isoformat() if item.not_before else None,
        "waits_for": item.waits_for,
    }


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


def _named(
    actor: Actor, beamline_id: int, beamline: str, uids: Sequence[str], ignores_missing: bool
) -> list[QueueItem]:
    """Give the waiting, writable items of these uids, in the order of the uids, locked."""
    if not uids or len(uids) > MAX_NAMED:
        raise InvalidError(f"Name 1 to {MAX_NAMED} items.", fields={"uids": [f"{len(uids)} items are named"]})
    wanted = list(dict.fromkeys(_uid(uid) for uid in uids))
    rows = waiting(beamline_id).filter(uid__in=wanted).select_related("proposal")
    seen = list(visible(actor, rows, scope=Scope.QUEUE_READ).select_for_update(of=("self",)))
    by_uid = {item.uid: item for item in _writable(actor, beamline, seen)}
    if ignores_missing:
        return [by_uid[uid] for uid in wanted if uid in by_uid]
    for item in seen:
        if item.uid not in by_uid:
            require(actor, Scope.QUEUE_WRITE, beamline=beamline, proposal_id=item.proposal_id)
    missing = [str(uid) for uid in wanted if uid not in by_uid]
    if missing:
        raise NotFoundError(
            f"{len(missing)} of the {len(wanted)} items do not wait in this queue: {', '.join(missing[:5])}."
        )
    return [by_uid[uid] for uid in wanted]


def _uid(text: Any) -> uuid.UUID:
    try:
        return uuid.UUID(str(text))
    except ValueError as error:
        raise InvalidError(f"{text!r} is no uid.", fields={"uids": ["give uids of items"]}) from error


def _uids(values: Any) -> list[str]:
    return [str(value) for value in values]


def _writable(actor: Actor, beamline: str, items: list[QueueItem]) -> list[QueueItem]:
    allowed = {
        proposal: Scope.QUEUE_WRITE in scopes(actor, beamline=beamline, proposal_id=proposal)
        for proposal in {item.proposal_id for item in items}
    }
    return [item for item in items if allowed[item.proposal_id]]


def _take_out(item: QueueItem) -> None:
    item.state = move(item.state, ItemEvent.REMOVE).value
    item.save(update_fields=["state"])


def _audit_uids(
    actor: Actor, action: str, beamline: str, items: Sequence[QueueItem], *, after: dict[str, Any]
) -> None:
    before = {"items": [str(item.uid) for item in items]}
    audit_queue(actor, action, beamline, before=before, after=after)
