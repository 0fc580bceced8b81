"""The Tiled client on Beamport's routes and on a Tiled server: `python -m bench tiled_routes [--rows N]`.

Both hold the same run of `--rows` events of ten numbers; both are in a process of their own, and one client
asks them in turn. Times are those of the client's call, from the question to arrays in memory. Documents are
given by a Tiled server only where an exporter for them is configured.
"""

from __future__ import annotations

import argparse
import contextlib
import logging
import os
import statistics
import sys
import time
from collections.abc import Callable, Iterator
from typing import Any

import httpx

from bench import catalog as shared

TIMES = 7


def main() -> None:
    """Print a line for each question, ours beside theirs."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--rows", type=int, default=100_000)
    options, _ = parser.parse_known_args()
    import tests.support.services  # noqa: F401  starts the servers before the settings are read

    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "config.settings.test")
    import django
    from django.core.management import call_command

    django.setup()
    call_command("migrate", verbosity=0, skip_checks=True)
    logging.getLogger("httpx").setLevel(logging.WARNING)
    from tests.support.catalog_runs import make_place

    documents = list(shared.documents(options.rows))
    uid = shared._stored(make_place(), documents, 3000)
    with _ours() as ours, shared._tiled() as theirs:
        shared._write(theirs, documents, 10_000)
        print(f"{options.rows} rows of {shared.KEYS} numbers through tiled.client, median of {TIMES}")
        for name, ask, times in QUESTIONS:
            mine, peer = _median(ask, ours, uid, times), _median(ask, theirs, uid, times)
            print(f"  {name:34}{mine:8.3f} s   tiled {peer:8.3f} s   ({peer / mine:.1f}x)", flush=True)


@contextlib.contextmanager
def _ours() -> Iterator[Any]:
    from tiled.client import from_uri

    from accounts import services
    from accounts.models import User
    from accounts.selectors import actor_for_username
    from config.embedded import free_port

    User.objects.create(username="bench", is_facility_admin=True)
    key, _ = services.create_key(actor=actor_for_username("bench"), scopes=["run:export"], note="bench")
    os.environ["BEAMPORT_HOSTS"] = "127.0.0.1"
    port = free_port()
    command = [
        *(sys.executable, "-m", "uvicorn", "config.asgi:application", "--host", "127.0.0.1"),
        *("--port", str(port), "--no-access-log", "--lifespan", "off", "--log-level", "warning"),
    ]
    with shared._server(command, f"http://127.0.0.1:{port}/tiled/api/v1/"):
        yield from_uri(f"http://127.0.0.1:{port}/tiled", api_key=key, show_progress=False)


def _column(catalog: Any, uid: str) -> None:
    catalog[uid]["primary", "value_3"].read()


def _table(catalog: Any, uid: str) -> None:
    catalog[uid]["primary"].base["internal"].read()


def _three_columns(catalog: Any, uid: str) -> None:
    catalog[uid]["primary"].read(["value_1", "value_2", "value_3"])


def _newest(catalog: Any, uid: str) -> None:
    catalog.values().last()


def _documents(catalog: Any, uid: str) -> None:
    catalog[uid].base.export(os.devnull, format="application/json-seq")


Question = tuple[str, Callable[[Any, str], None], int]
QUESTIONS: list[Question] = [
    ("the newest run", _newest, TIMES),
    ("one column", _column, TIMES),
    ("the whole table (Arrow)", _table, TIMES),
    ("three columns as xarray", _three_columns, TIMES),
    ("all documents", _documents, 1),
]


def _median(ask: Callable[[Any, str], None], catalog: Any, uid: str, times: int) -> float:
    taken = []
    for _ in range(times):
        began = time.perf_counter()
        try:
            ask(catalog, uid)
        except httpx.HTTPStatusError:
            return float("nan")
        taken.append(time.perf_counter() - began)
    return statistics.median(taken)


if __name__ == "__main__":
    main()
