"""A run as a Zarr store in one ZIP file: a group for each stream, arrays with named dimensions."""

from __future__ import annotations

import warnings
from collections.abc import Iterator, Sequence
from functools import partial
from pathlib import Path
from typing import Any

import numpy as np
import zarr
from numpy.typing import NDArray

from accounts.errors import BeamportError
from catalog.export.by_file import by_file
from catalog.export.columns import Column, Kind, columns_of, unit_of, whole
from catalog.export.metadata import metadata_of
from catalog.export.protocol import ExportableRun, Exporter, Options, options_schema
from catalog.export.runs import data_keys_of, external_keys, inline_keys, streams_of

BLOCK_BYTES = 8 * 2**20
"""Chunks of images are made about this large."""


def write_zarr(run: ExportableRun, options: Options) -> Iterator[bytes]:
    """Give the store, Zarr format 2, which xarray opens as a dataset for each group."""
    return by_file(partial(_write, run, options), "zarr.zip")


def _write(run: ExportableRun, options: Options, path: Path) -> None:
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # a ZIP file keeps each version of what is written twice
        with zarr.storage.ZipStore(path, mode="w") as store:
            root = zarr.create_group(store, zarr_format=2, attributes={"beamport": metadata_of(run)})
            for number, stream in enumerate(streams_of(run)):
                group = root.create_group(_name(stream) or f"stream_{number}", attributes={"stream": stream})
                _write_stream(group, run, stream, with_files=options["frames"] == "copy")


def _write_stream(group: Any, run: ExportableRun, stream: str, *, with_files: bool) -> None:
    columns = columns_of(run, stream, inline_keys(run, stream))
    described = data_keys_of(run, stream)
    values = whole(run, stream, columns)
    _put(group, "time", values[":time"], ["time"], {"units": "s", "long_name": "POSIX seconds"})
    _put(group, "seq_num", values[":seq_num"], ["time"], {})
    for column in columns:
        about = {"units": unit_of(described[column.key]), "data_key": column.key}
        name = _name(column.key)
        dims = ["time", *(f"{name}_dim_{axis}" for axis in range(len(column.shape)))]
        _put(group, name, _typed(column, values[column.key]), dims, about)
    for key in external_keys(run, stream) if with_files else ():
        _copy(group, run, stream, key)


def _typed(column: Column, values: NDArray[Any]) -> NDArray[Any]:
    return values.astype(np.str_) if column.kind in (Kind.TEXT, Kind.JSON) else values


def _put(group: Any, name: str, values: NDArray[Any], dims: Sequence[str], about: dict[str, str]) -> None:
    if name in group:
        name += "_data"
    attributes = {"_ARRAY_DIMENSIONS": list(dims), **{key: text for key, text in about.items() if text}}
    if values.dtype.kind == "U" and values.dtype.itemsize == 0:
        values = values.astype("<U1")
    # a fill value would be read as "missing" by xarray, so that zeros were lost
    group.create_array(name, data=values, attributes=attributes, fill_value=None)


def _copy(group: Any, run: ExportableRun, stream: str, key: str) -> None:
    """Copy an array from its files, block by block; what cannot be read is told in its attributes."""
    try:
        array = run.array(stream, key)
    except BeamportError as error:
        group.attrs[f"missing {_name(key)}"] = str(error)
        return
    entry = max(1, int(np.prod(array.shape[1:], dtype=object)) * np.dtype(array.dtype).itemsize)
    step = max(1, min(array.shape[0], BLOCK_BYTES // entry))
    name = _name(key)
    dims = [f"{name}_entry", *(f"{name}_dim_{axis}" for axis in range(len(array.shape) - 1))]
    if array.shape[0] == group["time"].shape[0]:
        dims[0] = "time"
    copy = group.create_array(
        name,
        shape=array.shape,
        dtype=array.dtype,
        chunks=(step, *array.shape[1:]),
        fill_value=None,
        attributes={"_ARRAY_DIMENSIONS": dims, "data_key": key},
    )
    missing = []
    for first in range(0, array.shape[0], step):
        try:
            copy[first : first + step] = array[first : first + step]
        except BeamportError as error:
            missing.append({"entries": [first, min(first + step, array.shape[0])], "why": str(error)})
    if missing:
        group.attrs[f"missing {name}"] = missing


def _name(text: str) -> str:
    """Give a name that may be a file's."""
    return "".join(c if c.isalnum() or c in "_-." else "_" for c in text).strip(".")[:100]


EXPORTER = Exporter(
    name="zarr",
    title="Zarr store (every stream, with images)",
    ending="zarr.zip",
    media_type="application/zip",
    write=write_zarr,
    options=options_schema(
        frames={
            "enum": ["copy", "none"],
            "default": "copy",
            "description": "copy: arrays in files too; none: only what is in events",
        }
    ),
    loses="timestamps of values, uids of events",
    readers=("zarr", "xarray", "dask", "napari"),
)
