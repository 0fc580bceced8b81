"""Tomography: pictures without light, without the sample, and of the sample as it turns."""

from typing import Annotated, Any

import numpy as np

from acquisition.plans.annotations import MAX_POINTS, Bounds, Points, PositionOf, Unit
from acquisition.plans.msg import Plan
from acquisition.plans.preprocessors.control import finalize_wrapper
from acquisition.plans.preprocessors.runs import run_wrapper
from acquisition.plans.preprocessors.staging import stage_wrapper
from acquisition.plans.shapes import Metadata, Movable, Readable
from acquisition.plans.stubs import checkpoint, configure, locate, mv, trigger_and_read

__plans__ = ("tomography",)

Few = Annotated[int, Bounds(1, 1000)]


def tomography(
    camera: Readable,
    rotation: Movable,
    across: Movable,
    shutter: Movable,
    start: Annotated[float, PositionOf("rotation")] = 0.0,
    stop: Annotated[float, PositionOf("rotation")] = 180.0,
    num: Annotated[int, Bounds(2, MAX_POINTS), Points()] = 91,
    out_by: Annotated[float, PositionOf("across", relative=True)] = 6.0,
    exposure: Annotated[float, Bounds(0.001, 60.0), Unit("s")] = 0.05,
    darks: Few = 5,
    flats: Few = 5,
    md: Metadata | None = None,
) -> Plan[str]:
    """
    Take darks, flats and a turn of the sample, in one run.

    The streams are ``dark`` (shutter closed), ``flat`` (sample out of the beam) and ``primary`` (a picture
    an angle). Shutter and sample end where they were, whatever happens.

    Parameters
    ----------
    camera : readable device
        Takes the pictures.
    rotation : movable device
        Turns the sample.
    across : movable device
        Takes the sample out of the beam.
    shutter : movable device
        Takes ``open`` and ``closed``.
    start : float
        First angle, in the units of the rotation.
    stop : float
        Last angle.
    num : int
        How many angles.
    out_by : float
        How far the sample goes for the flats, in the units of that motor.
    exposure : float
        Of a picture, in s.
    darks : int
        How many pictures without light.
    flats : int
        How many pictures without the sample.
    md : dict, optional
        Metadata.
    """
    origin = float((yield from locate(across))["setpoint"])
    was = (yield from locate(shutter))["setpoint"]
    own = {
        "plan_name": "tomography",
        "detectors": [camera.name],
        "motors": [rotation.name],
        "num_points": num,
        "num_darks": darks,
        "num_flats": flats,
        "exposure_s": exposure,
        "hints": {"dimensions": [([rotation.name], "primary")]},
        **(md or {}),
    }

    turned: Any = rotation  # a rotation can be read, too

    def series() -> Plan[None]:
        yield from mv(shutter, "closed")
        yield from _pictures(camera, darks, "dark")
        yield from mv(shutter, "open", across, origin + out_by)
        yield from _pictures(camera, flats, "flat")
        yield from mv(across, origin)
        for angle in np.linspace(start, stop, num):
            yield from checkpoint()
            yield from mv(rotation, float(angle))
            yield from trigger_and_read([camera, turned])

    def put_back() -> Plan[Any]:
        yield from mv(across, origin, shutter, was)

    yield from configure(camera, {"exposure_s": exposure})
    staged = stage_wrapper(run_wrapper(series(), md=own), [camera, rotation])
    return (yield from finalize_wrapper(staged, put_back))


def _pictures(camera: Any, number: int, stream: str) -> Plan[None]:
    for _ in range(number):
        yield from checkpoint()
        yield from trigger_and_read([camera], name=stream)
