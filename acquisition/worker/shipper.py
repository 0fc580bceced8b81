"""From the journal to the catalogue, on a thread of its own.

It reads what the recorder wrote, by offset, and stores it in batches under the worker's lease. Storing is
idempotent by (run, ordinal), so after any doubt it begins a file anew. While the database is away it tries
again with growing pauses and the run goes on.
"""

import logging
import threading
import time
from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path
from typing import Final

from django.db import InterfaceError, InternalError, OperationalError, connection

from accounts.actor import Actor
from acquisition.queue.leases import Grant, LeaseError, LeaseLostError, guarded
from acquisition.worker.journal import Header, JournalError, journal_files, read_entries, read_header
from catalog import ingest

logger = logging.getLogger(__name__)

BATCH: Final = 100
WINDOW_S: Final = 0.05
IDLE_S: Final = 1.0
BACKOFF_S: Final = (0.1, 2.0)
SET_ASIDE: Final = "damaged"
REFUSALS: Final = 5
#: What a database raises that is away, just starting or read-only; other errors are about the documents.
AWAY: Final = (OperationalError, InterfaceError, InternalError, OSError)


@dataclass(slots=True)
class _Reading:
    """How far one file is shipped."""

    path: Path
    header: Header
    begin: int
    offset: int
    refusals: int = 0


@dataclass(slots=True)
class Progress:
    """Figures of the shipper, for status and tests."""

    documents: int = 0
    batches: int = 0
    last_error: str = ""
    set_aside: list[str] = field(default_factory=list)


