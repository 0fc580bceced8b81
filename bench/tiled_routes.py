"""The Tiled client on Beamport's routes and on a Tiled server: `python -m bench tiled_routes [--rows N]`.

Both hold the same run of `--rows` events of ten numbers; both are in a process of their own, and one client
asks them in turn. Times are those of the client's call, from the question to arrays in memory; beside them
stands what the servers took of the processor, ours with its database. The Tiled server has the exporter of
documents of bluesky-tiled-plugins. The goal is to be no slower than Tiled is at its own questions.
"""

from __future__ import annotations

import argparse
import os
import statistics
import time
from collections.abc import Callable
from typing import Any

from bench import _catalogue as shared
from bench._catalogue import Served, verdict

TIMES = 7


def main() -> None:
    """Print a line for each question, ours beside theirs."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--rows", type=int, default=20_000)  # Tiled takes 0.5 ms to store each
    options, _ = parser.parse_known_args()
    place = shared.prepare()
    from tiled.client import from_uri

    from tests.support.catalog_runs import stored

    documents = shared.documents(options.rows)
    uid = stored(place, documents, batch=3000)
    with shared.beamport() as ours, shared.tiled() as (their_client, theirs):
        shared.write_to_tiled(their_client, documents, options.rows)
        client = from_uri(f"{ours.address}/tiled", api_key=ours.key, show_progress=False)
        print(f"{options.rows} rows of {shared.KEYS} numbers through tiled.client, median of {TIMES}")
        for name, ask, times in QUESTIONS:
            mine, my_cpu = _asked(ask, client, uid, times, ours)
            peer, their_cpu = _asked(ask, their_client, uid, times, theirs)
            print(
                f"  {name:26}{mine:7.3f} s {my_cpu:6.3f} s cpu   tiled {peer:7.3f} s {their_cpu:6.3f} s cpu:"
                f" {peer / mine:.1f}x, cpu {their_cpu / my_cpu:.1f}x   goal 1x {verdict(mine <= peer)}",
                flush=True,
            )


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


def _asked(
    ask: Callable[[Any, str], None], catalog: Any, uid: str, times: int, server: Served
) -> tuple[float, float]:
    """Give the seconds of one question, the median, and those of the server's processor, the mean."""
    taken = []
    cpu = server.cpu_s()
    for _ in range(times):
        began = time.perf_counter()
        ask(catalog, uid)
        taken.append(time.perf_counter() - began)
    return statistics.median(taken), (server.cpu_s() - cpu) / times


if __name__ == "__main__":
    main()
