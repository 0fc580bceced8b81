"""Read event pages: one statement gives envelopes and arrays, so that they belong together."""

from __future__ import annotations

import io
import json
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import lru_cache
from typing import Any

import numpy as np
from django.db import connection
from django.db.models import F, Func, JSONField, QuerySet, TextField
from django.db.models.functions import Cast, JSONObject

from catalog.documents.encoding import WHOLE_FROM, has_escape, loads, restore_object
from catalog.documents.pages import Layout, unpack
from catalog.models import EventPage
from catalog.storage.arrays import rows_copied
from catalog.storage.columns import GROUPS, KINDS, UNPRINTABLE, Part, Values, as_list, read_column

_FACTS = (
    "id",
    "first_ordinal",
    "last_ordinal",
    "ordinals",
    "first_seq",
    "last_seq",
    "size",
    "weight",
    "is_document",
    "descriptor",
    "stream",
    "shared",
)
_SELECT = """
WITH chosen AS MATERIALIZED ({pages})
SELECT place, NULL::smallint, NULL::text, facts, layout_text, envelope,
       NULL::float8[], NULL::int8[], NULL::bool[], NULL::text[], NULL::uuid[] FROM chosen
UNION ALL
SELECT chosen.place, part, key, NULL, NULL, NULL, floats, ints, bools, texts, uuids
FROM chosen JOIN catalog_eventcolumn ON page_id = chosen.id WHERE {columns}
ORDER BY 1, 2 NULLS FIRST
"""


class WithoutStamps(Func):
    """An envelope without what a table seldom needs."""

    template = "(%(expressions)s - 'timestamps' - 'uid')"
    output_field = JSONField()


@dataclass(frozen=True, slots=True)
class Wanted:
    """Which columns of pages are read.

    Attributes
    ----------
    keys
        Data keys; None reads every column of the page, also uids.
    timestamps
        Also the timestamps of these keys.
    times
        Also the times of the events.
    """

    keys: tuple[str, ...] | None = None
    timestamps: bool = True
    times: bool = True


EVERYTHING = Wanted()


class StoredPage:
    """Events of one descriptor as they lie in the tables; columns are decoded when they are asked for."""

    def __init__(self, facts: dict[str, Any], layout: str, envelope: str) -> None:
        self.pk: int = facts["id"]
        self.first_ordinal: int = facts["first_ordinal"]
        self.last_ordinal: int = facts["last_ordinal"]
        self.first_seq: int = facts["first_seq"]
        self.last_seq: int = facts["last_seq"]
        self.size: int = facts["size"]
        self.weight: int = facts["weight"]
        self.is_document: bool = facts["is_document"]
        self.descriptor: str = facts["descriptor"]
        self.stream: str = facts["stream"]
        self.layout: Layout = _layout(layout)
        self.ordinals: Sequence[int] = (
            range(self.first_ordinal, self.last_ordinal + 1)
            if facts["ordinals"] is None
            else facts["ordinals"]
        )
        self._shared: dict[str, Any] = facts["shared"]
        self._envelope_text = envelope
        self._envelope: Any = None
        self._typed: dict[tuple[int, str], Values] = {}

    def add(self, part: int, key: str, values: Values) -> None:
        """Take a typed column that was read."""
        self._typed[part, key] = values

    @property
    def row_ordinals(self) -> Sequence[int]:
        """The ordinal of each row; those of a page that came as a document share one."""
        return [self.first_ordinal] * self.size if self.is_document else self.ordinals

    @property
    def envelope(self) -> Any:
        """What lies beside the typed columns."""
        if self._envelope is None:
            text = self._envelope_text
            self._envelope = loads(text) if has_escape(text) else json.loads(text)
        return self._envelope

    @property
    def is_dense(self) -> bool:
        """Whether ``seq_num`` counts up by one, so that it is not kept; False where it is not looked at."""
        return (Part.ROW, "seq_num") not in self._typed and "seq_num" not in self.envelope

    @property
    def is_plain(self) -> bool:
        """Whether every value stands for itself under the encoding rule (of `catalog.documents.encoding`)."""
        if has_escape(self._envelope_text) or any(key[:1] == "$" for keys in self.layout for key in keys):
            return False
        return all(map(_is_plain, self._typed.values()))

    def column(self, part: Part, key: str) -> Values | None:
        """Give one column, None when the page has no such column (or it was not asked for)."""
        found = self._typed.get((part, key))
        if found is not None:
            return found
        if part == Part.TIMESTAMPS and key in self._shared:
            return self.column(Part(self._shared[key][0]), self._shared[key][1])
        held: Any = self.envelope
        for group, its_part in GROUPS.items():
            if its_part == part:
                held = held.get(group) or {}
        if key in held:
            return list(held[key])
        is_dense = part == Part.ROW and key == "seq_num"
        return np.arange(self.first_seq, self.first_seq + self.size) if is_dense else None

    def values(self, part: Part, key: str) -> list[Any]:
        """Give one column as the Python values that were stored; the page must have it."""
        found = self.column(part, key)
        if found is None:
            raise KeyError(f"page {self.pk} has no column {part.name} {key!r}")
        return as_list(found)

    def document(self) -> dict[str, Any]:
        """Give the whole page as an ``event_page`` document, its keys in their order."""
        top, *groups = self.layout
        order = dict(zip(GROUPS, groups, strict=True))
        document: dict[str, Any] = {}
        for key in top:
            if key == "descriptor":
                document[key] = self.envelope[key]
            elif key in order:
                document[key] = {inner: self.values(GROUPS[key], inner) for inner in order[key]}
            else:
                document[key] = self.values(Part.ROW, key)
        return document

    def events(self) -> Iterator[dict[str, Any]]:
        """Give the events one by one."""
        return unpack(self.document(), self.layout)


