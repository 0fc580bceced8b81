"""The engine beside bluesky's: same plans, one process, taking turns, documents validated by both."""

import gc
import time
from collections.abc import Callable, Iterator
from statistics import median
from typing import Any

from acquisition.engine import RunEngine
from acquisition.engine.messages import message as msg

ROUNDS = 5


class SoftDetector:
    """A detector that costs nothing."""

    name = "det"
    parent = None
    hints: dict[str, Any] = {"fields": ["det"]}

    def trigger(self) -> "Done":
        return DONE

    def read(self) -> dict[str, Any]:
        return {"det": {"value": 1.0, "timestamp": 1.0}}

    def describe(self) -> dict[str, Any]:
        return {"det": {"source": "soft", "dtype": "number", "shape": []}}

    def read_configuration(self) -> dict[str, Any]:
        return {}

    def describe_configuration(self) -> dict[str, Any]:
        return {}


class Done:
    """A status that is done."""

    done = True
    success = True

    def add_callback(self, callback: Callable[[Any], Any]) -> None:
        callback(self)

    def exception(self, timeout: float | None = 0.0) -> None:
        return None


DONE = Done()
DETECTOR = SoftDetector()


def nulls(count: int) -> Iterator[Any]:
    """Only messages that do nothing."""
    null = msg("null")
    for _ in range(count):
        yield null


def hand_written_count(count: int) -> Iterator[Any]:
    """Every message of a count, made before, so that the engine is measured and not the plan."""
    shot = [
        msg("checkpoint"),
        msg("trigger", DETECTOR, group="g"),
        msg("wait", None, "g"),
        msg("create", name="primary"),
        msg("read", DETECTOR),
        msg("save"),
    ]
    yield msg("open_run")
    for _ in range(count):
        for message in shot:  # noqa: UP028  (a list takes no answers)
            yield message
    yield msg("close_run")


def shipped_count(count: int) -> Any:
    """bluesky's count as it is shipped."""
    from bluesky.plans import count as plan

    return plan([DETECTOR], count)


def our_count(count: int) -> Any:
    """Our own count."""
    from acquisition.plans.scans.counting import count as plan

    return plan([DETECTOR], count)


def _seconds(engine: Any, make_plan: Callable[[int], Any], size: int, calls: int) -> float:
    """Time of one unit of `size` in each of `calls` calls."""
    gc.collect()
    began = time.perf_counter()
    for _ in range(calls):
        engine(make_plan(size))
    return (time.perf_counter() - began) / (size * calls)


def compare(
    title: str,
    ours: tuple[Any, Callable[[int], Any]],
    theirs: tuple[Any, Callable[[int], Any]],
    *,
    size: int,
    their_size: int,
    calls: int = 1,
) -> None:
    """Print the median of several rounds, the two engines taking turns."""
    rounds = [
        (
            _seconds(*ours, size=size, calls=calls),
            _seconds(*theirs, size=their_size, calls=max(1, calls // 8)),
        )
        for _ in range(ROUNDS)
    ]
    own = median(row[0] for row in rounds)
    peer = median(row[1] for row in rounds)
    print(f"   {title:44s} {own * 1e6:9.2f} us {peer * 1e6:9.2f} us   x {peer / own:6.1f}")


def main() -> None:
    """Print own time, bluesky's time and the ratio for each kind of plan."""
    from bluesky.run_engine import RunEngine as Peer

    print(f"   {'':44s} {'ours':>12s} {'bluesky':>12s}")
    for label, managers in (("", []), (", Ctrl-C handled", None)):
        ours = RunEngine({}, context_managers=managers)
        theirs = Peer({}, context_managers=managers)
        for engine in (ours, theirs):
            engine.subscribe(lambda name, doc: None)
        if not label:
            compare("null, a message", (ours, nulls), (theirs, nulls), size=200_000, their_size=20_000)
            compare(
                "hand-written count, an event",
                (ours, hand_written_count),
                (theirs, hand_written_count),
                size=10_000,
                their_size=500,
            )
            compare(
                "bluesky's count on both, an event",
                (ours, shipped_count),
                (theirs, shipped_count),
                size=300,
                their_size=300,
            )
            compare(
                "our count, bluesky's count, an event",
                (ours, our_count),
                (theirs, shipped_count),
                size=5000,
                their_size=300,
            )
        compare(
            f"one-point run{label}, a run",
            (ours, hand_written_count),
            (theirs, hand_written_count),
            size=1,
            their_size=1,
            calls=400,
        )
        ours.close()


if __name__ == "__main__":
    main()
