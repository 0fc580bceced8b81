"""Scans in flight: the stage moves at constant speed, and the detector takes a frame at each position."""

from typing import Annotated, Any

from acquisition.plans.annotations import Bounds, Points, PositionOf, Unit
from acquisition.plans.msg import Plan
from acquisition.plans.preprocessors.runs import run_wrapper
from acquisition.plans.preprocessors.staging import stage_wrapper
from acquisition.plans.shapes import Flyable, Metadata
from acquisition.plans.stubs import (
    collect,
    collect_while_completing,
    declare_stream,
    kickoff,
    prepare,
)

__plans__ = ("fly_scan",)

FLUSH_S = 0.5


def fly_scan(
    detector: Flyable,
    stage: Flyable,
    start: Annotated[float, PositionOf("stage")],
    stop: Annotated[float, PositionOf("stage")],
    num: Annotated[int, Bounds(2, 100_000), Points()] = 200,
    exposure: Annotated[float, Bounds(0.0001, 10.0), Unit("s")] = 0.005,
    period: Annotated[float, Bounds(0.001, 10.0), Unit("s")] = 0.01,
    md: Metadata | None = None,
) -> Plan[str]:
    """
    Fly a stage past the beam and take a frame at each of many positions.

    The stage gives a pulse at each position and the detector takes a frame for each pulse: frame n of the
    stream ``primary`` was taken where event n of the stage's own stream says.

    Parameters
    ----------
    detector : flyable device
        Takes frames, one a pulse.
    stage : flyable device
        Moves at constant speed and gives the pulses.
    start : float
        Position of the first frame, in the units of the stage.
    stop : float
        Position of the last frame.
    num : int
        How many frames.
    exposure : float
        Of a frame, in s; shorter than the period.
    period : float
        From frame to frame, in s.
    md : dict, optional
        Metadata.
    """
    if exposure >= period:
        raise ValueError(f"an exposure of {exposure:g} s does not fit into a period of {period:g} s")
    own = {
        "plan_name": "fly_scan",
        "detectors": [detector.name],
        "motors": [stage.name],
        "num_points": num,
        "exposure_s": exposure,
        "period_s": period,
        "hints": {"dimensions": [([stage.name], stage.name)]},
        **(md or {}),
    }

    def flight() -> Plan[None]:
        frames = {"frames": num, "exposure_s": exposure, "period_s": period, "is_external": True}
        yield from prepare(detector, frames, group="prepared")
        line = {"start": start, "stop": stop, "points": num, "dwell_s": period}
        yield from prepare(stage, line, group="prepared", wait=True)
        yield from declare_stream(detector, name="primary", collect=True)
        yield from kickoff(detector, wait=True)
        yield from kickoff(stage, wait=True)
        yield from collect_while_completing(
            [stage, detector], [detector], flush_period=FLUSH_S, stream_name="primary"
        )
        yield from collect(stage)

    devices: list[Any] = [detector, stage]
    return (yield from stage_wrapper(run_wrapper(flight(), md=own), devices))
