"""What a worker writes: which item runs, how it ended, what the engine says. All under its lease."""

import uuid
from collections.abc import Iterable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Final

from django.db.models import Exists, Max, OuterRef, QuerySet
from django.db.models.functions import Now
from django.utils import timezone

from accounts import audit
from accounts.actor import Actor
from accounts.prepared import NUMBER, Prepared
from acquisition.queue.attention import tell_of_end, tell_of_hold
from acquisition.queue.change import announce_queue, announce_status, locked_queue, waiting
from acquisition.queue.change import hold as hold_queue
from acquisition.queue.doorbell import ring, ring_on_commit
from acquisition.queue.due import first_due, is_anything_queued
from acquisition.queue.leases import Grant, guarded
from acquisition.queue.models import (
    BeamlineQueue,
    ConsoleLine,
    ControlCommand,
    EngineSnapshot,
    Environment,
    ItemKind,
    QueueItem,
)
from acquisition.queue.placing import back_position, copy_item, front_position, wait_for_copy
from acquisition.queue.states import GOES_ON, RETURNS, ItemEvent, ItemState, move
from catalog.ingest import printable

CONSOLE_KEPT: Final = 20_000
#: Lines after which the oldest are taken away again.
CONSOLE_TRIMMED: Final = 200
NOTHING_RUNS: Final[Mapping[str, Any]] = {"item_uid": None, "run_uid": "", "progress": {}}
#: What an item's outcome is called, by the event that ended it.
EXIT_STATUS: Final[Mapping[ItemEvent, str]] = {
    ItemEvent.COMPLETE: "completed",
    ItemEvent.FAIL: "failed",
    ItemEvent.ABORT: "aborted",
    ItemEvent.STOP: "stopped",
    ItemEvent.HALT: "halted",
    ItemEvent.LOSE: "unknown",
}


@dataclass(frozen=True, slots=True)
class Outcome:
    """How an item ended."""

    event: ItemEvent
    reason: str = ""
    traceback: str = ""
    run_uids: tuple[str, ...] = ()
    progress: Mapping[str, Any] | None = None


@dataclass(frozen=True, slots=True)
class Line:
    """One console line before it has a number."""

    at: datetime
    level: str
    text: str
    item_uid: uuid.UUID | None
    proposal_id: int | None


def claim_next(*, actor: Actor, grant: Grant) -> QueueItem | None:
    """Make the first waiting item the running one; None when the queue is held or empty.

    Called by the one thread that runs items, while it runs none. Audits ``item.start``.
    """
    if not _may_have_work(grant):
        return None
    with _changing(grant) as (queue, told):
        begun = _RUNNING.first(grant.beamline_id)
        if begun is not None:
            return begun  # claimed before, but the database went away before it could say so
        if queue.is_held:
            return None
        item = first_due(grant.beamline_id)
        if item is None:
            return None
        if item.kind == ItemKind.STOP:
            _obey_stop(actor, grant, queue, item)
            return None
        item.state = move(item.state, ItemEvent.START).value
        item.started_at = timezone.now()
        item.save(update_fields=["state", "started_at"])
        _audit(actor, "item.start", grant, item)
        told |= {"item_uid": item.uid, "run_uid": "", "progress": {}}
    return item


def finish_item(*, actor: Actor, grant: Grant, item: QueueItem, outcome: Outcome) -> None:
    """Record how an item ended; hold the queue unless it may go on by itself. Audits ``item.<state>``."""
    with _changing(grant) as (queue, told):
        row = _LOCKED.first(item.pk)
        if row is None or row.state != ItemState.RUNNING:
            return  # recorded before, but the database went away before it could say so
        _end(row, outcome)
        _go_on_after(queue, row)
        tell_of_end(row, grant.beamline)
        _audit(actor, f"item.{row.state}", grant, row, reason=row.reason)
        told |= NOTHING_RUNS


def interrupt_running(
    *, actor: Actor, grant: Grant, reason: str, run_uids: Mapping[str, Iterable[str]]
) -> list[QueueItem]:
    """End what a lost worker ran as interrupted, put a copy at the front, hold the queue.

    Parameters
    ----------
    run_uids
        Runs found for each item uid, to be kept with the item.
    """
    ended = []
    with _changing(grant) as (queue, told):
        for row in _running(grant.beamline_id).select_for_update(of=("self",)).select_related("proposal"):
            found = [*row.run_uids, *(u for u in run_uids.get(str(row.uid), ()) if u not in row.run_uids)]
            _end(row, Outcome(ItemEvent.LOSE, reason=reason, run_uids=tuple(found), progress=row.progress))
            _return_to_front(row)
            hold_queue(queue, reason)
            queue.stop_after_item = False
            tell_of_end(row, grant.beamline)
            _audit(actor, "item.interrupted", grant, row, reason=reason)
            ended.append(row)
        told |= {**NOTHING_RUNS, "engine_state": "", "info": {}}
    return ended


