"""What has run: filtered, searched, page by page."""

from collections.abc import Callable, Mapping
from datetime import datetime
from typing import Any, Final

from django.core import signing
from django.db.models import Q, QuerySet

from accounts.access import Scope, require, visible
from accounts.actor import Actor
from accounts.errors import InvalidError
from accounts.selectors import beamline_named
from acquisition.queue.models import QueueItem
from acquisition.queue.selectors.items import RELATED, item_dict
from acquisition.queue.selectors.writing import stamp
from acquisition.queue.states import FINISHED

PAGE: Final = 200
CURSOR_SALT: Final = "queue.history"


def _words(text: str) -> Q:
    """Each word is somewhere in plan, person, proposal, note, reason, or begins a uid."""
    found = Q()
    for word in text.split()[:10]:
        found &= (
            Q(plan_name__icontains=word)
            | Q(submitted_by__icontains=word)
            | Q(proposal__number__icontains=word)
            | Q(note__icontains=word)
            | Q(reason__icontains=word)
            | Q(uid__startswith=word.lower())
            | Q(run_uids__icontains=word.lower())
        )
    return found


FILTERS: Final[Mapping[str, Callable[[Any], Q]]] = {
    "q": _words,
    "plan": lambda value: Q(plan_name=value),
    "state": lambda value: Q(state__in=value.split(",")),
    "user": lambda value: Q(submitted_by=value),
    "proposal": lambda value: Q(proposal__number=value),
    "run": lambda value: Q(run_uids__contains=[value]),
    "since": lambda value: Q(finished_at__gte=value),
    "until": lambda value: Q(finished_at__lt=value),
}


def history(
    actor: Actor, beamline: str, *, cursor: str = "", limit: int = 50, **filters: Any
) -> dict[str, Any]:
    """Give finished items, newest first, and the cursor of the next page (None at the end).

    Parameters
    ----------
    filters
        By the names of `FILTERS`; an empty one asks for nothing.
    """
    place = beamline_named(actor, beamline)
    require(actor, Scope.QUEUE_READ, beamline=beamline)
    rows = visible(actor, _finished(place.pk, filters), scope=Scope.QUEUE_READ).select_related(*RELATED)
    if cursor:
        at, key = _read_cursor(cursor)
        rows = rows.filter(Q(finished_at__lt=at) | Q(finished_at=at, id__lt=key))
    limit = max(1, min(limit, PAGE))
    found = list(rows.order_by("-finished_at", "-id")[: limit + 1])
    page = found[:limit]
    following = _write_cursor(page[-1]) if len(found) > limit else None
    return {"results": [item_dict(row, None) for row in page], "next": following}


def _finished(beamline_id: int, filters: Mapping[str, Any]) -> QuerySet[QueueItem]:
    rows = QueueItem.objects.filter(beamline_id=beamline_id, state__in=FINISHED)
    for name, value in filters.items():
        if value not in ("", None):
            rows = rows.filter(FILTERS[name](value))
    return rows


def _write_cursor(item: QueueItem) -> str:
    return signing.dumps([stamp(item.finished_at), item.pk], salt=CURSOR_SALT)


def _read_cursor(cursor: str) -> tuple[datetime, int]:
    """Give what a cursor says; signed, so that only what we gave out comes back."""
    try:
        at, key = signing.loads(cursor, salt=CURSOR_SALT)
    except (signing.BadSignature, ValueError) as error:
        raise InvalidError(
            "This cursor was not given by us.", fields={"cursor": ["use the value of `next`"]}
        ) from error
    return datetime.fromisoformat(at), key
