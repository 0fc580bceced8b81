"""What a request asks for, read the same way by every route of runs."""

from __future__ import annotations

import json
from typing import Any

from django.http import HttpResponseBase
from rest_framework.request import Request
from rest_framework.serializers import Serializer

from accounts.actor import Actor
from accounts.errors import InvalidError
from catalog import selectors
from catalog.api.caching import etag_of, marked


def query(request: Request, shape: type[Serializer[Any]]) -> dict[str, Any]:
    """Give the parameters of a request, checked."""
    form = shape(data=request.query_params.dict())
    form.is_valid(raise_exception=True)
    return dict(form.validated_data)


def body(request: Request, shape: type[Serializer[Any]]) -> dict[str, Any]:
    """Give the body of a request, checked."""
    form = shape(data=request.data)
    form.is_valid(raise_exception=True)
    return dict(form.validated_data)


def sent(request: Request) -> dict[str, Any]:
    """Give the body of a request as it came; a shape that was checked loses the types of free values."""
    return dict(request.data)


def columns(text: str | None) -> list[str] | None:
    """Read names of columns: with commas between, or a JSON list; None when there are none."""
    if not text:
        return None
    if not text.startswith("["):
        return text.split(",")
    try:
        found = json.loads(text)
    except (ValueError, RecursionError):
        found = None
    if not isinstance(found, list) or not all(isinstance(column, str) for column in found):
        raise InvalidError(fields={"columns": ["Write names with commas between, or a JSON list of names."]})
    return found


def run_etag(request: Request, actor: Actor, uid: str) -> str:
    """Give the ETag of what depends on the documents of a run and its metadata."""
    return etag_of_run(request, selectors.run(actor, uid))


def etag_of_run(request: Request, run: Any) -> str:
    """Give the ETag of what depends on the documents of a run that was found."""
    facts = (run.uid, run.last_ordinal, run.num_events, run.exit_status, run.proposal_id, run.revision)
    return etag_of(request, *facts)


def with_etag(response: Any, etag: str) -> HttpResponseBase:
    """Mark an answer with its ETag."""
    result: HttpResponseBase = marked(response, etag)
    return result
