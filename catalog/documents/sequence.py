"""Check that each document of a run fits those before it."""

from __future__ import annotations

import math
from collections.abc import Iterable, Iterator, Mapping, MutableMapping, Sequence
from dataclasses import dataclass, field
from itertools import chain
from typing import Any

from catalog.documents.encoding import to_storable
from catalog.documents.errors import EncodingError, InvalidDocumentError
from catalog.documents.pages import rows_of, unpack
from catalog.documents.validate import validate

MAX_DESCRIPTORS = 2000
"""A run with more descriptors is refused the rest."""

MAX_STREAM_NAME = 200
"""A longer name of a stream is refused."""

_FUTURE_S = 86_400.0
_QUICK_DEPTH = 8  # arrays nested deeper are looked at value by value
_ATOMS = frozenset({float, int, str, bool, type(None)})
_KINDS: dict[str, tuple[type, ...]] = {
    "number": (float, int),
    "integer": (int,),
    "string": (str,),
    "boolean": (bool, int),
    "array": (list, tuple),
}


@dataclass(frozen=True, slots=True)
class StreamShape:
    """What events of one descriptor must look like.

    Attributes
    ----------
    dtypes
        The dtype of each data key; empty for those whose values are kept outside.
    streamed
        Keys whose values come by stream_datum documents: events do without them.
    """

    stream: str
    dtypes: Mapping[str, str]
    streamed: frozenset[str] = frozenset()

    @classmethod
    def of(cls, descriptor: Mapping[str, Any]) -> StreamShape:
        """Give the shape that a descriptor says."""
        keys = descriptor["data_keys"]
        external = {key: str(value["external"]) for key, value in keys.items() if value.get("external")}
        streamed = (key for key, kind in external.items() if kind.startswith("STREAM:"))
        # the value of an external key is the name of a datum, whatever its dtype
        dtypes = {key: "" if key in external else value["dtype"] for key, value in keys.items()}
        return cls(descriptor.get("name", ""), dtypes, frozenset(streamed))


