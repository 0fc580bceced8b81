"""Files of documents that can be read: JSON lines, JSON sequences, MessagePack; also those of other tools.

A further format is offered by the entry point group ``beamport.importers``: a name, and a `FileFormat`.
"""

from __future__ import annotations

import json
import logging
import re
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from functools import cache
from importlib.metadata import entry_points
from pathlib import PurePath
from types import MappingProxyType
from typing import Any, Protocol

import msgpack
import numpy as np

from accounts.errors import InvalidError, NotFoundError
from catalog.documents.encoding import restore_object
from catalog.imports.documents import MOST_TEXT, Entry, Unreadable, entry_of

GROUP = "beamport.importers"
LONGEST_LINE = 64 * 2**20
"""Most bytes of one line or message; a longer one is passed over as unreadable."""

_SEPARATOR = b"\x1e"
_NUMBERS = "biufc"
_DTYPE = re.compile(r"[<>|=]?[a-z]\w{0,11}")
_OF_AN_ARRAY = frozenset({"type", "data"})
_BROKEN = (ValueError, TypeError, LookupError, OverflowError, msgpack.UnpackException)

logger = logging.getLogger(__name__)


class Readable(Protocol):
    """What is read: an open file, a buffer, the body of a request."""

    def read(self, size: int = ..., /) -> bytes:
        """Give some bytes, none at the end."""

    def readline(self, size: int = ..., /) -> bytes:
        """Give a line, or the beginning of a long one."""


@dataclass(frozen=True, slots=True)
class FileFormat:
    """One kind of file: its name, the endings of its files, how it is read."""

    name: str
    title: str
    endings: tuple[str, ...]
    read: Callable[[Readable], Iterator[Entry | Unreadable]]


def read_json_lines(file: Readable) -> Iterator[Entry | Unreadable]:
    """Read a document a line: strict or with bare NaN, ``[name, doc]`` or ``{name, doc}``, RS or not."""
    place = 0
    while line := file.readline(LONGEST_LINE + 1):
        place += 1
        if len(line) > LONGEST_LINE:
            yield Unreadable(place, f"it has more than {LONGEST_LINE} bytes", "")
            while line and not line.endswith(b"\n"):
                line = file.readline(LONGEST_LINE + 1)
            continue
        text = line.strip().lstrip(_SEPARATOR)
        if text:
            yield _read_line(place, text)


def _read_line(place: int, text: bytes) -> Entry | Unreadable:
    try:
        value = json.loads(text.decode(), object_hook=restore_object)
    except (ValueError, RecursionError) as error:
        return Unreadable(place, f"it is no JSON: {error}"[:300], text[:MOST_TEXT].decode("utf-8", "replace"))
    return entry_of(place, value)


def read_messages(file: Readable) -> Iterator[Entry | Unreadable]:
    """Read MessagePack, one ``[name, doc]`` after the other, with arrays as ``msgpack-numpy`` has them.

    What follows a message that cannot be read is lost with it: nothing says where the next one begins.
    """
    unpacker = msgpack.Unpacker(
        file, object_hook=_restored, strict_map_key=False, max_buffer_size=LONGEST_LINE
    )
    place = 0
    while True:
        place += 1
        try:
            value = unpacker.unpack()
        except msgpack.OutOfData:
            if _is_cut(unpacker):
                yield Unreadable(place, "the file ends within this message", "")
            return
        except _BROKEN as error:
            yield Unreadable(place, f"it is no MessagePack, and what follows is lost: {error}"[:300], "")
            return
        yield entry_of(place, value)


def _is_cut(unpacker: msgpack.Unpacker) -> bool:
    """Tell whether bytes are left over that are no whole message."""
    try:
        return bool(unpacker.read_bytes(1))
    except ValueError:  # it stands within one
        return True


def _restored(value: dict[Any, Any]) -> Any:
    """Give what a map stands for: an array of numbers, a value under the encoding rule, or itself."""
    named = {key.decode("utf-8", "replace") if isinstance(key, bytes) else key: value[key] for key in value}
    is_array = isinstance(named.get("nd"), bool) and named.keys() >= _OF_AN_ARRAY
    return _numpy(named) if is_array else restore_object(value)


def _numpy(value: Mapping[Any, Any]) -> Any:
    kind = value["type"]
    kind = kind.decode("utf-8", "replace") if isinstance(kind, bytes) else kind
    is_plain = isinstance(kind, str) and _DTYPE.fullmatch(kind)
    if not is_plain or np.dtype(kind).kind not in _NUMBERS:
        raise ValueError(f"an array of {str(kind)[:40]!r} is not of numbers")
    numbers = np.frombuffer(value["data"], dtype=np.dtype(kind))
    if not value["nd"]:
        return numbers[0].item()
    return numbers.reshape(value["shape"]).tolist()


def file_formats() -> Mapping[str, FileFormat]:
    """Give all formats by name."""
    return MappingProxyType({known.name: known for known in (*_OWN, *_offered())})


def file_format(name: str) -> FileFormat:
    """Give the format of a name.

    Raises
    ------
    NotFoundError
        There is none.
    """
    known = file_formats()
    if name not in known:
        raise NotFoundError(
            f"There is no format {name[:40]!r} to import.", hint=f"There are: {', '.join(known)}."
        )
    return known[name]


def guess_format(name: str) -> FileFormat:
    """Give the format of a file by the ending of its name.

    Raises
    ------
    InvalidError
        It has another ending.

    Examples
    --------
    >>> guess_format("scan.jsonl").name
    'jsonl'
    """
    ending = PurePath(name).suffix.lower().lstrip(".")
    for known in file_formats().values():
        if ending in known.endings:
            return known
    endings = ", ".join(sorted(end for known in file_formats().values() for end in known.endings))
    raise InvalidError(f"Files of the ending {ending[:20]!r} are not imported.", hint=f"Endings: {endings}.")


@cache
def _offered() -> tuple[FileFormat, ...]:
    found = []
    for point in entry_points(group=GROUP):
        try:
            found.append(point.load())
        except Exception:
            logger.exception("the importer %r of %s cannot be used", point.name, point.value)
    return tuple(found)


_OWN = (
    FileFormat(
        "jsonl",
        "JSON lines or a JSON sequence of documents",
        ("jsonl", "json-seq", "ndjson"),
        read_json_lines,
    ),
    FileFormat("msgpack", "MessagePack documents", ("msgpack",), read_messages),
)
