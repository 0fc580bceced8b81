"""What a beamline does now, derived at the moment of asking.

The engine's own row is believed only while the worker's lease is alive by the database's clock; past its
expiry the answer is "lost", whatever the row says.
"""

from datetime import datetime
from types import SimpleNamespace
from typing import Any

from django.db.models import Count, Exists, OuterRef, QuerySet, Subquery
from django.db.models.functions import Coalesce, JSONObject, Now

from accounts.prepared import TEXT, Prepared
from acquisition.queue.control_requests import standing
from acquisition.queue.due import timely
from acquisition.queue.models import BeamlineQueue, EngineSnapshot, QueueItem
from acquisition.queue.states import WAITING, ItemState

PARTS = {
    "queue": (
        "acquisition_queue",
        ("is_held", "hold_reason", "hold_item__uid", "hold_item__state", "notice", "notice_by", "notice_at"),
    ),
    "lease": ("worker_lease", ("holder", "fencing", "expires_at")),
    "environment": ("environment", ("is_open", "fencing", "keeps_closed", "closed_reason", "faults")),
    "control": ("control_lease", ("holder", "since", "expires_at", "note", "requests")),
}
"""What is read beside the engine's own row: the beamline's row of each kind, and its fields."""
OWN = ("engine_state", "run_uid", "progress", "info", "version", "now", "waiting", "has_due", "running")
OF_EVERY_PLAN = frozenset({"idle", "running"})
"""Engine states that come and go with each plan; whoever steers waits for the others."""
NONE_DUE = "No item may start yet: they wait for their time, for other items or for approval."


def is_steering(old: str, new: str) -> bool:
    """Tell whether the engine went from one state to another because somebody or something steers it.

    Examples
    --------
    >>> is_steering("pausing", "paused"), is_steering("running", "idle"), is_steering("paused", "paused")
    (True, False, False)
    """
    return old != new and not {old, new} <= OF_EVERY_PLAN


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
    row = _ASKED.first(beamline)
    if row is None:
        return _never_used(beamline)
    own = SimpleNamespace(**{name: row[name] for name in OWN})
    return _as_dict(beamline, own, **{part: _part(row, part) for part in PARTS})


def _part(row: dict[str, Any], name: str) -> Any:
    """Give one of the rows beside the engine's, None when there is none."""
    relation, fields = PARTS[name]
    values = {field: row[f"beamline__{relation}__{field}"] for field in fields}
    return None if values[fields[0]] is None else SimpleNamespace(**values)


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


def _rows(beamline: str) -> QuerySet[EngineSnapshot, dict[str, Any]]:
    waiting = (
        QueueItem.objects.filter(beamline_id=OuterRef("beamline_id"), state__in=WAITING)
        .order_by()
        .values("beamline_id")
        .annotate(number=Count("pk"))
        .values("number")
    )
    running = QueueItem.objects.filter(beamline_id=OuterRef("beamline_id"), state=ItemState.RUNNING.value)
    rows = EngineSnapshot.objects.filter(beamline__name=beamline).annotate(
        now=Now(),
        waiting=Coalesce(Subquery(waiting), 0),
        has_due=Exists(timely(OuterRef("beamline_id")).filter(waits_for=[])),
        running=Subquery(running.values(facts=_facts())[:1]),
    )
    beside = [f"beamline__{relation}__{field}" for relation, fields in PARTS.values() for field in fields]
    return rows.values(*OWN, *beside)


def _as_dict(
    beamline: str, row: Any, *, queue: Any, lease: Any, environment: Any, control: Any
) -> dict[str, Any]:
    queue = queue or _NO_QUEUE
    worker = worker_state(lease, environment, row.now)
    alive = worker in ("ready", "starting", "closed")
    is_own = alive and worker != "starting"  # until the beamline is open, the row tells of the worker before
    item = row.running
    return {
        "beamline": beamline,
        "worker": worker,
        "engine_state": (row.engine_state if is_own else "") or "closed" if alive else f"worker {worker}",
        "environment_open": worker == "ready",
        "item": item,
        "run_uid": (row.run_uid or None) if is_own and item else None,
        "progress": row.progress if is_own and item else {},
        "queue": {
            "is_held": queue.is_held,
            "hold_reason": queue.hold_reason,
            "hold_item": _hold_item(queue),
            "length": row.waiting,
        },
        "control": _control(control, row.now),
        "notice": _notice(queue),
        "message": _message(worker, queue, item, row, environment),
        "suspenders": row.info.get("suspenders", []) if is_own else [],
        "version": row.version,
        "lease_expires_at": _lease_expiry(lease),
        "server_time": row.now.isoformat(),
    }


def _hold_item(queue: Any) -> dict[str, str] | None:
    if queue.hold_item__uid is None:
        return None
    return {"uid": str(queue.hold_item__uid), "state": queue.hold_item__state}


def _notice(queue: Any) -> dict[str, str] | None:
    """Give what the staff tell everybody at the beamline, who wrote it and since when it stands."""
    if not queue.notice:
        return None
    return {"text": queue.notice, "by": queue.notice_by, "since": queue.notice_at.isoformat()}


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


def _lease_expiry(lease: Any) -> str | None:
    return lease.expires_at.isoformat() if lease and lease.holder and lease.expires_at else None


def _message(worker: str, queue: Any, item: dict[str, Any] | None, row: Any, environment: Any) -> str:
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
    if not row.waiting:
        return "Waiting for items."
    return "Starting the next item." if row.has_due else NONE_DUE


_NO_QUEUE = SimpleNamespace(
    **{name: getattr(BeamlineQueue(), name) for name in ("is_held", "hold_reason", "notice")},
    hold_item__uid=None,
)
_ASKED = Prepared(_rows, TEXT)


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
        "notice": None,
        "message": "No worker serves this beamline: start it.",
        "suspenders": [],
        "version": 0,
        "lease_expires_at": None,
        "server_time": timezone.now().isoformat(),
    }
