"""Readings without moves."""

from collections.abc import Iterable, Sequence
from functools import partial
from typing import Annotated

from acquisition.plans.annotations import MAX_POINTS, Bounds, Points, Unit
from acquisition.plans.msg import Plan
from acquisition.plans.preprocessors.runs import run_wrapper
from acquisition.plans.preprocessors.staging import stage_wrapper
from acquisition.plans.scans.metadata import check_detectors, merged, names, reprs, streams_are_predeclared
from acquisition.plans.shapes import Metadata, PerShot, Readable
from acquisition.plans.stubs.bundling import declare_stream
from acquisition.plans.stubs.looping import repeat
from acquisition.plans.stubs.stepping import one_shot


def count(
    detectors: Sequence[Readable],
    num: Annotated[int | None, Bounds(1, MAX_POINTS), Points()] = 1,
    delay: Annotated[float | Iterable[float], Unit("s"), Bounds(minimum=0)] = 0.0,
    *,
    per_shot: PerShot | None = None,
    md: Metadata | None = None,
) -> Plan[str]:
    """
    Take readings of detectors.

    Parameters
    ----------
    detectors : list of readable devices
        What to read.
    num : int, optional
        How many readings; None goes on until stopped.
    delay : float or list of float
        Time from one reading to the next, in seconds; a list has one for each gap.
    per_shot : plan function, optional
        Takes one reading; its argument is the list of detectors.
    md : dict, optional
        Metadata.

    Returns
    -------
    str
        The uid of the run.
    """
    check_detectors(detectors)
    own = {
        "detectors": names(detectors),
        "num_points": num,
        "num_intervals": None if num is None else num - 1,
        "plan_args": {"detectors": reprs(detectors), "num": num, "delay": delay},
        "plan_name": "count",
        "hints": {},
    }
    full_md = merged(own, md)
    full_md["hints"].setdefault("dimensions", [(("time",), "primary")])

    def readings() -> Plan[None]:
        if per_shot is None and streams_are_predeclared():
            yield from declare_stream(*detectors, name="primary")
        yield from repeat(partial(per_shot or one_shot, detectors), num=num, delay=delay)

    uid: str = yield from stage_wrapper(run_wrapper(readings(), md=full_md), detectors)
    return uid
