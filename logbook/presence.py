"""Who watches a beamline: whoever has a page of it open, as its socket says every few seconds."""

from datetime import timedelta
from typing import Final

from django.utils import timezone

from accounts.access import Scope, require
from accounts.actor import Actor
from accounts.selectors import beamline_named
from logbook.models import Watcher

GONE_AFTER: Final = timedelta(seconds=20)
NOTED_EVERY: Final = timedelta(seconds=5)


def note_watching(*, actor: Actor, beamline: str) -> None:
    """Note that the actor is there; a heartbeat, so it is not audited."""
    require(actor, Scope.QUEUE_READ, beamline=beamline)
    place = beamline_named(actor, beamline)
    now = timezone.now()
    rows = Watcher.objects.filter(beamline=place, username=actor.username)
    if rows.filter(seen_at__gt=now - NOTED_EVERY).exists():
        return
    Watcher.objects.update_or_create(beamline=place, username=actor.username, defaults={"seen_at": now})


def watchers(actor: Actor, beamline: str) -> list[str]:
    """Give the names of those who are there, in order."""
    require(actor, Scope.QUEUE_READ, beamline=beamline)
    rows = Watcher.objects.filter(beamline__name=beamline, seen_at__gt=timezone.now() - GONE_AFTER)
    return list(rows.order_by("username").values_list("username", flat=True)[:500])
