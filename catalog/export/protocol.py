"""What an exporter is, and what it reads: a run in, bytes out.

Everything here is pure Python, useful in a notebook: `DocumentsRun` (in `catalog.export.runs`) wraps any
documents, `catalog.export.targets.export` writes them to a file, a buffer or a socket.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, Protocol, runtime_checkable

Document = Mapping[str, Any]
Documents = Iterable[tuple[str, Document]]
"""Names and documents, in the order of the run."""

Options = Mapping[str, Any]
NO_OPTIONS: Mapping[str, Any] = {"type": "object", "properties": {}, "additionalProperties": False}


@dataclass(frozen=True, slots=True)
class Rows:
    """Some rows of a stream, column by column; of events with one ``seq_num`` the last is here.

    Attributes
    ----------
    seq_num
        Numbers of the rows, from 1.
    time
        POSIX seconds.
    data
        Values of each data key, one a row; None where an event has none.
    timestamps
        POSIX seconds of each value, if they were asked for.
    """

    seq_num: Sequence[int]
    time: Sequence[float]
    data: Mapping[str, Sequence[Any]]
    timestamps: Mapping[str, Sequence[Any]] = field(default_factory=dict)


@runtime_checkable
class LazyArray(Protocol):
    """An array that lies in files: nothing is read before it is asked for by slices."""

    @property
    def shape(self) -> tuple[int, ...]:
        """Lengths; the first axis is the rows of the stream."""

    @property
    def dtype(self) -> Any:
        """NumPy dtype."""

    def __getitem__(self, slices: Any) -> Any:
        """Read a part."""


@runtime_checkable
class ExportableRun(Protocol):
    """One run as exporters read it; each method may be called again and begins anew."""

    @property
    def start(self) -> Document:
        """The start document."""

    @property
    def stop(self) -> Document | None:
        """The stop document; None while the run is open."""

    @property
    def descriptors(self) -> Sequence[Document]:
        """The descriptors, in their order."""

    def documents(self) -> Iterator[tuple[str, Document]]:
        """Give every document; events that follow each other may come together, named `EVENTS`."""

    def rows(
        self, stream: str, columns: Sequence[str] | None = None, *, timestamps: bool = False
    ) -> Iterator[Rows]:
        """Give a stream as slices of at most some thousand rows."""

    def array(self, stream: str, key: str) -> LazyArray:
        """Give an external data key; raises `NoArrayError` if its files cannot be read."""


@dataclass(frozen=True, slots=True)
class Exporter:
    """One format.

    Attributes
    ----------
    name
        Word for it in addresses: lower-case letters, digits and ``-``.
    title
        Words for it in a menu.
    ending
        What file names end in, without the dot.
    media_type
        Of the answer over HTTP.
    write
        Gives the bytes, piece by piece, of a run under options that were checked and filled.
    options
        JSON schema (an object) of what may be chosen; each property has a ``default``.
    is_lossless
        Whether every document can be read back unchanged.
    loses
        What is not in the file, in a few words; empty for lossless formats.
    readers
        Programs known to read it.
    is_repeatable
        Whether an ended run gives the same bytes each time: no moment of writing, no files beside the run.
        Downloads then go on where they broke off.
    """

    name: str
    title: str
    ending: str
    media_type: str
    write: Callable[[ExportableRun, Options], Iterator[bytes]]
    options: Mapping[str, Any] = field(default_factory=lambda: dict(NO_OPTIONS))
    is_lossless: bool = False
    loses: str = ""
    readers: tuple[str, ...] = ()
    is_repeatable: bool = False

    def description(self) -> dict[str, Any]:
        """Give what a menu shows, as JSON."""
        return {
            "name": self.name,
            "title": self.title,
            "ending": self.ending,
            "media_type": self.media_type,
            "is_lossless": self.is_lossless,
            "loses": self.loses,
            "readers": list(self.readers),
            "is_repeatable": self.is_repeatable,
            "options": dict(self.options),
        }


def options_schema(**properties: Mapping[str, Any]) -> dict[str, Any]:
    """Write the schema of options: each property needs a ``default`` and should have a ``description``."""
    return {"type": "object", "properties": dict(properties), "additionalProperties": False}


STREAM = {
    "type": "string",
    "maxLength": 1000,
    "default": "primary",
    "description": "Stream of the run.",
}
COLUMNS = {
    "type": "array",
    "items": {"type": "string"},
    "default": [],
    "description": "Data keys; all whose values are in events when empty.",
}
