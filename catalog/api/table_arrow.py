"""A table as Arrow's streaming format, written while it is read."""

from __future__ import annotations

import io
import json
from collections.abc import Iterator, Mapping
from typing import Any

import numpy as np
import pyarrow as pa

from catalog.documents.encoding import to_storable
from catalog.selectors import Block, Values, as_list

MEDIA_TYPE = "application/vnd.apache.arrow.stream"
_ROWS_AT_ONCE = 8192
_PLAIN: dict[frozenset[str], pa.DataType] = {
    frozenset({"floats"}): pa.float64(),
    frozenset({"ints"}): pa.int64(),
    frozenset({"ints", "wide"}): pa.int64(),
    frozenset({"floats", "ints"}): pa.float64(),
    frozenset({"bools"}): pa.bool_(),
    frozenset({"texts"}): pa.string(),
}
_AS_JSON = {b"encoding": b"json"}


def schema_of(keys: Mapping[str, Any], kinds: Mapping[str, frozenset[str]], *, timestamps: bool) -> pa.Schema:
    """Give the schema: ``seq_num``, ``time`` (POSIX seconds), the columns, also each ``ts_`` + key if asked.

    A column is float64, int64, bool, string or nested lists of numbers, as its values are; anything else is
    JSON text under the encoding rule, and its field says ``encoding: json``.
    """
    fields = [pa.field("seq_num", pa.int64()), pa.field("time", pa.float64(), metadata={"units": "s"})]
    fields += [_field(key, kinds[key], keys[key].get("units")) for key in kinds]
    if timestamps:
        fields += [pa.field(f"ts_{_printable(key)}", pa.float64(), metadata={"units": "s"}) for key in kinds]
    return pa.schema(fields)


def _field(key: str, kinds: frozenset[str], units: Any) -> pa.Field:
    about = {b"units": _printable(units).encode()} if isinstance(units, str) and units else {}
    kind = _type_of(kinds - {"nulls"})
    if kind is None:
        return pa.field(_printable(key), pa.string(), metadata={**about, **_AS_JSON})
    return pa.field(_printable(key), kind, metadata=about or None)


def _type_of(kinds: frozenset[str]) -> pa.DataType | None:
    found = _PLAIN.get(kinds)
    if found is None and len(kinds) == 1:
        (kind,) = kinds
        if kind[-1].isdigit():
            found = {"floats": pa.float64(), "ints": pa.int64(), "bools": pa.bool_()}[kind[:-1]]
            for _ in range(int(kind[-1]) - 1):
                found = pa.list_(found)
    return found


def _printable(text: str) -> str:
    return text.encode("utf-8", "replace").decode()


def table_arrow(blocks: Iterator[Block], schema: pa.Schema, *, timestamps: bool) -> Iterator[bytes]:
    """Write the schema, then the rows in record batches of some thousand."""
    sink = io.BytesIO()
    with pa.ipc.new_stream(sink, schema) as writer:
        yield _taken(sink)
        held: list[pa.RecordBatch] = []
        for block in blocks:
            held.append(_batch(block, schema, timestamps))
            if sum(batch.num_rows for batch in held) >= _ROWS_AT_ONCE:
                writer.write_table(pa.Table.from_batches(held).combine_chunks())
                held = []
                yield _taken(sink)
        if held:
            writer.write_table(pa.Table.from_batches(held).combine_chunks())
    yield _taken(sink)


def _taken(sink: io.BytesIO) -> bytes:
    data = sink.getvalue()
    sink.seek(0)
    sink.truncate()
    return data


def _batch(block: Block, schema: pa.Schema, timestamps: bool) -> pa.RecordBatch:
    columns = [block.seq_num, block.time, *block.data.values()]
    if timestamps:
        columns += [_as_times(column) for column in block.timestamps.values()]
    arrays = [_array(column, field) for column, field in zip(columns, schema, strict=True)]
    return pa.record_batch(arrays, schema=schema)


def _as_times(column: Values) -> Values:
    """Give timestamps as numbers: what is none is missing."""
    if not isinstance(column, list):
        return column
    return [float(value) if isinstance(value, int | float) else None for value in column]


def _array(column: Values, field: pa.Field) -> pa.Array:
    if field.metadata and b"encoding" in field.metadata:
        texts = [
            None if v is None else json.dumps(to_storable(v), ensure_ascii=False) for v in as_list(column)
        ]
        return pa.array(texts, pa.string())
    if pa.types.is_nested(field.type):
        return _nested(np.asarray(column), field.type)
    if isinstance(column, list) and pa.types.is_string(field.type):
        return pa.array([None if text is None else _printable(text) for text in column], pa.string())
    return pa.array(column, field.type, from_pandas=False)


def _nested(values: np.ndarray[Any, Any], kind: pa.DataType) -> pa.Array:
    """Give a rectangular array as lists of lists without touching each value."""
    depth = values.ndim
    inner = kind
    for _ in range(depth - 1):
        inner = inner.value_type
    found = pa.array(values.reshape(-1), inner)
    for axis in range(depth - 1, 0, -1):
        length = values.shape[axis]
        count = int(np.prod(values.shape[:axis]))
        offsets = pa.array(np.arange(count + 1, dtype=np.int32) * length)
        found = pa.ListArray.from_arrays(offsets, found)
    return found