def hold(*, actor: Actor, grant: Grant, reason: str) -> None:
    """Hold the queue for a reason that the worker found. Audits ``queue.hold``."""
    with _changing(grant) as (queue, _):
        hold_queue(queue, printable(reason))
        tell_of_hold(grant.beamline, printable(reason))
        audit.record(
            actor=actor,
            action="queue.hold",
            object_kind="queue",
            object_id=grant.beamline,
            beamline=grant.beamline,
            after={"is_held": True},
            reason=reason,
        )


def open_environment(
    *,
    grant: Grant,
    plans: dict[str, Any],
    modules: list[str],
    devices: dict[str, Any],
    faults: list[str],
    versions: dict[str, str],
    presets: list[dict[str, Any]] | None = None,
    metadata_schema: dict[str, Any] | None = None,
) -> None:
    """Write what the worker found when it opened the beamline."""
    with guarded(grant):
        Environment.objects.update_or_create(
            beamline_id=grant.beamline_id,
            defaults={
                "plans": plans,
                "modules": modules,
                "devices": devices,
                "presets": presets or [],
                "metadata_schema": metadata_schema or {},
                "faults": faults,
                "versions": versions,
                "is_open": True,
                "opened_at": timezone.now(),
                "fencing": grant.fencing,
            },
        )
        announce_status(grant.beamline_id, grant.beamline)


def close_environment(*, grant: Grant, faults: list[str]) -> None:
    """Write that the beamline is not open, and why; what was known of it stays for the forms."""
    with guarded(grant):
        Environment.objects.update_or_create(
            beamline_id=grant.beamline_id,
            defaults={
                "is_open": False,
                "faults": [printable(fault) for fault in faults],
                "fencing": grant.fencing,
            },
        )
        announce_status(grant.beamline_id, grant.beamline)


def is_kept_closed(*, grant: Grant) -> bool:
    """Tell whether somebody closed the environment and nobody has opened it since."""
    return Environment.objects.filter(beamline_id=grant.beamline_id, keeps_closed=True).exists()


def save_snapshot(
    *,
    grant: Grant,
    engine_state: str,
    item_uid: uuid.UUID | None,
    run_uid: str,
    progress: dict[str, Any],
    info: dict[str, Any],
) -> None:
    """Write what the engine says of itself, and tell everyone who listens."""
    told = {
        "engine_state": engine_state,
        "item_uid": item_uid,
        "run_uid": run_uid,
        "progress": progress,
        "info": info,
    }
    with guarded(grant):
        if item_uid is not None and run_uid:
            _note_run(item_uid, run_uid, progress)
        announce_status(grant.beamline_id, grant.beamline, **told)


def ring_live(beamline: str, run_uid: str) -> None:
    """Tell who watches the beamline which run is the newest."""
    ring(f"live:{beamline}", {"run": run_uid})


def snapshot_info(beamline_id: int) -> dict[str, Any]:
    """Give what the former worker kept in the snapshot (the last scan number)."""
    row = EngineSnapshot.objects.filter(beamline_id=beamline_id).values_list("info", flat=True).first()
    return dict(row or {})


def open_commands(beamline_id: int) -> list[ControlCommand]:
    """Give the commands that wait for an answer, oldest first."""
    rows = ControlCommand.objects.filter(beamline_id=beamline_id, done_at__isnull=True, outcome="")
    return list(rows.order_by("id"))


def answer_command(
    *,
    grant: Grant,
    command: ControlCommand,
    outcome: str,
    detail: str = "",
    result: Mapping[str, Any] | None = None,
) -> None:
    """Write what came of a command."""
    with guarded(grant):
        ControlCommand.objects.filter(pk=command.pk).update(
            taken_at=Now(),
            done_at=Now(),
            outcome=outcome,
            detail=printable(detail)[:4000],
            result=dict(result or {}),
        )
        announce_status(grant.beamline_id, grant.beamline)


def expire_commands(*, grant: Grant, detail: str) -> int:
    """Answer the commands that were meant for a worker that is gone."""
    with guarded(grant):
        rows = ControlCommand.objects.filter(beamline_id=grant.beamline_id, done_at__isnull=True)
        return rows.update(done_at=Now(), outcome="expired", detail=detail)


def append_console(*, grant: Grant, lines: list[Line]) -> int:
    """Write console lines with the next numbers; ring with those that everyone may read."""
    with guarded(grant):
        last = (
            ConsoleLine.objects.filter(beamline_id=grant.beamline_id).aggregate(last=Max("seq"))["last"] or 0
        )
        rows = [
            ConsoleLine(
                beamline_id=grant.beamline_id,
                seq=last + n,
                at=line.at,
                level=line.level,
                item_uid=line.item_uid,
                proposal_id=line.proposal_id,
                text=line.text,
            )
            for n, line in enumerate(lines, 1)
        ]
        ConsoleLine.objects.bulk_create(rows)
        newest = last + len(rows)
        if newest // CONSOLE_TRIMMED > last // CONSOLE_TRIMMED:
            ConsoleLine.objects.filter(beamline_id=grant.beamline_id, seq__lte=newest - CONSOLE_KEPT).delete()
        ring_on_commit(f"console:{grant.beamline}", lambda: _console_frame(newest, rows))
    return newest


