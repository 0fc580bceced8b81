"""What a beamline does now, derived at the moment of asking.

The engine's own row is believed only while the worker's lease is alive by the database's clock; past its
expiry the answer is "lost", whatever the row says.
"""

from datetime import datetime
from typing import Any

from django.db.models import Count, OuterRef, QuerySet, Subquery
from django.db.models.functions import Coalesce, JSONObject, Now

from acquisition.queue.control_requests import standing
from acquisition.queue.models import BeamlineQueue, EngineSnapshot, QueueItem
from acquisition.queue.states import WAITING, ItemState

RELATED = (
    "beamline",
    "beamline__acquisition_queue",
    "beamline__acquisition_queue__hold_item",
    "beamline__worker_lease",
    "beamline__environment",
    "beamline__control_lease",
)
UNUSED = tuple(
    f"beamline__environment__{name}"
    for name in ("plans", "devices", "presets", "metadata_schema", "versions")
) + tuple(
    f"beamline__acquisition_queue__hold_item__{name}"
    for name in ("parameters", "metadata", "run_uids", "progress", "reason", "traceback")
)


def public_status(beamline: str) -> dict[str, Any]:
    """Give the status that everyone at the beamline may know: no item, no run, no progress."""
    return without_item(status_of(beamline))


def without_item(status: dict[str, Any]) -> dict[str, Any]:
    """Take away what belongs to a proposal; `redacted` tells the reader to ask for the status itself."""
    if private_item(status) is None:
        return status
    if status["item"] is None:
        return _without_hold_reason(status)
    hidden = {"state": status["item"]["state"], "hidden": True}
    return {**status, "item": hidden, "run_uid": None, "progress": {}, "message": "running", "redacted": True}


def private_item(status: dict[str, Any]) -> str | None:
    """Give the uid of the item that a status tells of: the running one, else the one that held the queue."""
    item = status["item"] or status["queue"]["hold_item"]
    return item["uid"] if item else None


def public_hold_reason(queue: BeamlineQueue) -> str:
    """Give why the queue is held, in words for who may not see the item that held it."""
    return f"the last item {queue.hold_item.state}" if queue.hold_item else queue.hold_reason


def _without_hold_reason(status: dict[str, Any]) -> dict[str, Any]:
    queue = status["queue"]
    reason = f"the last item {queue['hold_item']['state']}"
    message = status["message"].replace(queue["hold_reason"], reason)
    told = {**queue, "hold_reason": reason, "hold_item": None}
    return {**status, "queue": told, "message": message, "redacted": True}


def status_of(beamline: str) -> dict[str, Any]:
    """Give the whole status of one beamline, in one query."""
    row = _rows().filter(beamline__name=beamline).first()
    if row is None:
        return _never_used(beamline)
    return _as_dict(beamline, row)


def running_item(beamline_id: int) -> QuerySet[QueueItem]:
    """Give the item that runs, if any."""
    return QueueItem.objects.filter(beamline_id=beamline_id, state=ItemState.RUNNING.value)


def worker_state(lease: Any, environment: Any, now: datetime) -> str:
    """Say whether the worker is absent, lost, starting, closed or ready.

    absent: no lease, or it was given back. lost: it ran out. starting: alive, environment not open.
    closed: alive, and somebody closed the environment.
    """
    if lease is None or not lease.holder:
        return "absent"
    if lease.expires_at is None or lease.expires_at <= now:
        return "lost"
    if environment is None or not environment.is_open or environment.fencing != lease.fencing:
        return "closed" if environment is not None and environment.keeps_closed else "starting"
    return "ready"


def _rows() -> QuerySet[EngineSnapshot]:
    waiting = (
        QueueItem.objects.filter(beamline_id=OuterRef("beamline_id"), state__in=WAITING)
        .order_by()
        .values("beamline_id")
        .annotate(number=Count("pk"))
        .values("number")
    )
    running = QueueItem.objects.filter(beamline_id=OuterRef("beamline_id"), state=ItemState.RUNNING.value)
    return (
        EngineSnapshot.objects.select_related(*RELATED)
        .defer(*UNUSED)
        .annotate(
            now=Now(),
            waiting=Coalesce(Subquery(waiting), 0),
            running=Subquery(running.values(facts=_facts())[:1]),
        )
    )


