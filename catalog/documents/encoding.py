"""Write documents as strict JSON that PostgreSQL's jsonb keeps, and read them back unchanged.

Strict JSON has no NaN, jsonb turns ``-0.0`` into ``0.0`` and ``1e22`` into an integer, and neither takes NUL
or half of a surrogate pair. Such values are written as an object with one key that begins with ``$``:

====================================  ===========================================
value                                 written as
====================================  ===========================================
NaN, infinities, ``-0.0``, floats     ``{"$numberDouble": "NaN"}`` (the text is
of magnitude 1e16 and more            the float's shortest form)
integers beyond 64 bits               ``{"$numberInteger": "0x..."}`` (hexadecimal:
                                      decimal text of huge integers costs
                                      quadratic time)
strings with NUL or surrogates        ``{"$string": "..."}`` (Python's
                                      ``unicode_escape``)
objects with such keys, or with one   ``{"$object": [[key, value], ...]}``
key that begins with ``$``
====================================  ===========================================

Everything else is written as it is. `from_storable` undoes it exactly; tuples and numpy arrays come back as
lists, numpy scalars as the Python numbers they hold. Keys of objects must be strings.
"""

from __future__ import annotations

import json
import math
import re
from collections.abc import Callable, Mapping
from typing import Any

import numpy as np
import orjson

from catalog.documents.errors import EncodingError

MAX_DEPTH = 128
"""Objects and lists nested deeper than this are refused."""

WHOLE_FROM = 1e16
"""Floats of this magnitude and more are written with an escape: jsonb would take them for integers."""

_INT_LOWEST, _INT_HIGHEST = -(2**63), 2**63 - 1
_NOT_TEXT = re.compile("[\x00\ud800-\udfff]")
_ENCODER = json.JSONEncoder(ensure_ascii=False, allow_nan=False, separators=(",", ":"))
_ATOMS = frozenset({bool, type(None)})
_SCALARS = frozenset({float, int, str, bool, type(None)})
_ODD_MARKS = (b"null", b"\\u0000", b'"$')  # what is not finite, or None; NUL; what may be an escape
_ODD_FLOATS = (  # whole ones from 1e16; a zero with a sign
    re.compile(rb"e\+?\d+(?:[,\]}]|\Z)"),
    re.compile(rb"-0\.0(?:[,\]}]|\Z)"),
)


def to_storable(doc: Any) -> Any:
    """Give the JSON value that stands for a document under the encoding rule.

    Parameters
    ----------
    doc
        A JSON-like value: mappings with string keys, lists, tuples, strings, numbers, booleans, None, numpy
        scalars and arrays of these.

    Returns
    -------
    object
        Plain dicts, lists, strings, ints, floats, booleans and None that strict JSON and jsonb keep.

    Raises
    ------
    EncodingError
        If a value is of another type, a key is not a string, or the nesting is deeper than `MAX_DEPTH`.

    Examples
    --------
    >>> to_storable({"intensity": float("nan"), "points": 3})
    {'intensity': {'$numberDouble': 'NaN'}, 'points': 3}
    """
    return _store(doc, 0)


def keep_order(storable: Any) -> Any:
    """Write objects whose keys jsonb would put in another order as lists of pairs.

    jsonb sorts keys by their length and then by their bytes. `from_storable` undoes this too.

    Examples
    --------
    >>> keep_order({"b": 1, "a": {"c": 2}})
    {'$object': [['b', 1], ['a', {'c': 2}]]}
    """
    if type(storable) is list:
        return [keep_order(item) for item in storable]
    if type(storable) is not dict:
        return storable
    kept = {key: keep_order(item) for key, item in storable.items()}
    if list(kept) == sorted(kept, key=_jsonb_rank):
        return kept
    return {"$object": [[key, item] for key, item in kept.items()]}


def _jsonb_rank(key: str) -> tuple[int, bytes]:
    data = key.encode()
    return len(data), data


def from_storable(value: Any) -> Any:
    """Give back what `to_storable` was given.

    Examples
    --------
    >>> from_storable(to_storable({"x": [-0.0, 1e22, 2**70]}))
    {'x': [-0.0, 1e+22, 1180591620717411303424]}
    """
    if type(value) is list:
        return [from_storable(item) for item in value]
    if type(value) is dict:
        return restore_object({key: from_storable(item) for key, item in value.items()})
    return value