def _console_frame(newest: int, rows: list[ConsoleLine]) -> dict[str, Any]:
    from acquisition.queue.selectors import line_dict

    public = [line_dict(row) for row in rows if row.item_uid is None]
    return {"seq": newest, "lines": public, "hidden": len(rows) - len(public)}


@contextmanager
def _changing(grant: Grant) -> Iterator[tuple[BeamlineQueue, dict[str, Any]]]:
    """Change the queue under the lease, with what is to be told of the engine besides.

    The worker is not called: it is the one who writes, and looks at the queue when it has.
    """
    told: dict[str, Any] = {}
    with guarded(grant):
        queue = locked_queue(grant.beamline_id)
        yield queue, told
        announce_queue(queue, grant.beamline)
        announce_status(grant.beamline_id, grant.beamline, **told)


def _may_have_work(grant: Grant) -> bool:
    """Tell, without a lock, whether an item runs already or may be started."""
    runs, is_held = _STANDS.first(grant.beamline_id) or (False, False)
    return runs or (not is_held and first_due(grant.beamline_id) is not None)


def _obey_stop(actor: Actor, grant: Grant, queue: BeamlineQueue, item: QueueItem) -> None:
    """Hold the queue, as the item whose turn it is says."""
    item.started_at = timezone.now()
    item.state = move(item.state, ItemEvent.START).value
    _end(item, Outcome(ItemEvent.COMPLETE))
    hold_queue(queue, item.note or "stopped by the item at the front of the queue")
    _audit(actor, "item.completed", grant, item)


def _running(beamline_id: Any) -> QuerySet[QueueItem]:
    return QueueItem.objects.filter(beamline_id=beamline_id, state=ItemState.RUNNING.value)


_RUNNING: Final[Prepared[QueueItem]] = Prepared(
    lambda beamline_id: _running(beamline_id).select_related("proposal")[:1], NUMBER
)
_LOCKED: Final[Prepared[QueueItem]] = Prepared(
    lambda pk: QueueItem.objects.select_for_update(of=("self",)).select_related("proposal").filter(pk=pk),
    NUMBER,
)
_STANDS: Final[Prepared[Any]] = Prepared(
    lambda beamline_id: (
        BeamlineQueue.objects.filter(beamline_id=beamline_id)
        .annotate(runs=Exists(_running(OuterRef("beamline_id"))))
        .values_list("runs", "is_held")
    ),
    NUMBER,
)


def _end(row: QueueItem, outcome: Outcome) -> None:
    row.state = move(row.state, outcome.event).value
    row.exit_status = EXIT_STATUS[outcome.event]
    row.finished_at = timezone.now()
    row.reason = printable(outcome.reason)
    row.traceback = printable(outcome.traceback)
    row.run_uids = list(outcome.run_uids) or row.run_uids
    row.progress = dict(outcome.progress or {})
    row.save()


def _go_on_after(queue: BeamlineQueue, row: QueueItem) -> None:
    """Settle what becomes of the item and of the queue: goes round again, comes back, holds, goes on."""
    is_ignored = queue.ignores_failures and row.state == ItemState.FAILED
    if row.state in GOES_ON or is_ignored:
        if queue.loops and not row.runs_now:
            copy_item(row, position=back_position(row.beamline_id), runs_now=False)
        _hold_if_asked(queue, row)
        return
    if not row.runs_now and row.state in RETURNS:
        _return_to_front(row)
    reason = f"{row.plan_name} {row.state}" + (f": {row.reason}" if row.reason else "")
    hold_queue(queue, reason, item=row)
    queue.stop_after_item = False


def _hold_if_asked(queue: BeamlineQueue, row: QueueItem) -> None:
    if queue.stop_after_item:
        if _next_runs_now(row.beamline_id):
            return
        hold_queue(queue, queue.hold_reason or "held after the item, as asked")
        queue.stop_after_item = False
    elif queue.holds_when_empty and not is_anything_queued(row.beamline_id):
        hold_queue(queue, "all items have run")


def _next_runs_now(beamline_id: int) -> bool:
    first = waiting(beamline_id).first()
    return first is not None and first.runs_now


def _return_to_front(row: QueueItem) -> None:
    """Put a copy of an item that did not do what was asked before all others."""
    copy = copy_item(row, position=front_position(row.beamline_id))
    wait_for_copy(row, copy)


def _note_run(item_uid: uuid.UUID, run_uid: str, progress: dict[str, Any]) -> None:
    rows = QueueItem.objects.filter(uid=item_uid, state=ItemState.RUNNING.value)
    known = rows.values_list("run_uids", flat=True).first()
    if known is None:
        return
    uids = known if run_uid in known else [*known, run_uid]
    rows.update(run_uids=uids, progress=progress)


def _audit(actor: Actor, action: str, grant: Grant, item: QueueItem, *, reason: str = "") -> None:
    audit.record(
        actor=actor,
        action=action,
        object_kind="item",
        object_id=str(item.uid),
        beamline=grant.beamline,
        proposal=item.proposal.number,
        after={"plan": item.plan_name, "fencing": grant.fencing},
        reason=reason[:1000],
    )
