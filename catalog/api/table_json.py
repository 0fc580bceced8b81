"""A table as JSON, column after column, written while it is read."""

from __future__ import annotations

import math
from collections.abc import Callable, Iterable, Iterator
from typing import Any

import numpy as np

from catalog.documents.encoding import WHOLE_FROM, to_storable, write_json
from catalog.documents.fast_json import dump_column, dump_plain
from catalog.selectors import Block, Values, as_list

Blocks = Callable[..., Iterator[Block]]
"""Gives rows of some columns: called with ``columns``, ``timestamps``, and ``times`` False without time."""


def table_json(
    facts: dict[str, Any],
    read: Blocks,
    columns: list[str],
    *,
    start: int,
    timestamps: bool,
    is_exact: bool,
) -> Iterator[bytes]:
    """Write ``{..., "seq_num": [], "time": [], "columns": {}, "timestamps": {}, "stop": n}``.

    Each column is one pass over the table, so that memory holds a part of one column.

    Parameters
    ----------
    facts
        What stands before the columns.
    is_exact
        Write what JSON has no form for under the encoding rule, instead of null for NaN and infinities.
    """
    write = exact_text if is_exact else plain_text
    yield dump_plain(facts)[:-1] + b',"seq_num":'
    times: list[bytes] = []
    count = 0
    for part in _counted(read(columns=[], timestamps=False), times, write):
        count += part[0]
        yield part[1]
    yield b'],"stop":%d,"time":[' % (start + count) + b",".join(filter(None, times)) + b'],"columns":{'
    yield from _group(
        columns, lambda key: (b.data[key] for b in read(columns=[key], timestamps=False, times=False)), write
    )
    if timestamps:
        yield b'},"timestamps":{'
        stamps = lambda key: (b.timestamps[key] for b in read(columns=[key], timestamps=True, times=False))  # noqa: E731
        yield from _group(columns, stamps, write)
    yield b"}}"


def _counted(
    blocks: Iterable[Block], times: list[bytes], write: Callable[[Values], bytes]
) -> Iterator[tuple[int, bytes]]:
    before = b"["
    for block in blocks:
        times.append(write(block.time))
        yield len(block), before + write(block.seq_num)
        before = b","
    if before == b"[":
        yield 0, before


def _group(
    keys: list[str], read: Callable[[str], Iterable[Values]], write: Callable[[Values], bytes]
) -> Iterator[bytes]:
    for place, key in enumerate(keys):
        yield (b"," if place else b"") + write_json(to_storable(key) if isinstance(key, str) else key) + b":["
        before = b""
        for column in read(key):
            text = write(column)
            yield before + text
            before = b","
        yield b"]"


def plain_text(column: Values) -> bytes:
    """Write the values of a column with commas between; NaN and infinities as null."""
    if isinstance(column, list):
        return dump_plain(column if _are_plain_integers(column) else null_for_non_finite(column))[1:-1]
    return dump_column(column)[1:-1]


def exact_text(column: Values) -> bytes:
    """Write the values of a column with commas between, under the encoding rule."""
    if isinstance(column, list) and _are_plain_integers(column):
        return dump_plain(column)[1:-1]
    if isinstance(column, list) or (column.dtype.kind == "f" and not _stands_for_itself(column)):
        return write_json(to_storable(as_list(column)))[1:-1]
    return dump_column(column)[1:-1]


def _are_plain_integers(values: list[Any]) -> bool:
    """Tell whether all values are integers of 64 bits: seq_num mostly, too many to look at one by one."""
    return set(map(type, values)) == {int} and min(values) >= -(2**63) and max(values) < 2**63


def _stands_for_itself(column: np.ndarray[Any, Any]) -> bool:
    is_negative_zero = (column == 0.0) & np.signbit(column)
    return bool((np.abs(column) < WHOLE_FROM).all() and not is_negative_zero.any())


def null_for_non_finite(value: Any) -> Any:
    """Give what strict JSON can hold: null instead of NaN and infinities, the encoding rule for the rest."""
    if type(value) is float:
        return value if math.isfinite(value) else None
    if type(value) is list:
        return [null_for_non_finite(item) for item in value]
    if type(value) is dict:
        return {key: null_for_non_finite(item) for key, item in value.items()}
    return to_storable(value)
