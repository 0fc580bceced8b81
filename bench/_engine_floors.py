"""What no engine can spare: seconds of one unit of the plan, the devices or the validation alone."""

import time
from collections.abc import Callable
from typing import Any

import event_model
import jsonschema_rs

from bench._engine_plans import DETECTOR, PAGE_ROWS, MakePlan, hand_written_count, nulls, our_count
from bench._soft_devices import EventFlyer, PageFlyer

EVENT = {
    "uid": "1",
    "time": 1.0,
    "data": {"det": 1.0},
    "timestamps": {"det": 1.0},
    "seq_num": 1,
    "filled": {},
    "descriptor": "2",
}
_UID = "00000000-0000-4000-8000-000000000000"
RUN = {
    "start": {"uid": _UID, "time": 1.0, "scan_id": 1, "plan_name": "count", "hints": {}},
    "descriptor": {
        "uid": _UID,
        "time": 1.0,
        "run_start": _UID,
        "name": "primary",
        "data_keys": {"det": {"source": "soft", "dtype": "number", "shape": [], "object_name": "det"}},
        "configuration": {"det": {"data": {}, "timestamps": {}, "data_keys": {}}},
        "hints": {"det": {"fields": ["det"]}},
        "object_keys": {"det": ["det"]},
    },
    "event": EVENT,
    "stop": {"uid": _UID, "time": 1.0, "run_start": _UID, "exit_status": "success"},
}
PAGE = {
    "uid": [_UID] * PAGE_ROWS,
    "time": [1.0] * PAGE_ROWS,
    "data": {"det": [1.0] * PAGE_ROWS},
    "timestamps": {"det": [1.0] * PAGE_ROWS},
    "seq_num": list(range(1, PAGE_ROWS + 1)),
    "filled": {},
    "descriptor": _UID,
}


def _seconds(function: Callable[[], Any], times: int) -> float:
    began = time.perf_counter()
    for _ in range(times):
        function()
    return (time.perf_counter() - began) / times


def validation(name: str, doc: dict[str, Any], times: int = 3000) -> float:
    """Checking a document with the compiled schema."""
    schema = event_model.schemas[event_model.DocumentNames[name]]
    is_valid = jsonschema_rs.validator_for(schema).is_valid
    if not is_valid(doc):
        raise ValueError(f"The {name} of this benchmark is not valid.")
    return _seconds(lambda: is_valid(doc), times)


def plan_alone(make_plan: MakePlan, points: int) -> float:
    """Taking messages of a plan and answering reads, nothing else."""
    plan = iter(make_plan(points))
    reading = DETECTOR.read()
    answer: Any = None
    began = time.perf_counter()
    try:
        while True:
            msg = plan.send(answer)
            answer = reading if msg.command == "read" else None
    except StopIteration:
        return (time.perf_counter() - began) / points


def send_and_dispatch() -> float:
    """Taking a message and calling a function that does nothing."""
    plan = nulls(200_000)
    registry: dict[str, Callable[[Any], Any]] = {"null": lambda msg: None}
    answer: Any = None
    began = time.perf_counter()
    try:
        while True:
            msg = plan.send(answer)
            answer = registry[msg.command](msg)
    except StopIteration:
        return (time.perf_counter() - began) / 200_000


def count_and_validation(make_plan: MakePlan = our_count) -> float:
    """A count's messages, and the validation of its events."""
    return plan_alone(make_plan, 5000) + validation("event", EVENT)


def hand_written_and_validation() -> float:
    """Messages made before, and the validation of their events."""
    return count_and_validation(hand_written_count)


def one_point_run() -> float:
    """Messages of a run of one point, and the validation of its four documents."""
    messages = _seconds(lambda: plan_alone(our_count, 1), 300)
    return messages + sum(validation(name, doc) for name, doc in RUN.items())


def shipped_plan(make_plan: MakePlan) -> float:
    """A plan of bluesky alone, which formats a stack for each of its stubs."""
    return plan_alone(make_plan, 300)


def ophyd_step() -> float:
    """What ophyd's own motor and detector take for one step."""
    from ophyd.sim import det, motor

    def step() -> None:
        motor.set(0.5).wait()
        det.trigger()
        motor.trigger()
        det.read()
        motor.read()

    return _seconds(step, 500)


def event_row() -> float:
    """A row that a flyer gives as an event, and its part in the validation of a page."""
    flyer = EventFlyer("flyer", PAGE_ROWS)
    return (_seconds(lambda: list(flyer.collect()), 30) + validation("event_page", PAGE, 30)) / PAGE_ROWS


def page_row() -> float:
    """A row that a flyer gives in a page, and its part in the validation of that page."""
    flyer = PageFlyer("flyer", PAGE_ROWS)
    return (
        _seconds(lambda: list(flyer.collect_pages()), 30) + validation("event_page", PAGE, 30)
    ) / PAGE_ROWS
