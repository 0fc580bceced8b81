"""Plans that look at what they measure before they go on."""

from collections.abc import Sequence
from typing import Annotated, Any

from acquisition.plans.annotations import Bounds
from acquisition.plans.groups import fresh_group
from acquisition.plans.kinship import separate_devices
from acquisition.plans.msg import Msg, Plan
from acquisition.plans.preprocessors.runs import run_wrapper
from acquisition.plans.preprocessors.staging import stage_wrapper
from acquisition.plans.scans.lines import Delay, Distance, Position, relative
from acquisition.plans.scans.metadata import (
    check_detectors,
    merged,
    names,
    own_dimensions,
    reprs,
    streams_are_predeclared,
    with_own_dimensions,
)
from acquisition.plans.shapes import Metadata, Movable, Readable
from acquisition.plans.stubs.bundling import declare_stream
from acquisition.plans.stubs.moving import mv
from acquisition.plans.stubs.pacing import sleep
from acquisition.plans.stubs.reading import trigger_and_read

Step = Annotated[float, Bounds(minimum=0)]


def adaptive_scan(
    detectors: Sequence[Readable],
    target_field: str,
    motor: Movable,
    start: Position,
    stop: Position,
    min_step: Step,
    max_step: Step,
    target_delta: Step,
    backstep: bool,
    threshold: float | None = 0.8,
    *,
    delay: Delay = None,
    md: Metadata | None = None,
) -> Plan[str]:
    """
    Scan a motor with steps that are small where the signal is steep.

    Parameters
    ----------
    detectors : list of readable devices
        What to read at each point.
    target_field : str
        Data key whose slope decides.
    motor : movable device
        What to move.
    start, stop : float
        First position, and where to end.
    min_step, max_step : float
        Least and greatest step, in the units of the motor; 0 < min_step < max_step.
    target_delta : float
        Wanted change of the field from point to point.
    backstep : bool
        Whether to go back when the signal changed too fast.
    threshold : float
        Go back when the new step is less than this part of the last.
    delay : float, optional
        How long to wait at each point before it is read.
    md : dict, optional
        Metadata.
    """
    check_detectors(detectors)
    if not 0 < min_step < max_step:
        raise ValueError(f"steps must keep 0 < min_step < max_step, but are {min_step} and {max_step}")
    own = {
        "detectors": names(detectors),
        "motors": [motor.name],
        "plan_args": {
            "detectors": reprs(detectors),
            "motor": repr(motor),
            "start": start,
            "stop": stop,
            "min_step": min_step,
            "max_step": max_step,
            "target_delta": target_delta,
            "backstep": backstep,
            "threshold": threshold,
            **({"delay": delay} if delay else {}),
        },
        "plan_name": "adaptive_scan",
        "hints": {},
    }
    full_md = with_own_dimensions(merged(own, md), [motor])

    def points() -> Plan[None]:
        devices = separate_devices([*detectors, motor])
        if streams_are_predeclared():
            yield from declare_stream(*devices, name="primary")
        sign = 1 if stop >= start else -1
        position, step = start, (max_step - min_step) / 2
        past: Any = None
        while position * sign < stop * sign:
            current = yield from _point(detectors, devices, motor, position, target_field, delay)
            if past is None:
                past = current
                position += step * sign
                continue
            wanted = _next_step(abs(current - past) / step, step, min_step, max_step, target_delta)
            if backstep and wanted < step * (threshold or 0.0):
                position -= step * sign
                step = wanted
            else:
                past = current
                step = 0.2 * wanted + 0.8 * step
            position += step * sign

    uid: str = yield from stage_wrapper(run_wrapper(points(), md=full_md), [*detectors, motor])
    return uid


def _next_step(slope: float, step: float, least: float, greatest: float, delta: float) -> float:
    if slope:
        return min(max(delta / slope, least), greatest)
    return min(step * 1.1, greatest)


def _point(
    detectors: Sequence[Any],
    devices: Sequence[Any],
    motor: Any,
    position: float,
    field: str,
    delay: float | None = None,
) -> Plan[Any]:
    """Move, and read one event; the value of the field is the answer."""
    yield Msg("checkpoint")
    yield from mv(motor, position)
    if delay:
        yield from sleep(delay)
    yield Msg("create", None, name="primary")
    group = fresh_group("trigger")
    for detector in detectors:
        yield Msg("trigger", detector, group=group)
    yield Msg("wait", None, group=group)
    readings: dict[str, Any] = {}
    found = 0.0
    for device in devices:
        reading = yield Msg("read", device)
        readings.update(reading or {})
        if reading is not None and field in reading:
            found = reading[field]["value"]
    yield Msg("save")
    if readings and field not in readings:
        raise ValueError(f"nothing reads {field!r}: target_field is one of {', '.join(sorted(readings))}")
    return found


def rel_adaptive_scan(
    detectors: Sequence[Readable],
    target_field: str,
    motor: Movable,
    start: Distance,
    stop: Distance,
    min_step: Step,
    max_step: Step,
    target_delta: Step,
    backstep: bool,
    threshold: float | None = 0.8,
    *,
    delay: Delay = None,
    md: Metadata | None = None,
) -> Plan[str]:
    """
    Scan a motor round where it is with steps that are small where the signal is steep, and go back.

    Parameters
    ----------
    detectors : list of readable devices
        What to read at each point.
    target_field : str
        Data key whose slope decides.
    motor : movable device
        What to move.
    start, stop : float
        First position, and where to end, counted from where the motor is.
    min_step, max_step : float
        Least and greatest step, in the units of the motor; 0 < min_step < max_step.
    target_delta : float
        Wanted change of the field from point to point.
    backstep : bool
        Whether to go back when the signal changed too fast.
    threshold : float
        Go back when the new step is less than this part of the last.
    delay : float, optional
        How long to wait at each point before it is read.
    md : dict, optional
        Metadata.
    """
    full_md = {"plan_name": "rel_adaptive_scan", **(md or {})}
    plan = adaptive_scan(
        detectors, target_field, motor, start, stop, min_step, max_step, target_delta, backstep, threshold,
        delay=delay, md=full_md,
    )  # fmt: skip
    return (yield from relative(plan, [motor]))


