"""The table of a stream, or some columns and rows of it, as Arrow."""

from __future__ import annotations

import base64
import io
from collections.abc import Sequence
from typing import Any

import numpy as np
import pyarrow as pa
import pyarrow.csv

from accounts.actor import Actor
from catalog import selectors
from catalog.documents.encoding import dumps
from catalog.selectors import Block, Values, as_list
from catalog.tiled.streams import Column

PARTITION_ROWS = 100_000
"""Rows of one partition; a table of fewer is one request."""

_SCHEMA_PREFIX = "data:application/vnd.apache.arrow.file;base64,"


def schema_uri(columns: Sequence[Column]) -> str:
    """Give the Arrow schema of columns as Tiled writes it into the structure of a table."""
    schema = pa.schema([(column.name, column.type) for column in columns])
    return _SCHEMA_PREFIX + base64.b64encode(schema.serialize().to_pybytes()).decode("ascii")


def arrow_table(
    actor: Actor, uid: str, stream: str, columns: Sequence[Column], *, start: int = 0, stop: int | None = None
) -> pa.Table:
    """Give rows of a stream as an Arrow table; a value that an event lacks is null.

    A column whose values are not of the type that its descriptor says has one that fits, or is JSON text.
    """
    keys = list(dict.fromkeys(column.key for column in columns if column.key))
    stamps = any(column.kind == "stamp" for column in columns)
    blocks = list(
        selectors.iter_blocks(actor, uid, stream, columns=keys, timestamps=stamps, start=start, stop=stop)
    )
    arrays = [_array([_values(block, column) for block in blocks], column.type) for column in columns]
    return pa.Table.from_arrays(arrays, names=[column.name for column in columns])


def arrow_file(table: pa.Table) -> bytes:
    """Write a table in Arrow's file format."""
    sink = io.BytesIO()
    with pa.ipc.new_file(sink, table.schema) as writer:
        writer.write_table(table)
    return sink.getvalue()


def csv_file(table: pa.Table) -> bytes:
    """Write a table as CSV with a head line; lists are JSON text."""
    sink = io.BytesIO()
    flat = [
        _json_text(column.to_pylist()) if pa.types.is_nested(column.type) else column
        for column in table.columns
    ]
    pa.csv.write_csv(pa.Table.from_arrays(flat, names=table.column_names), sink)
    return sink.getvalue()


def _values(block: Block, column: Column) -> Values:
    if column.kind == "seq_num":
        return block.seq_num
    if column.kind == "time":
        return block.time
    return (block.data if column.kind == "data" else block.timestamps)[column.key]


def _array(parts: list[Values], wanted: pa.DataType) -> pa.Array:
    numbers = [part for part in parts if isinstance(part, np.ndarray) and part.ndim == 1]
    if numbers and len(numbers) == len(parts):
        found = pa.array(np.concatenate(numbers))
        return found if found.type == wanted else _cast(found, wanted)
    values = [value for part in parts for value in as_list(part)]
    for kind in (wanted, None):
        try:
            return pa.array(values, kind)
        except (pa.ArrowInvalid, pa.ArrowTypeError, pa.ArrowNotImplementedError, OverflowError, UnicodeError):
            continue
    return _json_text(values)


def _cast(array: pa.Array, wanted: pa.DataType) -> pa.Array:
    """Give an array in the type that its descriptor says, if no value changes by that."""
    try:
        return array.cast(wanted)
    except (pa.ArrowInvalid, pa.ArrowNotImplementedError):
        return array


def _json_text(values: list[Any]) -> pa.Array:
    return pa.array([None if value is None else dumps(value).decode() for value in values], pa.string())
