"""A stream as Tiled knows it: a table of what is in events, and arrays beside it."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
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
class Form:
    """Shape and type of the array that each row of a data key has."""

    shape: tuple[int, ...]
    dtype: np.dtype[Any]


@dataclass(frozen=True, slots=True)
class Stream:
    """What the descriptors of one stream say."""

    name: str
    metadata: dict[str, Any]
    data_keys: dict[str, Any]
    arrays: Mapping[str, Form] = field(default_factory=dict)
    """Data keys whose values in events are arrays of one shape, see `event_arrays.with_arrays`."""

    @property
    def external(self) -> list[str]:
        """Give the data keys whose values are not in events."""
        return [key for key, value in self.data_keys.items() if is_external(value)]

    @property
    def may_be_arrays(self) -> list[str]:
        """Give the data keys whose values in events are arrays of one shape, if their descriptor is right."""
        inside = (key for key, value in self.data_keys.items() if not is_external(value))
        return [key for key in inside if _is_shaped(self.data_keys[key]) and _column_name(key) == key]

    @property
    def columns(self) -> list[Column]:
        """Give the columns of the table, in their order."""
        inside = [key for key, value in self.data_keys.items() if not is_external(value)]
        names = {key: _column_name(key) for key in inside}
        return [
            Column("seq_num", "seq_num", "", pa.int64()),
            Column("time", "time", "", pa.float64()),
            *(
                Column(names[key], "data", key, type_of(self.data_keys[key]))
                for key in inside
                if key not in self.arrays
            ),
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
    return bool(data_key.get("external"))


def _is_shaped(data_key: Mapping[str, Any]) -> bool:
    """Tell whether a data key is of arrays of numbers; the lengths that are told are often wrong."""
    type_ = type_of(data_key)
    if not pa.types.is_list(type_) or None in (data_key.get("shape") or ()):
        return False
    while pa.types.is_list(type_):
        type_ = type_.value_type
    return bool(pa.types.is_primitive(type_))


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
