"""Answers whole or in pieces, compressed where that pays."""

from __future__ import annotations

import gzip
import zlib
from collections.abc import Iterator
from typing import TypeVar

from django.http import HttpResponse, StreamingHttpResponse
from django.utils.cache import patch_vary_headers
from rest_framework.request import Request

from catalog.api.streaming import begun, streamed

Answer = TypeVar("Answer", HttpResponse, StreamingHttpResponse)

_SMALLEST = 1024
_LARGEST = 2**20  # more takes longer to compress than to send on the networks of a facility
_LEVEL = 1


def whole(request: Request, body: bytes, content_type: str = "application/json") -> HttpResponse:
    """Answer with bytes that are there; text of 1 KiB to 1 MiB goes out as gzip to who takes it."""
    is_worth_it = _SMALLEST <= len(body) <= _LARGEST and _takes_gzip(request)
    response = HttpResponse(gzip.compress(body, _LEVEL) if is_worth_it else body, content_type=content_type)
    return _encoded(response) if is_worth_it else response


def in_pieces(
    request: Request, parts: Iterator[bytes], content_type: str, *, compress: bool = False
) -> StreamingHttpResponse:
    """Answer while the answer is made; what is wrong with its first piece is told as an error.

    Parameters
    ----------
    compress
        Send gzip, if the client takes it.
    """
    is_compressed = compress and _takes_gzip(request)
    pieces = begun(_gzipped(parts) if is_compressed else parts)
    response = streamed(request, pieces, content_type=content_type)
    response["X-Content-Type-Options"] = "nosniff"
    return _encoded(response) if is_compressed else response


def _takes_gzip(request: Request) -> bool:
    return "gzip" in request.headers.get("Accept-Encoding", "")


def _encoded(response: Answer) -> Answer:
    response["Content-Encoding"] = "gzip"
    patch_vary_headers(response, ["Accept-Encoding"])
    return response


def _gzipped(parts: Iterator[bytes]) -> Iterator[bytes]:
    packer = zlib.compressobj(_LEVEL, wbits=31)
    for part in parts:
        yield packer.compress(part)
    yield packer.flush()
