"""Bodies of requests, through the JSON gate."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from rest_framework.parsers import BaseParser

from accounts import json_gate
from accounts.errors import InvalidError


class GatedJSONParser(BaseParser):
    """Read JSON through `accounts.json_gate`; a subclass may set `max_bytes` for one view."""

    media_type = "application/json"
    max_bytes = json_gate.MAX_BYTES

    def parse(
        self, stream: Any, media_type: str | None = None, parser_context: Mapping[str, Any] | None = None
    ) -> Any:
        """Give the value of the body, read no further than one byte past the limit."""
        data = stream.read(self.max_bytes + 1)
        json_gate.check_size(len(data), max_bytes=self.max_bytes)
        return json_gate.parse(data, max_bytes=self.max_bytes)


class CSVTextParser(BaseParser):
    """Read a table in UTF-8 as text, as large as the JSON gate lets a body be."""

    media_type = "text/csv"

    def parse(
        self, stream: Any, media_type: str | None = None, parser_context: Mapping[str, Any] | None = None
    ) -> Any:
        """Give the text of the body."""
        body = stream.read(json_gate.MAX_BYTES + 1)
        json_gate.check_size(len(body))
        try:
            text = str(body.decode("utf-8-sig"))
        except UnicodeDecodeError as error:
            raise InvalidError(f"The table is not UTF-8 (byte {error.start}).") from error
        if not json_gate.is_text(text):
            raise InvalidError("The table holds a NUL character.")
        return text
