"""One file, or series of files, that a document names; and what a reader of it is."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, ClassVar, Protocol, runtime_checkable

from numpy.typing import DTypeLike, NDArray

from catalog.assets.paths import Roots, path_of

MAX_BYTES = 256 * 2**20
"""The most that is read at once."""


@dataclass(frozen=True)
class Asset:
    """What a resource or stream_resource document says, ready for a reader.

    Attributes
    ----------
    kind
        Its mimetype, or the ``spec`` of a resource.
    address
        The file or folder as the documents name it, a ``file:`` URI or a path; not checked yet.
    parameters
        As the document has them (``parameters`` or ``resource_kwargs``).
    roots
        Where files may be.
    events
        How many events the documents name.
    shape, dtype_numpy
        Of the data key.
    is_plain
        The address is a path, not a URI.
    """

    kind: str
    address: str
    roots: Roots
    parameters: Mapping[str, Any] = field(default_factory=dict)
    events: int = 0
    shape: tuple[int, ...] = ()
    dtype_numpy: str = ""
    is_plain: bool = False

    @property
    def path(self) -> str:
        """The file or folder as a path, still as the documents name it.

        Raises
        ------
        AssetNotAllowedError
            The address is of another kind or machine.
        """
        return self.address if self.is_plain else path_of(self.address)

    def per_event(self, rank: int) -> int:
        """Give how many entries an event has in files of `rank` axes, entries first.

        It is one, unless the first axis of the data key's shape runs along the entries.
        """
        frames = self.parameters.get("frame_per_point")
        if isinstance(frames, int) and frames > 0:
            return frames
        return 1 if not self.shape or rank > len(self.shape) else self.shape[0]

    def file(self, path: str | None = None) -> Path:
        """Give the file, or another one that a reader derives from it, if it may be read.

        Raises
        ------
        AssetNotAllowedError, AssetGoneError
        """
        return self.roots.file(self.path if path is None else path)


@runtime_checkable
class AssetReader(Protocol):
    """Reads one asset. Made with the `Asset` as its only argument, used once, then closed.

    Attributes
    ----------
    kinds
        Mimetypes and ``spec`` names that it reads.
    shape
        Entries first: frames, rows. It may grow from one opening to the next.
    dtype
        Of the values.
    chunks
        In what blocks the file holds them; as long as `shape`.
    """

    kinds: ClassVar[tuple[str, ...]]

    @property
    def shape(self) -> tuple[int, ...]: ...
    @property
    def dtype(self) -> DTypeLike: ...
    @property
    def chunks(self) -> tuple[int, ...]: ...

    def read(self, selection: tuple[slice, ...]) -> NDArray[Any]:
        """Give the values in these slices, one for each axis; steps are above 0, stops inside."""

    def close(self) -> None:
        """Let go of the file."""
