"""Fewer rows for a plot, the extremes among them."""

from __future__ import annotations

from typing import Any

import numpy as np

from accounts.actor import Actor
from accounts.errors import TooLargeError
from catalog.models import Run
from catalog.selectors.blocks import Block, blocks, chosen_columns, data_keys_of
from catalog.selectors.runs import run
from catalog.storage.columns import Values

MAX_VALUES = 20_000_000
"""Most values (rows times columns) that are looked at for one plot."""


def decimated(
    actor: Actor, uid: str, stream: str, *, columns: list[str] | None = None, points: int
) -> tuple[list[int], Block]:
    """Give at most `points` rows of a stream that look like all of them when they are drawn.

    Rows are divided into equal buckets; of each bucket those rows stay where a column of numbers is lowest or
    highest, and the first and last row of all stay. NaN is no extreme.

    Returns
    -------
    tuple
        Numbers of the rows that stay (from 0), and these rows.

    Raises
    ------
    TooLargeError
        The columns together hold more than 20 million values.
    """
    row = run(actor, uid)
    return fewer_rows(row, stream, chosen_columns(data_keys_of(row, stream), stream, columns), points)


def fewer_rows(row: Run, stream: str, keys: list[str], points: int) -> tuple[list[int], Block]:
    """Give what `decimated` gives, of a run that was found."""
    if row.num_events.get(stream, 0) * (len(keys) or 1) > MAX_VALUES:
        raise TooLargeError(
            f"{len(keys)} columns of {row.num_events[stream]} rows are more than {MAX_VALUES} values.",
            hint="Name fewer columns, for example columns=det.",
        )
    whole = _joined(list(blocks(row, stream, keys)), keys)
    drawn = [np.asarray(column) for column in whole.data.values() if _is_drawn(column)]
    kept = rows_to_keep(drawn, len(whole), points)
    data = {key: _taken(column, kept) for key, column in whole.data.items()}
    return kept, Block(_taken(whole.seq_num, kept), _taken(whole.time, kept), data, {})


def rows_to_keep(columns: list[np.ndarray[Any, Any]], count: int, points: int) -> list[int]:
    """Choose at most `points` of `count` rows, with the extremes of each column.

    Examples
    --------
    >>> import numpy as np
    >>> rows_to_keep([np.array([0.0, 0, 0, 9, 0, 0, -9, 0, 0, 0])], 10, 6)
    [0, 3, 5, 6, 9]
    """
    if count <= points:
        return list(range(count))
    buckets = max(1, (points - 2) // (2 * max(1, len(columns))))
    kept = {0, count - 1}
    for column in columns[: max(1, (points - 2) // 2)]:
        kept.update(_extremes(column, buckets))
    if not columns:
        kept.update(np.linspace(0, count - 1, points, dtype=int).tolist())
    return sorted(kept)


def _extremes(column: np.ndarray[Any, Any], buckets: int) -> list[int]:
    width = -(-len(column) // buckets)
    values = column.astype(float)
    padded = np.concatenate([values, np.full(-len(values) % width, np.nan)]).reshape(-1, width)
    first = np.arange(len(padded)) * width
    lowest = np.where(np.isnan(padded), np.inf, padded).argmin(axis=1)
    highest = np.where(np.isnan(padded), -np.inf, padded).argmax(axis=1)
    has_numbers = ~np.isnan(padded).all(axis=1)
    found = np.concatenate([(first + lowest)[has_numbers], (first + highest)[has_numbers]])
    return [int(n) for n in found]


def _is_drawn(column: Values) -> bool:
    return not isinstance(column, list) and column.ndim == 1 and column.dtype.kind in "fi"


def _joined(parts: list[Block], keys: list[str]) -> Block:
    return Block(
        _concatenated([part.seq_num for part in parts]),
        _concatenated([part.time for part in parts]),
        {key: _concatenated([part.data[key] for part in parts]) for key in keys},
        {},
    )


def _concatenated(parts: list[Values]) -> Values:
    """Join columns; parts of numbers become an array, also where a small page kept them as a list."""
    kinds = {type(value) for part in parts if isinstance(part, list) for value in part}
    arrays = [part for part in parts if not isinstance(part, list)]
    if kinds <= {float, int} and all(part.ndim == 1 and part.dtype.kind in "fi" for part in arrays):
        try:
            return np.concatenate([np.asarray(part) for part in parts]) if parts else []
        except (OverflowError, ValueError):
            pass  # integers beyond 64 bits stay what they are
    return [value for part in parts for value in (part if isinstance(part, list) else part.tolist())]


def _taken(column: Values, rows: list[int]) -> Values:
    return [column[i] for i in rows] if isinstance(column, list) else column[rows]
