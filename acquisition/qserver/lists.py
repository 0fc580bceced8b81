"""The lists that clients keep a copy of, each with a uid that changes when the list does, and only then."""

import functools
import hashlib
import json
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Final

from django.contrib.postgres.aggregates import StringAgg
from django.db.models import F, TextField, Value
from django.db.models.functions import MD5, Cast, Concat

from accounts.access import Scope, scopes, visible
from accounts.actor import Actor
from accounts.errors import ConflictError
from acquisition.qserver import descriptions
from acquisition.qserver.items import finished_as_qs
from acquisition.qserver.models import ClientDesk
from acquisition.queue import selectors
from acquisition.queue.models import Environment, ItemKind, QueueItem
from acquisition.queue.permits import permit_of
from acquisition.queue.states import FINISHED, WAITING, ItemState
from acquisition.queue.validation import environment_of
from catalog.selectors import visible_runs

ENDED: Final = tuple(sorted(state.value for state in FINISHED - {ItemState.DENIED}))
HISTORY_LIMIT: Final = 2_000
PAGE: Final = 200
LISTED: Final = (*WAITING, ItemState.RUNNING)


def uid_of(*parts: Any) -> str:
    """Give a uid that is the same for the same parts.

    Examples
    --------
    >>> uid_of("a", 1) == uid_of("a", 1), uid_of("a", 1) == uid_of("a", 2)
    (True, False)
    """
    text = json.dumps(parts, sort_keys=True, default=str)
    digest = hashlib.sha256(text.encode()).hexdigest()
    return "-".join((digest[:8], digest[8:12], digest[12:16], digest[16:20], digest[20:32]))


def known_environment(beamline: str) -> Environment:
    """Give what the worker last found; empty when no worker ever opened the beamline."""
    try:
        return environment_of(beamline)
    except ConflictError:
        return Environment()


class Offer:
    """Plans and devices of one opening of a beamline, in the queue server's words, with their uids."""

    def __init__(self, environment: Environment) -> None:
        self.plans = {name: descriptions.plan_as_qs(plan) for name, plan in environment.plans.items()}
        self.reduced = {name: descriptions.plan_reduced(plan) for name, plan in environment.plans.items()}
        self.devices = {name: descriptions.device_as_qs(one) for name, one in environment.devices.items()}
        self.plans_uid = uid_of("plans", self.plans)
        self.devices_uid = uid_of("devices", self.devices)


def offer_of(environment: Environment) -> Offer:
    """Give the offer of an environment."""
    return _offer(environment.pk, environment.opened_at, environment.fencing, _Held(environment))


@dataclass(frozen=True, slots=True)
class Allowed:
    """What one actor may queue, cut from an offer by the rules of the beamline, with uids of its own."""

    plans: Mapping[str, Any]
    reduced: Mapping[str, Any]
    devices: Mapping[str, Any]
    existing_plans: Mapping[str, Any]
    existing_devices: Mapping[str, Any]
    plans_uid: str
    devices_uid: str
    existing_plans_uid: str
    existing_devices_uid: str


def allowed_of(actor: Actor, beamline: str, offer: Offer) -> Allowed:
    """Give what the actor may queue: nothing without ``queue:write``, else what no rule forbids.

    A plan or device that a rule keeps from the actor is not listed at all.
    """
    permit = permit_of(actor, beamline)
    seen = offer.devices if permit.is_open else permit.devices(offer.devices)
    known = offer.plans if permit.is_open else permit.plans(offer.plans)
    if Scope.QUEUE_WRITE in scopes(actor, beamline=beamline):
        plans, devices = known, seen
    else:
        plans, devices = {}, {}
    known_uid = offer.plans_uid if permit.is_open else uid_of("plans", known)
    seen_uid = offer.devices_uid if permit.is_open else uid_of("devices", seen)
    return Allowed(
        plans=plans,
        reduced={name: offer.reduced[name] for name in known},
        devices=devices,
        existing_plans=known,
        existing_devices=seen,
        plans_uid=uid_of(known_uid, bool(plans)),
        devices_uid=uid_of(seen_uid, bool(devices)),
        existing_plans_uid=known_uid,
        existing_devices_uid=seen_uid,
    )


class _Held:
    """An environment that does not count in a cache's key."""

    def __init__(self, environment: Environment) -> None:
        self.environment = environment

    def __eq__(self, other: object) -> bool:
        return isinstance(other, _Held)

    def __hash__(self) -> int:
        return 0


