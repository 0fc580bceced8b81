"""Make devices ready for acquisition, and put them back."""

from collections.abc import Hashable
from typing import Any

from acquisition.plans.groups import fresh_group
from acquisition.plans.msg import Msg, Plan
from acquisition.plans.plan_call import plan


@plan
def stage(obj: Any, *, group: Hashable | None = None, wait: bool | None = None) -> Plan[Any]:
    """
    Make a device ready for acquisition.

    Parameters
    ----------
    obj : stageable device
        Others are left as they are.
    group : hashable, optional
        Group that the status of the device joins.
    wait : bool, optional
        Wait until it is ready. Devices that answer with a list are ready at once, so False is
        refused for them.

    Returns
    -------
    status or list of devices
    """
    return (yield from _stage_or_unstage("stage", obj, group, wait))


@plan
def unstage(obj: Any, *, group: Hashable | None = None, wait: bool | None = None) -> Plan[Any]:
    """Put a device back to what it was before staging; arguments as for :func:`stage`."""
    return (yield from _stage_or_unstage("unstage", obj, group, wait))


@plan
def stage_all(*args: Any, group: Hashable | None = None) -> Plan[None]:
    """Stage devices, in the order given, and wait for all that take time."""
    yield from _each("stage", args, group)


@plan
def unstage_all(*args: Any, group: Hashable | None = None) -> Plan[None]:
    """Unstage devices, in the order given, and wait for all that take time."""
    yield from _each("unstage", args, group)


def is_status(answer: Any) -> bool:
    """Tell whether an answer is a status to wait for; devices may answer with a list instead."""
    return hasattr(answer, "add_callback") and hasattr(answer, "done")


def _stage_or_unstage(command: str, obj: Any, group: Hashable | None, wait: bool | None) -> Plan[Any]:
    answer = yield Msg(command, obj, group=group)
    if is_status(answer):
        if wait:
            yield Msg("wait", None, group=group)
    elif wait is not None and not wait:
        raise RuntimeError(
            f"{obj!r} is ready when {command} returns, so wait=False cannot be had: leave wait out"
        )
    return answer


def _each(command: str, devices: tuple[Any, ...], group: Hashable | None) -> Plan[None]:
    group = group or fresh_group(command)
    must_wait = False
    for device in devices:
        answer = yield Msg(command, device, group=group)
        must_wait = must_wait or is_status(answer)
    if must_wait:
        yield Msg("wait", None, group=group)
