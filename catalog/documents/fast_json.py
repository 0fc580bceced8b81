"""Numbers as JSON text, many at once: by `orjson` where it is installed, by the standard library else."""

from __future__ import annotations

import json
from importlib.util import find_spec
from typing import Any

import numpy as np

_ORJSON: Any = None
if find_spec("orjson") is not None:
    import orjson as _ORJSON


def dump_plain(value: Any) -> bytes:
    """Write what is strict JSON already: plain lists, objects, strings, booleans, finite floats, integers.

    Examples
    --------
    >>> dump_plain({"x": [1.5, 2]})
    b'{"x":[1.5,2]}'
    """
    if _ORJSON is not None:
        try:
            return bytes(_ORJSON.dumps(value))
        except TypeError:
            pass  # an integer beyond 64 bits, or nested deeper than it goes
    return json.dumps(value, ensure_ascii=False, allow_nan=False, separators=(",", ":")).encode()


def dump_column(column: np.ndarray[Any, Any]) -> bytes:
    """Write an array of numbers or booleans as a JSON list; NaN and the infinities are null.

    Examples
    --------
    >>> import numpy as np
    >>> dump_column(np.array([1.5, np.nan]))
    b'[1.5,null]'
    """
    if _ORJSON is not None:
        return bytes(_ORJSON.dumps(np.ascontiguousarray(column), option=_ORJSON.OPT_SERIALIZE_NUMPY))
    plain = column.astype(object)
    plain[~np.isfinite(column)] = None
    return dump_plain(plain.tolist())


def written(column: np.ndarray[Any, Any]) -> list[Any]:
    """Give the values of a column of finite numbers as they are written, booleans as they are.

    Examples
    --------
    >>> import numpy as np
    >>> written(np.array([1.5, 2.0]))
    ['1.5', '2.0']
    """
    if column.dtype.kind == "b" or not column.size:
        return list(column.tolist())
    return dump_column(column)[1:-1].decode().split(",")
