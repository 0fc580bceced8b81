"""tiled with the runs of `bench._seeded_runs` in its SQLite catalogue, in a process of its own."""

from __future__ import annotations

import contextlib
import json
import sqlite3
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

from bench import _seeded_runs as seeded

KEY = "benchmark"
_BLUESKY_RUN = json.dumps([{"name": "BlueskyRun", "version": "3.0"}])


@contextlib.contextmanager
def serving(count: int, running: Callable[..., Any]) -> Iterator[tuple[Callable[[Any], Any], float]]:
    """Fill a catalogue by SQL and serve it; give a maker of callers, and the seconds it took to fill."""
    from config.embedded import free_port

    with tempfile.TemporaryDirectory(prefix="tiled-runs-") as folder:
        path = Path(folder) / "catalog.db"
        tiled = [sys.executable, "-m", "tiled"]
        subprocess.run([*tiled, "catalog", "init", f"sqlite:///{path}"], check=True, capture_output=True)
        seconds = _fill(path, count)
        port = free_port()
        command = [*tiled, "serve", "catalog", f"sqlite:///{path}", "--api-key", KEY, "--port", str(port)]
        with (Path(folder) / "log").open("w+b") as log, running(command, port, log):
            headers = {"Authorization": f"Apikey {KEY}", "Accept": "application/json"}
            yield lambda caller: caller(port, headers), seconds


def _fill(path: Path, count: int) -> float:
    began = time.perf_counter()
    with contextlib.closing(sqlite3.connect(path)) as connection, connection:
        root = connection.execute("SELECT min(id) FROM nodes").fetchone()[0]
        columns = [row[1] for row in connection.execute("PRAGMA table_info(nodes)")]
        for n, start in enumerate(seeded.starts(count)):
            values = _node(root, start, seeded.stop_of(start, n))
            names = [name for name in values if name in columns]
            connection.execute(
                f"INSERT INTO nodes ({', '.join(names)}) VALUES ({', '.join('?' * len(names))})",
                [values[name] for name in names],
            )
    return time.perf_counter() - began


def _node(root: int, start: dict[str, Any], stop: dict[str, Any]) -> dict[str, Any]:
    return {
        "parent": root,
        "key": start["uid"],
        "structure_family": "container",
        "metadata": json.dumps({"start": start, "stop": stop}),
        "specs": _BLUESKY_RUN,
        "access_blob": "{}",
        "time_created": "2026-01-01 00:00:00",
        "time_updated": "2026-01-01 00:00:00",
    }
