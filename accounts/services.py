"""Everything that writes accounts, beamlines, proposals, memberships and keys.

One service is one transaction and one audit entry. Each checks access first; facility-wide acts need the
scope `account:manage`, which only facility administrators (and the installation itself) have.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import datetime, timedelta
from typing import TypeVar
from zoneinfo import available_timezones

from django.contrib.auth.password_validation import validate_password
from django.core.exceptions import ValidationError
from django.db import IntegrityError, models, transaction
from django.db.models import Q
from django.utils import timezone

from accounts import audit, keys, selectors
from accounts.access import Scope, require
from accounts.actor import Actor
from accounts.door import second_factor, sessions
from accounts.errors import ConflictError, ForbiddenError, InvalidError, NotFoundError
from accounts.json_gate import check_text, is_text
from accounts.models import (
    APIKey,
    Beamline,
    Membership,
    Proposal,
    ProposalRole,
    StaffAssignment,
    StaffRole,
    User,
    VisitMember,
)

KEY_LIFETIME_DEFAULT = timedelta(days=90)
KEY_LIFETIME_MAX = timedelta(days=366)
KEYS_PER_PERSON = 100
KEY_USE_NOTED_EVERY = timedelta(minutes=1)

Row = TypeVar("Row", bound=models.Model)


@transaction.atomic
def create_user(
    *,
    actor: Actor,
    username: str,
    password: str | None = None,
    email: str = "",
    first_name: str = "",
    last_name: str = "",
    is_facility_admin: bool = False,
    external_id: str | None = None,
) -> User:
    """Add a person; audits ``user.created``. Without a password the person cannot sign in yet."""
    require(actor, Scope.ACCOUNT_ADMIN)
    user = User(
        username=User.normalize_username(username),
        email=email,
        first_name=first_name,
        last_name=last_name,
        external_id=external_id or None,
        is_facility_admin=is_facility_admin,
        is_staff=is_facility_admin,
        is_superuser=is_facility_admin,
    )
    _set_password(user, password)
    keep_new(user, "an account", username)
    after = {"username": user.username, "is_facility_admin": is_facility_admin}
    audit.record(actor=actor, action="user.created", object_kind="user", object_id=user.username, after=after)
    return user


@transaction.atomic
def set_active(*, actor: Actor, username: str, is_active: bool, reason: str = "") -> User:
    """Close or open an account; audits ``user.closed`` or ``user.opened``. Sessions and keys end at once."""
    require(actor, Scope.ACCOUNT_ADMIN)
    user = user_for_update(username)
    if user.pk == actor.user_id and not is_active:
        raise ConflictError("You cannot close your own account.", hint="Ask another facility administrator.")
    before, user.is_active = user.is_active, is_active
    user.save(update_fields=["is_active"])
    if not is_active:
        sessions.end_all(user)
    audit.record(
        actor=actor,
        action="user.opened" if is_active else "user.closed",
        object_kind="user",
        object_id=user.username,
        before={"is_active": before},
        after={"is_active": is_active},
        reason=reason,
    )
    return user


@transaction.atomic
def change_password(*, actor: Actor, username: str, password: str) -> User:
    """Set a password, one's own or (as administrator) another's; ends the account's other sessions.

    Audits ``user.password_changed``. A key cannot do this.
    """
    _refuse_keys(actor, "change a password")
    user = user_for_update(username)
    if user.pk != actor.user_id:
        require(actor, Scope.ACCOUNT_ADMIN)
    _set_password(user, password)
    user.save(update_fields=["password"])
    sessions.end_all(user)  # the one that asked is opened anew by the page
    audit.record(actor=actor, action="user.password_changed", object_kind="user", object_id=user.username)
    return user


@transaction.atomic
def create_beamline(*, actor: Actor, name: str, title: str, time_zone: str = "UTC") -> Beamline:
    """Add a beamline; audits ``beamline.created``."""
    require(actor, Scope.ACCOUNT_ADMIN)
    if time_zone not in available_timezones():
        raise InvalidError("There is no such time zone.", fields={"time_zone": [f"unknown: {time_zone}"]})
    beamline = Beamline(name=name, title=title, time_zone=time_zone)
    keep_new(beamline, "a beamline", name)
    audit.record(
        actor=actor,
        action="beamline.created",
        object_kind="beamline",
        object_id=name,
        beamline=name,
        after={"title": title, "time_zone": time_zone},
    )
    return beamline


@transaction.atomic
def create_proposal(
    *,
    actor: Actor,
    number: str,
    title: str = "",
    beamlines: Sequence[str] = (),
    starts_at: datetime | None = None,
    ends_at: datetime | None = None,
    external_id: str | None = None,
) -> Proposal:
    """Add a proposal allocated to `beamlines`; audits ``proposal.created``."""
    require(actor, Scope.ACCOUNT_ADMIN)
    proposal = Proposal(
        number=number, title=title, starts_at=starts_at, ends_at=ends_at, external_id=external_id or None
    )
    check_dates(proposal)
    keep_new(proposal, "a proposal", number)
    proposal.beamlines.set(selectors.beamline_named(actor, name) for name in beamlines)
    audit.record(
        actor=actor,
        action="proposal.created",
        object_kind="proposal",
        object_id=number,
        proposal=number,
        after={"title": title, "beamlines": beamlines, "starts_at": starts_at, "ends_at": ends_at},
    )
    return proposal


@transaction.atomic
def allocate_beamline(*, actor: Actor, proposal: str, beamline: str) -> Proposal:
    """Give a proposal time on one more beamline; audits ``proposal.beamline_allocated`` unless it had it."""
    require(actor, Scope.ACCOUNT_ADMIN)
    row = _proposal_for_update(actor, proposal)
    place = selectors.beamline_named(actor, beamline)
    if not row.beamlines.filter(pk=place.pk).exists():
        row.beamlines.add(place)
        audit.record(
            actor=actor,
            action="proposal.beamline_allocated",
            object_kind="proposal",
            object_id=row.number,
            beamline=beamline,
            proposal=row.number,
        )
    return row


@transaction.atomic
def set_closed(*, actor: Actor, proposal: str, is_closed: bool, reason: str = "") -> Proposal:
    """Close or reopen a proposal; audits ``proposal.closed`` or ``proposal.reopened``."""
    require(actor, Scope.ACCOUNT_ADMIN)
    row = _proposal_for_update(actor, proposal)
    before, row.is_closed = row.is_closed, is_closed
    row.save(update_fields=["is_closed"])
    audit.record(
        actor=actor,
        action="proposal.closed" if is_closed else "proposal.reopened",
        object_kind="proposal",
        object_id=row.number,
        proposal=row.number,
        before={"is_closed": before},
        after={"is_closed": is_closed},
        reason=reason,
    )
    return row


@transaction.atomic
def add_member(*, actor: Actor, proposal: str, username: str, role: str = ProposalRole.MEMBER) -> Membership:
    """Give a person a role in a proposal, or another role; audits ``membership.set``.

    Needs `proposal:manage` in the proposal: its principal investigators and facility administrators.
    """
    row = _proposal_for_update(actor, proposal)
    require(actor, Scope.PROPOSAL_ADMIN, proposal_id=row.pk)
    _check_choice("role", role, ProposalRole.values)
    user = _user_named(username)
    found = Membership.objects.filter(user=user, proposal=row).first()
    before = found.role if found else None
    if found is not None and role != ProposalRole.PRINCIPAL_INVESTIGATOR:
        _keep_an_investigator(found)
    membership, _ = Membership.objects.update_or_create(user=user, proposal=row, defaults={"role": role})
    audit.record(
        actor=actor,
        action="membership.set",
        object_kind="membership",
        object_id=user.username,
        proposal=row.number,
        before={"role": before},
        after={"role": role},
    )
    return membership


@transaction.atomic
def remove_member(*, actor: Actor, proposal: str, username: str, reason: str = "") -> None:
    """Take a person out of a proposal, in force at the next question; audits ``membership.removed``."""
    row = _proposal_for_update(actor, proposal)
    require(actor, Scope.PROPOSAL_ADMIN, proposal_id=row.pk)
    people = Membership.objects.filter(proposal=row)
    membership = people.filter(user__username=username).first() if is_text(username) else None
    if membership is None:
        raise NotFoundError(f"{username} is not in proposal {row.number}.")
    _keep_an_investigator(membership)
    membership.delete()
    VisitMember.objects.filter(user=membership.user, visit__proposal=row).delete()
    audit.record(
        actor=actor,
        action="membership.removed",
        object_kind="membership",
        object_id=username,
        proposal=row.number,
        before={"role": membership.role},
        reason=reason,
    )


@transaction.atomic
def assign_staff(
    *, actor: Actor, beamline: str, username: str, role: str = StaffRole.BEAMLINE_STAFF
) -> StaffAssignment:
    """Give a person a role at a beamline, or another role; audits ``staff.assigned``."""
    require(actor, Scope.ACCOUNT_ADMIN)
    _check_choice("role", role, StaffRole.values)
    place, user = selectors.beamline_named(actor, beamline), _user_named(username)
    found = StaffAssignment.objects.filter(user=user, beamline=place).first()
    was_required = second_factor.is_required(user)
    assignment, _ = StaffAssignment.objects.update_or_create(
        user=user, beamline=place, defaults={"role": role}
    )
    if second_factor.is_required(user) and not was_required and not second_factor.is_on(user):
        sessions.end_all(user)  # staff come in by the door that asks for a code
    audit.record(
        actor=actor,
        action="staff.assigned",
        object_kind="staff_assignment",
        object_id=user.username,
        beamline=place.name,
        before={"role": found.role if found else None},
        after={"role": role},
    )
    return assignment


@transaction.atomic
def unassign_staff(*, actor: Actor, beamline: str, username: str, reason: str = "") -> None:
    """Take a person's role at a beamline away; audits ``staff.unassigned``."""
    require(actor, Scope.ACCOUNT_ADMIN)
    assignment = StaffAssignment.objects.filter(beamline__name=beamline, user__username=username).first()
    if assignment is None:
        raise NotFoundError(f"{username} has no role on beamline {beamline}.")
    assignment.delete()
    audit.record(
        actor=actor,
        action="staff.unassigned",
        object_kind="staff_assignment",
        object_id=username,
        beamline=beamline,
        before={"role": assignment.role},
        reason=reason,
    )


