"""Telling people of items that did not end well: who queued one, and the staff when the beamline waits."""

from typing import Final

from acquisition.queue.models import QueueItem
from acquisition.queue.states import ItemState
from notices.models import NoticeKind
from notices.services import staff_of, tell

#: Somebody has to look: nobody knows how the item ended, or nothing was cleaned up behind it.
NEEDS_STAFF: Final = frozenset({ItemState.INTERRUPTED, ItemState.HALTED})


def tell_of_end(item: QueueItem, beamline: str) -> None:
    """Tell who queued an item that it failed or was interrupted, and the staff when they have to look."""
    if item.state not in NEEDS_STAFF | {ItemState.FAILED}:
        return
    title = f"{item.plan_name} {item.state}"
    link = f"/runs/{item.run_uids[-1]}" if item.run_uids else "/queue"
    told = {"title": title, "text": item.reason, "link": link, "beamline": beamline}
    tell([item.submitted_by], NoticeKind.ITEM_FAILED, **told)
    if item.state in NEEDS_STAFF:
        others = [name for name in staff_of(beamline) if name != item.submitted_by]
        tell(others, NoticeKind.ATTENTION, **told | {"link": "/queue"})


def tell_of_hold(beamline: str, reason: str) -> None:
    """Tell the staff that the worker holds the queue because of something it found."""
    tell(
        staff_of(beamline),
        NoticeKind.ATTENTION,
        title="The queue is held",
        text=reason,
        link="/queue",
        beamline=beamline,
    )
