"""The engine beside bluesky's: one process, taking turns, documents validated by both.

A row gives the units a second of both, the ratio, the goal, and what the work takes that no engine can spare
(the floor) with our distance to it. Plans are named: ours, as bluesky ships them, or messages made before.
"""

import gc
import subprocess
import sys
import time
from collections.abc import Callable
from dataclasses import dataclass
from statistics import median
from typing import Any

from acquisition.engine import RunEngine
from bench import _engine_floors as floors
from bench import _engine_plans as plans

ROUNDS = 3
MEMORY_GOAL_MB = 20.0

#: Title, name for the process that counts, our points, bluesky's points.
MEMORY = (
    ("count", "plain", 1_000_000, 10_000),
    ("count with an empty SupplementalData", "supplemented", 300_000, 10_000),
)


@dataclass(frozen=True)
class Row:
    """One line of the table.

    Attributes
    ----------
    size, peer_size : int
        Points of one call, ours and bluesky's; where they differ the peer's rate is taken from fewer.
    calls, peer_calls : int
        Calls of one measurement.
    subscriber : bool
        Whether somebody takes the documents.
    goal_rate, goal_ratio : float
        Units a second, and how many times bluesky's, we want at least; 0 is no goal.
    """

    title: str
    ours: plans.MakePlan
    theirs: plans.MakePlan
    size: int
    peer_size: int
    floor: Callable[[], float]
    goal_ratio: float
    goal_rate: float = 0.0
    calls: int = 1
    peer_calls: int = 1
    subscriber: bool = False


ROWS = (
    Row("null messages", plans.nulls, plans.nulls, 200_000, 20_000, floors.send_and_dispatch, 10),
    Row(
        "count, our plan : bluesky's plan; no subscriber",
        plans.our_count,
        plans.shipped_count,
        5000,
        5000,
        floors.count_and_validation,
        30,
        20_000,
    ),
    Row(
        "count, our plan : bluesky's plan; one subscriber",
        plans.our_count,
        plans.shipped_count,
        5000,
        1500,
        floors.count_and_validation,
        30,
        20_000,
        subscriber=True,
    ),
    Row(
        "count, hand-written messages on both",
        plans.hand_written_count,
        plans.hand_written_count,
        5000,
        5000,
        floors.hand_written_and_validation,
        20,
        subscriber=True,
    ),
    Row(
        "scan, instant motor; our plan : bluesky's plan",
        plans.our_scan,
        plans.shipped_scan,
        5000,
        1500,
        lambda: floors.count_and_validation(plans.our_scan),
        30,
        15_000,
    ),
    Row(
        "scan, ophyd.sim; our plan : bluesky's plan",
        plans.our_scan_of_ophyd,
        plans.shipped_scan_of_ophyd,
        5000,
        400,
        floors.ophyd_step,
        8,
        2000,
    ),
    Row(
        "count, bluesky's plan on both",
        plans.shipped_count,
        plans.shipped_count,
        600,
        600,
        lambda: floors.shipped_plan(plans.shipped_count),
        2,
    ),
    Row(
        "one-point runs, our plan : bluesky's plan",
        plans.our_count,
        plans.shipped_count,
        1,
        1,
        floors.one_point_run,
        10,
        1500,
        calls=500,
        peer_calls=150,
    ),
    Row(
        "fly, rows given as events",
        plans.fly_events,
        plans.fly_events,
        1_000_000,
        10_000,
        floors.event_row,
        10,
    ),
    Row(
        "fly, rows given as pages",
        plans.fly_pages,
        plans.fly_pages,
        1_000_000,
        20_000,
        floors.page_row,
        10,
    ),
)


def _rate(engine: Any, make_plan: plans.MakePlan, size: int, calls: int) -> float:
    """Units a second of `calls` calls of `size` units."""
    gc.collect()
    began = time.perf_counter()
    for _ in range(calls):
        engine(make_plan(size))
    return size * calls / (time.perf_counter() - began)


def measure(row: Row, ours: Any, theirs: Any) -> tuple[float, float, float]:
    """Give the medians of both rates, and the floor in seconds; the three take turns."""
    rounds = [
        (
            _rate(ours, row.ours, row.size, row.calls),
            _rate(theirs, row.theirs, row.peer_size, row.peer_calls),
            row.floor(),
        )
        for _ in range(ROUNDS)
    ]
    own, peer, floor = zip(*rounds, strict=True)
    return median(own), median(peer), min(floor)


def _goal(row: Row, own: float, peer: float, floor: float) -> str:
    """Say what was wanted and if it was reached; if not, what an engine that takes no time would reach."""
    wanted = f"x {row.goal_ratio:g}" + (f", {row.goal_rate:,.0f}/s" if row.goal_rate else "")
    is_met = own >= row.goal_rate and own / peer >= row.goal_ratio
    return f"{wanted:14s} {'met' if is_met else f'MISSED (floor: x {1 / peer / floor:.1f})'}"


def compare(row: Row, ours: Any, theirs: Any) -> None:
    """Measure and print one row."""
    own, peer, floor = measure(row, ours, theirs)
    sizes = f"{row.size * row.calls:,} : {row.peer_size * row.peer_calls:,}"
    print(
        f"   {row.title:49s}{sizes:>18s}{own:>12,.0f}{peer:>10,.0f}{own / peer:>8.1f}  "
        f"{_goal(row, own, peer, floor):38s}{floor * 1e6:>8.2f} us  x {1 / own / floor:.1f}",
        flush=True,
    )


def _growth(whose: str, how: str, points: int) -> tuple[float, int]:
    """Memory in MB that a count took beyond its first points, and over how many points."""
    found = subprocess.run(
        [sys.executable, "-m", "bench._engine_memory", whose, how, str(points)],
        check=True,
        capture_output=True,
        text=True,
    )
    megabytes, over = found.stdout.split()
    return float(megabytes), int(over)


def compare_memory() -> None:
    """Print how memory grows over one long count, each engine in a process of its own."""
    for title, how, points, peer_points in MEMORY:
        own, over = _growth("ours", how, points)
        peer, peer_over = _growth("bluesky", how, peer_points)
        verdict = "met" if own < MEMORY_GOAL_MB else "MISSED"
        each = peer * 1e6 / peer_over
        print(
            f"   memory, {title}: ours grew {own:.1f} MB in {over:,} points (goal < {MEMORY_GOAL_MB:g} MB: "
            f"{verdict}); bluesky's {peer:.1f} MB in {peer_over:,}, {each:,.0f} bytes a point"
        )


def main() -> None:
    """Print the table."""
    from bluesky.run_engine import RunEngine as Peer

    print(
        f"   {'':49s}{'ours : theirs':>18s}{'ours/s':>12s}{'bluesky/s':>10s}{'ratio':>8s}  {'goal':38s}"
        f"{'floor':>11s}  above it"
    )
    for row in ROWS:
        ours, theirs = RunEngine({}, context_managers=[]), Peer({}, context_managers=[])
        if row.subscriber:
            for engine in (ours, theirs):
                engine.subscribe(lambda name, doc: None)
        try:
            compare(row, ours, theirs)
        finally:
            ours.close()
            theirs.loop.call_soon_threadsafe(theirs.loop.stop)
    compare_memory()


if __name__ == "__main__":
    main()
