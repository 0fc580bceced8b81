"""Arrays that lie in files, copied block by block into an HDF5 file, or linked to."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any
from urllib.parse import unquote, urlsplit

import numpy as np

from catalog.export.protocol import ExportableRun, LazyArray

BLOCK_BYTES = 8 * 2**20
_HDF5 = ("application/x-hdf5", "application/x-hdf", "application/hdf5")


@dataclass(frozen=True, slots=True)
class Linked:
    """A dataset in another HDF5 file."""

    path: str
    dataset: str


def linked_file(run: ExportableRun, stream: str, key: str) -> Linked | None:
    """Give the one HDF5 dataset that holds all of a field; None if there is not just one."""
    wanted = {doc["uid"] for doc in run.descriptors if doc.get("name", "") == stream}
    resources: dict[str, Any] = {}
    used: set[str] = set()
    for name, doc in run.documents():
        if name == "stream_resource" and doc["data_key"] == key:
            resources[doc["uid"]] = doc
        elif name == "stream_datum" and doc["descriptor"] in wanted and doc["stream_resource"] in resources:
            used.add(doc["stream_resource"])
    if len(used) != 1:
        return None
    resource = resources[used.pop()]
    dataset = resource.get("parameters", {}).get("dataset")
    parts = urlsplit(resource["uri"])
    is_ours = resource["mimetype"] in _HDF5 and parts.scheme == "file" and isinstance(dataset, str)
    return Linked(unquote(parts.path), dataset) if is_ours else None


def copy_frames(group: Any, name: str, array: LazyArray) -> None:
    """Copy an array into an HDF5 group; memory holds one block."""
    entry = tuple(array.shape[1:])
    dtype = np.dtype(np.uint8) if array.dtype == np.bool_ else np.dtype(array.dtype)
    options: dict[str, Any] = {}
    if array.shape[0]:
        options = {"chunks": (1, *entry), "compression": "gzip", "compression_opts": 1, "shuffle": True}
    dataset = group.create_dataset(name, shape=array.shape, dtype=dtype, **options)
    for first, last in blocks(array):
        dataset[first:last] = array[first:last]


def blocks(array: LazyArray) -> Iterator[tuple[int, int]]:
    """Give the first and the last+1 entry of blocks of some megabytes."""
    entry = max(1, int(np.prod(array.shape[1:], dtype=object)) * np.dtype(array.dtype).itemsize)
    step = max(1, BLOCK_BYTES // entry)
    for first in range(0, array.shape[0], step):
        yield first, min(first + step, array.shape[0])
