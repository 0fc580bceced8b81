"""Files over HTTP, whole or a part of them, so that a broken download goes on where it was."""

from __future__ import annotations

import re
import tempfile
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import BinaryIO

from django.http import HttpResponse, HttpResponseBase
from rest_framework.request import Request

from accounts.errors import NotFoundError
from catalog.api.streaming import begun, download

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
    asked = _asked_range(request, f'"{etag}"')
    response = _part(request, lambda: path.open("rb"), size, asked, name=name, content_type=content_type)
    return _marked(response, f'"{etag}"')


def repeatable_response(
    request: Request, parts: Callable[[], Iterator[bytes]], *, name: str, content_type: str, etag: str
) -> HttpResponseBase:
    """Stream bytes that are the same each time they are made, or the range of them that is asked for.

    A range is cut from a copy that is made for it, so that who goes on gets the rest and not all anew.

    Parameters
    ----------
    parts
        Makes the bytes from their begin.
    etag
        Quoted; another one whenever the bytes may be others.
    """
    asked = _asked_range(request, etag)
    if _ONE_RANGE.match(asked) is None:
        made = begun(parts())
        return _marked(download(request, made, name=name, content_type=content_type), etag)
    copy = tempfile.TemporaryFile()  # noqa: SIM115  closed when it is sent
    copy.writelines(parts())
    response = _part(request, lambda: copy, copy.tell(), asked, name=name, content_type=content_type)
    if not response.streaming:
        copy.close()
    return _marked(response, etag)


def _marked(response: HttpResponseBase, etag: str) -> HttpResponseBase:
    response["Accept-Ranges"] = "bytes"
    response["ETag"] = etag
    return response


def _asked_range(request: Request, etag: str) -> str:
    """Give the range that is asked for; none where it is asked of bytes that are no longer so."""
    condition = request.headers.get("If-Range", "")
    return request.headers.get("Range", "").strip() if condition in ("", etag) else ""


def _part(
    request: Request, opened: Callable[[], BinaryIO], size: int, asked: str, *, name: str, content_type: str
) -> HttpResponseBase:
    wanted = _range_of(asked, size)
    if wanted is not None and wanted[0] >= wanted[1]:
        return HttpResponse(status=416, headers={"Content-Range": f"bytes */{size}"})
    first, last = wanted or (0, size)
    response = download(request, _bytes(opened, first, last), name=name, content_type=content_type)
    response["Content-Length"] = str(last - first)
    if wanted is not None:
        response.status_code = 206
        response["Content-Range"] = f"bytes {first}-{last - 1}/{size}"
    return response


def _range_of(text: str, size: int) -> tuple[int, int] | None:
    """Give the first and the last+1 byte of a range; None for what is no single range, which is ignored."""
    match = _ONE_RANGE.match(text)
    if match is None or not any(match.groups()):
        return None
    first, last = match.groups()
    if not first:
        return max(0, size - int(last)), size
    if last and int(last) < int(first):
        return None
    return int(first), min(size, int(last) + 1) if last else size


def _bytes(opened: Callable[[], BinaryIO], first: int, last: int) -> Iterator[bytes]:
    with opened() as file:
        file.seek(first)
        left = last - first
        while left > 0 and (part := file.read(min(left, _AT_ONCE))):
            left -= len(part)
            yield part
