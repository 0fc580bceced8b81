"""Measure while the temperature ramps."""

from collections.abc import Sequence
from typing import Annotated, Any

from acquisition.plans.annotations import Bounds, PositionOf, Unit
from acquisition.plans.msg import Plan
from acquisition.plans.preprocessors.control import contingency_wrapper
from acquisition.plans.preprocessors.staging import stage_wrapper
from acquisition.plans.scans import ramp_plan
from acquisition.plans.shapes import Metadata, Movable, Readable
from acquisition.plans.stubs import abs_set, checkpoint, configure, stop, trigger_and_read

__plans__ = ("temperature_ramp",)


def temperature_ramp(
    detectors: Sequence[Readable],
    oven: Movable,
    target: Annotated[float, PositionOf("oven")],
    rate: Annotated[float, Bounds(0.1, 6000.0), Unit("K/min")] = 300.0,
    period: Annotated[float, Bounds(0.0, 3600.0), Unit("s")] = 0.5,
    md: Metadata | None = None,
) -> Plan[str]:
    """
    Take points while a sample is heated or cooled, and follow its temperature.

    The temperature is monitored in a stream of its own; a point is taken every period, one before the ramp
    and one after. A plan that ends early leaves the oven where it is.

    Parameters
    ----------
    detectors : list of readable devices
        What to read at each point.
    oven : movable device
        The temperature controller.
    target : float
        Where to, in the units of the oven.
    rate : float
        How fast, in K/min.
    period : float
        Least seconds from point to point.
    md : dict, optional
        Metadata.
    """
    own = {
        "plan_name": "temperature_ramp",
        "detectors": [detector.name for detector in detectors],
        "motors": [oven.name],
        "target": target,
        "ramp_rate": rate,
        "hints": {"dimensions": [([oven.name], "primary")]},
        **(md or {}),
    }

    stage: Any = oven  # what can be heated can be read
    sensor: Any = getattr(oven, "temperature", oven)

    def go() -> Plan[Any]:
        return (yield from abs_set(oven, target))

    def point() -> Plan[None]:
        yield from checkpoint()
        yield from trigger_and_read([*detectors, stage])

    yield from configure(oven, {"ramp_rate": rate})
    ramp = ramp_plan(go(), sensor, point, period=period, md=own)
    held = contingency_wrapper(ramp, except_plan=lambda _: stop(oven))
    return (yield from stage_wrapper(held, [*detectors, stage]))
