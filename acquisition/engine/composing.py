"""Makes the documents of one run. Documents are built from what is given, without deep copies."""

from __future__ import annotations

import os
import time
from collections.abc import Iterable, Mapping
from typing import Any

from acquisition.engine.run_clock import Clock, run_clock
from acquisition.engine.validation import check, refuse_keys

Document = dict[str, Any]


def new_uid() -> str:
    """Make a random identifier in the form of a version-4 UUID.

    Examples
    --------
    >>> len(new_uid()), new_uid()[14]
    (36, '4')
    """
    digits = os.urandom(16).hex()
    variant = "89ab"[int(digits[16], 16) & 3]
    return f"{digits[:8]}-{digits[8:12]}-4{digits[13:16]}-{variant}{digits[17:20]}-{digits[20:]}"


_SCALARS = frozenset({str, int, float, bool, type(None)})


def snapshot(value: Any) -> Any:
    """Copy mappings, lists and tuples of metadata, so that later changes do not reach into documents.

    Examples
    --------
    >>> snapshot({"a": [1, (2, 3)]})
    {'a': [1, (2, 3)]}
    """
    kind = type(value)
    if kind in _SCALARS:
        return value
    if kind is list:
        return [snapshot(item) for item in value]
    if kind is tuple:
        return tuple([snapshot(item) for item in value])
    if kind is dict or isinstance(value, Mapping):
        return {key: snapshot(item) for key, item in value.items()}
    return value


def is_external_stream(data_key: Mapping[str, Any]) -> bool:
    """Whether a key's data come by stream_resource and stream_datum."""
    return data_key.get("external") == "STREAM:"


class Stream:
    """One event stream of a run: its present descriptor and its counter.

    Attributes
    ----------
    name : str
        Name of the stream.
    objects : dict
        ``{object: data keys}`` in the order of the descriptor.
    descriptor : dict
        The present descriptor; a later one of the same name replaces it.
    next_seq_num : int
        Sequence number of the next event, from 1.
    clock : callable
        Gives the time of the run.
    is_rewound : bool
        Whether the counter goes back with the plan. Not for monitors and interruptions: nobody takes their
        events again.
    """

    def __init__(self, name: str, *, clock: Clock = time.time, is_rewound: bool = True) -> None:
        self.name = name
        self.clock = clock
        self.is_rewound = is_rewound
        self.objects: dict[Any, dict[str, Any]] = {}
        self.descriptor: Document = {}
        self.next_seq_num = 1
        self.marked_seq_num = 1
        self._before_rewind = 0
        self.external_keys: frozenset[str] = frozenset()
        self.event_keys: frozenset[str] = frozenset()
        self._filled: dict[str, bool] = {}

    def describe(self, descriptor: Document, objects: dict[Any, dict[str, Any]]) -> None:
        """Make a descriptor the present one."""
        data_keys = descriptor["data_keys"]
        self.descriptor = descriptor
        self.objects = objects
        self.external_keys = frozenset(key for key, value in data_keys.items() if is_external_stream(value))
        self.event_keys = frozenset(data_keys) - self.external_keys
        self._filled = {key: False for key in self.event_keys if "external" in data_keys[key]}

    def mark(self) -> None:
        """Remember the counter for a rewind."""
        self.marked_seq_num = self.next_seq_num

    def rewind(self) -> None:
        """Set the counter back to the mark."""
        if self.is_rewound:
            self._before_rewind = self.num_events
            self.next_seq_num = self.marked_seq_num

    @property
    def num_events(self) -> int:
        """Number of events there are, also if a rewound plan ended before it took all of them again."""
        return max(self._before_rewind, self.next_seq_num - 1)

    def compose_event(
        self,
        data: dict[str, Any],
        timestamps: dict[str, Any],
        seq_num: int | None = None,
        filled: dict[str, Any] | None = None,
        uid: str | None = None,
        time: float | None = None,
    ) -> Document:
        """Make the next event document.

        Everything outside `data` and `timestamps` has its type by construction, and the schema says nothing
        about
        the values in these two; so comparing keys with the descriptor is the whole of the event model's
        check.

        Raises
        ------
        event_model.EventModelValidationError
            The keys are not those of the descriptor.
        """
        if data.keys() != self.event_keys or timestamps.keys() != self.event_keys:
            self._check_keys(data, timestamps)
        if seq_num is None:
            seq_num = self.next_seq_num
        doc = {
            "uid": new_uid() if uid is None else uid,
            "time": self.clock() if time is None else time,
            "data": data,
            "timestamps": timestamps,
            "seq_num": seq_num,
            "filled": self._filled.copy() if filled is None else filled,
            "descriptor": self.descriptor["uid"],
        }
        if filled or uid is not None or time is not None:
            check("event", doc)
            if set(filled or ()) - set(data):
                refuse_keys(self.event_keys, data, filled)
        self.next_seq_num = seq_num + 1
        return doc

    def compose_page(self, columns: Mapping[str, Any]) -> Document:
        """Make the next event page of ``{"data": {key: list}, "timestamps": {key: list}, ...}``."""
        data, timestamps = columns["data"], columns["timestamps"]
        lengths = {len(column) for table in (data, timestamps) for column in table.values()}
        if len(lengths) > 1:
            raise ValueError(
                f"The columns of a page of {self.name!r} have different lengths: {sorted(lengths)}."
            )
        self._check_keys(data, timestamps)
        length = lengths.pop() if lengths else 0
        now = self.clock()
        doc = {
            "uid": list(columns.get("uid") or (new_uid() for _ in range(length))),
            "time": list(columns["time"]) if len(columns.get("time") or ()) == length else [now] * length,
            "data": data,
            "timestamps": timestamps,
            "seq_num": list(range(self.next_seq_num, self.next_seq_num + length)),
            "filled": columns.get("filled") or {},
            "descriptor": self.descriptor["uid"],
        }
        check("event_page", doc)
        self.next_seq_num += length
        return doc

    def _check_keys(self, data: Mapping[str, Any], timestamps: Mapping[str, Any]) -> None:
        for given in (data, timestamps):
            if given.keys() - self.external_keys != self.event_keys:
                refuse_keys(self.event_keys, data, timestamps)


