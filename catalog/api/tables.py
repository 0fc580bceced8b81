"""Tables of streams: as JSON, as Arrow, or fewer rows of them for a plot."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from django.http import HttpResponseBase
from drf_spectacular.types import OpenApiTypes
from drf_spectacular.utils import OpenApiExample, extend_schema
from rest_framework.request import Request
from rest_framework.views import APIView

from accounts.api.permissions import SignedInOrPublic
from accounts.requests import actor_of
from catalog import selectors
from catalog.api import asked, replies
from catalog.api import serializers as shapes
from catalog.api.caching import unchanged
from catalog.api.table_arrow import MEDIA_TYPE, schema_of, table_arrow
from catalog.api.table_json import Blocks, table_json

AT_ONCE = 500_000
"""A table of fewer values is read at once; of more, column after column."""

EXAMPLE = OpenApiExample(
    "two rows",
    value={
        "stream": "primary",
        "start": 0,
        "num_events": 2,
        "seq_num": [1, 2],
        "stop": 2,
        "time": [1790000000.0, 1790000001.0],
        "columns": {"sx": [0.0, 0.1], "det": [12.0, 15.0]},
    },
    response_only=True,
)


class TableView(APIView):
    """A stream as a table."""

    permission_classes = (SignedInOrPublic,)

    @extend_schema(
        operation_id="runs_table",
        parameters=[shapes.TableQuerySerializer],
        responses={
            (200, "application/json"): shapes.TableSerializer,
            (200, MEDIA_TYPE): OpenApiTypes.BINARY,
        },
        examples=[EXAMPLE],
    )
    def get(self, request: Request, uid: str, stream: str) -> HttpResponseBase:
        """Give rows `start` to `stop` of columns as JSON or Arrow; with `points` fewer rows for a plot.

        NaN and infinities are null in JSON unless `exact` is asked.
        """
        wanted = asked.query(request, shapes.TableQuerySerializer)
        columns = asked.columns(wanted["columns"])
        table = selectors.stream_table(actor_of(request), uid, stream, columns=columns)
        etag = asked.etag_of_run(request, table.row)
        known = unchanged(request, etag)
        if known is not None:
            return known
        return asked.with_etag(_answer(request, _Asked(table, wanted)), etag)


class _Asked:
    """A table as it was asked for."""

    def __init__(self, table: selectors.StreamTable, wanted: dict[str, Any]) -> None:
        self.table = table
        self.wanted = wanted
        self.columns = table.columns
        self.start = wanted["start"]
        self.stop = wanted["stop"]
        self.facts = {"stream": table.stream, "start": self.start, "num_events": table.num_events}

    @property
    def values(self) -> int:
        """How many values it holds, about."""
        count = self.table.num_events
        rows = max(0, min(count, count if self.stop is None else self.stop) - self.start)
        return rows * (len(self.columns) * (1 + self.wanted["timestamps"]) + 2)

    def blocks(self, columns: list[str], timestamps: bool, times: bool = True) -> Iterator[selectors.Block]:
        """Read some columns of it."""
        return self.table.blocks(columns, timestamps, self.start, self.stop, times=times)


def _answer(request: Request, table: _Asked) -> HttpResponseBase:
    if table.wanted["format"] == "arrow":
        return _arrow(request, table)
    if table.wanted["points"] is not None:
        rows, block = table.table.fewer(table.wanted["points"])
        facts = {**table.facts, "rows": rows}
        return replies.whole(request, b"".join(_json(table, facts, lambda **_: iter([block]))))
    if table.values > AT_ONCE:
        parts = _json(table, table.facts, table.blocks)
        return replies.in_pieces(request, parts, "application/json", compress=table.wanted["compress"])
    held = list(table.blocks(table.columns, table.wanted["timestamps"]))
    return replies.whole(request, b"".join(_json(table, table.facts, lambda **_: iter(held))))


def _json(table: _Asked, facts: dict[str, Any], read: Blocks) -> Iterator[bytes]:
    has_stamps = table.wanted["timestamps"] and table.wanted["points"] is None
    return table_json(
        facts,
        read,
        table.columns,
        start=table.start,
        timestamps=has_stamps,
        is_exact=table.wanted["exact"],
    )


def _arrow(request: Request, table: _Asked) -> HttpResponseBase:
    has_stamps = table.wanted["timestamps"] and table.wanted["points"] is None
    schema = schema_of(table.table.keys, table.table.kinds(), timestamps=has_stamps)
    if table.wanted["points"] is not None:
        blocks = iter([table.table.fewer(table.wanted["points"])[1]])
    else:
        blocks = table.blocks(table.columns, has_stamps)
    parts = table_arrow(blocks, schema, timestamps=has_stamps)
    return replies.in_pieces(request, parts, MEDIA_TYPE, compress=table.wanted["compress"])
