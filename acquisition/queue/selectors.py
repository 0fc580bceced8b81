"""What may be read of queue, engine, environment, control and console; the actor comes first.

Items of a proposal that the actor cannot see keep their place in the list and show nothing else.
"""

import uuid
from collections.abc import Iterable
from datetime import datetime
from typing import Any

from django.core import signing
from django.core.cache import cache
from django.db.models import Q, QuerySet

from accounts.access import Scope, require, visible
from accounts.actor import Actor
from accounts.errors import InvalidError, NotFoundError
from accounts.selectors import beamline_named, beamlines
from acquisition.queue.change import waiting
from acquisition.queue.control import holder_of
from acquisition.queue.models import (
    BeamlineQueue,
    ConsoleLine,
    ControlCommand,
    ControlLease,
    Environment,
    Preset,
    QueueItem,
)
from acquisition.queue.states import FINISHED, WAITING
from acquisition.queue.status import (
    private_item,
    public_hold_reason,
    running_item,
    status_of,
    without_item,
)

PAGE = 200
PAGE_LIMIT = 1_000
CURSOR_SALT = "queue.history"


def status(actor: Actor, beamline: str) -> dict[str, Any]:
    """Give what the beamline does now; item, run and progress only to who may see the item's proposal."""
    require(actor, Scope.QUEUE_READ, beamline=beamline)
    found = status_of(beamline)
    private = private_item(found)
    if private is not None and not _sees_item(actor, private):
        return without_item(found)
    if found["item"] is not None:
        found["item"].pop("proposal_id")
    return found


def places(actor: Actor) -> list[dict[str, Any]]:
    """Give the beamlines that the actor may see."""
    return [
        {"name": place.name, "title": place.title, "time_zone": place.time_zone, "is_active": place.is_active}
        for place in beamlines(actor)
    ]


def queue(actor: Actor, beamline: str, *, offset: int = 0, limit: int = PAGE) -> dict[str, Any]:
    """Give the queue: whether it is held, what runs, and the waiting items from `offset` on."""
    return queue_unless(actor, beamline, None, offset=offset, limit=limit) or {}


def queue_unless(
    actor: Actor, beamline: str, known: int | None, *, offset: int, limit: int
) -> dict[str, Any] | None:
    """Give the queue, or None when its version is the one that the reader knows."""
    place = beamline_named(actor, beamline)
    require(actor, Scope.QUEUE_READ, beamline=beamline)
    known_row = BeamlineQueue.objects.filter(beamline_id=place.pk).select_related("hold_item").first()
    row = known_row or BeamlineQueue(hold_reason="not started yet")
    if row.version == known:
        return None
    rows = waiting(place.pk)
    limit = max(1, min(limit, PAGE_LIMIT))
    items = list(rows.select_related("proposal", "copied_from")[offset : offset + limit])
    current = running_item(place.pk).select_related("proposal", "copied_from").first()
    named = [item for item in (*items, current, row.hold_item) if item is not None]
    seen = _visible_keys(actor, named)
    sees_reason = row.hold_item_id is None or row.hold_item_id in seen
    return {
        "version": row.version,
        "is_held": row.is_held,
        "hold_reason": row.hold_reason if sees_reason else public_hold_reason(row),
        "stop_after_item": row.stop_after_item,
        "running": item_dict(current, None, is_visible=current.pk in seen) if current else None,
        "items": [item_dict(item, offset + n, is_visible=item.pk in seen) for n, item in enumerate(items)],
        "length": rows.count(),
    }


def queue_version(actor: Actor, beamline: str) -> int:
    """Give the version of the queue: one number for an ETag."""
    place = beamline_named(actor, beamline)
    require(actor, Scope.QUEUE_READ, beamline=beamline)
    found = BeamlineQueue.objects.filter(beamline_id=place.pk).values_list("version", flat=True).first()
    return found or 0


def item_named(actor: Actor, beamline: str, uid: str) -> QueueItem:
    """Give one item; NotFoundError when there is none or when it is of a proposal that is not to be seen."""
    place = beamline_named(actor, beamline)
    try:
        key = uuid.UUID(str(uid))
    except ValueError as error:
        raise NotFoundError(f"There is no item {uid!r} at {beamline}.") from error
    rows = QueueItem.objects.filter(beamline_id=place.pk, uid=key).select_related("proposal", "copied_from")
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
    return item_dict(found, ahead)


