"""Ingest, reading, export and search of the catalogue: `python -m bench.catalog [--events N] [--runs N]`.

Starts its own PostgreSQL, fills it from a seeded generator, and prints rates and times.
"""

from __future__ import annotations

import argparse
import os
import random
import statistics
import time
from collections.abc import Callable, Iterator
from typing import Any

KEYS = 10
SAMPLES = ("LaB6", "Fe2O3", "CeO2", "Si640d", "glassy carbon", "lysozyme", "kapton", "empty")
PLANS = ("scan", "count", "grid_scan", "fly", "list_scan", "rel_scan", "spiral", "tune")
SEED = 20260101


def main() -> None:
    """Print every figure."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--events", type=int, default=100_000)
    parser.add_argument("--runs", type=int, default=20_000)
    options, _ = parser.parse_known_args()
    import tests.support.services  # noqa: F401  starts the servers before the settings are read

    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "config.settings.test")
    import django
    from django.core.management import call_command

    django.setup()
    call_command("migrate", verbosity=0)
    place = _place()
    _ingest_and_read(place, options.events)
    _small_runs(place, 200)
    _search(place, options.runs)


def _place() -> Any:
    from tests.support.catalog_runs import make_place

    return make_place()


def _documents(events: int) -> Iterator[tuple[str, dict[str, Any]]]:
    from catalog.documents.compose import RunComposer

    numbers = random.Random(SEED)
    key = {"source": "sim", "dtype": "number", "shape": []}
    names = [f"value_{n}" for n in range(KEYS)]
    run = RunComposer({"plan_name": "bench", "num_points": events})
    yield "start", run.start
    stream = run.descriptor("primary", dict.fromkeys(names, key))
    yield "descriptor", stream.descriptor
    for n in range(events):
        data = {name: numbers.gauss(n, 1.0) for name in names}
        now = 1.7e9 + n * 0.01
        yield "event", stream.event(data, dict.fromkeys(names, now), time=now)
    yield "stop", run.stop()


def _ingest_and_read(place: Any, events: int) -> None:
    from catalog import selectors
    from catalog.api.streaming import _pieces
    from catalog.export import csv_table, json_lines
    from catalog.models import EventPage
    from tests.support.catalog_runs import SYSTEM, keep, records_of

    records = records_of(_documents(events))
    for batch in (100, 1000):
        some = records[: min(events, 20_000)] if batch == 100 else records
        if batch == 100:
            some = records_of(_documents(min(events, 20_000)))
        started = time.perf_counter()
        for first in range(0, len(some), batch):
            keep(place, some[first : first + batch])
        _rate(
            f"ingest, batches of {batch}, a commit each", len(some), time.perf_counter() - started, "events/s"
        )
    uid = records[0].run
    pages = EventPage.objects.filter(run__uid=uid)
    print(f"pages of the large run: {pages.count()}")
    for name, work in {
        "table, all columns": lambda: selectors.table(SYSTEM, uid, "primary"),
        "table, one column": lambda: selectors.table(SYSTEM, uid, "primary", columns=["value_3"]),
        "documents read": lambda: _drain(selectors.iter_documents(SYSTEM, uid)),
        "export JSON lines": lambda: _drain(_pieces(json_lines(selectors.iter_encoded(SYSTEM, uid)))),
        "export CSV": lambda: _drain(
            _pieces(
                csv_table(
                    selectors.iter_slices(SYSTEM, uid, "primary", as_written=True),
                    uid=uid,
                    stream="primary",
                    columns=list(selectors.data_keys(SYSTEM, uid, "primary")),
                )
            )
        ),
    }.items():
        started = time.perf_counter()
        work()
        _rate(name, events, time.perf_counter() - started, "events/s")


def _small_runs(place: Any, count: int) -> None:
    from tests.support.catalog_runs import keep, records_of, scan

    runs = [records_of(scan(3)) for _ in range(count)]
    started = time.perf_counter()
    for records in runs:
        keep(place, records)
    _rate("runs of 3 events, a commit each", count, time.perf_counter() - started, "runs/s")


def _search(place: Any, runs: int) -> None:
    from django.db import connection

    from catalog import selectors
    from catalog.models import Run
    from catalog.queries import RunQuery
    from catalog.search import run_query
    from tests.support.catalog_runs import SYSTEM

    _fill(place, runs)
    with connection.cursor() as cursor:
        cursor.execute("ANALYZE")
    uid = Run.objects.order_by("pk")[runs // 2].uid
    scan_id = runs // 3
    print(f"search over {Run.objects.count()} runs, 20 results a page, p50 and p95 of 30:")
    for text in (
        "",
        "plan:scan",
        "plan:scan since:1970-01-10 until:1970-01-11",
        f"scan_id:{scan_id}",
        f"uid:{uid[:8]}",
        "sample:LaB6",
        f"rare_{scan_id}",
        "lysozyme powder",
        "powd",
        "temperature:300",
        "-sample:LaB6 plan:count",
        "nothingtobefound",
    ):
        _times(
            text or "latest",
            lambda text=text: selectors.runs(SYSTEM, run_query(text, query=RunQuery(limit=20))),
        )
    _times("latest, as a member", lambda: selectors.runs(place.member, RunQuery(limit=20)))
    _times("facets", lambda: selectors.facets(SYSTEM, RunQuery()))


def _fill(place: Any, count: int) -> None:
    from accounts.models import Beamline
    from catalog.documents.compose import new_uid
    from catalog.ingest.records import Record
    from catalog.ingest.rows import Place, new_run
    from catalog.models import Run

    numbers = random.Random(SEED)
    here = Place(place.origin, Beamline.objects.get(name=place.beamline).pk, place.proposal_id)
    started = time.perf_counter()
    rows = []
    for n in range(count):
        uid = new_uid()
        start = {
            "uid": uid,
            "time": n * 60.0,
            "scan_id": n,
            "plan_name": numbers.choice(PLANS),
            "sample": numbers.choice(SAMPLES),
            "note": f"rare_{n} {numbers.choice(('powder', 'crystal', 'film'))}",
            "temperature": numbers.randrange(80, 600),
            "motors": ["sx", "sy"][: numbers.randrange(3)],
            "detectors": ["det"],
        }
        row = new_run(here, Record(uid, 0, "start", start))
        row.exit_status = numbers.choice(("success", "success", "fail", "abort"))
        rows.append(row)
        if len(rows) == 1000 or n == count - 1:
            Run.objects.bulk_create(rows)
            rows = []
    _rate("generated runs", count, time.perf_counter() - started, "runs/s")


def _drain(items: Any) -> None:
    for _ in items:
        pass


def _rate(name: str, count: int, seconds: float, unit: str) -> None:
    print(f"{name:45} {count / seconds:>12,.0f} {unit}   ({seconds:.2f} s)", flush=True)


def _times(name: str, work: Callable[[], Any]) -> None:
    taken = []
    for _ in range(30):
        started = time.perf_counter()
        work()
        taken.append((time.perf_counter() - started) * 1000)
    taken.sort()
    print(f"  {name:45} {statistics.median(taken):8.1f} ms {taken[28]:8.1f} ms", flush=True)


if __name__ == "__main__":
    main()
