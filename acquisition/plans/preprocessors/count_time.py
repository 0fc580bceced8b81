"""One counting time for all detectors of a plan."""

from collections.abc import Iterable
from typing import Any

from acquisition.plans.groups import fresh_group
from acquisition.plans.msg import Msg, Plan
from acquisition.plans.preprocessors.control import finalize_wrapper
from acquisition.plans.preprocessors.decoration import make_decorator
from acquisition.plans.preprocessors.mutation import Insertion, pchain, plan_mutator, single_gen


def configure_count_time_wrapper(plan: Iterable[Any], time: float | None) -> Plan[Any]:
    """
    Set ``count_time`` of each device that has one when the plan first uses it; restore it at the end.

    Parameters
    ----------
    plan : plan
    time : float, optional
        Seconds; None changes nothing.
    """
    if time is None:
        return (yield from plan)
    seen: set[Any] = set()
    before: dict[Any, Any] = {}

    def set_first(msg: Any) -> Insertion:
        device = msg.obj
        if device is None or device in seen:
            return None, None
        seen.add(device)
        if not hasattr(device, "count_time"):
            return None, None
        before[device] = device.count_time.get()
        return pchain(_set_and_wait(device.count_time, time), single_gen(msg)), None

    def restore() -> Plan[None]:
        for device, earlier in before.items():
            yield from _set_and_wait(device.count_time, earlier)

    return (yield from finalize_wrapper(plan_mutator(plan, set_first), restore()))


def _set_and_wait(signal: Any, value: Any) -> Plan[None]:
    group = fresh_group("set")
    yield Msg("set", signal, value, group=group)
    yield Msg("wait", None, group=group, timeout=None)


configure_count_time_decorator = make_decorator(configure_count_time_wrapper)
