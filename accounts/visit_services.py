"""Everything that writes visits: dates by the user office, people also by the principal investigator."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from datetime import datetime
from typing import Any, Final

from django.db import transaction

from accounts import audit, selectors, services
from accounts.access import Scope, require
from accounts.actor import Actor
from accounts.errors import ConflictError, InvalidError, NotFoundError
from accounts.json_gate import check_text, is_text
from accounts.models import Membership, Proposal, ProposalRole, StaffAssignment, User, Visit, VisitMember
from accounts.visit_selectors import visit_dict, visit_numbered

MAX_MEMBERS: Final = 200
CHANGEABLE: Final = ("beamline", "starts_at", "ends_at", "local_contact", "note")

Person = Mapping[str, str]


@transaction.atomic
def create_visit(
    *,
    actor: Actor,
    proposal: str,
    beamline: str,
    starts_at: datetime,
    ends_at: datetime,
    members: Iterable[Person] = (),
    local_contact: str = "",
    note: str = "",
    external_id: str | None = None,
) -> Visit:
    """Give a proposal time on a beamline, with the people of the visit; audits ``visit.created``.

    The beamline is allocated to the proposal where it was not (``proposal.beamline_allocated``), and who is
    not in the proposal comes into it with the role of the visit (``membership.set``).

    Parameters
    ----------
    members
        ``{"username": …, "role": …}`` each; the role is for this visit.
    local_contact
        One of the beamline's staff.

    Raises
    ------
    InvalidError
        Dates, people or roles cannot be so; ``fields`` says which.
    """
    require(actor, Scope.ACCOUNT_ADMIN)
    tenant = services.allocate_beamline(actor=actor, proposal=proposal, beamline=beamline)
    if tenant.is_closed:
        raise ConflictError(f"Proposal {tenant.number} is closed.", hint="Reopen it first.")
    visit = Visit(
        number=_next_number(tenant),
        external_id=external_id or None,
        proposal=tenant,
        beamline=selectors.beamline_named(actor, beamline),
        starts_at=starts_at,
        ends_at=ends_at,
        note=note,
    )
    _check_dates(visit)
    visit.local_contact = _contact(beamline, local_contact)
    services.keep_new(visit, "a visit", visit.number)
    for person in _checked_people(members):
        _set_member(actor, visit, person)
    _audit(actor, "visit.created", visit, after=visit_dict(visit))
    return visit


@transaction.atomic
def change_visit(*, actor: Actor, number: str, reason: str = "", **changes: Any) -> Visit:
    """Move a visit or give it another local contact; audits ``visit.changed`` with before and after.

    Parameters
    ----------
    changes
        Of `CHANGEABLE`; what is not named stays. At another beamline the local contact goes when not of its
        staff; the beamline is allocated to the proposal where it was not.

    Raises
    ------
    NotFoundError
        There is no such visit, or no such beamline.
    InvalidError
        The dates or the local contact cannot be so.
    """
    visit = _visit_for_update(actor, number)
    require(actor, Scope.ACCOUNT_ADMIN)
    before = visit_dict(visit)
    for name in ("starts_at", "ends_at", "note"):
        if name in changes:
            setattr(visit, name, changes[name])
    if changes.get("beamline", visit.beamline.name) != visit.beamline.name:
        _move_to(actor, visit, changes["beamline"])
    if "local_contact" in changes:
        visit.local_contact = _contact(visit.beamline.name, changes["local_contact"] or "")
    _check_dates(visit)
    check_text(visit.note, name="note", max_length=300)
    visit.save(update_fields=list(CHANGEABLE))
    _audit(actor, "visit.changed", visit, before=before, after=visit_dict(visit), reason=reason)
    return visit


@transaction.atomic
def cancel_visit(*, actor: Actor, number: str, reason: str = "") -> Visit:
    """Take a visit back: nobody has control by it any more; audits ``visit.cancelled``, once."""
    visit = _visit_for_update(actor, number)
    require(actor, Scope.ACCOUNT_ADMIN)
    if not visit.is_cancelled:
        visit.is_cancelled = True
        visit.save(update_fields=["is_cancelled"])
        _audit(actor, "visit.cancelled", visit, after={"is_cancelled": True}, reason=reason)
    return visit


@transaction.atomic
def set_visit_member(*, actor: Actor, number: str, username: str, role: str) -> VisitMember:
    """Give a person a role for a visit, or another role, in force at once; audits ``visit_member.set``.

    Needs `proposal:manage` in the proposal: its principal investigators and facility administrators.
    """
    visit = _visit_for_update(actor, number)
    require(actor, Scope.PROPOSAL_ADMIN, proposal_id=visit.proposal_id)
    if visit.members.count() >= MAX_MEMBERS:
        raise ConflictError(f"Visit {number} has {MAX_MEMBERS} people already.")
    before = VisitMember.objects.filter(visit=visit, user__username=username).first()
    member = _set_member(actor, visit, {"username": username, "role": role})
    _audit(
        actor,
        "visit_member.set",
        visit,
        before={"username": username, "role": before.role if before else None},
        after={"username": username, "role": role},
    )
    return member


@transaction.atomic
def remove_visit_member(*, actor: Actor, number: str, username: str, reason: str = "") -> None:
    """Take a person out of a visit; in the proposal they stay. Audits ``visit_member.removed``."""
    visit = _visit_for_update(actor, number)
    require(actor, Scope.PROPOSAL_ADMIN, proposal_id=visit.proposal_id)
    people = VisitMember.objects.filter(visit=visit)
    member = people.filter(user__username=username).first() if is_text(username) else None
    if member is None:
        raise NotFoundError(f"{username} is not in visit {number}.")
    member.delete()
    told = {"username": username, "role": member.role}
    _audit(actor, "visit_member.removed", visit, before=told, reason=reason)


def _visit_for_update(actor: Actor, number: str) -> Visit:
    seen = visit_numbered(actor, number)
    rows = Visit.objects.select_related("proposal", "beamline", "local_contact")
    return rows.select_for_update(of=("self",)).get(pk=seen.pk)


def _next_number(tenant: Proposal) -> str:
    """Give the next number of the proposal's visits; its row is locked by who asks."""
    taken = set(Visit.objects.filter(proposal=tenant).values_list("number", flat=True))
    count = len(taken) + 1
    while f"{tenant.number}-v{count}" in taken:
        count += 1
    return f"{tenant.number}-v{count}"


