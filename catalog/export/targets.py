"""Write a run to a file, a buffer or a socket, and tell how far it is."""

from __future__ import annotations

import os
import socket
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, BinaryIO

from catalog.documents.pages import EVENTS
from catalog.export.options import checked_options
from catalog.export.protocol import Document, ExportableRun, Exporter, LazyArray, Rows


@dataclass(frozen=True, slots=True)
class Progress:
    """How far an export is: rows read, of how many (None where unknown), bytes written."""

    rows: int
    num_rows: int | None
    bytes: int


Told = Callable[[Progress], None]
Target = str | Path | BinaryIO | socket.socket


class CountedRun:
    """A run that counts the rows that are read of it."""

    def __init__(self, run: ExportableRun) -> None:
        self._run = run
        self.rows_read = 0

    @property
    def start(self) -> Document:
        """Give the start document."""
        return self._run.start

    @property
    def stop(self) -> Document | None:
        """Give the stop document."""
        return self._run.stop

    @property
    def descriptors(self) -> Sequence[Document]:
        """Give the descriptors."""
        return self._run.descriptors

    def documents(self) -> Iterator[tuple[str, Document]]:
        """Give every document, and count events."""
        for name, doc in self._run.documents():
            yield name, doc
            if name == "event":
                self.rows_read += 1
            elif name in (EVENTS, "event_page"):
                self.rows_read += len(doc["seq_num"])

    def rows(
        self, stream: str, columns: Sequence[str] | None = None, *, timestamps: bool = False
    ) -> Iterator[Rows]:
        """Give the rows of a stream, and count them."""
        for rows in self._run.rows(stream, columns, timestamps=timestamps):
            yield rows
            self.rows_read += len(rows.seq_num)

    def array(self, stream: str, key: str) -> LazyArray:
        """Give an external data key."""
        return self._run.array(stream, key)


def num_rows(run: ExportableRun) -> int | None:
    """Give how many events the run has in all, if its stop document tells."""
    told = (run.stop or {}).get("num_events")
    if not isinstance(told, Mapping) or not all(isinstance(count, int) for count in told.values()):
        return None
    return sum(told.values())


def pieces(
    exporter: Exporter,
    run: ExportableRun,
    options: Mapping[str, Any] | None = None,
    *,
    progress: Told | None = None,
) -> Iterator[bytes]:
    """Give the bytes of an export, piece by piece.

    Parameters
    ----------
    options
        Chosen options; the others have their defaults.
    progress
        Called after each piece.

    Raises
    ------
    OptionsError
        Before anything is read.
    """
    checked = checked_options(exporter, options or {})
    if progress is None:
        return exporter.write(run, checked)
    return _told(exporter, run, checked, progress)


def export(
    exporter: Exporter,
    run: ExportableRun,
    target: Target,
    options: Mapping[str, Any] | None = None,
    *,
    progress: Told | None = None,
) -> int:
    """Write a run to a target and return how many bytes it took.

    Parameters
    ----------
    target
        The path of a file, which appears whole or not at all; a binary file or buffer; a socket.
    """
    parts = pieces(exporter, run, options, progress=progress)
    if isinstance(target, str | Path):
        return _to_path(parts, Path(target))
    put = target.sendall if isinstance(target, socket.socket) else target.write
    return _put_all(parts, put)


def _told(
    exporter: Exporter, run: ExportableRun, options: Mapping[str, Any], progress: Told
) -> Iterator[bytes]:
    counted, written, expected = CountedRun(run), 0, num_rows(run)
    for part in exporter.write(counted, options):
        written += len(part)
        yield part
        progress(Progress(counted.rows_read, expected, written))


def _to_path(parts: Iterator[bytes], path: Path) -> int:
    draft = path.with_name(f".{path.name}.{os.getpid()}.part")
    try:
        with draft.open("wb") as file:
            written = _put_all(parts, file.write)
        draft.replace(path)
    finally:
        draft.unlink(missing_ok=True)
    return written


def _put_all(parts: Iterator[bytes], put: Callable[[bytes], object]) -> int:
    written = 0
    for part in parts:
        put(part)
        written += len(part)
    return written
