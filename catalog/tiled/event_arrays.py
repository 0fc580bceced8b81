"""Arrays that are in events, as arrays: a spectrum a row, stacked, and not a column of text."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from functools import cached_property, lru_cache
from typing import Any

import numpy as np
from numpy.typing import NDArray

from accounts.actor import Actor
from accounts.errors import NotFoundError
from catalog import selectors
from catalog.selectors import Values
from catalog.selectors.rows import row_count
from catalog.tiled.slices import Chunks, Index, backwards, forwards, regular_chunks
from catalog.tiled.streams import Form, Stream

_REMEMBERED = 1024


@dataclass(frozen=True)
class EventArray:
    """Arrays of one shape that are in the events of a stream; the first axis counts the rows."""

    actor: Actor
    uid: str
    stream: str
    key: str
    form: Form

    @cached_property
    def shape(self) -> tuple[int, ...]:
        """Give the length of each axis; the rows are counted once."""
        return (row_count(self.actor, self.uid, self.stream), *self.form.shape)

    @property
    def dtype(self) -> np.dtype[Any]:
        """Give the type of the values."""
        return self.form.dtype

    @property
    def chunks(self) -> Chunks:
        """Give the lengths of the blocks along each axis."""
        return regular_chunks(self.shape, self.dtype.itemsize)

    def read(self, index: Sequence[Index]) -> NDArray[Any]:
        """Read the rows that the index picks, and give the part of them that it picks."""
        first, *rest = index
        rows = forwards(first, self.shape[0])
        found = self._rows(rows.start, rows.stop)[:: rows.step]
        return found[(backwards(first), *rest)]

    def _rows(self, start: int, stop: int) -> NDArray[Any]:
        blocks = selectors.iter_blocks(
            self.actor, self.uid, self.stream, columns=[self.key], start=start, stop=stop
        )
        parts = [stacked(block.data[self.key]) for block in blocks] if start < stop else []
        if any(part is None or part.shape[1:] != self.form.shape for part in parts):
            raise NotFoundError(
                f"The values of {self.key[:80]!r} have different shapes by now.",
                hint="Read them in the table of the stream.",
            )
        empty = np.empty((0, *self.form.shape), self.dtype)
        return np.concatenate([empty, *(part for part in parts if part is not None)])


def with_arrays(actor: Actor, uid: str, stream: Stream, last_ordinal: int) -> Stream:
    """Give the stream with those of its data keys whose values in events are arrays of one shape.

    The descriptor says which may be; whether they are, only the values tell. What is told of a run up to one
    ordinal is remembered.
    """
    forms = {key: form_of(actor, uid, stream.name, key, last_ordinal) for key in stream.may_be_arrays}
    return replace(stream, arrays={key: form for key, form in forms.items() if form})


@lru_cache(maxsize=_REMEMBERED)
def form_of(actor: Actor, uid: str, stream: str, key: str, last_ordinal: int) -> Form | None:
    """Give what all rows of a data key have in common, None where they differ or there are none."""
    shapes: set[tuple[int, ...]] = set()
    kinds: set[np.dtype[Any]] = set()
    for block in selectors.iter_blocks(actor, uid, stream, columns=[key]):
        part = stacked(block.data[key])
        if part is None:
            return None
        shapes.add(part.shape[1:])
        kinds.add(part.dtype)
        if len(shapes) > 1:
            return None
    return Form(shapes.pop(), np.result_type(*kinds)) if shapes else None


def stacked(values: Values) -> NDArray[Any] | None:
    """Give arrays of numbers, a row each, as one array; None where they have no common shape.

    Examples
    --------
    >>> stacked([[1, 2], [3, 4]]).shape
    (2, 2)
    >>> stacked([[1, 2], [3]]) is None
    True
    """
    try:
        found = np.asarray(values)
    except (ValueError, OverflowError):
        return None
    return found if found.ndim > 1 and found.size and found.dtype.kind in "biuf" else None
