"""One's account and API keys: plain pages that work without script."""

from datetime import timedelta
from typing import Any

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from accounts import selectors, services
from accounts.access import Scope
from accounts.door import confirming, sessions
from accounts.errors import BeamportError
from accounts.requests import actor_of
from frontend.bootstrap import beamlines
from frontend.permissions import page
from notices import selectors as notice_selectors
from notices import services as notice_services

LIFETIMES = {"7": "1 week", "30": "1 month", "90": "3 months", "365": "1 year"}
STANDARD_LIFETIME = "90"
STANDARD_SCOPES = (Scope.RUN_READ, Scope.RUN_EXPORT, Scope.QUEUE_READ, Scope.DEVICE_READ)
NOTEBOOK_SCOPES = (*STANDARD_SCOPES, Scope.QUEUE_WRITE, Scope.ENGINE_CONTROL, Scope.ENGINE_STOP)


@require_GET
@page()
def account(request: HttpRequest) -> HttpResponse:
    """Show who one is, and what one may do where."""
    actor = actor_of(request)
    context = {
        "me": selectors.me(actor),
        "notices": notice_selectors.choices(actor),
        "asks_person": confirming.asks_person(request),
        "sessions": sessions.listed(actor, session_key=request.session.session_key),
        "place": "account",
    }
    return render(request, "frontend/account.html", context)


@require_POST
@page()
def notices(request: HttpRequest) -> HttpResponse:
    """Keep how one wants to be told."""
    asked = request.POST
    notice_services.choose(
        actor=actor_of(request),
        sound="sound" in asked,
        browser="browser" in asked,
        mail=asked.getlist("mail"),
    )
    messages.success(request, "Your choice of notices is kept.")
    return redirect("account")


@never_cache
@require_http_methods(["GET", "POST"])
@page()
def tokens(request: HttpRequest) -> HttpResponse:
    """List one's API keys; by POST make one, whose text is shown in this answer and never again."""
    made, fault = _make(request) if request.method == "POST" else (None, None)
    context = {**_form(request), "made": made, "fault": fault, "keys": _keys(request), "place": "tokens"}
    return render(request, "frontend/tokens.html", context, status=400 if fault else 200)


@require_POST
@page()
def revoke_token(request: HttpRequest, prefix: str) -> HttpResponse:
    """End a key at once."""
    services.revoke_key(actor=actor_of(request), prefix=prefix)
    messages.success(request, f"The key {prefix} is revoked: it opens nothing any more.")
    return redirect("account-tokens")


def _make(request: HttpRequest) -> tuple[dict[str, Any] | None, BeamportError | None]:
    days = request.POST.get("days", STANDARD_LIFETIME)
    lifetime = timedelta(days=int(days if days in LIFETIMES else STANDARD_LIFETIME))
    try:
        text, row = services.create_key(
            actor=actor_of(request),
            scopes=request.POST.getlist("scopes"),
            note=request.POST.get("note", "").strip(),
            expires_at=timezone.now() + lifetime,
            proposal=request.POST.get("proposal") or None,
            beamline=request.POST.get("beamline") or None,
        )
    except BeamportError as error:
        return None, error
    return {"text": text, "prefix": row.prefix, "expires_at": row.expires_at}, None


def _form(request: HttpRequest) -> dict[str, Any]:
    actor = actor_of(request)
    sent = request.POST.getlist("scopes") if request.method == "POST" else list(STANDARD_SCOPES)
    return {
        "scopes": [{"name": scope.value, "is_chosen": scope.value in sent} for scope in Scope],
        "notebook_scopes": [scope.value for scope in NOTEBOOK_SCOPES],
        "lifetimes": LIFETIMES.items(),
        "standard_lifetime": request.POST.get("days", STANDARD_LIFETIME),
        "beamlines": beamlines(actor),
        "proposals": selectors.proposals(actor).order_by("number")[:500],
    }


def _keys(request: HttpRequest) -> list[dict[str, Any]]:
    now = timezone.now()
    rows = selectors.keys(actor_of(request)).order_by("-pk")[:100]
    return [{"row": row, "is_valid": row.revoked_at is None and row.expires_at > now} for row in rows]