@dataclass
class RunChecker:
    """The state of one run, as far as the next document's place in it depends on it.

    Parameters
    ----------
    run
        Uid of the run.
    descriptors
        Uid of each descriptor seen and what its events must look like.
    last_seq
        Highest ``seq_num`` of each stream; brought up to date by `check`.
    references
        Uids of resources and stream resources seen.
    is_closed
        Whether the stop document was seen.
    now
        POSIX seconds; documents more than a day later are remarked on. None asks nothing.
    """

    run: str
    descriptors: dict[str, StreamShape] = field(default_factory=dict)
    last_seq: MutableMapping[str, int] = field(default_factory=dict)
    references: set[str] = field(default_factory=set)
    is_open: bool = False
    is_closed: bool = False
    now: float | None = None
    _remarked: set[tuple[str, str]] = field(default_factory=set)

    def check(self, name: str, doc: Mapping[str, Any]) -> list[str]:
        """Take the next document.

        Returns
        -------
        list of str
            Remarks on faults that do not keep the document from being stored: holes in the numbering, values
            unlike the descriptor, times in the future. Each is told once for a column.

        Raises
        ------
        InvalidDocumentError
            If the document cannot be part of the run; the state is then as before.
        EncodingError
            If a value of it cannot be written.
        """
        validate(name, doc)
        if name != "start" and not self.is_open:
            raise InvalidDocumentError(name, [f"run {self.run} has no start document"])
        if self.is_closed:
            raise InvalidDocumentError(name, [f"run {self.run} was ended by its stop document"])
        checker = getattr(self, f"_check_{name}")
        remarks: list[str] = checker(doc)
        return remarks + self._remarks_on_time(name, doc)

    def take_pages(self, pages: Sequence[Mapping[str, Any]]) -> bool:
        """Take events that were packed into pages, if there is nothing to say about any of them.

        The quick way through whole columns. Where it finds anything doubtful it changes nothing, and the
        events are to be taken one by one by `check`, which says what it is.

        Parameters
        ----------
        pages
            What `catalog.documents.pages.columns_of` makes of events of one descriptor and layout each.
        """
        if not self.is_open or self.is_closed:
            return False
        before = dict(self.last_seq)
        try:
            if all(map(self._takes, pages)):
                return True
        except (InvalidDocumentError, EncodingError):
            pass
        self.last_seq.update(before)
        return False

    def _takes(self, page: Mapping[str, Any]) -> bool:
        first: dict[str, Any] = next(unpack(rows_of(page, slice(0, 1))))
        validate("event", first)
        shape = self._shape("event", page)
        _require_keys("event", shape, page["data"], page["timestamps"])
        return (
            self._are_rows_plain(page)
            and self._follow(shape.stream, page["seq_num"])
            and all(_are_like(shape.dtypes.get(key, ""), column) for key, column in page["data"].items())
            and all(_are_writable(column) for column in page["timestamps"].values())
        )

    def _are_rows_plain(self, page: Mapping[str, Any]) -> bool:
        latest = math.inf if self.now is None else self.now + _FUTURE_S
        return (
            set(map(type, page["uid"])) == {str}
            and set(map(type, page["time"])) == {float}
            and all(map(math.isfinite, page["time"]))
            and max(page["time"]) <= latest
            and all(set(map(type, column)) <= {bool, str} for column in page.get("filled", {}).values())
        )

    def _follow(self, stream: str, numbers: list[int]) -> bool:
        first = self.last_seq.get(stream, 0) + 1
        if set(map(type, numbers)) != {int} or numbers != list(range(first, first + len(numbers))):
            return False
        self.last_seq[stream] = numbers[-1]
        return numbers[-1] < 2**53

    def _check_start(self, doc: Mapping[str, Any]) -> list[str]:
        if self.is_open:
            raise InvalidDocumentError("start", [f"run {self.run} has a start document already"])
        if doc["uid"] != self.run:
            raise InvalidDocumentError("start", [f"its uid is {doc['uid']!r}, the run's is {self.run!r}"])
        to_storable(doc)
        self.is_open = True
        return []

    def _check_descriptor(self, doc: Mapping[str, Any]) -> list[str]:
        self._require_run("descriptor", doc)
        uid, stream, keys = doc["uid"], doc.get("name", ""), doc["data_keys"]
        if len(stream) > MAX_STREAM_NAME:
            raise InvalidDocumentError(
                "descriptor",
                [f"the name of its stream has {len(stream)} characters, {MAX_STREAM_NAME} at most"],
            )
        if uid in self.descriptors:
            raise InvalidDocumentError("descriptor", [f"there is a descriptor {uid!r} already"])
        if len(self.descriptors) >= MAX_DESCRIPTORS:
            raise InvalidDocumentError(
                "descriptor", [f"the run has {MAX_DESCRIPTORS} descriptors, the most it may have"]
            )
        to_storable(doc)
        remarks = []
        sibling = next((d for d in self.descriptors.values() if d.stream == stream), None)
        if sibling is not None and sibling.dtypes.keys() != keys.keys():
            remarks.append(f"stream {stream!r} was described with other data keys before")
        self.descriptors[uid] = StreamShape.of(doc)
        self.last_seq.setdefault(stream, 0)
        return remarks

    def _check_event(self, doc: Mapping[str, Any]) -> list[str]:
        shape = self._shape("event", doc)
        _require_keys("event", shape, doc["data"], doc["timestamps"])
        for group in ("data", "timestamps"):
            _require_writable(doc[group].values())
        remarks = self._count(shape.stream, doc["seq_num"], doc["seq_num"])
        return remarks + self._remarks_on_kinds(shape, doc["data"].items())

    def _check_event_page(self, doc: Mapping[str, Any]) -> list[str]:
        shape = self._shape("event_page", doc)
        if not doc["seq_num"]:
            raise InvalidDocumentError("event_page", ["it holds no event"])
        _require_keys("event_page", shape, doc["data"], doc["timestamps"])
        to_storable(doc)
        remarks = self._count(shape.stream, min(doc["seq_num"]), max(doc["seq_num"]))
        return remarks + self._remarks_on_kinds(
            shape, ((key, column[0]) for key, column in doc["data"].items())
        )

    def _check_resource(self, doc: Mapping[str, Any]) -> list[str]:
        return self._refer("resource", doc)

    def _check_stream_resource(self, doc: Mapping[str, Any]) -> list[str]:
        return self._refer("stream_resource", doc)

    def _check_datum(self, doc: Mapping[str, Any]) -> list[str]:
        self._require_reference("datum", doc["resource"])
        to_storable(doc)
        return []

    def _check_datum_page(self, doc: Mapping[str, Any]) -> list[str]:
        self._require_reference("datum_page", doc["resource"])
        to_storable(doc)
        return []

    def _check_stream_datum(self, doc: Mapping[str, Any]) -> list[str]:
        self._require_reference("stream_datum", doc["stream_resource"])
        shape = self._shape("stream_datum", doc)
        rows = doc["seq_nums"]
        if not 0 <= rows["start"] <= rows["stop"]:
            raise InvalidDocumentError("stream_datum", [f"seq_nums {dict(rows)} is no range"])
        to_storable(doc)
        return self._count(shape.stream, rows["start"], rows["stop"] - 1) if rows["stop"] > 1 else []

    def _check_stop(self, doc: Mapping[str, Any]) -> list[str]:
        self._require_run("stop", doc)
        to_storable(doc)
        self.is_closed = True
        told = doc.get("num_events") or {}
        seen = {stream: count for stream, count in self.last_seq.items() if count}
        differing = [
            f"{stream!r}: {told.get(stream, 0)} told, {seen.get(stream, 0)} seen"
            for stream in sorted({*told, *seen})
            if told.get(stream, 0) != seen.get(stream, 0)
        ]
        return [f"num_events differ: {', '.join(differing[:10])}"] if told and differing else []

    def _refer(self, name: str, doc: Mapping[str, Any]) -> list[str]:
        if doc.get("run_start"):
            self._require_run(name, doc)
        if doc["uid"] in self.references:
            raise InvalidDocumentError(name, [f"there is a {name} {doc['uid']!r} already"])
        to_storable(doc)
        self.references.add(doc["uid"])
        return []

    def _require_run(self, name: str, doc: Mapping[str, Any]) -> None:
        if doc["run_start"] != self.run:
            raise InvalidDocumentError(name, [f"it names run {doc['run_start']!r}, not {self.run!r}"])

    def _require_reference(self, name: str, uid: str) -> None:
        if uid not in self.references:
            raise InvalidDocumentError(name, [f"no resource {uid!r} came before it"])

    def _shape(self, name: str, doc: Mapping[str, Any]) -> StreamShape:
        shape = self.descriptors.get(doc["descriptor"])
        if shape is None:
            raise InvalidDocumentError(name, [f"no descriptor {doc['descriptor']!r} came before it"])
        return shape

    def _count(self, stream: str, first: int, last: int) -> list[str]:
        if first < 0 or last >= 2**53:
            raise InvalidDocumentError("event", [f"seq_num {first}..{last} is out of range"])
        expected = self.last_seq.get(stream, 0) + 1
        self.last_seq[stream] = max(self.last_seq.get(stream, 0), last)
        if first > expected:
            return [f"seq_num {first} of stream {stream!r} follows {expected - 1}: rows between are missing"]
        return []

    def _remarks_on_kinds(self, shape: StreamShape, items: Iterable[tuple[str, Any]]) -> list[str]:
        return list(self._unlike(shape, items))

    def _unlike(self, shape: StreamShape, items: Iterable[tuple[str, Any]]) -> Iterator[str]:
        for key, value in items:
            dtype = shape.dtypes.get(key, "")
            expected = _KINDS.get(dtype)
            unlike = expected is not None and type(value) in _ATOMS and not isinstance(value, expected)
            unlike = unlike and value is not None
            if unlike and (shape.stream, key) not in self._remarked:
                self._remarked.add((shape.stream, key))
                yield f"{key} is {type(value).__name__}, its descriptor says {dtype}"

    def _remarks_on_time(self, name: str, doc: Mapping[str, Any]) -> list[str]:
        times = doc.get("time")
        latest = max(times) if isinstance(times, list | tuple) and times else times
        if self.now is None or not isinstance(latest, int | float) or latest <= self.now + _FUTURE_S:
            return []
        if ("time", name) in self._remarked:
            return []
        self._remarked.add(("time", name))
        return [f"time {latest} is more than a day after it came"]


