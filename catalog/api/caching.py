"""Answer 304 to who has it already."""

from __future__ import annotations

import hashlib
from typing import Any

from django.http import HttpResponseBase
from django.utils.cache import get_conditional_response, patch_vary_headers
from django.utils.http import quote_etag
from rest_framework.request import Request


def etag_of(request: Request, *facts: Any) -> str:
    """Give the ETag of an answer that depends on the address and on `facts` alone."""
    text = "\n".join([request.get_full_path(), str(request.accepted_media_type), *map(str, facts)])
    return quote_etag(hashlib.sha256(text.encode("utf-8", "backslashreplace")).hexdigest()[:32])


def unchanged(request: Request, etag: str) -> HttpResponseBase | None:
    """Give the answer 304 when the request holds this ETag, else None."""
    response = get_conditional_response(request._request, etag=etag)
    return marked(response, etag) if response is not None else None


def marked(response: Any, etag: str) -> Any:
    """Add the headers that let the browser of one person ask again cheaply, and nobody else keep it."""
    response["ETag"] = etag
    response["Cache-Control"] = "private, no-cache"
    patch_vary_headers(response, ["Authorization", "Cookie", "Accept"])
    return response
