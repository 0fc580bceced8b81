"""An array that lies in files, and is read by the slice."""

from __future__ import annotations

import hashlib
import math
from collections.abc import Callable, Iterator, Sequence
from contextlib import closing, contextmanager
from dataclasses import dataclass
from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray

from accounts.errors import BeamportError, InvalidError, TooLargeError
from catalog.assets.asset import MAX_BYTES, Asset, AssetReader
from catalog.assets.errors import NoFrameError

CHUNK_BYTES = 16 * 2**20
"""Blocks of an array are made about this large."""


@dataclass(frozen=True, slots=True)
class Segment:
    """Entries ``start`` to ``stop`` of the array, which are those from ``first`` on of an asset."""

    start: int
    stop: int
    asset: Asset
    first: int

    def cut(self, start: int, stop: int) -> Segment:
        """Give the part that lies in ``start`` to ``stop``."""
        low = max(start, self.start)
        return Segment(low, min(stop, self.stop), self.asset, self.first + low - self.start)


class Gap(NamedTuple):
    """Entries that could not be read, and why."""

    start: int
    stop: int
    reason: str


@dataclass(frozen=True)
class LazyArray:
    """The values of one external field of a stream; nothing is read before it is asked for.

    Attributes
    ----------
    who
        What it is, for messages: the field and its run.
    shape
        Entries first. Each event has ``per_event`` of them, in the order of the events.
    dtype
        Of the values, as the files hold them.
    per_event
        Entries an event.
    segments
        Where the entries lie, in order, without overlap; entries between them are in no file.
    reader_of
        Opens an asset.
    blocks
        Entries in a block of the files.

    Examples
    --------
    ``array[3]`` is entry 3, ``array[2:5, :10]`` a part of three, ``array.dask()`` all of them, later.
    """

    who: str
    shape: tuple[int, ...]
    dtype: np.dtype[Any]
    per_event: int
    segments: tuple[Segment, ...]
    reader_of: Callable[[Asset], AssetReader]
    blocks: int = 1
    max_bytes: int = MAX_BYTES

    @property
    def ndim(self) -> int:
        """How many axes."""
        return len(self.shape)

    @property
    def size(self) -> int:
        """How many values."""
        return math.prod(self.shape)

    @property
    def nbytes(self) -> int:
        """How many bytes all of it has in memory."""
        return self.size * self.dtype.itemsize

    def holds(self, entry: int) -> bool:
        """Tell whether the documents say where an entry is."""
        return any(segment.start <= entry < segment.stop for segment in self.segments)

    def __len__(self) -> int:
        return self.shape[0]

    @property
    def chunks(self) -> tuple[tuple[int, ...], ...]:
        """Give the sizes of the blocks along each axis, as dask has them: whole entries, one file a block."""
        entry = max(1, math.prod(self.shape[1:]) * self.dtype.itemsize)
        most = max(1, CHUNK_BYTES // entry)
        most = max(self.blocks, most - most % self.blocks) if most >= self.blocks else most
        lengths = [length for start, stop in self._stretches() for length in _pieces(stop - start, most)]
        return (tuple(lengths) or (0,), *((side,) for side in self.shape[1:]))

    def _stretches(self) -> Iterator[tuple[int, int]]:
        at = 0
        for segment in self.segments:
            if segment.start > at:
                yield at, segment.start
            yield segment.start, segment.stop
            at = segment.stop
        if at < self.shape[0]:
            yield at, self.shape[0]

    def __getitem__(self, key: Any) -> NDArray[Any]:
        """Read a part; integers, slices and an ellipsis, as numpy has them."""
        selection, squeezed = normal_key(key, self.shape)
        values = self.read(selection)
        return values.reshape([side for axis, side in enumerate(values.shape) if axis not in squeezed])

    def __array__(self, dtype: Any = None, copy: bool | None = None) -> NDArray[Any]:
        values = self.read()
        return values if dtype is None else values.astype(dtype)

    def read(self, selection: Sequence[slice] = ()) -> NDArray[Any]:
        """Read a part: a slice for each axis, those that are left out whole.

        Raises
        ------
        TooLargeError
            It has more than ``max_bytes``: read it by the chunk.
        NoFrameError, AssetGoneError, AssetNotAllowedError
            What is asked for lies in no file, or cannot be read; says which, and what to do.
        """
        values, gaps = self._read(selection, stops_at_faults=True)
        if gaps:
            raise NoFrameError(
                f"{self.who}: entries {gaps[0].start} to {gaps[0].stop - 1} are in no file.",
                hint="The documents do not say where they are; they may still come.",
            )
        return values

    def read_what_there_is(self, selection: Sequence[slice] = ()) -> tuple[NDArray[Any], list[Gap]]:
        """Read a part as `read` does, with zeros for what cannot be read, and say what that is."""
        return self._read(selection, stops_at_faults=False)

    def _read(self, selection: Sequence[slice], *, stops_at_faults: bool) -> tuple[NDArray[Any], list[Gap]]:
        slices = tuple(
            slice(*one.indices(side))
            for one, side in zip(
                [*selection, *[slice(None)] * (self.ndim - len(selection))], self.shape, strict=True
            )
        )
        lengths = [len(range(one.start, one.stop, one.step)) for one in slices]
        size = math.prod(lengths) * self.dtype.itemsize
        if size > self.max_bytes:
            raise TooLargeError(
                f"{self.who}: {size} bytes are too much at once; {self.max_bytes} at most.",
                hint="Ask for fewer entries, or for a part of each.",
            )
        wanted = self._wanted(slices[0])
        if len(wanted) == 1 and stops_at_faults:
            whole = self._part(wanted[0], slices)
            if whole is not None and whole[1].shape == tuple(lengths):
                return whole[1].astype(self.dtype, copy=False), []
        values = np.zeros(lengths, dtype=self.dtype)
        gaps: list[Gap] = []
        at = slices[0].start
        for segment in wanted:
            if segment.start > at:
                gaps += _gap(at, segment.start, slices[0], "no document says where they are")
            at = segment.stop
            try:
                part = self._part(segment, slices)
            except BeamportError as error:
                if stops_at_faults:
                    raise
                gaps += _gap(segment.start, segment.stop, slices[0], str(error))
                continue
            if part is not None:
                values[part[0] : part[0] + len(part[1])] = part[1]
        gaps += _gap(at, slices[0].stop, slices[0], "no document says where they are")
        return values, gaps

    def _wanted(self, entries: slice) -> list[Segment]:
        return [
            segment.cut(entries.start, entries.stop)
            for segment in self.segments
            if segment.start < entries.stop and segment.stop > entries.start
        ]

    def _part(self, segment: Segment, slices: tuple[slice, ...]) -> tuple[int, NDArray[Any]] | None:
        """Read what a segment has of the wanted entries, and give its place among them; None for nothing."""
        step = slices[0].step
        numbers = range(slices[0].start, slices[0].stop, step)
        low = -(-(segment.start - numbers.start) // step)
        high = -(-(segment.stop - numbers.start) // step)
        if low >= high:
            return None
        first = segment.first + numbers[low] - segment.start
        last = first + (high - low - 1) * step
        with self.opened(segment.asset) as reader:
            if tuple(reader.shape[1:]) != self.shape[1:]:
                raise NoFrameError(
                    f"Its entries have the shape {list(reader.shape[1:])}, not {list(self.shape[1:])}.",
                )
            if not 0 <= first <= last < reader.shape[0]:
                raise NoFrameError(
                    f"The file holds {reader.shape[0]} entries; number {last} is not among them.",
                    hint="It may still be written; try again in a moment.",
                )
            # a reader may give a view of its file, which is closed in a moment
            values = np.asarray(reader.read((slice(first, last + 1, step), *slices[1:])))
            return low, values.copy() if values.base is not None else values

    @contextmanager
    def opened(self, asset: Asset) -> Iterator[AssetReader]:
        """Open an asset; whatever goes wrong in the block is told with the name of the array."""
        with telling(self.who, asset), closing(self.reader_of(asset)) as reader:
            yield reader

    def version(self, start: int = 0, stop: int | None = None) -> str:
        """Give a text that changes whenever the files of these entries do.

        Raises
        ------
        AssetGoneError, AssetNotAllowedError
            One of them may not be read, or is gone.
        """
        digest = hashlib.sha256()
        for segment in self._wanted(slice(start, self.shape[0] if stop is None else stop)):
            with self.opened(segment.asset) as reader:
                facts = getattr(reader, "path", segment.asset.address)
                digest.update(f"{facts}:{segment.first}:{reader.shape}".encode())
                if hasattr(reader, "path"):
                    stat = reader.path.stat()
                    digest.update(f"{stat.st_mtime_ns}:{stat.st_size}".encode())
        return digest.hexdigest()[:32]

    def dask(self) -> Any:
        """Give it as a ``dask.array``, whose blocks are read when they are computed."""
        import dask.array

        from_array: Callable[..., Any] = dask.array.from_array
        return from_array(self, chunks=self.chunks, name=False, asarray=False, fancy=False)


@contextmanager
def telling(who: str, asset: Asset) -> Iterator[None]:
    """Say of every fault in the block whose it is, and make faults of readers faults of the file."""
    name = asset.address.rsplit("/", 1)[-1][:100]
    try:
        yield
    except BeamportError as error:
        if error.detail.startswith(who):
            raise
        raise type(error)(f"{who}: {error.detail}", hint=error.hint) from error
    except Exception as error:  # a reader is anybody's: a file that it cannot read spoils nothing else
        raise NoFrameError(
            f"{who}: the file {name!r} cannot be read ({type(error).__name__}).",
            hint="It may be damaged or still be written; try again in a moment.",
        ) from error


def normal_key(key: Any, shape: tuple[int, ...]) -> tuple[tuple[slice, ...], set[int]]:
    """Give a slice for each axis of what numpy allows between brackets, and the axes of plain integers.

    Raises
    ------
    InvalidError
        Too many axes, an index outside (also IndexError), a step that is not above 0, or a kind that is not
        read.
    """
    parts = list(key) if isinstance(key, tuple) else [key]
    if parts.count(Ellipsis) > 1 or len([part for part in parts if part is not Ellipsis]) > len(shape):
        raise BadIndexError(f"An array of {len(shape)} axes has no part {key!r}.")
    if Ellipsis in parts:
        at = parts.index(Ellipsis)
        parts[at : at + 1] = [slice(None)] * (len(shape) - len(parts) + 1)
    parts += [slice(None)] * (len(shape) - len(parts))
    squeezed = {axis for axis, part in enumerate(parts) if not isinstance(part, slice)}
    return tuple(_as_slice(part, side) for part, side in zip(parts, shape, strict=True)), squeezed


class BadIndexError(InvalidError, IndexError):
    """There is no such part of the array."""

    code = "bad_index"


def _as_slice(part: Any, side: int) -> slice:
    if isinstance(part, slice):
        if part.step is not None and part.step < 1:
            raise BadIndexError("Steps are above 0.")
        return part
    if not isinstance(part, int | np.integer) or isinstance(part, bool):
        raise BadIndexError(f"Parts are whole numbers and slices, not {part!r}.")
    number = int(part) + side if part < 0 else int(part)
    if not 0 <= number < side:
        raise BadIndexError(f"There is no entry {int(part)}: there are {side}.")
    return slice(number, number + 1)


def _pieces(length: int, most: int) -> list[int]:
    whole, rest = divmod(length, most)
    return [most] * whole + ([rest] if rest else [])


def _gap(start: int, stop: int, entries: slice, reason: str) -> list[Gap]:
    """Give a gap if one of the wanted entries lies in it."""
    wanted = range(entries.start, entries.stop, entries.step)
    low = max(0, -(-(start - wanted.start) // wanted.step))
    return [Gap(start, stop, reason)] if low < len(wanted) and wanted[low] < stop else []
