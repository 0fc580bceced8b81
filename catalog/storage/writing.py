"""Write event pages and their typed columns."""

from __future__ import annotations

import io
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from django.db import connection

from accounts.row_security import is_walled
from catalog.models import EventColumn, EventPage
from catalog.storage.arrays import copy_rows
from catalog.storage.columns import KINDS, TypedColumn, as_list, read_column

_COPY = """
COPY catalog_eventcolumn (page_id, part, key, floats, ints, bools, texts, uuids) FROM STDIN (FORMAT binary)
"""


@dataclass(frozen=True, slots=True)
class PageRows:
    """A page and its typed columns, not yet written."""

    page: EventPage
    columns: Sequence[TypedColumn]


def write_pages(pages: Sequence[PageRows]) -> None:
    """Insert pages and their columns, inside the transaction of the caller."""
    if not pages:
        return
    EventPage.objects.bulk_create([rows.page for rows in pages])
    if is_walled():  # PostgreSQL copies into no table whose rows it watches over
        EventColumn.objects.bulk_create(
            [_row(one.page.pk, column) for one in pages for column in one.columns]
        )
        return
    fields = [_fields(rows.page.pk, column) for rows in pages for column in rows.columns]
    if fields:
        _copy(fields)


def _row(page_id: int, column: TypedColumn) -> EventColumn:
    values = as_list(read_column(column.kind, memoryview(column.array)))
    return EventColumn(page_id=page_id, part=column.part, key=column.key, **{column.kind: values})


def _fields(page_id: int, column: TypedColumn) -> list[bytes | None]:
    arrays = [column.array if column.kind == kind else None for kind in KINDS]
    return [page_id.to_bytes(8), int(column.part).to_bytes(2), column.key.encode(), *arrays]


def _copy(fields: Iterable[Sequence[bytes | None]]) -> None:
    with connection.cursor() as wrapper:
        wrapper.cursor.copy_expert(_COPY, io.BytesIO(copy_rows(fields)))
