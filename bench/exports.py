"""Exports beside suitcase, and a large run over HTTP: `python -m bench exports [--events N] [--rows N]`.

Both read the same documents of the same run in the same process; ours also out of the catalogue. The run over
HTTP comes from a server process of its own, whose memory is watched.
"""

from __future__ import annotations

import argparse
import io
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
GOALS = {"csv": 100_000, "jsonl": 150_000, "msgpack": 150_000, "spec": 100_000}
PEERS = {"csv": "csv", "jsonl": "jsonl", "msgpack": "msgpack", "spec": "specfile"}


def main() -> None:
    """Print every figure."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--events", type=int, default=10_000)
    parser.add_argument("--rows", type=int, default=100_000)
    options, _ = parser.parse_known_args()
    import tests.support.services  # noqa: F401  starts the servers before the settings are read

    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "config.settings.test")
    import django
    from django.core.management import call_command

    django.setup()
    call_command("migrate", verbosity=0)
    from tests.support.catalog_runs import make_place, stored

    place = make_place()
    documents = list(_documents(options.events))
    _beside_suitcase(documents, stored(place, documents, batch=1000))
    _others(documents)
    _over_http(stored(place, _documents(options.rows), batch=5000), options.rows)


def _documents(events: int) -> Iterator[tuple[str, dict[str, Any]]]:
    from catalog.documents.compose import RunComposer

    numbers = random.Random(SEED)
    names = [f"value_{n}" for n in range(KEYS)]
    start = {
        "plan_name": "scan",
        "scan_id": 1,
        "num_points": events,
        "motors": ["value_0"],
        "detectors": ["value_1"],
        "plan_args": {"args": ["value_0", 0, 1], "num": events},
        "hints": {"dimensions": [[["value_0"], "primary"]]},
    }
    run = RunComposer(start)
    yield "start", run.start
    keys = {name: {"source": "sim", "dtype": "number", "shape": [], "object_name": name} for name in names}
    stream = run.descriptor("primary", keys, hints={name: {"fields": [name]} for name in names})
    yield "descriptor", stream.descriptor
    for n in range(events):
        data = {name: numbers.gauss(n, 1.0) for name in names}
        now = 1.7e9 + n * 0.01
        yield "event", stream.event(data, dict.fromkeys(names, now), time=now)
    yield "stop", run.stop()


def _beside_suitcase(documents: list[Any], uid: str) -> None:
    from catalog.export import DocumentsRun, export, exporter
    from catalog.export.stored import StoredRun
    from tests.support.catalog_runs import SYSTEM

    events = len(documents) - 3
    print(
        f"{events} events of {KEYS} numbers, median of {TIMES}: rows a CPU second; catalogue: rows a second"
    )
    print(f"{'format':9}{'documents':>12}{'catalogue':>12}{'suitcase':>12}{'ratio':>8}{'goal':>10}")
    for name, goal in GOALS.items():
        chosen = exporter(name)
        ours = _rate(
            events, lambda c=chosen: export(c, DocumentsRun(documents), io.BytesIO()), time.process_time
        )
        kept = _rate(events, lambda c=chosen: export(c, StoredRun(SYSTEM, uid), io.BytesIO()))
        peer = _suitcase(PEERS[name], documents, events)
        ratio = f"{ours / peer:7.1f}x" if peer else "   (it fails)"
        met = "met" if min(ours, kept) >= goal else "MISSED"
        print(f"{name:9}{ours:12,.0f}{kept:12,.0f}{peer:12,.0f}{ratio:>8}{goal:10,} {met}", flush=True)


def _suitcase(name: str, documents: list[Any], events: int) -> float:
    """Give the rows a second of a suitcase package; 0 if it fails, which it says."""
    import importlib

    def work() -> None:
        with tempfile.TemporaryDirectory() as folder:
            module.export(iter(documents), folder)

    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        try:
            module = importlib.import_module(f"suitcase.{name}")
            return _rate(events, work, time.process_time)
        except Exception as error:  # noqa: BLE001  a peer may fail in any way
            print(f"   suitcase-{name} fails: {type(error).__name__}: {str(error)[:90]}")
            return 0.0


def _others(documents: list[Any]) -> None:
    from catalog.export import DocumentsRun, export, exporters

    events = len(documents) - 3
    run = DocumentsRun(documents)
    print("the other formats, rows/s of documents at hand")
    for name, chosen in exporters().items():
        if name in GOALS or "tiff" in name or name == "json":
            continue
        options = (
            {"energy": "value_0", "element": "Fe", "edge": "K", "d_spacing": 3.1} if name == "xdi" else {}
        )
        rate = _rate(events, lambda c=chosen, o=options: export(c, run, io.BytesIO(), o), times=1)
        print(f"  {name:12}{rate:12,.0f}", flush=True)


def _over_http(uid: str, rows: int) -> None:
    from accounts import services
    from accounts.models import User
    from accounts.selectors import actor_for_username
    from config.embedded import free_port

    User.objects.create(username="bench", is_facility_admin=True)
    text, _ = services.create_key(actor=actor_for_username("bench"), scopes=["run:export"], note="bench")
    port = free_port()
    command = [
        *(sys.executable, "-m", "uvicorn", "config.asgi:application", "--host", "127.0.0.1"),
        *("--port", str(port), "--no-access-log", "--lifespan", "off", "--log-level", "warning"),
    ]
    server = subprocess.Popen(command, env={**os.environ, "BEAMPORT_HOSTS": "127.0.0.1"})
    try:
        address = f"http://127.0.0.1:{port}/api/v1/runs/{uid}/export/"
        _wait_for(f"http://127.0.0.1:{port}/api/v1/exports/formats")
        print(
            f"{rows} rows of {KEYS} numbers over HTTP: whole, first byte (median of {TIMES}); server's memory"
        )
        for name in ("csv", "jsonl", "msgpack", "arrow"):
            before = _peak_mb(server.pid)
            taken = [_fetch(address + name, text) for _ in range(TIMES)]
            whole = statistics.median(seconds for seconds, _, _ in taken)
            first = statistics.median(seconds for _, seconds, _ in taken)
            grown = _peak_mb(server.pid) - before
            size = taken[0][2] / 2**20
            print(
                f"  {name:9}{whole:7.2f} s{first * 1000:8.0f} ms{size:8.1f} MB, peak memory +{grown:.0f} MB",
                flush=True,
            )
    finally:
        server.terminate()
        server.wait()


def _fetch(address: str, key: str) -> tuple[float, float, int]:
    request = urllib.request.Request(address, headers={"Authorization": f"ApiKey {key}"})
    began, size = time.perf_counter(), 0
    with urllib.request.urlopen(request) as response:
        size += len(response.read(1))
        first = time.perf_counter() - began
        while part := response.read(2**20):
            size += len(part)
    return time.perf_counter() - began, first, size


def _wait_for(address: str) -> None:
    deadline = time.monotonic() + 30
    while time.monotonic() < deadline:
        try:
            urllib.request.urlopen(address).close()
            return
        except urllib.error.HTTPError:
            return
        except OSError:
            time.sleep(0.1)
    raise TimeoutError(address)


def _peak_mb(pid: int) -> float:
    """Give the most memory that a process had so far, MB."""
    for line in Path(f"/proc/{pid}/status").read_text().splitlines():
        if line.startswith("VmHWM"):
            return int(line.split()[1]) / 1024
    return 0.0


def _rate(
    count: int,
    work: Callable[[], Any],
    clock: Callable[[], float] = time.perf_counter,
    times: int = TIMES,
) -> float:
    taken = []
    for _ in range(times):
        began = clock()
        work()
        taken.append(clock() - began)
    return count / statistics.median(taken)


if __name__ == "__main__":
    main()
