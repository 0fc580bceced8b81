"""The journal: documents on the worker's own disk before anything else sees them.

One append-only file a run, one record a line::

    3f2a9c01 {"journal":1,"run":"…","origin":{…}}
    9c01e2b7 [0,"start",{…}]

Eight hexadecimal digits are the CRC-32 of the strict JSON behind them (`catalog.documents.encoding`). A line
that is cut short or whose sum is wrong ends the file: at the very end it is what a dying process left and is
cut off; in front of a whole record it is damage, and a person has to look.
"""

import math
import os
import threading
import zlib
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from catalog.documents.encoding import dumps, loads_own

FORMAT = 1
SUFFIX = ".journal"
_SUM = 8  # hexadecimal digits of the sum


class JournalError(ValueError):
    """A journal file is not as it was written."""


class JournalDamagedError(JournalError):
    """A bad record stands before a good one."""


@dataclass(frozen=True, slots=True)
class Header:
    """Whose run the file holds."""

    run: str
    beamline: str
    proposal: str | None
    username: str
    item_uid: str | None


@dataclass(frozen=True, slots=True)
class Entry:
    """One document as journalled, and where the next one begins."""

    ordinal: int
    name: str
    doc: dict[str, Any]
    end: int


class JournalFile:
    """A journal file open for writing; every record reaches the operating system before `append` returns."""

    def __init__(self, path: Path, header: Header) -> None:
        self.path = path
        self.ordinal = 0
        self.is_dirty = False
        self._closing = threading.Lock()  # the syncing thread must not meet a closed file
        self._fd = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL | os.O_APPEND, 0o600)
        self.offset = 0
        self._write(_line(dumps(_header_dict(header))))
        self.sync()
        _sync_folder(path.parent)

    def append(self, name: str, doc: dict[str, Any]) -> int:
        """Write one document; give its ordinal.

        Raises
        ------
        OSError
            The disk refuses; the file is cut back to the last whole record, so the call can be made again.
        """
        return self.append_encoded(dumps([self.ordinal, name, doc]))

    def append_encoded(self, record: bytes) -> int:
        """Write a record that is encoded already."""
        self._write(_line(record))
        self.ordinal += 1
        return self.ordinal - 1

    def sync(self) -> None:
        """Return when the disk has everything."""
        with self._closing:
            self._sync()

    def close(self) -> None:
        """Sync and close; a second call does nothing."""
        with self._closing:
            if self._fd >= 0:
                self._sync()
                os.close(self._fd)
                self._fd = -1

    def _sync(self) -> None:
        if self._fd >= 0 and self.is_dirty:
            os.fsync(self._fd)
            self.is_dirty = False

    def _write(self, line: bytes) -> None:
        rest = memoryview(line)
        try:
            while rest:
                rest = rest[os.write(self._fd, rest) :]
        except OSError:
            os.ftruncate(self._fd, self.offset)
            raise
        self.offset += len(line)
        self.is_dirty = True


def read_header(path: Path) -> tuple[Header, int]:
    """Give the header and where the records begin.

    Raises
    ------
    JournalError
        The file has no whole header: nothing was journalled yet when its writer died.
    """
    with path.open("rb") as file:
        line = file.readline()
    record = _record(line)
    if not isinstance(record, dict) or record.get("journal") != FORMAT:
        raise JournalError(f"{path.name} has no journal header of format {FORMAT}")
    origin = record["origin"]
    header = Header(
        run=record["run"],
        beamline=origin["beamline"],
        proposal=origin["proposal"],
        username=origin["username"],
        item_uid=origin["item_uid"],
    )
    return header, len(line)


def read_entries(path: Path, offset: int, *, limit: int = 100, most_bytes: int | None = None) -> list[Entry]:
    """Give up to `limit` whole records from `offset` on; stop before the first that is not whole.

    Parameters
    ----------
    most_bytes
        Stop behind the record that reaches so many bytes.
    """
    found: list[Entry] = []
    end = math.inf if most_bytes is None else offset + most_bytes
    with path.open("rb") as file:
        file.seek(offset)
        for line in file:
            record = _record(line)
            if not isinstance(record, list) or len(record) != 3:
                break
            offset += len(line)
            found.append(Entry(record[0], record[1], record[2], offset))
            if len(found) == limit or offset >= end:
                break
    return found


def cut_torn_tail(path: Path) -> int:
    """Cut off what a dying writer left behind the last whole record; give the number of bytes cut.

    Raises
    ------
    JournalDamagedError
        Whole records follow the bad one; nothing is cut.
    """
    with path.open("r+b") as file:
        good = bad = 0
        for line in file:
            if _record(line) is None:
                bad += len(line)
            elif bad:
                raise JournalDamagedError(
                    f"{path.name}: the record at byte {good} is damaged and whole records follow it"
                )
            else:
                good += len(line)
        if bad:
            file.truncate(good)
            os.fsync(file.fileno())
    return bad


def journal_files(folder: Path) -> Iterator[Path]:
    """Give the journal files of a folder, oldest first."""
    files = [path for path in folder.glob(f"*{SUFFIX}") if path.is_file()]
    yield from sorted(files, key=lambda path: (path.stat().st_ctime_ns, path.name))


def _line(record: bytes) -> bytes:
    return b"%08x %s\n" % (zlib.crc32(record), record)


def _record(line: bytes) -> Any:
    """Give what a line holds; None when it is not whole."""
    if len(line) < _SUM + 2 or not line.endswith(b"\n") or line[_SUM : _SUM + 1] != b" ":
        return None
    record = line[_SUM + 1 : -1]
    if line[:_SUM] != b"%08x" % zlib.crc32(record):
        return None
    return loads_own(record)


def _header_dict(header: Header) -> dict[str, Any]:
    return {
        "journal": FORMAT,
        "run": header.run,
        "origin": {
            "beamline": header.beamline,
            "proposal": header.proposal,
            "username": header.username,
            "item_uid": header.item_uid,
        },
    }


def _sync_folder(folder: Path) -> None:
    fd = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(fd)
    finally:
        os.close(fd)
