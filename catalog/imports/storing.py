"""Store the documents of a file, batch by batch; to begin anew costs time and stores nothing twice."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, field
from typing import Any

from accounts.actor import Actor
from catalog.imports.documents import Entry, RunsOf, Unreadable
from catalog.ingest import Origin, Record, StoreResult, store

BATCH = 1000
MOST_FAULTS = 1000
"""Faults that are listed; the others are counted."""

Keep = Callable[[str, int, Sequence[tuple[str, dict[str, Any]]]], StoreResult]
"""Stores documents of one run, given its uid and the ordinal of the first."""


@dataclass(frozen=True, slots=True)
class Fault:
    """A place of the file that could not be read, and why."""

    place: int
    why: str


@dataclass
class ImportResult:
    """What became of a file.

    Attributes
    ----------
    stored, duplicates, quarantined
        Numbers of documents, as `store` counts them.
    unreadable
        Places of the file that are no document; each has its place in the quarantine of its run.
    runs
        Uids, in the order of the file.
    faults
        The first 1000 places that could not be read.
    """

    stored: int = 0
    duplicates: int = 0
    quarantined: int = 0
    unreadable: int = 0
    runs: list[str] = field(default_factory=list)
    faults: list[Fault] = field(default_factory=list)


def keeper(*, actor: Actor, origin: Origin) -> Keep:
    """Give what stores documents directly, as the installation or a worker may."""

    def keep(run: str, first: int, documents: Sequence[tuple[str, dict[str, Any]]]) -> StoreResult:
        records = [Record(run, first + n, name, doc) for n, (name, doc) in enumerate(documents)]
        return store(actor=actor, origin=origin, records=records)

    return keep


def store_entries(
    entries: Iterable[Entry | Unreadable],
    keep: Keep,
    *,
    progress: Callable[[ImportResult], None] | None = None,
) -> ImportResult:
    """Store what a file gives, in its order; runs may be mixed.

    A place that cannot be read takes the next ordinal of the run that it stands in and goes to quarantine
    with its number, so that the documents behind it keep their places when the file is read again.

    Parameters
    ----------
    keep
        Stores documents of one run, such as `keeper` gives.
    progress
        Called after each batch with the result so far.
    """
    work = _Import(keep, progress)
    for item in entries:
        work.take(item)
    work.flush()
    return work.result


class _Import:
    """A file on its way in."""

    def __init__(self, keep: Keep, progress: Callable[[ImportResult], None] | None) -> None:
        self.result = ImportResult()
        self._keep = keep
        self._progress = progress
        self._runs = RunsOf()
        self._next: dict[str, int] = {}
        self._held: dict[str, list[tuple[str, dict[str, Any]]]] = {}
        self._count = 0

    def take(self, item: Entry | Unreadable) -> None:
        """Hold one place of the file until the batch is full."""
        if isinstance(item, Unreadable):
            self._note(item)
            run, name = self._runs.current, f"line {item.place}"
            doc: dict[str, Any] = {"place": item.place, "why": item.why, "text": item.text}
        else:
            run, name, doc = self._runs.run_of(item), item.name, item.doc
        if not run:
            return
        if run not in self._next:
            self._next[run] = 0
            self.result.runs.append(run)
        self._held.setdefault(run, []).append((name, doc))
        self._count += 1
        if self._count >= BATCH:
            self.flush()

    def flush(self) -> None:
        """Store what is held."""
        for run, documents in self._held.items():
            stored = self._keep(run, self._next[run], documents)
            self._next[run] += len(documents)
            self.result.stored += stored.stored
            self.result.duplicates += stored.duplicates
            self.result.quarantined += stored.quarantined
        if self._held and self._progress is not None:
            self._progress(self.result)
        self._held, self._count = {}, 0

    def _note(self, item: Unreadable) -> None:
        self.result.unreadable += 1
        if len(self.result.faults) < MOST_FAULTS:
            self.result.faults.append(Fault(item.place, item.why))
