"""What may be read of visits: those of the proposals that one may see."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from django.db.models import Q, QuerySet
from django.utils import timezone

from accounts import selectors
from accounts.actor import Actor
from accounts.errors import InvalidError, NotFoundError
from accounts.json_gate import is_text
from accounts.models import Visit

WHEN = ("", "past", "current", "coming")


def visits(
    actor: Actor, *, proposal: str = "", beamline: str = "", when: str = "", username: str = ""
) -> QuerySet[Visit]:
    """Give the visits that `actor` may see: of their proposals, of their beamlines, or all.

    Parameters
    ----------
    when
        ``"past"``, ``"current"``, ``"coming"``; cancelled ones are in none of them.
    username
        Only visits with this person.
    """
    seen = selectors.proposals(actor).values("pk")
    own = selectors.beamlines(actor).values("pk")
    rows = Visit.objects.filter(proposal__in=seen, beamline__in=own)
    if proposal:
        rows = rows.filter(proposal__number=proposal)
    if beamline:
        rows = rows.filter(beamline__name=beamline)
    if username:
        rows = rows.filter(members__user__username=username)
    related = rows.filter(_when(when, timezone.now())).select_related("proposal", "beamline", "local_contact")
    return related.prefetch_related("members__user")


def visit_numbered(actor: Actor, number: str) -> Visit:
    """Give the visit `number`; NotFoundError when there is none that `actor` may see."""
    visit = visits(actor).filter(number=number).first() if is_text(number) else None
    if visit is None:
        raise NotFoundError(f"There is no visit {number!r} that you can see.")
    return visit


def visit_dict(visit: Visit) -> dict[str, Any]:
    """Give a visit as JSON-able values."""
    members = sorted(visit.members.all(), key=lambda member: member.user.username)
    return {
        "number": visit.number,
        "external_id": visit.external_id,
        "proposal": visit.proposal.number,
        "proposal_title": visit.proposal.title,
        "beamline": visit.beamline.name,
        "starts_at": visit.starts_at,
        "ends_at": visit.ends_at,
        "state": state_of(visit, timezone.now()),
        "local_contact": visit.local_contact.username if visit.local_contact else None,
        "note": visit.note,
        "members": [
            {
                "username": member.user.username,
                "display_name": member.user.display_name,
                "role": member.role,
            }
            for member in members
        ],
    }


def state_of(visit: Visit, moment: datetime) -> str:
    """Give ``"cancelled"``, ``"past"``, ``"current"`` or ``"coming"``."""
    if visit.is_cancelled:
        return "cancelled"
    if visit.ends_at <= moment:
        return "past"
    return "current" if visit.starts_at <= moment else "coming"


def _when(when: str, now: datetime) -> Q:
    if when not in WHEN:
        raise InvalidError("There is no such time.", fields={"when": [f"one of {', '.join(WHEN[1:])}"]})
    found = {
        "": Q(),
        "past": Q(ends_at__lte=now),
        "current": Q(starts_at__lte=now, ends_at__gt=now),
        "coming": Q(starts_at__gt=now),
    }[when]
    return found & Q(is_cancelled=False) if when else found
