"""A recorded run, read from its documents: for each stream the descriptions, and the events in order."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from acquisition.devices.errors import AddressError
from catalog.documents.encoding import loads
from catalog.documents.errors import EncodingError
from catalog.documents.pages import unpack

Document = Mapping[str, Any]


@dataclass(slots=True)
class Stream:
    """One stream: its descriptor (the last one, if there were several), and its events by number."""

    name: str
    descriptor: Document
    events: list[Document] = field(default_factory=list)

    def keys_of(self, device: str) -> list[str]:
        """Return the data keys of a device, without those whose data lie in files."""
        keys = self.descriptor.get("object_keys", {}).get(device, [])
        return [key for key in keys if "external" not in self.descriptor["data_keys"][key]]


@dataclass(slots=True)
class Recording:
    """One run.

    Attributes
    ----------
    start, stop
        Documents; an empty stop if the run was not closed.
    streams
        By name.
    order
        Stream and index of each event, in the order of the run.
    """

    start: Document
    stop: Document
    streams: dict[str, Stream]
    order: list[tuple[str, int]]

    @property
    def devices(self) -> list[str]:
        """Names of the devices, as they first come in the descriptors."""
        found = (name for stream in self.streams.values() for name in stream.descriptor["object_keys"])
        return list(dict.fromkeys(found))

    @property
    def motors(self) -> list[str]:
        """Names of the devices that were moved."""
        return [name for name in self.start.get("motors", ()) if name in self.devices]

    def stream_of(self, device: str, wanted: str = "") -> Stream:
        """Return the stream with this device: the wanted one, ``primary``, or the first one.

        Raises
        ------
        AddressError
            If the device was not recorded there.
        """
        found = [name for name, stream in self.streams.items() if stream.keys_of(device)]
        if wanted and wanted not in found:
            raise AddressError(
                f"stream {wanted!r} has no device {device!r}; it is in: {', '.join(found) or 'none'}"
            )
        if not found:
            raise AddressError(f"the recording has no device {device!r}; it has {', '.join(self.devices)}")
        return self.streams[wanted or ("primary" if "primary" in found else found[0])]


def recording_of(documents: Iterable[tuple[str, Document]]) -> Recording:
    """Return the run that the documents tell.

    Raises
    ------
    AddressError
        If they begin with no start document, tell of a second run, or hold no event.
    """
    start: Document | None = None
    stop: Document = {}
    streams: dict[str, Stream] = {}
    by_descriptor: dict[str, Stream] = {}
    order: list[tuple[str, int]] = []
    for name, doc in documents:
        if name == "start":
            if start is not None:
                raise AddressError("the documents are those of several runs: replay one at a time")
            start = doc
        elif name == "descriptor":
            stream = streams.setdefault(doc["name"], Stream(doc["name"], doc))
            stream.descriptor = doc
            by_descriptor[doc["uid"]] = stream
        elif name in ("event", "event_page"):
            for event in [doc] if name == "event" else unpack(doc):
                stream = by_descriptor[event["descriptor"]]
                order.append((stream.name, len(stream.events)))
                stream.events.append(event)
        elif name == "stop":
            stop = doc
    if start is None:
        raise AddressError("the documents have no start: they are no whole run")
    if not order:
        raise AddressError(f"run {start.get('uid', '?')} has no events to replay")
    return Recording(start, stop, streams, order)


_files: dict[tuple[Path, int], Recording] = {}


def recording_in(path: str | Path) -> Recording:
    """Return the run in a file of JSON lines, as the catalogue exports it.

    Raises
    ------
    AddressError
        If it cannot be read, or is no run.
    """
    file = Path(path)
    try:
        key = (file.resolve(), file.stat().st_mtime_ns)
        if key not in _files:
            lines = [loads(line) for line in file.read_bytes().splitlines() if line.strip()]
            _files[key] = recording_of((str(name), doc) for name, doc in lines)
    except OSError as error:
        raise AddressError(f"{file}: {error.strerror}") from error
    except (EncodingError, ValueError, KeyError, TypeError) as error:
        raise AddressError(f"{file} holds no run in JSON lines: {error}") from error
    return _files[key]
