"""Series of image files, one or several frames a file."""

from __future__ import annotations

import zlib
from abc import abstractmethod
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path
from typing import Any, ClassVar, Protocol

import numpy as np
from numpy.typing import NDArray

from accounts.errors import TooLargeError
from catalog.assets.asset import MAX_BYTES, Asset
from catalog.assets.errors import AssetGoneError, NoFrameError
from catalog.assets.file_names import file_names

MOST_LOOKED_AT = 1000
"""So many files are looked for to learn the shape, when the first ones are missing."""
_NUMBERS = "biuf"
_PLAIN, _DEFLATED = 1, (8, 32946)


class Pages(Protocol):
    """The frames of one file."""

    shape: tuple[int, ...]
    dtype: np.dtype[Any]

    def read(self, number: int) -> NDArray[Any]: ...
    def close(self) -> None: ...


class FileSeriesReader:
    """Entries that lie in numbered files, all of one shape.

    The files are named by ``parameters["template"]`` (see `file_names`) below the address, or behind it where
    that is no folder but the beginning of a name.
    """

    kinds: ClassVar[tuple[str, ...]] = ()
    default_template: ClassVar[str] = ""

    def __init__(self, asset: Asset) -> None:
        self._asset = asset
        parameters = asset.parameters
        template = str(parameters.get("template") or self.default_template)
        self._name = file_names(template, str(parameters.get("filename") or ""))
        self.path, first = self._first_there_is()
        with closing(first) as pages:
            self._frames = pages.shape[0]
            entry, self.dtype = pages.shape[1:], pages.dtype
        rank = 1 + len(entry)
        self.shape: tuple[int, ...] = (asset.events * asset.per_event(rank), *entry)
        self.chunks: tuple[int, ...] = (self._frames, *entry)

    @abstractmethod
    def open(self, path: Path) -> Pages:
        """Open one file."""

    def file(self, number: int) -> Path:
        """Give the file of that number, if it may be read."""
        base, tail = self._asset.path, self._name(number)
        if not base.endswith("/") and not tail.startswith("/") and self._asset.roots.here(base).is_dir():
            base += "/"
        return self._asset.file(base + tail)

    def _first_there_is(self) -> tuple[Path, Pages]:
        missing: AssetGoneError | None = None
        for number in range(max(1, min(self._asset.events, MOST_LOOKED_AT))):
            try:
                path = self.file(number)
            except AssetGoneError as error:
                missing = missing or error
                continue
            return path, self.open(path)
        raise missing or NoFrameError("The series has no files.")

    def read(self, selection: tuple[slice, ...]) -> NDArray[Any]:
        """Give the values in these slices, opening each file once."""
        entries = range(*selection[0].indices(self.shape[0]))
        sides = [len(range(*one.indices(side))) for one, side in zip(selection, self.shape, strict=True)]
        values: NDArray[Any] = np.empty(sides, self.dtype)
        for place, frame in enumerate(self._frames_of(entries)):
            values[place] = frame[selection[1:]]
        return values

    def _frames_of(self, entries: range) -> Iterator[NDArray[Any]]:
        at, pages = -1, None
        try:
            for entry in entries:
                number, place = divmod(entry, self._frames)
                if number != at or pages is None:
                    if pages is not None:
                        pages.close()
                        pages = None
                    at, pages = number, self._checked(number)
                yield pages.read(place)
        finally:
            if pages is not None:
                pages.close()

    def _checked(self, number: int) -> Pages:
        path = self.file(number)
        pages = self.open(path)
        if pages.shape != (self._frames, *self.shape[1:]) or pages.dtype != self.dtype:
            shape = pages.shape
            pages.close()
            raise NoFrameError(
                f"The file {path.name} holds frames of {list(shape)}, others of the series hold "
                f"{[self._frames, *self.shape[1:]]}.",
            )
        return pages

    def close(self) -> None:
        """Do nothing: no file stays open."""


class NpySeriesReader(FileSeriesReader):
    """Files of numpy, one array a file; ``NPY_SEQ`` is what simulated cameras of the field write."""

    kinds: ClassVar[tuple[str, ...]] = (
        "multipart/related;type=application/x-npy",
        "application/x-npy",
        "NPY_SEQ",
    )
    default_template: ClassVar[str] = "_%d.npy"

    def open(self, path: Path) -> Pages:
        """Map one file into memory; nothing of it is run, whatever it holds."""
        return _NpyPages(path)


class _NpyPages:
    def __init__(self, path: Path) -> None:
        self._array = np.lib.format.open_memmap(path, mode="r")
        if self._array.dtype.kind not in _NUMBERS:
            raise NoFrameError(f"The file {path.name} does not hold an array of numbers.")
        self.shape = (1, *self._array.shape)
        self.dtype = self._array.dtype

    def read(self, number: int) -> NDArray[Any]:
        return np.asarray(self._array)

    def close(self) -> None:
        del self._array


class TiffSeriesReader(FileSeriesReader):
    """TIFF files, a frame a page."""

    kinds: ClassVar[tuple[str, ...]] = ("multipart/related;type=image/tiff", "image/tiff", "AD_TIFF")
    default_template: ClassVar[str] = "%s%s_%6.6d.tiff"

    def open(self, path: Path) -> Pages:
        """Open one file, and look at its sizes before any of its pixels is decoded."""
        return _TiffPages(path)


class _TiffPages:
    def __init__(self, path: Path) -> None:
        import tifffile  # long to load, as a quarter of all that a worker needs; few processes read frames

        self._path = path
        self._file = tifffile.TiffFile(path)
        try:
            first: Any = self._file.pages[0]
            self._require_small(first)
            self.shape = (len(self._file.pages), *first.shape)
            self.dtype = np.dtype(first.dtype)
        except BaseException:
            self._file.close()
            raise

    def _require_small(self, page: Any) -> None:
        if page.dtype is None or page.dtype.kind not in _NUMBERS:
            raise NoFrameError(f"The file {self._path.name} does not hold images of numbers.")
        size = int(np.prod(page.shape, dtype=object)) * page.dtype.itemsize
        if size > MAX_BYTES:
            raise TooLargeError(
                f"The file {self._path.name} says that an image has {size} bytes; {MAX_BYTES} at most."
            )
        if int(page.compression) == _PLAIN:
            return
        if int(page.compression) not in _DEFLATED:
            raise NoFrameError(
                f"The file {self._path.name} is compressed by {page.compression!s}, which is not read.",
                hint="Plain images and those compressed by deflate are read.",
            )
        self._require_honest(page, size)

    def _require_honest(self, page: Any, size: int) -> None:
        """Raise if the compressed strips of a page grow to more than the page has."""
        left = size
        handle = self._file.filehandle
        for offset, length in zip(page.dataoffsets, page.databytecounts, strict=True):
            handle.seek(offset)
            left -= len(
                zlib.decompressobj().decompress(handle.read(min(length, MAX_BYTES)), max(1, left + 1))
            )
            if left < 0:
                raise TooLargeError(f"The file {self._path.name} holds more than its image has.")

    def read(self, number: int) -> NDArray[Any]:
        page: Any = self._file.pages[number]
        if number:
            self._require_small(page)
        values: NDArray[Any] = page.asarray(maxworkers=1)
        return values

    def close(self) -> None:
        self._file.close()
