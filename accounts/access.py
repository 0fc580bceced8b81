"""Two questions: which scopes has this actor here, and which rows may this actor see?

The rules, in one place:

* A role gives scopes (`ROLE_SCOPES`), read from the rows at every question: a change holds at the next one.
* A facility administrator has every scope, everywhere.
* Staff have their scopes on their own beamlines, for every proposal. To add data for a proposal it must be
  open and allocated to that beamline.
* Members have theirs inside their proposals: what only reads runs at any time and wherever the run was taken,
  what acts on a beamline only there, while the visit lasts (`accounts.visiting`).
* Published data are read and exported by those for whom they are published, once the embargo is over.
* A key narrows its owner: by scopes, to one proposal, to one beamline. It never adds.
* A closed account, a revoked key and an expired key have nothing.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from enum import StrEnum
from typing import Any

from django.db.models import Q, QuerySet
from django.utils import timezone

from accounts import access_rows, row_security
from accounts.actor import ANONYMOUS, Actor
from accounts.errors import ForbiddenError, NotFoundError, NotSignedInError
from accounts.models import (
    Audience,
    Beamline,
    Membership,
    Proposal,
    ProposalRole,
    StaffAssignment,
    StaffRole,
)


class Scope(StrEnum):
    """The acts that are allowed or not."""

    RUN_READ = "run:read"
    RUN_EXPORT = "run:export"
    RUN_ANNOTATE = "run:annotate"
    RUN_DELETE = "run:delete"
    RUN_ADD = "run:add"
    QUEUE_READ = "queue:read"
    QUEUE_PROPOSE = "queue:propose"
    QUEUE_WRITE = "queue:write"
    QUEUE_APPROVE = "queue:approve"
    ENGINE_CONTROL = "engine:control"
    ENGINE_STOP = "engine:stop"
    DEVICE_READ = "device:read"
    DEVICE_MOVE = "device:move"
    CONSOLE_READ = "console:read"
    CONTROL_TAKE = "control:take"
    CONTROL_FORCE = "control:force"
    ENVIRONMENT = "environment:manage"
    PROPOSAL_ADMIN = "proposal:manage"
    ACCOUNT_ADMIN = "account:manage"
    AUDIT_READ = "audit:read"


Scopes = frozenset[Scope]

ALL_SCOPES: Scopes = frozenset(Scope)
NO_SCOPES: Scopes = frozenset()

# What belongs to a proposal's data: held wherever and whenever the data was taken.
DATA_SCOPES: Scopes = frozenset({Scope.RUN_READ, Scope.RUN_EXPORT, Scope.RUN_ANNOTATE, Scope.PROPOSAL_ADMIN})
# What looks at a beamline without touching it.
WATCH_SCOPES: Scopes = frozenset({Scope.QUEUE_READ, Scope.DEVICE_READ})
# What everybody may do with published data.
PUBLISHED_SCOPES: Scopes = frozenset({Scope.RUN_READ, Scope.RUN_EXPORT})
# What only reads; the rest of the scopes change something, or show what others do.
READING_SCOPES: Scopes = WATCH_SCOPES | {
    Scope.RUN_READ,
    Scope.RUN_EXPORT,
    Scope.CONSOLE_READ,
    Scope.AUDIT_READ,
}

_LOCAL_CONTACT: Scopes = frozenset(
    {
        Scope.RUN_READ,
        Scope.RUN_EXPORT,
        Scope.RUN_ANNOTATE,
        Scope.RUN_ADD,
        Scope.QUEUE_READ,
        Scope.QUEUE_PROPOSE,
        Scope.QUEUE_WRITE,
        Scope.QUEUE_APPROVE,
        Scope.ENGINE_CONTROL,
        Scope.ENGINE_STOP,
        Scope.DEVICE_READ,
        Scope.DEVICE_MOVE,
        Scope.CONSOLE_READ,
        Scope.CONTROL_TAKE,
        Scope.CONTROL_FORCE,
    }
)
# Whoever may watch may stop: who sees that something goes wrong does not look for somebody else first.
_OBSERVER: Scopes = frozenset(
    {Scope.RUN_READ, Scope.QUEUE_READ, Scope.DEVICE_READ, Scope.CONSOLE_READ, Scope.ENGINE_STOP}
)
_MEMBER: Scopes = _OBSERVER | {
    Scope.RUN_EXPORT,
    Scope.RUN_ANNOTATE,
    Scope.QUEUE_PROPOSE,
    Scope.QUEUE_WRITE,
    Scope.ENGINE_CONTROL,
    Scope.DEVICE_MOVE,
    Scope.CONTROL_TAKE,
}

# What a scope of a key brings along: who may change a thing may see it.
IMPLIED: dict[Scope, Scopes] = {
    Scope.RUN_EXPORT: frozenset({Scope.RUN_READ}),
    Scope.RUN_ANNOTATE: frozenset({Scope.RUN_READ}),
    Scope.RUN_DELETE: frozenset({Scope.RUN_READ}),
    Scope.QUEUE_PROPOSE: frozenset({Scope.QUEUE_READ}),
    Scope.QUEUE_WRITE: frozenset({Scope.QUEUE_READ, Scope.QUEUE_PROPOSE}),
    Scope.QUEUE_APPROVE: frozenset({Scope.QUEUE_READ}),
    Scope.ENGINE_CONTROL: frozenset({Scope.ENGINE_STOP, Scope.QUEUE_READ}),
    Scope.DEVICE_MOVE: frozenset({Scope.DEVICE_READ}),
    Scope.CONTROL_TAKE: frozenset({Scope.QUEUE_READ}),
    Scope.CONTROL_FORCE: frozenset({Scope.CONTROL_TAKE, Scope.QUEUE_READ}),
}

FACILITY_ADMIN = "facility_admin"
WORKER = "worker"

ROLE_SCOPES: dict[str, Scopes] = {
    FACILITY_ADMIN: ALL_SCOPES,
    StaffRole.BEAMLINE_STAFF.value: _LOCAL_CONTACT | {Scope.ENVIRONMENT, Scope.AUDIT_READ, Scope.RUN_DELETE},
    StaffRole.LOCAL_CONTACT.value: _LOCAL_CONTACT,
    ProposalRole.PRINCIPAL_INVESTIGATOR.value: _MEMBER | {Scope.PROPOSAL_ADMIN, Scope.QUEUE_APPROVE},
    ProposalRole.MEMBER.value: _MEMBER,
    ProposalRole.OBSERVER.value: _OBSERVER,
    WORKER: _LOCAL_CONTACT | {Scope.ENVIRONMENT},
}


def scopes(actor: Actor, *, beamline: str | None = None, proposal_id: int | None = None) -> Scopes:
    """Give the scopes that `actor` has at a place.

    Parameters
    ----------
    beamline
        Name of the beamline the act is on. Alone, it asks what the actor may do there whatever the proposal,
        so it never gives a member the scopes of data (`DATA_SCOPES`).
    proposal_id
        Primary key of the proposal whose data the act is on. Alone, staff have only what they hold on every
        beamline of that proposal.

    With neither, the answer is every *reading* scope that the actor has somewhere: right for a list whose
    rows are then cut by `visible`. What changes anything needs a place (facility administrators aside).
    """
    return _answer(actor, beamline, proposal_id).scopes


def scopes_in(actor: Actor, tenants: QuerySet[Proposal]) -> list[tuple[Any, Scopes]]:
    """Give each proposal, with ``my_role``, and the scopes that `actor` has in it.

    What `scopes` says of each, in as many statements for many as for one.
    """
    standing = _standing(actor)
    rows = access_rows.with_roles(tenants, actor.account_pk, timezone.now())
    answers = [(row, _sees_and_has_at(actor, standing, None, row)[1]) for row in rows if standing.stands]
    return [(row, _narrowed(actor, given)) for row, given in answers]


def require(
    actor: Actor, scope: Scope, *, beamline: str | None = None, proposal_id: int | None = None
) -> Scopes:
    """Give all scopes that `actor` has at the place, when `scope` is among them.

    Raises
    ------
    NotSignedInError
        Nobody stands behind the actor, or no longer: closed account, revoked or expired key.
    NotFoundError
        The actor cannot see the place, or there is none.
    ForbiddenError
        The actor sees the place and lacks the scope there.
    """
    answer = _answer(actor, beamline, proposal_id)
    if not answer.stands:
        raise NotSignedInError()
    if not answer.sees:
        raise NotFoundError(f"There is no {_place_in_words(beamline, proposal_id)} that you can see.")
    if scope not in answer.scopes:
        raise ForbiddenError(_refusal(actor, scope, beamline), hint=_refusal_hint(actor, scope))
    return answer.scopes


def allowed_at(
    actor: Actor, scope: Scope, *, beamline: str, proposal: str
) -> tuple[Beamline, Proposal] | None:
    """Give the beamline and the proposal of these names when `actor` plainly has `scope` there.

    Three queries for what is asked at every submission. None says nothing of why not: ask `require` then.
    """
    standing = _standing(actor)
    if not standing.stands:
        return None
    place = access_rows.place_of(actor.account_pk, beamline)
    # Asked anyway: refusals take the same time.
    tenant = access_rows.tenant_of(actor.account_pk, beamline=beamline, number=proposal)
    if place is None or not place.is_active or tenant is None or not tenant.is_here:
        return None
    sees, given = _sees_and_has_at(actor, standing, place, tenant)
    return (place, tenant) if sees and scope in _narrowed(actor, given) else None


def require_in_key(actor: Actor, scope: Scope) -> None:
    """Pass silently unless the actor is a key without `scope`.

    For lists: one that is cut to nothing would not say why it is empty.

    Raises
    ------
    ForbiddenError
        The key lacks the scope, whatever its owner has.
    """
    if not _key_has(actor, scope):
        raise ForbiddenError(_refusal(actor, scope, None), hint=_refusal_hint(actor, scope))


def with_implied(names: Iterable[str]) -> Scopes:
    """Give the scopes that a key with `names` has at most: those, and what each brings along (`IMPLIED`)."""
    known = set(Scope)
    named = {Scope(name) for name in names if name in known}
    return frozenset(named).union(*(IMPLIED.get(scope, NO_SCOPES) for scope in named))


def visible(
    actor: Actor,
    queryset: QuerySet[Any],
    *,
    proposal: str | None = "proposal",
    beamline: str | None = "beamline",
    scope: Scope | None = None,
) -> QuerySet[Any]:
    """Cut `queryset` down to the rows that `actor` may see.

    Parameters
    ----------
    proposal, beamline
        Paths of the rows' foreign keys; None where rows have none. A row without proposal is seen by staff of
        its beamline and by facility administrators only.
    scope
        Also ask for this scope: only rows where a role of the actor gives it; nothing for a key without it.
    """
    standing = _standing(actor)
    if actor.kind == "anonymous" and proposal and scope in PUBLISHED_SCOPES:
        return queryset.filter(_in(proposal, _published(actor)))
    if not standing.stands or not _key_has(actor, scope):
        return queryset.none()
    rows = queryset.filter(_key_rows(actor, proposal, beamline))
    if standing.is_admin:
        return rows
    if actor.kind == "worker":
        own = Beamline.objects.filter(name=actor.worker_beamline).values("pk")
        return rows.filter(_in(beamline, own)) if beamline else rows.none()
    return rows.filter(_role_rows(actor, proposal, beamline, scope))


@dataclass(frozen=True, slots=True)
class _Standing:
    """Whether anybody (still) stands behind an actor."""

    stands: bool
    is_admin: bool = False


@dataclass(frozen=True, slots=True)
class _Answer:
    stands: bool
    sees: bool = False
    scopes: Scopes = NO_SCOPES


def _standing(actor: Actor) -> _Standing:
    if actor.kind == "system":
        row_security.open_for_everything()
        return _Standing(stands=True, is_admin=True)
    if actor.kind == "worker":
        return _Standing(stands=bool(actor.worker_beamline))
    if actor.kind not in ("person", "key") or actor.user_id is None:
        return _Standing(stands=False)
    found = access_rows.owner_of(actor.account_pk, actor.key_prefix if actor.kind == "key" else None)
    return _Standing(stands=found is not None, is_admin=bool(found and found[0]))


def _key_has(actor: Actor, scope: Scope | None) -> bool:
    return scope is None or actor.key_scopes is None or scope in with_implied(actor.key_scopes)


def _key_rows(actor: Actor, proposal: str | None, beamline: str | None) -> Q:
    narrowed = Q()
    if actor.key_proposal_id is not None:
        if proposal:
            narrowed &= _in(proposal, [actor.key_proposal_id])
        elif beamline:
            allocated = Beamline.objects.filter(proposals=actor.key_proposal_id)
            narrowed &= _in(beamline, allocated.values("pk"))
    if actor.key_beamline_id is not None:
        if beamline:
            narrowed &= _in(beamline, [actor.key_beamline_id])
        elif proposal:
            served = Proposal.objects.filter(beamlines=actor.key_beamline_id)
            narrowed &= _in(proposal, served.values("pk"))
    return narrowed


def _role_rows(actor: Actor, proposal: str | None, beamline: str | None, scope: Scope | None) -> Q:
    roles = [role for role, given in ROLE_SCOPES.items() if scope is None or scope in given]
    mine = Q(user_id=actor.account_pk, role__in=roles)
    seen = Q(pk__in=[])
    if proposal:
        seen |= _in(proposal, Membership.objects.filter(mine).values("proposal_id"))
    if proposal and scope in PUBLISHED_SCOPES:
        seen |= _in(proposal, _published(actor))
    if beamline:
        seen |= _in(beamline, StaffAssignment.objects.filter(mine).values("beamline_id"))
    if beamline and not proposal:
        allocated = Beamline.objects.filter(
            proposals__memberships__user_id=actor.account_pk, proposals__memberships__role__in=roles
        )
        seen |= _in(beamline, allocated.values("pk"))
    return seen


def _in(path: str, keys: Any) -> Q:
    """Give the condition that the foreign key at `path`, which a selector names, is among `keys`."""
    return Q((f"{path}__in", keys))


def _published(actor: Actor) -> QuerySet[Any, Any]:
    """Give the keys of the proposals whose data are published for the actor now."""
    is_over = Q(embargo_until__isnull=True) | Q(embargo_until__lte=timezone.now())
    return Proposal.objects.filter(is_over, audience__in=_audiences(actor)).order_by().values("pk")


def has_public_data() -> bool:
    """Tell whether any data are published for everybody, also without an account."""
    return _published(ANONYMOUS).exists()


def _audiences(actor: Actor) -> list[Audience]:
    return [Audience.EVERYONE] if actor.kind == "anonymous" else [Audience.EVERYONE, Audience.SIGNED_IN]


def _published_scopes(actor: Actor, tenant: Proposal) -> Scopes:
    is_for_actor = actor.kind != "worker" and tenant.audience_at(timezone.now()) in _audiences(actor)
    return PUBLISHED_SCOPES if is_for_actor else NO_SCOPES


def _answer(actor: Actor, beamline: str | None, proposal_id: int | None) -> _Answer:
    standing = _standing(actor)
    if actor.kind == "anonymous" and proposal_id is not None:
        tenant = Proposal.objects.filter(pk=proposal_id).first()
        given = _published_scopes(actor, tenant) if tenant else NO_SCOPES
        return _Answer(stands=bool(given), sees=bool(given), scopes=given)
    if not standing.stands:
        return _Answer(stands=False)
    sees, given = _sees_and_has(actor, standing, beamline, proposal_id)
    if not sees:
        return _Answer(stands=True)
    return _Answer(stands=True, sees=True, scopes=_narrowed(actor, given))


def _narrowed(actor: Actor, given: Scopes) -> Scopes:
    return given if actor.key_scopes is None else given & with_implied(actor.key_scopes)


def _sees_and_has(
    actor: Actor, standing: _Standing, beamline: str | None, proposal_id: int | None
) -> tuple[bool, Scopes]:
    if beamline is None and proposal_id is None:
        return True, _anywhere(actor, standing)
    place = access_rows.place_of(actor.account_pk, beamline) if beamline is not None else None
    tenant = None
    if proposal_id is not None:
        tenant = access_rows.tenant_of(actor.account_pk, beamline=beamline, pk=proposal_id)
    if (place is None) != (beamline is None) or (tenant is None) != (proposal_id is None):
        if beamline is not None and proposal_id is None:
            _memberships_at(actor, beamline)  # as long as for a place that is not to be seen
        return False, NO_SCOPES
    return _sees_and_has_at(actor, standing, place, tenant)


def _sees_and_has_at(actor: Actor, standing: _Standing, place: Any, tenant: Any) -> tuple[bool, Scopes]:
    if _key_excludes(actor, place, tenant):
        return False, NO_SCOPES
    if standing.is_admin and not _reaches_past_key(actor, place, tenant):
        return True, ALL_SCOPES
    if actor.kind == "worker":
        at_home = place is not None and place.name == actor.worker_beamline
        return at_home, ROLE_SCOPES[WORKER] if at_home else NO_SCOPES
    if place is not None and tenant is not None:
        return _at_both(actor, place, tenant)
    if place is not None:
        return _at_beamline(actor, place)
    return _in_proposal(actor, tenant)


def _key_excludes(actor: Actor, place: Beamline | None, tenant: Proposal | None) -> bool:
    """Tell whether a narrowed key stops short of this place.

    A key of one proposal may still ask about a beamline alone: its memberships are cut to that proposal.
    A key of one beamline may ask about a proposal alone, and has something if that is its only beamline.
    """
    if place is not None and actor.key_beamline_id is not None and place.pk != actor.key_beamline_id:
        return True
    return tenant is not None and actor.key_proposal_id is not None and tenant.pk != actor.key_proposal_id


def _reaches_past_key(actor: Actor, place: Beamline | None, tenant: Proposal | None) -> bool:
    """Tell whether the question is wider than the key: then an administrator's key has its roles only."""
    wider_than_proposal = actor.key_proposal_id is not None and tenant is None
    return wider_than_proposal or (actor.key_beamline_id is not None and place is None)


