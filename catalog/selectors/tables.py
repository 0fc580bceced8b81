"""Streams as tables: one row for each seq_num, the last event of a repeated number wins."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np

from accounts.actor import Actor
from accounts.errors import InvalidError, NotFoundError
from catalog.documents.encoding import loads
from catalog.documents.fast_json import written
from catalog.ingest import printable
from catalog.models import Document, EventPage, Run
from catalog.selectors.runs import run
from catalog.selectors.windows import windows
from catalog.storage.columns import Part, Values, as_list
from catalog.storage.reading import StoredPage, Wanted, read_pages

MAX_ROWS = 200_000
"""Most rows of one table that is held in memory."""


@dataclass(frozen=True, slots=True)
class TableSlice:
    """Some rows of a stream, column by column.

    With ``is_written`` every string, also of ``time``, is a float as it is stored.
    """

    seq_num: list[int]
    time: list[float]
    data: dict[str, list[Any]]
    timestamps: dict[str, list[Any]]
    is_written: bool = False


def data_keys(actor: Actor, uid: str, stream: str) -> dict[str, Any]:
    """Give the data keys of a stream in the order of its descriptors.

    Raises
    ------
    NotFoundError
        The actor sees no such run, or it has no such stream.
    """
    return _data_keys(run(actor, uid), stream)


def table(
    actor: Actor,
    uid: str,
    stream: str,
    *,
    columns: Sequence[str] | None = None,
    start: int = 0,
    stop: int | None = None,
    timestamps: bool = False,
) -> dict[str, Any]:
    """Give rows ``start`` to ``stop`` (half-open, from 0) of a stream.

    Parameters
    ----------
    columns
        Data keys; by default all whose values are in events.
    timestamps
        Also give each column's timestamps.

    Returns
    -------
    dict
        ``stream``, ``start``, ``stop`` (of the rows given), ``num_events`` (of the whole stream),
        ``seq_num``, ``time`` (POSIX seconds), ``columns`` {data key: values} and with `timestamps`
        ``timestamps``. A value that an event lacks is None. At most 200,000 rows.

    Raises
    ------
    InvalidError
        There is no such column.
    """
    row = run(actor, uid)
    keys = _chosen(_data_keys(row, stream), stream, columns)
    start = max(0, start)
    stop = start + MAX_ROWS if stop is None else max(start, min(stop, start + MAX_ROWS))
    seq_num: list[int] = []
    times: list[float] = []
    values: dict[str, list[Any]] = {key: [] for key in keys}
    stamps: dict[str, list[Any]] = {key: [] for key in keys}
    at = 0
    for part in slices(row, stream, keys, timestamps=timestamps):
        cut = slice(max(0, start - at), max(0, stop - at))
        at += len(part.seq_num)
        seq_num += part.seq_num[cut]
        times += part.time[cut]
        for key in keys:
            values[key] += part.data[key][cut]
            if timestamps:
                stamps[key] += part.timestamps[key][cut]
        if at >= stop:
            break
    result = {
        "stream": stream,
        "start": start,
        "stop": start + len(seq_num),
        "num_events": row.num_events.get(stream, 0),
        "seq_num": seq_num,
        "time": times,
        "columns": values,
    }
    return {**result, "timestamps": stamps} if timestamps else result


def table_columns(actor: Actor, uid: str, stream: str, columns: Sequence[str] | None) -> list[str]:
    """Give the columns that are asked for, or all whose values are in events.

    Raises
    ------
    InvalidError
        There is no such column.
    """
    return _chosen(_data_keys(run(actor, uid), stream), stream, columns)


def iter_slices(
    actor: Actor,
    uid: str,
    stream: str,
    *,
    columns: Sequence[str] | None = None,
    as_written: bool = False,
    timestamps: bool = False,
) -> Iterator[TableSlice]:
    """Give a whole stream as slices of some hundred rows; memory holds a few at a time.

    Parameters
    ----------
    as_written
        Floats may come as the text that they are stored as, which is quicker to hand on.
    timestamps
        Also give each column's timestamps.
    """
    row = run(actor, uid)
    keys = _chosen(_data_keys(row, stream), stream, columns)
    return slices(row, stream, keys, timestamps=timestamps, as_written=as_written)


def slices(
    row: Run, stream: str, keys: Sequence[str], *, timestamps: bool = False, as_written: bool = False
) -> Iterator[TableSlice]:
    """Give the rows of a stream in order, without those that a later event replaces.

    What is stored after `row` was read neither adds a row nor takes one away.
    """
    replaced = _Replaced(row, printable(stream))
    pages = EventPage.objects.filter(run=row, stream=printable(stream))
    wanted = Wanted(tuple(keys), timestamps)
    for window in windows(pages, -1, row.last_ordinal, wanted):
        for page in window.pages:
            ordinals = page.row_ordinals
            picked = [i for i, n in enumerate(ordinals) if window.holds(n)]
            picked = replaced.without(page, page.values(Part.ROW, "seq_num"), ordinals, picked)
            if picked:
                yield _slice(page, picked, keys, timestamps, as_written)


def _slice(
    page: StoredPage, picked: list[int], keys: Sequence[str], timestamps: bool, as_written: bool
) -> TableSlice:
    def pick(part: Part, key: str) -> Values:
        column = page.column(part, key)
        if column is None:
            return [None] * len(picked)
        if len(picked) == page.size:
            return column
        return [column[i] for i in picked] if isinstance(column, list) else column[picked]

    time, data = pick(Part.ROW, "time"), {key: pick(Part.DATA, key) for key in keys}
    is_written = as_written and all(map(_is_finite, (time, *data.values())))
    give: Callable[[Values], list[Any]] = _written if is_written else as_list
    return TableSlice(
        seq_num=as_list(pick(Part.ROW, "seq_num")),
        time=give(time),
        data={key: give(column) for key, column in data.items()},
        timestamps={key: as_list(pick(Part.TIMESTAMPS, key)) for key in keys} if timestamps else {},
        is_written=is_written,
    )


def _written(column: Values) -> list[Any]:
    return written(np.asarray(column))


def _is_finite(column: Values) -> bool:
    return not isinstance(column, list) and column.ndim == 1 and bool(np.isfinite(column).all())


class _Replaced:
    """Knows which rows of a page a later event of the same seq_num replaces.

    A rewound plan takes points again under their old numbers. Pages say which numbers they span, so only
    pages whose span meets that of a later one are looked at closely. Only events up to the ordinal that the
    reader goes to count: each of those is in one page at any moment, also while pages are joined.
    """

    def __init__(self, row: Run, stream: str) -> None:
        self._until = row.last_ordinal
        self._pages = EventPage.objects.filter(run=row, stream=stream, first_ordinal__lte=self._until)
        spans = self._pages.order_by("first_ordinal")
        self._lowest_later = _lowest_later(
            list(spans.values_list("first_ordinal", "last_ordinal", "first_seq"))
        )

    def without(
        self, page: StoredPage, numbers: list[int], ordinals: Sequence[int], picked: list[int]
    ) -> list[int]:
        """Leave those rows of `picked` that no later event replaces; `numbers` are the page's seq_nums."""
        if len(set(numbers)) < len(numbers):
            last_at = {number: i for i, number in enumerate(numbers) if ordinals[i] <= self._until}
            picked = [i for i in picked if last_at[numbers[i]] == i]
        lowest = self._lowest_later.get(page.first_ordinal)
        if lowest is None or page.last_seq < lowest:
            return picked
        latest = self._latest(page)
        return [i for i in picked if latest.get(numbers[i], -1) <= ordinals[i]]

    def _latest(self, page: StoredPage) -> dict[int, int]:
        """Give the highest ordinal of each seq_num in the pages that reach past the beginning of `page`."""
        rows = self._pages.filter(
            last_ordinal__gt=page.first_ordinal, first_seq__lte=page.last_seq, last_seq__gte=page.first_seq
        )
        latest: dict[int, int] = {}
        for other in read_pages(rows, Wanted(keys=(), timestamps=False)):
            for number, ordinal in zip(other.values(Part.ROW, "seq_num"), other.row_ordinals, strict=True):
                if ordinal <= self._until:
                    latest[number] = max(ordinal, latest.get(number, -1))
        return latest