def _as_dict(beamline: str, row: Any) -> dict[str, Any]:
    place = row.beamline
    queue = getattr(place, "acquisition_queue", None) or BeamlineQueue()
    environment = getattr(place, "environment", None)
    worker = worker_state(getattr(place, "worker_lease", None), environment, row.now)
    alive = worker in ("ready", "starting", "closed")
    item = row.running
    return {
        "beamline": beamline,
        "worker": worker,
        "engine_state": (row.engine_state or "closed") if alive else f"worker {worker}",
        "environment_open": worker == "ready",
        "item": item,
        "run_uid": (row.run_uid or None) if alive and item else None,
        "progress": row.progress if alive and item else {},
        "queue": {
            "is_held": queue.is_held,
            "hold_reason": queue.hold_reason,
            "hold_item": _hold_item(queue),
            "length": row.waiting,
        },
        "control": _control(getattr(place, "control_lease", None), row.now),
        "message": _message(worker, queue, item, row, environment),
        "suspenders": row.info.get("suspenders", []) if alive else [],
        "version": row.version,
        "lease_expires_at": _lease_expiry(place),
        "server_time": row.now.isoformat(),
    }


def _hold_item(queue: BeamlineQueue) -> dict[str, str] | None:
    item = queue.hold_item
    return {"uid": str(item.uid), "state": item.state} if item else None


def _facts() -> JSONObject:
    """Give what is told of the running item, as one value of one subquery."""
    return JSONObject(
        uid="uid",
        state="state",
        plan="plan_name",
        proposal="proposal__number",
        proposal_id="proposal_id",
        submitted_by="submitted_by",
        started_at="started_at",
    )


def _control(lease: Any, now: datetime) -> dict[str, Any] | None:
    if lease is None or not lease.holder or lease.expires_at is None or lease.expires_at <= now:
        return None
    return {
        "holder": lease.holder,
        "since": lease.since.isoformat(),
        "expires_at": lease.expires_at.isoformat(),
        "note": lease.note,
        "requests": standing(lease.requests, now),
    }


def _lease_expiry(place: Any) -> str | None:
    lease = getattr(place, "worker_lease", None)
    return lease.expires_at.isoformat() if lease and lease.holder and lease.expires_at else None


def _message(
    worker: str, queue: BeamlineQueue, item: dict[str, Any] | None, row: Any, environment: Any
) -> str:
    if worker == "absent":
        return "No worker serves this beamline: start it."
    if worker == "lost":
        return "The worker does not answer; what it did last is unknown. A new worker closes its run."
    if worker == "starting":
        faults = environment.faults if environment else []
        return f"Opening the beamline. {faults[0]}" if faults else "Opening the beamline."
    if worker == "closed":
        return f"The environment is closed ({environment.closed_reason}): open it to run items."
    text = row.info.get("message") or ""
    if text:
        return str(text)
    if item:
        return f"{item['plan']} is {row.engine_state or 'running'}."
    if queue.is_held:
        return f"The queue is held: {queue.hold_reason}" if queue.hold_reason else "The queue is held."
    return "Waiting for items." if not row.waiting else "Starting the next item."


def _never_used(beamline: str) -> dict[str, Any]:
    from django.utils import timezone

    return {
        "beamline": beamline,
        "worker": "absent",
        "engine_state": "worker absent",
        "environment_open": False,
        "item": None,
        "run_uid": None,
        "progress": {},
        "queue": {"is_held": True, "hold_reason": "not started yet", "hold_item": None, "length": 0},
        "control": None,
        "message": "No worker serves this beamline: start it.",
        "suspenders": [],
        "version": 0,
        "lease_expires_at": None,
        "server_time": timezone.now().isoformat(),
    }
