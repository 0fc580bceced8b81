"""What waits to be published: held for a moment so that documents travel together, bounded. No I/O.

A batch of stored documents waits at most `interval_s` behind the one published before it for the same run;
the first after a quiet time does not wait. When the broker does not take messages fast enough the documents
are dropped and only the newest ordinal is kept (a doorbell): whoever follows the run reads the store.
"""

from collections import OrderedDict
from dataclasses import dataclass, field

from realtime.frames import Record

INTERVAL_S = 0.033
MAX_RECORDS = 20_000
MAX_RUNS = 256


@dataclass(frozen=True, slots=True)
class Stored:
    """What has been committed of one run: the ordinals `first` to `last`.

    `records` are all documents in there (ordinals of refused documents are left out); None makes a doorbell.
    """

    run: str
    beamline: str
    first: int
    last: int
    records: tuple[Record, ...] | None = None
    is_open: bool = True
    is_news: bool = False
    """The run has been opened or closed by these documents."""

    @property
    def size(self) -> int:
        """Number of documents held."""
        return len(self.records or ())

    def doorbell(self) -> "Stored":
        """Give the same news without the documents."""
        return Stored(self.run, self.beamline, self.first, self.last, None, self.is_open, self.is_news)


def joined(before: Stored, behind: Stored) -> Stored:
    """Join two batches of one run; a hole or a doorbell between them makes the result a doorbell."""
    records: tuple[Record, ...] | None = None
    if before.records is not None and behind.records is not None and behind.first == before.last + 1:
        records = before.records + behind.records
    return Stored(
        run=before.run,
        beamline=before.beamline,
        first=min(before.first, behind.first),
        last=max(before.last, behind.last),
        records=records,
        is_open=before.is_open and behind.is_open,
        is_news=before.is_news or behind.is_news,
    )


@dataclass(slots=True)
class Outbox:
    """Batches that wait for the publisher, at most one a run."""

    interval_s: float = INTERVAL_S
    max_records: int = MAX_RECORDS
    max_runs: int = MAX_RUNS
    dropped: int = 0
    """Documents that went as doorbells, and runs that were forgotten, since the start."""
    _waiting: OrderedDict[str, Stored] = field(default_factory=OrderedDict)
    _published_at: dict[str, float] = field(default_factory=dict)
    _records: int = 0

    def __len__(self) -> int:
        return len(self._waiting)

    @property
    def records(self) -> int:
        """Documents held."""
        return self._records

    def put(self, batch: Stored) -> None:
        """Take a batch in; never refuses, never holds more than the bounds."""
        if self._records + batch.size > self.max_records:
            self.dropped += batch.size
            batch = batch.doorbell()
        before = self._waiting.pop(batch.run, None)
        if before is not None:
            self._records -= before.size
            batch = joined(before, batch)
        elif len(self._waiting) >= self.max_runs:
            _, oldest = self._waiting.popitem(last=False)
            self._records -= oldest.size
            self.dropped += 1
        self._waiting[batch.run] = batch
        self._records += batch.size

    def due(self, now: float) -> list[Stored]:
        """Take out what may be published at monotonic time `now`."""
        ready = [run for run in self._waiting if self._due_at(run) <= now]
        batches = [self._waiting.pop(run) for run in ready]
        self._published_at = {
            run: at for run, at in self._published_at.items() if at + self.interval_s > now
        } | dict.fromkeys(ready, now)
        self._records -= sum(batch.size for batch in batches)
        return batches

    def next_due(self) -> float | None:
        """Give the monotonic time at which something may be published next, None when nothing waits."""
        return min((self._due_at(run) for run in self._waiting), default=None)

    def _due_at(self, run: str) -> float:
        return self._published_at.get(run, float("-inf")) + self.interval_s
