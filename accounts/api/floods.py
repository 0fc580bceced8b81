"""Count what an address asks of the site (`accounts.limiters`)."""

from __future__ import annotations

import math
from collections.abc import Callable

from django.http import HttpRequest, HttpResponse, JsonResponse

from accounts.api.errors import envelope
from accounts.errors import TooManyError
from accounts.limiters import brings_to_rest, limiters
from accounts.requests import address_of


class AddressThrottleMiddleware:
    """Count each request for the address that sent it, before anything is looked up for it."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        """Answer the request, or say when to come again."""
        wait_s = 0.0 if brings_to_rest(request) else limiters.of("address").wait_s(address_of(request))
        if not wait_s:
            return self.get_response(request)
        error = TooManyError("Too many requests come from your address.", retry_after_s=math.ceil(wait_s))
        headers = {"Retry-After": str(error.retry_after_s)}
        return JsonResponse(envelope(error), status=error.status, headers=headers)
