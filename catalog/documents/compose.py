"""Make the documents of one run, each consistent with those before it."""

from __future__ import annotations

import time as clock_module
import uuid
from collections.abc import Callable, Mapping
from typing import Any

from catalog.documents.errors import InvalidDocumentError
from catalog.documents.validate import validate

Document = dict[str, Any]


def new_uid() -> str:
    """Give a fresh random uid."""
    return str(uuid.uuid4())


class RunComposer:
    """Make the documents of one run.

    Parameters
    ----------
    metadata : mapping, optional
        Further keys of the start document.
    uid : str, optional
        Uid of the run; a fresh one by default.
    time : float, optional
        POSIX seconds; now by default.
    clock : callable
        Gives the time of documents that are not told theirs, in POSIX seconds.

    Raises
    ------
    InvalidDocumentError
        If the start document breaks the event model.

    Examples
    --------
    >>> run = RunComposer({"plan_name": "count"}, uid="r1", time=0.0)
    >>> stream = run.descriptor("primary", {"x": {"source": "sim", "dtype": "number", "shape": []}}, time=0.0)
    >>> stream.event({"x": 1.5}, {"x": 0.5}, time=0.5)["seq_num"]
    1
    >>> run.stop(time=1.0)["num_events"]
    {'primary': 1}
    """

    def __init__(
        self,
        metadata: Mapping[str, Any] | None = None,
        *,
        uid: str | None = None,
        time: float | None = None,
        clock: Callable[[], float] = clock_module.time,
    ) -> None:
        self._clock = clock
        self._streams: dict[str, StreamComposer] = {}
        self._counts: dict[str, int] = {}
        self._is_closed = False
        self.start: Document = {"uid": uid or new_uid(), "time": self.now(time), **(metadata or {})}
        validate("start", self.start)

    @property
    def uid(self) -> str:
        """Uid of the run."""
        return str(self.start["uid"])

    def now(self, time: float | None = None) -> float:
        """Give `time`, or what the clock shows."""
        return self._clock() if time is None else time

    def descriptor(
        self,
        name: str,
        data_keys: Mapping[str, Any],
        *,
        object_keys: Mapping[str, Any] | None = None,
        configuration: Mapping[str, Any] | None = None,
        hints: Mapping[str, Any] | None = None,
        time: float | None = None,
        uid: str | None = None,
    ) -> StreamComposer:
        """Describe a stream; a second descriptor of the same name goes on with its counting.

        Raises
        ------
        InvalidDocumentError
            If the run is closed, the document breaks the model, or the keys differ from the stream's.
        """
        self._require_open("descriptor")
        known = self._streams.get(name)
        if known is not None and set(known.descriptor["data_keys"]) != set(data_keys):
            raise InvalidDocumentError(
                "descriptor",
                [f"stream {name!r} has other data keys: {sorted(known.descriptor['data_keys'])}"],
            )
        doc: Document = {
            "uid": uid or new_uid(),
            "time": self.now(time),
            "run_start": self.uid,
            "name": name,
            "data_keys": dict(data_keys),
            "object_keys": dict(object_keys or {}),
            "configuration": dict(configuration or {}),
            "hints": dict(hints or {}),
        }
        validate("descriptor", doc)
        stream = StreamComposer(self, doc, self._counts)
        self._counts.setdefault(name, 0)
        self._streams[name] = stream
        return stream

    def resource(
        self,
        spec: str,
        root: str,
        resource_path: str,
        resource_kwargs: Mapping[str, Any],
        *,
        uid: str | None = None,
    ) -> Document:
        """Name a file in the older way."""
        self._require_open("resource")
        doc: Document = {
            "uid": uid or new_uid(),
            "spec": spec,
            "root": root,
            "resource_path": resource_path,
            "resource_kwargs": dict(resource_kwargs),
            "path_semantics": "posix",
            "run_start": self.uid,
        }
        validate("resource", doc)
        return doc

    def stream_resource(
        self, uri: str, mimetype: str, data_key: str, parameters: Mapping[str, Any], *, uid: str | None = None
    ) -> Document:
        """Name a file that holds one column of a stream."""
        self._require_open("stream_resource")
        doc: Document = {
            "uid": uid or new_uid(),
            "uri": uri,
            "mimetype": mimetype,
            "data_key": data_key,
            "parameters": dict(parameters),
            "run_start": self.uid,
        }
        validate("stream_resource", doc)
        return doc

    def stop(
        self,
        exit_status: str = "success",
        reason: str = "",
        *,
        time: float | None = None,
        uid: str | None = None,
    ) -> Document:
        """End the run.

        Raises
        ------
        InvalidDocumentError
            If the run is closed already or the status is unknown.
        """
        self._require_open("stop")
        doc = stop_document(
            self.uid, exit_status, reason, num_events=self._counts, time=self.now(time), uid=uid
        )
        self._is_closed = True
        return doc

    def _require_open(self, name: str) -> None:
        if self._is_closed:
            raise InvalidDocumentError(name, [f"run {self.uid} is closed"])