def _lowest_later(spans: list[tuple[int, int, int]]) -> dict[int, int]:
    """Give, for the first ordinal of each page, the lowest seq_num that an event behind it may have.

    Parameters
    ----------
    spans
        First ordinal, last ordinal and first seq_num of each page, by first ordinal.
    """
    found: dict[int, int] = {}
    lowest: int | None = None
    for first, _, seq in reversed(spans):
        if lowest is not None:
            found[first] = lowest
        lowest = seq if lowest is None else min(lowest, seq)
    reach, reaching = -1, 0
    for first, last, seq in spans:
        if first <= reach:  # a page before this one goes on behind its beginning
            found[first] = min(reaching, found.get(first, reaching))
            reaching = min(reaching, seq)
        else:
            reaching = seq
        reach = max(reach, last)
    return found


def _data_keys(row: Run, stream: str) -> dict[str, Any]:
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


def _chosen(keys: dict[str, Any], stream: str, columns: Sequence[str] | None) -> list[str]:
    if columns is None:
        return [key for key in keys if not str(keys[key].get("external", "")).startswith("STREAM:")]
    unknown = [c for c in columns if c not in keys]
    if unknown:
        raise InvalidError(
            f"Stream {stream!r} has no column {unknown[0][:80]!r}.",
            fields={"columns": [f"There are {', '.join(list(keys)[:50])}."]},
        )
    return list(dict.fromkeys(columns))
