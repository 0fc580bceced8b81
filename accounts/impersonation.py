"""Look at Beamport as somebody else sees it, for support: nothing more than they see, and nothing is changed.

A facility administrator looks as another person for half an hour at most, with a reason. While that lasts
every page and answer is the other person's, and requests that change anything are refused; only stopping a
beamline goes on, as the administrator's own act. Facility administrators cannot be looked as, nor are the
pages of accounts and administration shown. Beginning and end are in the audit log.
"""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Any, Final

from django.db import transaction
from django.utils import timezone

from accounts import audit
from accounts.access import Scope, require
from accounts.actor import Actor
from accounts.errors import ConflictError, ForbiddenError, InvalidError, NotFoundError
from accounts.json_gate import check_text, is_text
from accounts.models import User

LASTS: Final = timedelta(minutes=30)
KEY: Final = "impersonation"


@transaction.atomic
def begin(*, actor: Actor, session: Any, username: str, reason: str) -> dict[str, Any]:
    """Let the session look as `username` until it is ended or half an hour is over.

    Audits ``impersonation.started``.

    Raises
    ------
    ForbiddenError
        The actor is no facility administrator, or a key.
    NotFoundError, ConflictError, InvalidError
        There is no such open account; it is an administrator's or one's own; no reason is given.
    """
    if actor.kind == "key":
        raise ForbiddenError(
            "An API key cannot look as somebody else.", hint="Sign in and do it as a person."
        )
    require(actor, Scope.ACCOUNT_ADMIN)
    check_text(reason, name="reason", max_length=1000)
    if not reason.strip():
        raise InvalidError("Say why.", fields={"reason": ["what it is for: a call, a ticket"]})
    rows = User.objects.filter(is_active=True)
    user = rows.filter(username=username).first() if is_text(username) else None
    if user is None:
        raise NotFoundError(f"There is no open account {username!r}.")
    if not _may_be_looked_as(user):
        raise ConflictError("Nobody looks as a facility administrator.", hint="Choose another person.")
    until = timezone.now() + LASTS
    session[KEY] = {"user_id": user.pk, "by": actor.user_id, "until": until.isoformat()}
    audit.record(
        actor=actor,
        action="impersonation.started",
        object_kind="user",
        object_id=user.username,
        after={"until": until},
        reason=reason,
    )
    return {"username": user.username, "until": until}


@transaction.atomic
def end(*, actor: Actor, session: Any) -> None:
    """Be oneself again; audits ``impersonation.ended``. NotFoundError when nobody is looked as."""
    kept = session.pop(KEY, None)
    if kept is None:
        raise NotFoundError("You look as nobody else.")
    user = User.objects.filter(pk=kept["user_id"]).first()
    audit.record(
        actor=actor,
        action="impersonation.ended",
        object_kind="user",
        object_id=user.username if user else "",
        after={"was_over": datetime.fromisoformat(kept["until"]) <= timezone.now()},
    )


def looked_as(session: Any, user: User) -> User | None:
    """Give the person as whom the signed-in `user` looks in this session; None when it is over or not begun.

    Asked at every request and look of a socket: it ends with the time, with the administrator's office, and
    when the other account is closed or becomes an administrator's.
    """
    kept = session.get(KEY)
    if kept is None or not user.is_authenticated or kept["by"] != user.pk:
        return None
    if not (user.is_active and user.is_facility_admin):
        return None
    if datetime.fromisoformat(kept["until"]) <= timezone.now():
        return None
    other = User.objects.filter(pk=kept["user_id"], is_active=True).first()
    if other is None or not _may_be_looked_as(other):
        return None
    other.impersonated_by = user.get_username()  # type: ignore[attr-defined]  # read by accounts.requests
    return other


def told(session: Any) -> dict[str, Any] | None:
    """Give until when the session looks as somebody else, for the banner; None when it does not."""
    kept = session.get(KEY)
    return {"until": kept["until"]} if kept else None


def _may_be_looked_as(user: User) -> bool:
    return not (user.is_facility_admin or user.is_superuser or user.is_staff)
