"""What visits make of a role: where a proposal has visits, control is for the people of one that is on.

A proposal without visits on a beamline is bound by its own dates only. With visits, its people keep what
concerns their data and may look; what acts on the beamline is theirs while a visit is on in which they are,
and goes by their role for that visit.
"""

from __future__ import annotations

from datetime import datetime
from typing import Any

from django.contrib.postgres.expressions import ArraySubquery
from django.db.models import Exists, OuterRef, QuerySet
from django.db.models.functions import JSONObject

from accounts.models import Visit, VisitMember

_Place = str | OuterRef | None


def with_visits(
    rows: QuerySet[Any], user_pk: int, *, now: datetime, proposal: str = "pk", beamline: _Place = None
) -> QuerySet[Any]:
    """Annotate rows with ``has_visits`` and ``visit_roles``: the person's roles in visits that are on `now`.

    Parameters
    ----------
    proposal
        Path of the rows' proposal.
    beamline
        Only visits of this beamline count, of that which is named in a column, or, with None, of any.
    """
    here = {} if beamline is None else {"visit__beamline__name": beamline}
    mine = VisitMember.objects.filter(
        user_id=user_pk,
        visit__proposal=OuterRef(proposal),
        visit__is_cancelled=False,
        visit__starts_at__lte=now,
        visit__ends_at__gt=now,
        **here,
    )
    return rows.annotate(
        has_visits=Exists(_planned(beamline).filter(proposal=OuterRef(proposal))),
        visit_roles=ArraySubquery(mine.values("role")),
    )


def with_own_visits(rows: QuerySet[Any], *, user: str, proposal: str, beamline: str) -> QuerySet[Any]:
    """Annotate rows with ``has_visits`` and ``own_visits``: number, role and dates of the person's."""
    mine = VisitMember.objects.filter(
        user_id=OuterRef(user),
        visit__proposal=OuterRef(proposal),
        visit__beamline__name=beamline,
        visit__is_cancelled=False,
    )
    told = JSONObject(
        number="visit__number", role="role", starts_at="visit__starts_at", ends_at="visit__ends_at"
    )
    planned = _planned(beamline).filter(proposal=OuterRef(proposal))
    return rows.annotate(
        has_visits=Exists(planned),
        own_visits=ArraySubquery(mine.order_by("visit__starts_at").annotate(told=told).values("told")),
    )


def _planned(beamline: _Place) -> QuerySet[Visit]:
    rows = Visit.objects.filter(is_cancelled=False).order_by()
    return rows if beamline is None else rows.filter(beamline__name=beamline)
