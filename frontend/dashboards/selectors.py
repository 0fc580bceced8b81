"""What may be read of the boards."""

from typing import Any

from accounts.access import Scope, require
from accounts.actor import Actor
from accounts.errors import ForbiddenError, NotFoundError
from accounts.selectors import beamline_named
from acquisition.queue import selectors as queue
from frontend.dashboards.widgets import STATUS, status_board
from frontend.models import Dashboard


def dashboards(actor: Actor, beamline: str) -> list[dict[str, Any]]:
    """Give slug and title of the boards of a beamline; the status board is always among them."""
    require(actor, Scope.QUEUE_READ, beamline=beamline)
    rows = Dashboard.objects.filter(beamline__name=beamline)
    found = [{"slug": row.slug, "title": row.title} for row in rows]
    if not any(one["slug"] == STATUS for one in found):
        found.insert(0, {"slug": STATUS, "title": "Status"})
    return found


def dashboard(actor: Actor, beamline: str, slug: str) -> dict[str, Any]:
    """Give one board with its widgets.

    Raises
    ------
    NotFoundError
        There is no such board or beamline that the actor may see.
    """
    require(actor, Scope.QUEUE_READ, beamline=beamline)
    row = Dashboard.objects.filter(beamline__name=beamline, slug=slug).first()
    if row is not None:
        return dashboard_dict(row)
    if slug != STATUS:
        raise NotFoundError(f"There is no board {slug!r} at {beamline_named(actor, beamline).name}.")
    return {
        "slug": STATUS,
        "title": "Status",
        "widgets": status_board(_names(actor, beamline)),
        "author": "",
        "changed_at": None,
    }


def dashboard_dict(row: Dashboard) -> dict[str, Any]:
    """Give one board as JSON."""
    return {
        "slug": row.slug,
        "title": row.title,
        "widgets": row.widgets,
        "author": row.author,
        "changed_at": row.changed_at.isoformat(),
    }


def _names(actor: Actor, beamline: str) -> list[str]:
    try:
        return list(queue.values(actor, beamline)["values"])
    except ForbiddenError:
        return []
