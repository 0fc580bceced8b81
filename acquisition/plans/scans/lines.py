"""Scans along a line: one motor, or several in step."""

from collections.abc import Sequence
from functools import partial
from itertools import chain, islice
from typing import Annotated, Any

from acquisition.plans.annotations import (
    MAX_POINTS,
    Bounds,
    Groups,
    Member,
    Points,
    PositionOf,
    Required,
    Unit,
)
from acquisition.plans.msg import Plan
from acquisition.plans.preprocessors.relative import relative_set_wrapper, reset_positions_wrapper
from acquisition.plans.preprocessors.runs import run_wrapper
from acquisition.plans.preprocessors.staging import stage_wrapper
from acquisition.plans.scans.metadata import (
    PATTERN_MODULE,
    check_detectors,
    merged,
    names,
    reprs,
    shared_dimension,
    streams_are_predeclared,
    with_own_dimensions,
)
from acquisition.plans.scans.trajectory import Together, check_one_wait, reading_after, scan_nd
from acquisition.plans.shapes import Metadata, Movable, PerStep, Readable
from acquisition.plans.stubs.bundling import declare_stream
from acquisition.plans.stubs.stepping import one_1d_step
from acquisition.plans.trajectories import Linear, Logarithmic

Position = Annotated[float, PositionOf("motor")]
Distance = Annotated[float, PositionOf("motor", relative=True)]
Exponent = Annotated[float, PositionOf("motor", exponent=True)]
DistanceExponent = Annotated[float, PositionOf("motor", relative=True, exponent=True)]
Delay = Annotated[float | None, Unit("s"), Bounds(minimum=0)]
PointCount = Annotated[int, Bounds(1, MAX_POINTS), Points()]

MOTOR_RANGE = Groups(
    (
        Member("motor", Movable, "What to move."),
        Member("start", Position, "First position."),
        Member("stop", Position, "Last position."),
    )
)
MOTOR_RELATIVE_RANGE = Groups(
    (
        Member("motor", Movable, "What to move."),
        Member("start", Distance, "First position, counted from where the motor is."),
        Member("stop", Distance, "Last position, counted from where the motor is."),
    )
)
MOTOR_POSITIONS = Groups(
    (
        Member("motor", Movable, "What to move."),
        Member("positions", Annotated[list[float], PositionOf("motor")], "Where to go."),
    )
)
MOTOR_DISTANCES = Groups(
    (
        Member("motor", Movable, "What to move."),
        Member(
            "positions",
            Annotated[list[float], PositionOf("motor", relative=True)],
            "Where to go, counted from where the motor is.",
        ),
    )
)


def scan(
    detectors: Sequence[Readable],
    *args: Annotated[Any, MOTOR_RANGE],
    num: Annotated[int | None, Bounds(1, MAX_POINTS), Points(), Required()] = None,
    per_step: PerStep | None = None,
    delay: Delay = None,
    md: Metadata | None = None,
) -> Plan[str]:
    """
    Scan one motor, or several together, in equal steps.

    Parameters
    ----------
    detectors : list of readable devices
        What to read at each point.
    *args : motor, start, stop, motor, start, stop ...
        Motors with their first and last position, in the units of each motor.
    num : int
        How many points.
    per_step : plan function, optional
        Does one step; see :func:`scan_nd`.
    delay : float, optional
        How long to wait at each point before it is read.
    md : dict, optional
        Metadata.
    """
    check_detectors(detectors)
    args, num = _points_apart(args, num)
    axes = _triples(args)
    motors = [motor for motor, _, _ in axes]
    md_args = list(chain.from_iterable((repr(motor), start, stop) for motor, start, stop in axes))
    own = {
        "plan_args": {
            "detectors": reprs(detectors),
            "num": num,
            "args": md_args,
            "per_step": repr(per_step),
        },
        "plan_name": "scan",
        "plan_pattern": "inner_product",
        "plan_pattern_module": PATTERN_MODULE,
        "plan_pattern_args": {"num": num, "args": md_args},
        "motors": tuple(names(motors)),
    }
    full_md = merged(own, md)
    full_md["hints"] = shared_dimension(motors) | full_md["hints"]
    path = Together([(motor, Linear(start, stop, num)) for motor, start, stop in axes])
    return (yield from scan_nd(detectors, path, per_step=per_step, delay=delay, md=full_md))