def _at_both(actor: Actor, place: Any, tenant: Any) -> tuple[bool, Scopes]:
    staff = ROLE_SCOPES[place.my_staff_role] if place.my_staff_role else NO_SCOPES
    published = _published_scopes(actor, tenant)
    if not staff and tenant.my_role is None:
        return bool(published), published
    given = staff
    if not tenant.is_here or tenant.is_closed:
        given &= DATA_SCOPES | READING_SCOPES | {Scope.ENGINE_STOP}
    if tenant.my_role is not None:
        given |= _member_scopes(tenant.my_role, tenant, tenant, is_allocated=tenant.is_here)
    return True, given | published


def _at_beamline(actor: Actor, place: Any) -> tuple[bool, Scopes]:
    staff = ROLE_SCOPES[place.my_staff_role] if place.my_staff_role else NO_SCOPES
    if actor.key_proposal_id is not None:
        staff = NO_SCOPES  # what staff may do on the whole beamline is more than one proposal
    given = staff
    sees = bool(staff)
    for membership in _memberships_at(actor, place.name):
        sees = True
        of_role = _member_scopes(membership.role, membership.proposal, membership, is_allocated=True)
        given |= of_role - DATA_SCOPES
    return sees, given


def _memberships_at(actor: Actor, beamline: str) -> list[Any]:
    rows = access_rows.memberships_at(actor.account_pk, beamline)
    return [row for row in rows if actor.key_proposal_id in (None, row.proposal_id)]


