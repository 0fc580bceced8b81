"""From the documents of a field to an array."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from typing import Any

import numpy as np

from catalog.assets.asset import MAX_BYTES, Asset
from catalog.assets.errors import AssetGoneError, AssetNotAllowedError, NoFrameError
from catalog.assets.lazy_array import LazyArray, Segment, telling
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
    shape = tuple(side if isinstance(side, int) and side > 0 else 1 for side in data_key.get("shape") or ())
    if datum_ids is None and not datums:
        rows = _stream_rows(stream_resources, stream_datums, shape, roots)
    else:
        rows = _datum_rows(resources, datums, datum_ids, shape, roots)
    if not rows:
        raise NoFrameError(f"{who}: no document says where its data are.")
    return _Layout(who, data_key, shape, rows, known).array(max_bytes)


Row = tuple[int, int, Asset, int]
"""First and last+1 event (from 0), the asset, and the place of the first event in it, counted in events."""


def _stream_rows(
    resources: Iterable[Doc], datums: Iterable[Doc], shape: tuple[int, ...], roots: Roots
) -> list[Row]:
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
        uid: Asset(
            kind=str(found[uid]["mimetype"]),
            address=str(found[uid]["uri"]),
            roots=roots,
            parameters=found[uid].get("parameters") or {},
            entries=end,
            shape=shape,
        )
        for uid, end in ends.items()
    }
    return _without_overlap([(start, stop, assets[uid], first) for start, stop, uid, first in rows])


def _datum_rows(
    resources: Iterable[Doc],
    datums: Iterable[Doc],
    datum_ids: Sequence[str] | None,
    shape: tuple[int, ...],
    roots: Roots,
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
    assets = {uid: _asset_of(found[uid], end, shape, roots) for uid, end in ends.items()}
    return _joined([(row, row + 1, assets[uid], place) for row, uid, place in rows])


def _asset_of(resource: Doc, entries: int, shape: tuple[int, ...], roots: Roots) -> Asset:
    root, path = str(resource.get("root") or ""), str(resource["resource_path"])
    whole = f"{root.rstrip('/')}/{path.lstrip('/')}" if root else path
    parameters = resource.get("resource_kwargs") or {}
    return Asset(str(resource["spec"]), whole, roots, parameters, entries, shape, is_plain=True)


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

    def __init__(
        self, who: str, data_key: Doc, shape: tuple[int, ...], rows: list[Row], known: Readers
    ) -> None:
        self.who, self.data_key, self.shape, self.rows, self.known = who, data_key, shape, rows, known

    def array(self, max_bytes: int) -> LazyArray:
        try:
            entry_shape, dtype, blocks, rank = self._of_file()
        except (NoFrameError, AssetGoneError, AssetNotAllowedError):
            described = self._described()
            if described is None:
                raise
            entry_shape, dtype, blocks, rank = described
        each = self._per_event(rank)
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

    def _per_event(self, rank: int) -> int:
        """Give the entries of an event: one, unless the first axis of its shape runs along the file."""
        frames = self.rows[0][2].parameters.get("frame_per_point")
        if isinstance(frames, int) and frames > 0:
            return frames
        return 1 if not self.shape or rank > len(self.shape) else self.shape[0]

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
            dtype = np.dtype(self.data_key["dtype_numpy"])
        except (KeyError, TypeError, ValueError):
            return None
        is_joined = len(self.shape) >= _MIN_RANK_OF_JOINED
        entry = self.shape[1:] if is_joined else self.shape
        return entry, dtype, 1, len(entry) + 1
