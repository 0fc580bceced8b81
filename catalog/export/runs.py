"""A run made of documents at hand, as exporters read it."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from itertools import groupby
from typing import Any

from catalog.documents.pages import EVENTS, unpack
from catalog.export.errors import NoArrayError, NoStreamError
from catalog.export.protocol import Document, Documents, LazyArray, Rows

_GROUPS = ("data", "timestamps", "filled")
MOST_ROWS = 1000
"""Most rows of one slice."""

OpenArray = Callable[[str, str], LazyArray]


class DocumentsRun:
    """A run of documents that memory holds, with events packed into pages.

    Parameters
    ----------
    documents
        Names and documents, a start first; a generator is read once.
    open_array
        Gives the array of a stream and data key whose values lie in files.

    Raises
    ------
    ValueError
        The first document is no start.

    Examples
    --------
    >>> run = DocumentsRun([("start", {"uid": "a", "time": 0.0})])
    >>> [name for name, _ in run.documents()]
    ['start']
    """

    def __init__(self, documents: Documents, *, open_array: OpenArray | None = None) -> None:
        self._documents = list(packed(documents))
        if not self._documents or self._documents[0][0] != "start":
            raise ValueError("the documents of a run begin with its start")
        self._open_array = open_array
        self.start: Document = self._documents[0][1]
        self.stop: Document | None = next((doc for name, doc in self._documents if name == "stop"), None)
        self.descriptors: Sequence[Document] = [doc for name, doc in self._documents if name == "descriptor"]

    def documents(self) -> Iterator[tuple[str, Document]]:
        """Give every document; events that follow each other come together."""
        return iter(self._documents)

    def rows(
        self, stream: str, columns: Sequence[str] | None = None, *, timestamps: bool = False
    ) -> Iterator[Rows]:
        """Give the rows of a stream; of events with one number the last counts."""
        keys = list(columns or inline_keys(self, stream))
        pages = list(self._pages(stream))
        last = {number: (p, i) for p, page in enumerate(pages) for i, number in enumerate(page["seq_num"])}
        for place, page in enumerate(pages):
            numbers = page["seq_num"]
            kept = [i for i, number in enumerate(numbers) if last[number] == (place, i)]
            for first in range(0, len(kept), MOST_ROWS):
                yield _picked(page, kept[first : first + MOST_ROWS], keys, timestamps)

    def array(self, stream: str, key: str) -> LazyArray:
        """Give an external data key."""
        if self._open_array is None:
            raise NoArrayError(f"The files of {key!r} are not at hand: give open_array.")
        return self._open_array(stream, key)

    def _pages(self, stream: str) -> Iterator[Document]:
        wanted = {doc["uid"] for doc in self.descriptors if doc.get("name", "") == stream}
        for name, doc in self._documents:
            if name in (EVENTS, "event_page") and doc["descriptor"] in wanted:
                yield doc


def packed(documents: Documents) -> Iterator[tuple[str, Document]]:
    """Pack events that follow each other, share a descriptor and the order of their keys."""
    held: list[Document] = []
    for name, doc in documents:
        if name == "event":
            held.append(doc)
            if len(held) < MOST_ROWS:
                continue
        yield from _pages_of(held)
        held = []
        if name != "event":
            yield name, doc
    yield from _pages_of(held)


def single(documents: Documents) -> Iterator[tuple[str, Document]]:
    """Give documents one by one, those of the event model only: what `packed` joined is taken apart."""
    for name, doc in documents:
        if name == EVENTS:
            for event in unpack(doc):
                yield "event", event
        else:
            yield name, doc


def streams_of(run: Any) -> list[str]:
    """Name the streams of a run in the order in which they were described."""
    return list(dict.fromkeys(doc.get("name", "") for doc in run.descriptors))


def data_keys_of(run: Any, stream: str) -> dict[str, Mapping[str, Any]]:
    """Give the data keys of a stream, those of a later descriptor last.

    Raises
    ------
    NoStreamError
        The run has no such stream.
    """
    if stream not in streams_of(run):
        raise NoStreamError(
            f"The run has no stream {stream[:80]!r}.",
            hint=f"It has: {', '.join(map(repr, streams_of(run))) or 'none'}.",
        )
    keys: dict[str, Mapping[str, Any]] = {}
    for descriptor in run.descriptors:
        if descriptor.get("name", "") == stream:
            keys.update(descriptor["data_keys"])
    return keys


def inline_keys(run: Any, stream: str) -> list[str]:
    """Name the data keys whose values are in the events."""
    return [key for key, value in data_keys_of(run, stream).items() if not value.get("external")]


def external_keys(run: Any, stream: str) -> list[str]:
    """Name the data keys whose values lie in files."""
    return [key for key, value in data_keys_of(run, stream).items() if value.get("external")]


def _pages_of(events: Sequence[Document]) -> Iterator[tuple[str, Document]]:
    for _, group in groupby(events, key=_layout):
        yield EVENTS, _page(list(group))


def _layout(event: Document) -> tuple[Any, ...]:
    """Tell events apart that fit no common page: their descriptor and the order of their keys."""
    groups = [tuple(event[group]) if group in event else None for group in _GROUPS]
    return event["descriptor"], tuple(event), *groups


def _page(events: Sequence[Document]) -> dict[str, Any]:
    """Make a page of events of one layout, whose values therefore stand in one order."""
    first = events[0]
    page: dict[str, Any] = {}
    for key in first:
        if key == "descriptor":
            page[key] = first[key]
        elif key in _GROUPS:
            columns = map(list, zip(*(event[key].values() for event in events), strict=True))
            page[key] = dict(zip(first[key], columns, strict=True))
        else:
            page[key] = [event[key] for event in events]
    return page


def _picked(page: Document, kept: Sequence[int], keys: Sequence[str], timestamps: bool) -> Rows:
    whole = len(kept) == len(page["seq_num"])

    def pick(column: Sequence[Any] | None) -> Sequence[Any]:
        if column is None:
            return [None] * len(kept)
        return column if whole else [column[i] for i in kept]

    data, stamps = page["data"], page["timestamps"]
    return Rows(
        seq_num=pick(page["seq_num"]),
        time=pick(page["time"]),
        data={key: pick(data.get(key)) for key in keys},
        timestamps={key: pick(stamps.get(key)) for key in keys} if timestamps else {},
    )
