"""What a session notes of itself: from where and with what it was opened, and when it was last seen."""

from __future__ import annotations

from datetime import timedelta
from typing import Any, Final

from django.http import HttpRequest
from django.utils import timezone

from accounts.door.models import Session
from accounts.door.session_store import ADDRESS, BEGAN_AT, DEVICE
from accounts.models import User
from accounts.requests import address_of

SEEN_EVERY: Final = timedelta(minutes=1)
BROWSERS: Final = (("Edg/", "Edge"), ("OPR/", "Opera"), ("Firefox/", "Firefox"), ("Chrome/", "Chrome"))
SYSTEMS: Final = (
    ("Android", "Android"),
    ("iPhone", "iPhone"),
    ("iPad", "iPad"),
    ("Windows", "Windows"),
    ("Mac OS", "macOS"),
    ("Linux", "Linux"),
)


def on_signed_in(sender: Any, request: HttpRequest, user: User, **rest: Any) -> None:
    """Describe the session that Django has just opened (`user_logged_in`)."""
    describe(request)


def describe(request: HttpRequest) -> None:
    """Write into a new session from where and with what it was opened."""
    session = request.session
    session[ADDRESS] = address_of(request)
    session[DEVICE] = device_of(request.META.get("HTTP_USER_AGENT", ""))
    session[BEGAN_AT] = timezone.now().isoformat()


def note_seen(request: HttpRequest) -> None:
    """Note that the session of a request lives, at most once a minute."""
    seen_at = getattr(request.session, "seen_at", None)
    now = timezone.now()
    if seen_at is not None and seen_at < now - SEEN_EVERY:
        rows = Session.objects.filter(session_key=request.session.session_key)
        rows.update(seen_at=now, address=address_of(request))


def device_of(user_agent: str) -> str:
    """Give browser and system in words.

    >>> device_of("Mozilla/5.0 (X11; Linux x86_64; rv:128.0) Gecko/20100101 Firefox/128.0")
    'Firefox on Linux'
    >>> device_of("curl/8.5.0")
    'curl'
    """
    browser = next((name for mark, name in BROWSERS if mark in user_agent), "")
    if not browser:
        browser = "Safari" if "Safari/" in user_agent else user_agent.partition("/")[0][:60]
    system = next((name for mark, name in SYSTEMS if mark in user_agent), "")
    return f"{browser or 'unknown'} on {system}" if system else browser or "unknown"
