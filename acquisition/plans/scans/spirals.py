"""Scans of two motors from a centre outwards."""

from collections.abc import Sequence
from typing import Annotated, Any

from acquisition.plans import trajectories
from acquisition.plans.annotations import MAX_POINTS, Bounds, Points, PositionOf, Unit
from acquisition.plans.msg import Plan
from acquisition.plans.scans.lines import Delay, relative
from acquisition.plans.scans.metadata import (
    PATTERN_MODULE,
    merged,
    own_dimensions,
    reprs,
    with_own_dimensions,
)
from acquisition.plans.scans.trajectory import Together, scan_nd
from acquisition.plans.shapes import Metadata, Movable, PerStep, Readable

XPosition = Annotated[float, PositionOf("x_motor")]
YPosition = Annotated[float, PositionOf("y_motor")]
Width = Annotated[float, Bounds(minimum=0)]
Angle = Annotated[float, Unit("rad")]
SideCount = Annotated[int, Bounds(2, MAX_POINTS), Points()]


def spiral(
    detectors: Sequence[Readable],
    x_motor: Movable,
    y_motor: Movable,
    x_start: XPosition,
    y_start: YPosition,
    x_range: Width,
    y_range: Width,
    dr: Width,
    nth: Width,
    *,
    dr_y: Width | None = None,
    tilt: Angle = 0.0,
    per_step: PerStep | None = None,
    delay: Delay = None,
    md: Metadata | None = None,
) -> Plan[str]:
    """
    Scan two motors along rings round a centre.

    Parameters
    ----------
    detectors : list of readable devices
        What to read at each point.
    x_motor, y_motor : movable devices
        What to move.
    x_start, y_start : float
        Centre.
    x_range, y_range : float
        Full width and height.
    dr : float
        Distance of the rings along x.
    nth : float
        Points of the first ring.
    dr_y : float, optional
        Distance of the rings along y; as along x unless given.
    tilt : float
        Shear of the box, in radians.
    per_step : plan function, optional
        Does one step; see :func:`scan_nd`.
    delay : float, optional
        How long to wait at each point before it is read.
    md : dict, optional
        Metadata.
    """
    box = {"x_start": x_start, "y_start": y_start, "x_range": x_range, "y_range": y_range}
    shape: dict[str, Any] = {**box, "dr": dr, "nth": nth, "dr_y": dr_y, "tilt": tilt}
    points = trajectories.spiral(**shape)
    md = _round_metadata("spiral", detectors, x_motor, y_motor, shape, per_step, md)
    path = _path(x_motor, y_motor, points)
    return (yield from scan_nd(detectors, path, per_step=per_step, delay=delay, md=md))


def rel_spiral(
    detectors: Sequence[Readable],
    x_motor: Movable,
    y_motor: Movable,
    x_range: Width,
    y_range: Width,
    dr: Width,
    nth: Width,
    *,
    dr_y: Width | None = None,
    tilt: Angle = 0.0,
    per_step: PerStep | None = None,
    delay: Delay = None,
    md: Metadata | None = None,
) -> Plan[str]:
    """
    Scan two motors along rings round where they are, and go back; parameters as for spiral.

    Parameters
    ----------
    detectors : list of readable devices
        What to read at each point.
    x_motor, y_motor : movable devices
        What to move.
    x_range, y_range : float
        Full width and height.
    dr : float
        Distance of the rings along x.
    nth : float
        Points of the first ring.
    dr_y : float, optional
        Distance of the rings along y; as along x unless given.
    tilt : float
        Shear of the box, in radians.
    per_step : plan function, optional
        Does one step; see :func:`scan_nd`.
    delay : float, optional
        How long to wait at each point before it is read.
    md : dict, optional
        Metadata.
    """
    full_md = {"plan_name": "rel_spiral", **(md or {})}
    plan = spiral(
        detectors, x_motor, y_motor, 0, 0, x_range, y_range, dr, nth,
        dr_y=dr_y, tilt=tilt, per_step=per_step, delay=delay, md=full_md,
    )  # fmt: skip
    return (yield from relative(plan, [x_motor, y_motor]))


