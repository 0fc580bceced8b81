"""A ZIP file that is written while it is read: of any size, with checksums, and no copy on disk."""

from __future__ import annotations

import hashlib
import io
import json
import time
import zipfile
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from typing import Any

MANIFEST = "manifest.json"
CHECKSUMS = "SHA256SUMS"
_FIRST_YEAR = 1980  # the oldest date that the format can write


@dataclass(frozen=True, slots=True)
class Member:
    """One file of an archive.

    Attributes
    ----------
    name
        Its path inside, with ``/`` between.
    parts
        Its bytes, piece by piece.
    time
        POSIX seconds that the archive shows.
    is_packed
        Whether to deflate it: of no use for what is compressed already.
    """

    name: str
    parts: Iterable[bytes]
    time: float = 0.0
    is_packed: bool = True


class _Sink(io.RawIOBase):
    """Takes what `zipfile` writes, to be handed on."""

    def __init__(self) -> None:
        self._held = bytearray()

    def writable(self) -> bool:
        return True

    def write(self, data: Any) -> int:
        self._held += data
        return len(data)

    def drained(self) -> bytes:
        taken = bytes(self._held)
        self._held.clear()
        return taken


def zipped(members: Iterable[Member], *, about: dict[str, Any] | None = None) -> Iterator[bytes]:
    """Give the bytes of a ZIP file (ZIP64 where it must be).

    Parameters
    ----------
    members
        Its files, each read when its turn comes; names must differ.
    about
        Write ``manifest.json`` at the end: this, and name, size and SHA-256 of each file; and ``SHA256SUMS``,
        which ``sha256sum -c`` reads.
    """
    sink = _Sink()
    told: list[dict[str, Any]] = []
    with zipfile.ZipFile(sink, "w", allowZip64=True) as archive:
        for member in members:
            digest, size = hashlib.sha256(), 0
            with archive.open(_info(member), "w", force_zip64=True) as file:
                for part in member.parts:
                    digest.update(part)
                    size += len(part)
                    file.write(part)
                    yield sink.drained()
            told.append({"name": member.name, "bytes": size, "sha256": digest.hexdigest()})
            yield sink.drained()
        if about is not None:
            archive.writestr(_info(Member(MANIFEST, (), time.time())), _manifest(about, told))
            archive.writestr(_info(Member(CHECKSUMS, (), time.time())), _checksums(told))
    yield sink.drained()


def _info(member: Member) -> zipfile.ZipInfo:
    moment = time.gmtime(max(member.time, 0.0))
    year = max(moment.tm_year, _FIRST_YEAR)
    info = zipfile.ZipInfo(member.name, (year, *moment[1:6]))
    info.compress_type = zipfile.ZIP_DEFLATED if member.is_packed else zipfile.ZIP_STORED
    info.external_attr = 0o644 << 16
    return info


def _manifest(about: dict[str, Any], told: list[dict[str, Any]]) -> str:
    return json.dumps({**about, "files": told}, indent=2, ensure_ascii=False) + "\n"


def _checksums(told: list[dict[str, Any]]) -> str:
    return "".join(f"{file['sha256']}  {file['name']}\n" for file in told)
