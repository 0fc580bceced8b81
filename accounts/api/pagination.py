"""Pages by key, never by offset: `{"results": […], "next": cursor | null}`."""

from __future__ import annotations

from typing import Any
from urllib.parse import parse_qs, urlsplit

from rest_framework.exceptions import NotFound
from rest_framework.pagination import Cursor, CursorPagination
from rest_framework.request import Request
from rest_framework.response import Response

from accounts.errors import InvalidError


class CursorPages(CursorPagination):
    """Newest first, 50 rows a page unless `limit` asks for up to 500; `cursor` is what `next` said."""

    ordering = "-id"
    page_size = 50
    max_page_size = 500
    page_size_query_param = "limit"
    cursor_query_param = "cursor"

    def get_paginated_response(self, data: Any) -> Response:
        """Give the page with the cursor of the next one."""
        return Response({"results": data, "next": self._next_cursor()})

    def get_paginated_response_schema(self, schema: dict[str, Any]) -> dict[str, Any]:
        """Tell OpenAPI the shape of a page."""
        return {
            "type": "object",
            "required": ["results", "next"],
            "properties": {"results": schema, "next": {"type": "string", "nullable": True}},
        }

    def decode_cursor(self, request: Request) -> Cursor | None:
        """Read the cursor; what is not one of ours is refused as invalid."""
        try:
            cursor = super().decode_cursor(request)
        except NotFound as error:
            raise _bad_cursor() from error
        if cursor is not None and cursor.position is not None and not self.is_position(str(cursor.position)):
            raise _bad_cursor()
        return cursor

    def is_position(self, text: str) -> bool:
        """Tell whether `text` can be a value of the column that orders the page; here a primary key."""
        return text.isascii() and text.isdecimal() and len(text) < 20

    def _next_cursor(self) -> str | None:
        link = self.get_next_link()
        return parse_qs(urlsplit(link).query)[self.cursor_query_param][0] if link else None


def _bad_cursor() -> InvalidError:
    advice = "send what 'next' of the last page said"
    return InvalidError("This cursor is not one of ours.", fields={"cursor": [advice]})