def _in_proposal(actor: Actor, tenant: Any) -> tuple[bool, Scopes]:
    if tenant is None:
        return False, NO_SCOPES
    places = tenant.places
    mine = {one["place"]: ROLE_SCOPES[one["role"]] for one in tenant.my_places}
    staff = {place: given for place, given in mine.items() if actor.key_beamline_id in (None, place)}
    role = tenant.my_role
    everywhere = bool(places) and len(staff) == len(places)
    given = NO_SCOPES
    if everywhere:
        given = frozenset.intersection(*staff.values()) & (DATA_SCOPES | READING_SCOPES)
    if actor.key_beamline_id not in (None, *places):
        return False, NO_SCOPES
    if actor.key_beamline_id is not None and len(places) > 1:
        return bool(staff) or role is not None, NO_SCOPES
    if role is not None:
        given |= _member_scopes(role, tenant, tenant, is_allocated=True)
    given |= _published_scopes(actor, tenant)
    return bool(staff) or role is not None or bool(given), given


def _anywhere(actor: Actor, standing: _Standing) -> Scopes:
    if standing.is_admin:
        return READING_SCOPES if _reaches_past_key(actor, None, None) else ALL_SCOPES
    if actor.kind == "worker":
        return ROLE_SCOPES[WORKER] & READING_SCOPES
    roles: set[str] = set(_memberships(actor).values_list("role", flat=True))
    roles |= set(StaffAssignment.objects.filter(user_id=actor.account_pk).values_list("role", flat=True))
    return _union(ROLE_SCOPES[role] for role in roles) & READING_SCOPES


