"""What the benchmarks of the catalogue share: documents, both servers, and what an answer takes."""

from __future__ import annotations

import contextlib
import gc
import json
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
from dataclasses import dataclass
from pathlib import Path
from typing import Any

KEYS = 10
SEED = 20260101
TIMES = 5
TILED_KEY = "benchmark"
_LONG_S = 10.0
_TICK = os.sysconf("SC_CLK_TCK")
Documents = list[tuple[str, dict[str, Any]]]


def prepare() -> Any:
    """Start the servers, make the tables, and give a place with one proposal."""
    import tests.support.services  # noqa: F401  starts the servers before the settings are read

    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "config.settings.test")
    os.environ["BEAMPORT_HOSTS"] = "127.0.0.1"
    import django
    from django.core.management import call_command

    django.setup()
    call_command("migrate", verbosity=0, skip_checks=True)
    for name in ("httpx", "django.request", "numexpr"):
        logging.getLogger(name).setLevel(logging.ERROR)
    from tests.support.catalog_runs import make_place

    return make_place()


def documents(events: int, start: dict[str, Any] | None = None) -> Documents:
    """Give a run of `events` events of 10 numbers, with timestamps of two devices."""
    from catalog.documents.compose import RunComposer

    numbers = random.Random(SEED)
    names = [f"value_{n}" for n in range(KEYS)]
    run = RunComposer({"plan_name": "bench", "num_points": events, **(start or {})})
    keys = {name: {"source": "sim", "dtype": "number", "shape": [], "object_name": name} for name in names}
    stream = run.descriptor("primary", keys, hints={name: {"fields": [name]} for name in names})
    made: Documents = [("start", run.start), ("descriptor", stream.descriptor)]
    for n in range(events):
        data = {name: numbers.gauss(n, 1.0) for name in names}
        now = 1.7e9 + n * 0.01
        stamps = {name: now - numbers.random() * 0.001 * (place < 5) for place, name in enumerate(names)}
        made.append(("event", stream.event(data, stamps, time=now)))
    return [*made, ("stop", run.stop())]


def set_apart() -> None:
    """Keep the collector from walking the documents at hand: they are the benchmark's, not the work's."""
    gc.collect()
    gc.freeze()


def suitcase(name: str, docs: Documents) -> None:
    """Export documents by a package of suitcase, CSV into memory: its files close too early for pandas 3."""
    import importlib

    from suitcase.utils import MemoryBuffersManager

    with warnings.catch_warnings(), tempfile.TemporaryDirectory() as folder:
        warnings.simplefilter("ignore")
        target = MemoryBuffersManager() if name == "csv" else folder
        importlib.import_module(f"suitcase.{name}").export(iter(docs), target)


def write_to_tiled(client: Any, docs: Documents, batch: int) -> str:
    """Write a run by the writer of bluesky-tiled-plugins; give its uid."""
    from bluesky_tiled_plugins import TiledWriter

    writer = TiledWriter(client, batch_size=batch)
    for name, doc in docs:
        writer(name, doc)
    return str(docs[0][1]["uid"])


@dataclass(frozen=True)
class Served:
    """A server: where its routes are, a key that lets one in, and its processes."""

    address: str
    key: str
    roots: list[int]

    def cpu_s(self) -> float:
        """Give the processor time of its processes so far, s."""
        return sum(map(cpu_of, self.roots))

    def peak_mb(self) -> float:
        """Give the most memory that its process had so far, MB."""
        for line in Path(f"/proc/{self.roots[0]}/status").read_text().splitlines():
            if line.startswith("VmHWM"):
                return int(line.split()[1]) / 1024
        return 0.0


@contextlib.contextmanager
def beamport() -> Iterator[Served]:
    """Serve the catalogue, with a key that may read and export."""
    from accounts import services
    from accounts.models import User
    from accounts.selectors import actor_for_username
    from config.embedded import free_port

    User.objects.get_or_create(username="bench", is_facility_admin=True)
    key, _ = services.create_key(actor=actor_for_username("bench"), scopes=["run:export"], note="bench")
    port = free_port()
    command = [
        *(sys.executable, "-m", "uvicorn", "config.asgi:application", "--host", "127.0.0.1"),
        *("--port", str(port), "--no-access-log", "--lifespan", "off", "--log-level", "warning"),
    ]
    base = f"http://127.0.0.1:{port}"
    with _server(command, f"{base}/api/v1/runs") as pid:
        yield Served(base, key, [pid, database_pid()])


