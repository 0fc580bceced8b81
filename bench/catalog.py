"""Documents in, tables out: `python -m bench catalog [--events N] [--rows N] [--runs N] [--no-tiled]`.

The same documents go into the catalogue, into suitcase's files and into tiled (TiledWriter, a server of its
own with SQLite and DuckDB). A run of `--rows` events is then read over HTTP from both servers, each in a
process of its own. Beside each time stands what it took of the processor, which other work on the machine
changes less. Search is in `bench.search`, files are in `bench.exports`.
"""

from __future__ import annotations

import argparse
import contextlib
import itertools
import tempfile
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

from bench import _catalogue as shared
from bench._catalogue import Documents, Fetched, Served, documents, verdict

EVENTS_GOAL, RUNS_GOAL, BYTES_GOAL, DELETE_GOAL_S = 30_000, 300, 200, 1.0
FIRST_GOAL_S = 0.05
AT_ONCE = 3000  # documents that come in 0.1 s at the rate of the goal
RUNS_AT_ONCE = 15  # runs that come in 50 ms at the rate of the goal


def main() -> None:
    """Print every figure."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--events", type=int, default=10_000)
    parser.add_argument("--rows", type=int, default=100_000)
    parser.add_argument("--runs", type=int, default=300)
    parser.add_argument("--no-tiled", action="store_true")
    options, _ = parser.parse_known_args()
    place = shared.prepare()
    with contextlib.ExitStack() as stack:
        tiled = None if options.no_tiled else stack.enter_context(shared.tiled())
        _ingest(place, options.events, tiled)
        _small_runs(place, options.runs, tiled)
        uid = _stored(place, documents(options.rows), AT_ONCE)
        _size()
        with shared.beamport() as ours:
            _reading(uid, options.rows, ours, tiled)
        _deleting(uid)


def _ingest(place: Any, events: int, tiled: Any) -> None:
    _stored(place, documents(100), 10)
    print(f"one run of {events} events of {shared.KEYS} numbers: events/s")
    with _apart(documents(events)) as docs:
        for batch, goal in ((AT_ONCE, EVENTS_GOAL), (1000, 0), (100, 0)):
            _row(
                f"Beamport, batches of {batch}",
                events,
                lambda b=batch: _stored(place, docs, b, anew=True),
                goal,
            )
        _row("Beamport, journalled and shipped", events, lambda: _journalled(place, [docs]), EVENTS_GOAL)
        for name in ("jsonl", "msgpack"):
            _row(f"suitcase-{name}, files", events, lambda n=name: shared.suitcase(n, docs))
        if tiled is not None:
            _row("tiled, batches of 10,000", events, lambda: shared.write_to_tiled(tiled[0], docs, 10_000))
    if tiled is not None:
        live = documents(100)
        _row("tiled, live (batches of 1)", 100, lambda: shared.write_to_tiled(tiled[0], live, 1))


def _small_runs(place: Any, count: int, tiled: Any) -> None:
    print("runs of 3 events: runs/s")
    with _apart([documents(3) for _ in range(count)]) as runs:
        _row("Beamport, each alone", count, lambda: [_stored(place, run, 100) for run in runs], RUNS_GOAL)
        _row(
            f"Beamport, {RUNS_AT_ONCE} in a batch",
            count,
            lambda: [_stored_together(place, some) for some in _cut(map(_again, runs), RUNS_AT_ONCE)],
            RUNS_GOAL,
        )
        _row("Beamport, journalled and shipped", count, lambda: _journalled(place, runs), RUNS_GOAL)
        for name in ("jsonl", "msgpack"):
            _row(f"suitcase-{name}, files", count, lambda n=name: [shared.suitcase(n, run) for run in runs])
        if tiled is not None:
            _row("tiled", 10, lambda: [shared.write_to_tiled(tiled[0], run, 10_000) for run in runs[:10]])


@contextlib.contextmanager
def _apart(made: Any) -> Iterator[Any]:
    shared.set_apart()
    yield made


def _cut(runs: Iterator[Documents], size: int) -> Iterator[list[Documents]]:
    while some := list(itertools.islice(runs, size)):
        yield some


def _again(docs: Documents) -> Documents:
    """Give a run once more under a uid of its own, so that the catalogue takes it for another."""
    from uuid import uuid4

    start, descriptor, *events, stop = (doc for _, doc in docs)
    run, stream = str(uuid4()), str(uuid4())
    made: Documents = [("start", {**start, "uid": run})]
    made.append(("descriptor", {**descriptor, "uid": stream, "run_start": run}))
    made += [("event", {**event, "descriptor": stream}) for event in events]
    return [*made, ("stop", {**stop, "run_start": run})]


def _stored(place: Any, docs: Documents, batch: int, *, anew: bool = False) -> str:
    from tests.support.catalog_runs import stored

    return stored(place, _again(docs) if anew else docs, batch=batch)


def _stored_together(place: Any, runs: list[Documents]) -> None:
    from tests.support.catalog_runs import keep, records_of

    keep(place, [record for run in runs for record in records_of(run)])


def _journalled(place: Any, runs: list[Documents]) -> None:
    """Journal runs as the engine's first subscriber does, while the shipper stores them."""
    from accounts.actor import worker_actor
    from acquisition.queue import leases
    from acquisition.worker.journal import Header
    from acquisition.worker.recorder import Recorder
    from acquisition.worker.shipper import Shipper

    worker = worker_actor(place.beamline)
    grant = leases.acquire(actor=worker, beamline=place.beamline, holder="bench")
    assert grant is not None
    with tempfile.TemporaryDirectory(prefix="bench-journal-") as name:
        ships = Shipper(Path(name), actor=worker, grant=grant, on_trouble=print)
        record = Recorder(
            Path(name),
            origin=lambda run: Header(run, place.beamline, place.proposal, "ada", None),
            on_record=lambda run, ordinal, name, doc: ships.wake(hurry=name == "stop"),
            on_stall=print,
        )
        ships.start()
        for number, (kind, doc) in enumerate(doc for run in runs for doc in _again(run)):
            record(kind, doc)
            if number % 1000 == 0:
                leases.renew(grant, revive=True)
        while not ships.drain(0.5):
            leases.renew(grant, revive=True)
        ships.stop()
        record.close()
    leases.release(grant)