def spiral_fermat(
    detectors: Sequence[Readable],
    x_motor: Movable,
    y_motor: Movable,
    x_start: XPosition,
    y_start: YPosition,
    x_range: Width,
    y_range: Width,
    dr: Width,
    factor: Width,
    *,
    dr_y: Width | None = None,
    tilt: Angle = 0.0,
    per_step: PerStep | None = None,
    delay: Delay = None,
    md: Metadata | None = None,
) -> Plan[str]:
    """
    Scan two motors along a Fermat spiral: even cover of an area without lines.

    Parameters
    ----------
    detectors : list of readable devices
        What to read at each point.
    x_motor, y_motor : movable devices
        What to move.
    x_start, y_start : float
        Centre.
    x_range, y_range : float
        Full width and height.
    dr : float
        Step of the radius along x.
    factor : float
        Divides the radius: larger is denser.
    dr_y : float, optional
        Step of the radius along y; as along x unless given.
    tilt : float
        Shear of the box, in radians.
    per_step : plan function, optional
        Does one step; see :func:`scan_nd`.
    delay : float, optional
        How long to wait at each point before it is read.
    md : dict, optional
        Metadata.
    """
    box = {"x_start": x_start, "y_start": y_start, "x_range": x_range, "y_range": y_range}
    shape: dict[str, Any] = {**box, "dr": dr, "factor": factor, "dr_y": dr_y, "tilt": tilt}
    points = trajectories.spiral_fermat(**shape)
    md = _round_metadata("spiral_fermat", detectors, x_motor, y_motor, shape, per_step, md)
    path = _path(x_motor, y_motor, points)
    return (yield from scan_nd(detectors, path, per_step=per_step, delay=delay, md=md))


def rel_spiral_fermat(
    detectors: Sequence[Readable],
    x_motor: Movable,
    y_motor: Movable,
    x_range: Width,
    y_range: Width,
    dr: Width,
    factor: Width,
    *,
    dr_y: Width | None = None,
    tilt: Angle = 0.0,
    per_step: PerStep | None = None,
    delay: Delay = None,
    md: Metadata | None = None,
) -> Plan[str]:
    """
    Scan two motors along a Fermat spiral round where they are, and go back.

    Parameters
    ----------
    detectors : list of readable devices
        What to read at each point.
    x_motor, y_motor : movable devices
        What to move.
    x_range, y_range : float
        Full width and height.
    dr : float
        Step of the radius along x.
    factor : float
        Divides the radius: larger is denser.
    dr_y : float, optional
        Step of the radius along y; as along x unless given.
    tilt : float
        Shear of the box, in radians.
    per_step : plan function, optional
        Does one step; see :func:`scan_nd`.
    delay : float, optional
        How long to wait at each point before it is read.
    md : dict, optional
        Metadata.
    """
    full_md = {"plan_name": "rel_spiral_fermat", **(md or {})}
    plan = spiral_fermat(
        detectors, x_motor, y_motor, 0, 0, x_range, y_range, dr, factor,
        dr_y=dr_y, tilt=tilt, per_step=per_step, delay=delay, md=full_md,
    )  # fmt: skip
    return (yield from relative(plan, [x_motor, y_motor]))


