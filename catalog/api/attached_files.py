"""Files that people attach: their bytes in, whole; out, so that no browser runs what they hold."""

from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any, Protocol

from django.http.response import HttpResponseBase
from rest_framework.parsers import BaseParser
from rest_framework.request import Request

from catalog.api.byte_ranges import file_response
from catalog.api.caching import unchanged

SHOWN = frozenset({"image/png", "image/jpeg", "image/gif", "image/webp", "text/plain", "application/pdf"})
"""Media types that no browser runs; anything else is sent as plain bytes."""

PIECE = 256 * 1024


class Attached(Protocol):
    """What is known of an attached file."""

    name: str
    media_type: str
    sha256: str


class RawParser(BaseParser):
    """Leave the body to be read piece by piece."""

    media_type = "*/*"

    def parse(
        self, stream: Any, media_type: str | None = None, parser_context: Mapping[str, Any] | None = None
    ) -> Any:
        """Give the body as it comes in."""
        return stream


def pieces(stream: Any) -> Iterator[bytes]:
    """Give the bytes of a body in pieces."""
    while piece := stream.read(PIECE):
        yield piece


def attached_response(request: Request, found: Attached, path: Path) -> HttpResponseBase:
    """Send an attached file, whole or a range of its bytes, or say that the asker has it already."""
    kind = found.media_type if found.media_type in SHOWN else "application/octet-stream"
    known = unchanged(request, f'"{found.sha256}"')
    if known is not None:
        return known
    name = found.name.encode("ascii", "replace").decode().replace('"', "_").replace("?", "_")
    response = file_response(request, path, name=name, content_type=kind, etag=found.sha256)
    response["Content-Security-Policy"] = "default-src 'none'; sandbox"
    response["Cache-Control"] = "private, no-cache"
    return response