def _move_to(actor: Actor, visit: Visit, beamline: str) -> None:
    services.allocate_beamline(actor=actor, proposal=visit.proposal.number, beamline=beamline)
    visit.beamline = selectors.beamline_named(actor, beamline)
    if not visit.beamline.staff_assignments.filter(user=visit.local_contact_id).exists():
        visit.local_contact = None


def _check_dates(visit: Visit) -> None:
    for name in ("starts_at", "ends_at"):
        services.check_moment(name, getattr(visit, name))
    if visit.ends_at <= visit.starts_at:
        raise InvalidError(
            "The visit ends before it starts.",
            fields={"ends_at": [f"later than {visit.starts_at:%Y-%m-%d %H:%M} UTC, when it starts"]},
        )


def _contact(beamline: str, username: str) -> User | None:
    """Give the local contact; rights come from the role at the beamline, so they must have one."""
    if not username:
        return None
    assigned = StaffAssignment.objects.filter(beamline__name=beamline, user__is_active=True)
    found = (
        assigned.select_related("user").filter(user__username=username).first() if is_text(username) else None
    )
    if found is None:
        raise InvalidError(
            f"{username!r} is not among the staff of {beamline}.",
            fields={"local_contact": [f"not among the staff of {beamline}"]},
        )
    return found.user


def _checked_people(members: Iterable[Person]) -> list[Person]:
    people = list(members)
    names = [person["username"] for person in people]
    twice = sorted({name for name in names if names.count(name) > 1})
    if twice:
        raise InvalidError("Somebody is named twice.", fields={"members": [f"twice: {', '.join(twice)}"]})
    if len(people) > MAX_MEMBERS:
        raise InvalidError("Too many people.", fields={"members": [f"at most {MAX_MEMBERS}"]})
    _known_people(names)
    return people


def _set_member(actor: Actor, visit: Visit, person: Person) -> VisitMember:
    role = person.get("role", ProposalRole.MEMBER.value)
    if role not in ProposalRole.values:
        known = ", ".join(ProposalRole.values)
        raise InvalidError("There is no such role.", fields={"members": [f"{role!r}: one of {known}"]})
    (user,) = _known_people([person["username"]])
    if not Membership.objects.filter(proposal=visit.proposal, user=user).exists():
        services.add_member(actor=actor, proposal=visit.proposal.number, username=user.username, role=role)
    member, _ = VisitMember.objects.update_or_create(visit=visit, user=user, defaults={"role": role})
    return member


def _known_people(usernames: list[str]) -> list[User]:
    """Give the open accounts of these names; tells each name that is none."""
    asked = [name for name in usernames if is_text(name)]
    found = {user.username: user for user in User.objects.filter(username__in=asked, is_active=True)}
    missing = [f"no account {name!r}" for name in usernames if name not in found]
    if missing:
        raise InvalidError("There is no such account.", fields={"members": missing})
    return [found[name] for name in usernames]


def _audit(
    actor: Actor, action: str, visit: Visit, *, before: Any = None, after: Any = None, reason: str = ""
) -> None:
    audit.record(
        actor=actor,
        action=action,
        object_kind="visit",
        object_id=visit.number,
        beamline=visit.beamline.name,
        proposal=visit.proposal.number,
        before=before,
        after=after,
        reason=reason,
    )
