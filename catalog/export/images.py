"""Images of a stream, one by one, wherever their values are."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from accounts.errors import BeamportError
from catalog.export.columns import Kind, columns_of
from catalog.export.errors import NothingToExportError
from catalog.export.protocol import ExportableRun
from catalog.export.runs import data_keys_of, external_keys, inline_keys


@dataclass(frozen=True, slots=True)
class Image:
    """One image of a field: its number from 0, its values, and why these are missing (and zero)."""

    number: int
    values: NDArray[Any]
    missing: str = ""


def image_key(run: ExportableRun, stream: str, wanted: str = "") -> str:
    """Give the field whose images are meant: the one asked for, else the first that has images.

    Raises
    ------
    NothingToExportError
        There is none, or the one asked for is no field of the stream.
    """
    described = data_keys_of(run, stream)
    if wanted:
        if wanted not in described:
            raise NothingToExportError(f"Stream {stream!r} has no field {wanted[:80]!r}.")
        return wanted
    for key, value in described.items():
        if len(value.get("shape") or ()) >= 2:
            return key
    raise NothingToExportError(f"Stream {stream!r} has no images.")


def images(run: ExportableRun, stream: str, key: str) -> Iterator[Image]:
    """Give the images of a field, two axes each; what cannot be read is zero and says why."""
    found = _external(run, stream, key) if key in external_keys(run, stream) else _inline(run, stream, key)
    for number, (values, missing) in enumerate(found):
        yield Image(number, values, missing)


def _external(run: ExportableRun, stream: str, key: str) -> Iterator[tuple[NDArray[Any], str]]:
    array = run.array(stream, key)
    last: NDArray[Any] = np.zeros(array.shape[1:], dtype=array.dtype)
    for entry in range(array.shape[0]):
        missing = ""
        try:
            values = np.asarray(array[entry])
        except BeamportError as error:
            values, missing = np.zeros_like(last), str(error)
        for plane in _planes(values):
            yield plane, missing


def _inline(run: ExportableRun, stream: str, key: str) -> Iterator[tuple[NDArray[Any], str]]:
    if key not in inline_keys(run, stream):
        raise NothingToExportError(f"Stream {stream!r} has no field {key[:80]!r}.")
    (column,) = columns_of(run, stream, [key])
    if column.kind is not Kind.ARRAY:
        raise NothingToExportError(f"The values of {key!r} are no images of one size.")
    for rows in run.rows(stream, [key]):
        for value in rows.data[key]:
            for plane in _planes(np.asarray(value)):
                yield plane, ""


def _planes(values: NDArray[Any]) -> Iterator[NDArray[Any]]:
    if values.ndim < 2:
        yield values.reshape(1, -1)
    elif values.ndim == 2:
        yield values
    else:
        yield from values.reshape(-1, *values.shape[-2:])
