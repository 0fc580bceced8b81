"""Streams as tables: one row for each seq_num, the last event of a repeated number wins."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np

from accounts.actor import Actor
from catalog.documents.fast_json import written
from catalog.models import Run
from catalog.selectors.blocks import Block, blocks, chosen_columns, data_keys_of
from catalog.selectors.runs import run
from catalog.storage.columns import Values, as_list

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
    return data_keys_of(run(actor, uid), stream)


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
    keys = chosen_columns(data_keys_of(row, stream), stream, columns)
    start = max(0, start)
    stop = start + MAX_ROWS if stop is None else max(start, min(stop, start + MAX_ROWS))
    parts = [_slice(block, False) for block in blocks(row, stream, keys, timestamps, start, stop)]
    seq_num = [number for part in parts for number in part.seq_num]
    result = {
        "stream": stream,
        "start": start,
        "stop": start + len(seq_num),
        "num_events": row.num_events.get(stream, 0),
        "seq_num": seq_num,
        "time": [time for part in parts for time in part.time],
        "columns": {key: [value for part in parts for value in part.data[key]] for key in keys},
    }
    if timestamps:
        result["timestamps"] = {key: [v for part in parts for v in part.timestamps[key]] for key in keys}
    return result


def table_columns(actor: Actor, uid: str, stream: str, columns: Sequence[str] | None) -> list[str]:
    """Give the columns that are asked for, or all whose values are in events.

    Raises
    ------
    InvalidError
        There is no such column.
    """
    return chosen_columns(data_keys_of(run(actor, uid), stream), stream, columns)


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
    keys = chosen_columns(data_keys_of(row, stream), stream, columns)
    return slices(row, stream, keys, timestamps=timestamps, as_written=as_written)


def slices(
    row: Run, stream: str, keys: Sequence[str], *, timestamps: bool = False, as_written: bool = False
) -> Iterator[TableSlice]:
    """Give the rows of a stream in order, without those that a later event replaces.

    What is stored after `row` was read neither adds a row nor takes one away.
    """
    for block in blocks(row, stream, keys, timestamps):
        yield _slice(block, as_written)


def _slice(block: Block, as_written: bool) -> TableSlice:
    is_written = as_written and all(map(_is_finite, (block.time, *block.data.values())))
    give: Callable[[Values], list[Any]] = _written if is_written else as_list
    return TableSlice(
        seq_num=as_list(block.seq_num),
        time=give(block.time),
        data={key: give(column) for key, column in block.data.items()},
        timestamps={key: as_list(column) for key, column in block.timestamps.items()},
        is_written=is_written,
    )


def _written(column: Values) -> list[Any]:
    return written(np.asarray(column))


def _is_finite(column: Values) -> bool:
    return not isinstance(column, list) and column.ndim == 1 and bool(np.isfinite(column).all())
