"""Which rows may this actor see? The rules are those of `accounts.access`, asked of many rows at once."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Final, Generic, TypeVar

from django.db.models import Q, QuerySet
from django.utils import timezone

from accounts.actor import ANONYMOUS, Actor
from accounts.models import Audience, Beamline, Membership, Proposal, StaffAssignment
from accounts.prepared import MOMENT, NUMBER, TEXT, Prepared
from accounts.scopes import PUBLISHED_SCOPES, ROLE_SCOPES, Scope
from accounts.standing import key_has, standing_of

T = TypeVar("T")


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
    wanted = _wanted(actor, proposal, beamline, scope)
    return queryset.none() if wanted is None else queryset.filter(wanted)


@dataclass(frozen=True, slots=True)
class Seen(Generic[T]):
    """What one may see: the rows of whole beamlines, by key and name, and other rows."""

    beamlines: list[tuple[int, str]]
    rows: list[T]


class PreparedVisible(Generic[T]):
    """What `visible` leaves of rows that each have a beamline and a proposal, planned once for all people.

    Parameters
    ----------
    rows
        Gives the query for a condition on the rows' fields ``proposal`` and ``beamline``.
    scope
        As of `visible`.
    """

    def __init__(self, rows: Callable[[Q], QuerySet[Any, T]], *, scope: Scope) -> None:
        self._rows = rows
        self._scope = scope
        self._shared: Prepared[T] = Prepared(
            lambda user_pk, now: rows(_shared(user_pk, now, "proposal", scope)), NUMBER, MOMENT
        )
        self._beamlines: Prepared[tuple[int, str]] = Prepared(
            lambda user_pk: _named(_staffed(user_pk, scope)), NUMBER
        )

    def of(self, actor: Actor) -> Seen[T] | None:
        """Give what `actor` may see; None when that is everything."""
        if not _is_whole_person(actor):
            return self._unprepared(_wanted(actor, "proposal", "beamline", self._scope))
        standing = standing_of(actor)
        if not standing.stands or not key_has(actor, self._scope):
            return Seen([], [])
        if standing.is_admin:
            return None
        user_pk = actor.account_pk
        return Seen(self._beamlines.all(user_pk), self._shared.all(user_pk, timezone.now()))

    def _unprepared(self, wanted: Q | None) -> Seen[T] | None:
        if wanted is None:
            return Seen([], [])
        return Seen([], list(self._rows(wanted))) if wanted else None


def beamline_seen(actor: Actor, name: str) -> Beamline | None:
    """Give the active beamline `name` if `visible` leaves it to the actor; asked at nearly every request."""
    if _is_whole_person(actor):
        standing = standing_of(actor)
        if not standing.stands:
            return None
        if not standing.is_admin:
            return _BEAMLINE_SEEN.first(actor.account_pk, name)
    return visible(actor, _active(name), proposal=None, beamline="pk").first()


def has_public_data() -> bool:
    """Tell whether any data are published for everybody, also without an account."""
    return _published(audiences(ANONYMOUS), timezone.now()).exists()


def audiences(actor: Actor) -> list[Audience]:
    """Give the audiences that the actor belongs to."""
    return [Audience.EVERYONE] if actor.kind == "anonymous" else [Audience.EVERYONE, Audience.SIGNED_IN]


def _wanted(actor: Actor, proposal: str | None, beamline: str | None, scope: Scope | None) -> Q | None:
    """Give the condition of the rows that an actor may see: None for no rows, an empty one for all."""
    standing = standing_of(actor)
    if actor.kind == "anonymous" and proposal and scope in PUBLISHED_SCOPES:
        return _in(proposal, _published(audiences(actor), timezone.now()))
    if not standing.stands or not key_has(actor, scope):
        return None
    narrowed = _key_rows(actor, proposal, beamline)
    if standing.is_admin:
        return narrowed
    if actor.kind == "worker":
        own = Beamline.objects.filter(name=actor.worker_beamline).values("pk")
        return narrowed & _in(beamline, own) if beamline else None
    return narrowed & _role_rows(actor.account_pk, timezone.now(), proposal, beamline, scope)


def _is_whole_person(actor: Actor) -> bool:
    """Tell whether the actor is a person, or a key that is narrowed to no place."""
    return actor.kind in ("person", "key") and actor.key_proposal_id is None and actor.key_beamline_id is None


def _active(name: str) -> QuerySet[Beamline]:
    return Beamline.objects.filter(is_active=True, name=name)


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


def _role_rows(
    user_pk: int, now: datetime, proposal: str | None, beamline: str | None, scope: Scope | None
) -> Q:
    if beamline and not proposal:
        return _placed(user_pk, beamline, scope)
    seen = Q(pk__in=[])
    if proposal:
        seen |= _shared(user_pk, now, proposal, scope)
    if beamline:
        seen |= _in(beamline, _staffed(user_pk, scope))
    return seen


def _placed(user_pk: int, beamline: str, scope: Scope | None) -> Q:
    """Give the condition of the rows that a person sees because of where they are staff or have time."""
    allocated = Beamline.objects.filter(
        proposals__memberships__user_id=user_pk, proposals__memberships__role__in=_roles_with(scope)
    )
    return _in(beamline, _staffed(user_pk, scope)) | _in(beamline, allocated.values("pk"))


def _shared(user_pk: int, now: datetime, proposal: str, scope: Scope | None) -> Q:
    """Give the condition of the rows that a person sees because of their proposal."""
    mine = Membership.objects.filter(user_id=user_pk, role__in=_roles_with(scope)).order_by()
    seen = mine.values("proposal_id")
    if scope in PUBLISHED_SCOPES:
        seen = seen.union(_published([Audience.EVERYONE, Audience.SIGNED_IN], now))
    return _in(proposal, seen)


def _staffed(user_pk: int, scope: Scope | None) -> QuerySet[Any, Any]:
    """Give the keys of the beamlines of which a person sees everything."""
    mine = StaffAssignment.objects.filter(user_id=user_pk, role__in=_roles_with(scope)).order_by()
    return mine.values("beamline_id")


def _named(beamlines: QuerySet[Any, Any]) -> QuerySet[Beamline, tuple[int, str]]:
    return Beamline.objects.filter(pk__in=beamlines).order_by().values_list("pk", "name")


def _roles_with(scope: Scope | None) -> list[str]:
    return [role for role, given in ROLE_SCOPES.items() if scope is None or scope in given]


def _in(path: str, keys: Any) -> Q:
    """Give the condition that the foreign key at `path`, which a selector names, is among `keys`."""
    return Q((f"{path}__in", keys))


def _published(to: list[Audience], now: datetime) -> QuerySet[Any, Any]:
    """Give the keys of the proposals whose data are published for some audiences now."""
    is_over = Q(embargo_until__isnull=True) | Q(embargo_until__lte=now)
    return Proposal.objects.filter(is_over, audience__in=to).order_by().values("pk")


_BEAMLINE_SEEN: Final[Prepared[Beamline]] = Prepared(
    lambda user_pk, name: _active(name).filter(_placed(user_pk, "pk", None)), NUMBER, TEXT
)