def read_pages(pages: QuerySet[EventPage], wanted: Wanted = EVERYTHING) -> list[StoredPage]:
    """Read the pages of a queryset in their order of ordinals."""
    chosen = pages.annotate(
        place=F("first_ordinal"),
        facts=Cast(JSONObject(**{name: F(name) for name in _FACTS}), TextField()),
        layout_text=Cast("layout", TextField()),
        envelope=Cast(F("page") if wanted.timestamps else WithoutStamps("page"), TextField()),
    )
    text, parameters = chosen.values(
        "place", "id", "facts", "layout_text", "envelope"
    ).query.sql_with_params()
    columns, more = _columns(wanted)
    statement = _SELECT.format(pages=text, columns=columns)
    return list(_assembled(_copied(statement, (*parameters, *more))))


def _columns(wanted: Wanted) -> tuple[str, tuple[Any, ...]]:
    if wanted.keys is None:
        return "TRUE", ()
    rows = "key <> 'uid'" if wanted.times or wanted.timestamps else "key = 'seq_num'"
    parts = f"(part = 0 AND {rows}) OR (part = 1 AND key = ANY(%s))"
    keys = [key for key in wanted.keys if not UNPRINTABLE.search(key)]
    return (f"{parts} OR part = 2", (keys,)) if wanted.timestamps else (parts, (keys,))


def _copied(statement: str, parameters: Sequence[Any]) -> memoryview:
    """Run a query and give its rows in binary form."""
    buffer = io.BytesIO()
    with connection.cursor() as wrapper:
        cursor = wrapper.cursor
        query = cursor.mogrify(statement, parameters).decode()
        cursor.copy_expert(f"COPY ({query}) TO STDOUT (FORMAT binary)", buffer)
    return buffer.getbuffer()


def _assembled(data: memoryview) -> Iterator[StoredPage]:
    page: StoredPage | None = None
    for _, part, key, facts, layout, envelope, *arrays in rows_copied(data):
        if facts is not None and layout is not None and envelope is not None:
            if page is not None:
                yield page
            page = StoredPage(json.loads(_text(facts)), _text(layout), _text(envelope))
        elif page is not None and part is not None and key is not None:
            kind, array = next((k, a) for k, a in zip(KINDS, arrays, strict=True) if a is not None)
            page.add(int.from_bytes(part), _text(key), read_column(kind, array))
    if page is not None:
        yield page


def _is_plain(column: Values) -> bool:
    """Tell whether a typed column needs no escape: only some floats do."""
    if isinstance(column, list) or column.dtype.kind != "f":
        return True
    return bool((np.abs(column) < WHOLE_FROM).all() and not (np.signbit(column) & (column == 0.0)).any())


def _text(data: memoryview) -> str:
    return str(data, "utf-8")


@lru_cache(maxsize=256)
def _layout(text: str) -> Layout:
    return tuple(map(tuple, json.loads(text, object_hook=restore_object)))