def rel_scan(
    detectors: Sequence[Readable],
    *args: Annotated[Any, MOTOR_RELATIVE_RANGE],
    num: Annotated[int | None, Bounds(1, MAX_POINTS), Points(), Required()] = None,
    per_step: PerStep | None = None,
    delay: Delay = None,
    md: Metadata | None = None,
) -> Plan[str]:
    """
    Scan motors in equal steps round where they are, and go back.

    Parameters
    ----------
    detectors : list of readable devices
        What to read at each point.
    *args : motor, start, stop, motor, start, stop ...
        Motors with their first and last position, counted from where they are.
    num : int
        How many points.
    per_step : plan function, optional
        Does one step; see :func:`scan_nd`.
    delay : float, optional
        How long to wait at each point before it is read.
    md : dict, optional
        Metadata.
    """
    check_detectors(detectors)
    motors = list(args[: len(args) // 3 * 3 : 3])
    plan = scan(detectors, *args, num=num, per_step=per_step, delay=delay, md=_named("rel_scan", md))
    return (yield from relative(plan, motors))


def list_scan(
    detectors: Sequence[Readable],
    *args: Annotated[Any, MOTOR_POSITIONS],
    per_step: PerStep | None = None,
    delay: Delay = None,
    md: Metadata | None = None,
) -> Plan[str]:
    """
    Scan one motor, or several together, through lists of positions.

    Parameters
    ----------
    detectors : list of readable devices
        What to read at each point.
    *args : motor, [position, position ...], motor, [...] ...
        Motors with their positions, in the units of each motor; all lists of one length.
    per_step : plan function, optional
        Does one step; see :func:`scan_nd`.
    delay : float, optional
        How long to wait at each point before it is read.
    md : dict, optional
        Metadata.
    """
    check_detectors(detectors)
    axes = [(motor, list(positions)) for motor, positions in motor_list_pairs(args)]
    motors = [motor for motor, _ in axes]
    path = Together(axes)
    md_args = list(chain.from_iterable((repr(motor), positions) for motor, positions in axes))
    own = {
        "detectors": names(detectors),
        "motors": names(motors),
        "num_points": len(path),
        "num_intervals": (len(path) or 1) - 1,
        "plan_args": {"detectors": reprs(detectors), "args": md_args, "per_step": repr(per_step)},
        "plan_name": "list_scan",
        "plan_pattern": "inner_list_product",
        "plan_pattern_module": PATTERN_MODULE,
        "plan_pattern_args": {"args": md_args},
    }
    full_md = merged(own, md)
    full_md["hints"] = shared_dimension(motors) | full_md["hints"]
    return (yield from scan_nd(detectors, path, per_step=per_step, delay=delay, md=full_md))


def rel_list_scan(
    detectors: Sequence[Readable],
    *args: Annotated[Any, MOTOR_DISTANCES],
    per_step: PerStep | None = None,
    delay: Delay = None,
    md: Metadata | None = None,
) -> Plan[str]:
    """
    Scan motors through lists of positions counted from where they are, and go back.

    Parameters
    ----------
    detectors : list of readable devices
        What to read at each point.
    *args : motor, [position, position ...], motor, [...] ...
        Motors with their positions, counted from where they are.
    per_step : plan function, optional
        Does one step; see :func:`scan_nd`.
    delay : float, optional
        How long to wait at each point before it is read.
    md : dict, optional
        Metadata.
    """
    motors = [motor for motor, _ in motor_list_pairs(args)]
    plan = list_scan(detectors, *args, per_step=per_step, delay=delay, md=_named("rel_list_scan", md))
    return (yield from relative(plan, motors))


def log_scan(
    detectors: Sequence[Readable],
    motor: Movable,
    start: Exponent,
    stop: Exponent,
    num: PointCount,
    *,
    per_step: PerStep | None = None,
    delay: Delay = None,
    md: Metadata | None = None,
) -> Plan[str]:
    """
    Scan a motor in logarithmic steps.

    Parameters
    ----------
    detectors : list of readable devices
        What to read at each point.
    motor : movable device
        What to move.
    start, stop : float
        Decimal logarithm of the first and last position: the motor goes from 10^start to 10^stop.
    num : int
        How many points.
    per_step : plan function, optional
        Does one step; takes ``(detectors, motor, step)``.
    delay : float, optional
        How long to wait at each point before it is read.
    md : dict, optional
        Metadata.
    """
    check_detectors(detectors)
    check_one_wait(delay, per_step)
    own = {
        "detectors": names(detectors),
        "motors": [motor.name],
        "num_points": num,
        "num_intervals": num - 1,
        "plan_args": {
            "detectors": reprs(detectors),
            "num": num,
            "start": start,
            "stop": stop,
            "motor": repr(motor),
            "per_step": repr(per_step),
            **({"delay": delay} if delay else {}),
        },
        "plan_name": "log_scan",
        "plan_pattern": "logspace",
        "plan_pattern_module": "numpy",
        "plan_pattern_args": {"start": start, "stop": stop, "num": num},
        "hints": {},
    }
    full_md = with_own_dimensions(merged(own, md), [motor])

    step_plan = per_step or partial(one_1d_step, take_reading=reading_after(delay))

    def steps() -> Plan[None]:
        if per_step is None and streams_are_predeclared():
            yield from declare_stream(motor, *detectors, name="primary")  # type: ignore[arg-type]  # axes read, too
        for position in Logarithmic(start, stop, num):
            yield from step_plan(detectors, motor, position)

    uid: str = yield from stage_wrapper(run_wrapper(steps(), md=full_md), [*detectors, motor])
    return uid


def rel_log_scan(
    detectors: Sequence[Readable],
    motor: Movable,
    start: DistanceExponent,
    stop: DistanceExponent,
    num: PointCount,
    *,
    per_step: PerStep | None = None,
    delay: Delay = None,
    md: Metadata | None = None,
) -> Plan[str]:
    """
    Scan a motor in logarithmic steps counted from where it is, and go back.

    Parameters
    ----------
    detectors : list of readable devices
        What to read at each point.
    motor : movable device
        What to move.
    start, stop : float
        Decimal logarithm of the first and last distance: from 10^start to 10^stop.
    num : int
        How many points.
    per_step : plan function, optional
        Does one step; takes ``(detectors, motor, step)``.
    delay : float, optional
        How long to wait at each point before it is read.
    md : dict, optional
        Metadata.
    """
    full_md = _named("rel_log_scan", md)
    plan = log_scan(detectors, motor, start, stop, num, per_step=per_step, delay=delay, md=full_md)
    return (yield from relative(plan, [motor]))


def x2x_scan(
    detectors: Sequence[Readable],
    motor1: Movable,
    motor2: Movable,
    start: Annotated[float, PositionOf("motor1", relative=True)],
    stop: Annotated[float, PositionOf("motor1", relative=True)],
    num: PointCount,
    *,
    per_step: PerStep | None = None,
    delay: Delay = None,
    md: Metadata | None = None,
) -> Plan[str]:
    """
    Scan two motors round where they are, the second half as far as the first, as theta and two-theta.

    Parameters
    ----------
    detectors : list of readable devices
        What to read at each point.
    motor1 : movable device
        Moves from start to stop.
    motor2 : movable device
        Moves from half of start to half of stop.
    start, stop : float
        First and last position of the first motor, counted from where it is.
    num : int
        How many points.
    per_step : plan function, optional
        Does one step; see :func:`scan_nd`.
    delay : float, optional
        How long to wait at each point before it is read.
    md : dict, optional
        Metadata.
    """
    own = {
        "plan_name": "x2x_scan",
        "plan_args": {
            "detectors": reprs(detectors),
            "motor1": motor1.name,
            "motor2": motor2.name,
            "start": start,
            "stop": stop,
            "num": num,
            "per_step": repr(per_step),
        },
    }
    full_md = {**own, **(md or {})}
    args = (motor1, start, stop, motor2, start / 2, stop / 2)
    return (yield from rel_scan(detectors, *args, num=num, per_step=per_step, delay=delay, md=full_md))


def inner_product_scan(
    detectors: Sequence[Readable],
    num: PointCount,
    *args: Annotated[Any, MOTOR_RANGE],
    per_step: PerStep | None = None,
    md: Metadata | None = None,
) -> Plan[str]:
    """
    Scan motors together in equal steps: the older form of :func:`scan`.

    Parameters
    ----------
    detectors : list of readable devices
        What to read at each point.
    num : int
        How many points.
    *args : motor, start, stop, motor, start, stop ...
        Motors with their first and last position.
    per_step : plan function, optional
        Does one step; see :func:`scan_nd`.
    md : dict, optional
        Metadata.
    """
    md = _named("inner_product_scan", md)
    return (yield from scan(detectors, *args, num=num, per_step=per_step, md=md))


def relative_inner_product_scan(
    detectors: Sequence[Readable],
    num: PointCount,
    *args: Annotated[Any, MOTOR_RELATIVE_RANGE],
    per_step: PerStep | None = None,
    md: Metadata | None = None,
) -> Plan[str]:
    """
    Scan motors together round where they are: the older form of :func:`rel_scan`.

    Parameters
    ----------
    detectors : list of readable devices
        What to read at each point.
    num : int
        How many points.
    *args : motor, start, stop, motor, start, stop ...
        Motors with their first and last position, counted from where they are.
    per_step : plan function, optional
        Does one step; see :func:`scan_nd`.
    md : dict, optional
        Metadata.
    """
    md = _named("relative_inner_product_scan", md)
    return (yield from rel_scan(detectors, *args, num=num, per_step=per_step, md=md))


def relative(plan: Plan[str], motors: Sequence[Any]) -> Plan[str]:
    """Count the positions of a plan from where the motors are, and go back at the end."""
    uid: str = yield from reset_positions_wrapper(relative_set_wrapper(plan, motors), motors)
    return uid


def motor_list_pairs(args: Sequence[Any]) -> list[tuple[Any, Any]]:
    """Split ``motor, [positions], motor, [positions]`` into pairs."""
    if not args or len(args) % 2:
        raise ValueError(f"motors and lists come in pairs (motor, [positions]), but {len(args)} were given")
    return [(motor, _listed(motor, given)) for motor, given in zip(args[::2], args[1::2], strict=True)]


def _listed(motor: Any, positions: Any) -> Any:
    """Give positions as something with a length that the start document of a run can hold."""
    if not hasattr(positions, "__len__"):
        positions = list(islice(positions, MAX_POINTS + 1))
    if len(positions) > MAX_POINTS:
        raise ValueError(
            f"{motor.name} is given a list of more than {MAX_POINTS} positions, which is too long to be "
            "kept with the run: scan a range in equal steps instead"
        )
    return positions


def _points_apart(args: tuple[Any, ...], num: Any) -> tuple[tuple[Any, ...], int]:
    if num is None:
        if len(args) % 3 != 1:
            raise ValueError("the number of points is missing: give num=..., or the number as last argument")
        args, num = args[:-1], args[-1]
    if isinstance(num, bool) or not float(num).is_integer() or num < 1:
        raise ValueError(f"num counts points (it is not a step size), so it is a whole number, not {num!r}")
    return args, int(num)


def _triples(args: Sequence[Any]) -> list[tuple[Any, float, float]]:
    if not args or len(args) % 3:
        raise ValueError(f"motors come with start and stop (motor, start, stop), but {len(args)} were given")
    return list(zip(args[::3], args[1::3], args[2::3], strict=True))


def _named(plan_name: str, md: Metadata | None) -> dict[str, Any]:
    return {"plan_name": plan_name, **(md or {})}
