"""People of the facility: found by name, closed many at once, and where each has a role."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any, Final

from django.core.exceptions import ValidationError
from django.db import transaction
from django.db.models import Q, QuerySet

from accounts import audit, services
from accounts.access import Scope, require
from accounts.actor import Actor
from accounts.errors import InvalidError
from accounts.json_gate import check_text
from accounts.models import StaffAssignment, User

MAX_AT_ONCE: Final = 500
FACTS: Final = ("email", "first_name", "last_name", "external_id")


def people(
    actor: Actor, *, q: str = "", is_active: bool | None = None, usernames: str = ""
) -> QuerySet[User]:
    """Give accounts with their roles joined; needs `account:manage`.

    Parameters
    ----------
    q
        Part of the username, a name or the address.
    usernames
        Only the accounts with these whole names, commas between.
    """
    require(actor, Scope.ACCOUNT_ADMIN)
    rows = User.objects.all()
    for word in check_text(q, name="q", max_length=200).split():
        named = Q(username__icontains=word) | Q(first_name__icontains=word) | Q(last_name__icontains=word)
        rows = rows.filter(named | Q(email__icontains=word))
    if usernames:
        rows = rows.filter(username__in=usernames.split(","))
    if is_active is not None:
        rows = rows.filter(is_active=is_active)
    return rows.prefetch_related("memberships__proposal", "staff_assignments__beamline")


def person_dict(user: User) -> dict[str, Any]:
    """Give an account and its roles as JSON-able values."""
    return {
        "username": user.username,
        "display_name": user.display_name,
        "email": user.email,
        "is_active": user.is_active,
        "is_facility_admin": user.is_facility_admin,
        "external_id": user.external_id,
        "last_login": user.last_login,
        "proposals": sorted(
            ({"number": part.proposal.number, "role": part.role} for part in user.memberships.all()),
            key=lambda part: part["number"],
        ),
        "beamlines": sorted(
            ({"name": part.beamline.name, "role": part.role} for part in user.staff_assignments.all()),
            key=lambda part: part["name"],
        ),
    }


@transaction.atomic
def change_person(*, actor: Actor, username: str, reason: str = "", **changes: Any) -> User:
    """Change facts of an account (`FACTS`); audits ``user.changed`` with both states."""
    require(actor, Scope.ACCOUNT_ADMIN)
    user = services.user_for_update(username)
    before = {name: getattr(user, name) for name in FACTS if name in changes}
    for name in before:
        setattr(user, name, changes[name])
    user.external_id = user.external_id or None
    try:
        user.full_clean()
    except ValidationError as error:
        raise InvalidError(f"The account {username} cannot be so.", fields=error.message_dict) from error
    user.save(update_fields=list(FACTS))
    audit.record(
        actor=actor,
        action="user.changed",
        object_kind="user",
        object_id=user.username,
        before=before,
        after={name: getattr(user, name) for name in before},
        reason=reason,
    )
    return user


@transaction.atomic
def set_active_many(*, actor: Actor, usernames: Iterable[str], is_active: bool, reason: str) -> list[str]:
    """Close or open many accounts, all or none; audits each, as `services.set_active`.

    Returns
    -------
    list
        Names of those that were changed; who was so already is left out.

    Raises
    ------
    InvalidError
        No reason, too many at once, or names without an account.
    """
    require(actor, Scope.ACCOUNT_ADMIN)
    wanted = sorted(set(usernames))
    if not reason.strip():
        raise InvalidError("Say why.", fields={"reason": ["a reason is kept with each account"]})
    if not 1 <= len(wanted) <= MAX_AT_ONCE:
        raise InvalidError("Name the accounts.", fields={"usernames": [f"1 to {MAX_AT_ONCE} names"]})
    for name in wanted:
        check_text(name, name="usernames", max_length=150)
    found = dict(User.objects.filter(username__in=wanted).values_list("username", "is_active"))
    missing = [name for name in wanted if name not in found]
    if missing:
        raise InvalidError(
            "There is no such account.", fields={"usernames": [f"no account {', '.join(missing)}"]}
        )
    changed = [name for name in wanted if found[name] != is_active]
    for name in changed:
        services.set_active(actor=actor, username=name, is_active=is_active, reason=reason)
    return changed


def staff(actor: Actor, beamline: str) -> QuerySet[StaffAssignment]:
    """Give the people of a beamline; needs `audit:read` there."""
    require(actor, Scope.AUDIT_READ, beamline=beamline)
    rows = StaffAssignment.objects.filter(beamline__name=beamline).select_related("user")
    return rows.order_by("role", "user__username")