def _row(name: str, count: int, work: Callable[[], Any], goal: int = 0) -> None:
    rate, cpu = shared.rate(count, work)
    line = f"  {name:36}{rate:10,.0f}/s   {cpu:8,.0f} us of the processor each: {1e6 / cpu:8,.0f}/s at most"
    print(line + (f"   goal {goal:,} {verdict(rate >= goal)}" if goal else ""), flush=True)


def _size() -> None:
    from django.db import connection

    from catalog.models import EventPage

    with connection.cursor() as cursor:
        cursor.execute("VACUUM FULL catalog_eventpage")
        cursor.execute("VACUUM FULL catalog_eventcolumn")
        cursor.execute(
            "SELECT sum(pg_total_relation_size(name::regclass)) FROM unnest(%s) AS name",
            [["catalog_eventpage", "catalog_eventcolumn"]],
        )
        size = cursor.fetchone()[0]
    events = sum(EventPage.objects.values_list("size", flat=True))
    each = size / events
    print(
        f"stored: {each:.0f} bytes an event of {shared.KEYS} numbers, {events} events"
        f"   goal {BYTES_GOAL} {verdict(each <= BYTES_GOAL)}"
    )


def _reading(uid: str, rows: int, ours: Served, tiled: Any) -> None:
    theirs = _their_paths(tiled[0], rows) if tiled is not None else {}
    table, run = f"/api/v1/runs/{uid}/streams/primary/table", f"/api/v1/runs/{uid}"
    asked = {
        "table, Arrow": (f"{table}?format=arrow", 0.12, FIRST_GOAL_S),
        "table, CSV": (f"{run}/export/csv", 0.4, FIRST_GOAL_S),
        "table, JSON": (table, 0.4, FIRST_GOAL_S),
        "one column, JSON": (f"{table}?columns=value_3", 0.05, FIRST_GOAL_S),
        "one column, Arrow": (f"{table}?columns=value_3&format=arrow", 0.05, FIRST_GOAL_S),
        "2000 points for a plot": (f"{table}?columns=value_3&points=2000", 0.05, FIRST_GOAL_S),
        "documents, JSON lines": (f"{run}/documents/lines", 2.0, 0.1),
        "documents, msgpack": (f"{run}/export/msgpack", 2.0, 0.1),
    }
    print(f"{rows} rows over HTTP, median of {shared.TIMES} (first byte), processor, memory of the server")
    for path, _, _ in asked.values():  # modules and plans that the first request of a kind brings in
        shared.fetched(ours, path, times=1)
    for name, (path, goal, first_goal) in asked.items():
        before = ours.peak_mb()
        mine = shared.fetched(ours, path)
        is_met = mine.whole <= goal and mine.first <= first_goal
        line = (
            f"  {name:23}{_told(mine)} {mine.size:5.1f} MB +{ours.peak_mb() - before:.0f} MB"
            f"   goal {goal} s ({first_goal * 1e3:.0f} ms) {verdict(is_met)}"
        )
        if name in theirs:
            peer = shared.fetched(tiled[1], theirs[name])
            line += f"   tiled {_told(peer)}: {peer.whole / mine.whole:.1f}x, cpu {peer.cpu / mine.cpu:.1f}x"
        print(line, flush=True)


def _told(found: Fetched) -> str:
    return f"{found.whole:7.3f} s ({found.first * 1e3:4.0f} ms) {found.cpu:6.3f} s cpu"


def _their_paths(client: Any, rows: int) -> dict[str, str]:
    """Write the run into tiled and give where it serves the same."""
    uid = shared.write_to_tiled(client, documents(rows), rows)
    table, arrow = f"/table/full/{uid}/primary/internal", "application/vnd.apache.arrow.file"
    return {
        "table, Arrow": f"{table}?format={arrow}",
        "table, CSV": f"{table}?format=text/csv",
        "table, JSON": f"{table}?format=application/json",
        "one column, JSON": f"{table}?format=application/json&column=value_3",
        "one column, Arrow": f"{table}?format={arrow}&column=value_3",
        "documents, JSON lines": f"/container/full/{uid}?format=application/json-seq",
    }


def _deleting(uid: str) -> None:
    from catalog import services
    from tests.support.catalog_runs import SYSTEM

    began = time.perf_counter()
    told = services.delete_run(actor=SYSTEM, run_uid=uid, reason="benchmark")
    taken = time.perf_counter() - began
    print(
        f"run of {told['events']} events deleted in {taken:.3f} s"
        f"   goal {DELETE_GOAL_S:.0f} s {verdict(taken <= DELETE_GOAL_S)}"
    )


if __name__ == "__main__":
    main()