def dumps(doc: Any) -> bytes:
    """Write a document as one line of strict JSON in UTF-8, without the newline.

    Examples
    --------
    >>> dumps({"x": float("-inf")})
    b'{"x":{"$numberDouble":"-Infinity"}}'
    """
    quick = _quickly(doc) if _is_common(doc, 0) else None
    return write_json(to_storable(doc)) if quick is None else quick


def _quickly(doc: Any) -> bytes | None:
    """Write a document of plain values, None if one of them may need an escape.

    What needs one leaves a mark in the text, or is refused: half of a surrogate pair, and integers beyond 53
    bits.
    """
    try:
        text = orjson.dumps(doc, option=orjson.OPT_STRICT_INTEGER)
    except TypeError:
        return None
    is_odd = any(mark in text for mark in _ODD_MARKS) or any(odd.search(text) for odd in _ODD_FLOATS)
    return None if is_odd else text


def _is_common(value: Any, depth: int) -> bool:
    """Tell whether a document is made of Python's own dicts, lists and scalars, and not too deep."""
    if type(value) is dict:
        if not all(type(key) is str for key in value):
            return False
        value = value.values()
    elif type(value) is not list:
        return type(value) in _SCALARS
    kinds = set(map(type, value))
    if kinds <= _SCALARS:
        return depth < MAX_DEPTH
    return depth < MAX_DEPTH and all(_is_common(item, depth + 1) for item in value)


def loads(data: bytes | bytearray | memoryview | str) -> Any:
    """Read what `dumps` wrote.

    Raises
    ------
    ValueError
        If the text is not JSON.
    """
    text = data if isinstance(data, str) else str(bytes(data), "utf-8")
    return json.loads(text, object_hook=restore_object) if has_escape(text) else json.loads(text)


def loads_own(data: bytes) -> Any:
    """Read what `dumps` wrote here and nobody touched since: quicker than `loads`.

    Integers beyond 64 bits, which `dumps` never writes plainly, would come back as floats.

    Raises
    ------
    ValueError
        If the text is not JSON.
    """
    if b'"$' in data:
        return loads(data)
    try:
        return orjson.loads(data)
    except orjson.JSONDecodeError:  # nested deeper than it goes, or no JSON
        return loads(data)


def write_json(storable: Any) -> bytes:
    """Write an already storable value as one line of strict JSON."""
    return _ENCODER.encode(storable).encode()


def has_escape(text: str) -> bool:
    """Tell whether JSON under the encoding rule may hold an escape; without one it stands for itself."""
    return '"$' in text


def restore_object(value: dict[str, Any]) -> Any:
    """Give what one JSON object stands for, its members being restored already.

    This is the ``object_hook`` that turns any JSON reader into a reader of the encoding rule.
    """
    if len(value) == 1:
        ((key, inner),) = value.items()
        reader = _READERS.get(key)
        if reader is not None:
            return reader(inner)
    return value


def is_plain_column(values: list[Any]) -> bool:
    """Tell whether all values are of one scalar type and stand for themselves under the encoding rule.

    The quick look that spares a page of numbers the walk through every value.
    """
    kinds = set(map(type, values))
    if len(kinds) != 1:
        return not kinds
    (kind,) = kinds
    if kind is float:
        return all(-WHOLE_FROM < v < WHOLE_FROM for v in values) and not any(
            v == 0.0 and math.copysign(1.0, v) < 0 for v in values
        )
    if kind is int:
        return bool(min(values) >= _INT_LOWEST and max(values) <= _INT_HIGHEST)
    if kind is str:
        return not any(_NOT_TEXT.search(v) for v in values)
    return kind in _ATOMS


def _store(value: Any, depth: int) -> Any:
    writer = _WRITERS.get(type(value))
    if writer is None:
        writer = _writer_for(value)
    return writer(value, depth)


def _store_atom(value: Any, depth: int) -> Any:
    return value


def _store_float(value: float, depth: int) -> Any:
    if -WHOLE_FROM < value < WHOLE_FROM and (value or math.copysign(1.0, value) > 0):
        return value
    return {"$numberDouble": _float_text(value)}


