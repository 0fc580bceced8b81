"""Files over HTTP, whole or a part of them, so that a broken download goes on where it was."""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path

from django.http import HttpResponse, HttpResponseBase
from rest_framework.request import Request

from accounts.errors import NotFoundError
from catalog.api.streaming import download

_ONE_RANGE = re.compile(r"bytes=(\d{0,18})-(\d{0,18})\Z")
_AT_ONCE = 256 * 1024


def file_response(
    request: Request, path: Path, *, name: str, content_type: str, etag: str
) -> HttpResponseBase:
    """Give a file, or the range of bytes that the request asks for (RFC 9110, one range).

    A range that begins behind the end gives 416; with an ``If-Range`` unlike `etag` the whole file comes.
    """
    if not path.is_file():
        raise NotFoundError("The file of this export is gone.", hint="Order it again.")
    size = path.stat().st_size
    asked = request.headers.get("Range", "")
    condition = request.headers.get("If-Range", "")
    wanted = _range_of(asked, size) if not condition or condition == f'"{etag}"' else None
    if wanted is not None and wanted[0] >= wanted[1]:
        return HttpResponse(status=416, headers={"Content-Range": f"bytes */{size}"})
    first, last = wanted or (0, size)
    response = download(request, _bytes(path, first, last), name=name, content_type=content_type)
    response["Content-Length"] = str(last - first)
    response["Accept-Ranges"] = "bytes"
    response["ETag"] = f'"{etag}"'
    if wanted is not None:
        response.status_code = 206
        response["Content-Range"] = f"bytes {first}-{last - 1}/{size}"
    return response


def _range_of(text: str, size: int) -> tuple[int, int] | None:
    """Give the first and the last+1 byte of a range; None for what is no single range, which is ignored."""
    match = _ONE_RANGE.match(text.strip())
    if match is None or not any(match.groups()):
        return None
    first, last = match.groups()
    if not first:
        return max(0, size - int(last)), size
    if last and int(last) < int(first):
        return None
    return int(first), min(size, int(last) + 1) if last else size


def _bytes(path: Path, first: int, last: int) -> Iterator[bytes]:
    with path.open("rb") as file:
        file.seek(first)
        left = last - first
        while left > 0 and (part := file.read(min(left, _AT_ONCE))):
            left -= len(part)
            yield part
