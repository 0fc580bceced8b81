"""The engine's first subscriber: gives each document its ordinal and journals it.

It blocks the engine for one write to the operating system and, at a checkpoint or the end of a run, for the
disk. A full disk makes it wait, and say so, until there is room or the run is given up.
"""

import contextlib
import logging
import re
import threading
from collections.abc import Callable
from pathlib import Path
from typing import Any, Final, TypeVar

from acquisition.worker.journal import SUFFIX, Header, JournalFile
from catalog.documents.encoding import dumps

logger = logging.getLogger(__name__)
Result = TypeVar("Result")

SYNC_EVERY_S: Final = 0.05
SYNC_EVERY_RECORDS: Final = 100
DISK_RETRY_S: Final = 0.5

#: Where a document says which run, descriptor, resource or stream resource it belongs to.
_PARENT: Final = {
    "descriptor": "run_start",
    "event": "descriptor",
    "event_page": "descriptor",
    "bulk_events": "descriptor",
    "resource": "run_start",
    "datum": "resource",
    "datum_page": "resource",
    "stream_resource": "run_start",
    "stream_datum": "stream_resource",
    "stop": "run_start",
}
_FILE_NAME: Final = re.compile(r"[A-Za-z0-9][A-Za-z0-9_-]{0,79}\Z")
_IS_PARENT: Final = frozenset({"descriptor", "resource", "stream_resource"})


class RecordingGivenUpError(RuntimeError):
    """The disk took no document and the run was given up."""


class UnknownRunError(KeyError):
    """A document belongs to no run that is open."""


class Recorder:
    """Journals the documents of one worker.

    Parameters
    ----------
    folder
        Where the files lie; made when missing.
    origin
        Gives, for the uid of a run that begins, whose it is.
    on_record
        Called after each record with (run uid, ordinal, name, document); must be quick.
    on_stall
        Called with a sentence while the disk refuses, and with "" when it takes records again.
    """

    def __init__(
        self,
        folder: Path,
        *,
        origin: Callable[[str], Header],
        on_record: Callable[[str, int, str, dict[str, Any]], None],
        on_stall: Callable[[str], None],
    ) -> None:
        folder.mkdir(parents=True, exist_ok=True)
        self._folder = folder
        self._origin = origin
        self._on_record = on_record
        self._on_stall = on_stall
        self._lock = threading.RLock()
        self._files: dict[str, JournalFile] = {}
        self._runs: dict[str, str] = {}
        self._given_up = threading.Event()
        self._dirty = threading.Event()
        self._hurry = threading.Event()
        self._closed = threading.Event()
        self._unsynced = 0
        self._syncer = threading.Thread(target=self._sync_loop, name="journal-sync", daemon=True)
        self._syncer.start()

    def __call__(self, name: str, doc: dict[str, Any]) -> None:
        """Journal one document (the engine's subscriber)."""
        with self._lock:
            run = self._run_of(name, doc)
            file = self._files.get(run) or self._open(run)
            record = dumps([file.ordinal, name, doc])
            ordinal = self._until_written(lambda: file.append_encoded(record))
            self._remember(name, doc, run)
            self._note(name, file)
        self._on_record(run, ordinal, name, doc)

    def barrier(self) -> None:
        """Return when the disk has every document so far."""
        with self._lock:
            for file in self._files.values():
                if file.is_dirty:
                    self._until_written(file.sync)
            self._unsynced = 0

    def give_up(self) -> None:
        """Stop waiting for a full disk: the run ends with what is written."""
        self._given_up.set()

    def next_item(self) -> None:
        """Forget that a former item was given up."""
        self._given_up.clear()

    def let_go(self) -> list[str]:
        """Close the files of runs that have no stop document: they were given up; give their uids."""
        with self._lock:
            left = list(self._files)
            for file in self._files.values():
                with contextlib.suppress(OSError):
                    file.close()
            self._files.clear()
            self._runs.clear()
        return left

    def close(self) -> None:
        """Sync and close every file; end the thread."""
        self._closed.set()
        self._dirty.set()
        self._hurry.set()
        self._syncer.join(2.0)
        with self._lock:
            for file in self._files.values():
                file.close()
            self._files.clear()

    def _open(self, run: str) -> JournalFile:
        if not _FILE_NAME.match(run):
            raise ValueError(f"the run uid {run[:80]!r} cannot name a file; use letters, digits, '-' and '_'")
        path = self._folder / f"{run}{SUFFIX}"
        file = self._until_written(lambda: JournalFile(path, self._origin(run)))
        self._files[run] = file
        return file

    def _until_written(self, write: Callable[[], Result]) -> Result:
        stalled = False
        while True:
            try:
                result = write()
            except FileExistsError:
                raise
            except OSError as error:
                if not stalled:
                    logger.exception("the journal cannot be written")
                stalled = True
                self._on_stall(
                    f"The disk of the worker refuses the journal ({error.strerror}); acquisition waits. "
                    f"Free space under {self._folder.name}."
                )
                if self._given_up.wait(DISK_RETRY_S):
                    raise RecordingGivenUpError(
                        "the journal could not be written and the run was given up"
                    ) from error
            else:
                if stalled:
                    self._on_stall("")
                return result

    def _run_of(self, name: str, doc: dict[str, Any]) -> str:
        if name == "start":
            return str(doc["uid"])
        try:
            parent = str(doc[_PARENT[name]])
        except KeyError as error:
            raise UnknownRunError(f"a document {name!r} does not say which run it belongs to") from error
        if name in ("descriptor", "resource", "stream_resource", "stop") and parent in self._files:
            return parent
        try:
            return self._runs[parent]
        except KeyError as error:
            raise UnknownRunError(f"document {name!r} refers to {parent!r}, which no open run has") from error

    def _remember(self, name: str, doc: dict[str, Any], run: str) -> None:
        if name in _IS_PARENT:
            self._runs[str(doc["uid"])] = run

    def _note(self, name: str, file: JournalFile) -> None:
        if name == "stop":
            run = file.path.name.removesuffix(SUFFIX)
            self._until_written(file.close)
            del self._files[run]
            self._runs = {child: owner for child, owner in self._runs.items() if owner != run}
            return
        self._unsynced += 1
        self._dirty.set()
        if self._unsynced >= SYNC_EVERY_RECORDS:
            self._hurry.set()

    def _sync_loop(self) -> None:
        while not self._closed.is_set():
            self._dirty.wait()
            self._hurry.wait(SYNC_EVERY_S)
            self._dirty.clear()
            self._hurry.clear()
            self._sync_open_files()

    def _sync_open_files(self) -> None:
        with self._lock:
            files = [file for file in self._files.values() if file.is_dirty]
            self._unsynced = 0
        for file in files:
            try:
                file.sync()
            except OSError:
                # The engine's thread meets the same refusal at its next barrier, and waits there.
                logger.exception("the journal %s could not be synced", file.path.name)
