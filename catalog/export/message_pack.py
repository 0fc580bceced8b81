"""A run as MessagePack: one ``[name, document]`` after the other, each framed by the format itself."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Any

import msgpack
import numpy as np
from numpy.typing import NDArray

from catalog.documents.pages import EVENTS, unpack
from catalog.export.escapes import escaped
from catalog.export.protocol import Document, ExportableRun, Exporter, Options

_GROUPS = ("data", "timestamps", "filled")
_FLOAT64, _INT64 = 0xCB, 0xD3  # first bytes of the format's specification
_ONE_BYTE = {None: 0xC0, False: 0xC2, True: 0xC3}
_LOWEST, _HIGHEST = -(2**63), 2**63 - 1

Bytes = NDArray[np.uint8]
"""One row a value: shape (rows, bytes of each)."""


def write_messages(run: ExportableRun, options: Options) -> Iterator[bytes]:
    """Give the messages of a run."""
    for name, doc in run.documents():
        if name == EVENTS:
            yield _events(doc)
        else:
            yield message(name, doc)


def message(name: str, doc: Document) -> bytes:
    """Give one message: a list of the document's name and itself."""
    try:
        body: bytes = msgpack.packb([name, doc])
    except (OverflowError, UnicodeEncodeError, TypeError, ValueError):
        return bytes(msgpack.packb([name, escaped(doc)]))
    # a key that begins with "$" may look like an escape: it is looked at closely
    return bytes(msgpack.packb([name, escaped(doc)])) if b"$" in body else body


def _events(page: Document) -> bytes:
    """Give the messages of events, all at once if all values of a column have one length in bytes."""
    try:
        block = _block(page)
    except UnicodeEncodeError:  # half of a surrogate pair in a key
        block = None
    if block is None:
        return b"".join(message("event", event) for event in unpack(page))
    return block.tobytes()


def _block(page: Document) -> Bytes | None:
    count = len(page["seq_num"])
    parts = [_repeated(b"\x92" + _packed("event") + _map_head(len(page)), count)]
    for key, value in page.items():
        if key == "descriptor":
            parts.append(_repeated(_packed(key) + _packed(value), count))
            continue
        columns = value if key in _GROUPS else {key: value}
        if key in _GROUPS:
            parts.append(_repeated(_packed(key) + _map_head(len(value)), count))
        for name, column in columns.items():
            cells = _cells(column)
            if cells is None or "$" in name:
                return None
            parts += [_repeated(_packed(name), count), cells]
    return np.concatenate(parts, axis=1)


def _cells(column: Sequence[Any]) -> Bytes | None:
    values = column if type(column) is list else list(column)
    kinds = set(map(type, values))
    if kinds == {float}:
        return _numbers(np.array(values, dtype=">f8"), _FLOAT64)
    if kinds == {int}:
        if min(values) < _LOWEST or max(values) > _HIGHEST:
            return None
        return _numbers(np.array(values, dtype=">i8"), _INT64)
    if kinds <= {bool, type(None)}:
        return np.array([[_ONE_BYTE[value]] for value in values], dtype=np.uint8)
    return _strings(values) if kinds == {str} else None


def _numbers(numbers: NDArray[Any], head: int) -> Bytes:
    cells = np.empty((len(numbers), 9), dtype=np.uint8)
    cells[:, 0] = head
    cells[:, 1:] = numbers.view(np.uint8).reshape(-1, 8)
    return cells


def _strings(values: list[str]) -> Bytes | None:
    try:
        texts = [value.encode() for value in values]
    except UnicodeEncodeError:
        return None
    width = len(texts[0])
    if len(set(map(len, texts))) > 1:
        return None
    head = _packed(values[0])[: -width or None]
    body = np.frombuffer(b"".join(texts), dtype=np.uint8).reshape(len(texts), width)
    return np.concatenate([_repeated(head, len(texts)), body], axis=1)


def _repeated(text: bytes, count: int) -> Bytes:
    return np.broadcast_to(np.frombuffer(text, dtype=np.uint8), (count, len(text)))


def _packed(text: str) -> bytes:
    return bytes(msgpack.packb(text))


def _map_head(length: int) -> bytes:
    return bytes(msgpack.Packer().pack_map_header(length))


EXPORTER = Exporter(
    name="msgpack",
    title="MessagePack (every document, nothing lost)",
    ending="msgpack",
    media_type="application/x-msgpack",
    write=write_messages,
    is_lossless=True,
    readers=("beamport", "databroker", "any MessagePack reader"),
    is_repeatable=True,
)
