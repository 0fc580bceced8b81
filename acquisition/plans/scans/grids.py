"""Scans through all combinations of positions."""

from collections.abc import Iterable, Sequence
from itertools import chain
from typing import Annotated, Any, NamedTuple

from acquisition.plans.annotations import MAX_POINTS, Bounds, Groups, Member, Points, PositionOf
from acquisition.plans.kinship import is_one_of
from acquisition.plans.msg import Plan
from acquisition.plans.scans.lines import MOTOR_DISTANCES, MOTOR_POSITIONS, Delay, motor_list_pairs, relative
from acquisition.plans.scans.metadata import (
    PATTERN_MODULE,
    check_detectors,
    merged,
    names,
    reprs,
    with_own_dimensions,
)
from acquisition.plans.scans.trajectory import Grid, distinct, scan_nd
from acquisition.plans.shapes import Metadata, Movable, PerStep, Readable
from acquisition.plans.trajectories import Linear

_AxisPoints = Annotated[int, Bounds(1, MAX_POINTS), Points()]


def _grid_groups(relative: bool) -> Groups:
    position = Annotated[float, PositionOf("motor", relative=relative)]
    return Groups(
        (
            Member("motor", Movable, "What to move; the first motor is the slowest."),
            Member("start", position, "First position."),
            Member("stop", position, "Last position."),
            Member("num", _AxisPoints, "How many positions."),
        ),
        product=True,
    )


GRID_AXIS = _grid_groups(relative=False)
GRID_RELATIVE_AXIS = _grid_groups(relative=True)
LIST_AXIS = Groups(MOTOR_POSITIONS.members, product=True)
LIST_RELATIVE_AXIS = Groups(MOTOR_DISTANCES.members, product=True)


class _Axis(NamedTuple):
    motor: Any
    start: float
    stop: float
    num: int
    snakes: bool


def grid_scan(
    detectors: Sequence[Readable],
    *args: Annotated[Any, GRID_AXIS],
    snake_axes: bool | Iterable[Movable] | None = None,
    per_step: PerStep | None = None,
    delay: Delay = None,
    md: Metadata | None = None,
) -> Plan[str]:
    """
    Scan a grid of equally spaced points.

    Parameters
    ----------
    detectors : list of readable devices
        What to read at each point.
    *args : motor, start, stop, num, motor, start, stop, num ...
        Motors with first and last position, in the units of each, and number of positions; the
        first is the slowest.
    snake_axes : bool or list of motors
        Which motors go to and fro instead of back to the start each time; True for all but the first.
    per_step : plan function, optional
        Does one step; see :func:`scan_nd`.
    delay : float, optional
        How long to wait at each point before it is read.
    md : dict, optional
        Metadata.
    """
    check_detectors(detectors)
    axes = _snaked(_axes(args, snake_axes), snake_axes)
    motors = [axis.motor for axis in axes]
    md_args = list(chain.from_iterable(_described(axis, n) for n, axis in enumerate(axes)))
    snaking = tuple(axis.snakes for axis in axes)
    own = {
        "shape": tuple(axis.num for axis in axes),
        "extents": tuple([axis.start, axis.stop] for axis in axes),
        "snaking": snaking,
        "plan_args": {"detectors": reprs(detectors), "args": md_args, "per_step": repr(per_step)},
        "plan_name": "grid_scan",
        "plan_pattern": "outer_product",
        "plan_pattern_args": {"args": md_args},
        "plan_pattern_module": PATTERN_MODULE,
        "motors": tuple(names(motors)),
        "hints": {},
    }
    full_md = merged(own, md)
    full_md["hints"].setdefault("gridding", "rectilinear")
    with_own_dimensions(full_md, motors)
    path = Grid([(axis.motor, Linear(axis.start, axis.stop, axis.num)) for axis in axes], snaking)
    return (yield from scan_nd(detectors, path, per_step=per_step, delay=delay, md=full_md))


def rel_grid_scan(
    detectors: Sequence[Readable],
    *args: Annotated[Any, GRID_RELATIVE_AXIS],
    snake_axes: bool | Iterable[Movable] | None = None,
    per_step: PerStep | None = None,
    delay: Delay = None,
    md: Metadata | None = None,
) -> Plan[str]:
    """
    Scan a grid round where the motors are, and go back.

    Parameters
    ----------
    detectors : list of readable devices
        What to read at each point.
    *args : motor, start, stop, num, motor, start, stop, num ...
        Motors with first and last position, counted from where they are, and number of positions.
    snake_axes : bool or list of motors
        Which motors go to and fro; True for all but the first.
    per_step : plan function, optional
        Does one step; see :func:`scan_nd`.
    delay : float, optional
        How long to wait at each point before it is read.
    md : dict, optional
        Metadata.
    """
    motors = [axis.motor for axis in _axes(args, snake_axes)]
    full_md = {"plan_name": "rel_grid_scan", **(md or {})}
    plan = grid_scan(detectors, *args, snake_axes=snake_axes, per_step=per_step, delay=delay, md=full_md)
    return (yield from relative(plan, motors))


