"""The plans that both engines are given, each a function of its number of points."""

from collections.abc import Callable, Iterator
from typing import Any

from acquisition.engine.messages import message as msg
from bench._soft_devices import EventFlyer, InstantDetector, InstantMotor, PageFlyer

DETECTOR = InstantDetector("det")
MOTOR = InstantMotor("motor")
PAGE_ROWS = 1000

MakePlan = Callable[[int], Any]


def nulls(points: int) -> Iterator[Any]:
    """Only messages that do nothing."""
    null = msg("null")
    for _ in range(points):
        yield null


def hand_written_count(points: int) -> Iterator[Any]:
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
    for _ in range(points):
        for message in shot:  # noqa: UP028  (a list takes no answers)
            yield message
    yield msg("close_run")


def our_count(points: int) -> Any:
    """Count as we have it."""
    from acquisition.plans.scans import count

    return count([DETECTOR], points)


def shipped_count(points: int) -> Any:
    """Count as bluesky ships it."""
    from bluesky.plans import count

    return count([DETECTOR], points)


def our_scan(points: int) -> Any:
    """Scan as we have it."""
    from acquisition.plans.scans import scan

    return scan([DETECTOR], MOTOR, 0, 1, points)


def shipped_scan(points: int) -> Any:
    """Scan as bluesky ships it."""
    from bluesky.plans import scan

    return scan([DETECTOR], MOTOR, 0, 1, points)


def our_scan_of_ophyd(points: int) -> Any:
    """Our scan of ophyd's simulated devices."""
    from ophyd.sim import det, motor

    from acquisition.plans.scans import scan

    return scan([det], motor, -1, 1, points)


def shipped_scan_of_ophyd(points: int) -> Any:
    """Scan of bluesky with ophyd's simulated devices."""
    from bluesky.plans import scan
    from ophyd.sim import det, motor

    return scan([det], motor, -1, 1, points)


def _fly(flyer: Any, rows: int) -> Iterator[Any]:
    yield msg("open_run")
    yield msg("declare_stream", None, flyer, name="primary", collect=True)
    yield msg("kickoff", flyer, group="k")
    yield msg("wait", None, "k")
    yield msg("complete", flyer, group="c")
    yield msg("wait", None, "c")
    for _ in range(rows // PAGE_ROWS):
        yield msg("collect", flyer, return_payload=False, name="primary")
    yield msg("close_run")


def fly_events(rows: int) -> Iterator[Any]:
    """Collect rows that a flyer gives as events."""
    return _fly(EventFlyer("flyer", PAGE_ROWS), rows)


def fly_pages(rows: int) -> Iterator[Any]:
    """Collect rows that a flyer gives as pages."""
    return _fly(PageFlyer("flyer", PAGE_ROWS), rows)
