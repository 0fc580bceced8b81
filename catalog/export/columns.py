"""Whole streams as columns of one kind each, which formats with types need.

A data key says what its values should be; what they are is looked at, because both may differ.
"""

from __future__ import annotations

import math
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum
from itertools import islice
from typing import Any

import numpy as np
from numpy.typing import NDArray

from catalog.documents.encoding import dumps
from catalog.export.protocol import ExportableRun

_INT_LOWEST, _INT_HIGHEST = -(2**63), 2**63 - 1
_NONE = type(None)


class Kind(StrEnum):
    """What all values of a column are."""

    FLOAT = "float"
    INTEGER = "integer"
    BOOLEAN = "boolean"
    TEXT = "text"
    ARRAY = "array"
    JSON = "json"


@dataclass(frozen=True, slots=True)
class Column:
    """The kind of a column.

    Attributes
    ----------
    kind
        Whole numbers with missing values among them are floats; what fits no other kind is JSON text.
    shape
        Of one value, for arrays of numbers that all have it.
    """

    key: str
    kind: Kind
    shape: tuple[int, ...] = ()

    @property
    def is_number(self) -> bool:
        """Tell whether each value is one number."""
        return self.kind in (Kind.FLOAT, Kind.INTEGER, Kind.BOOLEAN)

    def values(self, column: Sequence[Any]) -> NDArray[Any]:
        """Give values as an array: missing numbers are NaN, missing texts empty."""
        if self.kind is Kind.FLOAT:
            return np.array([np.nan if v is None else v for v in column], dtype=np.float64)
        if self.kind is Kind.INTEGER:
            return np.array(column, dtype=np.int64)
        if self.kind is Kind.BOOLEAN:
            return np.array(column, dtype=np.bool_)
        if self.kind is Kind.ARRAY:
            return np.array([_array(v) for v in column]).reshape(len(column), *self.shape)
        return np.array(self.texts(column), dtype=object)

    def texts(self, column: Sequence[Any]) -> list[str]:
        """Give values as text: JSON, but for text itself."""
        return ["" if v is None else printable(v) if isinstance(v, str) else _json(v) for v in column]


def columns_of(
    run: ExportableRun, stream: str, keys: Sequence[str], *, slices: int | None = None
) -> list[Column]:
    """Find the kind of each column by looking at every value once, or at those of the first slices."""
    seen = {key: _Seen() for key in keys}
    for part in islice(run.rows(stream, keys), slices):
        for key in keys:
            seen[key].look_at(part.data[key])
    return [Column(key, *seen[key].verdict()) for key in keys]


def whole(run: ExportableRun, stream: str, columns: Sequence[Column]) -> dict[str, NDArray[Any]]:
    """Give whole columns, and ``seq_num`` and ``time`` of the rows under those names with a ``:`` before."""
    parts: dict[str, list[NDArray[Any]]] = {":seq_num": [], ":time": [], **{c.key: [] for c in columns}}
    for rows in run.rows(stream, [column.key for column in columns]):
        parts[":seq_num"].append(np.array(rows.seq_num, dtype=np.int64))
        parts[":time"].append(np.array(rows.time, dtype=np.float64))
        for column in columns:
            parts[column.key].append(column.values(rows.data[column.key]))
    empty = {":seq_num": np.empty(0, np.int64), ":time": np.empty(0)}
    for column in columns:
        empty[column.key] = column.values([])
    return {key: np.concatenate(found) if found else empty[key] for key, found in parts.items()}


def printable(text: str) -> str:
    """Give text without NUL and halves of surrogate pairs, which most formats refuse."""
    return text.encode("utf-8", "replace").decode().replace("\0", "\ufffd")


def plain_numbers(column: Sequence[Any]) -> list[Any]:
    """Give numbers of a column for formats that know nothing else: NaN for what is none, 1 for true."""
    if set(map(type, column)) <= {int, float}:
        return list(column)
    return [_plain_number(value) for value in column]


def _plain_number(value: Any) -> float | int:
    if isinstance(value, bool):
        return int(value)
    return value if isinstance(value, int | float) else math.nan


class _Seen:
    """What the values of a column were so far."""

    def __init__(self) -> None:
        self._kinds: set[type] = set()
        self._shapes: set[tuple[int, ...] | None] = set()
        self._fits = True

    def look_at(self, column: Sequence[Any]) -> None:
        kinds = set(map(type, column))
        self._kinds |= kinds
        if int in kinds and self._fits:
            self._fits = all(type(v) is not int or _INT_LOWEST <= v <= _INT_HIGHEST for v in column)
        if kinds & {list, tuple, np.ndarray}:
            self._shapes |= set(map(_shape, column))

    def verdict(self) -> tuple[Kind, tuple[int, ...]]:
        kinds = self._kinds - {_NONE}
        if self._shapes:
            shape = next(iter(self._shapes))
            regular = len(self._shapes) == 1 and shape is not None and kinds <= {list, tuple, np.ndarray}
            return (Kind.ARRAY, shape) if regular and shape is not None else (Kind.JSON, ())
        if kinds == {str}:
            return Kind.TEXT, ()
        if kinds == {bool} and _NONE not in self._kinds:
            return Kind.BOOLEAN, ()
        if kinds == {int} and _NONE not in self._kinds and self._fits:
            return Kind.INTEGER, ()
        return (Kind.FLOAT, ()) if kinds <= {int, float} and self._fits else (Kind.JSON, ())


def _shape(value: Any) -> tuple[int, ...] | None:
    array = _array(value)
    return array.shape if array is not None and array.size else None


def _array(value: Any) -> Any:
    """Give an array of numbers, None for what is none: uneven lists, text, missing values."""
    try:
        array = np.asarray(value)
    except (ValueError, OverflowError):
        return None
    return array if array.ndim and array.dtype.kind in "biuf" else None


def _json(value: Any) -> str:
    return dumps(value).decode()


def unit_of(data_key: Mapping[str, Any]) -> str:
    """Give the unit of a data key as text, empty where it has none."""
    unit = data_key.get("units")
    return printable(unit) if isinstance(unit, str) else ""


def chunks(file: Any, size: int = 2**20) -> Iterator[bytes]:
    """Give the bytes of an open file from where it stands."""
    return iter(lambda: file.read(size), b"")