@transaction.atomic
def create_key(
    *,
    actor: Actor,
    scopes: Iterable[str],
    note: str = "",
    expires_at: datetime | None = None,
    proposal: str | None = None,
    beamline: str | None = None,
) -> tuple[str, APIKey]:
    """Make an API key of the signed-in person; audits ``api_key.created``.

    Parameters
    ----------
    scopes
        The scopes the key keeps of its owner's; at least one.
    expires_at
        At most `KEY_LIFETIME_MAX` ahead; 90 days when not given.
    proposal, beamline
        Number and name of the only place where the key works.

    Returns
    -------
    tuple
        The key's text, which is kept nowhere, and its row.
    """
    _refuse_keys(actor, "make a key")
    owner = _own_account(actor)
    wanted = _checked_scopes(scopes)
    expires_at = _checked_expiry(expires_at)
    check_text(note, name="note", max_length=200)
    if (
        APIKey.objects.filter(user=owner, revoked_at=None, expires_at__gt=timezone.now()).count()
        >= KEYS_PER_PERSON
    ):
        raise ConflictError(f"You have {KEYS_PER_PERSON} valid keys already.", hint="Revoke some first.")
    new = keys.generate()
    row = APIKey.objects.create(
        user=owner,
        prefix=new.prefix,
        hashed=new.hashed,
        scopes=wanted,
        note=note,
        expires_at=expires_at,
        proposal=selectors.proposal_numbered(actor, proposal) if proposal else None,
        beamline=selectors.beamline_named(actor, beamline) if beamline else None,
    )
    audit.record(
        actor=actor,
        action="api_key.created",
        object_kind="api_key",
        object_id=row.prefix,
        beamline=beamline or "",
        proposal=proposal or "",
        after={"scopes": wanted, "expires_at": expires_at, "note": note},
    )
    return new.text, row


