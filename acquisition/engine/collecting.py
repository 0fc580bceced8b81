"""Data that devices gathered by themselves: flyers' events and pages, and documents about files."""

from __future__ import annotations

import logging
from collections.abc import Iterable, Mapping, Sequence
from itertools import combinations
from typing import TYPE_CHECKING, Any

from event_model import EventModelValueError

from acquisition.engine import wording
from acquisition.engine.calling import DeviceCaller, name_of
from acquisition.engine.composing import Document, Stream, page_of
from acquisition.engine.errors import BadReadingError, IllegalMessageSequence, NotSupportedError

if TYPE_CHECKING:
    from acquisition.engine.bundler import RunBundler

log = logging.getLogger(__name__)


def is_data_key(value: Any) -> bool:
    """Whether a value describes one data key (it says where the data come from)."""
    return isinstance(value, Mapping) and isinstance(value.get("source"), str)


def streams_described(described: Any, name: str | None, obj: Any) -> dict[str, dict[str, Any]]:
    """Give ``{stream: data keys}`` for either form that ``describe_collect`` may answer in.

    Parameters
    ----------
    described : mapping
        ``{key: data key}`` (one stream) or ``{stream: {key: data key}}``.
    name : str or None
        Stream that the plan named.
    """
    if not described:
        return {}
    if isinstance(described, Mapping):
        if all(is_data_key(value) for value in described.values()):
            return {name or "primary": dict(described)}
        if all(
            isinstance(value, Mapping) and all(map(is_data_key, value.values()))
            for value in described.values()
        ):
            if name is not None and list(described) != [name]:
                raise RuntimeError(
                    f"{name_of(obj)}.describe_collect() describes {list(described)}; the plan collects "
                    f"{name!r} alone."
                )
            return dict(described)
    raise RuntimeError(
        f"{name_of(obj)}.describe_collect() gave {described!r}; it must be {{key: data key}} or "
        "{stream: {key: data key}}."
    )


