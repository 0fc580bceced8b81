"""What is not answered over an open line, and by which methods nothing is answered at all.

A browser that comes over plain HTTP is sent to HTTPS (Django does that). A program is not: it would go on
sending its key in the open, and nobody would notice. It is refused instead, and told why.
"""

import re
from collections.abc import Callable
from typing import Final

from django.conf import settings
from django.http import HttpRequest, HttpResponse, JsonResponse

from config.headers import UNFRAMED

METHODS: Final = frozenset({"GET", "HEAD", "OPTIONS", "POST", "PUT", "PATCH", "DELETE"})
FOR_PROGRAMS: Final = re.compile(r"/(?:api|tiled/api|bl/[^/]+/qserver/api)/|/metrics\Z")


class TransportMiddleware:
    """Refuse methods that nothing here has, and programs without TLS where the site has it."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        """Answer the request, or refuse it before anything of it is read."""
        if request.method not in METHODS:
            told = {"code": "method_not_allowed", "detail": "Nothing is answered to this method."}
            return _refusal(told, status=405, Allow=", ".join(sorted(METHODS)))
        if settings.SECURE_SSL_REDIRECT and not request.is_secure() and FOR_PROGRAMS.match(request.path):
            told = {
                "code": "tls_required",
                "detail": "This site answers programs over HTTPS only.",
                "hint": "Ask by https://, and revoke a key that was sent with this request.",
            }
            return _refusal(told, status=403)
        return self.get_response(request)


def _refusal(told: dict[str, str], *, status: int, **headers: str) -> JsonResponse:
    """Answer before the middleware that adds headers is reached."""
    safe = {"X-Content-Type-Options": "nosniff", "Content-Security-Policy": UNFRAMED, **headers}
    return JsonResponse(told, status=status, headers=safe)
