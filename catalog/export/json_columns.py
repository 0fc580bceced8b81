"""Columns of values as JSON text, value by value, at the speed of whole columns."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any

import numpy as np
import orjson

WHOLE_FROM = 1e16
_MAY_BE_ODD = (b"n", b"e", b"-0.0")  # null for what is not finite, an exponent, a zero with a sign
_ATOMS = frozenset({int, bool, type(None)})
_INT_LOWEST, _INT_HIGHEST = -(2**63), 2**63 - 1


def json_texts(column: Sequence[Any], write: Callable[[Any], bytes]) -> list[bytes]:
    """Give the JSON text of each value.

    Parameters
    ----------
    column
        Values of one column.
    write
        Gives the text of a value that does not stand for itself, such as NaN.
    """
    values = column if type(column) is list else list(column)
    kinds = set(map(type, values))
    if kinds == {float}:
        return _texts_of_floats(values, write)
    if kinds <= _ATOMS:
        return _split(values) if _fit_64_bits(values, kinds) else list(map(write, values))
    if kinds == {str}:
        return _texts_of_strings(values, write)
    return list(map(write, values))


def _texts_of_floats(values: list[Any], write: Callable[[Any], bytes]) -> list[bytes]:
    text = orjson.dumps(values)
    texts = text[1:-1].split(b",")
    if not any(mark in text for mark in _MAY_BE_ODD):
        return texts
    numbers = np.array(values)
    # `<` is false for NaN, so it is among the odd ones; the sign of zero is read from its bit
    is_odd = ~(np.abs(numbers) < WHOLE_FROM) | ((numbers == 0.0) & np.signbit(numbers))
    for place in np.flatnonzero(is_odd):
        texts[place] = write(values[place])
    return texts


def _fit_64_bits(values: list[Any], kinds: set[type]) -> bool:
    if kinds == {int}:
        return bool(min(values) >= _INT_LOWEST and max(values) <= _INT_HIGHEST)
    return all(type(v) is not int or _INT_LOWEST <= v <= _INT_HIGHEST for v in values)


def _texts_of_strings(values: list[Any], write: Callable[[Any], bytes]) -> list[bytes]:
    try:
        text = orjson.dumps(values)
    except TypeError:  # half of a surrogate pair
        return list(map(write, values))
    # NUL and other signs come with a backslash; commas inside would be taken for those between
    if b"\\" in text or text.count(b",") != len(values) - 1:
        return list(map(write, values))
    return text[1:-1].split(b",")


def _split(values: list[Any]) -> list[bytes]:
    return orjson.dumps(values)[1:-1].split(b",") if values else []