class FlyerCollector:
    """Collects from flyers into one run.

    Attributes
    ----------
    uncollected : dict
        Flyers that were kicked off and not collected, as keys.
    """

    def __init__(self, bundler: RunBundler, caller: DeviceCaller) -> None:
        self._bundler = bundler
        self._caller = caller
        self._described: dict[Any, Any] = {}
        self._declared: dict[frozenset[Any], list[str]] = {}
        self._streams_by_keys: dict[Any, dict[frozenset[str], Stream]] = {}
        self._resource_keys: dict[str, str] = {}
        self.uncollected: dict[Any, None] = {}

    # -- declaring ----------------------------------------------------------------------------------------

    def declare(self, name: str, objs: Sequence[Any]) -> Stream:
        """Emit the descriptor of a stream that is to be collected."""
        objects = {}
        for obj in objs:
            streams = streams_described(self._describe_collect(obj), name, obj)
            if list(streams) != [name]:
                raise NotSupportedError(
                    f"describe_collect() of {name_of(obj)} describes {list(streams)}; to be declared as "
                    f"{name!r} it must describe that stream alone."
                )
            objects[obj] = streams[name]
            self._bundler.describe(name, obj, streams[name])
        return self._bundler.prepare(name, objects)

    def note_declared(self, name: str, objs: Sequence[Any]) -> None:
        """Remember that objects may be collected together into a stream."""
        self._declared.setdefault(frozenset(objs), []).append(name)

    def _describe_collect(self, obj: Any) -> Any:
        if obj not in self._described:
            self._described[obj] = self._caller.mapping(obj, "describe_collect")
        return self._described[obj]

    def _describe_undeclared(self, obj: Any) -> None:
        """Describe the streams of an old-style flyer, found by the keys of its events."""
        described = self._describe_collect(obj)
        if any(is_data_key(value) for value in described.values()):
            raise NotSupportedError(
                f"{wording.DECLARE_SINGLE}: describe_collect() of {name_of(obj)} describes one stream, "
                "which needs declare_stream(..., collect=True) before."
            )
        streams = streams_described(described, None, obj)
        for (one, keys_one), (other, keys_other) in combinations(streams.items(), 2):
            if shared := keys_one.keys() & keys_other.keys():
                raise RuntimeError(
                    f"{wording.SHARED_KEYS}: {sorted(shared)} are in {one!r} and {other!r} of {name_of(obj)}."
                )
        found = {}
        for name, keys in streams.items():
            found[frozenset(keys)] = self._stream_for(name, obj, keys)
        self._streams_by_keys[obj] = found

    def _stream_for(self, name: str, obj: Any, keys: dict[str, Any]) -> Stream:
        stream = self._bundler.streams.get(name)
        if stream is None or obj not in stream.objects:
            self._bundler.describe(name, obj, keys)
            return self._bundler.prepare(name, {obj: keys})
        if stream.objects[obj] != keys:
            raise RuntimeError(f"{name_of(obj)} describes stream {name!r} otherwise than before: {keys}.")
        return stream

    # -- collecting ---------------------------------------------------------------------------------------

    def collect(self, objs: Sequence[Any], *, name: str | None, return_payload: bool) -> list[Any] | None:
        """Emit all that objects gathered; gives the partial events if wanted."""
        for obj in objs:
            self._caller.method(obj, "describe_collect", "collect")
            if len(objs) > 1 and not _writes_streams(obj):
                raise NotSupportedError(
                    f"{name_of(obj)} {wording.NOT_ALL_OF.format('WritesStreamAssets')}: objects that are "
                    "collected together need collect_asset_docs() and get_index()."
                )
            self.uncollected.pop(obj, None)
        name = self._stream_name(objs, name)
        if name is None and objs[0] not in self._streams_by_keys:
            if len(objs) > 1:
                raise IllegalMessageSequence(
                    "To collect several objects together, declare their stream first and give its name."
                )
            self._describe_undeclared(objs[0])
        stream = None if name is None else self._bundler.streams[name]
        assets = self._assets_up_to(objs, self._common_index(objs))
        width = self.emit_assets(assets, stream)
        return self._collect_data(objs, stream, width, return_payload)

    def _stream_name(self, objs: Sequence[Any], name: str | None) -> str | None:
        declared = self._declared.get(frozenset(objs), [])
        if name is not None:
            if name not in declared:
                raise NotSupportedError(
                    f"{wording.DECLARE_FIRST} {name!r} was not declared for {[name_of(obj) for obj in objs]}."
                )
            return name
        if len(set(declared)) > 1:
            raise NotSupportedError(f"The objects were declared for {declared}: say which stream to collect.")
        return declared[0] if declared else None

    def _common_index(self, objs: Sequence[Any]) -> int | None:
        """Smallest index that all objects have reached; None for a single one, which gives all it has."""
        if len(objs) == 1:
            return None
        return min(int(self._caller.answer(obj, "get_index")) for obj in objs)

    def _assets_up_to(self, objs: Sequence[Any], index: int | None) -> list[tuple[str, Document]]:
        return [item for obj in objs for item in self.assets_of(obj, index)]

    def assets_of(self, obj: Any, index: int | None = None) -> list[tuple[str, Document]]:
        """Ask a device for its asset documents, up to an index if it counts."""
        if not hasattr(obj, "collect_asset_docs"):
            return []
        if hasattr(obj, "get_index"):
            return self._caller.items(obj, "collect_asset_docs", index)
        return self._caller.items(obj, "collect_asset_docs")

    def _collect_data(
        self, objs: Sequence[Any], stream: Stream | None, width: int, return_payload: bool
    ) -> list[Any] | None:
        obj = objs[0]
        if len(objs) == 1 and not _writes_streams(obj):
            if hasattr(obj, "collect_pages"):
                if hasattr(obj, "collect"):
                    log.info("%s has collect() and collect_pages(); pages are used.", name_of(obj))
                return self._collect_pages(obj, stream, return_payload)
            if hasattr(obj, "collect"):
                return self._collect_events(obj, stream, return_payload)
        if stream is None:
            raise RuntimeError(
                f"{name_of(obj)} gives neither events nor pages: 'collect' needs the name of a declared "
                "stream."
            )
        stream.next_seq_num += width
        return None

    def _stream_of(self, obj: Any, stream: Stream | None, partial: Mapping[str, Any]) -> Stream:
        if stream is None:
            keys = frozenset(partial["data"])
            try:
                stream = self._streams_by_keys[obj][keys]
            except KeyError:
                raise BadReadingError(
                    f"{name_of(obj)} collected an event with the keys {sorted(keys)}, which no stream it "
                    "described has."
                ) from None
        if stream.external_keys & partial["data"].keys():
            raise RuntimeError(
                f"{name_of(obj)} collected values for "
                f"{sorted(stream.external_keys & partial['data'].keys())}, "
                f"whose data in stream {stream.name!r} are in files."
            )
        return stream

    def _collect_events(self, obj: Any, stream: Stream | None, return_payload: bool) -> list[Any] | None:
        payload = self._caller.items(obj, "collect")
        events: dict[str, list[Document]] = {}
        for partial in payload:
            target = self._stream_of(obj, stream, partial)
            event = target.compose_event(
                partial["data"], partial["timestamps"], filled=partial.get("filled"), time=partial.get("time")
            )
            events.setdefault(target.name, []).append(event)
        for group in events.values():
            self._bundler.emit("event_page", page_of(group))
        return payload if return_payload else None

    def _collect_pages(self, obj: Any, stream: Stream | None, return_payload: bool) -> list[Any] | None:
        payload = self._caller.items(obj, "collect_pages")
        for partial in payload:
            target = self._stream_of(obj, stream, partial)
            self._bundler.emit("event_page", target.compose_page(partial))
        return payload if return_payload else None

    def collect_left_overs(self) -> None:
        """Collect what was kicked off and not collected; errors are logged, since this runs in clean-up."""
        for obj in list(self.uncollected):
            try:
                self.collect([obj], name=None, return_payload=False)
            except Exception:
                log.exception("Cannot collect %s, which was kicked off and not collected.", name_of(obj))
        self.uncollected = {}

    # -- documents about files ----------------------------------------------------------------------------

    def emit_assets(self, assets: Iterable[tuple[str, Document]], stream: Stream | None) -> int:
        """Complete and emit asset documents; gives the width in indices of their stream_datum documents."""
        width = 0
        seen: set[str] = set()
        for name, doc in assets:
            _require_fields(name, doc)
            if name == "resource":
                doc["run_start"] = self._bundler.uid
            elif name == "stream_resource":
                self._complete_stream_resource(doc, stream)
            elif name == "stream_datum":
                width = self._complete_stream_datum(doc, stream, width)
                seen.add(self._resource_keys[doc["stream_resource"]])
            elif name != "datum":
                raise RuntimeError(
                    f"A device gave a document {name!r} about its files; it may give resource, datum, "
                    "stream_resource and stream_datum."
                )
            self._bundler.emit(name, doc)
        if stream is not None and seen and seen != stream.external_keys:
            raise RuntimeError(
                f"Stream {stream.name!r} needs a stream_datum for each of {sorted(stream.external_keys)}; "
                f"these came: {sorted(seen)}."
            )
        return width

    def _complete_stream_resource(self, doc: Document, stream: Stream | None) -> None:
        doc["run_start"] = self._bundler.uid
        if doc["uid"] in self._resource_keys:
            raise RuntimeError(f"The stream_resource {doc['uid']} was given before in this run.")
        if stream is None or doc["data_key"] not in stream.external_keys:
            known = [] if stream is None else sorted(stream.external_keys)
            raise RuntimeError(
                f"The stream_resource {doc['uid']} is for the data key {doc['data_key']!r}; the stream "
                f"describes {known} as external."
            )
        self._resource_keys[doc["uid"]] = doc["data_key"]

    def _complete_stream_datum(self, doc: Document, stream: Stream | None, width: int) -> int:
        if doc["descriptor"]:
            raise RuntimeError(
                f"The stream_datum {doc['uid']} names the descriptor {doc['descriptor']!r}; the engine "
                "fills that in, and a device leaves it empty."
            )
        if stream is None:
            raise RuntimeError(f"`descriptor` not made for the stream of `stream_datum` {doc['uid']}.")
        if doc["stream_resource"] not in self._resource_keys:
            raise RuntimeError(
                f"The stream_datum {doc['uid']} belongs to the stream_resource {doc['stream_resource']}, "
                "which this run has not."
            )
        if dict(doc["seq_nums"]) != {"start": 0, "stop": 0}:
            raise EventModelValueError(
                f"The stream_datum {doc['uid']} has seq_nums {doc['seq_nums']}; the engine fills them in, "
                "and a device leaves them at start 0, stop 0."
            )
        own = int(doc["indices"]["stop"]) - int(doc["indices"]["start"])
        if width and own != width:
            raise EventModelValueError(
                f"The stream_datum {doc['uid']} spans {own} indices, {doc['indices']}; others collected "
                f"with it span {width}."
            )
        doc["descriptor"] = stream.descriptor["uid"]
        doc["seq_nums"] = {"start": stream.next_seq_num, "stop": stream.next_seq_num + own}
        return own


#: Fields of asset documents that the engine reads.
_FIELDS = {
    "stream_resource": ("uid", "data_key"),
    "stream_datum": ("uid", "stream_resource", "descriptor", "indices", "seq_nums"),
}


def _require_fields(name: str, doc: Any) -> None:
    missing = [field for field in _FIELDS.get(name, ()) if field not in doc]
    if missing:
        raise BadReadingError(f"A device gave a document {name!r} without {', '.join(missing)}: {doc!r}.")


def _writes_streams(obj: Any) -> bool:
    return hasattr(obj, "collect_asset_docs") and hasattr(obj, "get_index")
