"""Memory that one long count takes: `python -m bench._engine_memory ours plain 1000000` prints MB and points.

In a process of its own, so that nothing else is in the figure. Linux only: it reads /proc.
"""

import gc
import os
import sys
from pathlib import Path
from typing import Any

from bench import _engine_plans as plans

#: Points after which the baseline is taken: caches are filled and modules imported.
SETTLED_AT = 2000
SAMPLE_EACH = 500


def resident_mb() -> float:
    """Memory of this process that is in use, in MB."""
    pages = int(Path("/proc/self/statm").read_text().split()[1])
    return pages * os.sysconf("SC_PAGE_SIZE") / 1e6


class Watcher:
    """A subscriber that notes the memory at the baseline and the most after it."""

    def __init__(self) -> None:
        self.points = 0
        self.baseline = 0.0
        self.most = 0.0

    def __call__(self, name: str, doc: dict[str, Any]) -> None:
        """Take a document."""
        if name != "event":
            return
        self.points += 1
        if self.points == SETTLED_AT:
            gc.collect()
            self.baseline = self.most = resident_mb()
        elif self.points > SETTLED_AT and self.points % SAMPLE_EACH == 0:
            self.most = max(self.most, resident_mb())


def _ours() -> tuple[Any, Any, Any]:
    from acquisition.engine import RunEngine
    from acquisition.plans.preprocessors import SupplementalData

    return RunEngine({}, context_managers=[]), plans.our_count, SupplementalData()


def _theirs() -> tuple[Any, Any, Any]:
    from bluesky.preprocessors import SupplementalData
    from bluesky.run_engine import RunEngine

    return RunEngine({}, context_managers=[]), plans.shipped_count, SupplementalData()


def main(whose: str, how: str, points: int) -> None:
    """Count, and print the growth in MB and the points it was taken over.

    Parameters
    ----------
    whose : str
        ``"ours"`` or ``"bluesky"``.
    how : str
        ``"plain"``, or ``"supplemented"``: with an empty `SupplementalData`, as beamlines have.
    points : int
        How many.
    """
    engine, make_plan, supplement = _ours() if whose == "ours" else _theirs()
    if how == "supplemented":
        engine.preprocessors.append(supplement)
    plan = make_plan(points)
    watcher = Watcher()
    engine.subscribe(watcher)
    engine(plan)
    print(watcher.most - watcher.baseline, watcher.points - SETTLED_AT)


if __name__ == "__main__":
    main(sys.argv[1], sys.argv[2], int(sys.argv[3]))
