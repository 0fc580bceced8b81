"""The queue as a list: what runs, what waits, and when each is due.

Items of a proposal that the actor cannot see keep their place in the list and show nothing else.
"""

from collections.abc import Sequence
from typing import Any

from django.db.models import Count, OuterRef, Q, QuerySet, Subquery, Sum
from django.utils import timezone

from accounts.access import Scope, require
from accounts.actor import Actor
from accounts.selectors import beamline_named
from acquisition.queue.change import waiting
from acquisition.queue.due import states_of
from acquisition.queue.models import BeamlineQueue, EngineSnapshot, QueueItem
from acquisition.queue.selectors.items import RELATED, item_dict, visible_keys
from acquisition.queue.states import ItemState
from acquisition.queue.status import public_hold_reason, running_item

PAGE = 200
PAGE_LIMIT = 1_000


def queue(actor: Actor, beamline: str, *, offset: int = 0, limit: int = PAGE) -> dict[str, Any]:
    """Give the queue: whether it is held, what runs, and the waiting items from `offset` on."""
    found = queue_unless(actor, beamline, "", offset=offset, limit=limit)
    return found[1] if found else {}


def queue_unless(
    actor: Actor, beamline: str, known: str, *, offset: int, limit: int
) -> tuple[str, dict[str, Any]] | None:
    """Give a tag of the queue and of what runs, with the queue; None when that is the tag that is known."""
    place = beamline_named(actor, beamline)
    require(actor, Scope.QUEUE_READ, beamline=beamline)
    told = EngineSnapshot.objects.filter(beamline_id=OuterRef("beamline_id")).values("version")
    rows_of_it = BeamlineQueue.objects.filter(beamline_id=place.pk).annotate(told=Subquery(told))
    known_row = rows_of_it.select_related("hold_item").first()
    row = known_row or BeamlineQueue(hold_reason="not started yet")
    tag = f"{row.version}.{getattr(known_row, 'told', None) or 0}"
    if tag == known:
        return None
    rows = waiting(place.pk)
    limit = max(1, min(limit, PAGE_LIMIT))
    items = list(rows.select_related(*RELATED)[offset : offset + limit])
    current = running_item(place.pk).select_related(*RELATED).first()
    named = [item for item in (*items, current, row.hold_item) if item is not None]
    seen = visible_keys(actor, named)
    sees_reason = row.hold_item_id is None or row.hold_item_id in seen
    states = states_of(item.waits_for for item in items)
    return tag, {
        "version": row.version,
        "is_held": row.is_held,
        "hold_reason": row.hold_reason if sees_reason else public_hold_reason(row),
        "stop_after_item": row.stop_after_item,
        "holds_when_empty": row.holds_when_empty,
        "loops": row.loops,
        "ignores_failures": row.ignores_failures,
        "running": item_dict(current, None, is_visible=current.pk in seen) if current else None,
        "items": [
            item_dict(item, offset + n, is_visible=item.pk in seen, states=states)
            for n, item in enumerate(items)
        ],
        **_forecast(rows, items, offset, current),
    }


def queue_version(actor: Actor, beamline: str) -> int:
    """Give the version of the queue: one number for an ETag."""
    place = beamline_named(actor, beamline)
    require(actor, Scope.QUEUE_READ, beamline=beamline)
    found = BeamlineQueue.objects.filter(beamline_id=place.pk).values_list("version", flat=True).first()
    return found or 0


def _forecast(
    rows: QuerySet[QueueItem], items: Sequence[QueueItem], offset: int, current: QueueItem | None
) -> dict[str, Any]:
    """Give the length, how long all of it takes, and in how many seconds each item of the page begins.

    An item whose duration was not foretold counts as none, and is counted in ``unknown``.
    """
    total = rows.order_by().aggregate(
        length=Count("pk"),
        seconds=Sum("estimated_s"),
        unknown=Count("pk", filter=Q(estimated_s__isnull=True, kind="plan")),
        proposed=Count("pk", filter=Q(state=ItemState.PROPOSED.value)),
    )
    left = _left_of(current)
    ahead = left or 0.0
    if offset and items:
        keys = rows[:offset].values("pk")
        before = QueueItem.objects.filter(pk__in=keys).aggregate(seconds=Sum("estimated_s"))["seconds"]
        ahead += before or 0.0
    starts = []
    for item in items:
        starts.append(round(ahead, 3))
        ahead += item.estimated_s or 0.0
    is_unknown = current is not None and left is None
    return {
        "length": total["length"],
        "proposed": total["proposed"],
        "eta": {
            "seconds": round((left or 0.0) + (total["seconds"] or 0.0), 3),
            "unknown": total["unknown"] + is_unknown,
            "starts_in_s": starts,
        },
    }


def _left_of(current: QueueItem | None) -> float | None:
    if current is None:
        return 0.0
    told = current.progress.get("eta_s")
    if isinstance(told, int | float):
        return float(told)
    if current.estimated_s is None or current.started_at is None:
        return None
    return max(0.0, current.estimated_s - (timezone.now() - current.started_at).total_seconds())
