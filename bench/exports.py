"""Exports beside suitcase: `python -m bench exports [--events N]`.

Both read the same documents of the same run in the same process, ours also out of the catalogue. The clock is
the processor's, that of the database with it, which other work on the machine changes less than the hands of
the clock; the goal is held against it. The same over HTTP is in `bench.catalog`.
"""

from __future__ import annotations

import argparse
import io
import statistics
from collections.abc import Callable
from typing import Any

from bench import _catalogue as shared
from bench._catalogue import Documents, verdict

GOALS = {"csv": 100_000, "jsonl": 150_000, "msgpack": 150_000, "spec": 100_000}
PEERS = {"csv": "csv", "jsonl": "jsonl", "msgpack": "msgpack", "spec": "specfile"}
SLOW_US = 2e6
START = {
    "plan_name": "scan",
    "scan_id": 1,
    "motors": ["value_0"],
    "detectors": ["value_1"],
    "hints": {"dimensions": [[["value_0"], "primary"]]},
}
OPTIONS = {"xdi": {"energy": "value_0", "element": "Fe", "edge": "K", "d_spacing": 3.1}}


def main() -> None:
    """Print every figure."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--events", type=int, default=10_000)
    options, _ = parser.parse_known_args()
    place = shared.prepare()
    from tests.support.catalog_runs import stored

    plan_args = {"args": ["value_0", 0, 1], "num": options.events}
    documents = shared.documents(options.events, {**START, "plan_args": plan_args})
    uid = stored(place, documents, batch=1000)
    shared.set_apart()
    _beside_suitcase(documents, uid)
    _others(documents)


def _beside_suitcase(documents: Documents, uid: str) -> None:
    from catalog.export import DocumentsRun, export, exporter
    from catalog.export.stored import StoredRun
    from tests.support.catalog_runs import SYSTEM

    events = len(documents) - 3
    print(f"{events} events of {shared.KEYS} numbers: rows a CPU second, median of {shared.TIMES}")
    print(f"{'format':9}{'documents':>12}{'suitcase':>12}{'ratio':>8}{'catalogue':>12}{'goal':>10}")
    for name, goal in GOALS.items():
        chosen = exporter(name)
        run = DocumentsRun(documents)
        ours = _rate(events, lambda c=chosen, r=run: export(c, r, io.BytesIO()))
        kept = _rate(events, lambda c=chosen: export(c, StoredRun(SYSTEM, uid), io.BytesIO()))
        peer = _rate(events, lambda n=PEERS[name]: shared.suitcase(n, documents))
        print(
            f"{name:9}{ours:12,.0f}{peer:12,.0f}{ours / peer:7.1f}x{kept:12,.0f}{goal:10,}"
            f" {verdict(min(ours, kept) >= goal)}",
            flush=True,
        )


def _others(documents: Documents) -> None:
    from catalog.export import DocumentsRun, export, exporters

    run = DocumentsRun(documents)
    print("the other formats, of documents at hand")
    for name, chosen in exporters().items():
        if name in GOALS or "tiff" in name or name == "json":
            continue
        options = OPTIONS.get(name, {})
        rate = _rate(len(documents) - 3, lambda c=chosen, o=options: export(c, run, io.BytesIO(), o), times=1)
        print(f"  {name:12}{rate:12,.0f}", flush=True)


def _rate(count: int, work: Callable[[], Any], times: int = shared.TIMES) -> float:
    """Give how many a second of the processor, here and in the database; what is slow is done once."""
    taken = [shared.rate(count, work)[1]]
    if taken[0] * count < SLOW_US:
        taken += [shared.rate(count, work)[1] for _ in range(times - 1)]
    return 1e6 / statistics.median(taken)


if __name__ == "__main__":
    main()
