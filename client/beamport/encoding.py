"""Documents as the server writes them: strict JSON, and an object for every value that JSON has not.

``{"$numberDouble": text}`` stands for NaN, infinities, -0.0 and floats from 1e16 on,
``{"$numberInteger": hex}`` for integers beyond 64 bits, ``{"$string": escaped}`` for text with NUL or half a
surrogate pair, and ``{"$object": pairs}`` for an object that looks like one of these or has an order to keep.
"""

from __future__ import annotations

import json
import math
import re
from collections.abc import Callable, Mapping
from typing import Any

import numpy as np

_NOT_TEXT = re.compile("[\x00\ud800-\udfff]")
_READERS: dict[str, Callable[[Any], Any]] = {
    "$numberDouble": float,
    "$numberInteger": lambda text: int(text, 16),
    "$string": lambda text: text.encode("ascii").decode("unicode_escape"),
    "$object": dict,
}


def read(data: bytes | str) -> Any:
    """Read JSON under the rule.

    Examples
    --------
    >>> read('{"x": {"$numberDouble": "-Infinity"}}')
    {'x': -inf}
    """
    return json.loads(data, object_hook=_restored)


def write(value: Any) -> bytes:
    """Write a value as JSON under the rule; numpy's numbers and arrays become plain ones.

    Examples
    --------
    >>> write({"x": float("nan")})
    b'{"x": {"$numberDouble": "NaN"}}'
    """
    return json.dumps(_stored(value), allow_nan=False, ensure_ascii=False).encode()


def _restored(value: dict[str, Any]) -> Any:
    if len(value) == 1:
        ((key, inner),) = value.items()
        reader = _READERS.get(key)
        if reader is not None and isinstance(inner, list if key == "$object" else str):
            return reader(inner)
    return value


def _stored(value: Any) -> Any:
    if isinstance(value, np.generic | np.ndarray):
        value = value.tolist()
    if isinstance(value, bool) or value is None:
        return value
    if isinstance(value, float):
        is_plain = abs(value) < 1e16 and (value != 0 or math.copysign(1, value) > 0)
        return float(value) if is_plain else {"$numberDouble": _float_text(value)}
    if isinstance(value, int):
        return int(value) if -(2**63) <= value < 2**63 else {"$numberInteger": hex(value)}
    if isinstance(value, str):
        return _text(value)
    if isinstance(value, Mapping):
        return _object({str(key): _stored(inner) for key, inner in value.items()})
    if isinstance(value, list | tuple):
        return [_stored(inner) for inner in value]
    raise TypeError(f"a document cannot hold {type(value).__name__}: {value!r:.80}")


def _float_text(value: float) -> str:
    if math.isfinite(value):
        return repr(float(value))
    return "NaN" if math.isnan(value) else "Infinity" if value > 0 else "-Infinity"


def _text(value: str) -> Any:
    if not _NOT_TEXT.search(value):
        return str(value)
    return {"$string": value.encode("unicode_escape").decode("ascii")}


def _object(stored: dict[str, Any]) -> dict[str, Any]:
    looks_special = len(stored) == 1 and next(iter(stored)).startswith("$")
    if looks_special or any(_NOT_TEXT.search(key) for key in stored):
        return {"$object": [[_text(key), inner] for key, inner in stored.items()]}
    return stored
