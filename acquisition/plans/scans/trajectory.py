"""Motors on trajectories, and the scan along any of them."""

import inspect
import math
import sys
from collections import defaultdict
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence, Set
from functools import partial
from typing import Any, Protocol

from acquisition.plans.coupling import join_coupled, shared_parents
from acquisition.plans.msg import Plan
from acquisition.plans.preprocessors.runs import run_wrapper
from acquisition.plans.preprocessors.staging import stage_wrapper
from acquisition.plans.scans.metadata import (
    check_detectors,
    merged,
    names,
    reprs,
    streams_are_predeclared,
    with_own_dimensions,
)
from acquisition.plans.shapes import Metadata, PerStep, Readable, TakeReading
from acquisition.plans.stubs.bundling import declare_stream
from acquisition.plans.stubs.pacing import sleep
from acquisition.plans.stubs.reading import trigger_and_read
from acquisition.plans.stubs.stepping import one_nd_step
from acquisition.plans.trajectories import grid_index

_KEPT_AS_LIST = 10_000


class Trajectory(Protocol):
    """Steps of motors: what a cycler of devices is, and what the classes here are."""

    @property
    def keys(self) -> Iterable[Any]: ...

    def __len__(self) -> int: ...

    def __iter__(self) -> Iterator[Mapping[Any, Any]]: ...


class Together:
    """
    Motors that move in step, each along its own positions.

    Parameters
    ----------
    axes : sequence of (motor, sequence of positions)
        All of one length.
    """

    def __init__(self, axes: Sequence[tuple[Any, Sequence[Any]]]) -> None:
        if not axes:
            raise ValueError("a scan needs a motor: give motor and positions")
        self.keys = distinct([motor for motor, _ in axes])
        self._positions = [positions for _, positions in axes]
        lengths = {motor.name: len(positions) for motor, positions in axes}
        if len(set(lengths.values())) > 1:
            raise ValueError(f"motors that move together need lists of one length, but these have {lengths}")

    def __len__(self) -> int:
        return len(self._positions[0])

    def __iter__(self) -> Iterator[dict[Any, Any]]:
        for positions in zip(*self._positions, strict=True):
            yield dict(zip(self.keys, positions, strict=True))

    def __repr__(self) -> str:
        return f"{type(self).__name__}({list(zip(self.keys, self._positions, strict=True))})"


class Grid:
    """
    Motors that go through all combinations of their positions; the first is the slowest.

    Parameters
    ----------
    axes : sequence of (motor, sequence of positions)
    snaking : sequence of bool
        For each motor, whether it goes backwards on each second pass.
    """

    def __init__(self, axes: Sequence[tuple[Any, Sequence[Any]]], snaking: Sequence[bool]) -> None:
        if not axes:
            raise ValueError("a grid needs a motor: give motor and positions")
        self.keys = distinct([motor for motor, _ in axes])
        self.snaking = tuple(snaking)
        self.shape = tuple(len(positions) for _, positions in axes)
        self._positions = [_at_hand(positions) for _, positions in axes]
        if math.prod(self.shape) > sys.maxsize:
            raise ValueError(f"a grid of {' x '.join(map(str, self.shape))} points has too many points")

    def __len__(self) -> int:
        return math.prod(self.shape)

    def __iter__(self) -> Iterator[dict[Any, Any]]:
        for point in range(len(self)):
            index = grid_index(point, self.shape, self.snaking)
            yield {
                motor: positions[n]
                for motor, positions, n in zip(self.keys, self._positions, index, strict=True)
            }

    def __repr__(self) -> str:
        return f"{type(self).__name__}({list(zip(self.keys, self._positions, strict=True))}, {self.snaking})"


