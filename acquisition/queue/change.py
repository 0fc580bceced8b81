"""One change of one queue: the row lock, the version, the doorbells.

Every writer of the queue goes through `changing`, so two writers never see the same order and a
reader can tell by the version that something moved.
"""

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from typing import Any, Final

from django.db import connection, transaction
from django.db.models import F, QuerySet
from django.db.models.functions import Now

from accounts.prepared import NUMBER, Prepared
from acquisition.queue import order
from acquisition.queue.doorbell import call_worker_on_commit, ring_on_commit
from acquisition.queue.models import BeamlineQueue, EngineSnapshot, QueueItem
from acquisition.queue.standstill import REQUEST_S, limit_standstill
from acquisition.queue.states import WAITING


@contextmanager
def changing(beamline_id: int, name: str) -> Iterator[BeamlineQueue]:
    """Lock the queue of one beamline; on the way out raise its version and, after commit, ring.

    The worker is called unless the queue is held: then there is nothing that it could start.
    """
    is_nested = connection.in_atomic_block
    with transaction.atomic():
        limit_standstill(REQUEST_S, is_nested=is_nested)
        queue = locked_queue(beamline_id)
        yield queue
        announce_queue(queue, name)
        announce_status(beamline_id, name)
        if not queue.is_held:
            call_worker_on_commit(name)


def announce_queue(queue: BeamlineQueue, name: str) -> None:
    """Save the queue's row with its next version, and ring `queue:<beamline>` after the commit."""
    queue.version += 1
    queue.save()
    version = queue.version
    ring_on_commit(f"queue:{name}", lambda: {"seq": version})


def hold(queue: BeamlineQueue, reason: str, *, item: QueueItem | None = None) -> None:
    """Let the queue start nothing more; with `item` the reason tells of that item."""
    queue.is_held, queue.hold_reason, queue.hold_item = True, reason, item


def let_run(queue: BeamlineQueue) -> None:
    """Let the queue run; why it was held is forgotten."""
    queue.is_held, queue.hold_reason, queue.hold_item = False, "", None


def locked_queue(beamline_id: int) -> BeamlineQueue:
    """Give the queue's row, locked until the transaction ends; made at first use."""
    queue = _LOCKED_QUEUE.first(beamline_id)
    if queue is None:
        BeamlineQueue.objects.get_or_create(
            beamline_id=beamline_id, defaults={"is_held": True, "hold_reason": "not started yet"}
        )
        queue = BeamlineQueue.objects.select_for_update().get(beamline_id=beamline_id)
    return queue


def announce_status(beamline_id: int, name: str, **told: Any) -> None:
    """Raise the status version inside the transaction and ring `engine:<beamline>` after it.

    `told` is what else is written of the engine; the doorbell says its state, so that who hears it knows how
    urgent it is, and reads the rest. Called after the audit entry: all services take the audit chain before
    this row, so none waits in a ring.
    """
    if told:
        rows = EngineSnapshot.objects.filter(beamline_id=beamline_id)
        is_told = rows.update(version=F("version") + 1, updated_at=Now(), **told) > 0
    else:
        is_told = _raise_version(beamline_id)
    if not is_told:
        EngineSnapshot.objects.get_or_create(beamline_id=beamline_id, defaults={"version": 1, **told})
    ring_on_commit(f"engine:{name}", lambda: {"engine_state": told.get("engine_state", "")})


def _raise_version(beamline_id: int) -> bool:
    """Raise the status version: with every write, so in words that need not be made anew each time."""
    with connection.cursor() as cursor:
        cursor.execute(_RAISE_VERSION, [beamline_id])
        return cursor.rowcount > 0


_RAISE_VERSION: Final = (
    "UPDATE acquisition_enginesnapshot SET version = version + 1, updated_at = statement_timestamp() "
    "WHERE beamline_id = %s"
)
_LOCKED_QUEUE: Final[Prepared[BeamlineQueue]] = Prepared(
    lambda beamline_id: BeamlineQueue.objects.select_for_update().filter(beamline_id=beamline_id), NUMBER
)


def waiting(beamline_id: Any) -> QuerySet[QueueItem]:
    """Give the items that wait, in the order in which they run."""
    return QueueItem.objects.filter(beamline_id=beamline_id, state__in=WAITING).order_by("position", "id")


def position_at(
    beamline_id: int, index: int, *, length: int, without: Sequence[int] = (), count: int = 1
) -> list[int]:
    """Give positions for `count` items to stand at `index`; spreads the others when no gap is left.

    Parameters
    ----------
    length
        How many others wait.
    without
        Keys of the items that are moved, which are none of the others.
    """
    others = waiting(beamline_id).exclude(pk__in=without) if without else waiting(beamline_id)
    if index >= length:
        last = others.values_list("position", flat=True).last()
        return order.between([] if last is None else [last], 1, count)
    rows = list(others.values_list("pk", "position"))
    try:
        return order.between([position for _, position in rows], index, count)
    except order.NoGapError:
        fresh = order.spread(len(rows), count)
        spread = [QueueItem(pk=pk, position=at) for (pk, _), at in zip(rows, fresh, strict=True)]
        QueueItem.objects.bulk_update(spread, ["position"], batch_size=1000)
        return order.between(fresh, index, count)