def list_grid_scan(
    detectors: Sequence[Readable],
    *args: Annotated[Any, LIST_AXIS],
    snake_axes: bool | Iterable[Movable] = False,
    per_step: PerStep | None = None,
    delay: Delay = None,
    md: Metadata | None = None,
) -> Plan[str]:
    """
    Scan a grid through lists of positions.

    Parameters
    ----------
    detectors : list of readable devices
        What to read at each point.
    *args : motor, [position, position ...], motor, [...] ...
        Motors with their positions, in the units of each; the first is the slowest.
    snake_axes : bool or list of motors
        Which motors go to and fro; True for all but the first.
    per_step : plan function, optional
        Does one step; see :func:`scan_nd`.
    delay : float, optional
        How long to wait at each point before it is read.
    md : dict, optional
        Metadata.
    """
    check_detectors(detectors)
    axes = motor_list_pairs(args)
    motors = [motor for motor, _ in axes]
    snaking = [_snakes(motor, n, snake_axes) for n, motor in enumerate(motors)]
    md_args = list(chain.from_iterable((repr(motor), positions) for motor, positions in axes))
    own = {
        "shape": tuple(len(positions) for _, positions in axes),
        "extents": tuple([min(positions), max(positions)] for _, positions in axes),
        "snake_axes": repr(snake_axes),
        "plan_args": {"detectors": reprs(detectors), "args": md_args, "per_step": repr(per_step)},
        "plan_name": "list_grid_scan",
        "plan_pattern": "outer_list_product",
        "plan_pattern_args": {"args": md_args, "snake_axes": repr(snake_axes)},
        "plan_pattern_module": PATTERN_MODULE,
        "motors": tuple(names(motors)),
        "hints": {},
    }
    full_md = with_own_dimensions(merged(own, md), motors)
    return (yield from scan_nd(detectors, Grid(axes, snaking), per_step=per_step, delay=delay, md=full_md))


def rel_list_grid_scan(
    detectors: Sequence[Readable],
    *args: Annotated[Any, LIST_RELATIVE_AXIS],
    snake_axes: bool | Iterable[Movable] = False,
    per_step: PerStep | None = None,
    delay: Delay = None,
    md: Metadata | None = None,
) -> Plan[str]:
    """
    Scan a grid through lists of positions counted from where the motors are, and go back.

    Parameters
    ----------
    detectors : list of readable devices
        What to read at each point.
    *args : motor, [position, position ...], motor, [...] ...
        Motors with their positions, counted from where they are; the first is the slowest.
    snake_axes : bool or list of motors
        Which motors go to and fro; True for all but the first.
    per_step : plan function, optional
        Does one step; see :func:`scan_nd`.
    delay : float, optional
        How long to wait at each point before it is read.
    md : dict, optional
        Metadata.
    """
    check_detectors(detectors)
    motors = [motor for motor, _ in motor_list_pairs(args)]
    full_md = {"plan_name": "rel_list_grid_scan", **(md or {})}
    plan = list_grid_scan(detectors, *args, snake_axes=snake_axes, per_step=per_step, delay=delay, md=full_md)
    return (yield from relative(plan, motors))


def _axes(args: Sequence[Any], snake_axes: object) -> list[_Axis]:
    """Split the arguments: motor, start, stop, num each, or with a snaking flag after all but the first."""
    for size, flagged in ((4, False), (5, True)):
        first, rest = args[:4], args[4:]
        if len(first) < 4 or len(rest) % size:
            continue
        chunks = [(*first, False)] + [
            (*rest[n : n + size], *(() if flagged else (False,))) for n in range(0, len(rest), size)
        ]
        if all(hasattr(chunk[0], "set") and not _any_movable(chunk[1:]) for chunk in chunks):
            if flagged and snake_axes is not None:
                raise ValueError(
                    "snaking is given by snake_axes and among the arguments, too: use snake_axes"
                )
            axes = [_Axis(*chunk) for chunk in chunks]
            distinct([axis.motor for axis in axes])
            return axes
    raise ValueError(
        f"a grid is given by motor, start, stop, num for each motor, but the {len(args)} arguments are not so"
    )


def _any_movable(values: Iterable[Any]) -> bool:
    return any(hasattr(value, "set") and hasattr(value, "read") for value in values)


def _snaked(axes: list[_Axis], snake_axes: Any) -> list[_Axis]:
    if snake_axes is None:
        return axes
    if isinstance(snake_axes, bool):
        return [axis._replace(snakes=snake_axes and n > 0) for n, axis in enumerate(axes)]
    if isinstance(snake_axes, str) or not isinstance(snake_axes, Iterable):
        raise ValueError(f"snake_axes is True, False or a list of motors, not {snake_axes!r}")
    chosen = distinct(list(snake_axes))
    motors = [axis.motor for axis in axes]
    strangers = [motor for motor in chosen if not is_one_of(motor, motors)]
    if strangers:
        raise ValueError(f"snake_axes has motors that the grid has not: {', '.join(names(strangers))}")
    if is_one_of(motors[0], chosen):
        raise ValueError(f"{motors[0].name} is the slowest motor and passes once: it cannot snake")
    return [axis._replace(snakes=is_one_of(axis.motor, chosen)) for axis in axes]


def _snakes(motor: Any, n: int, snake_axes: Any) -> bool:
    if isinstance(snake_axes, Iterable):
        return is_one_of(motor, snake_axes)
    return bool(snake_axes) and n > 0


def _described(axis: _Axis, n: int) -> list[Any]:
    described = [repr(axis.motor), axis.start, axis.stop, axis.num]
    return [*described, axis.snakes] if n > 0 else described
