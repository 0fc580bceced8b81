"""Everything that reads accounts, places, keys and the audit log, cut to what the actor may see."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from django.db.models import Q, QuerySet

from accounts import access_rows
from accounts.access import Scope, allowed_at, require, scopes, scopes_at, scopes_in, visible
from accounts.actor import Actor
from accounts.errors import ForbiddenError, NotFoundError, NotSignedInError
from accounts.json_gate import is_text
from accounts.models import APIKey, AuditEntry, Beamline, Membership, Proposal, User
from accounts.visibility import beamline_seen


def beamlines(actor: Actor) -> QuerySet[Beamline]:
    """Give the active beamlines that `actor` may see: all, one's own as staff, those of one's proposals."""
    return visible(actor, Beamline.objects.filter(is_active=True), proposal=None, beamline="pk")


def beamline_named(actor: Actor, name: str) -> Beamline:
    """Give the beamline `name`; NotFoundError when there is none that `actor` may see."""
    beamline = beamline_seen(actor, name) if is_text(name) else None
    if beamline is None:
        raise NotFoundError(f"There is no beamline {name!r} that you can see.")
    return beamline


def proposals(actor: Actor, *, beamline: str | None = None) -> QuerySet[Proposal]:
    """Give the proposals that `actor` may see: all, those of one's beamlines as staff, those one is in.

    Parameters
    ----------
    beamline
        Only those allocated to this beamline.
    """
    rows = Proposal.objects.all()
    if actor.kind != "worker":  # a worker keeps what it took, also when the allocation changed meanwhile
        rows = rows.filter(_as_member(actor) | _as_staff(actor))
    if actor.key_proposal_id is not None:
        rows = rows.filter(pk=actor.key_proposal_id)
    if beamline is not None:
        rows = rows.filter(pk__in=Proposal.objects.filter(beamlines__name=beamline).values("pk"))
    return rows


def proposal_numbered(actor: Actor, number: str) -> Proposal:
    """Give the proposal `number`; NotFoundError when there is none that `actor` may see."""
    proposal = proposals(actor).filter(number=number).first() if is_text(number) else None
    if proposal is None:
        raise NotFoundError(f"There is no proposal {number!r} that you can see.")
    return proposal


def place_and_proposal(
    actor: Actor, scope: Scope, *, beamline: str, proposal: str
) -> tuple[Beamline, Proposal]:
    """Give the beamline and the proposal of these names, where `actor` must have `scope`.

    Raises
    ------
    NotFoundError
        There is no such beamline or proposal that the actor may see.
    ForbiddenError
        The actor sees both and lacks the scope.
    """
    if is_text(beamline) and is_text(proposal):
        found = allowed_at(actor, scope, beamline=beamline, proposal=proposal)
        if found is not None:
            return found
    place, tenant = beamline_named(actor, beamline), proposal_numbered(actor, proposal)
    require(actor, scope, beamline=beamline, proposal_id=tenant.pk)
    return place, tenant


def members(actor: Actor, number: str) -> QuerySet[Membership]:
    """Give the people of proposal `number`, with `user` joined."""
    proposal = proposal_numbered(actor, number)
    return (
        Membership.objects.filter(proposal=proposal).select_related("user").order_by("role", "user__username")
    )


def keys(actor: Actor, *, whole_facility: bool = False) -> QuerySet[APIKey]:
    """Give the API keys of `actor`, with their places and owner joined.

    Parameters
    ----------
    whole_facility
        Also everybody else's, for an actor with `account:manage`.
    """
    if actor.kind == "key":
        raise ForbiddenError("An API key cannot look at keys.", hint="Sign in and do it as a person.")
    rows = APIKey.objects.select_related("user", "proposal", "beamline")
    if whole_facility and Scope.ACCOUNT_ADMIN in scopes(actor):
        return rows
    return rows.filter(user_id=actor.account_pk, user__is_active=True)


def actor_for_username(name: str) -> Actor:
    """Give the actor of the account `name`, for checking what a submitter may do now.

    A closed account gives an actor too; it has no scopes anywhere.

    Raises
    ------
    NotFoundError
        There is no such account.
    """
    user = access_rows.user_named(name) if is_text(name) else None
    if user is None:
        raise NotFoundError(f"There is no account {name!r}.")
    return Actor(
        kind="person", user_id=user.pk, username=user.username, is_facility_admin=user.is_facility_admin
    )


def own_account(actor: Actor) -> User:
    """Give the open account behind `actor`; NotSignedInError when there is none."""
    user = User.objects.filter(pk=actor.account_pk, is_active=True).first()
    if user is None:
        raise NotSignedInError()
    return user


def me(actor: Actor) -> dict[str, Any]:
    """Give who one is, one's places with roles and scopes, and how a key narrows them."""
    user = own_account(actor)
    return {
        "username": user.username,
        "uid": str(user.uid),
        "display_name": user.display_name,
        "email": user.email,
        "kind": actor.kind,
        "is_facility_admin": user.is_facility_admin,
        "scopes": _listed(scopes(actor)),
        "beamlines": _my_beamlines(actor),
        "proposals": _my_proposals(actor),
        "key": _my_key(actor),
    }


