"""What happened at a beamline, written down by the database itself, and the check that it was lawful.

Triggers write each change of a lease and of an item's state into a table of their own, so no change is missed
however short it lasted. A reader beside them reads every run again and again, as a browser does. `check`
then asks:

- what a reader was shown is stored, unchanged, and each reader saw prefixes that only grew;
- each run has one start, first, and one stop, last; ordinals and the seq_num of each stream are dense;
- an item started at most once, and was the first in the queue when it did;
- leases do not overlap: one is taken only when the former was given back or ran out, by the database's clock.
"""

from __future__ import annotations

import hashlib
import os
import random
import threading
from collections import Counter
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import Any

from django.db import DatabaseError, InterfaceError, connection

from acquisition.queue.models import QueueItem
from catalog import selectors as catalog
from catalog.documents.encoding import dumps
from tests.support.people import SYSTEM

LOOK_S = 0.05
Seen = list[tuple[int, str, str]]

_WRITE_DOWN = (
    """
CREATE TABLE IF NOT EXISTS history (
    n bigserial PRIMARY KEY, at timestamptz, what text, id text, old jsonb, new jsonb, ahead bigint
);
TRUNCATE history;
CREATE OR REPLACE FUNCTION write_history() RETURNS trigger LANGUAGE plpgsql AS $$
DECLARE ahead bigint := 0;
BEGIN
    IF TG_TABLE_NAME = 'acquisition_queueitem' THEN
        IF OLD.state = NEW.state THEN RETURN NEW; END IF;
        SELECT count(*) INTO ahead FROM acquisition_queueitem
            WHERE beamline_id = NEW.beamline_id AND state = 'queued' AND id <> NEW.id
            AND (position, id) < (NEW.position, NEW.id);
    END IF;
    INSERT INTO history (at, what, id, old, new, ahead)
        VALUES (clock_timestamp(), TG_TABLE_NAME, NEW.id, to_jsonb(OLD), to_jsonb(NEW), ahead);
    RETURN NEW;
END $$;
""",
    """
CREATE OR REPLACE TRIGGER lease_history BEFORE UPDATE ON acquisition_lease
    FOR EACH ROW EXECUTE FUNCTION write_history()""",
    """
CREATE OR REPLACE TRIGGER item_history BEFORE UPDATE ON acquisition_queueitem
    FOR EACH ROW EXECUTE FUNCTION write_history()""",
)
#: One transaction each: together they would hold one table while they wait for the other, as a worker does.
_FORGET = (
    "DROP TRIGGER IF EXISTS lease_history ON acquisition_lease",
    "DROP TRIGGER IF EXISTS item_history ON acquisition_queueitem",
    "DROP FUNCTION IF EXISTS write_history",
    "DROP TABLE IF EXISTS history",
)
_LEASES = """
SELECT old->>'holder', new->>'holder', (old->>'fencing')::bigint, (new->>'fencing')::bigint,
       (old->>'expires_at')::timestamptz > at
FROM history WHERE what = 'acquisition_lease' ORDER BY n
"""
_STARTS = """
SELECT new->>'uid', ahead FROM history
WHERE what = 'acquisition_queueitem' AND new->>'state' = 'running' ORDER BY n
"""


@dataclass
class History:
    """What was seen; `check` raises AssertionError with every law that was broken."""

    seed: int
    random: random.Random
    seen: dict[str, Seen] = field(default_factory=dict)
    faults: list[str] = field(default_factory=list)

    def look(self) -> None:
        """Read every run once, as a reader who keeps what it was shown."""
        for uid in self._runs():
            fresh = told(uid)
            known = self.seen.get(uid, [])
            if fresh[: len(known)] != known:
                self.faults.append(
                    f"run {uid}: a reader saw {len(known)} documents, then others in their place"
                )
            self.seen[uid] = fresh

    def check(self, *, in_order: bool = True) -> dict[str, int]:
        """Compare with what is stored now; give the figures.

        Parameters
        ----------
        in_order
            Items have to start in the order of the queue (none has a time or waits for another).
        """
        faults = [*self.faults, *overlapping_leases(), *self._of_starts(in_order)]
        runs = self._runs()
        for uid in runs | self.seen.keys():
            faults += of_run(uid, self.seen.get(uid, []))
        shown = sum(map(len, self.seen.values()))
        assert not faults, f"seed {self.seed}: " + "\n".join(faults)
        return {"runs": len(runs), "documents shown and stored": shown}

    def starts(self) -> Counter[str]:
        """Give how often each item started, by uid."""
        return Counter(uid for uid, _ in _rows(_STARTS))

    def _runs(self) -> set[str]:
        lists = QueueItem.objects.values_list("run_uids", flat=True)
        return {uid for uids in lists for uid in uids} | set(catalog.open_runs("alpha"))

    def _of_starts(self, in_order: bool) -> list[str]:
        found = [f"item {uid} started {times} times" for uid, times in self.starts().items() if times > 1]
        if in_order:
            found += [f"item {uid} started past {ahead} others" for uid, ahead in _rows(_STARTS) if ahead]
        return found


