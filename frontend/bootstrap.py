"""What a page is sent with, before its first REST call."""

from collections.abc import Mapping
from typing import Any, Final

from django.http import HttpRequest
from django.middleware.csrf import get_token

from accounts import impersonation, selectors
from accounts.access import Scope, scopes
from accounts.actor import Actor
from acquisition.queue import selectors as queue

BEAMLINE_KEY = "beamline"
AWAY: Final = ("absent", "lost")
NO_OFFERS: Final[Mapping[str, Any]] = {"presets": [], "metadata_schema": {}}


def chosen_beamline(request: HttpRequest, actor: Actor) -> dict[str, str] | None:
    """Give the beamline that the pages of this session are about, None when there is none to see.

    `?beamline=` chooses; the choice is kept in the session. A name that the actor cannot see is ignored.
    """
    places = {place["name"]: place for place in beamlines(actor)}
    asked = request.GET.get(BEAMLINE_KEY, "")
    if asked in places:
        request.session[BEAMLINE_KEY] = asked
    kept = request.session.get(BEAMLINE_KEY, "")
    return places.get(kept) or _first_at_work(actor, places)


def _first_at_work(actor: Actor, places: Mapping[str, dict[str, str]]) -> dict[str, str] | None:
    """Give the first beamline that has a worker; when none has one, the first of all."""
    if len(places) > 1:
        for name, place in places.items():
            allowed = scopes(actor, beamline=name)
            if Scope.QUEUE_READ in allowed and queue.status(actor, name)["worker"] not in AWAY:
                return place
    return next(iter(places.values()), None)


def beamlines(actor: Actor) -> list[dict[str, str]]:
    """Give name, title and time zone of the beamlines that the actor may see, by title."""
    rows = selectors.beamlines(actor).order_by("title", "name")
    return [{"name": row.name, "title": row.title, "time_zone": row.time_zone} for row in rows]


def bootstrap(request: HttpRequest, actor: Actor) -> dict[str, Any]:
    """Give who is signed in, the beamline, what may be done there and for which proposals."""
    beamline = chosen_beamline(request, actor)
    name = beamline["name"] if beamline else None
    given = scopes(actor, beamline=name) if name else scopes(actor)
    return {
        "user": {"username": actor.username, "display_name": selectors.own_account(actor).display_name},
        "beamline": beamline,
        "beamlines": beamlines(actor),
        "proposals": open_proposals(actor, name) if name else [],
        **(queue.offers(actor, name) if name and Scope.QUEUE_READ in given else NO_OFFERS),
        "scopes": sorted(scope.value for scope in given),
        "looking_as": impersonation.told(request.session) if actor.impersonated_by else None,
        "csrf_token": get_token(request),
    }


def open_proposals(actor: Actor, beamline: str) -> list[dict[str, str]]:
    """Give number and title of the proposals that take data at the beamline, by number."""
    rows = selectors.proposals(actor, beamline=beamline).filter(is_closed=False).order_by("number")
    return [{"number": row.number, "title": row.title} for row in rows[:500]]
