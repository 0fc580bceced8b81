"""Show a session that looks as somebody else what they see, and let it change nothing."""

from __future__ import annotations

import re
from collections.abc import Callable
from typing import Final

from django.http import HttpRequest, HttpResponse, JsonResponse
from django.shortcuts import render

from accounts import impersonation
from accounts.requests import actor_of

END: Final = "/api/v1/impersonation"
OWN_ACTS: Final = re.compile(
    r"(/api/v1/impersonation|/logout|/api/v1/beamlines/[^/]+/engine/(pause|stop|abort|halt))\Z"
)
CLOSED: Final = re.compile(r"/(admin|account|accounts)(/|\Z)|/api/v1/keys(/|\Z)")
SAFE: Final = ("GET", "HEAD", "OPTIONS")


class LookingAsMiddleware:
    """Put the person who is looked as in the place of the administrator, for what only reads."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        """Answer as the other person; end by itself when it is over."""
        if impersonation.KEY not in request.session:
            return self.get_response(request)
        own = request.user
        other = impersonation.looked_as(request.session, own)  # type: ignore[arg-type]  # our user model
        if other is None:
            impersonation.end(actor=actor_of(request), session=request.session)
            return self.get_response(request)
        if request.method not in SAFE and OWN_ACTS.match(request.path):
            return self.get_response(request)
        if request.method not in SAFE or CLOSED.match(request.path):
            return _refusal(request, other.get_username())
        request.user = other
        try:
            return self.get_response(request)
        finally:
            request.user = own  # what notes, behind the answer, who was here


def _refusal(request: HttpRequest, username: str) -> HttpResponse:
    detail = f"You look as {username}: nothing can be changed, and their account is not shown."
    hint = "End it first, with the button at the top of every page."
    if request.path.startswith("/api/"):
        body = {"code": "looking_as", "detail": detail, "hint": hint}
        return JsonResponse(body, status=403)
    return render(request, "403.html", {"exception": f"{detail} {hint}"}, status=403)
