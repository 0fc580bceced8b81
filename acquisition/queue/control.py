"""Exclusive control: one person or key at a time has the beamline in hand.

The lease is free, or held until `expires_at`; who holds it renews it (`keep_control`). While somebody else
holds it, queue writes are refused; stopping is never refused.
"""

from datetime import timedelta
from typing import Final

from django.db import transaction
from django.utils import timezone

from accounts import audit
from accounts.access import Scope, require, scopes
from accounts.actor import Actor
from accounts.errors import ConflictError, InvalidError
from accounts.prepared import NUMBER, Prepared
from accounts.selectors import beamline_named
from acquisition.queue.change import announce_status
from acquisition.queue.control_requests import without
from acquisition.queue.models import ControlLease

TTL: Final = timedelta(seconds=120)


def take_control(*, actor: Actor, beamline: str, reason: str = "") -> ControlLease:
    """Take the beamline in hand; staff take it from another holder by giving a reason.

    Writes the control lease; audits ``control.take`` or ``control.force``.

    Raises
    ------
    ConflictError
        Somebody else holds it and the actor may not take it over.
    InvalidError
        A take-over without a reason.
    """
    place = beamline_named(actor, beamline)
    require(actor, Scope.CONTROL_TAKE, beamline=beamline)
    with transaction.atomic():
        lease = locked_lease(place.pk)
        other = holder_of(lease)
        action = "control.take"
        if other and other != actor.username:
            _check_take_over(actor, beamline, lease, reason)
            action = "control.force"
        now = timezone.now()
        if other != actor.username:
            lease.holder, lease.since = actor.username, now
        lease.expires_at, lease.note = now + TTL, reason
        lease.requests = without(lease.requests, actor.username)
        lease.save()
        audit.record(
            actor=actor,
            action=action,
            object_kind="control",
            object_id=beamline,
            beamline=beamline,
            before={"holder": other},
            after={"holder": actor.username},
            reason=reason,
        )
        announce_status(place.pk, beamline)
    return lease


def keep_control(*, actor: Actor, beamline: str) -> ControlLease:
    """Renew the lease; a heartbeat, so it is not audited. Raises ConflictError when it is not the actor's."""
    place = beamline_named(actor, beamline)
    require(actor, Scope.CONTROL_TAKE, beamline=beamline)
    with transaction.atomic():
        lease = locked_lease(place.pk)
        if holder_of(lease) != actor.username:
            raise ConflictError(
                f"You do not hold control of {beamline} any more.", hint="Take it again.", code="control_lost"
            )
        lease.expires_at = timezone.now() + TTL
        lease.save(update_fields=["expires_at"])
    return lease


def release_control(*, actor: Actor, beamline: str) -> None:
    """Give control back; nothing happens when the actor does not hold it. Audits ``control.release``."""
    place = beamline_named(actor, beamline)
    require(actor, Scope.CONTROL_TAKE, beamline=beamline)
    with transaction.atomic():
        lease = locked_lease(place.pk)
        if holder_of(lease) != actor.username:
            return
        lease.holder, lease.since, lease.expires_at, lease.note = "", None, None, ""
        lease.save()
        audit.record(
            actor=actor,
            action="control.release",
            object_kind="control",
            object_id=beamline,
            beamline=beamline,
            before={"holder": actor.username},
            after={"holder": ""},
        )
        announce_status(place.pk, beamline)


def check_control(actor: Actor, beamline_id: int, beamline: str) -> None:
    """Raise ConflictError when somebody else has the beamline in hand (inside the caller's transaction)."""
    lease = _LOCKED.first(beamline_id)
    other = holder_of(lease)
    if lease is not None and other and other != actor.username:
        raise ConflictError(
            f"{other} has {beamline} in hand (since {lease.since:%H:%M:%S} UTC).",
            hint="Ask for control, or wait until it is released or expires.",
            code="control_held",
        )


_LOCKED: Final[Prepared[ControlLease]] = Prepared(
    lambda beamline_id: ControlLease.objects.select_for_update().filter(beamline_id=beamline_id), NUMBER
)


def holder_of(lease: ControlLease | None) -> str:
    """Give who holds the lease now; empty when nobody does.

    Examples
    --------
    >>> holder_of(None)
    ''
    """
    if lease is None or not lease.holder or lease.expires_at is None:
        return ""
    return lease.holder if lease.expires_at > timezone.now() else ""


def locked_lease(beamline_id: int) -> ControlLease:
    """Give the lease's row, locked until the transaction ends; made at first use."""
    ControlLease.objects.get_or_create(beamline_id=beamline_id)
    return ControlLease.objects.select_for_update().get(beamline_id=beamline_id)


def _check_take_over(actor: Actor, beamline: str, lease: ControlLease, reason: str) -> None:
    if Scope.CONTROL_FORCE not in scopes(actor, beamline=beamline):
        raise ConflictError(
            f"{lease.holder} has {beamline} in hand (since {lease.since:%H:%M:%S} UTC).",
            hint="Ask for it; its holder gives it, and beamline staff may take it over.",
            code="control_held",
        )
    if not reason.strip():
        raise InvalidError(
            f"Say why you take control from {lease.holder}.", fields={"reason": ["a reason is needed"]}
        )