def _float_text(value: float) -> str:
    if math.isfinite(value):
        return repr(value)
    return "NaN" if value != value else "Infinity" if value > 0 else "-Infinity"


def _store_int(value: int, depth: int) -> Any:
    if _INT_LOWEST <= value <= _INT_HIGHEST:
        return value
    return {"$numberInteger": hex(value)}


def _store_str(value: str, depth: int) -> Any:
    if _NOT_TEXT.search(value) is None:
        return value
    return {"$string": value.encode("unicode_escape").decode("ascii")}


def _store_list(value: Any, depth: int) -> list[Any]:
    inner = _deeper(depth)
    return [_store(item, inner) for item in value]


def _store_mapping(value: Mapping[Any, Any], depth: int) -> dict[str, Any]:
    inner = _deeper(depth)
    stored: dict[str, Any] = {}
    for key, item in value.items():
        if not isinstance(key, str):
            raise EncodingError(f"key {key!r} of an object is {type(key).__name__}; keys must be strings")
        stored[str.__str__(key)] = _store(item, inner)
    return escape_keys(stored)


def escape_keys(stored: dict[str, Any]) -> dict[str, Any]:
    """Give an object whose members are storable already in the form that keeps its keys."""
    is_escape_like = len(stored) == 1 and next(iter(stored)).startswith("$")
    if not is_escape_like and not any(_NOT_TEXT.search(key) for key in stored):
        return stored
    return {"$object": [[_store_str(key, 0), item] for key, item in stored.items()]}


def _deeper(depth: int) -> int:
    if depth >= MAX_DEPTH:
        raise EncodingError(f"nested deeper than {MAX_DEPTH} levels; flatten the value")
    return depth + 1


def _store_numpy(value: Any, depth: int) -> Any:
    plain = value.tolist()
    if isinstance(plain, np.generic):
        # long doubles have no Python number of their own width; those that a double holds are exact
        number = float(plain) if isinstance(plain, np.floating) else None
        if number is None or (plain == plain and plain != number):
            raise EncodingError(f"numpy value {plain!r} of type {plain.dtype} does not fit a double")
        plain = number
    if value.dtype.kind not in "biufOSUT" or isinstance(plain, bytes):
        raise EncodingError(f"numpy values of type {value.dtype} are not JSON-like")
    return _store(plain, depth)


def _writer_for(value: Any) -> Callable[[Any, int], Any]:
    """Find how to write a value whose exact type is not in the table: subclasses, numpy, other mappings."""
    if isinstance(value, np.generic | np.ndarray) and not isinstance(value, str | bytes | float):
        return _store_numpy
    for kind, plain in ((str, str.__str__), (float, float.__float__), (int, int.__int__)):
        if isinstance(value, kind):
            convert: Callable[[Any], Any] = plain
            return lambda v, depth: _store(convert(v), depth)
    if isinstance(value, Mapping):
        return _store_mapping
    if isinstance(value, list | tuple):
        return _store_list
    raise EncodingError(
        f"a value of type {type(value).__name__} is not JSON-like; "
        "use numbers, strings, booleans, None, lists and objects"
    )


def _read_double(inner: Any) -> Any:
    return float(inner) if isinstance(inner, str) else {"$numberDouble": inner}


def _read_integer(inner: Any) -> Any:
    return int(inner, 16) if isinstance(inner, str) else {"$numberInteger": inner}


def _read_string(inner: Any) -> Any:
    return inner.encode("ascii").decode("unicode_escape") if isinstance(inner, str) else {"$string": inner}


def _read_object(inner: Any) -> Any:
    return dict(inner) if isinstance(inner, list) else {"$object": inner}


_WRITERS: dict[type, Callable[[Any, int], Any]] = {
    bool: _store_atom,
    type(None): _store_atom,
    float: _store_float,
    int: _store_int,
    str: _store_str,
    list: _store_list,
    tuple: _store_list,
    dict: _store_mapping,
}

_READERS: dict[str, Callable[[Any], Any]] = {
    "$numberDouble": _read_double,
    "$numberInteger": _read_integer,
    "$string": _read_string,
    "$object": _read_object,
}
