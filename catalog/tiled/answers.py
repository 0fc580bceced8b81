"""Answers as msgpack or JSON, whichever the client asks for."""

from __future__ import annotations

import json
import math
from collections.abc import Mapping
from typing import Any

import msgpack
from django.http import HttpResponse
from rest_framework.negotiation import BaseContentNegotiation
from rest_framework.renderers import BaseRenderer
from rest_framework.request import Request

MSGPACK = "application/x-msgpack"
JSON = "application/json"

_SMALLEST, _BIGGEST = -(2**63), 2**64 - 1


class AnyAccept(BaseContentNegotiation):
    """Let every Accept header through: the routes choose the format themselves, refusals are JSON."""

    def select_parser(self, request: Request, parsers: Any) -> Any:
        """Give the parser of the body's type; clients that tell none send JSON."""
        kind = request.content_type.split(";")[0].strip() or JSON
        return next((parser for parser in parsers if parser.media_type == kind), None)

    def select_renderer(
        self, request: Request, renderers: Any, format_suffix: str | None = None
    ) -> tuple[BaseRenderer, str]:
        """Give the first renderer."""
        return renderers[0], renderers[0].media_type


def answered(request: Request, body: Any) -> HttpResponse:
    """Give a body in the format that the request accepts, JSON unless it names msgpack.

    Metadata keeps its types as far as the format has them: integers beyond 64 bits become text in msgpack,
    NaN and infinities become null in JSON. The documents of a run are given unchanged elsewhere.
    """
    if MSGPACK in request.headers.get("Accept", ""):
        packed = msgpack.packb(_for_msgpack(body), use_bin_type=True)
        return HttpResponse(packed, content_type=MSGPACK)
    return HttpResponse(json.dumps(_for_json(body), allow_nan=False), content_type=JSON)


def _for_msgpack(value: Any) -> Any:
    if isinstance(value, str):
        return value.encode("utf-8", "replace").decode() if not value.isascii() else value
    if isinstance(value, int) and not _SMALLEST <= value <= _BIGGEST:
        return str(value)
    if isinstance(value, Mapping):
        return {_for_msgpack(str(key)): _for_msgpack(inner) for key, inner in value.items()}
    if isinstance(value, list | tuple):
        return [_for_msgpack(inner) for inner in value]
    return value


def _for_json(value: Any) -> Any:
    if isinstance(value, float):
        return value if math.isfinite(value) else None
    if isinstance(value, Mapping):
        return {str(key): _for_json(inner) for key, inner in value.items()}
    if isinstance(value, list | tuple):
        return [_for_json(inner) for inner in value]
    return value