def overlapping_leases() -> list[str]:
    """Give each lease that was taken from one who was alive, or out of turn."""
    found = []
    for old, new, before, after, was_alive in _rows(_LEASES):
        if new and (new, after) != (old, before):
            if old and was_alive:
                found.append(f"lease #{after} was taken while #{before} was alive")
            if after != before + 1:
                found.append(f"lease #{before} was followed by #{after}")
    return found


def told(uid: str) -> Seen:
    """Give the documents of a run as a reader sees them: ordinal, name, digest."""
    entries = catalog.documents(SYSTEM, uid, limit=10_000)
    return [(n, name, hashlib.sha256(dumps(doc)).hexdigest()) for n, name, doc in entries]


def of_run(uid: str, seen: Seen) -> list[str]:
    """Give what is wrong with one stored run, and with what readers were shown of it."""
    entries = catalog.documents(SYSTEM, uid, limit=10_000)
    names = [name for _, name, _ in entries]
    laws = {
        "what was shown is not stored": told(uid)[: len(seen)] == seen,
        "the ordinals have holes": [n for n, _, _ in entries] == list(range(len(entries))),
        "start is not once and first": names[:1] == ["start"] and names.count("start") == 1,
        "stop is not once and last": names[-1:] == ["stop"] and names.count("stop") == 1,
    }
    found = [law for law, holds in laws.items() if not holds]
    for stream, numbers in seq_nums(entries).items():
        if numbers != list(range(1, len(numbers) + 1)):
            found.append(f"seq_num of {stream} is {numbers[:5]}… of {len(numbers)}")
    return [f"run {uid}: {fault}" for fault in found]


def seq_nums(entries: list[tuple[int, str, Any]]) -> dict[str, list[int]]:
    """Give the seq_num of the events of each stream, in their order."""
    streams = {doc["uid"]: doc["name"] for _, name, doc in entries if name == "descriptor"}
    found: dict[str, list[int]] = {}
    for _, name, doc in entries:
        if name == "event":
            found.setdefault(streams[doc["descriptor"]], []).append(doc["seq_num"])
        elif name == "event_page":
            found.setdefault(streams[doc["descriptor"]], []).extend(doc["seq_num"])
    return found


@contextmanager
def written_history() -> Iterator[History]:
    """Write down what happens while the block runs, with a reader at work; the seed is printed.

    `BEAMPORT_SEED` gives the seed of an earlier run.
    """
    seed = int(os.environ.get("BEAMPORT_SEED") or random.SystemRandom().randrange(10**6))
    print(f"BEAMPORT_SEED={seed}")
    history = History(seed, random.Random(seed))
    _do(_WRITE_DOWN)
    ended = threading.Event()
    reader = threading.Thread(target=_read, args=(history, ended), name="reader", daemon=True)
    reader.start()
    try:
        yield history
    finally:
        ended.set()
        reader.join(20)
        _do(_FORGET)


def _read(history: History, ended: threading.Event) -> None:
    try:
        while not ended.wait(LOOK_S):
            try:
                history.look()
            except (DatabaseError, InterfaceError):
                connection.close()  # the database is away: a reader comes back when it is there
    finally:
        connection.close()


def _rows(query: str) -> list[tuple[Any, ...]]:
    with connection.cursor() as cursor:
        cursor.execute(query)
        rows: list[tuple[Any, ...]] = cursor.fetchall()
        return rows


def _do(statements: Iterable[str]) -> None:
    with connection.cursor() as cursor:
        for statement in statements:
            cursor.execute(statement)