def spiral_square(
    detectors: Sequence[Readable],
    x_motor: Movable,
    y_motor: Movable,
    x_center: XPosition,
    y_center: YPosition,
    x_range: Width,
    y_range: Width,
    x_num: SideCount,
    y_num: SideCount,
    *,
    per_step: PerStep | None = None,
    delay: Delay = None,
    md: Metadata | None = None,
) -> Plan[str]:
    """
    Scan a grid of two motors from its middle outwards.

    Parameters
    ----------
    detectors : list of readable devices
        What to read at each point.
    x_motor, y_motor : movable devices
        What to move.
    x_center, y_center : float
        Middle of the grid.
    x_range, y_range : float
        Full width and height.
    x_num, y_num : int
        Points along each motor.
    per_step : plan function, optional
        Does one step; see :func:`scan_nd`.
    delay : float, optional
        How long to wait at each point before it is read.
    md : dict, optional
        Metadata.
    """
    shape: dict[str, Any] = {
        "x_center": x_center,
        "y_center": y_center,
        "x_range": x_range,
        "y_range": y_range,
        "x_num": x_num,
        "y_num": y_num,
    }
    points = trajectories.spiral_square(**shape)
    own = {
        "plan_args": {
            "detectors": reprs(detectors),
            "x_motor": repr(x_motor),
            "y_motor": repr(y_motor),
            **shape,
            "per_step": repr(per_step),
        },
        "plan_name": "spiral_square",
        "plan_pattern": "spiral_square",
        "shape": (y_num, x_num),
        "extents": (
            (y_center - y_range / 2, y_center + y_range / 2),
            (x_center - x_range / 2, x_center + x_range / 2),
        ),
        "hints": {},
    }
    full_md = merged(own, md)
    full_md["hints"].setdefault("gridding", "rectilinear_nonsequential")
    with_own_dimensions(full_md, [y_motor, x_motor])
    path = _path(x_motor, y_motor, points)
    return (yield from scan_nd(detectors, path, per_step=per_step, delay=delay, md=full_md))


def rel_spiral_square(
    detectors: Sequence[Readable],
    x_motor: Movable,
    y_motor: Movable,
    x_range: Width,
    y_range: Width,
    x_num: SideCount,
    y_num: SideCount,
    *,
    per_step: PerStep | None = None,
    delay: Delay = None,
    md: Metadata | None = None,
) -> Plan[str]:
    """
    Scan a grid of two motors from where they are outwards, and go back.

    Parameters
    ----------
    detectors : list of readable devices
        What to read at each point.
    x_motor, y_motor : movable devices
        What to move.
    x_range, y_range : float
        Full width and height.
    x_num, y_num : int
        Points along each motor.
    per_step : plan function, optional
        Does one step; see :func:`scan_nd`.
    delay : float, optional
        How long to wait at each point before it is read.
    md : dict, optional
        Metadata.
    """
    full_md = {"plan_name": "rel_spiral_square", **(md or {})}
    plan = spiral_square(
        detectors, x_motor, y_motor, 0, 0, x_range, y_range, x_num, y_num,
        per_step=per_step, delay=delay, md=full_md,
    )  # fmt: skip
    return (yield from relative(plan, [x_motor, y_motor]))


def _path(x_motor: Any, y_motor: Any, points: Any) -> Together:
    both = list(points)
    return Together([(x_motor, [x for x, _ in both]), (y_motor, [y for _, y in both])])


def _round_metadata(
    name: str,
    detectors: Sequence[Readable],
    x_motor: Any,
    y_motor: Any,
    shape: dict[str, Any],
    per_step: Any,
    md: Metadata | None,
) -> dict[str, Any]:
    motors = {"x_motor": repr(x_motor), "y_motor": repr(y_motor)}
    x, y, width, height = (shape[key] for key in ("x_start", "y_start", "x_range", "y_range"))
    dimensions = own_dimensions([x_motor, y_motor])
    own = {
        "plan_args": {"detectors": reprs(detectors), **motors, **shape, "per_step": repr(per_step)},
        "extents": ([x - width, x + width], [y - height, y + height]),
        "plan_name": name,
        "plan_pattern": name,
        "plan_pattern_args": {**motors, **shape},
        "plan_pattern_module": PATTERN_MODULE,
        "hints": {} if dimensions is None else {"dimensions": dimensions},
    }
    return merged(own, md)
