"""Tokens for programs that sign in with a password: a short one to use, a long one to renew it.

Both are signed texts that name a `TokenSession`; nothing of them is kept. Each use reads its row, so
a revoked session, a closed account or a new password ends all of its tokens at once.
"""

from __future__ import annotations

import uuid
from dataclasses import dataclass, replace
from datetime import timedelta
from typing import Final

from django.core import signing
from django.core.exceptions import PermissionDenied
from django.db import transaction
from django.http import HttpRequest
from django.utils import timezone
from django.utils.crypto import constant_time_compare, salted_hmac

from accounts import audit
from accounts.actor import Actor
from accounts.backends import WAIT_ATTRIBUTE, SlowedPasswordBackend
from accounts.door import second_factor
from accounts.errors import NotFoundError, NotSignedInError, TooManyError
from accounts.models import APIKey, TokenSession, User
from accounts.requests import actor_of_key, actor_of_user, key_row

ACCESS_LIFETIME: Final = timedelta(minutes=15)
SESSION_LIFETIME: Final = timedelta(days=7)  # without renewal
LONGEST_LIFETIME: Final = timedelta(days=30)  # however often it is renewed
ACCESS_SALT: Final = "accounts.tokens.access"
REFRESH_SALT: Final = "accounts.tokens.refresh"
STAMP_SALT: Final = "accounts.tokens.password"
#: Clients of the field renew their token when a refusal begins with these words.
EXPIRED: Final = "Access token has expired. Refresh token."
ENDED: Final = "Session has expired. Please re-authenticate."


@dataclass(frozen=True, slots=True)
class Tokens:
    """What a program gets when it signs in or renews."""

    access: str
    refresh: str
    session: TokenSession
    access_s: float = ACCESS_LIFETIME.total_seconds()
    refresh_s: float = SESSION_LIFETIME.total_seconds()


def sign_in(request: HttpRequest, *, username: str, password: str) -> Tokens:
    """Open a session for a right password; audits ``token_session.opened``.

    Raises
    ------
    NotSignedInError
        Account or password is wrong.
    TooManyError
        Too many tries; the password was not looked at.
    """
    try:
        user = SlowedPasswordBackend().authenticate(request, username=username, password=password)
    except PermissionDenied as error:
        wait_s = getattr(request, WAIT_ATTRIBUTE, 0)
        raise TooManyError(str(error), retry_after_s=wait_s) from error
    if user is None:
        raise NotSignedInError("Incorrect username or password.")
    if second_factor.stands_before(user):
        raise NotSignedInError(
            "This account signs in with a second factor, which tokens cannot ask for.",
            hint="Sign in with a browser and make an API key there.",
        )
    return _open(user, actor_of_user(user))


@transaction.atomic
def _open(user: User, actor: Actor) -> Tokens:
    session = TokenSession.objects.create(
        user=user, password_stamp=_stamp(user), expires_at=timezone.now() + SESSION_LIFETIME
    )
    audit.record(
        actor=actor,
        action="token_session.opened",
        object_kind="token_session",
        object_id=str(session.uid),
        after={"expires_at": session.expires_at},
    )
    return _tokens(session)


@transaction.atomic
def refresh(text: str) -> Tokens:
    """Give new tokens for a refresh token, and put off the end of its session, `LONGEST_LIFETIME` at most.

    Not audited: a heartbeat.

    Raises
    ------
    NotSignedInError
        The token is none of ours, or its session has ended: one answer.
    """
    session = _session_of(text, REFRESH_SALT, SESSION_LIFETIME, ENDED)
    session.refreshed_at = timezone.now()
    session.expires_at = min(session.refreshed_at + SESSION_LIFETIME, session.created_at + LONGEST_LIFETIME)
    session.save(update_fields=["refreshed_at", "expires_at"])
    return _tokens(session)


def session_of(access_token: str) -> TokenSession:
    """Give the session of an access token, its user joined; NotSignedInError says whether to renew."""
    return _session_of(access_token, ACCESS_SALT, ACCESS_LIFETIME, EXPIRED)


@transaction.atomic
def revoke(*, actor: Actor, uid: str) -> TokenSession:
    """End a session of one's own, its tokens and its keys at once; audits ``token_session.revoked``, once."""
    try:
        key = uuid.UUID(uid)
    except ValueError as error:
        raise NotFoundError(f"You have no session {uid[:60]}.") from error
    mine = TokenSession.objects.select_for_update().filter(user_id=actor.account_pk)
    session = mine.filter(uid=key).first()
    if session is None:
        raise NotFoundError(f"You have no session {uid[:60]}.")
    if session.revoked_at is None:
        session.revoked_at = timezone.now()
        session.save(update_fields=["revoked_at"])
        APIKey.objects.filter(session=session, revoked_at=None).update(revoked_at=session.revoked_at)
        audit.record(
            actor=actor, action="token_session.revoked", object_kind="token_session", object_id=str(key)
        )
    return session


def bind_key(*, row: APIKey, session: object) -> None:
    """Note which session made a key; the key was audited when it was made. Anything else is no session."""
    if isinstance(session, TokenSession):
        APIKey.objects.filter(pk=row.pk).update(session=session)


def socket_actor(text: str, *, address: str = "") -> tuple[Actor, TokenSession | None]:
    """Give the actor of a socket that opens with the key `text`, and the session that made the key, if any.

    Clients of the field make a key for one socket and delete it as soon as that is open; then the socket
    stands on their session, narrowed as the key was.
    """
    actor = actor_of_key(text, address=address)
    session = key_row(text).session
    return (actor, None) if session is None else (replace(actor, kind="person", key_prefix=None), session)


def still_stands(session: TokenSession) -> bool:
    """Tell whether a session is valid now."""
    found = TokenSession.objects.select_related("user").filter(pk=session.pk).first()
    return found is not None and _is_sound(found)


def _tokens(session: TokenSession) -> Tokens:
    uid = str(session.uid)
    return Tokens(
        access=signing.dumps(uid, salt=ACCESS_SALT),
        refresh=signing.dumps(uid, salt=REFRESH_SALT),
        session=session,
    )


def _session_of(text: str, salt: str, lifetime: timedelta, expired: str) -> TokenSession:
    try:
        uid = signing.loads(text, salt=salt, max_age=lifetime)
    except signing.SignatureExpired as error:
        raise NotSignedInError(expired) from error
    except (signing.BadSignature, ValueError) as error:
        raise NotSignedInError("Could not validate credentials: this token is none of ours.") from error
    session = TokenSession.objects.select_related("user").filter(uid=uid).first()
    if session is None or not _is_sound(session):
        raise NotSignedInError(ENDED)
    return session


def _is_sound(session: TokenSession) -> bool:
    stands = session.is_valid_at(timezone.now()) and session.user.is_active
    return stands and constant_time_compare(session.password_stamp, _stamp(session.user))


def _stamp(user: User) -> str:
    return salted_hmac(STAMP_SALT, user.password, algorithm="sha256").hexdigest()
