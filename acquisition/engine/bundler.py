"""One open run: bundles readings into events, describes streams, follows monitored signals."""

from __future__ import annotations

import logging
import threading
from collections.abc import Callable, Hashable, Iterable, Mapping
from typing import Any

from acquisition.engine.calling import DeviceCaller, name_of
from acquisition.engine.collecting import FlyerCollector
from acquisition.engine.composing import Document, RunComposer, Stream
from acquisition.engine.errors import BadReadingError, IllegalMessageSequence

log = logging.getLogger(__name__)

Emit = Callable[[str, Document], None]


class ObjectDescription:
    """What a device says about itself, asked once a stream: data keys and configuration."""

    __slots__ = ("configuration", "data_keys")

    def __init__(self, data_keys: dict[str, Any], configuration: Document) -> None:
        self.data_keys = data_keys
        self.configuration = configuration


def read_configuration(obj: Any, caller: DeviceCaller) -> Document:
    """Ask a device for its configuration, in the shape a descriptor holds it."""
    if not (hasattr(obj, "read_configuration") and hasattr(obj, "describe_configuration")):
        return {"data": {}, "timestamps": {}, "data_keys": {}}
    data_keys = caller.mapping(obj, "describe_configuration")
    readings = caller.mapping(obj, "read_configuration")
    data, timestamps = split_readings(obj, [readings])
    return {"data": data, "timestamps": timestamps, "data_keys": data_keys}


def split_readings(obj: Any, readings: Iterable[Mapping[str, Any]]) -> tuple[Document, Document]:
    """Give values and timestamps of readings as two dictionaries.

    Raises
    ------
    BadReadingError
        A reading lacks its value or its timestamp.
    """
    data: Document = {}
    timestamps: Document = {}
    key = None
    try:
        for reading in readings:
            for key, item in reading.items():
                data[key] = item["value"]
                timestamps[key] = item["timestamp"]
    except (KeyError, TypeError) as error:
        raise BadReadingError(
            f"A reading of {name_of(obj)} has no value and timestamp for {key!r}: "
            "it must be {key: {'value': ..., 'timestamp': ...}}."
        ) from error
    return data, timestamps


class _Monitor:
    """A subscription to a device whose callbacks become events."""

    __slots__ = ("callback", "is_live", "kwargs", "obj")

    def __init__(self, obj: Any, callback: Callable[..., None], kwargs: dict[str, Any]) -> None:
        self.obj = obj
        self.callback = callback
        self.kwargs = kwargs
        self.is_live = False