@contextlib.contextmanager
def tiled() -> Iterator[tuple[Any, Served]]:
    """Serve an empty catalogue in SQLite and DuckDB, with the exporter of documents; give a client."""
    from tiled.client import from_uri

    from config.embedded import free_port

    port = free_port()
    base = f"http://127.0.0.1:{port}"
    with tempfile.TemporaryDirectory(prefix="bench-tiled-") as folder:
        config = Path(folder) / "config.yml"
        config.write_text(json.dumps(_tiled_config(folder)))
        command = [sys.executable, "-m", "tiled", "serve", "config", str(config), "--port", str(port)]
        with _server(command, f"{base}/healthz") as pid:
            client = from_uri(base, api_key=TILED_KEY, show_progress=False)
            yield client, Served(f"{base}/api/v1", TILED_KEY, [pid])


def _tiled_config(folder: str) -> dict[str, Any]:
    arguments = {
        "uri": f"sqlite:///{folder}/catalog.db",
        "writable_storage": [f"file://localhost{folder}/data", f"duckdb:///{folder}/tables.duckdb"],
        "init_if_not_exists": True,
    }
    exporter = "bluesky_tiled_plugins.exporters:json_seq_exporter"
    return {
        "trees": [{"path": "/", "tree": "catalog", "args": arguments}],
        "authentication": {"single_user_api_key": TILED_KEY},
        "media_types": {"BlueskyRun": {"application/json-seq": exporter}},
    }


@contextlib.contextmanager
def _server(command: list[str], address: str) -> Iterator[int]:
    """Start a server, wait until it answers, and end it."""
    with tempfile.TemporaryFile() as log:
        server = subprocess.Popen(command, stdout=log, stderr=log)
        try:
            _wait_for(address, server)
            yield server.pid
        finally:
            server.terminate()
            server.wait()
            log.seek(0)
            if server.returncode > 0:
                print(log.read()[-2000:].decode())


def _wait_for(address: str, server: subprocess.Popen[bytes]) -> None:
    deadline = time.monotonic() + 180
    while time.monotonic() < deadline and server.poll() is None:
        try:
            urllib.request.urlopen(address).close()
            return
        except urllib.error.HTTPError:
            return
        except OSError:
            time.sleep(0.1)
    raise TimeoutError(address)


@dataclass(frozen=True)
class Fetched:
    """What an address takes.

    Attributes
    ----------
    whole, first
        Seconds to the end and to the first byte, medians.
    cpu
        Seconds of the processor that the server took for one, the mean.
    size
        MB of one answer.
    """

    whole: float
    first: float
    cpu: float
    size: float


def fetched(server: Served, path: str, times: int = TIMES) -> Fetched:
    """Fetch an address some times, a slow one once."""
    rows: list[tuple[float, float, float]] = []
    cpu = server.cpu_s()
    while len(rows) < times and not (rows and rows[0][0] > _LONG_S):
        rows.append(_fetched_once(server, path))
    cpu = (server.cpu_s() - cpu) / len(rows)
    whole, first, size = map(statistics.median, zip(*rows, strict=True))
    return Fetched(whole, first, cpu, size)


def _fetched_once(server: Served, path: str) -> tuple[float, float, float]:
    request = urllib.request.Request(server.address + path, headers={"Authorization": f"Apikey {server.key}"})
    began = time.perf_counter()
    with urllib.request.urlopen(request) as response:
        size = len(response.read(1))
        first = time.perf_counter() - began
        while part := response.read(2**20):
            size += len(part)
    return time.perf_counter() - began, first, size / 1e6


def database_pid() -> int:
    """Give the process of the database server that `prepare` started."""
    return int(next(Path(os.environ["BEAMPORT_VAR"]).rglob("postmaster.pid")).read_text().split()[0])


def cpu_of(root: int) -> float:
    """Give the processor time of a process and of its children, living or not, s."""
    own = _times(root)
    living = [_times(int(path.name)) for path in Path("/proc").iterdir() if path.name.isdigit()]
    return (sum(own[1:]) + sum(sum(row[1:]) for row in living if row[0] == root)) / _TICK


def _times(pid: int) -> tuple[int, int, int, int, int]:
    """Give the parent of a process, and the ticks of itself and its ended children, user and system."""
    try:
        fields = Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()
    except OSError:
        return 0, 0, 0, 0, 0
    return int(fields[1]), int(fields[11]), int(fields[12]), int(fields[13]), int(fields[14])


def rate(count: int, work: Callable[[], Any]) -> tuple[float, float]:
    """Give how many a second, and what each took of the processor here and in the database, us."""
    database = database_pid()
    began, cpu = time.perf_counter(), time.process_time() + cpu_of(database)
    work()
    seconds = time.perf_counter() - began
    return count / seconds, (time.process_time() + cpu_of(database) - cpu) / count * 1e6


def verdict(is_met: bool) -> str:
    """Say whether a goal was met, for the end of a row."""
    return "met" if is_met else "MISSED"
