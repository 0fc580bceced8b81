"""Which waiting item is next, and why another is not."""

from collections.abc import Iterable, Mapping
from typing import Any, Final

from django.db.models import Q, QuerySet
from django.db.models.functions import Now

from accounts.prepared import NUMBER, Prepared
from acquisition.queue.change import waiting
from acquisition.queue.models import QueueItem
from acquisition.queue.states import GOES_ON, NEVER_DONE, ItemState


def first_due(beamline_id: int) -> QueueItem | None:
    """Give the first item that may run now, with its proposal: approved, its time come, its others done."""
    first = _FIRST.first(beamline_id)
    if first is None or not first.waits_for:
        return first
    candidates = dict(timely(beamline_id).values_list("pk", "waits_for"))
    states = states_of(candidates.values())
    for pk, uids in candidates.items():
        if all(states.get(uid) in GOES_ON for uid in uids):
            return QueueItem.objects.select_related("proposal").get(pk=pk)
    return None


def is_anything_queued(beamline_id: int) -> bool:
    """Tell whether an item is left that may run, now or later."""
    return _queued(beamline_id).exists()


def states_of(lists: Iterable[Iterable[str]]) -> dict[str, str]:
    """Give the state of each item that is named in the lists of uids."""
    uids = {uid for uids in lists for uid in uids}
    if not uids:
        return {}
    rows = QueueItem.objects.filter(uid__in=uids).values_list("uid", "state")
    return {str(uid): state for uid, state in rows}


def obstacle(item: QueueItem, states: Mapping[str, str]) -> dict[str, Any] | None:
    """Say what keeps a waiting item from running whatever its place in the queue; None when nothing does."""
    if item.state == ItemState.PROPOSED:
        return {"code": "to_be_approved", "detail": "waits for somebody's approval"}
    open_uids = [uid for uid in item.waits_for if states.get(uid) not in GOES_ON]
    lost = [uid for uid in open_uids if states.get(uid, "removed") in NEVER_DONE]
    if lost:
        told = ", ".join(f"{uid[:8]} ({states.get(uid, 'removed')})" for uid in lost)
        return {"code": "blocked", "detail": f"waits for items that did not end well: {told}", "items": lost}
    if open_uids:
        return {"code": "waits_for", "detail": f"waits for {len(open_uids)} other items", "items": open_uids}
    if item.not_before is not None:
        return {"code": "not_before", "detail": "waits for its time", "at": item.not_before.isoformat()}
    return None


def _queued(beamline_id: Any) -> QuerySet[QueueItem]:
    return waiting(beamline_id).filter(state=ItemState.QUEUED.value)


def timely(beamline_id: Any) -> QuerySet[QueueItem]:
    """Give the approved items whose time has come, in the order of the queue."""
    return _queued(beamline_id).filter(Q(not_before__isnull=True) | Q(not_before__lte=Now()))


_FIRST: Final[Prepared[QueueItem]] = Prepared(
    lambda beamline_id: timely(beamline_id).select_related("proposal")[:1], NUMBER
)
