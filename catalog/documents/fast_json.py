"""JSON text of many plain values at once."""

from __future__ import annotations

import json
from typing import Any

import numpy as np
import orjson


def dump_plain(value: Any) -> bytes:
    """Write what is strict JSON already: plain lists, objects, strings, booleans, finite floats, integers.

    Examples
    --------
    >>> dump_plain({"x": [1.5, 2]})
    b'{"x":[1.5,2]}'
    """
    try:
        return orjson.dumps(value)
    except TypeError:  # an integer beyond 64 bits, or nested deeper than it goes
        return json.dumps(value, ensure_ascii=False, allow_nan=False, separators=(",", ":")).encode()


def dump_column(column: np.ndarray[Any, Any]) -> bytes:
    """Write an array of numbers or booleans as a JSON list; NaN and the infinities are null.

    Examples
    --------
    >>> import numpy as np
    >>> dump_column(np.array([1.5, np.nan]))
    b'[1.5,null]'
    """
    return orjson.dumps(np.ascontiguousarray(column), option=orjson.OPT_SERIALIZE_NUMPY)


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