def history(actor: Actor, beamline: str, *, cursor: str = "", limit: int = 50) -> dict[str, Any]:
    """Give finished items, newest first, and the cursor of the next page (None at the end)."""
    place = beamline_named(actor, beamline)
    require(actor, Scope.QUEUE_READ, beamline=beamline)
    rows = QueueItem.objects.filter(beamline_id=place.pk, state__in=FINISHED)
    rows = visible(actor, rows, scope=Scope.QUEUE_READ).select_related("proposal", "copied_from")
    if cursor:
        at, key = _read_cursor(cursor)
        rows = rows.filter(Q(finished_at__lt=at) | Q(finished_at=at, id__lt=key))
    limit = max(1, min(limit, PAGE))
    found = list(rows.order_by("-finished_at", "-id")[: limit + 1])
    page = found[:limit]
    following = _write_cursor(page[-1]) if len(found) > limit else None
    return {"results": [item_dict(row, None) for row in page], "next": following}


def plans(actor: Actor, beamline: str) -> dict[str, Any]:
    """Give the descriptions of the plans as the worker last found them, and its faults."""
    found = _environment(actor, beamline)
    return {
        "plans": found.plans if found else {},
        **_offers(found),
        "faults": found.faults if found else [],
        "opened_at": _stamp(found.opened_at) if found else None,
    }


def offers(actor: Actor, beamline: str) -> dict[str, Any]:
    """Give the presets of a beamline, and the JSON schema of the metadata that it asks for."""
    return _offers(_environment(actor, beamline))


def presets(actor: Actor, beamline: str) -> list[dict[str, Any]]:
    """Give the presets that people keep: one's own, and those of the proposals that one sees."""
    rows = _presets(actor, beamline).select_related("proposal").order_by("title", "id")
    return [preset_dict(row) for row in rows[:PAGE_LIMIT]]


def preset_named(actor: Actor, beamline: str, uid: str) -> Preset:
    """Give one preset; NotFoundError when there is none that the actor may see."""
    key = _as_uuid(uid)
    found = _presets(actor, beamline).select_related("proposal").filter(uid=key).first() if key else None
    if found is None:
        raise NotFoundError(f"There is no preset {uid!r} at {beamline}.")
    return found


def _presets(actor: Actor, beamline: str) -> QuerySet[Preset]:
    place = beamline_named(actor, beamline)
    require(actor, Scope.QUEUE_READ, beamline=beamline)
    every = Preset.objects.filter(beamline_id=place.pk)
    shared = visible(actor, every.filter(proposal__isnull=False), scope=Scope.QUEUE_READ)
    mine = Q(author=actor.username)
    if actor.key_proposal_id is not None:
        mine &= Q(proposal_id=actor.key_proposal_id)
    return every.filter(mine | Q(pk__in=shared.values("pk")))


def preset_dict(row: Preset) -> dict[str, Any]:
    """Give one preset as JSON."""
    return {
        "uid": str(row.uid),
        "title": row.title,
        "plan": row.plan_name,
        "parameters": row.parameters,
        "metadata": row.metadata,
        "proposal": row.proposal.number if row.proposal else None,
        "author": row.author,
        "created_at": _stamp(row.created_at),
    }


def plan(actor: Actor, beamline: str, name: str) -> dict[str, Any]:
    """Give the description of one plan."""
    found = _environment(actor, beamline)
    if found is None or name not in found.plans:
        raise NotFoundError(f"There is no plan {name!r} at {beamline}.")
    return dict(found.plans[name])


def devices(actor: Actor, beamline: str) -> dict[str, Any]:
    """Give the descriptions of the devices as the worker last found them."""
    require(actor, Scope.DEVICE_READ, beamline=beamline)
    found = _environment(actor, beamline)
    return {
        "devices": found.devices if found else {},
        "opened_at": _stamp(found.opened_at) if found else None,
    }


def values(actor: Actor, beamline: str) -> dict[str, Any]:
    """Give the last snapshot of the status board, from the cache."""
    require(actor, Scope.DEVICE_READ, beamline=beamline)
    return cache.get(f"pv:{beamline}") or {"seq": 0, "values": {}}


def control(actor: Actor, beamline: str) -> dict[str, Any]:
    """Give who has the beamline in hand."""
    place = beamline_named(actor, beamline)
    require(actor, Scope.QUEUE_READ, beamline=beamline)
    lease = ControlLease.objects.filter(beamline_id=place.pk).first()
    holder = holder_of(lease)
    if lease is None or not holder:
        return {"holder": None, "since": None, "expires_at": None, "note": "", "is_mine": False}
    return {
        "holder": holder,
        "since": _stamp(lease.since),
        "expires_at": _stamp(lease.expires_at),
        "note": lease.note,
        "is_mine": holder == actor.username,
    }


def command(actor: Actor, beamline: str, uid: str) -> dict[str, Any]:
    """Give one engine command and what came of it."""
    place = beamline_named(actor, beamline)
    require(actor, Scope.QUEUE_READ, beamline=beamline)
    try:
        found = ControlCommand.objects.get(beamline_id=place.pk, uid=uuid.UUID(str(uid)))
    except (ValueError, ControlCommand.DoesNotExist) as error:
        raise NotFoundError(f"There is no command {uid!r} at {beamline}.") from error
    return command_dict(found)


