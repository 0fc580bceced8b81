"""One cell of a table as a value: a literal of the type that the plan's parameter wants, never code."""

import json
import math
import re
from collections.abc import Callable, Mapping
from typing import Any, Final

MAX_CELL: Final = 20_000
TRUE: Final = frozenset({"true", "yes", "1", "on", "x"})
FALSE: Final = frozenset({"false", "no", "0", "off"})


class CellError(ValueError):
    """The cell does not hold what its column wants; the message says what."""


def read_cell(spec: Mapping[str, Any] | None, cell: Any) -> Any:
    """Give the value of a cell.

    Parameters
    ----------
    spec
        Description of the parameter; None where nothing is known: then a number, a truth value, JSON or text.

    Examples
    --------
    >>> read_cell({"type": "devices"}, "det, camera"), read_cell({"type": "integer"}, "21")
    (['det', 'camera'], 21)
    >>> read_cell({"type": "array"}, "1, 2.5 4"), read_cell(None, "LaB6")
    ([1, 2.5, 4], 'LaB6')
    """
    text = str(cell).strip()
    if len(text) > MAX_CELL:
        raise CellError(f"the cell has {len(text)} characters; {MAX_CELL} are the most")
    kind = spec["type"] if spec is not None else ""
    return READERS.get(kind, _anything)(text)


def _integer(text: str) -> int:
    number = _number(text)
    if number != int(number):
        raise CellError(f"{text!r} is no whole number")
    return int(number)


def _number(text: str) -> float | int:
    try:
        number = int(text) if re.fullmatch(r"[+-]?[0-9]{1,18}", text) else float(text)
    except ValueError as error:
        hint = " (write a decimal point)" if re.fullmatch(r"[+-]?[0-9]+,[0-9]+", text) else ""
        raise CellError(f"{text!r} is no number{hint}") from error
    if not math.isfinite(number):
        raise CellError(f"{text!r} is no finite number")
    return number


def _boolean(text: str) -> bool:
    if text.lower() in TRUE:
        return True
    if text.lower() in FALSE:
        return False
    raise CellError(f"{text!r} is neither true nor false")


def _names(text: str) -> list[str]:
    if text.startswith("["):
        return list(_json(text))
    return [name for name in re.split(r"[,;\s]+", text) if name]


def _list(text: str) -> list[Any]:
    if text.startswith("["):
        return list(_json(text))
    return [_anything(part) for part in re.split(r"[,;\s]+", text) if part]


def _group(text: str) -> list[list[Any]]:
    if text.startswith("["):
        return [list(part) for part in _json(text)]
    return [_list(part) for part in text.split(";") if part.strip()]


def _json(text: str) -> Any:
    try:
        return json.loads(text, parse_constant=_refuse_constant)
    except (ValueError, RecursionError) as error:
        raise CellError(f"{text[:60]!r} is not JSON: {error}") from error


def _refuse_constant(name: str) -> Any:
    raise CellError(f"{name} is no finite number")


def _text(text: str) -> str:
    return text


def _anything(text: str) -> Any:
    if text.startswith(("[", "{", '"')):
        return _json(text)
    if text.lower() in ("true", "false"):
        return text.lower() == "true"
    try:
        return _number(text)
    except CellError:
        return text


READERS: Final[Mapping[str, Callable[[str], Any]]] = {
    "integer": _integer,
    "number": _number,
    "boolean": _boolean,
    "devices": _names,
    "device": _text,
    "string": _text,
    "enum": _anything,
    "array": _list,
    "group": _group,
    "object": _json,
}