def audit_entries(
    actor: Actor,
    *,
    beamline: str = "",
    proposal: str = "",
    username: str = "",
    action: str = "",
    since: datetime | None = None,
    until: datetime | None = None,
    q: str = "",
) -> QuerySet[AuditEntry]:
    """Give audit entries, newest first: all to administrators, else those of one's beamlines.

    Raises
    ------
    ForbiddenError
        The actor has `audit:read` nowhere.
    """
    require(actor, Scope.AUDIT_READ)
    rows = AuditEntry.objects.order_by("-id")
    is_narrowed = actor.key_beamline_id is not None or actor.key_proposal_id is not None
    if is_narrowed or not _is_facility_admin(actor):
        places = visible(actor, Beamline.objects.all(), proposal=None, beamline="pk", scope=Scope.AUDIT_READ)
        rows = rows.filter(beamline__in=places.values("name"))
    if actor.key_proposal_id is not None:
        rows = rows.filter(proposal__in=proposals(actor).values("number"))
    if beamline:
        rows = rows.filter(beamline=beamline)
    if proposal:
        rows = rows.filter(proposal=proposal)
    if username:
        rows = rows.filter(username=username)
    if action:
        rows = rows.filter(action=action)
    for word in q.split():
        named = Q(action__icontains=word) | Q(object_id__icontains=word) | Q(username__icontains=word)
        rows = rows.filter(named | Q(reason__icontains=word) | Q(on_behalf_of__icontains=word))
    if since is not None:
        rows = rows.filter(at__gte=since)
    return rows if until is None else rows.filter(at__lt=until)


def _as_member(actor: Actor) -> Q:
    mine = visible(actor, Proposal.objects.all(), proposal="pk", beamline=None)
    return Q(pk__in=mine.values("pk"))


def _as_staff(actor: Actor) -> Q:
    staffed = Beamline.objects.filter(staff_assignments__user_id=actor.account_pk)
    reached = visible(actor, staffed, proposal=None, beamline="pk")
    return Q(pk__in=Proposal.objects.filter(beamlines__in=reached.values("pk")).values("pk"))


def _is_facility_admin(actor: Actor) -> bool:
    return actor.kind == "system" or User.objects.filter(pk=actor.account_pk, is_facility_admin=True).exists()


def _my_beamlines(actor: Actor) -> list[dict[str, Any]]:
    return [
        {
            "name": beamline.name,
            "title": beamline.title,
            "time_zone": beamline.time_zone,
            "role": beamline.my_staff_role,
            "scopes": _listed(given),
        }
        for beamline, given in scopes_at(actor, beamlines(actor))
    ]


def _my_proposals(actor: Actor) -> list[dict[str, Any]]:
    mine = proposals(actor).filter(memberships__user_id=actor.account_pk).prefetch_related("beamlines")
    return [
        {
            "number": row.number,
            "title": row.title,
            "role": row.my_role,
            "is_closed": row.is_closed,
            "beamlines": [beamline.name for beamline in row.beamlines.all()],
            "scopes": _listed(given),
        }
        for row, given in scopes_in(actor, mine)
    ]


def _my_key(actor: Actor) -> dict[str, Any] | None:
    if actor.kind != "key":
        return None
    row = APIKey.objects.select_related("proposal", "beamline").get(prefix=actor.key_prefix)
    return {
        "prefix": row.prefix,
        "scopes": sorted(row.scopes),
        "expires_at": row.expires_at,
        "proposal": row.proposal.number if row.proposal else None,
        "beamline": row.beamline.name if row.beamline else None,
    }


def _listed(given: frozenset[Scope]) -> list[str]:
    return sorted(scope.value for scope in given)
