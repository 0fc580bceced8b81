"""Which scopes has this actor here? And by the same rules: which rows may this actor see (`visible`)?

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
from typing import Any

from django.db.models import QuerySet
from django.utils import timezone

from accounts import access_rows
from accounts.actor import Actor
from accounts.errors import ForbiddenError, NotFoundError, NotSignedInError
from accounts.models import Beamline, Membership, Proposal, StaffAssignment
from accounts.scopes import (
    ALL_SCOPES,
    DATA_SCOPES,
    IMPLIED,
    NO_SCOPES,
    PUBLISHED_SCOPES,
    READING_SCOPES,
    ROLE_SCOPES,
    WATCH_SCOPES,
    WORKER,
    Scope,
    Scopes,
    with_implied,
)
from accounts.standing import Standing, key_has, narrowed, standing_of
from accounts.visibility import PreparedVisible, audiences, has_public_data, visible

__all__ = [
    "ALL_SCOPES",
    "DATA_SCOPES",
    "IMPLIED",
    "PUBLISHED_SCOPES",
    "READING_SCOPES",
    "ROLE_SCOPES",
    "WATCH_SCOPES",
    "WORKER",
    "PreparedVisible",
    "Scope",
    "Scopes",
    "allowed_at",
    "has_public_data",
    "require",
    "require_in_key",
    "scopes",
    "scopes_at",
    "scopes_in",
    "visible",
    "with_implied",
]


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
    standing = standing_of(actor)
    rows = access_rows.with_roles(tenants, actor.account_pk, timezone.now())
    answers = [(row, _sees_and_has_at(actor, standing, None, row)[1]) for row in rows if standing.stands]
    return [(row, narrowed(actor, given)) for row, given in answers]


def scopes_at(actor: Actor, places: QuerySet[Beamline]) -> list[tuple[Any, Scopes]]:
    """Give each beamline, with ``my_staff_role``, and the scopes that `actor` has there.

    What `scopes` says of each, in as many statements for many as for one.
    """
    standing = standing_of(actor)
    if not standing.stands:
        return []
    mine = access_rows.memberships_by_place(actor.account_pk)
    rows = access_rows.with_staff_role(places, actor.account_pk)
    answers = [(row, _sees_and_has_at(actor, standing, row, None, mine.get(row.name, []))[1]) for row in rows]
    return [(row, narrowed(actor, given)) for row, given in answers]


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
    standing = standing_of(actor)
    if not standing.stands:
        return None
    place = access_rows.place_of(actor.account_pk, beamline)
    # Asked anyway: refusals take the same time.
    tenant = access_rows.tenant_of(actor.account_pk, beamline=beamline, number=proposal)
    if place is None or not place.is_active or tenant is None or not tenant.is_here:
        return None
    sees, given = _sees_and_has_at(actor, standing, place, tenant)
    return (place, tenant) if sees and scope in narrowed(actor, given) else None


def require_in_key(actor: Actor, scope: Scope) -> None:
    """Pass silently unless the actor is a key without `scope`.

    For lists: one that is cut to nothing would not say why it is empty.

    Raises
    ------
    ForbiddenError
        The key lacks the scope, whatever its owner has.
    """
    if not key_has(actor, scope):
        raise ForbiddenError(_refusal(actor, scope, None), hint=_refusal_hint(actor, scope))


@dataclass(frozen=True, slots=True)
class _Answer:
    stands: bool
    sees: bool = False
    scopes: Scopes = NO_SCOPES


def _published_scopes(actor: Actor, tenant: Proposal) -> Scopes:
    is_for_actor = actor.kind != "worker" and tenant.audience_at(timezone.now()) in audiences(actor)
    return PUBLISHED_SCOPES if is_for_actor else NO_SCOPES


def _answer(actor: Actor, beamline: str | None, proposal_id: int | None) -> _Answer:
    standing = standing_of(actor)
    if actor.kind == "anonymous" and proposal_id is not None:
        tenant = Proposal.objects.filter(pk=proposal_id).first()
        given = _published_scopes(actor, tenant) if tenant else NO_SCOPES
        return _Answer(stands=bool(given), sees=bool(given), scopes=given)
    if not standing.stands:
        return _Answer(stands=False)
    sees, given = _sees_and_has(actor, standing, beamline, proposal_id)
    if not sees:
        return _Answer(stands=True)
    return _Answer(stands=True, sees=True, scopes=narrowed(actor, given))


def _sees_and_has(
    actor: Actor, standing: Standing, beamline: str | None, proposal_id: int | None
) -> tuple[bool, Scopes]:
    if beamline is None and proposal_id is None:
        return True, _anywhere(actor, standing)
    place = access_rows.place_of(actor.account_pk, beamline) if beamline is not None else None
    tenant = None
    if proposal_id is not None:
        tenant = access_rows.tenant_of(actor.account_pk, beamline=beamline, pk=proposal_id)
    if (place is None) != (beamline is None) or (tenant is None) != (proposal_id is None):
        if beamline is not None and proposal_id is None:
            # As long as for a place that is not to be seen.
            access_rows.memberships_at(actor.account_pk, beamline)
        return False, NO_SCOPES
    return _sees_and_has_at(actor, standing, place, tenant)


def _sees_and_has_at(
    actor: Actor, standing: Standing, place: Any, tenant: Any, memberships: list[Any] | None = None
) -> tuple[bool, Scopes]:
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
        if memberships is None:
            memberships = access_rows.memberships_at(actor.account_pk, place.name)
        return _at_beamline(actor, place, memberships)
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


def _at_beamline(actor: Actor, place: Any, memberships: list[Any]) -> tuple[bool, Scopes]:
    staff = ROLE_SCOPES[place.my_staff_role] if place.my_staff_role else NO_SCOPES
    if actor.key_proposal_id is not None:
        staff = NO_SCOPES  # what staff may do on the whole beamline is more than one proposal
    given = staff
    sees = bool(staff)
    for membership in memberships:
        if actor.key_proposal_id not in (None, membership.proposal_id):
            continue
        sees = True
        of_role = _member_scopes(membership.role, membership.proposal, membership, is_allocated=True)
        given |= of_role - DATA_SCOPES
    return sees, given


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


def _anywhere(actor: Actor, standing: Standing) -> Scopes:
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
    if not key_has(actor, scope):
        return "Make a key that has this scope."
    return (
        "Ask the principal investigator or the beamline staff; control is for people of a visit that is on."
    )
