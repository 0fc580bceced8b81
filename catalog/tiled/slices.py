"""Read slices, blocks and shapes as they stand in the address of a request."""

from __future__ import annotations

import itertools
import math
import re
from collections.abc import Sequence

from accounts.errors import InvalidError

Index = int | slice
Chunks = tuple[tuple[int, ...], ...]

_PART = re.compile(
    r"(?P<index>-?\d{1,18})"
    r"|(?P<start>-?\d{1,18})?:(?P<stop>-?\d{1,18})?(?::(?P<step>-?\d{1,18})?)?"
)


def read_slice(text: str, shape: Sequence[int]) -> tuple[Index, ...]:
    """Give one index or slice for each axis of `shape`.

    Raises
    ------
    InvalidError
        The text is no slice, has too many axes, or an index lies outside.

    Examples
    --------
    >>> read_slice("1,2:4", (3, 5, 7))
    (1, slice(2, 4, None), slice(None, None, None))
    >>> read_slice("...,0", (3, 5))
    (slice(None, None, None), 0)
    """
    parts = [part for part in re.sub(r"[()\[\]\s]", "", text).split(",") if part]
    if parts.count("...") > 1 or len(parts) - parts.count("...") > len(shape):
        raise _refused("slice", f"{text[:80]!r} has more axes than the array, which has {len(shape)}")
    missing = [":"] * (len(shape) - len(parts) + parts.count("..."))
    if "..." in parts:
        place = parts.index("...")
        parts[place : place + 1] = missing
    else:
        parts += missing
    return tuple(_one(part, length) for part, length in zip(parts, shape, strict=True))


def shape_of(index: Sequence[Index], shape: Sequence[int]) -> tuple[int, ...]:
    """Give the shape of what an index of every axis picks.

    Examples
    --------
    >>> shape_of((1, slice(2, 4)), (3, 5))
    (2,)
    """
    return tuple(
        len(range(*part.indices(length)))
        for part, length in zip(index, shape, strict=True)
        if isinstance(part, slice)
    )


def read_block(text: str, chunks: Chunks) -> tuple[slice, ...]:
    """Give the part of an array that one block, or a range of blocks, covers.

    Examples
    --------
    >>> read_block("1,0", ((2, 2, 1), (5,)))
    (slice(2, 4, None), slice(0, 5, None))
    """
    counts = [len(axis) for axis in chunks]
    found = []
    for part, axis in zip(read_slice(text, counts), chunks, strict=True):
        bounds = [0, *itertools.accumulate(axis)]
        picked = range(*part.indices(len(axis))) if isinstance(part, slice) else range(part, part + 1)
        if picked and picked.step != 1:
            raise _refused("block", "a range of blocks has no step")
        found.append(slice(bounds[picked.start], bounds[picked.stop]) if picked else slice(0, 0))
    return tuple(found)


def read_shape(text: str) -> tuple[int, ...] | None:
    """Give the shape that a client expects, None when it tells none.

    Examples
    --------
    >>> read_shape("3,4")
    (3, 4)
    >>> read_shape("scalar")
    ()
    """
    if not text:
        return None
    if text == "scalar":
        return ()
    if not re.fullmatch(r"\d{1,18}(,\d{1,18}){0,31}", text):
        raise _refused("expected_shape", f"{text[:80]!r} is no shape such as 3,4")
    return tuple(int(part) for part in text.split(","))


def regular_chunks(shape: Sequence[int], itemsize: int, *, most: int = 64 * 2**20) -> Chunks:
    """Cut an array along its first axis into chunks of at most `most` bytes, and at least one entry.

    Examples
    --------
    >>> regular_chunks((5, 2), 8, most=32)
    ((2, 2, 1), (2,))
    """
    if not shape:
        return ()
    entry = math.prod(shape[1:]) * itemsize
    rows = max(1, most // entry) if entry else max(1, shape[0])
    whole, rest = divmod(shape[0], rows)
    first = (rows,) * whole + ((rest,) if rest or not whole else ())
    return (first, *((length,) for length in shape[1:]))


def forwards(part: Index, length: int) -> slice:
    """Give the slice of step 1 or more that reads what `part` picks; `backwards` then turns or reduces it.

    Examples
    --------
    >>> forwards(slice(None, None, -2), 6), backwards(slice(None, None, -2))
    (slice(1, 6, 2), slice(None, None, -1))
    """
    if isinstance(part, int):
        return slice(part, part + 1, 1)
    picked = range(*part.indices(length))
    if not picked:
        return slice(0, 0, 1)
    ordered = picked if picked.step > 0 else picked[::-1]
    return slice(ordered.start, ordered[-1] + 1, ordered.step)


def backwards(part: Index) -> Index:
    """Give the index that makes of what `forwards` read what was asked for."""
    if isinstance(part, int):
        return 0
    return slice(None, None, -1) if (part.step or 1) < 0 else slice(None)


def _one(part: str, length: int) -> Index:
    found = _PART.fullmatch(part)
    if found is None:
        raise _refused("slice", f"{part[:40]!r} is no slice such as 2:5")
    if found["index"] is not None:
        index = int(found["index"])
        if not -length <= index < length:
            raise _refused("slice", f"{index} lies outside an axis of {length}")
        return index % length
    start, stop, step = (int(text) if text else None for text in found.group("start", "stop", "step"))
    if step == 0:
        raise _refused("slice", "a step cannot be 0")
    return slice(start, stop, step)


def _refused(name: str, message: str) -> InvalidError:
    return InvalidError("This part of an array cannot be given.", fields={name: [message]})
