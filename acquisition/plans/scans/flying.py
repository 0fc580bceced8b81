"""Runs of devices that go on their own."""

import time
from collections.abc import Callable, Iterable, Sequence
from typing import Any

from acquisition.plans.errors import RampFailError
from acquisition.plans.msg import Plan
from acquisition.plans.preprocessors.runs import run_wrapper
from acquisition.plans.preprocessors.supplemental import monitor_during_wrapper
from acquisition.plans.shapes import Flyable, Metadata, Readable
from acquisition.plans.stubs.flying import collect, complete, kickoff
from acquisition.plans.stubs.pacing import sleep
from acquisition.plans.stubs.runs import close_run, open_run


def fly(flyers: Sequence[Flyable], *, md: Metadata | None = None) -> Plan[str]:
    """
    Let devices acquire on their own, one after the other, and collect what they have.

    Parameters
    ----------
    flyers : list of flyable devices
        What flies.
    md : dict, optional
        Metadata.
    """
    uid = yield from open_run(md)
    for flyer in flyers:
        yield from kickoff(flyer, wait=True)
    for flyer in flyers:
        yield from complete(flyer, wait=True)
    for flyer in flyers:
        yield from collect(flyer)
    yield from close_run()
    return uid


def ramp_plan(
    go_plan: Iterable[Any],
    monitor_sig: Readable,
    inner_plan_func: Callable[[], Plan[Any]],
    take_pre_data: bool = True,
    timeout: float | None = None,
    period: float | None = None,
    md: Metadata | None = None,
) -> Plan[str]:
    """
    Measure while something ramps.

    Parameters
    ----------
    go_plan : plan
        Starts the ramp and returns its status.
    monitor_sig : subscribable device
        Monitored all the while.
    inner_plan_func : function that gives a plan
        Takes one point; run again and again until the ramp is done, and once more after it.
    take_pre_data : bool
        Take a point before the ramp, too.
    timeout : float, optional
        Most seconds the ramp may take.
    period : float, optional
        Least seconds from point to point.
    md : dict, optional
        Metadata.

    Raises
    ------
    RampFailError
        If the ramp is not done in time.
    """

    def points() -> Plan[None]:
        started = time.monotonic()
        if take_pre_data:
            yield from inner_plan_func()
        status: Any = yield from _as_any(go_plan)
        while status is not None and not status.done:
            point_started = time.monotonic()
            yield from inner_plan_func()
            if timeout is not None and time.monotonic() > started + timeout:
                raise RampFailError(f"the ramp was not done after {timeout} s")
            if period is not None and (left := point_started + period - time.monotonic()) > 0:
                yield from sleep(left)
        yield from inner_plan_func()

    full_md = {"plan_name": "ramp_plan", **(md or {})}
    uid: str = yield from monitor_during_wrapper(run_wrapper(points(), md=full_md), [monitor_sig])
    return uid


def _as_any(plan: Any) -> Plan[Any]:
    return (yield from plan)
