"""Downloads that are written while they are read."""

from __future__ import annotations

import itertools
from collections.abc import AsyncIterator, Iterable, Iterator

from asgiref.sync import sync_to_async
from django.core.handlers.asgi import ASGIRequest
from django.http import StreamingHttpResponse
from rest_framework.request import Request

from catalog.export import content_disposition

_AT_ONCE = 256 * 1024


def begun(parts: Iterator[bytes]) -> Iterator[bytes]:
    """Take the first piece, so that what is wrong is told before the answer begins."""
    first = next(parts, b"")
    return itertools.chain([first], parts)


def download(
    request: Request, parts: Iterable[bytes], *, name: str, content_type: str
) -> StreamingHttpResponse:
    """Stream bytes as a file; memory holds one piece of some 256 kB besides what `parts` holds."""
    response = streamed(request, _pieces(iter(parts)), content_type=content_type)
    response["Content-Disposition"] = content_disposition(name)
    response["Cache-Control"] = "private, no-store"
    response["X-Content-Type-Options"] = "nosniff"
    return response


def streamed(request: Request, pieces: Iterator[bytes], *, content_type: str) -> StreamingHttpResponse:
    """Answer with pieces, each sent when it is made."""
    # Under ASGI a plain iterator would be read whole before the first byte goes out.
    body = _stepwise(pieces) if isinstance(request._request, ASGIRequest) else pieces
    return StreamingHttpResponse(body, content_type=content_type)


def _pieces(parts: Iterator[bytes]) -> Iterator[bytes]:
    held = bytearray()
    for part in parts:
        held += part
        if len(held) >= _AT_ONCE:
            yield bytes(held)
            held.clear()
    if held:
        yield bytes(held)


async def _stepwise(pieces: Iterator[bytes]) -> AsyncIterator[bytes]:
    while (piece := await sync_to_async(_next)(pieces)) is not None:
        yield piece


def _next(pieces: Iterator[bytes]) -> bytes | None:
    return next(pieces, None)
