"""What one row of an import does: adds what is missing, changes what differs, leaves the rest.

Rows are known again by their external id, else by what names them in Beamport, so that sending them a second
time changes nothing and writes nothing into the audit log.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any, Final

from django.db import models

from accounts import people, proposal_services, sample_services, selectors, services, visit_services
from accounts.access import Scope, require
from accounts.actor import Actor
from accounts.errors import ConflictError, NotFoundError
from accounts.models import Membership, Proposal, ProposalRole, Sample, User, Visit

ADDED, CHANGED, UNCHANGED = "added", "changed", "unchanged"
Values = Mapping[str, Any]
REASON: Final = "import"


def apply_person(actor: Actor, said: Values) -> str:
    """Add or change an account; without a password it opens nothing until it gets one, or a provider."""
    require(actor, Scope.ACCOUNT_ADMIN)
    facts = {name: said[name] for name in people.FACTS if name in said}
    user = _known(User, said, User.objects.filter(username__iexact=said["username"]))
    if user is None:
        user = services.create_user(actor=actor, username=said["username"], **facts)
        outcome = ADDED
    else:
        _check_same("username", user.username, said["username"])
        outcome = CHANGED if _differs(user, facts) else UNCHANGED
        if outcome == CHANGED:
            people.change_person(actor=actor, username=user.username, reason=REASON, **facts)
    if user.is_active != said.get("is_active", user.is_active):
        services.set_active(actor=actor, username=user.username, is_active=said["is_active"], reason=REASON)
        outcome = outcome if outcome == ADDED else CHANGED
    return outcome


def apply_proposal(actor: Actor, said: Values) -> str:
    """Add or change a proposal."""
    require(actor, Scope.ACCOUNT_ADMIN)
    facts = {name: said[name] for name in proposal_services.FACTS if name in said}
    facts |= {name: said[name] for name in ("external_id", "beamlines") if name in said}
    row = _known(Proposal, said, Proposal.objects.filter(number=said["number"]))
    if row is None:
        at_once = {name: value for name, value in facts.items() if name not in ("data_owner", "is_closed")}
        services.create_proposal(actor=actor, number=said["number"], **at_once)
        later = {name: facts[name] for name in ("data_owner", "is_closed") if facts.get(name)}
        if later:
            proposal_services.change_proposal(actor=actor, number=said["number"], reason=REASON, **later)
        return ADDED
    _check_same("number", row.number, said["number"])
    beamlines = sorted(row.beamlines.values_list("name", flat=True))
    moved = "beamlines" in facts and sorted(facts["beamlines"]) != beamlines
    others = {name: value for name, value in facts.items() if name != "beamlines"}
    if not moved and not _differs(row, others):
        return UNCHANGED
    proposal_services.change_proposal(actor=actor, number=row.number, reason=REASON, **facts)
    return CHANGED


def apply_member(actor: Actor, said: Values) -> str:
    """Give a person a role in a proposal, or take them out."""
    number = _proposal_number(actor, said["proposal"])
    role = said.get("role") or ProposalRole.MEMBER.value
    known = Membership.objects.filter(proposal__number=number, user__username=said["username"]).first()
    if said.get("is_removed"):
        if known is None:
            return UNCHANGED
        services.remove_member(actor=actor, proposal=number, username=said["username"], reason=REASON)
        return CHANGED
    if known is not None and (known.role == role or "role" not in said):
        return UNCHANGED
    services.add_member(actor=actor, proposal=number, username=said["username"], role=role)
    return ADDED if known is None else CHANGED


def apply_visit(actor: Actor, said: Values) -> str:
    """Add, move or cancel a visit; its people are given whole."""
    require(actor, Scope.ACCOUNT_ADMIN)
    number = _proposal_number(actor, said["proposal"])
    visit = _known(Visit, said)
    if visit is None:
        wanted = {name: value for name, value in said.items() if name not in ("proposal", "is_cancelled")}
        visit = visit_services.create_visit(actor=actor, proposal=number, **wanted)
        if said.get("is_cancelled"):
            visit_services.cancel_visit(actor=actor, number=visit.number, reason=REASON)
        return ADDED
    _check_same("proposal", visit.proposal.number, number)
    _check_same("beamline", visit.beamline.name, said["beamline"])
    return CHANGED if _change_visit(actor, visit, said) else UNCHANGED


def apply_sample(actor: Actor, said: Values) -> str:
    """Add or change a sample."""
    number = _proposal_number(actor, said["proposal"])
    facts = {name: said[name] for name in sample_services.FACTS if name in said}
    namesakes = Sample.objects.filter(proposal__number=number, name=said["name"])
    sample = _known(Sample, said, namesakes)
    if sample is None:
        sample = sample_services.create_sample(actor=actor, proposal=number, **facts)
        outcome = ADDED
    else:
        _check_same("proposal", sample.proposal.number, number)
        outcome = CHANGED if _differs(sample, facts) else UNCHANGED
        if outcome == CHANGED:
            sample_services.change_sample(actor=actor, uid=str(sample.uid), reason=REASON, **facts)
    if sample.is_archived != said.get("is_archived", sample.is_archived):
        sample_services.archive_sample(
            actor=actor, uid=str(sample.uid), is_archived=said["is_archived"], reason=REASON
        )
        outcome = outcome if outcome == ADDED else CHANGED
    return outcome


APPLY: Final[Mapping[str, Callable[[Actor, Values], str]]] = {
    "people": apply_person,
    "proposals": apply_proposal,
    "members": apply_member,
    "visits": apply_visit,
    "samples": apply_sample,
}


def _change_visit(actor: Actor, visit: Visit, said: Values) -> bool:
    names = [name for name in visit_services.CHANGEABLE if name in said]
    contact = visit.local_contact.username if visit.local_contact else ""
    by_name = {"beamline": visit.beamline.name, "local_contact": contact}
    now = {name: getattr(visit, name) for name in names} | by_name
    changes = {name: said[name] for name in names if now[name] != said[name]}
    if changes:
        visit_services.change_visit(actor=actor, number=visit.number, reason=REASON, **changes)
    roles = dict(visit.members.values_list("user__username", "role"))
    wanted = {person["username"]: person["role"] for person in said.get("members", [])}
    gone = [name for name in roles if name not in wanted] if "members" in said else []
    for name in gone:
        visit_services.remove_visit_member(actor=actor, number=visit.number, username=name, reason=REASON)
    new = {name: role for name, role in wanted.items() if roles.get(name) != role}
    for name, role in new.items():
        visit_services.set_visit_member(actor=actor, number=visit.number, username=name, role=role)
    is_cancelled = bool(said.get("is_cancelled")) and not visit.is_cancelled
    if is_cancelled:
        visit_services.cancel_visit(actor=actor, number=visit.number, reason=REASON)
    return bool(changes or gone or new or is_cancelled)


def _known(model: type[models.Model], said: Values, named: models.QuerySet[Any] | None = None) -> Any:
    """Give the row of an external id, else the one that is named so in Beamport."""
    rows = model._default_manager
    found = rows.filter(external_id=said["external_id"]).first() if said.get("external_id") else None
    return named.first() if found is None and named is not None else found


def _proposal_number(actor: Actor, said: str) -> str:
    """Give the number of a proposal named by its number or by its external id."""
    seen = selectors.proposals(actor)
    found = seen.filter(number=said).first() or seen.filter(external_id=said).first()
    if found is None:
        raise NotFoundError(f"There is no proposal {said!r} that you can see.")
    return found.number


def _differs(row: models.Model, facts: Values) -> bool:
    return any((getattr(row, name) or "") != (value or "") for name, value in facts.items())


def _check_same(name: str, has: str, said: str) -> None:
    if has.lower() != said.lower():
        raise ConflictError(
            f"This external id is the one of {has}, not of {said}.", fields={name: [f"is {has} so far"]}
        )
