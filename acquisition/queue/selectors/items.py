"""One item: where it is, from proposed to archived."""

from collections.abc import Iterable, Mapping
from typing import Any

from django.db.models import Q

from accounts.access import Scope, visible
from accounts.actor import Actor
from accounts.errors import NotFoundError
from accounts.selectors import beamline_named
from acquisition.queue.change import waiting
from acquisition.queue.due import obstacle, states_of
from acquisition.queue.models import QueueItem
from acquisition.queue.selectors.writing import as_uuid, stamp
from acquisition.queue.states import WAITING

RELATED = ("proposal", "copied_from")


def item_named(actor: Actor, beamline: str, uid: str) -> QueueItem:
    """Give one item; NotFoundError when there is none or when it is of a proposal that is not to be seen."""
    place = beamline_named(actor, beamline)
    key = as_uuid(uid)
    if key is None:
        raise NotFoundError(f"There is no item {uid!r} at {beamline}.")
    rows = QueueItem.objects.filter(beamline_id=place.pk, uid=key).select_related(*RELATED)
    found = visible(actor, rows, scope=Scope.QUEUE_READ).first()
    if found is None:
        raise NotFoundError(f"There is no item {uid} at {beamline}.")
    return found


def item(actor: Actor, beamline: str, uid: str) -> dict[str, Any]:
    """Give one item whole: where it is, or how it ended."""
    return item_in_place(item_named(actor, beamline, uid))


def item_in_place(found: QueueItem) -> dict[str, Any]:
    """Give an item whole, with its place in the queue, to who has just been given or has written the row."""
    ahead = found.ahead
    if ahead is None and found.state in WAITING:
        before = Q(position__lt=found.position) | Q(position=found.position, id__lt=found.pk)
        ahead = waiting(found.beamline_id).filter(before).count()
    return item_dict(found, ahead, states=states_of([found.waits_for]))


def item_dict(
    item: QueueItem,
    position: int | None,
    *,
    is_visible: bool = True,
    states: Mapping[str, str] | None = None,
) -> dict[str, Any]:
    """Give one item as JSON; to who may not see its proposal only where it stands.

    Parameters
    ----------
    states
        States of the items that it waits for, by uid.
    """
    if not is_visible:
        return {"position": position, "state": item.state, "hidden": True}
    return {
        "uid": str(item.uid),
        "position": position,
        "state": item.state,
        "kind": item.kind,
        "plan": item.plan_name,
        "parameters": item.parameters,
        "metadata": item.metadata,
        "note": item.note,
        "proposal": item.proposal.number,
        "submitted_by": item.submitted_by,
        "reviewed_by": item.reviewed_by,
        "priority": item.priority,
        "not_before": stamp(item.not_before),
        "waits_for": item.waits_for,
        "obstacle": obstacle(item, states or {}) if item.state in WAITING else None,
        "points": item.points,
        "estimated_s": item.estimated_s,
        "created_at": stamp(item.created_at),
        "started_at": stamp(item.started_at),
        "finished_at": stamp(item.finished_at),
        "exit_status": item.exit_status,
        "reason": item.reason,
        "traceback": item.traceback,
        "run_uids": item.run_uids,
        "copied_from": str(item.copied_from.uid) if item.copied_from else None,
        "progress": item.progress,
    }


def visible_keys(actor: Actor, items: Iterable[QueueItem]) -> set[int]:
    """Give the keys of those items that the actor may see."""
    keys = [item.pk for item in items]
    if not keys:
        return set()
    rows = QueueItem.objects.filter(pk__in=keys)
    return set(visible(actor, rows, scope=Scope.QUEUE_READ).values_list("pk", flat=True))
