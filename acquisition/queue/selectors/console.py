"""What the worker and its plans printed."""

from typing import Any
from uuid import UUID

from django.db.models import Q

from accounts.access import Scope, require, visible
from accounts.actor import Actor
from accounts.selectors import beamline_named
from acquisition.queue.models import ConsoleLine
from acquisition.queue.selectors.writing import stamp

PAGE = 200
PAGE_LIMIT = 1_000


def console(
    actor: Actor, beamline: str, *, since: int | None = None, limit: int = PAGE, item: UUID | None = None
) -> dict[str, Any]:
    """Give console lines after `since`, oldest first; without it the last ones.

    With `item` only the lines of that item. Lines of an item are shown to who may see its proposal; `last`
    counts every line: go on from it.
    """
    place = beamline_named(actor, beamline)
    require(actor, Scope.CONSOLE_READ, beamline=beamline)
    every = ConsoleLine.objects.filter(beamline_id=place.pk)
    own = visible(actor, every, scope=Scope.CONSOLE_READ)
    # Asked first: a line that comes while the lines are read belongs to the next page.
    newest = every.order_by("-seq").values_list("seq", flat=True).first() or 0
    rows = every.filter(Q(item_uid__isnull=True) | Q(pk__in=own.values("pk")), seq__lte=newest)
    if item is not None:
        rows = rows.filter(item_uid=item)
    limit = max(1, min(limit, PAGE_LIMIT))
    if since is None:
        lines = list(rows.order_by("-seq")[:limit])[::-1]
    else:
        lines = list(rows.filter(seq__gt=since).order_by("seq")[:limit])
    last = lines[-1].seq if len(lines) == limit else newest
    return {"lines": [line_dict(line) for line in lines], "last": last}


def line_dict(line: ConsoleLine) -> dict[str, Any]:
    """Give one console line as JSON."""
    return {
        "seq": line.seq,
        "at": stamp(line.at),
        "level": line.level,
        "item": str(line.item_uid) if line.item_uid else None,
        "text": line.text,
    }