class StreamComposer:
    """Make the events of one descriptor; `RunComposer.descriptor` gives one."""

    def __init__(self, run: RunComposer, descriptor: Document, counts: dict[str, int]) -> None:
        self._run = run
        self._counts = counts
        self._name = descriptor["name"]
        keys = descriptor["data_keys"]
        self._keys = {key for key in keys if not str(keys[key].get("external", "")).startswith("STREAM:")}
        self.descriptor = descriptor

    def event(
        self,
        data: Mapping[str, Any],
        timestamps: Mapping[str, Any],
        *,
        seq_num: int | None = None,
        time: float | None = None,
        filled: Mapping[str, Any] | None = None,
        uid: str | None = None,
    ) -> Document:
        """Make one event.

        Parameters
        ----------
        seq_num : int, optional
            Number from 1; by default the next. A number given before replaces that event for readers.

        Raises
        ------
        InvalidDocumentError
            If the keys of data or timestamps are not those of the descriptor.
        """
        self._require_keys(data, "data")
        self._require_keys(timestamps, "timestamps")
        number = self._counts[self._name] + 1 if seq_num is None else seq_num
        doc: Document = {
            "uid": uid or new_uid(),
            "time": self._run.now(time),
            "data": dict(data),
            "timestamps": dict(timestamps),
            "seq_num": number,
            "filled": dict(filled or {}),
            "descriptor": self.descriptor["uid"],
        }
        validate("event", doc)
        self._counts[self._name] = max(number, self._counts[self._name])
        return doc

    def stream_datum(
        self,
        stream_resource: Mapping[str, Any],
        seq_nums: tuple[int, int],
        indices: tuple[int, int],
        *,
        number: int,
    ) -> Document:
        """Tell that rows ``seq_nums`` are ``indices`` of a stream resource (half-open ranges)."""
        doc: Document = {
            "uid": f"{stream_resource['uid']}/{number}",
            "stream_resource": stream_resource["uid"],
            "descriptor": self.descriptor["uid"],
            "seq_nums": {"start": seq_nums[0], "stop": seq_nums[1]},
            "indices": {"start": indices[0], "stop": indices[1]},
        }
        validate("stream_datum", doc)
        self._counts[self._name] = max(self._counts[self._name], seq_nums[1] - 1)
        return doc

    def _require_keys(self, values: Mapping[str, Any], group: str) -> None:
        if values.keys() != self._keys:
            missing, extra = sorted(self._keys - values.keys()), sorted(values.keys() - self._keys)
            raise InvalidDocumentError("event", [f"{group}: missing {missing}, not described {extra}"])


def stop_document(
    run_start: str,
    exit_status: str,
    reason: str,
    *,
    num_events: Mapping[str, int],
    time: float,
    uid: str | None = None,
) -> Document:
    """Make the document that ends a run.

    Raises
    ------
    InvalidDocumentError
        If the status is none of success, abort, fail.
    """
    doc: Document = {
        "uid": uid or new_uid(),
        "time": time,
        "run_start": run_start,
        "exit_status": exit_status,
        "reason": reason,
        "num_events": dict(num_events),
    }
    validate("stop", doc)
    return doc