def _member_scopes(role: str, tenant: Proposal, visited: Any, *, is_allocated: bool) -> Scopes:
    """Give what a role in a proposal allows now; `visited` tells of its visits (`with_visits`)."""
    given = ROLE_SCOPES[role]
    if tenant.is_closed:
        return given & (DATA_SCOPES - {Scope.RUN_ANNOTATE})
    if not is_allocated:
        return given & DATA_SCOPES
    if not tenant.is_running_at(timezone.now()):
        return given & (DATA_SCOPES | WATCH_SCOPES)
    if not visited.has_visits:
        return given
    during = _union(ROLE_SCOPES[role] for role in visited.visit_roles)
    return (given & (DATA_SCOPES | WATCH_SCOPES)) | (during - DATA_SCOPES)


def _memberships(actor: Actor) -> QuerySet[Membership]:
    mine = Membership.objects.filter(user_id=actor.account_pk).select_related("proposal")
    return mine if actor.key_proposal_id is None else mine.filter(proposal_id=actor.key_proposal_id)


def _union(parts: Iterable[Scopes]) -> Scopes:
    return frozenset().union(*parts)


def _place_in_words(beamline: str | None, proposal_id: int | None) -> str:
    if beamline is not None and proposal_id is not None:
        return f"beamline {beamline!r} with that proposal"
    return "proposal" if beamline is None else f"beamline {beamline!r}"


def _refusal(actor: Actor, scope: Scope, beamline: str | None) -> str:
    where = f" on beamline {beamline}" if beamline else ""
    who = f"The API key {actor.key_prefix}" if actor.kind == "key" else actor.username
    return f"{who} does not have the scope {scope.value}{where}."


def _refusal_hint(actor: Actor, scope: Scope) -> str:
    if not _key_has(actor, scope):
        return "Make a key that has this scope."
    return (
        "Ask the principal investigator or the beamline staff; control is for people of a visit that is on."
    )
