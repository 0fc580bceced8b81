"""PostgreSQL's binary form of arrays and of COPY, to and from numpy.

An array is its number of dimensions, a flag for nulls, the type of its elements, the length and lower bound
of each dimension, and then the elements, each with its length before it; all big-endian (PostgreSQL manual,
COPY, binary format; `array_send` and `array_recv`).
"""

from __future__ import annotations

import struct
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np

_HEAD = struct.Struct(">iii")
_DIMENSION = struct.Struct(">ii")
_LENGTH = struct.Struct(">i")
_FIELDS = struct.Struct(">h")
_COPY_HEAD = b"PGCOPY\n\xff\r\n\0" + struct.pack(">ii", 0, 0)
_COPY_END = struct.pack(">h", -1)
_NULL = struct.pack(">i", -1)
MAX_DIMENSIONS = 6
"""PostgreSQL's arrays have no more."""


@dataclass(frozen=True, slots=True)
class ElementType:
    """An element type: its number in PostgreSQL, its form on the wire, and its numpy type."""

    oid: int
    wire: np.dtype[Any]
    native: np.dtype[Any]


def _element(oid: int, wire: str, native: str) -> ElementType:
    return ElementType(oid, np.dtype([("length", ">i4"), ("value", wire)]), np.dtype(native))


FLOAT = _element(701, ">f8", "f8")
INTEGER = _element(20, ">i8", "i8")
BOOLEAN = _element(16, "?", "?")
UUID = _element(2950, "V16", "V16")
_TEXT_OID = 25


def write_array(values: np.ndarray[Any, Any], kind: ElementType) -> bytes:
    """Write numbers, booleans or 16-byte uuids, of one or more dimensions."""
    body = np.empty(values.size, kind.wire)
    body["length"] = kind.wire["value"].itemsize
    body["value"] = values.reshape(-1)
    return _array_head(values.shape, kind.oid) + body.tobytes()


def write_texts(values: Sequence[str]) -> bytes:
    """Write texts; they must hold neither NUL nor half a surrogate pair."""
    encoded = [value.encode() for value in values]
    parts = [part for text in encoded for part in (_LENGTH.pack(len(text)), text)]
    return _array_head((len(values),), _TEXT_OID) + b"".join(parts)


def _array_head(shape: Sequence[int], oid: int) -> bytes:
    return _HEAD.pack(len(shape), 0, oid) + b"".join(_DIMENSION.pack(length, 1) for length in shape)


def read_array(data: memoryview, kind: ElementType) -> np.ndarray[Any, Any]:
    """Read what `write_array` writes."""
    shape, at = _shape(data)
    body = np.frombuffer(data, kind.wire, int(np.prod(shape, dtype=np.int64)), at)
    return body["value"].astype(kind.native).reshape(shape)


def read_texts(data: memoryview) -> list[str]:
    """Read what `write_texts` writes."""
    (count,), at = _shape(data)
    texts = []
    for _ in range(count):
        (length,) = _LENGTH.unpack_from(data, at)
        at += _LENGTH.size
        texts.append(str(data[at : at + length], "utf-8"))
        at += length
    return texts


def _shape(data: memoryview) -> tuple[list[int], int]:
    dimensions, has_nulls, _ = _HEAD.unpack_from(data)
    if has_nulls:
        raise ValueError("an array of events has no nulls; this one was written by something else")
    at = _HEAD.size + dimensions * _DIMENSION.size
    return [_DIMENSION.unpack_from(data, _HEAD.size + n * _DIMENSION.size)[0] for n in range(dimensions)], at


def copy_rows(rows: Iterable[Sequence[bytes | None]]) -> bytes:
    """Write rows of fields, each in binary form, as COPY takes them."""
    parts = [_COPY_HEAD]
    for row in rows:
        parts.append(_FIELDS.pack(len(row)))
        for value in row:
            parts += (_NULL,) if value is None else (_LENGTH.pack(len(value)), value)
    return b"".join([*parts, _COPY_END])


def rows_copied(data: memoryview) -> Iterator[list[memoryview | None]]:
    """Read rows of fields as COPY gives them."""
    at = len(_COPY_HEAD) + 0
    while True:
        (count,) = _FIELDS.unpack_from(data, at)
        at += _FIELDS.size
        if count < 0:
            return
        row: list[memoryview | None] = []
        for _ in range(count):
            (length,) = _LENGTH.unpack_from(data, at)
            at += _LENGTH.size
            row.append(None if length < 0 else data[at : at + length])
            at += max(0, length)
        yield row
