"""Streams as Parquet and Arrow files, with the run's metadata and units in their schema."""

from __future__ import annotations

import io
from collections.abc import Callable, Iterator, Sequence
from typing import Any

import pyarrow as pa
import pyarrow.parquet as pq

from catalog.export.columns import Column, Kind, columns_of, unit_of
from catalog.export.metadata import metadata_text
from catalog.export.protocol import (
    COLUMNS,
    STREAM,
    ExportableRun,
    Exporter,
    Options,
    Rows,
    options_schema,
)
from catalog.export.runs import data_keys_of, inline_keys

METADATA = b"beamport"
"""Key of the schema's metadata under which start, stop and descriptors are, as JSON."""

_TYPES = {
    Kind.FLOAT: pa.float64(),
    Kind.INTEGER: pa.int64(),
    Kind.BOOLEAN: pa.bool_(),
    Kind.TEXT: pa.string(),
    Kind.JSON: pa.string(),
}


def schema_of(run: ExportableRun, stream: str, columns: Sequence[Column]) -> pa.Schema:
    """Give the schema: ``seq_num``, ``time`` (POSIX seconds), the data keys with their units."""
    keys = data_keys_of(run, stream)
    fields = [pa.field("seq_num", pa.int64()), pa.field("time", pa.float64(), metadata={"units": "s"})]
    for column in columns:
        about = {"units": unit_of(keys[column.key]), "source": str(keys[column.key].get("source", ""))}
        about = {name: text.encode("utf-8", "replace").decode() for name, text in about.items() if text}
        fields.append(pa.field(_name(column.key), _type(column), metadata=about or None))
    return pa.schema(
        fields, metadata={METADATA: metadata_text(run), b"stream": stream.encode("utf-8", "replace")}
    )


def batch_of(rows: Rows, columns: Sequence[Column], schema: pa.Schema) -> pa.RecordBatch:
    """Give some rows as a record batch."""
    arrays = [pa.array(rows.seq_num, pa.int64()), pa.array(rows.time, pa.float64())]
    arrays += [_array(column, rows.data[column.key]) for column in columns]
    return pa.record_batch(arrays, schema=schema)


def _array(column: Column, values: Sequence[Any]) -> Any:
    if column.kind in (Kind.TEXT, Kind.JSON):
        texts = column.texts(values)
        return pa.array([None if v is None else t for t, v in zip(texts, values, strict=True)], pa.string())
    if column.kind is Kind.ARRAY:
        return pa.array(column.values(values).astype(float).tolist(), _type(column))
    return pa.array(list(values), _TYPES[column.kind])


def _type(column: Column) -> Any:
    if column.kind is not Kind.ARRAY:
        return _TYPES[column.kind]
    kind = pa.float64()
    for _ in column.shape:
        kind = pa.list_(kind)
    return kind


def _name(key: str) -> str:
    return key.encode("utf-8", "replace").decode()


def _write(
    run: ExportableRun, options: Options, writer_of: Callable[[Any, pa.Schema], Any]
) -> Iterator[bytes]:
    stream = options["stream"]
    columns = columns_of(run, stream, list(options["columns"]) or inline_keys(run, stream))
    schema = schema_of(run, stream, columns)
    sink = _Sink()
    with writer_of(sink, schema) as writer:
        for rows in run.rows(stream, [column.key for column in columns]):
            writer.write_batch(batch_of(rows, columns, schema))
            yield sink.drained()
    yield sink.drained()


class _Sink(io.RawIOBase):
    """Takes what a writer writes, to be handed on."""

    def __init__(self) -> None:
        self._held = bytearray()
        self._at = 0

    def writable(self) -> bool:
        return True

    def tell(self) -> int:
        return self._at

    def write(self, data: Any) -> int:
        view = memoryview(data).cast("B")
        self._held += view
        self._at += len(view)
        return len(view)

    def drained(self) -> bytes:
        taken = bytes(self._held)
        self._held.clear()
        return taken


def write_parquet(run: ExportableRun, options: Options) -> Iterator[bytes]:
    """Give a stream as a Parquet file, a row group a slice."""
    return _write(run, options, lambda sink, schema: pq.ParquetWriter(sink, schema, compression="snappy"))


def write_arrow(run: ExportableRun, options: Options) -> Iterator[bytes]:
    """Give a stream as an Arrow file (IPC, with footer)."""
    return _write(run, options, pa.ipc.new_file)


_OPTIONS = options_schema(stream=STREAM, columns=COLUMNS)
_LOSES = "other streams, arrays in files, timestamps of values"

PARQUET = Exporter(
    name="parquet",
    title="Parquet table of a stream",
    ending="parquet",
    media_type="application/vnd.apache.parquet",
    write=write_parquet,
    options=_OPTIONS,
    loses=_LOSES,
    readers=("pandas", "pyarrow", "dask", "polars"),
    is_repeatable=True,
)
ARROW = Exporter(
    name="arrow",
    title="Arrow table of a stream",
    ending="arrow",
    media_type="application/vnd.apache.arrow.file",
    write=write_arrow,
    options=_OPTIONS,
    loses=_LOSES,
    readers=("pyarrow", "pandas", "polars"),
    is_repeatable=True,
)
EXPORTERS = (PARQUET, ARROW)
