"""A stream as Tiled knows it: a table of what is in events, and arrays beside it."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np
import pyarrow as pa

TABLE = "internal"
STAMP = "ts_"

_NOT_METADATA = ("name", "run_start", "object_keys")
_SCALARS = {
    "number": pa.float64(),
    "integer": pa.int64(),
    "boolean": pa.bool_(),
    "string": pa.string(),
}


@dataclass(frozen=True, slots=True)
class Column:
    """One column of the table of a stream.

    Attributes
    ----------
    name
        Its name in the table.
    kind
        ``seq_num``, ``time``, ``data`` or ``stamp``.
    key
        The data key of data and stamps.
    type
        What its descriptor says that it holds.
    """

    name: str
    kind: str
    key: str
    type: pa.DataType


@dataclass(frozen=True, slots=True)
class Stream:
    """What the descriptors of one stream say."""

    name: str
    metadata: dict[str, Any]
    data_keys: dict[str, Any]

    @property
    def external(self) -> list[str]:
        """Give the data keys whose values are not in events."""
        return [key for key, value in self.data_keys.items() if is_external(value)]

    @property
    def columns(self) -> list[Column]:
        """Give the columns of the table, in their order."""
        inside = [key for key in self.data_keys if key not in self.external]
        names = {key: _column_name(key) for key in inside}
        return [
            Column("seq_num", "seq_num", "", pa.int64()),
            Column("time", "time", "", pa.float64()),
            *(Column(names[key], "data", key, type_of(self.data_keys[key])) for key in inside),
            *(Column(STAMP + names[key], "stamp", key, pa.float64()) for key in inside),
        ]


def streams_of(descriptors: Iterable[Mapping[str, Any]]) -> dict[str, Stream]:
    """Give the streams of a run, from its descriptors in their order.

    The metadata of a stream is its first descriptor; what later ones change of the configuration stands under
    ``_config_updates``, where the run client looks for it.
    """
    found: dict[str, Stream] = {}
    for descriptor in descriptors:
        name = descriptor.get("name", "")
        known = found.get(name)
        if known is None:
            metadata = {key: value for key, value in descriptor.items() if key not in _NOT_METADATA}
            found[name] = Stream(name, metadata, dict(descriptor["data_keys"]))
        else:
            known.data_keys.update(descriptor["data_keys"])
            update = {key: descriptor[key] for key in ("uid", "time", "configuration") if key in descriptor}
            known.metadata.setdefault("_config_updates", []).append(update)
    return found


def is_external(data_key: Mapping[str, Any]) -> bool:
    """Tell whether the values of a data key are in files of their own and not in events."""
    return str(data_key.get("external", "")).startswith("STREAM:")


def type_of(data_key: Mapping[str, Any]) -> pa.DataType:
    """Give the Arrow type of the values of a data key; arrays are lists in as many levels as axes."""
    dtype = data_key.get("dtype", "")
    scalar = _declared(data_key) or _SCALARS.get(dtype, pa.float64())
    axes = len(data_key.get("shape") or ())
    if dtype == "array" or axes:
        for _ in range(max(1, axes)):
            scalar = pa.list_(scalar)
    return scalar


def _declared(data_key: Mapping[str, Any]) -> pa.DataType | None:
    try:
        dtype = np.dtype(data_key["dtype_numpy"])
    except (KeyError, TypeError, ValueError, SyntaxError):
        return None
    if dtype.kind in "US":
        return pa.string()
    return pa.from_numpy_dtype(dtype.newbyteorder("=")) if dtype.kind in "biuf" else None


def _column_name(key: str) -> str:
    """Give the name of a data key in the table: a leading underscore and two names are not free there."""
    return f"data{key}" if key.startswith("_") else f"data_{key}" if key in ("seq_num", "time") else key
