"""What the console says of items and runs as they begin and end."""

from collections.abc import Mapping
from typing import Any

from acquisition.queue.states import ItemEvent, ItemState, move


def run_began(start: Mapping[str, Any]) -> str:
    """Say which run begins, from its start document.

    Examples
    --------
    >>> start = {"scan_id": 12, "plan_name": "scan", "detectors": ["det"], "motors": ["sx"]}
    >>> run_began({**start, "num_points": 21})
    'scan 12 began: scan det over sx, 21 points'
    """
    words = [str(start.get("plan_name") or "run")]
    words += _names(start.get("detectors"))
    motors = _names(start.get("motors"))
    what = " ".join([*words, *(["over", *motors] if motors else [])])
    points = start.get("num_points")
    return f"{_scan(start)} began: {what}" + (f", {_points(points)}" if isinstance(points, int) else "")


def run_ended(start: Mapping[str, Any], stop: Mapping[str, Any]) -> str:
    """Say how a run ended, from its first and its last document.

    Examples
    --------
    >>> stop = {"exit_status": "success", "num_events": {"primary": 21, "baseline": 2}, "time": 15.2}
    >>> run_ended({"scan_id": 12, "time": 10.0}, stop)
    'scan 12 ended: success, 21 points, 5.2 s'
    """
    events = stop.get("num_events") or {}
    points = events.get("primary", max(events.values(), default=0))
    seconds = float(stop["time"]) - float(start["time"])
    reason = f": {stop['reason']}" if stop.get("reason") else ""
    return f"{_scan(start)} ended: {stop['exit_status']}{reason}, {_points(points)}, {seconds:.1f} s"


def item_began(plan: str, *, username: str, proposal: str) -> str:
    """Say which item begins, and for whom."""
    return f"{plan} begins for {username}, proposal {proposal}"


def item_ended(plan: str, event: ItemEvent, *, reason: str, seconds: float) -> str:
    """Say how an item ended.

    Examples
    --------
    >>> item_ended("move", ItemEvent.COMPLETE, reason="", seconds=0.84)
    'move ended: completed after 0.8 s'
    """
    state = move(ItemState.RUNNING, event).value
    return f"{plan} ended: {state} after {seconds:.1f} s" + (f": {reason}" if reason else "")


def level_of(event: ItemEvent) -> str:
    """Say how loud the end of an item is: what failed is an error, what a person ended a warning."""
    return {ItemEvent.COMPLETE: "INFO", ItemEvent.FAIL: "ERROR"}.get(event, "WARNING")


def _scan(start: Mapping[str, Any]) -> str:
    number = start.get("scan_id")
    return f"run {str(start.get('uid', ''))[:8]}" if number is None else f"scan {number}"


def _points(number: int) -> str:
    return f"{number} point" if number == 1 else f"{number} points"


def _names(value: Any) -> list[str]:
    return [str(name) for name in value] if isinstance(value, list | tuple) else []
