"""Note when each session was last seen."""

from __future__ import annotations

from collections.abc import Callable

from django.db import DatabaseError
from django.http import HttpRequest, HttpResponse

from accounts.door import seen


class SessionSeenMiddleware:
    """Note, behind the answer, that the session lives; a database that is away costs only the note."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        """Answer, then note."""
        response = self.get_response(request)
        if response.status_code < 500:
            try:
                seen.note_seen(request)
            except DatabaseError:
                return response
        return response
