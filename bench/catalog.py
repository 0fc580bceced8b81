"""Documents in, tables out: `python -m bench catalog [--events N] [--rows N] [--runs N] [--no-tiled]`.

The same documents go into the catalogue, into suitcase's files and into tiled (TiledWriter, a server of its
own with SQLite and DuckDB). A run of `--rows` events is then read over HTTP from both servers, each in a
process of its own. Search is in `bench.search`, files are in `bench.exports`.
"""

from __future__ import annotations

import argparse
import contextlib
import importlib
import logging
import os
import random
import statistics
import subprocess
import sys
import tempfile
import time
import urllib.error
import urllib.request
import warnings
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

KEYS = 10
SEED = 20260101
TIMES = 5
TILED_KEY = "benchmark"
Documents = list[tuple[str, dict[str, Any]]]


def main() -> None:
    """Print every figure."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--events", type=int, default=10_000)
    parser.add_argument("--rows", type=int, default=100_000)
    parser.add_argument("--runs", type=int, default=300)
    parser.add_argument("--no-tiled", action="store_true")
    options, _ = parser.parse_known_args()
    import tests.support.services  # noqa: F401  starts the servers before the settings are read

    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "config.settings.test")
    import django
    from django.core.management import call_command

    django.setup()
    call_command("migrate", verbosity=0, skip_checks=True)
    logging.getLogger("httpx").setLevel(logging.WARNING)
    from tests.support.catalog_runs import make_place

    place = make_place()
    with contextlib.ExitStack() as stack:
        tiled = None if options.no_tiled else stack.enter_context(_tiled())
        _ingest(place, options.events, tiled)
        _small_runs(place, options.runs, tiled)
        uid = _stored(place, list(documents(options.rows)), 3000)
        _size(uid, options.rows)
        _reading(uid, options.rows, tiled)
        _deleting(place, uid)


def documents(events: int) -> Iterator[tuple[str, dict[str, Any]]]:
    """Give a run of `events` events of 10 numbers, with timestamps of two devices."""
    from catalog.documents.compose import RunComposer

    numbers = random.Random(SEED)
    names = [f"value_{n}" for n in range(KEYS)]
    run = RunComposer({"plan_name": "bench", "num_points": events})
    yield "start", run.start
    key = {"source": "sim", "dtype": "number", "shape": []}
    stream = run.descriptor("primary", {name: dict(key) for name in names})
    yield "descriptor", stream.descriptor
    for n in range(events):
        data = {name: numbers.gauss(n, 1.0) for name in names}
        now = 1.7e9 + n * 0.01
        stamps = {name: now - numbers.random() * 0.001 * (place < 5) for place, name in enumerate(names)}
        yield "event", stream.event(data, stamps, time=now)
    yield "stop", run.stop()


def _stored(place: Any, docs: Documents, batch: int) -> str:
    from tests.support.catalog_runs import stored

    return stored(place, docs, batch=batch)


def _ingest(place: Any, events: int, tiled: Any) -> None:
    docs = list(documents(events))
    print(f"one run of {events} events of {KEYS} numbers: events/s (goal 30,000 in batches of 100 ms)")
    for batch in (3000, 1000, 100, 10):
        some = list(documents(events if batch > 10 else min(events, 1000)))
        _rate(
            f"Beamport, durable, batches of {batch}", len(some), lambda d=some, b=batch: _stored(place, d, b)
        )
    for name in ("jsonl", "msgpack"):
        _rate(f"suitcase-{name}, files", events, lambda n=name: _suitcase(n, docs))
    if tiled is not None:
        _rate("tiled, TiledWriter in batches of 10,000", events, lambda: _write(tiled, docs, 10_000))
        live = list(documents(100))
        _rate("tiled, TiledWriter live (batches of 1)", 100, lambda: _write(tiled, live, 1))


def _small_runs(place: Any, count: int, tiled: Any) -> None:
    runs = [list(documents(3)) for _ in range(count)]
    print("runs of 3 events, one after another: runs/s (goal 300)")
    _rate("Beamport, durable", count, lambda: [_stored(place, run, 100) for run in runs])
    for name in ("jsonl", "msgpack"):
        _rate(f"suitcase-{name}, files", count, lambda n=name: [_suitcase(n, run) for run in runs])
    if tiled is not None:
        _rate("tiled, TiledWriter", 10, lambda: [_write(tiled, run, 10_000) for run in runs[:10]])


def _suitcase(name: str, docs: Documents) -> None:
    with warnings.catch_warnings(), tempfile.TemporaryDirectory() as folder:
        warnings.simplefilter("ignore")
        importlib.import_module(f"suitcase.{name}").export(iter(docs), folder)


def _write(client: Any, docs: Documents, batch: int) -> str:
    from bluesky_tiled_plugins import TiledWriter

    writer = TiledWriter(client, batch_size=batch)
    for name, doc in docs:
        writer(name, doc)
    return str(docs[0][1]["uid"])


@contextlib.contextmanager
def _tiled() -> Iterator[Any]:
    """Serve an empty tiled catalogue and give a client of it."""
    from tiled.client import from_uri

    from config.embedded import free_port

    port = free_port()
    command = [sys.executable, "-m", "tiled", "serve", "catalog", "--temp"]
    with _server([*command, "--api-key", TILED_KEY, "--port", str(port)], f"http://127.0.0.1:{port}/healthz"):
        client = from_uri(f"http://127.0.0.1:{port}", api_key=TILED_KEY)
        client.bench_address = f"http://127.0.0.1:{port}/api/v1"
        yield client


@contextlib.contextmanager
def _server(command: list[str], address: str) -> Iterator[subprocess.Popen[bytes]]:
    """Start a server, wait until it answers, and end it."""
    with tempfile.TemporaryFile() as log:
        server = subprocess.Popen(command, stdout=log, stderr=log)
        try:
            _wait_for(address)
            yield server
        finally:
            server.terminate()
            server.wait()


def _wait_for(address: str) -> None:
    deadline = time.monotonic() + 180
    while time.monotonic() < deadline:
        try:
            urllib.request.urlopen(address).close()
            return
        except urllib.error.HTTPError:
            return
        except OSError:
            time.sleep(0.1)
    raise TimeoutError(address)


def _size(uid: str, rows: int) -> None:
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
    print(f"stored: {size / events:.0f} bytes an event of {KEYS} numbers (goal 200; {events} events)")


def _reading(uid: str, rows: int, tiled: Any) -> None:
    from accounts import services
    from accounts.models import User
    from accounts.selectors import actor_for_username
    from config.embedded import free_port

    User.objects.create(username="bench", is_facility_admin=True)
    key, _ = services.create_key(actor=actor_for_username("bench"), scopes=["run:export"], note="bench")
    port = free_port()
    command = [
        *(sys.executable, "-m", "uvicorn", "config.asgi:application", "--host", "127.0.0.1"),
        *("--port", str(port), "--no-access-log", "--lifespan", "off", "--log-level", "warning"),
    ]
    base = f"http://127.0.0.1:{port}/api/v1"
    theirs = _their_addresses(tiled, rows) if tiled is not None else {}
    table = f"{base}/runs/{uid}/streams/primary/table"
    ours = {
        "table, Arrow": (f"{table}?format=arrow", 0.12),
        "table, JSON": (table, 0.4),
        "one column, JSON": (f"{table}?columns=value_3", 0.05),
        "one column, Arrow": (f"{table}?columns=value_3&format=arrow", 0.05),
        "2000 points for a plot": (f"{table}?columns=value_3&points=2000", 0.05),
        "documents, JSON lines": (f"{base}/runs/{uid}/documents/lines", 2.0),
    }
    os.environ["BEAMPORT_HOSTS"] = "127.0.0.1"
    with _server(command, f"{base}/runs") as server:
        print(
            f"{rows} rows of {KEYS} numbers over HTTP, median of {TIMES} (first byte), memory of the server"
        )
        for name, (address, goal) in ours.items():
            before = _peak_mb(server.pid)
            whole, first, size = _fetched(address, f"ApiKey {key}")
            grown = _peak_mb(server.pid) - before
            line = f"  {name:24}{whole:7.3f} s ({first * 1000:4.0f} ms){size:7.1f} MB  +{grown:.0f} MB"
            line += f"  goal {goal} s {'met' if whole <= goal else 'MISSED'}"
            if name in theirs:
                peer, _, _ = _fetched(theirs[name], f"Apikey {TILED_KEY}")
                line += f"   tiled {peer:.2f} s ({peer / whole:.1f}x)"
            print(line, flush=True)


def _their_addresses(client: Any, rows: int) -> dict[str, str]:
    """Write the run into tiled and give where it serves the same."""
    uid = _write(client, list(documents(rows)), 10_000)
    base = client.bench_address
    table = f"{base}/table/full/{uid}/primary/internal"
    return {
        "table, Arrow": f"{table}?format=application/vnd.apache.arrow.file",
        "table, JSON": f"{table}?format=application/json",
        "one column, JSON": f"{table}?format=application/json&column=value_3",
        "one column, Arrow": f"{table}?format=application/vnd.apache.arrow.file&column=value_3",
        "documents, JSON lines": f"{base}/container/full/{uid}?format=application/json-seq",
    }


def _fetched(address: str, key: str) -> tuple[float, float, float]:
    """Give seconds to the end and to the first byte (medians), and MB."""
    taken = []
    for _ in range(TIMES):
        request = urllib.request.Request(address, headers={"Authorization": key})
        began = time.perf_counter()
        try:
            with urllib.request.urlopen(request) as response:
                size = len(response.read(1))
                first = time.perf_counter() - began
                while part := response.read(2**20):
                    size += len(part)
        except urllib.error.HTTPError as error:
            print(f"   {error.code}: {error.read()[:200]!r}")
            return float("nan"), float("nan"), 0.0
        taken.append((time.perf_counter() - began, first, size / 1e6))
        if taken[0][0] > 10:
            break
    return statistics.median(t[0] for t in taken), statistics.median(t[1] for t in taken), taken[0][2]


def _deleting(place: Any, uid: str) -> None:
    from catalog import services
    from tests.support.catalog_runs import SYSTEM

    began = time.perf_counter()
    told = services.delete_run(actor=SYSTEM, run_uid=uid, reason="benchmark")
    print(f"run of {told['events']} events deleted in {time.perf_counter() - began:.3f} s (goal 1 s)")


def _peak_mb(pid: int) -> float:
    """Give the most memory that a process had so far, MB."""
    for line in Path(f"/proc/{pid}/status").read_text().splitlines():
        if line.startswith("VmHWM"):
            return int(line.split()[1]) / 1024
    return 0.0


def _rate(name: str, count: int, work: Callable[[], Any]) -> None:
    began, cpu = time.perf_counter(), time.process_time()
    work()
    seconds, cpu = time.perf_counter() - began, time.process_time() - cpu
    print(f"  {name:44}{count / seconds:12,.0f}/s   ({cpu / count * 1e6:,.0f} us CPU here each)", flush=True)


if __name__ == "__main__":
    main()
