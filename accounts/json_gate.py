"""The one gate for JSON that enters: whatever passes can be stored, shown and sent again.

What it refuses, because some part behind it would fail on it or take it for something else: bodies that are
too large or nested too deep, long keys, doubled keys, numbers that are not finite or wider than 64 bits, NUL
characters, lone surrogates, bytes that are not UTF-8. No Django here.
"""

from __future__ import annotations

import json
import math
from typing import Any, NoReturn

from accounts.errors import InvalidError, TooLargeError

MAX_BYTES = 2**20
MAX_DEPTH = 64
MAX_KEY_LENGTH = 256
MAX_VALUES = 500_000
SMALLEST_INTEGER = -(2**63)
LARGEST_INTEGER = 2**64 - 1

_PathLink = tuple[Any, Any] | None  # (the link before, key or index): written out only when a fault is told


def parse(
    data: bytes,
    *,
    max_bytes: int = MAX_BYTES,
    max_depth: int = MAX_DEPTH,
    max_key_length: int = MAX_KEY_LENGTH,
    max_values: int = MAX_VALUES,
) -> Any:
    """Give the value that the JSON text `data` holds.

    Parameters
    ----------
    data
        One JSON text in UTF-8, without byte order mark.
    max_bytes, max_depth, max_key_length, max_values
        Bounds: bytes of the whole, levels of lists and objects, characters of a key, values all told.

    Raises
    ------
    InvalidError
        The text is not JSON, or holds what cannot be kept; `detail` says what and where.
    """
    if len(data) > max_bytes:
        raise InvalidError(
            f"The JSON has {len(data)} bytes; at most {max_bytes} are taken.", code="json_too_large"
        )
    try:
        text = data.decode("utf-8")
    except UnicodeDecodeError as error:
        raise _fault(f"the bytes are not UTF-8 (byte {error.start})") from error
    try:
        value = json.loads(text, object_pairs_hook=_object_without_doubles, parse_constant=_refuse_constant)
    except RecursionError as error:
        raise _fault(f"it is nested deeper than {max_depth} levels") from error
    except json.JSONDecodeError as error:
        raise _fault(f"{error.msg} at line {error.lineno}, column {error.colno}") from error
    except InvalidError:
        raise
    except ValueError as error:
        raise _fault("a number in it has too many digits") from error
    return check(value, max_depth=max_depth, max_key_length=max_key_length, max_values=max_values)


def check(
    value: Any,
    *,
    max_depth: int = MAX_DEPTH,
    max_key_length: int = MAX_KEY_LENGTH,
    max_values: int = MAX_VALUES,
) -> Any:
    """Give `value` back when it is JSON that can be kept; for values that came by another road than `parse`.

    Raises
    ------
    InvalidError
        As `parse`; also for anything that is not a dict, list, string, number, boolean or None.
    """
    pending: list[tuple[Any, int, _PathLink]] = [(value, 1, None)]
    seen = 0
    while pending:
        item, depth, path = pending.pop()
        seen += 1
        if seen > max_values:
            raise _fault(f"it has more than {max_values} values")
        if isinstance(item, dict):
            _check_depth(depth, max_depth, path)
            for key, inner in item.items():
                _check_key(key, max_key_length, path)
                pending.append((inner, depth + 1, (path, key)))
        elif isinstance(item, list):
            _check_depth(depth, max_depth, path)
            if seen + len(pending) + len(item) > max_values:
                raise _fault(f"it has more than {max_values} values")
            pending.extend((inner, depth + 1, (path, index)) for index, inner in enumerate(item))
        else:
            _check_scalar(item, path)
    return value


def check_text(value: str, *, name: str, max_length: int = 1000) -> str:
    """Give `value` back when it is text that can be kept: for words of a query string.

    Raises
    ------
    InvalidError
        It is longer than `max_length` characters, or holds NUL or a lone surrogate; `fields` names `name`.
    """
    fault = _text_fault(value)
    if len(value) > max_length:
        fault = f"it has {len(value)} characters, at most {max_length} are taken"
    if fault:
        raise InvalidError(f"The value of {name!r} cannot be taken: {fault}.", fields={name: [fault]})
    return value


def is_text(value: object) -> bool:
    """Tell whether `value` is text that PostgreSQL takes: without NUL and lone surrogates."""
    return isinstance(value, str) and not _text_fault(value)


def check_size(size: int, *, max_bytes: int = MAX_BYTES) -> None:
    """Raise TooLargeError when a body of `size` bytes should not even be read."""
    if size > max_bytes:
        raise TooLargeError(f"The body has {size} bytes; at most {max_bytes} are taken.")


def _object_without_doubles(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    result: dict[str, Any] = {}
    for name, value in pairs:
        if name in result:
            raise _fault(f"the key {_shown(name)} stands twice in one object")
        result[name] = value
    return result


def _refuse_constant(name: str) -> NoReturn:
    raise _fault(f"{name} is not a JSON number")


def _check_depth(depth: int, max_depth: int, path: _PathLink) -> None:
    if depth > max_depth:
        raise _fault(f"it is nested deeper than {max_depth} levels", path)


def _check_key(key: Any, max_key_length: int, path: _PathLink) -> None:
    if not isinstance(key, str):
        raise _fault(f"a key is {type(key).__name__}, not text", path)
    if len(key) > max_key_length:
        raise _fault(f"a key has {len(key)} characters, at most {max_key_length} are taken", path)
    fault = _text_fault(key)
    if fault:
        raise _fault(f"a key is not kept: {fault}", path)


def _check_scalar(item: Any, path: _PathLink) -> None:
    if item is None or isinstance(item, bool):
        return
    if isinstance(item, str):
        fault = _text_fault(item)
        if fault:
            raise _fault(fault, path)
    elif isinstance(item, int):
        if not SMALLEST_INTEGER <= item <= LARGEST_INTEGER:
            raise _fault("an integer is wider than 64 bits", path)
    elif isinstance(item, float):
        if not math.isfinite(item):
            raise _fault("a number is not finite", path)
    else:
        raise _fault(f"a value of type {type(item).__name__} is not JSON", path)


def _text_fault(text: str) -> str:
    if "\x00" in text:
        return "it holds a NUL character"
    try:
        text.encode("utf-8")
    except UnicodeEncodeError:
        return "it holds a lone surrogate"
    return ""


def _fault(what: str, path: _PathLink = None) -> InvalidError:
    where = f" (at {_written(path)})" if path else ""
    return InvalidError(f"The JSON cannot be taken: {what}{where}.", code="json_refused")


def _written(path: _PathLink) -> str:
    steps: list[str] = []
    while path is not None:
        path, step = path
        steps.append(f"[{step}]" if isinstance(step, int) else f".{_shown(step)}")
    return "$" + "".join(reversed(steps))


def _shown(text: str) -> str:
    return text.encode("ascii", "backslashreplace").decode().replace("\x00", "\\u0000")[:60]
