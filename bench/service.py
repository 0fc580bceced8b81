"""The RunEngine as a service, ours and bluesky-queueserver: `python -m bench.service [--items N]`.

Both serve one soft axis; both are asked over HTTP. Printed: start of the service, opening of the environment,
adding items one by one and as a batch, status for one client and for sixteen, trivial plans a second through
the queue with the pause between two runs, and how long a pause takes until the service says so.
"""

from __future__ import annotations

import argparse
import itertools
import statistics
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any

import httpx

BATCH = 5_000
STATUS_S = 3.0
CLIENTS = 16
GOALS = {
    "first start, with all tables, s": "",
    "start of the service, s": "<= 5",
    "environment open, s": "<= 3",
    "items added one by one, 1/s": ">= 100",
    f"batch of {BATCH}, s": "<= 4",
    "status, one client, p50 ms": "<= 5",
    f"status, {CLIENTS} clients, req/s": ">= 300",
    "trivial plans, 1/s": ">= 20",
    "between two runs, p50 ms": "<= 30",
    "between two runs, p95 ms": "<= 60",
    "pause asked for and taken, p50 ms": "",
    "pause stands, p50 ms": "<= 50 p95",
    "pause stands, p95 ms": "<= 50",
}

Figures = dict[str, float]


@dataclass(frozen=True, slots=True)
class Service:
    """How to speak to one of the two.

    Parameters
    ----------
    client
        Makes an HTTP client of its own for each thread.
    add, batch, clear, start
        Add one trivial item; add many; empty the queue; let it run.
    is_done
        Whether nothing waits and nothing runs.
    runs
        Start and stop times of the runs, POSIX s, oldest first.
    has_run_times
        Whether those are of the start and stop documents; times of items hide the pause between two runs.
    pause, is_paused, abort, has_ended
        Begin a pause of the long item that runs; whether it stands; end the item; whether it has ended.
    """

    client: Callable[[], httpx.Client]
    status: str
    add: Callable[[httpx.Client, float], None]
    batch: Callable[[httpx.Client, int], None]
    clear: Callable[[httpx.Client], None]
    start: Callable[[httpx.Client], None]
    is_done: Callable[[httpx.Client], bool]
    runs: Callable[[httpx.Client], list[tuple[float, float]]]
    pause: Callable[[httpx.Client], None]
    is_paused: Callable[[httpx.Client], bool]
    is_running: Callable[[httpx.Client], bool]
    abort: Callable[[httpx.Client], None]
    has_ended: Callable[[httpx.Client], bool]
    has_run_times: bool = True


def main() -> None:
    """Measure both, and print them side by side."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--items", type=int, default=100)
    parser.add_argument("--pauses", type=int, default=10)
    parser.add_argument("--no-peer", action="store_true")
    options, _ = parser.parse_known_args()
    from bench import _service_ours, _service_peer

    ours = _measured(_service_ours.running, options)
    peer = {} if options.no_peer else _measured(_service_peer.running, options)
    print(f"{'':36}{'ours':>10}{'queueserver':>14}{'goal':>14}")
    for name, goal in GOALS.items():
        print(f"{name:36}{_shown(ours.get(name)):>10}{_shown(peer.get(name)):>14}{goal:>14}", flush=True)


def _measured(running: Callable[[Figures], Any], options: argparse.Namespace) -> Figures:
    figures: Figures = {}
    try:
        with running(figures) as service, service.client() as client:
            for part in (_adding, _status, _plans, _pauses):
                try:
                    figures |= part(service, client, options)
                except (httpx.HTTPError, TimeoutError) as error:
                    print(f"   {part.__name__[1:]}: {type(error).__name__}: {error}", flush=True)
    except TimeoutError as error:
        print(f"   not started: {error}", flush=True)
    return figures


def _adding(service: Service, client: httpx.Client, options: argparse.Namespace) -> Figures:
    began = time.perf_counter()
    for _ in range(options.items):
        service.add(client, 0.0)
    one_by_one = options.items / (time.perf_counter() - began)
    service.clear(client)
    began = time.perf_counter()
    service.batch(client, BATCH)
    batch_s = time.perf_counter() - began
    service.clear(client)
    return {"items added one by one, 1/s": one_by_one, f"batch of {BATCH}, s": batch_s}


def _status(service: Service, client: httpx.Client, options: argparse.Namespace) -> Figures:
    alone = _ask_for(service, client, STATUS_S)
    counts: list[int] = []

    def ask() -> None:
        with service.client() as own:
            counts.append(len(_ask_for(service, own, STATUS_S)))

    threads = [threading.Thread(target=ask) for _ in range(CLIENTS)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    return {
        "status, one client, p50 ms": statistics.median(alone) * 1e3,
        f"status, {CLIENTS} clients, req/s": sum(counts) / STATUS_S,
    }


def _ask_for(service: Service, client: httpx.Client, seconds: float) -> list[float]:
    taken = []
    end = time.perf_counter() + seconds
    while (began := time.perf_counter()) < end:
        client.get(service.status).raise_for_status()
        taken.append(time.perf_counter() - began)
    return taken


def _plans(service: Service, client: httpx.Client, options: argparse.Namespace) -> Figures:
    for _ in range(options.items):
        service.add(client, 0.0)
    service.start(client)
    until(lambda: service.is_done(client), "the queue has run", 300.0)
    runs = service.runs(client)[-options.items :]
    rate = {"trivial plans, 1/s": (len(runs) - 1) / (runs[-1][1] - runs[0][1])}
    if not service.has_run_times:
        return rate
    gaps = [later[0] - earlier[1] for earlier, later in itertools.pairwise(runs)]
    return {
        **rate,
        "between two runs, p50 ms": statistics.median(gaps) * 1e3,
        "between two runs, p95 ms": _p95(gaps) * 1e3,
    }


def _pauses(service: Service, client: httpx.Client, options: argparse.Namespace) -> Figures:
    answered, taken = [], []
    for _ in range(options.pauses):
        service.add(client, 30.0)
        service.start(client)
        until(lambda: service.is_running(client), "the long item runs", 20.0)
        began = time.perf_counter()
        service.pause(client)
        answered.append(time.perf_counter() - began)
        until(lambda: service.is_paused(client), "it is paused", 20.0, step_s=0.002)
        taken.append(time.perf_counter() - began)
        service.abort(client)
        until(lambda: service.has_ended(client), "it has ended", 20.0)
        service.clear(client)
    return {
        "pause asked for and taken, p50 ms": statistics.median(answered) * 1e3,
        "pause stands, p50 ms": statistics.median(taken) * 1e3,
        "pause stands, p95 ms": _p95(taken) * 1e3,
    }


def _p95(values: list[float]) -> float:
    return sorted(values)[min(len(values) - 1, round(0.95 * len(values)))]


def _shown(value: float | None) -> str:
    return "-" if value is None else f"{value:,.1f}"


def until(condition: Callable[[], bool], what: str, timeout_s: float, *, step_s: float = 0.02) -> None:
    """Wait until a condition holds; TimeoutError says what did not come."""
    deadline = time.monotonic() + timeout_s
    while not condition():
        if time.monotonic() > deadline:
            raise TimeoutError(f"{what}: not within {timeout_s:.0f} s")
        time.sleep(step_s)


@contextmanager
def timed(figures: Figures, name: str) -> Iterator[None]:
    """Note how long the body took, in seconds."""
    began = time.perf_counter()
    yield
    figures[name] = time.perf_counter() - began


if __name__ == "__main__":
    main()