class Shipper:
    """Ships the journal files of one folder.

    Parameters
    ----------
    on_trouble
        Called with a sentence when a file had to be set aside for a person to look at.

    Attributes
    ----------
    on_begun
        Called with the uid of a run once its start document is stored: from then on people may find it.
    """

    def __init__(
        self,
        folder: Path,
        *,
        actor: Actor,
        grant: Grant,
        on_trouble: Callable[[str], None],
    ) -> None:
        self.progress = Progress()
        self._folder = folder
        self._actor = actor
        self._grant = grant
        self._on_trouble = on_trouble
        self.on_begun: Callable[[str], None] = _nobody_asks
        self._readings: dict[Path, _Reading] = {}
        self._wake = threading.Event()
        self._hurry = threading.Event()
        self._stopping = threading.Event()
        self._rounds = threading.Condition()
        self._is_clean = False
        self._generation = 0
        self._thread = threading.Thread(target=self._run, name="shipper", daemon=True)

    def start(self) -> None:
        """Begin to ship."""
        self._thread.start()

    def wake(self, *, hurry: bool = False) -> None:
        """Say that there is something new; with `hurry` it is shipped without waiting for company."""
        with self._rounds:
            self._is_clean = False
            self._generation += 1
        self._wake.set()
        if hurry:
            self._hurry.set()

    def drain(self, timeout_s: float) -> bool:
        """Wait until all that is written is stored; False when `timeout_s` ran out first."""
        self.wake(hurry=True)
        with self._rounds:
            return self._rounds.wait_for(lambda: self._is_clean, timeout_s)

    def stop(self, timeout_s: float = 2.0) -> None:
        """End the thread; what is not shipped stays on the disk."""
        self._stopping.set()
        self._wake.set()
        self._hurry.set()
        if self._thread.is_alive():
            self._thread.join(timeout_s)

    def ship_all(self) -> None:
        """Ship everything there is, in the caller's thread; errors of the database come out."""
        while self._round():
            pass

    def _run(self) -> None:
        pause = BACKOFF_S[0]
        try:
            while not self._stopping.is_set():
                self._wake.wait(IDLE_S)
                self._hurry.wait(WINDOW_S)
                if self._try():
                    pause = BACKOFF_S[0]
                else:
                    self._stopping.wait(pause)
                    pause = min(2 * pause, BACKOFF_S[1])
        except LeaseLostError:
            logger.warning("the lease is another worker's; nothing more is shipped")
        finally:
            connection.close()

    def _try(self) -> bool:
        generation = self._generation
        self._wake.clear()
        self._hurry.clear()
        try:
            self.ship_all()
        except LeaseLostError:
            raise
        except Exception as error:  # noqa: BLE001  whatever it is: the documents are on the disk, try again
            self._note(error)
            connection.close()
            self._wake.set()
            return False
        self.progress.last_error = ""
        with self._rounds:
            if generation == self._generation:
                self._is_clean = True
                self._rounds.notify_all()
        return True

    def _note(self, error: Exception) -> None:
        text = f"{type(error).__name__}: {error}".strip()
        if text != self.progress.last_error:
            logger.warning("documents wait in the journal: %s", text)
        self.progress.last_error = text

    def _round(self) -> bool:
        """Ship one batch of each file; tell whether there may be more."""
        more = False
        for path in journal_files(self._folder):
            reading = self._readings.get(path) or self._open(path)
            if reading is not None:
                more |= self._ship(reading)
        return more and not self._stopping.is_set()

    def _open(self, path: Path) -> _Reading | None:
        try:
            header, begin = read_header(path)
        except JournalError:
            return None  # its writer is about to write the header, or died before it did
        reading = _Reading(path, header, begin, begin)
        self._readings[path] = reading
        return reading

    def _ship(self, reading: _Reading) -> bool:
        entries = read_entries(reading.path, reading.offset, limit=BATCH)
        if not entries:
            return False
        run = reading.header.run
        records = [ingest.Record(run, entry.ordinal, entry.name, entry.doc) for entry in entries]
        try:
            with guarded(self._grant):
                ingest.store(actor=self._actor, origin=_origin(reading.header), records=records)
        except ingest.OrdinalGapError as error:
            return self._begin_anew(reading, error)
        except (*AWAY, LeaseError):
            raise
        except Exception as error:
            logger.exception("run %s is not taken by the store", run)
            return self._refused(reading, error)
        reading.refusals = 0
        reading.offset = entries[-1].end
        self.progress.documents += len(entries)
        self.progress.batches += 1
        if entries[0].ordinal == 0:
            self.on_begun(run)
        if entries[-1].name == "stop":
            self._remove(reading)
            return False
        return len(entries) == BATCH

    def _begin_anew(self, reading: _Reading, error: ingest.OrdinalGapError) -> bool:
        if reading.offset == reading.begin:
            self._set_aside(reading, str(error))
            return False
        reading.offset = reading.begin
        return True

    def _refused(self, reading: _Reading, error: Exception) -> bool:
        """Try a file again a few times that the store does not take; then let the others pass it."""
        reading.refusals += 1
        if reading.refusals >= REFUSALS:
            self._set_aside(reading, f"{type(error).__name__}: {error}")
            return True
        raise error

    def _remove(self, reading: _Reading) -> None:
        reading.path.unlink(missing_ok=True)
        self._readings.pop(reading.path, None)

    def _set_aside(self, reading: _Reading, reason: str) -> None:
        set_aside(reading.path)
        self._readings.pop(reading.path, None)
        self.progress.set_aside.append(reading.path.name)
        text = f"The journal of run {reading.header.run} was set aside: {reason}"
        logger.error(text)
        self._on_trouble(text)


def _nobody_asks(run: str) -> None:
    """Take the uid of a run that began where nobody wants to know."""


def set_aside(path: Path) -> Path:
    """Move a file where nobody ships or removes it; give its new path."""
    folder = path.parent / SET_ASIDE
    folder.mkdir(exist_ok=True)
    return path.rename(folder / f"{path.name}.{int(time.time())}")


def _origin(header: Header) -> ingest.Origin:
    return ingest.Origin(
        beamline=header.beamline,
        proposal=header.proposal,
        username=header.username,
        item_uid=header.item_uid,
    )