class RunBundler:
    """Makes the documents of one run from the plan's messages.

    Parameters
    ----------
    metadata : mapping
        Contents of the start document.
    emit : callable
        Takes ``(name, document)``.
    caller : DeviceCaller
        Calls devices.
    record_interruptions : bool
        Whether the run has a stream ``interruptions``.
    must_declare : bool
        Whether ``create`` refuses streams that were not declared.
    lock : threading.RLock, optional
        The dispatcher's, held while a document is composed and emitted.
    """

    def __init__(
        self,
        metadata: Mapping[str, Any],
        *,
        emit: Emit,
        caller: DeviceCaller,
        record_interruptions: bool = False,
        must_declare: bool = False,
        lock: threading.RLock | None = None,
    ) -> None:
        self._composer = RunComposer(metadata)
        self._emit_now = emit
        self._caller = caller
        self._must_declare = must_declare
        self._record_interruptions = record_interruptions
        self._descriptions: dict[str, dict[Any, ObjectDescription]] = {}
        self._monitors: dict[Any, _Monitor] = {}
        # composing and emitting are one step, so that events of monitors keep their order
        self._emitting = threading.RLock() if lock is None else lock
        self._assets: list[tuple[str, Document]] = []
        self._bundle: str | None = None
        self._read: list[Any] = []
        self._readings: list[Mapping[str, Any]] = []
        self._keys_read: dict[str, Any] = {}
        self.streams: dict[str, Stream] = {}
        self.is_open = False
        self.collector = FlyerCollector(self, caller)

    @property
    def uid(self) -> str:
        """uid of the run."""
        return self._composer.uid

    @property
    def run_is_open(self) -> bool:
        """Whether the run has a start and no stop document yet."""
        return self.is_open

    @property
    def bundling(self) -> bool:
        """Whether a bundle is open, between ``create`` and ``save`` or ``drop``."""
        return self._bundle is not None

    def emit(self, name: str, doc: Document) -> None:
        """Hand a document of this run to subscribers."""
        with self._emitting:
            self._emit_now(name, doc)

    # -- the run ------------------------------------------------------------------------------------------

    def open(self) -> str:
        """Emit the start document; gives the run's uid."""
        self.is_open = True
        self.emit("start", self._composer.start)
        if self._record_interruptions:
            stream = Stream("interruptions", clock=self._composer.clock, is_rewound=False)
            data_keys = {"interruption": {"dtype": "string", "shape": [], "source": "RunEngine"}}
            stream.describe(self._composer.descriptor(stream.name, data_keys), {})
            self.streams[stream.name] = stream
            self.emit("descriptor", stream.descriptor)
        return self.uid

    def close(self, exit_status: str = "success", reason: str = "") -> str:
        """End monitors and emit the stop document; gives the run's uid."""
        self.clear_monitors()
        with self._emitting:
            doc = self._composer.stop(exit_status, reason, self.streams.values())
            self.is_open = False
            self._emit_now("stop", doc)
        return self.uid

    def record_interruption(self, content: str) -> None:
        """Emit an event of the stream ``interruptions``, if there is one."""
        stream = self.streams.get("interruptions")
        if stream is None or not self._record_interruptions or not self.is_open:
            return
        with self._emitting:
            doc = stream.compose_event({"interruption": content}, {"interruption": stream.clock()})
            self._emit_now("event", doc)

    # -- rewinding ----------------------------------------------------------------------------------------

    def mark(self) -> None:
        """Remember counters: a rewind goes back to here."""
        for stream in self.streams.values():
            stream.mark()

    def rewind(self) -> None:
        """Set counters back to the last mark and forget an open bundle."""
        for stream in self.streams.values():
            stream.rewind()
        self._bundle = None

    # -- descriptors --------------------------------------------------------------------------------------

    def describe(self, name: str, obj: Any, data_keys: dict[str, Any] | None = None) -> ObjectDescription:
        """Give what a device says of itself for a stream; asked once."""
        known = self._descriptions.setdefault(name, {})
        description = known.get(obj)
        if description is None:
            if data_keys is None:
                data_keys = self._caller.mapping(obj, "describe")
            description = ObjectDescription(data_keys, read_configuration(obj, self._caller))
            known[obj] = description
        return description

    def prepare(self, name: str, objects: Mapping[Any, dict[str, Any]], *, is_rewound: bool = True) -> Stream:
        """Emit a descriptor of a stream for objects with their data keys."""
        data_keys: Document = {}
        object_keys: Document = {}
        configuration: Document = {}
        hints: Document = {}
        for obj, keys in objects.items():
            label = str(obj.name)
            object_keys[label] = list(keys)
            data_keys.update({key: {**value, "object_name": label} for key, value in keys.items()})
            configuration[label] = self._descriptions[name][obj].configuration
            found = getattr(obj, "hints", None)
            if found is not None:
                hints[label] = found
        doc = self._composer.descriptor(
            name, data_keys, configuration=configuration, hints=hints, object_keys=object_keys
        )
        stream = self.streams.get(name)
        if stream is None:
            stream = Stream(name, clock=self._composer.clock, is_rewound=is_rewound)
            self.streams[name] = stream
        elif stream.descriptor["data_keys"].keys() != data_keys.keys():
            raise ValueError(
                f"Stream {name!r} was described with {sorted(stream.descriptor['data_keys'])}; a new "
                f"descriptor with {sorted(data_keys)} must have another stream name."
            )
        stream.describe(doc, dict(objects))
        self.emit("descriptor", doc)
        return stream

    def declare(self, name: str, objs: Iterable[Any], *, collect: bool) -> Stream:
        """Describe a stream before its first event."""
        objs = list(dict.fromkeys(objs))
        self.collector.note_declared(name, objs)
        if collect:
            return self.collector.declare(name, objs)
        return self.prepare(name, {obj: self.describe(name, obj).data_keys for obj in objs})

    def reconfigure(self, obj: Any) -> None:
        """Read a device's configuration anew and describe again every stream that holds the device."""
        configuration: Document | None = None
        for known in self._descriptions.values():
            if obj in known:
                if configuration is None:
                    configuration = read_configuration(obj, self._caller)
                known[obj].configuration = configuration
        for stream in self.streams.values():
            if obj in stream.objects:
                self.prepare(stream.name, stream.objects)

    # -- bundles ------------------------------------------------------------------------------------------

    def create(self, name: str) -> None:
        """Open a bundle for one event of a stream."""
        if self._bundle is not None:
            raise IllegalMessageSequence(
                f"'create' of {name!r} while the bundle of {self._bundle!r} is open: 'save' or 'drop' "
                "that first."
            )
        if self._must_declare and name not in self.streams:
            raise IllegalMessageSequence(f"Stream {name!r} was not declared, and this engine demands it.")
        self._assets = []
        self._read = []
        self._readings = []
        self._keys_read = {}
        self._bundle = name

    def read(self, obj: Any, reading: Mapping[str, Any]) -> None:
        """Put a reading into the open bundle, if there is one."""
        if self._bundle is None:
            return
        data_keys = self.describe(self._bundle, obj).data_keys
        taken = self._keys_read
        for key in data_keys:
            if key in taken:
                raise ValueError(
                    f"Data key {key!r} of {name_of(obj)} collides with that of {name_of(taken[key])} "
                    f"in one event of stream {self._bundle!r}."
                )
            taken[key] = obj
        self._read.append(obj)
        self._readings.append(reading)
        if hasattr(obj, "collect_asset_docs"):
            self._assets.extend(self.collector.assets_of(obj))

    def save(self) -> None:
        """Close the bundle and emit its event, after its descriptor and asset documents."""
        name = self._bundle
        if name is None:
            raise IllegalMessageSequence("'save' without an open bundle: 'create' must come first.")
        self._bundle = None
        read = self._read
        if not read:
            return
        stream = self.streams.get(name)
        if stream is None:
            stream = self.prepare(name, {obj: self.describe(name, obj).data_keys for obj in read})
        elif len(read) != len(stream.objects) or any(obj not in stream.objects for obj in read):
            raise RuntimeError(
                f"Stream {name!r} has events of {[name_of(obj) for obj in stream.objects]}; "
                f"this bundle read {[name_of(obj) for obj in read]}. Use another stream name."
            )
        if self._assets:
            width = self.collector.emit_assets(self._assets, stream)
            if width > 1:
                raise RuntimeError(
                    f"stream_datum documents of one event of {name!r} span {width} indices; they must "
                    "span one."
                )
        data, timestamps = split_readings(read[0] if len(read) == 1 else name, self._readings)
        with self._emitting:
            self._emit_now("event", stream.compose_event(data, timestamps))

    def drop(self) -> None:
        """Close the bundle without an event."""
        if self._bundle is None:
            raise IllegalMessageSequence("'drop' without an open bundle: 'create' must come first.")
        self._bundle = None

    # -- monitors -----------------------------------------------------------------------------------------

    def monitor(self, obj: Any, name: str, kwargs: dict[str, Any]) -> None:
        """Emit an event of a stream each time a device reports a change."""
        if obj in self._monitors:
            raise IllegalMessageSequence(f"{name_of(obj)} is already monitored in this run.")
        self._caller.method(obj, "subscribe", "monitor")
        stream = self.prepare(name, {obj: self.describe(name, obj).data_keys}, is_rewound=False)

        def changed(readings: Any = None, *args: Any, **kwargs: Any) -> None:
            # newer devices pass readings; older ones only say that something changed
            if readings is None or args or kwargs:
                readings = obj.read()
            if not isinstance(readings, Mapping):
                raise BadReadingError(
                    f"The monitor of {name_of(obj)} got {readings!r}, not a dictionary of readings."
                )
            data, timestamps = split_readings(obj, [readings])
            with self._emitting:
                if self.is_open:
                    self._emit_now("event", stream.compose_event(data, timestamps))

        monitor = self._monitors[obj] = _Monitor(obj, changed, kwargs)
        self._start(monitor)

    def unmonitor(self, obj: Any) -> None:
        """Stop following a device."""
        if obj not in self._monitors:
            raise IllegalMessageSequence(f"Cannot 'unmonitor' {name_of(obj)}: it is not monitored.")
        self._stop(self._monitors[obj])
        del self._monitors[obj]

    def suspend_monitors(self) -> None:
        """Stop following while the plan rests."""
        for monitor in self._monitors.values():
            self._stop(monitor)

    def restore_monitors(self) -> None:
        """Follow again what `suspend_monitors` stopped."""
        for monitor in self._monitors.values():
            self._start(monitor)

    def clear_monitors(self) -> None:
        """Stop following everything; errors are logged, since this runs in clean-up."""
        for monitor in self._monitors.values():
            try:
                self._stop(monitor)
            except Exception:
                log.exception("Cannot stop monitoring %s.", name_of(monitor.obj))
        self._monitors = {}

    def _start(self, monitor: _Monitor) -> None:
        if not monitor.is_live:
            monitor.is_live = True
            self._caller.call(monitor.obj, "subscribe", monitor.callback, **monitor.kwargs)

    def _stop(self, monitor: _Monitor) -> None:
        if monitor.is_live:
            monitor.is_live = False
            self._caller.call(monitor.obj, "clear_sub", monitor.callback)


RunKey = Hashable