@transaction.atomic
def revoke_key(*, actor: Actor, prefix: str, reason: str = "") -> APIKey:
    """End a key at once, one's own or (as administrator) any; audits ``api_key.revoked``, once."""
    _refuse_keys(actor, "revoke a key")
    reach = selectors.keys(actor, whole_facility=True).select_for_update(of=("self",))
    row = reach.filter(prefix=prefix).first() if is_text(prefix) else None
    if row is None:
        raise NotFoundError(f"You have no API key {prefix}.")
    if row.revoked_at is not None:
        return row
    row.revoked_at = timezone.now()
    row.save(update_fields=["revoked_at"])
    audit.record(
        actor=actor,
        action="api_key.revoked",
        object_kind="api_key",
        object_id=row.prefix,
        after={"owner": row.user.username},
        reason=reason,
    )
    return row


def note_key_use(key: APIKey) -> bool:
    """Tell whether `key` opens anything now, and note its use, at most once a minute. Not audited."""
    now = timezone.now()
    if not key.is_valid_at(now) or not key.user.is_active:
        return False
    is_due = Q(last_used_at__isnull=True) | Q(last_used_at__lt=now - KEY_USE_NOTED_EVERY)
    if key.last_used_at is None or key.last_used_at < now - KEY_USE_NOTED_EVERY:
        APIKey.objects.filter(is_due, pk=key.pk).update(last_used_at=now)
    return True


