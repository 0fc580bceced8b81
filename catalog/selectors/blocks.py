"""Streams as blocks of rows with their columns as arrays: what every table is made of."""

from __future__ import annotations

import sys
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Any

from accounts.actor import Actor
from accounts.errors import InvalidError, NotFoundError
from catalog.documents.encoding import loads
from catalog.ingest import printable
from catalog.models import Document, EventPage, Run
from catalog.selectors.replaced import Replaced
from catalog.selectors.runs import run
from catalog.selectors.windows import Window, windows
from catalog.storage.columns import Part, Values
from catalog.storage.reading import StoredPage, Wanted

_VALUES_AT_ONCE = 500_000
_FIRST_PAGES = 2
_PAGE = 1000


@dataclass(frozen=True, slots=True)
class Block:
    """Some rows of a stream: numpy arrays where a column is of numbers or booleans, else lists."""

    seq_num: Values
    time: Values
    data: dict[str, Values]
    timestamps: dict[str, Values]

    def __len__(self) -> int:
        return len(self.seq_num)


def iter_blocks(
    actor: Actor,
    uid: str,
    stream: str,
    *,
    columns: Sequence[str] | None = None,
    timestamps: bool = False,
    start: int = 0,
    stop: int | None = None,
) -> Iterator[Block]:
    """Give rows ``start`` to ``stop`` (half-open, from 0) of a stream in blocks of at most 1000 rows.

    Parameters
    ----------
    columns
        Data keys; by default all whose values are in events. A value that an event lacks is None.
    timestamps
        Also give each column's timestamps.

    Raises
    ------
    NotFoundError
        The actor sees no such run, or it has no such stream.
    InvalidError
        There is no such column.
    """
    row = run(actor, uid)
    keys = chosen_columns(data_keys_of(row, stream), stream, columns)
    return blocks(row, stream, keys, timestamps, start, stop)


def blocks(
    row: Run,
    stream: str,
    keys: Sequence[str],
    timestamps: bool = False,
    start: int = 0,
    stop: int | None = None,
    *,
    times: bool = True,
) -> Iterator[Block]:
    """Give the rows of a stream in order, without those that a later event replaces.

    What is stored after `row` was read neither adds a row nor takes one away. Without `times` the blocks have
    no time.
    """
    at, end = 0, sys.maxsize if stop is None else stop
    for page, picked in _picked(row, stream, Wanted(tuple(keys), timestamps, times)):
        count = page.size if picked is None else len(picked)
        first, last = max(0, start - at), min(count, end - at)
        if first < last:
            rows = _cut(picked, first, last, page.size)
            yield _block(page, rows, keys, timestamps, times)
        at += count
        if at >= end:
            return


def _picked(row: Run, stream: str, wanted: Wanted) -> Iterator[tuple[StoredPage, list[int] | None]]:
    """Give each page and which of its rows count; None are all."""
    pages = EventPage.objects.filter(run=row, stream=printable(stream))
    replaced = Replaced(row, printable(stream))
    columns = len(wanted.keys or ()) * (1 + wanted.timestamps) + 1
    most = max(_FIRST_PAGES, _VALUES_AT_ONCE // (_PAGE * columns))
    for window in windows(pages, -1, row.last_ordinal, wanted, first=_FIRST_PAGES, most=most):
        for page in window.pages:
            picked = (
                None
                if _is_inside(window, page) and replaced.is_whole(page)
                else _rows(window, page, replaced)
            )
            if picked is None or picked:
                yield page, picked


def _is_inside(window: Window, page: StoredPage) -> bool:
    return window.holds(page.first_ordinal) and window.holds(page.last_ordinal)


def _rows(window: Window, page: StoredPage, replaced: Replaced) -> list[int]:
    return replaced.without(page, [i for i, n in enumerate(page.row_ordinals) if window.holds(n)])


def _cut(picked: list[int] | None, first: int, last: int, size: int) -> list[int] | slice | None:
    if picked is not None:
        return picked[first:last]
    return None if (first, last) == (0, size) else slice(first, last)


def _block(
    page: StoredPage,
    rows: list[int] | slice | None,
    keys: Sequence[str],
    timestamps: bool,
    times: bool,
) -> Block:
    def pick(part: Part, key: str) -> Values:
        column = page.column(part, key)
        if column is None:
            column = [None] * page.size
        if rows is None:
            return column
        if isinstance(rows, list) and isinstance(column, list):
            return [column[i] for i in rows]
        picked: Values = column[rows]  # type: ignore[index]  # a list with a slice, or an array with either
        return picked

    return Block(
        seq_num=pick(Part.ROW, "seq_num"),
        time=pick(Part.ROW, "time") if times else [],
        data={key: pick(Part.DATA, key) for key in keys},
        timestamps={key: pick(Part.TIMESTAMPS, key) for key in keys} if timestamps else {},
    )


def data_keys_of(row: Run, stream: str) -> dict[str, Any]:
    keys: dict[str, Any] = {}
    found = False
    bodies = Document.objects.filter(run=row, name="descriptor").order_by("ordinal")
    for descriptor in map(loads, bodies.values_list("body", flat=True)):
        if descriptor.get("name", "") == stream:
            found = True
            keys.update(descriptor["data_keys"])
    if not found:
        raise NotFoundError(f"Run {row.uid} has no stream {stream[:80]!r}.")
    return keys


def chosen_columns(keys: dict[str, Any], stream: str, columns: Sequence[str] | None) -> list[str]:
    if columns is None:
        return [key for key in keys if not str(keys[key].get("external", "")).startswith("STREAM:")]
    unknown = [c for c in columns if c not in keys]
    if unknown:
        raise InvalidError(
            f"Stream {stream!r} has no column {unknown[0][:80]!r}.",
            fields={"columns": [f"There are {', '.join(list(keys)[:50])}."]},
        )
    return list(dict.fromkeys(columns))
