"""Building boards: for the staff of a beamline."""

from collections.abc import Sequence
from typing import Any

from django.db import transaction
from django.utils import timezone

from accounts import audit
from accounts.access import Scope, require
from accounts.actor import Actor
from accounts.errors import NotFoundError
from accounts.selectors import beamline_named
from frontend.models import Dashboard


@transaction.atomic
def save_dashboard(
    *, actor: Actor, beamline: str, slug: str, title: str, widgets: Sequence[dict[str, Any]]
) -> Dashboard:
    """Write a board, new or in place of the one of that slug. Audits ``dashboard.saved``."""
    place = beamline_named(actor, beamline)
    require(actor, Scope.ENVIRONMENT, beamline=beamline)
    row, is_new = Dashboard.objects.update_or_create(
        beamline=place,
        slug=slug,
        defaults={
            "title": title,
            "widgets": list(widgets),
            "author": actor.username,
            "changed_at": timezone.now(),
        },
    )
    _record(actor, "saved", beamline, slug, {"title": title, "widgets": len(widgets), "is_new": is_new})
    return row


@transaction.atomic
def delete_dashboard(*, actor: Actor, beamline: str, slug: str) -> None:
    """Remove a board; the status board becomes the standard one again. Audits ``dashboard.deleted``.

    Raises
    ------
    NotFoundError
        Nobody has built a board of that slug.
    """
    place = beamline_named(actor, beamline)
    require(actor, Scope.ENVIRONMENT, beamline=beamline)
    count, _ = Dashboard.objects.filter(beamline=place, slug=slug).delete()
    if not count:
        raise NotFoundError(f"There is no board {slug!r} at {beamline} that was built.")
    _record(actor, "deleted", beamline, slug, None)


def _record(actor: Actor, verb: str, beamline: str, slug: str, after: Any) -> None:
    audit.record(
        actor=actor,
        action=f"dashboard.{verb}",
        object_kind="dashboard",
        object_id=slug,
        beamline=beamline,
        after=after,
    )
