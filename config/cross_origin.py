"""Which pages of other sites may ask, and for what: only what the web components need, and only with a key.

A browser lets another site's page read an answer only when the answer says so. Ours say so to the origins
of ``BEAMPORT_EMBED_ORIGINS``, on the routes below, without cookies: who has no key is nobody there.
"""

import re
from collections.abc import Callable
from typing import Final

from django.conf import settings
from django.http import HttpRequest, HttpResponse

ROUTES: Final = re.compile(
    r"/api/v1/(?:me|runs|runs/[\w.-]+|runs/[\w.-]+/(?:documents|figure|export/(?:svg|png)))\Z"
)
METHODS: Final = "GET, OPTIONS"
HEADERS: Final = "authorization, content-type"
REMEMBERED_S: Final = 600


class CrossOriginMiddleware:
    """Answer what browsers ask beforehand, and mark the answers that a page of another site may read."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        """Answer the request; other routes, origins and methods are answered as if this were not there."""
        origin = request.headers.get("Origin", "")
        if not may_ask(request.path, origin) or request.method not in ("GET", "OPTIONS"):
            return self.get_response(request)
        is_question = request.method == "OPTIONS" and "Access-Control-Request-Method" in request.headers
        response = HttpResponse(status=204) if is_question else self.get_response(request)
        response.headers["Access-Control-Allow-Origin"] = origin
        response.headers["Access-Control-Allow-Methods"] = METHODS
        response.headers["Access-Control-Allow-Headers"] = HEADERS
        response.headers["Access-Control-Max-Age"] = str(REMEMBERED_S)
        vary = response.headers.get("Vary", "")
        response.headers["Vary"] = f"{vary}, Origin" if vary else "Origin"
        return response


def may_ask(path: str, origin: str) -> bool:
    """Tell whether a page of `origin` may read the answers of `path`."""
    return bool(origin) and origin in settings.BEAMPORT_EMBED_ORIGINS and ROUTES.match(path) is not None
