"""The sign-ins of a person that still open something: listed, and ended one by one or all but this one.

A browser's session is one row of `accounts.door.models.Session`; with the row it ends, at the next request
and, within seconds, at the sockets that it opened. A program's is a `TokenSession`.
"""

from __future__ import annotations

import hashlib
from dataclasses import dataclass
from datetime import datetime

from django.conf import settings
from django.db import transaction
from django.db.models import Q
from django.utils import timezone

from accounts import audit
from accounts.actor import Actor
from accounts.door.models import Session
from accounts.door.on_behalf import account_for
from accounts.door.session_store import silent_since
from accounts.errors import ForbiddenError, NotFoundError
from accounts.models import APIKey, TokenSession, User


@dataclass(frozen=True, slots=True)
class SignIn:
    """One session as its owner is shown it; `handle` names it in addresses and opens nothing."""

    handle: str
    device: str
    address: str
    began_at: datetime | None
    seen_at: datetime | None
    is_this: bool = False
    is_program: bool = False


def listed(actor: Actor, *, session_key: str | None = None) -> list[SignIn]:
    """Give the person's own sessions, last seen first; `session_key` is the one that asks."""
    if actor.kind != "person":
        return []
    return _browsers(actor, session_key) + _programs(actor)


@transaction.atomic
def end(*, actor: Actor, handle: str) -> None:
    """End one of the person's own sessions; audits ``session.ended``.

    Raises
    ------
    NotFoundError
        The person has no such session.
    """
    _require_person(actor)
    for row in Session.objects.filter(user_id=actor.account_pk):
        if _handle(row.session_key) == handle:
            row.delete()
            _tell(actor, actor.username, handle, "")
            return
    for program in TokenSession.objects.filter(user_id=actor.account_pk, revoked_at=None):
        if program.uid.hex == handle:
            _revoke([program])
            _tell(actor, actor.username, handle, "")
            return
    raise NotFoundError("You have no such session; it may have ended by itself.")


@transaction.atomic
def end_others(*, actor: Actor, session_key: str | None) -> int:
    """End all sessions of the person but the one that asks, audit ``session.others_ended``, give how many."""
    _require_person(actor)
    count = _end(User.objects.get(pk=actor.account_pk), but=session_key)
    audit.record(
        actor=actor,
        action="session.others_ended",
        object_kind="user",
        object_id=actor.username,
        after={"ended": count},
    )
    return count


@transaction.atomic
def end_of(*, actor: Actor, username: str, reason: str) -> int:
    """End every session of another person, as administrator; audits ``session.all_ended``, gives how many."""
    user = account_for(actor, username, reason=reason, why="why the sessions end")
    count = end_all(user)
    audit.record(
        actor=actor,
        action="session.all_ended",
        object_kind="user",
        object_id=user.username,
        after={"ended": count},
        reason=reason,
    )
    return count


def names_signed_in() -> list[str]:
    """Give the names of all accounts that have a session, for the installation itself."""
    has_one = Q(sessions__isnull=False) | Q(token_sessions__revoked_at=None, token_sessions__isnull=False)
    return list(User.objects.filter(has_one).distinct().values_list("username", flat=True))


def end_all(user: User) -> int:
    """End every session of an account, within the service that has the reason; gives how many."""
    return _end(user, but=None)


def _browsers(actor: Actor, session_key: str | None) -> list[SignIn]:
    rows = Session.objects.filter(
        user_id=actor.account_pk, expire_date__gt=timezone.now(), seen_at__gt=silent_since()
    )
    return [
        SignIn(
            handle=_handle(row.session_key),
            device=row.device or "unknown",
            address=row.address,
            began_at=row.began_at,
            seen_at=row.seen_at,
            is_this=row.session_key == session_key,
        )
        for row in rows.order_by("-seen_at")[:100]
    ]


def _programs(actor: Actor) -> list[SignIn]:
    rows = TokenSession.objects.filter(
        user_id=actor.account_pk, revoked_at=None, expires_at__gt=timezone.now()
    )
    return [
        SignIn(
            handle=row.uid.hex,
            device="a program, by tokens",
            address="",
            began_at=row.created_at,
            seen_at=row.refreshed_at or row.created_at,
            is_program=True,
        )
        for row in rows[:100]
    ]


def _end(user: User, *, but: str | None) -> int:
    browsers = Session.objects.filter(user=user).exclude(session_key=but or "")
    programs = list(TokenSession.objects.filter(user=user, revoked_at=None, expires_at__gt=timezone.now()))
    count, _ = browsers.delete()
    _revoke(programs)
    return count + len(programs)


def _revoke(rows: list[TokenSession]) -> None:
    now, keys = timezone.now(), [row.pk for row in rows]
    TokenSession.objects.filter(pk__in=keys).update(revoked_at=now)
    APIKey.objects.filter(session_id__in=keys, revoked_at=None).update(revoked_at=now)


def _tell(actor: Actor, username: str, handle: str, reason: str) -> None:
    audit.record(
        actor=actor,
        action="session.ended",
        object_kind="user",
        object_id=username,
        after={"session": handle},
        reason=reason,
    )


def _require_person(actor: Actor) -> None:
    if actor.kind != "person":
        raise ForbiddenError(
            "Only a signed-in person can end sessions.", hint="Sign in and do it as a person."
        )


def _handle(session_key: str) -> str:
    text = f"{settings.SESSION_COOKIE_NAME}\n{session_key}"
    return hashlib.sha256(text.encode()).hexdigest()[:32]
