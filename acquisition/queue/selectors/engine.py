"""What the beamlines do, and who has them in hand."""

from typing import Any

from django.db.models import QuerySet
from django.utils import timezone

from accounts.access import Scope, require, visible
from accounts.actor import Actor
from accounts.errors import NotFoundError
from accounts.selectors import beamline_named, beamlines
from acquisition.queue.control import holder_of
from acquisition.queue.control_requests import standing
from acquisition.queue.models import ControlCommand, ControlLease, QueueItem
from acquisition.queue.selectors.writing import as_uuid, stamp
from acquisition.queue.status import private_item, status_of, without_item


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


def control(actor: Actor, beamline: str) -> dict[str, Any]:
    """Give who has the beamline in hand, and who asks for it."""
    place = beamline_named(actor, beamline)
    require(actor, Scope.QUEUE_READ, beamline=beamline)
    lease = ControlLease.objects.filter(beamline_id=place.pk).first()
    holder = holder_of(lease)
    if lease is None or not holder:
        return {
            "holder": None,
            "since": None,
            "expires_at": None,
            "note": "",
            "is_mine": False,
            "requests": [],
        }
    return {
        "holder": holder,
        "since": stamp(lease.since),
        "expires_at": stamp(lease.expires_at),
        "note": lease.note,
        "is_mine": holder == actor.username,
        "requests": standing(lease.requests, timezone.now()),
    }


def command(actor: Actor, beamline: str, uid: str) -> dict[str, Any]:
    """Give one engine command and what came of it."""
    place = beamline_named(actor, beamline)
    require(actor, Scope.QUEUE_READ, beamline=beamline)
    key = as_uuid(uid)
    found = ControlCommand.objects.filter(beamline_id=place.pk, uid=key).first() if key else None
    if found is None:
        raise NotFoundError(f"There is no command {uid!r} at {beamline}.")
    return command_dict(found)


def command_dict(command: ControlCommand) -> dict[str, Any]:
    """Give one engine command as JSON."""
    return {
        "uid": str(command.uid),
        "action": command.action,
        "defer": command.defer,
        "reason": command.reason,
        "requested_by": command.requested_by,
        "created_at": stamp(command.created_at),
        "taken_at": stamp(command.taken_at),
        "done_at": stamp(command.done_at),
        "device": command.device or None,
        "result": command.result,
        "outcome": command.outcome,
        "detail": command.detail,
    }


def _sees_item(actor: Actor, uid: str) -> bool:
    rows: QuerySet[QueueItem] = QueueItem.objects.filter(uid=uid)
    return visible(actor, rows, scope=Scope.QUEUE_READ).exists()
