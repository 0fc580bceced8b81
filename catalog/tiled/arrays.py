"""Arrays of a stream: columns of its table and what lies in files, with one interface."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import Any, Protocol

import numpy as np
import pyarrow as pa
from numpy.typing import NDArray

from accounts.actor import Actor
from accounts.errors import NotFoundError, TooLargeError
from catalog.assets.lazy_array import CHUNK_BYTES, LazyArray
from catalog.selectors.arrays import external_array
from catalog.selectors.rows import row_count
from catalog.tiled.event_arrays import EventArray
from catalog.tiled.slices import Chunks, Index, backwards, forwards, regular_chunks, shape_of
from catalog.tiled.streams import Column, Stream
from catalog.tiled.tables import arrow_table

MAX_BYTES = 512 * 2**20
"""An answer of more bytes is refused; blocks of it are not."""

_AT_ONCE = 200_000


class Readable(Protocol):
    """An array that is read in parts."""

    @property
    def shape(self) -> tuple[int, ...]:
        """Give the length of each axis."""

    @property
    def dtype(self) -> np.dtype[Any]:
        """Give the type of its values."""

    @property
    def chunks(self) -> Chunks:
        """Give the lengths of the blocks along each axis."""

    def read(self, index: Sequence[Index]) -> NDArray[Any]:
        """Give the part that an index or slice for every axis picks."""


@dataclass(frozen=True)
class ColumnArray:
    """A column of a table as an array in memory."""

    values: NDArray[Any]

    @property
    def shape(self) -> tuple[int, ...]:
        """Give the length of each axis; the first counts the rows."""
        return self.values.shape

    @property
    def dtype(self) -> np.dtype[Any]:
        """Give the type of the values."""
        return self.values.dtype

    @property
    def chunks(self) -> Chunks:
        """Give the lengths of the blocks along each axis."""
        return regular_chunks(self.shape, self.dtype.itemsize)

    def read(self, index: Sequence[Index]) -> NDArray[Any]:
        """Give a part of the column."""
        return self.values[tuple(index)]


@dataclass(frozen=True)
class DeclaredColumn:
    """A column of numbers, described without reading it."""

    actor: Actor
    uid: str
    stream: Stream
    column: Column

    @cached_property
    def shape(self) -> tuple[int, ...]:
        """Give the number of rows, counted once."""
        return (row_count(self.actor, self.uid, self.stream.name),)

    @property
    def dtype(self) -> np.dtype[Any]:
        """Give the type of the values."""
        return np.dtype("<f8") if pa.types.is_floating(self.column.type) else np.dtype("<i8")

    @property
    def chunks(self) -> Chunks:
        """Give one block."""
        return (self.shape,)

    def read(self, index: Sequence[Index]) -> NDArray[Any]:
        """Read the column and give a part of it."""
        values = _column_values(self.actor, self.uid, self.stream, self.column)
        if values.dtype.kind not in "biuf":  # its values are not what the descriptor says; the table has them
            values = np.full(len(values), np.nan)
        return values.astype(self.dtype)[tuple(index)]


@dataclass(frozen=True)
class FileArray:
    """What lies in files, with an axis for the entries of one row where a row has several."""

    entries: LazyArray

    @property
    def shape(self) -> tuple[int, ...]:
        """Give the length of each axis; the first counts the rows."""
        count, *rest = self.entries.shape
        group = self.entries.per_event
        return (count // group, group, *rest) if group > 1 else (count, *rest)

    @property
    def dtype(self) -> np.dtype[Any]:
        """Give the type of the values."""
        return self.entries.dtype

    @property
    def chunks(self) -> Chunks:
        """Give the lengths of the blocks along each axis."""
        if self.entries.per_event > 1:
            return regular_chunks(self.shape, self.dtype.itemsize, most=CHUNK_BYTES)
        return self.entries.chunks

    def read(self, index: Sequence[Index]) -> NDArray[Any]:
        """Read a part: forwards, as files are read, then turned and reduced as the index says."""
        ahead = [forwards(part, length) for part, length in zip(index, self.shape, strict=True)]
        values = self._rows(ahead)
        return values[tuple(backwards(part) for part in index)]

    def require_files(self) -> None:
        """Pass silently when the files of the first and the last entry can be opened.

        Raises
        ------
        NotFoundError, AssetGoneError
            One is gone, or may not be read.
        """
        count = self.entries.shape[0]
        for entry in {0, count - 1} if count else set():
            self.entries.version(entry, entry + 1)

    def _rows(self, parts: list[slice]) -> NDArray[Any]:
        group = self.entries.per_event
        if group == 1:
            return self.entries.read(parts)
        rows, within, *rest = parts
        values = self.entries.read([slice(rows.start * group, rows.stop * group), *rest])
        return values.reshape(-1, group, *values.shape[1:])[:: rows.step, within]


def column_array(actor: Actor, uid: str, stream: Stream, column: Column) -> Readable:
    """Give a column as an array.

    Numbers are described by their descriptor alone; a column of texts or arrays is read, for their length is
    not told anywhere.

    Raises
    ------
    NotFoundError
        Its values are arrays of different shapes, which are only in the table.
    """
    is_plain = column.type == pa.float64() or column.kind == "seq_num"
    if is_plain:
        return DeclaredColumn(actor, uid, stream, column)
    return ColumnArray(_column_values(actor, uid, stream, column))


def stream_array(actor: Actor, uid: str, stream: Stream, field: str) -> Readable:
    """Give what a data key has in files, or as arrays in events, as one array.

    Its first axis counts the rows of the stream.

    Raises
    ------
    NotFoundError, AssetGoneError
        The files are gone, or may not be read.
    """
    if field in stream.arrays:
        return EventArray(actor, uid, stream.name, field, stream.arrays[field])
    array = FileArray(external_array(actor, uid, stream.name, field))
    array.require_files()
    return array


def raw_bytes(array: Readable, index: Sequence[Index]) -> bytes:
    """Give a part of an array as little-endian bytes in C order.

    Raises
    ------
    TooLargeError
        The part has more than 512 MiB.
    """
    size = int(np.prod(shape_of(index, array.shape), dtype=object)) * array.dtype.itemsize
    if size > MAX_BYTES:
        raise TooLargeError(
            f"The part has {size} bytes; {MAX_BYTES} at most are given at once.",
            hint="Ask for blocks, or for a smaller slice.",
        )
    part = np.asarray(array.read(tuple(index)))
    return np.ascontiguousarray(part, little_endian(array.dtype)).tobytes()


def little_endian(dtype: np.dtype[Any]) -> np.dtype[Any]:
    """Give a type as it is sent."""
    return dtype.newbyteorder("<")


def data_type(dtype: np.dtype[Any]) -> dict[str, Any]:
    """Describe a type as Tiled does."""
    order = "not_applicable" if dtype.byteorder == "|" else "little"
    return {"endianness": order, "kind": dtype.kind, "itemsize": dtype.itemsize, "dt_units": None}


def _column_values(actor: Actor, uid: str, stream: Stream, column: Column) -> NDArray[Any]:
    parts: list[NDArray[Any]] = []
    start = 0
    while True:
        table = arrow_table(actor, uid, stream.name, [column], start=start, stop=start + _AT_ONCE)
        parts.append(_as_array(table.column(0), column))
        start += table.num_rows
        if table.num_rows < _AT_ONCE:
            return parts[0] if len(parts) == 1 else np.concatenate(parts)


def _as_array(values: pa.ChunkedArray, column: Column) -> NDArray[Any]:
    kind = values.type
    if pa.types.is_string(kind) or pa.types.is_large_string(kind):
        return np.array([text or "" for text in values.to_pylist()], dtype=np.str_)
    if pa.types.is_nested(kind):
        return _stacked(values.to_pylist(), column)
    if pa.types.is_null(kind):
        return np.full(len(values), np.nan)
    if values.null_count and not pa.types.is_floating(kind):
        values = values.cast(pa.float64())
    return np.asarray(values.to_numpy())


def _stacked(rows: list[Any], column: Column) -> NDArray[Any]:
    try:
        stack = np.array(rows)
    except ValueError:
        stack = np.empty(0, dtype=object)
    if stack.dtype.kind not in "biufU":
        raise NotFoundError(
            f"The values of {column.name[:80]!r} have different shapes: they are no array.",
            hint="Read them in the table of the stream.",
        )
    return stack