def scan_nd(
    detectors: Sequence[Readable],
    cycler: Trajectory,
    *,
    per_step: PerStep | None = None,
    delay: float | None = None,
    md: Metadata | None = None,
) -> Plan[str]:
    """
    Scan along any trajectory.

    Parameters
    ----------
    detectors : list of readable devices
        What to read at each point.
    cycler : trajectory
        Iterates over steps ``{motor: position}``, has a length and ``keys`` (the motors); a cycler
        of devices is one.
    per_step : plan function, optional
        Does one step; takes ``(detectors, step, pos_cache)``, or ``(detectors, motor, step)`` for
        one motor.
    delay : float, optional
        Seconds to wait at each point before it is read.
    md : dict, optional
        Metadata.

    Raises
    ------
    ValueError
        There is a delay and a step function, which waits by itself.
    """
    check_detectors(detectors)
    check_one_wait(delay, per_step)
    given = _in_order(cycler)
    own = {
        "detectors": names(detectors),
        "motors": names(given),
        "num_points": len(cycler),
        "num_intervals": len(cycler) - 1,
        "plan_args": {"detectors": reprs(detectors), "cycler": repr(cycler), "per_step": repr(per_step)},
        "plan_name": "scan_nd",
        "hints": {},
    }
    full_md = with_own_dimensions(merged(own, md), given)
    if delay:
        full_md["plan_args"] = {**full_md["plan_args"], "delay": delay}
    own_step = partial(one_nd_step, take_reading=reading_after(delay)) if delay else one_nd_step
    step_plan = own_step if per_step is None else as_nd_step(per_step, given)
    coupled = bool(shared_parents(given))
    motors = list(join_coupled(dict.fromkeys(given))) if coupled else given

    def steps() -> Plan[None]:
        if per_step is None and streams_are_predeclared():
            yield from declare_stream(*motors, *detectors, name="primary")
        positions: dict[Any, Any] = defaultdict(lambda: None)
        for step in cycler:
            yield from step_plan(detectors, join_coupled(step) if coupled else step, positions)

    uid: str = yield from stage_wrapper(run_wrapper(steps(), md=full_md), [*detectors, *motors])
    return uid


def check_one_wait(delay: float | None, per_step: PerStep | None) -> None:
    """Refuse a delay beside a step function, which waits by itself."""
    if delay and per_step is not None:
        raise ValueError("give delay or per_step: a step function waits by itself")


def reading_after(delay: float | None) -> TakeReading | None:
    """Give what waits after the move and then reads; None, the plain reading, where there is no delay."""

    def settled(devices: Sequence[Any]) -> Plan[Any]:
        yield from sleep(delay or 0.0)
        return (yield from trigger_and_read(devices))

    return settled if delay else None


def as_nd_step(per_step: PerStep, motors: Sequence[Any]) -> Callable[..., Plan[Any]]:
    """
    Give a step function for any number of motors of one that may be for a single motor.

    Raises
    ------
    TypeError
        If its parameters are those of neither, or it is for one motor and there are more.
    """
    parameters = list(inspect.signature(per_step).parameters.values())
    first = [parameter.name for parameter in parameters[:3]]
    free = [
        parameter.name
        for parameter in parameters[3:]
        if parameter.default is parameter.empty
        and parameter.kind not in {parameter.VAR_POSITIONAL, parameter.VAR_KEYWORD}
    ]
    if first == ["detectors", "step", "pos_cache"] and not free:
        return per_step
    if first != ["detectors", "motor", "step"] or free:
        raise TypeError(
            "per_step takes (detectors, step, pos_cache), or (detectors, motor, step) for one motor, and "
            f"further parameters have defaults; this one takes {inspect.signature(per_step)}"
        )
    if len(motors) != 1:
        raise TypeError(f"per_step takes one motor, but {len(motors)} move: {', '.join(names(motors))}")

    def one_motor_step(detectors: Sequence[Any], step: Mapping[Any, Any], pos_cache: Any) -> Plan[Any]:
        ((motor, position),) = step.items()
        return (yield from per_step(detectors, motor, position))

    return one_motor_step


def distinct(motors: Sequence[Any]) -> tuple[Any, ...]:
    """Give the motors; raise ValueError if one of them comes twice."""
    if len(set(motors)) < len(motors):
        raise ValueError(f"a motor can be on one axis only, but these are given: {', '.join(names(motors))}")
    return tuple(motors)


def _in_order(trajectory: Trajectory) -> list[Any]:
    """Give the motors; a cycler has them as a set, in the order of its steps otherwise."""
    keys = trajectory.keys
    if isinstance(keys, Set) and len(trajectory):
        return list(next(iter(trajectory)))
    return list(keys)


def _at_hand(positions: Sequence[Any]) -> Sequence[Any]:
    return list(positions) if len(positions) <= _KEPT_AS_LIST else positions
