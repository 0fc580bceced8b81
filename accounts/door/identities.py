"""Who a person of a provider is here: a stable subject opens one account, and a name alone opens none.

An account is made at the first sign-in, without any role. One that exists here already is never taken over
by its name: an administrator links it, or, where the site says so, a verified e-mail address does.
"""

from __future__ import annotations

import re
from dataclasses import dataclass, replace
from typing import Final

from django.db import transaction

from accounts import audit
from accounts.access import Scope, require
from accounts.actor import Actor, system_actor
from accounts.door.models import Identity
from accounts.errors import ConflictError, ForbiddenError, InvalidError, NotFoundError
from accounts.json_gate import check_text, is_text
from accounts.models import StaffAssignment, User

LONGEST_SUBJECT: Final = 255
NAME: Final = re.compile(r"[\w.@+-]{1,150}")


@dataclass(frozen=True, slots=True)
class Claims:
    """What a provider says of a person; `subject` never changes there, the rest may."""

    provider: str
    subject: str
    username: str
    email: str = ""
    email_is_verified: bool = False
    first_name: str = ""
    last_name: str = ""


class UnlinkedAccountError(ForbiddenError):
    """An account of that name exists here, and nobody has said that it is the same person."""


def person_of(claims: Claims, *, address: str, links_by_email: bool = False) -> User:
    """Give the account that the identity opens; make one at the first sign-in.

    Audits ``identity.linked`` and ``user.created``, or ``identity.refused``.

    Raises
    ------
    UnlinkedAccountError
        The name belongs to an account that is not linked to this identity.
    ForbiddenError
        The account is closed.
    InvalidError
        The provider names no usable subject or user name.
    """
    try:
        return _person_of(_checked(claims), address, links_by_email)
    except UnlinkedAccountError:
        _note_refusal(claims, address)
        raise


@transaction.atomic
def link(*, actor: Actor, username: str, provider: str, subject: str, reason: str = "") -> Identity:
    """Let an identity open an account that exists here, as administrator; audits ``identity.linked``."""
    require(actor, Scope.ACCOUNT_ADMIN)
    user = User.objects.filter(username=username).first() if is_text(username) else None
    if user is None:
        raise NotFoundError(f"There is no account {username!r}.")
    for name, text in (("provider", provider), ("subject", subject)):
        if not check_text(text, name=name, max_length=LONGEST_SUBJECT).strip():
            raise InvalidError(f"The {name} is empty.", fields={name: ["as the refused sign-in was audited"]})
    row, is_new = Identity.objects.get_or_create(provider=provider, subject=subject, defaults={"user": user})
    if not is_new and row.user_id != user.pk:
        raise ConflictError("This identity opens another account.", hint="Unlink it there first.")
    if is_new:
        _record(actor, user, row, "identity.linked", reason)
    return row


@transaction.atomic
def unlink(*, actor: Actor, provider: str, subject: str, reason: str = "") -> None:
    """Take an identity from its account, as administrator; audits ``identity.unlinked``."""
    require(actor, Scope.ACCOUNT_ADMIN)
    row = Identity.objects.select_related("user").filter(provider=provider, subject=subject).first()
    if row is None:
        raise NotFoundError("There is no such identity.")
    row.delete()
    _record(actor, row.user, row, "identity.unlinked", reason)


@transaction.atomic
def _person_of(claims: Claims, address: str, links_by_email: bool) -> User:
    known = Identity.objects.select_related("user").filter(provider=claims.provider, subject=claims.subject)
    row = known.first()
    if row is not None:
        return _open(row.user)
    user = _by_email(claims) if links_by_email else None
    by = "verified e-mail" if user else "first sign-in"
    if user is None:
        user = _made(claims, address)
    row = Identity.objects.create(user=user, provider=claims.provider, subject=claims.subject)
    _record(_door(address), user, row, "identity.linked", by)
    return _open(user)


def _made(claims: Claims, address: str) -> User:
    from accounts.services import create_user  # services also import the door

    if User.objects.filter(username__iexact=claims.username).exists():
        raise UnlinkedAccountError(
            f"There is an account {claims.username!r} here already, not linked to your sign-in elsewhere.",
            hint="Sign in with its password, or ask a facility administrator to link it.",
        )
    return create_user(
        actor=_door(address),
        username=claims.username,
        email=claims.email,
        first_name=claims.first_name,
        last_name=claims.last_name,
    )


def _by_email(claims: Claims) -> User | None:
    """Give the one account of a verified address, never that of an administrator or of staff."""
    if not (claims.email_is_verified and claims.email):
        return None
    found = list(User.objects.filter(email__iexact=claims.email, is_active=True)[:2])
    if len(found) != 1 or found[0].is_facility_admin or found[0].is_staff:
        return None
    return None if StaffAssignment.objects.filter(user=found[0]).exists() else found[0]


def _open(user: User) -> User:
    if not user.is_active:
        raise ForbiddenError("This account is closed.", hint="Ask a facility administrator.")
    return user


def _checked(claims: Claims) -> Claims:
    subject = claims.subject
    if not subject or len(subject) > LONGEST_SUBJECT or not is_text(subject):
        raise InvalidError("The provider gave no usable subject.")
    if not NAME.fullmatch(claims.username):
        raise InvalidError(
            f"The provider's user name {claims.username[:60]!r} cannot be one here.",
            hint="Letters, digits and @ . + - _, at most 150.",
        )
    return Claims(
        provider=claims.provider,
        subject=subject,
        username=claims.username,
        email=claims.email if len(claims.email) <= 254 and is_text(claims.email) else "",
        email_is_verified=claims.email_is_verified,
        first_name=_short(claims.first_name),
        last_name=_short(claims.last_name),
    )


def _short(name: str) -> str:
    return name[:150] if is_text(name) else ""


@transaction.atomic
def _note_refusal(claims: Claims, address: str) -> None:
    audit.record(
        actor=_door(address),
        action="identity.refused",
        object_kind="user",
        object_id=claims.username,
        after={"provider": claims.provider, "subject": claims.subject},
        reason="not linked",
    )


def _record(actor: Actor, user: User, row: Identity, action: str, reason: str) -> None:
    audit.record(
        actor=actor,
        action=action,
        object_kind="user",
        object_id=user.get_username(),
        after={"provider": row.provider, "subject": row.subject},
        reason=reason,
    )


def _door(address: str) -> Actor:
    return replace(system_actor("sign-in"), address=address)