def page_of(events: list[Document]) -> Document:
    """Put events of one descriptor into one page."""
    keys = events[0]["data"].keys()
    filled = events[0]["filled"].keys()
    return {
        "uid": [event["uid"] for event in events],
        "time": [event["time"] for event in events],
        "seq_num": [event["seq_num"] for event in events],
        "descriptor": events[0]["descriptor"],
        "data": {key: [event["data"][key] for event in events] for key in keys},
        "timestamps": {key: [event["timestamps"][key] for event in events] for key in keys},
        "filled": {key: [event["filled"][key] for event in events] for key in filled},
    }


class RunComposer:
    """Makes start, descriptors and stop of one run.

    Parameters
    ----------
    metadata : mapping
        What the start document holds besides uid and time.
    """

    def __init__(self, metadata: Mapping[str, Any]) -> None:
        self.uid = new_uid()
        self.clock = run_clock()
        self.start: Document = {"uid": self.uid, "time": self.clock(), **metadata}
        check("start", self.start)
        self.is_stopped = False

    def descriptor(
        self,
        name: str,
        data_keys: dict[str, Any],
        *,
        configuration: dict[str, Any] | None = None,
        hints: dict[str, Any] | None = None,
        object_keys: dict[str, Any] | None = None,
    ) -> Document:
        """Make and check a descriptor."""
        doc = {
            "uid": new_uid(),
            "time": self.clock(),
            "run_start": self.uid,
            "name": name,
            "data_keys": data_keys,
            "configuration": configuration or {},
            "hints": hints or {},
            "object_keys": object_keys or {},
            "object_classes": {},
        }
        check("descriptor", doc)
        return doc

    def stop(self, exit_status: str, reason: str, streams: Iterable[Stream]) -> Document:
        """Make and check the stop document.

        Raises
        ------
        RuntimeError
            The run has one already.
        """
        if self.is_stopped:
            raise RuntimeError(f"Run {self.uid} already has a stop document.")
        doc = {
            "uid": new_uid(),
            "time": self.clock(),
            "run_start": self.uid,
            "exit_status": exit_status,
            "reason": reason,
            "num_events": {stream.name: stream.num_events for stream in streams},
        }
        check("stop", doc)
        self.is_stopped = True
        return doc
