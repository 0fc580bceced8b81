"""Maps of a sample."""

from collections.abc import Sequence
from typing import Annotated

from acquisition.plans.annotations import Bounds, Unit
from acquisition.plans.msg import Plan
from acquisition.plans.scans import grid_scan
from acquisition.plans.shapes import Metadata, Movable, Readable
from acquisition.plans.stubs import mv

__plans__ = ("map_sample",)

MOST_POINTS = 250_000
Length = Annotated[float, Bounds(0.001, 100.0), Unit("mm")]


def map_sample(
    detectors: Sequence[Readable],
    holder: Movable,
    sample: str,
    x: Movable,
    y: Movable,
    width: Length = 8.0,
    height: Length = 8.0,
    step: Length = 0.5,
    md: Metadata | None = None,
) -> Plan[str]:
    """
    Bring a sample into the beam and map it on a grid.

    The grid is centred on the sample and goes back and forth, x fast.

    Parameters
    ----------
    detectors : list of readable devices
        What to read at each point.
    holder : movable device
        Takes the name or the place of a sample.
    sample : str
        Which sample, such as ``meteorite`` or ``A2``.
    x : movable device
        Fine motor across, zero in the middle.
    y : movable device
        Fine motor upwards, zero in the middle.
    width : float
        Of the map, in mm.
    height : float
        Of the map, in mm.
    step : float
        From point to point, in mm.
    md : dict, optional
        Metadata.
    """
    columns, rows = (round(extent / step) + 1 for extent in (width, height))
    if columns * rows > MOST_POINTS:
        raise ValueError(
            f"a map of {columns} × {rows} points is more than {MOST_POINTS}: "
            f"take a larger step than {step:g} mm"
        )
    yield from mv(holder, sample)
    half_x, half_y = 0.5 * (columns - 1) * step, 0.5 * (rows - 1) * step
    own = {"plan_name": "map_sample", "sample": sample, **(md or {})}
    return (
        yield from grid_scan(
            detectors, y, -half_y, half_y, rows, x, -half_x, half_x, columns, snake_axes=True, md=own
        )
    )