@functools.lru_cache(maxsize=16)
def _offer(pk: int | None, opened_at: datetime | None, fencing: int, held: _Held) -> Offer:
    del pk, opened_at, fencing  # the key: what was found at an opening does not change until the next
    return Offer(held.environment)


@functools.lru_cache(maxsize=128)
def queue_uid(beamline: str, place: int | None, version: int) -> str:
    """Give the uid of queue and running item, as they were when the queue of this place had this version."""
    del place, version  # the key
    rows = QueueItem.objects.filter(beamline__name=beamline, state__in=[state.value for state in LISTED])
    asked_for = MD5(Cast("parameters", TextField())), MD5(Cast("metadata", TextField()))
    text = Concat(Cast("uid", TextField()), "state", "plan_name", *asked_for, output_field=TextField())
    found = rows.aggregate(text=MD5(StringAgg(text, Value(","), order_by=("position", "id"))))
    return uid_of("queue", beamline, found["text"])


def newest_ended(beamline: str) -> tuple[datetime, int] | None:
    """Give when and which item ended last."""
    rows = QueueItem.objects.filter(beamline__name=beamline, state__in=ENDED, finished_at__isnull=False)
    found = rows.order_by(F("finished_at").desc(), F("id").desc()).values_list("finished_at", "pk").first()
    return (found[0], found[1]) if found is not None and found[0] is not None else None


def history_uid(beamline: str, newest: tuple[datetime, int] | None, desk: ClientDesk) -> str:
    """Give the uid of the history."""
    if newest is None or (desk.cleared_until is not None and newest[0] <= desk.cleared_until):
        return uid_of("history", beamline, None)
    return uid_of("history", beamline, newest, desk.cleared_until)


@functools.lru_cache(maxsize=256)
def history_length(beamline: str, newest: tuple[datetime, int] | None, cleared_until: datetime | None) -> int:
    """Count the ended plans that are not cleared away, up to the limit of what is listed."""
    if newest is None:
        return 0
    rows = QueueItem.objects.filter(beamline__name=beamline, state__in=ENDED, kind=ItemKind.PLAN)
    if cleared_until is not None:
        rows = rows.filter(finished_at__gt=cleared_until)
    return rows[:HISTORY_LIMIT].count()


def history(actor: Actor, beamline: str, desk: ClientDesk) -> list[dict[str, Any]]:
    """Give the ended plans that the actor may see, oldest first; the newest of them where they are many."""
    plans = known_environment(beamline).plans
    found = ended(actor, beamline, desk)
    uids = [uid for item in found for uid in item["run_uids"]]
    scan_ids = dict(visible_runs(actor).filter(uid__in=uids).values_list("uid", "scan_id")) if uids else {}
    return [finished_as_qs(item, plans, scan_ids) for item in reversed(found)]


def ended(actor: Actor, beamline: str, desk: ClientDesk) -> list[dict[str, Any]]:
    """Give the ended plans as ours, newest first."""
    found: list[dict[str, Any]] = []
    cursor: str | None = ""
    since = desk.cleared_until
    while cursor is not None and len(found) < HISTORY_LIMIT:
        page = selectors.history(
            actor, beamline, cursor=cursor, limit=PAGE, state=",".join(ENDED), since=since
        )
        found += [
            item for item in page["results"] if item["kind"] == ItemKind.PLAN and _is_after(item, since)
        ]
        cursor = page["next"]
    return found[:HISTORY_LIMIT]


def _is_after(item: Mapping[str, Any], since: datetime | None) -> bool:
    return since is None or datetime.fromisoformat(item["finished_at"]) > since


def runs_of(actor: Actor, item_uid: str, open_run: str | None) -> list[dict[str, Any]]:
    """Give the runs of an item, in the order in which they began.

    A run that the catalogue has not got yet has no number.
    """
    rows = QueueItem.objects.filter(uid=item_uid)
    uids = visible(actor, rows, scope=Scope.QUEUE_READ).values_list("run_uids", flat=True).first() or []
    known = {
        uid: (scan_id, exit_status)
        for uid, scan_id, exit_status in visible_runs(actor)
        .filter(uid__in=uids)
        .values_list("uid", "scan_id", "exit_status")
    }
    told = []
    for uid in uids:
        scan_id, exit_status = known.get(uid, (None, ""))
        is_open = not exit_status and (uid in known or uid == open_run)
        told.append({"uid": uid, "scan_id": scan_id, "is_open": is_open, "exit_status": exit_status or None})
    return told
