"""Which columns of an event page fit a typed array, and back, losing nothing.

A column fits if all its values are of one type: floats, integers of 64 bits, booleans, printable text, uuids
in their usual form, or rectangular nested lists of floats, integers or booleans. Everything else, also an
empty list among the values, stays in the page's envelope under the encoding rule.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import dataclass
from enum import IntEnum
from itertools import chain
from typing import Any, Literal

import numpy as np

from catalog.storage.arrays import (
    BOOLEAN,
    FLOAT,
    INTEGER,
    MAX_DIMENSIONS,
    UUID,
    ElementType,
    read_array,
    read_texts,
    write_array,
    write_texts,
)

Kind = Literal["floats", "ints", "bools", "texts", "uuids"]
KINDS: tuple[Kind, ...] = ("floats", "ints", "bools", "texts", "uuids")
Values = np.ndarray[Any, Any] | list[Any]
"""A column as it is read: an array of numbers or booleans, or a list."""

_NUMBERS: dict[type, tuple[Kind, ElementType]] = {
    float: ("floats", FLOAT),
    np.float64: ("floats", FLOAT),
    int: ("ints", INTEGER),
    bool: ("bools", BOOLEAN),
}
UNPRINTABLE = re.compile("[\x00\ud800-\udfff]")
"""What no text column takes."""

_UUID_TEXT = 36


class Part(IntEnum):
    """Where in an event page a column lies."""

    ROW = 0
    DATA = 1
    TIMESTAMPS = 2
    FILLED = 3


GROUPS: dict[str, Part] = {"data": Part.DATA, "timestamps": Part.TIMESTAMPS, "filled": Part.FILLED}
ROW_KEYS = ("uid", "time", "seq_num")


@dataclass(frozen=True, slots=True)
class TypedColumn:
    """A column as it goes into the table: its place, its kind, and the array in PostgreSQL's binary form."""

    part: Part
    key: str
    kind: Kind
    array: bytes


def typed(part: Part, key: str, column: Any) -> TypedColumn | None:
    """Give a column as a typed array, or None when it does not fit one."""
    if not len(column) or UNPRINTABLE.search(key):
        return None
    found = _typed(column if isinstance(column, list) else list(column))
    return TypedColumn(part, key, *found) if found is not None else None


def _typed(column: list[Any]) -> tuple[Kind, bytes] | None:
    if set(map(type, column)) == {str}:
        return _text(column)
    shape, flat = _flattened(column)
    kinds = set(map(type, flat))
    found = _NUMBERS.get(next(iter(kinds))) if len(kinds) == 1 else None
    if found is None:
        return None
    kind, element = found
    try:
        values = np.array(flat, element.native)
    except OverflowError:
        return None
    return kind, write_array(values.reshape(shape), element)


def _flattened(column: list[Any]) -> tuple[list[int], list[Any]]:
    """Open rectangular nested lists; what is not rectangular is left as it is."""
    shape, flat = [len(column)], column
    while len(shape) < MAX_DIMENSIONS and set(map(type, flat)) == {list}:
        lengths = set(map(len, flat))
        if len(lengths) != 1 or 0 in lengths:
            break
        shape.append(lengths.pop())
        flat = list(chain.from_iterable(flat))
    return shape, flat


def _text(column: list[str]) -> tuple[Kind, bytes] | None:
    joined = "".join(column)
    if len(joined) == _UUID_TEXT * len(column) and joined.isascii():
        uuids = _uuid_bytes(joined)
        if uuids is not None and _uuid_texts(uuids) == column:
            return "uuids", write_array(np.frombuffer(uuids, UUID.native), UUID)
    return None if UNPRINTABLE.search(joined) else ("texts", write_texts(column))


def _uuid_bytes(joined: str) -> bytes | None:
    try:
        data = bytes.fromhex(joined.replace("-", ""))
    except ValueError:
        return None
    return data if len(data) * _UUID_TEXT == len(joined) * 16 else None


def _uuid_texts(data: bytes) -> list[str]:
    text = data.hex()
    return [
        f"{text[n : n + 8]}-{text[n + 8 : n + 12]}-{text[n + 12 : n + 16]}-{text[n + 16 : n + 20]}-"
        f"{text[n + 20 : n + 32]}"
        for n in range(0, len(text), 32)
    ]


def _read_uuids(data: memoryview) -> list[str]:
    return _uuid_texts(read_array(data, UUID).tobytes())


_READERS: dict[Kind, Callable[[memoryview], Values]] = {
    "floats": lambda data: read_array(data, FLOAT),
    "ints": lambda data: read_array(data, INTEGER),
    "bools": lambda data: read_array(data, BOOLEAN),
    "texts": read_texts,
    "uuids": _read_uuids,
}


def read_column(kind: Kind, data: memoryview) -> Values:
    """Read the array of a typed column."""
    return _READERS[kind](data)


def as_list(values: Values) -> list[Any]:
    """Give a column as the Python values that were stored."""
    return values if isinstance(values, list) else values.tolist()
