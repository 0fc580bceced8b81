"""From the documents of a field to an array."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np

from catalog.assets.asset import MAX_BYTES, Asset
from catalog.assets.errors import AssetGoneError, AssetNotAllowedError, NoFrameError
from catalog.assets.lazy_array import LazyArray, Segment, telling
from catalog.assets.named_files import address_of
from catalog.assets.paths import Roots
from catalog.assets.registry import Readers, readers

Doc = Mapping[str, Any]
_MIN_RANK_OF_JOINED = 3


def open_array(
    data_key: Doc,
    *,
    roots: Roots,
    stream_resources: Iterable[Doc] = (),
    stream_datums: Iterable[Doc] = (),
    resources: Iterable[Doc] = (),
    datums: Iterable[Doc] = (),
    datum_ids: Sequence[str] | None = None,
    who: str = "this field",
    known: Readers | None = None,
    max_bytes: int = MAX_BYTES,
) -> LazyArray:
    """Give the values of an external data key, event after event.

    Parameters
    ----------
    data_key
        Of the descriptor.
    roots
        Where files may be.
    stream_resources, stream_datums
        Documents of this key and stream; where two stream_datum name one event, the later counts.
    resources, datums, datum_ids
        Or documents of the older form, and what the events have in this field; without these, the datum
        documents in their order.
    who
        What it is, for messages.
    known
        The readers.

    Raises
    ------
    NoFrameError
        No document says where anything lies, or of what shape it is.
    """
    known = readers() if known is None else known
    field = _Field.of(data_key, roots)
    if datum_ids is None and not datums:
        rows = _stream_rows(stream_resources, stream_datums, field)
    else:
        rows = _datum_rows(resources, datums, datum_ids, field)
    if not rows:
        raise NoFrameError(f"{who}: no document says where its data are.")
    return _Layout(who, field, rows, known).array(max_bytes)


@dataclass(frozen=True, slots=True)
class _Field:
    """What is known of all assets of a field."""

    shape: tuple[int, ...]
    dtype_numpy: str
    roots: Roots

    @classmethod
    def of(cls, data_key: Doc, roots: Roots) -> _Field:
        shape = tuple(
            side if isinstance(side, int) and side > 0 else 1 for side in data_key.get("shape") or ()
        )
        dtype = data_key.get("dtype_numpy")
        return cls(shape, dtype if isinstance(dtype, str) else "", roots)

    def asset(self, kind: str, address: str, parameters: Doc, events: int, *, is_plain: bool) -> Asset:
        return Asset(kind, address, self.roots, parameters, events, self.shape, self.dtype_numpy, is_plain)


Row = tuple[int, int, Asset, int]
"""First and last+1 event (from 0), the asset, and the place of the first event in it, counted in events."""


def _stream_rows(resources: Iterable[Doc], datums: Iterable[Doc], field: _Field) -> list[Row]:
    found = {doc["uid"]: doc for doc in resources}
    rows: list[tuple[int, int, str, int]] = []
    ends: dict[str, int] = {}
    for datum in datums:
        uid = datum["stream_resource"]
        events, indices = datum["seq_nums"], datum["indices"]
        width = min(events["stop"] - events["start"], indices["stop"] - indices["start"])
        if uid in found and width > 0 and events["start"] > 0 and indices["start"] >= 0:
            rows.append((events["start"] - 1, events["start"] - 1 + width, uid, indices["start"]))
            ends[uid] = max(ends.get(uid, 0), indices["start"] + width)
    assets = {
        uid: field.asset(
            str(found[uid]["mimetype"]),
            str(found[uid]["uri"]),
            found[uid].get("parameters") or {},
            end,
            is_plain=False,
        )
        for uid, end in ends.items()
    }
    return _without_overlap([(start, stop, assets[uid], first) for start, stop, uid, first in rows])


def _datum_rows(
    resources: Iterable[Doc],
    datums: Iterable[Doc],
    datum_ids: Sequence[str] | None,
    field: _Field,
) -> list[Row]:
    found = {doc["uid"]: doc for doc in resources}
    places = {doc["datum_id"]: doc for doc in datums if doc["resource"] in found}
    rows: list[tuple[int, str, int]] = []
    ends: dict[str, int] = {}
    for row, datum_id in enumerate(places if datum_ids is None else datum_ids):
        datum = places.get(datum_id)
        place = None if datum is None else _place_of(datum["datum_kwargs"])
        if datum is not None and place is not None:
            rows.append((row, datum["resource"], place))
            ends[datum["resource"]] = max(ends.get(datum["resource"], 0), place + 1)
    assets = {uid: _asset_of(found[uid], end, field) for uid, end in ends.items()}
    return _joined([(row, row + 1, assets[uid], place) for row, uid, place in rows])


def _asset_of(resource: Doc, events: int, field: _Field) -> Asset:
    whole = address_of(resource)
    parameters = resource.get("resource_kwargs") or {}
    return field.asset(str(resource["spec"]), whole, parameters, events, is_plain=True)


_PLACES = ("point_number", "index", "image_num", "frame", "seq_id")


def _place_of(datum_kwargs: Doc) -> int | None:
    """Give the number of the event in its resource, by whichever name it goes."""
    for name in _PLACES:
        place = datum_kwargs.get(name)
        if isinstance(place, int) and not isinstance(place, bool) and place >= 0:
            return place
    return 0 if not datum_kwargs else None


def _without_overlap(rows: list[Row]) -> list[Row]:
    """Let later rows take the place of earlier ones, and put them in the order of the events."""
    kept: list[Row] = []
    for start, stop, asset, first in rows:
        if kept and kept[-1][1] > start:
            kept = [piece for row in kept for piece in _outside(row, start, stop)]
        kept.append((start, stop, asset, first))
    return _joined(sorted(kept, key=lambda row: row[0]))


def _outside(row: Row, start: int, stop: int) -> list[Row]:
    begin, end, asset, first = row
    pieces = [
        (begin, min(end, start), asset, first),
        (max(begin, stop), end, asset, first + max(begin, stop) - begin),
    ]
    return [piece for piece in pieces if piece[0] < piece[1]]


def _joined(rows: list[Row]) -> list[Row]:
    """Make one row of neighbours that follow each other also in their asset."""
    joined: list[Row] = []
    for start, stop, asset, first in rows:
        if joined:
            begin, end, last_asset, last_first = joined[-1]
            if last_asset is asset and end == start and last_first + end - begin == first:
                joined[-1] = (begin, stop, asset, last_first)
                continue
        joined.append((start, stop, asset, first))
    return joined


class _Layout:
    """Finds out of which shape the array is: from the first file that can be read, else from the data key."""

    def __init__(self, who: str, field: _Field, rows: list[Row], known: Readers) -> None:
        self.who, self.field, self.rows, self.known = who, field, rows, known

    def array(self, max_bytes: int) -> LazyArray:
        try:
            entry_shape, dtype, blocks, rank = self._of_file()
        except (NoFrameError, AssetGoneError, AssetNotAllowedError):
            described = self._described()
            if described is None:
                raise
            entry_shape, dtype, blocks, rank = described
        each = self.rows[0][2].per_event(rank)
        segments = tuple(
            Segment(start * each, stop * each, asset, first * each) for start, stop, asset, first in self.rows
        )
        return LazyArray(
            who=self.who,
            shape=(segments[-1].stop, *entry_shape),
            dtype=dtype,
            per_event=each,
            segments=segments,
            reader_of=self.known.open,
            blocks=blocks,
            max_bytes=max_bytes,
        )

    def _of_file(self) -> tuple[tuple[int, ...], np.dtype[Any], int, int]:
        asset = self.rows[0][2]
        with telling(self.who, asset):
            reader = self.known.open(asset)
            try:
                shape = tuple(int(side) for side in reader.shape)
                return shape[1:], np.dtype(reader.dtype), int(reader.chunks[0]), len(shape)
            finally:
                reader.close()

    def _described(self) -> tuple[tuple[int, ...], np.dtype[Any], int, int] | None:
        try:
            dtype = np.dtype(self.field.dtype_numpy) if self.field.dtype_numpy else None
        except TypeError:
            return None
        shape = self.field.shape
        is_joined = len(shape) >= _MIN_RANK_OF_JOINED or shape[:1] == (1,)
        entry = shape[1:] if is_joined else shape
        return None if dtype is None else (entry, dtype, 1, len(entry) + 1)
