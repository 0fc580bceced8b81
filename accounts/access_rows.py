"""The rows that access is decided by: asked at every request, so each question is prepared."""

import functools
from datetime import datetime
from typing import Any, Final

from django.contrib.postgres.expressions import ArraySubquery
from django.db.models import Exists, F, OuterRef, Q, QuerySet, Subquery
from django.db.models.functions import JSONObject
from django.utils import timezone

from accounts import row_security
from accounts.models import APIKey, Beamline, Membership, Proposal, StaffAssignment, User
from accounts.prepared import MOMENT, NUMBER, TEXT, Prepared
from accounts.visiting import with_visits


def key_row(prefix: str) -> APIKey | None:
    """Give the key of this prefix, with its owner joined; whether it opens anything is another question."""
    return _KEY.first(prefix)


def user_named(username: str) -> User | None:
    """Give the account of this name, open or closed."""
    return _USER.first(username)


def owner_of(user_pk: int, key_prefix: str | None) -> tuple[bool, Any] | None:
    """Give whether an open account is a facility administrator's; None when nobody stands behind the actor.

    Names the account as the reader (`row_security`).

    Parameters
    ----------
    key_prefix
        Also ask that this key of the account is valid now.
    """
    if key_prefix is None:
        return _OWNER.first(user_pk)
    return _KEY_OWNER.first(user_pk, key_prefix, timezone.now())


def place_of(user_pk: int, name: str) -> Any:
    """Give a beamline with ``my_staff_role`` there."""
    return _PLACE.first(user_pk, name)


def tenant_of(user_pk: int, *, beamline: str | None, **which: Any) -> Any:
    """Give a proposal with ``my_role`` in it, its visits, and whether it ``is_here``, at the beamline.

    Without a beamline, with where it has time, and where of that one is staff (`with_roles`).

    Parameters
    ----------
    which
        The proposal's key or its number, as ``pk=5`` or ``number="2026-0001"``.
    """
    ((name, value),) = which.items()
    here = () if beamline is None else (beamline,)
    return _tenants(name, is_at_place=beamline is not None).first(user_pk, value, timezone.now(), *here)


def memberships_at(user_pk: int, beamline: str) -> list[Any]:
    """Give the memberships in proposals that are allocated to a beamline, with their visits there."""
    return _MEMBERSHIPS_AT.all(user_pk, beamline, timezone.now())


def memberships_by_place(user_pk: int) -> dict[str, list[Any]]:
    """Give what `memberships_at` gives, by the name of each beamline that a proposal of theirs is on."""
    joined = Membership.objects.filter(user_id=user_pk).select_related("proposal")
    here = joined.annotate(place=F("proposal__beamlines__name")).exclude(place=None)
    found: dict[str, list[Any]] = {}
    for row in with_visits(
        here, user_pk, now=timezone.now(), proposal="proposal_id", beamline=OuterRef("place")
    ):
        found.setdefault(row.place, []).append(row)
    return found


def with_staff_role(places: QuerySet[Beamline], user_pk: int) -> QuerySet[Beamline]:
    """Annotate beamlines with ``my_staff_role``."""
    mine = StaffAssignment.objects.filter(user_id=user_pk, beamline=OuterRef("pk"))
    return places.annotate(my_staff_role=Subquery(mine.values("role")[:1]))


def _owner(user_pk: int) -> QuerySet[User, Any]:
    rows = User.objects.filter(pk=user_pk, is_active=True)
    return rows.annotate(reader=row_security.naming_the_reader()).values_list("is_facility_admin", "reader")


def _key_owner(user_pk: int, prefix: str, now: datetime) -> QuerySet[User, Any]:
    valid = APIKey.objects.filter(revoked_at__isnull=True, expires_at__gt=now, prefix=prefix)
    return _owner(user_pk).filter(Exists(valid.filter(user_id=OuterRef("pk"))))


def _place(user_pk: int, name: str) -> QuerySet[Beamline]:
    return with_staff_role(Beamline.objects.filter(name=name), user_pk)


@functools.cache
def _tenants(which: str, *, is_at_place: bool) -> Prepared[Any]:
    value = NUMBER + 1 if which == "pk" else TEXT
    if not is_at_place:
        return Prepared(
            lambda user_pk, value, now: with_roles(Proposal.objects.filter(Q((which, value))), user_pk, now),
            *(NUMBER, value, MOMENT),
        )

    def at_place(user_pk: int, value: Any, now: datetime, beamline: str) -> QuerySet[Proposal]:
        here = Beamline.objects.filter(proposals=OuterRef("pk"), name=beamline)
        found = _with_role(Proposal.objects.filter(Q((which, value))), user_pk, now, beamline)
        return found.annotate(is_here=Exists(here))

    return Prepared(at_place, NUMBER, value, MOMENT, f"{TEXT} 2")


def with_roles(rows: QuerySet[Proposal], user_pk: int, now: datetime) -> QuerySet[Proposal]:
    """Annotate proposals with ``my_role``, its visits, ``places`` and ``my_places``.

    ``places`` are the keys of the beamlines it has time on; ``my_places`` those of them where one is staff,
    each with the ``role`` there.
    """
    places = Proposal.beamlines.through.objects.filter(proposal=OuterRef("pk"))
    mine = StaffAssignment.objects.filter(user_id=user_pk, beamline__proposals=OuterRef("pk"))
    told = JSONObject(place="beamline_id", role="role")
    return _with_role(rows, user_pk, now, None).annotate(
        places=ArraySubquery(places.order_by().values("beamline_id")),
        my_places=ArraySubquery(mine.order_by().annotate(told=told).values("told")),
    )


def _with_role(
    rows: QuerySet[Proposal], user_pk: int, now: datetime, beamline: str | None
) -> QuerySet[Proposal]:
    mine = Membership.objects.filter(user_id=user_pk, proposal=OuterRef("pk"))
    found = with_visits(rows, user_pk, now=now, beamline=beamline)
    return found.annotate(my_role=Subquery(mine.values("role")[:1]))


def _memberships_at(user_pk: int, beamline: str, now: datetime) -> QuerySet[Membership]:
    rows = Membership.objects.filter(user_id=user_pk, proposal__beamlines__name=beamline)
    joined = rows.select_related("proposal")
    return with_visits(joined, user_pk, now=now, proposal="proposal_id", beamline=beamline)


_KEY: Final[Prepared[APIKey]] = Prepared(
    lambda prefix: APIKey.objects.select_related("user").filter(prefix=prefix), TEXT
)
_USER: Final[Prepared[User]] = Prepared(lambda username: User.objects.filter(username=username), TEXT)
_OWNER: Final[Prepared[Any]] = Prepared(_owner, NUMBER)
_KEY_OWNER: Final[Prepared[Any]] = Prepared(_key_owner, NUMBER, TEXT, MOMENT)
_PLACE: Final[Prepared[Any]] = Prepared(_place, NUMBER, TEXT)
_MEMBERSHIPS_AT: Final[Prepared[Any]] = Prepared(_memberships_at, NUMBER, TEXT, MOMENT)