def _refuse_keys(actor: Actor, act: str) -> None:
    if actor.kind == "key":
        raise ForbiddenError(f"An API key cannot {act}.", hint="Sign in and do it as a person.")


def _own_account(actor: Actor) -> User:
    user = (
        User.objects.filter(pk=actor.account_pk, is_active=True).first() if actor.kind == "person" else None
    )
    if user is None:
        raise ForbiddenError("Only a signed-in person can have API keys.")
    return user


def _checked_scopes(scopes: Iterable[str]) -> list[str]:
    wanted = sorted({str(scope) for scope in scopes})
    known = set(Scope)
    unknown = [scope for scope in wanted if scope not in known]
    if unknown:
        raise InvalidError("There is no such scope.", fields={"scopes": [f"unknown: {', '.join(unknown)}"]})
    if not wanted:
        raise InvalidError("A key needs a scope.", fields={"scopes": ["name at least one"]})
    return wanted


def _checked_expiry(expires_at: datetime | None) -> datetime:
    now = timezone.now()
    if expires_at is None:
        return now + KEY_LIFETIME_DEFAULT
    check_moment("expires_at", expires_at)
    if not now < expires_at <= now + KEY_LIFETIME_MAX:
        days = KEY_LIFETIME_MAX.days
        raise InvalidError(
            "A key must end.", fields={"expires_at": [f"between now and {days} days from now"]}
        )
    return expires_at


def _check_choice(field: str, value: str, choices: Sequence[str]) -> None:
    if value not in choices:
        raise InvalidError(f"There is no such {field}.", fields={field: [f"one of {', '.join(choices)}"]})


def _keep_an_investigator(leaving: Membership) -> None:
    if leaving.role != ProposalRole.PRINCIPAL_INVESTIGATOR:
        return
    others = Membership.objects.filter(proposal_id=leaving.proposal_id, role=leaving.role).exclude(
        pk=leaving.pk
    )
    if not others.exists():
        raise ConflictError(
            "This is the last principal investigator of the proposal.", hint="Make somebody else one first."
        )


def _set_password(user: User, password: str | None) -> None:
    if password is None:
        user.set_unusable_password()
        return
    try:
        validate_password(password, user)
    except ValidationError as error:
        raise InvalidError("The password is too weak.", fields={"password": error.messages}) from error
    user.set_password(password)


def check_dates(row: Proposal) -> None:
    """Raise InvalidError unless the dates of a proposal have zones and follow each other."""
    for name in ("starts_at", "ends_at", "embargo_until"):
        check_moment(name, getattr(row, name))
    if row.starts_at and row.ends_at and row.ends_at <= row.starts_at:
        raise InvalidError(
            "The proposal ends before it starts.", fields={"ends_at": ["later than its start"]}
        )


def check_moment(name: str, moment: datetime | None) -> None:
    """Raise InvalidError when a moment has no time zone."""
    if moment is not None and timezone.is_naive(moment):
        raise InvalidError("The time has no zone.", fields={name: ["write it with its offset, as in …Z"]})


def keep_new(row: models.Model, what: str, name: str) -> None:
    """Save a new row; raises InvalidError by field, ConflictError where its name is taken."""
    for field in row._meta.concrete_fields:
        value = getattr(row, field.attname)
        if isinstance(value, str):
            check_text(value, name=field.name)
    try:
        row.full_clean()
        with transaction.atomic():
            row.save(force_insert=True)
    except ValidationError as error:
        raise InvalidError(f"{name!r} cannot be {what}.", fields=error.message_dict) from error
    except IntegrityError as error:
        raise ConflictError(f"There is {what} {name!r} already.") from error


def _user_named(username: str) -> User:
    user = User.objects.filter(username=username, is_active=True).first() if is_text(username) else None
    if user is None:
        raise InvalidError("There is no such account.", fields={"username": [f"no account {username!r}"]})
    return user


def user_for_update(username: str) -> User:
    """Give an account, locked to the end of the transaction; NotFoundError when there is none."""
    user = User.objects.select_for_update().filter(username=username).first() if is_text(username) else None
    if user is None:
        raise NotFoundError(f"There is no account {username!r}.")
    return user


def _proposal_for_update(actor: Actor, number: str) -> Proposal:
    seen = selectors.proposal_numbered(actor, number)
    return Proposal.objects.select_for_update().get(pk=seen.pk)
