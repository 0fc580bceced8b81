"""What can be done at a beamline: plans, presets, devices, as the worker last found them."""

import time
from collections.abc import Sequence
from typing import Any

from django.core.cache import cache
from django.db.models import Q, QuerySet

from accounts.access import Scope, require, visible
from accounts.actor import Actor
from accounts.errors import NotFoundError
from accounts.selectors import beamline_named
from acquisition.queue.models import Environment, Preset
from acquisition.queue.permits import Permit, permit_of
from acquisition.queue.selectors.writing import as_uuid, stamp
from acquisition.queue.value_history import read as read_history

PRESET_LIMIT = 1_000


def plans(actor: Actor, beamline: str) -> dict[str, Any]:
    """Give the descriptions of the plans that the actor may run, as the worker last found them."""
    found = _environment(actor, beamline)
    permit = permit_of(actor, beamline)
    return {
        "plans": permit.plans(found.plans) if found else {},
        **_offers(found, permit),
        "faults": found.faults if found else [],
        "opened_at": stamp(found.opened_at) if found else None,
    }


def offers(actor: Actor, beamline: str) -> dict[str, Any]:
    """Give the presets of a beamline, and the JSON schema of the metadata that it asks for."""
    return _offers(_environment(actor, beamline), permit_of(actor, beamline))


def plan(actor: Actor, beamline: str, name: str) -> dict[str, Any]:
    """Give the description of one plan."""
    found = _environment(actor, beamline)
    if found is None or name not in permit_of(actor, beamline).plans(found.plans):
        raise NotFoundError(f"There is no plan {name!r} at {beamline}.")
    return dict(found.plans[name])


def devices(actor: Actor, beamline: str) -> dict[str, Any]:
    """Give the descriptions of the devices that the actor may read, as the worker last found them."""
    require(actor, Scope.DEVICE_READ, beamline=beamline)
    found = _environment(actor, beamline)
    return {
        "devices": permit_of(actor, beamline).devices(found.devices) if found else {},
        "opened_at": stamp(found.opened_at) if found else None,
    }


def environment(actor: Actor, beamline: str) -> dict[str, Any]:
    """Give what the worker has of the beamline: open or not and why, versions of the code, faults."""
    found = _environment(actor, beamline) or Environment()
    permit = permit_of(actor, beamline)
    return {
        "is_open": found.is_open,
        "keeps_closed": found.keeps_closed,
        "closed_reason": found.closed_reason,
        "opened_at": stamp(found.opened_at),
        "versions": found.versions,
        "modules": found.modules,
        "faults": found.faults,
        "plans": sorted(permit.plans(found.plans)),
        "devices": sorted(permit.devices(found.devices)),
    }


def values(actor: Actor, beamline: str) -> dict[str, Any]:
    """Give the last snapshot of the status board, from the cache."""
    require(actor, Scope.DEVICE_READ, beamline=beamline)
    board = cache.get(f"pv:{beamline}") or {"seq": 0, "values": {}}
    permit = permit_of(actor, beamline)
    shown = {name: one for name, one in board["values"].items() if permit.device_refusal(name) is None}
    return {**board, "values": shown}


def value_history(actor: Actor, beamline: str, names: Sequence[str]) -> dict[str, Any]:
    """Give the last hour of numbers of the status board; of those that the actor may not see, nothing."""
    require(actor, Scope.DEVICE_READ, beamline=beamline)
    permit = permit_of(actor, beamline)
    shown = [name for name in names if permit.device_refusal(name) is None]
    return {"values": read_history(beamline, shown, time.time())}


def presets(actor: Actor, beamline: str) -> list[dict[str, Any]]:
    """Give the presets that people keep: one's own, and those of the proposals that one sees."""
    rows = _presets(actor, beamline).select_related("proposal").order_by("title", "id")
    return [preset_dict(row) for row in rows[:PRESET_LIMIT]]


def preset_named(actor: Actor, beamline: str, uid: str) -> Preset:
    """Give one preset; NotFoundError when there is none that the actor may see."""
    key = as_uuid(uid)
    found = _presets(actor, beamline).select_related("proposal").filter(uid=key).first() if key else None
    if found is None:
        raise NotFoundError(f"There is no preset {uid!r} at {beamline}.")
    return found


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
        "created_at": stamp(row.created_at),
    }


def _presets(actor: Actor, beamline: str) -> QuerySet[Preset]:
    place = beamline_named(actor, beamline)
    require(actor, Scope.QUEUE_READ, beamline=beamline)
    every = Preset.objects.filter(beamline_id=place.pk)
    shared = visible(actor, every.filter(proposal__isnull=False), scope=Scope.QUEUE_READ)
    mine = Q(author=actor.username)
    if actor.key_proposal_id is not None:
        mine &= Q(proposal_id=actor.key_proposal_id)
    return every.filter(mine | Q(pk__in=shared.values("pk")))


def _environment(actor: Actor, beamline: str) -> Environment | None:
    place = beamline_named(actor, beamline)
    require(actor, Scope.QUEUE_READ, beamline=beamline)
    return Environment.objects.filter(beamline_id=place.pk).first()


def _offers(found: Environment | None, permit: Permit) -> dict[str, Any]:
    presets = found.presets if found else []
    return {
        "presets": [preset for preset in presets if permit.plan_refusal(preset.get("plan", "")) is None],
        "metadata_schema": found.metadata_schema if found else {},
    }
