"""Count what a person or a key asks of the REST interface (`accounts.limiters`)."""

from __future__ import annotations

from typing import Any

from rest_framework.throttling import BaseThrottle

from accounts.limiters import brings_to_rest, limiters
from accounts.requests import actor_of


class SenderThrottle(BaseThrottle):
    """Count a request of the REST interface for the key or person that sent it."""

    def allow_request(self, request: Any, view: Any) -> bool:
        """Tell whether the request is taken."""
        self._wait_s = 0.0
        actor = actor_of(request)
        if actor.is_signed_in and not brings_to_rest(request):
            kind = "key" if actor.kind == "key" else "person"
            self._wait_s = limiters.of(kind).wait_s(actor.key_prefix or actor.username)
        return self._wait_s == 0

    def wait(self) -> float:
        """Give the seconds after which to try again."""
        return self._wait_s
