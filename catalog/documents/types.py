"""The documents of the event model as typed dictionaries.

A run is one ``start``, then descriptors (one for each stream, again when a configuration changes), events or
event pages, references to external data, and one ``stop``.
"""

from __future__ import annotations

from typing import Any, Literal, NotRequired, TypedDict

DocumentName = Literal[
    "start",
    "descriptor",
    "event",
    "event_page",
    "resource",
    "datum",
    "datum_page",
    "stream_resource",
    "stream_datum",
    "stop",
]

ExitStatus = Literal["success", "abort", "fail"]

Dtype = Literal["string", "number", "array", "boolean", "integer"]


class RunStart(TypedDict):
    """Begins a run and carries its metadata; further keys are free."""

    uid: str
    time: float
    scan_id: NotRequired[int]
    plan_name: NotRequired[str]
    plan_type: NotRequired[str]
    sample: NotRequired[Any]
    hints: NotRequired[dict[str, Any]]


class DataKey(TypedDict):
    """Describes one column of a stream."""

    source: str
    dtype: Dtype
    shape: list[int | None]
    units: NotRequired[str | None]
    precision: NotRequired[int | None]
    external: NotRequired[str]
    object_name: NotRequired[str]
    dtype_numpy: NotRequired[Any]
    limits: NotRequired[Any]
    choices: NotRequired[list[str]]
    dims: NotRequired[list[str]]


class Configuration(TypedDict):
    """Slow readings of one device that hold for a whole descriptor."""

    data: dict[str, Any]
    timestamps: dict[str, float]
    data_keys: dict[str, DataKey]


class EventDescriptor(TypedDict):
    """Describes the events of one stream."""

    uid: str
    time: float
    run_start: str
    data_keys: dict[str, DataKey]
    name: NotRequired[str]
    object_keys: NotRequired[dict[str, list[str]]]
    configuration: NotRequired[dict[str, Configuration]]
    hints: NotRequired[dict[str, Any]]
    object_classes: NotRequired[dict[str, str]]


class Event(TypedDict):
    """One row of a stream: readings that belong together."""

    uid: str
    time: float
    seq_num: int
    descriptor: str
    data: dict[str, Any]
    timestamps: dict[str, Any]
    filled: NotRequired[dict[str, bool | str]]


class EventPage(TypedDict):
    """Many rows of a stream, column by column."""

    uid: list[str]
    time: list[float]
    seq_num: list[int]
    descriptor: str
    data: dict[str, list[Any]]
    timestamps: dict[str, list[Any]]
    filled: NotRequired[dict[str, list[bool | str]]]


class Resource(TypedDict):
    """Names a file or a group of files in the older way."""

    uid: str
    spec: str
    root: str
    resource_path: str
    resource_kwargs: dict[str, Any]
    path_semantics: NotRequired[Literal["posix", "windows"]]
    run_start: NotRequired[str]


class Datum(TypedDict):
    """Points at one piece of a resource."""

    datum_id: str
    resource: str
    datum_kwargs: dict[str, Any]


class DatumPage(TypedDict):
    """Points at many pieces of a resource."""

    datum_id: list[str]
    resource: str
    datum_kwargs: dict[str, list[Any]]


class StreamResource(TypedDict):
    """Names a file (or a group of files) that holds one column of a stream."""

    uid: str
    uri: str
    mimetype: str
    data_key: str
    parameters: dict[str, Any]
    run_start: NotRequired[str]


class StreamRange(TypedDict):
    """A half-open range of integers."""

    start: int
    stop: int


class StreamDatum(TypedDict):
    """Tells which rows of a stream a part of a stream resource holds."""

    uid: str
    stream_resource: str
    descriptor: str
    seq_nums: StreamRange
    indices: StreamRange


class RunStop(TypedDict):
    """Ends a run."""

    uid: str
    time: float
    run_start: str
    exit_status: ExitStatus
    reason: NotRequired[str]
    num_events: NotRequired[dict[str, int]]
