"""Asking for control: who waits for the beamline that somebody else has in hand, and handing it over.

A request stands for ten minutes (`control_requests.STANDS_FOR`) and is shown to everybody at the beamline. It
is gone when whoever asked has control or takes the request back. The holder decides: no request takes control
away.
"""

from typing import Any

from django.db import transaction
from django.utils import timezone

from accounts import audit
from accounts.access import Scope, require, scopes
from accounts.actor import Actor
from accounts.errors import ConflictError
from accounts.selectors import actor_for_username, beamline_named
from acquisition.queue import control
from acquisition.queue.change import announce_status
from acquisition.queue.control_requests import MOST, ControlRequest, standing, without
from acquisition.queue.models import ControlLease


def request_control(*, actor: Actor, beamline: str, reason: str = "") -> ControlLease:
    """Ask whoever holds control for it; asking again renews the request.

    Writes the lease's requests; audits ``control.request``.

    Raises
    ------
    ConflictError
        Nobody holds control, the actor does, or too many wait already.
    """
    place = beamline_named(actor, beamline)
    require(actor, Scope.CONTROL_TAKE, beamline=beamline)
    with transaction.atomic():
        lease = control.locked_lease(place.pk)
        holder = control.holder_of(lease)
        _check_question(actor, beamline, holder)
        now = timezone.now()
        others = without(standing(lease.requests, now), actor.username)
        if len(others) >= MOST:
            raise ConflictError(
                f"{len(others)} people wait for control of {beamline} already.",
                hint="Ask beamline staff.",
                code="too_many_wait",
            )
        asked = ControlRequest(username=actor.username, since=now.isoformat(), reason=reason)
        lease.requests = [*others, asked]
        lease.save(update_fields=["requests"])
        _record(actor, "request", beamline, after={"holder": holder}, reason=reason)
        announce_status(place.pk, beamline)
    return lease


def withdraw_request(*, actor: Actor, beamline: str) -> None:
    """Take one's own request back; nothing happens when there is none. Audits ``control.withdraw``."""
    place = beamline_named(actor, beamline)
    require(actor, Scope.CONTROL_TAKE, beamline=beamline)
    with transaction.atomic():
        lease = control.locked_lease(place.pk)
        others = without(lease.requests, actor.username)
        if len(others) == len(lease.requests):
            return
        lease.requests = others
        lease.save(update_fields=["requests"])
        _record(actor, "withdraw", beamline)
        announce_status(place.pk, beamline)


def give_control(*, actor: Actor, beamline: str, to: str) -> ControlLease:
    """Hand control over to somebody who has asked for it.

    Writes the lease; audits ``control.give``.

    Raises
    ------
    ConflictError
        The actor does not hold control, `to` has not asked for it, or may not have it any more.
    """
    place = beamline_named(actor, beamline)
    require(actor, Scope.CONTROL_TAKE, beamline=beamline)
    with transaction.atomic():
        lease = control.locked_lease(place.pk)
        if control.holder_of(lease) != actor.username:
            raise ConflictError(
                f"You do not hold control of {beamline}.",
                hint="Only its holder gives it.",
                code="control_lost",
            )
        _check_receiver(lease, beamline, to)
        now = timezone.now()
        lease.holder, lease.since, lease.expires_at, lease.note = to, now, now + control.TTL, ""
        lease.requests = without(lease.requests, to)
        lease.save()
        before, after = {"holder": actor.username}, {"holder": to}
        _record(actor, "give", beamline, before=before, after=after)
        announce_status(place.pk, beamline)
    return lease


def _check_question(actor: Actor, beamline: str, holder: str) -> None:
    """Let only those ask who have somebody to ask."""
    if not holder:
        raise ConflictError(
            f"Nobody has {beamline} in hand.", hint="Take control; you need not ask.", code="control_free"
        )
    if holder == actor.username:
        raise ConflictError(f"You have {beamline} in hand already.", code="control_yours")


def _check_receiver(lease: ControlLease, beamline: str, to: str) -> None:
    """Let control go only to who waits for it and may, now, have it."""
    if to not in {one["username"] for one in standing(lease.requests, timezone.now())}:
        raise ConflictError(
            f"{to!r} does not wait for control of {beamline}.",
            hint="Give it to somebody who asks, or release it.",
            code="not_requested",
        )
    if Scope.CONTROL_TAKE not in scopes(actor_for_username(to), beamline=beamline):
        raise ConflictError(f"{to} may not take control of {beamline} any more.", code="may_not_take")


def _record(
    actor: Actor, verb: str, beamline: str, *, before: Any = None, after: Any = None, reason: str = ""
) -> None:
    audit.record(
        actor=actor,
        action=f"control.{verb}",
        object_kind="control",
        object_id=beamline,
        beamline=beamline,
        before=before,
        after=after,
        reason=reason,
    )
