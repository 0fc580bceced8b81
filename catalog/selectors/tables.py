"""Streams as tables: one row for each seq_num, the last event of a repeated number wins."""

from __future__ import annotations

import json
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Any

from django.db.models import F, Func, JSONField, TextField
from django.db.models.functions import Cast

from accounts.actor import Actor
from accounts.errors import InvalidError, NotFoundError
from catalog.documents.encoding import loads
from catalog.ingest import ordinals_of, printable
from catalog.models import Document, EventPage, Run
from catalog.selectors.runs import run
from catalog.selectors.windows import windows

MAX_ROWS = 200_000
"""Most rows of one table that is held in memory."""


class WithoutStamps(Func):
    """An event page without what a table seldom needs: timestamps and uids are half of it."""

    template = "(%(expressions)s - 'timestamps' - 'uid')"
    output_field = JSONField()


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
    pages = EventPage.objects.filter(run=row, stream=printable(stream)).defer("page")
    pages = pages.annotate(text=Cast(F("page") if timestamps else WithoutStamps("page"), TextField()))
    for window in windows(pages, -1, row.last_ordinal):
        for page in window.pages:
            columns, is_written = _parsed(str(vars(page)["text"]), as_written)
            ordinals = _ordinals(page)
            picked = [i for i, n in enumerate(ordinals) if window.holds(n)]
            picked = replaced.without(page, columns["seq_num"], ordinals, picked)
            if picked:
                yield _slice(columns, picked, keys, timestamps, is_written)


def _parsed(text: str, as_written: bool) -> tuple[Any, bool]:
    """Read a page, and tell whether its floats are text as they are written.

    They are, if that is wanted and the page holds nothing but numbers, booleans and nulls: its only strings
    are its keys and its descriptor (two quotes each), and its only lists are its columns.
    """
    if as_written:
        page = json.loads(text, parse_float=str)
        groups = [page["data"], page.get("filled", {})]
        strings = len(page) + 1 + sum(map(len, groups))
        lists = 2 + sum(map(len, groups))
        if text.count('"') == 2 * strings and text.count("[") == lists:
            return page, True
    return loads(text), False


def _ordinals(page: EventPage) -> Sequence[int]:
    """Give the ordinal of each row; those of a page that came as a document share one."""
    return [page.first_ordinal] * page.size if page.is_document else ordinals_of(page)


def _slice(
    page: Any, picked: list[int], keys: Sequence[str], timestamps: bool, is_written: bool
) -> TableSlice:
    whole = len(picked) == len(page["seq_num"])

    def pick(column: list[Any] | None) -> list[Any]:
        if column is None:
            return [None] * len(picked)
        return column if whole else [column[i] for i in picked]

    data, stamps = page["data"], page["timestamps"] if timestamps else {}
    return TableSlice(
        seq_num=pick(page["seq_num"]),
        time=pick(page["time"]),
        data={key: pick(data.get(key)) for key in keys},
        timestamps={key: pick(stamps.get(key)) for key in keys} if timestamps else {},
        is_written=is_written,
    )


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
        self, page: EventPage, numbers: list[int], ordinals: Sequence[int], picked: list[int]
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

    def _latest(self, page: EventPage) -> dict[int, int]:
        """Give the highest ordinal of each seq_num in the pages that reach past the beginning of `page`."""
        rows = self._pages.filter(
            last_ordinal__gt=page.first_ordinal, first_seq__lte=page.last_seq, last_seq__gte=page.first_seq
        )
        latest: dict[int, int] = {}
        for other in rows.defer("page", "layout").annotate(numbers=F("page__seq_num")):
            for number, ordinal in zip(vars(other)["numbers"], _ordinals(other), strict=True):
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
