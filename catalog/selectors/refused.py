"""What is in quarantine, for the staff of a beamline: also runs that never had a start."""

from __future__ import annotations

from typing import Any

from django.db.models import Count, Max, Min, QuerySet

from accounts.access import Scope, visible
from accounts.actor import Actor
from accounts.errors import NotFoundError
from catalog.ingest import printable
from catalog.models import Quarantine, Run

_MOST = 1000


def refused_rows(actor: Actor) -> QuerySet[Quarantine]:
    """Give what was refused at the beamlines where the actor may mend it."""
    rows = Quarantine.objects.filter(is_stored=False).select_related("beamline", "proposal")
    return visible(actor, rows, scope=Scope.RUN_DELETE)


def refused_runs(actor: Actor, *, beamline: str = "") -> list[dict[str, Any]]:
    """Give the runs of which documents are in quarantine, the newest first, 1000 at most.

    ``has_start`` is False of those that are nowhere else.
    """
    rows = refused_rows(actor)
    rows = rows.filter(beamline__name=beamline) if beamline else rows
    found = list(
        rows.order_by()
        .values("run_uid", "beamline__name")
        .annotate(documents=Count("id"), first=Min("at"), last=Max("at"), reason=Min("reason"))
        .order_by("-last")[:_MOST]
    )
    known = set(Run.objects.filter(uid__in=[row["run_uid"] for row in found]).values_list("uid", flat=True))
    return [
        {
            "run": row["run_uid"],
            "beamline": row["beamline__name"],
            "documents": row["documents"],
            "first": row["first"],
            "last": row["last"],
            "reason": row["reason"],
            "has_start": row["run_uid"] in known,
        }
        for row in found
    ]


def refused_documents(actor: Actor, uid: str) -> list[dict[str, Any]]:
    """Give the refused documents of one run, as text, the first 1000.

    Raises
    ------
    NotFoundError
        Nothing of such a run is in quarantine where the actor may see it.
    """
    rows = list(refused_rows(actor).filter(run_uid=printable(uid)).order_by("ordinal", "id")[:_MOST])
    if not rows:
        raise NotFoundError(f"Nothing of a run {uid[:80]!r} is in quarantine.")
    return [
        {
            "ordinal": row.ordinal,
            "name": row.name,
            "beamline": row.beamline.name,
            "reason": row.reason,
            "at": row.at,
            "document": bytes(row.body or b"")[:100_000].decode("utf-8", "replace"),
        }
        for row in rows
    ]