def _are_like(dtype: str, column: list[Any]) -> bool:
    """Tell whether all values of a column are of the type that its descriptor says, and can be written."""
    expected = _KINDS.get(dtype)
    plain = set(map(type, column)) & _ATOMS - {type(None)}
    is_like = expected is None or all(issubclass(kind, expected) for kind in plain)
    return is_like and _are_writable(column)


def _are_writable(column: list[Any]) -> bool:
    flat, depth = column, 0
    while set(map(type, flat)) == {list} and depth < _QUICK_DEPTH:
        flat, depth = list(chain.from_iterable(flat)), depth + 1
    if not set(map(type, flat)) <= _ATOMS:
        _require_writable(column)
    return True


def _require_keys(name: str, shape: StreamShape, data: Mapping[str, Any], stamps: Mapping[str, Any]) -> None:
    expected = shape.dtypes.keys()
    required = expected - shape.streamed
    if required <= data.keys() <= expected and stamps.keys() <= expected:
        return
    missing = sorted(required - data.keys())[:10]
    extra = sorted((data.keys() | stamps.keys()) - expected)[:10]
    problem = f"its keys are not those of the descriptor: missing {missing}, not described {extra}"
    raise InvalidDocumentError(name, [problem])


def _require_writable(values: Iterable[Any]) -> None:
    for value in values:
        if type(value) not in _ATOMS:
            to_storable(value)
