"""From the journal to the catalogue, on a thread of its own.

It reads what the recorder wrote, by offset, and stores it in batches under the worker's lease: a stretch of
a long run, or many small runs of one origin. Storing is idempotent by (run, ordinal), so after any doubt it
begins a file anew. While the database is away it tries again with growing pauses and the run goes on.
"""

import logging
import threading
import time
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Final

from django.db import InterfaceError, InternalError, OperationalError, connection
from psycopg2.errors import DiskFull

from accounts.actor import Actor
from acquisition.queue.leases import Grant, LeaseError, LeaseLostError, guarded
from acquisition.worker.journal import (
    Entry,
    Header,
    JournalError,
    journal_files,
    read_entries,
    read_header,
)
from catalog import ingest

logger = logging.getLogger(__name__)

BATCH: Final = 3000  # documents: those of 0.1 s at the rate that the catalogue is made for
BATCH_BYTES: Final = 8 * 2**20
WINDOW_S: Final = 0.05
IDLE_S: Final = 1.0
BACKOFF_S: Final = (0.1, 2.0)
SET_ASIDE: Final = "damaged"
REFUSALS: Final = 5
FULL: Final = (
    "The disk of the database is full: documents wait on the worker's disk, "
    "and are stored when there is room. Plans go on."
)
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


@dataclass(frozen=True, slots=True)
class _Parcel:
    """What was read of a file and is still to be stored."""

    reading: _Reading
    entries: Sequence[Entry]

    @property
    def fill(self) -> float:
        """The part of a batch that it fills."""
        size = self.entries[-1].end - self.reading.offset
        return max(len(self.entries) / BATCH, size / BATCH_BYTES)

    @property
    def origin(self) -> ingest.Origin:
        """Where its run comes from."""
        header = self.reading.header
        return ingest.Origin(
            beamline=header.beamline,
            proposal=header.proposal,
            username=header.username,
            item_uid=header.item_uid,
        )

    def records(self) -> Iterator[ingest.Record]:
        """Give its documents as the catalogue takes them."""
        run = self.reading.header.run
        return (ingest.Record(run, entry.ordinal, entry.name, entry.doc) for entry in self.entries)


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
    on_full
        Called with a sentence when the disk of the database is full, and with nothing when it is no more.
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
        self.on_full: Callable[[str], None] = _nobody_asks
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
        if self.progress.last_error:
            self.progress.last_error = ""
            self.on_full("")
        with self._rounds:
            if generation == self._generation:
                self._is_clean = True
                self._rounds.notify_all()
        return True

    def _note(self, error: Exception) -> None:
        text = f"{type(error).__name__}: {error}".strip()
        if text != self.progress.last_error:
            logger.warning("documents wait in the journal: %s", text)
            self.on_full(FULL if isinstance(error.__cause__, DiskFull) else "")
        self.progress.last_error = text

    def _round(self) -> bool:
        """Ship one batch of each file; tell whether there may be more."""
        more = False
        for parcels in _batches(self._parcels()):
            more |= self._ship(parcels)
        return more and not self._stopping.is_set()

    def _parcels(self) -> Iterator[_Parcel]:
        for path in journal_files(self._folder):
            reading = self._readings.get(path) or self._open(path)
            if reading is None:
                continue
            entries = read_entries(path, reading.offset, limit=BATCH, most_bytes=BATCH_BYTES)
            if entries:
                yield _Parcel(reading, entries)

    def _open(self, path: Path) -> _Reading | None:
        try:
            header, begin = read_header(path)
        except JournalError:
            return None  # its writer is about to write the header, or died before it did
        reading = _Reading(path, header, begin, begin)
        self._readings[path] = reading
        return reading

    def _ship(self, parcels: Sequence[_Parcel]) -> bool:
        records = [record for parcel in parcels for record in parcel.records()]
        try:
            with guarded(self._grant):
                ingest.store(actor=self._actor, origin=parcels[0].origin, records=records)
        except (*AWAY, LeaseError):
            raise
        except Exception as error:  # noqa: BLE001  it is told of where it is known whose it is
            if len(parcels) > 1:
                return _any_of(self._ship([parcel]) for parcel in parcels)
            return self._not_taken(parcels[0].reading, error)
        self.progress.batches += 1
        return _any_of(map(self._shipped, parcels))

    def _shipped(self, parcel: _Parcel) -> bool:
        """Go on behind what is stored; tell whether there may be more in the file."""
        reading, entries = parcel.reading, parcel.entries
        is_full = parcel.fill >= 1
        reading.refusals = 0
        reading.offset = entries[-1].end
        self.progress.documents += len(entries)
        if entries[0].ordinal == 0:
            self.on_begun(reading.header.run)
        if entries[-1].name == "stop":
            self._remove(reading)
            return False
        return is_full

    def _not_taken(self, reading: _Reading, error: Exception) -> bool:
        if isinstance(error, ingest.OrdinalGapError):
            return self._begin_anew(reading, error)
        logger.error("run %s is not taken by the store", reading.header.run, exc_info=error)
        return self._refused(reading, error)

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


def _nobody_asks(told: str) -> None:
    """Take what is told where nobody wants to know."""


def set_aside(path: Path) -> Path:
    """Move a file where nobody ships or removes it; give its new path."""
    folder = path.parent / SET_ASIDE
    folder.mkdir(exist_ok=True)
    return path.rename(folder / f"{path.name}.{int(time.time())}")


def _any_of(answers: Iterable[bool]) -> bool:
    """Tell whether one of the answers is yes; unlike `any`, hear them all."""
    return True in list(answers)


def _batches(parcels: Iterator[_Parcel]) -> Iterator[list[_Parcel]]:
    """Put parcels of one origin together, up to a batch."""
    held: list[_Parcel] = []
    for parcel in parcels:
        if held and (parcel.origin != held[0].origin or sum(p.fill for p in held) + parcel.fill > 1):
            yield held
            held = []
        held.append(parcel)
    if held:
        yield held
