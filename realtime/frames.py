"""Run documents as frames for the socket: events as column batches, other documents as they are. No I/O.

A frame holds the consecutive ordinals `first` to `last` of one run as JSON text, so that it is encoded once
however many sockets it goes to, and frames that follow each other merge without being read again.
"""

import json
import math
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from itertools import groupby, pairwise
from typing import Any

from catalog.documents.encoding import dumps, to_storable

MAX_FRAME_BYTES = 240 * 1024
"""Leaves room below the message limit for the envelope."""
MAX_VALUE_BYTES = 16 * 1024
"""An event's value above it does not go over the socket."""
_MARGIN = 1.05  # parts differ a little in size: so they seldom have to be divided again
SCALARS = (bool, int, float, type(None))

Record = tuple[int, str, dict[str, Any]]
"""Ordinal, name and document."""


@dataclass(frozen=True, slots=True)
class Frame:
    """All documents of a run from ordinal `first` to `last`, as JSON list items without brackets."""

    run: str
    first: int
    last: int
    documents: str
    events: str

    @property
    def size(self) -> int:
        """Bytes of the frame's text, which is ASCII."""
        return len(self.documents) + len(self.events) + len(self.run) + 80

    def payload(self) -> str:
        """Give the payload of the topic `run:<uid>` as JSON text."""
        return (
            f'{{"run":{json.dumps(self.run)},"first":{self.first},"last":{self.last},'
            f'"documents":[{self.documents}],"events":[{self.events}]}}'
        )


def frames_of(
    run: str,
    records: Sequence[Record],
    *,
    first: int | None = None,
    last: int | None = None,
    max_bytes: int = MAX_FRAME_BYTES,
) -> list[Frame]:
    """Make frames of at most `max_bytes` of all documents that a run has from `first` to `last`.

    Ordinals without a record are those of documents that the store refused. A document that is too large for
    a frame of its own is null in it.

    Raises
    ------
    ValueError
        When the ordinals do not rise.
    """
    if any(before[0] >= behind[0] for before, behind in pairwise(records)):
        raise ValueError(f"run {run}: the ordinals of the documents do not rise")
    if records:
        first = records[0][0] if first is None else first
        last = records[-1][0] if last is None else last
    if first is None or last is None:
        return []
    return _divided(run, records, first, last, max_bytes)


def _divided(run: str, records: Sequence[Record], first: int, last: int, max_bytes: int) -> list[Frame]:
    frame = _encoded(run, records, first, last)
    if frame.size <= max_bytes or not records:
        return [frame]
    if len(records) == 1:
        ordinal, name, _ = records[0]
        return [Frame(run, first, last, _dumps([ordinal, name, None]), "")]
    count = max(2, math.ceil(frame.size / max_bytes * _MARGIN))
    each = math.ceil(len(records) / count)
    parts = [records[at : at + each] for at in range(0, len(records), each)]
    borders = [first, *(part[0][0] for part in parts[1:]), last + 1]
    return [
        found
        for part, (begin, end) in zip(parts, pairwise(borders), strict=True)
        for found in _divided(run, part, begin, end - 1, max_bytes)
    ]


def merged(frames: Sequence[Frame]) -> Frame:
    """Join frames of one run that follow each other without a hole."""
    if len(frames) == 1:
        return frames[0]
    for before, behind in pairwise(frames):
        if behind.first != before.last + 1 or behind.run != before.run:
            raise ValueError(f"frame {behind.run}:{behind.first} does not follow {before.run}:{before.last}")
    return Frame(
        frames[0].run,
        frames[0].first,
        frames[-1].last,
        ",".join(frame.documents for frame in frames if frame.documents),
        ",".join(frame.events for frame in frames if frame.events),
    )


def after(frame: Frame, ordinal: int) -> Frame | None:
    """Give the part of a frame behind `ordinal`, None when nothing is left."""
    if ordinal < frame.first:
        return frame
    if ordinal >= frame.last:
        return None
    payload = json.loads(frame.payload())
    documents = [entry for entry in payload["documents"] if entry[0] > ordinal]
    batches = [_batch_after(batch, ordinal) for batch in payload["events"] if batch["ordinal_last"] > ordinal]
    return Frame(frame.run, ordinal + 1, frame.last, _json(documents)[1:-1], _json(batches)[1:-1])


def ordinals(payload: dict[str, Any]) -> list[int]:
    """List the ordinals that a decoded payload holds, in order."""
    found = [entry[0] for entry in payload["documents"]]
    for batch in payload["events"]:
        found.extend(range(batch["ordinal_first"], batch["ordinal_last"] + 1))
    return sorted(found)


def _batch_after(batch: dict[str, Any], ordinal: int) -> dict[str, Any]:
    skip = max(0, ordinal + 1 - batch["ordinal_first"])

    def cut(column: list[Any]) -> list[Any]:
        return column[skip:]

    return {
        **batch,
        "ordinal_first": batch["ordinal_first"] + skip,
        "seq_num": cut(batch["seq_num"]),
        "time": cut(batch["time"]),
        "data": {key: cut(column) for key, column in batch["data"].items()},
    }


def _encoded(run: str, records: Sequence[Record], first: int, last: int) -> Frame:
    documents: list[Any] = []
    batches: list[Any] = []
    for (descriptor, *_), group in groupby(enumerate(records), key=_batch_key):
        members = [record for _, record in group]
        if descriptor is None:
            documents.extend(list(record) for record in members)
        else:
            batches.append(_batch(descriptor, members))
    return Frame(run, first, last, _items(documents), _items(batches))


def _batch_key(numbered: tuple[int, Record]) -> tuple[str | None, int, tuple[str, ...]]:
    """Tell events apart that cannot be columns of one batch: the ordinals of a batch are consecutive."""
    position, (ordinal, name, doc) = numbered
    return (doc["descriptor"], ordinal - position, tuple(doc["data"])) if name == "event" else (None, 0, ())


def _batch(descriptor: str, records: list[Record]) -> dict[str, Any]:
    events = [doc for _, _, doc in records]
    omitted: set[str] = set()
    data = {key: list(_column(key, events, omitted)) for key in events[0]["data"]}
    batch: dict[str, Any] = {
        "ordinal_first": records[0][0],
        "ordinal_last": records[-1][0],
        "descriptor": descriptor,
        "seq_num": [event["seq_num"] for event in events],
        "time": [event["time"] for event in events],
        "data": data,
    }
    if omitted:
        batch["omitted"] = sorted(omitted)
    return batch


def _column(key: str, events: Iterable[dict[str, Any]], omitted: set[str]) -> Iterator[Any]:
    for event in events:
        value = event["data"][key]
        if not isinstance(value, SCALARS) and len(_dumps(value)) > MAX_VALUE_BYTES:
            omitted.add(key)
            value = None
        yield value


def _items(values: list[Any]) -> str:
    return _dumps(values)[1:-1]


def _dumps(value: Any) -> str:
    text = dumps(value).decode()
    return text if text.isascii() else _json(to_storable(value))


def _json(value: Any) -> str:
    return json.dumps(value, separators=(",", ":"), allow_nan=False)
