"""One envelope for every refusal of the API: `{code, detail, fields?, hint?}`."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from django.core.exceptions import (
    PermissionDenied,
    RequestDataTooBig,
    SuspiciousOperation,
)
from django.db import InterfaceError, OperationalError
from django.http import Http404, HttpRequest, JsonResponse
from django.http.response import HttpResponseBase
from django.views.decorators.csrf import csrf_exempt
from django.views.defaults import server_error
from rest_framework import exceptions
from rest_framework.response import Response
from rest_framework.views import set_rollback

from accounts.api.authentication import SCHEME
from accounts.errors import (
    BeamportError,
    ForbiddenError,
    InvalidError,
    NotFoundError,
    NotSignedInError,
    TooLargeError,
    TooManyError,
    UnavailableError,
)

# What Django and DRF raise, and what of ours it says; the first match counts. Anything else is a fault of the
# program: it stays an exception, is logged and becomes a 500 with no inner text.
TRANSLATED: tuple[tuple[type[Exception], type[BeamportError]], ...] = (
    (exceptions.NotAuthenticated, NotSignedInError),
    (exceptions.AuthenticationFailed, NotSignedInError),
    (exceptions.PermissionDenied, ForbiddenError),
    (exceptions.NotFound, NotFoundError),
    (Http404, NotFoundError),
    (PermissionDenied, ForbiddenError),
    (RequestDataTooBig, TooLargeError),
    (SuspiciousOperation, InvalidError),
    (OperationalError, UnavailableError),
    (InterfaceError, UnavailableError),
)
# Django's own words about these would tell what the row was called, or repeat what the database said.
SAID_BY_US = (Http404, exceptions.NotFound, SuspiciousOperation, OperationalError, InterfaceError)
CODES = {"parse_error": "invalid", "throttled": "too_many"}
HINTS = {"unsupported_media_type": "Send JSON, and say so: Content-Type: application/json."}


def exception_handler(error: Exception, context: Mapping[str, Any]) -> Response | None:
    """Give the answer of a refusal; None for a fault of the program, which Django then logs as a 500."""
    ours = _translated(error)
    if ours is not None:
        set_rollback()
        return Response(envelope(ours), status=ours.status, headers=_headers(ours))
    if isinstance(error, exceptions.APIException):
        set_rollback()
        return Response(_framework_envelope(error), status=error.status_code, headers=_retry_after(error))
    return None


def envelope(error: BeamportError) -> dict[str, Any]:
    """Give the body of the answer that tells `error`."""
    body: dict[str, Any] = {"code": error.code, "detail": error.detail}
    if error.fields:
        body["fields"] = error.fields
    if error.hint:
        body["hint"] = error.hint
    return body


@csrf_exempt
def unknown_route(request: HttpRequest, *args: Any, **kwargs: Any) -> JsonResponse:
    """Answer an address under /api/ that no route has."""
    return JsonResponse(envelope(NotFoundError(f"There is no {request.method} {request.path}.")), status=404)


def server_fault(request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponseBase:
    """Answer a fault of the program with nothing of its inside: the envelope to programs, else a page."""
    if request.path.startswith(("/api/", "/bl/")):
        return JsonResponse(envelope(BeamportError()), status=500)
    return server_error(request)


def _translated(error: Exception) -> BeamportError | None:
    if isinstance(error, BeamportError):
        return error
    for theirs, ours in TRANSLATED:
        if isinstance(error, theirs):
            return ours("" if isinstance(error, SAID_BY_US) else _sentence(error))
    return None


def _sentence(error: Exception) -> str:
    if isinstance(error, exceptions.NotAuthenticated):
        return ""
    if isinstance(error, exceptions.APIException):
        return str(error.detail)
    return ""


def _headers(error: BeamportError) -> dict[str, str]:
    if isinstance(error, NotSignedInError):
        return {"WWW-Authenticate": f'{SCHEME} realm="Beamport"'}
    if isinstance(error, TooManyError) and error.retry_after_s:
        return {"Retry-After": str(error.retry_after_s)}
    if isinstance(error, UnavailableError):
        return {"Retry-After": "2"}
    return {}


def _retry_after(error: exceptions.APIException) -> dict[str, str]:
    wait = getattr(error, "wait", None)
    return {"Retry-After": str(int(wait) + 1)} if wait is not None else {}


def _framework_envelope(error: exceptions.APIException) -> dict[str, Any]:
    if isinstance(error, exceptions.ValidationError):
        fields = dict(_flat(error.detail, ""))
        return {"code": "invalid", "detail": "The request is not valid.", "fields": fields}
    code = error.get_codes()
    word = code if isinstance(code, str) else error.default_code
    hint = {"hint": HINTS[word]} if word in HINTS else {}
    return {"code": CODES.get(word, word), "detail": str(error.detail), **hint}


def _flat(detail: Any, path: str) -> Iterator[tuple[str, list[str]]]:
    """Give the faults of nested serializers by dotted name."""
    if isinstance(detail, Mapping):
        for name, inner in detail.items():
            yield from _flat(inner, f"{path}.{name}" if path else str(name))
    elif isinstance(detail, list) and any(isinstance(inner, Mapping | list) for inner in detail):
        for index, inner in enumerate(detail):
            if inner:
                yield from _flat(inner, f"{path}.{index}" if path else str(index))
    else:
        yield path or "body", [str(message) for message in (detail if isinstance(detail, list) else [detail])]
