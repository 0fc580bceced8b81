"""Find the centre of what a motor crosses, and go there."""

from collections.abc import Sequence
from typing import Annotated, Any, Literal

import numpy as np

from acquisition.callbacks.peaks import peak_figures
from acquisition.plans.annotations import MAX_POINTS, Bounds, Points, PositionOf, Unit
from acquisition.plans.kinship import hinted_fields
from acquisition.plans.msg import Plan
from acquisition.plans.preprocessors.control import finalize_wrapper
from acquisition.plans.preprocessors.runs import run_wrapper
from acquisition.plans.preprocessors.staging import stage_wrapper
from acquisition.plans.shapes import Metadata, Movable, Readable
from acquisition.plans.stubs import checkpoint, locate, mv, trigger_and_read

__plans__ = ("align", "align_slit")

CONTRAST = 5.0
"""How far a peak must stand above the scatter of neighbouring points to count as one."""

PointCount = Annotated[int, Bounds(5, MAX_POINTS), Points()]


class NoPeakError(ValueError):
    """There is nothing to align to."""


def align(
    detector: Readable,
    motor: Movable,
    width: Annotated[float, PositionOf("motor", relative=True)],
    num: PointCount = 31,
    md: Metadata | None = None,
) -> Plan[str]:
    """
    Scan a motor across a peak and leave it in the middle.

    The middle is the mean of the two places where the signal crosses half of its height. It is read once
    more there, in the stream ``aligned``. Without a peak the motor goes back to where it was.

    Parameters
    ----------
    detector : readable device
        Its first hinted field is the signal.
    motor : movable device
        What is moved, half of the width to both sides of where it is.
    width : float
        How far to scan altogether, in the units of the motor.
    num : int
        How many points.
    md : dict, optional
        Metadata.
    """
    origin = float((yield from locate(motor))["setpoint"])
    places = np.linspace(origin - width / 2, origin + width / 2, num)
    return (yield from _aligned("align", detector, motor, origin, places, md))


def align_slit(
    slits: Movable,
    detector: Readable,
    direction: Literal["h", "v"] = "v",
    gap: Annotated[float, Bounds(0.01, 5.0), Unit("mm")] = 0.2,
    width: Annotated[float, Bounds(0.1, 10.0), Unit("mm")] = 2.0,
    num: PointCount = 41,
    md: Metadata | None = None,
) -> Plan[str]:
    """
    Find the beam with a narrow slit and centre the slit on it.

    The gap is closed to a narrow one, its centre is scanned over the beam and left in the middle of it, and
    the gap is opened again to what it was.

    Parameters
    ----------
    slits : movable device
        With pseudo axes ``h_gap``, ``h_centre``, ``v_gap``, ``v_centre``.
    detector : readable device
        Behind the slits; its first hinted field is the signal.
    direction : {"h", "v"}
        Across the beam or along the vertical.
    gap : float
        Gap while it is scanned, in mm.
    width : float
        How far to scan altogether, in mm.
    num : int
        How many points.
    md : dict, optional
        Metadata.
    """
    opening, centre = (getattr(slits, f"{direction}_{part}", None) for part in ("gap", "centre"))
    if opening is None or centre is None:
        raise TypeError(f"{slits.name} has no {direction}_gap and {direction}_centre: give a pair of slits")
    opened = float((yield from locate(opening))["setpoint"])
    origin = float((yield from locate(centre))["setpoint"])
    places = np.linspace(origin - width / 2, origin + width / 2, num)
    own = {"slit_gap": gap, **(md or {})}

    def narrow() -> Plan[str]:
        yield from mv(opening, gap)
        return (yield from _aligned("align_slit", detector, centre, origin, places, own))

    return (yield from finalize_wrapper(narrow(), lambda: mv(opening, opened)))


def _aligned(
    plan_name: str,
    detector: Any,
    motor: Any,
    origin: float,
    places: Sequence[float] | np.ndarray,
    md: Metadata | None,
) -> Plan[str]:
    field = next(iter(hinted_fields(detector)), None)
    if field is None:
        raise TypeError(f"{detector.name} has no hinted field to align to")
    full_md = {
        "plan_name": plan_name,
        "detectors": [detector.name],
        "motors": [motor.name],
        "num_points": len(places),
        "hints": {"dimensions": [(hinted_fields(motor), "primary")]},
        **(md or {}),
    }
    values: list[float] = []
    times: set[float] = set()

    def points() -> Plan[None]:
        for place in places:
            yield from checkpoint()
            yield from mv(motor, float(place))
            reading = yield from trigger_and_read([detector, motor])
            values.append(float(reading[field]["value"]))
            times.add(float(reading[field]["timestamp"]))
        middle = _middle(places, values)
        yield from mv(motor, origin if middle is None else middle)
        yield from trigger_and_read([detector, motor], name="aligned")
        if middle is None and any(times):  # a dry run answers every read with the same value, at time 0
            raise NoPeakError(
                f"{field} shows no peak while {motor.name} goes from {places[0]:g} to {places[-1]:g}, and "
                f"it is back at {origin:g}. Is there beam, and is the range wide enough?"
            )

    return (yield from stage_wrapper(run_wrapper(points(), md=full_md), [detector, motor]))


def _middle(places: Any, values: Sequence[float]) -> float | None:
    """Return the middle of the peak; None if there is none, or only one of its flanks."""
    signal = np.asarray(values)
    scatter = float(np.median(np.abs(np.diff(signal)))) + 1e-30
    found = peak_figures(places, signal)
    if found is None or found.fwhm is None or np.ptp(signal) < CONTRAST * scatter:
        return None
    return found.cen
