"""From a right password, or a provider's word, to a session: by the second factor where one stands before it.

Until the code is given nobody is signed in: the session only holds, for some minutes, who has come that far.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Final

from django.contrib import auth
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.utils import timezone
from django.utils.crypto import constant_time_compare

from accounts import sign_in
from accounts.door import second_factor
from accounts.door.session_store import BEGAN_AT
from accounts.models import User
from accounts.requests import address_of

HELD: Final = "door.held"
HELD_FOR: Final = timedelta(minutes=10)
FRESH_FOR: Final = timedelta(minutes=10)
BACKEND: Final = "accounts.backends.SlowedPasswordBackend"


@dataclass(frozen=True, slots=True)
class Held:
    """Who has given the first factor, and where they go with the second."""

    user: User
    goes_to: str


def after_first_factor(request: HttpRequest, user: User, *, goes_to: str) -> HttpResponse:
    """Let the person in, or send them on to the page that asks for the code."""
    if second_factor.is_on(user):
        _hold(request, user, goes_to)
        return redirect("login-code")
    if second_factor.is_required(user):
        _hold(request, user, goes_to)
        return redirect("login-enrol")
    let_in(request, user)
    return redirect(goes_to)


def let_in(request: HttpRequest, user: User) -> None:
    """Open the person's session, under a new key."""
    request.session.pop(HELD, None)
    auth.login(request, user, backend=BACKEND)


def let_in_with_code(request: HttpRequest, user: User) -> None:
    """Open the session of a person whose code was right; audits ``sign_in.succeeded``."""
    let_in(request, user)
    sign_in.note_success(user=user, address=address_of(request))


def held(request: HttpRequest) -> Held | None:
    """Give who waits for the second factor here; None after too long, or with a new password."""
    kept = request.session.get(HELD)
    if not kept or datetime.fromisoformat(kept["until"]) < timezone.now():
        return None
    user = User.objects.filter(pk=kept["user"], is_active=True).first()
    if user is None or not constant_time_compare(kept["stamp"], user.get_session_auth_hash()):
        return None
    return Held(user=user, goes_to=kept["goes_to"])


def is_fresh(request: HttpRequest) -> bool:
    """Tell whether the person signed in a moment ago: for those who have no password to ask for again."""
    began_at = request.session.get(BEGAN_AT)
    return began_at is not None and datetime.fromisoformat(began_at) > timezone.now() - FRESH_FOR


def _hold(request: HttpRequest, user: User, goes_to: str) -> None:
    request.session.cycle_key()
    request.session[HELD] = {
        "user": user.pk,
        "goes_to": goes_to,
        "stamp": user.get_session_auth_hash(),
        "until": (timezone.now() + HELD_FOR).isoformat(),
    }