def console(actor: Actor, beamline: str, *, since: int | None = None, limit: int = PAGE) -> dict[str, Any]:
    """Give console lines after `since`, oldest first; without it the last ones.

    Lines of an item are shown to who may see its proposal; `last` counts every line: go on from it.
    """
    place = beamline_named(actor, beamline)
    require(actor, Scope.CONSOLE_READ, beamline=beamline)
    every = ConsoleLine.objects.filter(beamline_id=place.pk)
    own = visible(actor, every, scope=Scope.CONSOLE_READ)
    # Asked first: a line that comes while the lines are read belongs to the next page.
    newest = every.order_by("-seq").values_list("seq", flat=True).first() or 0
    rows = every.filter(Q(item_uid__isnull=True) | Q(pk__in=own.values("pk")), seq__lte=newest)
    limit = max(1, min(limit, PAGE_LIMIT))
    if since is None:
        lines = list(rows.order_by("-seq")[:limit])[::-1]
    else:
        lines = list(rows.filter(seq__gt=since).order_by("seq")[:limit])
    last = lines[-1].seq if len(lines) == limit else newest
    return {"lines": [line_dict(line) for line in lines], "last": last}


def item_dict(item: QueueItem, position: int | None, *, is_visible: bool = True) -> dict[str, Any]:
    """Give one item as JSON; to who may not see its proposal only where it stands."""
    if not is_visible:
        return {"position": position, "state": item.state, "hidden": True}
    return {
        "uid": str(item.uid),
        "position": position,
        "state": item.state,
        "plan": item.plan_name,
        "parameters": item.parameters,
        "metadata": item.metadata,
        "proposal": item.proposal.number,
        "submitted_by": item.submitted_by,
        "created_at": _stamp(item.created_at),
        "started_at": _stamp(item.started_at),
        "finished_at": _stamp(item.finished_at),
        "exit_status": item.exit_status,
        "reason": item.reason,
        "traceback": item.traceback,
        "run_uids": item.run_uids,
        "copied_from": str(item.copied_from.uid) if item.copied_from else None,
        "progress": item.progress,
    }


def command_dict(command: ControlCommand) -> dict[str, Any]:
    """Give one engine command as JSON."""
    return {
        "uid": str(command.uid),
        "action": command.action,
        "defer": command.defer,
        "reason": command.reason,
        "requested_by": command.requested_by,
        "created_at": _stamp(command.created_at),
        "taken_at": _stamp(command.taken_at),
        "done_at": _stamp(command.done_at),
        "outcome": command.outcome,
        "detail": command.detail,
    }


def line_dict(line: ConsoleLine) -> dict[str, Any]:
    """Give one console line as JSON."""
    return {
        "seq": line.seq,
        "at": _stamp(line.at),
        "level": line.level,
        "item": str(line.item_uid) if line.item_uid else None,
        "text": line.text,
    }


def _sees_item(actor: Actor, uid: str) -> bool:
    rows: QuerySet[QueueItem] = QueueItem.objects.filter(uid=uid)
    return visible(actor, rows, scope=Scope.QUEUE_READ).exists()


def _visible_keys(actor: Actor, items: Iterable[QueueItem]) -> set[int]:
    keys = [item.pk for item in items]
    if not keys:
        return set()
    rows = QueueItem.objects.filter(pk__in=keys)
    return set(visible(actor, rows, scope=Scope.QUEUE_READ).values_list("pk", flat=True))


def _environment(actor: Actor, beamline: str) -> Environment | None:
    place = beamline_named(actor, beamline)
    require(actor, Scope.QUEUE_READ, beamline=beamline)
    return Environment.objects.filter(beamline_id=place.pk).first()


def _offers(found: Environment | None) -> dict[str, Any]:
    return {
        "presets": found.presets if found else [],
        "metadata_schema": found.metadata_schema if found else {},
    }


def _as_uuid(text: str) -> uuid.UUID | None:
    try:
        return uuid.UUID(str(text))
    except ValueError:
        return None


def _stamp(moment: datetime | None) -> str | None:
    return moment.isoformat() if moment else None


def _write_cursor(item: QueueItem) -> str:
    return signing.dumps([_stamp(item.finished_at), item.pk], salt=CURSOR_SALT)


def _read_cursor(cursor: str) -> tuple[datetime, int]:
    """Give what a cursor says; signed, so that only what we gave out comes back."""
    try:
        at, key = signing.loads(cursor, salt=CURSOR_SALT)
    except (signing.BadSignature, ValueError) as error:
        raise InvalidError(
            "This cursor was not given by us.", fields={"cursor": ["use the value of `next`"]}
        ) from error
    return datetime.fromisoformat(at), key
