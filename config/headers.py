"""Security headers that Django does not set by itself."""

from collections.abc import Callable
from wsgiref.headers import Headers

from django.http import HttpRequest, HttpResponse

UNFRAMED = "frame-ancestors 'none'"
POLICY = "; ".join(
    (
        "default-src 'self'",
        "script-src 'self'",
        "style-src 'self'",
        "img-src 'self' data: blob:",
        "font-src 'self' data:",
        "connect-src 'self'",
        "worker-src 'self' blob:",
        "object-src 'none'",
        "base-uri 'none'",
        "form-action 'self'",
        UNFRAMED,
    )
)


def add_to_static(headers: Headers, path: str, url: str) -> None:
    """Let no page frame a built file; other sites may use it, as their pages show runs by our components."""
    headers["Content-Security-Policy"] = UNFRAMED


class ContentSecurityPolicyMiddleware:
    """Add the content security policy: own scripts and styles only, never inline, never framed."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        """Answer the request and add each header that the view did not set."""
        response = self.get_response(request)
        policy = response.headers.get("Content-Security-Policy", POLICY)
        framing = "" if "frame-ancestors" in policy else f"; {UNFRAMED}"
        response.headers["Content-Security-Policy"] = policy + framing
        response.headers.setdefault("Permissions-Policy", "camera=(), geolocation=(), microphone=()")
        response.headers.setdefault("Cache-Control", "private, no-store")
        response.headers.setdefault("Cross-Origin-Resource-Policy", "same-origin")
        return response
