"""People as clients of the queue server see them: a principal with its keys and sign-ins."""

from __future__ import annotations

from typing import Any

from django.db.models import Max
from django.utils import timezone

from accounts.access import Scope, require
from accounts.actor import Actor
from accounts.errors import NotFoundError, NotSignedInError
from accounts.models import APIKey, StaffAssignment, TokenSession, User

LIMIT = 1_000


def own_principal(actor: Actor) -> dict[str, Any]:
    """Give one's own principal; a key shows itself and neither other keys nor sign-ins."""
    user = User.objects.filter(pk=actor.account_pk, is_active=True).first()
    if user is None:
        raise NotSignedInError()
    found = _principal(user)
    if actor.kind == "key":
        own = [key for key in found["api_keys"] if key["first_eight"] == actor.key_prefix]
        return {**found, "api_keys": own, "sessions": []}
    return found


def principals(actor: Actor) -> list[dict[str, Any]]:
    """Give every principal; needs ``account:manage``."""
    require(actor, Scope.ACCOUNT_ADMIN)
    return [_principal(user) for user in User.objects.order_by("pk")[:LIMIT]]


def principal(actor: Actor, uid: str) -> dict[str, Any]:
    """Give one principal: oneself, or with ``account:manage`` anybody."""
    own = own_principal(actor)
    if own["uuid"] == uid:
        return own
    require(actor, Scope.ACCOUNT_ADMIN)
    user = User.objects.filter(uid=uid).first()
    if user is None:
        raise NotFoundError(f"There is no principal {uid}.")
    return _principal(user)


def roles_at(actor: Actor, beamline: str) -> list[str]:
    """Give what the person is at a beamline: administrator, staff role, roles in proposals there."""
    user = User.objects.get(pk=actor.account_pk)
    roles = {"facility_admin"} if user.is_facility_admin else set()
    roles |= set(
        StaffAssignment.objects.filter(user=user, beamline__name=beamline).values_list("role", flat=True)
    )
    roles |= set(user.memberships.filter(proposal__beamlines__name=beamline).values_list("role", flat=True))
    return sorted(roles)


def key_dict(row: APIKey) -> dict[str, Any]:
    """Give an API key without its secret."""
    return {
        "first_eight": row.prefix,
        "expiration_time": row.expires_at.isoformat(),
        "note": row.note or None,
        "scopes": list(row.scopes),
        "latest_activity": row.last_used_at.isoformat() if row.last_used_at else None,
    }


def key_named(actor: Actor) -> dict[str, Any]:
    """Give the key that the request came with."""
    row = APIKey.objects.filter(prefix=actor.key_prefix or "").first()
    if row is None:
        raise NotSignedInError("No API key was provided with this request.")
    return key_dict(row)


def _principal(user: User) -> dict[str, Any]:
    now = timezone.now()
    valid = APIKey.objects.filter(user=user, revoked_at=None, expires_at__gt=now)
    sessions = TokenSession.objects.filter(user=user, expires_at__gt=now)
    latest = valid.aggregate(latest=Max("last_used_at"))["latest"]
    signed_in = sessions.aggregate(latest=Max("created_at"))["latest"]
    return {
        "uuid": str(user.uid),
        "type": "user",
        "identities": [
            {
                "id": user.username,
                "provider": "beamport",
                "latest_login": signed_in.isoformat() if signed_in else None,
            }
        ],
        "api_keys": [key_dict(row) for row in valid],
        "sessions": [
            {
                "uuid": str(row.uid),
                "expiration_time": row.expires_at.isoformat(),
                "revoked": row.revoked_at is not None,
            }
            for row in sessions
        ],
        "latest_activity": latest.isoformat() if latest else None,
    }