def tune_centroid(
    detectors: Sequence[Readable],
    signal: str,
    motor: Movable,
    start: Position,
    stop: Position,
    min_step: Step,
    num: Annotated[int, Bounds(2, 100_000)] = 10,
    step_factor: Annotated[float, Bounds(minimum=1)] = 3.0,
    snake: bool = False,
    *,
    md: Metadata | None = None,
) -> Plan[str]:
    """
    Find the centroid of a signal by ever narrower scans, and move there.

    Parameters
    ----------
    detectors : list of readable devices
        What to read at each point.
    signal : str
        Data key whose centroid is sought.
    motor : movable device
        What to move.
    start, stop : float
        Range of the first scan; no move leaves it.
    min_step : float
        Step at which to end, in the units of the motor.
    num : int
        Points of each scan.
    step_factor : float
        How much narrower each scan is; more than 1.
    snake : bool
        Turn round for each scan.
    md : dict, optional
        Metadata.

    Notes
    -----
    The centroid of a scan is ``Σ x·I / Σ I`` over its points.
    """
    check_detectors(detectors)
    if not min_step > 0:
        raise ValueError(f"min_step must be more than 0, not {min_step}")
    if not step_factor > 1:
        raise ValueError(f"step_factor must be more than 1, not {step_factor}")
    if num < 2:
        raise ValueError(f"each scan needs 2 points or more, not {num}")
    own = {
        "detectors": names(detectors),
        "motors": [motor.name],
        "plan_args": {
            "detectors": reprs(detectors),
            "motor": repr(motor),
            "start": start,
            "stop": stop,
            "num": num,
            "min_step": min_step,
        },
        "plan_name": "tune_centroid",
        "hints": {},
    }
    full_md = with_own_dimensions(merged(own, md), [motor])
    fields = (getattr(motor, "hints", None) or {}).get("fields", [])
    motor_field = fields[0] if len(fields) == 1 else motor.name
    low, high = min(start, stop), max(start, stop)

    def narrowing() -> Plan[None]:
        if streams_are_predeclared():
            yield from declare_stream(motor, *detectors, name="primary")  # type: ignore[arg-type]  # axes read, too
        first, last = start, stop
        peak = None
        while abs(step := (last - first) / (num - 1)) >= min_step:
            weights = yield from _weigh(detectors, motor, first, last, step, (low, high), signal, motor_field)
            total, moment = weights
            if total == 0:
                return
            peak = moment / total
            half = (last - first) / step_factor / 2
            first, last = min(max(peak - half, low), high), min(max(peak + half, low), high)
            if snake:
                first, last = last, first
        if peak is not None:
            yield from mv(motor, peak)

    uid: str = yield from stage_wrapper(run_wrapper(narrowing(), md=full_md), [*detectors, motor])
    return uid


def _weigh(
    detectors: Sequence[Any],
    motor: Any,
    first: float,
    last: float,
    step: float,
    limits: tuple[float, float],
    signal: str,
    motor_field: str,
) -> Plan[tuple[float, float]]:
    """Scan from first to last; give the sums of the signal and of position times signal."""
    total = moment = 0.0
    position = first
    while min(first, last) <= position <= max(first, last) and limits[0] <= position <= limits[1]:
        yield Msg("checkpoint")
        yield from mv(motor, position)
        readings = yield from trigger_and_read([*detectors, motor])
        if readings:
            total += readings[signal]["value"]
            moment += readings[motor_field]["value"] * readings[signal]["value"]
        position += step
    return total, moment


def tweak(
    detector: Readable,
    target_field: str,
    motor: Movable,
    step: float,
    *,
    md: Metadata | None = None,
) -> Plan[str]:
    """
    Move a motor by steps, asking the operator for each.

    Parameters
    ----------
    detector : readable device
        What to look at.
    target_field : str
        Data key to show.
    motor : movable device
        What to move.
    step : float
        First step, in the units of the motor; an empty answer repeats it, a word ends.
    md : dict, optional
        Metadata.
    """
    dimensions = own_dimensions([motor])
    own = {
        "detectors": [detector.name],
        "motors": [motor.name],
        "plan_args": {
            "detector": repr(detector),
            "target_field": target_field,
            "motor": repr(motor),
            "step": step,
        },
        "plan_name": "tweak",
        "hints": {} if dimensions is None else {"dimensions": dimensions},
    }

    def steps() -> Plan[None]:
        size = step
        while True:
            readings = yield from _look(detector, motor)
            if readings is None:
                return
            position, value = next(iter(readings[0].values()))["value"], readings[1][target_field]["value"]
            prompt = f"{motor.name}, {float(position):.3}, {float(value):.3}, ({size}) "
            answer = yield Msg("input", prompt=prompt)
            if answer:
                try:
                    size = float(answer)
                except ValueError:
                    return
            yield from mv(motor, position + size)

    uid: str = yield from stage_wrapper(run_wrapper(steps(), md=merged(own, md)), [detector, motor])
    return uid


def _look(detector: Any, motor: Any) -> Plan[Any]:
    yield Msg("create", None, name="primary")
    where = yield Msg("read", motor)
    if where is None:
        return None
    group = fresh_group("trigger")
    yield Msg("trigger", detector, group=group)
    yield Msg("wait", None, group=group)
    what = yield Msg("read", detector)
    yield Msg("save")
    return where, what
