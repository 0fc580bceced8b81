"""Items and what became of them, for tests with a worker."""

from __future__ import annotations

from typing import Any

from acquisition.queue import services
from acquisition.queue.models import QueueItem
from tests.support.people import Facility


def submit(facility: Facility, plan: str = "count", *, who: str = "member", **parameters: Any) -> QueueItem:
    """Queue a plan of proposal P-1 at alpha."""
    return services.submit_item(
        actor=facility.actor(who), beamline="alpha", plan=plan, parameters=parameters, proposal="P-1"
    )


def start(facility: Facility, who: str = "member") -> None:
    """Let alpha's queue run."""
    services.start_queue(actor=facility.actor(who), beamline="alpha")


def fresh(item: QueueItem) -> QueueItem:
    """Read an item anew."""
    return QueueItem.objects.get(pk=item.pk)
